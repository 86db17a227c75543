//! A rule placed in time by its DTSTART: defaults filled in, lists turned into masks.

use std::sync::OnceLock;

use jiff::civil::{DateTime, Weekday};

use super::days::{CYCLE_DAYS, DAY, civil, gcd, to_seconds, weekday};
use super::filter::{ALL_MONTHS, DayFilter, WeekdayMasks, YearParts, day_of, month_day_masks};
use super::rule::{ByDay, Freq, Rule, Skip};

/// Everything a walk needs, worked out once.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) freq: Freq,
    pub(super) interval: i64,
    /// 0 for Monday.
    pub(super) week_start: u32,
    /// DTSTART in local seconds.
    pub(super) start: i64,
    /// The period DTSTART lies in: its year, month since year 0, first day of its week, its day,
    /// or its unit since the epoch.
    pub(super) origin: i64,
    /// How far it is, in what `origin` counts, until the calendar and the interval repeat
    /// together.
    pub(super) cycle: i64,
    /// Seconds from step to step of a frequency below DAILY.
    pub(super) stride: i64,
    pub(super) days: DayFilter,
    /// Whether `days` leaves something to check once the weekday is right.
    pub(super) weekly_filter: bool,
    /// Bit 0 for the day weeks start on.
    pub(super) week_mask: u32,
    /// Ascending seconds within the day, or within the hour, minute or second for a frequency
    /// below DAILY.
    pub(super) times: Vec<i64>,
    /// Left to choose in each week, month or year; shorter periods are all alike and have chosen.
    pub(super) set_pos: Vec<i16>,
    /// Limits of a frequency below DAILY.
    pub(super) gate: Gate,
    pub(super) spills: bool,
    pub(super) count: Option<u32>,
    /// Where COUNT ends the rule, once somebody asked.
    pub(super) count_end: OnceLock<super::count::CountEnd>,
}

/// BYHOUR, BYMINUTE and BYSECOND where they limit, as bit masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gate {
    pub(super) hours: u64,
    pub(super) minutes: u64,
    pub(super) seconds: u64,
}

impl Gate {
    pub(super) const OPEN: Gate =
        Gate { hours: (1 << 24) - 1, minutes: (1 << 60) - 1, seconds: (1 << 60) - 1 };
}

impl Plan {
    pub(super) fn new(rule: &Rule, dtstart: DateTime, date_only: bool) -> Plan {
        let start = to_seconds(dtstart);
        let mut plan = Plan {
            freq: rule.freq,
            interval: i64::from(rule.interval.get()),
            week_start: weekday_index(rule.week_start()),
            start,
            origin: 0,
            cycle: 0,
            stride: 0,
            days: DayFilter::default(),
            weekly_filter: false,
            week_mask: 0,
            times: Vec::new(),
            set_pos: Vec::new(),
            gate: Gate::OPEN,
            spills: false,
            count: rule.count(),
            count_end: OnceLock::new(),
        };
        plan.origin = plan.origin();
        plan.cycle = plan.cycle();
        plan.stride = plan.unit() * plan.interval;
        plan.days = day_filter(rule, dtstart);
        plan.spills = rule.skip() == Skip::Forward && plan.days.month_days.is_some();
        if plan.freq == Freq::Weekly {
            plan.fill_week(rule);
        }
        plan.fill_times(rule, dtstart, date_only);
        if plan.freq >= Freq::Daily {
            plan.choose_times(&rule.by_set_pos);
        } else {
            plan.set_pos.clone_from(&rule.by_set_pos);
        }
        plan
    }

    fn origin(&self) -> i64 {
        let day = day_of(self.start);
        let (year, month, _) = civil(day);
        match self.freq {
            Freq::Yearly => year,
            Freq::Monthly => year * 12 + i64::from(month) - 1,
            // 1970-01-05 was a Monday.
            Freq::Weekly => day - (day - 4 - i64::from(self.week_start)).rem_euclid(7),
            Freq::Daily => day,
            Freq::Hourly | Freq::Minutely | Freq::Secondly => self.start.div_euclid(self.unit()),
        }
    }

    fn cycle(&self) -> i64 {
        let (calendar, step) = match self.freq {
            Freq::Yearly => (400, self.interval),
            Freq::Monthly => (4_800, self.interval),
            Freq::Weekly => (CYCLE_DAYS, self.interval * 7),
            Freq::Daily => (CYCLE_DAYS, self.interval),
            Freq::Hourly | Freq::Minutely | Freq::Secondly => {
                (CYCLE_DAYS * DAY / self.unit(), self.interval)
            }
        };
        (calendar / gcd(calendar, step)).saturating_mul(step)
    }

    /// Seconds in the unit a frequency below DAILY counts, or in the day.
    pub(super) fn unit(&self) -> i64 {
        match self.freq {
            Freq::Hourly => 3600,
            Freq::Minutely => 60,
            Freq::Secondly => 1,
            Freq::Yearly | Freq::Monthly | Freq::Weekly | Freq::Daily => DAY,
        }
    }

    fn fill_week(&mut self, rule: &Rule) {
        self.week_mask = if !rule.by_day.is_empty() {
            let days = rule.by_day.iter().map(|day| weekday_index(day.weekday));
            days.fold(0, |mask, day| mask | 1 << ((day + 7 - self.week_start) % 7))
        } else if names_days(rule) {
            0x7f
        } else {
            1 << ((weekday(day_of(self.start)) + 7 - self.week_start) % 7)
        };
        self.weekly_filter = self.days.months != ALL_MONTHS
            || self.days.month_days.is_some()
            || self.days.year.is_some();
    }

    fn fill_times(&mut self, rule: &Rule, dtstart: DateTime, date_only: bool) {
        let seconds = || values(&rule.by_second, dtstart.second(), 59);
        let minutes = || values(&rule.by_minute, dtstart.minute(), 59);
        let hours = || values(&rule.by_hour, dtstart.hour(), 23);
        if date_only {
            // A date has no time: time parts are ignored, and a frequency below DAILY keeps only
            // the midnights among its steps.
            self.times = vec![0];
            self.gate = Gate { hours: 1, minutes: 1, seconds: 1 };
            return;
        }
        let limit = |list: &[u8], open| if list.is_empty() { open } else { bits(list, 59) };
        match self.freq {
            Freq::Yearly | Freq::Monthly | Freq::Weekly | Freq::Daily => {
                self.times = combine(&hours(), &minutes(), &seconds());
            }
            Freq::Hourly => {
                self.times = combine(&[0], &minutes(), &seconds());
                self.gate.hours = limit(&rule.by_hour, Gate::OPEN.hours);
            }
            Freq::Minutely => {
                self.times = combine(&[0], &[0], &seconds());
                self.gate.hours = limit(&rule.by_hour, Gate::OPEN.hours);
                self.gate.minutes = limit(&rule.by_minute, Gate::OPEN.minutes);
            }
            Freq::Secondly => {
                self.times = vec![0];
                self.gate.hours = limit(&rule.by_hour, Gate::OPEN.hours);
                self.gate.minutes = limit(&rule.by_minute, Gate::OPEN.minutes);
                self.gate.seconds = limit(&rule.by_second, Gate::OPEN.seconds);
            }
        }
    }

    /// BYSETPOS where every period has the same set.
    fn choose_times(&mut self, positions: &[i16]) {
        if positions.is_empty() {
            return;
        }
        let mut chosen: Vec<i64> = positions
            .iter()
            .filter_map(|pos| set_index(*pos, self.times.len()))
            .map(|index| self.times[index])
            .collect();
        chosen.sort_unstable();
        chosen.dedup();
        self.times = chosen;
    }
}

/// Where a position of BYSETPOS points in a set of some size.
pub(super) fn set_index(position: i16, size: usize) -> Option<usize> {
    let distance = usize::from(position.unsigned_abs());
    if distance == 0 || distance > size {
        return None;
    }
    Some(if position > 0 { distance - 1 } else { size - distance })
}

pub(super) fn weekday_index(day: Weekday) -> u32 {
    day.to_monday_zero_offset() as u32
}

/// Whether the rule itself says which days are meant, so that DTSTART's weekday is not asked.
pub(super) fn names_days(rule: &Rule) -> bool {
    !(rule.by_day.is_empty()
        && rule.by_month_day.is_empty()
        && rule.by_year_day.is_empty()
        && rule.by_week_no.is_empty())
}

fn day_filter(rule: &Rule, dtstart: DateTime) -> DayFilter {
    let mut months = if rule.by_month.is_empty() {
        ALL_MONTHS
    } else {
        rule.by_month.iter().fold(0, |mask, month| mask | 1 << month)
    };
    let mut month_days = rule.by_month_day.clone();
    let mut days = numbered(&rule.by_day);
    match rule.freq {
        Freq::Yearly if !names_days(rule) => {
            month_days.push(dtstart.day());
            if rule.by_month.is_empty() {
                months = 1 << dtstart.month();
            }
        }
        Freq::Yearly
            if rule.by_day.is_empty()
                && rule.by_month_day.is_empty()
                && rule.by_year_day.is_empty() =>
        {
            days.push((0, weekday_index(dtstart.weekday())));
        }
        Freq::Monthly if !names_days(rule) => month_days.push(dtstart.day()),
        Freq::Weekly if !names_days(rule) => days.push((0, weekday_index(dtstart.weekday()))),
        Freq::Yearly
        | Freq::Monthly
        | Freq::Weekly
        | Freq::Daily
        | Freq::Hourly
        | Freq::Minutely
        | Freq::Secondly => {}
    }
    let skip = if rule.freq <= Freq::Monthly { rule.skip() } else { Skip::Omit };
    let by_year = rule.freq == Freq::Yearly
        && rule.by_month.is_empty()
        && days.iter().any(|(nth, _)| *nth != 0);
    let needs_year = by_year || !rule.by_year_day.is_empty() || !rule.by_week_no.is_empty();
    DayFilter {
        months,
        month_days: (!month_days.is_empty()).then(|| month_day_masks(&month_days, skip)),
        weekdays: (!days.is_empty() && !by_year).then(|| WeekdayMasks::new(&days)),
        year: needs_year.then(|| {
            Box::new(YearParts {
                year_days: rule.by_year_day.clone(),
                week_numbers: rule.by_week_no.clone(),
                week_start: weekday_index(rule.week_start()),
                nth_days: if by_year { days } else { Vec::new() },
            })
        }),
    }
}

fn numbered(days: &[ByDay]) -> Vec<(i32, u32)> {
    days.iter().map(|day| (day.nth.unwrap_or(0).into(), weekday_index(day.weekday))).collect()
}

/// The values of a part, or DTSTART's own. A 60th second is read as the 59th.
fn values(list: &[u8], own: i8, most: u8) -> Vec<i64> {
    if list.is_empty() {
        return vec![own.into()];
    }
    let mut values: Vec<i64> = list.iter().map(|value| i64::from((*value).min(most))).collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn bits(list: &[u8], most: u8) -> u64 {
    list.iter().fold(0, |mask, value| mask | 1 << (*value).min(most))
}

fn combine(hours: &[i64], minutes: &[i64], seconds: &[i64]) -> Vec<i64> {
    let mut times = Vec::with_capacity(hours.len() * minutes.len() * seconds.len());
    for hour in hours {
        for minute in minutes {
            times.extend(seconds.iter().map(|second| hour * 3600 + minute * 60 + second));
        }
    }
    times
}
