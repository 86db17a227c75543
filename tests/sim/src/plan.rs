//! What happens in one run: made from a seed, and plain data, so that what fails can be made
//! smaller.

use jiff::civil::{DateTime, date};

use crate::{dice::Dice, oracle, receiver::Mood};

/// Milliseconds of a day.
pub(crate) const DAY: u64 = 86_400_000;
/// Nobody adds an event twice; there are at most so many.
const EVENTS: u64 = 14;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What it was made from.
    pub seed: u64,
    /// How many days it lasts, before all is well again.
    pub days: u32,
    /// The local day it begins on.
    pub begins: DateTime,
    /// What happens, with its true time in milliseconds since the start, in order.
    pub steps: Vec<(u64, Step)>,
}

/// How a reminder is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A notification.
    Desktop,
    /// A webhook that never misses.
    Hook,
    /// A webhook that never repeats.
    Careful,
}

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// Its kind.
    pub kind: &'static str,
    /// When it is first.
    pub start: DateTime,
    /// In which zone; none is the machine's.
    pub zone: Option<&'static str>,
    /// After so many days it is again.
    pub every: Option<u32>,
    /// So many minutes before it is told.
    pub before: i64,
    /// How.
    pub via: Via,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Somebody adds an event.
    Add(usize, Definition),
    /// Somebody moves it by minutes, all of it.
    Move(usize, i64),
    /// Somebody changes its title, and nothing else.
    Retitle(usize),
    /// Somebody deletes it.
    Delete(usize),
    /// Somebody takes back the last change of all.
    Undo,
    /// The service is killed, and started again after so many milliseconds.
    Kill(u64),
    /// The service is asked to stop, and started again after so many milliseconds.
    Stop(u64),
    /// Whoever makes the change of the disk after so many dies in the middle of it.
    Crash(u64),
    /// The power is cut, and what is left hangs on this seed; so many milliseconds later it is back.
    PowerCut(u64, u64),
    /// The machine sleeps for so many milliseconds.
    Sleep(u64),
    /// The wall clock is set by so many milliseconds.
    SetClock(i64),
    /// The other side is like this for so many milliseconds; the desktop or the endpoint.
    Mood(bool, Mood, u64),
    /// A foreign program holds the write lock for so many milliseconds.
    Busy(u64),
    /// The next sync fails.
    FailingSync,
    /// The disk is full for so many milliseconds.
    Full(u64),
    /// Nobody hears the bell for so many milliseconds.
    Deaf(u64),
}

/// The zones events are in.
const ZONES: [Option<&str>; 4] =
    [None, Some("Europe/Berlin"), Some("America/New_York"), Some("Asia/Kolkata")];

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64, days: u32) -> Self {
        let mut dice = Dice::of(seed);
        let begins = dice.of_these(&[date(2026, 3, 24), date(2026, 10, 20), date(2027, 1, 10)]);
        let begins = begins.at(6, 0, 0, 0);
        let end = u64::from(days) * DAY;
        let mut steps = Vec::new();
        let mut moments = Vec::new();
        for name in 0..usize::try_from(4 + dice.below(EVENTS - 4)).unwrap_or(4) {
            let at = if dice.percent(70) { dice.below(3_600_000) } else { dice.below(end) };
            let definition = definition(&mut dice, begins, days);
            moments.extend(oracle::moments(&definition, begins, end));
            steps.push((at, Step::Add(name, definition)));
        }
        // Each run knows only some sorts of mishap.
        let allowed = dice.below(1 << 16) | 1;
        for _ in 0..10 + dice.below(50) {
            let at = aimed(&mut dice, &moments, end);
            let names = steps.len() as u64;
            let step = any(&mut dice, names);
            if allowed & (1 << sort(&step)) != 0 {
                steps.push((at, step));
            }
        }
        steps.sort_by_key(|(at, _)| *at);
        Self { seed, days, begins, steps }
    }
}

/// A moment, half of the time within 50 ms of one at which something is due.
fn aimed(dice: &mut Dice, moments: &[u64], end: u64) -> u64 {
    if moments.is_empty() || !dice.percent(50) {
        return dice.below(end);
    }
    let near = i64::try_from(dice.of_these(moments)).unwrap_or(0) + dice.between(-50, 50);
    u64::try_from(near).unwrap_or(0)
}

fn definition(dice: &mut Dice, begins: DateTime, days: u32) -> Definition {
    let day = dice.between(0, i64::from(days));
    // Not at night, when hours are missing or twice.
    let minute = dice.between(8 * 60, 22 * 60);
    let start = begins.date().to_datetime(jiff::civil::Time::midnight());
    let start = start + jiff::Span::new().days(day).minutes(minute);
    Definition {
        kind: dice.of_these(&["note", "note", "appointment", "deadline"]),
        start,
        zone: dice.of_these(&ZONES),
        every: dice.of_these(&[None, Some(1), Some(1), Some(2), Some(7)]),
        before: dice.of_these(&[1, 10, 10, 60]),
        via: dice.of_these(&[Via::Desktop, Via::Hook, Via::Hook, Via::Careful]),
    }
}

fn any(dice: &mut Dice, names: u64) -> Step {
    let name = usize::try_from(dice.below(names)).unwrap_or(0);
    let down = if dice.percent(70) { dice.below(30_000) } else { dice.below(DAY / 2) };
    let mood = dice.of_these(&[
        Mood::Slow,
        Mood::Refuses,
        Mood::Fails,
        Mood::TakesSilently,
        Mood::Deaf,
        Mood::Absent,
    ]);
    match dice.below(20) {
        0 | 1 => Step::Move(name, dice.between(-90, 180)),
        2 => Step::Retitle(name),
        3 => Step::Delete(name),
        4 => Step::Undo,
        5..=7 => Step::Kill(down),
        8 => Step::Stop(down),
        9..=11 => Step::Crash(dice.below(30)),
        12 => Step::PowerCut(dice.below(1 << 40), down),
        13 => Step::Sleep(down),
        14 => Step::SetClock(match dice.below(3) {
            0 => dice.between(-5_000, 5_000),
            1 => dice.between(-7_200_000, 7_200_000),
            _ => dice.between(0, 20_000_000),
        }),
        15 | 16 => Step::Mood(dice.percent(40), mood, dice.below(20 * 60_000)),
        17 => Step::Busy(if dice.percent(70) {
            dice.between(10, 5_000).unsigned_abs()
        } else {
            30_000
        }),
        18 if dice.percent(50) => Step::FailingSync,
        18 => Step::Full(dice.below(600_000)),
        _ => Step::Deaf(dice.below(3_600_000)),
    }
}

/// A number for each sort.
fn sort(step: &Step) -> u32 {
    match step {
        Step::Add(..) => 0,
        Step::Move(..) => 1,
        Step::Retitle(_) => 2,
        Step::Delete(_) => 3,
        Step::Undo => 4,
        Step::Kill(_) => 5,
        Step::Stop(_) => 6,
        Step::Crash(_) => 7,
        Step::PowerCut(..) => 8,
        Step::Sleep(_) => 9,
        Step::SetClock(_) => 10,
        Step::Mood(..) => 11,
        Step::Busy(_) => 12,
        Step::FailingSync => 13,
        Step::Full(_) => 14,
        Step::Deaf(_) => 15,
    }
}
