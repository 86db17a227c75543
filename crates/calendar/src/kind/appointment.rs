//! Appointment: somewhere to be, at a time, for a while.

use super::{Defaults, Kind};
use crate::{
    policy::{Collapse, UseBy},
    reminder::Trigger,
    timing::Length,
};

/// The kind `appointment`.
pub struct Appointment;

impl Kind for Appointment {
    fn code(&self) -> &'static str {
        "appointment"
    }

    fn word(&self) -> &'static str {
        "Appointment"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            all_day: false,
            length: Length::minutes(60),
            reminders: const { &[Trigger::minutes_before(10)] },
            use_by: UseBy::End,
            collapse: (Collapse::Latest, Collapse::Latest),
            grace: 60,
        }
    }
}
