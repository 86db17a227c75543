//! The window's page of what failed or is uncertain, over a real ledger.

use std::{sync::Arc, time::Duration};

use acceptance::world::{World, draft as plain, reminder as through};
use calendar::{draft::EventDraft, id::ChannelId};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule},
};
use wire::{
    calls::Host,
    dto::{
        Closed, DecideLetters, DeliveriesQuery, DeliveryRef, Did, Empty, LetterDecision, Mark,
        Remove, RetryDeliveries, State, TestChannel, UpNextQuery,
    },
    host::EngineHost,
};

fn failed() -> (World, EngineHost) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(Handover::Permanent);
    for (title, channel) in [("Backup", hook), ("Sync", hook), ("Tea", ChannelId::DESKTOP)] {
        world.add(EventDraft {
            reminders: Some(vec![through("PT0M", channel)]),
            ..plain("note", title, "20261123T090100", Some("Europe/Berlin"))
        });
    }
    world.wait_until("2026-11-23T09:03:00");
    world.answer(Handover::Accepted { shown_by: None });
    let host = EngineHost::new(Arc::clone(world.engine()));
    (world, host)
}

fn asked(deliveries: Vec<String>, decision: LetterDecision, text: &str) -> DecideLetters {
    let text = Some(text.to_string()).filter(|text| !text.is_empty());
    let request_id = format!("{decision:?}{text:?}{}", deliveries.join(""));
    let request_id = request_id.chars().take(100).collect();
    DecideLetters { deliveries, decision, text, request_id }
}

#[test]
fn the_page_lists_what_waits_and_its_decisions_are_carried_out_once() {
    let (mut world, host) = failed();
    let view = host.letters(Empty {}).expect("letters");
    assert_eq!((view.letters.len(), view.more), (3, 0));
    assert_eq!(host.status(Empty {}).expect("a status").attention, 3);
    let of = |title: &str| {
        let letter = view.letters.iter().find(|letter| letter.row.title == title);
        letter.expect("listed").clone()
    };
    assert!(of("Backup").editable && !of("Backup").over && !of("Tea").editable);
    assert_eq!(of("Backup").row.attempts.made, 1);
    assert!(of("Backup").last.is_some());
    let body = host.letter_body(DeliveryRef { delivery: of("Backup").row.id }).expect("a body");
    assert!(body.text.contains("\"title\":\"Backup\""), "{}", body.text);

    let edit = asked(vec![of("Backup").row.id], LetterDecision::Edited, r#"{"mended":true}"#);
    for _ in 0..2 {
        let change = host.decide_letters(edit.clone()).expect("sent");
        assert_eq!((change.did, change.count), (Did::SentAsNew, 1));
    }
    world.sent.clear();
    world.run();
    assert_eq!(world.sent.len(), 1, "twice asked with one id is once done");
    assert_eq!(world.sent[0].text, r#"{"mended":true}"#);

    let rest = vec![of("Backup").row.id, of("Sync").row.id, of("Tea").row.id];
    let discarded = host.decide_letters(asked(rest, LetterDecision::Discard, "by hand"));
    let discarded = discarded.expect("what can be");
    assert_eq!((discarded.did, discarded.count), (Did::SetAside, 2));
    assert!(discarded.note.expect("the other").contains("left as it is"));
    assert_eq!(host.status(Empty {}).expect("a status").attention, 0);
}

#[test]
fn what_failed_at_an_endpoint_that_is_off_or_removed_says_so_and_a_failed_test_is_none_of_it() {
    let (mut world, host) = failed();
    let hook = world.engine().channel_named("hook").expect("a channel").id.to_string();
    let closed = || {
        let all = host.letters(Empty {}).expect("letters").letters.into_iter();
        let hooks = all.filter(|letter| letter.row.channel == hook);
        hooks.map(|letter| (letter.closed, letter.row.can_retry)).collect::<Vec<_>>()
    };
    assert_eq!(closed(), [(None, true), (None, true)]);
    world.answer(Handover::Gone);
    host.test_channel(TestChannel { channel: hook.clone(), request_id: "test".into() })
        .expect("planned");
    world.run();
    assert_eq!(closed(), [(Some(Closed::Off), false), (Some(Closed::Off), false)]);
    let status = host.status(Empty {}).expect("a status");
    assert_eq!((status.attention, status.counts.failed), (3, 3));
    let failed = DeliveriesQuery {
        marks: vec![Mark::Failed],
        channel: None,
        from: None,
        to: None,
        event: None,
        soon: None,
        cursor: None,
        limit: 50,
    };
    let page = host.deliveries(failed).expect("a page");
    assert_eq!(page.rows.len(), 3, "as they are counted");
    let of_hook = host.letters(Empty {}).expect("letters").letters.into_iter();
    let one = of_hook.map(|letter| letter.row).find(|row| row.channel == hook).expect("one").id;
    let refused = host.decide_letters(asked(vec![one], LetterDecision::AsNew, ""));
    let said = refused.expect_err("it is off").message;
    assert_eq!(said, "the channel 'hook' is switched off: switch it on first");
    host.remove_channel(Remove { id: hook.clone(), request_id: "away".into() }).expect("removed");
    assert_eq!(closed(), [(Some(Closed::Removed), false), (Some(Closed::Removed), false)]);
}

#[test]
fn what_waits_for_an_endpoint_is_said_to_be_tried_when_it_really_is() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "lamp".into(), url, ..NewWebhook::default() };
    let lamp = world.engine().add_webhook(&new).expect("a channel").id;
    let asks = Duration::from_secs(600);
    world.answer(Handover::Transient { retry_after: Some(asks), schedule: Schedule::Channel });
    world.add(EventDraft {
        reminders: Some(vec![through("PT0M", lamp)]),
        ..plain("note", "Down", "20261123T090100", Some("Europe/Berlin"))
    });
    world.wait_until("2026-11-23T09:01:02");
    let host = EngineHost::new(Arc::clone(world.engine()));
    let held_up = || host.letters(Empty {}).expect("letters").held_up;
    let up_next = host.up_next(UpNextQuery { limit: 1 }).expect("what comes").remove(0);
    let retry = up_next.retry.expect("a retry");
    let asked = DeliveriesQuery {
        marks: vec![Mark::Retrying],
        channel: None,
        from: None,
        to: None,
        event: None,
        soon: None,
        cursor: None,
        limit: 1,
    };
    let row = host.deliveries(asked).expect("a page").rows.remove(0);
    assert_eq!((row.attempts.made, row.attempts.retry), (1, Some(retry)));
    assert_eq!((retry.n, retry.of), (1, 10));
    for one in held_up() {
        assert_eq!(one.next.map(|at| at.utc), up_next.rings.clone().map(|at| at.utc));
    }
}

#[test]
fn what_is_not_fit_is_refused_by_name() {
    let (_world, host) = failed();
    let id = host.letters(Empty {}).expect("letters").letters[0].row.id.clone();
    for (decision, text) in [
        (LetterDecision::Edited, "{"),
        (LetterDecision::Edited, ""),
        (LetterDecision::Discard, ""),
        (LetterDecision::Discard, "  "),
    ] {
        let refused = host.decide_letters(asked(vec![id.clone()], decision, text));
        assert!(refused.is_err(), "{decision:?} {text:?}");
    }
    assert_eq!(host.letters(Empty {}).expect("letters").letters.len(), 3);
}

#[test]
fn an_endpoint_that_rests_or_is_tried_is_named_while_something_waits_for_it() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "lamp".into(), url, ..NewWebhook::default() };
    let lamp = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    for n in 1..=6 {
        world.add(EventDraft {
            reminders: Some(vec![through("PT0M", lamp)]),
            ..plain("note", &format!("Down {n}"), "20261123T090100", Some("Europe/Berlin"))
        });
    }
    let host = EngineHost::new(Arc::clone(world.engine()));
    let held_up = || {
        let view = host.letters(Empty {}).expect("letters");
        assert!(view.letters.is_empty());
        let said = view.held_up.into_iter();
        said.map(|one| (one.channel, one.until.map(|at| at.utc), one.failures, one.waiting))
            .collect::<Vec<_>>()
    };
    assert_eq!(held_up(), []);
    world.wait_until("2026-11-23T09:01:01");
    let until = Some("2026-11-23T08:02:00.000Z".into());
    assert_eq!(held_up(), [("lamp".into(), until, 6, 6)]);
    let next = || host.letters(Empty {}).expect("letters").held_up.remove(0).next;
    let rings = || host.up_next(UpNextQuery { limit: 1 }).expect("what comes").remove(0).rings;
    assert_eq!(next().map(|at| at.utc), rings().map(|at| at.utc));
    world.set_clock("2026-11-23T09:02:01");
    assert_eq!(held_up(), [("lamp".into(), None, 6, 6)]);
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-23T09:10:00");
    assert_eq!(held_up(), []);
}

#[test]
fn an_endpoint_that_fails_is_named_from_the_first_try_on_and_tests_are_no_reminders() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "lamp".into(), url, ..NewWebhook::default() };
    let lamp = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    let host = EngineHost::new(Arc::clone(world.engine()));
    let held_up = || {
        let all = host.letters(Empty {}).expect("letters").held_up.into_iter();
        all.map(|one| (one.channel, one.failures, one.waiting)).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        world.engine().test_channel(lamp, None).expect("planned");
    }
    world.run();
    assert_eq!(held_up(), [], "nobody waits for a test");
    world.add(EventDraft {
        reminders: Some(vec![through("PT0M", lamp)]),
        ..plain("note", "Down", "20261123T090100", Some("Europe/Berlin"))
    });
    world.wait_until("2026-11-23T09:01:00");
    let [(channel, _, waiting)] = &held_up()[..] else { panic!("one endpoint") };
    assert_eq!((channel.as_str(), *waiting), ("lamp", 1));
}

#[test]
fn an_endpoint_that_is_not_trusted_is_named_from_the_first_try_on_and_why() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "lamp".into(), url, ..NewWebhook::default() };
    let lamp = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Certificate });
    world.add(EventDraft {
        reminders: Some(vec![through("PT0M", lamp)]),
        ..plain("note", "Down", "20261123T090100", Some("Europe/Berlin"))
    });
    world.wait_until("2026-11-23T09:01:00");
    let host = EngineHost::new(Arc::clone(world.engine()));
    let held_up = host.letters(Empty {}).expect("letters").held_up;
    let [one] = held_up.as_slice() else { panic!("{held_up:?}") };
    assert_eq!((one.until.is_none(), one.failures, one.waiting), (true, 1, 1));
    assert_eq!(one.why.as_deref(), Some("its certificate has expired"));
    assert!(one.first.is_some(), "it can be tried now");
}

#[test]
fn a_webhook_that_waits_is_sent_at_once_or_given_up_and_what_is_still_to_come_is_not() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "lamp".into(), url, ..NewWebhook::default() };
    let lamp = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    for (title, at) in
        [("One", "20261123T090100"), ("Two", "20261123T090100"), ("Later", "20261123T110000")]
    {
        world.add(EventDraft {
            reminders: Some(vec![through("PT0M", lamp)]),
            ..plain("note", title, at, Some("Europe/Berlin"))
        });
    }
    world.wait_until("2026-11-23T09:01:02");
    let host = EngineHost::new(Arc::clone(world.engine()));
    let row = |title: &str| {
        let asked = DeliveriesQuery {
            marks: Vec::new(),
            channel: None,
            from: None,
            to: None,
            event: None,
            soon: None,
            cursor: None,
            limit: 50,
        };
        let page = host.deliveries(asked).expect("a page");
        page.rows.into_iter().find(|row| row.title == title).expect("listed")
    };
    assert_eq!(["One", "Two", "Later"].map(|title| row(title).waits), [true, true, false]);
    assert!(!row("One").can_retry, "it did not fail for good");

    let given_up = asked(vec![row("Two").id], LetterDecision::Discard, "the lamp is gone");
    host.decide_letters(given_up).expect("given up");
    assert_eq!((row("Two").state, row("Two").waits), (State::Discarded, false));

    world.answer(Handover::Accepted { shown_by: None });
    world.sent.clear();
    let again = RetryDeliveries { deliveries: vec![row("One").id], request_id: "now".into() };
    assert_eq!(host.retry(again).expect("sent").did, Did::Retried);
    world.run();
    assert_eq!(world.sent.len(), 1);
    assert_eq!((row("One").state, row("One").waits), (State::Completed, false));
}
