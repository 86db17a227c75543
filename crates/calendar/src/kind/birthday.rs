//! Birthday: of a person, on a date, told at the all-day hour in the person's zone, once a year.
//! A date corrected after it was told sends no second message that year.

use super::{Defaults, Kind};
use crate::{
    event::Event,
    occurrence::Occurrence,
    policy::{Collapse, UseBy},
    reminder::Trigger,
    timing::Length,
};

/// The kind `birthday`.
pub struct Birthday;

impl Kind for Birthday {
    fn code(&self) -> &'static str {
        "birthday"
    }

    fn word(&self) -> &'static str {
        "Birthday"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            all_day: true,
            length: Length::whole_days(1),
            reminders: const { &[Trigger::START] },
            use_by: UseBy::Day,
            collapse: (Collapse::Latest, Collapse::Latest),
            grace: 600,
        }
    }

    fn identity(&self, occurrence: &Occurrence) -> String {
        format!("y={}", occurrence.original.at.year())
    }

    fn is_of_person(&self) -> bool {
        true
    }

    fn check(&self, event: &Event) -> Result<(), (&'static str, String)> {
        if event.person.is_none() {
            return Err(("person", "a birthday is of a person: say whose".into()));
        }
        if !event.timing.tie.is_all_day() {
            return Err(("start", "a birthday is on a date: leave the time away".into()));
        }
        Ok(())
    }
}
