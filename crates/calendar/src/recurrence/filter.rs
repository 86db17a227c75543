//! Which days of a month a rule's BY parts leave: one bit mask a month, bit 1 for the 1st.
//!
//! All frequencies share it. For YEARLY and MONTHLY the mask is the expansion, for the others the
//! limit; both are the same set of days, which is what makes skipping cheap.

use super::days::{DAY, civil, day_number, days_in_month, is_leap, weekday};
use super::skip;

/// The most months in a row that can be looked at before the calendar repeats.
const CYCLE_MONTHS: u32 = 4_800;

/// The BY parts that speak of days.
#[derive(Clone, Debug, Default)]
pub(super) struct DayFilter {
    /// Bit 1 for January.
    pub(super) months: u16,
    /// Days of the month by the month's length, from 28 on.
    pub(super) month_days: Option<[u32; 4]>,
    /// Days by the weekday of the month's 1st, and numbered weekdays of the month beside them.
    pub(super) weekdays: Option<WeekdayMasks>,
    /// What can only be told of a whole year.
    pub(super) year: Option<Box<YearParts>>,
}

/// BYDAY, where its numbers, if any, count within the month.
#[derive(Clone, Debug)]
pub(super) struct WeekdayMasks {
    plain: [u32; 7],
    nth: Vec<(i32, u32)>,
}

/// BYYEARDAY, BYWEEKNO and BYDAY with numbers that count within the year.
#[derive(Clone, Debug, Default)]
pub(super) struct YearParts {
    pub(super) year_days: Vec<i16>,
    pub(super) week_numbers: Vec<i8>,
    pub(super) week_start: u32,
    /// Number (0 for every one) and weekday.
    pub(super) nth_days: Vec<(i32, u32)>,
}

impl WeekdayMasks {
    /// `days` are weekdays with their number, 0 for every one.
    pub(super) fn new(days: &[(i32, u32)]) -> WeekdayMasks {
        let mut plain = [0; 7];
        for (first, mask) in plain.iter_mut().enumerate() {
            for (_, day) in days.iter().filter(|(nth, _)| *nth == 0) {
                *mask |= WEEKLY << first_of(*day, first as u32);
            }
        }
        WeekdayMasks { plain, nth: days.iter().copied().filter(|(nth, _)| *nth != 0).collect() }
    }

    fn mask(&self, first_weekday: u32, len: u32) -> u32 {
        let mut mask = self.plain[first_weekday as usize];
        for (nth, day) in &self.nth {
            let first = first_of(*day, first_weekday) as i32;
            let at = if *nth > 0 {
                first + 7 * (nth - 1)
            } else {
                first + 7 * ((len as i32 - first) / 7) + 7 * (nth + 1)
            };
            if (1..=len as i32).contains(&at) {
                mask |= 1 << at;
            }
        }
        mask
    }
}

/// Every seventh bit.
const WEEKLY: u32 = 0x1020_4081;

/// The day of the month on which a weekday first comes.
fn first_of(day: u32, first_weekday: u32) -> u32 {
    1 + (day + 7 - first_weekday) % 7
}

impl DayFilter {
    /// Whether every day passes.
    pub(super) fn is_open(&self) -> bool {
        self.months == ALL_MONTHS
            && self.month_days.is_none()
            && self.weekdays.is_none()
            && self.year.is_none()
    }

    fn mask(&self, month: &Month, year_masks: &[u32; 13]) -> u32 {
        if self.months >> month.month & 1 == 0 {
            return 0;
        }
        let mut mask = match &self.month_days {
            Some(by_length) => by_length[(month.len - 28) as usize],
            None => full(month.len),
        };
        if let Some(weekdays) = &self.weekdays {
            mask &= weekdays.mask(weekday(month.first), month.len);
        }
        if self.year.is_some() {
            mask &= year_masks[month.month as usize];
        }
        mask
    }
}

/// Every month, as [`DayFilter::months`] has them.
pub(super) const ALL_MONTHS: u16 = 0x1ffe;

/// Every day of a month of some length.
pub(super) fn full(len: u32) -> u32 {
    ((1u64 << (len + 1)) - 2) as u32
}

impl YearParts {
    fn masks(&self, year: i64) -> [u32; 13] {
        let mut masks = [u32::MAX; 13];
        if !self.year_days.is_empty() {
            let len = 365 + i32::from(is_leap(year));
            self.narrow(&mut masks, year, |mark| {
                for day in self.year_days.iter().map(|day| i32::from(*day)) {
                    mark(if day > 0 { day } else { len + 1 + day });
                }
            });
        }
        if !self.week_numbers.is_empty() {
            self.narrow(&mut masks, year, |mark| self.mark_weeks(year, mark));
        }
        if !self.nth_days.is_empty() {
            self.narrow(&mut masks, year, |mark| self.mark_nth_days(year, mark));
        }
        masks
    }

    /// Keeps the days that `fill` marks, given as days of the year; marks outside it are ignored.
    fn narrow(&self, masks: &mut [u32; 13], year: i64, fill: impl FnOnce(&mut dyn FnMut(i32))) {
        let new_year = day_number(year, 1, 1);
        let len = 365 + i32::from(is_leap(year));
        let mut marked = [0u32; 13];
        fill(&mut |day_of_year| {
            if (1..=len).contains(&day_of_year) {
                let (_, month, day) = civil(new_year + i64::from(day_of_year) - 1);
                marked[month as usize] |= 1 << day;
            }
        });
        for (mask, marked) in masks.iter_mut().zip(marked) {
            *mask &= marked;
        }
    }

    /// Weeks may reach over from the years beside this one; the days inside this one count.
    fn mark_weeks(&self, year: i64, mark: &mut dyn FnMut(i32)) {
        let new_year = day_number(year, 1, 1);
        for week_year in year - 1..=year + 1 {
            let first = self.first_week(week_year);
            let weeks = ((self.first_week(week_year + 1) - first) / 7) as i32;
            for number in self.week_numbers.iter().map(|number| i32::from(*number)) {
                let number = if number > 0 { number } else { weeks + 1 + number };
                if (1..=weeks).contains(&number) {
                    let start = (first - new_year) as i32 + 7 * (number - 1);
                    (1..=7).for_each(|day| mark(start + day));
                }
            }
        }
    }

    /// The first day of week 1: the week that has 4 January in it.
    fn first_week(&self, year: i64) -> i64 {
        let fourth = day_number(year, 1, 4);
        fourth - i64::from((weekday(fourth) + 7 - self.week_start) % 7)
    }

    fn mark_nth_days(&self, year: i64, mark: &mut dyn FnMut(i32)) {
        let len = 365 + i32::from(is_leap(year));
        let first_weekday = weekday(day_number(year, 1, 1));
        for (nth, day) in &self.nth_days {
            let first = first_of(*day, first_weekday) as i32;
            match nth {
                0 => (0..53).for_each(|week| mark(first + 7 * week)),
                1.. => mark(first + 7 * (nth - 1)),
                _ => mark(first + 7 * ((len - first) / 7) + 7 * (nth + 1)),
            }
        }
    }
}

/// A month and the days that pass in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Month {
    pub(super) year: i64,
    pub(super) month: u32,
    /// Day number of its 1st.
    pub(super) first: i64,
    pub(super) len: u32,
    /// Bit `len + 1` stands for a day that SKIP=FORWARD pushed out of it.
    pub(super) mask: u32,
}

/// A filter with the month and year it looked at last.
#[derive(Clone, Debug)]
pub(super) struct Months<'a> {
    filter: &'a DayFilter,
    now: Month,
    year: i64,
    year_masks: [u32; 13],
}

/// Why a search for the next day or time came back empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The next one, if any, lies beyond the limit.
    Limit,
    /// There is no next one.
    Never,
    /// The work bound was reached first.
    Bounded,
}

impl<'a> Months<'a> {
    pub(super) fn new(filter: &'a DayFilter) -> Months<'a> {
        let now = Month { year: 0, month: 0, first: i64::MAX, len: 0, mask: 0 };
        Months { filter, now, year: i64::MIN, year_masks: [u32::MAX; 13] }
    }

    /// The month with its passing days.
    pub(super) fn load(&mut self, year: i64, month: u32) -> Month {
        if (self.now.year, self.now.month) != (year, month) {
            let first = day_number(year, month, 1);
            self.set(year, month, first);
        }
        self.now
    }

    fn set(&mut self, year: i64, month: u32, first: i64) {
        if self.year != year
            && let Some(parts) = &self.filter.year
        {
            self.year = year;
            self.year_masks = parts.masks(year);
        }
        self.now = Month { year, month, first, len: days_in_month(year, month), mask: 0 };
        self.now.mask = self.filter.mask(&self.now, &self.year_masks);
    }

    /// The month a day lies in, and the day's number there.
    pub(super) fn of(&mut self, day: i64) -> (Month, u32) {
        if day < self.now.first || day - self.now.first >= i64::from(self.now.len) {
            let (year, month, dom) = civil(day);
            self.set(year, month, day - i64::from(dom) + 1);
        }
        (self.now, (day - self.now.first + 1) as u32)
    }

    pub(super) fn passes(&mut self, day: i64) -> bool {
        let (month, dom) = self.of(day);
        month.mask >> dom & 1 == 1
    }

    /// The first passing day at or after `day`, not after `limit`.
    pub(super) fn next(&mut self, day: i64, limit: i64) -> Result<i64, Stop> {
        let (mut month, dom) = self.of(day);
        let mut left = month.mask >> dom << dom;
        for _ in 0..=CYCLE_MONTHS {
            if left != 0 {
                let found = month.first + i64::from(left.trailing_zeros()) - 1;
                return if found <= limit { Ok(found) } else { Err(Stop::Limit) };
            }
            let next_first = month.first + i64::from(month.len);
            if next_first > limit {
                return Err(Stop::Limit);
            }
            let (year, next) =
                if month.month == 12 { (month.year + 1, 1) } else { (month.year, month.month + 1) };
            self.set(year, next, next_first);
            month = self.now;
            left = month.mask;
        }
        Err(Stop::Never)
    }
}

/// The day masks of BYMONTHDAY for months of 28 to 31 days.
pub(super) fn month_day_masks(days: &[i8], skip: super::Skip) -> [u32; 4] {
    let mut masks = [0; 4];
    for (mask, len) in masks.iter_mut().zip(28u32..) {
        for day in days.iter().map(|day| i32::from(*day)) {
            let at = if day > 0 { day } else { len as i32 + 1 + day };
            if (1..=len as i32).contains(&at) {
                *mask |= 1 << at;
            } else if let Some(moved) = skip::moved(day, len, skip) {
                *mask |= 1 << moved;
            }
        }
    }
    masks
}

/// The last day a limit in local seconds reaches into.
pub(super) fn day_of(second: i64) -> i64 {
    second.div_euclid(DAY)
}
