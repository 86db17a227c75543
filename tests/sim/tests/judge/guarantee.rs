//! An endpoint in that life that never repeats any more: a minute after it closed before it answered, and
//! was told once more.

use jiff::civil::date;
use simulator::{
    outcome::Outcome,
    plan::Definition,
    trace::{Entry, Happened},
};

use super::{
    Case,
    life::{GONE, later, story},
};

/// What breaks the rule of what may have arrived, and what nearly does.
pub(crate) const CASES: &[Case] = &[
    ("what_may_have_arrived_is_not_repeated", |o| is_promised(o, -1), |o| is_promised(o, 0)),
    (
        "what_may_have_arrived_is_not_repeated",
        |o| is_promised(o, -1),
        |o| {
            is_promised(o, -1);
            is_unsure(o);
        },
    ),
    (
        "what_may_have_arrived_is_not_repeated",
        |o| is_promised(o, -1),
        |o| {
            is_promised(o, -1);
            is_asked_for(o);
        },
    ),
];

/// Told at half past eleven in the evening.
pub(crate) const DOUBTED: Definition =
    Definition { start: date(2026, 10, 20).at(23, 40, 0, 0), ..GONE };
/// What it is called.
const NAME: usize = 15;

fn promise(outcome: &mut Outcome) -> &mut Entry {
    let is_it = |entry: &&mut Entry| matches!(entry.what, Happened::Promised { .. });
    outcome.trace.iter_mut().find(is_it).expect("it was promised")
}

/// It was promised so many milliseconds after the second try began.
fn is_promised(outcome: &mut Outcome, millis: i64) {
    let again = later(story(outcome, NAME).attempts[1].started, millis);
    let promise = promise(outcome);
    let ago = promise.wall.duration_since(again).as_millis();
    promise.truth -= u64::try_from(ago).expect("it was promised later");
}

fn is_unsure(outcome: &mut Outcome) {
    if let Happened::Promised { sure, .. } = &mut promise(outcome).what {
        *sure = false;
    }
}

/// A person wanted the second try.
fn is_asked_for(outcome: &mut Outcome) {
    let story = story(outcome, NAME);
    let at = story.attempts[1].started;
    let mut step = story.transitions.last().expect("a step").clone();
    (step.at, step.reason) = (at, calendar::reason::Reason::RetryAsked);
    story.transitions.push(step);
}
