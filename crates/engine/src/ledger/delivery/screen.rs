//! What of the deliveries is on a screen. A rendering, so the state stays.

use calendar::id::DeliveryId;
use rusqlite::{Transaction, params};

use crate::{
    courier::{PopUp, Screen},
    error::Result,
};

/// More than so many rows are left to the inbox, the newest notifications being looked at first.
const MOST: u32 = 5_000;

/// Notes which notification tells of a row now.
///
/// # Errors
/// When the ledger cannot be written.
pub fn shown(tx: &Transaction<'_>, id: DeliveryId, as_it: &PopUp) -> Result<()> {
    let sql = "UPDATE delivery SET shown_by = ?2, shown_to = ?3, shown_as = ?4 WHERE id = ?1";
    let PopUp { screen: Screen { owner, connection }, id: number } = as_it;
    tx.prepare_cached(sql)?.execute(params![id.bytes(), owner, connection, number])?;
    Ok(())
}

/// Notes that what was on the screen in this place is there no more, as another notification has it.
///
/// # Errors
/// When the ledger cannot be written.
pub fn replaced(tx: &Transaction<'_>, by: &PopUp) -> Result<()> {
    let sql =
        "UPDATE delivery SET shown_as = NULL, shown_by = '' WHERE shown_by = ?1 AND shown_as = ?2";
    tx.prepare_cached(sql)?.execute(params![by.screen.owner, by.id])?;
    Ok(())
}

/// Notes that a notification is on the screen no more. `false`: no row is known to be told by it.
///
/// # Errors
/// When the ledger cannot be written.
pub fn closed(tx: &Transaction<'_>, owner: &str, number: u32) -> Result<bool> {
    let sql = "UPDATE delivery SET shown_as = NULL WHERE shown_by = ?1 AND shown_as = ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![owner, number])? > 0)
}

/// Whether a row is known to be told by this notification.
///
/// # Errors
/// When the ledger cannot be read.
pub fn is_on_screen(tx: &Transaction<'_>, owner: &str, number: u32) -> Result<bool> {
    let sql = "SELECT 1 FROM delivery WHERE shown_by = ?1 AND shown_as = ?2";
    Ok(tx.prepare_cached(sql)?.exists(params![owner, number])?)
}

/// What other connections of ours put on this screen, by its number; the oldest first. Each is there
/// with all it tells, or not at all.
///
/// # Errors
/// When the ledger cannot be read.
pub fn left_on(tx: &Transaction<'_>, screen: &Screen) -> Result<Vec<(u32, Vec<DeliveryId>)>> {
    let sql = "SELECT shown_as, id FROM delivery
        WHERE shown_by = ?1 AND shown_as IS NOT NULL AND shown_to <> ?2
        ORDER BY shown_as DESC, due, id LIMIT ?3";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params![screen.owner, screen.connection, MOST + 1])?;
    let mut all: Vec<(u32, Vec<DeliveryId>)> = Vec::new();
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let (number, id) = (row.get(0)?, DeliveryId::from_bytes(row.get(1)?));
        match all.last_mut().filter(|(last, _)| *last == number) {
            Some((_, ids)) => ids.push(id),
            None => all.push((number, vec![id])),
        }
        count += 1;
    }
    if count > MOST {
        all.pop();
    }
    all.reverse();
    Ok(all)
}
