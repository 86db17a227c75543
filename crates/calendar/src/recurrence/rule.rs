//! A recurrence rule as data: what an RRULE says, before any DTSTART gives it a place in time.

use std::num::NonZeroU32;

use jiff::{
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

use super::parse::{RuleError, check};

/// How often a rule's periods come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freq {
    /// FREQ=YEARLY
    Yearly,
    /// FREQ=MONTHLY
    Monthly,
    /// FREQ=WEEKLY
    Weekly,
    /// FREQ=DAILY
    Daily,
    /// FREQ=HOURLY
    Hourly,
    /// FREQ=MINUTELY
    Minutely,
    /// FREQ=SECONDLY
    Secondly,
}

/// One entry of BYDAY: a weekday, or the nth such weekday of the month or year (`-1` is the last).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByDay {
    /// Which one of the period, 1 to 53 from its start or -1 to -53 from its end; none means all.
    pub nth: Option<i8>,
    /// The weekday.
    pub weekday: Weekday,
}

impl ByDay {
    /// Every such weekday.
    pub fn every(weekday: Weekday) -> ByDay {
        ByDay { nth: None, weekday }
    }

    /// The nth such weekday of the month or year.
    pub fn nth(nth: i8, weekday: Weekday) -> ByDay {
        ByDay { nth: Some(nth), weekday }
    }
}

/// The last moment a rule may yield, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Until {
    /// `UNTIL=20270304`: the whole of that day, also where DTSTART has a time.
    Date(Date),
    /// `UNTIL=20270304T090000`: a wall time, compared with the nominal local start.
    Local(DateTime),
    /// `UNTIL=20270304T090000Z`: a moment, given as its wall time in UTC.
    Utc(DateTime),
}

/// RFC 7529: what becomes of a day its month does not have, such as 29 February or 31 April.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Skip {
    /// Left out, as RFC 5545 does.
    Omit,
    /// The last day of that month instead.
    Backward,
    /// The first day of the following month instead.
    Forward,
}

/// What an RRULE says (RFC 5545 3.3.10 and RFC 7529, Gregorian calendar).
///
/// Lists keep the order and the repetitions they were written with, so that
/// [`Rule::parse`] and `Display` lose nothing. A `Rule` in hand has passed every check that needs
/// no DTSTART. How it is read where implementations differ is told at
/// [`Series`](super::Series).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    pub(super) freq: Freq,
    pub(super) interval: NonZeroU32,
    pub(super) count: Option<NonZeroU32>,
    pub(super) until: Option<Until>,
    pub(super) by_second: Vec<u8>,
    pub(super) by_minute: Vec<u8>,
    pub(super) by_hour: Vec<u8>,
    pub(super) by_day: Vec<ByDay>,
    pub(super) by_month_day: Vec<i8>,
    pub(super) by_year_day: Vec<i16>,
    pub(super) by_week_no: Vec<i8>,
    pub(super) by_month: Vec<u8>,
    pub(super) by_set_pos: Vec<i16>,
    pub(super) week_start: Option<Weekday>,
    pub(super) rscale: bool,
    pub(super) skip: Option<Skip>,
    /// `X-` parts, kept and written back, never understood.
    pub(super) extra: Vec<(String, String)>,
}

impl Rule {
    /// The plain rule of a frequency: once in each of its periods, for ever.
    pub fn new(freq: Freq) -> Rule {
        Rule {
            freq,
            interval: NonZeroU32::MIN,
            count: None,
            until: None,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: None,
            rscale: false,
            skip: None,
            extra: Vec::new(),
        }
    }

    /// FREQ.
    pub fn freq(&self) -> Freq {
        self.freq
    }

    /// INTERVAL, 1 if it was not given.
    pub fn interval(&self) -> u32 {
        self.interval.get()
    }

    /// COUNT.
    pub fn count(&self) -> Option<u32> {
        self.count.map(NonZeroU32::get)
    }

    /// UNTIL.
    pub fn until(&self) -> Option<Until> {
        self.until
    }

    /// BYSECOND, 60 included as written.
    pub fn by_second(&self) -> &[u8] {
        &self.by_second
    }

    /// BYMINUTE.
    pub fn by_minute(&self) -> &[u8] {
        &self.by_minute
    }

    /// BYHOUR.
    pub fn by_hour(&self) -> &[u8] {
        &self.by_hour
    }

    /// BYDAY.
    pub fn by_day(&self) -> &[ByDay] {
        &self.by_day
    }

    /// BYMONTHDAY, negative from the month's end.
    pub fn by_month_day(&self) -> &[i8] {
        &self.by_month_day
    }

    /// BYYEARDAY, negative from the year's end.
    pub fn by_year_day(&self) -> &[i16] {
        &self.by_year_day
    }

    /// BYWEEKNO, negative from the year's end.
    pub fn by_week_no(&self) -> &[i8] {
        &self.by_week_no
    }

    /// BYMONTH, 1 for January.
    pub fn by_month(&self) -> &[u8] {
        &self.by_month
    }

    /// BYSETPOS, negative from the end of the period's set.
    pub fn by_set_pos(&self) -> &[i16] {
        &self.by_set_pos
    }

    /// WKST, Monday if it was not given.
    pub fn week_start(&self) -> Weekday {
        self.week_start.unwrap_or(Weekday::Monday)
    }

    /// SKIP, which is OMIT if it was not given.
    pub fn skip(&self) -> Skip {
        self.skip.unwrap_or(Skip::Omit)
    }

    /// The same rule in every nth period only.
    pub fn with_interval(mut self, interval: NonZeroU32) -> Rule {
        self.interval = interval;
        self
    }

    /// The same rule ending after so many occurrences (an UNTIL goes), or, with none, never.
    pub fn with_count(mut self, count: Option<NonZeroU32>) -> Rule {
        self.count = count;
        self.until = None;
        self
    }

    /// The same rule ending at a moment (a COUNT goes), or, with none, never.
    pub fn with_until(mut self, until: Option<Until>) -> Rule {
        self.until = until;
        self.count = None;
        self
    }

    /// The same rule with an end in UTC as what clocks in this zone show then: to be read.
    pub fn as_read_in(&self, zone: &TimeZone) -> Rule {
        let mut rule = self.clone();
        if let Some(Until::Utc(at)) = self.until
            && let Ok(at) = at.to_zoned(TimeZone::UTC)
        {
            rule.until = Some(Until::Local(at.with_time_zone(zone.clone()).datetime()));
        }
        rule
    }

    /// The same rule on other weekdays; refused where a number has no meaning (`2MO` weekly).
    pub fn with_by_day(mut self, days: Vec<ByDay>) -> Result<Rule, RuleError> {
        self.by_day = days;
        check(self)
    }

    /// The same rule on other days of the month.
    pub fn with_by_month_day(mut self, days: Vec<i8>) -> Result<Rule, RuleError> {
        self.by_month_day = days;
        check(self)
    }

    /// The same rule in other months.
    pub fn with_by_month(mut self, months: Vec<u8>) -> Result<Rule, RuleError> {
        self.by_month = months;
        check(self)
    }

    /// The same rule with other positions chosen from each period's set.
    pub fn with_by_set_pos(mut self, positions: Vec<i16>) -> Result<Rule, RuleError> {
        self.by_set_pos = positions;
        check(self)
    }

    /// The same rule with weeks that begin on another day.
    pub fn with_week_start(mut self, day: Weekday) -> Rule {
        self.week_start = Some(day);
        self
    }

    /// The same rule with another answer to days that do not exist (RFC 7529).
    pub fn with_skip(mut self, skip: Skip) -> Rule {
        self.skip = Some(skip);
        self.rscale = true;
        self
    }
}
