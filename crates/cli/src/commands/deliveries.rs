//! `carillon deliveries`: the ledger as a list.

use calendar::{
    delivery::{Class, State},
    reason::Reason,
};
use engine::{
    Engine,
    ledger::{
        inbox::{Filter, Listed},
        overflow::OverflowRow,
    },
    message::{NOTICED, utc},
};
use jiff::SignedDuration;
use serde::Serialize;

use crate::{
    answer::Answer, args::Deliveries, failure::Failure, session::Session, times::Reading, words,
};

/// What is said of what was cancelled while it was being sent, and not known to be refused.
pub const PERHAPS: &str = "nobody knows if it arrived before that";
/// Where there is none of those that were asked for.
const NONE: &str = "No delivery is like that.";
/// Rows read at once.
const PAGE: u32 = 1_000;

/// A delivery as JSON.
#[derive(Debug, Serialize)]
pub struct Shape {
    id: String,
    key: String,
    event: Option<String>,
    title: String,
    channel: String,
    state: &'static str,
    due: String,
    told: Option<String>,
    late_ms: Option<i64>,
    reason: &'static str,
    attempts: u32,
    reminder: String,
    occurrence: String,
    use_by: Option<String>,
}

impl Shape {
    pub fn of(listed: &Listed) -> Self {
        let row = &listed.row;
        Self {
            id: row.id.to_string(),
            key: row.key.clone(),
            event: row.event.map(|e| e.to_string()),
            title: listed.title.clone(),
            channel: listed.channel.clone(),
            state: row.facts.state.code(),
            due: utc(row.facts.due),
            told: row.told_at.map(utc),
            late_ms: row.told_at.map(|at| at.as_millisecond() - row.facts.due.as_millisecond()),
            reason: row.facts.reason.code(),
            attempts: row.attempts,
            reminder: row.identity.reminder.clone(),
            occurrence: row.label.clone(),
            use_by: row.facts.use_by.map(utc),
        }
    }
}

pub fn run(session: &Session, words: &Deliveries) -> Result<Answer, Failure> {
    let context = &session.context;
    let reading =
        Reading { field: "since", zones: &context.zones, zone: None, machine: &context.machine };
    let since = words.since.as_deref().map(|text| reading.moment(text, 0)).transpose()?;
    let mut filter = Filter {
        states: words.state.iter().flat_map(|word| word.states()).copied().collect(),
        since,
        event: words.event,
        limit: PAGE,
        ..Filter::default()
    };
    let only = words.calendar.as_deref().map(|name| session.calendar(name)).transpose()?;
    let only = only.map(|calendar| calendar.id);
    let mut rows = Vec::new();
    // Ends: each turn reads further, and the ledger has an end.
    loop {
        let page = session.engine.deliveries(&filter)?;
        let is_full = page.len() >= PAGE as usize;
        rows.extend(page);
        if !is_full {
            break;
        }
        filter.offset += PAGE;
    }
    rows.retain(|listed: &Listed| only.is_none_or(|id| listed.calendar == Some(*id.bytes())));
    let shapes: Vec<Shape> = rows.iter().map(Shape::of).collect();
    // What never was a delivery has no state to ask for.
    let ranges = match words.state.is_empty() {
        true => session.engine.overflows(since)?,
        false => Vec::new(),
    };
    let is_in = |id| session.engine.event(id).map(|row| row.event.calendar).ok();
    let of_it = |row: &OverflowRow| {
        words.event.is_none_or(|id| row.range.event == id)
            && only.is_none_or(|id| is_in(row.range.event) == Some(id))
    };
    let ranges: String =
        ranges.iter().filter(|row| of_it(row)).map(|row| range(session, row)).collect();
    let mut said = text(session, &rows, words)? + &ranges;
    if rows.iter().any(|listed| listed.row.facts.state.class() == Class::Live) {
        said.push_str(&session.warning());
    }
    Ok(Answer::new(said, &shapes))
}

fn text(session: &Session, rows: &[Listed], words: &Deliveries) -> Result<String, Failure> {
    if rows.is_empty() {
        let is_filtered = !words.state.is_empty()
            || words.since.is_some()
            || words.event.is_some()
            || words.calendar.is_some();
        return Ok(match is_filtered {
            true => NONE.into(),
            false => "There is no delivery yet: add an event with `carillon add`.".into(),
        });
    }
    let now = session.engine.now().wall;
    let is_asked_for = words.all || !words.state.is_empty() || words.event.is_some();
    let is_ahead = |listed: &&Listed| {
        !is_asked_for && listed.row.facts.state == State::Scheduled && listed.row.facts.due > now
    };
    let is_withdrawn = |listed: &&Listed| !is_asked_for && listed.row.is_withdrawn();
    let count = |is: &dyn Fn(&&Listed) -> bool| match rows.iter().filter(is).count() {
        0 => None,
        n => Some(words::count(n, "reminder")),
    };
    let mut shown: Vec<&Listed> =
        rows.iter().filter(|one| !is_ahead(one) && !is_withdrawn(one)).collect();
    let settled = if words.all { 0 } else { leave_out_settled(session, &mut shown, words)? };
    let mut ahead = String::new();
    if let Some(many) = count(&is_ahead) {
        ahead =
            format!("{many} to come: `carillon next` lists what rings next, --all everything.\n");
    }
    if let Some(many) = count(&is_withdrawn) {
        ahead.push_str(&format!(
            "{many} cancelled before the moment came: --all lists that, too.\n"
        ));
    }
    if settled > 0 {
        let are = if settled == 1 { "one more is a test" } else { "others are tests" };
        ahead.push_str(&format!(
            "{settled} left out, as {are}, or was answered or deleted: --all lists that, too.\n"
        ));
    }
    if shown.is_empty() {
        let none = if is_asked_for { NONE } else { "Nothing was due so far." };
        return Ok(format!("{none} {ahead}"));
    }
    let zone = session.zone();
    let line = |listed: &&Listed| {
        let row = &listed.row;
        [
            words::moment(row.facts.due, &zone),
            listed.title.clone(),
            listed.channel.clone(),
            says(listed),
            row.id.to_string(),
        ]
    };
    let lines: Vec<[String; 5]> = shown.iter().map(line).collect();
    let zone_name = &session.context.machine;
    let table = words::titled(&lines, 1, words::screen());
    Ok(format!("Due (times in {zone_name})\n{table}{ahead}"))
}

/// Where states were asked for, takes out of the list what waits for a person and need not be seen to; says
/// how much that was.
fn leave_out_settled(
    session: &Session,
    shown: &mut Vec<&Listed>,
    words: &Deliveries,
) -> Result<usize, Failure> {
    let before = shown.len();
    let mut left = Vec::new();
    for listed in shown.drain(..) {
        let is_parked = listed.row.facts.state.class() == Class::Parked;
        let is_whole = words.state.is_empty() || words.event.is_some();
        if is_whole || !is_parked || is_open(&session.engine, listed)? {
            left.push(listed);
        }
    }
    *shown = left;
    Ok(before - shown.len())
}

/// Whether something that waits for a person is to be seen to: it is of an event that is there, and not
/// answered. A test is looked at where it was asked for.
pub fn is_open(engine: &Engine, listed: &Listed) -> Result<bool, Failure> {
    let Some(event) = listed.row.event else { return Ok(false) };
    Ok(engine.answer_to(&listed.row)?.is_none() && engine.legible_event(event)?.is_some())
}

/// What was missed in too large a number to be told one by one, in a line.
fn range(session: &Session, row: &OverflowRow) -> String {
    let zone = session.zone();
    let (from, until) = (row.range.from, row.range.until);
    format!(
        "And {} of {} ({}) from {} to {}: missed, more than are told one by one\n",
        words::count(usize::try_from(row.range.count).unwrap_or(usize::MAX), "reminder"),
        row.title,
        row.channel,
        words::moment(from, &zone),
        words::moment(until, &zone)
    )
}

/// By how much it was told beyond its grace.
pub fn late(listed: &Listed) -> Option<SignedDuration> {
    let row = &listed.row;
    let late = row.told_at?.duration_since(row.facts.due);
    (late > SignedDuration::from_secs(row.facts.grace)).then_some(late)
}

/// How long after it was due something was told that counts as told on time, where one could
/// notice it, and why, where that is known.
pub fn after_due(late: SignedDuration, cause: Option<Reason>) -> String {
    if late <= SignedDuration::from_secs(NOTICED) {
        return String::new();
    }
    let cause = cause.map_or_else(String::new, |why| format!(": {}", why.cause()));
    format!(" ({} after it was due{cause})", words::length(late))
}

/// The same of a delivery.
pub fn delay(listed: &Listed) -> String {
    let row = &listed.row;
    let late = row.told_at.map(|at| at.duration_since(row.facts.due)).unwrap_or_default();
    after_due(late, row.late_cause)
}

/// State and reason in few words, and whether it repeats what was told already.
pub fn says(listed: &Listed) -> String {
    let repeat = words::repeat(&listed.row.identity.reminder);
    format!("{}{repeat}", says_of_it(listed))
}

fn says_of_it(listed: &Listed) -> String {
    let row = &listed.row;
    let tries = match row.attempts {
        1 if row.again => ", 1 try".into(),
        0 | 1 => String::new(),
        n => format!(", {n} tries"),
    };
    let late = row.told_at.map(|at| at.duration_since(row.facts.due));
    match (row.facts.state, row.facts.reason) {
        (State::Scheduled, _) => "scheduled".into(),
        (State::Processing, Reason::Claimed) => format!("{}{tries}", words::state(row.facts.state)),
        (State::Completed, Reason::OnTime) => {
            format!("told on time{}{tries}", delay(listed))
        }
        (State::Completed, reason) if reason.is_late() => {
            let cause = reason.cause();
            let late = words::length(late.unwrap_or_default());
            format!("told {late} late{tries}: {cause}")
        }
        (State::Completed, Reason::InDigest) if self::late(listed).is_some() => {
            let cause = row.late_cause.map_or("in one digest with others", Reason::cause);
            let late = words::length(late.unwrap_or_default());
            format!("told {late} late, in one digest with others{tries}: {cause}")
        }
        // When it may have been shown is not when it was kept.
        (State::Completed, Reason::InboxOnly) if row.again => format!("{}{tries}", row.sentence()),
        (State::Completed, _) => format!("{}{}{tries}", row.sentence(), delay(listed)),
        (State::Pending | State::Processing | State::Retrying, reason) => {
            format!("{}{tries}: {}", words::state(row.facts.state), reason.sentence())
        }
        (State::Cancelled, reason) if row.again => {
            format!("{}{tries}; {PERHAPS}", reason.sentence())
        }
        (_, reason) => format!("{}{tries}", reason.sentence()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_within_its_grace_is_said_once_it_can_be_noticed() {
        for (seconds, cause, said) in [
            (0, None, ""),
            (3, Some(Reason::LateStopped), ""),
            (4, None, " (4 s after it was due)"),
            (59, Some(Reason::LatePaused), " (59 s after it was due: reminders were paused)"),
        ] {
            assert_eq!(after_due(SignedDuration::from_secs(seconds), cause), said);
        }
    }
}
