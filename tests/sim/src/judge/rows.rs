//! What must hold of each row of the ledger, beside what was seen of it from outside.

use std::collections::BTreeMap;

use calendar::{
    delivery::{Class, Guarantee, Profile, State},
    id::DeliveryId,
    reason::Reason,
};
use engine::{
    ledger::{attempt::AttemptRow as Attempt, audit::AuditRow},
    queries::Story,
};
use jiff::{SignedDuration, Timestamp};

use super::{
    case::{Case, Passing, is_by},
    ends::may_be_due,
    guarantee::is_always_the_same,
    occurrences::{every_due, versions},
    refused::{TRIES as REFUSED, was_refused},
    services::said_meanwhile,
};
use crate::{plan::Definition, trace::Happened, world::AFTER};

/// The long schedule has ten tries after the first, the quick one three.
const LONG: usize = 11;
const QUICK: usize = 4;
/// What comes round so much later, by a journey, is another moment.
const FAR: SignedDuration = SignedDuration::from_hours(12);
/// No two places are farther apart, by their clocks.
const FARTHEST: SignedDuration = SignedDuration::from_hours(27);
/// A change is confirmed so shortly after it was made.
const EDGE: u64 = 1_000;
/// Tries that do not count: nobody was there, or the disk failed.
const UNCOUNTED: usize = 60;

pub(super) fn name(story: &Story) -> String {
    let row = &story.delivery.row;
    let of = &row.identity.occurrence;
    format!(
        "{} {} of {of} ({}, {})",
        story.delivery.title, row.key, row.facts.state, row.facts.reason
    )
}

/// Whether a row got another moment after it was planned, or a journey had moved it into the past before.
fn was_moved(case: &Case<'_>, story: &Story, planned: &AuditRow) -> bool {
    story.transitions.iter().any(|step| step.reason == Reason::Moved)
        || story.delivery.row.late_cause == Some(Reason::LateMoved)
            && is_of_journey(case, story.delivery.row.facts.due, planned)
}

/// Whether something was past that was to come before, as the machine came to another place then, or other
/// zone data to it, before this was planned.
fn is_of_journey(case: &Case<'_>, due: Timestamp, planned: &AuditRow) -> bool {
    let planned = case.when(planned.at);
    let arrived = case.outcome.trace.iter();
    let mut arrived = arrived.filter(|entry| matches!(entry.what, Happened::Arrived { .. }));
    arrived.any(|entry| {
        let was_ahead = due.saturating_add(FARTHEST).is_ok_and(|last| entry.wall <= last);
        was_ahead && due <= entry.wall && planned.iter().any(|at| entry.truth <= *at)
    })
}

/// How often a person asked for another try.
pub(super) fn times_asked(story: &Story) -> usize {
    let steps = story.transitions.iter();
    steps.filter(|step| step.reason == Reason::RetryAsked && !step.from.is_empty()).count()
}

/// Whether a person wanted a row tried again or sent as new, after one true time and before another.
pub(super) fn was_asked(case: &Case<'_>, story: &Story, from: u64, until: u64) -> bool {
    let is_between = |at: &u64| (from..=until).contains(at);
    let asked = story.transitions.iter().filter(|step| step.reason == Reason::RetryAsked);
    asked.flat_map(|step| case.when(step.at)).any(|at| is_between(&at))
}

/// Whether nobody knows how a try ended.
pub(super) fn unknown(outcome: Option<&str>) -> bool {
    matches!(outcome, None | Some("unknown" | "ambiguous"))
}

fn times(passings: &[Passing]) -> Vec<String> {
    passings.iter().map(|p| format!("{} ({} ms)", p.wall, p.truth)).collect()
}

/// No repeat but after an attempt nobody knows the end of, and none at all where that is promised.
pub(super) fn i16_told_at_most_once_without_a_doubt(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let facts = &story.delivery.row.facts;
        // Of what an older copy does not know nobody can say any more how it ended.
        let known = |told: &&Passing| !case.is_forgotten(told.truth);
        let told: Vec<Passing> = case.told(story).iter().filter(known).cloned().collect();
        let open = story.attempts.iter().filter(|a| unknown(a.outcome.as_deref())).count();
        let is_careful = !facts.desktop
            && facts.guarantee == Guarantee::NeverRepeat
            && is_always_the_same(case, &story.delivery.channel);
        let most = 1 + times_asked(story) + if is_careful { 0 } else { open };
        if told.len() > most {
            let times = times(&told);
            wrong.push(format!("{}: told at {times:?}, {open} tries being unknown", name(story)));
        }
    }
    let known =
        |row: &DeliveryId| case.outcome.stories.iter().any(|story| story.delivery.row.id == *row);
    for (row, told) in case.told.iter().filter(|(row, _)| !known(row)) {
        if !told.iter().all(|told| case.is_forgotten(told.truth)) {
            wrong.push(format!("{row} was told at {:?} and is not in the ledger", times(told)));
        }
    }
}

/// What was told stays told, whatever clocks do: no other row tells the same, unless its moment came
/// round half a day later, or nobody knows how the first telling ended.
pub(super) fn i11_told_by_one_row(case: &Case<'_>, wrong: &mut Vec<String>) {
    let mut first: BTreeMap<_, &Story> = BTreeMap::new();
    let told = |story: &&Story| {
        story.delivery.row.identity.reminder.starts_with("t:")
            && story.transitions.first().is_none_or(|step| step.reason != Reason::RetryAsked)
            && case.told(story).iter().any(|told| !case.is_forgotten(told.truth))
    };
    let mut all: Vec<_> = case.outcome.stories.iter().filter(told).collect();
    all.sort_by_key(|story| (case.told(story)[0].truth, story.delivery.row.generation));
    for story in all {
        let row = &story.delivery.row;
        let Some(before) = first.insert(&row.identity, story) else { continue };
        let apart = row.facts.due.duration_since(before.delivery.row.facts.due).abs();
        let is_open = before.attempts.iter().any(|a| unknown(a.outcome.as_deref()));
        // What was to come round later, and was moved nearer by one more journey, is not lost.
        let is_moved = story.transitions.iter().any(|step| step.reason == Reason::Moved);
        if apart < FAR && !is_open && !is_moved {
            wrong.push(format!("{}: told before by {}", name(story), name(before)));
        }
    }
}

/// What pops up once more says so.
pub(super) fn i16_repeats_are_marked(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in case.outcome.stories.iter().filter(|story| story.delivery.row.facts.desktop) {
        let told = case.told(story);
        // An older copy of the ledger does not know what was told after it was made.
        let forgotten = |p: &Passing| {
            let mut all = case.restored.iter();
            all.any(|(at, _, _)| told[0].truth <= *at && *at <= p.truth)
        };
        let unmarked = |p: &&Passing| !p.again && !forgotten(p);
        if let Some(again) = told.iter().skip(1).find(unmarked) {
            let times = times(&told[..1]);
            let at = again.wall;
            wrong.push(format!(
                "{}: told {times:?}, and at {at} as if for the first time",
                name(story)
            ));
        }
    }
}

/// The other side knows a row by one key.
pub(super) fn i16_one_key_for_one_row(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let row = &story.delivery.row;
        for told in case.told(story).iter().filter(|told| told.rows == 1) {
            if told.key != row.key {
                wrong.push(format!("{}: told by the key {}", name(story), told.key));
            }
        }
    }
}

/// Told is what somebody took.
pub(super) fn i17_completed_is_what_somebody_took(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let facts = &story.delivery.row.facts;
        // Shown again only while it is fresh, and no longer waited for than a month.
        let long = SignedDuration::from_hours(24 * 30);
        let waited =
            story.delivery.row.told_at.is_some_and(|at| at.duration_since(facts.due) >= long);
        let in_inbox = facts.reason == Reason::InboxOnly && (waited || !story.attempts.is_empty());
        if facts.state == State::Completed && case.told(story).is_empty() && !in_inbox {
            wrong.push(format!("{}: nobody took it", name(story)));
        }
    }
}

/// In the end nothing is left that a clock has to move.
pub(super) fn i19_every_row_comes_to_an_end(case: &Case<'_>, wrong: &mut Vec<String>) {
    // Whatever clocks did: then all was well, and is so for days.
    let last = case.wall(case.outcome.lasted - AFTER);
    for story in &case.outcome.stories {
        let facts = &story.delivery.row.facts;
        if facts.state.class() == Class::Live && facts.due < last {
            wrong.push(format!("{}: due at {} and still open", name(story), facts.due));
        }
    }
}

/// Nothing is tried for ever.
pub(super) fn i19_tries_are_bounded(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let most = match story.delivery.row.facts.profile {
            Profile::Long => LONG,
            Profile::Quick => QUICK,
        };
        // What is refused has a schedule of its own, whatever the channel's is.
        let most = if was_refused(case, story) { most.max(REFUSED) } else { most };
        let counts = |outcome: &str| matches!(outcome, "transient" | "ambiguous");
        let of = |attempt: &&Attempt| attempt.outcome.as_deref().is_some_and(counts);
        let (all, counted) = (story.attempts.len(), story.attempts.iter().filter(of).count());
        let most = most * (1 + times_asked(story));
        if counted > most || all > most + UNCOUNTED {
            let name = name(story);
            wrong.push(format!("{name}: tried {all} times, of which {counted} failed"));
        }
    }
}

/// Each row goes through its own channel.
pub(super) fn i20_each_by_its_own_channel(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let own = match story.delivery.row.facts.desktop {
            true => "desktop",
            false => &story.delivery.channel,
        };
        if let Some(told) = case.told(story).iter().find(|told| told.to != own) {
            wrong.push(format!("{}: told by {}, and not by {own}", name(story), told.to));
        }
    }
}

/// Whether a row got another moment after it was handed over, or was put back to what it was before.
fn moved_after(case: &Case<'_>, story: &Story, sent: &Passing) -> bool {
    if case.is_forgotten(sent.truth) {
        return true;
    }
    story.transitions.iter().any(|step| step.reason == Reason::Moved && step.at >= sent.wall)
}

/// Nothing is handed over at or after the moment from which on it is not worth telling: by its
/// claim, and by its row unless that was moved since.
pub(super) fn i23_nothing_at_or_after_its_end(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let end = story.delivery.row.facts.use_by;
        for sent in case.sent(story) {
            let end = end.filter(|_| !moved_after(case, story, sent));
            let ends = sent.over.into_iter().chain(end);
            if let Some(end) = ends.min().filter(|end| sent.wall >= *end) {
                wrong.push(format!("{}: sent at {}, over since {end}", name(story), sent.wall));
            }
        }
    }
}

/// Nothing is handed over before it is due: by its row, or as the oracle reckons it if that was
/// moved since.
pub(super) fn i24_never_early(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        for sent in case.sent(story) {
            let dues = match moved_after(case, story, sent) {
                true => may_be_due(case, story, sent.truth),
                false => vec![story.delivery.row.facts.due],
            };
            if !dues.is_empty() && dues.iter().all(|due| sent.wall < *due) {
                wrong.push(format!("{}: sent at {}, due at {dues:?}", name(story), sent.wall));
            }
        }
    }
}

/// The audit replays to the row, and tries are counted on.
pub(super) fn i25_the_audit_replays(case: &Case<'_>, wrong: &mut Vec<String>) {
    said_meanwhile(case, "i25_the_audit_replays", wrong);
    for story in &case.outcome.stories {
        let row = &story.delivery.row;
        let mut at = "";
        for step in &story.transitions {
            if step.from != at {
                wrong.push(format!("{}: it was {at}, and went on from {}", name(story), step.from));
            }
            at = step.to.code();
        }
        if at != row.facts.state.code() {
            wrong.push(format!("{}: its audit ends with {at}", name(story)));
        }
        let counted = story.attempts.iter().zip(1..).all(|(attempt, n)| attempt.n == n);
        if !counted || usize::try_from(row.attempts) != Ok(story.attempts.len()) {
            let tries = story.attempts.len();
            wrong.push(format!("{}: {} tries counted of {tries}", name(story), row.attempts));
        }
    }
}

/// Whether it was due by what its event was before somebody changed it, while nobody planned: an edit
/// first plans what was missed by then.
fn was_due_before(case: &Case<'_>, story: &Story, planned: &AuditRow) -> bool {
    let due = story.delivery.row.facts.due;
    let (due_at, changed) = (case.reached(due), case.when(planned.at));
    let mut before = case.life(story).into_iter().flat_map(versions);
    before.any(|(version, until)| {
        let is_its_end = changed.iter().any(|at| at.abs_diff(until) < EDGE);
        let was_then = due_at.iter().any(|at| version.from < *at && *at <= until);
        let all = version.definition.into_iter().flat_map(Definition::reminders);
        let own = all.filter(|one| is_by(story, one));
        is_its_end && was_then && every_due(case, own).contains(&due)
    })
}

/// Whether a person set another hour of whole days just then: all events are planned anew for it, and
/// with that what was missed by then.
fn is_of_another_hour(case: &Case<'_>, planned: &AuditRow) -> bool {
    let arrived = case.outcome.trace.iter();
    let arrived = arrived.filter(|entry| matches!(entry.what, Happened::Arrived { .. }));
    let at = case.when(planned.at);
    arrived.map(|entry| entry.truth).any(|then| at.iter().any(|at| at.abs_diff(then) < EDGE))
}

/// What a person's edit finds already due is not told because of it.
pub(super) fn i14_an_edit_makes_nothing_already_due(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let row = &story.delivery.row;
        let Some(first) = story.transitions.first() else { continue };
        let of_person = row.identity.occurrence.starts_with("y=");
        let is_new = first.to == State::Scheduled && first.reason == Reason::Planned;
        let by_hand = first.actor != "service" && !of_person;
        let is_past = row.facts.due <= first.at && !was_due_before(case, story, first);
        let is_missed = is_past && is_of_another_hour(case, first);
        if by_hand && is_new && is_past && !is_missed && !was_moved(case, story, first) {
            let (due, at) = (row.facts.due, first.at);
            wrong.push(format!("{}: due at {due} and planned by hand at {at}", name(story)));
        }
    }
}

/// After an older copy was put in place, nothing of before rings by itself.
pub(super) fn i27_nothing_of_the_past_after_a_restore(case: &Case<'_>, wrong: &mut Vec<String>) {
    // A copy of what there is anyway is not older.
    let older = case.restored.iter().filter(|(at, _, of)| case.is_anything_between(*of, *at));
    for (at, wall, _) in older {
        let moved_since = |step: &AuditRow| step.reason == Reason::Moved && step.at >= *wall;
        let stories = case.outcome.stories.iter();
        for story in stories.filter(|story| !story.transitions.iter().any(moved_since)) {
            let due = story.delivery.row.facts.due;
            let is_past = due <= *wall;
            let unasked = |sent: u64| {
                // What a person is to check stays theirs, whatever becomes of the clock.
                let is_new = story.transitions.iter().all(|step| step.to != State::Review);
                sent > *at
                    && !was_asked(case, story, *at, sent)
                    && !(is_new && case.was_ahead(due, *at, sent))
            };
            if let Some(sent) = case.sent(story).iter().find(|sent| unasked(sent.truth))
                && is_past
            {
                let sent = sent.wall;
                wrong.push(format!("{}: sent at {sent}, restored at {wall}", name(story)));
            }
        }
    }
}
