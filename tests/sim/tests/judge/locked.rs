//! What can be changed of what waited while the secrets were locked.

use super::{Case, life::*};
use calendar::{delivery::State, reason::Reason};
use engine::ledger::audit::AuditRow;
use jiff::Timestamp;
use simulator::outcome::{Outcome, Trouble};

/// When they were locked.
const LOCKED: &str = "2026-10-20T17:59:59Z";

/// What breaks the rules of locked secrets, and what nearly does.
pub(crate) const CASES: &[Case] = &[
    ("what_is_locked_waits", |o| tell_the_locked(o, 4_101), |o| tell_the_locked(o, 4_100)),
    ("what_was_locked_goes_on", |o| goes_on_after(o, 3_001), |o| goes_on_after(o, 3_000)),
    ("what_was_locked_goes_on", |o| waits_before(o, 1_001), |o| waits_before(o, 1_000)),
    ("what_was_locked_goes_on", |o| is_over_at(o, 0), |o| is_over_at(o, 1)),
    // Whoever led had another key.
    (
        "what_is_locked_waits",
        |o| {
            tell_the_locked(o, 4_101);
            o.keyless.append(&mut o.locked);
        },
        |o| {
            tell_the_locked(o, 4_100);
            o.keyless.append(&mut o.locked);
        },
    ),
    (
        "what_was_locked_goes_on",
        |o| {
            goes_on_after(o, 903_001);
            o.keyless.append(&mut o.locked);
        },
        |o| {
            goes_on_after(o, 903_000);
            o.keyless.append(&mut o.locked);
        },
    ),
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

/// What waited was over a minute before they were opened, when so many services were killed.
fn is_over_at(outcome: &mut Outcome, killed: usize) {
    goes_on_after(outcome, 0);
    let (from, until) = outcome.locked[0];
    let before = i64::try_from(until - from).expect("ten minutes") - 60_000;
    let locked: Timestamp = LOCKED.parse().expect("a moment");
    story(outcome, 7).delivery.row.facts.use_by = Some(later(locked, before));
    let (from, until) = (until - 70_000, until - 50_000);
    let down = Trouble { from, until, desktop: None };
    outcome.downs.extend(std::iter::repeat_n(down, killed));
}

/// It began to wait so many milliseconds before they were locked.
fn waits_before(outcome: &mut Outcome, millis: i64) {
    let (waits, steps) = steps(outcome);
    let locked: Timestamp = LOCKED.parse().expect("a moment");
    steps[waits].at = later(locked, -millis);
}
