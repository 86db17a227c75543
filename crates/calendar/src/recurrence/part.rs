//! A series in two: what comes before a wall time, and what comes from it on, each as a series
//! that RFC 5545 can say. Together they have the instances of the whole, and no others.

use std::num::NonZeroU32;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::days::{DAY, to_datetime, to_seconds};
use super::moved::Starts;
use super::plan::names_days;
use super::rule::{ByDay, Freq, Rule, Until};
use super::series::Series;

/// The most instances walked to divide a COUNT.
const WALK_BOUND: usize = 2_000_000;
/// The most instances left out one by one.
const MOST_EXDATES: usize = 10_000;
/// How many instances of the second part are looked at: a part out of step shows at once.
const LOOKED_AT: usize = 400;
/// How far around the cut clocks can matter: none was ever moved by more than a day.
const AROUND: i64 = 2 * DAY;

/// One part of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// DTSTART.
    pub start: DateTime,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The RDATEs.
    pub rdates: Vec<DateTime>,
    /// The EXDATEs.
    pub exdates: Vec<DateTime>,
}

impl Series {
    /// The series before a wall time later than DTSTART, and from it on. Rules that end are
    /// divided: UNTIL before the cut for the one and as it was for the other, COUNT exactly.
    ///
    /// The second part begins at the cut where its rules keep step from there. Several rules of
    /// different steps do not always: it begins with the whole then, and leaves out each instance
    /// before the cut. `None` where even that would be too many.
    ///
    /// ```
    /// use calendar::recurrence::{Rule, Series};
    /// use jiff::civil::date;
    ///
    /// let rule = Rule::parse("FREQ=WEEKLY;COUNT=10").expect("a rule");
    /// let series = Series::new(date(2026, 11, 23).at(9, 0, 0, 0), vec![rule]);
    /// let (before, after) = series.part(date(2026, 12, 14).at(9, 0, 0, 0), None).expect("two");
    /// assert_eq!(before.rules[0].to_string(), "FREQ=WEEKLY;COUNT=3");
    /// assert_eq!(after.rules[0].to_string(), "FREQ=WEEKLY;COUNT=7");
    /// ```
    pub fn part(&self, at: DateTime, zone: Option<&TimeZone>) -> Option<(Part, Part)> {
        let at = to_seconds(at);
        Some((self.part_before(at, zone)?, self.part_from(at, zone)?))
    }

    fn part_before(&self, at: i64, zone: Option<&TimeZone>) -> Option<Part> {
        self.ends_before(at, zone).into_iter().find_map(|until| {
            let rules = self.rules().iter().map(|rule| self.rule_before(rule, at, until, zone));
            let mut part = Part {
                start: self.dtstart(),
                rules: rules.collect::<Option<_>>()?,
                rdates: self.rdates().filter(|date| to_seconds(*date) < at).collect(),
                exdates: self.exdates().filter(|date| to_seconds(*date) < at).collect(),
            };
            let from = to_datetime(at - AROUND);
            let wanted: Vec<DateTime> = self.from(from, zone).take_while(before(at)).collect();
            let got: Vec<DateTime> =
                part.series(self).from(from, zone).take(wanted.len() + LOOKED_AT).collect();
            let is_whole = wanted.iter().all(|one| got.binary_search(one).is_ok());
            // A time that clocks skip may have been another name for one after the cut.
            part.exdates.extend(got.iter().filter(|one| wanted.binary_search(one).is_err()));
            (is_whole && got.len() < wanted.len() + LOOKED_AT).then_some(part)
        })
    }

    /// The ways in which UNTIL can say "before this". By the wall clock comes first: it stays before
    /// this also when the zone, or what clocks do in it, is changed.
    fn ends_before(&self, at: i64, zone: Option<&TimeZone>) -> Vec<Until> {
        let local = to_datetime(at - 1);
        if self.is_all_day() {
            return vec![Until::Date(local.date())];
        }
        let instant =
            zone.and_then(|z| z.to_ambiguous_timestamp(to_datetime(at)).compatible().ok());
        let utc = instant.map(|instant| {
            Until::Utc(to_datetime(to_seconds(TimeZone::UTC.to_datetime(instant)) - 1))
        });
        [Until::Local(local)].into_iter().chain(utc).collect()
    }

    fn rule_before(
        &self,
        rule: &Rule,
        at: i64,
        until: Until,
        zone: Option<&TimeZone>,
    ) -> Option<Rule> {
        if self.is_over(rule, at, zone) {
            return Some(rule.clone());
        }
        if rule.count().is_none() {
            return Some(rule.clone().with_until(Some(until)));
        }
        let counted = NonZeroU32::new(self.counted(rule, at)?);
        Some(rule.clone().with_count(counted))
    }

    fn part_from(&self, at: i64, zone: Option<&TimeZone>) -> Option<Part> {
        let rules = self.rules().iter().filter(|rule| !self.is_over(rule, at, zone));
        let part = Part {
            start: to_datetime(at),
            rules: rules.map(|rule| self.rule_from(rule, at)).collect::<Option<_>>()?,
            rdates: self.rdates().filter(|date| to_seconds(*date) >= at).collect(),
            exdates: self.exdates().filter(|date| to_seconds(*date) >= at).collect(),
        };
        if self.goes_on_as(&part, at, zone) {
            return Some(part);
        }
        let whole = self.clone().with_exdates([]);
        let mut exdates: Vec<DateTime> = whole
            .from(self.dtstart(), None)
            .take_while(before(at))
            .take(MOST_EXDATES + 1)
            .collect();
        exdates.extend(&part.exdates);
        let part = Part { start: self.dtstart(), rules: self.rules().to_vec(), exdates, ..part };
        (part.exdates.len() <= MOST_EXDATES && self.goes_on_as(&part, at, zone)).then_some(part)
    }

    /// Whether a part has the instances this series has from then on; the first aside, which may
    /// be named by an exception alone.
    fn goes_on_as(&self, part: &Part, at: i64, zone: Option<&TimeZone>) -> bool {
        let (first, series) = (to_datetime(at), part.series(self));
        let mine = self.from(first, zone).filter(|one| *one != first).take(LOOKED_AT);
        mine.eq(series.from(first, zone).filter(|one| *one != first).take(LOOKED_AT))
    }

    /// A rule as it goes on from an instant at or after which it has instances.
    fn rule_from(&self, rule: &Rule, at: i64) -> Option<Rule> {
        let said = |start: DateTime| rule.explicit(start, self.is_all_day());
        let explicit = said(self.dtstart());
        let mut rest = if explicit == said(to_datetime(at)) { rule.clone() } else { explicit };
        if let Some(count) = rule.count() {
            // The new start is the first that COUNT counts, whether it matches or not.
            let matches = self.endless(rule).contains(at, None);
            let left = count.checked_sub(self.counted(rule, at)?)? + u32::from(!matches);
            rest.count = Some(NonZeroU32::new(left)?);
        }
        Some(rest)
    }

    /// How many of a rule's instances come before the cut, as COUNT counts them.
    fn counted(&self, rule: &Rule, at: i64) -> Option<u32> {
        let endless = self.endless(rule);
        let counted =
            endless.from(self.dtstart(), None).take_while(before(at)).take(WALK_BOUND).count();
        u32::try_from(counted).ok().filter(|_| counted < WALK_BOUND)
    }

    fn is_over(&self, rule: &Rule, at: i64, zone: Option<&TimeZone>) -> bool {
        self.alone(rule.clone()).from(to_datetime(at), zone).next().is_none()
    }

    fn endless(&self, rule: &Rule) -> Series {
        self.alone(rule.clone().with_until(None))
    }

    fn alone(&self, rule: Rule) -> Series {
        match self.is_all_day() {
            true => Series::all_day(self.dtstart(), vec![rule]),
            false => Series::new(self.dtstart(), vec![rule]),
        }
    }
}

impl Part {
    fn series(&self, of: &Series) -> Series {
        self.of(if of.is_all_day() { Starts::Dates } else { Starts::Timed })
    }
}

impl Rule {
    /// The rule with all that it leaves to DTSTART said by itself.
    fn explicit(&self, start: DateTime, date_only: bool) -> Rule {
        let mut rule = self.clone();
        let weekday = ByDay::every(start.weekday());
        match rule.freq {
            Freq::Yearly if !names_days(self) => {
                rule.by_month_day.push(start.day());
                if rule.by_month.is_empty() {
                    rule.by_month.push(start.month().unsigned_abs());
                }
            }
            Freq::Yearly
                if rule.by_day.is_empty()
                    && rule.by_month_day.is_empty()
                    && rule.by_year_day.is_empty() =>
            {
                rule.by_day.push(weekday);
            }
            Freq::Monthly if !names_days(self) => rule.by_month_day.push(start.day()),
            Freq::Weekly if !names_days(self) => rule.by_day.push(weekday),
            Freq::Yearly
            | Freq::Monthly
            | Freq::Weekly
            | Freq::Daily
            | Freq::Hourly
            | Freq::Minutely
            | Freq::Secondly => {}
        }
        if date_only {
            return rule;
        }
        let own = |list: &mut Vec<u8>, is_left: bool, own: i8| {
            if is_left && list.is_empty() {
                list.push(own.unsigned_abs());
            }
        };
        own(&mut rule.by_hour, rule.freq <= Freq::Daily, start.hour());
        own(&mut rule.by_minute, rule.freq <= Freq::Hourly, start.minute());
        own(&mut rule.by_second, rule.freq <= Freq::Minutely, start.second());
        rule
    }
}

fn before(at: i64) -> impl FnMut(&DateTime) -> bool {
    move |one| to_seconds(*one) < at
}
