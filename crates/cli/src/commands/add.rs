//! `carillon add`: a new event, what comes of it, and which reminders have passed.

use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::CalendarId,
    kind::KindRef,
    nag::Insist,
    policy::{Collapse, UseBy},
    recurrence::{Cron, CronError},
    reminder::{Reminder, Trigger},
    timing::{LocalStart, Tie},
    zones::ZoneName,
};
use engine::{events::Save, ledger::person::PersonRow, reconcile::Passed};
use jiff::Timestamp;
use serde::Serialize;

use super::event::{EffectShape, Shape, View};
use crate::{
    answer::Answer,
    args::{Add, Insisting},
    failure::Failure,
    session::Session,
    times::{self, Given, Reading},
    words,
};

#[derive(Serialize)]
struct Added {
    #[serde(flatten)]
    event: Shape,
    #[serde(flatten)]
    effect: EffectShape,
    /// What is other than it was written, one sentence each.
    remarks: Vec<String>,
}

pub fn run(session: &Session, words: &Add) -> Result<Answer, Failure> {
    let draft = draft(session, words)?;
    let save = Save { draft, allow_past: words.past, ..Save::default() };
    let saved = session.engine.save_event(&save)?;
    let id = saved.event.parse().map_err(|e| Failure::failed(format!("{e}")))?;
    let row = session.engine.event(id)?;
    let view = View::new(session, &row, session.engine.now().wall)?;
    let mut text = format!("Added “{}”: {id}\n{}", row.event.title, view.lines());
    let remarks = view.remarks();
    for line in &remarks {
        text.push_str(&format!("{line}.\n"));
    }
    for line in passed(session, &saved.effect.passed) {
        text.push_str(&line);
    }
    if !row.event.reminders.is_empty() {
        text.push_str(&session.warning());
    }
    let effect = EffectShape::of(&saved.effect);
    Ok(Answer::new(text, &Added { event: view.shape(), effect, remarks }))
}

/// The reminders that had passed, each said once for all its channels.
pub fn passed(session: &Session, passed: &[Passed]) -> Vec<String> {
    let zone = session.zone();
    let mut lines = Vec::new();
    for one in passed {
        let name = match one.trigger.parse::<Trigger>() {
            Ok(trigger) => {
                let hour = one.on_a_date.then_some(session.context.all_day_hour);
                words::trigger_on(&trigger, hour, &zone)
            }
            Err(_) => one.trigger.clone(),
        };
        let due = Timestamp::from_millisecond(one.due_ms).unwrap_or(Timestamp::MIN);
        let line = format!("{name} has already passed ({}).\n", words::moment_there(due, &zone));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn draft(session: &Session, words: &Add) -> Result<EventDraft, Failure> {
    let kind = kind(words)?;
    let (field, at) = match (&words.deadline, &words.at) {
        (Some(deadline), _) => ("deadline", Some(deadline)),
        (None, at) => ("at", at.as_ref()),
    };
    let context = &session.context;
    let theirs = words.zone_of.as_ref().map(|name| theirs(session, words, name)).transpose()?;
    let reading = Reading {
        field,
        zones: &context.zones,
        zone: theirs.as_ref().map(|(_, zone)| zone.as_str()).or(words.zone.as_deref()),
        machine: &context.machine,
    };
    let given = match (at, &words.cron) {
        (Some(at), None) => reading.read(at)?,
        (None, None) => return Err(Failure::usage("at", "a start is missing: say it with --at")),
        (Some(at), Some(_)) => Given { is_date: false, ..reading.read(at)? },
        (None, Some(_)) => reading.now(session.engine.now().wall)?,
    };
    let (local, rules) = match &words.cron {
        Some(line) => lowered(line, &given)?,
        None => (given.local, words.rrule.clone().into_iter().collect()),
    };
    let zone = match &theirs {
        Some((_, zone)) if !given.is_date => Tie::Theirs(zone.clone()).zone_text(),
        Some(_) => {
            let message =
                "a whole day has no zone of its own: give a time, or leave --zone-of away";
            return Err(Failure::usage("zone-of", message));
        }
        None => zone(words, &given)?,
    };
    let tie = if given.is_date { Tie::AllDay } else { Tie::Floating };
    let length = words.length.as_deref().map(|text| times::length("for", text)).transpose()?;
    let calendar = match &words.calendar {
        Some(name) => session.calendar(name)?.id,
        None => session.engine.calendars()?.first().map_or(CalendarId::FIRST, |row| row.id),
    };
    let person = match &theirs {
        Some((person, _)) => Some(person.clone()),
        None => words.person.as_ref().map(|name| session.person(name)).transpose()?,
    };
    let said = Reminding {
        remind: &words.remind,
        channel: &words.channel,
        use_by: words.use_by,
        collapse: words.collapse,
        insist: words.insist,
        by_end_of_day: given.is_date && kind.code() == "deadline",
    };
    Ok(EventDraft {
        kind: kind.code().into(),
        calendar: calendar.to_string(),
        title: words.title.clone(),
        place: words.place.clone().unwrap_or_default(),
        description: words.notes.clone().unwrap_or_default(),
        start: local.text(given.is_date),
        zone,
        length: length.map(|l| (l.days, l.seconds)),
        rules,
        reminders: reminders(session, &said, kind.defaults().reminders_on(&tie), reading)?,
        person: person.map(|row| row.person.id.to_string()),
        notice: words.terms.notice.unwrap_or_default(),
        overlap: words.terms.overlap.unwrap_or_default().code().into(),
        ..EventDraft::default()
    })
}

/// The first run of a line of cron from then on, and its rule.
fn lowered(line: &str, given: &Given) -> Result<(LocalStart, Vec<String>), Failure> {
    let refused = |error: CronError| Failure::usage("cron", error.to_string());
    let (start, rule) =
        Cron::parse(line).map_err(refused)?.from(given.local.at).map_err(refused)?;
    // The second of two equal hours is meant only where the first run is the start itself.
    let fold = given.local.fold && start == given.local.at;
    Ok((LocalStart { at: start, fold }, vec![rule.to_string()]))
}

/// Whose time it is, and the zone that is now.
fn theirs(session: &Session, words: &Add, name: &str) -> Result<(PersonRow, ZoneName), Failure> {
    let found = their_zone(session, name)?;
    let person = &found.0.person;
    if let Some(other) = &words.person
        && session.person(other)?.person.id != person.id
    {
        let message = format!(
            "--zone-of makes it an event of {}, and --person says {other}: leave one of them away",
            person.name
        );
        return Err(Failure::usage("person", message));
    }
    Ok(found)
}

/// A person with the zone of their own.
pub fn their_zone(session: &Session, name: &str) -> Result<(PersonRow, ZoneName), Failure> {
    let row = session.person(name)?;
    let person = &row.person;
    let zone = person.zone.clone().ok_or_else(|| {
        let message = format!(
            "{name} has no zone: give one with `carillon person edit {} --zone ZONE`",
            words::argument(&person.name),
            name = person.name
        );
        Failure::usage("zone-of", message)
    })?;
    Ok((row, zone))
}

fn kind(words: &Add) -> Result<KindRef, Failure> {
    let named = |code: &str| code.parse().map_err(|e: String| Failure::usage("kind", e));
    match (&words.deadline, words.kind) {
        (None, None) => named("appointment"),
        (None, Some(kind)) => Ok(kind),
        (Some(_), None) => named("deadline"),
        (Some(_), Some(kind)) if kind.code() == "deadline" => Ok(kind),
        (Some(_), Some(kind)) => {
            let message =
                format!("--deadline makes a task and --kind says {kind}: leave one of them away");
            Err(Failure::usage("kind", message))
        }
    }
}

/// The zone of the event; none for a date and for a floating time.
fn zone(words: &Add, given: &Given) -> Result<Option<String>, Failure> {
    match (given.is_date, words.floating) {
        (true, _) if words.zone.is_some() => {
            let message = "a whole day has no zone of its own: give a time, or leave --zone away";
            Err(Failure::usage("zone", message))
        }
        (true, true) => {
            let message =
                "a whole day is the same everywhere: give a time, or leave --floating away";
            Err(Failure::usage("floating", message))
        }
        (false, true) if given.is_placed => {
            let message =
                "a floating time has no zone and no offset: write it like 2027-05-01T08:00";
            Err(Failure::usage("floating", message))
        }
        (true, false) | (false, true) => Ok(None),
        (false, false) => Ok(Some(given.zone.to_string())),
    }
}

/// What is said about reminders.
pub struct Reminding<'a> {
    pub remind: &'a [String],
    pub channel: &'a [String],
    pub use_by: Option<UseBy>,
    pub collapse: Option<Collapse>,
    pub insist: Insisting,
    /// Of a task on a date, hours before count from the end of that day.
    pub by_end_of_day: bool,
}

/// Each reminder through each channel, the usual ones where none is said; `None` leaves all to
/// the kind.
pub fn reminders(
    session: &Session,
    words: &Reminding<'_>,
    usual: Vec<Trigger>,
    reading: Reading<'_>,
) -> Result<Option<Vec<ReminderDraft>>, Failure> {
    if words.remind.iter().any(|text| text == "none")
        && (words.remind.len() > 1 || !words.channel.is_empty())
    {
        let message = "--remind none means no reminder at all: leave it away, or every other --remind and --channel";
        return Err(Failure::usage("remind", message));
    }
    let is_usual = words.remind.is_empty()
        && words.channel.is_empty()
        && words.use_by.is_none()
        && words.collapse.is_none()
        && !words.insist.is_said();
    if is_usual {
        return Ok(None);
    }
    let triggers = match words.remind {
        [] => usual,
        [none] if none == "none" => Vec::new(),
        several => {
            let each = several.iter().map(|text| {
                let read = trigger(session, text, reading)?;
                Ok(if words.by_end_of_day { read.before_end_of_day() } else { read })
            });
            each.collect::<Result<_, Failure>>()?
        }
    };
    let desktop = ["desktop".to_string()];
    let names = if words.channel.is_empty() { &desktop[..] } else { words.channel };
    let mut reminders = Vec::new();
    for name in names {
        let channel = session.channel(name)?;
        for trigger in &triggers {
            reminders.push(ReminderDraft::from(&Reminder {
                trigger: *trigger,
                channel: channel.id,
                use_by: words.use_by,
                collapse: words.collapse,
                insist: words.insist.over(Insist::default()),
            }));
        }
    }
    Ok(Some(reminders))
}

fn trigger(session: &Session, text: &str, reading: Reading<'_>) -> Result<Trigger, Failure> {
    match text.strip_prefix('@') {
        Some(moment) => {
            let reading = Reading { field: "remind", ..reading };
            Ok(Trigger::At(reading.moment(moment, session.context.all_day_hour)?))
        }
        None if text.starts_with('-') => {
            let after = text.trim_start_matches('-');
            let message = format!(
                "'{text}' may be before the start or after it: write {after} for before, +{after} for after"
            );
            Err(Failure::usage("remind", message))
        }
        None => Trigger::parse_offset(text).map_err(|e| Failure::usage("remind", e.to_string())),
    }
}
