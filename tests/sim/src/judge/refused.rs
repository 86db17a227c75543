//! What must hold of what the other side refuses.

use calendar::{delivery::State, reason::Reason};
use engine::queries::Story;

use super::{
    case::Case,
    channels::heard,
    occurrences::PROMPT,
    rows::{name, times_asked, unknown, was_asked},
};
use crate::trace::{Happened, Mark};

/// What seldom heals is tried three times soon after the first, and then twice.
pub(super) const TRIES: usize = 6;

/// What was refused, for good or not, with the true time.
fn refused<'a>(case: &Case<'a>, good: bool) -> impl Iterator<Item = (u64, &'a [Mark])> {
    case.outcome.trace.iter().filter_map(move |entry| match &entry.what {
        Happened::Refused { marks, for_good } if *for_good == good => {
            Some((entry.truth, marks.as_slice()))
        }
        _ => None,
    })
}

fn is_of(story: &Story, marks: &[Mark]) -> bool {
    marks.iter().any(|(row, _)| *row == story.delivery.row.id)
}

/// Whether the other side ever refused a row though that may heal.
pub(super) fn was_refused(case: &Case<'_>, story: &Story) -> bool {
    refused(case, false).any(|(_, marks)| is_of(story, marks))
}

/// When a row was dead because it was refused for good, from a true time on.
fn dead(case: &Case<'_>, story: &Story, from: u64) -> Option<u64> {
    let steps = story.transitions.iter();
    let dead = steps.filter(|step| step.to == State::Dead && step.reason == Reason::DeadPermanent);
    dead.flat_map(|step| case.when(step.at)).filter(|at| *at >= from).min()
}

/// What is refused for good waits for a person at once, and is not sent again unless one asks for it.
pub(super) fn i17_refused_for_good_is_dead_at_once(case: &Case<'_>, wrong: &mut Vec<String>) {
    for (_, marks) in refused(case, true) {
        let Some(heard) = heard(case, marks).filter(|at| !case.is_forgotten(*at)) else { continue };
        for story in case.outcome.stories.iter().filter(|story| is_of(story, marks)) {
            let dead = dead(case, story, heard);
            let is_prompt = dead.is_some_and(|at| i128::from(at - heard) <= PROMPT);
            // Whether it is well with the ledger and whoever leads; the endpoint is not.
            if !is_prompt && case.is_calm(heard, true) {
                wrong.push(format!("{}: refused for good at {heard} ms", name(story)));
            }
            let Some(dead) = dead else { continue };
            let back = case.restored.iter().map(|(at, ..)| *at).find(|at| *at >= dead);
            let until = back.unwrap_or(u64::MAX);
            let later = case.sent(story).iter().map(|sent| sent.truth);
            let mut later = later.filter(|at| dead < *at && *at < until);
            if let Some(at) = later.find(|at| !was_asked(case, story, dead, *at)) {
                wrong.push(format!("{}: sent at {at} ms, dead since {dead} ms", name(story)));
            }
        }
    }
}

/// What says that it was refused for good was.
pub(super) fn i17_dead_for_good_is_what_was_refused(case: &Case<'_>, wrong: &mut Vec<String>) {
    let is_said = |story: &&Story| dead(case, story, 0).is_some();
    for story in case.outcome.stories.iter().filter(is_said) {
        if !refused(case, true).any(|(_, marks)| is_of(story, marks)) {
            wrong.push(format!("{}: nobody refused it for good", name(story)));
        }
    }
}

/// What is refused is not tried for long, though it may heal.
pub(super) fn i19_refusals_are_bounded(case: &Case<'_>, wrong: &mut Vec<String>) {
    // A try nobody knows the end of does not count.
    let is_known =
        |story: &&Story| !story.attempts.iter().any(|try_| unknown(try_.outcome.as_deref()));
    for story in case.outcome.stories.iter().filter(is_known) {
        let own = refused(case, false).filter(|(at, _)| !case.is_forgotten(*at));
        let times = own.filter(|(_, marks)| is_of(story, marks)).count();
        if times > TRIES * (1 + times_asked(story)) {
            wrong.push(format!("{}: refused {times} times", name(story)));
        }
    }
}
