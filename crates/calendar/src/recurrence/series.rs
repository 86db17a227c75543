//! The recurrence set: DTSTART, rules and RDATEs together, less the EXDATEs, in nominal local time.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::count::CountEnd;
use super::cursor::Cursor;
use super::days::{DAY, MAX_SECOND, to_datetime, to_seconds};
use super::evaluate::Walker;
use super::plan::Plan;
use super::rule::{Rule, Until};

/// A recurrence set in *nominal* local time: 02:30 stays 02:30 also on the day on which clocks
/// jump over it. Which instant that is, `timing` decides.
///
/// ```
/// use calendar::recurrence::{Rule, Series};
/// use jiff::civil::date;
///
/// let rule = Rule::parse("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2").expect("a rule");
/// let series = Series::new(date(2026, 11, 27).at(9, 0, 0, 0), vec![rule]);
/// let all: Vec<_> = series.from(date(2026, 1, 1).at(0, 0, 0, 0), None).collect();
/// assert_eq!(all, [date(2026, 11, 27).at(9, 0, 0, 0), date(2026, 12, 25).at(9, 0, 0, 0)]);
/// ```
///
/// # How it is read where implementations differ
///
/// - DTSTART is the first instance, also where it does not match the rule, and COUNT counts it.
///   EXDATE may remove it; an UNTIL before it leaves the rule, and a DTSTART that has no other
///   rule, without an instance.
/// - RDATEs add, EXDATEs remove (also what an RDATE added), and what comes twice is there once.
///   With several rules each has its own COUNT and UNTIL.
/// - BYSETPOS counts over the whole period, the part before DTSTART included.
/// - YEARLY with BYMONTHDAY and no BYMONTH expands over all months (RFC 5545's table).
/// - BYWEEKNO without BYDAY means DTSTART's weekday. Of a week that reaches into another year
///   the days belong to the calendar year they lie in.
/// - BYDAY with a number counts within the month if FREQ is MONTHLY or BYMONTH is given, else
///   within the year; beside BYMONTHDAY or BYYEARDAY it limits.
/// - Where RFC 5545 has a BY part "not applicable" (BYWEEKNO outside YEARLY, BYYEARDAY for DAILY
///   to MONTHLY, BYMONTHDAY for WEEKLY) it limits.
/// - A frequency below DAILY steps in nominal local time: every day has 24 hours. Given a zone,
///   two local times that are one instant (one of them in a gap) are one instance, named by the
///   one that exists; COUNT has counted both.
/// - UNTIL is included. As a date it means the whole of that day; as UTC it is compared with the
///   instant (gap by the offset before, fold the first) if a zone is given, otherwise with the
///   nominal time. COUNT and UNTIL together: whichever comes first ends the rule.
/// - BYSECOND=60 is the 59th second. A date without time ignores BYHOUR, BYMINUTE and BYSECOND,
///   and of the steps of an HOURLY, MINUTELY or SECONDLY rule keeps those at midnight.
/// - SKIP (RFC 7529) moves days of BYMONTHDAY, or of DTSTART, that a month does not have. A day
///   moved forward still belongs to the month it came from when INTERVAL and BYSETPOS count.
/// - Fractions of a second are dropped. Nothing follows the year 9999.
#[derive(Clone, Debug)]
pub struct Series {
    pub(super) start: i64,
    pub(super) date_only: bool,
    rules: Vec<Rule>,
    pub(super) plans: Vec<Plan>,
    /// RDATEs, ascending, each once.
    pub(super) dates: Vec<i64>,
    /// EXDATEs, ascending, each once.
    pub(super) excluded: Vec<i64>,
}

impl Series {
    /// A series of times of day. Without rules it is DTSTART and the RDATEs.
    pub fn new(dtstart: DateTime, rules: Vec<Rule>) -> Series {
        Series::build(to_seconds(dtstart), false, rules)
    }

    /// A series of whole days; all its starts are midnights, whatever time `dtstart` has.
    pub fn all_day(dtstart: DateTime, rules: Vec<Rule>) -> Series {
        Series::build(midnight(to_seconds(dtstart)), true, rules)
    }

    fn build(start: i64, date_only: bool, rules: Vec<Rule>) -> Series {
        let dtstart = to_datetime(start);
        let plans = rules.iter().map(|rule| Plan::new(rule, dtstart, date_only)).collect();
        Series { start, date_only, rules, plans, dates: Vec::new(), excluded: Vec::new() }
    }

    /// The same series with these RDATEs instead of those it had.
    pub fn with_rdates(mut self, dates: impl IntoIterator<Item = DateTime>) -> Series {
        self.dates = self.sorted(dates);
        self
    }

    /// The same series with these EXDATEs instead of those it had.
    pub fn with_exdates(mut self, dates: impl IntoIterator<Item = DateTime>) -> Series {
        self.excluded = self.sorted(dates);
        self
    }

    fn sorted(&self, dates: impl IntoIterator<Item = DateTime>) -> Vec<i64> {
        let whole = |second| if self.date_only { midnight(second) } else { second };
        let mut seconds: Vec<i64> = dates.into_iter().map(|at| whole(to_seconds(at))).collect();
        seconds.sort_unstable();
        seconds.dedup();
        seconds
    }

    /// DTSTART.
    pub fn dtstart(&self) -> DateTime {
        to_datetime(self.start)
    }

    /// Whether the series is of whole days.
    pub fn is_all_day(&self) -> bool {
        self.date_only
    }

    /// The rules, as given.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The RDATEs, ascending, each once.
    pub fn rdates(&self) -> impl Iterator<Item = DateTime> {
        self.dates.iter().map(|second| to_datetime(*second))
    }

    /// The EXDATEs, ascending, each once.
    pub fn exdates(&self) -> impl Iterator<Item = DateTime> {
        self.excluded.iter().map(|second| to_datetime(*second))
    }

    /// Whether there is nothing but DTSTART.
    pub fn is_single(&self) -> bool {
        self.rules.is_empty() && self.dates.is_empty()
    }

    /// The nominal local starts strictly after a wall time, in order, found as they are asked for.
    ///
    /// `zone` is the series' zone; `None` for floating and all-day series.
    pub fn after<'a>(&'a self, local: DateTime, zone: Option<&'a TimeZone>) -> Cursor<'a> {
        Cursor::new(self, to_seconds(local) + 1, zone)
    }

    /// The nominal local starts at or after a wall time, in order.
    pub fn from<'a>(&'a self, local: DateTime, zone: Option<&'a TimeZone>) -> Cursor<'a> {
        let second = to_seconds(local);
        let from = if local.subsec_nanosecond() > 0 { second + 1 } else { second };
        Cursor::new(self, from, zone)
    }

    /// Whether a nominal local start is one of the series, at the cost of looking at one period
    /// (a rule with COUNT is walked through the first time somebody asks).
    pub fn is_instance(&self, local: DateTime, zone: Option<&TimeZone>) -> bool {
        let second = to_seconds(local);
        if local.subsec_nanosecond() != 0 || self.excluded.binary_search(&second).is_ok() {
            return false;
        }
        self.contains(second, zone) && !self.has_twin(second, zone)
    }

    /// Membership before EXDATEs, and before two local times that are one instant become one.
    pub(super) fn contains(&self, second: i64, zone: Option<&TimeZone>) -> bool {
        if second == self.start {
            return self.has_start(zone);
        }
        if self.dates.binary_search(&second).is_ok() {
            return true;
        }
        second > self.start
            && self.ends(zone).any(|(plan, end)| {
                end.limit >= second
                    && end.admits(second, zone)
                    && Walker::new(plan).next_from(second, second) == Ok(second)
            })
    }

    /// Whether DTSTART is an instance: it is, unless every rule was over before it.
    pub(super) fn has_start(&self, zone: Option<&TimeZone>) -> bool {
        self.plans.is_empty()
            || self
                .ends(zone)
                .any(|(_, end)| end.limit >= self.start && end.admits(self.start, zone))
    }

    /// The rules with where each of them ends.
    pub(super) fn ends<'a>(
        &'a self,
        zone: Option<&'a TimeZone>,
    ) -> impl Iterator<Item = (&'a Plan, End)> {
        let rules = self.rules.iter().zip(&self.plans);
        rules.map(move |(rule, plan)| (plan, self.end_of(rule, plan, zone)))
    }

    fn end_of(&self, rule: &Rule, plan: &Plan, zone: Option<&TimeZone>) -> End {
        let mut end = match rule.until() {
            None => End { limit: MAX_SECOND, exact: None, certain: true, finite: false },
            Some(Until::Date(date)) => {
                End::at(to_seconds(date.to_datetime(jiff::civil::Time::midnight())) + DAY - 1)
            }
            Some(Until::Local(at)) => End::at(to_seconds(at)),
            Some(Until::Utc(at)) => match zone {
                Some(zone) if !self.date_only => End::at_instant(at, zone),
                _ => End::at(to_seconds(at)),
            },
        };
        match plan.count_end() {
            None => {}
            Some(CountEnd::Last(last)) => {
                end.limit = end.limit.min(last);
                end.finite = true;
            }
            Some(CountEnd::Unknown(last)) if last < end.limit => {
                end.limit = last;
                end.certain = false;
            }
            Some(CountEnd::Unknown(_)) => {}
        }
        end
    }

    /// Whether a local time lies in a gap of the zone and the local time it is moved to is in the
    /// set as well: then the two are one instance, and this is not its name.
    pub(super) fn has_twin(&self, second: i64, zone: Option<&TimeZone>) -> bool {
        let Some(zone) = zone.filter(|_| !self.date_only) else { return false };
        let at = to_datetime(second);
        let resolved = zone.to_ambiguous_timestamp(at);
        if !matches!(resolved.offset(), AmbiguousOffset::Gap { .. }) {
            return false;
        }
        let Ok(instant) = resolved.compatible() else { return false };
        let moved = to_seconds(zone.to_datetime(instant));
        moved != second && self.contains(moved, Some(zone))
    }
}

/// Where a rule ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// No instance lies after this local second.
    pub(super) limit: i64,
    /// UNTIL as an instant, and the local second from which it must be asked.
    pub(super) exact: Option<(Timestamp, i64)>,
    /// Whether the limit is the rule's own end, not merely as far as it could be followed.
    pub(super) certain: bool,
    /// Whether COUNT or UNTIL set it.
    pub(super) finite: bool,
}

impl End {
    fn at(limit: i64) -> End {
        End { limit: limit.min(MAX_SECOND), exact: None, certain: true, finite: true }
    }

    fn at_instant(at: DateTime, zone: &TimeZone) -> End {
        // No clock was ever moved by more than a day.
        const SLACK: i64 = 26 * 3600;
        let Ok(instant) = TimeZone::UTC.to_timestamp(at) else {
            return End::at(to_seconds(at));
        };
        let local = to_seconds(zone.to_datetime(instant));
        let mut end = End::at(local + SLACK);
        end.exact = Some((instant, local - SLACK));
        end
    }

    /// Whether an instance not after the limit is not after UNTIL's instant either.
    pub(super) fn admits(&self, second: i64, zone: Option<&TimeZone>) -> bool {
        match (self.exact, zone) {
            (Some((until, from)), Some(zone)) if second > from => {
                let resolved = zone.to_ambiguous_timestamp(to_datetime(second)).compatible();
                resolved.is_ok_and(|instant| instant <= until)
            }
            _ => true,
        }
    }
}

fn midnight(second: i64) -> i64 {
    second - second.rem_euclid(DAY)
}
