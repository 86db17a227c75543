//! What failed or is uncertain waits for a person with its bytes and its tries, until it is tried
//! again, sent with other words, sent as a new one, or set aside.

use acceptance::world::{World, draft as plain, reminder as through};
use calendar::{
    delivery::{Guarantee, State},
    draft::EventDraft,
    id::{ChannelId, DeliveryId},
    reason::Reason,
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule, Unavailable},
    letters::{Care, Decision, Letters},
};

const UP: Handover = Handover::Accepted { shown_by: None };

fn hook(world: &World, name: &str, guarantee: Guarantee) -> ChannelId {
    let url = "https://example.com".into();
    let new = NewWebhook { name: name.into(), url, guarantee, ..NewWebhook::default() };
    world.engine().add_webhook(&new).expect("a channel").id
}

/// A note at 9:01, worth telling for an hour.
fn note(world: &mut World, title: &str, channel: ChannelId) {
    note_at(world, title, "20261123T090100", channel);
}

fn note_at(world: &mut World, title: &str, at: &str, channel: ChannelId) {
    let mut at_start = through("PT0M", channel);
    at_start.use_by = Some("1h".into());
    world.add(EventDraft {
        reminders: Some(vec![at_start]),
        ..plain("note", title, at, Some("Europe/Berlin"))
    });
}

/// Notes that were refused for good at 9:01.
fn failed(titles: &[&str]) -> (World, ChannelId) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world, "hook", Guarantee::NeverMiss);
    world.answer(Handover::Permanent);
    for title in titles {
        note(&mut world, title, hook);
    }
    world.wait_until("2026-11-23T09:03:00");
    world.answer(UP);
    world.sent.clear();
    (world, hook)
}

fn letters(world: &World) -> Vec<DeliveryId> {
    world.engine().letters(&Letters::default()).expect("a ledger")
}

fn decide(world: &mut World, ids: &[DeliveryId], decision: Decision<'_>) -> Vec<String> {
    let decided = world.engine().decide_letters(ids, decision, Care::AllOrNone, None);
    world.run();
    decided.expect("possible").done
}

fn refused(world: &World, ids: &[DeliveryId], decision: Decision<'_>) -> String {
    let decided = world.engine().decide_letters(ids, decision, Care::AllOrNone, None);
    decided.expect_err("refused").to_string()
}

/// State, reason and tries of each generation.
fn story(world: &World) -> Vec<(State, Reason, u32)> {
    let mut rows: Vec<_> = world.deliveries().into_iter().map(|l| l.row).collect();
    rows.sort_by_key(|row| row.generation);
    rows.iter().map(|row| (row.facts.state, row.facts.reason, row.attempts)).collect()
}

const TOLD: (State, Reason, u32) = (State::Completed, Reason::LateRetryAsked, 1);
const REPLACED: (State, Reason, u32) = (State::Discarded, Reason::DiscardedReplaced, 1);

#[test]
fn a_retry_sends_the_same_bytes_with_the_same_key() {
    let (mut world, _) = failed(&["Backup"]);
    let id = letters(&world);
    let body = world.engine().body_of(id[0]).expect("a body");
    let key = world.deliveries()[0].row.key.clone();
    decide(&mut world, &id, Decision::Retry);
    assert_eq!(story(&world), [(State::Completed, Reason::LateRetryAsked, 2)]);
    assert_eq!((&world.sent[0].key, &world.sent[0].text), (&key, &body));
}

#[test]
fn what_is_edited_is_sent_with_a_key_of_its_own_and_the_old_one_is_set_aside() {
    let (mut world, _) = failed(&["Backup"]);
    let id = letters(&world);
    let old = world.deliveries()[0].row.clone();
    let new = decide(&mut world, &id, Decision::Edited(r#"{"other":1}"#));
    assert_eq!(story(&world), [REPLACED, TOLD]);
    assert_eq!(world.sent[0].text, r#"{"other":1}"#);
    assert_ne!(world.sent[0].key, old.key);
    let kept = world.engine().why(id[0]).expect("its story");
    assert_eq!(kept.attempts.len(), 1, "its tries are kept");
    assert_eq!(kept.delivery.row.payload, old.payload, "and its bytes");
    assert_eq!(kept.delivery.row.into.map(|id| id.to_string()), new.first().cloned());
}

#[test]
fn only_json_of_a_bounded_length_is_sent_and_notifications_have_none() {
    let (mut world, _) = failed(&["Backup"]);
    let id = letters(&world);
    let long = format!("\"{}\"", "x".repeat(64 * 1024));
    assert!(refused(&world, &id, Decision::Edited("{")).contains("not JSON"));
    assert!(refused(&world, &id, Decision::Edited(&long)).contains("too long"));
    assert_eq!(story(&world), [(State::Dead, Reason::DeadPermanent, 1)]);
    decide(&mut world, &id, Decision::Discard("enough"));
    world.answer(Handover::Permanent);
    note_at(&mut world, "Tea", "20261123T090400", ChannelId::DESKTOP);
    world.wait_until("2026-11-23T09:04:01");
    let id = letters(&world);
    assert!(refused(&world, &id, Decision::Edited("{}")).contains("only webhooks have a body"));
}

#[test]
fn a_body_is_for_one_and_never_takes_the_place_of_several() {
    let (world, _) = failed(&["Backup", "Sync"]);
    let (ids, before) = (letters(&world), story(&world));
    for (decision, care) in [
        (Decision::Edited("{}"), Care::AllOrNone),
        (Decision::Edited("{}"), Care::WhatCan),
        (Decision::AsNew(Some("{}")), Care::WhatCan),
    ] {
        let refused = world.engine().decide_letters(&ids, decision, care, None);
        let words = refused.expect_err("refused").to_string();
        assert!(words.contains("one body would take the place of 2 different ones"), "{words}");
    }
    assert_eq!(story(&world), before, "nothing was changed");
}

#[test]
fn after_its_time_a_letter_can_only_be_sent_as_new() {
    let (mut world, _) = failed(&["Backup"]);
    let id = letters(&world);
    world.wait_until("2026-11-23T10:30:00");
    for decision in [Decision::Retry, Decision::Edited("{}")] {
        assert!(refused(&world, &id, decision).contains("only be sent as new"));
    }
    decide(&mut world, &id, Decision::AsNew(None));
    assert_eq!(story(&world), [REPLACED, TOLD]);
    assert!(world.sent[0].text.contains("Backup"));
    assert!(refused(&world, &id, Decision::AsNew(None)).contains("discarded"), "once is enough");
}

#[test]
fn what_is_sent_as_new_after_its_time_keeps_the_day_it_has_when_its_event_is_changed() {
    let (mut world, _) = failed(&["Backup"]);
    let id = letters(&world);
    world.wait_until("2026-11-23T10:30:00");
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    decide(&mut world, &id, Decision::AsNew(None));
    let event = world.events()[0];
    let called = EventDraft { title: "Backup of mail".into(), ..world.draft(event) };
    world.save(Some(event), called);
    world.answer(UP);
    world.wait_until("2026-11-23T10:40:00");
    assert_eq!(story(&world), [REPLACED, (TOLD.0, TOLD.1, 2)], "{}", world.rows());
}

#[test]
fn what_is_sent_as_new_after_its_time_keeps_its_day_also_where_its_event_is_to_end_before_that() {
    let (mut world, hook) = failed(&["Backup"]);
    let id = letters(&world);
    world.wait_until("2026-11-23T10:30:00");
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    decide(&mut world, &id, Decision::AsNew(None));
    let event = world.events()[0];
    let mut at_start = through("PT0M", hook);
    at_start.use_by = Some("2h".into());
    world.save(Some(event), EventDraft { reminders: Some(vec![at_start]), ..world.draft(event) });
    world.wait_until("2026-11-23T11:30:00");
    world.answer(UP);
    world.wait_until("2026-11-24T10:00:00");
    let last = *story(&world).last().expect("a row");
    assert_eq!((last.0, last.1), (TOLD.0, TOLD.1), "{}", world.rows());
}

#[test]
fn what_is_sent_as_new_of_an_occurrence_that_was_moved_away_is_kept_when_all_is_planned_anew() {
    let (mut world, _) = failed(&["Backup"]);
    let id = letters(&world);
    let event = world.events()[0];
    let moved = EventDraft { start: "20261130T090000".into(), ..world.draft(event) };
    world.save(Some(event), moved);
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    decide(&mut world, &id, Decision::AsNew(None));
    world.engine().set_all_day_hour(20).expect("another hour");
    world.run();
    world.answer(UP);
    world.wait_until("2026-11-23T10:40:00");
    assert!(story(&world).contains(&(TOLD.0, TOLD.1, 2)), "{}", world.rows());
}

#[test]
fn what_is_sent_as_new_before_its_time_is_over_still_ends_with_it() {
    let (mut world, hook) = failed(&["Backup"]);
    let id = letters(&world);
    let down = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
    world.answer(down);
    decide(&mut world, &id, Decision::AsNew(None));
    world.wait_until("2026-11-23T10:02:00");
    let newest = *story(&world).last().expect("a row");
    assert_eq!((newest.0, newest.1), (State::Dead, Reason::DeadOutOfTime));
    assert!(world.engine().letters(&Letters { channel: Some(hook), since: None }).is_ok());
}

#[test]
fn what_is_set_aside_says_why_and_goes_no_further() {
    let (mut world, _) = failed(&["Backup"]);
    let id = letters(&world);
    assert!(refused(&world, &id, Decision::Discard(" ")).contains("why"));
    decide(&mut world, &id, Decision::Discard("it was sent by hand"));
    assert_eq!(story(&world), [(State::Discarded, Reason::Discarded, 1)]);
    let told = world.engine().why(id[0]).expect("its story");
    let last = told.transitions.last().expect("a step");
    assert!(last.said_note().contains("it was sent by hand"), "{last:?}");
    assert!(refused(&world, &id, Decision::Retry).contains("discarded"));
    assert!(letters(&world).is_empty() && world.sent.is_empty());
}

#[test]
fn an_uncertain_one_is_retried_or_set_aside_alike() {
    for retried in [true, false] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let hook = hook(&world, "careful", Guarantee::NeverRepeat);
        world.answer(Handover::Ambiguous);
        note(&mut world, "Payment", hook);
        world.wait_until("2026-11-23T09:03:00");
        world.answer(UP);
        assert_eq!(story(&world), [(State::Review, Reason::ReviewNoAnswer, 1)]);
        let id = letters(&world);
        if retried {
            decide(&mut world, &id, Decision::Retry);
            assert_eq!(story(&world), [(State::Completed, Reason::LateRetryAsked, 2)]);
        } else {
            decide(&mut world, &id, Decision::Discard("it arrived"));
            assert_eq!(story(&world), [(State::Discarded, Reason::Discarded, 1)]);
            assert_eq!(world.sent.len(), 1);
        }
    }
}

#[test]
fn many_are_retried_at_the_pace_of_their_endpoint_and_those_of_another_are_left() {
    let titles: Vec<String> = (1..=30).map(|n| format!("Job {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let (mut world, hook_one) = failed(&titles);
    let other = hook(&world, "other", Guarantee::NeverMiss);
    world.answer(Handover::Permanent);
    note_at(&mut world, "Another's", "20261123T090301", other);
    world.wait_until("2026-11-23T09:03:01");
    world.answer(UP);
    world.sent.clear();
    assert_eq!(letters(&world).len(), 31);
    let ids = world.engine().letters(&Letters { channel: Some(hook_one), since: None });
    let ids = ids.expect("a ledger");
    let decided = world.engine().decide_letters(&ids, Decision::Retry, Care::WhatCan, None);
    assert_eq!(decided.expect("possible").done.len(), 30);
    world.run();
    assert_eq!(world.sent.len(), 10, "ten at once");
    world.wait_until("2026-11-23T09:03:03");
    assert_eq!(world.sent.len(), 20, "and then five a second");
    world.wait_until("2026-11-23T09:03:06");
    assert_eq!(world.sent.len(), 30);
    assert_eq!(letters(&world).len(), 1, "the other's is left");
}

#[test]
fn in_bulk_what_cannot_be_done_is_said_and_the_rest_is_done() {
    let (mut world, hook) = failed(&["One", "Two"]);
    let ids = letters(&world);
    decide(&mut world, &ids[..1], Decision::Discard("done by hand"));
    let decided = world.engine().decide_letters(&ids, Decision::Retry, Care::WhatCan, None);
    let decided = decided.expect("possible");
    assert_eq!((decided.done.len(), decided.refused.len()), (1, 1));
    assert_eq!(decided.refused[0].delivery, ids[0].to_string());
    world.run();
    let since = Letters { channel: Some(hook), since: Some(world.now()) };
    assert!(world.engine().letters(&since).expect("a ledger").is_empty());
}

#[test]
fn so_many_that_they_hold_the_ledger_are_decided_on_in_parts_and_never_all_or_none() {
    let titles: Vec<String> = (1..=201).map(|n| format!("Job {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let (world, _) = failed(&titles);
    let ids = letters(&world);
    assert_eq!(ids.len(), 201);
    let said = "201 deliveries are too many to be decided on all or none: at most 200 can be named";
    assert_eq!(refused(&world, &ids, Decision::Retry), said);
    assert_eq!(world.engine().retry(&ids, None).expect_err("refused").to_string(), said);
    assert_eq!(letters(&world).len(), 201, "nothing is changed");
    assert_eq!(world.engine().retry(&ids[..200], None).expect("tried again"), 200);
    let rest = world.engine().decide_letters(&ids, Decision::Retry, Care::WhatCan, None);
    assert_eq!(rest.expect("possible").done.len(), 1);
}

#[test]
fn of_a_series_each_that_a_person_sends_as_new_goes() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world, "hook", Guarantee::NeverMiss);
    world.answer(Handover::Permanent);
    world.add(EventDraft {
        reminders: Some(vec![through("PT0M", hook)]),
        rules: vec!["FREQ=DAILY;COUNT=3".into()],
        ..plain("note", "Backup", "20261123T090100", Some("Europe/Berlin"))
    });
    world.wait_until("2026-11-25T09:03:00");
    world.answer(UP);
    let ids = letters(&world);
    assert_eq!(ids.len(), 3);
    decide(&mut world, &ids, Decision::AsNew(None));
    world.wait_until("2026-11-25T09:10:00");
    let told = world.deliveries().iter().filter(|l| l.row.facts.state == State::Completed).count();
    assert_eq!(told, 3, "{}", world.rows());
}

#[test]
fn what_failed_is_planned_anew_where_its_event_is_moved_ahead() {
    let (mut world, _) = failed(&["Backup"]);
    let event = world.events()[0];
    let moved = EventDraft { start: "20261124T090100".into(), ..world.draft(event) };
    world.save(Some(event), moved);
    let told = |world: &World| story(world).iter().map(|(state, ..)| *state).collect::<Vec<_>>();
    assert_eq!(told(&world), [State::Dead, State::Scheduled]);
    world.wait_until("2026-11-24T09:02");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    assert_eq!(told(&world), [State::Dead, State::Completed]);
}

#[test]
fn what_was_tried_in_vain_until_its_time_was_over_has_failed_and_was_not_missed() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let (down, away) =
        (hook(&world, "down", Guarantee::NeverMiss), hook(&world, "away", Guarantee::NeverMiss));
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    note(&mut world, "Backup", down);
    world.wait_until("2026-11-23T10:02");
    world.answer(Handover::Unavailable(Unavailable::Offline));
    note_at(&mut world, "Alone", "20261123T110100", away);
    world.wait_until("2026-11-23T12:02");
    let ends: Vec<_> = story(&world).iter().map(|(state, reason, _)| (*state, *reason)).collect();
    let failed = (State::Dead, Reason::DeadOutOfTime);
    assert_eq!(ends, [failed, (State::Expired, Reason::ExpiredAge)], "{}", world.rows());
    let id = letters(&world);
    assert_eq!(id.len(), 1);
    let said = refused(&world, &id, Decision::Retry);
    assert!(said.contains("it can only be sent as new"), "{said}");
    world.answer(UP);
    decide(&mut world, &id, Decision::AsNew(None));
    assert_eq!(story(&world).last().map(|(state, ..)| *state), Some(State::Completed));
}
