//! Rules and parts of a series moved by days and hours: the same instances, each so much later.

use jiff::civil::{DateTime, Time, Weekday};

use super::part::Part;
use super::rule::{ByDay, Freq, Rule, Until};
use super::series::Series;
use crate::timing::shift;

/// How many instances are compared: a rule that cannot go along shows at once.
const LOOKED_AT: usize = 400;
/// The most instances said one by one, where no rule says them.
const MOST_DATES: usize = 1_000;

impl Rule {
    /// The rule after its series, whose first start was on the weekday `first`, moved by days and
    /// seconds. Weekdays move along; what a rule ties to days of the month or hours of the day does
    /// not: `None`.
    ///
    /// ```
    /// use calendar::recurrence::Rule;
    /// use jiff::civil::Weekday;
    ///
    /// let moved = |rule: &str| Rule::parse(rule).expect("a rule").moved(Weekday::Monday, 1, 0);
    /// let along = moved("FREQ=WEEKLY;BYDAY=MO,WE").expect("they go along");
    /// assert_eq!(along.to_string(), "FREQ=WEEKLY;BYDAY=TU,TH");
    /// assert_eq!(moved("FREQ=MONTHLY;BYDAY=-1FR"), None);
    /// ```
    pub fn moved(&self, first: Weekday, days: i32, seconds: i64) -> Option<Rule> {
        let clock = !(self.by_hour().is_empty()
            && self.by_minute().is_empty()
            && self.by_second().is_empty());
        if clock && seconds != 0 {
            return None;
        }
        let mut moved = self.clone();
        if days != 0 {
            let fixed = !(self.by_month_day().is_empty()
                && self.by_year_day().is_empty()
                && self.by_week_no().is_empty()
                && self.by_month().is_empty()
                && self.by_set_pos().is_empty());
            let weekly =
                self.freq() == Freq::Weekly && self.by_day().iter().all(|d| d.nth.is_none());
            if fixed || !(self.by_day().is_empty() || weekly) {
                return None;
            }
            let along = |d: &ByDay| ByDay::every(d.weekday.wrapping_add(days));
            moved = moved.with_by_day(self.by_day().iter().map(along).collect()).ok()?;
            if self.parts_weeks(first, days) {
                moved = moved.with_week_start(self.week_start().wrapping_add(days));
            }
        }
        let until = self.until().map(|until| match until {
            Until::Date(date) => {
                Until::Date(shift(date.to_datetime(Time::midnight()), days, 0).date())
            }
            Until::Local(at) => Until::Local(shift(at, days, seconds)),
            Until::Utc(at) => Until::Utc(shift(at, days, seconds)),
        });
        // Setting no end would take a COUNT away.
        Some(if until.is_some() { moved.with_until(until) } else { moved })
    }

    /// Whether days that were of one week would, moved, be of two, where only some weeks count: then
    /// the week has to begin as many days later, too.
    fn parts_weeks(&self, first: Weekday, days: i32) -> bool {
        let week_of = |day: Weekday| {
            let place = i32::from(day.since(self.week_start()));
            (place + days).div_euclid(7)
        };
        self.interval() > 1 && self.by_day().iter().any(|d| week_of(d.weekday) != week_of(first))
    }
}

/// The last year in which dates are said one by one, as files and drafts take them.
const LAST_YEAR: i16 = 9_000;

/// Nominal wall times, or bare dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    /// With a time of day.
    Timed,
    /// Dates.
    Dates,
}

impl Part {
    /// The part with each instance so much later, perhaps of the other sort then. Where no rule
    /// can go along, the instances are said one by one. `None` where there are too many for that.
    pub fn moved(&self, sort: (Starts, Starts), days: i32, seconds: i64) -> Option<Part> {
        let later = |at: &DateTime| shift(*at, days, seconds);
        let first = self.start.date().weekday();
        let rules = self.rules.iter().map(|rule| rule.moved(first, days, seconds));
        let start = later(&self.start);
        let instances = |part: &Part, sort| -> Vec<DateTime> {
            part.of(sort).from(part.start, None).take(MOST_DATES + 1).collect()
        };
        let mine: Vec<DateTime> = instances(self, sort.0).iter().map(later).collect();
        if let Some(rules) = rules.collect::<Option<Vec<Rule>>>() {
            let moved = Part {
                start,
                rules,
                rdates: self.rdates.iter().map(later).collect(),
                exdates: self.exdates.iter().map(later).collect(),
            };
            let got = instances(&moved, sort.1);
            let is_same = mine.len() == got.len() || mine.len() > LOOKED_AT;
            if is_same && mine.iter().take(LOOKED_AT).eq(got.iter().take(LOOKED_AT)) {
                return Some(moved);
            }
        }
        // Of rules that end the dates say the same.
        let ends = self.rules.iter().all(|rule| rule.count().is_some() || rule.until().is_some());
        let is_said = ends && mine.len() <= MOST_DATES;
        let (first, last) = (mine.first().copied()?, mine.last()?);
        (is_said && last.year() <= LAST_YEAR).then_some(Part {
            start: first,
            rules: Vec::new(),
            rdates: mine,
            exdates: Vec::new(),
        })
    }

    /// The part as a series.
    pub fn of(&self, sort: Starts) -> Series {
        let (start, rules) = (self.start, self.rules.clone());
        let series = match sort {
            Starts::Timed => Series::new(start, rules),
            Starts::Dates => Series::all_day(start, rules),
        };
        series.with_rdates(self.rdates.iter().copied()).with_exdates(self.exdates.iter().copied())
    }
}
