//! BYSETPOS over weeks, months and years: a period's whole set first, then the chosen positions.

use super::days::{DAY, MAX_DAY, MAX_YEAR, align_up, civil};
use super::evaluate::Walker;
use super::filter::{Stop, day_of};
use super::plan::set_index;
use super::rule::Freq;

/// The days of one period's set, as masks that start at some day numbers.
struct PeriodDays {
    /// First day (bit 1 of the mask) and mask.
    masks: [(i64, u32); 12],
    used: usize,
}

impl PeriodDays {
    fn push(&mut self, first: i64, mask: u32) {
        if mask != 0 {
            self.masks[self.used] = (first, mask);
            self.used += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = (i64, u32)> {
        self.masks[..self.used].iter().copied()
    }

    fn len(&self) -> usize {
        self.iter().map(|(_, mask)| mask.count_ones() as usize).sum()
    }

    fn day(&self, mut index: usize) -> Option<i64> {
        for (first, mut mask) in self.iter() {
            let days = mask.count_ones() as usize;
            if index < days {
                for _ in 0..index {
                    mask &= mask - 1;
                }
                return Some(first + i64::from(mask.trailing_zeros()) - 1);
            }
            index -= days;
        }
        None
    }
}

impl Walker<'_> {
    /// The first chosen instance at or after `at`.
    pub(super) fn next_chosen(&mut self, at: i64, limit: i64) -> Result<i64, Stop> {
        let (mut period, step, last) = self.first_period(at);
        let last = last.min(period + self.plan.cycle);
        while period <= last {
            if self.period_start(period) > day_of(limit) {
                return Err(Stop::Limit);
            }
            self.fill_set(period);
            let next = self.set.partition_point(|second| *second < at);
            if let Some(found) = self.set.get(next) {
                return super::evaluate::bounded(*found, limit);
            }
            period += step;
        }
        Err(Stop::Never)
    }

    /// The first aligned period at or after the one of `at`; how periods step, and the last one there
    /// can be.
    fn first_period(&mut self, at: i64) -> (i64, i64, i64) {
        let interval = self.plan.interval;
        let (year, month, dom) = civil(day_of(at));
        match self.plan.freq {
            Freq::Yearly => {
                let first = align_up(year, self.plan.origin, interval);
                (first, interval, MAX_YEAR)
            }
            Freq::Monthly => {
                let mut index = year * 12 + i64::from(month) - 1;
                if self.plan.spills && dom == 1 && interval > 1 {
                    index -= 1;
                }
                let first = align_up(index, self.plan.origin, interval);
                (first, interval, MAX_YEAR * 12 + 11)
            }
            Freq::Weekly | Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => {
                let (origin, day) = (self.plan.origin, day_of(at));
                let week = day - (day - origin).rem_euclid(7);
                let first = align_up(week, origin, interval * 7);
                (first, interval * 7, MAX_DAY)
            }
        }
    }

    fn period_start(&mut self, period: i64) -> i64 {
        match self.plan.freq {
            Freq::Yearly => super::days::day_number(period, 1, 1),
            Freq::Monthly => {
                let month = period.rem_euclid(12) as u32 + 1;
                super::days::day_number(period.div_euclid(12), month, 1)
            }
            Freq::Weekly | Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => period,
        }
    }

    fn fill_set(&mut self, period: i64) {
        if self.set_period == period {
            return;
        }
        self.set_period = period;
        self.set.clear();
        self.choose(period);
        if self.plan.spills && self.plan.freq == Freq::Monthly && self.plan.interval == 1 {
            // What SKIP=FORWARD pushes over the end belongs, in order, to the month it lands in.
            let first = self.period_start(period) * DAY;
            let next = self.period_start(period + 1) * DAY;
            self.set.retain(|second| *second < next);
            let own = self.set.len();
            if period > self.plan.origin {
                self.choose(period - 1);
            }
            let mut index = 0;
            self.set.retain(|second| {
                index += 1;
                index <= own || *second >= first
            });
        }
        self.set.sort_unstable();
        self.set.dedup();
    }

    /// Adds the chosen instances of a period to the set.
    fn choose(&mut self, period: i64) {
        let days = self.period_days(period);
        let times = self.plan.times.len();
        let size = days.len() * times;
        for position in &self.plan.set_pos {
            let Some(index) = set_index(*position, size) else { continue };
            let Some(day) = days.day(index / times) else { continue };
            if day <= MAX_DAY {
                self.set.push(day * DAY + self.plan.times[index % times]);
            }
        }
    }

    fn period_days(&mut self, period: i64) -> PeriodDays {
        let mut days = PeriodDays { masks: [(0, 0); 12], used: 0 };
        match self.plan.freq {
            Freq::Yearly => self.year_days(period, &mut days),
            Freq::Monthly => {
                let (year, month) = (period.div_euclid(12), period.rem_euclid(12) as u32 + 1);
                let month = self.months.load(year, month);
                days.push(month.first, month.mask);
            }
            Freq::Weekly | Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => {
                let mut mask = self.plan.week_mask;
                if self.plan.weekly_filter {
                    for bit in 0..7 {
                        if period + bit > MAX_DAY || !self.months.passes(period + bit) {
                            mask &= !(1 << bit);
                        }
                    }
                }
                days.push(period, mask << 1);
            }
        }
        days
    }

    fn year_days(&mut self, year: i64, days: &mut PeriodDays) {
        let mut pushed = false;
        let mut months = self.plan.days.months;
        let mut previous = 0;
        while months != 0 {
            let number = months.trailing_zeros();
            months &= months - 1;
            let month = self.months.load(year, number);
            let mut mask = month.mask;
            // The 1st that the month before has pushed out already is one day, not two.
            if pushed && previous + 1 == number {
                mask &= !2;
            }
            pushed = month.len < 31 && mask >> (month.len + 1) & 1 == 1;
            previous = number;
            days.push(month.first, mask);
        }
    }
}
