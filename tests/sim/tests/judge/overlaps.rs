//! Workflows in that life: four runs, two seconds apart, of which each lasts four.

use calendar::reason::Reason;
use engine::queries::Story;
use jiff::civil::date;
use simulator::{outcome::Outcome, plan::Definition};

use super::{
    Case,
    dates::should_be,
    life::{DAILY, later},
};

/// What breaks the rules of overlaps, and what nearly does.
pub(crate) const CASES: &[Case] = &[
    (
        "runs_do_not_overlap",
        |o| should_be(o, 13, |d| d.overlap = Some("skip")),
        |o| should_be(o, 13, |d| d.overlap = None),
    ),
    ("one_run_waits", |o| waits_on(o, 11), |o| waits_on(o, 12)),
    ("what_is_left_out_overlaps", |o| left_out_after(o, 1_000), |o| left_out_after(o, 10)),
    (
        "what_is_left_out_overlaps",
        |o| should_be(o, 11, |d| d.overlap = Some("allow")),
        |o| should_be(o, 12, |d| d.overlap = Some("skip")),
    ),
];

/// At nine in the evening, while the endpoint is slow.
pub(crate) const fn workflow(overlap: &'static str) -> Definition {
    Definition {
        kind: "workflow",
        start: date(2026, 10, 20).at(21, 0, 0, 0),
        every: None,
        before: 0,
        seconds: Some(2),
        times: Some(4),
        overlap: Some(overlap),
        ..DAILY
    }
}

/// The run of a workflow that was left out first or last.
fn left_out(outcome: &mut Outcome, name: usize, is_first: bool) -> &mut Story {
    let subject = outcome.lives[name].subject.clone().expect("it was added");
    let is_it = |story: &&mut Story| {
        let row = &story.delivery.row;
        row.identity.subject == subject && row.facts.reason == Reason::SkippedOverlap
    };
    let mut all: Vec<_> = outcome.stories.iter_mut().filter(is_it).collect();
    all.sort_by_key(|story| story.delivery.row.facts.due);
    let place = if is_first { 0 } else { all.len() - 1 };
    all.into_iter().nth(place).expect("one was left out")
}

/// The first run that was left out waits instead.
pub(crate) fn waits_on(outcome: &mut Outcome, name: usize) {
    left_out(outcome, name, true).transitions.pop();
}

/// The last run that would have overlapped was left out so many milliseconds later.
pub(crate) fn left_out_after(outcome: &mut Outcome, millis: i64) {
    let step = left_out(outcome, 11, false).transitions.last_mut().expect("a step");
    step.at = later(step.at, millis);
}
