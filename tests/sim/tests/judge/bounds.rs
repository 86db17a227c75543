//! A series in that life of which two are told when several are late: five of it are, as its endpoint is
//! away for ten minutes.

use calendar::delivery::State;
use jiff::civil::date;
use simulator::{
    outcome::{Counted, Outcome},
    plan::Definition,
};

use super::{Case, dates::should_be, life::DAILY};

/// What breaks the rules of bounds, and what nearly does.
pub(crate) const CASES: &[Case] = &[
    (
        "no_more_than_its_bound_is_told",
        |o| should_be(o, 14, |d| d.collapse = Some("each:1")),
        |o| should_be(o, 14, |d| d.collapse = Some("each")),
    ),
    (
        "no_more_than_its_bound_is_told",
        |o| should_be(o, 14, |d| d.collapse = Some("each:3")),
        |o| should_be(o, 14, |d| d.collapse = None),
    ),
    ("what_is_beyond_is_counted", |o| is_counted(o, true), |o| is_counted(o, false)),
];

/// Told every other minute, for the first time a minute past eleven in the evening.
pub(crate) const BOUNDED: Definition = Definition {
    start: date(2026, 10, 20).at(23, 11, 0, 0),
    every: None,
    seconds: Some(120),
    times: Some(5),
    collapse: Some("each:2"),
    ..DAILY
};

/// One that was left out is counted in a range, instead of by its row or besides.
fn is_counted(outcome: &mut Outcome, is_a_row: bool) {
    let subject = outcome.lives[14].subject.clone().expect("it was added");
    let place = outcome.stories.iter().position(|story| {
        let row = &story.delivery.row;
        row.identity.subject == subject && row.facts.state == State::Coalesced
    });
    let place = place.expect("one was left out");
    let row = outcome.stories[place].delivery.row.clone();
    if !is_a_row {
        outcome.stories.remove(place);
    }
    let (reminder, from) = (row.identity.reminder, row.facts.due);
    outcome.counted.push(Counted { subject, reminder, from, until: from, count: 1 });
}
