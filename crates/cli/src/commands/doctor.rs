//! `carillon doctor`: whether everything needed is there and well. It only looks: what is not
//! there is not made, and a ledger of an older program stays as it is.

mod problems;

use std::{path::Path, sync::Arc};

use calendar::zones::ZoneName;
use engine::{
    Actor, Engine,
    autostart::Autostart,
    clock::SystemClock,
    ledger::{Ledger, SCHEMA, SchedulerLock, status::StatusRow},
    machine::machine_zone,
    place::Place,
    zones,
};
use serde::Serialize;

use crate::{answer::Answer, failure::Failure, words};

#[derive(Serialize)]
struct Shape {
    version: &'static str,
    ledger: LedgerShape,
    zones: ZonesShape,
    service: ServiceShape,
    notifier: NotifierShape,
    autostart: Option<bool>,
    lateness_ms: Lateness,
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
    faults: Vec<String>,
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

pub fn run(named: Option<&Path>) -> Result<Answer, Failure> {
    let place = Place::find(named).map_err(|e| Failure::failed(e.to_string()))?;
    let found = zones::load();
    let engine =
        Engine::look(&place.data, Actor::CommandLine, Arc::new(SystemClock::new()), found.clone())?;
    let dir = engine.as_ref().map_or(place.data, Engine::dir);
    let service = SchedulerLock::holder(&dir);
    let status = engine.as_ref().map(Engine::service_status).transpose()?.flatten();
    let notifier = service
        .as_ref()
        .and(status.as_ref())
        .map_or(NotifierShape { reachable: None, name: None }, notifier);
    let faults = engine.as_ref().map(Engine::check_file).transpose()?.unwrap_or_default();
    let system_zone = match &engine {
        Some(engine) => engine.planning_context()?.machine,
        None => machine_zone(&found.zones).unwrap_or_else(ZoneName::utc),
    };
    let lateness_ms =
        lateness(&engine.as_ref().map(Engine::lateness).transpose()?.unwrap_or_default());
    let mut shape = Shape {
        version: env!("CARGO_PKG_VERSION"),
        ledger: LedgerShape {
            path: dir.join("carillon.db").display().to_string(),
            schema: engine.as_ref().map(|_| SCHEMA),
            sqlite: Ledger::sqlite_version(),
            ok: faults.is_empty(),
            faults,
        },
        zones: ZonesShape {
            source: found.source,
            version: found.zones.version().to_string(),
            system_zone: system_zone.to_string(),
            moved: engine.as_ref().map(moved).transpose()?.unwrap_or_default(),
        },
        service: ServiceShape {
            running: service.is_some(),
            pid: service.as_ref().map(|(pid, _)| *pid),
            version: service.map(|(_, version)| version),
        },
        notifier,
        autostart: Autostart::of_this_user().ok().and_then(|entry| entry.is_on().ok()),
        lateness_ms,
        problems: Vec::new(),
    };
    if let Some(engine) = &engine {
        shape.problems = problems::find(engine, &shape)?;
    }
    let mut answer = Answer::new(text(&shape), &shape);
    answer.is_well = shape.problems.is_empty();
    Ok(answer)
}

fn moved(engine: &Engine) -> Result<u32, Failure> {
    let rows = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(engine.moved()?.map_or(0, |list| list.more.saturating_add(rows(list.rows.len()))))
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

fn text(shape: &Shape) -> String {
    let ledger = &shape.ledger;
    let health = match ledger.ok {
        true => "sound",
        false => "DAMAGED",
    };
    let ledger_words = match ledger.schema {
        Some(schema) => format!("schema {schema}, SQLite {}, {health}", ledger.sqlite),
        None => "not there yet: it is made when something is added".into(),
    };
    let service = match (&shape.service.pid, &shape.service.version) {
        (Some(pid), Some(version)) => format!("running, process {pid}, version {version}"),
        _ => "not running".into(),
    };
    let notifier = match (&shape.notifier.reachable, &shape.notifier.name) {
        (None, _) => "not known while no service runs".to_string(),
        (Some(_), Some(name)) => name.clone(),
        (Some(_), None) => "none: reminders wait in the inbox until there is one".into(),
    };
    let autostart = match shape.autostart {
        Some(true) => "on",
        Some(false) => "off",
        None => "not known",
    };
    let late = &shape.lateness_ms;
    let lateness = match (late.p50, late.p99, late.within_a_minute) {
        (Some(p50), Some(p99), Some(share)) => format!(
            "half within {p50} ms, 99 of 100 within {p99} ms; {:.1} % of {} told within a minute, over 30 days",
            share * 100.0,
            late.n
        ),
        _ => "nothing was told in the last 30 days".into(),
    };
    let zones = match shape.zones.moved {
        0 => format!("{} ({})", shape.zones.version, shape.zones.source),
        n => format!(
            "{} ({}), which moved {}: `carillon zones`",
            shape.zones.version,
            shape.zones.source,
            words::count(n as usize, "occurrence")
        ),
    };
    let rows = [
        ["  ledger", &ledger.path],
        ["", &ledger_words],
        ["  zones", &zones],
        ["  this computer", &format!("is in {}", shape.zones.system_zone)],
        ["  service", &service],
        ["  notifications", &notifier],
        ["  start at login", autostart],
        ["  lateness", &lateness],
    ];
    let verdict = match shape.problems.is_empty() {
        true => "All is well.\n".into(),
        false => {
            shape.problems.iter().map(|line| format!("Not well: {line}.\n")).collect::<String>()
        }
    };
    let table = words::columns(&rows.map(|row| row.map(String::from)));
    format!("Carillon {}\n{table}{verdict}", shape.version)
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
        assert_eq!(lateness(&[]).p50, None);
    }
}
