//! Aim: whoever looks knows that the service lives while something is under way, and one that is
//! asked to stop waits a while for that and begins nothing new. Method: a driver that runs, over a
//! courier that answers when the test says so.

use super::{full::drive, *};

fn moment(second: u32) -> Option<Timestamp> {
    format!("2026-11-23T09:00:{second:02}Z").parse().ok()
}

#[test]
fn while_something_is_under_way_the_service_says_every_quarter_of_a_minute_that_it_lives() {
    drive(|mut hands| async move {
        hands.asleep().await;
        assert_eq!(hands.wake_at("2026-11-23T09:00:00Z").await, moment(15));
        hands.parcels.recv().await.expect("a parcel");
        for second in [15, 30] {
            let at = moment(second).expect("a moment");
            assert_eq!(hands.wake_at(&at.to_string()).await, moment(second + 15));
            let status = hands.engine.service_status().expect("a ledger").expect("a status");
            assert_eq!(status.passed, at);
        }
        hands.answer.notify_one();
        let then = hands.asleep().await;
        assert!(
            then.is_none_or(|at| Some(at) > moment(59)),
            "nobody is woken for nothing: {then:?}"
        );
    });
}

#[test]
fn asked_to_stop_it_claims_no_more_and_waits_so_long_for_what_is_under_way() {
    drive(|mut hands| async move {
        notes(&hands.engine, "20261123T090005", &["Later"]);
        hands.asleep().await;
        hands.wake_at("2026-11-23T09:00:00Z").await;
        hands.parcels.recv().await.expect("a parcel");
        hands.stop.send_replace(true);
        assert_eq!(hands.asleep().await, moment(5));
        for (second, next) in [(5, 15), (15, 22), (21, 22)] {
            let at = moment(second).expect("a moment");
            assert_eq!(hands.wake_at(&at.to_string()).await, moment(next), "at {second} s");
        }
        assert!(hands.ends_at("2026-11-23T09:00:22Z").await, "it waits no longer");
        assert_eq!(hands.states(), [("processing", 12), ("scheduled", 1)]);
        assert!(hands.parcels.try_recv().is_err(), "nothing new is sent");
        let status = hands.engine.service_status().expect("a ledger").expect("a status");
        assert_eq!(status.stopped, moment(22));
    });
}

#[test]
fn asked_to_stop_it_ends_as_soon_as_what_is_under_way_has_come_back() {
    drive(|mut hands| async move {
        notes(&hands.engine, "20261123T090004", &["Later"]);
        hands.asleep().await;
        hands.wake_at("2026-11-23T09:00:00Z").await;
        hands.parcels.recv().await.expect("a parcel");
        hands.stop.send_replace(true);
        hands.asleep().await;
        hands.wake_at("2026-11-23T09:00:05Z").await;
        hands.answer.notify_one();
        assert!(hands.ends().await);
        assert_eq!(hands.states(), [("completed", 12), ("scheduled", 1)]);
        assert!(hands.parcels.try_recv().is_err(), "nothing new is sent");
    });
}
