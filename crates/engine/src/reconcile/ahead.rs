//! What stands in the ledger ahead of its time: all of two days and the next moment of each reminder,
//! but of a dense series only so many rows that writing them anew, as an edit does, keeps nobody
//! waiting.

use calendar::{event::Event, plan::Plan, timing::later};
use jiff::Timestamp;

use super::{Asked, Effect, at_once};
use crate::{act::Act, error::Result};

/// The planner looks at least this far ahead.
const HORIZON: i64 = 48 * 3600;
/// And for the next moment of each reminder at most this far.
const FARTHEST_DAYS: i64 = 100 * 366;
/// Rows that one event has ahead, at most, all its reminders together.
const AHEAD: usize = 500;

impl Act<'_> {
    /// Inserts what is missing, what is past by as many instances as are looked at in one go. Says
    /// up to where it is complete, and when to look again: when a planned moment comes, so that
    /// looking costs no wake-up. Of a dense series that is the middle one.
    pub(super) fn look_ahead(
        &self,
        event: &Event,
        from: Timestamp,
        asked: Asked,
        effect: &mut Effect,
    ) -> Result<(Timestamp, Option<Timestamp>)> {
        let now = self.wall();
        let until = later(now, HORIZON);
        if from < now {
            let mut past = self.some_wanted(event, from, now, at_once(event));
            self.take_overflow(event, &mut past)?;
            for wanted in &past.wanted {
                self.arm(event, wanted, asked, effect)?;
            }
            if past.reached < now {
                return Ok((past.reached, Some(now)));
            }
        }
        let plan = self.next_wanted(event, from.max(now), until);
        for wanted in &plan.wanted {
            self.arm(event, wanted, asked, effect)?;
        }
        if plan.reached < until {
            let middle = plan.wanted.get(plan.wanted.len() / 2);
            return Ok((plan.reached, Some(middle.map_or(plan.reached, |w| w.due))));
        }
        let mut again: Option<Timestamp> = None;
        for place in 0..event.reminders.len() {
            let planned = plan.wanted.iter().filter(|w| w.reminder == place && w.due > now);
            let mut last = planned.map(|w| w.due).max();
            if last.is_none() {
                let only =
                    Event { reminders: vec![event.reminders[place].clone()], ..event.clone() };
                if let Some(next) = only.next_due(&self.context, until, FARTHEST_DAYS) {
                    self.arm(&only, &next, asked, effect)?;
                    last = Some(next.due);
                }
            }
            if !event.repeats.is_once() {
                again = [again, last].into_iter().flatten().min();
            }
        }
        Ok((until, again))
    }

    /// What is due next, in `(from, until]`, by as many rows as may stand ahead.
    fn next_wanted(&self, event: &Event, from: Timestamp, until: Timestamp) -> Plan {
        let mut plan = self.some_wanted(event, from, until, AHEAD);
        if plan.wanted.len() > AHEAD {
            plan.reached = plan.wanted[AHEAD - 1].due;
            plan.wanted.retain(|wanted| wanted.due <= plan.reached);
        }
        plan
    }
}
