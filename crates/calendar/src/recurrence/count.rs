//! COUNT turned into a last instance, worked out once and remembered, so that a rule with COUNT
//! is skipped through like one with UNTIL.

use super::days::{DAY, MAX_SECOND};
use super::evaluate::Walker;
use super::filter::Stop;
use super::plan::{Gate, Plan};
use super::rule::Freq;

/// The most instances that are walked to find the last one.
const WALK_BOUND: u32 = 2_000_000;

/// Where a rule with COUNT ends, in local seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CountEnd {
    /// The last instance is this one, or the rule runs dry before its count is full.
    Last(i64),
    /// The walk was given up here; nothing is known of what follows.
    Unknown(i64),
}

impl Plan {
    /// The end that COUNT sets; DTSTART is the first it counts, matching or not.
    pub(super) fn count_end(&self) -> Option<CountEnd> {
        let count = self.count?;
        Some(*self.count_end.get_or_init(|| self.find_end(count)))
    }

    fn find_end(&self, count: u32) -> CountEnd {
        if let Some(last) = self.plain_end(count) {
            return CountEnd::Last(last);
        }
        let mut walker = Walker::new(self);
        let mut last = self.start;
        for _ in 1..count.min(WALK_BOUND) {
            match walker.next_from(last + 1, MAX_SECOND) {
                Ok(next) => last = next,
                Err(Stop::Limit | Stop::Never) => return CountEnd::Last(last),
                Err(Stop::Bounded) => return CountEnd::Unknown(last),
            }
        }
        if count <= WALK_BOUND { CountEnd::Last(last) } else { CountEnd::Unknown(last) }
    }

    /// The end of a rule that only steps: no day, time or position to leave out.
    fn plain_end(&self, count: u32) -> Option<i64> {
        let plain = self.freq >= Freq::Daily
            && self.days.is_open()
            && self.gate == Gate::OPEN
            && self.times.len() == 1
            && self.start.rem_euclid(self.unit().min(DAY)) == self.times[0];
        if !plain {
            return None;
        }
        let step = self.unit().checked_mul(self.interval)?;
        let last = step.checked_mul(i64::from(count) - 1)?.checked_add(self.start)?;
        // Past the end of time the walk answers better.
        Some(last.min(MAX_SECOND))
    }
}
