//! When nothing is to pop up, and what insists until somebody answers.

use jiff::civil::DateTime;

use super::{DAY, Definition, Step, Via};
use crate::{
    dice::Dice,
    plan::{
        USE_BYS,
        scenes::{Stage, once},
    },
};

const MINUTE: u64 = 60_000;
/// In so many of a hundred runs there is any of it.
const ANY: u64 = 45;

/// Pauses, quiet hours and what insists, its events being named from `name` on.
pub(super) fn silences(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    // Of its own, so that more of it leaves everything else as it is.
    once(Dice::of(seed.rotate_left(32) ^ 0x51), ANY, (begins, days, name), any)
}

fn any(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let end = u64::from(stage.days) * DAY;
    let mut steps = Vec::new();
    for _ in 0..1 + stage.dice.below(4) {
        steps.extend(insisting(stage));
    }
    for _ in 0..stage.dice.below(3) {
        let at = stage.dice.below(end);
        let from = stage.dice.of_these(&[22, 20, 12]);
        let until = stage.dice.of_these(&[7, 8, 14, from]);
        steps.push((at, Step::Quiet(from, until)));
    }
    steps
}

/// Something on the desktop that may be told again and again, and what a person does about it.
fn insisting(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let ends = [None, None, Some(USE_BYS[1])];
    let (mut definition, due) = stage.reminder(&[Via::Desktop], &ends);
    // What is told very often is over soon.
    let often = if definition.use_by.is_some() { Some(1) } else { Some(120) };
    let nag = stage.dice.of_these(&[None, often, Some(240), Some(700)]);
    if definition.use_by.is_none() && nag.is_some() {
        definition.every = None;
    }
    let (name, add) = stage.add(Definition { nag, ..definition }, due);
    let mut steps = vec![add];
    // About what it is told by: a moment before it to some tellings later.
    let about = |stage: &mut Stage<'_>| {
        let rest = u64::from(nag.unwrap_or(30)) * MINUTE;
        let telling = due + stage.dice.below(4) * rest;
        let off =
            if stage.dice.percent(60) { stage.dice.below(60) } else { stage.dice.below(rest) };
        telling.saturating_sub(20) + off
    };
    if stage.dice.percent(50) {
        let at = about(stage);
        let minutes = stage.dice.of_these(&[1, 30, 120, 900]);
        steps.push((at.saturating_sub(stage.dice.below(5 * MINUTE)), Step::Pause(minutes)));
        if stage.dice.percent(30) {
            steps.push((at + stage.dice.below(120 * MINUTE), Step::Resume));
        }
    }
    for _ in 0..stage.dice.below(3) {
        let at = about(stage);
        let step = match stage.dice.below(8) {
            0..=2 => Step::Acknowledge,
            3 => Step::Snooze(stage.dice.of_these(&[1, 10, 60])),
            4 => Step::Delete(name),
            5 => Step::MoveAndUndo(name, stage.dice.between(-30, 90)),
            6 => Step::Kill(stage.dice.below(MINUTE)),
            _ => Step::Undo,
        };
        steps.push((at, step));
    }
    steps
}

/// In so many of a hundred runs clocks are set while nothing is to pop up.
const BY_CLOCKS: u64 = 25;

/// Nothing is to pop up, and meanwhile clocks are set; events being named from `name` on.
pub(super) fn by_clocks(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    once(Dice::of(seed.rotate_left(12) ^ 0x5E7), BY_CLOCKS, (begins, days, name), set_meanwhile)
}

fn set_meanwhile(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let mut steps = Vec::new();
    let (_, due) = stage.reminder(&[Via::Desktop], &[None]);
    for _ in 0..2 + stage.dice.below(3) {
        let (definition, _) = stage.reminder(&[Via::Desktop], &[None, Some(USE_BYS[1])]);
        steps.push(stage.add(definition, due).1);
    }
    let minutes = stage.dice.of_these(&[30_u32, 300, 900]);
    let lasts = u64::from(minutes) * MINUTE;
    let from = due.saturating_sub(stage.dice.below(lasts));
    if stage.dice.percent(30) {
        let hour = i8::try_from(stage.dice.below(24)).unwrap_or(0);
        steps.push((from, Step::Quiet(hour, (hour + 9) % 24)));
    } else {
        steps.push((from, Step::Pause(minutes)));
    }
    let most = i64::try_from(lasts).unwrap_or(0);
    for _ in 0..1 + stage.dice.below(3) {
        let at = from + stage.dice.below(lasts + lasts / 4);
        let step = match stage.dice.below(8) {
            0..=3 => Step::SetClock(stage.dice.between(-most, most)),
            4 => Step::SetClock(stage.dice.between(-2 * most, 0)),
            5 => Step::Sleep(stage.dice.below(lasts)),
            6 => Step::PowerCut(stage.dice.below(1 << 40), stage.dice.below(lasts)),
            _ => Step::Kill(stage.dice.below(MINUTE)),
        };
        steps.push((at, step));
    }
    steps
}
