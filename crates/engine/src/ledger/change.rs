//! Table `change`: what a person changed, so that it can be undone: the definitions before and
//! after. The newest fifty are kept.

use calendar::{draft::EventDraft, id::EventId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{damaged, ms};
use crate::error::Result;

const KEPT: i64 = 50;

/// One change of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Which.
    pub seq: i64,
    /// What it was, in words.
    pub label: String,
    /// Of which event.
    pub event: EventId,
    /// The definition before; none if the event was made by it.
    pub before: Option<EventDraft>,
    /// The definition after; none if the event was deleted by it.
    pub after: Option<EventDraft>,
}

impl ChangeRow {
    /// The title of the event it was about.
    pub fn title(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", |draft| &draft.title)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    let draft = |name: &str| -> rusqlite::Result<Option<EventDraft>> {
        let text: Option<String> = row.get(name)?;
        text.map(|t| serde_json::from_str(&t))
            .transpose()
            .map_err(|e| damaged(name, &e.to_string()))
    };
    Ok(ChangeRow {
        seq: row.get("seq")?,
        label: row.get("label")?,
        event: EventId::from_bytes(row.get("event")?),
        before: draft("before")?,
        after: draft("after")?,
    })
}

fn written(draft: Option<&EventDraft>) -> Option<String> {
    draft.map(|d| serde_json::to_string(d).expect("BUG: drafts are JSON"))
}

/// Keeps a change; what was undone before it can no longer be redone.
///
/// # Errors
/// When the ledger cannot be written.
pub fn push(
    tx: &Transaction<'_>,
    label: &str,
    event: EventId,
    before: Option<&EventDraft>,
    after: Option<&EventDraft>,
    now: Timestamp,
) -> Result<()> {
    tx.execute("DELETE FROM change WHERE undone = 1", [])?;
    let sql = "INSERT INTO change (at, label, event, before, after) VALUES (?1, ?2, ?3, ?4, ?5)";
    tx.execute(sql, params![ms(now), label, event.bytes(), written(before), written(after)])?;
    tx.execute("DELETE FROM change WHERE seq <= (SELECT max(seq) FROM change) - ?1", [KEPT])?;
    Ok(())
}

const COLUMNS: &str = "seq, label, event, before, after";

/// The change that undo takes back.
///
/// # Errors
/// When the ledger cannot be read.
pub fn to_undo(tx: &Transaction<'_>) -> Result<Option<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM change WHERE undone = 0 ORDER BY seq DESC LIMIT 1");
    Ok(tx.query_row(&sql, [], read).optional()?)
}

/// The change that redo makes again.
///
/// # Errors
/// When the ledger cannot be read.
pub fn to_redo(tx: &Transaction<'_>) -> Result<Option<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM change WHERE undone = 1 ORDER BY seq LIMIT 1");
    Ok(tx.query_row(&sql, [], read).optional()?)
}

/// Notes that a change was undone, or made again.
///
/// # Errors
/// When the ledger cannot be written.
pub fn mark(tx: &Transaction<'_>, seq: i64, undone: bool) -> Result<()> {
    tx.execute("UPDATE change SET undone = ?2 WHERE seq = ?1", params![seq, undone])?;
    Ok(())
}
