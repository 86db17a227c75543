//! Table `moved`: occurrences that newer zone data put at another instant, until somebody has seen
//! them.

use calendar::id::EventId;
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

use super::{moment, ms};
use crate::error::Result;

/// An occurrence at another instant than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedRow {
    /// Its event.
    pub event: EventId,
    /// The event's title.
    pub title: String,
    /// Its original start, which names it.
    pub original: String,
    /// When it was to start.
    pub was: Timestamp,
    /// When it starts now.
    pub is: Timestamp,
    /// Its local start with its zone, in RFC 9557 form.
    pub label: String,
}

fn read(row: &Row<'_>) -> rusqlite::Result<MovedRow> {
    Ok(MovedRow {
        event: EventId::from_bytes(row.get("event")?),
        title: row.get("title")?,
        original: row.get("original")?,
        was: moment(row.get("was")?),
        is: moment(row.get("starts")?),
        label: row.get("label")?,
    })
}

/// Keeps one. One that was moved before, unseen, was where it was at first; and one that is back
/// there is not moved.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(tx: &Transaction<'_>, row: &MovedRow) -> Result<()> {
    let sql = "INSERT INTO moved (event, original, was, starts, label) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (event, original) DO UPDATE SET starts = ?4, label = ?5";
    let MovedRow { event, original, was, is, label, .. } = row;
    tx.prepare_cached(sql)?.execute(params![event.bytes(), original, ms(*was), ms(*is), label])?;
    tx.execute("DELETE FROM moved WHERE was = starts", [])?;
    Ok(())
}

/// How many there are.
///
/// # Errors
/// When the ledger cannot be read.
pub fn count(tx: &Transaction<'_>) -> Result<u32> {
    Ok(tx.query_row("SELECT count(*) FROM moved", [], |row| row.get(0))?)
}

/// The original starts of this event's.
///
/// # Errors
/// When the ledger cannot be read.
pub fn of(tx: &Transaction<'_>, event: EventId) -> Result<Vec<String>> {
    let mut statement = tx.prepare_cached("SELECT original FROM moved WHERE event = ?1")?;
    let rows = statement.query_map([event.bytes()], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Those of events that still are, by their present start.
///
/// # Errors
/// When the ledger cannot be read.
pub fn all(tx: &Transaction<'_>) -> Result<Vec<MovedRow>> {
    let sql = "SELECT moved.*, event.title FROM moved JOIN event ON event.id = moved.event
        WHERE event.deleted_at IS NULL ORDER BY moved.starts, moved.event";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Forgets them all.
///
/// # Errors
/// When the ledger cannot be written.
pub fn clear(tx: &Transaction<'_>) -> Result<()> {
    tx.execute("DELETE FROM moved", [])?;
    Ok(())
}
