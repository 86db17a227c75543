//! An endpoint that refuses what it is sent, for now or for good, or closes while it is spoken to.

use jiff::civil::DateTime;

use super::{
    DAY, Deciding, Step, Via,
    scenes::{Stage, some},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// In so many of a hundred runs something is refused.
const REFUSED: u64 = 35;

const MOODS: [Mood; 5] =
    [Mood::Forbids, Mood::Forbids, Mood::Never, Mood::Closes, Mood::TakesAndCloses];

/// Something is refused when it is due, for a moment or longer than it is tried; events being named
/// from `name` on.
pub(super) fn refused(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let dice = Dice::of(seed.rotate_left(44) ^ 0x403);
    some(dice, (REFUSED, 2), (begins, days, name), one)
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let vias = [Via::Hook, Via::Hook, Via::Careful, Via::Hasty];
    let name = stage.name;
    let (_, due, mut steps) = stage.alike(&vias, &[None, None, Some("start")], 2);
    let (mood, lasts) = stage.endpoints_are(&MOODS, due);
    steps.push(mood);
    for _ in 0..stage.dice.below(4) {
        let after = stage.dice.of_these(&[60, 10 * SECOND, lasts, 2 * lasts, DAY]);
        let at = due + stage.dice.below(after);
        let step = match stage.dice.below(8) {
            0..=2 => Step::Decide(stage.dice.of_these(&Deciding::ALL), stage.dice.below(8)),
            3 => Step::Delete(name),
            4 => Step::Move(name, stage.dice.between(-90, 90)),
            5 => Step::Crash(stage.dice.below(20)),
            6 => Step::PowerCut(stage.dice.below(1 << 40), stage.dice.below(MINUTE)),
            _ => Step::Kill(stage.dice.below(MINUTE)),
        };
        steps.push((at, step));
    }
    steps
}
