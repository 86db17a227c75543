//! A month in which nobody can be found: what is worth telling for ever is looked at all along, and
//! comes to an end thirty days after it was due.

use acceptance::world::{World, draft, reminder};
use calendar::{draft::EventDraft, id::ChannelId};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Unavailable},
};

/// A note at 9:10 that no end is said of, and the service awake until some moments.
fn noted(channel: impl FnOnce(&World) -> ChannelId) -> World {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let channel = channel(&world);
    world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", channel)]),
        ..draft("note", "Tea", "20261123T091000", Some("Europe/Berlin"))
    });
    world
}

fn hook(world: &World) -> ChannelId {
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    world.engine().add_webhook(&new).expect("a channel").id
}

/// A month in which the computer is on for an hour a day, up to the last day.
fn month(world: &mut World) {
    let mut day: jiff::civil::Date = "2026-11-23".parse().expect("a day");
    while day < "2026-12-23".parse().expect("a day") {
        world.jump_to(&format!("{day}T09:00"));
        world.wait_until(&format!("{day}T10:00"));
        day = day.tomorrow().expect("a day");
    }
    world.jump_to("2026-12-23T08:40");
}

#[test]
fn without_a_notifier_it_is_kept_in_the_inbox_alone_after_thirty_days() {
    let mut world = noted(|_| ChannelId::DESKTOP);
    world.no_desktop = Some(Unavailable::NoNotifier);
    world.wait_until("2026-12-23T09:09:59");
    assert_eq!(world.rows(), "Mon 23 09:10 held held.no_notifier Tea");
    world.wait_until("2026-12-23T09:10:01");
    assert_eq!(world.rows(), "Mon 23 09:10 completed told.inbox_only Tea");
    assert_eq!(world.inbox(), world.rows());
    world.no_desktop = None;
    world.run();
    assert!(world.sent.is_empty(), "{:?}", world.sent);
}

#[test]
fn without_a_network_a_webhook_fails_after_thirty_days_and_burns_no_try_before() {
    let mut world = noted(hook);
    world.answer(Handover::Unavailable(Unavailable::Offline));
    month(&mut world);
    world.wait_until("2026-12-23T09:09:59");
    assert_eq!(world.rows(), "Mon 23 09:10 held held.offline Tea");
    let asked = world.sent.len();
    assert!((100..200).contains(&asked), "each quarter of an hour that it is on: {asked}");
    assert_eq!(world.deliveries()[0].row.facts.failures, 0);
    world.wait_until("2026-12-23T09:25:01");
    assert_eq!(world.rows(), "Mon 23 09:10 dead dead.exhausted Tea");
}

#[test]
fn a_network_that_is_back_on_the_last_day_has_it_told_late() {
    let mut world = noted(hook);
    world.answer(Handover::Unavailable(Unavailable::Offline));
    month(&mut world);
    world.wait_until("2026-12-23T08:50:00");
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-12-23T09:06:00");
    assert_eq!(world.rows(), "Mon 23 09:10 completed late.held Tea");
}

#[test]
fn a_notifier_that_takes_nothing_is_asked_all_the_month_and_not_beyond() {
    let mut world = noted(|_| ChannelId::DESKTOP);
    world.answer(Handover::Unavailable(Unavailable::NoNotifier));
    month(&mut world);
    world.wait_until("2026-12-23T09:09:59");
    assert_eq!(world.rows(), "Mon 23 09:10 held held.no_notifier Tea");
    world.wait_until("2026-12-23T09:25:01");
    assert_eq!(world.rows(), "Mon 23 09:10 completed told.inbox_only Tea");
}
