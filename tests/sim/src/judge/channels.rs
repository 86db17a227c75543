//! What must hold of endpoints that say they are gone, and of tests.

use calendar::{delivery::State, reason::Reason};
use engine::queries::Story;

use super::{case::Case, occurrences::PROMPT, rows::name};
use crate::{
    plan::Via,
    trace::{Happened, Mark},
};

/// So shortly after it was switched on either holds.
const EDGE: u64 = 1_000;

/// Whether an endpoint may be switched off at a true time: it said that it is gone, also in an older
/// copy, and nobody was told since that it is on again.
pub(super) fn may_be_off(case: &Case<'_>, via: Via, at: u64) -> bool {
    let (mut ever, mut off) = (false, false);
    for entry in &case.outcome.trace {
        match &entry.what {
            Happened::Gone { to, .. } if to == via.name() && entry.truth <= at => {
                (ever, off) = (true, true);
            }
            Happened::SwitchedOn { to, sure: true } if *to == via.name() => {
                off &= entry.truth + EDGE > at;
            }
            Happened::Restored { .. } if entry.truth <= at => off |= ever,
            _ => {}
        }
    }
    off
}

/// When it was written down that this claim's answer switched its endpoint off.
fn switched_off(case: &Case<'_>, story: &Story, heard: u64) -> Option<u64> {
    let is_off = |step: &&engine::ledger::audit::AuditRow| step.reason == Reason::DeadGone;
    let moments = story.transitions.iter().filter(is_off).flat_map(|step| case.when(step.at));
    moments.filter(|at| *at >= heard).min()
}

/// What was claimed is answered for: from this true time on somebody knows.
pub(super) fn heard(case: &Case<'_>, of: &[Mark]) -> Option<u64> {
    let mut entries = case.outcome.trace.iter();
    let is_it = |what: &Happened| matches!(what, Happened::Answered { marks, .. } if marks == of);
    entries.find(|entry| is_it(&entry.what)).map(|entry| entry.truth)
}

/// Through an endpoint that said it is gone nothing is sent, until somebody switches it on.
pub(super) fn what_is_gone_is_left_alone(case: &Case<'_>, wrong: &mut Vec<String>) {
    let outcome = case.outcome;
    for entry in &outcome.trace {
        let Happened::Gone { marks, to } = &entry.what else { continue };
        let is_it = |story: &&Story| marks.iter().any(|(row, _)| story.delivery.row.id == *row);
        let story = outcome.stories.iter().find(is_it);
        let off = story.zip(heard(case, marks));
        let Some(from) = off.and_then(|(story, at)| switched_off(case, story, at)) else {
            continue;
        };
        let ends = |what: &Happened| match what {
            Happened::SwitchedOn { to: on, .. } => on == to,
            Happened::Restored { .. } => true,
            _ => false,
        };
        let mut later = outcome.trace.iter().filter(|later| later.truth >= from);
        let until = later.find(|later| ends(&later.what)).map_or(u64::MAX, |later| later.truth);
        for story in outcome.stories.iter().filter(|story| story.delivery.channel == *to) {
            let is_between = |at: u64| from < at && at < until;
            if let Some(sent) = case.sent(story).iter().find(|sent| is_between(sent.truth)) {
                let at = sent.truth;
                wrong.push(format!(
                    "{}: sent at {at} ms, {to} being off since {from} ms",
                    name(story)
                ));
            }
        }
    }
}

/// A test somebody waits for goes out at once, also through an endpoint that is given a rest, and
/// while nothing else may pop up.
pub(super) fn tests_are_told(case: &Case<'_>, wrong: &mut Vec<String>) {
    for tested in &case.outcome.tests {
        if case.is_forgotten(tested.at) {
            continue;
        }
        let mut stories = case.outcome.stories.iter();
        let Some(story) = stories.find(|story| story.delivery.row.id == tested.row) else {
            wrong.push(format!("a test by {} is not in the ledger", tested.via.name()));
            continue;
        };
        let desktop = tested.via == Via::Desktop;
        let is_calm = case.is_calm_but_for_rests(tested.at, desktop);
        if !is_calm || may_be_off(case, tested.via, tested.at) {
            continue;
        }
        let soon = |told: u64| i128::from(told) <= i128::from(tested.at) + PROMPT;
        let is_told = case.told(story).iter().any(|told| soon(told.truth));
        if story.delivery.row.facts.state != State::Completed || !is_told {
            wrong.push(format!("{}: tested at {} ms, not told at once", name(story), tested.at));
        }
    }
}
