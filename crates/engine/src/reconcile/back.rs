//! What a person's edit finds already due.

use calendar::{
    event::{Change, Event},
    reminder::Trigger,
    timing::{Length, later},
};

use super::Asked;
use crate::{act::Act, error::Result, ledger::delivery, nag::is_nag, reconcile::Effect};

const DAY: i64 = 86_400;

impl Act<'_> {
    /// What a person's edit finds already due: brought back if an edit took it away, else
    /// recorded as passed, if its occurrence is not over. And snoozes an edit took away.
    pub(super) fn look_back(&self, event: &Event, effect: &mut Effect) -> Result<()> {
        let now = self.wall();
        self.each_wanted(event, later(now, -self.reach_back(event)), now, |wanted| {
            match wanted.occurrence.end > now {
                true => self.arm(event, wanted, Asked::Person, effect),
                false => Ok(()),
            }
        })?;
        for row in delivery::taken_away(self.tx, &event.subject(), now)? {
            if row.identity.reminder.starts_with("s:") {
                self.bring_back_snooze(event, &row)?;
            } else if is_nag(&row.identity.reminder) {
                self.bring_back_nag(event, &row)?;
            } else if let Some(wanted) = event.still_wanted(&self.context, &row.identity)
                && wanted.due <= now
            {
                self.arm(event, &wanted, Asked::Person, effect)?;
            }
        }
        Ok(())
    }

    /// How far back a reminder of an occurrence that is not over may lie.
    fn reach_back(&self, event: &Event) -> i64 {
        let of = |length: &Length| i64::from(length.days) * DAY + length.seconds;
        let lengths = event.overrides.iter().filter_map(|o| match &o.change {
            Change::Differs { length, .. } => Some(length),
            Change::Cancelled => None,
        });
        let lengths: Vec<_> = std::iter::once(&event.timing.length).chain(lengths).collect();
        let before = event.reminders.iter().map(|r| match event.trigger(r) {
            Trigger::Relative { days, seconds, .. } => -(i64::from(days) * DAY + seconds),
            Trigger::At(_) => 366 * DAY,
        });
        let is_of_days =
            |r| matches!(event.trigger(r), Trigger::Relative { days, .. } if days != 0);
        let is_exact = event.ties().all(|tie| !tie.is_all_day())
            && lengths.iter().all(|length| length.days == 0)
            && !event.reminders.iter().any(is_of_days);
        // A day on the wall may be longer than one.
        let room = if is_exact { 0 } else { 2 * DAY };
        let longest = lengths.into_iter().map(of).max();
        longest.unwrap_or(0) + before.max().unwrap_or(0).max(0) + room
    }
}
