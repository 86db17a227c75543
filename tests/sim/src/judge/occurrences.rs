//! What must hold of each occurrence, as the oracle reckons them.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{
    delivery::{Class, State},
    reason::Reason,
};
use engine::queries::Story;
use jiff::{SignedDuration, Timestamp, civil::DateTime};

use super::{
    bounds::is_counted,
    case::{Case, is_by},
    channels::may_be_off,
    overlaps::gives_way,
    rows::was_asked,
    silence::may_be_silent,
};
use crate::{
    oracle::{self, ABROAD, Due},
    outcome::{Life, Version},
    plan::{DAY, Definition, Via},
    world::{AFTER, SOON},
};

/// What is due in a calm moment is told within so many milliseconds.
pub(super) const PROMPT: i128 = 2_000;
/// What a person did so shortly before a moment may count for it or not.
const EDGE: u64 = 1_000;
const MINUTE: u64 = 60_000;
/// What was due so shortly before a copy was made may be under way in it.
const UNDER_WAY: u64 = 20_000;
/// Of what is due a person's change so much later says nothing any more.
const SETTLED: u64 = 5 * DAY;

/// An occurrence while it was as it was.
struct Occurrence<'a> {
    name: String,
    /// When it was due in true time, and when a change followed.
    at: u64,
    until: u64,
    /// Whether a clock came to this moment once more.
    again: bool,
    due: Timestamp,
    /// From when on it is not worth telling.
    over: Option<Timestamp>,
    /// The event, and the local start of this of it.
    life: &'a Life,
    of: DateTime,
    /// Those that are due then.
    rows: Vec<&'a Story>,
}

impl Occurrence<'_> {
    fn states(&self) -> Vec<String> {
        let say = |story: &&Story| {
            let facts = &story.delivery.row.facts;
            format!("{} ({})", facts.state, facts.reason)
        };
        self.rows.iter().map(say).collect()
    }
}

/// Each version of an event with its end.
pub(super) fn versions(life: &Life) -> impl Iterator<Item = (&Version, u64)> {
    let ends = life.versions.iter().skip(1).map(|version| version.from).chain([u64::MAX]);
    life.versions.iter().zip(ends)
}

/// Calls for each occurrence that was due while what it is, and where the machine is, was known.
fn each<'a>(case: &Case<'a>, mut work: impl FnMut(&Definition, Occurrence<'a>)) {
    let lasted = i64::try_from(case.outcome.lasted - AFTER).unwrap_or(i64::MAX);
    let end = case.begin.saturating_add(SignedDuration::from_millis(lasted));
    let end = end.unwrap_or(Timestamp::MAX);
    for (name, life) in case.outcome.lives.iter().enumerate() {
        let known = versions(life).filter(|(version, _)| version.sure);
        let reminders = known.flat_map(|(version, until)| {
            let all = version.definition.into_iter().flat_map(Definition::reminders);
            all.map(move |definition| (version, until, definition))
        });
        for (version, until, definition) in reminders {
            for stay in &case.stays {
                let (from, until) = (version.from.max(stay.from), until.min(stay.until));
                for reckoned in oracle::dues(&definition, stay.place, end) {
                    let Due { at: due, of } = reckoned;
                    let over = oracle::over(&definition, stay.place, reckoned);
                    for (turn, at) in case.reached(due).into_iter().enumerate() {
                        let is_forgotten = |(back, _, of): &(u64, Timestamp, u64)| {
                            *of <= at + UNDER_WAY && at <= *back
                        };
                        if case.restored.iter().any(is_forgotten) {
                            continue;
                        }
                        if at < from + EDGE || at.saturating_add(EDGE) > until {
                            continue;
                        }
                        if was_told(case, life, (&definition, of), at) {
                            continue;
                        }
                        let rows = rows_of(case, life, &definition, due);
                        let name = format!("event {name} of {of}, due {due} ({at} ms)");
                        let again = turn > 0;
                        work(
                            &definition,
                            Occurrence { name, at, until, again, due, over, life, of, rows },
                        );
                    }
                }
            }
        }
    }
}

/// Whether an occurrence was told by an earlier clock, or answered before it was: what was told
/// stays told, and what failed waits for a person.
fn was_told(
    case: &Case<'_>,
    life: &Life,
    (definition, of): (&Definition, DateTime),
    at: u64,
) -> bool {
    case.stories_of(life).filter(|story| is_by(story, definition)).any(|story| {
        let is_it = oracle::is_named(&story.delivery.row.identity.occurrence, of);
        let is_answered = story.delivery.row.facts.reason.is_answer();
        let told = case.told(story).iter().any(|told| told.truth + MINUTE < at);
        // It failed where the machine was before, whatever time it is now.
        let failed = story.transitions.iter().any(|step| {
            step.to.class() == Class::Parked
                && case.when(step.at).into_iter().any(|then| then + MINUTE < at)
        });
        is_it && (told || is_answered || failed)
    })
}

fn rows_of<'a>(
    case: &Case<'a>,
    life: &Life,
    definition: &Definition,
    due: Timestamp,
) -> Vec<&'a Story> {
    let rows = case.stories_of(life);
    rows.filter(|story| story.delivery.row.facts.due == due && is_by(story, definition)).collect()
}

/// The row of an occurrence that waited when it was due, until a journey gave it another moment.
fn moved_since<'a>(
    case: &Case<'a>,
    definition: &Definition,
    one: &Occurrence<'a>,
) -> Option<&'a Story> {
    case.stories_of(one.life).filter(|story| is_by(story, definition)).find(|story| {
        let moves = story.transitions.iter().filter(|step| step.reason == Reason::Moved);
        let mut moves = moves.flat_map(|step| case.when(step.at));
        let is_it = oracle::is_named(&story.delivery.row.identity.occurrence, one.of);
        is_it && moves.any(|at| at >= one.at)
    })
}

/// Everything an event was to be told of was, or it is said why not.
pub(super) fn i17_nothing_is_lost(case: &Case<'_>, wrong: &mut Vec<String>) {
    each(case, |definition, one| {
        let ended = |story: &&Story| {
            let facts = &story.delivery.row.facts;
            // It waited, until somebody wanted it otherwise.
            let is_changed = story.transitions.last().is_some_and(|step| {
                step.to == State::Cancelled && step.from == "held" && step.actor != "service"
            });
            let is_open = !matches!(facts.state, State::Cancelled | State::Skipped);
            let is_left_out = facts.reason == Reason::SkippedOverlap;
            facts.reason.is_answer() || is_open || is_changed || is_left_out
        };
        // What ended by the clock of before is not told again.
        let is_settled = !one.again && one.until > one.at.saturating_add(SETTLED);
        let is_counted = is_counted(case, one.life.subject.as_deref(), definition, one.due);
        let moved = moved_since(case, definition, &one);
        let is_said = one.rows.iter().chain(&moved).any(ended);
        if is_settled && !is_counted && !is_said {
            let (name, states) = (&one.name, one.states());
            wrong.push(format!("{name}: nothing was told, and nothing says why: {states:?}"));
        }
    });
}

/// What is due while all is well is told at once, and that is written down.
pub(super) fn i10_prompt_when_all_is_well(case: &Case<'_>, wrong: &mut Vec<String>) {
    each(case, |definition, one| {
        let desktop = definition.via == Via::Desktop;
        let is_silent = match desktop {
            true => !definition.alarm && may_be_silent(case, one.at),
            false => may_be_off(case, definition.via, one.at),
        };
        let is_calm = case.is_calm(one.at, desktop) && !is_silent;
        let is_its_turn = !gives_way(case, definition, &one.rows);
        if !is_calm || !is_its_turn || one.until < one.at + 5_000 {
            return;
        }
        let is_prompt = one.rows.iter().any(|story| {
            let row = &story.delivery.row;
            let on_time = |at: Timestamp| at.duration_since(one.due).as_millis() <= PROMPT;
            let told = row.told_at.is_some_and(on_time);
            // It is also written down by then.
            let mut steps = story.transitions.iter();
            let is_noted = steps.any(|step| step.to == State::Completed && on_time(step.at));
            let is_once = case.told(story).len() == 1;
            row.facts.state == State::Completed && told && is_noted && is_once
        });
        if !is_prompt {
            let (name, states) = (&one.name, one.states());
            wrong.push(format!("{name}: all was well, and it was not told at once: {states:?}"));
        }
    });
}

/// The first of what was due while the machine slept is told within a second of its waking, on the
/// desktop and by each endpoint.
pub(super) fn i10_told_soon_after_waking(case: &Case<'_>, wrong: &mut Vec<String>) {
    let mut late: BTreeMap<(u64, &str), Option<String>> = BTreeMap::new();
    each(case, |definition, one| {
        let desktop = definition.via == Via::Desktop;
        // What comes after the last day is not reckoned.
        let last = case.outcome.lasted - AFTER;
        for slept in case.outcome.slept.iter().filter(|slept| slept.1 < last) {
            let (soon, wall) = (slept.1 + SOON, case.wall(slept.1 + SOON));
            let is_due = slept.0 + EDGE < one.at && one.at <= slept.1;
            let is_worth_it = one.over.is_none_or(|over| over > wall) && one.until > soon + EDGE;
            let is_silent = || match desktop {
                true => !definition.alarm && may_be_silent(case, slept.1),
                false => may_be_off(case, definition.via, slept.1),
            };
            let is_its_turn = || !gives_way(case, definition, &one.rows);
            if !is_due
                || !is_worth_it
                || !is_its_turn()
                || !case.slept_well(*slept, desktop)
                || is_silent()
            {
                continue;
            }
            let mut told = one.rows.iter().flat_map(|story| case.told(story));
            let is_told = told.any(|told| told.truth <= soon);
            let via = definition.via.name();
            let first = late.entry((slept.1, via)).or_insert(Some(one.name.clone()));
            if is_told {
                *first = None;
            }
        }
    });
    for ((until, via), name) in late {
        if let Some(name) = name {
            wrong.push(format!("{name}: a second after {until} ms nothing was told by {via}"));
        }
    }
}

/// Every moment an event may ever have had.
pub(super) fn every_due(
    case: &Case<'_>,
    definitions: impl Iterator<Item = Definition>,
) -> BTreeSet<Timestamp> {
    let lasted = i64::try_from(case.outcome.lasted).unwrap_or(i64::MAX);
    // Rows are planned ahead, and the wall may be ahead of true time.
    let set = i64::try_from(case.set_by()).unwrap_or(i64::MAX);
    let ahead = SignedDuration::from_hours(24 * 40) + SignedDuration::from_millis(set);
    let end = case.begin.saturating_add(SignedDuration::from_millis(lasted) + ahead);
    let end = end.unwrap_or(Timestamp::MAX);
    let places = case.places();
    let of = |definition: Definition| {
        let dues = places.iter().flat_map(|place| oracle::dues(&definition, *place, end));
        dues.map(|due| due.at).collect::<Vec<_>>()
    };
    definitions.flat_map(of).collect()
}

/// Moments are reckoned from the rule and the original start, never from one to the next.
pub(super) fn i12_dues_are_as_reckoned(case: &Case<'_>, wrong: &mut Vec<String>) {
    for (name, life) in case.outcome.lives.iter().enumerate() {
        let all = life.versions.iter().filter_map(|version| version.definition);
        let mut all: Vec<_> = all.flat_map(Definition::reminders).collect();
        all.dedup();
        let known = all.into_iter().map(|one| (one, every_due(case, [one].into_iter())));
        let known: Vec<_> = known.collect();
        for story in case.stories_of(life) {
            let row = &story.delivery.row;
            let is_known =
                |(one, dues): &(_, BTreeSet<_>)| is_by(story, one) && dues.contains(&row.facts.due);
            let is_own = row.identity.reminder.starts_with("t:");
            if is_own && !known.iter().any(is_known) && !is_far(story) {
                let due = row.facts.due;
                wrong.push(format!("event {name}: {} is due at {due}, which is none", row.key));
            }
        }
    }
}

/// Birthdays are planned a year ahead, which the oracle does not look.
fn is_far(story: &Story) -> bool {
    story.delivery.row.identity.occurrence.starts_with("y=") && story.attempts.is_empty()
}

/// Whether an event is cancelled, or this occurrence of it is left out.
fn takes_away(definition: &Definition, occurrence: &str) -> bool {
    let is_left_out = |turn| oracle::is_named(occurrence, oracle::turn(definition, turn));
    definition.off || definition.left_out.is_some_and(is_left_out)
}

/// What was cancelled or moved away, and confirmed so, does not ring.
pub(super) fn i22_nothing_after_the_confirmed_cancel(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in &case.outcome.stories {
        let row = &story.delivery.row;
        let Some(life) = case.life(story) else { continue };
        for sent in case.sent(story) {
            // At the very moment of a change either holds.
            let now: Vec<&Version> = versions(life)
                .filter(|(version, until)| version.from <= sent.truth && sent.truth <= *until)
                .map(|(version, _)| version)
                .collect();
            let wants = |version: &&Version| match &version.definition {
                None => !version.sure,
                Some(definition) if !row.identity.reminder.starts_with("t:") => {
                    !version.sure || !takes_away(definition, &row.identity.occurrence)
                }
                // That somebody moved takes nothing away that was to be told by an earlier clock.
                Some(_) if row.identity.occurrence.starts_with("y=") => true,
                Some(definition) => {
                    // In the time of somebody who moved since it is due at another moment now.
                    let others = ABROAD.map(|zone| Definition { zone: Some(zone), ..*definition });
                    let others = others.into_iter().filter(|other| other.theirs.is_some());
                    let all = std::iter::once(*definition).chain(others);
                    let own = all.flat_map(Definition::reminders).filter(|one| is_by(story, one));
                    let known = every_due(case, own);
                    !version.sure || known.contains(&row.facts.due)
                }
            };
            let Some(version) = now.last() else { continue };
            // What failed waits for a person, whatever becomes of its event.
            if was_asked(case, story, version.from, sent.truth) {
                continue;
            }
            let is_wanted = now.iter().any(wants);
            if !is_wanted {
                let (title, key) = (&story.delivery.title, &row.key);
                let (at, from) = (sent.truth, version.from);
                wrong.push(format!(
                    "{title} {key}, due {}: sent at {at} ms, and away since {from} ms",
                    row.facts.due
                ));
            }
        }
    }
}
