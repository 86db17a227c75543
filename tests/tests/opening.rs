//! Opening a ledger: by two programs at once, and with what somebody or something left in it.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{Arc, Barrier},
    thread,
};

use acceptance::world::{World, draft, reminder};
use calendar::{
    delivery::State,
    draft::EventDraft,
    id::{CalendarId, EventId},
    network::Network,
    zones::ZoneName,
};
use engine::{
    Actor, Engine,
    channels::NewWebhook,
    clock::{Clock, SystemClock},
    ledger::{Ledger, SCHEMA, inbox::Filter},
    people::SavePerson,
};
use jiff::SignedDuration;

const BERLIN: &str = "Europe/Berlin";

const TABLES: [&str; 8] =
    ["calendar", "person", "channel", "event", "reminder", "delivery", "attempt", "audit"];

#[test]
fn two_programs_that_open_a_fresh_ledger_at_once_both_have_it() {
    for round in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("ledger");
        let (sender, opened) = std::sync::mpsc::channel();
        let start = Arc::new(Barrier::new(2));
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

/// Three events in each of which something else cannot be read, one of them in this calendar.
fn with_damage(world: &mut World, club: CalendarId) -> Vec<EventId> {
    let bells = EventDraft { calendar: club.to_string(), ..daily("Bells", "20261123T093000") };
    let floating =
        EventDraft { zone: None, ..draft("note", "Broken start", "20261123T094000", None) };
    let named = draft("note", "Broken words", "20261123T095000", Some(BERLIN));
    let ids: Vec<_> = [bells, floating, named].into_iter().map(|d| world.add(d)).collect();
    world.wait_until("2026-11-23T10:00");
    damage(world, ids[0], "rules", r#"["FREQ=SOMETIMES"]"#);
    damage(world, ids[1], "start", "soon");
    damage(world, ids[2], "overrides", r#"["20261123T095000"]"#);
    ids
}

fn titles_of_the_week(world: &World) -> Vec<String> {
    let until = world.now() + SignedDuration::from_hours(40);
    let found = world.engine().happenings(world.now(), until).expect("a week");
    found.iter().map(|h| h.title().to_string()).collect()
}

#[test]
fn an_event_that_cannot_be_read_stops_no_view_no_answer_and_no_change() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let club =
        world.engine().save_calendar(None, "Club", "teal", true, None).expect("a calendar").id;
    world.add(EventDraft { calendar: club.to_string(), ..daily("Meeting", "20261123T110000") });
    world.add(draft("note", "Pill", "20261124T080000", None));
    with_damage(&mut world, club);
    let engine = world.engine().clone();
    assert_eq!(titles_of_the_week(&world), ["Meeting", "Pill", "Meeting"]);
    assert!(engine.next_rings(10).expect("what rings next").iter().any(|r| r.title == "Pill"));
    let mut told: Vec<_> =
        engine.inbox().expect("an inbox").rows.into_iter().map(|l| l.title).collect();
    told.sort();
    assert_eq!(told, ["Bells", "Broken start", "Broken words"]);

    assert!(engine.set_machine_zone(&ZoneName::stored("Europe/Lisbon")).expect("a journey"));
    assert!(world.rows().contains("Tue 24 08:00 scheduled planned Pill"), "{}", world.rows());

    let bells = |world: &World| world.rows().matches("scheduled planned Bells").count();
    assert!(bells(&world) > 0, "{}", world.rows());
    engine.delete_calendar(club, None).expect("deleted");
    assert_eq!(bells(&world), 0, "{}", world.rows());
    assert_eq!(titles_of_the_week(&world), ["Pill"]);
    assert_eq!(engine.check_file().expect("asked"), ["2 events cannot be read"]);
    assert!(engine.undo(None).expect("undone").refused.is_none());
    assert_eq!(titles_of_the_week(&world), ["Meeting", "Pill", "Meeting"]);
    assert_eq!(engine.check_file().expect("asked"), ["3 events cannot be read"]);
}

#[test]
fn a_person_and_a_channel_change_though_an_event_of_theirs_cannot_be_read() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let ana = |id, zone: &str| SavePerson {
        id,
        name: "Ana".into(),
        zone: Some(zone.into()),
        birthday: Some("1992-11-24".into()),
        leap_day: None,
        ..SavePerson::default()
    };
    let saved = world.engine().save_person(&ana(None, "Europe/Berlin"), None).expect("a person");
    let new = NewWebhook {
        name: "lamp".into(),
        url: "http://127.0.0.1:9/".into(),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let lamp = world.engine().add_webhook(&new).expect("a channel").id;
    let light = EventDraft {
        person: Some(saved.id.clone()),
        reminders: Some(vec![reminder("PT0M", lamp)]),
        rules: vec!["FREQ=DAILY".into()],
        ..draft("note", "Light", "20261123", None)
    };
    let id = world.add(light);
    damage(&world, id, "rules", r#"["FREQ=SOMETIMES"]"#);
    // What was planned is sent all the same.
    world.wait_until("2026-11-23T10:00");
    assert!(world.sent.iter().any(|sent| sent.text.contains("Light")), "{}", world.rows());

    let known = saved.id.parse().ok();
    world.engine().save_person(&ana(known, "Europe/Lisbon"), None).expect("somewhere else");
    assert!(
        world.rows().contains("Tue 24 10:00 scheduled planned Ana’s birthday"),
        "{}",
        world.rows()
    );
    world.engine().remove_channel(lamp, None).expect("removed");
    assert!(!world.rows().contains("scheduled planned Light"), "{}", world.rows());
    world.engine().delete_person(known.expect("an id"), None).expect("deleted");
}

/// Every ledger that an earlier program left, by its schema.
#[test]
fn the_ledger_of_each_earlier_schema_opens_with_all_that_is_in_it() {
    for schema in 1..SCHEMA {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/ledgers/{schema}"));
        for name in ["carillon.db", "secret.key"] {
            let to = folder.path().join(name);
            std::fs::copy(kept.join(name), &to).expect("a kept ledger");
            std::fs::set_permissions(&to, Permissions::from_mode(0o600)).expect("private");
        }
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).expect("private");
        let count = |sql: &str| {
            let file = rusqlite::Connection::open(folder.path().join("carillon.db"));
            let found: i64 =
                file.expect("a file").query_row(sql, [], |row| row.get(0)).expect("a count");
            found
        };
        assert_eq!(count("PRAGMA user_version"), schema);
        let before = TABLES.map(|table| count(&format!("SELECT count(*) FROM {table}")));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let engine = Engine::open_with(
            folder.path(),
            Actor::CommandLine,
            clock,
            acceptance::world::zones(),
            &ZoneName::utc(),
        );
        let engine = engine.expect("an older ledger opens");
        assert_eq!(count("PRAGMA user_version"), SCHEMA);
        assert_eq!(TABLES.map(|table| count(&format!("SELECT count(*) FROM {table}"))), before);
        assert_eq!(engine.check_file().expect("asked"), Vec::<String>::new());
        assert_eq!(engine.check_records().expect("looked through"), []);
        let all = Filter { limit: 1000, ..Filter::default() };
        let told = engine.deliveries(&all).expect("readable");
        assert!(told.iter().any(|l| l.row.facts.state == State::Retrying), "with a try to come");
        assert!(engine.events().expect("readable").len() > 20);
    }
}
