//! Table `attempt`: one try a row; appended when it begins, completed once when it ends.

use calendar::{id::DeliveryId, plan::Identity};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{moment, ms};
use crate::error::Result;

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// Which try, from 1.
    pub n: u32,
    /// When it began.
    pub started: Timestamp,
    /// When it ended, if it did.
    pub finished: Option<Timestamp>,
    /// What became of it: `accepted`, `transient`, …, `unknown` when we were cut off.
    pub outcome: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// What was said, free of secrets.
    pub detail: String,
}

impl AttemptRow {
    /// Whether nobody knows what came of it.
    pub fn is_doubtful(&self) -> bool {
        matches!(self.outcome.as_deref(), None | Some("ambiguous" | "unknown"))
    }
}

/// Notes that a try begins.
///
/// # Errors
/// When the ledger cannot be written.
pub fn begin(
    tx: &Transaction<'_>,
    delivery: DeliveryId,
    n: u32,
    token: i64,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO attempt (delivery, n, token, started) VALUES (?1, ?2, ?3, ?4)";
    tx.prepare_cached(sql)?.execute(params![delivery.bytes(), n, token, ms(now)])?;
    Ok(())
}

/// Notes how a try ended.
///
/// # Errors
/// When the ledger cannot be written.
pub fn end(
    tx: &Transaction<'_>,
    (delivery, token): (DeliveryId, i64),
    outcome: &str,
    status: Option<u16>,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE attempt SET finished = ?3, outcome = ?4, status = ?5, detail = ?6
        WHERE delivery = ?1 AND token = ?2 AND outcome IS NULL";
    tx.prepare_cached(sql)?.execute(params![
        delivery.bytes(),
        token,
        ms(now),
        outcome,
        status,
        detail
    ])?;
    Ok(())
}

/// When the last try of a delivery began; long ago if there was none.
///
/// # Errors
/// When the ledger cannot be read.
pub fn began(tx: &Transaction<'_>, delivery: DeliveryId) -> Result<Timestamp> {
    let sql = "SELECT started FROM attempt WHERE delivery = ?1 ORDER BY n DESC LIMIT 1";
    let started = tx.prepare_cached(sql)?.query_row([delivery.bytes()], |row| row.get(0));
    Ok(started.optional()?.map_or(Timestamp::MIN, moment))
}

/// Every try of a delivery, in order.
///
/// # Errors
/// When the ledger cannot be read.
pub fn of(tx: &Transaction<'_>, delivery: DeliveryId) -> Result<Vec<AttemptRow>> {
    let sql = "SELECT n, started, finished, outcome, status, detail FROM attempt WHERE delivery = ?1 ORDER BY n";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([delivery.bytes()], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The last try of a delivery of which nobody knows what came of it, of those since a person last had
/// it sent.
///
/// # Errors
/// When the ledger cannot be read.
pub fn doubted(tx: &Transaction<'_>, delivery: DeliveryId) -> Result<Option<AttemptRow>> {
    let sql = "SELECT n, started, finished, outcome, status, detail FROM attempt WHERE delivery = ?1
        AND (outcome IS NULL OR outcome = 'ambiguous' OR outcome = 'unknown')
        AND token > (SELECT coalesce(max(token), 0) FROM audit WHERE delivery = ?1 AND reason = 'retry.asked')
        ORDER BY n DESC LIMIT 1";
    Ok(tx.prepare_cached(sql)?.query_row([delivery.bytes()], read).optional()?)
}

/// The last try of the deliveries of this name before a generation, one that is in doubt first.
///
/// # Errors
/// When the ledger cannot be read.
pub fn doubted_before(
    tx: &Transaction<'_>,
    name: &Identity,
    generation: u32,
) -> Result<Option<AttemptRow>> {
    let sql =
        "SELECT a.n, a.started, a.finished, a.outcome, a.status, a.detail FROM attempt a JOIN delivery d
        ON d.id = a.delivery WHERE d.subject = ?1 AND d.occurrence = ?2 AND d.reminder = ?3 AND d.channel = ?4
        AND d.gen < ?5 ORDER BY d.gen DESC, (a.outcome IS NULL OR a.outcome = 'ambiguous' OR a.outcome = 'unknown') DESC,
        a.n DESC LIMIT 1";
    let values =
        params![name.subject, name.occurrence, name.reminder, name.channel.bytes(), generation];
    Ok(tx.prepare_cached(sql)?.query_row(values, read).optional()?)
}

/// The delivery of this name that was tried in a generation, if there is one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn tried_as(
    tx: &Transaction<'_>,
    name: &Identity,
    generation: u32,
) -> Result<Option<DeliveryId>> {
    let sql = "SELECT id FROM delivery WHERE subject = ?1 AND occurrence = ?2 AND reminder = ?3 AND channel = ?4
        AND gen = ?5 AND attempts > 0 LIMIT 1";
    let values =
        params![name.subject, name.occurrence, name.reminder, name.channel.bytes(), generation];
    let found = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    Ok(found.map(DeliveryId::from_bytes))
}

fn read(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    Ok(AttemptRow {
        n: row.get(0)?,
        started: moment(row.get(1)?),
        finished: row.get::<_, Option<i64>>(2)?.map(moment),
        outcome: row.get(3)?,
        status: row.get(4)?,
        detail: row.get(5)?,
    })
}
