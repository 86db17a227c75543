//! A journey loses nothing of a dense series, of which few rows stand ahead, nor what it moves into the
//! past, also where somebody edits before all is planned for it.

use acceptance::world::{World, draft, reminder, reminders};
use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::EventId,
    network::Network,
    reason::Reason,
    zones::ZoneName,
};
use engine::{
    channels::NewWebhook,
    events::Save,
    ledger::inbox::{Filter, Listed},
};

/// A floating series of each minute from 10:00 on, with five reminders: few of its rows stand ahead.
fn dense_by_the_clock(world: &mut World) -> EventId {
    let webhook = NewWebhook {
        name: "lamp".into(),
        url: "http://127.0.0.1:1/".into(),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let lamp = world.engine().add_webhook(&webhook).expect("a channel").id;
    let each = |trigger| ReminderDraft {
        collapse: Some("each:1000".into()),
        use_by: Some("24h".into()),
        ..reminder(trigger, lamp)
    };
    world.add(EventDraft {
        rules: vec!["FREQ=MINUTELY".into()],
        reminders: Some(["PT0M", "-PT1M", "-PT2M", "-PT3M", "-PT4M"].map(each).into()),
        ..draft("note", "Tick", "20261123T100000", None)
    })
}

/// How many moments are past and have a row, or are counted in a range.
fn accounted_for(world: &World) -> u64 {
    let ranges = world.engine().overflows(None).expect("ranges");
    world.rows_by_now() + ranges.iter().map(|row| row.range.count).sum::<u64>()
}

#[test]
fn a_journey_loses_no_moment_of_a_dense_series_though_few_of_its_rows_stand_ahead() {
    let mut world = World::at("2026-11-23T09:55[Europe/Lisbon]");
    dense_by_the_clock(&mut world);
    world.engine().set_machine_zone(&ZoneName::stored("Europe/Helsinki")).expect("travelled");
    world.run();
    // It is 11:55 there, so the reminders of 10:00 to 11:55, to 11:56 and so on were due.
    assert_eq!(accounted_for(&world), 116 + 117 + 118 + 119 + 120);
}

#[test]
fn an_edit_before_a_journey_is_planned_for_loses_no_moment_of_a_dense_series() {
    let mut world = World::at("2026-11-23T09:55[Europe/Lisbon]");
    let id = dense_by_the_clock(&mut world);
    world.engine().note_machine_zone(&ZoneName::stored("Europe/Helsinki")).expect("travelled");
    world.save(Some(id), EventDraft { title: "Tock".into(), ..world.draft(id) });
    world.run();
    assert_eq!(accounted_for(&world), 116 + 117 + 118 + 119 + 120);
}

#[test]
fn an_edit_before_a_journey_is_planned_for_loses_no_moment_of_what_is_far_behind() {
    let mut world = World::at("2026-11-23T09:55[Europe/Lisbon]");
    let id = dense_by_the_clock(&mut world);
    world.kill();
    world.jump_to("2026-11-23T14:55");
    world.engine().note_machine_zone(&ZoneName::stored("Asia/Tokyo")).expect("travelled");
    world.engine().most_changed();
    let draft = EventDraft { title: "Tock".into(), ..world.draft(id) };
    let save = Save { id: Some(id), draft, ..Save::default() };
    world.engine().save_event(&save).expect("saved");
    let most = world.engine().most_changed();
    assert!(most <= 3_000, "{most} rows in one transaction");
    world.start();
    // It is 23:55 there.
    assert_eq!(accounted_for(&world), 836 + 837 + 838 + 839 + 840);
}

#[test]
fn a_journey_with_a_dense_series_changes_few_rows_in_each_turn() {
    let mut world = World::at("2026-11-23T09:55[Europe/Lisbon]");
    dense_by_the_clock(&mut world);
    world.engine().most_changed();
    world.engine().set_machine_zone(&ZoneName::stored("Asia/Tokyo")).expect("travelled");
    let most = world.engine().most_changed();
    assert!(most <= 3_000, "{most} rows in one transaction");
    world.run();
    // It is 18:55 there.
    assert_eq!(accounted_for(&world), 536 + 537 + 538 + 539 + 540);
    let lively = world.engine().deliveries(&Filter::default()).expect("rows");
    let past = lively.iter().filter(|listed| listed.row.facts.due <= world.now());
    let cause = |listed: &&Listed| listed.row.late_cause == Some(Reason::LateMoved);
    assert!(past.into_iter().all(|listed| cause(&listed)), "all of it was moved");
}

#[test]
fn an_edit_before_a_journey_is_planned_for_leaves_what_it_moved_into_the_past() {
    let mut world = World::at("2026-11-23T09:00[Europe/Lisbon]");
    let id = world.add(EventDraft {
        reminders: reminders(&["PT0M"]),
        ..draft("note", "Pill", "20261123T113000", None)
    });
    world.jump_to("2026-11-23T10:30");
    world.run();
    world.engine().note_machine_zone(&ZoneName::stored("Europe/Helsinki")).expect("travelled");
    world.save(Some(id), EventDraft { title: "Pills".into(), ..world.draft(id) });
    world.run();
    assert_eq!(world.rows(), "Mon 23 11:30 completed late.moved Pills");
}
