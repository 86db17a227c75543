//! Events that are told of more than once, by different ways and so long before; and what is late of
//! them is told each or the latest alone.

use jiff::civil::DateTime;

use super::{
    COLLAPSES, DAY, Definition, Step, Via,
    scenes::{Stage, some},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs something is told of more than once.
const SEVERAL: u64 = 50;

/// Some events with several reminders, and what becomes of them; named from `name` on.
pub(super) fn several(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let dice = Dice::of(seed.rotate_left(36) ^ 0x5E7E);
    some(dice, (SEVERAL, 2), (begins, days, name), one)
}

/// An event like this with more reminders.
fn with_more(stage: &mut Stage<'_>, first: Definition) -> Definition {
    let mut more = |taken: &[(i64, Via)]| {
        // Often at the very moment of the first, by another way.
        let before = stage.dice.of_these(&[first.before, first.before, 0, 2, 60, 90, 1_500]);
        let via = stage.dice.of_these(&[Via::Desktop, Via::Desktop, Via::Hook, Via::Careful]);
        // What has a deadline is told before it.
        let is_in_time = before > 0 || first.kind != "deadline";
        Some((before, via)).filter(|it| is_in_time && !taken.contains(it))
    };
    let own = (first.before, first.via);
    let second = more(&[own]);
    let third = second.and_then(|second| more(&[own, second]));
    Definition { second, third, ..first }
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let vias = [Via::Desktop, Via::Desktop, Via::Hook, Via::Hasty];
    let (first, due) = stage.reminder(&vias, &[None, None, Some("grace"), Some("start")]);
    let kind = stage.dice.of_these(&["note", "appointment", "deadline"]);
    let nag = stage.dice.of_these(&[None, None, Some(240)]);
    let nag = nag.filter(|_| first.via == Via::Desktop && first.every.is_none());
    let alarm = first.via == Via::Desktop && stage.dice.percent(30);
    let collapse = stage.dice.of_these(&[None, Some(COLLAPSES[0]), Some(COLLAPSES[1])]);
    let definition = with_more(stage, Definition { kind, nag, alarm, collapse, ..first });
    let (name, add) = stage.add(definition, due.saturating_sub(DAY));
    let mut steps = vec![add];
    // What collapses is late by more than one turn.
    if collapse.is_some() && stage.dice.percent(50) {
        let from = due.saturating_sub(stage.dice.below(HOUR));
        steps.push((from, away(stage, first.via)));
    }
    for _ in 0..1 + stage.dice.below(4) {
        let all: Vec<_> = definition.reminders().map(|one| one.before).collect();
        let earlier = (stage.dice.of_these(&all) - first.before) * 60_000;
        let due = due.saturating_add_signed(-earlier) + stage.dice.below(3) * DAY;
        let at = match stage.dice.percent(50) {
            true => due.saturating_sub(20) + stage.dice.below(80),
            false => due.saturating_sub(HOUR) + stage.dice.below(3 * HOUR),
        };
        let step = about(stage, name);
        steps.push((at, step));
    }
    steps
}

/// Nobody is told for days.
fn away(stage: &mut Stage<'_>, via: Via) -> Step {
    let lasts = DAY + stage.dice.below(DAY + DAY / 2);
    match stage.dice.below(3) {
        0 => Step::Sleep(lasts),
        1 => Step::Kill(lasts),
        _ => Step::Mood(via == Via::Desktop, Mood::Absent, lasts),
    }
}

/// What happens to it.
fn about(stage: &mut Stage<'_>, name: usize) -> Step {
    let minutes = stage.dice.between(-90, 90);
    let further = u32::try_from(stage.dice.below(2)).unwrap_or(0);
    let snooze = stage.dice.of_these(&[1, 10, 300]);
    stage.dice.of_these(&[
        Step::Acknowledge,
        Step::Acknowledge,
        Step::Acknowledge,
        Step::Snooze(snooze),
        Step::Snooze(snooze),
        Step::Move(name, minutes),
        Step::MoveAndUndo(name, minutes),
        Step::LeaveOut(name, further),
        Step::Disable(name),
        Step::Enable(name),
        Step::Pause(200),
        Step::Quiet(12, 18),
        Step::Kill(SECOND),
        Step::Mood(true, Mood::Fails, MINUTE),
        Step::Mood(false, Mood::Fails, MINUTE),
    ])
}
