//! What can be changed of what waited while the secrets were locked.

use super::{Case, life::*};
use calendar::{delivery::State, reason::Reason};
use engine::ledger::audit::AuditRow;
use jiff::Timestamp;
use simulator::outcome::Outcome;

/// What breaks the rules of locked secrets, and what nearly does.
pub(crate) const CASES: &[Case] = &[
    ("what_is_locked_waits", |o| tell_the_locked(o, 4_101), |o| tell_the_locked(o, 4_100)),
    ("what_was_locked_goes_on", |o| goes_on_after(o, 3_001), |o| goes_on_after(o, 3_000)),
    ("what_was_locked_goes_on", |o| waits_before(o, 1_001), |o| waits_before(o, 1_000)),
];

/// What waited is told so many milliseconds after they were locked.
fn tell_the_locked(outcome: &mut Outcome, after: u64) {
    let place = told(outcome, 7);
    outcome.trace[place].truth = outcome.locked[0].0 + after;
}

fn steps(outcome: &mut Outcome) -> (usize, &mut Vec<AuditRow>) {
    let steps = &mut story(outcome, 7).transitions;
    let is_it = |step: &AuditRow| (step.to, step.reason) == (State::Held, Reason::HeldSecret);
    (steps.iter().position(is_it).expect("it waited"), steps)
}

/// What waited goes on so many milliseconds after they were opened.
fn goes_on_after(outcome: &mut Outcome, millis: i64) {
    let (waits, steps) = steps(outcome);
    let due: Timestamp = "2026-10-20T18:10:00Z".parse().expect("a moment");
    steps[waits + 1].at = later(due, millis);
}

/// It began to wait so many milliseconds before they were locked.
fn waits_before(outcome: &mut Outcome, millis: i64) {
    let (waits, steps) = steps(outcome);
    let locked: Timestamp = "2026-10-20T17:59:59Z".parse().expect("a moment");
    steps[waits].at = later(locked, -millis);
}
