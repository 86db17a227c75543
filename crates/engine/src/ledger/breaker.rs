//! Table `breaker`: what is kept of the failures of each endpoint, and the rest it is given.
//! An endpoint without a row is well.

use std::collections::BTreeMap;

use calendar::id::ChannelId;
use jiff::SignedDuration;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{moment, ms};
use crate::{breaker::Breaker, error::Result};

const COLUMNS: &str = "channel, failures, successes, openings, until, rest, mistrusted";

fn read(row: &Row<'_>) -> rusqlite::Result<(ChannelId, Breaker)> {
    let breaker = Breaker {
        failures: row.get("failures")?,
        successes: row.get("successes")?,
        openings: row.get("openings")?,
        until: row.get::<_, Option<i64>>("until")?.map(moment),
        rest: SignedDuration::from_millis(row.get("rest")?),
        mistrusted: row.get::<_, Option<i64>>("mistrusted")?.map(moment),
    };
    Ok((ChannelId::from_bytes(row.get("channel")?), breaker))
}

/// The breakers of all endpoints that are not well.
///
/// # Errors
/// When the ledger cannot be read.
pub fn all(tx: &Transaction<'_>) -> Result<BTreeMap<ChannelId, Breaker>> {
    let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM breaker"))?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The breaker of an endpoint.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, channel: ChannelId) -> Result<Breaker> {
    let sql = format!("SELECT {COLUMNS} FROM breaker WHERE channel = ?1");
    let found = tx.prepare_cached(&sql)?.query_row([channel.bytes()], read).optional()?;
    Ok(found.map(|(_, breaker)| breaker).unwrap_or_default())
}

/// Keeps the breaker of an endpoint.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(tx: &Transaction<'_>, channel: ChannelId, breaker: &Breaker) -> Result<()> {
    if *breaker == Breaker::default() {
        let sql = "DELETE FROM breaker WHERE channel = ?1";
        tx.prepare_cached(sql)?.execute([channel.bytes()])?;
        return Ok(());
    }
    let sql =
        "INSERT INTO breaker (channel, failures, successes, openings, until, rest, mistrusted)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (channel) DO UPDATE SET failures = ?2,
        successes = ?3, openings = ?4, until = ?5, rest = ?6, mistrusted = ?7";
    let millis = i64::try_from(breaker.rest.as_millis()).unwrap_or(i64::MAX);
    tx.prepare_cached(sql)?.execute(params![
        channel.bytes(),
        breaker.failures,
        breaker.successes,
        breaker.openings,
        breaker.until.map(ms),
        millis,
        breaker.mistrusted.map(ms)
    ])?;
    Ok(())
}
