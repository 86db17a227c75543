//! What was decided about what waited for a person, and what came of it.

use simulator::{outcome::Outcome, plan::Deciding, trace::Happened};

use super::{
    Case,
    life::{after, sent, told},
};

/// What breaks the rules of what is decided, and what nearly does.
pub(crate) const CASES: &[Case] = &[
    ("i16_one_key_for_one_body", |o| other_words(o, 1), |o| other_words(o, 0)),
    ("decisions_are_carried_out", |o| send_the_old(o, 1), |o| send_the_old(o, 0)),
    ("decisions_are_carried_out", |o| send_the_new(o, 2_001, 0), |o| send_the_new(o, 2_000, 0)),
    ("decisions_are_carried_out", |o| send_the_new(o, 1, 1), |o| send_the_new(o, 1, 0)),
    (
        "decisions_are_carried_out",
        |o| o.decisions[0].what = Deciding::Retry,
        |o| o.decisions[0].what = Deciding::Edit,
    ),
];

/// The letter that was decided about is sent again, so many milliseconds later.
fn send_the_old(outcome: &mut Outcome, millis: u64) {
    let decided = outcome.decisions[0];
    let place = sent(outcome, 0);
    let mut entry = outcome.trace[place].clone();
    entry.truth = decided.at + millis;
    if let Happened::Sent { marks, .. } = &mut entry.what {
        marks[0].0 = decided.row;
    }
    outcome.trace.push(entry);
}

/// What is sent in its place, so many milliseconds later and with these words.
pub(crate) fn send_the_new(outcome: &mut Outcome, millis: u64, words: u64) {
    let decided = outcome.decisions[0];
    for entry in &mut outcome.trace {
        match &mut entry.what {
            Happened::Sent { marks, .. } if marks[0].0 == decided.now => {
                entry.truth = decided.at + millis;
            }
            Happened::Told { marks, body, .. } if marks[0].0 == decided.now => *body += words,
            _ => {}
        }
    }
}

/// The daily one is told once more, with these words.
fn other_words(outcome: &mut Outcome, words: u64) {
    let place = told(outcome, 0);
    let mut what = outcome.trace[place].what.clone();
    if let Happened::Told { body, .. } = &mut what {
        *body += words;
    }
    after(outcome, place, what);
}
