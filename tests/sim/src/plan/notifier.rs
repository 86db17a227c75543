//! A notification service that is replaced, which takes with it what it showed.

use jiff::civil::DateTime;

use super::{
    DAY, Step, Via,
    scenes::{Stage, once},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs it is.
const REPLACED: u64 = 35;

/// It is just as something is told, or a while after, once or again and again; somebody answers just
/// then, or the service ends; events being named from `name` on.
pub(super) fn replaced(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    once(Dice::of(seed.rotate_left(40) ^ 0x5C4EE4), REPLACED, (begins, days, name), one)
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let ends = [None, None, None, Some("grace"), Some("start")];
    let name = stage.name;
    let (_, due, mut steps) = stage.alike(&[Via::Desktop], &ends, 5);
    for _ in 0..1 + stage.dice.below(3) {
        let from = match stage.dice.below(4) {
            0 => due + stage.dice.below(40),
            1 => due + stage.dice.below(10 * SECOND),
            2 => due + stage.dice.below(DAY),
            _ => due.saturating_sub(stage.dice.below(MINUTE)),
        };
        let lasts = stage.dice.of_these(&[0, 0, 30, SECOND, MINUTE]);
        let lasts = lasts + stage.dice.below(lasts + 1);
        steps.push((from, Step::Replace(lasts)));
        for _ in 0..stage.dice.below(3) {
            let near = from + lasts + stage.dice.below(60);
            let at = near.saturating_sub(stage.dice.of_these(&[0, 0, 10, SECOND]));
            steps.push((at, beside(stage, name)));
        }
    }
    steps
}

/// What happens at the same time.
fn beside(stage: &mut Stage<'_>, name: usize) -> Step {
    match stage.dice.below(12) {
        0..=4 => Step::Acknowledge,
        5 => Step::Snooze(10),
        6 => Step::Delete(name),
        7 => Step::Kill(stage.dice.below(MINUTE)),
        8 => Step::Mood(true, Mood::Slow, stage.dice.below(MINUTE)),
        9 => Step::Freeze(stage.dice.below(HOUR)),
        10 => Step::Busy(stage.dice.below(5 * SECOND)),
        _ => Step::PowerCut(stage.dice.below(1 << 40), stage.dice.below(MINUTE)),
    }
}
