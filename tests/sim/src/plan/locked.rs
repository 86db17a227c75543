//! Secrets that cannot be opened for a while, so that no endpoint can be called.

use jiff::civil::DateTime;

use super::{
    DAY, Step, Via,
    scenes::{Stage, once},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs they are locked, and in so many a service has another key.
const LOCKED: u64 = 35;
const KEYLESS: u64 = 20;

/// They are locked when something is due, or just as it is sent, for a moment or longer than it is worth
/// telling; events being named from `name` on.
pub(super) fn locked(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    once(Dice::of(seed.rotate_left(52) ^ 0x10C4ED), LOCKED, (begins, days, name), |stage| {
        let (mut steps, from, lasts) = some(stage);
        steps.push((from, Step::Mood(false, Mood::Locked, lasts)));
        steps.extend(meanwhile(stage, name, (from, lasts)));
        steps
    })
}

/// Services start with another key, for a while.
pub(super) fn keyless(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    once(Dice::of(seed.rotate_left(12) ^ 0x4E1), KEYLESS, (begins, days, name), |stage| {
        let (mut steps, from, lasts) = some(stage);
        for (at, own) in [(from, false), (from + lasts, true)] {
            steps.extend([(at, Step::Key(own)), (at, Step::Kill(stage.dice.below(2 * SECOND)))]);
        }
        steps.extend(meanwhile(stage, name, (from, lasts)));
        steps
    })
}

/// Some that are due, and a time about then in which they cannot be sent: since when, and for how long.
fn some(stage: &mut Stage<'_>) -> (Vec<(u64, Step)>, u64, u64) {
    let vias = [Via::Hook, Via::Hook, Via::Careful, Via::Hasty];
    let ends = [None, None, Some("grace"), Some("start")];
    let (_, due, steps) = stage.alike(&vias, &ends, 3);
    let from = match stage.dice.below(3) {
        0 => due.saturating_sub(stage.dice.below(60)),
        1 => due + stage.dice.below(20),
        _ => due.saturating_sub(stage.dice.below(HOUR)),
    };
    let lasts = stage.dice.of_these(&[SECOND, MINUTE, 10 * MINUTE, HOUR, DAY]);
    let lasts = lasts + stage.dice.below(lasts);
    (steps, from, lasts)
}

/// What else happens then.
fn meanwhile(stage: &mut Stage<'_>, name: usize, (from, lasts): (u64, u64)) -> Vec<(u64, Step)> {
    let mut steps = Vec::new();
    for _ in 0..stage.dice.below(3) {
        let at = from + stage.dice.below(lasts + lasts / 4);
        let step = match stage.dice.below(6) {
            0 => Step::Delete(name),
            1 => Step::Move(name, stage.dice.between(-90, 90)),
            2 => Step::MoveAndUndo(name, stage.dice.between(-90, 90)),
            3 => Step::PowerCut(stage.dice.below(1 << 40), stage.dice.below(MINUTE)),
            4 => Step::Sleep(stage.dice.below(lasts)),
            _ => Step::Kill(stage.dice.below(MINUTE)),
        };
        steps.push((at, step));
    }
    steps
}
