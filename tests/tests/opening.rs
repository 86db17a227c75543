//! Opening a ledger: by two programs at once, and with what somebody or something left in it.

use std::{sync::Barrier, thread};

use acceptance::world::{World, draft};
use calendar::{draft::EventDraft, id::EventId};
use engine::ledger::Ledger;

const BERLIN: &str = "Europe/Berlin";

#[test]
fn two_programs_that_open_a_fresh_ledger_at_once_both_have_it() {
    for round in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("ledger");
        let (sender, opened) = std::sync::mpsc::channel();
        let start = std::sync::Arc::new(Barrier::new(2));
        for _ in 0..2 {
            let (dir, sender, start) = (dir.clone(), sender.clone(), start.clone());
            thread::spawn(move || {
                start.wait();
                // The receiver is gone only when the test has failed already.
                let _ = sender.send(Ledger::open(&dir));
            });
        }
        let wait = || opened.recv_timeout(std::time::Duration::from_secs(20));
        let both = (wait(), wait());
        let (Ok(Ok(_one)), Ok(Ok(_other))) = both else { panic!("round {round}: {both:?}") };
    }
}

fn daily(title: &str, start: &str) -> EventDraft {
    EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        ..draft("appointment", title, start, Some(BERLIN))
    }
}

fn damage(world: &World, id: EventId, column: &str, value: &str) {
    let ledger = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    let sql = format!("UPDATE event SET {column} = ?2 WHERE id = ?1");
    assert_eq!(ledger.execute(&sql, (id.bytes(), value)).expect("damage"), 1);
}

#[test]
fn an_event_that_cannot_be_read_silences_no_other() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let one = world.add(daily("Broken rule", "20261123T083000"));
    let other = world.add(daily("Broken list", "20261123T084000"));
    world.add(daily("Stand-up", "20261123T090000"));
    assert!(world.engine().check_file().expect("asked").is_empty());
    damage(&world, one, "rules", r#"["FREQ=SOMETIMES"]"#);
    damage(&world, other, "rules", "[7]");
    world.wait_until("2026-11-26T12:00");
    let told = world.titles().iter().filter(|title| *title == "Stand-up").count();
    assert_eq!(told, 4, "{}", world.all_rows());
    let faults = world.engine().check_file().expect("asked");
    assert_eq!(faults, ["2 events cannot be read"]);
}
