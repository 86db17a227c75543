//! Aim: what another notification service is to show again waits for the end of quiet hours, and what
//! the ledger does not know yet is waited for. Method: a driver that runs, over a courier that names who shows
//! it and answers when the test says so.

use super::{full::drive, *};
use crate::quiet::QuietHours;

/// Rings through all silence at nine.
fn alarm(engine: &Engine) {
    let reminder = ReminderDraft {
        trigger: "PT0M".into(),
        channel: ChannelId::DESKTOP.to_string(),
        alarm: true,
        ..ReminderDraft::default()
    };
    let draft = EventDraft {
        kind: "note".into(),
        calendar: CalendarId::FIRST.to_string(),
        title: "Oven".into(),
        start: "20261123T090000".into(),
        zone: Some("UTC".into()),
        reminders: Some(vec![reminder]),
        ..EventDraft::default()
    };
    engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
}

#[test]
fn in_quiet_hours_only_alarms_are_shown_again_and_the_rest_when_they_end() {
    drive(|mut hands| async move {
        alarm(&hands.engine);
        hands.shown_by("the first");
        hands.asleep().await;
        hands.wake_at("2026-11-23T09:00:00Z").await;
        for _ in ["the alarm", "the rest"] {
            hands.parcels.recv().await.expect("a parcel");
            hands.answer.notify_one();
            hands.asleep().await;
        }
        assert_eq!(hands.states(), [("completed", 13)]);
        let rules = "22:00-07:00 all".parse().expect("rules");
        hands.engine.set_quiet_hours(&QuietHours { on: true, rules }).expect("quiet hours");
        hands.shown_by("the second");
        let morning = "2026-11-24T07:00:00Z".parse().ok();
        assert_eq!(
            hands.wake_at("2026-11-23T23:00:00Z").await,
            "2026-11-23T23:00:15Z".parse().ok()
        );
        let parcel = hands.parcels.recv().await.expect("the alarm");
        assert_eq!((parcel.claims.len(), parcel.again.len()), (0, 1));
        hands.answer.notify_one();
        assert_eq!(hands.asleep().await, morning);
        assert_eq!(hands.wake_at("2026-11-24T03:00:00Z").await, morning);
        assert!(hands.parcels.try_recv().is_err(), "nothing else pops up");
        hands.wake_at("2026-11-24T07:00:00Z").await;
        let parcel = hands.parcels.recv().await.expect("the rest");
        assert_eq!((parcel.claims.len(), parcel.again.len()), (0, 12));
        hands.answer.notify_one();
        hands.asleep().await;
        hands.wake_at("2026-11-24T07:15:00Z").await;
        assert!(hands.parcels.try_recv().is_err(), "once");
        assert_eq!(hands.states(), [("completed", 13)]);
    });
}

#[test]
fn what_the_one_before_took_is_written_down_before_the_next_one_shows_it() {
    drive(|mut hands| async move {
        hands.shown_by("the first");
        hands.asleep().await;
        hands.wake_at("2026-11-23T09:00:00Z").await;
        hands.parcels.recv().await.expect("a digest");
        let other = hands.engine.lock().held_by_another();
        hands.answer.notify_one();
        hands.asleep().await;
        hands.shown_by("the second");
        hands.wake_at("2026-11-23T09:00:10Z").await;
        assert_eq!(hands.states(), [("processing", 12)]);
        drop(other);
        hands.wake_at("2026-11-23T09:00:20Z").await;
        let parcel = hands.parcels.recv().await.expect("all of it");
        assert_eq!((parcel.claims.len(), parcel.again.len()), (0, 12));
        hands.answer.notify_one();
        hands.asleep().await;
    });
}

#[test]
fn a_service_that_follows_puts_what_is_unanswered_in_its_place() {
    drive(|mut hands| async move {
        alarm(&hands.engine);
        hands.shown_by("the first");
        hands.asleep().await;
        hands.wake_at("2026-11-23T09:00:00Z").await;
        for _ in ["the alarm", "the rest"] {
            hands.parcels.recv().await.expect("a parcel");
            hands.answer.notify_one();
            hands.asleep().await;
        }
        let rules = "22:00-07:00 all".parse().expect("rules");
        hands.engine.set_quiet_hours(&QuietHours { on: true, rules }).expect("quiet hours");
        // Both are known as one notification here: what is left of it comes anew when all is not silent.
        hands.connected_as(":1.2");
        hands.wake_at("2026-11-23T23:00:00Z").await;
        let parcel = hands.parcels.recv().await.expect("the alarm");
        assert_eq!((parcel.again.len(), parcel.replaces.map(|left| left.id)), (1, Some(1)));
        hands.answer.notify_one();
        hands.asleep().await;
        hands.wake_at("2026-11-24T07:00:00Z").await;
        let parcel = hands.parcels.recv().await.expect("the rest");
        assert_eq!((parcel.again.len(), parcel.replaces), (12, None));
        hands.answer.notify_one();
        hands.asleep().await;
        hands.wake_at("2026-11-24T07:15:00Z").await;
        assert!(hands.parcels.try_recv().is_err(), "once");
        assert_eq!(hands.states(), [("completed", 13)]);
    });
}
