//! What is on a date: what renews unless notice is given, and what comes round once a year. It is told
//! at the hour of whole days, which somebody may change.

use jiff::{
    Span,
    civil::{DateTime, Time},
};

use super::{
    DAY, Definition, Step, Via,
    scenes::{Stage, once},
};
use crate::{dice::Dice, oracle, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// In so many of a hundred runs something is on a date, and of those in so many the hour changes.
const ON_DATES: u64 = 40;
const OTHER_HOUR: u64 = 50;
/// Before and after noon, and one that some nights leave out.
const HOURS: [i8; 5] = [9, 7, 13, 20, 2];

/// Some of it, and what becomes of it; named from `name` on.
pub(super) fn dates(seed: u64, begins: DateTime, days: u32, name: usize) -> Vec<(u64, Step)> {
    once(Dice::of(seed.rotate_left(12) ^ 0xDA7E), ON_DATES, (begins, days, name), all)
}

fn all(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let mut steps = Vec::new();
    for _ in 0..1 + stage.dice.below(3) {
        steps.extend(one(stage));
    }
    if stage.dice.percent(OTHER_HOUR) {
        let end = u64::from(stage.days) * DAY;
        for _ in 0..1 + stage.dice.below(3) {
            let at = stage.dice.below(end);
            // Often just when something is due by one hour or the other.
            let hour = stage.dice.of_these(&HOURS);
            let since = i64::from(stage.dice.of_these(&HOURS)) - i64::from(stage.begins.hour());
            let near = (at / DAY * DAY).saturating_add_signed(since * 3_600_000);
            let near = near.saturating_sub(20) + stage.dice.below(60);
            let at = if stage.dice.percent(50) { near } else { at };
            steps.push((at, Step::Hour(hour)));
        }
    }
    steps
}

/// A contract with so much notice, or a day of a person.
fn on_a_date(stage: &mut Stage<'_>) -> Definition {
    let day = stage.dice.between(0, i64::from(stage.days));
    let first = stage.begins.date().to_datetime(Time::midnight()) + Span::new().days(day);
    if stage.dice.percent(35) {
        return Definition {
            kind: "anniversary",
            start: first,
            zone: Some(stage.dice.of_these(&oracle::ABROAD)),
            every: None,
            before: 0,
            via: Via::Desktop,
            ..Definition::DAILY
        };
    }
    let notice = stage.dice.of_these(&[0, 0, 1, 3]);
    let before = stage.dice.of_these(&[0, 1, 1, 3]);
    // What is told on its own day is told after that has begun.
    let use_by = stage.dice.of_these(&[None, None, Some("grace"), Some("start")]);
    let is_before = before > 0 || notice > 0;
    Definition {
        kind: "renewal",
        start: first + Span::new().days(before + i64::from(notice)),
        zone: None,
        every: stage.dice.of_these(&[None, Some(1), Some(2), Some(7)]),
        before: before * 24 * 60,
        via: stage.dice.of_these(&[Via::Desktop, Via::Desktop, Via::Hook, Via::Careful]),
        use_by: use_by.filter(|own| *own == "grace" || is_before),
        notice,
        ..Definition::DAILY
    }
}

fn one(stage: &mut Stage<'_>) -> Vec<(u64, Step)> {
    let definition = on_a_date(stage);
    let end = u64::from(stage.days) * DAY;
    let due = oracle::moments(&definition, stage.begins, end).into_iter().min().unwrap_or(HOUR);
    let (name, add) = stage.add(definition, due);
    let mut steps = vec![add];
    for _ in 0..stage.dice.below(5) {
        let due = due + stage.dice.below(3) * DAY;
        let at = match stage.dice.below(3) {
            0 => due.saturating_sub(20) + stage.dice.below(60),
            1 => due.saturating_sub(2 * HOUR) + stage.dice.below(4 * HOUR),
            _ => due.saturating_sub(2 * DAY) + stage.dice.below(4 * DAY),
        };
        let step = about(stage, name, definition.via);
        steps.push((at, step));
    }
    steps
}

/// What happens to it.
fn about(stage: &mut Stage<'_>, name: usize, via: Via) -> Step {
    let minutes = stage.dice.between(-180, 180);
    let further = u32::try_from(stage.dice.below(2)).unwrap_or(0);
    let lasts = stage.dice.of_these(&[MINUTE, 9 * MINUTE, 11 * MINUTE, 20 * HOUR, DAY]);
    let home = stage.dice.of_these(&oracle::ABROAD);
    stage.dice.of_these(&[
        Step::Move(name, minutes),
        Step::Move(name, minutes),
        Step::MoveAndUndo(name, minutes),
        Step::Retitle(name),
        Step::Delete(name),
        Step::Undo,
        Step::Disable(name),
        Step::Enable(name),
        Step::LeaveOut(name, further),
        Step::PutIn(name),
        Step::Travel(home),
        Step::Acknowledge,
        Step::Snooze(60),
        Step::Kill(lasts),
        Step::Sleep(lasts),
        Step::Mood(via == Via::Desktop, Mood::Absent, lasts),
        Step::Mood(via == Via::Desktop, Mood::Fails, MINUTE),
    ])
}
