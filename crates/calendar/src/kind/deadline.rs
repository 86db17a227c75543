//! Deadline, which the screen calls a Task: something to be done *before* a moment. Its start is
//! the deadline; on a bare date it is the end of that day. Nothing is ever told at or after it.

use jiff::Timestamp;

use super::{Defaults, Kind};
use crate::{
    event::Event,
    occurrence::Occurrence,
    policy::{Collapse, UseBy},
    reminder::Trigger,
    timing::Length,
};

/// The kind `deadline`.
pub struct Deadline;

impl Kind for Deadline {
    fn code(&self) -> &'static str {
        "deadline"
    }

    fn word(&self) -> &'static str {
        "Task"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            all_day: false,
            length: Length { days: 0, seconds: 0 },
            reminders: const { &[Trigger::days_before(1), Trigger::minutes_before(60)] },
            use_by: UseBy::Deadline,
            collapse: (Collapse::Each(None), Collapse::Each(None)),
            grace: 60,
        }
    }

    fn deadline(&self, occurrence: &Occurrence) -> Option<Timestamp> {
        Some(occurrence.end)
    }

    fn check(&self, event: &Event) -> Result<(), (&'static str, String)> {
        let on_a_date = event.timing.tie.is_all_day();
        for reminder in &event.reminders {
            let late = match reminder.trigger {
                // On a date the deadline is the end of the day, so a whole-day "0" is before it.
                Trigger::Relative { days, seconds, from_end: false } if on_a_date => {
                    i64::from(days) * 86_400 + seconds >= 86_400
                }
                trigger => trigger.is_at_or_after_start(),
            };
            if late {
                let message = format!(
                    "a reminder {} would ring at or after the deadline: a task's reminders are before it",
                    side(&reminder.trigger)
                );
                return Err(("reminders", message));
            }
        }
        Ok(())
    }
}

/// "10 min after", of a trigger that is at its start or later.
fn side(trigger: &Trigger) -> String {
    let Trigger::Relative { days, seconds, .. } = trigger else { return trigger.to_string() };
    let total = i64::from(*days) * 86_400 + seconds;
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    match units.into_iter().find(|(size, _)| total % size == 0) {
        Some((size, unit)) if total > 0 => format!("{} {unit} after", total / size),
        Some(_) | None => "at the start".into(),
    }
}
