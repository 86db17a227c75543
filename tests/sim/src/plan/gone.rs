//! An endpoint that says it is gone, which a person switches on again some time; and tests of
//! channels.

use jiff::civil::DateTime;

use super::{
    DAY, Step, Via,
    scenes::{Stage, once},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs an endpoint is gone.
const GONE: u64 = 25;
/// In so many of a hundred runs channels are tested.
const TESTED: u64 = 20;

const HOOKS: [Via; 3] = [Via::Hook, Via::Careful, Via::Hasty];

/// It is gone when something is due, and switched on later, sometimes too early, or never; events
/// being named from `name` on.
pub(super) fn gone(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    once(Dice::of(seed.rotate_left(8) ^ 0x410), GONE, (begins, days, name), one)
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let (_, due, mut steps) = stage.alike(&HOOKS, &[None, None, Some("start")], 3);
    let lasts = match stage.dice.below(3) {
        0 => stage.dice.below(MINUTE),
        1 => stage.dice.below(2 * HOUR),
        _ => stage.dice.below(2 * DAY),
    };
    let from = due.saturating_sub(SECOND);
    steps.push((from, Step::Mood(false, Mood::Gone, lasts)));
    if stage.dice.percent(25) {
        steps.push((due + stage.dice.below(60), Step::Kill(stage.dice.below(MINUTE))));
    }
    for via in HOOKS {
        if stage.dice.percent(40) {
            steps.push((from + stage.dice.below(lasts + 1), Step::SwitchOn(via)));
        }
        if stage.dice.percent(85) {
            let after = stage.dice.of_these(&[MINUTE, 6 * HOUR, 2 * DAY]);
            steps.push((from + lasts + stage.dice.below(after), Step::SwitchOn(via)));
        }
        if stage.dice.percent(30) {
            steps.push((from + stage.dice.below(2 * lasts + MINUTE), Step::Test(via)));
        }
    }
    steps
}

/// Tests of channels, at any moment.
pub(super) fn tests(seed: u64, days: u32) -> Vec<(u64, Step)> {
    let mut dice = Dice::of(seed.rotate_left(8) ^ 0x7E57);
    if !dice.percent(TESTED) {
        return Vec::new();
    }
    let end = u64::from(days) * DAY;
    let all = 1 + dice.below(4);
    (0..all).map(|_| (dice.below(end), Step::Test(dice.of_these(&Via::ALL)))).collect()
}
