//! What happens in one run: made from a seed, and plain data, so that what fails can be made
//! smaller.

mod away;
mod bounded;
mod dates;
mod definition;
mod gone;
mod guarantee;
mod letters;
mod locked;
mod notifier;
mod parted;
mod refused;
mod scenes;
mod several;
mod silence;
mod upgrade;
mod workflows;

use engine::planted::Planted;
use jiff::civil::{DateTime, date};

pub use self::upgrade::Upgrade;
use crate::{dice::Dice, oracle, receiver::Mood, service::KEPT};

pub use self::definition::Definition;
pub(crate) use self::definition::{COLLAPSES, KINDS, OVERLAPS, USE_BYS};

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
    /// Whether a second service stands by.
    pub twins: bool,
    /// A bug that is planted in the engine.
    pub bug: Option<Planted>,
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
    /// A webhook that gives up soon.
    Hasty,
}

impl Via {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Desktop, Self::Hook, Self::Careful, Self::Hasty];

    /// What it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Hook => "hook",
            Self::Careful => "careful",
            Self::Hasty => "hasty",
        }
    }
}

/// What a person decides about what waits for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deciding {
    /// It is tried again.
    Retry,
    /// All of them are.
    RetryAll,
    /// Other words are sent in its place.
    Edit,
    /// It is sent as a new one.
    AsNew,
    /// Other words are sent as a new one.
    NewWords,
    /// It is set aside.
    Discard,
}

impl Deciding {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Retry, Self::RetryAll, Self::Edit, Self::AsNew, Self::NewWords, Self::Discard];
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Somebody adds an event, or a person with a day of theirs.
    Add(usize, Definition),
    /// Somebody imports a file with it, for the first time or once more.
    Import(usize, Definition),
    /// Somebody moves it by minutes, all of it; a person moves to another zone.
    Move(usize, i64),
    /// Somebody changes its title, and nothing else.
    Retitle(usize),
    /// Somebody deletes it.
    Delete(usize),
    /// Somebody cancels all of it.
    Disable(usize),
    /// Somebody lets it take place after all.
    Enable(usize),
    /// Somebody leaves one turn out: the next, or so many after it.
    LeaveOut(usize, u32),
    /// Somebody puts it in again.
    PutIn(usize),
    /// Somebody lets what follows from a turn on, the next or so many after it, begin minutes later.
    Part(usize, u32, i64),
    /// Somebody takes back the last change of all.
    Undo,
    /// Somebody moves it and takes that back at once.
    MoveAndUndo(usize, i64),
    /// Somebody is done with the newest reminder in the inbox.
    Acknowledge,
    /// Somebody snoozes it by so many minutes.
    Snooze(i64),
    /// Somebody lets nothing pop up for so many minutes.
    Pause(u32),
    /// Somebody ends that.
    Resume,
    /// Somebody lets nothing pop up from this hour to that, each day; the same hour: no more.
    Quiet(i8, i8),
    /// The leading service is killed, and started again after so many milliseconds.
    Kill(u64),
    /// It is asked to stop, and started again after so many milliseconds.
    Stop(u64),
    /// It is frozen for so many milliseconds.
    Freeze(u64),
    /// Whoever makes the change of the disk after so many dies in the middle of it.
    Crash(u64),
    /// The change of the disk after so many fails.
    Failing(u64),
    /// The power is cut, and what is left hangs on this seed; so many milliseconds later it is back.
    PowerCut(u64, u64),
    /// The machine sleeps for so many milliseconds.
    Sleep(u64),
    /// The wall clock is set by so many milliseconds.
    SetClock(i64),
    /// The wall clock has gone wrong by so many milliseconds, and nobody set it.
    Drift(i64),
    /// Somebody lets whole days be told at this hour.
    Hour(i8),
    /// Somebody says that the clock is right as it is.
    AcceptClock,
    /// Somebody switches an endpoint on again.
    SwitchOn(Via),
    /// Somebody lets an endpoint never repeat from now on, or never miss.
    Guarantee(Via, bool),
    /// Somebody tests a channel.
    Test(Via),
    /// Somebody decides about what waits for a person, this one of it.
    Decide(Deciding, u64),
    /// The machine is taken to another zone.
    Travel(&'static str),
    /// Newer zone data comes, or the older again.
    ZoneData(bool),
    /// The other side is like this for so many milliseconds; the desktop or the endpoint.
    Mood(bool, Mood, u64),
    /// The ledger's own key lies beside it, or another: whoever starts from then on has that.
    Key(bool),
    /// The notification service ends, and another begins so many milliseconds later.
    Replace(u64),
    /// A foreign program holds the write lock for so many milliseconds.
    Busy(u64),
    /// A sync within the next second takes so many milliseconds.
    Slow(u64),
    /// The next sync fails.
    FailingSync,
    /// The disk is full for so many milliseconds.
    Full(u64),
    /// Nobody hears the bell for so many milliseconds.
    Deaf(u64),
    /// The ledger lets go of what is over for longer than it is kept.
    Forget,
    /// Somebody keeps a copy of the ledger.
    Keep,
    /// Somebody puts the copy back.
    Restore,
    /// A newer program is put in the place of the older one, and started.
    Upgrade(Upgrade, u64),
    /// Somebody starts the older program all the same.
    Outdated,
}

/// As many bits as there are sorts of steps.
const SORTS: u64 = 1 << 25;

/// The zones events are in.
const ZONES: [Option<&str>; 6] = [
    None,
    None,
    Some("Europe/Berlin"),
    Some("America/New_York"),
    Some("Asia/Kolkata"),
    Some("Asia/Tokyo"),
];

/// In so many of a hundred runs a ledger may be put back: it ends what is known of the events.
const RESTORED: u64 = 12;

/// What else may happen in a run: by its seed, its beginning, how many days it lasts and the name of its
/// next event.
type Other = fn(u64, DateTime, u32, usize) -> Vec<(u64, Step)>;
const OTHERS: &[Other] = &[
    gone::gone,
    letters::letters,
    silence::by_clocks,
    away::away,
    away::theirs,
    refused::refused,
    several::several,
    locked::locked,
    dates::dates,
    notifier::replaced,
    workflows::workflows,
    parted::parted,
    upgrade::upgrade,
    bounded::bounded,
    guarantee::guarantees,
    locked::keyless,
];

impl Plan {
    /// A run in which nothing happens.
    pub fn empty(seed: u64, days: u32) -> Self {
        let begins = date(2026, 10, 20).at(6, 0, 0, 0);
        Self { seed, days, begins, twins: false, bug: None, steps: Vec::new() }
    }

    /// The plan of a seed.
    pub fn of(seed: u64, days: u32) -> Self {
        let mut dice = Dice::of(seed);
        let begins = dice.of_these(&[date(2026, 3, 24), date(2026, 10, 20), date(2027, 1, 10)]);
        let begins = begins.at(6, 0, 0, 0);
        let twins = dice.percent(40);
        let end = u64::from(days) * DAY;
        let mut steps: Vec<(u64, Step)> = Vec::new();
        let mut moments = Vec::new();
        let mut last = None;
        for name in 0..usize::try_from(4 + dice.below(EVENTS - 4)).unwrap_or(4) {
            let at = if dice.percent(70) { dice.below(3_600_000) } else { dice.below(end) };
            let mut definition = definition(&mut dice, begins, days);
            // Some are due at the same moment.
            let apart = |last: &Definition| last.kind != "birthday";
            if let Some(last) = last.filter(apart).filter(|_| dice.percent(35)) {
                definition = Definition { via: definition.via, ..last };
            }
            last = Some(definition);
            let own = oracle::moments(&definition, begins, end);
            // And some are added shortly before they are first due.
            let first = own.iter().min().filter(|_| dice.percent(25)).copied();
            let at = first.map_or(at, |first| first.saturating_sub(2_000 + dice.below(840_000)));
            moments.extend(own.into_iter().map(|moment| (moment, name)));
            steps.push((at, Step::Add(name, definition)));
        }
        // Each run knows only some sorts of mishap.
        let allowed = dice.below(SORTS) | dice.below(SORTS) & dice.below(SORTS);
        let may_restore = dice.percent(RESTORED);
        let names = steps.len() as u64;
        for _ in 0..15 + dice.below(60) {
            let (at, name) = aimed(&mut dice, &moments, names, end);
            let step = any(&mut dice, name);
            let is_allowed = match step {
                Step::Keep | Step::Restore => may_restore,
                _ => allowed & (1 << sort(&step)) != 0,
            };
            if is_allowed {
                steps.push((at, step));
            }
        }
        let named = steps.iter().filter(|(_, step)| matches!(step, Step::Add(..))).count();
        steps.extend(scenes::scenes(seed, begins, days, named));
        let named = steps.iter().filter(|(_, step)| matches!(step, Step::Add(..))).count();
        steps.extend(silence::silences(seed, begins, days, named));
        let is_named = |(_, step): &&(u64, Step)| matches!(step, Step::Add(..) | Step::Import(..));
        let named = steps.iter().filter(is_named).count();
        steps.extend(scenes::imported(seed, begins, days, named));
        steps.extend(scenes::nights(seed, begins, days, next_name(&steps)));
        steps.extend(scenes::clocks(seed, days));
        steps.extend(gone::tests(seed, days));
        for others in OTHERS {
            steps.extend(others(seed, begins, days, next_name(&steps)));
        }
        // Nobody knows what was told and let go of where an older copy is put back, or a clock set back by
        // more than records are kept, which here are two days, and in real lives four hundred.
        let back = |step: &Step| if let Step::SetClock(by) = step { (*by).min(0) } else { 0 };
        let back: i64 = steps.iter().map(|(_, step)| back(step)).sum();
        let is_restored = steps.iter().any(|(_, step)| *step == Step::Restore);
        if !is_restored && -back / 1_000 < KEPT {
            steps.extend(scenes::forgetting(seed, days));
        }
        // What comes of a step after the last day nobody sees.
        steps.retain(|(at, _)| *at < u64::from(days) * DAY);
        steps.sort_by_key(|(at, _)| *at);
        Self { seed, days, begins, twins, bug: None, steps }
    }
}

/// The name of the next event.
fn next_name(steps: &[(u64, Step)]) -> usize {
    let names = steps.iter().map(|(_, step)| match step {
        Step::Add(name, _) | Step::Import(name, _) => name + 1,
        _ => 0,
    });
    names.max().unwrap_or(0)
}

/// A moment, half of the time within 50 ms of one at which something is due or over; and an event,
/// often that one.
fn aimed(dice: &mut Dice, moments: &[(u64, usize)], names: u64, end: u64) -> (u64, usize) {
    let any = usize::try_from(dice.below(names)).unwrap_or(0);
    if moments.is_empty() || !dice.percent(50) {
        return (dice.below(end), any);
    }
    let (near, name) = dice.of_these(moments);
    let off = if dice.percent(60) { dice.between(0, 40) } else { dice.between(-50, 50) };
    let near = i64::try_from(near).unwrap_or(0) + off;
    (u64::try_from(near).unwrap_or(0), if dice.percent(70) { name } else { any })
}

fn definition(dice: &mut Dice, begins: DateTime, days: u32) -> Definition {
    let day = dice.between(0, i64::from(days));
    // Not at night, when hours are missing or twice.
    let minute = dice.between(8 * 60, 22 * 60);
    let midnight = begins.date().to_datetime(jiff::civil::Time::midnight());
    let start = midnight + jiff::Span::new().days(day);
    let kind =
        dice.of_these(&["note", "note", "appointment", "appointment", "deadline", "birthday"]);
    let zone = dice.of_these(&ZONES);
    if kind == "birthday" {
        let start = start + jiff::Span::new().hours(9);
        let zone = Some(zone.unwrap_or(oracle::HOME));
        let (via, before, use_by) = (Via::Desktop, 0, None);
        let every = None;
        return Definition { kind, start, zone, every, before, via, use_by, ..Definition::DAILY };
    }
    Definition {
        kind,
        start: start + jiff::Span::new().minutes(minute),
        zone,
        every: dice.of_these(&[None, Some(1), Some(1), Some(2), Some(7)]),
        before: dice.of_these(&[1, 10, 10, 60]),
        via: dice.of_these(&[Via::Desktop, Via::Hook, Via::Hook, Via::Careful, Via::Hasty]),
        use_by: dice.of_these(&[None, None, None, Some("grace"), Some("grace"), Some("start")]),
        ..Definition::DAILY
    }
}

fn any(dice: &mut Dice, name: usize) -> Step {
    let down = if dice.percent(70) { dice.below(30_000) } else { dice.below(DAY / 2) };
    match dice.below(37) {
        0..=2 => Step::Move(name, dice.between(-90, 180)),
        3 => Step::Retitle(name),
        4 | 5 => Step::Delete(name),
        6 => Step::Undo,
        7 => Step::MoveAndUndo(name, dice.between(-90, 180)),
        8 => Step::Acknowledge,
        9 => Step::Snooze(dice.of_these(&[1, 10, 10, 60, 24 * 60])),
        10..=12 => Step::Kill(down),
        13 => Step::Stop(down),
        14 | 15 => Step::Freeze(down.min(3_600_000)),
        16..=18 => Step::Crash(dice.below(30)),
        19 => Step::Failing(dice.below(30)),
        20 => Step::PowerCut(dice.below(1 << 40), down),
        21 => Step::Sleep(down),
        22 => Step::SetClock(match dice.below(3) {
            0 => dice.between(-5_000, 5_000),
            1 => dice.between(-7_200_000, 7_200_000),
            _ => dice.between(0, 20_000_000),
        }),
        23 | 24 => Step::Travel(dice.of_these(&oracle::ABROAD)),
        25 => Step::ZoneData(dice.percent(60)),
        26 | 27 => Step::Mood(dice.percent(40), mood(dice), dice.below(20 * 60_000)),
        28 => Step::Busy(match dice.below(10) {
            0..=5 => dice.between(10, 5_000).unsigned_abs(),
            6 | 7 => 30_000,
            _ => dice.between(50_000, 70_000).unsigned_abs(),
        }),
        29 => Step::FailingSync,
        30 => Step::Full(dice.below(600_000)),
        31 => Step::Deaf(dice.below(3_600_000)),
        32 => Step::SetClock(dice.between(30_000, 600_000)),
        33 => Step::Busy(dice.between(55_000, 65_000).unsigned_abs()),
        34 => Step::Slow(match dice.below(3) {
            0 => dice.below(2_000),
            1 => dice.below(30_000),
            _ => dice.between(50_000, 80_000).unsigned_abs(),
        }),
        35 => Step::Keep,
        _ => Step::Restore,
    }
}

fn mood(dice: &mut Dice) -> Mood {
    dice.of_these(&[
        Mood::Slow,
        Mood::Refuses,
        Mood::Fails,
        Mood::TakesSilently,
        Mood::Deaf,
        Mood::Absent,
    ])
}

/// A number for each sort.
fn sort(step: &Step) -> u32 {
    match step {
        Step::Add(..) | Step::Import(..) => 0,
        Step::Move(..) => 1,
        Step::Retitle(_) => 2,
        Step::Delete(_) => 3,
        Step::Undo => 4,
        Step::Kill(_) => 5,
        Step::Stop(_) => 6,
        Step::Crash(_) => 7,
        Step::PowerCut(..) => 8,
        Step::Sleep(_) => 9,
        Step::SetClock(_) | Step::Drift(_) | Step::AcceptClock => 10,
        Step::Mood(..) | Step::Replace(_) | Step::Key(_) => 11,
        Step::Busy(_) => 12,
        Step::FailingSync => 13,
        Step::Full(_) => 14,
        Step::Deaf(_) => 15,
        Step::MoveAndUndo(..) => 16,
        Step::Acknowledge => 17,
        Step::Snooze(_) => 18,
        Step::Freeze(_) => 19,
        Step::Failing(_) => 20,
        Step::Travel(_) | Step::Hour(_) => 21,
        Step::ZoneData(_) => 22,
        Step::Keep | Step::Restore => 23,
        Step::Slow(_) => 24,
        Step::Pause(_) | Step::Resume | Step::Quiet(..) => 25,
        Step::SwitchOn(_) | Step::Guarantee(..) | Step::Test(_) | Step::Decide(..) => 26,
        Step::Forget => 28,
        Step::Upgrade(..) | Step::Outdated => 29,
        Step::Disable(_)
        | Step::Enable(_)
        | Step::LeaveOut(..)
        | Step::PutIn(_)
        | Step::Part(..) => 27,
    }
}
