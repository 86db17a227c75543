//! Clocks that lie: set back, set ahead, wrong at the start. What was told stays told, what is ahead
//! rings once at its moment, and nothing waits for a future that was false.

use acceptance::world::{World, draft, reminder, reminders};
use calendar::{
    draft::EventDraft,
    id::{ChannelId, EventId},
    network::Network,
};
use engine::{
    channels::NewWebhook,
    clock::Synchronised,
    courier::{Handover, Schedule},
    hanging::Hang,
    ledger::SchedulerLock,
    letters::{Care, Decision},
    settings::Pause,
};
use jiff::SignedDuration;

const BERLIN: &str = "Europe/Berlin";

fn note(world: &mut World, title: &str, start: &str) -> EventId {
    world.add(EventDraft {
        reminders: reminders(&["PT0M"]),
        ..draft("note", title, start, Some(BERLIN))
    })
}

fn daily(world: &mut World, title: &str, start: &str) -> EventId {
    world.add(EventDraft {
        reminders: reminders(&["PT0M"]),
        rules: vec!["FREQ=DAILY".into()],
        ..draft("appointment", title, start, Some(BERLIN))
    })
}

fn endpoint(world: &World) -> ChannelId {
    let new = NewWebhook {
        name: "lamp".into(),
        url: "http://127.0.0.1:1/".into(),
        network: Network::Loopback,
        guarantee: Default::default(),
        retries: Default::default(),
        rate: Default::default(),
        request: None,
    };
    world.engine().add_webhook(&new).expect("a channel").id
}

fn webhook_note(world: &mut World, channel: ChannelId, title: &str, start: &str) -> EventId {
    world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", channel)]),
        ..draft("note", title, start, Some(BERLIN))
    })
}

const BUSY: Handover = Handover::Transient { retry_after: None, schedule: Schedule::Channel };

#[test]
fn set_back_by_any_amount_nothing_is_told_twice_and_what_is_ahead_rings_at_its_moment() {
    for back in [90, 3 * 3_600, 86_400, 400 * 86_400] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        note(&mut world, "Tea", "20261123T093000");
        daily(&mut world, "Stand-up", "20261123T100000");
        world.wait_until("2026-11-23T10:30");
        assert_eq!(world.titles(), ["Tea", "Stand-up"]);
        let to = world.now() - SignedDuration::from_secs(back);
        world.set_wall(to);
        world.run();
        world.wait_until("2026-11-24T10:30");
        let told = world.titles();
        assert_eq!(told.iter().filter(|title| *title == "Tea").count(), 1, "{back}: {told:?}");
        let standups: Vec<_> =
            world.sent.iter().filter(|sent| sent.text.starts_with("Stand-up")).collect();
        let keys: std::collections::BTreeSet<_> = standups.iter().map(|sent| &sent.key).collect();
        assert_eq!(keys.len(), standups.len(), "{back}: {standups:?}");
        assert!(standups.last().expect("told").at.starts_with("2026-11-24T09:00:00"), "{back}");
    }
}

#[test]
fn a_false_future_is_undone_when_the_clock_comes_back() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    daily(&mut world, "Stand-up", "20261123T100000");
    world.add(draft("appointment", "Dentist", "20261125T150000", Some(BERLIN)));
    world.wait_until("2026-11-23T10:30");
    world.set_clock("2027-06-01T12:00");
    world.run();
    let false_future = world.rows();
    assert!(false_future.contains("expired expired.event_over Dentist"), "{false_future}");
    let told = world.sent.len();
    world.set_clock("2026-11-23T10:31");
    world.run();
    world.wait_until("2026-11-25T15:00");
    let after: Vec<_> = world.sent[told..].iter().map(|sent| sent.at.as_str()).collect();
    let wanted = ["2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z", "2026-11-25T13:50:00Z"];
    assert_eq!(after, wanted, "{}", world.all_rows());
}

#[test]
fn a_retry_waits_as_long_as_it_was_meant_to_on_any_clock() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world);
    webhook_note(&mut world, lamp, "Light", "20261123T093000");
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Refused });
    world.wait_until("2026-11-23T09:32");
    let until = |world: &World| world.deliveries()[0].row.facts.not_before.expect("it waits");
    let (tries, meant) = (world.sent.len(), until(&world));
    assert!(meant > world.now() + SignedDuration::from_mins(20), "{meant}");
    // The clock is set back by eighteen minutes when a part of that is over.
    world.wait_until("2026-11-23T09:50");
    world.set_clock("2026-11-23T09:32");
    world.run();
    let minutes = SignedDuration::from_mins(18);
    assert_eq!(until(&world), meant - minutes);
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-23T10:30");
    assert_eq!(world.sent.len(), tries + 1);
    assert_eq!(world.sent[tries].at, (meant - minutes).to_string());
}

#[test]
fn a_retry_of_what_is_ahead_again_waits_for_its_moment() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world);
    webhook_note(&mut world, lamp, "Light", "20261123T093000");
    world.answer(BUSY);
    world.wait_until("2026-11-23T09:30");
    world.answer(Handover::Accepted { shown_by: None });
    world.set_clock("2026-11-22T09:30");
    world.run();
    world.wait_until("2026-11-23T09:29");
    assert_eq!(world.sent.len(), 1);
    // Due lies ahead again, so nothing is sent before it; and then at once.
    world.wait_until("2026-11-23T09:31");
    assert_eq!(world.sent.last().expect("sent").at, "2026-11-23T08:30:00Z");
}

#[test]
fn after_another_boot_a_wait_is_no_longer_than_it_was_meant_to_be() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world);
    webhook_note(&mut world, lamp, "Light", "20261123T093000");
    world.answer(BUSY);
    // The clock runs a year ahead while the first tries fail.
    world.set_clock("2027-11-23T09:31");
    world.run();
    world.engine().accept_clock().expect("accepted");
    world.run();
    let late = world.sent.len();
    assert!(late > 0, "{}", world.rows());
    world.kill();
    world.set_clock("2026-11-23T09:32");
    world.reboot();
    let until = world.deliveries()[0].row.facts.not_before.expect("it waits");
    assert!(until <= world.now() + SignedDuration::from_secs(10), "{until}");
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-23T09:33");
    assert_eq!(world.sent.len(), late + 1, "{}", world.rows());
}

#[test]
fn a_snooze_of_a_false_future_is_as_long_however_often_the_clock_goes_back() {
    for before in [&[][..], &["2028-01-01T00:00", "2026-11-25T09:31"]] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        note(&mut world, "Tea", "20261123T093000");
        world.wait_until("2026-11-23T09:30");
        let tea = world.only();
        world.set_clock("2030-01-01T00:00");
        world.run();
        let until = world.now() + SignedDuration::from_mins(10);
        world.engine().snooze(tea, until, "window").expect("snoozed");
        world.run();
        for step in before.iter().chain(&["2026-11-23T09:31"]) {
            world.set_clock(step);
            world.run();
            assert_eq!(world.titles(), ["Tea"], "set to {step}");
        }
        world.wait_until("2026-11-23T09:42");
        assert_eq!(world.titles(), ["Tea", "Tea"], "{}", world.rows());
        assert_eq!(world.sent[1].at, "2026-11-23T08:41:00Z");
    }
}

#[test]
fn a_pause_of_a_false_future_lasts_as_long_as_it_was_meant_to() {
    for boots in [false, true] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        world.set_clock("2027-11-23T09:00");
        world.run();
        let until = world.now() + SignedDuration::from_mins(30);
        world.engine().pause(Pause::Until(until)).expect("paused");
        world.run();
        world.wait_until("2027-11-23T09:10");
        let left = if boots { 30 } else { 20 };
        for step in ["2026-11-25T09:10", "2026-11-23T09:10"] {
            world.kill();
            world.set_clock(step);
            match boots {
                true => world.reboot(),
                false => world.start(),
            }
            let until = world.now() + SignedDuration::from_mins(left);
            let paused = world.engine().paused().expect("a ledger");
            assert_eq!(paused, Some(Pause::Until(until)), "boots: {boots}");
        }
        note(&mut world, "Tea", "20261123T092000");
        world.wait_until("2026-11-23T09:25");
        assert!(world.sent.is_empty(), "it is paused");
        world.wait_until("2026-11-23T10:00");
        let at = if boots { "2026-11-23T08:40:00Z" } else { "2026-11-23T08:30:00Z" };
        assert_eq!(world.sent[0].at, at, "boots: {boots}: {}", world.rows());
    }
}

#[test]
fn what_a_pause_of_a_false_future_held_is_told_when_it_ends() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.set_clock("2026-11-23T21:00");
    world.run();
    let until = world.now() + SignedDuration::from_hours(2);
    world.engine().pause(Pause::Until(until)).expect("paused");
    note(&mut world, "Tea", "20261123T211500");
    world.wait_until("2026-11-23T21:20");
    assert!(world.rows().contains("held held.paused Tea"), "{}", world.rows());
    world.set_clock("2026-11-23T21:10");
    world.run();
    world.wait_until("2026-11-24T02:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    // An hour and forty minutes of the pause were left.
    assert_eq!(world.sent[0].at, "2026-11-23T21:50:00Z");
}

#[test]
fn a_pause_that_a_false_future_seemed_to_end_lasts_as_it_was_said() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let until = world.now() + SignedDuration::from_hours(1);
    world.engine().pause(Pause::Until(until)).expect("paused");
    world.wait_until("2026-11-23T09:10");
    world.set_clock("2027-11-23T09:10");
    world.run();
    assert_eq!(world.engine().paused().expect("a ledger"), None);
    world.set_clock("2026-11-23T09:10");
    world.run();
    assert_eq!(world.engine().paused().expect("a ledger"), Some(Pause::Until(until)));
}

#[test]
fn a_snooze_a_false_future_told_is_not_told_again() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    note(&mut world, "Tea", "20261123T093000");
    world.wait_until("2026-11-23T09:30");
    let until = world.now() + SignedDuration::from_mins(30);
    world.engine().snooze(world.only(), until, "window").expect("snoozed");
    world.set_clock("2026-12-01T00:00");
    world.run();
    world.set_clock("2026-11-23T09:31");
    world.run();
    world.wait_until("2026-11-24T09:42");
    assert_eq!(world.titles(), ["Tea", "Tea"], "{}", world.rows());
}

#[test]
fn a_jump_within_one_boot_holds_webhooks_until_it_is_confirmed() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world);
    webhook_note(&mut world, lamp, "Light", "20261124T093000");
    note(&mut world, "Tea", "20261124T100000");
    world.wait_until("2026-11-23T09:10");
    world.set_clock("2026-11-25T09:10");
    world.run();
    assert_eq!(world.titles(), ["Tea"], "the desktop rings on");
    assert!(world.rows().contains("held held.clock Light"), "{}", world.rows());
    let jump = world.engine().clock_jump().expect("asked").expect("a jump");
    assert_eq!(jump.from.to_string(), "2026-11-23T08:10:00Z");
    assert_eq!(jump.to.to_string(), "2026-11-25T08:10:00Z");
    // Neither time nor another service confirms it.
    world.wait_until("2026-11-25T12:00");
    world.kill();
    world.start();
    assert_eq!(world.titles(), ["Tea"]);
    assert!(world.engine().accept_clock().expect("accepted").is_some());
    world.run();
    assert_eq!(world.sent.len(), 2, "{}", world.rows());
    assert!(world.rows().contains("completed late.clock Light"), "{}", world.rows());
    assert!(world.engine().accept_clock().expect("asked again").is_none());
}

#[test]
fn a_jump_while_no_service_ran_is_one_too() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world);
    webhook_note(&mut world, lamp, "Light", "20261124T093000");
    world.kill();
    world.set_clock("2026-11-25T09:10");
    world.start();
    assert!(world.rows().contains("held held.clock Light"), "{}", world.rows());
}

#[test]
fn a_jump_that_is_taken_back_needs_nobody() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world);
    webhook_note(&mut world, lamp, "Light", "20261124T093000");
    world.set_clock("2026-11-25T09:10");
    world.run();
    world.set_clock("2026-11-23T09:20");
    world.run();
    assert_eq!(world.engine().clock_jump().expect("asked"), None);
    world.wait_until("2026-11-24T09:30");
    assert_eq!(world.sent.last().expect("sent").at, "2026-11-24T08:30:00Z");
    assert!(world.rows().contains("completed told.on_time Light"), "{}", world.rows());
}

#[test]
fn a_jump_while_no_service_ran_for_days_that_is_taken_back_needs_nobody() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let channel = endpoint(&world);
    webhook_note(&mut world, channel, "Call", "20261126T093000");
    world.kill();
    world.jump_to("2026-11-26T09:10");
    world.set_clock("2026-12-10T09:10");
    world.start();
    assert!(world.engine().clock_jump().expect("asked").is_some());
    world.set_clock("2026-11-26T09:20");
    world.run();
    assert_eq!(world.engine().clock_jump().expect("asked"), None);
    world.wait_until("2026-11-26T09:31");
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn two_jumps_that_are_taken_back_together_need_nobody() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world);
    webhook_note(&mut world, lamp, "Light", "20261127T093000");
    world.set_clock("2026-12-03T09:10");
    world.run();
    world.wait_until("2026-12-06T09:10");
    world.set_clock("2026-12-16T09:10");
    world.run();
    // Three days have passed since it was right.
    world.set_clock("2026-11-26T09:20");
    world.run();
    assert_eq!(world.engine().clock_jump().expect("asked"), None);
    world.wait_until("2026-11-27T09:30");
    assert_eq!(world.sent.last().expect("sent").at, "2026-11-27T08:30:00Z");
    assert!(world.rows().contains("completed told.on_time Light"), "{}", world.rows());
}

#[test]
fn a_week_with_the_lid_closed_and_a_week_switched_off_are_no_jumps() {
    for off in [false, true] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let lamp = endpoint(&world);
        webhook_note(&mut world, lamp, "Light", "20261124T093000");
        world.jump_to("2026-11-30T09:00");
        match off {
            true => world.reboot(),
            false => drop(world.run()),
        }
        assert_eq!(world.sent.len(), 1, "off: {off}: {}", world.rows());
        assert_eq!(world.engine().clock_jump().expect("asked"), None);
    }
}

/// A world with a lamp and a tea of tomorrow morning, that was off for so long and whose clock nobody
/// may be keeping right.
fn off_until(local: &str, synchronised: Synchronised) -> World {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world);
    webhook_note(&mut world, lamp, "Light", "20261124T083000");
    note(&mut world, "Tea", "20261124T083000");
    world.kill();
    world.is_synchronised(synchronised);
    world.jump_to(local);
    world.reboot();
    world
}

#[test]
fn after_more_than_a_day_off_webhooks_wait_for_a_clock_that_is_right() {
    for accepted in [false, true] {
        let mut world = off_until("2026-11-24T11:00", Synchronised::No);
        assert_eq!(world.titles(), ["Tea"], "the desktop rings all the same");
        assert!(world.rows().contains("held held.clock Light"), "{}", world.rows());
        let jump = world.engine().clock_jump().expect("asked").expect("a doubt");
        assert_eq!(jump.from.to_string(), "2026-11-23T08:00:00Z");
        // Neither time nor another start removes the doubt.
        world.wait_until("2026-11-24T15:00");
        world.kill();
        world.start();
        assert_eq!(world.titles(), ["Tea"]);
        match accepted {
            false => world.is_synchronised(Synchronised::Yes),
            true => drop(world.engine().accept_clock().expect("accepted")),
        }
        world.run();
        assert_eq!(world.sent.len(), 2, "{}", world.rows());
        assert!(world.rows().contains("completed late.clock Light"), "{}", world.rows());
        assert_eq!(world.engine().clock_jump().expect("asked"), None);
        // One that is confirmed is not doubted again while it is looked at each day.
        world.is_synchronised(Synchronised::No);
        world.kill();
        world.start();
        assert_eq!(world.engine().clock_jump().expect("asked"), None);
    }
}

#[test]
fn a_service_that_waits_for_a_clock_that_is_right_is_not_said_to_hang() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.kill();
    world.jump_to("2026-11-24T11:00");
    let engine = world.engine().clone();
    let _lock = SchedulerLock::try_take(&engine.dir()).expect("a lock").expect("it is free");
    // The file system goes by another clock than this world.
    let lock = std::fs::File::open(engine.dir().join("scheduler.lock")).expect("the lock");
    lock.set_modified(engine.now().wall.into()).expect("taken just now");
    world.is_synchronised(Synchronised::No);
    assert_eq!(engine.hang().expect("asked"), None);
    // With one that is right it should have looked by now.
    world.is_synchronised(Synchronised::Yes);
    let hangs = || matches!(engine.hang().expect("asked"), Some(Hang::Silent(_)));
    assert!(hangs());
    // And it waits for two minutes at most.
    world.is_synchronised(Synchronised::No);
    world.jump_to("2026-11-24T11:03");
    assert!(hangs());
}

#[test]
fn a_service_that_waits_for_another_program_to_let_go_of_the_ledger_is_not_said_to_hang() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.kill();
    world.jump_to("2026-11-23T09:21");
    let engine = world.engine();
    let _lock = SchedulerLock::try_take(&engine.dir()).expect("a lock").expect("it is free");
    // Whoever leads is another process than this one, which holds the ledger.
    std::fs::write(engine.dir().join("scheduler.lock"), "1 0.1.0\n").expect("signed");
    let ledger = rusqlite::Connection::open(engine.dir().join("carillon.db")).expect("a ledger");
    ledger.execute_batch("BEGIN IMMEDIATE").expect("nobody writes");
    assert_eq!(engine.hang().expect("asked"), None);
    ledger.execute_batch("ROLLBACK").expect("let go of");
    let hang = engine.hang().expect("asked");
    assert!(matches!(hang, Some(Hang::Silent(_))), "{hang:?}");
}

#[test]
fn a_service_is_not_said_to_hang_for_what_was_made_due_only_now() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let new = NewWebhook {
        name: "hook".into(),
        url: "https://example.com".into(),
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let own = reminder("PT0M", hook);
    let note = draft("note", "Lamp", "20261123T091000", Some("Europe/Berlin"));
    world.add(EventDraft { reminders: Some(vec![own]), ..note });
    world.jump_to("2026-11-23T09:10");
    world.answer(Handover::Permanent);
    world.run();
    let dead = world.only();
    // Nothing calls for a look, and a person has the failed one tried again.
    world.jump_to("2026-11-23T09:16");
    let engine = world.engine().clone();
    let _lock = SchedulerLock::try_take(&engine.dir()).expect("asked");
    let ids = [dead];
    engine.decide_letters(&ids, Decision::Retry, Care::AllOrNone, None).expect("asked for");
    assert_eq!(engine.hang().expect("asked"), None);
    // One that does not look at it within a minute hangs.
    world.jump_to("2026-11-23T09:18");
    let hang = world.engine().hang().expect("asked");
    assert!(matches!(hang, Some(Hang::Silent(_))), "{hang:?}");
}

#[test]
fn webhooks_wait_for_no_clock_that_is_right_or_of_which_nobody_knows_or_after_a_day() {
    for (local, synchronised) in [
        ("2026-11-24T11:00", Synchronised::Yes),
        ("2026-11-24T11:00", Synchronised::Unknown),
        ("2026-11-24T09:00", Synchronised::No),
    ] {
        let world = off_until(local, synchronised);
        assert_eq!(world.sent.len(), 2, "{local} {synchronised:?}: {}", world.rows());
        assert_eq!(world.engine().clock_jump().expect("asked"), None);
    }
}
