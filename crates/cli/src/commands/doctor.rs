//! `carillon doctor`: whether everything needed is there and well.

use engine::{
    autostart::Autostart,
    ledger::{Ledger, SCHEMA, status::StatusRow},
};
use serde::Serialize;

use crate::{answer::Answer, failure::Failure, session::Session, words};

#[derive(Serialize)]
struct Shape {
    version: &'static str,
    ledger: LedgerShape,
    zones: ZonesShape,
    service: ServiceShape,
    notifier: NotifierShape,
    autostart: Option<bool>,
    lateness_ms: Lateness,
}

#[derive(Serialize)]
struct LedgerShape {
    path: String,
    schema: i64,
    sqlite: &'static str,
    ok: bool,
    faults: Vec<String>,
}

#[derive(Serialize)]
struct ZonesShape {
    source: String,
    version: String,
    system_zone: String,
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

pub fn run(session: &Session) -> Result<Answer, Failure> {
    let engine = &session.engine;
    let faults = engine.check_file()?;
    let service = session.service();
    let status = engine.service_status()?;
    let notifier = service
        .as_ref()
        .and(status.as_ref())
        .map_or(NotifierShape { reachable: None, name: None }, notifier);
    let shape = Shape {
        version: env!("CARGO_PKG_VERSION"),
        ledger: LedgerShape {
            path: engine.dir().join("carillon.db").display().to_string(),
            schema: SCHEMA,
            sqlite: Ledger::sqlite_version(),
            ok: faults.is_empty(),
            faults,
        },
        zones: ZonesShape {
            source: engine.zone_source().to_string(),
            version: engine.zones().version().to_string(),
            system_zone: session.context.machine.to_string(),
        },
        service: ServiceShape {
            running: service.is_some(),
            pid: service.as_ref().map(|(pid, _)| *pid),
            version: service.map(|(_, version)| version),
        },
        notifier,
        autostart: Autostart::of_this_user().ok().and_then(|entry| entry.is_on().ok()),
        lateness_ms: lateness(&engine.lateness()?),
    };
    let mut answer = Answer::new(text(&shape), &shape);
    answer.is_well = shape.ledger.ok;
    Ok(answer)
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
        true => "sound".to_string(),
        false => format!("DAMAGED: {}", ledger.faults.join("; ")),
    };
    let service = match (&shape.service.pid, &shape.service.version) {
        (Some(pid), Some(version)) => format!("running, process {pid}, version {version}"),
        _ => "not running, so nothing rings: start it with `carillon daemon`".into(),
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
    let rows = [
        ["  ledger", &ledger.path],
        ["", &format!("schema {}, SQLite {}, {health}", ledger.schema, ledger.sqlite)],
        ["  zones", &format!("{} ({})", shape.zones.version, shape.zones.source)],
        ["  this computer", &format!("is in {}", shape.zones.system_zone)],
        ["  service", &service],
        ["  notifications", &notifier],
        ["  start at login", autostart],
        ["  lateness", &lateness],
    ];
    format!(
        "Carillon {}\n{}",
        shape.version,
        words::columns(&rows.map(|row| row.map(String::from)))
    )
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
