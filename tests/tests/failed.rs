//! What fails for good through an endpoint is said by one notification: once, again when nothing it was
//! said of waits any more, otherwise a day later, and never in quiet hours.

use acceptance::world::{World, draft as plain, reminder as through};
use calendar::{
    delivery::Guarantee,
    draft::EventDraft,
    id::{ChannelId, DeliveryId},
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule},
    letters::{Care, Decision, Letters},
    settings::Pause,
};

fn world(answer: Handover) -> World {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.answer(answer);
    world
}

fn hook(world: &World, name: &str, guarantee: Guarantee) -> ChannelId {
    let url = "https://example.com".into();
    let new = NewWebhook { name: name.into(), url, guarantee, ..NewWebhook::default() };
    world.engine().add_webhook(&new).expect("a channel").id
}

fn note(world: &mut World, channel: ChannelId, start: &str) {
    world.add(EventDraft {
        reminders: Some(vec![through("PT0M", channel)]),
        ..plain("note", start, start, Some("Europe/Berlin"))
    });
}

/// What a service that can show it would say now.
fn said(world: &World) -> Option<(String, String)> {
    let failures = world.engine().failures().expect("a ledger")?;
    if !failures.is_news {
        return None;
    }
    world.engine().failures_were_said(&failures).expect("a ledger");
    Some((failures.notice.title, failures.notice.body))
}

fn title(world: &World) -> Option<String> {
    said(world).map(|(title, _)| title)
}

fn letters(world: &World) -> Vec<DeliveryId> {
    world.engine().letters(&Letters::default()).expect("a ledger")
}

const REFUSED: Handover = Handover::Permanent;

#[test]
fn it_is_said_once_and_a_day_later_if_more_has_failed() {
    let mut world = world(REFUSED);
    let lamp = hook(&world, "lamp", Guarantee::NeverMiss);
    for start in ["20261123T090100", "20261123T100000", "20261124T090030"] {
        note(&mut world, lamp, start);
    }
    world.wait_until("2026-11-23T09:02:00");
    assert_eq!(title(&world).as_deref(), Some("1 reminder through lamp failed"));
    for time in ["2026-11-23T09:03:00", "2026-11-23T10:00:30", "2026-11-24T09:01:59"] {
        world.wait_until(time);
        assert_eq!(title(&world), None, "{time}");
    }
    world.wait_until("2026-11-24T09:02:00");
    assert_eq!(title(&world).as_deref(), Some("3 reminders through lamp failed"));
    world.wait_until("2026-11-26T09:00:00");
    assert_eq!(title(&world), None, "nothing more has failed");
}

#[test]
fn what_fails_after_all_of_it_was_decided_on_is_said_at_once() {
    let mut world = world(REFUSED);
    let lamp = hook(&world, "lamp", Guarantee::NeverMiss);
    for start in ["20261123T090100", "20261123T090130", "20261123T100000", "20261123T110000"] {
        note(&mut world, lamp, start);
    }
    world.wait_until("2026-11-23T09:02:00");
    assert_eq!(title(&world).as_deref(), Some("2 reminders through lamp failed"));
    let discard = |world: &World, ids: &[DeliveryId]| {
        let enough = Decision::Discard("enough");
        world.engine().decide_letters(ids, enough, Care::AllOrNone, None).expect("set aside");
    };
    discard(&world, &letters(&world)[..1]);
    world.wait_until("2026-11-23T10:01:00");
    assert_eq!(title(&world), None, "one it was said of still waits");
    discard(&world, &letters(&world));
    assert!(world.engine().failures().expect("a ledger").is_none());
    world.wait_until("2026-11-23T11:01:00");
    assert_eq!(title(&world).as_deref(), Some("1 reminder through lamp failed"));
}

const MISTRUSTED: Handover =
    Handover::Transient { retry_after: None, schedule: Schedule::Certificate };
const DOWN: Handover = Handover::Transient { retry_after: None, schedule: Schedule::Channel };

#[test]
fn that_a_certificate_is_not_trusted_is_said_at_the_first_try_and_once_until_it_is() {
    let mut world = world(MISTRUSTED);
    let lamp = hook(&world, "lamp", Guarantee::NeverMiss);
    for start in ["20261123T090100", "20261123T090200", "20261123T100000", "20261127T090000"] {
        note(&mut world, lamp, start);
    }
    world.wait_until("2026-11-23T09:01:00");
    let (title, body) = said(&world).expect("said at the first failure");
    assert_eq!(title, "lamp: its certificate has expired");
    assert_eq!(body, "1 reminder waits for it and is tried again: see Needs attention.");
    // Tried again, others meet it, it rests: that is the same.
    for time in ["2026-11-23T09:01:20", "2026-11-23T09:30:00", "2026-11-24T12:00:00"] {
        world.wait_until(time);
        assert_eq!(said(&world), None, "{time}");
    }
    // That it cannot be reached meanwhile says nothing of its certificate. Others go on when the first
    // are about to be given up.
    note(&mut world, lamp, "20261124T190000");
    world.answer(DOWN);
    world.wait_until("2026-11-24T20:00:00");
    world.answer(MISTRUSTED);
    world.wait_until("2026-11-25T00:00:00");
    assert_eq!(said(&world), None);
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-27T08:59:00");
    let left = world.engine().failures().expect("a ledger");
    assert!(left.is_none(), "{left:?} {}", world.all_rows());
    world.answer(MISTRUSTED);
    world.wait_until("2026-11-27T09:00:00");
    assert!(said(&world).is_some(), "it was renewed and is refused again");
}

#[test]
fn an_endpoint_that_answers_that_it_is_gone_has_a_trusted_certificate() {
    let mut world =
        world(Handover::Transient { retry_after: None, schedule: Schedule::Certificate });
    let lamp = hook(&world, "lamp", Guarantee::NeverMiss);
    note(&mut world, lamp, "20261123T090100");
    note(&mut world, lamp, "20261123T090130");
    world.wait_until("2026-11-23T09:01:00");
    assert!(world.engine().held_up().expect("readable")[0].mistrusted.is_some());
    world.answer(Handover::Gone);
    world.wait_until("2026-11-23T09:02");
    world.engine().switch_on(lamp, None).expect("on");
    note(&mut world, lamp, "20261123T090300");
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    world.wait_until("2026-11-23T09:03:00");
    assert_eq!(world.engine().held_up().expect("readable")[0].mistrusted, None);
}

#[test]
fn a_certificate_that_is_not_trusted_is_said_beside_what_failed_and_of_several_at_once() {
    let mut world = world(REFUSED);
    let lamp = hook(&world, "lamp", Guarantee::NeverMiss);
    note(&mut world, lamp, "20261123T090100");
    world.wait_until("2026-11-23T09:01:00");
    assert_eq!(title(&world).as_deref(), Some("1 reminder through lamp failed"));
    world.answer(MISTRUSTED);
    for name in ["door", "bell"] {
        let channel = hook(&world, name, Guarantee::NeverMiss);
        world.engine().test_channel(channel, None).expect("planned");
        world.run();
        assert_eq!(said(&world), None, "who tests it is told the answer");
        note(&mut world, channel, "20261123T090200");
    }
    world.wait_until("2026-11-23T09:02:00");
    let (title, body) = said(&world).expect("news");
    assert_eq!(title, "1 reminder through lamp failed");
    let lines: Vec<_> = body.lines().collect();
    assert!(lines[0].ends_with("It waits for a decision under Needs attention."), "{body}");
    assert!(lines.len() == 3 && lines[1].ends_with("; 1 waits for it."), "{body}");
    let discarded = Decision::Discard("enough");
    let ids = letters(&world);
    world.engine().decide_letters(&ids, discarded, Care::AllOrNone, None).expect("set aside");
    let notice = world.engine().failures().expect("a ledger").expect("two are left").notice;
    assert_eq!(notice.title, "The certificates of 2 endpoints are not trusted");
    let wait = "2 reminders wait and are tried again: see Needs attention.";
    assert_eq!(notice.body.lines().last(), Some(wait));
}

#[test]
fn several_endpoints_are_one_notification() {
    let mut world = world(REFUSED);
    for name in ["lamp", "door", "bell", "gate", "pump"] {
        let channel = hook(&world, name, Guarantee::NeverMiss);
        note(&mut world, channel, "20261123T090100");
    }
    world.wait_until("2026-11-23T09:02:00");
    let (title, body) = said(&world).expect("news");
    assert_eq!(title, "5 reminders failed");
    assert!(
        body.ends_with(": 1, and 2 more channels\nThey wait for a decision under Needs attention."),
        "{body}"
    );
}

#[test]
fn what_may_have_arrived_is_said_to_be_so() {
    let mut world = world(Handover::Ambiguous);
    let lamp = hook(&world, "lamp", Guarantee::NeverRepeat);
    note(&mut world, lamp, "20261123T090100");
    world.wait_until("2026-11-23T09:02:00");
    assert_eq!(title(&world).as_deref(), Some("1 reminder through lamp may not have arrived"));
}

#[test]
fn quiet_hours_and_pauses_hold_it_and_tests_and_this_desktop_are_none_of_it() {
    let mut world = world(REFUSED);
    let lamp = hook(&world, "lamp", Guarantee::NeverMiss);
    world.engine().test_channel(lamp, None).expect("planned");
    note(&mut world, ChannelId::DESKTOP, "20261123T090030");
    world.wait_until("2026-11-23T09:01:00");
    assert_eq!(letters(&world).len(), 1, "{}", world.all_rows());
    assert_eq!(title(&world), None);
    note(&mut world, lamp, "20261123T090200");
    let end = world.instant("2026-11-23T10:00:00");
    world.engine().pause(Pause::Until(end)).expect("paused");
    world.wait_until("2026-11-23T09:59:59");
    assert_eq!(title(&world), None);
    world.wait_until("2026-11-23T10:00:00");
    assert_eq!(title(&world).as_deref(), Some("1 reminder through lamp failed"));
}
