//! Anniversary: of a person as a birthday is, on a date, told once a year. It is told apart from
//! the birthday, so what is told about a person by both kinds never stands for one another.

use super::{Defaults, Kind, birthday::Birthday};
use crate::{event::Event, id::PersonId, occurrence::Occurrence};

/// The kind `anniversary`.
pub struct Anniversary;

impl Kind for Anniversary {
    fn code(&self) -> &'static str {
        "anniversary"
    }

    fn word(&self) -> &'static str {
        "Anniversary"
    }

    fn defaults(&self) -> Defaults {
        Birthday.defaults()
    }

    fn identity(&self, occurrence: &Occurrence) -> String {
        Birthday.identity(occurrence)
    }

    fn is_of_person(&self) -> bool {
        true
    }

    fn subject(&self, person: PersonId) -> String {
        format!("{person}/anniversary")
    }

    fn check(&self, event: &Event) -> Result<(), (&'static str, String)> {
        if event.person.is_none() {
            return Err(("person", "an anniversary is of a person: say whose".into()));
        }
        if !event.timing.tie.is_all_day() {
            return Err(("start", "an anniversary is on a date: leave the time away".into()));
        }
        Ok(())
    }
}
