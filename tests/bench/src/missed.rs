//! A hundred thousand reminders that nobody was there for: how long the first passes of a service
//! take to decide on all of them.

use std::{sync::Arc, time::Instant};

use acceptance::world::draft;
use engine::{
    Actor, Engine,
    clock::{Clock, Now, SystemClock},
    events::Save,
    scheduler::{Availability, Scheduler, Slots},
};
use jiff::SignedDuration;

use crate::{many, median, say};

const COUNT: usize = 100_000;
const RUNS: usize = 3;

pub(crate) fn measure() {
    let mut took = Vec::new();
    for _ in 0..RUNS {
        took.push(run());
    }
    say("100,000 missed, decided", format!("{:.2} s", median(took)));
}

/// The machine's clock, three hours ago.
struct Earlier(SystemClock);

impl Clock for Earlier {
    fn now(&self) -> Now {
        let now = self.0.now();
        Now { wall: now.wall - SignedDuration::from_hours(3), ..now }
    }
}

fn run() -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("ledger");
    let before = Engine::open(&data, Actor::CommandLine, Arc::new(Earlier(SystemClock::new())));
    let before = before.expect("a ledger");
    let start = (before.now().wall + SignedDuration::from_mins(30))
        .to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%S")
        .to_string();
    let draft = draft("appointment", "One of many", &start, Some("UTC"));
    before.save_event(&Save { draft, ..Save::default() }).expect("an event");
    drop(before);
    many::copy(&data, COUNT - 1, 0);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let engine = Arc::new(Engine::open(&data, Actor::Service, clock).expect("the ledger"));
    let begun = Instant::now();
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 8 };
    // Ends: each turn decides on some.
    loop {
        let now = engine.now();
        let passed = scheduler.pass(&now, &[], slots, Availability::default()).expect("a pass");
        assert!(passed.parcels.is_empty(), "all are over");
        if !passed.more {
            return begun.elapsed().as_secs_f64();
        }
    }
}
