//! Changes of an event, or of some occurrences of one that repeats: move, skip, cancel, reinstate, delete;
//! and how an occurrence is named on the command line.

use calendar::{
    event::Event,
    id::EventId,
    occurrence::Occurrence,
    recurrence::Language,
    timing::{LocalStart, THEIRS, instant, later},
    zones::ZoneName,
};
use engine::{
    events::{Saved, Scope, Target},
    ledger::event::EventRow,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{
    add::passed,
    edit::{Placing, placement},
    event::{EffectShape, cancelled},
};
use crate::{
    answer::Answer,
    args::{Move, ScopeWord, Skip, Which},
    failure::Failure,
    session::Session,
    times::Reading,
    words,
};

const DAY: i64 = 86_400;
/// How far ahead the next occurrences are looked for.
const FARTHEST: i64 = 400 * 366 * DAY;

/// What a change is about.
pub struct Meant {
    pub row: EventRow,
    /// The occurrence that was named.
    pub occurrence: Option<Occurrence>,
    pub scope: Scope,
}

impl Meant {
    pub fn target(&self) -> Target<'static> {
        let original = self.occurrence.as_ref().map(|one| one.original);
        let (id, scope) = (self.row.event.id, Some(self.scope));
        Target { id, original, scope, based_on: Some(self.row.version), request: None }
    }

    /// What it is about in words: `“Choir” of Mon 30 Nov 2026, 19:00 (Europe/Berlin)`.
    pub fn words(&self) -> String {
        self.words_as(&self.row.event.title)
    }

    /// The same by the title it has now.
    pub fn words_as(&self, title: &str) -> String {
        let of = self.occurrence.as_ref().map(|one| words::label(&one.label()));
        match (of, self.scope) {
            (Some(of), Scope::This) => format!("“{title}” of {of}"),
            (Some(of), Scope::Following) => format!("“{title}” from {of} on"),
            (None, _) | (_, Scope::All) => format!("“{title}”"),
        }
    }
}

/// Reads which event and which of its occurrences are meant.
pub fn meant(session: &Session, which: &Which) -> Result<Meant, Failure> {
    meant_of(session, which, session.engine.event(which.id)?)
}

/// The same of an event as it is given.
fn meant_of(session: &Session, which: &Which, row: EventRow) -> Result<Meant, Failure> {
    let occurrence = match &which.occurrence {
        Some(text) => Some(find(session, &row.event, text)?),
        None => None,
    };
    if row.event.repeats.is_once() {
        return Ok(Meant { row, occurrence: None, scope: Scope::All });
    }
    let scope = match (which.scope, &occurrence) {
        (Some(word), _) => Scope::from(word),
        (None, Some(_)) => Scope::This,
        (None, None) => Scope::All,
    };
    if scope != Scope::All && occurrence.is_none() {
        let word = if scope == Scope::This { "this" } else { "following" };
        return Err(unnamed(session, &row.event, &format!("--scope {word} needs --occurrence")));
    }
    Ok(Meant { row, occurrence, scope })
}

/// That an occurrence has to be named, with the next ones.
pub fn unnamed(session: &Session, event: &Event, why: &str) -> Failure {
    let title = &event.title;
    let message = format!("“{title}” repeats and {why}{}", next_ones(session, event));
    Failure::usage("occurrence", message)
}

/// The end of a sentence with the next occurrences, as one names them.
fn next_ones(session: &Session, event: &Event) -> String {
    let now = session.engine.now().wall;
    let found = event.occurrences(&session.context, now, later(now, FARTHEST), 3).items;
    let named = |one: &Occurrence| {
        let label = one.label();
        // The offset is of no use to who only has to say which.
        match (one.tie.is_all_day(), one.present.fold) {
            (false, false) => label.get(..16).map_or_else(|| label.clone(), str::to_string),
            _ => label,
        }
    };
    let names: Vec<String> = found.iter().take(3).map(named).collect();
    match names.is_empty() {
        true => "; it has no occurrence ahead, so name one of the past by its start".into(),
        false => format!("; the next are {}", names.join(", ")),
    }
}

/// The occurrence that is named by its original start, or by the one it has now.
fn find(session: &Session, event: &Event, text: &str) -> Result<Occurrence, Failure> {
    seek(session, event, text)?.ok_or_else(|| not_there(session, event, text))
}

/// The same, if there is one.
fn seek(session: &Session, event: &Event, text: &str) -> Result<Option<Occurrence>, Failure> {
    let context = &session.context;
    if let Some(start) = LocalStart::parse(text) {
        return Ok(event.occurrence(context, start));
    }
    let own = own_zone(session, event);
    let read = |machine: &ZoneName| {
        let reading = Reading { field: "occurrence", zones: &context.zones, zone: None, machine };
        reading.read(text)
    };
    let given = read(&own)?;
    if given.is_date {
        return on_date(session, event, given.local.at.date(), text);
    }
    let at =
        |given: &crate::times::Given| instant(given.local, &context.zones.zone(&given.zone).0).0;
    let there = context.zone_of(event, &event.timing.tie);
    let moment = at(&given);
    let original = LocalStart { at: there.to_datetime(moment), fold: given.local.fold };
    let standing = |moment: Timestamp| {
        let found = event.occurrences(context, moment, later(moment, 1), 4).items;
        found.into_iter().next()
    };
    let found = [given.local, original]
        .into_iter()
        .filter(|start| *start == original || given.zone == own)
        .find_map(|start| event.occurrence(context, start))
        .or_else(|| standing(moment));
    if found.is_some() || given.is_placed {
        return Ok(found);
    }
    // As `list` shows it: by the clocks of this computer.
    Ok(standing(at(&read(&context.machine)?)))
}

/// The one occurrence of a date.
fn on_date(
    session: &Session,
    event: &Event,
    date: Date,
    text: &str,
) -> Result<Option<Occurrence>, Failure> {
    let context = &session.context;
    if event.timing.tie.is_all_day() {
        let start = LocalStart::first(date.at(0, 0, 0, 0));
        if let Some(found) = event.occurrence(context, start) {
            return Ok(Some(found));
        }
    }
    let zone = context.zone_of(event, &event.timing.tie);
    let middle = instant(LocalStart::first(date.at(12, 0, 0, 0)), &zone).0;
    let around = event.occurrences(context, later(middle, -2 * DAY), later(middle, 2 * DAY), 5_000);
    let mut those = around.items.into_iter().filter(|one| one.present.at.date() == date);
    match (those.next(), those.next()) {
        (Some(one), None) => Ok(Some(one)),
        (Some(_), Some(_)) => {
            let message =
                format!("“{}” happens several times on {text}: give the time, too", event.title);
            Err(Failure::usage("occurrence", message))
        }
        // One that was moved away from that date.
        (None, _) => {
            let moved = event.overrides.iter().filter(|o| o.original.at.date() == date);
            let mut those = moved.filter_map(|o| event.occurrence(context, o.original));
            Ok(those.next())
        }
    }
}

fn not_there(session: &Session, event: &Event, text: &str) -> Failure {
    let shown: String = text.chars().take(60).collect();
    let next = elsewhere(session, event, text).unwrap_or_else(|| next_ones(session, event));
    Failure::not_found(format!("“{}” has no occurrence at {shown}{next}", event.title))
}

/// The end of a sentence with the part of a parted series that goes on after this one.
fn elsewhere(session: &Session, event: &Event, text: &str) -> Option<String> {
    let parts = session.engine.other_parts(event).ok()?;
    if let Some(part) = parts.iter().find(|part| matches!(seek(session, part, text), Ok(Some(_)))) {
        let which = match part.timing.start > event.timing.start {
            true => "goes on as",
            false => "begins as",
        };
        return Some(format!("; the series {which} {}, which has it", part.id));
    }
    let next = parts.iter().find(|part| part.timing.start > event.timing.start)?;
    let now = session.engine.now().wall;
    let is_over =
        event.occurrences(&session.context, now, later(now, FARTHEST), 1).items.is_empty();
    is_over.then(|| format!("; the series goes on as {}", next.id))
}

/// The zone in which an event's times are read when they say none themselves.
pub fn own_zone(session: &Session, event: &Event) -> ZoneName {
    event.timing.tie.zone().unwrap_or(&session.context.machine).clone()
}

/// The original start of an occurrence, by which it can be named for ever.
pub fn original(session: &Session, event: &Event, one: &Occurrence) -> String {
    let zone = session.context.zone_of(event, &event.timing.tie);
    match event.timing.tie.is_all_day() {
        true => one.original.at.date().to_string(),
        false => instant(one.original, &zone).0.to_zoned(zone).to_string(),
    }
}

/// What a change came to, as JSON.
#[derive(Serialize)]
struct Done {
    event: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<String>,
    scope: Scope,
    /// The occurrence that was meant, by the start it had.
    occurrence: Option<String>,
    /// Where it is now, if it was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    /// How it repeats, if a move put it on other days of the week.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<String>,
    /// The event that ends where this one begins now.
    #[serde(skip_serializing_if = "Option::is_none")]
    parted_from: Option<String>,
    version: i64,
    #[serde(flatten)]
    effect: EffectShape,
}

impl Done {
    fn of(meant: &Meant, saved: &Saved) -> Self {
        Self {
            event: saved.event.clone(),
            title: meant.row.event.title.clone(),
            deleted: None,
            scope: meant.scope,
            occurrence: meant.occurrence.as_ref().map(Occurrence::label),
            start: None,
            repeats: None,
            parted_from: saved.parted_from.clone(),
            version: saved.version,
            effect: EffectShape::of(&saved.effect),
        }
    }
}

/// A line that says under which id what follows goes on.
pub fn goes_on(saved: &Saved) -> String {
    match &saved.parted_from {
        Some(head) => format!(
            "What follows is an event of its own now, {}, and {head} ends before it.\n",
            saved.event
        ),
        None => String::new(),
    }
}

pub fn delete(session: &Session, which: &Which) -> Result<Answer, Failure> {
    let meant = meant(session, which)?;
    let saved = session.engine.delete(&meant.target())?;
    let text = format!("Deleted {}{}", meant.words(), cancelled(&saved.effect));
    let deleted = (meant.scope == Scope::All).then(|| EventId::to_string(&which.id));
    Ok(Answer::new(text, &Done { deleted, ..Done::of(&meant, &saved) }))
}

pub fn skip(session: &Session, asked: &Skip) -> Result<Answer, Failure> {
    if asked.scope == Some(ScopeWord::All) {
        let message = "all of a series are left out by `carillon cancel` or `carillon delete`: --scope is this or following here";
        return Err(Failure::usage("scope", message));
    }
    let (id, occurrence) = (asked.id, Some(asked.occurrence.clone()));
    let meant = meant(session, &Which { id, occurrence, scope: asked.scope })?;
    if meant.row.event.repeats.is_once() {
        let message = format!(
            "“{}” happens once, so there is nothing to skip: `carillon cancel` or `carillon delete` ends it",
            meant.row.event.title
        );
        return Err(Failure::refused("occurrence", message));
    }
    let saved = session.engine.delete(&meant.target())?;
    let text = format!("Skipped {}{}", meant.words(), cancelled(&saved.effect));
    Ok(Answer::new(text, &Done::of(&meant, &saved)))
}

pub fn cancel(session: &Session, which: &Which) -> Result<Answer, Failure> {
    let meant = meant(session, which)?;
    let saved = session.engine.cancel(&meant.target())?;
    let mut what = meant.words();
    let is_rest = meant.scope == Scope::All && saved.parted_from.is_some();
    if is_rest {
        let rest = changed(session, &saved)?.event;
        what.push_str(&format!(" from {} on", words::label(&first(session, &rest)?.label())));
    }
    let mut text = format!("Cancelled {what}{}", cancelled(&saved.effect));
    text.push_str(if is_rest { " What is over stays as it was.\n" } else { "\n" });
    text.push_str(&goes_on(&saved));
    Ok(Answer::new(text, &Done::of(&meant, &saved)))
}

/// The event as it was saved.
fn changed(session: &Session, saved: &Saved) -> Result<EventRow, Failure> {
    let id: EventId = saved.event.parse().map_err(|e| Failure::failed(format!("{e}")))?;
    Ok(session.engine.event(id)?)
}

pub fn reinstate(session: &Session, which: &Which) -> Result<Answer, Failure> {
    let row = session.engine.event(which.id)?;
    // What was left out is named as if it were there.
    let (whole, _) = match row.event.enabled {
        true => row.event.with_what_was_left_out(),
        false => (row.event.clone(), 0),
    };
    let meant = meant_of(session, which, EventRow { event: whole, ..row })?;
    let saved = session.engine.reinstate(&meant.target())?;
    let row = changed(session, &saved)?;
    let mut what = meant.words();
    if meant.scope == Scope::All && row.event.id != which.id {
        what.push_str(&format!(" from {} on", words::label(&first(session, &row.event)?.label())));
    }
    let mut text = format!("{what} takes place after all.\n");
    text.push_str(&goes_on(&saved));
    passed(session, &saved.effect.passed).iter().for_each(|line| text.push_str(line));
    if !row.event.reminders.is_empty() {
        text.push_str(&session.warning());
    }
    Ok(Answer::new(text, &Done::of(&meant, &saved)))
}

pub fn move_to(session: &Session, asked: &Move) -> Result<Answer, Failure> {
    let meant = meant(session, &asked.which)?;
    let event = &meant.row.event;
    let one = match &meant.occurrence {
        Some(one) => one.clone(),
        // All of a series is moved only when that is said.
        None if !event.repeats.is_once() && asked.which.scope.is_none() => {
            let why =
                "it was not said which to move: name one with --occurrence, or say --scope all";
            return Err(unnamed(session, event, why));
        }
        None => first(session, event)?,
    };
    let placing = Placing {
        at: Some((&asked.to, "to")),
        zone: asked.zone.as_deref(),
        zone_of: None,
        floating: false,
        length: None,
        past: asked.past,
    };
    let to = placement(session, event, &one, &placing)?;
    let target = Target { original: Some(one.original), ..meant.target() };
    let Target { id, original, scope, based_on, .. } = target;
    let original = original.unwrap_or(one.original);
    let saved = session.engine.move_occurrence(id, original, &to, scope, based_on, None)?;
    let stands = |start: &LocalStart| {
        let zone = to.zone.as_ref().map_or_else(
            || session.zone(),
            |name| session.context.zones.zone(&ZoneName::stored(name.trim_start_matches(THEIRS))).0,
        );
        match to.all_day {
            true => start.at.date().to_string(),
            false => instant(*start, &zone).0.to_zoned(zone).to_string(),
        }
    };
    let start = stands(&to.start);
    let mut text = format!("Moved {} to {}", meant.words(), words::label(&start));
    text.push_str(&cancelled(&saved.effect));
    text.push('\n');
    text.push_str(&goes_on(&saved));
    let now = changed(session, &saved)?.event;
    let rrule = with_other_days(session, event, &now);
    if let Some(sentence) = &rrule {
        text.push_str(&format!("All its days move along: it is {sentence} now.\n"));
    }
    passed(session, &saved.effect.passed).iter().for_each(|line| text.push_str(line));
    if !now.reminders.is_empty() {
        text.push_str(&session.warning());
    }
    let repeats = rrule;
    Ok(Answer::new(text, &Done { start: Some(start), repeats, ..Done::of(&meant, &saved) }))
}

/// How a series repeats, if that is on other days of the week than before.
fn with_other_days(session: &Session, was: &Event, now: &Event) -> Option<String> {
    let days = |event: &Event| -> Vec<_> {
        event.repeats.rules.iter().map(|rule| rule.by_day().to_vec()).collect()
    };
    let zone = session.context.zone_of(now, &now.timing.tie);
    let rule = now.repeats.rules.first().filter(|_| days(was) != days(now))?;
    Some(rule.as_read_in(&zone).sentence(Language::English))
}

/// The first occurrence of an event.
pub fn first(session: &Session, event: &Event) -> Result<Occurrence, Failure> {
    let found = event.occurrences(&session.context, Timestamp::MIN, Timestamp::MAX, 1).items;
    found.into_iter().next().ok_or_else(|| {
        Failure::refused("id", format!("“{}” never happens: it has nothing to move", event.title))
    })
}
