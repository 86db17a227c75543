//! An endpoint that is not to repeat anything from now on, or may again, while nobody knows what came of
//! something that waits for it.

use jiff::civil::DateTime;

use super::{
    Deciding, Step, Via,
    scenes::{Stage, once},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// In so many of a hundred runs somebody changes what an endpoint promises.
const CHANGED: u64 = 35;

const MOODS: [Mood; 5] =
    [Mood::TakesSilently, Mood::TakesAndCloses, Mood::TakesAndCloses, Mood::Closes, Mood::Deaf];

/// It is changed while something is tried, once or there and back; events being named from `name` on.
pub(super) fn guarantees(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let dice = Dice::of(seed.rotate_left(20) ^ 0x6A4);
    once(dice, CHANGED, (begins, days, name), changed)
}

fn changed(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let vias = [Via::Hook, Via::Hook, Via::Hasty, Via::Careful];
    let name = stage.name;
    let (definition, due, mut steps) = stage.alike(&vias, &[None, None, Some("start")], 3);
    let (mood, lasts) = stage.endpoints_are(&MOODS, due);
    steps.push(mood);
    let mut careful = definition.via != Via::Careful;
    let mut at = due;
    for _ in 0..1 + stage.dice.below(3) {
        let after = stage.dice.of_these(&[60, 10 * SECOND, MINUTE, lasts]);
        at += stage.dice.below(after);
        steps.push((at, Step::Guarantee(definition.via, careful)));
        careful = !careful;
    }
    for _ in 0..stage.dice.below(4) {
        let after = stage.dice.of_these(&[60, 10 * SECOND, lasts, 2 * lasts]);
        let at = due + stage.dice.below(after);
        let step = match stage.dice.below(8) {
            0..=2 => Step::Decide(stage.dice.of_these(&Deciding::ALL), stage.dice.below(8)),
            3 => Step::Retitle(name),
            4 => Step::Move(name, stage.dice.between(-90, 90)),
            5 => Step::Crash(stage.dice.below(20)),
            6 => Step::PowerCut(stage.dice.below(1 << 40), stage.dice.below(MINUTE)),
            _ => Step::Kill(stage.dice.below(MINUTE)),
        };
        steps.push((at, step));
    }
    steps
}
