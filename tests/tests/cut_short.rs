//! A webhook that waits for its next try or for its endpoint need not: a person has it sent now, or
//! gives it up.

use acceptance::world::{World, draft as plain, reminder as through};
use calendar::{
    delivery::State,
    draft::EventDraft,
    id::{ChannelId, DeliveryId},
    reason::Reason,
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule, Unavailable},
    letters::{Care, Decision},
};

const DOWN: Handover = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
const UP: Handover = Handover::Accepted { shown_by: None };

fn note(world: &mut World, title: &str, start: &str, channel: ChannelId) {
    world.add(EventDraft {
        reminders: Some(vec![through("PT0M", channel)]),
        ..plain("note", title, start, Some("Europe/Berlin"))
    });
}

/// So many notes at 9:01 that failed, at 9:03; with five their endpoint rests.
fn failing(notes: usize) -> (World, ChannelId) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(DOWN);
    for n in 1..=notes {
        note(&mut world, &format!("Down {n}"), "20261123T090100", hook);
    }
    world.wait_until("2026-11-23T09:03:00");
    (world, hook)
}

fn of(world: &World, title: &str) -> engine::ledger::delivery::DeliveryRow {
    let all = world.deliveries();
    all.iter().find(|l| l.title == title).expect("planned").row.clone()
}

fn stands(world: &World, title: &str) -> (State, Reason, u32) {
    let row = of(world, title);
    (row.facts.state, row.facts.reason, row.attempts)
}

fn decide(world: &mut World, ids: &[DeliveryId], decision: Decision<'_>) {
    let decided = world.engine().decide_letters(ids, decision, Care::AllOrNone, None);
    decided.expect("possible");
    world.sent.clear();
    world.run();
}

fn refused(world: &World, title: &str, decision: Decision<'_>) -> String {
    let ids = [of(world, title).id];
    let decided = world.engine().decide_letters(&ids, decision, Care::AllOrNone, None);
    decided.expect_err("refused").to_string()
}

#[test]
fn one_that_is_to_be_tried_again_is_sent_now_with_the_same_key() {
    let (mut world, _) = failing(1);
    let before = of(&world, "Down 1");
    assert_eq!(before.facts.state, State::Retrying);
    world.answer(UP);
    decide(&mut world, &[before.id], Decision::Retry);
    let tries = before.attempts + 1;
    assert_eq!(stands(&world, "Down 1"), (State::Completed, Reason::LateRetryAsked, tries));
    assert_eq!(world.sent.len(), 1);
    assert_eq!(world.sent[0].key, before.key);
}

#[test]
fn one_that_fails_again_goes_on_with_its_tries() {
    let (mut world, _) = failing(1);
    let before = of(&world, "Down 1");
    decide(&mut world, &[before.id], Decision::Retry);
    let tries = before.attempts + 1;
    assert_eq!(stands(&world, "Down 1"), (State::Retrying, Reason::RetryTransient, tries));
}

#[test]
fn one_that_is_given_up_says_why_and_is_sent_no_more() {
    let (mut world, hook) = failing(5);
    note(&mut world, "Later", "20261123T090310", hook);
    world.wait_until("2026-11-23T09:03:20");
    assert_eq!(stands(&world, "Later"), (State::Held, Reason::HeldResting, 0));
    for title in ["Down 1", "Later"] {
        let id = of(&world, title).id;
        decide(&mut world, &[id], Decision::Discard("it was done by hand"));
        let (state, reason, _) = stands(&world, title);
        assert_eq!((state, reason), (State::Discarded, Reason::Discarded), "{title}");
        let told = world.engine().why(id).expect("its story");
        let last = told.transitions.last().expect("a step");
        assert!(last.said_note().contains("done by hand"), "{last:?}");
        assert!(refused(&world, title, Decision::Retry).contains("only failed and uncertain ones"));
    }
    world.answer(UP);
    world.wait_until("2026-11-23T11:00:00");
    let kept = world.sent.iter().filter(|s| s.text.contains("Later") || s.text.contains("Down 1"));
    assert_eq!(kept.count(), 0);
}

#[test]
fn where_the_endpoint_rests_it_is_what_tries_it() {
    let (mut world, hook) = failing(5);
    for title in ["One", "Two", "Three"] {
        note(&mut world, title, "20261123T090310", hook);
    }
    world.wait_until("2026-11-23T09:03:20");
    let until = world.engine().resting().expect("a ledger")[&hook].until;
    let ids = ["One", "Two"].map(|title| of(&world, title).id);
    decide(&mut world, &ids, Decision::Retry);
    assert_eq!(world.sent.len(), 1, "one at a time:\n{}", world.rows());
    assert_eq!(stands(&world, "One"), (State::Retrying, Reason::RetryTransient, 1));
    assert_eq!(stands(&world, "Two"), (State::Held, Reason::HeldResting, 0));
    assert_eq!(world.engine().resting().expect("a ledger")[&hook].until, until);
    world.answer(UP);
    decide(&mut world, &ids[1..], Decision::Retry);
    assert!(world.engine().resting().expect("a ledger").is_empty(), "it is well again");
    assert_eq!(stands(&world, "Two").0, State::Completed);
    assert_eq!(stands(&world, "Three").0, State::Completed, "{}", world.rows());
    world.wait_until("2026-11-23T09:03:40");
    assert_eq!(stands(&world, "One").0, State::Completed);
}

#[test]
fn what_is_to_come_or_is_this_desktops_is_left_to_its_moment() {
    let (mut world, hook) = failing(1);
    note(&mut world, "To come", "20261123T100000", hook);
    note(&mut world, "Tea", "20261123T090400", ChannelId::DESKTOP);
    world.engine().pause(engine::settings::Pause::Forever).expect("paused");
    world.wait_until("2026-11-23T09:04:30");
    assert_eq!(stands(&world, "Tea").0, State::Held);
    for title in ["To come", "Tea"] {
        for decision in [Decision::Retry, Decision::Discard("no")] {
            let said = refused(&world, title, decision);
            assert!(
                said.contains("only failed and uncertain ones, and webhooks that wait"),
                "{said}"
            );
        }
    }
    assert!(refused(&world, "Down 1", Decision::AsNew(None)).contains("can be sent as new"));
}

#[test]
fn while_the_clock_is_not_to_be_trusted_it_is_looked_at_first() {
    let (mut world, hook) = failing(1);
    note(&mut world, "Tomorrow", "20261124T100000", hook);
    world.set_clock("2026-11-25T12:00:00");
    world.run();
    assert_eq!(stands(&world, "Tomorrow").1, Reason::HeldClock, "{}", world.rows());
    for decision in [Decision::Retry, Decision::Discard("no")] {
        let said = refused(&world, "Tomorrow", decision);
        assert!(said.contains("`carillon clock` shows it"), "{said}");
    }
}

#[test]
fn one_that_waits_for_the_network_is_not_said_to_be_sent_at_once() {
    let (mut world, hook) = failing(0);
    world.answer(Handover::Unavailable(Unavailable::Offline));
    note(&mut world, "Sync", "20261123T090400", hook);
    world.wait_until("2026-11-23T09:04:30");
    assert_eq!(stands(&world, "Sync").1, Reason::HeldOffline);
    let retried = |world: &World| {
        let ids = [of(world, "Sync").id];
        let decided = world.engine().decide_letters(&ids, Decision::Retry, Care::AllOrNone, None);
        decided.expect("possible").waiting.into_iter().map(|one| one.why).collect::<Vec<_>>()
    };
    let said = ["there was no network at the last try, so it is sent once there is"];
    assert_eq!(retried(&world), said);
    world.run();
    assert_eq!(stands(&world, "Sync").1, Reason::HeldOffline, "it is so");
    world.answer(DOWN);
    assert_eq!(retried(&world), said);
    world.run();
    assert_eq!(stands(&world, "Sync").0, State::Retrying);
    assert!(retried(&world).is_empty(), "there is a network, as far as is known");
}
