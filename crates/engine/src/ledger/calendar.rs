//! Table `calendar`: named, coloured sets of events.

use calendar::id::{CalendarId, EventId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{moment, ms};
use crate::error::{Error, Result};

/// A calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRow {
    /// Which.
    pub id: CalendarId,
    /// Its name.
    pub name: String,
    /// The name of its colour, which each theme resolves.
    pub color: String,
    /// Whether its events are drawn. They ring either way.
    pub shown: bool,
}

fn read(row: &Row<'_>) -> rusqlite::Result<CalendarRow> {
    Ok(CalendarRow {
        id: CalendarId::from_bytes(row.get("id")?),
        name: row.get("name")?,
        color: row.get("color")?,
        shown: row.get("shown")?,
    })
}

/// All calendars, in their order.
///
/// # Errors
/// When the ledger cannot be read.
pub fn all(tx: &Transaction<'_>) -> Result<Vec<CalendarRow>> {
    let sql = "SELECT id, name, color, shown FROM calendar WHERE deleted_at IS NULL ORDER BY position, name";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// This calendar, also one that was deleted.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, id: CalendarId) -> Result<Option<CalendarRow>> {
    let sql = "SELECT id, name, color, shown FROM calendar WHERE id = ?1";
    Ok(tx.prepare_cached(sql)?.query_row([id.bytes()], read).optional()?)
}

/// Makes or changes a calendar.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(tx: &Transaction<'_>, calendar: &CalendarRow) -> Result<()> {
    let sql = "INSERT INTO calendar (id, name, color, shown, position)
        VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(position), 0) + 1 FROM calendar))
        ON CONFLICT (id) DO UPDATE SET name = ?2, color = ?3, shown = ?4";
    let CalendarRow { id, name, color, shown } = calendar;
    tx.prepare_cached(sql)?.execute(params![id.bytes(), name, color, shown])?;
    Ok(())
}

/// Takes back a calendar that was made in this transaction and is not needed after all.
///
/// # Errors
/// When the ledger cannot be written.
pub fn unmake(tx: &Transaction<'_>, id: CalendarId) -> Result<()> {
    tx.execute("DELETE FROM calendar WHERE id = ?1", [id.bytes()])?;
    Ok(())
}

/// Takes a calendar out of use: its events are to be deleted with it, see [`left_alive`].
///
/// # Errors
/// When there is no such calendar.
pub fn delete(tx: &Transaction<'_>, id: CalendarId, now: Timestamp) -> Result<()> {
    let sql = "UPDATE calendar SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL";
    match tx.execute(sql, params![id.bytes(), ms(now)])? {
        1 => Ok(()),
        _ => Err(Error::not_found("calendar", id)),
    }
}

/// Some events of calendars that were deleted which are not deleted yet, and when each calendar was.
///
/// # Errors
/// When the ledger cannot be read.
pub fn left_alive(tx: &Transaction<'_>, limit: u32) -> Result<Vec<(EventId, Timestamp)>> {
    let sql = "SELECT e.id, c.deleted_at FROM calendar c CROSS JOIN event e ON e.calendar = c.id
        WHERE c.deleted_at IS NOT NULL AND e.deleted_at IS NULL LIMIT ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((EventId::from_bytes(row.get(0)?), moment(row.get(1)?)));
    Ok(statement.query_map([limit], read)?.collect::<std::result::Result<_, _>>()?)
}

/// Some events of a calendar that were deleted at a moment, as all are that go with it.
///
/// # Errors
/// When the ledger cannot be read.
pub fn deleted_at(
    tx: &Transaction<'_>,
    id: CalendarId,
    at: Timestamp,
    limit: u32,
) -> Result<Vec<EventId>> {
    let sql = "SELECT id FROM event WHERE deleted_at = ?2 AND +calendar = ?1 LIMIT ?3";
    let mut statement = tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok(EventId::from_bytes(row.get(0)?));
    let rows = statement.query_map(params![id.bytes(), ms(at), limit], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Those events are deleted at another moment.
///
/// # Errors
/// When the ledger cannot be written.
pub fn delete_again(
    tx: &Transaction<'_>,
    id: CalendarId,
    (from, to): (Timestamp, Timestamp),
) -> Result<()> {
    let sql = "UPDATE event SET deleted_at = ?3 WHERE deleted_at = ?2 AND +calendar = ?1";
    tx.execute(sql, params![id.bytes(), ms(from), ms(to)])?;
    Ok(())
}

/// Takes a calendar into use again; gives when it was deleted.
///
/// # Errors
/// When it was not deleted.
pub fn bring_back(tx: &Transaction<'_>, id: CalendarId) -> Result<Timestamp> {
    let sql = "SELECT deleted_at FROM calendar WHERE id = ?1 AND deleted_at IS NOT NULL";
    let at: Option<i64> = tx.query_row(sql, [id.bytes()], |row| row.get(0)).optional()?;
    let at = at.ok_or_else(|| Error::not_found("deleted calendar", id))?;
    tx.execute("UPDATE calendar SET deleted_at = NULL WHERE id = ?1", [id.bytes()])?;
    Ok(moment(at))
}

/// Makes room for an event that moves in: one of the same name in its file that was deleted in
/// this calendar gives that name up.
///
/// # Errors
/// When the ledger cannot be written.
pub fn forget_deleted(tx: &Transaction<'_>, id: CalendarId, uid: &str) -> Result<()> {
    let sql = "UPDATE event SET uid = NULL
        WHERE calendar = ?1 AND uid = ?2 AND deleted_at IS NOT NULL";
    tx.execute(sql, params![id.bytes(), uid])?;
    Ok(())
}

/// Whether an event of a calendar came or changed after a moment.
///
/// # Errors
/// When the ledger cannot be read.
pub fn is_changed_since(tx: &Transaction<'_>, id: CalendarId, at: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM event
        WHERE calendar = ?1 AND deleted_at IS NULL AND updated_at > ?2)";
    Ok(tx.query_row(sql, params![id.bytes(), ms(at)], |row| row.get(0))?)
}

/// How many undeleted events each calendar holds; those without any are left out.
///
/// # Errors
/// When the ledger cannot be read.
pub fn sizes(tx: &Transaction<'_>) -> Result<Vec<(CalendarId, u32)>> {
    let sql = "SELECT calendar, count(*) FROM event WHERE deleted_at IS NULL GROUP BY calendar";
    let mut statement = tx.prepare_cached(sql)?;
    let rows =
        statement.query_map([], |row| Ok((CalendarId::from_bytes(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
