//! The way a series goes when one of its occurrences is moved: every start goes it, and nothing
//! may be lost or gained on it.

use calendar::{
    event::Event,
    recurrence::{Freq, Part, Rule, Series, Starts, Until},
    timing::shift,
};
use jiff::{
    Span,
    civil::{Date, DateTime},
};

/// How many instances are compared: a rule that does not go along shows at once.
const LOOKED_AT: usize = 120;

/// How each start of a series moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// By so many days and seconds.
    Far {
        /// Nominal days.
        days: i32,
        /// And exact seconds of the day.
        seconds: i64,
    },
    /// To a day of a month, and by seconds: as a series goes that names no days but its first, and
    /// is on that date of each month or year.
    Dated {
        /// Months later.
        months: i32,
        /// The day of that month.
        day: i8,
        /// Seconds of the day later.
        seconds: i64,
    },
}

impl Way {
    /// From one wall time to another.
    pub(crate) fn between(from: DateTime, to: DateTime) -> Self {
        let days = from.date().until(to.date()).map_or(0, |span| span.get_days());
        let of_day = |at: DateTime| {
            i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second())
        };
        Self::Far { days, seconds: of_day(to) - of_day(from) }
    }

    /// The same way by dates, for a series that is told by the date of its first start alone.
    pub(crate) fn by_date(event: &Event, from: DateTime, to: DateTime) -> Option<Self> {
        let dated = |rule: &Rule| {
            let days = rule.by_day().is_empty() && rule.by_month_day().is_empty();
            let rare = rule.by_year_day().is_empty() && rule.by_week_no().is_empty();
            let months = rule.by_month().is_empty() && rule.by_set_pos().is_empty();
            let freq = matches!(rule.freq(), Freq::Monthly | Freq::Yearly);
            freq && days && rare && months
        };
        let Self::Far { seconds, .. } = Self::between(from, to) else { return None };
        let count = |at: DateTime| i32::from(at.year()) * 12 + i32::from(at.month());
        let way = Self::Dated { months: count(to) - count(from), day: to.day(), seconds };
        event.repeats.rules.iter().all(dated).then_some(way)
    }

    /// Where a start comes to; `None` where there is no such day.
    pub(crate) fn of(self, at: DateTime) -> Option<DateTime> {
        match self {
            Self::Far { days, seconds } => Some(shift(at, days, seconds)),
            Self::Dated { months, day, seconds } => {
                let month =
                    at.date().first_of_month().checked_add(Span::new().months(months)).ok()?;
                let date = Date::new(month.year(), month.month(), day).ok()?;
                Some(shift(date.to_datetime(at.time()), 0, seconds))
            }
        }
    }

    /// The rules of a series after it went this way from its first start; `None` if they cannot go
    /// along.
    pub(crate) fn rules(self, rules: &[Rule], start: DateTime) -> Option<Vec<Rule>> {
        let Self::Far { days, seconds } = Self::between(start, self.of(start)?) else {
            return None;
        };
        let along = |rule: &Rule| {
            let moved = rule.moved(start.date().weekday(), days, seconds)?;
            let Self::Dated { .. } = self else { return Some(moved) };
            let until = match rule.until() {
                Some(Until::Local(at)) => Until::Local(self.of(at)?),
                Some(Until::Date(date)) => {
                    Until::Date(self.of(date.to_datetime(jiff::civil::Time::midnight()))?.date())
                }
                Some(Until::Utc(_)) | None => return Some(moved),
            };
            Some(moved.with_until(Some(until)))
        };
        rules.iter().map(along).collect()
    }

    /// Whether these rules, from here, give each instance of those, moved this way, and no other.
    pub(crate) fn leads(self, was: &Part, is: &Part, sorts: (Starts, Starts)) -> bool {
        let some = |series: Series| -> Vec<DateTime> {
            series.from(series.dtstart(), None).take(LOOKED_AT + 1).collect()
        };
        let (was, is) = (some(was.of(sorts.0)), some(is.of(sorts.1)));
        let moved = was.iter().map(|at| self.of(*at));
        was.len() == is.len()
            && moved.zip(&is).take(LOOKED_AT).all(|(moved, is)| moved == Some(*is))
    }
}
