//! Where other engines are known to differ from RFC 5545, or from how we read it, and the rules
//! it can happen to. A difference without a sentence here is a defect of ours until explained.

use calendar::recurrence::{Freq, Rule};
use jiff::civil::{DateTime, Weekday};

use crate::foreign::Silence;

/// One known difference.
pub struct Excuse {
    /// The engine it is about.
    pub engine: &'static str,
    /// What it does.
    pub name: &'static str,
    /// Whether it can happen to this rule, given why there was no answer, if so.
    pub fits: fn(&Rule, DateTime, Option<&Silence>) -> bool,
}

/// What it does in the first week of a series, and only there.
pub const FIRST_WEEK: &str = "counts BYSETPOS in the first week from DTSTART on";

/// All of them; the first that fits a difference is its explanation.
pub const KNOWN: &[Excuse] = &[
    Excuse {
        engine: "dateutil",
        name: "has no answer in time",
        fits: |_, _, silence| silence == Some(&Silence::Endless),
    },
    Excuse {
        engine: "dateutil",
        name: "takes BYWEEKNO without BYDAY for all seven days",
        fits: |rule, _, _| is_bare_week(rule),
    },
    Excuse {
        engine: "dateutil",
        name: "forgets plain weekdays beside numbered ones",
        fits: |rule, _, _| {
            let numbered = rule.by_day().iter().filter(|day| day.nth.is_some()).count();
            numbered > 0 && numbered < rule.by_day().len()
        },
    },
    Excuse {
        engine: "dateutil",
        name: "refuses steps of hours, minutes and seconds that never meet BYHOUR, BYMINUTE or BYSECOND",
        fits: |rule, _, silence| {
            rule.freq() >= Freq::Hourly && matches!(silence, Some(Silence::Refused(_)))
        },
    },
    Excuse {
        engine: "dateutil",
        name: "dies of a numbered weekday that no month has",
        fits: |rule, _, silence| {
            let numbered = rule.by_day().iter().any(|day| day.nth.is_some_and(|n| n.abs() > 5));
            let refused = matches!(silence, Some(Silence::Refused(_)));
            refused && numbered && !rule.by_month().is_empty()
        },
    },
    Excuse {
        engine: "dateutil",
        name: FIRST_WEEK,
        fits: |rule, _, _| rule.freq() == Freq::Weekly && !rule.by_set_pos().is_empty(),
    },
    Excuse {
        engine: "libical",
        name: "has no answer in time",
        fits: |_, _, silence| silence == Some(&Silence::Endless),
    },
    Excuse {
        engine: "libical",
        name: "refuses parts beside each other that RFC 5545 allows, and what gives nothing",
        fits: |_, _, silence| matches!(silence, Some(Silence::Refused(_))),
    },
    Excuse {
        engine: "libical",
        name: "takes no notice of BYSETPOS below MONTHLY",
        fits: |rule, _, _| rule.freq() >= Freq::Weekly && !rule.by_set_pos().is_empty(),
    },
    Excuse {
        engine: "libical",
        name: "counts BYSETPOS over days where there are several times a day",
        fits: |rule, _, _| !rule.by_set_pos().is_empty() && has_times(rule),
    },
    Excuse {
        engine: "libical",
        name: "looks in DTSTART's month alone for YEARLY with BYMONTHDAY",
        fits: |rule, _, _| {
            rule.freq() == Freq::Yearly
                && !rule.by_month_day().is_empty()
                && rule.by_month().is_empty()
        },
    },
    Excuse {
        engine: "libical",
        name: "forgets negative BYMONTHDAY and BYYEARDAY from DAILY on",
        fits: |rule, _, _| {
            let negative_month = rule.by_month_day().iter().any(|day| *day < 0);
            let negative_year = rule.by_year_day().iter().any(|day| *day < 0);
            rule.freq() >= Freq::Daily && (negative_month || negative_year)
        },
    },
    Excuse {
        engine: "libical",
        name: "walks BYHOUR, BYMINUTE and BYSECOND of HOURLY to SECONDLY without counting steps, or begins a round late",
        fits: |rule, _, _| rule.freq() >= Freq::Hourly && has_times(rule),
    },
    Excuse {
        engine: "libical",
        name: "miscounts BYWEEKNO without BYDAY, or dies of it",
        fits: |rule, _, _| is_bare_week(rule),
    },
    Excuse {
        engine: "libical",
        name: "counts INTERVAL's weeks from another one if they begin on no Monday or DTSTART is no day of the rule",
        fits: |rule, start, _| {
            let is_day = rule.by_day().iter().any(|day| day.weekday == start.weekday());
            let is_monday = rule.week_start() == Weekday::Monday;
            rule.freq() == Freq::Weekly && rule.interval() > 1 && !(is_monday && is_day)
        },
    },
    Excuse {
        engine: "libical",
        name: "has weeks of BYWEEKNO begin on Monday, and counts BYSETPOS by the week's year",
        fits: |rule, _, _| {
            let is_monday = rule.week_start() == Weekday::Monday;
            !rule.by_week_no().is_empty() && (!is_monday || !rule.by_set_pos().is_empty())
        },
    },
];

/// BYWEEKNO and nothing that says which of its days.
fn is_bare_week(rule: &Rule) -> bool {
    !rule.by_week_no().is_empty()
        && rule.by_day().is_empty()
        && rule.by_month_day().is_empty()
        && rule.by_year_day().is_empty()
}

fn has_times(rule: &Rule) -> bool {
    !(rule.by_hour().is_empty() && rule.by_minute().is_empty() && rule.by_second().is_empty())
}
