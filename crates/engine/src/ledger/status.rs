//! Table `service_status`: what the service says of itself, for whoever wants to know.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{moment, ms};
use crate::{
    clock::{Now, boot_ms},
    error::Result,
};

/// What the service last said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRow {
    /// Its process.
    pub pid: u32,
    /// Its version.
    pub program: String,
    /// When it began to lead.
    pub started: Timestamp,
    /// When it last looked.
    pub passed: Timestamp,
    /// How long the machine was up then, and its boot.
    pub up: Option<(Duration, String)>,
    /// The notification service it talks to, or why there is none.
    pub notifier: Option<String>,
    /// Whether a panel shows the tray; `None` while not known or not wanted.
    pub tray: Option<bool>,
    /// When it stopped in an orderly way.
    pub stopped: Option<Timestamp>,
}

/// What the service last said.
///
/// # Errors
/// When the ledger cannot be read.
pub fn get(tx: &Transaction<'_>) -> Result<Option<StatusRow>> {
    let sql = "SELECT pid, program, started, passed, notifier, tray, stopped, boot_ms, boot_id FROM service_status";
    let row = tx.query_row(sql, [], |row| {
        let up: Option<i64> = row.get(7)?;
        let boot: Option<String> = row.get(8)?;
        Ok(StatusRow {
            pid: row.get(0)?,
            program: row.get(1)?,
            started: moment(row.get(2)?),
            passed: moment(row.get(3)?),
            notifier: row.get(4)?,
            tray: row.get(5)?,
            stopped: row.get::<_, Option<i64>>(6)?.map(moment),
            up: up.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis).zip(boot),
        })
    });
    Ok(row.optional()?)
}

/// Notes that a service began to lead.
///
/// # Errors
/// When the ledger cannot be written.
pub fn begin(tx: &Transaction<'_>, pid: u32, program: &str, now: &Now) -> Result<()> {
    let sql = "INSERT INTO service_status (one, pid, program, started, passed) VALUES (1, ?1, ?2, ?3, ?3)
        ON CONFLICT (one) DO UPDATE SET pid = ?1, program = ?2, started = ?3, passed = ?3, notifier = NULL,
        tray = NULL, stopped = NULL";
    tx.execute(sql, params![pid, program, ms(now.wall)])?;
    passed(tx, now)
}

/// Notes that the service looked.
///
/// # Errors
/// When the ledger cannot be written.
pub fn passed(tx: &Transaction<'_>, now: &Now) -> Result<()> {
    let sql = "UPDATE service_status SET passed = ?1, boot_ms = ?2, boot_id = ?3";
    tx.prepare_cached(sql)?.execute(params![ms(now.wall), boot_ms(now), &*now.boot_id])?;
    Ok(())
}

/// Notes which notification service there is.
///
/// # Errors
/// When the ledger cannot be written.
pub fn notifier(tx: &Transaction<'_>, name: Option<&str>) -> Result<()> {
    tx.execute("UPDATE service_status SET notifier = ?1", [name])?;
    Ok(())
}

/// Notes whether a panel shows the tray.
///
/// # Errors
/// When the ledger cannot be written.
pub fn tray(tx: &Transaction<'_>, shown: bool) -> Result<()> {
    tx.execute("UPDATE service_status SET tray = ?1", [shown])?;
    Ok(())
}

/// Notes an orderly stop.
///
/// # Errors
/// When the ledger cannot be written.
pub fn stopped(tx: &Transaction<'_>, now: &Now) -> Result<()> {
    tx.execute("UPDATE service_status SET stopped = ?1", [ms(now.wall)])?;
    passed(tx, now)
}
