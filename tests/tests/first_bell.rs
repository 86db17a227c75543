//! The first bell: from an event to a notification, the inbox, and the proof.

use acceptance::world::{World, draft, pop_up, reminder, reminders, screen};
use calendar::{
    delivery::State,
    draft::EventDraft,
    ics::Alarmless,
    id::{ChannelId, EventId},
    network::Network,
};
use engine::{
    channels::NewWebhook,
    courier::Handover,
    import::{ImportFile, Mode, Target},
    ledger::acknowledgement::Answer,
};
use jiff::Timestamp;
use std::ops::ControlFlow;

const BERLIN: &str = "Europe/Berlin";

#[test]
fn an_appointment_is_told_ten_minutes_before_and_only_once() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    assert_eq!(world.rows(), "Mon 23 09:50 scheduled planned Dentist");
    world.wait_until("2026-11-23T09:49");
    assert!(world.sent.is_empty());
    world.wait_until("2026-11-23T11:30");
    assert_eq!(world.rows(), "Mon 23 09:50 completed told.on_time Dentist");
    assert_eq!(world.sent.len(), 1);
    assert_eq!(world.sent[0].text, "Dentist\n10:00 · in 10 min");
    let story = world.engine().why(world.only()).expect("a story");
    let steps: Vec<_> =
        story.transitions.iter().map(|t| format!("{} > {} {}", t.from, t.to, t.reason)).collect();
    assert_eq!(
        steps,
        [
            " > scheduled planned",
            "scheduled > processing claimed",
            "processing > completed told.on_time"
        ]
    );
    assert_eq!(story.attempts.len(), 1);
    assert_eq!(story.attempts[0].outcome.as_deref(), Some("accepted"));
}

#[test]
fn what_was_told_stays_in_the_inbox_until_somebody_is_done_with_it() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("note", "Water the plants", "20261123T093000", Some(BERLIN)));
    assert!(world.engine().inbox().expect("inbox").rows.is_empty());
    world.wait_until("2026-11-23T12:00");
    assert_eq!(world.engine().inbox().expect("inbox").rows.len(), 1);
    let id = world.only();
    world.engine().acknowledge(&[id], Answer::Done, "window").expect("done");
    world.engine().acknowledge(&[id], Answer::Done, "window").expect("done again");
    assert!(world.engine().inbox().expect("inbox").rows.is_empty());
    assert_eq!(world.rows(), "Mon 23 09:30 completed told.on_time Water the plants");
}

#[test]
fn a_snooze_rings_again_and_two_presses_are_one_snooze() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:31");
    let told = world.only();
    let at = |minutes: i64| {
        world.now().checked_add(jiff::SignedDuration::from_mins(minutes)).expect("a time")
    };
    let (five, ten) = (at(5), at(10));
    world.engine().snooze(told, five, "desktop").expect("a snooze");
    world.engine().snooze(told, ten, "desktop").expect("the same snooze");
    world.wait_until("2026-11-23T10:30");
    assert_eq!(
        world.rows(),
        "Mon 23 09:30 completed told.on_time Tea\nMon 23 09:41 completed told.on_time Tea"
    );
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn what_is_no_longer_wanted_cannot_be_snoozed() {
    let at = |world: &World| world.now().checked_add(jiff::SignedDuration::from_mins(5));
    let refused = |change: &dyn Fn(&mut World, EventId)| {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let id = world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
        world.wait_until("2026-11-23T09:51");
        let told = world.only();
        change(&mut world, id);
        let before = world.all_rows();
        let until = at(&world).expect("a time");
        let said = world.engine().snooze(told, until, "desktop").expect_err("refused").to_string();
        assert_eq!(world.all_rows(), before);
        said
    };
    let deleted = refused(&|world, id| {
        world.engine().delete_event(id, None, None).expect("deleted");
    });
    assert_eq!(deleted, "the event was deleted: there is nothing to tell again");
    let edited = |edit: fn(&mut EventDraft)| {
        refused(&move |world, id| {
            let mut draft = world.draft(id);
            edit(&mut draft);
            world.save(Some(id), draft);
        })
    };
    let off = edited(|d| d.disabled = true);
    assert_eq!(off, "the event is switched off: there is nothing to tell again");
    let moved = edited(|d| d.start = "20261124T100000".into());
    assert_eq!(moved, "the event was changed since: there is nothing to tell again");
}

#[test]
fn what_told_of_a_deleted_event_is_not_shown_again() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:31");
    assert_eq!(world.engine().to_show_again(&screen(":1.9")).expect("renderings").0.len(), 1);
    world.engine().delete_event(id, None, None).expect("deleted");
    assert_eq!(world.engine().to_show_again(&screen(":1.9")).expect("renderings").0, []);
}

#[test]
fn a_reminder_awaits_its_answer_for_months_unless_its_event_is_deleted() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:31");
    let told = [world.only()];
    world.jump_to("2027-02-01T12:00");
    let engine = world.engine().clone();
    let waits = || {
        let rows = engine.inbox().expect("inbox").rows.len();
        assert_eq!(engine.awaiting_answer(&told).expect("waiting").len(), rows);
        assert_eq!(usize::try_from(engine.count_inbox().expect("a count")), Ok(rows));
        rows == 1
    };
    assert!(waits());
    engine.delete_event(id, None, None).expect("deleted");
    assert!(!waits());
    engine.undo(None).expect("undo");
    assert!(waits());
    engine.acknowledge(&told, Answer::Opened, "window").expect("opened");
    assert!(!waits());
    engine.acknowledge(&told, Answer::Done, "window").expect("done");
    assert!(!waits());
}

#[test]
fn what_was_missed_and_tests_leave_the_inbox_after_a_month() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    world.kill();
    world.jump_to("2026-11-23T12:00");
    world.start();
    assert_eq!(world.rows(), "Mon 23 09:50 expired expired.event_over Dentist");
    let story = world.engine().why(world.only()).expect("a story");
    let said = story.transitions.last().expect("a step").said_note();
    assert!(said.starts_with(" (the reminder service was not running "), "{said}");
    world.engine().test_channel(ChannelId::DESKTOP, None).expect("a test");
    world.run();
    let engine = world.engine().clone();
    assert_eq!(engine.inbox().expect("inbox").rows.len(), 2);
    assert_eq!(engine.count_inbox().expect("a count"), 1);
    world.jump_to("2026-12-23T09:49");
    assert_eq!(engine.inbox().expect("inbox").rows.len(), 2);
    world.jump_to("2026-12-23T12:01");
    assert!(engine.inbox().expect("inbox").rows.is_empty());
    assert_eq!(engine.count_inbox().expect("a count"), 0);
}

#[test]
fn the_inbox_lists_five_thousand_says_that_there_are_more_and_can_be_answered_whole() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:31");
    let told = world.only();
    let ledger = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    // Nothing is told when it begins: these are copied with that rule aside.
    let copies = "DROP TRIGGER delivery_born; DROP TRIGGER delivery_born_why;
        CREATE TEMP TABLE copy AS SELECT * FROM delivery;
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
        INSERT INTO temp.copy SELECT d.* FROM delivery d, n;
        UPDATE temp.copy SET id = randomblob(16), occurrence = 'copy ' || rowid, due = due - rowid;
        ALTER TABLE temp.copy DROP COLUMN live;
        ALTER TABLE temp.copy DROP COLUMN waits;
        INSERT INTO delivery SELECT * FROM temp.copy WHERE rowid > 1;";
    ledger.execute_batch(copies).expect("copies");
    world.is_damaged = true;
    let engine = world.engine();
    assert_eq!(engine.count_inbox().expect("a count"), 5_000);
    let first = engine.inbox().expect("inbox");
    assert!(first.more && first.rows.len() == 5_000);
    assert_eq!(first.rows[0].row.id, told);
    let ids: Vec<_> = first.rows.iter().map(|listed| listed.row.id).collect();
    engine.acknowledge(&ids, Answer::Done, "window").expect("done with all");
    let rest = engine.inbox().expect("inbox");
    assert!(!rest.more && rest.rows.len() == 1);
}

#[test]
fn a_removed_or_switched_off_channel_is_not_tried_again() {
    for (gone, said) in [
        (false, "the channel 'lamp' was removed: nothing can be sent through it any more"),
        (
            true,
            "the channel 'lamp' is switched off: switch it on first (`carillon channel on lamp`)",
        ),
    ] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let new = NewWebhook {
            name: "lamp".into(),
            url: "http://127.0.0.1:9/".into(),
            network: Network::Loopback,
            ..NewWebhook::default()
        };
        let channel = world.engine().add_webhook(&new).expect("a channel").id;
        world.add(EventDraft {
            reminders: Some(vec![reminder("PT0M", channel)]),
            ..draft("note", "Light", "20261123T093000", Some(BERLIN))
        });
        world.answer(if gone { Handover::Gone } else { Handover::Permanent });
        world.wait_until("2026-11-23T09:31");
        if !gone {
            world.engine().remove_channel(channel, None).expect("removed");
        }
        let (row, before) = (world.only(), world.rows());
        let refused = world.engine().retry(&[row], None).expect_err("refused");
        assert_eq!(refused.to_string(), said);
        assert_eq!(world.rows(), before);
        if gone {
            world.engine().switch_on(channel, None).expect("on again");
            world.engine().retry(&[row], None).expect("tried again");
        }
    }
}

#[test]
fn a_series_goes_on_and_on() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let daily = EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        ..draft("appointment", "Stand-up", "20261123T090000", Some(BERLIN))
    };
    world.add(daily);
    world.wait_until("2026-12-03T12:00");
    assert_eq!(world.sent.len(), 11);
    assert!(world.rows().contains("Thu 03 08:50 completed told.on_time Stand-up"));
}

#[test]
fn without_a_notification_service_reminders_wait_and_are_shown_when_one_appears() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.no_desktop = Some(engine::courier::Unavailable::NoNotifier);
    world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:55");
    assert_eq!(world.rows(), "Mon 23 09:50 held held.no_notifier Dentist");
    assert_eq!(world.engine().inbox().expect("inbox").rows.len(), 1);
    world.no_desktop = None;
    world.run();
    assert_eq!(world.rows(), "Mon 23 09:50 completed late.held Dentist");
}

#[test]
fn more_than_three_at_once_are_one_digest() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    for n in 1..=5 {
        let note = EventDraft {
            reminders: reminders(&["PT0M"]),
            ..draft("note", &format!("Note {n}"), "20261123T093000", Some(BERLIN))
        };
        world.add(note);
    }
    world.wait_until("2026-11-23T10:00");
    assert_eq!(world.sent.len(), 1, "{:?}", world.sent);
    assert_eq!(world.sent[0].rows, 5);
    assert_eq!(world.rows().matches("completed told.in_digest").count(), 5);
    assert_eq!(world.engine().inbox().expect("inbox").rows.len(), 5);
}

#[test]
fn more_than_one_pass_decides_on_are_one_digest_all_the_same() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let of_one = |n: usize| {
        let start = "DTSTART;TZID=Europe/Berlin:20261123T093000\r\nDURATION:PT1H";
        format!(
            "BEGIN:VEVENT\r\nUID:{n}\r\nDTSTAMP:20261101T000000Z\r\n{start}\r\nSUMMARY:Note {n}\r\n\
             BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:PT0M\r\nEND:VALARM\r\nEND:VEVENT\r\n"
        )
    };
    let events: String = (0..1_001).map(of_one).collect();
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a test//EN\r\n{events}END:VCALENDAR\r\n"
    );
    let file = ImportFile {
        deleted: Default::default(),
        bytes: text.as_bytes(),
        target: Target::Named("Personal".into()),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    };
    world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("an import");
    world.wait_until("2026-11-23T09:31");
    let titles = ["500", "1000", "1001"].map(|count| format!("{count} reminders at once"));
    assert_eq!(world.titles(), titles, "each takes the place of the one before");
    assert!(world.sent.iter().all(|one| one.key == world.sent[0].key), "{:?}", world.sent);
    assert_eq!(world.sent.iter().map(|one| one.rows).collect::<Vec<_>>(), [500, 500, 1]);
    assert!(world.sent[2].text.ends_with("and 995 more in the inbox"), "{}", world.sent[2].text);
    let told = world.engine().counts(Timestamp::MIN, Timestamp::MAX).expect("counts");
    assert_eq!(told, [(State::Completed, false, 1_001)]);
    // What comes later is told by itself.
    world.add(EventDraft {
        reminders: reminders(&["PT0M"]),
        ..draft("note", "Tea", "20261123T100000", Some(BERLIN))
    });
    world.wait_until("2026-11-23T10:01");
    assert_eq!(world.titles().last().map(String::as_str), Some("Tea"));
}

#[test]
fn a_new_notification_service_shows_again_what_is_unanswered_and_still_matters() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.answer(Handover::Accepted { shown_by: Some(pop_up(":1.7")) });
    world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    world.add(draft("appointment", "Breakfast", "20261123T091500", Some(BERLIN)));
    world.add(draft("note", "Call Ana", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T10:20");
    let engine = world.engine().clone();
    assert_eq!(engine.to_show_again(&screen(":1.7")).expect("renderings").0, []);
    // An earlier program noted only its name on the bus.
    assert_eq!(engine.to_show_again(&screen("0badc0de/:1.7")).expect("renderings").0, []);
    assert_eq!(engine.to_show_again(&screen("0badc0de/:1.77")).expect("renderings").0.len(), 2);
    // Breakfast is over by then; the other two are not, until one is acknowledged.
    let again = engine.to_show_again(&screen(":1.9")).expect("renderings").0;
    let titles: Vec<_> = again.iter().map(|r| r.notice.title.as_str()).collect();
    assert_eq!(titles, ["Call Ana", "Dentist"]);
    engine.shown_again(&again[0].rows, &pop_up(":1.9")).expect("noted");
    engine.acknowledge(&again[1].rows, Answer::Done, "window").expect("done");
    assert_eq!(engine.to_show_again(&screen(":1.9")).expect("renderings").0, []);
    assert_eq!(world.sent.len(), 3, "showing again is no delivery");
}
