//! What must hold of what the ledger lets go of.

use calendar::delivery::{Class, State};
use engine::queries::Story;
use jiff::SignedDuration;

use super::{case::Case, occurrences::versions, rows::name};
use crate::service::KEPT;

/// The rows that went, with when they did.
fn gone<'a>(case: &Case<'a>) -> impl Iterator<Item = (u64, &'a Story)> {
    let outcome = case.outcome;
    outcome.gone.iter().filter_map(|(at, id)| {
        let story = outcome.stories.iter().find(|story| story.delivery.row.id == *id)?;
        Some((*at, story))
    })
}

/// Whether it stands in the inbox, and nobody has answered it.
fn is_in_inbox(case: &Case<'_>, story: &Story, at: u64) -> bool {
    let row = &story.delivery.row;
    let is_told = row.facts.desktop && row.facts.state == State::Completed;
    let is_own = matches!(row.identity.reminder.split(':').next(), Some("t" | "s"));
    let mut now = case.life(story).into_iter().flat_map(versions);
    let is_there = now.any(|(version, until)| {
        version.from <= at && at <= until && version.sure && version.definition.is_some()
    });
    is_told && is_own && is_there && story.answer.is_none()
}

/// Only what came to its end goes, when all of that is over for as long as it is kept, and not what
/// waits in the inbox.
pub(super) fn i21_only_what_is_over_goes(case: &Case<'_>, wrong: &mut Vec<String>) {
    for (at, story) in gone(case) {
        let facts = &story.delivery.row.facts;
        let since = case.wall(at).saturating_sub(SignedDuration::from_secs(KEPT));
        let last = story.transitions.iter().map(|step| step.at).chain([facts.due]).max();
        let is_over = last.zip(since.ok()).is_some_and(|(last, since)| last < since);
        if facts.state.class() != Class::Final || !is_over || is_in_inbox(case, story, at) {
            wrong
                .push(format!("{}: gone at {at} ms, its last word being of {last:?}", name(story)));
        }
    }
}

/// Nothing of what went comes again, and nothing of it stays.
pub(super) fn i21_what_went_stays_away(case: &Case<'_>, wrong: &mut Vec<String>) {
    let is_gone =
        |story: &&Story| case.outcome.gone.iter().any(|(_, id)| *id == story.delivery.row.id);
    for (at, story) in gone(case) {
        let of = &story.delivery.row.identity;
        let is_same = |other: &&Story| {
            let name = &other.delivery.row.identity;
            (&name.subject, &name.occurrence) == (&of.subject, &of.occurrence)
        };
        let mut left = case.outcome.stories.iter().filter(|other| !is_gone(other));
        if let Some(other) = left.find(is_same) {
            wrong.push(format!("{}: gone at {at} ms, and there is {}", name(story), name(other)));
        }
    }
}
