//! Workflows: runs that follow one another so closely that one goes on while the next is due, since its
//! endpoint is slow, fails or is not there.

use jiff::civil::DateTime;

use super::{
    DAY, Deciding, Definition, OVERLAPS, Step, Via,
    scenes::{Stage, some},
};
use crate::{dice::Dice, oracle, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs there are workflows.
const WORKFLOWS: u64 = 40;
/// So many seconds from one run to the next.
const OFTEN: [u32; 5] = [2, 3, 20, 60, 600];

const MOODS: [Mood; 8] = [
    Mood::Slow,
    Mood::Slow,
    Mood::Slow,
    Mood::Deaf,
    Mood::TakesSilently,
    Mood::Fails,
    Mood::Refuses,
    Mood::Never,
];

/// Some workflows, and what makes their runs last; named from `name` on.
pub(super) fn workflows(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let dice = Dice::of(seed.rotate_left(56) ^ 0x30F7);
    some(dice, (WORKFLOWS, 3), (begins, days, name), one)
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let vias = [Via::Hook, Via::Hook, Via::Careful, Via::Hasty];
    let (like, _) = stage.reminder(&vias, &[None, None, Some("grace")]);
    let seconds = stage.dice.of_these(&OFTEN);
    let times = 2 + u32::try_from(stage.dice.below(14)).unwrap_or(0);
    let overlap = Some(stage.dice.of_these(&OVERLAPS));
    let definition = Definition {
        kind: "workflow",
        every: None,
        before: 0,
        seconds: Some(seconds),
        times: Some(times),
        overlap,
        ..like
    };
    let end = u64::from(stage.days) * DAY;
    let due = oracle::moments(&definition, stage.begins, end).into_iter().min().unwrap_or(HOUR);
    let (name, add) = stage.add(definition, due);
    let apart = u64::from(seconds) * SECOND;
    let lasts = apart * u64::from(times);
    let mut steps = vec![add];
    for _ in 0..1 + stage.dice.below(3) {
        let mood = stage.dice.of_these(&MOODS);
        let from = due.saturating_sub(SECOND) + stage.dice.below(lasts);
        let from = if stage.dice.percent(60) { due.saturating_sub(SECOND) } else { from };
        let long = stage.dice.of_these(&[5 * SECOND, MINUTE, 3 * apart, lasts, 2 * HOUR]);
        steps.push((from, Step::Mood(false, mood, long)));
    }
    for _ in 0..stage.dice.below(4) {
        // Often within a moment of a run.
        let near = due + stage.dice.below(u64::from(times)) * apart;
        let at = match stage.dice.percent(60) {
            true => near.saturating_sub(20) + stage.dice.below(60),
            false => due.saturating_sub(MINUTE) + stage.dice.below(lasts + HOUR),
        };
        let step = about(stage, name);
        steps.push((at, step));
    }
    steps
}

/// What happens to it.
fn about(stage: &mut Stage<'_>, name: usize) -> Step {
    let minutes = stage.dice.between(-3, 4);
    let down = stage.dice.of_these(&[SECOND, 10 * SECOND, 10 * MINUTE, 5 * HOUR]);
    let which = stage.dice.below(8);
    let what = stage.dice.of_these(&Deciding::ALL);
    stage.dice.of_these(&[
        Step::Move(name, minutes),
        Step::MoveAndUndo(name, minutes),
        Step::Retitle(name),
        Step::Delete(name),
        Step::Undo,
        Step::Disable(name),
        Step::Enable(name),
        Step::Decide(what, which),
        Step::Kill(down),
        Step::Kill(down),
        Step::Sleep(down),
        Step::Freeze(down.min(HOUR)),
        Step::PowerCut(which, down),
        Step::Mood(false, Mood::Absent, down),
        Step::Mood(false, Mood::Locked, down),
    ])
}
