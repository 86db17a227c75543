//! What fails and waits for a person, and what that one decides.

use jiff::civil::DateTime;

use super::{DAY, Deciding, Step, Via, scenes::Stage};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs somebody decides about what failed, and of those in so many more is
/// decided about another.
const DECIDED: u64 = 50;
const FURTHER: u64 = 50;

/// Some of it fails for a while, and is decided about meanwhile and later; events being named from
/// `name` on.
pub(super) fn letters(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let mut dice = Dice::of(seed.rotate_left(40) ^ 0xDEAD);
    let mut steps = Vec::new();
    let mut stage = Stage { dice: &mut dice, begins, days, name };
    let mut chance = DECIDED;
    // Ends: by chance, which is the same for the same seed.
    while stage.dice.percent(chance) {
        steps.extend(one(&mut stage));
        chance = FURTHER;
    }
    steps
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let vias = [Via::Hasty, Via::Hasty, Via::Careful];
    let name = stage.name;
    let (definition, due, mut steps) = stage.alike(&vias, &[None, None, Some("start")], 3);
    let mood = match definition.via {
        Via::Careful => stage.dice.of_these(&[Mood::TakesSilently, Mood::Deaf]),
        _ => stage.dice.of_these(&[Mood::Fails, Mood::Fails, Mood::Deaf, Mood::Gone]),
    };
    let lasts = stage.within(20 * SECOND, 2 * MINUTE);
    steps.push((due.saturating_sub(SECOND), Step::Mood(false, mood, lasts)));
    if mood == Mood::Gone {
        steps.push((due + lasts + stage.dice.below(HOUR), Step::SwitchOn(definition.via)));
    }
    if stage.dice.percent(20) {
        steps.push((due + stage.dice.below(HOUR), Step::Delete(name)));
    }
    for _ in 0..1 + stage.dice.below(5) {
        let after = stage.dice.of_these(&[lasts, 10 * MINUTE, 10 * MINUTE, 6 * HOUR, 2 * DAY]);
        let at = due + stage.dice.below(after);
        let what = stage.dice.of_these(&Deciding::ALL);
        steps.push((at, Step::Decide(what, stage.dice.below(8))));
        if stage.dice.percent(15) {
            steps.push((at + stage.dice.below(60), Step::Kill(stage.dice.below(MINUTE))));
        }
    }
    steps
}
