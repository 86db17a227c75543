//! The registry of event kinds. A kind gives its defaults, names its occurrences, and words its
//! reminders. Adding one means a file of its own beside this one and one line in [`KINDS`].

mod anniversary;
mod appointment;
mod birthday;
mod deadline;
mod note;
mod renewal;
mod workflow;

use std::{fmt, ops::Deref, str::FromStr};

use jiff::Timestamp;

use crate::{
    event::Event,
    id::PersonId,
    occurrence::Occurrence,
    policy::{Collapse, UseBy},
    reminder::Trigger,
    timing::{Length, Tie},
};

/// Every kind there is, in the order they are offered.
pub const KINDS: &[&dyn Kind] = &[
    &appointment::Appointment,
    &note::Note,
    &birthday::Birthday,
    &anniversary::Anniversary,
    &deadline::Deadline,
    &renewal::Renewal,
    &workflow::Workflow,
];

/// What a kind brings along when the person does not say otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// Whether it is on a date instead of at a time.
    pub all_day: bool,
    /// How long it lasts.
    pub length: Length,
    /// When to tell.
    pub reminders: &'static [Trigger],
    /// How late is too late.
    pub use_by: UseBy,
    /// What becomes of several late ones, for an event that happens once, and for a series.
    pub collapse: (Collapse, Collapse),
    /// Seconds after due within which telling is still on time.
    pub grace: i64,
}

impl Defaults {
    /// The reminders of an event with such a start. Hours and minutes before a date would ring in
    /// the night: they become the all-day hour of that day.
    pub fn reminders_on(&self, tie: &Tie) -> Vec<Trigger> {
        let on = |trigger: &Trigger| match trigger {
            Trigger::Relative { seconds, .. } if *seconds != 0 && tie.is_all_day() => {
                Trigger::START
            }
            Trigger::Relative { .. } | Trigger::At(_) => *trigger,
        };
        let mut triggers: Vec<Trigger> = self.reminders.iter().map(on).collect();
        triggers.dedup();
        triggers
    }
}

/// The longest time, in seconds, for which telling of any kind is still on time.
pub fn longest_grace() -> i64 {
    KINDS.iter().map(|kind| kind.defaults().grace).max().unwrap_or_default()
}

/// One kind of event.
pub trait Kind: Sync + Send {
    /// The word in the ledger, on the command line and in JSON.
    fn code(&self) -> &'static str;

    /// The word on screen, in English.
    fn word(&self) -> &'static str;

    /// What holds when the person does not say otherwise.
    fn defaults(&self) -> Defaults;

    /// The occurrence part of what is told once: original and present start, unless the kind
    /// knows better. Two occurrences with the same text are told as one.
    fn identity(&self, occurrence: &Occurrence) -> String {
        occurrence.text()
    }

    /// Whether the event is told about *somebody*: what was told then stays told even if it is
    /// deleted and entered anew for the same person.
    fn is_of_person(&self) -> bool {
        false
    }

    /// Whether it goes on by itself unless notice is given before, so that its reminders count
    /// from the last day to give it.
    fn has_notice(&self) -> bool {
        false
    }

    /// Whether webhooks are called for it and nobody is told.
    fn is_for_programs(&self) -> bool {
        false
    }

    /// The word for the person it is told about, for kinds that are of one: different for
    /// different kinds, so that each is told once.
    fn subject(&self, person: PersonId) -> String {
        person.to_string()
    }

    /// The moment at or after which nothing may be told, for kinds that have one.
    fn deadline(&self, _occurrence: &Occurrence) -> Option<Timestamp> {
        None
    }

    /// What this kind asks of an event beyond what all do: the field and one sentence.
    ///
    /// # Errors
    /// When the event lacks it.
    fn check(&self, _event: &Event) -> Result<(), (&'static str, String)> {
        Ok(())
    }
}

/// A kind that is in the registry.
#[derive(Clone, Copy)]
pub struct KindRef(&'static dyn Kind);

impl KindRef {
    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|kind| Self(*kind))
    }
}

impl Deref for KindRef {
    type Target = dyn Kind;
    fn deref(&self) -> &Self::Target {
        self.0
    }
}

impl PartialEq for KindRef {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for KindRef {}

impl fmt::Debug for KindRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for KindRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for KindRef {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::all().find(|kind| kind.code() == text).ok_or_else(|| {
            let known: Vec<_> = Self::all().map(|k| k.code()).collect();
            let shown: String = text.chars().take(40).collect();
            format!("kind '{shown}' is not known: allowed are {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_own_word_only() {
        for kind in KindRef::all() {
            assert_eq!(kind.code().parse(), Ok(kind));
        }
        let codes: std::collections::BTreeSet<_> = KindRef::all().map(|k| k.code()).collect();
        assert_eq!(codes.len(), KINDS.len());
        assert!("meeting".parse::<KindRef>().is_err());
    }
}
