//! What must hold while the secrets of endpoints cannot be opened, and when they can be again.

use calendar::{delivery::State, reason::Reason};
use engine::{ledger::audit::AuditRow, queries::Story};

use super::{case::Case, rows::name};
use crate::{trace::Happened, world::SOON};

/// So shortly before and after a change either holds.
const EDGE: u64 = 1_000;
/// What left before they were locked has arrived, and a slow side has taken it.
const ON_ITS_WAY: u64 = 4_100;
/// What waits for that goes on so soon after, and each of several waits for as long again.
const PROMPT: u64 = 2_000;
const EACH: u64 = 1_000;
/// A service that began is about its work within so long.
const BEGINS: u64 = SOON + 1;
/// What was to be sent when they were found locked is looked at again within a quarter of an hour.
const RESTS: u64 = 900_000;

/// While they are locked no endpoint is told anything.
pub(super) fn what_is_locked_waits(case: &Case<'_>, wrong: &mut Vec<String>) {
    for entry in &case.outcome.trace {
        let Happened::Told { key, to, .. } = &entry.what else { continue };
        let at = entry.truth;
        let is_locked = |(from, until): &&(u64, u64)| from + ON_ITS_WAY < at && at < *until;
        let locked = case.outcome.locked.iter().chain(&case.outcome.keyless).find(is_locked);
        if let Some((from, _)) = locked.filter(|_| to != "desktop") {
            wrong.push(format!("{key} was told at {at} ms, locked since {from} ms"));
        }
    }
}

/// The steps by which a row began to wait for them, each with the one that ended it.
fn waits(story: &Story) -> impl Iterator<Item = (&AuditRow, Option<&AuditRow>)> {
    let is_one = |step: &AuditRow| step.to == State::Held && step.reason == Reason::HeldSecret;
    let steps = story.transitions.iter().enumerate();
    steps.filter(move |(_, step)| is_one(step)).map(move |(n, step)| {
        let mut later = story.transitions[n + 1..].iter();
        (step, later.find(|later| !is_one(later)))
    })
}

/// Whether nothing else was out of order with the endpoints in a time in which they were locked, and
/// somebody led at its begin and its end, or so soon after as a service takes to begin.
fn is_alone(case: &Case<'_>, (from, until): (u64, u64), soon: u64) -> bool {
    let outcome = case.outcome;
    let others = outcome.troubles.iter().chain(&outcome.rests).filter(|trouble| {
        let is_own = trouble.desktop == Some(false)
            && (trouble.from == from || trouble.from == from.saturating_sub(1_000));
        let is_about = trouble.from <= until + 5_000 && from <= trouble.until;
        is_about && trouble.desktop != Some(true) && !is_own
    });
    let is_up = |at| case.is_calm(at + soon, true);
    others.count() == 0 && is_up(from) && is_up(until)
}

/// What waits because they are locked waits no longer than that, nor than it is worth telling; and
/// nothing waits for that when they are not.
pub(super) fn what_was_locked_goes_on(case: &Case<'_>, wrong: &mut Vec<String>) {
    let many = case.outcome.stories.iter().filter(|story| waits(story).next().is_some()).count();
    let many = u64::try_from(many).unwrap_or(0);
    for story in &case.outcome.stories {
        for (step, next) in waits(story) {
            let begun = case.when(step.at);
            let is_within = |(from, until): &&(u64, u64)| {
                begun.iter().any(|at| from.saturating_sub(EDGE) <= *at && *at <= until + EDGE)
            };
            let outcome = case.outcome;
            let keyless = outcome.keyless.iter().map(|times| (times, BEGINS));
            let mut all = outcome.locked.iter().map(|times| (times, 0)).chain(keyless);
            let Some((locked, soon)) = all.find(|(times, _)| is_within(times)) else {
                if !begun.is_empty() {
                    wrong.push(format!("{}: waited for secrets at {}", name(story), step.at));
                }
                continue;
            };
            let over = story.delivery.row.facts.use_by.map(|end| case.reached(end));
            let over = over.into_iter().flatten().filter(|at| begun.iter().all(|b| b < at)).min();
            let until = over.map_or(locked.1, |over| over.min(locked.1));
            // Who was to send it found them locked.
            let rests = if step.from == "processing" || soon > 0 { RESTS } else { 0 };
            let last = until + rests + PROMPT + EACH * many;
            let gone = next.map(|next| case.when(next.at)).unwrap_or_default();
            let in_time = gone.iter().any(|at| *at <= last);
            let is_alone = is_alone(case, (locked.0, until), soon);
            if !in_time && is_alone && case.restored.is_empty() {
                let (what, since) = (name(story), step.at);
                wrong.push(format!("{what}: waits for secrets since {since} beyond {last} ms"));
            }
        }
    }
}
