//! What `carillon next` says is what will ring: also what was taken back, and by its own name.

use acceptance::world::{World, draft, reminders};
use calendar::{draft::EventDraft, id::EventId, timing::LocalStart};
use engine::events::{Scope, Target};

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
