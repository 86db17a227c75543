//! `carillon list`: what happens in a stretch of time, day by day.

use std::collections::BTreeMap;

use calendar::{
    delivery::{Class, State},
    id::CalendarId,
    timing::{later, start_of_day},
};
use engine::queries::{Happening, Shown};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::series;
use crate::{
    answer::Answer, args::List, failure::Failure, session::Session, their, times::Reading, words,
};

#[derive(Serialize)]
struct Shape {
    event: String,
    title: String,
    start: String,
    /// The start by which an occurrence is named for ever, also after it was moved.
    original: String,
    end: String,
    /// The start by this computer's clock.
    here: Option<String>,
    /// Whose zone its times are in, if they are a person's.
    zone_of: Option<String>,
    all_day: bool,
    calendar: String,
    state: Option<&'static str>,
    late: bool,
    place: String,
    kind: &'static str,
    /// The last that is listed of an event which happens more often in this stretch.
    more: bool,
    /// Whether it is told at all: a cancelled one is not.
    enabled: bool,
    /// Whether its file says that it is done.
    done: bool,
}

/// An occurrence with what is shown of it.
struct Line {
    happening: Happening,
    shown: Shown,
    calendar: String,
}

pub fn run(session: &Session, words: &List) -> Result<Answer, Failure> {
    let (from, to, zone) = stretch(session, words)?;
    let now = session.engine.now().wall;
    let calendars = session.engine.calendars()?;
    let names: BTreeMap<CalendarId, String> =
        calendars.into_iter().map(|c| (c.id, c.name)).collect();
    let line = |happening: Happening| Line {
        shown: happening.shown(now, &session.context),
        calendar: names.get(&happening.event.calendar).cloned().unwrap_or_default(),
        happening,
    };
    let only = words.calendar.as_deref().map(|name| session.calendar(name)).transpose()?;
    let is_asked_for = |happening: &Happening| {
        let event = &happening.event;
        words.event.is_none_or(|id| event.id == id)
            && only.as_ref().is_none_or(|calendar| event.calendar == calendar.id)
    };
    let found = session.engine.happenings(from, to)?.into_iter().filter(is_asked_for);
    let lines: Vec<Line> = found.map(line).collect();
    let shapes: Vec<Shape> = lines.iter().map(|line| shape(session, line)).collect();
    let mut said = text(&lines, from, to, &zone);
    let will_ring =
        |line: &Line| state(line.shown).is_some_and(|state| state.class() == Class::Live);
    if lines.iter().any(will_ring) {
        said.push_str(&session.warning());
    }
    Ok(Answer::new(said, &shapes))
}

/// From when until when, and in which zone that is told.
fn stretch(session: &Session, words: &List) -> Result<(Timestamp, Timestamp, TimeZone), Failure> {
    let context = &session.context;
    let reading = Reading {
        field: "from",
        zones: &context.zones,
        zone: words.zone.as_deref(),
        machine: &context.machine,
    };
    let zone = match &words.zone {
        Some(name) => context.zones.zone(&reading.named(name)?).0,
        None => session.zone(),
    };
    let from = match &words.from {
        Some(text) => reading.moment(text, 0)?,
        None => start_of_day(zone.to_datetime(session.engine.now().wall).date(), &zone),
    };
    let to = match &words.to {
        Some(text) => Reading { field: "to", ..reading }.moment(text, 0)?,
        None => {
            let week = jiff::Span::new().days(7);
            let end = from.to_zoned(zone.clone()).checked_add(week);
            end.map_or_else(|_| later(from, 7 * 86_400), |end| end.timestamp())
        }
    };
    if to <= from {
        return Err(Failure::usage("to", "--to is not after --from: the stretch would be empty"));
    }
    Ok((from, to, zone))
}

fn shape(session: &Session, line: &Line) -> Shape {
    let occurrence = &line.happening.occurrence;
    let all_day = occurrence.tie.is_all_day();
    let end = match all_day {
        true => last_day(&line.happening, &occurrence.zone).to_string(),
        false => occurrence.end.to_zoned(occurrence.zone.clone()).to_string(),
    };
    Shape {
        event: line.happening.event.id.to_string(),
        title: line.happening.title().to_string(),
        start: occurrence.label(),
        original: series::original(session, &line.happening.event, occurrence),
        end,
        here: their::start_here(occurrence, &session.zone()),
        zone_of: their::whose(&line.happening.event),
        all_day,
        calendar: line.calendar.clone(),
        state: state(line.shown).map(State::code),
        late: line.shown == Shown::Late,
        place: line.happening.place().to_string(),
        kind: line.happening.event.kind.code(),
        more: line.happening.cut,
        enabled: line.happening.event.enabled,
        done: line.happening.done,
    }
}

/// The last day an all-day occurrence is on.
fn last_day(happening: &Happening, zone: &TimeZone) -> Date {
    zone.to_datetime(later(happening.occurrence.end, -1)).date()
}

const fn state(shown: Shown) -> Option<State> {
    Some(match shown {
        Shown::Nothing => return None,
        Shown::Scheduled => State::Scheduled,
        Shown::Told | Shown::Late => State::Completed,
        Shown::Skipped => State::Skipped,
        Shown::Expired => State::Expired,
        Shown::Held => State::Held,
        Shown::Retrying => State::Retrying,
        Shown::Review => State::Review,
        Shown::Dead => State::Dead,
    })
}

fn text(lines: &[Line], from: Timestamp, to: Timestamp, zone: &TimeZone) -> String {
    let first = words::date(zone.to_datetime(from).date());
    let last = words::date(zone.to_datetime(later(to, -1)).date());
    let is_one_day = first == last;
    let stretch = if is_one_day { first } else { format!("{first} to {last}") };
    let name = zone.iana_name().unwrap_or("UTC");
    if lines.is_empty() {
        let when = if is_one_day { "on" } else { "from" };
        return format!("Nothing happens {when} {stretch}.");
    }
    let mut text = format!("{stretch} (times in {name})\n");
    let day_of = |line: &Line| match line.happening.occurrence.tie.is_all_day() {
        true => line.happening.occurrence.present.at.date(),
        false => zone.to_datetime(line.happening.occurrence.start.max(from)).date(),
    };
    let mut rows: Vec<[String; 5]> = Vec::new();
    let mut heads: Vec<(usize, Date)> = Vec::new();
    for line in lines {
        let day = day_of(line);
        if heads.last().is_none_or(|(_, last)| *last != day) {
            heads.push((rows.len(), day));
        }
        rows.push(row(line, zone));
    }
    let table = words::titled(&rows, 1, words::screen());
    for (at, line) in table.lines().enumerate() {
        if let Some((_, day)) = heads.iter().find(|(head, _)| *head == at) {
            text.push_str(&format!("\n{}\n", words::date(*day)));
        }
        text.push_str(line);
        text.push('\n');
    }
    for line in lines.iter().filter(|line| line.happening.cut) {
        let (title, last) = (line.happening.title(), line.happening.occurrence.start);
        text.push_str(&format!(
            "\nAnd more: “{title}” goes on after {}; list what comes then with --from.\n",
            words::moment(last, zone)
        ));
    }
    text
}

fn row(line: &Line, zone: &TimeZone) -> [String; 5] {
    let occurrence = &line.happening.occurrence;
    let clock = |at: Timestamp| words::clock(zone.to_datetime(at).time());
    let when = match (occurrence.tie.is_all_day(), occurrence.start == occurrence.end) {
        (true, _) => {
            let last = last_day(&line.happening, &occurrence.zone);
            match last == occurrence.present.at.date() {
                true => "all day".into(),
                false => format!("until {}", last.strftime("%a %-d %b")),
            }
        }
        (false, true) => clock(occurrence.start),
        (false, false) => format!("{} to {}", clock(occurrence.start), clock(occurrence.end)),
    };
    let shown = match line.shown {
        Shown::Nothing if line.happening.done => "done",
        Shown::Nothing if !line.happening.event.enabled => "cancelled",
        Shown::Late => "told late",
        other => state(other).map_or("", words::state),
    };
    let there = their::there(&line.happening.event, occurrence, zone);
    let there = there.map_or_else(String::new, |there| format!(" · {there}"));
    [
        format!("  {when}{there}"),
        line.happening.title().to_string(),
        line.calendar.clone(),
        shown.into(),
        line.happening.event.id.to_string(),
    ]
}
