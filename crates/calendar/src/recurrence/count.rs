//! COUNT turned into a last instance, worked out once and remembered, so that a rule with COUNT
//! is skipped through like one with UNTIL.

use super::days::{DAY, MAX_SECOND};
use super::evaluate::Walker;
use super::filter::Stop;
use super::plan::{Gate, Plan};
use super::rule::Freq;

/// The most instances that are walked to find the last one.
const WALK_BOUND: u32 = 2_000_000;
/// The most looks that may take: few instances among many steps are as much work as many.
const MOST_LOOKS: u32 = 8_000_000;

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
        let (mut last, left) = match self.last_period(count - 1) {
            Some((begin, _)) if begin > MAX_SECOND => return CountEnd::Last(MAX_SECOND),
            Some((begin, left)) => (begin - 1, left),
            None => (self.start, count - 1),
        };
        let mut walker = Walker::new(self);
        for _ in 0..left.min(WALK_BOUND) {
            match walker.next_from(last + 1, MAX_SECOND) {
                Ok(next) => last = next,
                Err(Stop::Limit | Stop::Never) => return CountEnd::Last(last),
                Err(Stop::Bounded) => return CountEnd::Unknown(last),
            }
            if walker.looks > MOST_LOOKS {
                return CountEnd::Unknown(last);
            }
        }
        if left <= WALK_BOUND { CountEnd::Last(last) } else { CountEnd::Unknown(last) }
    }

    /// Where all weeks, or all days, are alike: the beginning of the one that has the last of
    /// `left` instances after DTSTART, and how many of them it has.
    fn last_period(&self, left: u32) -> Option<(i64, u32)> {
        let start = self.start.div_euclid(DAY);
        let (first, step, each) = match self.freq {
            Freq::Weekly if !self.weekly_filter && self.set_pos.is_empty() => {
                let days = usize::try_from(self.week_mask.count_ones()).ok()?;
                (self.origin, 7 * self.interval, days * self.times.len())
            }
            Freq::Daily if self.days.is_open() => (start, self.interval, self.times.len()),
            Freq::Hourly | Freq::Minutely | Freq::Secondly if self.days.is_open() => {
                (start, 1, self.of_each_day()? * self.times.len())
            }
            _ => return None,
        };
        let each = i64::try_from(each).ok()?;
        // The first period may have begun before DTSTART.
        let second = (first + step) * DAY;
        let (mut walker, mut in_first, mut at) = (Walker::new(self), 0, self.start + 1);
        while let Ok(next) = walker.next_from(at, second.min(MAX_SECOND + 1) - 1) {
            in_first += 1;
            at = next + 1;
        }
        let left = i64::from(left) - in_first;
        if left <= 0 || each == 0 {
            return None;
        }
        let periods = (left - 1) / each;
        let begin = second.saturating_add(periods.saturating_mul(step).saturating_mul(DAY));
        Some((begin, u32::try_from(left - periods * each).ok()?))
    }

    /// How many steps of a frequency below DAILY are taken each day, where that is the same for
    /// all days.
    fn of_each_day(&self) -> Option<usize> {
        let unit = self.unit();
        let per_day = DAY / unit;
        if per_day % self.interval != 0 {
            return None;
        }
        let steps = (self.origin.rem_euclid(self.interval)..per_day)
            .step_by(usize::try_from(self.interval).ok()?);
        Some(steps.filter(|in_day| self.gate.allows(*in_day, unit)).count())
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
