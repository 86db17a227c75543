//! Quick add: one line of text, read as an event. `lunch with Ana every other Tuesday at noon
//! Europe/Lisbon, remind 10m` says what, when, how often, where the clock is and when to tell.
//!
//! The line is cut into words; the spans that are time are taken, the rest is the title. What
//! was read comes back as a line to confirm ([`Reading::echo`]) and as the spans it came from.
//! It refuses rather than guesses: what looks like time and is not understood, or could be
//! understood twice, is a [`Refusal`] that names the words and what would be. When the whole line
//! is read, what is left for the title is looked at once more beside the time that was found: a
//! misspelt day, half a date, a vague hour, a word of another language. Words in quotes are title,
//! whatever they say.
//!
//! What the words mean where people differ:
//! - Hours are those of the 24-hour clock: `at 9` is 09:00. `at 3` (1 to 6, without am, pm, a
//!   part of the day or a leading zero) is refused, since most who write it mean the afternoon.
//! - A weekday is the coming one; today if that is one and the time is still ahead. `next
//!   Friday` is the Friday of next week (weeks begin on Monday), `this Friday` that of this one.
//! - `EOD` is the end of that day, today's where no other is named, and makes it a task. `on New
//!   Year's Eve` is its date where nothing else says when; `Christmas dinner 18:00` and Easter are
//!   refused.
//! - A time without a date is the next time clocks show it: today, or tomorrow.
//! - `24.12.` is day and month; `1/2` could be two dates and is refused, `24/12` could not.
//! - `every 4 hours` is elapsed time: such a series is tied to UTC.
//! - Abbreviations of zones (EST, IST) are never guessed. `her time` is that of the one person the
//!   line names; with nobody or several it is refused.
//! - `Mon-Fri 9:00` and `weekends` repeat; `remind 10m 1h` are two reminders, `1h 30m` is one.
//!
//! Pure, and its work is bounded by the length of the line.

mod amount;
mod around;
mod birthday;
mod clock;
mod date;
mod days;
mod doubt;
mod echo;
mod first;
mod leftday;
mod leftover;
mod leftrepeat;
mod lefttime;
mod misspelt;
mod named;
mod often;
mod place;
mod repeat;
mod scan;
mod settle;
mod tell;
mod token;
mod weekdate;
mod whose;
mod words;

use std::ops::Range;

use jiff::Timestamp;

use crate::{
    draft::EventDraft,
    event::Event,
    id::{CalendarId, PersonId},
    occurrence::{Context, Occurrence},
    person::Person,
};

/// The longest line taken, in bytes.
pub const LONGEST: usize = 1_000;

/// What a line is read against.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Zones, the machine's zone and the all-day hour.
    pub context: &'a Context,
    /// The present moment.
    pub now: Timestamp,
    /// Everybody known, by name.
    pub people: &'a [Person],
    /// Who has a birthday already, with its month and day.
    pub birthdays: &'a [(PersonId, i8, i8)],
    /// All calendars, the first of them being the usual one.
    pub calendars: &'a [(CalendarId, String)],
}

/// A line, understood.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The event as a draft that passes its checks.
    pub draft: EventDraft,
    /// The same, checked; its id is of nobody.
    pub event: Event,
    /// The next few occurrences.
    pub next: Vec<Occurrence>,
    /// The words that were understood, in their order.
    pub spans: Vec<Span>,
    /// The whole reading in one line: "Every 2 weeks on Tue, 12:00 Lisbon · next 24 Nov".
    pub echo: String,
    /// What one may not expect, a sentence each: a time that clocks skip, a day put off.
    pub notes: Vec<String>,
}

/// A line that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// One sentence: the words, and what is allowed.
    pub message: String,
    /// The words it is about; empty when it is about what is missing.
    pub place: Place,
    /// What was understood all the same.
    pub spans: Vec<Span>,
}

/// A stretch of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// In bytes.
    pub bytes: Range<usize>,
    /// In characters.
    pub chars: Range<usize>,
}

impl Place {
    fn of(text: &str, bytes: Range<usize>) -> Self {
        let chars = |until: usize| text[..until].chars().count();
        Self { chars: chars(bytes.start)..chars(bytes.end), bytes }
    }
}

/// Words that were understood, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Where they stand.
    pub place: Place,
    /// What they mean.
    pub meaning: Meaning,
}

/// What words of the line mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A date or dates.
    Date,
    /// A time of day, or from one to another.
    Time,
    /// How long.
    Length,
    /// How it repeats, and until when.
    Repeat,
    /// Where its clock is.
    Zone,
    /// When to tell.
    Reminder,
    /// That it is something to be done by then, or to be told.
    Kind,
    /// Whose it is.
    Person,
    /// The calendar it belongs to.
    Calendar,
}

impl Meaning {
    /// The word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Length => "length",
            Self::Repeat => "repeat",
            Self::Zone => "zone",
            Self::Reminder => "reminder",
            Self::Kind => "kind",
            Self::Person => "person",
            Self::Calendar => "calendar",
        }
    }
}

/// Reads a line.
///
/// # Errors
/// Why it cannot be read as one event, with the words it is about.
pub fn read(text: &str, known: &Known<'_>) -> Result<Reading, Refusal> {
    let refuse = |message: String, bytes: Range<usize>, spans: Vec<Span>| Refusal {
        message,
        place: Place::of(text, bytes),
        spans,
    };
    if text.len() > LONGEST {
        let message = format!("the line has {} bytes: at most {LONGEST} are taken", text.len());
        return Err(refuse(message, 0..0, Vec::new()));
    }
    let tokens = token::tokens(text).map_err(|place| {
        let message = "a quote is opened and not closed: close it, or leave it away";
        refuse(message.into(), place, Vec::new())
    })?;
    let scanned = scan::Scan::of(&tokens, known);
    let spans = scanned.spans(text);
    let at = |refused: scan::Refused| {
        let bytes = scan::bytes_of(&tokens, &refused.tokens, text);
        refuse(refused.message, bytes, spans.clone())
    };
    if let Some(refused) = &scanned.refused {
        return Err(at(refused.clone()));
    }
    leftover::refuse(&scanned, known).map_err(at)?;
    let title = scanned.title(text);
    if let Some(refused) = birthday::of_birth(&scanned, &title, known) {
        return Err(at(refused));
    }
    let mut settled = settle::settle(&scanned, known).map_err(at)?;
    settled.draft.title = title;
    finish(settled, &scanned, known)
        .map(|reading| Reading { spans: spans.clone(), ..reading })
        .map_err(at)
}

/// The draft checked as the ledger will, and put into words.
fn finish(
    settled: settle::Settled,
    scanned: &scan::Scan<'_>,
    known: &Known<'_>,
) -> Result<Reading, scan::Refused> {
    let settle::Settled { mut draft, mut notes } = settled;
    if draft.title.is_empty() {
        return Err(scan::Refused::missing("the title is missing: say what it is"));
    }
    let birthday = birthday::birthday(&mut draft, known)
        .map_err(|message| scanned.refuse_about(Meaning::Date, message))?;
    if let Some(note) = birthday {
        notes = Vec::from_iter(note);
    }
    let event = first::checked(&draft, known).map_err(|error| {
        let about = match error.field {
            "reminders" => Meaning::Reminder,
            "rrule" => Meaning::Repeat,
            "length" => Meaning::Length,
            _ => Meaning::Date,
        };
        scanned.refuse_about(about, error.message)
    })?;
    let next = first::coming(&event, known);
    notes.extend(echo::clock_notes(&event, &next, known));
    let echo = echo::line(&event, &next, draft.length.is_some(), known);
    Ok(Reading { draft, event, next, spans: Vec::new(), echo, notes })
}
