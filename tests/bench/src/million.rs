//! A ledger with a million reminders to come, a hundred a day for twenty-seven years: what looking
//! for the next costs, what a month of the calendar costs, and what the service costs at its start.

use std::{os::unix::fs::PermissionsExt, sync::Arc, time::Instant};

use acceptance::{home::Home, world::draft};
use engine::{
    Actor, Engine,
    clock::SystemClock,
    events::Save,
    ledger::{Ledger, delivery},
};
use jiff::SignedDuration;

use crate::{many, median, process, say};

const COUNT: usize = 1_000_000;
/// A hundred a day.
const APART_MS: i64 = 864_000;
const RUNS: usize = 5;

pub(crate) async fn measure() {
    let home = Home::new();
    fill(&home, COUNT, APART_MS);
    let data = home.data();
    let size = std::fs::metadata(data.join("carillon.db")).expect("a ledger");
    assert_eq!(size.permissions().mode() & 0o777, 0o600);
    say("a million reminders to come", format!("{:.0} MB", size.len() as f64 / 1e6));
    next_due(&data);
    month(&data);
    let mut starts = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        let service = home.service().await;
        starts.push(begun.elapsed().as_secs_f64());
        memory.push(process::memory(service.pid()).0);
        service.stop();
    }
    say("  the service leads after", format!("{:.2} s", median(starts)));
    say("  its memory (RSS)", format!("{:.1} MB", median(memory)));
}

/// One event as a person makes it, due in three days, and so many copies of it.
pub(crate) fn fill(home: &Home, count: usize, apart_ms: i64) {
    let start = (home.engine.now().wall + SignedDuration::from_hours(72))
        .to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%S")
        .to_string();
    let draft = draft("appointment", "One of many", &start, Some("UTC"));
    home.engine.save_event(&Save { draft, ..Save::default() }).expect("an event");
    many::copy(&home.data(), count - 1, apart_ms);
}

fn next_due(data: &std::path::Path) {
    const TIMES: u32 = 10_000;
    let mut ledger = Ledger::open(data).expect("the ledger");
    let now = jiff::Timestamp::UNIX_EPOCH;
    let took = ledger.read(|tx| {
        let begun = Instant::now();
        for _ in 0..TIMES {
            delivery::next_look(tx, now)?;
        }
        Ok(begun.elapsed())
    });
    let each = took.expect("readable") / TIMES;
    say("  the next that is due is found in", format!("{:.1} us", each.as_nanos() as f64 / 1e3));
}

fn month(data: &std::path::Path) {
    let engine = Engine::open(data, Actor::Window, Arc::new(SystemClock::new()));
    let engine = engine.expect("the ledger");
    let from = engine.now().wall + SignedDuration::from_hours(24 * 3650);
    let mut took = Vec::new();
    let mut count = 0;
    for n in 0..RUNS {
        let from = from + SignedDuration::from_hours(24 * 31 * n as i64);
        let begun = Instant::now();
        let found = engine.happenings(from, from + SignedDuration::from_hours(24 * 30));
        took.push(begun.elapsed().as_secs_f64() * 1e3);
        count = found.expect("readable").len();
    }
    say("  a month with states", format!("{:.1} ms for {count} occurrences", median(took)));
}
