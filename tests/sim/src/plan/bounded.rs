//! Series of which only so many are told when several are late: nobody is told for so long that some of
//! them are not even planned.

use jiff::civil::DateTime;

use super::{
    COLLAPSES, DAY, Definition, Step, Via,
    scenes::{Stage, some},
};
use crate::{dice::Dice, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs there is one.
const BOUNDED: u64 = 30;

/// Some of them, and absences; named from `name` on.
pub(super) fn bounded(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    let dice = Dice::of(seed.rotate_left(32) ^ 0xB0D5);
    some(dice, (BOUNDED, 2), (begins, days, name), one)
}

/// Each day; or each hour or so, where no clock is put ahead or back.
fn series(stage: &mut Stage<'_>) -> (Definition, u64) {
    let vias = [Via::Desktop, Via::Hook, Via::Hook, Via::Careful];
    let (like, due) = stage.reminder(&vias, &[None, None, None, Some("start")]);
    let kind = stage.dice.of_these(&["note", "appointment", "deadline"]);
    let collapse = Some(stage.dice.of_these(&COLLAPSES[2..]));
    let daily = Definition { kind, collapse, every: Some(1), ..like };
    if like.via == Via::Desktop || stage.dice.percent(50) {
        return (daily, due);
    }
    let seconds = Some(stage.dice.of_these(&[1_200, 3_600, 7_200]));
    let times = Some(60 + u32::try_from(stage.dice.below(60)).unwrap_or(0));
    let often = Definition {
        every: None,
        use_by: None,
        kind: "note",
        zone: Some("Asia/Tokyo"),
        seconds,
        times,
        ..daily
    };
    // The same time of day is hours earlier there.
    (often, due.saturating_sub(8 * HOUR))
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let (definition, due) = series(stage);
    let (name, add) = stage.add(definition, due);
    let mut steps = vec![add];
    let from = due.saturating_sub(HOUR) + stage.dice.below(2 * DAY);
    let lasts = stage.dice.of_these(&[6 * HOUR, DAY, 2 * DAY, 3 * DAY]);
    // In the end somebody is there to tell it.
    let end = u64::from(stage.days) * DAY;
    let lasts = (lasts + stage.dice.below(DAY)).min(end.saturating_sub(from)).max(1);
    let desktop = definition.via == Via::Desktop;
    let away = stage.dice.of_these(&[
        Step::Kill(lasts),
        Step::Kill(lasts),
        Step::Sleep(lasts),
        Step::Mood(desktop, Mood::Absent, lasts),
    ]);
    steps.push((from, away));
    for _ in 0..stage.dice.below(3) {
        // Meanwhile, and when all of it is told.
        let at = match stage.dice.percent(50) {
            true => from + stage.dice.below(lasts),
            false => from + lasts + stage.dice.below(4 * SECOND),
        };
        let step = stage.dice.of_these(&[
            Step::Retitle(name),
            Step::Retitle(name),
            Step::Delete(name),
            Step::Kill(SECOND),
            Step::Mood(desktop, Mood::Fails, MINUTE),
        ]);
        steps.push((at, step));
    }
    steps
}
