//! What can be changed of what was on the screen when its notification service was replaced.

use std::collections::BTreeMap;

use super::{Case, life::*};
use jiff::civil::date;
use simulator::{
    outcome::{Outcome, Silence, Silenced, Version},
    plan::Definition,
    trace::{Entry, Happened},
};

/// What breaks the rules of the screen, and what nearly does.
pub(crate) const CASES: &[Case] = &[
    ("what_vanished_is_shown_again", forget_the_screen, |o| {
        forget_the_screen(o);
        is_not_replaced(o);
    }),
    (
        "what_vanished_is_shown_again",
        |o| show_again_after(o, 20_001),
        |o| show_again_after(o, 20_000),
    ),
    ("what_is_left_stays_off_the_screen", |o| answer_the_shown(o, 1), |o| answer_the_shown(o, 0)),
    ("what_is_left_stays_off_the_screen", |o| delete_the_shown(o, 1), |o| delete_the_shown(o, 0)),
    ("what_is_left_stays_off_the_screen", |o| shown_is_over(o, 0), |o| shown_is_over(o, 1)),
    (
        "what_is_left_stays_off_the_screen",
        |o| pause_before_it_is_shown(o, 2_000),
        |o| pause_before_it_is_shown(o, 1_999),
    ),
    ("what_is_shown_is_not_shown_again", show_again_twice, |o| {
        show_again_twice(o);
        trouble(o);
    }),
    ("what_is_shown_is_not_shown_again", is_not_replaced, |o| {
        is_not_replaced(o);
        all_was_cut_off(o);
    }),
    ("what_is_shown_is_not_shown_again", forget_that_it_was_sent, |_| ()),
    ("what_vanished_is_shown_again", forget_what_another_service_takes_over, |o| {
        another_service_leads(o, true)
    }),
    (
        "what_is_taken_over_is_replaced",
        |o| another_service_leads(o, false),
        |o| another_service_leads(o, true),
    ),
];

/// Shown at nine, an hour before the notification service is replaced.
pub(crate) const SHOWN: Definition =
    Definition { start: date(2026, 10, 20).at(21, 10, 0, 0), use_by: None, ..POP_UP };
/// What it is called.
const NAME: usize = 10;

fn shown_again(outcome: &mut Outcome) -> usize {
    let row = story(outcome, NAME).delivery.row.id;
    let is_it = |entry: &Entry| matches!(&entry.what, Happened::ShownAgain { rows, .. } if rows.contains(&row));
    let place = outcome.trace.iter().position(is_it).expect("it was shown again");
    // The service that showed it leads to the end: the next one has it in its place.
    let is_led = |entry: &Entry| matches!(entry.what, Happened::Leads { .. });
    let mut at = 0..;
    let end = outcome.trace[place..].iter().position(is_led).map_or(usize::MAX, |n| place + n);
    outcome.trace.retain(|entry| {
        let is_again = matches!(entry.what, Happened::ShownAgain { .. });
        at.next().is_some_and(|at| at < end) || !(is_led(entry) || is_again)
    });
    place
}

fn begun(outcome: &mut Outcome) -> u64 {
    let place = shown_again(outcome);
    let Happened::ShownAgain { begun, .. } = outcome.trace[place].what else {
        panic!("what else?")
    };
    begun
}

/// It is not shown again.
fn forget_the_screen(outcome: &mut Outcome) {
    let place = shown_again(outcome);
    outcome.trace.remove(place);
}

/// It is, so many milliseconds after the other notification service began.
fn show_again_after(outcome: &mut Outcome, millis: u64) {
    let is_it = |entry: &&Entry| entry.what == Happened::Appeared;
    let begins = outcome.trace.iter().find(is_it).expect("it was replaced").truth;
    let place = shown_again(outcome);
    outcome.trace[place].truth = begins + millis;
}

/// It was answered so many milliseconds before it began to be shown again.
fn answer_the_shown(outcome: &mut Outcome, before: u64) {
    let at = begun(outcome) - before;
    let row = story(outcome, NAME).delivery.row.id;
    outcome.answers.push((at, row));
}

/// Its event was deleted so many milliseconds before that.
fn delete_the_shown(outcome: &mut Outcome, before: u64) {
    let from = begun(outcome) - before;
    outcome.lives[NAME].versions.push(Version { from, definition: None, sure: true });
}

/// It was over so many milliseconds after that.
fn shown_is_over(outcome: &mut Outcome, after: i64) {
    let (place, begun) = (shown_again(outcome), begun(outcome));
    let Entry { truth, wall, .. } = outcome.trace[place];
    let behind = i64::try_from(truth - begun).expect("a while");
    story(outcome, NAME).delivery.row.facts.use_by = Some(later(wall, after - behind));
}

/// Somebody paused for a minute so long before that.
fn pause_before_it_is_shown(outcome: &mut Outcome, before: u64) {
    let from = begun(outcome) - before;
    outcome.silences.push(Silence { from, by: Silenced::Pause(60_000), sure: true });
}

/// It is shown again twice.
fn show_again_twice(outcome: &mut Outcome) {
    let place = shown_again(outcome);
    after(outcome, place, outcome.trace[place].what.clone());
}

/// The notification service was not replaced.
fn is_not_replaced(outcome: &mut Outcome) {
    let is_other = |what: &Happened| matches!(what, Happened::Vanished | Happened::Appeared);
    outcome.trace.retain(|entry| !is_other(&entry.what));
}

/// Nobody knows what came of the first try of anything.
fn all_was_cut_off(outcome: &mut Outcome) {
    outcome.stories.iter_mut().for_each(|story| story.delivery.row.again = true);
}

/// It was shown again before it was ever sent.
fn forget_that_it_was_sent(outcome: &mut Outcome) {
    let place = sent(outcome, NAME);
    outcome.trace.remove(place);
}

/// Not the notification service was replaced, but ours; from then on it puts things in the place of
/// those that stand there, or beside them.
fn another_service_leads(outcome: &mut Outcome, in_its_place: bool) {
    shown_again(outcome);
    let (process, mut shown) = (1_000, BTreeMap::new());
    let (mut before, mut is_led) = (None, false);
    for entry in &mut outcome.trace {
        match &mut entry.what {
            Happened::Leads { process } => before = Some(*process),
            Happened::Told { marks, pop_up, .. } => {
                shown.extend(marks.iter().map(|(row, _)| (*row, *pop_up)));
            }
            Happened::Vanished => {
                let process = before.expect("one leads");
                entry.what = Happened::Ended { process, orderly: true, heir: false };
            }
            Happened::Appeared => {
                is_led = true;
                entry.what = Happened::Leads { process };
            }
            // What others took over before stays theirs.
            Happened::ShownAgain { rows, process: by, pop_up, replaces, .. } if is_led => {
                *by = process;
                if in_its_place {
                    (*pop_up, *replaces) = (shown[&rows[0]], true);
                }
            }
            _ => {}
        }
    }
}

/// The same, and it does not put the one in the place where it stands.
fn forget_what_another_service_takes_over(outcome: &mut Outcome) {
    another_service_leads(outcome, true);
    forget_the_screen(outcome);
}
