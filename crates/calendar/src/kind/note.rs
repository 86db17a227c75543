//! Note, which the screen calls a Reminder: something to be told, at a moment, with no length.

use super::{Defaults, Kind};
use crate::{
    policy::{Collapse, UseBy},
    reminder::Trigger,
    timing::Length,
};

/// The kind `note`.
pub struct Note;

impl Kind for Note {
    fn code(&self) -> &'static str {
        "note"
    }

    fn word(&self) -> &'static str {
        "Reminder"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            all_day: false,
            length: Length { days: 0, seconds: 0 },
            reminders: const { &[Trigger::START] },
            use_by: UseBy::Never,
            collapse: (Collapse::Each(None), Collapse::Latest),
            grace: 60,
        }
    }
}
