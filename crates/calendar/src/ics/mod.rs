//! iCalendar files (RFC 5545) in, drafts of events out; and events out as a file.
//!
//! A file is never refused whole: what can be understood is imported, and everything that is lost
//! or changed has a [`Remark`] with its line and one sentence. What is merely not understood
//! (X-properties, attachments, alarms that would send mail) is kept as text for export and never
//! acted upon: nothing in a file makes a channel, an action or a request.
//!
//! Content lines are read here rather than by `calcard`, whose parser keeps neither line numbers
//! nor the text as it stood; its table of Windows zone names is used.

mod alarm;
pub(crate) mod component;
mod event;
mod extra;
mod following;
mod length;
pub(crate) mod lines;
mod names;
mod ours;
mod overrides;
mod read;
mod series;
mod text;
mod times;
mod todo;
pub(crate) mod value;
mod vtimezone;
mod write;
mod write_alarm;
mod write_zone;

use jiff::{Timestamp, civil::Date};

use crate::{draft::EventDraft, id::CalendarId, zones::Zones};

pub use ours::follows_on;
pub(crate) use read::hashed;
pub use read::{Reading, read};
pub use todo::says_done;
pub(crate) use write::fold;
pub use write::{Outgoing, WriteContext, write};

/// The most calendar components (events and tasks) taken from one file.
pub const MOST_ENTRIES: usize = 100_000;
/// The most remarks given; what would be more is counted.
pub const MOST_REMARKS: usize = 10_000;
/// The most bytes of properties that are kept unread, for one event.
pub const MOST_EXTRA: usize = 65_536;
/// How a remark ends about a component that is read as far as it goes.
pub const NO_END: &str = " has no END: what is there was taken";

/// What becomes of events that come without an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alarmless {
    /// Nothing rings, as the file says.
    #[default]
    Silent,
    /// They get the default reminders of their kind.
    KindDefaults,
}

/// What a file is read against.
#[derive(Debug, Clone)]
pub struct ReadContext<'a> {
    /// Zone data.
    pub zones: &'a Zones,
    /// The calendar the events go to.
    pub calendar: CalendarId,
    /// Today, near which zones that a file defines itself are compared with the known ones.
    pub today: Date,
    /// What becomes of events without an alarm.
    pub alarmless: Alarmless,
}

/// What a file held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// The name the file gives the calendar (X-WR-CALNAME or NAME).
    pub name: Option<String>,
    /// One for each UID, in the order of the file.
    pub events: Vec<ImportedEvent>,
    /// What was lost or changed, by line.
    pub remarks: Vec<Remark>,
}

/// An event of a file, which would pass its check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedEvent {
    /// Its UID; made from its content if the file gives none, and for a single occurrence whose
    /// series is not in the file `UID#RECURRENCE-ID`.
    pub uid: String,
    /// SEQUENCE, the highest of the series and its overrides.
    pub sequence: i64,
    /// LAST-MODIFIED, or DTSTAMP where that is missing; the latest of the series and its overrides.
    pub stamp: Option<Timestamp>,
    /// The event.
    pub draft: EventDraft,
    /// Whom it is of, if our own export says so.
    pub of: Option<OfPerson>,
    /// The UID of the first part of the series it is a part of. A part that is not in the file by
    /// itself, but by RANGE=THISANDFUTURE, follows on the first and has its UID with `#` and the
    /// original start it begins at.
    pub part_of: Option<String>,
    /// It is one occurrence of a series that is not in the file.
    pub occurrence: Option<OfSeries>,
    /// The rules as the file has them; those of the draft may depend on zone data.
    pub written: Vec<String>,
    /// The name of the calendar it is in, if the file gives it one.
    pub calendar: Option<String>,
    /// What was not understood, as unfolded content lines: of the event itself, its alarms, and
    /// those of its overrides between `BEGIN:VEVENT` with `RECURRENCE-ID` and `END:VEVENT`.
    pub extra: String,
    /// The line it begins at, from 1.
    pub line: usize,
}

/// Which occurrence of a series that is not in the file an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfSeries {
    /// The UID of the series.
    pub uid: String,
    /// The start the series gives it, as a draft's; a date may mean any time of that day.
    pub original: String,
    /// The zone of that.
    pub zone: Option<String>,
    /// It does not take place.
    pub cancelled: bool,
    /// It has a title of its own.
    pub is_titled: bool,
}

/// Whom an event is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfPerson {
    /// The UID of the person's card.
    pub person: String,
    /// The kind it has as an event of that person, such as `birthday`, where that is not the
    /// draft's.
    pub kind: Option<String>,
    /// The zone of the draft that is the person's own, in which it follows them.
    pub own_zone: Option<String>,
}

/// Something that was lost or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The line in the file, from 1.
    pub line: usize,
    /// What, and what was done about it: one sentence, lower case, without full stop.
    pub reason: String,
}

/// A file as UTF-8 where it is UTF-16 by its mark, and without the mark.
pub fn utf8(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    lines::without_mark(bytes)
}

/// Remarks as they are gathered, bounded.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    list: Vec<Remark>,
    more: usize,
    /// Components of which nothing comes in.
    pub(crate) left_out: usize,
}

impl Remarks {
    pub(crate) fn add(&mut self, line: usize, reason: impl Into<String>) {
        if self.list.len() < MOST_REMARKS {
            self.list.push(Remark { line, reason: reason.into() });
        } else {
            self.more += 1;
        }
    }

    /// The same of a component of which nothing comes in.
    pub(crate) fn leave_out(&mut self, line: usize, reason: impl Into<String>) {
        self.left_out += 1;
        self.add(line, reason);
    }

    pub(crate) fn finish(mut self) -> Vec<Remark> {
        self.list.sort_by_key(|r| r.line);
        if self.more > 0 {
            let line = self.list.last().map_or(1, |r| r.line);
            let reason = format!("{} further remarks are not shown", self.more);
            self.list.push(Remark { line, reason });
        }
        self.list
    }
}

/// A text of a file as remarks quote it.
pub(crate) fn shown(text: &str) -> String {
    let mut short: String =
        text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
