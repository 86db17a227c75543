//! What is on a date in that life, and what else it might have been.

use jiff::civil::date;
use simulator::{
    outcome::Outcome,
    plan::{Definition, Via},
};

use super::life::DAILY;

/// Told at nine: of the 23rd, with a notice of a day, two days before that.
pub(crate) const RENEWAL: Definition = Definition {
    kind: "renewal",
    start: date(2026, 10, 23).at(0, 0, 0, 0),
    zone: None,
    every: None,
    before: 2 * 24 * 60,
    notice: 1,
    ..DAILY
};
/// The same at nine in Kolkata.
pub(crate) const ANNIVERSARY: Definition = Definition {
    kind: "anniversary",
    start: date(2026, 10, 21).at(0, 0, 0, 0),
    zone: Some("Asia/Kolkata"),
    every: None,
    before: 0,
    via: Via::Desktop,
    ..DAILY
};

/// This event should be another.
pub(crate) fn should_be(outcome: &mut Outcome, name: usize, change: fn(&mut Definition)) {
    for version in &mut outcome.lives[name].versions {
        version.definition.iter_mut().for_each(change);
    }
}
