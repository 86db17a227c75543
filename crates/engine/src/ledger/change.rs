//! Table `change`: what a person changed, so that it can be undone: how it was before and after.
//! The events of a calendar that was deleted are not kept: their own tombstones hold them. The
//! newest fifty are kept.

use std::collections::BTreeMap;

use calendar::{
    draft::EventDraft,
    id::{CalendarId, EventId, PersonId},
    timing::LocalStart,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{damaged, moment, ms, setting, trail};
use crate::error::Result;

const KEPT: i64 = 50;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Which.
    pub seq: i64,
    /// When it was made, taken back or made again.
    pub at: Timestamp,
    /// What it was, in words.
    pub label: String,
    /// What it is one with: all changes of the same group are undone and made again at once.
    pub group: Option<String>,
    /// What was changed.
    pub what: What,
}

/// A change to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewChange<'a> {
    /// What it was, in words.
    pub label: &'a str,
    /// What it is one with, if it is.
    pub group: Option<&'a str>,
    /// What was changed.
    pub what: &'a What,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An event, and what goes on as an event of its own, if the change parted a series.
    Event(Of<EventId, EventDraft>, Option<Box<Tail>>),
    /// A calendar; made or deleted with all its events.
    Calendar(Of<CalendarId, KeptCalendar>),
    /// A person, with what is once a year of them.
    Person(Of<PersonId, KeptPerson>),
    /// What a file brought, by the name of the import: its steps are in table `trail`.
    Import(String),
}

/// Something before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of<Id, Kept> {
    /// Which.
    pub id: Id,
    /// How it was before; none if it was made by the change.
    pub before: Option<Kept>,
    /// How it was after; none if it was deleted by the change.
    pub after: Option<Kept>,
}

/// A calendar as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCalendar {
    /// Its name.
    pub name: String,
    /// The name of its colour.
    pub color: String,
    /// Whether its events are drawn.
    pub shown: bool,
}

/// A person as they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPerson {
    /// The name.
    pub name: String,
    /// The zone of their own.
    pub zone: Option<String>,
    /// The date of birth.
    pub birthday: Option<String>,
    /// The date of the anniversary.
    pub anniversary: Option<String>,
    /// What 29 February is in other years.
    pub leap_day: String,
    /// The events of these dates that there were.
    pub days: Vec<String>,
    /// The rules of events in their time that end at a moment, by event.
    pub ends: BTreeMap<String, Vec<String>>,
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
        Ok(start.ok_or_else(|| damaged("tail", &format!("'{}' is not a start", self.at)))?)
    }
}

impl What {
    /// The change of an event.
    pub fn event(
        id: EventId,
        before: Option<&EventDraft>,
        after: Option<&EventDraft>,
        tail: Option<Tail>,
    ) -> Self {
        let of = Of { id, before: before.cloned(), after: after.cloned() };
        Self::Event(of, tail.map(Box::new))
    }

    /// The title of the event it is about, or the name of the calendar or the person.
    pub fn title(&self) -> &str {
        match self {
            Self::Event(of, _) => of.last().map_or("", |draft| &draft.title),
            Self::Calendar(of) => of.last().map_or("", |kept| &kept.name),
            Self::Person(of) => of.last().map_or("", |kept| &kept.name),
            Self::Import(_) => "",
        }
    }
}

impl<Id, Kept> Of<Id, Kept> {
    fn last(&self) -> Option<&Kept> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    let id = |name: &str| row.get::<_, Option<[u8; 16]>>(name);
    let import: Option<String> = row.get("import")?;
    let what = match (id("event")?, id("calendar")?, id("person")?) {
        (Some(event), ..) => {
            let tail: Option<Tail> = kept(row, "tail")?;
            What::Event(both(row, EventId::from_bytes(event))?, tail.map(Box::new))
        }
        (_, Some(calendar), _) => What::Calendar(both(row, CalendarId::from_bytes(calendar))?),
        (.., None) if import.is_some() => What::Import(import.unwrap_or_default()),
        (.., person) => {
            let person = person.ok_or_else(|| damaged("person", "a change is of something"))?;
            What::Person(both(row, PersonId::from_bytes(person))?)
        }
    };
    Ok(ChangeRow {
        seq: row.get("seq")?,
        at: moment(row.get("at")?),
        label: row.get("label")?,
        group: row.get("one_with")?,
        what,
    })
}

fn both<Id, Kept: DeserializeOwned>(row: &Row<'_>, id: Id) -> rusqlite::Result<Of<Id, Kept>> {
    Ok(Of { id, before: kept(row, "before")?, after: kept(row, "after")? })
}

fn kept<Kept: DeserializeOwned>(row: &Row<'_>, name: &str) -> rusqlite::Result<Option<Kept>> {
    let text: Option<String> = row.get(name)?;
    text.map(|t| serde_json::from_str(&t)).transpose().map_err(|e| damaged(name, &e.to_string()))
}

/// Before and after as they are written.
fn written<Id, Kept: Serialize>(of: &Of<Id, Kept>) -> (Option<String>, Option<String>) {
    let text = |kept: &Option<Kept>| kept.as_ref().map(|kept| text_of(kept));
    (text(&of.before), text(&of.after))
}

fn text_of(kept: &impl Serialize) -> String {
    serde_json::to_string(kept).expect("BUG: what is kept is JSON")
}

/// Keeps a change; what was undone before it can no longer be redone.
///
/// # Errors
/// When the ledger cannot be written.
pub fn push(tx: &Transaction<'_>, new: &NewChange<'_>, now: Timestamp) -> Result<()> {
    setting::remove(tx, setting::name::LASTING)?;
    tx.execute("DELETE FROM change WHERE undone = 1", [])?;
    let sql =
        "INSERT INTO change (at, label, one_with, event, calendar, person, before, after, tail, import)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let (ids, (before, after), tail) = match new.what {
        What::Event(of, tail) => {
            let tail = tail.as_ref().map(text_of);
            ((Some(of.id.bytes()), None, None), written(of), tail)
        }
        What::Calendar(of) => ((None, Some(of.id.bytes()), None), written(of), None),
        What::Person(of) => ((None, None, Some(of.id.bytes())), written(of), None),
        What::Import(_) => ((None, None, None), (None, None), None),
    };
    let import = match new.what {
        What::Import(name) => Some(name),
        What::Event(..) | What::Calendar(_) | What::Person(_) => None,
    };
    let (event, calendar, person) = ids;
    let (label, group) = (new.label, new.group);
    tx.execute(
        sql,
        params![ms(now), label, group, event, calendar, person, before, after, tail, import],
    )?;
    tx.execute("DELETE FROM change WHERE seq <= (SELECT max(seq) FROM change) - ?1", [KEPT])?;
    trail::sweep(tx)
}

const COLUMNS: &str =
    "seq, at, label, one_with, event, calendar, person, before, after, tail, import";

/// The change that undo takes back.
///
/// # Errors
/// When the ledger cannot be read.
pub fn to_undo(tx: &Transaction<'_>) -> Result<Option<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM change WHERE undone = 0 ORDER BY seq DESC LIMIT 1");
    Ok(tx.query_row(&sql, [], read).optional()?)
}

/// The change that an import is, if it was not taken back.
///
/// # Errors
/// When the ledger cannot be read.
pub fn import(tx: &Transaction<'_>, name: &str) -> Result<Option<i64>> {
    let sql = "SELECT seq FROM change WHERE import = ?1 AND undone = 0 ORDER BY seq DESC LIMIT 1";
    Ok(tx.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?)
}

/// One change.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, seq: i64) -> Result<Option<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM change WHERE seq = ?1");
    Ok(tx.query_row(&sql, [seq], read).optional()?)
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
    setting::remove(tx, setting::name::LASTING)?;
    let sql = "UPDATE change SET undone = ?2, at = ?3 WHERE seq = ?1";
    tx.execute(sql, params![seq, undone, ms(now)])?;
    Ok(())
}

/// What is changed by it is all changed only now.
///
/// # Errors
/// When the ledger cannot be written.
pub fn touch(tx: &Transaction<'_>, seq: i64, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE change SET at = ?2 WHERE seq = ?1", params![seq, ms(now)])?;
    Ok(())
}

/// Forgets a change that can no longer be undone or made again.
///
/// # Errors
/// When the ledger cannot be written.
pub fn forget(tx: &Transaction<'_>, seq: i64) -> Result<()> {
    setting::remove(tx, setting::name::LASTING)?;
    tx.execute("DELETE FROM change WHERE seq = ?1", [seq])?;
    Ok(())
}
