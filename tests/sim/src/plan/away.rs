//! What is cancelled and takes place after all, as a whole or one turn of it; and what is in the time
//! of a person who moves.

use jiff::civil::DateTime;

use super::{
    DAY, Definition, Step, Via,
    scenes::{Stage, once, some},
};
use crate::{dice::Dice, oracle, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs something is cancelled and takes place after all.
const AWAY: u64 = 45;
/// In so many of a hundred runs something is in the time of a person.
const THEIRS: u64 = 30;

/// About the moment something is due on one of some days: a few milliseconds off, or hours.
fn about(stage: &mut Stage<'_>, due: u64) -> u64 {
    let due = due + stage.dice.below(4) * DAY;
    match stage.dice.below(4) {
        0 | 1 => due.saturating_sub(20) + stage.dice.below(60),
        2 => due.saturating_sub(10 * MINUTE) + stage.dice.below(20 * MINUTE),
        _ => due.saturating_sub(DAY) + stage.dice.below(2 * DAY),
    }
}

/// Something is cancelled again and again, and takes place after all; events being named from `name`
/// on.
pub(super) fn away(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let dice = Dice::of(seed.rotate_left(4) ^ 0xA3A7);
    some(dice, (AWAY, 2), (begins, days, name), one)
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let vias = [Via::Desktop, Via::Desktop, Via::Hook, Via::Careful];
    let (definition, due) = stage.reminder(&vias, &[None, Some("start")]);
    let every = stage.dice.of_these(&[Some(1), Some(1), Some(2), None]);
    let nag = stage.dice.of_these(&[None, None, Some(240)]);
    let nag = nag.filter(|_| definition.via == Via::Desktop && every.is_none());
    let (name, add) = stage.add(Definition { every, nag, ..definition }, due);
    let mut steps = vec![add];
    for _ in 0..1 + stage.dice.below(4) {
        let at = about(stage, due);
        let further = u32::try_from(stage.dice.below(2)).unwrap_or(0);
        let (away, back) = match stage.dice.percent(50) {
            true => (Step::Disable(name), Step::Enable(name)),
            false => (Step::LeaveOut(name, further), Step::PutIn(name)),
        };
        let back = if stage.dice.percent(25) { Step::Undo } else { back };
        let later = stage.dice.of_these(&[60, MINUTE, HOUR, DAY, 3 * DAY]);
        steps.push((at, away));
        steps.push((at + 1 + stage.dice.below(later), back));
        if stage.dice.percent(60) {
            let step = meanwhile(stage, name, definition.via);
            steps.push((at + stage.dice.below(2 * later), step));
        }
    }
    steps
}

/// What else happens to it.
fn meanwhile(stage: &mut Stage<'_>, name: usize, via: Via) -> Step {
    let minutes = stage.dice.between(-90, 90);
    stage.dice.of_these(&[
        Step::Undo,
        Step::MoveAndUndo(name, minutes),
        Step::Move(name, minutes),
        Step::Retitle(name),
        Step::Snooze(30),
        Step::Kill(SECOND),
        Step::Mood(via == Via::Desktop, Mood::Fails, MINUTE),
    ])
}

/// Somebody moves from zone to zone, and with them what is in their time.
pub(super) fn theirs(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let dice = Dice::of(seed.rotate_left(20) ^ 0x7EA5);
    once(dice, THEIRS, (begins, days, name + 1), |stage| of_somebody(stage, name))
}

/// Some of it, this being the person.
fn of_somebody(stage: &mut Stage<'_>, person: usize) -> Vec<(u64, Step)> {
    let zone = Some(stage.dice.of_these(&oracle::ABROAD));
    let (mut steps, mut first) = (Vec::new(), u64::MAX);
    for _ in 0..1 + stage.dice.below(2) {
        let vias = [Via::Desktop, Via::Desktop, Via::Hook];
        let (definition, due) = stage.reminder(&vias, &[None, Some("start")]);
        let kind = stage.dice.of_these(&["note", "appointment", "deadline"]);
        let (name, add) =
            stage.add(Definition { kind, zone, theirs: Some(person), ..definition }, due);
        first = first.min(add.0);
        steps.push(add);
        for _ in 0..1 + stage.dice.below(4) {
            let at = about(stage, due);
            let minutes = stage.dice.between(-90, 90);
            let step = match stage.dice.below(10) {
                0..=5 => Step::Move(person, minutes),
                6 => Step::Undo,
                7 => Step::MoveAndUndo(person, minutes),
                8 => Step::Move(name, minutes),
                _ => Step::Kill(stage.dice.below(HOUR)),
            };
            steps.push((at, step));
        }
    }
    let day = stage.begins.date().to_datetime(jiff::civil::Time::midnight());
    let born = Definition {
        kind: "birthday",
        start: day + jiff::Span::new().days(stage.dice.between(1, 9)).hours(9),
        zone,
        every: None,
        before: 0,
        via: Via::Desktop,
        ..Definition::DAILY
    };
    steps.push((first.saturating_sub(1), Step::Add(person, born)));
    steps
}
