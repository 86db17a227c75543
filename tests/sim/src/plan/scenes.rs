//! Mishaps of several steps, each aimed at a moment of an event of its own: what chance alone
//! would seldom bring together.

use jiff::{
    Span,
    civil::{DateTime, Time},
};

use super::{DAY, Definition, Step, Via};
use crate::{dice::Dice, oracle, receiver::Mood};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

type Steps = Vec<(u64, Step)>;
type Scene = fn(&mut Stage<'_>) -> Steps;

const SCENES: [Scene; 7] = [
    over_while_it_is_marked,
    back_just_before_its_end,
    deleted_while_it_fails,
    deleted_while_it_waits_its_turn,
    a_journey_over_the_horizon,
    failing_for_days,
    away_over_its_end,
];
/// So many of a hundred runs have a scene, and of those so many another.
const FIRST: u64 = 75;
const FURTHER: u64 = 50;

/// What a scene is made with.
pub(super) struct Stage<'a> {
    pub dice: &'a mut Dice,
    pub begins: DateTime,
    pub days: u32,
    /// The name of the next event.
    pub name: usize,
}

/// Scenes for a run, their events being named from `name` on.
pub(super) fn scenes(seed: u64, begins: DateTime, days: u32, name: usize) -> Steps {
    // Of its own, so that a new scene leaves everything else as it is.
    let mut dice = Dice::of(!seed);
    let mut steps = Steps::new();
    let mut stage = Stage { dice: &mut dice, begins, days, name };
    let mut chance = FIRST;
    // Ends: by chance, which is the same for the same seed.
    while stage.dice.percent(chance) {
        let scene = stage.dice.of_these(&SCENES);
        steps.extend(scene(&mut stage));
        chance = FURTHER;
    }
    steps
}

impl Stage<'_> {
    /// A reminder, and when it is due.
    pub fn reminder(&mut self, vias: &[Via], ends: &[Option<&'static str>]) -> (Definition, u64) {
        let day = self.dice.between(0, i64::from(self.days));
        let minute = self.dice.between(9 * 60, 21 * 60);
        let midnight = self.begins.date().to_datetime(Time::midnight());
        let definition = Definition {
            kind: "note",
            start: midnight + Span::new().days(day).minutes(minute),
            zone: Some(oracle::HOME),
            every: self.dice.of_these(&[None, Some(1), Some(2)]),
            before: self.dice.of_these(&[1, 10]),
            via: self.dice.of_these(vias),
            use_by: self.dice.of_these(ends),
            ..Definition::DAILY
        };
        let end = u64::from(self.days) * DAY;
        let due = oracle::moments(&definition, self.begins, end).into_iter().min();
        (definition, due.unwrap_or(HOUR))
    }

    /// Up to so many events with one reminder, and when it is due.
    pub fn alike(
        &mut self,
        vias: &[Via],
        ends: &[Option<&'static str>],
        most: u64,
    ) -> (Definition, u64, Steps) {
        let (definition, due) = self.reminder(vias, ends);
        let all = 1 + self.dice.below(most);
        let steps = (0..all).map(|_| self.add(definition, due).1).collect();
        (definition, due, steps)
    }

    /// Endpoints are like one of these from just before a moment on, and for how long.
    pub fn endpoints_are(&mut self, moods: &[Mood], due: u64) -> ((u64, Step), u64) {
        let mood = self.dice.of_these(moods);
        let lasts = self.dice.of_these(&[3 * SECOND, MINUTE, HOUR, 4 * HOUR]);
        let lasts = lasts + self.dice.below(lasts);
        ((due.saturating_sub(SECOND), Step::Mood(false, mood, lasts)), lasts)
    }

    /// Adds an event some time before this.
    pub fn add(&mut self, definition: Definition, before: u64) -> (usize, (u64, Step)) {
        let at = before.saturating_sub(5 * MINUTE + self.dice.below(DAY));
        self.name += 1;
        (self.name - 1, (at, Step::Add(self.name - 1, definition)))
    }

    /// A moment within these milliseconds.
    pub fn within(&mut self, from: u64, until: u64) -> u64 {
        from + self.dice.below(until - from)
    }
}

/// In so many of a hundred runs this, its events being named from `name` on.
pub(super) fn once(
    mut dice: Dice,
    chance: u64,
    (begins, days, name): (DateTime, u32, usize),
    scene: impl FnOnce(&mut Stage<'_>) -> Steps,
) -> Steps {
    match dice.percent(chance) {
        true => scene(&mut Stage { dice: &mut dice, begins, days, name }),
        false => Steps::new(),
    }
}

/// In so many of a hundred runs one to so many of these, their events being named from `name` on.
pub(super) fn some(
    dice: Dice,
    (chance, most): (u64, u64),
    place: (DateTime, u32, usize),
    one: Scene,
) -> Steps {
    once(dice, chance, place, |stage| {
        let all = 1 + stage.dice.below(most);
        (0..all).flat_map(|_| one(stage)).collect()
    })
}

/// When a reminder due at this moment is over.
fn end(definition: &Definition, due: u64) -> u64 {
    match definition.use_by {
        Some("grace") => due + MINUTE,
        _ => due + definition.before.unsigned_abs() * MINUTE,
    }
}

/// Marking it takes so long that it is over by then.
fn over_while_it_is_marked(stage: &mut Stage<'_>) -> Steps {
    let vias = [Via::Desktop, Via::Hook, Via::Careful];
    let (mut definition, due) = stage.reminder(&vias, &[Some("grace")]);
    definition.every = None;
    let (_, add) = stage.add(definition, due);
    let lasts = stage.within(MINUTE, 2 * MINUTE);
    vec![add, (due - stage.within(1, 20), Step::Slow(lasts))]
}

/// The other side is back a moment before it is over, while the ledger is held beyond that.
fn back_just_before_its_end(stage: &mut Stage<'_>) -> Steps {
    let (definition, due) = stage.reminder(&[Via::Desktop, Via::Hook], &[Some("start")]);
    let (_, add) = stage.add(definition, due);
    let (desktop, end) = (definition.via == Via::Desktop, end(&definition, due));
    let away = end - due + SECOND - 300;
    vec![
        add,
        (due - SECOND, Step::Mood(desktop, Mood::Absent, away)),
        (end - 310, Step::Busy(stage.within(400, 900))),
    ]
}

/// It is deleted while it is handed over to somebody who will not take it, or by somebody who does
/// not live to hear that.
fn deleted_while_it_fails(stage: &mut Stage<'_>) -> Steps {
    let (definition, due) = stage.reminder(&[Via::Hook, Via::Hasty], &[None, Some("start")]);
    let (name, add) = stage.add(definition, due);
    let mood = stage.dice.of_these(&[Mood::Fails, Mood::Fails, Mood::Deaf]);
    let deleted = due + stage.within(5, 25);
    let mut steps =
        vec![add, (due - SECOND, Step::Mood(false, mood, MINUTE)), (deleted, Step::Delete(name))];
    if stage.dice.percent(30) {
        steps.push((deleted + 2, Step::Kill(2 * SECOND)));
    }
    steps
}

/// One of two is deleted while the other is being shown.
fn deleted_while_it_waits_its_turn(stage: &mut Stage<'_>) -> Steps {
    let (definition, due) = stage.reminder(&[Via::Desktop], &[None, Some("start")]);
    let (_, one) = stage.add(definition, due);
    let (name, other) = stage.add(definition, one.0 + 10 * MINUTE);
    let other = (other.0.max(one.0 + 1), other.1);
    vec![one, other, (due + stage.within(2, 27), Step::Delete(name))]
}

/// What lay just behind the horizon when it was planned comes to lie before it.
fn a_journey_over_the_horizon(stage: &mut Stage<'_>) -> Steps {
    let day = stage.dice.below(u64::from(stage.days.saturating_sub(4)).max(1));
    let added = day * DAY + stage.within(3 * HOUR, 7 * HOUR);
    let first = (added + stage.within(HOUR, 6 * HOUR)) / MINUTE;
    let first = Span::new().minutes(i64::try_from(first).unwrap_or(0));
    let definition = Definition {
        kind: "note",
        start: stage.begins + first,
        zone: None,
        every: Some(1),
        before: 10,
        via: stage.dice.of_these(&[Via::Desktop, Via::Hook]),
        use_by: None,
        ..Definition::DAILY
    };
    let (_, (_, add)) = stage.add(definition, added);
    let left = added + stage.within(MINUTE, 30 * HOUR);
    let mut steps = vec![(added, add), (left, Step::Travel("Asia/Tokyo"))];
    if stage.dice.percent(40) {
        let home = left + stage.within(HOUR, 2 * DAY);
        steps.push((home, Step::Travel(stage.dice.of_these(&oracle::ABROAD))));
    }
    steps
}

/// The endpoint takes nothing for days.
fn failing_for_days(stage: &mut Stage<'_>) -> Steps {
    let (definition, due) = stage.reminder(&[Via::Hasty, Via::Hook], &[None]);
    let (_, add) = stage.add(definition, due);
    let mood = stage.dice.of_these(&[Mood::Fails, Mood::Fails, Mood::Refuses, Mood::Deaf]);
    let lasts = stage.within(HOUR, 3 * DAY);
    vec![add, (due - SECOND, Step::Mood(false, mood, lasts))]
}

/// Nobody is there from before it is due until after it is over.
fn away_over_its_end(stage: &mut Stage<'_>) -> Steps {
    let (definition, due) =
        stage.reminder(&[Via::Desktop, Via::Hook], &[Some("grace"), Some("start")]);
    let (_, add) = stage.add(definition, due);
    let from = due - stage.within(1, MINUTE / 2);
    let away = end(&definition, due) - from + stage.within(0, HOUR);
    let step = stage.dice.of_these(&[Step::Kill(away), Step::Sleep(away), Step::Freeze(away)]);
    vec![add, (from, step)]
}

/// In so many of a hundred runs a file is imported.
const IMPORTED: u64 = 25;

/// Comes with a file, is deleted as it is due, and comes with the file once more: what a person
/// deleted stays away.
pub(super) fn imported(seed: u64, begins: DateTime, days: u32, name: usize) -> Steps {
    let dice = Dice::of(seed.rotate_left(16) ^ 0x1C5);
    once(dice, IMPORTED, (begins, days, name), from_a_file)
}

fn from_a_file(stage: &mut Stage<'_>) -> Steps {
    let (definition, due) = stage.reminder(&[Via::Desktop], &[None]);
    let definition = Definition { kind: "appointment", ..definition };
    let (name, (at, _)) = stage.add(definition, due);
    let mut steps = vec![(at, Step::Import(name, definition))];
    if stage.dice.percent(70) {
        let deleted = due + stage.within(0, 60) - 30;
        steps.push((deleted, Step::Delete(name)));
    }
    for _ in 0..1 + stage.dice.below(2) {
        let again = due + stage.within(0, 2 * DAY);
        let again = if stage.dice.percent(50) { due + stage.within(0, 100) } else { again };
        steps.push((again, Step::Import(name, definition)));
    }
    steps
}

/// In so many of a hundred runs a clock is wrong by days, and in so many more it drifts.
const WRONG: u64 = 5;
const DRIFTS: u64 = 10;

/// A clock that is wrong by days for a while, for good, or again and again; or by a little more each
/// hour.
pub(super) fn clocks(seed: u64, days: u32) -> Steps {
    let mut dice = Dice::of(seed.rotate_left(48) ^ 0xC10C);
    let end = u64::from(days) * DAY;
    let mut steps = Steps::new();
    let chance = dice.below(100);
    if chance < WRONG {
        let day = i64::try_from(DAY).unwrap_or(0);
        for _ in 0..1 + dice.below(2) {
            let at = dice.below(end);
            let until = (at + MINUTE + dice.below(2 * DAY)).min(end - 1);
            let by = dice.between(day + day / 4, 26 * day) * dice.of_these(&[1, 1, -1]);
            steps.push((at, Step::SetClock(by)));
            if dice.percent(60) {
                steps.push((until, Step::SetClock(-by)));
            } else if dice.percent(50) {
                steps.push((until, Step::AcceptClock));
            }
        }
    } else if chance < WRONG + DRIFTS {
        let a_turn = dice.between(-40, 40);
        steps.extend((1..end / HOUR).map(|n| (n * HOUR + dice.below(HOUR), Step::Drift(a_turn))));
    }
    steps
}

/// In so many of a hundred runs something is told by night, when hours are left out or come twice.
const BY_NIGHT: u64 = 25;

/// Each night at the hour in which clocks are put ahead or back.
pub(super) fn nights(seed: u64, begins: DateTime, days: u32, name: usize) -> Steps {
    let dice = Dice::of(seed.rotate_left(24) ^ 0x217);
    once(dice, BY_NIGHT, (begins, days, name), by_night)
}

fn by_night(stage: &mut Stage<'_>) -> Steps {
    let (definition, _) = stage.reminder(&[Via::Desktop, Via::Hook], &[None, Some("start")]);
    let today = stage.begins.date();
    let first = today.tomorrow().unwrap_or(today);
    let minutes = stage.dice.between(90, 210);
    let start = first.to_datetime(Time::midnight()) + Span::new().minutes(minutes);
    let zone = stage.dice.of_these(&[None, Some(oracle::HOME)]);
    let definition = Definition { start, zone, every: Some(1), ..definition };
    let (_, add) = stage.add(definition, 6 * HOUR);
    vec![add]
}

/// In so many of a hundred runs records are let go of.
const FORGETS: u64 = 25;

/// Each day the ledger lets go of what is over for long.
pub(super) fn forgetting(seed: u64, days: u32) -> Steps {
    let mut dice = Dice::of(seed.rotate_left(28) ^ 0xF06);
    if !dice.percent(FORGETS) {
        return Steps::new();
    }
    (1..u64::from(days)).map(|day| (day * DAY + dice.below(DAY), Step::Forget)).collect()
}
