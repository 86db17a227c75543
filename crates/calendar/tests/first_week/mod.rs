//! Engines that count BYSETPOS of WEEKLY in the first week from DTSTART on differ there, and
//! nowhere else.

use calendar::recurrence::Rule;
use jiff::{Span, civil::DateTime};

/// Whether two walks of a rule are the same after its first week, as far as both go.
pub fn differs_there_alone(
    rule: &Rule,
    start: DateTime,
    one: &[DateTime],
    other: &[DateTime],
) -> bool {
    let days = i64::from(start.weekday().since(rule.week_start()));
    let next = start.date() + Span::new().days(7 - days);
    let after = |walk: &[DateTime]| -> Vec<DateTime> {
        walk.iter().copied().filter(|at| at.date() >= next).collect()
    };
    let (one, other) = (after(one), after(other));
    one.iter().zip(&other).all(|(a, b)| a == b)
}
