//! What must hold where several that are late are told up to a bound: the newest are told, and the others
//! counted, each in its row or in a range.

use calendar::delivery::State;
use engine::queries::Story;
use jiff::{SignedDuration, Timestamp};

use super::{
    case::{Case, is_by, lead},
    occurrences::versions,
    overlaps::was_live,
    rows::name,
};
use crate::{
    oracle::{self, FIRST, HOME},
    outcome::{Counted, Life},
    plan::Definition,
};

/// What is due so shortly before may not have been looked at.
const EDGE: SignedDuration = SignedDuration::from_secs(1);

/// The ranges of a reminder.
fn ranges<'a>(
    case: &Case<'a>,
    subject: &str,
    one: &Definition,
) -> impl Iterator<Item = &'a Counted> {
    let (subject, before) = (subject.to_owned(), one.before);
    let all = case.outcome.counted.iter();
    all.filter(move |it| it.subject == subject && lead(&it.reminder) == Some(before))
}

/// Whether a moment of a reminder with a bound is counted in a range.
pub(super) fn is_counted(
    case: &Case<'_>,
    subject: Option<&str>,
    one: &Definition,
    due: Timestamp,
) -> bool {
    let Some(subject) = subject.filter(|_| one.most().is_some()) else { return false };
    ranges(case, subject, one).any(|range| range.from <= due && due <= range.until)
}

/// Whoever it is told by was not asked for it by a person, and had not got it before.
fn is_unsent(case: &Case<'_>, story: &Story, at: Timestamp) -> bool {
    let row = &story.delivery.row;
    let is_first = case.sent(story).first().is_none_or(|sent| sent.wall >= at);
    row.identity.reminder.starts_with("t:") && row.generation == 0 && is_first
}

/// How many newer ones were late at a moment and not told.
fn newer(
    case: &Case<'_>,
    all: &[&Story],
    own: &Story,
    at: Timestamp,
    edge: SignedDuration,
) -> usize {
    let is_newer = |other: &&&Story| {
        let (due, planned) = (other.delivery.row.facts.due, other.transitions.first());
        let since = planned.map_or(due, |step| step.at.max(due));
        let is_late = due > own.delivery.row.facts.due && since + edge <= at;
        is_late && was_live(other, at) && is_unsent(case, other, at)
    };
    all.iter().filter(is_newer).count()
}

/// The one definition an event ever had, if it is known and no journey moves it.
fn only(life: &Life) -> Option<(Definition, u64, u64)> {
    let mut known = versions(life);
    let (first, _) = known.next()?;
    let definition = first.definition.filter(|one| one.most().is_some())?;
    let is_still = matches!(definition.zone, Some(HOME | "Asia/Tokyo"));
    let is_same = |version: &crate::outcome::Version| {
        version.sure && version.definition.is_none_or(|is| is == definition)
    };
    let ends = life.versions.iter().find(|version| version.definition.is_none());
    let until = ends.map_or(u64::MAX, |version| version.from);
    // What was deleted and came back was planned anew.
    let is_once = life.versions.iter().all(|it| it.definition.is_none() || it.from <= until);
    (is_still && is_once && life.versions.iter().all(is_same))
        .then_some((definition, first.from, until))
}

/// Of what is late only so many are told as its bound says, the newest; and the others are left to those
/// only if there are more.
pub(super) fn no_more_than_its_bound_is_told(case: &Case<'_>, wrong: &mut Vec<String>) {
    for life in case.outcome.lives.iter().filter(|_| case.is_steady()) {
        let Some((definition, ..)) = only(life) else { continue };
        let most = definition.most().unwrap_or(usize::MAX);
        let all: Vec<_> = case.stories_of(life).filter(|one| is_by(one, &definition)).collect();
        for own in &all {
            let first = case.sent(own).first().filter(|sent| is_unsent(case, own, sent.wall));
            let late = first.map(|sent| (sent.wall, newer(case, &all, own, sent.wall, EDGE)));
            if let Some((at, late)) = late.filter(|(_, late)| *late >= most) {
                wrong.push(format!("{}: told at {at}, {late} newer ones being late", name(own)));
            }
            let last = own.transitions.last().filter(|step| step.to == State::Coalesced);
            let left =
                last.map(|step| (step.at, newer(case, &all, own, step.at, SignedDuration::ZERO)));
            if let Some((at, late)) = left.filter(|(_, late)| *late < most) {
                wrong
                    .push(format!("{}: left out at {at}, {late} newer ones being late", name(own)));
            }
        }
    }
}

/// What was due is a row or counted in a range, and nothing is both.
pub(super) fn what_is_beyond_is_counted(case: &Case<'_>, wrong: &mut Vec<String>) {
    let is_whole = case.is_steady() && case.outcome.gone.is_empty();
    for life in case.outcome.lives.iter().filter(|_| is_whole) {
        let (Some((definition, from, until)), Some(subject)) = (only(life), &life.subject) else {
            continue;
        };
        let [from, until] = [from, until.min(case.outcome.lasted)].map(|at| case.wall(at));
        let is_within = |due: Timestamp| from + EDGE < due && due + EDGE < until;
        let is_near = |due: Timestamp| {
            [from, until].iter().any(|edge| due.duration_since(*edge).abs() <= EDGE)
        };
        let dues: Vec<_> =
            oracle::dues(&definition, FIRST, until).into_iter().map(|due| due.at).collect();
        if dues.iter().any(|due| is_near(*due)) {
            continue;
        }
        let rows = case.stories_of(life).filter(|story| {
            let row = &story.delivery.row;
            row.identity.reminder.starts_with("t:")
                && row.generation == 0
                && is_within(row.facts.due)
        });
        let due = dues.iter().filter(|due| is_within(**due)).count() as u64;
        let rows = rows.count() as u64;
        let counted: u64 = ranges(case, subject, &definition).map(|range| range.count).sum();
        if rows + counted != due {
            wrong.push(format!(
                "{subject}: {due} were due, of which {rows} are rows and {counted} counted"
            ));
        }
    }
}
