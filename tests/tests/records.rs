//! The record: each step is as it was written, and the steps of a delivery give its row. Every other
//! test's world is looked through in the same way when it ends.

use std::time::Duration;

use acceptance::{
    home::Home,
    world::{World, draft, reminder, reminders},
};
use calendar::{delivery::Guarantee, draft::EventDraft, id::ChannelId};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Unavailable},
};
use testkit::notifier::Notifier;

const BERLIN: &str = "Europe/Berlin";

/// A world in which something was told, missed, cancelled, held, moved and tried again.
fn eventful() -> World {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let tea = world.add(EventDraft {
        reminders: reminders(&["PT0M", "-PT10M"]),
        ..draft("note", "Tea", "20261123T100000", Some(BERLIN))
    });
    world.add(EventDraft {
        rules: vec!["FREQ=HOURLY".into()],
        ..draft("appointment", "Round", "20261123T093000", Some(BERLIN))
    });
    let moved = EventDraft { start: "20261123T113000".into(), ..world.draft(tea) };
    world.save(Some(tea), moved);
    world.no_desktop = Some(Unavailable::NoNotifier);
    world.wait_until("2026-11-23T12:00");
    world.no_desktop = None;
    world.answer(Handover::Transient {
        retry_after: None,
        schedule: engine::courier::Schedule::Channel,
    });
    world.wait_until("2026-11-23T12:10");
    world.kill();
    world.jump_to("2026-11-23T17:10");
    world.start();
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-23T18:00");
    world.engine().delete_event(tea, None, None).expect("deleted");
    world
}

fn change(world: &World, sql: &str) -> usize {
    let ledger = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    ledger.execute(sql, []).expect("a change")
}

#[test]
fn whatever_happened_the_record_gives_the_rows() {
    let world = eventful();
    assert!(world.all_rows().lines().count() > 8, "{}", world.all_rows());
    assert_eq!(world.engine().check_records().expect("looked through"), []);
}

#[test]
fn a_changed_step_and_a_changed_row_are_found() {
    for (sql, said) in [
        ("UPDATE audit SET note = 'so' WHERE seq = 7", "step 7 of the record is not as it was"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 7", "step 7 of the record is not as it was"),
        ("UPDATE audit SET checksum = NULL WHERE seq = 7", "step 7 of the record is not as it was"),
        ("DELETE FROM audit WHERE seq = 7", "does not add up"),
        (
            "UPDATE delivery SET state = 'expired', reason = 'expired.age', told_at = NULL
            WHERE id = (SELECT id FROM delivery WHERE state = 'completed' LIMIT 1)",
            "but its record says completed",
        ),
        (
            "UPDATE delivery SET attempts = attempts + 1
            WHERE id = (SELECT id FROM delivery WHERE state = 'completed' LIMIT 1)",
            "but its record says completed",
        ),
    ] {
        let mut world = eventful();
        world.is_damaged = true;
        let asides = ["audit_kept", "delivery_final", "delivery_moves", "delivery_claimed"];
        for aside in asides {
            change(&world, &format!("DROP TRIGGER {aside}"));
        }
        assert_eq!(change(&world, sql), 1, "{sql}");
        let faults = world.engine().check_records().expect("looked through");
        assert!(faults.iter().any(|fault| fault.what.contains(said)), "{sql}: {faults:?}");
        assert!(faults.len() < 3, "{sql}: {faults:?}");
    }
}

#[test]
fn a_long_record_is_looked_through_when_asked_or_after_a_service_was_cut_off() {
    let home = Home::new();
    let ledger = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a file");
    let change = |sql: &str| ledger.execute_batch(sql).expect("a change");
    let compared = |arguments: &[&str]| {
        let mut command = home.command("carillon");
        let said = command.args(["doctor", "--json"]).args(arguments).output().expect("an answer");
        let found: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
        found["ledger"]["deep"].as_bool().expect("yes or no")
    };
    assert!(compared(&[]), "it is soon done");
    change("INSERT INTO sqlite_sequence (name, seq) VALUES ('audit', 20000)");
    assert!(!compared(&[]) && compared(&["--deep"]));
    let cut_off =
        "INSERT INTO service_status (one, pid, program, started, passed) VALUES (1, 7, 'x', 0, 0)";
    change(cut_off);
    assert!(compared(&[]), "it was cut off");
    change("UPDATE service_status SET stopped = 1");
    assert!(!compared(&[]));
}

#[test]
fn of_a_ledger_with_one_damaged_page_doctor_says_what_can_be_read() {
    let home = Home::new();
    home.engine.close().expect("closed");
    let path = home.data().join("carillon.db");
    let ledger = rusqlite::Connection::open(&path).expect("a file");
    ledger.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("folded");
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'delivery'";
    let page: u32 = ledger.query_row(root, [], |row| row.get(0)).expect("a page");
    let page = page as usize;
    drop(ledger);
    let mut bytes = std::fs::read(&path).expect("the ledger");
    bytes[(page - 1) * 4_096..page * 4_096].fill(0x55);
    std::fs::write(&path, bytes).expect("damaged");
    let mut command = home.command("carillon");
    let said = command.args(["doctor", "--json"]).output().expect("an answer");
    let found: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    let problems = found["problems"].to_string();
    assert!(problems.contains("the ledger is damaged: "), "{problems}");
    assert!(problems.contains("what cannot be read: "), "{problems}");
    assert!(found["ledger"]["schema"].is_i64() && found["autostart"].is_boolean(), "{found}");
}

#[test]
fn what_was_told_is_counted_by_its_end_and_by_how_late_it_was() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let begun = world.now();
    for start in ["20261123T093000", "20261123T094000", "20261123T100000"] {
        world.add(EventDraft {
            reminders: reminders(&["PT0M"]),
            ..draft("note", "Tea", start, Some(BERLIN))
        });
    }
    world.wait_until("2026-11-23T09:30");
    // The second is told 59 seconds late, and the third 61.
    for local in ["2026-11-23T09:40:59", "2026-11-23T10:01:01"] {
        world.jump_to(local);
        world.run();
    }
    assert_eq!(world.engine().lateness().expect("asked"), [0, 59_000, 61_000]);
    let counted = world.engine().statistics(begun).expect("asked");
    let wanted = [("completed", 3), ("within:1", 1), ("within:65536", 2)];
    assert_eq!(counted, wanted.map(|(what, n)| (what.to_string(), n)));
    let tomorrow = world.now() + jiff::SignedDuration::from_hours(24);
    assert_eq!(world.engine().statistics(tomorrow).expect("asked"), []);
}

#[test]
fn what_waits_for_a_person_again_after_a_retry_is_counted_once() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let begun = world.now();
    let new = NewWebhook {
        name: "hook".into(),
        url: "https://example.com".into(),
        guarantee: Guarantee::NeverRepeat,
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(Handover::Ambiguous);
    world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", hook)]),
        ..draft("note", "Tea", "20261123T093000", Some(BERLIN))
    });
    world.wait_until("2026-11-23T09:31");
    world.engine().retry(&[world.only()], None).expect("tried again");
    world.run();
    assert_eq!(world.rows(), "Mon 23 09:30 review review.no_answer Tea");
    let counted = world.engine().statistics(begun).expect("asked");
    assert_eq!(counted, [("review".to_string(), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_end_that_was_not_orderly_the_record_is_looked_through_and_damage_is_said() {
    for killed in [true, false] {
        let home = Home::new();
        let notifier = Notifier::start(home.bus.address()).await;
        home.note("Later", Duration::from_secs(3_600), ChannelId::DESKTOP);
        let service = home.service().await;
        match killed {
            true => service.kill(),
            false => service.stop(),
        }
        let ledger = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a file");
        let damage = "DROP TRIGGER audit_kept; UPDATE audit SET note = 'else' WHERE seq = 1";
        ledger.execute_batch(damage).expect("a change");
        let _service = home.service().await;
        if killed {
            let said = notifier.wait_for(1).await.remove(0);
            assert_eq!(said.summary, "Carillon's ledger may be damaged", "{}", home.log());
            assert!(said.body.contains("step 1 of the record"), "{said:?}");
            let (said, _) = home.says(&["doctor"]);
            let wanted =
                "step 1 of the record is not as it was written: the service goes on with it";
            assert!(said.contains(wanted), "it does: {said}");
        } else {
            home.note("Now", Duration::from_secs(1), ChannelId::DESKTOP);
            assert_eq!(notifier.wait_for(1).await[0].summary, "Now", "nothing was looked for");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_a_row_that_its_table_would_not_have_taken_is_said() {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    let service = home.service().await;
    service.kill();
    let service = home.service().await;
    home.until_logged("looked at all over: the ledger is whole").await;
    service.kill();
    let ledger = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a file");
    let damage = "PRAGMA ignore_check_constraints = 1; UPDATE calendar SET shown = 7";
    ledger.execute_batch(damage).expect("a change");
    let _service = home.service().await;
    let said = notifier.wait_for(1).await.remove(0);
    assert_eq!(said.summary, "Carillon's ledger may be damaged", "{}", home.log());
    assert!(said.body.starts_with("CHECK constraint failed in calendar"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_where_nobody_could_be_told_is_told_later_and_stays_until_it_is_good_again()
{
    let home = Home::new();
    home.note("Later", Duration::from_secs(3_600), ChannelId::DESKTOP);
    home.service().await.kill();
    let ledger = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a file");
    let change = |sql: &str| ledger.execute_batch(sql).expect("a change");
    // So long a record is not compared each time.
    change("UPDATE sqlite_sequence SET seq = 20000 WHERE name = 'audit'");
    change("CREATE TABLE before AS SELECT * FROM audit WHERE seq = 1");
    change("DROP TRIGGER audit_kept; UPDATE audit SET note = 'else' WHERE seq = 1");
    let service = home.service().await;
    home.until_logged("the ledger is damaged").await;
    let notifier = Notifier::start(home.bus.address()).await;
    let said = notifier.wait_for(1).await.remove(0);
    assert_eq!(said.summary, "Carillon's ledger may be damaged", "{}", home.log());
    let (said, code) = home.says(&["doctor"]);
    assert!(said.contains("step 1 of the record is not as it was") && code == 1, "{said}");
    service.stop();
    let service = home.service().await;
    notifier.wait_for(2).await;
    service.stop();
    change("UPDATE audit SET note = (SELECT note FROM before) WHERE seq = 1; DROP TABLE before");
    let _service = home.service().await;
    home.until_logged("the ledger is whole").await;
    let (said, _) = home.says(&["doctor"]);
    assert!(said.contains("records not compared"), "{said}");
}

#[test]
fn what_doctor_says_is_done_about_damage_is_what_is_done() {
    let home = Home::new();
    let ledger = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a file");
    let change = |sql: &str| ledger.execute_batch(sql).expect("a change");
    let doctor = || home.says(&["doctor"]).0;
    change("PRAGMA ignore_check_constraints = 1; UPDATE calendar SET shown = 7");
    let said = doctor();
    assert!(said.contains("CHECK constraint failed in calendar"), "{said}");
    assert!(said.contains("the service goes on with it"), "{said}");
    assert!(!said.contains("newest good backup"), "{said}");
    change("UPDATE calendar SET shown = 1");
    assert!(doctor().contains("sound, every record compared"));
    home.note("Later", Duration::from_secs(3_600), ChannelId::DESKTOP);
    change("DROP TRIGGER audit_kept; UPDATE audit SET note = 'else' WHERE seq = 1");
    let said = doctor();
    assert!(said.contains("step 1 of the record is not as it was written"), "{said}");
    assert!(!said.contains("sound") && said.contains("RECORD CHANGED"), "{said}");
}
