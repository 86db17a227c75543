//! Letters: the rows of table `delivery` that wait for a person.

use calendar::id::{ChannelId, DeliveryId};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::ms;
use crate::error::{Error, Result};

/// Waits for a person, and its event was not deleted.
const PARKED: &str = "state IN ('dead', 'review')
    AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = delivery.event AND e.deleted_at IS NOT NULL)";

/// What waits for a person, the oldest first.
///
/// # Errors
/// When the ledger cannot be read.
pub fn parked(
    tx: &Transaction<'_>,
    channel: Option<ChannelId>,
    since: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<DeliveryId>> {
    let sql = format!(
        "SELECT id FROM delivery WHERE {PARKED} AND (?1 IS NULL OR channel = ?1) AND (?2 IS NULL OR due >= ?2)
        ORDER BY due, id LIMIT ?3"
    );
    let values = params![
        channel.map(|id| *id.bytes()),
        since.map(ms),
        i64::try_from(limit).unwrap_or(i64::MAX)
    ];
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(values, |row| row.get(0).map(DeliveryId::from_bytes))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// How many wait for a person.
///
/// # Errors
/// When the ledger cannot be read.
pub fn count(tx: &Transaction<'_>) -> Result<u32> {
    let sql = format!("SELECT count(*) FROM delivery WHERE {PARKED}");
    Ok(tx.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
}

/// Gives a row that was never tried the bytes it is sent with.
///
/// # Errors
/// When it was tried, or has bytes already: then nothing was changed.
pub fn give_body(tx: &Transaction<'_>, id: DeliveryId, body: &[u8]) -> Result<()> {
    let sql = "UPDATE delivery SET payload = ?2 WHERE id = ?1 AND attempts = 0 AND payload IS NULL";
    match tx.prepare_cached(sql)?.execute(params![id.bytes(), body])? {
        1 => Ok(()),
        _ => Err(Error::not_found("delivery", id)),
    }
}
