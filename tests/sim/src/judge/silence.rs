//! What must hold of quiet hours and pauses, and of what insists until it is answered.

use calendar::delivery::State;
use engine::queries::Story;
use jiff::SignedDuration;

use super::{
    case::{Case, is_by},
    occurrences::versions,
    rows::name,
};
use crate::{
    oracle,
    outcome::{Silence, Silenced},
    plan::Definition,
};

/// So shortly after a change either holds.
const EDGE: u64 = 2_000;

/// A pause is not counted anew for less than this.
const APART: u64 = 60_000;

/// What silenced the desktop at a true time, as a person last said, and since when.
fn said<'a>(case: &Case<'a>, at: u64, of: fn(&Silenced) -> bool) -> Option<&'a Silence> {
    let mut all = case.outcome.silences.iter();
    all.rfind(|silence| of(&silence.by) && silence.from <= at)
}

fn is_pause(by: &Silenced) -> bool {
    matches!(by, Silenced::Pause(_))
}

fn is_quiet(by: &Silenced) -> bool {
    matches!(by, Silenced::Quiet(..))
}

/// Whether a local hour is within quiet hours, by so many hours at most beside them.
fn within(hour: i8, (from, until): (i8, i8), beside: i8) -> bool {
    let (from, until) = (from - beside, until + beside);
    let long = (until - from).rem_euclid(24);
    from != until && (hour - from).rem_euclid(24) < if long == 0 { 24 } else { long }
}

/// Whether the desktop may have been silenced at a true time.
pub(super) fn may_be_silent(case: &Case<'_>, at: u64) -> bool {
    let mut all = case.outcome.silences.iter().filter(|silence| silence.from <= at + EDGE);
    let wall = case.wall(at);
    let hours = case.places().into_iter().map(|place| oracle::local(wall, place).hour());
    let hours: Vec<i8> = hours.collect();
    all.any(|silence| match silence.by {
        // After another boot nobody knows how much of it has passed, if the clock was set back.
        Silenced::Pause(lasts) => {
            let (_, back) = case.set_between(silence.from, at);
            let longer = back > EDGE && case.was_booted_between(silence.from, at);
            at < silence.from + lasts + EDGE + back.min(APART) || longer
        }
        Silenced::Quiet(from, until) => hours.iter().any(|hour| within(*hour, (from, until), 1)),
    })
}

/// Whether a row is of what rings through all silence.
pub(super) fn is_alarm(case: &Case<'_>, story: &Story) -> bool {
    let versions = case.life(story).into_iter().flat_map(|life| &life.versions);
    let all = versions.filter_map(|version| version.definition).flat_map(Definition::reminders);
    all.filter(|one| is_by(story, one)).any(|one| one.alarm)
}

/// Whether it certainly was.
pub(super) fn is_silent(case: &Case<'_>, at: u64) -> bool {
    // An older copy may know nothing of it.
    let is_known = |from: u64| !case.restored.iter().any(|(back, ..)| (from..=at).contains(back));
    let is_settled = |said: &&Silence| said.sure && said.from + EDGE <= at && is_known(said.from);
    let pause = said(case, at, is_pause).filter(is_settled);
    let is_paused = pause.is_some_and(|silence| {
        // It is as long as it was meant to be, but for what the clock was put ahead.
        let (ahead, _) = case.set_between(silence.from, at);
        matches!(silence.by, Silenced::Pause(lasts) if at + ahead + EDGE < silence.from + lasts)
    });
    let quiet = said(case, at, is_quiet).filter(is_settled);
    let is_quiet = quiet.zip(case.place(at)).is_some_and(|(silence, place)| {
        let hour = oracle::local(case.wall(at), place).hour();
        matches!(silence.by, Silenced::Quiet(from, until) if within(hour, (from, until), 0))
    });
    is_paused || is_quiet
}

/// Nothing pops up while a pause or quiet hours are in force.
pub(super) fn silence_is_kept(case: &Case<'_>, wrong: &mut Vec<String>) {
    // A test rings all the same, as somebody waits for it.
    let is_waited_for = |story: &&Story| story.delivery.row.identity.reminder.starts_with("x:");
    let stories = case.outcome.stories.iter().filter(|story| !is_waited_for(story));
    let stories = stories.filter(|story| !is_alarm(case, story));
    for story in stories.filter(|story| story.delivery.row.facts.desktop) {
        for sent in case.sent(story) {
            let at = sent.truth;
            if is_silent(case, at) && case.is_calm(at, true) {
                let (key, wall) = (&story.delivery.row.key, sent.wall);
                wrong.push(format!("{key} was shown at {wall} ({at} ms), while all was silent"));
            }
        }
    }
}

/// The reminder a nag tells again, with its occurrence and event.
fn told_again(story: &Story) -> Option<(&str, &str, &str)> {
    let name = &story.delivery.row.identity;
    let (trigger, _) = name.reminder.strip_prefix("n:")?.rsplit_once(':')?;
    Some((trigger, name.occurrence.as_str(), name.subject.as_str()))
}

/// The same for what is told first.
fn told_first(story: &Story) -> Option<(&str, &str, &str)> {
    let name = &story.delivery.row.identity;
    let trigger = name.reminder.strip_prefix("t:")?;
    Some((trigger, name.occurrence.as_str(), name.subject.as_str()))
}

/// The same for what was snoozed.
fn told_later(story: &Story) -> Option<(&str, &str, &str)> {
    let name = &story.delivery.row.identity;
    let (trigger, _) = name.reminder.strip_prefix("s:")?.rsplit_once(':')?;
    Some((trigger, name.occurrence.as_str(), name.subject.as_str()))
}

/// The reminder a row is of, with its occurrence and event.
pub(super) fn reminder_of(story: &Story) -> Option<(&str, &str, &str)> {
    told_first(story).or_else(|| told_again(story)).or_else(|| told_later(story))
}

/// What was answered is not told again.
pub(super) fn an_answer_ends_nags(case: &Case<'_>, wrong: &mut Vec<String>) {
    for (at, row) in &case.outcome.answers {
        let stories = &case.outcome.stories;
        let Some(answered) = stories.iter().find(|story| story.delivery.row.id == *row) else {
            continue;
        };
        let of = reminder_of(answered);
        for story in stories.iter().filter(|story| of.is_some() && told_again(story) == of) {
            if let Some(sent) = case.sent(story).iter().find(|sent| sent.truth > *at) {
                let (key, sent) = (&story.delivery.row.key, sent.truth);
                wrong.push(format!("{key} was told again at {sent} ms, answered at {at} ms"));
            }
        }
    }
}

/// What was answered rings no more by a snooze of before.
pub(super) fn an_answer_ends_snoozes(case: &Case<'_>, wrong: &mut Vec<String>) {
    for (at, row) in &case.outcome.answers {
        let stories = &case.outcome.stories;
        let answered = stories.iter().find(|story| story.delivery.row.id == *row);
        let of = answered.and_then(reminder_of);
        for story in stories.iter().filter(|story| of.is_some() && told_later(story) == of) {
            let made = story.transitions.first().map(|step| case.when(step.at));
            let is_before = made.is_some_and(|made| made.iter().all(|made| made < at));
            let late = case.sent(story).iter().find(|sent| sent.truth > *at);
            if let Some(sent) = late.filter(|_| is_before && !case.is_forgotten(*at)) {
                let (name, sent) = (name(story), sent.truth);
                wrong.push(format!("{name}: told at {sent} ms, answered at {at} ms"));
            }
        }
    }
}

/// What was answered here goes on to every endpoint.
pub(super) fn an_answer_leaves_endpoints_alone(case: &Case<'_>, wrong: &mut Vec<String>) {
    let stories = case.outcome.stories.iter().filter(|story| told_first(story).is_some());
    for story in stories.filter(|story| !story.delivery.row.facts.desktop) {
        if let Some(step) = story.transitions.iter().find(|step| step.reason.is_answer()) {
            wrong.push(format!("{}: ended by an answer at {}", name(story), step.at));
        }
    }
}

/// What insists is told again while nobody answers.
pub(super) fn what_insists_is_told_again(case: &Case<'_>, wrong: &mut Vec<String>) {
    for life in &case.outcome.lives {
        for story in case.stories_of(life).filter(|story| story.answer.is_none()) {
            let row = &story.delivery.row;
            let (Some(nag), Some(at)) = (row.insist.nag, row.told_at) else { continue };
            let again = at + SignedDuration::from_secs(nag.seconds());
            let is_over = row.facts.use_by.is_some_and(|end| end <= again);
            let (Some(first), false, State::Completed) =
                (told_first(story), is_over, row.facts.state)
            else {
                continue;
            };
            let Some(told) = case.told(story).first().map(|told| told.truth) else { continue };
            // Whoever changes the event, or takes that back, begins anew.
            let is_left_alone = versions(life).any(|(version, until)| {
                let is = version.sure && version.definition.is_some();
                is && version.from < told && until == u64::MAX
            });
            let mut all = case.stories_of(life);
            if is_left_alone
                && case.restored.is_empty()
                && !all.any(|nag| told_again(nag) == Some(first))
            {
                wrong.push(format!("{}: told at {at}, and never again", row.key));
            }
        }
    }
}
