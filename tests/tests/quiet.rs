//! Quiet hours and pauses: what they hold is told together when they end, or said to be missed;
//! alarms and tests go through.

use acceptance::world::{World, draft, reminder};
use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::ChannelId,
    zones::ZoneName,
};
use engine::{quiet::QuietHours, settings::Pause};
use wire::{calls::Host, dto::Empty, host::EngineHost};

const BERLIN: &str = "Europe/Berlin";

/// Quiet from ten to seven, every night; it is the evening before.
fn evening() -> World {
    let world = World::at("2026-11-23T20:00[Europe/Berlin]");
    quiet(&world, "22:00-07:00 all");
    world
}

fn quiet(world: &World, rules: &str) {
    let rules = rules.parse().expect("rules");
    world.engine().set_quiet_hours(&QuietHours { on: true, rules }).expect("set");
}

fn note(world: &mut World, title: &str, at: &str) {
    world.add(draft("note", title, at, Some(BERLIN)));
}

fn alarm(world: &mut World, title: &str, at: &str) {
    let own = ReminderDraft { alarm: true, ..reminder("PT0M", ChannelId::DESKTOP) };
    let note = draft("note", title, at, Some(BERLIN));
    world.add(EventDraft { reminders: Some(vec![own]), ..note });
}

#[test]
fn a_night_is_held_and_told_as_one_digest_in_the_morning() {
    let mut world = evening();
    note(&mut world, "Before", "20261123T215900");
    note(&mut world, "Late", "20261123T220000");
    note(&mut world, "Later", "20261124T030000");
    note(&mut world, "After", "20261124T070500");
    world.wait_until("2026-11-24T06:59");
    assert_eq!(world.titles(), ["Before"]);
    let held = "Mon 23 22:00 held held.quiet_hours Late\nTue 24 03:00 held held.quiet_hours Later";
    assert!(world.rows().contains(held), "{}", world.rows());
    world.wait_until("2026-11-24T07:01");
    assert_eq!(world.titles(), ["Before", "After quiet hours: 2 reminders"]);
    assert_eq!((world.sent[1].rows, world.sent[1].at.as_str()), (2, "2026-11-24T06:00:00Z"));
    world.wait_until("2026-11-24T07:06");
    assert_eq!(world.titles()[2], "After");
}

#[test]
fn what_a_pause_holds_waits_for_its_new_end_when_it_is_made_longer() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    note(&mut world, "Tea", "20261123T091000");
    let until = |world: &World, at: &str| {
        world.engine().pause(Pause::Until(world.instant(at))).expect("paused");
    };
    let end = |world: &World| world.deliveries()[0].row.facts.not_before;
    until(&world, "2026-11-23T09:30:00");
    world.wait_until("2026-11-23T09:20");
    assert_eq!(end(&world), Some(world.instant("2026-11-23T09:30:00")));
    until(&world, "2026-11-23T10:30:00");
    world.wait_until("2026-11-23T09:31");
    assert_eq!(
        end(&world),
        Some(world.instant("2026-11-23T10:30:00")),
        "nobody waits for the past"
    );
    world.wait_until("2026-11-23T10:31");
    assert_eq!(world.rows(), "Mon 23 09:10 completed late.paused Tea");
}

#[test]
fn one_alone_is_told_by_itself_and_says_what_it_waited_for() {
    let mut world = evening();
    note(&mut world, "Late", "20261123T230000");
    world.wait_until("2026-11-24T07:01");
    assert_eq!(world.titles(), ["Late"]);
    let said = "told late: it waited for quiet hours to end 22:00 to 07:00";
    assert!(world.sent[0].text.contains(said), "{}", world.sent[0].text);
    assert!(world.rows().contains("completed late.quiet_hours Late"), "{}", world.rows());
}

#[test]
fn what_is_over_by_then_is_missed_and_says_why() {
    let mut world = evening();
    world.add(draft("appointment", "Call", "20261124T050000", Some(BERLIN)));
    world.wait_until("2026-11-24T07:01");
    assert_eq!(world.titles(), Vec::<String>::new());
    assert!(world.rows().contains("expired expired.event_over Call"), "{}", world.rows());
    let why = world.engine().why(world.only()).expect("a story");
    let last = why.transitions.last().expect("a step");
    assert_eq!(last.note, "it waited for quiet hours to end 22:00 to 07:00");
}

#[test]
fn alarms_and_tests_ring_through_the_night() {
    let mut world = evening();
    alarm(&mut world, "Night train", "20261124T030000");
    note(&mut world, "Late", "20261124T030000");
    world.wait_until("2026-11-24T03:01");
    world.engine().test_channel(ChannelId::DESKTOP, None).expect("a test");
    world.run();
    assert_eq!(world.titles(), ["Night train", "Carillon rings"]);
}

#[test]
fn what_is_made_an_alarm_while_it_waits_rings_at_once() {
    let mut world = evening();
    note(&mut world, "Late", "20261123T223000");
    world.wait_until("2026-11-23T23:00");
    assert_eq!(world.sent.len(), 0);
    let id = world.events()[0];
    let own = ReminderDraft { alarm: true, ..reminder("PT0M", ChannelId::DESKTOP) };
    let changed = EventDraft { reminders: Some(vec![own]), ..world.draft(id) };
    world.save(Some(id), changed);
    assert_eq!(world.titles(), ["Late"]);
}

#[test]
fn switched_off_or_shortened_what_waits_is_told_and_lengthened_it_waits_on() {
    let mut world = evening();
    note(&mut world, "Late", "20261123T223000");
    world.wait_until("2026-11-24T05:00");
    quiet(&world, "22:00-09:00 all");
    world.wait_until("2026-11-24T08:30");
    assert_eq!(world.sent.len(), 0, "{}", world.rows());
    let rules = "22:00-09:00 all".parse().expect("rules");
    world.engine().set_quiet_hours(&QuietHours { on: false, rules }).expect("set");
    world.run();
    assert_eq!(world.titles(), ["Late"]);
}

#[test]
fn lengthened_while_something_waits_they_end_when_they_end_now() {
    let mut world = evening();
    note(&mut world, "Late", "20261123T223000");
    world.wait_until("2026-11-24T05:00");
    quiet(&world, "22:00-09:00 all");
    world.wait_until("2026-11-24T09:01");
    assert_eq!(world.sent[0].at, "2026-11-24T08:00:00Z");
}

#[test]
fn they_go_by_the_clock_of_where_the_computer_is() {
    let mut world = evening();
    note(&mut world, "Late", "20261123T223000");
    world.wait_until("2026-11-23T23:00");
    // There it is the afternoon.
    world.engine().set_machine_zone(&ZoneName::stored("America/New_York")).expect("travelled");
    world.run();
    assert_eq!(world.titles(), ["Late"]);
}

#[test]
fn a_webhook_is_called_in_quiet_hours_and_pauses() {
    let mut world = evening();
    let url = "https://example.com".into();
    let new = engine::channels::NewWebhook { name: "hook".into(), url, ..Default::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let note = draft("note", "Lamp", "20261123T223000", Some(BERLIN));
    world.add(EventDraft { reminders: Some(vec![reminder("PT0M", hook)]), ..note });
    world.engine().pause(Pause::Forever).expect("paused");
    world.wait_until("2026-11-23T22:31");
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn a_pause_into_the_night_ends_with_it_and_a_killed_service_keeps_both() {
    let mut world = evening();
    note(&mut world, "One", "20261123T210000");
    note(&mut world, "Two", "20261123T230000");
    let until = "2026-11-23T22:30:00[Europe/Berlin]".parse::<jiff::Zoned>().expect("a time");
    world.engine().pause(Pause::Until(until.timestamp())).expect("paused");
    world.wait_until("2026-11-23T21:30");
    assert!(world.rows().contains("21:00 held held.paused One"), "{}", world.rows());
    world.kill();
    world.jump_to("2026-11-24T02:00:00");
    world.start();
    assert_eq!(world.sent.len(), 0, "{}", world.rows());
    world.wait_until("2026-11-24T07:01");
    assert_eq!(world.titles(), ["After quiet hours: 2 reminders"]);
}

#[test]
fn after_a_pause_it_is_one_digest_and_live_ones_go_with_it() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.engine().pause(Pause::Forever).expect("paused");
    note(&mut world, "One", "20261123T093000");
    note(&mut world, "Two", "20261123T094000");
    world.wait_until("2026-11-23T10:00");
    assert_eq!(world.sent.len(), 0);
    world.engine().resume().expect("resumed");
    world.run();
    assert_eq!(world.titles(), ["After the pause: 2 reminders"]);
}

#[test]
fn the_window_says_until_when_it_is_quiet_and_how_many_wait_also_beside_a_pause() {
    let mut world = evening();
    note(&mut world, "Late", "20261123T220000");
    note(&mut world, "Later", "20261124T030000");
    let service = |world: &World| {
        let host = EngineHost::new(world.engine().clone());
        let found = host.status(Empty {}).expect("a status").service;
        (found.paused, found.quiet_until.map(|end| (end.date, end.wall_min)), found.silenced)
    };
    assert_eq!(service(&world), (false, None, 0));
    world.wait_until("2026-11-23T23:00");
    let morning = Some(("2026-11-24".to_string(), 420));
    assert_eq!(service(&world), (false, morning.clone(), 1));
    world.engine().pause(Pause::Forever).expect("paused");
    world.wait_until("2026-11-24T03:01");
    assert_eq!(service(&world), (true, morning, 2));
    world.engine().resume().expect("resumed");
    world.wait_until("2026-11-24T07:01");
    assert_eq!(service(&world), (false, None, 0));
}
