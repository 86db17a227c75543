//! What must hold of what ended without being told.

use calendar::{
    delivery::{Class, State},
    reason::Reason,
};
use engine::{
    ledger::{attempt::AttemptRow, audit::AuditRow},
    queries::Story,
};
use jiff::{SignedDuration, Timestamp};

use super::{
    case::{Case, is_by},
    occurrences::versions,
    rows::name,
};
use crate::{
    oracle::{self, Due, Place},
    outcome::Life,
    plan::Definition,
};

/// So shortly before and after a change either holds.
const EDGE: u64 = 1_000;

/// Everything an event may have been at a true time. After somebody was told nothing, or an older
/// copy was put in place, that is everything it ever was.
fn may_be(life: &Life, at: u64) -> Vec<Definition> {
    let near = |until: u64, from: u64| from <= at + EDGE && at <= until.saturating_add(EDGE);
    let now: Vec<_> = versions(life).filter(|(v, until)| near(*until, v.from)).collect();
    let is_known = now.iter().all(|(version, _)| version.sure);
    let all = life.versions.iter().filter(|v| !is_known || now.iter().any(|(n, _)| n == v));
    all.filter_map(|version| version.definition).collect()
}

/// What a row's reminder may have been at a true time, where the machine may have been then, and
/// when it was due there. Nothing at all if nobody knows what it was.
fn reckoned(case: &Case<'_>, life: &Life, story: &Story, at: u64) -> Vec<(Definition, Place, Due)> {
    let until = case.wall(at).saturating_add(SignedDuration::from_hours(24 * 60));
    let until = until.unwrap_or(Timestamp::MAX);
    let name = &story.delivery.row.identity.occurrence;
    let mut found = Vec::new();
    let reminders = may_be(life, at).into_iter().flat_map(Definition::reminders);
    for definition in reminders.filter(|one| is_by(story, one)) {
        for place in case.places_at(at) {
            let mut dues = oracle::dues(&definition, place, until).into_iter();
            found.extend(
                dues.find(|due| oracle::is_named(name, due.of)).map(|due| (definition, place, due)),
            );
        }
    }
    found
}

/// When a row may have been due at a true time.
pub(super) fn may_be_due(case: &Case<'_>, story: &Story, at: u64) -> Vec<Timestamp> {
    let is_first = story.delivery.row.identity.reminder.starts_with("t:");
    let Some(life) = case.life(story).filter(|_| is_first) else { return Vec::new() };
    reckoned(case, life, story, at).into_iter().map(|(.., due)| due.at).collect()
}

/// From when on a row may have been over, as the oracle reckons it. None for what is always worth
/// telling.
fn ends(case: &Case<'_>, life: &Life, story: &Story, at: u64) -> Vec<Option<Timestamp>> {
    let reminder = &story.delivery.row.identity.reminder;
    let mut found = Vec::new();
    for (definition, place, due) in reckoned(case, life, story, at) {
        if !reminder.starts_with("s:") {
            found.push(oracle::over(&definition, place, due));
        }
        // A snooze is worth telling until the deadline, and so is what insists after one.
        if !reminder.starts_with("t:") {
            let snoozed = Definition { use_by: None, ..definition };
            let snoozed = Some(snoozed).filter(|snoozed| snoozed.kind == "deadline");
            found.push(snoozed.and_then(|snoozed| oracle::over(&snoozed, place, due)));
        }
    }
    found
}

/// The step by which a row came to its end, if it is that one.
fn last(story: &Story, state: State) -> Option<&AuditRow> {
    story.transitions.last().filter(|step| step.to == state)
}

/// The first of these rows that expired, and was still worth telling.
fn too_soon(case: &Case<'_>, story: &Story) -> Option<String> {
    let step = last(story, State::Expired)?;
    let life = case.life(story)?;
    let known: Vec<_> =
        case.when(step.at).into_iter().flat_map(|at| ends(case, life, story, at)).collect();
    let is_over = |end: &Option<Timestamp>| end.is_some_and(|end| end <= step.at);
    if known.is_empty() || known.iter().any(is_over) {
        return None;
    }
    let due = story.delivery.row.facts.due;
    Some(format!("{}, due {due}: expired at {}, over at {known:?}", name(story), step.at))
}

/// What expired was not worth telling any more.
pub(super) fn i17_expired_is_what_is_over(case: &Case<'_>, wrong: &mut Vec<String>) {
    wrong.extend(case.outcome.stories.iter().filter_map(|story| too_soon(case, story)));
}

/// A webhook that may have arrived is not said to be missed.
pub(super) fn i17_missed_is_what_cannot_have_arrived(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let facts = &story.delivery.row.facts;
        let is_missed = facts.state == State::Expired && !facts.desktop;
        if is_missed && story.attempts.iter().any(AttemptRow::is_doubtful) {
            wrong.push(format!("{}: missed, though it may have arrived", name(story)));
        }
    }
}

/// What is told with a later one of the same reminder: that one was told, or came to an end after
/// it, or is to come by a clock that was set back since.
pub(super) fn i17_coalesced_is_told_with_another(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let row = &story.delivery.row;
        let Some(step) = last(story, State::Coalesced) else { continue };
        let into =
            case.outcome.stories.iter().find(|other| Some(other.delivery.row.id) == row.into);
        let stands_for_it = |other: &Story| {
            let (name, own) = (&other.delivery.row.identity, &row.identity);
            let same = (&name.subject, &name.reminder, name.channel)
                == (&own.subject, &own.reminder, own.channel);
            let ended = other.transitions.last().is_some_and(|last| {
                let back = SignedDuration::from_millis(case.set_back());
                last.to.class() != Class::Live && last.at + back >= step.at
            });
            let since = case.when(step.at).into_iter().min().unwrap_or(0);
            let is_to_come = other.delivery.row.facts.state == State::Scheduled
                && case.was_ahead(other.delivery.row.facts.due, since, case.outcome.lasted);
            // Found only after a later one was told.
            let was_told = other.delivery.row.facts.due > row.facts.due
                && other.delivery.row.told_at.is_some_and(|at| at <= step.at);
            same && (ended || is_to_come || was_told) && other.delivery.row.id != row.id
        };
        if !into.is_some_and(stands_for_it) {
            let into = into.map(name);
            wrong.push(format!("{}: left to {into:?} at {}", name(story), step.at));
        }
    }
}

/// Whether several that are late are each told, by its reminder or its kind.
fn is_each(definition: &Definition) -> bool {
    match (definition.collapse, definition.kind) {
        (Some(own), _) => own == "each",
        // Of a workflow there are never so many that its bound is reached.
        (None, "deadline" | "workflow") => true,
        (None, "note") => definition.every.is_none(),
        _ => false,
    }
}

/// Where each is to be told, none is left to a later one.
pub(super) fn i17_each_is_told_by_itself(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let (Some(step), Some(life)) = (last(story, State::Coalesced), case.life(story)) else {
            continue;
        };
        let all = life.versions.iter().filter_map(|version| version.definition);
        let own: Vec<_> =
            all.flat_map(Definition::reminders).filter(|one| is_by(story, one)).collect();
        if !own.is_empty() && own.iter().all(is_each) {
            wrong.push(format!("{}: left to another at {}", name(story), step.at));
        }
    }
}

/// What nobody asked for ends nothing that was not sent and is still worth telling.
pub(super) fn i14_no_replan_loses_anything(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let is_lost = story.transitions.iter().find(|step| {
            step.actor == "service"
                && (step.to == State::Cancelled || step.reason == Reason::SkippedPast)
                && matches!(step.from.as_str(), "scheduled" | "pending" | "held")
                && !(step.to == State::Cancelled && came_round_again(case, story))
        });
        if let Some(step) = is_lost {
            wrong.push(format!("{}: the service ended it at {}", name(story), step.at));
        }
        let was_replanned =
            |step: &&AuditRow| step.reason == Reason::Moved && step.actor == "service";
        if story.transitions.iter().any(|step| was_replanned(&step)) {
            wrong.extend(too_soon(case, story));
        }
    }
}

/// Whether it was told before, and armed anew only because its moment came round again on a journey.
fn came_round_again(case: &Case<'_>, story: &Story) -> bool {
    let row = &story.delivery.row;
    case.outcome.stories.iter().map(|other| &other.delivery.row).any(|other| {
        other.identity == row.identity
            && other.generation + 1 == row.generation
            && other.facts.state == State::Completed
    })
}

/// What was snoozed rings when it was said to, or ends by its deadline or by somebody.
pub(super) fn snoozes_ring(case: &Case<'_>, wrong: &mut Vec<String>) {
    for snoozed in &case.outcome.snoozes {
        let mut rows = case.outcome.stories.iter();
        let Some(story) = rows.find(|story| story.delivery.row.id == snoozed.row) else {
            wrong.push(format!("a snooze until {} is not in the ledger", snoozed.until));
            continue;
        };
        let (facts, until) = (&story.delivery.row.facts, snoozed.until);
        let due = facts.due;
        let off = due.as_millisecond().abs_diff(until.as_millisecond());
        // What was snoozed by a clock that was set right counts from then on.
        if off > case.set_by() {
            wrong.push(format!("{}: snoozed until {until}, due at {due}", name(story)));
        }
        let by_somebody = |step: &AuditRow| step.actor != "service" || step.from == "processing";
        let is_in_order = match facts.state {
            State::Completed
            | State::Expired
            | State::Coalesced
            | State::Dead
            | State::Review
            | State::Discarded => true,
            State::Cancelled => story.transitions.last().is_some_and(by_somebody),
            State::Scheduled
            | State::Pending
            | State::Processing
            | State::Retrying
            | State::Held
            | State::Skipped => false,
        };
        if !is_in_order {
            wrong.push(format!("{}: snoozed until {until}, and never told", name(story)));
        }
    }
}
