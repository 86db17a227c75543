//! `carillon next`: what will ring next.

use calendar::{delivery::State, event::Event, occurrence::Occurrence, reason::Reason};
use engine::{
    message::utc,
    queries::{Fate, Ring},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{answer::Answer, args::Next, failure::Failure, session::Session, their, words};

#[derive(Serialize)]
struct Shape {
    delivery: Option<String>,
    event: Option<String>,
    title: String,
    channel: String,
    due: String,
    /// When it rings, if that is known: later than it is due where it has to wait.
    rings: Option<String>,
    /// Why it has to wait, or will not be told.
    reason: Option<&'static str>,
    /// The start it rings for, in its own zone and by this computer's clock.
    start: Option<String>,
    here: Option<String>,
    /// Whose zone its times are in, if they are a person's.
    zone_of: Option<String>,
    state: &'static str,
    /// Which retry it is, and of how many.
    retry: Option<u32>,
    retries: Option<u32>,
}

/// How wide a line is beside its title, with a channel of a usual name.
const OTHERS: usize = 75;

/// A moment with why it is another than it was due at is not waited for by all lines where it is longer.
const WHEN: usize = 40;

pub fn run(session: &Session, words: &Next) -> Result<Answer, Failure> {
    let rings = session.engine.next_rings(usize::from(words.count))?;
    let zone = session.zone();
    let found = rings.iter().map(|ring| occurrence(session, ring));
    let found: Vec<Option<(Event, Occurrence)>> = found.collect::<Result<_, _>>()?;
    let shape = |(ring, of): (&Ring, &Option<(Event, Occurrence)>)| Shape {
        start: of.as_ref().map(|(_, o)| o.label()),
        here: of.as_ref().and_then(|(_, o)| their::start_here(o, &zone)),
        zone_of: of.as_ref().and_then(|(event, _)| their::whose(event)),
        delivery: ring.delivery.map(|id| id.to_string()),
        event: ring.event.map(|id| id.to_string()),
        title: ring.title.clone(),
        channel: ring.channel.clone(),
        due: utc(ring.due),
        rings: rings_at(ring).map(utc),
        reason: reason(ring).map(Reason::code),
        state: ring.state.code(),
        retry: ring.retry.map(|(retry, _)| retry),
        retries: ring.retry.map(|(_, of)| of),
    };
    let shapes: Vec<Shape> = rings.iter().zip(&found).map(shape).collect();
    let aside = session.engine.will_ask_about_the_past()?.map_or_else(String::new, aside);
    if rings.is_empty() {
        return Ok(Answer::new(format!("Nothing will ring.\n{aside}"), &shapes));
    }
    let screen = words::screen();
    let apart = apart(session, &rings, &found)?;
    let line = |at: usize| {
        let (ring, of) = (&rings[at], &found[at]);
        let there = of.as_ref().and_then(|(event, o)| {
            let there = their::there(event, o, &zone)?;
            Some(format!(" ({} · {there})", zone.to_datetime(o.start).strftime("%H:%M")))
        });
        [
            when(ring, &zone),
            words::title(&ring.title, screen, OTHERS) + &there.unwrap_or_default() + &apart[at],
            ring.channel.clone(),
            ring.delivery.map_or_else(|| "planned later".into(), |id| id.to_string()),
        ]
    };
    let lines: Vec<[String; 4]> = (0..rings.len()).map(line).collect();
    let text = format!(
        "What will ring (times in {})\n{}{aside}{}",
        session.context.machine,
        words::columns_of(&lines, WHEN.max(screen / 2)),
        session.warning()
    );
    Ok(Answer::new(text, &shapes))
}

/// What becomes of the past of a ledger of which this is known: that it was restored or copied.
fn aside(why: &str) -> String {
    let why = why.strip_prefix("it ").unwrap_or(why);
    format!(
        "\nWhat was due before now does not ring, as this ledger {why}: it stands under please check once a service runs.\n"
    )
}

/// When it rings, if that is known.
fn rings_at(ring: &Ring) -> Option<Timestamp> {
    match ring.fate {
        Fate::Rings | Fate::RingsAt(..) => Some(ring.at()),
        Fate::Waits(_) | Fate::Lost(..) => None,
    }
}

/// Why it has to wait, or will not be told.
fn reason(ring: &Ring) -> Option<Reason> {
    match ring.fate {
        Fate::Rings => None,
        Fate::RingsAt(_, reason) | Fate::Waits(reason) | Fate::Lost(reason, _) => Some(reason),
    }
}

/// When it rings, which retry that is, and why not when it is due; or that it waits, or will not be told.
fn when(ring: &Ring, zone: &TimeZone) -> String {
    let due = words::moment(ring.due, zone);
    let retry = ring.retry.map(|(retry, of)| format!("retry {retry} of {of}"));
    let (at, why) = match ring.fate {
        Fate::Rings => (due, None),
        // What is held already is no longer due at a moment.
        Fate::RingsAt(at, reason) if ring.state == State::Held || at == ring.due => {
            (words::moment(at, zone), Some(format!("waits: {}", reason.cause())))
        }
        Fate::RingsAt(at, reason) => {
            let since = short(ring.due, at, zone);
            (words::moment(at, zone), Some(format!("held from {since}: {}", reason.cause())))
        }
        Fate::Waits(reason) if ring.state == State::Held => {
            (format!("waits: {}", reason.cause()), None)
        }
        Fate::Waits(reason) => (due, Some(format!("will wait: {}", reason.cause()))),
        Fate::Lost(reason, waits) => {
            let cause = waits.unwrap_or(reason).cause();
            let will = match () {
                () if reason.is_missed() => "will be missed",
                () if reason.is_cancel() => "will be cancelled",
                () => "will fail",
            };
            (due, Some(format!("{will}: {cause}")))
        }
    };
    let more: Vec<_> = [retry, why].into_iter().flatten().collect();
    if more.is_empty() { at } else { format!("{at} ({})", more.join(" · ")) }
}

/// A moment, without its date where that is another's, too.
fn short(at: Timestamp, near: Timestamp, zone: &TimeZone) -> String {
    let (there, near) = (zone.to_datetime(at), zone.to_datetime(near));
    if there.date() == near.date() { words::clock(there.time()) } else { words::moment(at, zone) }
}

/// What tells rings apart that are of different events and would read alike; else nothing.
fn apart(
    session: &Session,
    rings: &[Ring],
    found: &[Option<(Event, Occurrence)>],
) -> Result<Vec<String>, Failure> {
    let calendars = session.engine.calendars()?;
    let named = |id| calendars.iter().find(|c| c.id == id).map_or("", |c| c.name.as_str());
    let ways = |of: &Option<(Event, Occurrence)>| match of {
        Some((event, _)) => {
            let id = event.id.to_string();
            let end = id.char_indices().rev().nth(5).map_or(0, |(at, _)| at);
            [event.place.clone(), named(event.calendar).into(), format!("…{}", &id[end..])]
        }
        None => [const { String::new() }; 3],
    };
    let ways: Vec<[String; 3]> = found.iter().map(ways).collect();
    let told = |at: usize| {
        let alike = |other: &usize| {
            let (one, other) = (&rings[at], &rings[*other]);
            let looks = (one.due, &one.title, &one.channel);
            one.event != other.event && looks == (other.due, &other.title, &other.channel)
        };
        let others: Vec<usize> = (0..rings.len()).filter(alike).collect();
        let differs = |way: &usize| others.iter().all(|other| ways[*other][*way] != ways[at][*way]);
        let way = (0..3).find(differs).filter(|_| !others.is_empty());
        let said = way.map(|way| ways[at][way].as_str()).filter(|said| !said.is_empty());
        said.map_or_else(String::new, |said| format!(" ({said})"))
    };
    Ok((0..rings.len()).map(told).collect())
}

/// What a ring is about, if that is still there.
fn occurrence(session: &Session, ring: &Ring) -> Result<Option<(Event, Occurrence)>, Failure> {
    let Some(id) = ring.event else { return Ok(None) };
    let event = session.engine.event(id)?.event;
    let found = event.occurrence_named(&session.context, &ring.occurrence);
    Ok(found.map(|occurrence| (event, occurrence)))
}
