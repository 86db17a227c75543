//! Clocks that were set in that life, by which what was to come is past, or what is past is to come.

use calendar::{delivery::State, reason::Reason};
use engine::queries::Story;
use simulator::{outcome::Outcome, outcome::Version, trace::Entry, trace::Happened};

use super::{
    Case,
    letters::send_the_new,
    life::{HOUR, coalesce, later, planned_late, row, sent, story, tomorrow},
};

/// What breaks the rules that ask what clocks did, and what nearly does.
pub(crate) const CASES: &[Case] = &[
    (
        "i27_nothing_of_the_past_after_a_restore",
        |o| restore_and_set_back(o, -1_001),
        |o| restore_and_set_back(o, -999),
    ),
    (
        "i27_nothing_of_the_past_after_a_restore",
        |o| {
            restore_and_set_back(o, -999);
            o.set.last_mut().expect("it was set").1 = 1;
        },
        |o| restore_and_set_back(o, -999),
    ),
    (
        "decisions_are_carried_out",
        |o| decide_before_it_is_due(o, 0),
        |o| {
            decide_before_it_is_due(o, 1);
        },
    ),
    (
        "i17_coalesced_is_told_with_another",
        |o| left_to_one_to_come(o, 1),
        |o| {
            left_to_one_to_come(o, -1);
        },
    ),
    (
        "i14_an_edit_makes_nothing_already_due",
        |o| change_after_a_leap(o, -1),
        |o| change_after_a_leap(o, 0),
    ),
    (
        "i14_an_edit_makes_nothing_already_due",
        |o| moved_by_a_journey(o, 2_000),
        |o| moved_by_a_journey(o, 0),
    ),
];

/// An older copy is put in place when the daily one has just been due, a second before it is sent; so many
/// milliseconds after that the clock is set back by a minute.
fn restore_and_set_back(outcome: &mut Outcome, millis: i64) {
    let place = sent(outcome, 0);
    let wall = story(outcome, 0).delivery.row.facts.due;
    let truth = outcome.trace[place].truth;
    let what = Happened::Restored { of: 0 };
    outcome.trace.insert(place, Entry { truth: truth - 1_000, wall, what });
    outcome.set.push((truth.saturating_add_signed(millis), -60_000));
}

/// What a person decided about is sent too late, and due so many milliseconds after that was decided.
fn decide_before_it_is_due(outcome: &mut Outcome, millis: i64) {
    let decided = outcome.decisions[0];
    let Entry { truth, wall, .. } = outcome.trace[0];
    let then = i64::try_from(decided.at - truth).expect("a moment");
    let due = later(wall, then + millis);
    send_the_new(outcome, 2_001, 0);
    row(outcome, decided.now).delivery.row.facts.due = due;
}

/// The daily one was left to another, which is to come a month later, as the clock is set by so many
/// milliseconds.
fn left_to_one_to_come(outcome: &mut Outcome, millis: i64) {
    let other = tomorrow(outcome);
    coalesce(outcome, other);
    outcome.set.push((35 * HOUR, millis));
    let Story { delivery, transitions, .. } = row(outcome, other);
    delivery.row.facts.due = later(delivery.row.facts.due, 30 * 24 * 3_600_000);
    delivery.row.facts.state = State::Scheduled;
    transitions.truncate(1);
}

/// At five the clock leaps over the moment at which the daily one is due; it is changed so many milliseconds
/// later, and planned by that.
fn change_after_a_leap(outcome: &mut Outcome, millis: i64) {
    let leap = 5 * HOUR;
    outcome.set.push((leap, 2 * 3_600_000));
    let Story { delivery, transitions, .. } = story(outcome, 0);
    // An hour before it is due, and then two hours later.
    transitions[0].at = later(delivery.row.facts.due, 3_600_000);
    transitions[0].actor = "window".into();
    let was = outcome.lives[0].versions[0];
    let from = leap.saturating_add_signed(millis);
    outcome.lives[0].versions.push(Version { from, ..was });
}

/// The daily row is planned by hand as it is due, and says that it was moved; the machine came to its place
/// so many milliseconds before it was due.
fn moved_by_a_journey(outcome: &mut Outcome, before: i64) {
    planned_late(outcome, false);
    let row = &mut story(outcome, 0).delivery.row;
    row.late_cause = Some(Reason::LateMoved);
    let due = row.facts.due;
    let (wall, place) = (later(due, -before), sent(outcome, 0));
    let truth = outcome.trace[place].truth.saturating_add_signed(-before);
    let home = outcome.trace.iter().find_map(|entry| match entry.what {
        Happened::Followed { place } => Some(place),
        _ => None,
    });
    let what = Happened::Arrived { place: home.expect("it was somewhere") };
    outcome.trace.insert(place, Entry { truth, wall, what });
}
