//! Aim: no difference to the crate `rrule` that is not one of its known defects.
//! Method: random rules in UTC, the first instances of both compared; a difference is excused
//! only by the name of a defect whose description fits the rule, and each name must be needed.

use std::collections::BTreeSet;

use calendar::recurrence::{Freq, Rule, Series};
use jiff::civil::DateTime;
use rrule::{RRuleError, RRuleSet};

#[path = "first_week/mod.rs"]
mod first_week;
#[path = "random_rules/mod.rs"]
mod random_rules;
use random_rules::Random;

type Defect = (&'static str, fn(&Rule) -> bool);

/// What `rrule` 0.14 is known to do otherwise, and the rules it can happen to.
const KNOWN: [Defect; 6] = [
    ("refuses the fifth last weekday of a month", |rule| {
        rule.freq() == Freq::Monthly && rule.by_day().iter().any(|day| day.nth == Some(-5))
    }),
    ("refuses BYSETPOS beside no other BY part that expands", |rule| {
        rule.freq() >= Freq::Daily && !rule.by_set_pos().is_empty()
    }),
    ("takes BYWEEKNO without BYDAY for all seven days", |rule| {
        !rule.by_week_no().is_empty()
            && rule.by_day().is_empty()
            && rule.by_month_day().is_empty()
            && rule.by_year_day().is_empty()
    }),
    ("forgets plain weekdays beside numbered ones", |rule| {
        let numbered = rule.by_day().iter().filter(|day| day.nth.is_some()).count();
        numbered > 0 && numbered < rule.by_day().len()
    }),
    (FIRST_WEEK, |rule| rule.freq() == Freq::Weekly && !rule.by_set_pos().is_empty()),
    ("loses steps, hours and days of MINUTELY and SECONDLY under BYHOUR and BYMINUTE", |rule| {
        rule.freq() > Freq::Hourly && !(rule.by_hour().is_empty() && rule.by_minute().is_empty())
    }),
];

const FIRST_WEEK: &str = "counts BYSETPOS in the first week from DTSTART on";

enum Outcome {
    Same,
    /// In which words, and whether in the first week alone.
    Differs(String, bool),
}

fn theirs(start: DateTime, text: &str) -> Result<Vec<DateTime>, String> {
    let stamp = start.strftime("%Y%m%dT%H%M%SZ");
    let set: RRuleSet = format!("DTSTART:{stamp}\nRRULE:{text}")
        .parse()
        .map_err(|error: RRuleError| error.to_string())?;
    let dates = set.limit().all(12).dates;
    let local = |text: String| text.parse().map_err(|error| format!("{text}: {error}"));
    dates.iter().map(|at| local(at.format("%Y-%m-%dT%H:%M:%S").to_string())).collect()
}

fn compare(start: DateTime, text: &str, rule: &Rule) -> Outcome {
    let mut dates = match theirs(start, text) {
        Ok(dates) => dates,
        Err(error) => {
            return Outcome::Differs(format!("{start} {text}\n  refused: {error}"), false);
        }
    };
    // It leaves out a DTSTART that does not match.
    if dates.first() != Some(&start) {
        dates.insert(0, start);
    }
    let series = Series::new(start, vec![rule.clone()]);
    let ours: Vec<DateTime> = series.from(start, None).take(dates.len()).collect();
    if ours == dates {
        return Outcome::Same;
    }
    let there = first_week::differs_there_alone(rule, start, &ours, &dates);
    Outcome::Differs(format!("{start} {text}\n  ours   {ours:?}\n  theirs {dates:?}"), there)
}

#[test]
fn every_difference_has_a_name() {
    let mut needed = BTreeSet::new();
    for seed in random_rules::seeds(700) {
        let mut random = Random(seed);
        let start = random_rules::start(&mut random);
        let text = random_rules::rule(&mut random);
        let rule = Rule::parse(&text).expect("a valid rule");
        let Outcome::Differs(difference, there) = compare(start, &text, &rule) else { continue };
        let excuse =
            KNOWN.iter().find(|(name, fits)| fits(&rule) && (*name != FIRST_WEEK || there));
        let Some((name, _)) = excuse else { panic!("seed {seed}: {difference}") };
        needed.insert(*name);
    }
    for (name, _) in KNOWN {
        assert!(needed.contains(name), "`rrule` no longer {name}: strike it from the list");
    }
}
