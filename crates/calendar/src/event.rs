//! An event: one definition, perhaps recurring. Whoever holds an [`Event`] holds a valid one;
//! what comes from outside is an [`EventDraft`](crate::draft::EventDraft) until it was checked.

use jiff::civil::DateTime;

use crate::{
    id::{CalendarId, EventId},
    kind::KindRef,
    person::Person,
    policy::{Collapse, Overlap, UseBy},
    recurrence::Rule,
    reminder::{Reminder, Trigger},
    timing::{Length, LocalStart, Tie, Timing},
};

/// A valid event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Which event.
    pub id: EventId,
    /// The event the series began with; splits keep it, so what was told stays told.
    pub series_root: EventId,
    /// The calendar it is in.
    pub calendar: CalendarId,
    /// What kind of event it is.
    pub kind: KindRef,
    /// One line, never empty.
    pub title: String,
    /// Where; may be empty.
    pub place: String,
    /// Notes; may be empty.
    pub description: String,
    /// A link; may be empty. Nothing opens it by itself.
    pub url: String,
    /// When, and for how long.
    pub timing: Timing,
    /// How it recurs.
    pub repeats: Repeats,
    /// Single occurrences that differ.
    pub overrides: Vec<Override>,
    /// When to tell, no two equal.
    pub reminders: Vec<Reminder>,
    /// Whose it is, for kinds that are of a person.
    pub person: Option<Person>,
    /// Whether it is told at all.
    pub enabled: bool,
    /// Days of notice before it goes on by itself; none for most kinds.
    pub notice: u32,
    /// What becomes of a run while the one before goes on; for kinds that programs do.
    pub overlap: Overlap,
}

/// The recurrence of an event besides its start, in nominal local time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Repeats {
    /// RRULEs.
    pub rules: Vec<Rule>,
    /// RDATEs: further starts.
    pub rdates: Vec<DateTime>,
    /// EXDATEs: starts that do not happen.
    pub exdates: Vec<DateTime>,
}

impl Repeats {
    /// Whether the event happens once.
    pub fn is_once(&self) -> bool {
        self.rules.is_empty() && self.rdates.is_empty()
    }
}

/// One occurrence of a series that differs from the rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The start the rule gave it, by which it is named for ever (RECURRENCE-ID).
    pub original: LocalStart,
    /// What is different.
    pub change: Change,
}

/// How an occurrence differs.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It does not take place.
    Cancelled,
    /// It has another time, or other words.
    Differs {
        /// Its present start.
        start: LocalStart,
        /// What the start is tied to.
        tie: Tie,
        /// How long it lasts.
        length: Length,
        /// Its own title, where it has one.
        title: Option<String>,
        /// Its own place, where it has one.
        place: Option<String>,
        /// Its own notes, where it has some.
        description: Option<String>,
    },
}

impl Event {
    /// The event with the occurrences that were left out of it, and how many those are.
    pub fn with_what_was_left_out(&self) -> (Self, usize) {
        let mut whole = self.clone();
        whole.overrides.retain(|o| o.change != Change::Cancelled);
        whole.repeats.exdates.clear();
        let left_out = self.overrides.len() - whole.overrides.len() + self.repeats.exdates.len();
        (whole, left_out)
    }

    /// Until when a reminder of this event is worth telling: its own wish or the kind's.
    pub fn use_by(&self, reminder: &Reminder) -> UseBy {
        reminder.use_by.unwrap_or(self.kind.defaults().use_by)
    }

    /// When a reminder is due, counted from the start: from the last day to give notice, where
    /// there is one.
    pub fn trigger(&self, reminder: &Reminder) -> Trigger {
        match reminder.trigger {
            Trigger::Relative { days, seconds, from_end } if self.notice > 0 => {
                let notice = i32::try_from(self.notice).unwrap_or(i32::MAX);
                Trigger::Relative { days: days.saturating_sub(notice), seconds, from_end }
            }
            trigger => trigger,
        }
    }

    /// What becomes of several late ones of this reminder.
    pub fn collapse(&self, reminder: &Reminder) -> Collapse {
        let (once, series) = self.kind.defaults().collapse;
        reminder.collapse.unwrap_or(if self.repeats.is_once() { once } else { series })
    }

    /// What the starts of its occurrences are tied to, those of overrides too.
    pub fn ties(&self) -> impl Iterator<Item = &Tie> {
        let own = self.overrides.iter().filter_map(|o| match &o.change {
            Change::Differs { tie, .. } => Some(tie),
            Change::Cancelled => None,
        });
        std::iter::once(&self.timing.tie).chain(own)
    }

    /// The override of the occurrence with this original start.
    pub fn override_of(&self, original: LocalStart) -> Option<&Override> {
        self.overrides.iter().find(|o| o.original == original)
    }

    /// The word for whom or what is told about: the person, or the series.
    pub fn subject(&self) -> String {
        match &self.person {
            Some(person) if self.kind.is_of_person() => self.kind.subject(person.id),
            _ => self.series_root.to_string(),
        }
    }
}
