//! Arithmetic on day numbers and local seconds: the only units the evaluator counts in.
//!
//! A day number counts days since 1970-01-01 in the proleptic Gregorian calendar; a local second
//! counts nominal seconds since that day's midnight, with 86,400 to every day. Zones are no
//! concern here.

use jiff::civil::{Date, DateTime, Time};

pub(super) const DAY: i64 = 86_400;
/// Days in the 400 years after which the Gregorian calendar repeats, weekdays included.
pub(super) const CYCLE_DAYS: i64 = 146_097;
/// The last year jiff, and with it the calendar, can name.
pub(super) const MAX_YEAR: i64 = 9999;
/// 9999-12-31, the last day there is.
pub(super) const MAX_DAY: i64 = 2_932_896;
/// The last local second there is.
pub(super) const MAX_SECOND: i64 = MAX_DAY * DAY + DAY - 1;

pub(super) fn is_leap(year: i64) -> bool {
    year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day number of a date; `day` may lie outside the month and counts on from it.
pub(super) fn day_number(year: i64, month: u32, day: u32) -> i64 {
    // Years begin in March here, so that the leap day is the last of its year.
    let early = i64::from(month < 3);
    let y = year - early;
    let m = i64::from(month) + 12 * early - 3;
    let before_month = (153 * m + 2) / 5;
    y * 365 + y.div_euclid(4) - y.div_euclid(100)
        + y.div_euclid(400)
        + before_month
        + i64::from(day)
        - 719_469
}

/// Year, month and day of a day number.
pub(super) fn civil(day: i64) -> (i64, u32, u32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(CYCLE_DAYS);
    let in_era = shifted.rem_euclid(CYCLE_DAYS);
    let year_of_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * in_year + 2) / 153;
    let dom = in_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month < 3);
    (year, month as u32, dom as u32)
}

/// Weekday of a day number, 0 for Monday.
pub(super) fn weekday(day: i64) -> u32 {
    (day + 3).rem_euclid(7) as u32
}

/// The local second of a wall time; fractions of a second are dropped.
pub(super) fn to_seconds(dt: DateTime) -> i64 {
    let day = day_number(i64::from(dt.year()), dt.month() as u32, dt.day() as u32);
    day * DAY + i64::from(dt.hour()) * 3600 + i64::from(dt.minute()) * 60 + i64::from(dt.second())
}

/// The wall time of a local second, which must lie in jiff's range.
pub(super) fn to_datetime(second: i64) -> DateTime {
    to_date(second.div_euclid(DAY)).to_datetime(to_time(second.rem_euclid(DAY)))
}

/// The date of a day number in jiff's range.
fn to_date(day: i64) -> Date {
    let (year, month, day) = civil(day);
    date_of(year, month, day)
}

fn date_of(year: i64, month: u32, day: u32) -> Date {
    Date::new(year as i16, month as i8, day as i8)
        .expect("BUG: the evaluator left the years -9999 to 9999")
}

/// The time of a second of the day.
fn to_time(in_day: i64) -> Time {
    let in_day = in_day as u32;
    Time::new((in_day / 3600) as i8, (in_day / 60 % 60) as i8, (in_day % 60) as i8, 0)
        .expect("BUG: a second of the day outside the day")
}

/// Wall times one after the other: what two neighbours share, month or time, is kept.
#[derive(Clone, Debug)]
pub(super) struct Wall {
    year: i64,
    month: u32,
    /// Day number of the month's 1st, and how many days it has.
    first: i64,
    len: i64,
    in_day: i64,
    time: Time,
}

impl Wall {
    pub(super) fn new() -> Wall {
        Wall { year: 1970, month: 1, first: 0, len: 31, in_day: 0, time: Time::midnight() }
    }

    pub(super) fn at(&mut self, second: i64) -> DateTime {
        let (day, in_day) = (second.div_euclid(DAY), second.rem_euclid(DAY));
        if day < self.first || day - self.first >= self.len {
            let (year, month, dom) = civil(day);
            (self.year, self.month, self.first) = (year, month, day - i64::from(dom) + 1);
            self.len = days_in_month(year, month).into();
        }
        if in_day != self.in_day {
            (self.in_day, self.time) = (in_day, to_time(in_day));
        }
        date_of(self.year, self.month, (day - self.first + 1) as u32).to_datetime(self.time)
    }
}

/// The first number at or after `at` that is `origin` plus a multiple of `step`.
pub(super) fn align_up(at: i64, origin: i64, step: i64) -> i64 {
    if step == 1 {
        return at;
    }
    let off = (at - origin).rem_euclid(step);
    if off == 0 { at } else { at + step - off }
}

pub(super) fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn agrees_with_jiff_over_all_years() {
        let epoch = date(1970, 1, 1);
        let mut day = day_number(-9999, 1, 1);
        while day <= MAX_DAY {
            let (y, m, d) = civil(day);
            let there = date(y as i16, m as i8, d as i8);
            assert_eq!(there.duration_since(epoch).as_hours(), day * 24);
            assert_eq!(there.weekday().to_monday_zero_offset() as u32, weekday(day));
            assert_eq!(day_number(y, m, d), day);
            assert_eq!(there.days_in_month() as u32, days_in_month(y, m));
            assert_eq!(there.in_leap_year(), is_leap(y));
            day += 97;
        }
        assert_eq!(civil(MAX_DAY), (9999, 12, 31));
    }
}
