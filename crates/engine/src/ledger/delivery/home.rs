//! Of which event a delivery tells: when a series is parted, or put together again, rows go with
//! their occurrences. Their names, moments and states stay as they are.

use calendar::{
    id::{DeliveryId, EventId},
    occurrence::Occurrence,
    timing::LocalStart,
};
use rusqlite::{Transaction, params};

use crate::error::Result;

/// Lets a delivery tell of another event, which has its occurrence now.
///
/// # Errors
/// When the ledger cannot be written.
pub fn hand_over(tx: &Transaction<'_>, row: DeliveryId, to: EventId) -> Result<()> {
    let sql = "UPDATE delivery SET event = ?2 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![row.bytes(), to.bytes()])?;
    Ok(())
}

/// The same for all that tells of an event.
///
/// # Errors
/// When the ledger cannot be written.
pub fn hand_over_all(tx: &Transaction<'_>, from: EventId, to: EventId) -> Result<()> {
    let sql = "UPDATE delivery SET event = ?2 WHERE event = ?1";
    tx.prepare_cached(sql)?.execute(params![from.bytes(), to.bytes()])?;
    Ok(())
}

/// The same for what tells of its occurrences from an original start on.
///
/// # Errors
/// When the ledger cannot be read or written.
pub fn hand_over_from(
    tx: &Transaction<'_>,
    from: EventId,
    at: LocalStart,
    to: EventId,
) -> Result<()> {
    let rows: Vec<(DeliveryId, String)> = {
        let sql = "SELECT id, occurrence FROM delivery WHERE event = ?1";
        let mut statement = tx.prepare_cached(sql)?;
        let rows = statement.query_map([from.bytes()], |row| {
            Ok((DeliveryId::from_bytes(row.get(0)?), row.get(1)?))
        })?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    for (id, occurrence) in rows {
        if Occurrence::original_in(&occurrence).is_some_and(|original| original >= at) {
            hand_over(tx, id, to)?;
        }
    }
    Ok(())
}
