//! What is said of a webhook whose endpoint fails: which retry comes, and what waits.

mod kit;

use std::{sync::Arc, time::Duration};

use engine::{
    Actor, Engine,
    clock::{Clock, Now, SystemClock},
    courier::{Handover, Parcel, Report, Schedule},
    scheduler::{Availability, Finished, Scheduler, Slots},
};
use kit::Desk;

/// The machine's clocks as they were ten seconds ago, the time since boot as well.
struct Before(SystemClock);

impl Clock for Before {
    fn now(&self) -> Now {
        let (now, ago) = (self.0.now(), Duration::from_secs(10));
        Now { wall: now.wall - ago, boot: now.boot + Duration::from_secs(3_600) - ago, ..now }
    }
}

/// A channel of this name, typed with ~ for spaces, and so many tests of it, each refused once.
fn failing(desk: &Desk, name: &str, tests: usize) {
    refusing(desk, name, tests, (500, None));
}

/// The same, and what is answered: a status, and how long to leave the endpoint alone.
fn refusing(desk: &Desk, name: &str, tests: usize, (status, asks): (u16, Option<Duration>)) {
    let add = format!("channel add webhook {name} http://127.0.0.1:9/on --network loopback");
    desk.line(&add).done();
    let clock = Arc::new(Before(SystemClock::new()));
    let engine = Arc::new(Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger"));
    let channel = engine.channel_named(&name.replace('~', " ")).expect("a channel").id;
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    for _ in 0..tests {
        engine.test_channel(channel, None).expect("planned");
    }
    let slots = Slots { desktop: 1, webhook: 8 };
    let mut pass = |finished: &[Finished]| {
        let passed = scheduler.pass(&engine.now(), finished, slots, Availability::default());
        passed.expect("a pass").parcels
    };
    let failed = |parcel: Parcel| Finished {
        claims: parcel.claims,
        too_late: Vec::new(),
        at: None,
        report: Some(Report {
            handover: Handover::Transient { retry_after: asks, schedule: Schedule::Channel },
            status: Some(status),
            detail: String::new(),
        }),
        in_digest: false,
    };
    let finished: Vec<Finished> = pass(&[]).into_iter().map(failed).collect();
    assert_eq!(finished.len(), tests);
    pass(&finished);
}

#[test]
fn a_retry_is_called_one_with_its_number_and_of_how_many() {
    let desk = Desk::new();
    failing(&desk, "lamp", 1);
    let said = desk.line("next");
    assert!(said.done().contains(" (retry 1 of 10)  "), "{said:?}");
    let ring = &desk.line("next --json").json()[0];
    assert_eq!((ring["retry"].as_u64(), ring["retries"].as_u64()), (Some(1), Some(10)), "{ring}");
}

#[test]
fn what_is_retried_and_waits_says_both_as_one_as_the_window_does() {
    let desk = Desk::new();
    failing(&desk, "lamp", 5);
    let said = desk.line("next");
    let why = ": the endpoint failed repeatedly and is given a rest)  ";
    let line = said.done().lines().nth(1).expect("a line").to_string();
    let (_, more) = line.split_once(" (").expect("why");
    assert!(more.starts_with("retry 1 of 10 · held from ") && more.contains(why), "{line}");
}

#[test]
fn what_waits_for_an_endpoint_that_asked_for_time_says_that() {
    let desk = Desk::new();
    refusing(&desk, "lamp", 1, (429, Some(Duration::from_secs(600))));
    desk.line("add Sync --kind workflow --channel lamp --cron *~*~*~*~*").done();
    let said = desk.line("next");
    let line = said.done().lines().find(|line| line.contains("Sync")).expect("it comes");
    assert!(line.contains(": the endpoint asked to be left alone for a while)"), "{line}");
}

#[test]
fn a_retry_of_all_of_a_channel_says_what_only_waits_and_how_that_is_sent_now() {
    for (tests, words) in [(1, "1 reminder waits for lamp: "), (5, "5 reminders wait for lamp: ")] {
        let desk = Desk::new();
        failing(&desk, "lamp", tests);
        let said = desk.line("retry --channel lamp");
        let words = format!("Nothing is tried again.\n{words}`carillon retry dlv_");
        assert!(said.done().starts_with(&words), "{said:?}");
        let id =
            said.done().split("`carillon retry ").nth(1).and_then(|rest| rest.split('`').next());
        let id = id.expect("an id").to_string();
        let problems = desk.doctor().0["problems"].to_string();
        assert!(problems.contains(&format!("`carillon retry {id}` tries it now")), "{problems}");
        let said = desk.run(["retry", &id]);
        assert!(said.done().starts_with("1 reminder will be tried again, with the same key.\n"));
    }
}

#[test]
fn what_a_restored_ledger_will_ask_about_is_not_offered_to_be_tried_again() {
    for tests in [1, 5] {
        let desk = Desk::new();
        failing(&desk, "lamp", tests);
        let file = desk.beside().join("agenda.db");
        let file = file.to_str().expect("a plain path");
        desk.run(["backup", file]).done();
        desk.run(["restore", file]).done();
        let problems = desk.doctor().0["problems"].to_string();
        assert!(problems.contains("the channel lamp"), "{problems}");
        assert!(!problems.contains("carillon retry"), "{problems}");
    }
}

#[test]
fn a_name_with_a_space_is_quoted_where_a_command_with_it_is_said() {
    let desk = Desk::new();
    let add = "channel add webhook the~lamp http://127.0.0.1:9/on --network loopback";
    desk.line(add).done();
    let engine = Engine::open(&desk.data(), Actor::Service, Arc::new(SystemClock::new()));
    let engine = Arc::new(engine.expect("a ledger"));
    let lamp = engine.channel_named("the lamp").expect("a channel").id;
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    engine.test_channel(lamp, None).expect("planned");
    let slots = Slots { desktop: 1, webhook: 8 };
    let mut pass = |finished: &[Finished]| {
        let passed = scheduler.pass(&engine.now(), finished, slots, Availability::default());
        passed.expect("a pass").parcels
    };
    let gone = |parcel: Parcel| Finished {
        claims: parcel.claims,
        too_late: Vec::new(),
        at: None,
        report: Some(Report { handover: Handover::Gone, status: Some(410), detail: String::new() }),
        in_digest: false,
    };
    let finished: Vec<Finished> = pass(&[]).into_iter().map(gone).collect();
    pass(&finished);
    let refused = desk.line("channel test the~lamp");
    assert!(refused.refused(1).contains("`carillon channel on 'the lamp'`"), "{refused:?}");
    let on = desk.line("channel on the~lamp");
    assert!(on.done().contains("by: carillon retry --channel 'the lamp'\n"), "{on:?}");
    desk.line("person add Ana~Maria").done();
    let zone = desk.line("add Tea --at 2031-01-01T10:00 --zone-of Ana~Maria");
    assert!(zone.refused(2).contains("`carillon person edit 'Ana Maria' --zone ZONE`"), "{zone:?}");
}
