//! The walk: from any local second to the rule's next instance, by arithmetic.
//!
//! [`Walker::next_from`] has no memory that its answer depends on; what it keeps (the month it
//! looked at, the set of the last period) only saves work. So "first after T" and the nth step of
//! a long walk are the same computation.

use super::days::{DAY, MAX_DAY, MAX_YEAR, align_up};
use super::filter::{Month, Months, Stop, day_of};
use super::plan::Plan;
use super::rule::Freq;
use super::subdaily::Stride;

/// How many candidate periods or days one call may look at.
pub(super) const WORK_BOUND: u32 = 1 << 20;

/// A walk over one rule.
#[derive(Clone, Debug)]
pub(super) struct Walker<'a> {
    pub(super) plan: &'a Plan,
    pub(super) months: Months<'a>,
    /// The chosen instances of `set_period`, ascending.
    pub(super) set: Vec<i64>,
    pub(super) set_period: i64,
    /// So many steps of a frequency below DAILY were looked at, by all calls together.
    pub(super) looks: u32,
    pub(super) stride: Stride,
    /// The last day found to carry instances.
    day: i64,
}

impl<'a> Walker<'a> {
    pub(super) fn new(plan: &'a Plan) -> Walker<'a> {
        Walker {
            plan,
            months: Months::new(&plan.days),
            set: Vec::new(),
            set_period: i64::MIN,
            looks: 0,
            stride: Stride::NONE,
            day: i64::MIN,
        }
    }

    /// The first instance at or after `at` (and DTSTART), not after `limit`. COUNT and UNTIL are
    /// the caller's business.
    pub(super) fn next_from(&mut self, at: i64, limit: i64) -> Result<i64, Stop> {
        let at = at.max(self.plan.start);
        if at > limit {
            return Err(Stop::Limit);
        }
        let (Some(first), Some(last)) = (self.plan.times.first(), self.plan.times.last()) else {
            return Err(Stop::Never);
        };
        if self.plan.freq > Freq::Daily {
            return self.next_unit(at, limit);
        }
        if !self.plan.set_pos.is_empty() {
            return self.next_chosen(at, limit);
        }
        let (mut day, in_day) = (day_of(at), at.rem_euclid(DAY));
        if in_day > *last {
            day += 1;
        } else if in_day > *first {
            // Somewhere inside the day's times: today counts only if it is a day at all.
            if day == self.day || self.next_day(day, day) == Ok(day) {
                self.day = day;
                let later = self.plan.times.partition_point(|time| *time < in_day);
                return bounded(day * DAY + self.plan.times[later], limit);
            }
            day += 1;
        }
        let found = self.next_day(day, day_of(limit))?;
        self.day = found;
        bounded(found * DAY + first, limit)
    }

    /// The first day at or after `day` that has instances, for DAILY and longer without BYSETPOS.
    fn next_day(&mut self, day: i64, limit: i64) -> Result<i64, Stop> {
        match self.plan.freq {
            Freq::Yearly => self.next_yearly(day, limit),
            Freq::Monthly => self.next_monthly(day, limit),
            Freq::Weekly => self.next_weekly(day, limit),
            Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => {
                self.next_daily(day, limit)
            }
        }
    }

    fn next_yearly(&mut self, day: i64, limit: i64) -> Result<i64, Stop> {
        let interval = self.plan.interval;
        let (Month { year: here, month, .. }, _) = self.months.of(day);
        let mut year = align_up(here, self.plan.origin, interval);
        // Months before this one are over, but for what the last of them pushed into this one.
        let over = month - u32::from(self.plan.spills);
        let last = (year + self.plan.cycle).min(MAX_YEAR);
        while year <= last {
            let mut months = self.plan.days.months;
            if year == here {
                months = months >> over << over;
            }
            while months != 0 {
                let month = self.months.load(year, months.trailing_zeros());
                months &= months - 1;
                if month.first > limit {
                    return Err(Stop::Limit);
                }
                if let Some(found) = first_at(month.mask, month.first, day) {
                    return bounded(found, limit);
                }
            }
            year += interval;
        }
        Err(Stop::Never)
    }

    fn next_monthly(&mut self, day: i64, limit: i64) -> Result<i64, Stop> {
        let interval = self.plan.interval;
        let (here, dom) = self.months.of(day);
        let mut index = here.year * 12 + i64::from(here.month) - 1;
        if self.plan.spills && dom == 1 {
            index -= 1;
        }
        index = align_up(index, self.plan.origin, interval);
        let last = (index + self.plan.cycle).min(MAX_YEAR * 12 + 11);
        while index <= last {
            let month = self.months.load(index.div_euclid(12), index.rem_euclid(12) as u32 + 1);
            if month.first > limit {
                return Err(Stop::Limit);
            }
            if let Some(found) = first_at(month.mask, month.first, day) {
                return bounded(found, limit);
            }
            index += interval;
        }
        Err(Stop::Never)
    }

    fn next_weekly(&mut self, day: i64, limit: i64) -> Result<i64, Stop> {
        let step = self.plan.interval * 7;
        let origin = self.plan.origin;
        let horizon = horizon(day, self.plan);
        // `week` is the first day of a week.
        let mut week = day - (day - origin).rem_euclid(7);
        let mut from = day;
        for _ in 0..WORK_BOUND {
            let aligned = align_up(week, origin, step);
            if aligned > limit || aligned > horizon {
                return Err(if aligned > limit { Stop::Limit } else { Stop::Never });
            }
            let skipped = if aligned > from { 0 } else { from - aligned };
            let mut left = self.plan.week_mask >> skipped << skipped;
            while left != 0 {
                let found = aligned + i64::from(left.trailing_zeros());
                if !self.plan.weekly_filter || (found <= MAX_DAY && self.months.passes(found)) {
                    return bounded(found, limit);
                }
                left &= left - 1;
            }
            from = aligned + 7;
            if self.plan.weekly_filter {
                from = self.months.next(from.min(MAX_DAY), limit)?.max(from);
            }
            week = from - (from - origin).rem_euclid(7);
        }
        Err(Stop::Bounded)
    }

    fn next_daily(&mut self, day: i64, limit: i64) -> Result<i64, Stop> {
        let interval = self.plan.interval;
        let origin = self.plan.origin;
        let horizon = horizon(day, self.plan);
        let open = self.plan.days.is_open();
        let mut at = day;
        for _ in 0..WORK_BOUND {
            let aligned = align_up(at, origin, interval);
            if aligned > limit || aligned > horizon {
                return Err(if aligned > limit { Stop::Limit } else { Stop::Never });
            }
            if open || self.months.passes(aligned) {
                return Ok(aligned);
            }
            at = self.months.next(aligned + 1, limit)?;
        }
        Err(Stop::Bounded)
    }
}

/// The last day on which something new can still turn up.
fn horizon(day: i64, plan: &Plan) -> i64 {
    day.saturating_add(plan.cycle).saturating_add(7).min(MAX_DAY)
}

/// The first day of a month's mask at or after `day`.
fn first_at(mask: u32, first: i64, day: i64) -> Option<i64> {
    let left = match day - first + 1 {
        ..=1 => mask,
        from @ 2..=31 => mask >> from << from,
        _ => 0,
    };
    (left != 0).then(|| first + i64::from(left.trailing_zeros()) - 1)
}

pub(super) fn bounded(found: i64, limit: i64) -> Result<i64, Stop> {
    if found <= limit { Ok(found) } else { Err(Stop::Limit) }
}
