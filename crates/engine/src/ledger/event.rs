//! Table `event` (with `reminder`): definitions, kept as the draft they were checked from. One
//! that cannot be read is left out of whatever reads several, and said once.

pub mod imported;
mod theirs;
mod write;

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use calendar::{
    draft::{Check, EventDraft, Origin, OverrideDraft, ReminderDraft},
    event::Event,
    id::{CalendarId, EventId, PersonId},
    zones::Zones,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

pub use self::theirs::{
    count_of_person, days_of_person, ending_of_person, ids_of_person, of_person, some_of_person,
};
pub use self::write::{
    bury, decided, decided_at_least, decided_until, plan_now, plan_of_person, put, rewind, unbury,
    unplan,
};
use super::{
    Cells, damaged, moment, ms, nag,
    person::{self, PersonRow},
};
use crate::error::{Error, Result};

/// An event with what the ledger knows about it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// The definition.
    pub event: Event,
    /// Counts the edits; a change names the version it is based on.
    pub version: i64,
    /// Up to here every due moment has been decided.
    pub decided_until: Timestamp,
    /// When the planner has to look at it again.
    pub plan_at: Option<Timestamp>,
    /// It was deleted then; the row stays as a tombstone.
    pub deleted_at: Option<Timestamp>,
    /// When the definition changed last.
    pub updated_at: Timestamp,
    /// Where it came from.
    pub source: Source,
}

impl EventRow {
    /// Whether nothing of it rings because its file says that it is done.
    pub fn is_done(&self) -> bool {
        !self.event.enabled && calendar::ics::says_done(&self.source.extra)
    }
}

/// What an import keeps of its file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// UID of the file, unique in its calendar.
    pub uid: Option<String>,
    /// SEQUENCE.
    pub sequence: i64,
    /// Its stamp, and the fingerprint of what was imported.
    pub stamp: String,
    /// Properties not understood, kept for export.
    pub extra: String,
}

/// Whose plans hang on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// All of them, which hang on the zone data.
    ByZoneData,
    /// Those that may be a whole day: all of them.
    ByHour,
    /// Those of which something may be floating or all-day, which hang on the machine's zone as well.
    ByMachine,
}

/// The instants an event may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spans {
    /// From.
    pub from: Timestamp,
    /// Until.
    pub until: Timestamp,
}

/// Events of which some may be damaged.
#[derive(Debug, Default)]
pub struct Legible {
    /// Those that can be read.
    pub rows: Vec<EventRow>,
    /// Those that cannot, and why.
    pub damaged: Vec<(EventId, Error)>,
}

const COLUMNS: &str = "id, series_root, kind, calendar, title, place, description, url, start, zone, gap, fold, days,
    seconds, rules, rdates, exdates, overrides, person, enabled, notice, overlap, version, decided_until, plan_at,
    deleted_at, updated_at, uid, sequence, stamp, extra";

/// Events that touch a longer stretch are looked for by their end, the others by their beginning.
const SHORT_MS: i64 = 3_456_000_000;
/// As the indexes have it.
const LONG: &str = "(spans_until - spans_from > 3456000000)";

struct Raw {
    id: EventId,
    root: EventId,
    draft: EventDraft,
    version: i64,
    decided_until: Timestamp,
    plan_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    updated_at: Timestamp,
    source: Source,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let cells = &mut Cells::new(row);
    Ok(Raw {
        id: EventId::from_bytes(cells.take("id")?),
        root: EventId::from_bytes(cells.take("series_root")?),
        draft: definition(cells)?,
        version: cells.take("version")?,
        decided_until: moment(cells.take("decided_until")?),
        plan_at: cells.moment("plan_at")?,
        deleted_at: cells.moment("deleted_at")?,
        updated_at: moment(cells.take("updated_at")?),
        source: Source {
            uid: cells.take("uid")?,
            sequence: cells.take("sequence")?,
            stamp: cells.take("stamp")?,
            extra: cells.take("extra")?,
        },
    })
}

fn definition(cells: &mut Cells<'_, '_>) -> rusqlite::Result<EventDraft> {
    let said = |overlap: &str| if overlap == "allow" { "" } else { overlap }.to_owned();
    Ok(EventDraft {
        kind: cells.take("kind")?,
        calendar: CalendarId::from_bytes(cells.take("calendar")?).to_string(),
        title: cells.take("title")?,
        place: cells.take("place")?,
        description: cells.take("description")?,
        url: cells.take("url")?,
        start: cells.take("start")?,
        zone: cells.take("zone")?,
        gap: cells.take("gap")?,
        fold: cells.take("fold")?,
        length: Some((cells.take("days")?, cells.take("seconds")?)),
        rules: json(cells, "rules")?,
        rdates: json(cells, "rdates")?,
        exdates: json(cells, "exdates")?,
        overrides: json::<Vec<OverrideDraft>>(cells, "overrides")?,
        reminders: None,
        person: cells
            .take::<Option<[u8; 16]>>("person")?
            .map(|id| PersonId::from_bytes(id).to_string()),
        disabled: !cells.take::<bool>("enabled")?,
        notice: cells.take("notice")?,
        overlap: cells.text("overlap").map(said)?,
    })
}

fn json<T>(cells: &mut Cells<'_, '_>, name: &str) -> rusqlite::Result<T>
where
    T: serde::de::DeserializeOwned + Default,
{
    match cells.text(name)? {
        "[]" => Ok(T::default()),
        text => serde_json::from_str(text).map_err(|e| damaged(name, &e.to_string())),
    }
}

fn complete(tx: &Transaction<'_>, zones: &Zones, mut raw: Raw) -> Result<EventRow> {
    raw.draft.reminders = Some(reminders(tx, raw.id)?);
    let person = match &raw.draft.person {
        Some(id) => {
            let id = id.parse().map_err(|_| Error::not_found("person", id))?;
            // What is of somebody who was deleted is of nobody, until they come back.
            let is_there = |row: &PersonRow| row.deleted_at.is_none() || raw.deleted_at.is_some();
            person::find(tx, id)?.filter(is_there).map(|row| row.person)
        }
        None => None,
    };
    raw.draft.person = person.as_ref().map(|person| person.id.to_string());
    let check = Check { zones, person, origin: Origin::Ledger };
    let event = raw.draft.check(raw.id, raw.root, &check)?;
    let Raw { version, decided_until, plan_at, deleted_at, updated_at, source, .. } = raw;
    Ok(EventRow { event, version, decided_until, plan_at, deleted_at, updated_at, source })
}

fn reminders(tx: &Transaction<'_>, event: EventId) -> Result<Vec<ReminderDraft>> {
    let sql = "SELECT trigger, channel, use_by, collapse, nag, alarm FROM reminder WHERE event = ?1 ORDER BY place";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([event.bytes()], |row| {
        Ok(ReminderDraft {
            trigger: row.get(0)?,
            channel: calendar::id::ChannelId::from_bytes(row.get(1)?).to_string(),
            use_by: row.get(2)?,
            collapse: row.get(3)?,
            nag: nag(row, "nag")?.map(|nag| nag.to_string()),
            alarm: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn several(
    tx: &Transaction<'_>,
    zones: &Zones,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<EventRow>> {
    let found = sorted_out(tx, zones, sql, values)?;
    for (id, error) in &found.damaged {
        say_damaged(*id, error);
    }
    Ok(found.rows)
}

/// Says that an event cannot be read, once while the program runs.
pub(crate) fn say_damaged(id: EventId, error: &Error) {
    static SAID: Mutex<BTreeSet<EventId>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
        tracing::error!(event = %id, %error, "an event cannot be read and is left out");
    }
}

fn sorted_out(
    tx: &Transaction<'_>,
    zones: &Zones,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Legible> {
    let raws: Vec<(EventId, rusqlite::Result<Raw>)> = {
        let mut statement = tx.prepare_cached(sql)?;
        let rows = statement
            .query_map(values, |row| Ok((EventId::from_bytes(row.get("id")?), read(row))))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    let mut found = Legible::default();
    for (id, raw) in raws {
        match raw.map_err(Error::from).and_then(|raw| complete(tx, zones, raw)) {
            Ok(row) => found.rows.push(row),
            Err(error) if error.is_damage() => found.damaged.push((id, error)),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// This event, also a deleted one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, zones: &Zones, id: EventId) -> Result<Option<EventRow>> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE id = ?1");
    let raw = tx.prepare_cached(&sql)?.query_row([id.bytes()], read).optional()?;
    raw.map(|raw| complete(tx, zones, raw)).transpose()
}

/// This event, also a deleted one, if it can be read.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find_legible(tx: &Transaction<'_>, zones: &Zones, id: EventId) -> Result<Option<EventRow>> {
    match find(tx, zones, id) {
        Err(error) if error.is_damage() => {
            say_damaged(id, &error);
            Ok(None)
        }
        found => found,
    }
}

/// The event of this UID, also a deleted one: an import made it, or it was made here and this is
/// the name it is exported by.
///
/// # Errors
/// When the ledger cannot be read.
pub fn by_uid(
    tx: &Transaction<'_>,
    zones: &Zones,
    calendar: CalendarId,
    uid: &str,
) -> Result<Option<EventRow>> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE calendar = ?1 AND uid = ?2");
    let raw =
        tx.prepare_cached(&sql)?.query_row(params![calendar.bytes(), uid], read).optional()?;
    if let Some(raw) = raw {
        return complete(tx, zones, raw).map(Some);
    }
    let Ok(id) = uid.parse::<EventId>() else { return Ok(None) };
    let made_here = |row: &EventRow| row.source.uid.is_none() && row.event.calendar == calendar;
    Ok(find(tx, zones, id)?.filter(made_here))
}

/// The undeleted event of this UID, in whatever calendar: one that came in, or was made here.
///
/// # Errors
/// When the ledger cannot be read.
pub fn by_uid_anywhere(tx: &Transaction<'_>, zones: &Zones, uid: &str) -> Result<Option<EventRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event WHERE uid = ?1 AND deleted_at IS NULL ORDER BY id LIMIT 1"
    );
    if let Some(row) = several(tx, zones, &sql, [uid])?.pop() {
        return Ok(Some(row));
    }
    let Ok(id) = uid.parse::<EventId>() else { return Ok(None) };
    let made_here = |row: &EventRow| row.source.uid.is_none() && row.deleted_at.is_none();
    Ok(find_legible(tx, zones, id)?.filter(made_here))
}

/// What came by itself of the series of this UID, which was not there; also where it was deleted.
///
/// # Errors
/// When the ledger cannot be read.
pub fn singles(
    tx: &Transaction<'_>,
    zones: &Zones,
    calendar: CalendarId,
    series: &str,
) -> Result<Vec<EventRow>> {
    // All that begin with the UID and a hash; the sign after that is the dollar.
    let sql = format!(
        "SELECT {COLUMNS} FROM event WHERE uid >= ?1 AND uid < ?2 AND calendar = ?3
        AND series_root = id ORDER BY uid LIMIT 1000"
    );
    let (from, until) = (format!("{series}#"), format!("{series}$"));
    several(tx, zones, &sql, params![from, until, calendar.bytes()])
}

/// The events whose time has come to be planned, at most so many, behind so many.
///
/// # Errors
/// When the ledger cannot be read.
pub fn to_plan(
    tx: &Transaction<'_>,
    zones: &Zones,
    now: Timestamp,
    (limit, behind): (u32, u32),
) -> Result<Legible> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event WHERE plan_at <= ?1 ORDER BY plan_at LIMIT ?2 OFFSET ?3"
    );
    sorted_out(tx, zones, &sql, params![ms(now), limit, behind])
}

/// Every undeleted event.
///
/// # Errors
/// When the ledger cannot be read.
pub fn legible(tx: &Transaction<'_>, zones: &Zones) -> Result<Legible> {
    sorted_out(tx, zones, &format!("SELECT {COLUMNS} FROM event WHERE deleted_at IS NULL"), [])
}

/// When the next event has to be planned.
///
/// # Errors
/// When the ledger cannot be read.
pub fn next_plan(tx: &Transaction<'_>) -> Result<Option<Timestamp>> {
    let sql = "SELECT min(plan_at) FROM event WHERE plan_at IS NOT NULL";
    let next: Option<i64> = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(next.map(moment))
}

/// The events that may touch a stretch of time.
///
/// # Errors
/// When the ledger cannot be read.
pub fn touching(
    tx: &Transaction<'_>,
    zones: &Zones,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<EventRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event INDEXED BY event_long
            WHERE deleted_at IS NULL AND {LONG} AND spans_until >= ?1 AND spans_from <= ?2
        UNION ALL SELECT {COLUMNS} FROM event INDEXED BY event_short
            WHERE deleted_at IS NULL AND NOT {LONG} AND spans_from BETWEEN ?1 - {SHORT_MS} AND ?2
            AND spans_until >= ?1"
    );
    several(tx, zones, &sql, params![ms(from), ms(until)])
}

/// The undeleted events with an id after this one, in the order of their ids, at most `limit`.
///
/// # Errors
/// When the ledger cannot be read.
pub fn after(
    tx: &Transaction<'_>,
    zones: &Zones,
    id: Option<EventId>,
    planned: Planned,
    limit: u32,
) -> Result<Legible> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event INDEXED BY sqlite_autoindex_event_1
        WHERE id > ?1 AND deleted_at IS NULL AND (?2 OR zone IS NULL OR overrides <> '[]')
        ORDER BY id LIMIT ?3"
    );
    let from: &[u8] = id.as_ref().map_or(&[], |id| id.bytes());
    sorted_out(tx, zones, &sql, params![from, planned != Planned::ByMachine, limit])
}

/// The other undeleted events of the same series, or of the same person if the event is about one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn parts(tx: &Transaction<'_>, zones: &Zones, of: &Event) -> Result<Vec<EventRow>> {
    if let Some(person) = of.person.as_ref().filter(|_| of.kind.is_of_person()) {
        let mut rows = days_of_person(tx, zones, person.id)?;
        rows.retain(|row| row.event.id != of.id);
        return Ok(rows);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM event WHERE series_root = ?1 AND id <> ?2 AND deleted_at IS NULL ORDER BY id"
    );
    several(tx, zones, &sql, params![of.series_root.bytes(), of.id.bytes()])
}

/// The undeleted events of a calendar, also those that cannot be read.
///
/// # Errors
/// When the ledger cannot be read.
pub fn of_calendar(tx: &Transaction<'_>, zones: &Zones, id: CalendarId) -> Result<Legible> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE calendar = ?1 AND deleted_at IS NULL");
    sorted_out(tx, zones, &sql, [id.bytes()])
}

/// Some of the undeleted events that are told through a channel, with an id after this one, in the
/// order of their ids.
///
/// # Errors
/// When the ledger cannot be read.
pub fn told_through(
    tx: &Transaction<'_>,
    channel: calendar::id::ChannelId,
    after: Option<EventId>,
    limit: u32,
) -> Result<Vec<EventId>> {
    let sql = "SELECT id FROM event WHERE deleted_at IS NULL AND id > ?2
        AND id IN (SELECT event FROM reminder WHERE channel = ?1) ORDER BY id LIMIT ?3";
    let after: &[u8] = after.as_ref().map_or(&[], |id| id.bytes());
    let mut statement = tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok(EventId::from_bytes(row.get(0)?));
    let rows = statement.query_map(params![channel.bytes(), after, limit], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whether an event, or a part of its series, is told through a channel.
///
/// # Errors
/// When the ledger cannot be read.
pub fn is_told_through(
    tx: &Transaction<'_>,
    root: EventId,
    channel: calendar::id::ChannelId,
) -> Result<bool> {
    let sql = "SELECT 1 FROM reminder WHERE channel = ?1
        AND event IN (SELECT id FROM event WHERE deleted_at IS NULL AND (id = ?2 OR series_root = ?2))";
    Ok(tx.prepare_cached(sql)?.exists(params![channel.bytes(), root.bytes()])?)
}

/// How many undeleted events there are.
///
/// # Errors
/// When the ledger cannot be read.
pub fn count(tx: &Transaction<'_>) -> Result<u32> {
    Ok(tx.query_row("SELECT count(*) FROM event WHERE deleted_at IS NULL", [], |row| row.get(0))?)
}
