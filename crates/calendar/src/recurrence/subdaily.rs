//! HOURLY, MINUTELY and SECONDLY: steps counted through the days, with jumps over whatever the
//! BY parts leave out.

use super::days::{DAY, align_up, gcd};
use super::evaluate::{WORK_BOUND, Walker, bounded};
use super::filter::Stop;
use super::plan::{Gate, Plan};
use super::rule::Freq;

/// After so many fruitless looks it pays to ask whether there is anything to find at all.
const DOUBT: u32 = 1_000;

/// The step found last, and up to which second every step is taken that follows on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stride {
    base: i64,
    until: i64,
}

impl Stride {
    pub(super) const NONE: Stride = Stride { base: i64::MAX, until: i64::MIN };
}

impl Walker<'_> {
    /// The first instance at or after `at` of a frequency below DAILY.
    pub(super) fn next_unit(&mut self, at: i64, limit: i64) -> Result<i64, Stop> {
        if let Some(found) = self.stride_on(at) {
            return bounded(found, limit);
        }
        // Dividing by what the compiler knows is much cheaper.
        match self.plan.freq {
            Freq::Hourly => self.next_step::<3600>(at, limit),
            Freq::Minutely => self.next_step::<60>(at, limit),
            Freq::Secondly => self.next_step::<1>(at, limit),
            Freq::Yearly | Freq::Monthly | Freq::Weekly | Freq::Daily => Err(Stop::Never),
        }
    }

    /// The first instance at or after `at` where that belongs to the step found last, or to the
    /// one that follows on it with nothing left out between.
    fn stride_on(&mut self, at: i64) -> Option<i64> {
        let (times, base) = (&self.plan.times, self.stride.base);
        if at <= base {
            return None;
        }
        if at <= base + times.last()? {
            return Some(base + times[times.partition_point(|time| base + time < at)]);
        }
        let next = base + self.plan.stride;
        if next >= self.stride.until || at > next {
            return None;
        }
        self.stride.base = next;
        Some(next + times.first()?)
    }

    fn next_step<const UNIT: i64>(&mut self, at: i64, limit: i64) -> Result<i64, Stop> {
        let plan = self.plan;
        let per_day = DAY / UNIT;
        let begin = at.div_euclid(UNIT);
        let horizon = begin.saturating_add(plan.cycle);
        let open = plan.days.is_open();
        let mut index = begin;
        for round in 0..WORK_BOUND {
            self.looks = self.looks.saturating_add(1);
            if round == DOUBT && !can_meet(plan) {
                return Err(Stop::Never);
            }
            index = align_up(index, plan.origin, plan.interval);
            let base = index.saturating_mul(UNIT);
            if base > limit || index > horizon {
                return Err(if base > limit { Stop::Limit } else { Stop::Never });
            }
            let day = index.div_euclid(per_day);
            if !open && !self.months.passes(day) {
                index = self.months.next(day + 1, limit.div_euclid(DAY))? * per_day;
                continue;
            }
            let in_day = index - day * per_day;
            let allowed = plan.gate.next::<UNIT>(in_day);
            if allowed != in_day {
                index = day * per_day + allowed;
                continue;
            }
            let later = plan.times.partition_point(|time| base + time < at);
            if let Some(time) = plan.times.get(later) {
                self.stride = Stride { base, until: steady_until(plan, day, in_day * UNIT) };
                return bounded(base + time, limit);
            }
            index += 1;
        }
        Err(Stop::Bounded)
    }
}

/// Up to which second no day or time is left out, from an allowed second of an allowed day on.
fn steady_until(plan: &Plan, day: i64, in_day: i64) -> i64 {
    if plan.gate != Gate::OPEN {
        day * DAY + plan.gate.closes(in_day)
    } else if plan.days.is_open() {
        i64::MAX
    } else {
        (day + 1) * DAY
    }
}

impl Gate {
    /// The first unit of the day at or after `in_day` whose hour, minute and second are allowed,
    /// perhaps not all of them yet; the next day's first if there is none.
    pub(super) fn next<const UNIT: i64>(&self, in_day: i64) -> i64 {
        if *self == Gate::OPEN {
            return in_day;
        }
        let per_hour = 3600 / UNIT;
        let hour = in_day / per_hour;
        let allowed = next_bit(self.hours, hour, 24);
        if allowed != hour {
            return allowed * per_hour;
        }
        if UNIT > 60 {
            return in_day;
        }
        let per_minute = 60 / UNIT;
        let minute = in_day / per_minute % 60;
        let allowed = next_bit(self.minutes, minute, 60);
        if allowed != minute {
            return hour * per_hour + allowed * per_minute;
        }
        if UNIT > 1 {
            return in_day;
        }
        in_day - in_day % 60 + next_bit(self.seconds, in_day % 60, 60)
    }

    /// Whether a unit of the day of a frequency below DAILY is allowed.
    pub(super) fn allows(&self, in_day: i64, unit: i64) -> bool {
        in_day
            == match unit {
                3600 => self.next::<3600>(in_day),
                60 => self.next::<60>(in_day),
                _ => self.next::<1>(in_day),
            }
    }

    /// The first second of the day that is not allowed after one that is; at the latest where
    /// the finest limit begins anew.
    fn closes(&self, in_day: i64) -> i64 {
        let (size, mask, open) = if self.seconds != Gate::OPEN.seconds {
            (1, self.seconds, 60)
        } else if self.minutes != Gate::OPEN.minutes {
            (60, self.minutes, 60)
        } else {
            (3600, self.hours, 24)
        };
        let at = in_day / size % open;
        let first = in_day - in_day % (size * open);
        first + size * next_bit(!mask, at, open)
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
        if plan.gate.allows(in_day, unit) {
            return true;
        }
        in_day += common;
    }
    false
}
