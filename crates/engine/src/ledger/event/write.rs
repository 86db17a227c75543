//! The writing of definitions, and of how far each is planned.

use calendar::{
    draft::{EventDraft, ReminderDraft},
    event::Event,
    id::{EventId, PersonId},
    nag::Nag,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Source, Spans, imported};
use crate::{
    error::{Error, Result},
    ledger::{moment, ms},
};

/// Writes a definition: a new event, or the next version of one.
///
/// # Errors
/// [`Error::Conflict`] when the event is no longer at `based_on`.
pub fn put(
    tx: &Transaction<'_>,
    event: &Event,
    spans: Spans,
    source: &Source,
    based_on: Option<i64>,
    now: Timestamp,
) -> Result<i64> {
    let draft = EventDraft::from(event);
    match based_on {
        None => insert(tx, event, &draft, spans, source, now)?,
        Some(version) => {
            if source.uid.is_some() {
                imported::keep(tx, event.id)?;
            }
            update(tx, event, &draft, spans, source, version, now)?;
        }
    }
    tx.prepare_cached("DELETE FROM reminder WHERE event = ?1")?.execute([event.id.bytes()])?;
    let sql = "INSERT INTO reminder (event, place, trigger, channel, use_by, collapse, nag, alarm)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut statement = tx.prepare_cached(sql)?;
    for (place, reminder) in event.reminders.iter().enumerate() {
        let text = ReminderDraft::from(reminder);
        statement.execute(params![
            event.id.bytes(),
            i64::try_from(place).unwrap_or(i64::MAX),
            text.trigger,
            reminder.channel.bytes(),
            text.use_by,
            text.collapse,
            reminder.insist.nag.map(Nag::seconds),
            reminder.insist.alarm
        ])?;
    }
    Ok(based_on.map_or(1, |version| version + 1))
}

fn text_of(list: &impl serde::Serialize) -> String {
    serde_json::to_string(list).expect("BUG: lists of texts are JSON")
}

fn insert(
    tx: &Transaction<'_>,
    event: &Event,
    d: &EventDraft,
    spans: Spans,
    source: &Source,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO event (id, series_root, calendar, kind, title, place, description, start, zone, gap,
        fold, days, seconds, rules, rdates, exdates, overrides, person, enabled, spans_from, spans_until,
        uid, sequence, stamp, extra, url, version, decided_until, created_at, updated_at, notice, overlap)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
        ?22, ?23, ?24, ?25, ?26, 1, ?27, ?27, ?27, ?28, ?29)";
    let length = event.timing.length;
    tx.prepare_cached(sql)?.execute(params![
        event.id.bytes(),
        event.series_root.bytes(),
        event.calendar.bytes(),
        d.kind,
        d.title,
        d.place,
        d.description,
        d.start,
        d.zone,
        d.gap,
        d.fold,
        length.days,
        length.seconds,
        text_of(&d.rules),
        text_of(&d.rdates),
        text_of(&d.exdates),
        text_of(&d.overrides),
        event.person.as_ref().map(|p| *p.id.bytes()),
        event.enabled,
        ms(spans.from),
        ms(spans.until),
        source.uid,
        source.sequence,
        source.stamp,
        source.extra,
        d.url,
        ms(now),
        event.notice,
        event.overlap.code()
    ])?;
    Ok(())
}

fn update(
    tx: &Transaction<'_>,
    event: &Event,
    d: &EventDraft,
    spans: Spans,
    source: &Source,
    version: i64,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE event SET calendar = ?2, kind = ?3, title = ?4, place = ?5, description = ?6, start = ?7,
        zone = ?8, gap = ?9, fold = ?10, days = ?11, seconds = ?12, rules = ?13, rdates = ?14, exdates = ?15,
        overrides = ?16, person = ?17, enabled = ?18, spans_from = ?19, spans_until = ?20, uid = ?21,
        sequence = ?22, stamp = ?23, extra = ?24, version = version + 1, updated_at = ?25, url = ?27, notice = ?28,
        overlap = ?29, deleted_at = NULL
        WHERE id = ?1 AND version = ?26";
    let length = event.timing.length;
    let changed = tx.prepare_cached(sql)?.execute(params![
        event.id.bytes(),
        event.calendar.bytes(),
        d.kind,
        d.title,
        d.place,
        d.description,
        d.start,
        d.zone,
        d.gap,
        d.fold,
        length.days,
        length.seconds,
        text_of(&d.rules),
        text_of(&d.rdates),
        text_of(&d.exdates),
        text_of(&d.overrides),
        event.person.as_ref().map(|p| *p.id.bytes()),
        event.enabled,
        ms(spans.from),
        ms(spans.until),
        source.uid,
        source.sequence,
        source.stamp,
        source.extra,
        ms(now),
        version,
        d.url,
        event.notice,
        event.overlap.code()
    ])?;
    if changed == 1 {
        return Ok(());
    }
    let sql = "SELECT version FROM event WHERE id = ?1";
    let found: Option<i64> = tx.query_row(sql, [event.id.bytes()], |row| row.get(0)).optional()?;
    Err(found.map_or_else(
        || Error::not_found("event", event.id),
        |found| Error::Conflict { expected: version, found },
    ))
}

/// Deletes an event, leaving its tombstone.
///
/// # Errors
/// When there is no such event.
pub fn bury(tx: &Transaction<'_>, id: EventId, now: Timestamp) -> Result<()> {
    let sql =
        "UPDATE event SET deleted_at = ?2, plan_at = NULL, version = version + 1, updated_at = ?2
        WHERE id = ?1 AND deleted_at IS NULL";
    match tx.execute(sql, params![id.bytes(), ms(now)])? {
        1 => Ok(()),
        _ => Err(Error::not_found("event", id)),
    }
}

/// Takes the tombstone from an event that cannot be read, as it is.
///
/// # Errors
/// When the ledger cannot be written.
pub fn unbury(tx: &Transaction<'_>, id: EventId, now: Timestamp) -> Result<()> {
    let sql =
        "UPDATE event SET deleted_at = NULL, version = version + 1, updated_at = ?2 WHERE id = ?1";
    tx.execute(sql, params![id.bytes(), ms(now)])?;
    Ok(())
}

/// Notes how far an event is decided and when to look at it again.
///
/// # Errors
/// When the ledger cannot be written.
pub fn decided(
    tx: &Transaction<'_>,
    id: EventId,
    until: Timestamp,
    plan_at: Option<Timestamp>,
) -> Result<()> {
    let sql = "UPDATE event SET decided_until = ?2, plan_at = CASE WHEN deleted_at IS NULL THEN ?3 END WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![id.bytes(), ms(until), plan_at.map(ms)])?;
    Ok(())
}

/// Notes that an event is decided on up to here, if it is not further.
///
/// # Errors
/// When the ledger cannot be written.
pub fn decided_at_least(tx: &Transaction<'_>, id: EventId, until: Timestamp) -> Result<()> {
    let sql = "UPDATE event SET decided_until = ?2 WHERE id = ?1 AND decided_until < ?2";
    tx.prepare_cached(sql)?.execute(params![id.bytes(), ms(until)])?;
    Ok(())
}

/// Up to where an event is decided on.
///
/// # Errors
/// When the ledger cannot be read.
pub fn decided_until(tx: &Transaction<'_>, id: EventId) -> Result<Timestamp> {
    let sql = "SELECT decided_until FROM event WHERE id = ?1";
    Ok(moment(tx.prepare_cached(sql)?.query_row([id.bytes()], |row| row.get(0))?))
}

/// Looks no more at an event that cannot be read.
///
/// # Errors
/// When the ledger cannot be written.
pub fn unplan(tx: &Transaction<'_>, id: EventId) -> Result<()> {
    tx.execute("UPDATE event SET plan_at = NULL WHERE id = ?1", [id.bytes()])?;
    Ok(())
}

/// Looks at an event with the next plan.
///
/// # Errors
/// When the ledger cannot be written.
pub fn plan_now(tx: &Transaction<'_>, id: EventId, now: Timestamp) -> Result<()> {
    let sql = "UPDATE event SET plan_at = ?2 WHERE id = ?1 AND deleted_at IS NULL";
    tx.prepare_cached(sql)?.execute(params![id.bytes(), ms(now)])?;
    Ok(())
}

/// The days of a person are elsewhere now: they are planned anew.
///
/// # Errors
/// When the ledger cannot be written.
pub fn plan_of_person(tx: &Transaction<'_>, id: PersonId, now: Timestamp) -> Result<()> {
    let sql = "UPDATE event SET plan_at = ?2 WHERE person = ?1 AND deleted_at IS NULL AND length(start) = 8";
    tx.execute(sql, params![id.bytes(), ms(now)])?;
    Ok(())
}

/// After the wall clock went back: nothing is decided beyond now, and all is looked at again.
///
/// # Errors
/// When the ledger cannot be written.
pub fn rewind(tx: &Transaction<'_>, now: Timestamp) -> Result<()> {
    // Once-only events are decided when they are saved, so their ended rows are asked as well.
    let sql = "UPDATE event SET decided_until = min(decided_until, ?1), plan_at = ?1
        WHERE deleted_at IS NULL AND (decided_until > ?1 OR id IN (
            SELECT event FROM delivery WHERE due > ?1 AND state IN ('expired', 'coalesced', 'skipped')))";
    tx.execute(sql, [ms(now)])?;
    Ok(())
}
