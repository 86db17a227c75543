//! What must hold of what a person decides about what failed, or may have.

use std::collections::BTreeMap;

use calendar::delivery::State;
use engine::queries::Story;

use super::{case::Case, channels::may_be_off, occurrences::PROMPT, rows::name};
use crate::{
    outcome::Decided,
    plan::{Deciding, Via},
    trace::Happened,
};

/// The bytes behind a key are fixed with the first try, and stay so over every other, also when a
/// person asks for it.
pub(super) fn i16_one_key_for_one_body(case: &Case<'_>, wrong: &mut Vec<String>) {
    let mut bodies: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in &case.outcome.trace {
        match &entry.what {
            // An older copy does not know what was sent since.
            Happened::Restored { .. } => bodies.clear(),
            Happened::Told { key, to, body, .. } if to != "desktop" => {
                let first = *bodies.entry(key).or_insert(*body);
                if first != *body {
                    wrong.push(format!("{key} came with other words at {} ms", entry.truth));
                }
            }
            _ => {}
        }
    }
}

/// What a person decided is done: tried again with the same key, sent in the place of the old one
/// with another, or never.
pub(super) fn decisions_are_carried_out(case: &Case<'_>, wrong: &mut Vec<String>) {
    let find = |id| case.outcome.stories.iter().find(|story| story.delivery.row.id == id);
    for decided in case.outcome.decisions.iter().filter(|one| !case.is_forgotten(one.at)) {
        let (Some(old), Some(new)) = (find(decided.row), find(decided.now)) else {
            wrong.push(format!("{decided:?}: not in the ledger"));
            continue;
        };
        let mut say = |what: &str| {
            wrong.push(format!("{}: {decided:?}, and {what}", name(old)));
        };
        let was_over =
            old.delivery.row.facts.use_by.is_some_and(|end| end <= case.wall(decided.at));
        let is_retry = matches!(decided.what, Deciding::Retry | Deciding::RetryAll);
        if was_over && (is_retry || decided.what == Deciding::Edit) {
            say("it was over");
        }
        if is_retry {
            if old.delivery.row.id != new.delivery.row.id {
                say("it became another");
            }
        } else {
            let is_sent_again = case.sent(old).iter().any(|sent| sent.truth > decided.at);
            if old.delivery.row.facts.state != State::Discarded || is_sent_again {
                say("it was not set aside");
            }
        }
        if decided.what != Deciding::Discard {
            if !is_retry && !is_in_its_place(case, decided, old, new) {
                say("nothing came in its place");
            }
            if !is_prompt(case, decided, new) {
                say("it was not tried at once");
            }
        }
    }
}

/// Whether what was sent instead has a key of its own, and says what it was given to say.
fn is_in_its_place(case: &Case<'_>, decided: &Decided, old: &Story, new: &Story) -> bool {
    let (old, row) = (&old.delivery.row, &new.delivery.row);
    let is_named = old.into == Some(row.id) && old.key != row.key;
    // What a copy that was put back no longer knows of may have used its key before.
    let says = |body: u64| {
        let about = |entry: &crate::trace::Entry| matches!(&entry.what, Happened::Told { key, body: said, .. } if *key == row.key && *said != body);
        !case.outcome.trace.iter().any(|entry| entry.truth > decided.at && about(entry))
    };
    is_named && decided.body.is_none_or(says)
}

/// Whether it went out at once, if all was well.
fn is_prompt(case: &Case<'_>, decided: &Decided, now: &Story) -> bool {
    let mut vias = Via::ALL.into_iter();
    let Some(via) = vias.find(|via| via.name() == now.delivery.channel) else { return true };
    // By a clock that was set back it is to come, and goes out when it does.
    let is_ahead = now.delivery.row.facts.due > case.wall(decided.at);
    if is_ahead || !case.is_calm(decided.at, false) || may_be_off(case, via, decided.at) {
        return true;
    }
    let soon = |at: u64| decided.at <= at && i128::from(at) <= i128::from(decided.at) + PROMPT;
    // Many at once go no faster than their endpoint may be called, and what is decided otherwise at
    // once is not tried.
    let mut others = case.outcome.decisions.iter().filter(|one| one.row != decided.row);
    others.any(|one| one.at.abs_diff(decided.at) < 10_000)
        || case.sent(now).iter().any(|sent| soon(sent.truth))
}
