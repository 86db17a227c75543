//! A newer program that takes over from the older one while something is under way.

use jiff::civil::DateTime;

use super::{
    Step, Via,
    scenes::{Stage, once},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs there is one.
const UPGRADED: u64 = 35;
/// Bringing a ledger up is about so many writes.
const WRITES: u64 = 110;

/// How a newer program comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upgrade {
    /// In an orderly way.
    Orderly,
    /// An older window stays open for so many milliseconds.
    BesideAWindow,
    /// It dies at the write after so many, while it brings the ledger up.
    Dies,
    /// The power is cut then.
    LosesPower,
    /// Where locks do not hold it finds nobody and brings the ledger up while others have it open; an
    /// older window stays open for so many milliseconds.
    Unlocked,
}

impl Upgrade {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Orderly, Self::BesideAWindow, Self::Dies, Self::LosesPower, Self::Unlocked];
}

/// It comes when something is due, or while that is on its way; events being named from `name` on.
pub(super) fn upgrade(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    once(Dice::of(seed.rotate_left(29) ^ 0x0E4E), UPGRADED, (begins, days, name), one)
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let vias = [Via::Hook, Via::Hook, Via::Careful, Via::Hasty, Via::Desktop];
    let ends = [None, None, Some("grace"), Some("start")];
    let name = stage.name;
    let (definition, due, mut steps) = stage.alike(&vias, &ends, 4);
    let dice = &mut *stage.dice;
    if dice.percent(50) {
        let mood = dice.of_these(&[Mood::Slow, Mood::Slow, Mood::Deaf, Mood::TakesSilently]);
        let from = due.saturating_sub(dice.below(5_000));
        steps.push((from, Step::Mood(definition.via == Via::Desktop, mood, dice.below(MINUTE))));
    }
    let at = match dice.below(4) {
        0 => due.saturating_sub(dice.below(2_000)),
        1 => due + dice.below(20_000),
        _ => due + dice.below(40),
    };
    // Where locks do not hold most can go wrong.
    let how = match dice.percent(30) {
        true => Upgrade::Unlocked,
        false => dice.of_these(&Upgrade::ALL),
    };
    let detail = match how {
        Upgrade::Orderly => 0,
        Upgrade::BesideAWindow => dice.below(2 * MINUTE),
        Upgrade::Dies | Upgrade::LosesPower => dice.below(WRITES),
        Upgrade::Unlocked => dice.below(HOUR),
    };
    steps.push((at, Step::Upgrade(how, detail)));
    // Something befalls whoever leads, or waits to.
    for _ in 0..dice.below(3) {
        let step = match dice.below(9) {
            0 => Step::Kill(dice.below(MINUTE)),
            1 => Step::Stop(dice.below(MINUTE)),
            2 => Step::Freeze(dice.below(2 * MINUTE)),
            3 => Step::PowerCut(dice.below(1 << 40), dice.below(MINUTE)),
            4 => Step::Busy(dice.below(40 * SECOND)),
            5 => Step::Delete(name),
            6 => Step::MoveAndUndo(name, dice.between(-90, 90)),
            7 => Step::Crash(dice.below(40)),
            _ => Step::Sleep(dice.below(HOUR)),
        };
        steps.push(((at + dice.below(8_000)).saturating_sub(4_000), step));
    }
    for _ in 0..1 + dice.below(3) {
        let later = dice.of_these(&[MINUTE, HOUR, 24 * HOUR]);
        steps.push((at + dice.below(later), Step::Outdated));
    }
    steps
}
