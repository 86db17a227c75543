//! Retention (I21): the record of what ended goes as a whole 400 days after its last word; what
//! lives, waits for a person or stands in the inbox is kept, and what is gone is never told again.

use std::fs;

use acceptance::{
    home::Home,
    world::{World, draft, reminder, reminders},
};
use calendar::{
    delivery::{Class, State},
    draft::EventDraft,
    id::EventId,
    network::Network,
};
use engine::{
    channels::NewWebhook, clock::Synchronised, courier::Handover, ledger::acknowledgement::Answer,
    people::SavePerson,
};
use rusqlite::Connection;

const BERLIN: &str = "Europe/Berlin";

/// A number from a seed, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A delivery as the ledger has it, as far as its keeping goes.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    id: Vec<u8>,
    occurrence: (String, String),
    state: State,
    last_word: i64,
    in_inbox: bool,
    whole: String,
}

fn ledger(world: &World) -> Connection {
    Connection::open(world.folder().join("carillon.db")).expect("a file")
}

fn count(world: &World, sql: &str) -> i64 {
    ledger(world).query_row(sql, [], |row| row.get(0)).expect("a count")
}

fn kept(world: &World) -> Vec<Kept> {
    let ledger = ledger(world);
    let sql = "SELECT d.id, d.subject, d.occurrence, d.state, d.due, d.ends, d.updated_at,
        d.channel = zeroblob(16) AND d.answered = 0 AND d.state = 'completed' AND d.reminder NOT LIKE 'n:%'
            AND d.event IN (SELECT id FROM event WHERE deleted_at IS NULL),
        d.reason || d.reminder || d.gen || d.attempts || coalesce(d.told_at, '') ||
            (SELECT group_concat(to_state || reason || at) FROM audit WHERE delivery = d.id) ||
            coalesce((SELECT group_concat(outcome || n) FROM attempt WHERE delivery = d.id), '')
        FROM delivery d ORDER BY d.id";
    let mut statement = ledger.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| {
        let state: String = row.get(3)?;
        let times: [i64; 3] = [row.get(4)?, row.get(5)?, row.get(6)?];
        Ok(Kept {
            id: row.get(0)?,
            occurrence: (row.get(1)?, row.get(2)?),
            state: state.parse().expect("a state"),
            last_word: times.into_iter().max().expect("three"),
            in_inbox: row.get::<_, Option<bool>>(7)?.unwrap_or(false),
            whole: row.get(8)?,
        })
    });
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

/// Events of many sorts, as somebody has them.
fn fill(world: &mut World) -> Vec<EventId> {
    let hook = NewWebhook {
        name: "lamp".into(),
        url: "http://127.0.0.1:1/".into(),
        network: Network::Loopback,
        guarantee: Default::default(),
        retries: "quick".parse().expect("a profile"),
        rate: Default::default(),
        request: None,
    };
    let hook = world.engine().add_webhook(&hook).expect("a channel").id;
    let nagging = calendar::draft::ReminderDraft {
        nag: Some("2h".into()),
        ..reminder("PT0M", calendar::id::ChannelId::DESKTOP)
    };
    let every = |kind: &str, title: &str, start: &str, rule: &str| EventDraft {
        rules: vec![rule.into()],
        reminders: reminders(&["PT0M"]),
        ..draft(kind, title, start, Some(BERLIN))
    };
    let drafts = [
        every("note", "Pill", "20240102T080000", "FREQ=DAILY;INTERVAL=20"),
        every("appointment", "Choir", "20240103T190000", "FREQ=WEEKLY;INTERVAL=4"),
        EventDraft { zone: None, ..every("note", "Tea", "20240104T160000", "FREQ=MONTHLY") },
        EventDraft {
            reminders: Some(vec![reminder("-PT10M", hook)]),
            ..every("note", "Lamp", "20240104T060000", "FREQ=WEEKLY;INTERVAL=3")
        },
        EventDraft {
            reminders: Some(vec![nagging]),
            ..every("note", "Bins", "20240105T070000", "FREQ=MONTHLY")
        },
        EventDraft {
            reminders: reminders(&["-PT1H"]),
            ..every("deadline", "Report", "20240128T120000", "FREQ=MONTHLY")
        },
        EventDraft {
            reminders: reminders(&["P0D"]),
            ..draft("note", "Once", "20240301T100000", None)
        },
    ];
    drafts.into_iter().map(|draft| world.add(draft)).collect()
}

/// What a person does of an evening.
fn live_an_evening(world: &mut World, dice: &mut Dice, events: &mut Vec<EventId>) {
    let inbox = world.engine().inbox().expect("an inbox").rows;
    for one in inbox.iter().map(|row| row.row.id) {
        match dice.roll(12) {
            0 => {}
            1 => {
                let until = world.now() + jiff::SignedDuration::from_hours(1);
                // What is over or was answered with another is not snoozed.
                world.engine().snooze(one, until, "window").map(drop).unwrap_or(());
            }
            _ => {
                world.engine().acknowledge(&[one], Answer::Done, "window").expect("answered");
            }
        }
    }
    match dice.roll(12) {
        0 => world.answer(Handover::Permanent),
        1 | 2 => world.answer(Handover::Accepted { shown_by: None }),
        3 if events.len() > 3 => {
            let gone =
                events.swap_remove(usize::try_from(dice.roll(events.len() as u64)).expect("small"));
            world.engine().delete_event(gone, None, None).expect("deleted");
        }
        4 => {
            let parked = world.deliveries();
            let parked = parked.iter().find(|l| l.row.facts.state == State::Dead);
            if let Some(one) = parked {
                // One that is over can only be sent as new.
                world.engine().retry(&[one.row.id], None).map(drop).unwrap_or(());
            }
        }
        _ => {}
    }
}

/// Which deliveries may not go, said in other words than the engine's.
fn to_keep(rows: &[Kept], until: i64) -> Vec<Kept> {
    let keeps =
        |row: &Kept| row.state.class() != Class::Final || row.in_inbox || row.last_word >= until;
    let stays = |row: &&Kept| rows.iter().any(|k| k.occurrence == row.occurrence && keeps(k));
    rows.iter().filter(stays).cloned().collect()
}

#[test]
fn whatever_happened_what_lives_stays_and_what_ended_long_ago_goes() {
    for seed in 1..=2 {
        let mut dice = Dice(seed);
        let mut world = World::at("2024-01-01T09:00[Europe/Berlin]");
        let mut events = fill(&mut world);
        let first: jiff::civil::Date = "2024-01-01".parse().expect("a date");
        for day in (14..800).step_by(14) {
            let date = first.checked_add(jiff::Span::new().days(day)).expect("a date");
            world.wait_until(&format!("{date}T21:00"));
            live_an_evening(&mut world, &mut dice, &mut events);
            world.run();
        }
        let before = kept(&world);
        let until = world.now() - jiff::SignedDuration::from_hours(402 * 24);
        let wanted = to_keep(&before, until.as_millisecond());
        assert!(
            wanted.len() < before.len() - 20,
            "seed {seed}: {} of {}",
            wanted.len(),
            before.len()
        );
        let old = wanted.iter().filter(|row| row.last_word < until.as_millisecond());
        assert!(old.count() > 0, "seed {seed}: something old lives");

        let gone = world.engine().forget_old().expect("forgotten");
        assert_eq!(kept(&world), wanted, "seed {seed}");
        assert_eq!(gone.deliveries, before.len() - wanted.len(), "seed {seed}");
        for orphans in [
            "SELECT count(*) FROM audit WHERE delivery NOT IN (SELECT id FROM delivery)",
            "SELECT count(*) FROM attempt WHERE delivery NOT IN (SELECT id FROM delivery)",
            "SELECT count(*) FROM acknowledgement a WHERE NOT EXISTS (SELECT 1 FROM delivery d
                WHERE d.subject = a.subject AND d.occurrence = a.occurrence)",
        ] {
            assert_eq!(count(&world, orphans), 0, "seed {seed}: {orphans}");
        }
        assert_eq!(world.engine().forget_old().expect("again").deliveries, 0, "seed {seed}");
        nothing_comes_again(&mut world, &events, seed);
    }
}

/// Edits, journeys and restarts bring nothing back that was let go of.
fn nothing_comes_again(world: &mut World, events: &[EventId], seed: u64) {
    world.answer(Handover::Accepted { shown_by: None });
    world.run();
    let (sent, known) = (world.sent.len(), kept(world).len());
    for zone in ["Pacific/Auckland", "America/Los_Angeles", BERLIN] {
        let zone = calendar::zones::ZoneName::stored(zone);
        world.engine().set_machine_zone(&zone).expect("a zone");
        world.run();
    }
    for id in events {
        let draft = world.draft(*id);
        let start = draft.start.replacen("2024", "2023", 1);
        world.save(Some(*id), EventDraft { start, ..draft.clone() });
        world.save(Some(*id), draft);
    }
    world.kill();
    world.start();
    let again: Vec<_> = world.sent[sent..].iter().map(|sent| &sent.text).collect();
    assert!(again.is_empty(), "seed {seed}: {again:?}");
    let past = "SELECT count(*) FROM delivery WHERE due <= (SELECT value FROM setting WHERE name = 'forgotten_until')
        AND created_at > (SELECT passed FROM service_status) - 1000";
    assert_eq!(count(world, past), 0, "seed {seed}: {known}");
}

#[test]
fn what_was_deleted_goes_when_nothing_speaks_of_it_any_more() {
    let mut world = World::at("2024-01-01T09:00[Europe/Berlin]");
    let id = world.add(draft("note", "Call", "20240102T100000", Some(BERLIN)));
    world.wait_until("2024-01-03T09:00");
    world.engine().delete_event(id, None, None).expect("deleted");
    let other = world.add(draft("note", "Post", "20270102T100000", Some(BERLIN)));
    let ana = SavePerson { name: "Ana".into(), ..SavePerson::default() };
    let ana = world.engine().save_person(&ana, None).expect("a person").id;
    let hers =
        EventDraft { person: Some(ana.clone()), ..draft("note", "Name day", "20270102", None) };
    let hers = world.add(hers);
    world.engine().delete_person(ana.parse().expect("an id"), None).expect("deleted");
    world.wait_until("2025-02-20T09:00");
    world.engine().forget_old().expect("forgotten");
    assert_eq!(count(&world, "SELECT count(*) FROM event"), 3, "undo may still bring it back");
    for number in 0..50 {
        let draft = EventDraft { title: format!("Post {number}"), ..world.draft(other) };
        world.save(Some(other), draft);
    }
    let gone = world.engine().forget_old().expect("forgotten");
    assert_eq!((gone.tombstones, count(&world, "SELECT count(*) FROM event")), (2, 2));
    assert_eq!(count(&world, "SELECT count(*) FROM person"), 0);
    assert_eq!((world.draft(hers).title.as_str(), world.draft(hers).person), ("Name day", None));
}

#[test]
fn nothing_goes_by_a_clock_nobody_has_confirmed() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = world.add(draft("note", "Call", "20261123T100000", Some(BERLIN)));
    world.wait_until("2026-11-23T10:30");
    world.engine().delete_event(id, None, None).expect("deleted");
    world.set_clock("2029-11-23T10:30");
    world.run();
    assert_eq!(world.engine().forget_old().expect("asked").deliveries, 0);
    world.engine().accept_clock().expect("accepted");
    assert_eq!(world.engine().forget_old().expect("asked").deliveries, 1);
    // It was wrong all the same: what comes to be from now on is told, missed or not.
    world.set_clock("2026-11-23T10:31");
    world.run();
    world.add(EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        reminders: reminders(&["PT0M"]),
        ..draft("appointment", "Bread", "20261124T100000", Some(BERLIN))
    });
    world.wait_until("2026-11-24T10:01");
    assert_eq!(world.titles(), ["Call", "Bread"]);
    world.kill();
    world.jump_to("2026-12-04T09:00");
    world.start();
    let missed = world.rows().lines().filter(|row| row.contains("expired")).count();
    assert_eq!(missed, 9, "{}", world.rows());
}

#[test]
fn a_clock_that_was_years_ahead_since_the_boot_takes_nothing_away() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.is_synchronised(Synchronised::Unknown);
    world.add(EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=5".into()],
        reminders: reminders(&["PT0M"]),
        ..draft("appointment", "Bread", "20261123T100000", Some(BERLIN))
    });
    world.wait_until("2026-11-23T10:30");
    let told = [world.deliveries().remove(0).row.id];
    world.engine().acknowledge(&told, Answer::Done, "window").expect("answered");
    assert_eq!(world.engine().forget_old().expect("asked").deliveries, 0);
    world.kill();
    // The battery of the clock is empty.
    world.set_clock("2099-01-01T00:00");
    world.reboot();
    assert_eq!(world.engine().forget_old().expect("asked").deliveries, 0);
    world.kill();
    world.set_clock("2026-11-26T10:30");
    world.reboot();
    assert!(world.all_rows().contains("Mon 23 10:00 completed"), "{}", world.all_rows());
    world.wait_until("2026-11-27T10:01");
    assert_eq!(world.titles(), ["Bread", "Bread"]);
    // And in time it goes, a month a day.
    world.wait_until("2028-01-20T09:00");
    let gone: Vec<_> =
        (0..16).map(|_| world.engine().forget_old().expect("asked").deliveries).collect();
    assert!(gone[0] == 0 && gone.contains(&1), "{gone:?} {}", world.rows());
}

#[test]
fn what_was_missed_for_longer_than_records_are_kept_is_told_before_anything_goes() {
    let mut world = World::at("2024-01-01T09:00[Europe/Berlin]");
    world.add(EventDraft {
        rules: vec!["FREQ=MONTHLY;COUNT=3".into()],
        ..draft("note", "Rent", "20240102T100000", Some(BERLIN))
    });
    world.wait_until("2024-01-03T10:01");
    world.kill();
    world.jump_to("2025-06-01T09:00");
    assert_eq!(world.engine().forget_old().expect("asked").deliveries, 0);
    world.start();
    world.engine().forget_old().expect("forgotten");
    world.run();
    assert_eq!(world.rows().lines().count(), 3, "{}", world.rows());
}

#[test]
fn what_is_forgotten_is_not_planned_again_by_a_journey() {
    let mut world = World::at("2024-01-01T09:00[Europe/Berlin]");
    world.add(draft("note", "Call", "20240102T100000", None));
    world.wait_until("2024-01-03T09:00");
    world.engine().acknowledge(&[world.only()], Answer::Done, "window").expect("answered");
    world.wait_until("2025-02-20T09:00");
    assert_eq!(world.engine().forget_old().expect("forgotten").deliveries, 1);
    let zone = calendar::zones::ZoneName::stored("Asia/Tokyo");
    world.engine().set_machine_zone(&zone).expect("a zone");
    world.run();
    assert_eq!((world.titles(), world.all_rows()), (vec!["Call".to_string()], String::new()));
}

/// This world's ledger in the home of the real service, which has known it all the time.
fn moved_in(world: &World) -> Home {
    let private = std::os::unix::fs::PermissionsExt::from_mode;
    Home::prepared(|data| {
        fs::create_dir(data).expect("a folder");
        fs::set_permissions(data, private(0o700)).expect("private");
        fs::write(data.join("carillon.db"), world.copied()).expect("a ledger");
        fs::copy(world.folder().join("secret.key"), data.join("secret.key")).expect("a key");
        fs::copy(world.state().join("high-water"), data.join("high-water")).expect("a mark");
        fs::set_permissions(data.join("carillon.db"), private(0o600)).expect("private");
        // It was asked yesterday as well, by a clock that was right: whether this one is nobody knows.
        // And that its file is a copy is no longer to be seen.
        let asked = "INSERT OR REPLACE INTO setting VALUES ('marked', '1'),
            ('over_until', CAST(1000 * (unixepoch() - 401 * 86400) AS TEXT))";
        let ledger = Connection::open(data.join("carillon.db")).expect("a file");
        ledger.execute(asked, []).expect("noted");
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_forgets_after_the_days_backup_and_what_is_said_of_it_then_is_true() {
    let mut world = World::at("2024-01-01T09:00[Europe/Berlin]");
    world.add(draft("note", "Call", "20240102T100000", Some(BERLIN)));
    world.wait_until("2024-01-03T09:00");
    let call = world.only();
    world.engine().acknowledge(&[call], Answer::Done, "window").expect("answered");
    world.add(draft("note", "Unanswered", "20240103T100000", Some(BERLIN)));
    world.add(draft("note", "Ahead", "20990103T100000", Some(BERLIN)));
    world.wait_until("2024-01-04T09:00");
    let key = world.deliveries()[0].row.key.clone();
    let home = moved_in(&world);
    let _service = home.service().await;
    home.until_logged("is no longer kept").await;
    let log = home.log();
    let at = |words| log.find(words).expect("it is logged");
    assert!(at("backed up path=") < at("is no longer kept deliveries=1"), "{log}");
    assert_eq!(home.rows(), "completed told.on_time 1 Unanswered\nscheduled planned 0 Ahead");
    for name in [&call.to_string(), &key] {
        let (said, code) = home.says(&["why", name]);
        let gone =
            format!("carillon: there is no delivery {name} in this ledger: what was over by ");
        assert!(said.starts_with(&gone) && said.ends_with(" is no longer kept\n"), "{said}");
        assert_eq!(code, 1);
    }
    let (said, _) = home.says(&["deliveries"]);
    assert!(said.contains("Unanswered") && !said.contains("Call"), "{said}");
    let (said, _) = home.says(&["doctor", "--deep"]);
    assert!(said.contains("sound, every record compared\n  backups         one, of "), "{said}");
}
