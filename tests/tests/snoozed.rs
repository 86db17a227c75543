//! A snooze lasts: through edits that are taken back, journeys and second thoughts.

use acceptance::world::{World, draft, reminders};
use calendar::{
    draft::EventDraft,
    id::{DeliveryId, EventId},
    zones::ZoneName,
};
use engine::ledger::acknowledgement::Answer;
use jiff::SignedDuration;

const BERLIN: &str = "Europe/Berlin";
const TOLD: &str = "Mon 23 09:50 completed told.on_time Dentist";

/// The dentist at 10:00 was told at 09:50 and, a minute later, snoozed until 09:56.
fn snoozed() -> (World, EventId, DeliveryId) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:51");
    let told = world.only();
    snooze(&world, told, 5);
    world.run();
    (world, id, told)
}

fn snooze(world: &World, id: DeliveryId, minutes: i64) {
    let until = world.now() + SignedDuration::from_mins(minutes);
    world.engine().snooze(id, until, "window").expect("snoozed");
}

fn change(world: &mut World, id: EventId, change: impl FnOnce(&mut EventDraft)) {
    let mut draft = world.draft(id);
    change(&mut draft);
    world.save(Some(id), draft);
}

fn undo(world: &mut World) {
    world.engine().undo(None).expect("undone");
    world.run();
}

/// Both rang, the snooze at this time, and nothing else will.
fn assert_rings_at(world: &mut World, time: &str) {
    world.wait_until("2026-11-23T20:00");
    let again = format!("Mon 23 {time} completed told.on_time Dentist");
    assert_eq!(world.rows(), format!("{TOLD}\n{again}"));
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn deleting_and_undoing_keeps_it() {
    let (mut world, id, _) = snoozed();
    world.engine().delete_event(id, None, None).expect("deleted");
    world.run();
    assert_eq!(world.rows(), TOLD);
    undo(&mut world);
    assert_rings_at(&mut world, "09:56");
}

#[test]
fn it_says_that_it_was_snoozed_and_the_first_telling_does_not() {
    let (mut world, ..) = snoozed();
    world.wait_until("2026-11-23T10:01");
    let said: Vec<_> = world.sent.iter().map(|sent| sent.text.contains("It was snoozed")).collect();
    assert_eq!(said, [false, true], "{}", world.sent[1].text);
}

#[test]
fn moving_and_undoing_keeps_it() {
    let (mut world, id, _) = snoozed();
    change(&mut world, id, |d| d.start = "20261123T150000".into());
    undo(&mut world);
    assert_rings_at(&mut world, "09:56");
}

#[test]
fn switching_off_and_on_keeps_it_however_often() {
    let (mut world, id, told) = snoozed();
    snooze(&world, told, 7);
    for disabled in [true, false, true, false] {
        change(&mut world, id, |d| d.disabled = disabled);
    }
    assert_rings_at(&mut world, "09:58");
}

#[test]
fn undone_after_its_moment_it_rings_at_once() {
    let (mut world, id, _) = snoozed();
    world.engine().delete_event(id, None, None).expect("deleted");
    world.wait_until("2026-11-23T10:05");
    assert_eq!(world.sent.len(), 1);
    undo(&mut world);
    assert_eq!(world.sent.len(), 2);
    let rows = world.rows();
    assert!(rows.contains("completed late.brought_back Dentist"), "{rows}");
}

#[test]
fn snoozed_anew_after_its_snooze_was_answered_it_waits_in_the_inbox_again() {
    let (mut world, _, told) = snoozed();
    let rows = world.deliveries();
    let asleep = rows.iter().find(|listed| listed.row.id != told).expect("the snooze").row.id;
    world.engine().acknowledge(&[asleep], Answer::Done, "window").expect("done");
    snooze(&world, told, 5);
    world.wait_until("2026-11-23T10:02");
    assert_eq!(world.sent.len(), 2);
    assert_eq!(world.engine().inbox().expect("the inbox").rows.len(), 1);
}

#[test]
fn done_meanwhile_it_does_not_come_back() {
    let (mut world, id, told) = snoozed();
    change(&mut world, id, |d| d.disabled = true);
    world.engine().acknowledge(&[told], Answer::Done, "window").expect("done");
    change(&mut world, id, |d| d.disabled = false);
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.rows(), TOLD);
}

#[test]
fn snoozed_again_while_it_is_being_shown_it_rings_once_more() {
    let (mut world, _, told) = snoozed();
    world.jump_to("2026-11-23T09:56:30");
    assert_eq!(world.pass(&[]).expect("a pass").parcels.len(), 1);
    snooze(&world, told, 5);
    let rows = world.rows();
    assert!(rows.contains("09:56 processing") && rows.contains("10:01 scheduled"), "{rows}");
    world.wait_until("2026-11-23T10:02");
    assert_eq!(world.sent.len(), 2, "{rows}");
}

#[test]
fn snoozed_again_the_snooze_before_says_so() {
    let (mut world, _, told) = snoozed();
    snooze(&world, told, 7);
    let before = "Mon 23 09:56 cancelled cancelled.snoozed_again Dentist";
    assert!(world.all_rows().contains(before), "{}", world.all_rows());
    assert_rings_at(&mut world, "09:58");
}

#[test]
fn after_a_journey_it_does_not_ring_past_the_deadline() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let offer = draft("deadline", "Offer", "20261123T120000", None);
    world.add(EventDraft { reminders: reminders(&["-PT1H"]), ..offer });
    world.wait_until("2026-11-23T11:01");
    let told = world.deliveries()[0].row.id;
    snooze(&world, told, 30);
    // Noon there was at 04:00 here.
    world.engine().set_machine_zone(&ZoneName::stored("Asia/Tokyo")).expect("travelled");
    world.wait_until("2026-11-23T23:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    assert!(world.rows().contains("19:31 expired expired.deadline"), "{}", world.rows());
}

#[test]
fn after_a_journey_its_deadline_is_as_much_later() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let offer = draft("deadline", "Offer", "20261123T120000", None);
    world.add(EventDraft { reminders: reminders(&["-PT1H"]), ..offer });
    world.wait_until("2026-11-23T11:01");
    let told = world.deliveries()[0].row.id;
    snooze(&world, told, 30);
    world.engine().set_machine_zone(&ZoneName::stored("America/New_York")).expect("travelled");
    world.run();
    let rows = world.deliveries();
    let asleep = rows.iter().find(|l| l.row.facts.state.code() == "scheduled").expect("a snooze");
    let noon = "2026-11-23T17:00:00Z".parse().expect("an instant");
    assert_eq!((asleep.row.facts.use_by, asleep.row.span.1), (Some(noon), noon));
}

#[test]
fn killed_and_started_again_it_rings_once_in_time_or_late() {
    let (mut world, _, told) = snoozed();
    world.kill();
    world.jump_to("2026-11-23T09:54:00");
    world.start();
    assert_eq!(world.sent.len(), 1);
    world.wait_until("2026-11-23T09:57");
    assert_eq!(world.sent.len(), 2);
    snooze(&world, told, 5);
    world.kill();
    world.jump_to("2026-11-23T10:40:00");
    world.start();
    assert_eq!(world.sent.len(), 3);
    world.kill();
    world.start();
    assert_eq!(world.sent.len(), 3, "{}", world.rows());
    assert!(world.rows().contains("10:02 completed late.service_off"), "{}", world.rows());
}

#[test]
fn two_presses_are_one_snooze_until_the_later_moment() {
    let (mut world, _, told) = snoozed();
    for minutes in [7, 9] {
        snooze(&world, told, minutes);
    }
    assert_rings_at(&mut world, "10:00");
}

#[test]
fn a_delete_says_how_many_reminders_and_snoozes_it_cancelled() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let own = reminders(&["-PT50M", "-PT30M", "-PT20M", "-PT10M"]);
    let dentist = draft("appointment", "Dentist", "20261123T100000", Some(BERLIN));
    let id = world.add(EventDraft { reminders: own, ..dentist });
    world.wait_until("2026-11-23T09:12");
    let told = world.deliveries()[0].row.id;
    snooze(&world, told, 5);
    let effect = world.engine().delete_event(id, None, None).expect("deleted").effect;
    assert_eq!((effect.cancelled, effect.snoozes, effect.in_flight), (3, 1, 0));
}

#[test]
fn a_delete_says_what_is_just_being_sent_and_that_is_told_or_cancelled() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    world.jump_to("2026-11-23T09:50:00");
    assert_eq!(world.pass(&[]).expect("a pass").parcels.len(), 1);
    let effect = world.engine().delete_event(id, None, None).expect("deleted").effect;
    assert_eq!((effect.cancelled, effect.in_flight), (0, 1));
    // The service is killed: nobody sends it again.
    world.kill();
    world.start();
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.sent.len(), 0, "{}", world.rows());
    assert_eq!(world.all_rows(), "Mon 23 09:50 cancelled cancelled.deleted Dentist");
}
