//! What `ack` says of what is done already, and what it asks before it is done with all.

mod kit;

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use calendar::{draft::EventDraft, id::CalendarId};
use engine::{
    Actor, Engine,
    clock::{Clock, Now, SystemClock},
    events::Save,
    scheduler::{Availability, Scheduler, Slots},
};
use jiff::{SignedDuration, tz::TimeZone};
use kit::{CARILLON, Desk, Said};

/// The machine's clock so many hours ahead.
struct Ahead(i64, SystemClock);

impl Clock for Ahead {
    fn now(&self) -> Now {
        let now = self.1.now();
        Now { wall: now.wall + SignedDuration::from_hours(self.0), ..now }
    }
}

/// A ledger with so many that were missed; their ids.
fn missed(desk: &Desk, count: usize) -> Vec<String> {
    missed_by(desk, count, 0)
}

/// The same by a service whose clock was so many hours ahead.
fn missed_by(desk: &Desk, count: usize, hours: i64) -> Vec<String> {
    let clock = Arc::new(Ahead(-2, SystemClock::new()));
    let hour_ago = (clock.now().wall + SignedDuration::from_hours(1)).to_zoned(TimeZone::UTC);
    let engine = Engine::open(&desk.data(), Actor::Window, clock).expect("a ledger");
    for n in 0..count {
        let draft = EventDraft {
            kind: "appointment".into(),
            calendar: CalendarId::FIRST.to_string(),
            title: format!("Walk {n}"),
            start: hour_ago.strftime("%Y%m%dT%H%M00").to_string(),
            zone: Some("UTC".into()),
            length: Some((0, 1_800)),
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("saved");
    }
    drop(engine);
    let clock = Arc::new(Ahead(hours, SystemClock::new()));
    let engine = Arc::new(Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger"));
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 1 };
    scheduler.pass(&engine.now(), &[], slots, Availability::default()).expect("a pass");
    let rows = desk.line("inbox --json").json();
    let rows = rows.as_array().expect("an array");
    assert!(rows.len() >= count);
    rows.iter().map(|row| row["id"].as_str().expect("an id").to_string()).collect()
}

/// Runs at a terminal, where somebody types this.
fn typed(desk: &Desk, line: &str, input: &str) -> Said {
    typed_after(desk, line, "", || (), input)
}

/// The same once it has said something, and something else was done then.
fn typed_after(desk: &Desk, line: &str, said: &str, then: impl FnOnce(), input: &str) -> Said {
    let mut command = Command::new("script");
    desk.shield(&mut command);
    command.env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh").args(["-qec"]);
    command.args([&format!("{CARILLON} {line}"), "/dev/null"]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("script runs");
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains(said) {
        let mut byte = [0];
        child.stdout.as_mut().expect("a pipe").read_exact(&mut byte).expect("it says that");
        heard.push(byte[0]);
    }
    then();
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("typed");
    Said::of(child.wait_with_output().expect("it ends"))
}

#[test]
fn what_was_done_before_is_said_to_be_with_its_first_time() {
    let desk = Desk::new();
    let ids = missed(&desk, 2);
    let given = |id: &str| desk.run(["why", id, "--json"]).json()["answer"]["at"].clone();
    assert_eq!(desk.run(["ack", &ids[0]]).done(), "Done with 1 reminder.\n");
    let first = given(&ids[0]);
    let again = desk.run(["ack", &ids[0]]);
    assert!(again.done().starts_with(&format!("{} was done already, on ", ids[0])), "{again:?}");
    assert_eq!(again.done().lines().count(), 1, "{again:?}");
    let both = desk.run(["ack", &ids[0], &ids[1]]);
    assert!(both.done().starts_with("Done with 1 reminder.\ndlv_"), "{both:?}");
    assert_eq!(given(&ids[0]), first);
    let shape = desk.run(["ack", "--json", &ids[0]]).json();
    assert_eq!(shape["already"][0]["delivery"], ids[0].as_str(), "{shape}");
    assert_eq!(shape["already"][0]["at"], first, "{shape}");
}

#[test]
fn done_with_all_is_asked_once_at_a_terminal_with_its_number() {
    let desk = Desk::new();
    missed(&desk, 3);
    let said = typed(&desk, "ack --all", "n\n");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("Mark 3 reminders as done? This lasts. [y/N] "), "{said:?}");
    assert!(said.out.ends_with("Nothing was changed.\r\n"), "{said:?}");
    assert_eq!(desk.line("inbox --json").json().as_array().map(Vec::len), Some(3));
    let said = typed(&desk, "ack --all", "y\n");
    assert!(said.out.ends_with("Done with 3 reminders.\r\n"), "{said:?}");
    assert_eq!(typed(&desk, "ack --all", "").out, "Nothing waits for an answer.\r\n");
}

#[test]
fn what_rings_while_it_is_asked_is_not_done_with_the_others() {
    let desk = Desk::new();
    missed(&desk, 3);
    let meanwhile = || drop(missed(&desk, 1));
    let said = typed_after(&desk, "ack --all", "[y/N] ", meanwhile, "y\n");
    assert!(said.out.ends_with("Done with 3 reminders.\r\n"), "{said:?}");
    assert_eq!(desk.line("inbox --json").json().as_array().map(Vec::len), Some(1));
}

#[test]
fn what_was_decided_before_the_clock_was_set_back_is_done_with_too() {
    let desk = Desk::new();
    missed_by(&desk, 2, 2);
    assert_eq!(desk.line("ack --all").done(), "Done with 2 reminders.\n");
}

#[test]
fn a_script_that_is_done_with_all_is_asked_nothing() {
    let desk = Desk::new();
    missed(&desk, 2);
    assert_eq!(desk.line("ack --all").done(), "Done with 2 reminders.\n");
}
