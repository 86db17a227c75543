//! `carillon simulate`: what would ring, when, late, missed or in one digest, by the real scheduler
//! over a copy of the ledger.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    time::Duration,
};

use calendar::{delivery::State, id::ChannelId, timing::later, zones::ZoneName};
use engine::{
    ledger::channel::ChannelRow,
    message::utc,
    simulate::{Journey, Ring, Travelled},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::deliveries::{self, says};
use crate::{
    answer::Answer, args::Simulate, failure::Failure, session::Session, times::Reading, words,
};

/// Days shown when nothing else is asked for.
const WEEK: i64 = 7 * 86_400;
/// How far it has come is said so often.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Shape {
    from: String,
    to: String,
    zone: String,
    rings: Vec<RingShape>,
    told: usize,
    late: usize,
    missed: usize,
    /// Skipped, or told as part of a later one.
    skipped: usize,
    /// How often the service woke.
    wakes: usize,
}

#[derive(Serialize)]
struct RingShape {
    #[serde(flatten)]
    delivery: deliveries::Shape,
    /// How many were told in the same digest, if it was told in one.
    digest: Option<u32>,
}

pub fn run(session: &Session, words: &Simulate) -> Result<Answer, Failure> {
    let journey = journey(session, words)?;
    let travelled = travel(session, &journey)?;
    let count = |is: fn(&Ring) -> bool| travelled.rings.iter().filter(|ring| is(ring)).count();
    let shape = Shape {
        from: utc(travelled.from),
        to: utc(journey.to),
        zone: travelled.zone.to_string(),
        rings: travelled.rings.iter().map(ring_shape).collect(),
        told: count(|ring| state(ring) == State::Completed),
        late: count(is_late),
        missed: count(|ring| state(ring) == State::Expired),
        skipped: count(|ring| matches!(state(ring), State::Skipped | State::Coalesced)),
        wakes: travelled.wakes,
    };
    let zone = session.context.zones.zone(&travelled.zone).0;
    let text = text(&travelled, &journey, &shape, &zone);
    Ok(Answer::new(text + &webhooks(session, &travelled)?, &shape))
}

/// Travels, saying on a terminal how far it has come when that takes long.
fn travel(session: &Session, journey: &Journey) -> Result<Travelled, Failure> {
    let (zone, begun) = (session.zone(), session.engine.now().boot);
    let is_watched = io::stderr().is_terminal();
    let mut said = begun;
    let mut watch = |at: Timestamp| {
        let now = session.engine.now().boot;
        if is_watched && now.saturating_sub(said) >= PATIENCE {
            said = now;
            let at = words::moment(at, &zone);
            // Whoever has closed it does not want to know.
            write!(io::stderr(), "\rhas come to {at} \u{1b}[K").unwrap_or(());
        }
    };
    let travelled = session.engine.simulate_watched(journey, &mut watch)?;
    if said > begun {
        write!(io::stderr(), "\r\u{1b}[K").unwrap_or(());
    }
    Ok(travelled)
}

/// What is taken for granted of the endpoints that would be called, and which of them rest.
fn webhooks(session: &Session, travelled: &Travelled) -> Result<String, Failure> {
    let called = |row: &&ChannelRow| {
        let calls = |ring: &Ring| {
            let row_of = &ring.listed.row;
            row_of.identity.channel == row.id && state(ring) == State::Completed
        };
        row.id != ChannelId::DESKTOP && travelled.rings.iter().any(calls)
    };
    let channels = session.engine.channels()?;
    let called: Vec<&ChannelRow> = channels.iter().filter(called).collect();
    if called.is_empty() {
        return Ok(String::new());
    }
    let resting = session.engine.resting()?;
    let rests = called.iter().filter_map(|row| Some((&row.name, resting.get(&row.id)?)));
    let rests = rests.map(|(name, rest)| {
        let until = words::moment(rest.until, &session.zone());
        let failures = words::count(rest.failures as usize, "failure");
        format!(" {name} is resting now, until {until}, after {failures}: what is due may wait.")
    });
    let rests: String = rests.collect();
    Ok(format!("Endpoints are taken to accept each call at once.{rests}\n"))
}

fn ring_shape(ring: &Ring) -> RingShape {
    RingShape { delivery: deliveries::Shape::of(&ring.listed), digest: ring.digest_of }
}

fn state(ring: &Ring) -> State {
    ring.listed.row.facts.state
}

fn is_late(ring: &Ring) -> bool {
    let row = &ring.listed.row;
    row.told_at.is_some_and(|at| at > later(row.facts.due, row.facts.grace))
}

fn journey(session: &Session, words: &Simulate) -> Result<Journey, Failure> {
    let context = &session.context;
    // Times are read where the computer begins its journey.
    let begins = words.zone.iter().find(|text| !text.contains('@')).map(String::as_str);
    let read = |field, text: &str| {
        let reading =
            Reading { field, zones: &context.zones, zone: begins, machine: &context.machine };
        reading.moment(text, 0)
    };
    let now = session.engine.now().wall;
    let from = words.from.as_deref().map_or(Ok(now), |text| read("from", text))?;
    let to = match &words.to {
        Some(text) => read("to", text)?,
        None => later(from.max(now), WEEK),
    };
    let sleep = |text: &String| {
        let (begin, end) = text.split_once("..").ok_or_else(|| {
            let message = format!(
                "'{text}' is not a sleep: write its begin and end, such as 2027-05-01T22:00..2027-05-02T07:00"
            );
            Failure::usage("asleep", message)
        })?;
        Ok((read("asleep", begin)?, read("asleep", end)?))
    };
    let zone = |text: &String| {
        let (name, at) = match text.split_once('@') {
            Some((name, at)) => (name, Some(read("zone", at)?)),
            None => (text.as_str(), None),
        };
        let name =
            context.zones.check(name).map_err(|e| Failure::invalid("zone", e.to_string()))?;
        Ok((at, name))
    };
    Ok(Journey {
        from,
        to,
        asleep: words.asleep.iter().map(sleep).collect::<Result<_, Failure>>()?,
        zones: words.zone.iter().map(zone).collect::<Result<Vec<(_, ZoneName)>, Failure>>()?,
    })
}

/// Something that happens on the way: when, and its line.
type Entry = (Timestamp, [String; 4]);

/// The repeats of a reminder that insists: of which, how it went, how many, and the last of them.
struct Repeats<'a> {
    first: &'a Ring,
    count: usize,
    last: Timestamp,
}

/// What is shown of the rings as lines of their days: all repeats of one reminder that went alike
/// are one, at the first of them.
fn entries(rings: &[Ring], zone: &TimeZone) -> Vec<Entry> {
    let (mut entries, mut repeats) = (Vec::new(), BTreeMap::<_, Repeats<'_>>::new());
    for ring in rings {
        let Some(line) = entry(ring, zone) else { continue };
        let name = &ring.listed.row.identity;
        let Some((trigger, _)) =
            name.reminder.strip_prefix("n:").and_then(|of| of.rsplit_once(':'))
        else {
            entries.push(line);
            continue;
        };
        let went = (state(ring).code(), is_late(ring), ring.digest_of.is_some());
        let of = (&name.subject, &name.occurrence, trigger, name.channel, went);
        let one = repeats.entry(of).or_insert(Repeats { first: ring, count: 0, last: line.0 });
        (one.count, one.last) = (one.count + 1, one.last.max(line.0));
    }
    entries.extend(repeats.into_values().filter_map(|one| {
        let (at, [clock, title, channel, said]) = entry(one.first, zone)?;
        let last = words::moment(one.last, zone);
        let said = match one.count {
            1 => said,
            n => format!("told again {n} times, the last on {last}: the first {said}"),
        };
        Some((at, [clock, title, channel, said]))
    }));
    entries
}

fn text(travelled: &Travelled, journey: &Journey, shape: &Shape, zone: &TimeZone) -> String {
    let (from, to) = (travelled.from, journey.to);
    let mut text = format!(
        "What would ring from {} to {} (times in {})\n",
        words::moment(from, zone),
        words::moment(to, zone),
        travelled.zone
    );
    for (begin, end) in &journey.asleep {
        let (begin, end) = (words::moment(*begin, zone), words::moment(*end, zone));
        text.push_str(&format!("Asleep from {begin} to {end}\n"));
    }
    let mut entries = entries(&travelled.rings, zone);
    let rings = entries.len();
    entries.extend(clock_changes(from, to, zone));
    entries.sort_by_key(|(at, _)| *at);
    let mut days: BTreeMap<Date, Vec<[String; 4]>> = BTreeMap::new();
    for (at, line) in entries {
        days.entry(zone.to_datetime(at).date()).or_default().push(line);
    }
    for (day, lines) in days {
        text.push_str(&format!("\n{}\n", words::date(day)));
        let lines = words::titled(&lines, 1, words::screen().saturating_sub(2));
        lines.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    match rings {
        0 => text.push_str("\nNothing would ring.\n"),
        _ => text.push_str(&format!("\n{}\n", summary(shape))),
    }
    text
}

/// A ring as a line of its day; what was cancelled on the way is none.
fn entry(ring: &Ring, zone: &TimeZone) -> Option<Entry> {
    let row = &ring.listed.row;
    let at = row.told_at.unwrap_or(row.facts.due);
    let said = match (row.facts.state, ring.digest_of) {
        (State::Cancelled, _) => return None,
        (State::Completed, Some(count)) => {
            let late = match is_late(ring) {
                true => format!("{} late ", words::length(at.duration_since(row.facts.due))),
                false => String::new(),
            };
            format!("told {late}in one digest of {count}")
        }
        (State::Scheduled | State::Pending, _) => "not told by then".into(),
        _ => says(&ring.listed),
    };
    let clock = words::clock(zone.to_datetime(at).time());
    Some((at, [clock, ring.listed.title.clone(), ring.listed.channel.clone(), said]))
}

/// The clock changes of a zone in this stretch.
fn clock_changes(from: Timestamp, to: Timestamp, zone: &TimeZone) -> Vec<Entry> {
    let within = zone.following(from).take_while(|change| change.timestamp() < to);
    let entry = |at: Timestamp| {
        let before = later(at, -1).to_zoned(zone.clone());
        let after = at.to_zoned(zone.clone());
        let gained = after.offset().seconds() - before.offset().seconds();
        let word = match gained {
            0 => return None,
            1.. => "forward",
            _ => "back",
        };
        let clock = before.offset().to_datetime(at).strftime("%H:%M").to_string();
        let said = format!("clocks go {word} to {}", after.strftime("%H:%M"));
        Some((at, [clock, said, String::new(), String::new()]))
    };
    within.filter_map(|change| entry(change.timestamp())).collect()
}

fn summary(shape: &Shape) -> String {
    let on_time = shape.told - shape.late;
    let parts = [
        (on_time, "told on time"),
        (shape.late, "told late"),
        (shape.missed, "missed"),
        (shape.skipped, "skipped"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let mut text = parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>();
    if text.is_empty() {
        text.push("nothing is told by then".into());
    }
    text.join(", ")
}
