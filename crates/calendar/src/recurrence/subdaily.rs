//! HOURLY, MINUTELY and SECONDLY: steps counted through the days, with jumps over whatever the
//! BY parts leave out.

use super::days::{DAY, align_up, gcd};
use super::evaluate::{WORK_BOUND, Walker, bounded};
use super::filter::Stop;
use super::plan::{Gate, Plan};

/// After so many fruitless looks it pays to ask whether there is anything to find at all.
const DOUBT: u32 = 1_000;

impl Walker<'_> {
    /// The first instance at or after `at` of a frequency below DAILY.
    pub(super) fn next_unit(&mut self, at: i64, limit: i64) -> Result<i64, Stop> {
        let plan = self.plan;
        let unit = plan.unit();
        let per_day = DAY / unit;
        let begin = at.div_euclid(unit);
        let horizon = begin.saturating_add(plan.cycle);
        let open = plan.days.is_open();
        let mut index = begin;
        for round in 0..WORK_BOUND {
            self.looks = self.looks.saturating_add(1);
            if round == DOUBT && !can_meet(plan) {
                return Err(Stop::Never);
            }
            index = align_up(index, plan.origin, plan.interval);
            let base = index.saturating_mul(unit);
            if base > limit || index > horizon {
                return Err(if base > limit { Stop::Limit } else { Stop::Never });
            }
            let day = index.div_euclid(per_day);
            if !open && !self.months.passes(day) {
                index = self.months.next(day + 1, limit.div_euclid(DAY))? * per_day;
                continue;
            }
            let in_day = index - day * per_day;
            let allowed = plan.gate.next(in_day, unit);
            if allowed != in_day {
                index = day * per_day + allowed;
                continue;
            }
            if let Some(time) = plan.times.iter().find(|time| base + **time >= at) {
                return bounded(base + time, limit);
            }
            index += 1;
        }
        Err(Stop::Bounded)
    }
}

impl Gate {
    /// The first unit of the day at or after `in_day` whose hour, minute and second are allowed,
    /// perhaps not all of them yet; the next day's first if there is none.
    pub(super) fn next(&self, in_day: i64, unit: i64) -> i64 {
        if *self == Gate::OPEN {
            return in_day;
        }
        let per_hour = 3600 / unit;
        let hour = in_day / per_hour;
        let allowed = next_bit(self.hours, hour, 24);
        if allowed != hour {
            return allowed * per_hour;
        }
        if unit > 60 {
            return in_day;
        }
        let per_minute = 60 / unit;
        let minute = in_day / per_minute % 60;
        let allowed = next_bit(self.minutes, minute, 60);
        if allowed != minute {
            return hour * per_hour + allowed * per_minute;
        }
        if unit > 1 {
            return in_day;
        }
        in_day - in_day % 60 + next_bit(self.seconds, in_day % 60, 60)
    }
}

/// The first bit set at or after `from`, or `end`.
fn next_bit(mask: u64, from: i64, end: i64) -> i64 {
    let left = mask >> from << from;
    if left == 0 { end } else { i64::from(left.trailing_zeros()) }
}

/// Whether the steps ever fall on an allowed time of day, whatever the days.
fn can_meet(plan: &Plan) -> bool {
    let unit = plan.unit();
    let per_day = DAY / unit;
    let common = gcd(plan.interval, per_day);
    let residue = plan.origin.rem_euclid(common);
    let mut in_day = residue;
    while in_day < per_day {
        if plan.gate.next(in_day, unit) == in_day {
            return true;
        }
        in_day += common;
    }
    false
}
