//! Aim: every rule yields the set that RFC 5545's words describe.
//! Method: random rules against a second evaluator written as plainly as possible: every period,
//! every day, every time, each BY part asked in turn, with jiff's dates instead of our arithmetic.

use std::collections::BTreeSet;

use calendar::recurrence::{Freq, Rule, Series};
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

#[path = "random_rules/mod.rs"]
mod random_rules;
use random_rules::Random;

/// The set of a rule from DTSTART to the end of the last period looked at.
struct Plain<'a> {
    rule: &'a Rule,
    start: DateTime,
}

impl Plain<'_> {
    /// All instances, and the end of what was looked at.
    fn set(&self, periods: i32, most: usize) -> (Vec<DateTime>, DateTime) {
        let mut found = BTreeSet::new();
        let mut end = self.start;
        for period in 0..periods {
            let Some((from, to)) = self.period(period) else { break };
            let mut set = self.period_set(from, to);
            let positions = self.rule.by_set_pos();
            if !positions.is_empty() {
                let chosen = positions.iter().filter_map(|pos| {
                    let index = if *pos > 0 {
                        *pos as isize - 1
                    } else {
                        set.len() as isize + *pos as isize
                    };
                    usize::try_from(index).ok().and_then(|index| set.get(index).copied())
                });
                set = chosen.collect();
            }
            found.extend(set.into_iter().filter(|at| *at >= self.start));
            end = to;
            if found.len() >= most {
                break;
            }
        }
        (found.into_iter().collect(), end)
    }

    /// Beginning (included) and end (excluded) of the nth period.
    fn period(&self, n: i32) -> Option<(DateTime, DateTime)> {
        let step = i64::from(n) * i64::from(self.rule.interval());
        let day = self.start.date();
        let midnight = |date: Date| date.at(0, 0, 0, 0);
        let top = |at: DateTime| at.with().second(0).build().expect("a time");
        let (first, span) = match self.rule.freq() {
            Freq::Yearly => (midnight(day.first_of_year()).checked_add(step.years()), 1.year()),
            Freq::Monthly => (midnight(day.first_of_month()).checked_add(step.months()), 1.month()),
            Freq::Weekly => {
                let back = day.weekday().since(self.rule.week_start());
                let week = day.checked_sub(i64::from(back).days()).ok()?;
                (midnight(week).checked_add((7 * step).days()), 7.days())
            }
            Freq::Daily => (midnight(day).checked_add(step.days()), 1.day()),
            Freq::Hourly => {
                let hour = top(self.start).with().minute(0).build().expect("a time");
                (hour.checked_add(step.hours()), 1.hour())
            }
            Freq::Minutely => (top(self.start).checked_add(step.minutes()), 1.minute()),
            Freq::Secondly => (self.start.checked_add(step.seconds()), 1.second()),
        };
        let first = first.ok()?;
        Some((first, first.checked_add(span).ok()?))
    }

    fn period_set(&self, from: DateTime, to: DateTime) -> Vec<DateTime> {
        let mut set = Vec::new();
        let mut day = from.date();
        while day.at(0, 0, 0, 0) < to {
            if self.day_passes(day) {
                for hour in
                    self.values(self.rule.by_hour(), Freq::Hourly, self.start.hour(), from.hour())
                {
                    for minute in self.values(
                        self.rule.by_minute(),
                        Freq::Minutely,
                        self.start.minute(),
                        from.minute(),
                    ) {
                        for second in self.values(
                            self.rule.by_second(),
                            Freq::Secondly,
                            self.start.second(),
                            from.second(),
                        ) {
                            set.push(day.at(hour, minute, second, 0));
                        }
                    }
                }
            }
            day = day.tomorrow().expect("before the end of time");
        }
        set
    }

    /// The hours, minutes or seconds of a period: those of the part where the period is longer
    /// than `of`, else the period's own if the part allows it.
    fn values(&self, part: &[u8], of: Freq, start: i8, own: i8) -> Vec<i8> {
        let listed: BTreeSet<i8> = part.iter().map(|value| (*value).min(59) as i8).collect();
        if self.rule.freq() < of {
            if part.is_empty() { vec![start] } else { listed.into_iter().collect() }
        } else if part.is_empty() || listed.contains(&own) {
            vec![own]
        } else {
            Vec::new()
        }
    }

    fn day_passes(&self, day: Date) -> bool {
        let rule = self.rule;
        let no_days = rule.by_day().is_empty()
            && rule.by_month_day().is_empty()
            && rule.by_year_day().is_empty();
        let counts = |mut list: Box<dyn Iterator<Item = i64> + '_>, up: i64, down: i64| {
            list.any(|value| value == up || value == -down)
        };
        let (dom, month_len) = (i64::from(day.day()), i64::from(day.days_in_month()));
        let (doy, year_len) = (i64::from(day.day_of_year()), i64::from(day.days_in_year()));
        let own_day = day.day() == self.start.day();
        let own_weekday = day.weekday() == self.start.weekday();
        let defaults = match rule.freq() {
            Freq::Yearly if no_days && !rule.by_week_no().is_empty() => own_weekday,
            Freq::Yearly if no_days => {
                own_day && (!rule.by_month().is_empty() || day.month() == self.start.month())
            }
            Freq::Monthly if no_days => own_day,
            Freq::Weekly if no_days => own_weekday,
            _ => true,
        };
        defaults
            && (rule.by_month().is_empty() || rule.by_month().contains(&(day.month() as u8)))
            && (rule.by_month_day().is_empty()
                || counts(
                    Box::new(rule.by_month_day().iter().map(|d| (*d).into())),
                    dom,
                    month_len + 1 - dom,
                ))
            && (rule.by_year_day().is_empty()
                || counts(
                    Box::new(rule.by_year_day().iter().map(|d| (*d).into())),
                    doy,
                    year_len + 1 - doy,
                ))
            && (rule.by_week_no().is_empty() || {
                let (week, weeks) = self.week(day);
                counts(
                    Box::new(rule.by_week_no().iter().map(|w| (*w).into())),
                    week,
                    weeks + 1 - week,
                )
            })
            && (rule.by_day().is_empty() || self.weekday_passes(day, dom, month_len, doy, year_len))
    }

    fn weekday_passes(&self, day: Date, dom: i64, month_len: i64, doy: i64, year_len: i64) -> bool {
        let in_month = self.rule.freq() == Freq::Monthly || !self.rule.by_month().is_empty();
        let (at, len) = if in_month { (dom, month_len) } else { (doy, year_len) };
        self.rule.by_day().iter().any(|by| {
            by.weekday == day.weekday()
                && by.nth.is_none_or(|nth| {
                    let nth = i64::from(nth);
                    nth == (at - 1) / 7 + 1 || nth == -((len - at) / 7 + 1)
                })
        })
    }

    /// The week's number and how many its year has.
    fn week(&self, day: Date) -> (i64, i64) {
        let first = |year: i16| -> Date {
            let mut day = Date::new(year, 1, 4).expect("a date");
            while day.weekday() != self.rule.week_start() {
                day = day.yesterday().expect("a date");
            }
            day
        };
        let days = |from: Date, to: Date| from.duration_until(to).as_hours() / 24;
        for year in day.year() - 1..=day.year() + 1 {
            let (start, next) = (first(year), first(year + 1));
            if start <= day && day < next {
                return (days(start, day) / 7 + 1, days(start, next) / 7);
            }
        }
        panic!("every day lies in a week");
    }
}

fn periods(freq: Freq) -> i32 {
    match freq {
        Freq::Yearly => 30,
        Freq::Monthly => 150,
        Freq::Weekly => 300,
        Freq::Daily => 1_500,
        Freq::Hourly | Freq::Minutely | Freq::Secondly => 3_000,
    }
}

fn check(seed: u64) {
    let mut random = Random(seed);
    let start = random_rules::start(&mut random);
    let text = random_rules::rule(&mut random);
    let rule = Rule::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let plain = Plain { rule: &rule, start };
    let (mut expected, end) = plain.set(periods(rule.freq()), 40);
    if expected.first() != Some(&start) {
        expected.insert(0, start);
    }
    let series = Series::new(start, vec![rule.clone()]);
    let found: Vec<DateTime> = series.from(start, None).take_while(|at| *at < end).collect();
    assert_eq!(found, expected, "seed {seed}: {start} {text}");
}

#[test]
fn random_rules_yield_the_plain_set() {
    random_rules::seeds(3_000).for_each(check);
}
