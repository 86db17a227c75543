//! What `doctor` calls a problem: whatever keeps reminders from being told, was not told and
//! waits for a person, or makes the ledger doubtful.

use calendar::{delivery::State, timing::later};
use engine::{
    Engine,
    channels::HeldUp,
    error::DAMAGED_ADVICE,
    ledger::{
        channel::{ChannelKind, ChannelRow},
        inbox::{Filter, Listed},
        written::is_of_a_row,
    },
    queries::Ring,
};

use super::Shape;
use crate::{commands::deliveries, failure::Failure, words};

const NO_SERVICE: &str = "no service is running, so nothing rings: start it with `carillon daemon`";
const JUMPED: &str = "this computer's clock jumped by more than a day and until somebody confirms it webhooks wait and old records are not tidied up: `carillon clock` shows it, `carillon clock accept` says it is right";
const JUMPED_ALONE: &str = "this computer's clock jumped by more than a day: no webhook waits for that, but records older than 400 days are kept until somebody confirms it: `carillon clock` shows it, `carillon clock accept` says it is right";
const NO_NOTIFIER: &str =
    "no notification service: reminders will wait in the inbox until there is one";
const DAY: i64 = 86_400;
/// What failed longer ago than this is history, as in the window.
const RECENT_DAYS: i64 = 30;
/// Rows of each kind that are looked at.
const MOST: u32 = 1_000;

type Check = fn(&Engine, &Shape) -> Result<Vec<String>, Failure>;

/// What is looked at, each by itself.
const CHECKS: [(&str, Check); 10] = [
    ("what was imported", |engine, _| Ok(unfinished(engine)?.into_iter().collect())),
    ("what became of the ledger", |engine, _| Ok(swapped(engine)?.into_iter().collect())),
    ("the service", |engine, _| Ok(hanging(engine)?.into_iter().collect())),
    ("what was being sent", |engine, shape| Ok(cut_off(engine, shape)?.into_iter().collect())),
    ("the clock", |engine, _| Ok(jumped(engine)?.into_iter().collect())),
    ("the disk", |engine, _| {
        Ok(engine.is_disk_full().then(|| words::DISK_FULL.into()).into_iter().collect())
    }),
    ("the channels", channels),
    ("what is due", |engine, shape| Ok(stuck(engine, shape)?.into_iter().collect())),
    ("what failed", |engine, _| Ok(parked(engine, State::Dead)?.into_iter().collect())),
    ("what is to be checked", |engine, _| Ok(parked(engine, State::Review)?.into_iter().collect())),
];

/// One sentence for each problem; none when all is well. Of a damaged ledger as well: what can be
/// read of it is looked at.
pub fn find(engine: Option<&Engine>, shape: &Shape) -> Vec<String> {
    let mut problems = Vec::new();
    if !shape.ledger.ok {
        problems.push(file(engine, shape));
    }
    problems.extend(record(&shape.ledger.record));
    let Some(engine) = engine else {
        problems.extend((!shape.service.running && !shape.ledger.ok).then(|| NO_SERVICE.into()));
        return problems;
    };
    for (what, check) in CHECKS {
        match check(engine, shape) {
            Ok(found) => problems.extend(found),
            Err(_) if !shape.ledger.ok => problems.push(format!("{what} cannot be read of it")),
            Err(failure) => {
                problems.push(format!("{what} could not be looked at: {}", failure.message()))
            }
        }
    }
    problems
}

/// What is wrong with the file, and what is done about that.
fn file(engine: Option<&Engine>, shape: &Shape) -> String {
    let faults = &shape.ledger.faults;
    // A single event that cannot be read is no reason to move the file away.
    let unreadable = engine.and_then(|engine| engine.count_unreadable().ok()).unwrap_or_default();
    let is_file = faults.len() > usize::from(unreadable > 0);
    let is_of_rows = engine.is_some()
        && faults.iter().filter(|fault| !is_of_a_row(fault)).count() <= usize::from(unreadable > 0);
    let all = faults.join("; ");
    let is_said =
        ["`carillon restore FILE`", "the service puts "].iter().any(|said| all.contains(said));
    let advice = match is_file && !is_said {
        true if is_of_rows => format!(": {CHANGED_ADVICE}"),
        true => format!(": {DAMAGED_ADVICE}"),
        false => String::new(),
    };
    let is = if shape.ledger.missing { "missing" } else { "damaged" };
    format!("the ledger is {is}: {all}{advice}")
}

/// An import that was cut off.
fn unfinished(engine: &Engine) -> Result<Option<String>, Failure> {
    Ok(engine.unfinished_import()?.map(|it| {
        format!(
            "an import into the calendar {} ended early, after {} of {} events: import the file again, which takes in the rest, or `carillon doctor --seen`",
            it.calendar, it.through, it.total
        )
    }))
}

/// That this ledger has the place of another one, until somebody has seen that.
fn swapped(engine: &Engine) -> Result<Option<String>, Failure> {
    let Some(swapped) = engine.swapped()?.filter(|swapped| !swapped.seen) else { return Ok(None) };
    let at = words::moment(swapped.at(), &engine.planning_context()?.machine_zone());
    Ok(Some(format!(
        "the ledger {} on {at}: {}; {}: `carillon doctor --seen` says that you have seen this",
        swapped.what(),
        swapped.took(),
        swapped.lost()
    )))
}

/// What keeps a channel from telling what is planned on it.
fn jumped(engine: &Engine) -> Result<Option<String>, Failure> {
    if engine.clock_jump()?.is_none() {
        return Ok(None);
    }
    let waits = engine.channels()?.iter().any(|row| row.kind == ChannelKind::Webhook);
    Ok(Some(if waits { JUMPED } else { JUMPED_ALONE }.into()))
}

fn channels(engine: &Engine, shape: &Shape) -> Result<Vec<String>, Failure> {
    let mut problems = Vec::new();
    let channels = engine.channels()?;
    problems.extend(sealed(engine, &channels));
    let rings = engine.next_rings(MOST as usize)?;
    let is_missed = !rings.is_empty() || engine.will_ask_about_the_past()?.is_some();
    if !shape.service.running && is_missed {
        problems.push(NO_SERVICE.into());
    }
    let rings_on = |name: &str| rings.iter().filter(|ring: &&Ring| ring.channel == name).count();
    for one in engine.held_up()? {
        problems.push(held_up(engine, &one)?);
    }
    for row in &channels {
        let planned = live(engine, row)?.len().max(rings_on(&row.name));
        match row.off_words() {
            Some(why) if planned > 0 => problems.push(off(&row.name, why, planned)),
            Some(why) if waits(engine, row)? => problems.push(off_with_failed(&row.name, why)),
            _ => {}
        }
        let is_desktop = row.kind == ChannelKind::Desktop;
        if is_desktop && planned > 0 && shape.notifier.reachable == Some(false) {
            problems.push(NO_NOTIFIER.into());
        }
    }
    Ok(problems)
}

/// A service that lives, and does nothing: it was stopped by a signal, or it hangs.
fn hanging(engine: &Engine) -> Result<Option<String>, Failure> {
    Ok(engine.hang()?.map(words::hangs))
}

/// What was being sent when the service ended.
fn cut_off(engine: &Engine, shape: &Shape) -> Result<Option<String>, Failure> {
    let states = vec![State::Processing];
    let rows = match shape.service.running {
        true => Vec::new(),
        false => engine.deliveries(&Filter { states, limit: MOST, ..Filter::default() })?,
    };
    let were = if rows.len() == 1 { "was" } else { "were" };
    Ok((!rows.is_empty()).then(|| {
        format!(
            "{} {were} being sent when the service ended, and nobody looks after that: start it with `carillon daemon`",
            words::count(rows.len(), "reminder")
        )
    }))
}

/// An endpoint that fails or rests while reminders wait for it, as the window says it: one sentence.
fn held_up(engine: &Engine, one: &HeldUp) -> Result<String, Failure> {
    let (name, many) = (&one.name, words::count(one.waiting as usize, "reminder"));
    let wait = if one.waiting == 1 { "waits" } else { "wait" };
    let why =
        |before: &str| one.why.as_ref().map_or_else(String::new, |why| format!(" ({before}{why})"));
    let refuses = match one.refused {
        0 => "",
        _ => "; it refuses what it is sent: see whether its address is right",
    };
    // What a restored ledger still has to ask about is not to be sent again.
    let is_asked = engine.will_ask_about_the_past()?.is_some();
    let first = one.first.filter(|_| !is_asked).map(|first| format!("`carillon retry {first}`"));
    let Some(until) = one.until else {
        let now = first.map_or_else(String::new, |retry| format!(": {retry} tries it now"));
        return Ok(format!(
            "the endpoint of the channel {name} fails{}, and {many} {wait} for it{now}{refuses}",
            why("")
        ));
    };
    let until = words::moment(until, &engine.planning_context()?.machine_zone());
    let tries =
        first.unwrap_or_else(|| format!("`carillon channel test {}`", words::argument(name)));
    Ok(format!(
        "the endpoint of the channel {name} is resting until {until} after {}{}, and {many} {wait} for it: {tries} tries it now, and if that is taken the rest is over{refuses}",
        words::count(one.failures as usize, "failure"),
        why("the last: ")
    ))
}

/// Whether something that failed through a channel waits for a person; tests aside.
fn waits(engine: &Engine, channel: &ChannelRow) -> Result<bool, Failure> {
    let (states, channel) = (vec![State::Dead, State::Review], Some(channel.id));
    let rows = engine.deliveries(&Filter { states, channel, limit: MOST, ..Filter::default() })?;
    Ok(rows.iter().any(|listed| listed.row.event.is_some()))
}

fn off_with_failed(name: &str, why: &str) -> String {
    format!(
        "the channel {name} is off ({why}), and what failed through it waits: `carillon channel on {}` switches it on",
        words::argument(name)
    )
}

/// A channel whose URL cannot be opened.
fn sealed(engine: &Engine, channels: &[ChannelRow]) -> Option<String> {
    let mut webhooks = channels.iter().filter(|row| row.kind == ChannelKind::Webhook);
    let row = webhooks.find(|row| engine.url_of(row).is_err())?;
    let how = if engine.vault().has_key() { "another one" } else { "missing" };
    Some(format!(
        "the channel {} cannot be used: the key file secret.key beside the ledger is {how}",
        row.name
    ))
}

/// What a channel has before it.
fn live(engine: &Engine, channel: &ChannelRow) -> Result<Vec<Listed>, Failure> {
    let states = vec![State::Scheduled, State::Pending, State::Retrying, State::Held];
    let channel = Some(channel.id);
    Ok(engine.deliveries(&Filter { states, channel, limit: MOST, ..Filter::default() })?)
}

/// A file that can be read is not replaced by itself, whatever is written in it.
const CHANGED_ADVICE: &str =
    "the service goes on with it; `carillon restore FILE` puts a backup in its place";

/// What of the record is not as it was written, or does not give the rows there are.
fn record(faults: &[String]) -> Option<String> {
    let first = faults.first()?;
    let more = match faults.len() - 1 {
        0 => String::new(),
        n => format!(", and {n} more"),
    };
    Some(format!("the record of what was told was changed: {first}{more}: {CHANGED_ADVICE}"))
}

fn off(name: &str, why: &str, planned: usize) -> String {
    let are = if planned == 1 { "is" } else { "are" };
    format!(
        "the channel {name} is off ({why}) and {} {are} planned on it: `carillon channel on {}` switches it on",
        words::count(planned, "reminder"),
        words::argument(name)
    )
}

/// What is past its moment, though a service runs that should have taken it up by now.
fn stuck(engine: &Engine, shape: &Shape) -> Result<Option<String>, Failure> {
    // Of one that hangs, and on a full disk, the cause is known.
    if !shape.service.running || engine.is_disk_full() || engine.hang()?.is_some() {
        return Ok(None);
    }
    Ok(match engine.overdue()? {
        0 => None,
        n => Some(format!(
            "{} due for more than a minute and cannot be sent: see whether the disk is full, and what the service says",
            match n {
                1 => "1 reminder is".to_string(),
                n => format!("{} are", words::count(n, "reminder")),
            }
        )),
    })
}

/// What recently came to this state and nobody has settled: as many as the command that is named lists.
fn parked(engine: &Engine, state: State) -> Result<Option<String>, Failure> {
    let zone = engine.planning_context()?.machine_zone();
    let day = later(engine.now().wall, -RECENT_DAYS * DAY).to_zoned(zone.clone()).date();
    let since = day.to_zoned(zone).ok().map(|at| at.timestamp());
    let filter = Filter { states: vec![state], since, limit: MOST, ..Filter::default() };
    let mut open = 0;
    for listed in engine.deliveries(&filter)? {
        open += usize::from(deliveries::is_open(engine, &listed)?);
    }
    let what = match (open, state) {
        (0, _) => return Ok(None),
        (1, State::Dead) => "has failed",
        (_, State::Dead) => "have failed",
        (_, _) => "may or may not have arrived",
    };
    let (many, word) = (words::count(open, "reminder"), words::argument(words::state(state)));
    Ok(Some(format!(
        "{many} {what} in the last {RECENT_DAYS} days: `carillon deliveries --state {word} --since {day}` lists them"
    )))
}
