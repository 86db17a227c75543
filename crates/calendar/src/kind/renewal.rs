//! Renewal: something that goes on by itself on a date unless it is ended before, such as a
//! contract. With days of notice its reminders count from the last day to give notice.

use super::{Defaults, Kind};
use crate::{
    event::Event,
    policy::{Collapse, UseBy},
    reminder::Trigger,
    timing::Length,
};

/// The longest notice, in days.
pub const LONGEST_NOTICE: u32 = 3_660;

/// The kind `renewal`.
pub struct Renewal;

impl Kind for Renewal {
    fn code(&self) -> &'static str {
        "renewal"
    }

    fn word(&self) -> &'static str {
        "Renewal"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            all_day: true,
            length: Length::whole_days(1),
            reminders: const { &[Trigger::days_before(14), Trigger::days_before(3)] },
            use_by: UseBy::After(7 * 86_400),
            collapse: (Collapse::Latest, Collapse::Latest),
            grace: 600,
        }
    }

    fn has_notice(&self) -> bool {
        true
    }

    fn check(&self, event: &Event) -> Result<(), (&'static str, String)> {
        if !event.timing.tie.is_all_day() {
            return Err(("start", "a renewal is on a date: leave the time away".into()));
        }
        if event.notice > LONGEST_NOTICE {
            let message = format!(
                "a notice of {} days is too long: allowed are 0 to {LONGEST_NOTICE}",
                event.notice
            );
            return Err(("notice", message));
        }
        Ok(())
    }
}
