//! Answers: what a person said stands, and is about the reminder on this desktop.

use acceptance::world::{World, draft, reminder};
use calendar::{
    draft::EventDraft,
    id::{ChannelId, DeliveryId, EventId},
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Unavailable},
    ledger::acknowledgement::Answer,
    scheduler::Finished,
};

const BERLIN: &str = "Europe/Berlin";

/// A note told at 09:30 on the desktop, and through a webhook at this trigger.
fn told_twice(trigger: &str) -> (World, EventId, ChannelId) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let both = vec![reminder("PT0M", ChannelId::DESKTOP), reminder(trigger, hook)];
    let note = draft("note", "Tea", "20261123T093000", Some(BERLIN));
    let id = world.add(EventDraft { reminders: Some(both), ..note });
    (world, id, hook)
}

fn row(world: &World, channel: ChannelId) -> DeliveryId {
    let rows = world.deliveries();
    let found = rows.iter().find(|l| l.row.identity.channel == channel);
    found.expect("a row").row.id
}

fn answer(world: &World, id: DeliveryId) -> Option<Answer> {
    let row = world.engine().why(id).expect("a row").delivery.row;
    world.engine().answer_to(&row).expect("a ledger").map(|given| given.answer)
}

#[test]
fn naming_a_webhooks_row_acknowledges_the_reminder_on_the_desktop_alone() {
    let (mut world, _, hook) = told_twice("PT0M");
    world.no_desktop = Some(Unavailable::NoNotifier);
    world.answer(Handover::Transient {
        retry_after: None,
        schedule: engine::courier::Schedule::Channel,
    });
    world.wait_until("2026-11-23T09:31");
    assert_eq!(world.engine().inbox().expect("inbox").rows.len(), 1);
    let done = world.engine().acknowledge(&[row(&world, hook)], Answer::Done, "cli");
    assert_eq!(done.expect("done").cancelled, 1);
    assert!(world.engine().inbox().expect("inbox").rows.is_empty());
    let states: Vec<_> = world.deliveries().iter().map(|l| l.row.facts.state.code()).collect();
    assert!(states.contains(&"cancelled") && states.contains(&"retrying"), "{states:?}");
}

#[test]
fn a_webhook_alone_is_nothing_to_acknowledge() {
    let (mut world, _, hook) = told_twice("PT1M");
    world.wait_until("2026-11-23T09:40");
    let id = row(&world, hook);
    let refused = world.engine().acknowledge(&[id], Answer::Done, "cli").expect_err("refused");
    assert_eq!(
        refused.to_string(),
        format!(
            "{id} goes to another channel alone: only what is told on this desktop is acknowledged"
        )
    );
    assert_eq!(world.engine().inbox().expect("inbox").rows.len(), 1);
}

#[test]
fn the_strongest_answer_stands() {
    let (mut world, _, _) = told_twice("PT1M");
    world.wait_until("2026-11-23T09:31");
    let id = row(&world, ChannelId::DESKTOP);
    for (given, stands) in [
        (Answer::Opened, Answer::Opened),
        (Answer::Dismissed, Answer::Dismissed),
        (Answer::Opened, Answer::Dismissed),
        (Answer::Done, Answer::Done),
        (Answer::Dismissed, Answer::Done),
        (Answer::Opened, Answer::Done),
    ] {
        world.engine().acknowledge(&[id], given, "window").expect("an answer");
        assert_eq!(answer(&world, id), Some(stands), "after {given:?}");
    }
    let until = world.now().checked_add(jiff::SignedDuration::from_mins(5)).expect("a time");
    world.engine().snooze(id, until, "window").expect("a snooze");
    world.engine().acknowledge(&[id], Answer::Opened, "window").expect("an answer");
    assert_eq!(answer(&world, id), Some(Answer::Snoozed(until)));
}

#[test]
fn done_holds_for_a_reminder_that_was_tried_in_vain() {
    for rule in [None, Some("FREQ=DAILY;COUNT=2".to_string())] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let tea = draft("appointment", "Tea", "20261123T100000", Some(BERLIN));
        let id = world.add(EventDraft { rules: rule.into_iter().collect(), ..tea });
        world.answer(Handover::Unavailable(Unavailable::NoNotifier));
        world.wait_until("2026-11-23T09:51");
        let held = world.engine().inbox().expect("inbox").rows[0].row.id;
        world.engine().acknowledge(&[held], Answer::Done, "window").expect("done");
        world.answer(Handover::Accepted { shown_by: None });
        let tried = world.sent.len();
        world.save(Some(id), EventDraft { title: "Green tea".into(), ..world.draft(id) });
        world.wait_until("2026-11-23T20:00");
        assert_eq!(world.sent.len(), tried, "{}", world.rows());
        world.wait_until("2026-11-25T20:00");
        let rest = world.rows();
        assert!(!rest.contains("Mon 23") && !rest.contains("expired"), "{rest}");
        assert!(world.engine().inbox().expect("inbox").rows.len() <= 1, "only Tuesday's");
    }
}

#[test]
fn done_while_being_sent_holds_through_an_edit() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    world.jump_to("2026-11-23T09:30");
    let claims = world.pass(&[]).expect("a leader").parcels.remove(0).claims;
    world.engine().acknowledge(&[world.only()], Answer::Done, "window").expect("done");
    world.save(Some(id), EventDraft { title: "Green tea".into(), ..world.draft(id) });
    let handover = Handover::Unavailable(Unavailable::NoNotifier);
    let report = engine::courier::Report { handover, status: None, detail: String::new() };
    let too_late = Vec::new();
    world.pass(&[Finished { claims, too_late, report: Some(report), in_digest: false, at: None }]);
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.all_rows(), "Mon 23 09:30 cancelled cancelled.acknowledged Green tea");
}

#[test]
fn what_was_called_back_while_being_sent_says_why() {
    for (why, reason) in [("deleted", "cancelled.deleted"), ("disabled", "cancelled.disabled")] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let id = world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
        world.jump_to("2026-11-23T09:30");
        let parcel = world.pass(&[]).expect("a leader").parcels.remove(0);
        if why == "deleted" {
            world.engine().delete_event(id, None, None).expect("deleted");
        } else {
            let off = EventDraft { disabled: true, ..world.draft(id) };
            world.save(Some(id), off);
        }
        let report = engine::courier::Report {
            handover: Handover::Ambiguous,
            status: None,
            detail: String::new(),
        };
        let claims = parcel.claims;
        world.pass(&[Finished {
            claims,
            too_late: Vec::new(),
            report: Some(report),
            in_digest: false,
            at: None,
        }]);
        assert_eq!(world.all_rows(), format!("Mon 23 09:30 cancelled {reason} Tea"));
        let story = world.engine().why(world.deliveries()[0].row.id).expect("a story");
        let steps = story.transitions.iter().filter(|step| step.reason.code() == reason);
        assert_eq!(steps.count(), 2, "when it was called back, and when that came true");
    }
}
