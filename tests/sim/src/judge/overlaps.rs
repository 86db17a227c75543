//! What must hold of runs of a workflow that overlap: a run goes on from its first call until that is
//! taken, over, or waits for a person.

use calendar::{
    delivery::{Class, State},
    reason::Reason,
};
use engine::queries::Story;
use jiff::{SignedDuration, Timestamp};

use super::{case::Case, rows::name};
use crate::plan::Definition;

/// What is due so shortly before another begins may not have been looked at.
const EDGE: SignedDuration = SignedDuration::from_secs(1);

/// The runs of a workflow, and what is wished of those that overlap.
struct Runs<'a> {
    wish: &'static str,
    all: Vec<&'a Story>,
}

/// Those of each workflow.
fn workflows<'a>(case: &Case<'a>) -> Vec<Runs<'a>> {
    let lives = case.outcome.lives.iter().filter(|_| case.is_steady());
    let of = |life| {
        let mut versions = crate::judge::occurrences::versions(life);
        let what = versions.find_map(|(version, _)| version.definition)?;
        let wish = what.overlap.unwrap_or("allow");
        (what.kind == "workflow").then(|| Runs { wish, all: case.stories_of(life).collect() })
    };
    lives.filter_map(of).collect()
}

/// Whether a person had it sent, whatever else goes on.
fn is_asked_for(story: &Story) -> bool {
    story.transitions.iter().any(|step| step.reason == Reason::RetryAsked)
}

/// Whether it was still to be told at a moment, at which it may just have ended or begun.
pub(super) fn was_live(story: &Story, at: Timestamp) -> bool {
    let ends = story.transitions.iter().skip(1).map(|step| step.at).chain([Timestamp::MAX]);
    let states = story.transitions.iter().zip(ends);
    states
        .filter(|(step, end)| step.at <= at && at <= *end)
        .any(|(step, _)| step.to.class() == Class::Live)
}

/// From when until when a run went on, as often as it did.
fn goes_on(story: &Story) -> Vec<(Timestamp, Timestamp)> {
    let (mut all, mut since, mut is_begun) = (Vec::new(), None, false);
    for step in &story.transitions {
        is_begun |= step.to == State::Processing;
        match step.to.class() {
            Class::Live if is_begun => {
                since.get_or_insert(step.at);
            }
            Class::Live => {}
            Class::Parked | Class::Final => all.extend(since.take().map(|from| (from, step.at))),
        }
    }
    all.extend(since.map(|from| (from, Timestamp::MAX)));
    all
}

/// The others of these.
fn others<'a>(runs: &Runs<'a>, own: &Story) -> impl Iterator<Item = &'a Story> {
    let id = own.delivery.row.id;
    runs.all.clone().into_iter().filter(move |other| other.delivery.row.id != id)
}

fn due(story: &Story) -> Timestamp {
    story.delivery.row.facts.due
}

/// Whether a run has to give way to one that was due before it and goes on.
pub(super) fn gives_way(case: &Case<'_>, definition: &Definition, rows: &[&Story]) -> bool {
    let is_alone = matches!(definition.overlap, Some("skip" | "buffer"));
    let Some(own) = rows.first().filter(|_| is_alone) else { return false };
    let mut all =
        case.life(own).into_iter().flat_map(|life| case.stories_of(life).collect::<Vec<_>>());
    all.any(|other| due(other) < due(own) && was_live(other, due(own)))
}

/// Where that is not wished, no run begins while another goes on.
pub(super) fn runs_do_not_overlap(case: &Case<'_>, wrong: &mut Vec<String>) {
    for runs in workflows(case).iter().filter(|runs| runs.wish != "allow") {
        for own in runs.all.iter().filter(|own| !is_asked_for(own)) {
            let Some(first) = case.sent(own).first() else { continue };
            let at = first.wall;
            let goes_on = |other: &&Story| {
                goes_on(other).into_iter().any(|(from, until)| from <= at && at < until)
            };
            if let Some(other) = others(runs, own).find(goes_on) {
                wrong.push(format!("{}: began at {at}, beside {}", name(own), name(other)));
            }
        }
    }
}

/// When a run begins, no other that was due by then waits, or one where that is wished.
pub(super) fn one_run_waits(case: &Case<'_>, wrong: &mut Vec<String>) {
    for runs in workflows(case).iter().filter(|runs| runs.wish != "allow") {
        for own in runs.all.iter().filter(|own| !is_asked_for(own)) {
            let Some(first) = case.sent(own).first() else { continue };
            let at = first.wall;
            let waits = |other: &&Story| {
                let planned = other.transitions.first().map_or(at, |step| step.at);
                let is_due = due(other).max(planned) + EDGE < at && was_live(other, at);
                let is_begun = case.sent(other).first().is_some_and(|sent| sent.wall <= at);
                let ends = other.transitions.iter().any(|step| step.at == at);
                is_due && !is_begun && !ends && !is_asked_for(other)
            };
            let waiting: Vec<_> = others(runs, own).filter(waits).map(name).collect();
            if waiting.len() > usize::from(runs.wish == "buffer") {
                wrong.push(format!("{}: began at {at}, and {waiting:?} wait", name(own)));
            }
        }
    }
}

/// A run is left out for the sake of another that was due and not through with; where one may wait, for
/// that of a later one, too.
pub(super) fn what_is_left_out_overlaps(case: &Case<'_>, wrong: &mut Vec<String>) {
    for runs in workflows(case) {
        for own in &runs.all {
            let last = own.transitions.last();
            let Some(step) = last.filter(|step| step.reason == Reason::SkippedOverlap) else {
                continue;
            };
            let at = step.at;
            let is_due = |other: &&Story| due(other) <= at && was_live(other, at);
            let all: Vec<_> = others(&runs, own).filter(is_due).collect();
            let is_newer = all.iter().any(|other| due(other) >= due(own));
            let is_in_order = match runs.wish {
                "skip" => !all.is_empty(),
                "buffer" => all.len() > 1 && is_newer,
                _ => false,
            };
            if !is_in_order {
                let all: Vec<_> = all.into_iter().map(name).collect();
                wrong.push(format!("{}: left out at {at}, beside {all:?}", name(own)));
            }
        }
    }
}
