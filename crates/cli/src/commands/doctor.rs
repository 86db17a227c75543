//! `carillon doctor`: whether everything needed is there and well. It only looks: what is not
//! there is not made, and a ledger of an older program stays as it is.

mod page;
mod problems;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use calendar::{timing::later, zones::ZoneName};

use engine::{
    Actor, Engine,
    autostart::Autostart,
    backup,
    clock::SystemClock,
    damage,
    error::plain,
    hanging::is_stopped,
    ledger::{Ledger, SCHEMA, SchedulerLock, status::StatusRow},
    machine::machine_zone,
    mark::{Mark, Marked},
    moved::MovedList,
    place::Place,
    settings::Pause,
    swapped::Swapped,
    zones,
};
use serde::Serialize;

use crate::{answer::Answer, args::Doctor, failure::Failure, session::refuse_missing, words};

/// A record of so few steps is compared in any case.
const FEW: i64 = 10_000;

#[derive(Serialize)]
struct Shape {
    version: &'static str,
    ledger: LedgerShape,
    zones: ZonesShape,
    service: ServiceShape,
    notifier: NotifierShape,
    autostart: Option<bool>,
    lateness_ms: Lateness,
    /// Of thirty days: how many deliveries came to which end, and within how many milliseconds of
    /// their moment those told were, in classes that double.
    counts: BTreeMap<String, u64>,
    backups: BackupsShape,
    /// Where the service's log is.
    log: String,
    high_water: MarkShape,
    /// When this was last found to be another copy of the ledger, and how much is to be checked.
    restored: Option<String>,
    /// What became of the ledger whose place this one has.
    mended: Option<String>,
    /// Until when reminders are paused, in words; none if they are not.
    paused: Option<String>,
    /// Until when it is quiet now, in words; none if it is not.
    quiet: Option<String>,
    /// One sentence each; empty when all is well, and the exit code says so too.
    problems: Vec<String>,
}

#[derive(Serialize)]
struct LedgerShape {
    path: String,
    /// None where there is no ledger yet.
    schema: Option<i64>,
    sqlite: &'static str,
    ok: bool,
    /// Its file is gone or empty, and there are backups of it.
    missing: bool,
    faults: Vec<String>,
    /// What of its record is not as it was written.
    record: Vec<String>,
    /// Whether every record was compared with its checksum: asked for with `--deep`, or done because
    /// there are few of them, a service was cut off or it found something.
    deep: bool,
}

#[derive(Serialize)]
struct BackupsShape {
    /// The day of the newest that the service made.
    newest: Option<String>,
    kept: usize,
    folder: String,
}

#[derive(Serialize)]
struct MarkShape {
    path: String,
    /// How far this ledger was here.
    at: Option<i64>,
}

#[derive(Serialize)]
struct ZonesShape {
    source: String,
    version: String,
    system_zone: String,
    /// Occurrences that newer data moved and nobody has seen yet.
    moved: u32,
}

#[derive(Serialize)]
struct ServiceShape {
    running: bool,
    /// A signal stopped its process: it lives, and does nothing.
    #[serde(skip)]
    stopped: bool,
    pid: Option<u32>,
    version: Option<String>,
}

#[derive(Serialize)]
struct NotifierShape {
    reachable: Option<bool>,
    name: Option<String>,
}

#[derive(Serialize)]
struct Lateness {
    p50: Option<i64>,
    p99: Option<i64>,
    n: usize,
    /// Of all told in thirty days, the share told within a minute.
    within_a_minute: Option<f64>,
}

/// What can be read of a ledger: each thing by itself, for of a damaged one some can be and some
/// cannot.
#[derive(Default)]
struct Reading {
    faults: Vec<String>,
    unread: Vec<&'static str>,
    /// What could not be looked at this time, which says nothing against the file.
    passing: Vec<String>,
}

impl Reading {
    fn of<T: Default>(&mut self, what: &'static str, found: Result<T, engine::Error>) -> T {
        found.unwrap_or_else(|error| {
            if damage::may_pass(&error) {
                self.passing.push(format!("{what} could not be looked at: {error}"));
            } else {
                self.fails(error);
                self.unread.push(what);
            }
            T::default()
        })
    }

    fn fails(&mut self, error: engine::Error) {
        let fault = match error {
            engine::Error::Sqlite(error) => plain(&error),
            engine::Error::Condemned { waits, .. } => {
                format!("the service puts its newest good backup in its place{waits}")
            }
            engine::Error::Unfit { reason, .. } => reason,
            other => other.to_string(),
        };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn faults(mut self) -> Vec<String> {
        if !self.unread.is_empty() {
            self.faults.push(format!("what cannot be read: {}", self.unread.join(", ")));
        }
        self.faults
    }
}

pub fn run(named: Option<&Path>, asked: &Doctor) -> Result<Answer, Failure> {
    let place = Place::find(named).map_err(|e| Failure::failed(e.to_string()))?;
    let found = zones::load();
    let clock = Arc::new(SystemClock::new());
    let mut reading = Reading::default();
    let engine = match Engine::look(&place.data, Actor::CommandLine, clock, found.clone()) {
        Err(error) if damage::is_damage(&error, &place.data) => {
            reading.fails(error);
            None
        }
        looked => looked?,
    };
    if engine.is_none() && reading.faults.is_empty() {
        refuse_missing(&place)?;
    }
    let engine = engine.map(|engine| engine.in_place(&place));
    engine.as_ref().filter(|_| asked.seen).map_or(Ok(()), was_seen)?;
    let dir = engine.as_ref().map_or(place.data, Engine::dir);
    let service = SchedulerLock::holder(&dir);
    let mut shape = Shape {
        version: env!("CARGO_PKG_VERSION"),
        ledger: LedgerShape {
            path: dir.join("carillon.db").display().to_string(),
            schema: engine.as_ref().map(|_| SCHEMA),
            sqlite: Ledger::sqlite_version(),
            ok: true,
            missing: engine.is_none() && !reading.faults.is_empty() && is_gone(&dir),
            faults: Vec::new(),
            record: Vec::new(),
            deep: false,
        },
        zones: ZonesShape {
            source: found.source,
            version: found.zones.version().to_string(),
            system_zone: machine_zone(&found.zones).unwrap_or_else(ZoneName::utc).to_string(),
            moved: 0,
        },
        service: ServiceShape {
            running: service.is_some(),
            stopped: service.as_ref().is_some_and(|(pid, _)| is_stopped(*pid)),
            pid: service.as_ref().map(|(pid, _)| *pid),
            version: service.map(|(_, version)| version),
        },
        notifier: NotifierShape { reachable: None, name: None },
        autostart: Autostart::of_this_user().ok().and_then(|entry| entry.is_on().ok()),
        lateness_ms: lateness(&[]),
        counts: BTreeMap::new(),
        backups: backups(&dir),
        log: place.state.join(service::log::NAME).display().to_string(),
        high_water: mark(engine.as_ref(), &place.state),
        restored: None,
        mended: None,
        paused: None,
        quiet: None,
        problems: Vec::new(),
    };
    if let Some(engine) = &engine {
        shape.ledger.record = read(engine, asked, &mut shape, &mut reading);
    }
    let passing = std::mem::take(&mut reading.passing);
    shape.ledger.faults = reading.faults();
    shape.ledger.ok = shape.ledger.faults.is_empty();
    shape.problems = problems::find(engine.as_ref(), &shape);
    shape.problems.extend(passing);
    let mut answer = Answer::new(page::text(&shape), &shape);
    answer.is_well = shape.problems.is_empty();
    Ok(answer)
}

/// What happened to the ledger, and an import that ended early, need not be said again.
fn was_seen(engine: &Engine) -> Result<(), Failure> {
    engine.swap_was_seen()?;
    if engine.unfinished_import()?.is_some() {
        engine.unfinished_was_seen()?;
    }
    Ok(())
}

/// Whether there is no file of a ledger in this directory, or an empty one.
fn is_gone(dir: &Path) -> bool {
    dir.join("carillon.db").symlink_metadata().map_or(true, |found| found.len() == 0)
}

/// Reads what the ledger says, and looks through its record if that is asked for, soon done, or
/// needed because a service was cut off or found it changed; gives what is wrong with that.
fn read(engine: &Engine, asked: &Doctor, shape: &mut Shape, reading: &mut Reading) -> Vec<String> {
    let faults = reading_of_file(engine, reading);
    reading.faults.extend(faults);
    let status = reading.of("the service's last words", engine.service_status());
    if let Some(status) = status.as_ref().filter(|_| shape.service.running) {
        shape.notifier = notifier(status);
    }
    if let Ok(context) = engine.planning_context() {
        shape.zones.system_zone = context.machine.to_string();
    }
    shape.zones.moved = reading.of("what zone data moved", engine.moved().map(moved));
    shape.lateness_ms = lateness(&reading.of("how late it was", engine.lateness()));
    shape.counts = reading.of("what was counted", counts(engine));
    shape.restored = restored(engine).ok().flatten();
    shape.mended = mended(engine).ok().flatten();
    shape.paused = paused(engine).ok().flatten();
    shape.quiet = quiet(engine).ok().flatten();
    let was_cut_off = !shape.service.running && status.is_some_and(|said| said.stopped.is_none());
    let is_soon_done = engine.steps().is_ok_and(|steps| steps <= FEW);
    let is_doubtful = engine.is_doubtful().unwrap_or(true);
    if !(asked.deep || was_cut_off || is_doubtful || is_soon_done) {
        return Vec::new();
    }
    shape.ledger.deep = true;
    let faults = reading.of("the record", engine.check_records());
    faults.into_iter().map(|fault| fault.what).collect()
}

/// What SQLite and the events say against the file.
fn reading_of_file(engine: &Engine, known: &mut Reading) -> Vec<String> {
    let mut reading = Reading::default();
    let faults = reading.of("all of the file", engine.check_file());
    known.unread.extend(reading.unread);
    known.passing.extend(reading.passing);
    reading.faults.into_iter().chain(faults).collect()
}

/// What was counted in thirty days.
fn counts(engine: &Engine) -> Result<BTreeMap<String, u64>, engine::Error> {
    Ok(engine.statistics(later(engine.now().wall, -30 * 86_400))?.into_iter().collect())
}

fn backups(dir: &Path) -> BackupsShape {
    let kept = backup::daily_ones(dir);
    BackupsShape {
        newest: kept.first().map(|(day, _)| day.to_string()),
        kept: kept.len(),
        folder: dir.join("backups").display().to_string(),
    }
}

fn mark(engine: Option<&Engine>, state: &Path) -> MarkShape {
    let known = engine.and_then(|engine| Some(engine.mark().of(&engine.ledger_id().ok()?)));
    let at = match known {
        Some(Marked::At(at)) => Some(at),
        Some(Marked::Never | Marked::Unknown) | None => None,
    };
    let path = engine.map_or_else(|| Mark::in_dir(state), |engine| engine.mark().clone());
    MarkShape { path: path.path().display().to_string(), at }
}

fn restored(engine: &Engine) -> Result<Option<String>, Failure> {
    let zone = engine.planning_context()?.machine_zone();
    Ok(engine.restored_at()?.map(|(at, rows)| {
        let what = words::count(rows as usize, "reminder");
        format!("{}: {what} of the past put under please check", words::moment(at, &zone))
    }))
}

fn mended(engine: &Engine) -> Result<Option<String>, Failure> {
    let zone = engine.planning_context()?.machine_zone();
    let said = |swapped: Swapped| {
        let at = words::moment(swapped.at(), &zone);
        format!("{at}: it {}; {}; {}", swapped.what(), swapped.took(), swapped.lost())
    };
    Ok(engine.swapped()?.map(said))
}

fn paused(engine: &Engine) -> Result<Option<String>, Failure> {
    let zone = engine.planning_context()?.machine_zone();
    Ok(engine.paused()?.map(|pause| match pause {
        Pause::Forever => "until `carillon resume`: what is for this desktop waits".into(),
        Pause::Until(at) => {
            format!("until {}: what is for this desktop waits", words::moment(at, &zone))
        }
    }))
}

fn quiet(engine: &Engine) -> Result<Option<String>, Failure> {
    let zone = engine.planning_context()?.machine_zone();
    let hours = engine.quiet_hours()?.filter(|hours| hours.on);
    let until = hours.and_then(|hours| hours.rules.until(engine.now().wall, &zone));
    Ok(until.map(|at| {
        format!("until {}: what is for this desktop waits, but alarms", words::moment(at, &zone))
    }))
}

fn moved(list: Option<MovedList>) -> u32 {
    let rows = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    list.map_or(0, |list| list.more.saturating_add(rows(list.rows.len())))
}

fn notifier(status: &StatusRow) -> NotifierShape {
    NotifierShape { reachable: Some(status.notifier.is_some()), name: status.notifier.clone() }
}

/// Percentiles of an ascending list (nearest rank).
fn lateness(ascending: &[i64]) -> Lateness {
    let n = ascending.len();
    let rank = |percent: usize| ascending.get((n * percent).div_ceil(100).saturating_sub(1));
    let soon = ascending.partition_point(|ms| *ms <= 60_000);
    Lateness {
        p50: rank(50).copied(),
        p99: rank(99).copied(),
        n,
        within_a_minute: (n > 0).then(|| soon as f64 / n as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let many: Vec<i64> = (1..=200).collect();
        let late = lateness(&many);
        assert_eq!((late.p50, late.p99, late.n), (Some(100), Some(198), 200));
        let one = lateness(&[70_000]);
        assert_eq!(
            (one.p50, one.p99, one.within_a_minute),
            (Some(70_000), Some(70_000), Some(0.0))
        );
        let soon = |ascending: &[i64]| lateness(ascending).within_a_minute;
        assert_eq!(soon(&[0, 59_000, 61_000]), Some(2.0 / 3.0));
        assert_eq!((soon(&[60_000]), soon(&[60_001])), (Some(1.0), Some(0.0)));
        assert_eq!((lateness(&[]).p50, soon(&[])), (None, None));
    }
}
