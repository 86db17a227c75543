//! New zone data: what waits goes with it, what was told stays told. The data is of our own
//! making: whole zones with one offset, written as TZif files into a folder.

use std::{
    fs,
    path::Path,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
};

use acceptance::world::{World, draft, reminders};
use calendar::{
    draft::EventDraft,
    zones::{ZoneName, Zones},
};
use engine::zones::Found;
use jiff::tz::TimeZoneDatabase;

const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// A zone file without transitions, whose rule is the POSIX text at its end.
fn write_zone(dir: &Path, name: &str, rule: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let mut block = b"TZif2".to_vec();
    block.extend([0; 15]);
    for count in [0u32, 0, 0, 0, 1, 4] {
        block.extend(count.to_be_bytes());
    }
    block.extend([0, 0, 0, 0, 0, 0]);
    block.extend(b"LMT\0");
    let file = [&block, &block, format!("\n{rule}\n").as_bytes()].concat();
    fs::write(path, file).expect("a zone file");
}

/// Zone data of a year to come, by which Lisbon has this rule.
fn data(dir: &Path, lisbon: &str) -> Found {
    write_zone(dir, "Europe/Berlin", BERLIN);
    write_zone(dir, "Europe/Lisbon", lisbon);
    let database = TimeZoneDatabase::from_dir(dir).expect("zone data");
    Found { zones: Zones::new(database, "2027a"), source: dir.display().to_string() }
}

fn daily_in_lisbon() -> EventDraft {
    EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        ..draft("appointment", "Call", "20261123T110000", Some("Europe/Lisbon"))
    }
}

#[test]
fn what_waits_moves_with_new_zone_data_and_what_was_told_stays_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(daily_in_lisbon());
    world.wait_until("2026-11-23T13:00");
    let told = "Mon 23 11:50 completed told.on_time Call";
    let before = world.rows();
    assert_eq!(before.lines().next(), Some(told));
    assert_eq!(before.lines().nth(1), Some("Tue 24 11:50 scheduled planned Call"));
    // Lisbon is two hours further east from now on, so its eleven o'clock comes earlier.
    world.start_with(data(folder.path(), "<+02>-2"));
    let moved = before.replace(" 11:50 scheduled", " 09:50 scheduled");
    assert!(world.rows().starts_with(&moved), "{}", world.rows());
    let waiting = world.deliveries()[1].row.id;
    let story = world.engine().why(waiting).expect("a story");
    let steps: Vec<_> =
        story.transitions.iter().map(|t| format!("{}{}", t.reason, t.said_note())).collect();
    assert_eq!(steps, ["planned", "planned.moved (by the time zone data 2027a)"]);
    world.wait_until("2026-11-24T12:00");
    assert_eq!(world.sent.len(), 2, "{}", world.rows());
    assert_eq!(world.sent[1].at, "2026-11-24T08:50:00Z");
}

#[test]
fn a_moment_that_new_zone_data_moves_into_the_past_is_told_late() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::at("2026-11-23T10:30[Europe/Berlin]");
    let reminders = reminders(&["PT0M"]);
    world.add(EventDraft {
        reminders,
        ..draft("note", "Pill", "20261123T110000", Some("Europe/Lisbon"))
    });
    assert_eq!(world.rows(), "Mon 23 12:00 scheduled planned Pill");
    world.start_with(data(folder.path(), "<+02>-2"));
    assert_eq!(world.rows(), "Mon 23 10:00 completed late.moved Pill");
}

/// What is listed as moved: local start, how many hours later than before, title; and how many
/// more.
fn moved(world: &World) -> (Vec<String>, u32) {
    let Some(list) = world.engine().moved().expect("a ledger") else { return (Vec::new(), 0) };
    assert_eq!(list.to, "2027a");
    let line = |row: &engine::ledger::moved::MovedRow| {
        let hours = row.is.duration_since(row.was).as_hours();
        format!("{} {hours:+} {}", &row.label[..16], row.title)
    };
    (list.rows.iter().map(line).collect(), list.more)
}

#[test]
fn what_new_zone_data_moved_is_listed_until_it_was_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let once = |title, zone| draft("appointment", title, "20270501T110000", zone);
    world.add(EventDraft { rules: vec!["FREQ=WEEKLY".into()], ..daily_in_lisbon() });
    // Without a reminder, and before clocks would have been moved.
    world.add(EventDraft { reminders: Some(vec![]), ..once("Fado", Some("Europe/Lisbon")) });
    world.add(draft("appointment", "Winter", "20270105T110000", Some("Europe/Lisbon")));
    world.add(once("Own zone", Some("Europe/Berlin")));
    world.add(once("Anywhere", None));
    let gone = world.add(once("Gone", Some("Europe/Lisbon")));
    assert_eq!(world.engine().moved().expect("a ledger"), None);
    // No more summer time in Lisbon.
    world.start_with(data(folder.path(), "WET0"));
    world.engine().delete_event(gone, None, None).expect("deleted");
    let expected = [
        "2027-03-29T11:00 +1 Call",
        "2027-04-05T11:00 +1 Call",
        "2027-04-12T11:00 +1 Call",
        "2027-05-01T11:00 +1 Fado",
    ];
    // Thirty-one Mondays of summer, less three; those of the next are too far away.
    assert_eq!(moved(&world), (expected.map(String::from).into(), 28));
    world.start();
    assert_eq!(moved(&world).0.len(), 4);
    world.engine().moved_was_seen().expect("seen");
    assert_eq!(moved(&world), (Vec::new(), 0));
    assert!(!world.engine().follow_zones().expect("nothing to follow"));
}

#[test]
fn what_newer_zone_data_puts_back_before_it_was_seen_has_not_moved() {
    let (here, there) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let on = |day, title| draft("appointment", title, day, Some("Europe/Lisbon"));
    world.add(on("20261201T110000", "Call"));
    world.start_with(data(here.path(), "<+02>-2"));
    assert_eq!(moved(&world).0, ["2026-12-01T11:00 -2 Call"]);
    let mut again = data(there.path(), "WET0WEST,M3.5.0/1,M10.5.0");
    again.zones = Zones::new(TimeZoneDatabase::from_dir(there.path()).expect("data"), "2027b");
    world.start_with(again);
    assert_eq!(world.engine().moved().expect("a ledger"), None);
    assert!(world.rows().starts_with("Tue 01 11:50 scheduled planned Call"), "{}", world.rows());
}

#[test]
fn cut_off_in_the_middle_it_begins_again_and_changes_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let note = |n: u32, zone| draft("note", &format!("Note {n}"), "20261125T110000", zone);
    for n in 0..110 {
        world.add(note(n, Some("Europe/Lisbon")));
        world.add(note(n + 110, None));
    }
    world.start_with(data(folder.path(), "<+02>-2"));
    let at = |rows: &str, clock: &str| rows.matches(&format!("Wed 25 {clock} scheduled")).count();
    let rows = world.rows();
    assert_eq!((at(&rows, "10:00"), at(&rows, "11:00")), (110, 110), "{rows}");
    assert!(!world.engine().follow_zones().expect("followed"));
    let ledger = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    let steps = || ledger.query_row("SELECT count(*) FROM audit", [], |row| row.get::<_, u32>(0));
    let before = steps().expect("a count");
    let forget = "UPDATE setting SET value = '2026a' WHERE name = 'tzdata'";
    assert_eq!(ledger.execute(forget, []).expect("forgotten"), 1);
    assert!(world.engine().follow_zones().expect("followed again"));
    assert_eq!((world.rows(), steps().expect("a count")), (rows, before));
    // The floating half goes along on a journey, whatever was planned when it was cut off.
    let forget = "UPDATE setting SET value = 'Europe/Lisbon' WHERE name = 'machine_zone'";
    assert_eq!(ledger.execute(forget, []).expect("travelled"), 1);
    assert!(!world.engine().set_machine_zone(&ZoneName::stored("Europe/Lisbon")).expect("set"));
    assert_eq!(at(&world.rows(), "11:00"), 220, "{}", world.rows());
}

/// A ledger of so many calls in Lisbon, of which the last cannot be planned anew until the trigger
/// that is given back by name is gone.
fn calls_with_a_stone(count: usize) -> (World, rusqlite::Connection) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let call = |n: usize| EventDraft {
        reminders: Some(vec![]),
        ..draft("appointment", &format!("Call {n}"), "20270501T110000", Some("Europe/Lisbon"))
    };
    let last = (0..count).map(|n| world.add(call(n))).last().expect("an event");
    let ledger = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    let last: String = last.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let stone = format!(
        "CREATE TRIGGER stone BEFORE UPDATE ON event WHEN NEW.id = x'{last}'
        BEGIN SELECT RAISE(ABORT, 'cut off'); END"
    );
    ledger.execute_batch(&stone).expect("a stone");
    (world, ledger)
}

#[test]
fn cut_off_in_the_middle_nothing_that_moved_is_counted_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut world, ledger) = calls_with_a_stone(230);
    world.start_with(data(folder.path(), "<+02>-2"));
    let listed = || ledger.query_row("SELECT count(*) FROM moved", [], |row| row.get::<_, u32>(0));
    assert_eq!(listed().expect("a count"), 200, "cut off after the first two hundred");
    assert!(world.engine().follow_zones().is_err(), "the stone lies there still");
    ledger.execute_batch("DROP TRIGGER stone").expect("no stone");
    assert!(world.engine().follow_zones().expect("to its end"));
    let (rows, more) = moved(&world);
    assert_eq!((rows.len(), more), (200, 30));
    assert!(!world.engine().follow_zones().expect("nothing is left"));
}

#[test]
fn while_much_is_planned_anew_others_may_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut world, ledger) = calls_with_a_stone(620);
    ledger.execute_batch("DROP TRIGGER stone").expect("no stone");
    let other = world.engine().clone();
    let (begun, ended) = (Barrier::new(2), AtomicBool::new(false));
    let (begun, ended) = (&begun, &ended);
    let written = std::thread::scope(|scope| {
        let writing = scope.spawn(move || {
            let mut midway = 0;
            begun.wait();
            while !ended.load(Ordering::SeqCst) {
                other.remember_snooze(10).expect("whoever waits gets a turn");
                let sql = "SELECT count(*) FROM setting WHERE name = 'replanning'";
                midway += ledger.query_row(sql, [], |row| row.get::<_, u32>(0)).expect("a count");
            }
            midway
        });
        begun.wait();
        world.start_with(data(folder.path(), "<+02>-2"));
        ended.store(true, Ordering::SeqCst);
        writing.join().expect("no panic")
    });
    assert!(written >= 2, "{written} times beside four batches");
}
