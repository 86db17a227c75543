//! Table `imported`: how an event came from its file last, where it is otherwise here by now. It is
//! kept when an imported event is first changed, so that importing costs nothing for it.

use calendar::{draft::EventDraft, id::EventId, timing::LocalStart};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{damaged, read, reminders};
use crate::error::Result;

/// How an event came from its file; none where it is as it came, or came from none.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, id: EventId) -> Result<Option<EventDraft>> {
    let sql = "SELECT definition FROM imported WHERE event = ?1";
    let text: Option<String> =
        tx.prepare_cached(sql)?.query_row([id.bytes()], |row| row.get(0)).optional()?;
    let read = |text: String| serde_json::from_str(&text);
    Ok(text.map(read).transpose().map_err(|e| damaged("imported", &e.to_string()))?)
}

/// Notes how an event came, or that it is as it came.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(tx: &Transaction<'_>, id: EventId, draft: Option<&EventDraft>) -> Result<()> {
    let Some(draft) = draft else {
        let sql = "DELETE FROM imported WHERE event = ?1";
        tx.prepare_cached(sql)?.execute([id.bytes()])?;
        return Ok(());
    };
    let text = serde_json::to_string(draft).expect("BUG: drafts are JSON");
    let sql = "INSERT OR REPLACE INTO imported (event, definition) VALUES (?1, ?2)";
    tx.prepare_cached(sql)?.execute(params![id.bytes(), text])?;
    Ok(())
}

/// Keeps an event as it came, before it is changed for the first time.
pub(super) fn keep(tx: &Transaction<'_>, id: EventId) -> Result<()> {
    let sql = "SELECT 1 FROM imported WHERE event = ?1";
    if tx.prepare_cached(sql)?.exists([id.bytes()])? {
        return Ok(());
    }
    let sql = format!("SELECT {} FROM event WHERE id = ?1", super::COLUMNS);
    let raw = tx.prepare_cached(&sql)?.query_row([id.bytes()], read).optional()?;
    let Some(raw) = raw.filter(|raw| raw.source.uid.is_some()) else { return Ok(()) };
    let draft = EventDraft { reminders: Some(reminders(tx, id)?), ..raw.draft };
    put(tx, id, Some(&draft))
}

/// How new a change of one occurrence is that came in a file of its own.
///
/// # Errors
/// When the ledger cannot be read.
pub fn occurrence(
    tx: &Transaction<'_>,
    id: EventId,
    original: LocalStart,
) -> Result<Option<(i64, String)>> {
    let sql = "SELECT sequence, stamp FROM imported_occurrence WHERE event = ?1 AND original = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(tx.query_row(sql, params![id.bytes(), original.text(false)], read).optional()?)
}

/// Notes how new it is.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put_occurrence(
    tx: &Transaction<'_>,
    id: EventId,
    original: LocalStart,
    (sequence, stamp): (i64, &str),
) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO imported_occurrence VALUES (?1, ?2, ?3, ?4)";
    tx.execute(sql, params![id.bytes(), original.text(false), sequence, stamp])?;
    Ok(())
}
