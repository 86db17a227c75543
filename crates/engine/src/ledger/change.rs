//! Table `change`: what a person changed, so that it can be undone: the definitions before and
//! after. Of a calendar that was deleted with all its events neither is kept: the events' own
//! tombstones hold them. The newest fifty are kept.

use calendar::{
    draft::EventDraft,
    id::{CalendarId, EventId},
    timing::LocalStart,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{damaged, moment, ms};
use crate::error::Result;

const KEPT: i64 = 50;

/// One change of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Which.
    pub seq: i64,
    /// When it was made, taken back or made again.
    pub at: Timestamp,
    /// What it was, in words.
    pub label: String,
    /// Of which event; for a calendar, one that was ever in it.
    pub event: EventId,
    /// The definition before; none if the event was made by it.
    pub before: Option<EventDraft>,
    /// The definition after; none if the event was deleted by it.
    pub after: Option<EventDraft>,
    /// Whether the event's person was deleted with it.
    pub with_person: bool,
    /// What it is one with: all changes of the same group are undone and made again at once.
    pub group: Option<String>,
    /// What went on as an event of its own, if the change parted a series.
    pub tail: Option<Tail>,
}

/// The second half of a series that was parted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tail {
    /// Its event.
    pub event: String,
    /// The original start, in the whole series, from which on it is.
    pub at: String,
    /// Its definition after the change.
    pub draft: EventDraft,
}

impl Tail {
    /// [`Tail::at`] as a start.
    ///
    /// # Errors
    /// When it is none, as in a damaged ledger.
    pub fn at(&self) -> Result<LocalStart> {
        let start = LocalStart::parse(&self.at);
        Ok(start.ok_or_else(|| damaged("after", &format!("'{}' is not a start", self.at)))?)
    }
}

/// A change to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewChange<'a> {
    /// What it was, in words.
    pub label: &'a str,
    /// Of which event.
    pub event: EventId,
    /// The definition before.
    pub before: Option<&'a EventDraft>,
    /// The definition after.
    pub after: Option<&'a EventDraft>,
    /// Whether the event's person was deleted with it.
    pub with_person: bool,
    /// What it is one with, if it is.
    pub group: Option<&'a str>,
    /// What goes on as an event of its own, if the change parts a series.
    pub tail: Option<&'a Tail>,
}

/// A definition as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    draft: EventDraft,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    with_person: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tail: Option<Tail>,
}

impl ChangeRow {
    /// Whether it is the deletion of a calendar with all its events.
    pub const fn is_of_calendar(&self) -> bool {
        self.before.is_none() && self.after.is_none()
    }

    /// The title of the event it was about.
    pub fn title(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", |draft| &draft.title)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    let kept = |name: &str| -> rusqlite::Result<Option<Kept>> {
        let text: Option<String> = row.get(name)?;
        text.map(|t| serde_json::from_str(&t))
            .transpose()
            .map_err(|e| damaged(name, &e.to_string()))
    };
    let (before, after) = (kept("before")?, kept("after")?);
    let (after, tail) = after.map_or((None, None), |kept| (Some(kept.draft), kept.tail));
    Ok(ChangeRow {
        seq: row.get("seq")?,
        at: moment(row.get("at")?),
        label: row.get("label")?,
        event: EventId::from_bytes(row.get("event")?),
        with_person: before.as_ref().is_some_and(|kept| kept.with_person),
        group: before.as_ref().and_then(|kept| kept.group.clone()),
        before: before.map(|kept| kept.draft),
        after,
        tail,
    })
}

fn written(kept: Option<Kept>) -> Option<String> {
    kept.map(|kept| serde_json::to_string(&kept).expect("BUG: drafts are JSON"))
}

/// Keeps a change; what was undone before it can no longer be redone.
///
/// # Errors
/// When the ledger cannot be written.
pub fn push(tx: &Transaction<'_>, new: &NewChange<'_>, now: Timestamp) -> Result<()> {
    tx.execute("DELETE FROM change WHERE undone = 1", [])?;
    let sql = "INSERT INTO change (at, label, event, before, after) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (group, tail) = (new.group.map(String::from), new.tail.cloned());
    let before = new.before.cloned();
    let before =
        before.map(|draft| Kept { draft, with_person: new.with_person, group, tail: None });
    let after = new.after.cloned();
    let after = after.map(|draft| Kept { draft, with_person: false, group: None, tail });
    let (before, after) = (written(before), written(after));
    tx.execute(sql, params![ms(now), new.label, new.event.bytes(), before, after])?;
    tx.execute("DELETE FROM change WHERE seq <= (SELECT max(seq) FROM change) - ?1", [KEPT])?;
    Ok(())
}

/// Keeps that a calendar was deleted, if it ever held an event. Says whether.
///
/// # Errors
/// When the ledger cannot be written.
pub fn push_calendar(
    tx: &Transaction<'_>,
    label: &str,
    calendar: CalendarId,
    now: Timestamp,
) -> Result<bool> {
    let sql = "SELECT id FROM event WHERE calendar = ?1 LIMIT 1";
    let one: Option<[u8; 16]> =
        tx.query_row(sql, [calendar.bytes()], |row| row.get(0)).optional()?;
    let Some(event) = one.map(EventId::from_bytes) else { return Ok(false) };
    let (before, after, group, tail) = (None, None, None, None);
    push(tx, &NewChange { label, event, before, after, with_person: false, group, tail }, now)?;
    Ok(true)
}

const COLUMNS: &str = "seq, at, label, event, before, after";

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
pub fn mark(tx: &Transaction<'_>, seq: i64, undone: bool, now: Timestamp) -> Result<()> {
    let sql = "UPDATE change SET undone = ?2, at = ?3 WHERE seq = ?1";
    tx.execute(sql, params![seq, undone, ms(now)])?;
    Ok(())
}

/// Forgets a change that can no longer be undone or made again.
///
/// # Errors
/// When the ledger cannot be written.
pub fn forget(tx: &Transaction<'_>, seq: i64) -> Result<()> {
    tx.execute("DELETE FROM change WHERE seq = ?1", [seq])?;
    Ok(())
}
