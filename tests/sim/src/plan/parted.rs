//! Series that are parted: what follows from one of their turns on begins at another time, and goes on
//! under a name of its own.

use jiff::civil::DateTime;

use super::{
    DAY, Definition, Step, Via,
    scenes::{Stage, some},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs a series is parted, and of those in so many it is whole again.
const PARTED: u64 = 40;
const WHOLE: u64 = 50;

/// Some series, and where they are parted; named from `name` on.
pub(super) fn parted(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let dice = Dice::of(seed.rotate_left(60) ^ 0x9A47);
    some(dice, (PARTED, 2), (begins, days, name), one)
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let vias = [Via::Desktop, Via::Desktop, Via::Hook, Via::Careful];
    let (like, due) = stage.reminder(&vias, &[None, None, Some("start"), Some("grace")]);
    let kind = stage.dice.of_these(&["note", "appointment", "deadline"]);
    let every = stage.dice.of_these(&[Some(1), Some(1), Some(2)]);
    let (name, add) = stage.add(Definition { kind, every, ..like }, due);
    let mut steps = vec![add];
    for _ in 0..1 + stage.dice.below(2) {
        let turn = due + stage.dice.below(4) * u64::from(every.unwrap_or(1)) * DAY;
        let at = match stage.dice.below(3) {
            // As it is told, or between that and the turn itself.
            0 => turn.saturating_sub(20) + stage.dice.below(60),
            1 => turn + stage.dice.below(like.before.unsigned_abs() * MINUTE),
            _ => turn.saturating_sub(DAY) + stage.dice.below(DAY),
        };
        let minutes = stage.dice.between(-90, 180);
        let minutes = stage.dice.of_these(&[0, -5, 5, minutes, minutes]);
        let further = u32::try_from(stage.dice.below(3)).unwrap_or(0);
        steps.push((at, Step::Part(name, further, minutes)));
        let after = stage.dice.of_these(&[60, MINUTE, 3 * HOUR, 2 * DAY]);
        if stage.dice.percent(WHOLE) {
            steps.push((at + 1 + stage.dice.below(after), Step::Undo));
        }
        if stage.dice.percent(60) {
            let desktop = like.via == Via::Desktop;
            let lasts = stage.dice.of_these(&[SECOND, MINUTE, 3 * HOUR, DAY + 6 * HOUR]);
            let crash = stage.dice.below(20);
            let step = stage.dice.of_these(&[
                Step::Kill(lasts),
                Step::Sleep(lasts),
                Step::PowerCut(lasts, SECOND),
                Step::Crash(crash),
                Step::Mood(desktop, Mood::Fails, lasts),
                Step::Mood(desktop, Mood::Absent, lasts),
                Step::Acknowledge,
                Step::Snooze(30),
            ]);
            steps.push(((at + stage.dice.below(2 * after)).saturating_sub(after), step));
        }
    }
    steps
}
