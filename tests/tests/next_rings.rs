//! What `carillon next` says is what will ring: also what was taken back, and by its own name.

use acceptance::world::{World, draft, reminder, reminders};
use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::{ChannelId, EventId},
    reason::Reason,
    timing::LocalStart,
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule},
    events::{Scope, Target},
    queries::Fate,
    quiet::QuietHours,
    settings::Pause,
};
use jiff::Timestamp;

const BERLIN: &str = "Europe/Berlin";

fn series(rule: &str) -> (World, EventId) {
    let mut world = World::at("2026-11-22T07:00[Europe/Berlin]");
    let id = world.add(EventDraft {
        rules: vec![rule.into()],
        reminders: reminders(&["-PT30M"]),
        ..draft("appointment", "Run", "20261123T090000", Some(BERLIN))
    });
    (world, id)
}

/// The days of the next so many, each a number of November or December.
fn next(world: &World, count: usize) -> Vec<String> {
    let zone = world.engine().planning_context().expect("a ledger").machine_zone();
    let rings = world.engine().next_rings(count).expect("rings");
    rings.iter().map(|r| r.due.to_zoned(zone.clone()).strftime("%b %-d").to_string()).collect()
}

#[test]
fn as_many_are_said_as_were_asked_for() {
    let (world, _) = series("FREQ=WEEKLY;BYDAY=MO,WE,FR");
    let days = ["Nov 23", "Nov 25", "Nov 27", "Nov 30", "Dec 2", "Dec 4"];
    for count in 1..=days.len() {
        assert_eq!(next(&world, count), &days[..count]);
    }
}

#[test]
fn what_was_skipped_or_cancelled_and_takes_place_after_all_is_said_again() {
    let (world, id) = series("FREQ=WEEKLY;COUNT=5");
    let days = next(&world, 20);
    assert_eq!(days, ["Nov 23", "Nov 30", "Dec 7", "Dec 14", "Dec 21"]);
    let original = LocalStart::parse("20261123T090000").expect("a start");
    world.engine().delete_occurrence(id, original, None, None).expect("left out");
    assert_eq!(next(&world, 20), &days[1..]);
    world.engine().undo(None).expect("undone");
    assert_eq!(next(&world, 20), days);
    world
        .engine()
        .cancel(&Target { scope: Some(Scope::All), ..Target::all(id) })
        .expect("cancelled");
    assert!(next(&world, 20).is_empty());
    world.engine().undo(None).expect("undone");
    assert_eq!(next(&world, 20), days);
}

/// What is said of the one reminder there is, and when it is really told.
fn foretold(mut world: World, until: &str) -> (Fate, Option<Timestamp>) {
    let ring = world.engine().next_rings(9).expect("rings").remove(0);
    world.wait_until(until);
    let told = world.deliveries()[0].row.told_at;
    let due = world.deliveries()[0].row.facts.due;
    match ring.fate {
        Fate::Rings => assert_eq!(told, Some(due)),
        Fate::RingsAt(at, _) => assert_eq!(told, Some(at)),
        Fate::Waits(_) | Fate::Lost(..) => assert_eq!(told, None),
    }
    (ring.fate, told)
}

/// A reminder at 22:30, with this kind and these words about it.
fn evening(kind: &str, change: impl Fn(&mut ReminderDraft)) -> World {
    let mut world = World::at("2026-11-23T20:00[Europe/Berlin]");
    let mut by = reminder("PT0M", ChannelId::DESKTOP);
    change(&mut by);
    let trigger = if kind == "deadline" { "-PT10M" } else { "PT0M" };
    let by = ReminderDraft { trigger: trigger.into(), ..by };
    world.add(EventDraft {
        reminders: Some(vec![by]),
        ..draft(kind, "Bed", "20261123T223000", Some(BERLIN))
    });
    world
}

fn quiet(world: &World, rules: &str) {
    let rules = rules.parse().expect("rules");
    world.engine().set_quiet_hours(&QuietHours { on: true, rules }).expect("set");
}

#[test]
fn what_quiet_hours_and_pauses_hold_is_said_to_ring_when_it_does() {
    let world = evening("note", |_| ());
    quiet(&world, "22:00-07:00 all");
    let morning = world.instant("2026-11-24T07:00:00");
    let said = foretold(world, "2026-11-24T08:00");
    assert_eq!(said.0, Fate::RingsAt(morning, Reason::HeldQuiet));

    let world = evening("note", |_| ());
    let end = world.instant("2026-11-23T23:00:00");
    world.engine().pause(Pause::Until(end)).expect("paused");
    assert_eq!(foretold(world, "2026-11-24T08:00").0, Fate::RingsAt(end, Reason::HeldPaused));

    // The pause ends in quiet hours.
    let world = evening("note", |_| ());
    quiet(&world, "22:45-07:00 all");
    world.engine().pause(Pause::Until(end)).expect("paused");
    let said = foretold(world, "2026-11-24T08:00");
    assert_eq!(said.0, Fate::RingsAt(morning, Reason::HeldQuiet));

    let world = evening("note", |_| ());
    world.engine().pause(Pause::Forever).expect("paused");
    assert_eq!(foretold(world, "2026-11-24T08:00").0, Fate::Waits(Reason::HeldPaused));

    let world = evening("note", |by| by.alarm = true);
    quiet(&world, "22:00-07:00 all");
    assert_eq!(foretold(world, "2026-11-24T08:00").0, Fate::Rings);

    let world = evening("deadline", |_| ());
    quiet(&world, "22:00-07:00 all");
    let lost = Fate::Lost(Reason::ExpiredDeadline, Some(Reason::HeldQuiet));
    assert_eq!(foretold(world, "2026-11-24T08:00").0, lost);
}

#[test]
fn what_is_held_already_is_said_to_ring_when_it_does() {
    let mut world = evening("note", |_| ());
    quiet(&world, "22:00-07:00 all");
    world.wait_until("2026-11-23T23:00");
    let morning = world.instant("2026-11-24T07:00:00");
    let said = foretold(world, "2026-11-24T08:00");
    assert_eq!(said.0, Fate::RingsAt(morning, Reason::HeldQuiet));
}

#[test]
fn what_waits_comes_after_what_rings_before_it() {
    let mut world = evening("note", |_| ());
    world.add(EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        reminders: Some(vec![ReminderDraft {
            alarm: true,
            ..reminder("PT0M", ChannelId::DESKTOP)
        }]),
        ..draft("note", "Alarm", "20261123T230000", Some(BERLIN))
    });
    quiet(&world, "22:00-07:00 all");
    for count in [1, 2, 3] {
        let rings = world.engine().next_rings(count).expect("rings");
        let titles: Vec<_> = rings.iter().map(|ring| ring.title.as_str()).collect();
        assert_eq!(titles, &["Alarm", "Bed", "Alarm"][..count]);
    }
}

#[test]
fn what_goes_to_an_endpoint_that_rests_or_is_off_is_said_to_wait_or_to_fail() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let note = |title: &str, start: &str| EventDraft {
        reminders: Some(vec![reminder("PT0M", hook)]),
        ..draft("note", title, start, Some(BERLIN))
    };
    let wait = Some(std::time::Duration::from_secs(600));
    world.answer(Handover::Transient { retry_after: wait, schedule: Schedule::Channel });
    world.add(note("Down", "20261123T090100"));
    world.wait_until("2026-11-23T09:01:01");
    let rests = world.engine().resting().expect("a ledger")[&hook].until;
    world.add(note("Later", "20261123T090300"));
    world.add(note("After", "20261123T094000"));
    let fate = |world: &World, title: &str| {
        let rings = world.engine().next_rings(9).expect("rings");
        rings.iter().find(|ring| ring.title == title).expect("it is ahead").fate
    };
    assert_eq!(fate(&world, "Later"), Fate::RingsAt(rests, Reason::HeldAsked));
    assert_eq!(fate(&world, "After"), Fate::Rings);
    world.answer(Handover::Gone);
    world.wait_until("2026-11-23T09:30");
    assert_eq!(fate(&world, "After"), Fate::Lost(Reason::DeadGone, None));
}
