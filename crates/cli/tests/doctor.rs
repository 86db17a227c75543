//! What `doctor` finds, and that it only looks.

mod kit;

use std::{fs, sync::Arc, time::Duration};

use engine::{
    Actor, Engine,
    clock::{Clock, Now, SystemClock},
    courier::{Handover, Parcel, Report},
    ledger::SchedulerLock,
    scheduler::{Availability, Finished, Scheduler, Slots},
};
use jiff::SignedDuration;
use kit::{Desk, chmod};
use serde_json::{Value, json};

/// The names of all files in the ledger's folder and what is in them.
fn files(desk: &Desk) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(desk.data()).expect("a folder").map(|entry| entry.expect("a file"));
    let read = |path| fs::read(path).expect("readable");
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), read(entry.path())))
        .collect();
    files.sort();
    files
}

#[test]
fn where_nothing_is_it_makes_nothing_and_nothing_is_wrong() {
    let desk = Desk::new();
    let (found, code) = desk.doctor();
    assert_eq!(
        (&found["ledger"]["schema"], &found["problems"], code),
        (&Value::Null, &json!([]), 0)
    );
    assert_eq!(found["zones"]["system_zone"], "Europe/Berlin");
    assert!(desk.line("doctor").done().contains("made when something is added"));
    assert!(!desk.data().exists());
    fs::create_dir_all(desk.data()).expect("a folder");
    chmod(&desk.data(), 0o700);
    assert_eq!(desk.doctor().1, 0);
    assert_eq!(files(&desk), []);
}

#[test]
fn a_ledger_is_left_as_it_is() {
    let desk = Desk::new();
    desk.line("person list").done();
    for missing in ["bell", "carillon.lock", "secret.key"] {
        fs::remove_file(desk.data().join(missing)).unwrap_or(());
        let before = files(&desk);
        assert_eq!(desk.doctor().1, 0, "without {missing}");
        assert_eq!(files(&desk), before, "without {missing}");
    }
}

#[test]
fn a_copy_that_no_program_has_used_yet_is_a_ledger() {
    let desk = Desk::new();
    desk.line("add Tea --kind note --at 2099-01-01T09:00").done();
    let copy = desk.data().join("copy.db");
    desk.line(&format!("backup {}", copy.display())).done();
    fs::rename(&copy, desk.data().join("carillon.db")).expect("put in place");
    for end in ["-wal", "-shm"] {
        fs::remove_file(desk.data().join(format!("carillon.db{end}"))).unwrap_or(());
    }
    let before = files(&desk);
    let (found, code) = desk.doctor();
    assert!(found["ledger"]["schema"].is_u64(), "{found}");
    assert_eq!(code, 1, "no service runs, and something waits: {found}");
    assert_eq!(files(&desk), before);
}

#[test]
fn what_is_wrong_is_named_and_ends_in_failure() {
    let desk = Desk::new();
    desk.line("person list").done();
    assert!(desk.line("doctor").done().ends_with("All is well.\n"));
    desk.add("Later --at 2031-01-01T09:00");
    let (found, code) = desk.doctor();
    assert_eq!((found["problems"].to_string().contains("carillon daemon"), code), (true, 1));
    let said = desk.line("doctor");
    assert!(said.out.contains("\nNot well: no service is running, so nothing rings"), "{said:?}");

    desk.line("channel add webhook lamp https://example.org/").done();
    fs::remove_file(desk.data().join("secret.key")).expect("the key");
    let (found, code) = desk.doctor();
    assert_eq!((found["problems"].to_string().contains("secret.key"), code), (true, 1));
}

#[test]
fn of_a_damaged_ledger_each_check_says_what_it_found() {
    for from in [None, Some(1), Some(0)] {
        let desk = Desk::new();
        desk.add("Later --at 2031-01-01T09:00");
        let day = SystemClock::new().now().wall;
        engine::backup::daily(&desk.data(), day).expect("a backup").expect("room for it");
        let file = desk.data().join("carillon.db");
        let mut bytes = fs::read(&file).expect("the ledger");
        // So many pages are left as they were, or all but two.
        let from = 4_096 * from.unwrap_or(bytes.len() / 4_096 - 2);
        bytes[from..].fill(0x55);
        fs::write(&file, bytes).expect("damaged");
        let (found, code) = desk.doctor();
        assert_eq!((&found["ledger"]["ok"], code), (&json!(false), 1), "{from}");
        assert_eq!(found["backups"]["kept"], 1, "{from}");
        assert_eq!(found["service"]["running"], false, "{from}");
        let problems = found["problems"].as_array().expect("a list");
        let first = problems[0].as_str().expect("a sentence");
        assert!(first.starts_with("the ledger is damaged: "), "{from}: {first}");
        assert_eq!(first.matches("`carillon restore FILE`").count(), 1, "{from}: {first}");
        let said = desk.line("doctor");
        assert!(
            said.err.is_empty() && said.out.contains("Not well: the ledger is damaged"),
            "{said:?}"
        );
        assert!(said.out.contains("  backups ") && said.out.contains("DAMAGED"), "{said:?}");
    }
}

#[test]
fn a_ledger_that_is_gone_is_not_one_that_was_never_there() {
    let desk = Desk::new();
    desk.add("Later --at 2031-01-01T09:00");
    let day = SystemClock::new().now().wall;
    engine::backup::daily(&desk.data(), day).expect("a backup").expect("room for it");
    fs::remove_file(desk.data().join("carillon.db")).expect("gone");
    let (found, code) = desk.doctor();
    let problems = found["problems"].to_string();
    assert!(problems.contains("is missing or empty, and there are backups of it"), "{problems}");
    assert_eq!((&found["ledger"]["ok"], code), (&json!(false), 1));
}

#[test]
fn a_folder_that_is_somebody_elses_is_not_to_be_closed() {
    let desk = Desk::new();
    fs::create_dir_all(desk.data()).expect("a folder");
    chmod(&desk.data(), 0o755);
    let type_this = format!("type: chmod 700 '{}'", desk.data().display());
    let said = desk.line("next");
    assert!(said.refused(1).contains(&type_this), "an empty one may be: {said:?}");
    fs::write(desk.data().join("theirs"), "").expect("a file");
    for line in ["doctor", "next", "add A --at 2031-01-01T09:00"] {
        let said = desk.line(line);
        let sentence = said.refused(1);
        assert!(!sentence.contains("chmod"), "{sentence}");
        assert!(sentence.contains("holds no ledger: choose a directory of its own"), "{sentence}");
    }
    assert_eq!(files(&desk), [("theirs".to_string(), Vec::new())]);
}

/// The machine's clock as it was an hour ago.
struct Earlier(SystemClock);

impl Clock for Earlier {
    fn now(&self) -> Now {
        let now = self.0.now();
        Now { wall: now.wall - SignedDuration::from_hours(1), ..now }
    }
}

#[test]
fn what_is_due_and_not_sent_though_a_service_runs_is_a_problem() {
    let desk = Desk::new();
    let clock = Arc::new(Earlier(SystemClock::new()));
    let engine = Engine::open(&desk.data(), Actor::CommandLine, clock).expect("a ledger");
    engine.test_channel(calendar::id::ChannelId::DESKTOP, None).expect("planned");
    drop(engine);
    // A service that leads and does nothing, as one that cannot write.
    let leads = SchedulerLock::try_take(&desk.data()).expect("a lock").expect("free");
    let (found, code) = desk.doctor();
    let problems = found["problems"].to_string();
    assert!(
        problems.contains("1 reminder is due for more than a minute and cannot be sent"),
        "{problems}"
    );
    assert_eq!(code, 1);
    drop(leads);
}

#[test]
fn what_was_being_sent_when_the_service_ended_is_a_problem() {
    let desk = Desk::new();
    let clock = Arc::new(SystemClock::new());
    let engine = Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger");
    engine.test_channel(calendar::id::ChannelId::DESKTOP, None).expect("planned");
    let engine = Arc::new(engine);
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 1 };
    let passed = scheduler.pass(&engine.now(), &[], slots, Availability::default());
    let parcels = passed.expect("a pass").parcels;
    assert_eq!(parcels.len(), 1);
    // When it was taken up is no word about when its time came.
    let story = desk.run(["why", &parcels[0].claims[0].delivery.to_string()]).done().to_string();
    assert!(story.contains("\nIt is being sent.\n") && !story.contains("its time came"), "{story}");
    assert!(story.contains("  taken up to be sent\n"), "{story}");
    drop((scheduler, engine));
    let (found, code) = desk.doctor();
    let problems = found["problems"].to_string();
    assert!(problems.contains("1 reminder was being sent when the service ended"), "{problems}");
    assert_eq!(code, 1);
}

/// The machine's clocks as they were so many minutes ago, the time since boot as well.
struct Before(SystemClock, u64);

impl Clock for Before {
    fn now(&self) -> Now {
        let (now, hour) = (self.0.now(), Duration::from_secs(3_600));
        let ago = Duration::from_secs(60 * self.1);
        Now { wall: now.wall - ago, boot: now.boot + hour - ago, ..now }
    }
}

/// A service of so many minutes ago.
fn leader(desk: &Desk, minutes: u64) -> (Arc<Engine>, Scheduler) {
    let clock = Arc::new(Before(SystemClock::new(), minutes));
    let engine = Arc::new(Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger"));
    let scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    (engine, scheduler)
}

#[test]
fn the_share_told_within_a_minute_is_what_the_ledger_says() {
    let desk = Desk::new();
    let nothing = desk.doctor().0["lateness_ms"].clone();
    assert_eq!((&nothing["n"], &nothing["within_a_minute"]), (&json!(0), &Value::Null));
    desk.line("channel add webhook lamp http://127.0.0.1:9/on --network loopback").done();
    // Three are told by a service of ten minutes ago, and one only by the next, two minutes later.
    for (tests, minutes) in [(3, 10), (1, 8)] {
        let (engine, planner) = leader(&desk, 10);
        let lamp = engine.channel_named("lamp").expect("a channel").id;
        for _ in 0..tests {
            engine.test_channel(lamp, None).expect("planned");
        }
        drop((engine, planner));
        let (engine, mut scheduler) = leader(&desk, minutes);
        let mut pass = |finished: &[Finished]| {
            let slots = Slots { desktop: 1, webhook: 8 };
            let passed = scheduler.pass(&engine.now(), finished, slots, Availability::default());
            passed.expect("a pass").parcels
        };
        let taken = |parcel: Parcel| Finished {
            claims: parcel.claims,
            too_late: Vec::new(),
            report: Some(Report {
                handover: Handover::Accepted { shown_by: None },
                status: Some(200),
                detail: String::new(),
            }),
            in_digest: false,
            at: None,
        };
        let finished: Vec<_> = pass(&[]).into_iter().map(taken).collect();
        assert_eq!(finished.len(), tests);
        pass(&finished);
    }
    let found = desk.doctor().0["lateness_ms"].clone();
    assert_eq!((&found["n"], &found["within_a_minute"]), (&json!(4), &json!(0.75)), "{found}");
    let (p50, p99) = (found["p50"].as_i64().expect("half"), found["p99"].as_i64().expect("most"));
    assert!(p50 < 60_000 && (90_000..150_000).contains(&p99), "{found}");
    let page = desk.line("doctor").out;
    assert!(page.contains("75.0 % of 4 told within a minute, over 30 days"), "{page}");
}

#[test]
fn a_service_that_has_not_looked_for_long_hangs() {
    for (minutes, hangs) in [(19, false), (21, true)] {
        let desk = Desk::new();
        let clock = Arc::new(Ago(SystemClock::new(), minutes));
        let engine = Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger");
        drop(Scheduler::lead(Arc::new(engine)).expect("to lead"));
        let leads = SchedulerLock::try_take(&desk.data()).expect("a lock").expect("free");
        let (found, code) = desk.doctor();
        let problems = found["problems"].to_string();
        assert_eq!(problems.contains("has looked at nothing for"), hangs, "{problems}");
        assert_eq!(code, i32::from(hangs));
        drop(leads);
    }
}

/// A ledger whose clock went two days ahead, without time having passed.
fn jumped(desk: &Desk) {
    for minutes in [2 * 24 * 60, 0] {
        let clock = Arc::new(Ago(SystemClock::new(), minutes));
        let engine = Arc::new(Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger"));
        let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
        let slots = Slots { desktop: 1, webhook: 1 };
        scheduler.pass(&engine.now(), &[], slots, Availability::default()).expect("a pass");
    }
}

#[test]
fn of_a_clock_that_jumped_it_says_what_waits_for_it_and_what_accepting_does() {
    let desk = Desk::new();
    jumped(&desk);
    let alone = desk.doctor().0["problems"].to_string();
    assert!(alone.contains("records older than 400 days are kept until"), "{alone}");
    assert!(!alone.contains("webhooks wait"), "{alone}");
    assert!(desk.line("clock").done().contains("no webhook waits for that"));
    desk.line("channel add webhook lamp http://127.0.0.1:9/on --network loopback").done();
    let both = desk.doctor().0["problems"].to_string();
    assert!(both.contains("webhooks wait and old records are not tidied up"), "{both}");
    assert!(desk.line("clock").done().contains("webhooks wait and old records"));
    assert!(desk.line("clock accept").done().contains("Webhooks go on"));
    assert!(!desk.doctor().0["problems"].to_string().contains("clock"));
}

#[test]
fn a_pause_is_said_and_is_no_problem() {
    let desk = Desk::new();
    desk.line("pause").done();
    let said = desk.line("doctor");
    assert!(said.done().contains("  paused "), "{said:?}");
    assert!(said.done().contains("until `carillon resume`"), "{said:?}");
    desk.line("resume").done();
    assert!(!desk.line("doctor").done().contains("  paused "));
}

#[test]
fn quiet_hours_are_said_while_they_last() {
    let desk = Desk::new();
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
    let now = SystemClock::new().now().wall.to_zoned(berlin);
    let at = |hours: i64| (&now + SignedDuration::from_hours(hours)).strftime("%H:%M").to_string();
    desk.line(&format!("quiet --from {} --to {}", at(4), at(6))).done();
    assert!(!desk.line("doctor").done().contains("  quiet hours "));
    desk.line(&format!("quiet --from {} --to {}", at(-2), at(2))).done();
    let said = desk.line("doctor");
    assert!(said.done().contains("  quiet hours "), "{said:?}");
    assert!(said.done().contains("what is for this desktop waits, but alarms"), "{said:?}");
}

/// The machine's clock as it was so many minutes ago.
struct Ago(SystemClock, i64);

impl Clock for Ago {
    fn now(&self) -> Now {
        let now = self.0.now();
        Now { wall: now.wall - SignedDuration::from_mins(self.1), ..now }
    }
}

#[test]
fn of_a_ledger_that_cannot_be_read_nothing_is_said_that_is_not_known() {
    for is_gone in [true, false] {
        let desk = Desk::new();
        desk.add("Later --at 2031-01-01T09:00");
        let day = SystemClock::new().now().wall;
        engine::backup::daily(&desk.data(), day).expect("a backup").expect("room for it");
        let file = desk.data().join("carillon.db");
        match is_gone {
            true => fs::remove_file(&file).expect("gone"),
            false => fs::write(&file, vec![0x55; 20_000]).expect("damaged"),
        }
        let _leads = SchedulerLock::try_take(&desk.data()).expect("a lock").expect("it is free");
        let said = desk.line("doctor").out;
        assert!(said.contains("running, process "), "{said}");
        for untrue in ["while no service runs", "nothing was told", "no service is running"] {
            assert!(!said.contains(untrue), "{untrue}: {said}");
        }
        assert!(said.matches("cannot be read").count() >= 2, "{said}");
        assert_eq!(
            (said.contains("DAMAGED"), said.contains("MISSING")),
            (!is_gone, is_gone),
            "{said}"
        );
        assert_eq!(said.contains("the ledger is damaged"), !is_gone, "{said}");
    }
}
