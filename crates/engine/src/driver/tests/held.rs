//! Aim: a foreign program that holds the ledger for half a minute keeps nothing from being told,
//! and makes nothing be told twice. Method: a second connection with the write lock, and a driver
//! that runs.

use super::{full::drive, *};

#[test]
fn a_foreign_lock_of_half_a_minute_is_survived_before_and_after_the_telling() {
    drive(|mut hands| async move {
        assert_eq!(hands.asleep().await, "2026-11-23T09:00:00Z".parse().ok());
        let other = hands.engine.lock().held_by_another();
        for second in [0, 10, 20, 30] {
            let at = format!("2026-11-23T09:00:{second:02}Z");
            let again = hands.wake_at(&at).await;
            let soon = format!("2026-11-23T09:00:{:02}Z", second + 1);
            assert_eq!(again, soon.parse().ok(), "tried again soon");
            assert!(hands.parcels.try_recv().is_err(), "nothing is sent without its mark");
        }
        drop(other);
        hands.wake_at("2026-11-23T09:00:31Z").await;
        let parcel = hands.parcels.recv().await.expect("a parcel");
        assert_eq!(parcel.attempt, 1);
        let other = hands.engine.lock().held_by_another();
        hands.answer.notify_one();
        hands.asleep().await;
        for second in [35, 45, 55] {
            hands.wake_at(&format!("2026-11-23T09:00:{second:02}Z")).await;
        }
        assert_eq!(hands.states(), [("processing", 12)]);
        drop(other);
        hands.wake_at("2026-11-23T09:01:10Z").await;
        assert_eq!(hands.states(), [("completed", 12)]);
        assert!(hands.parcels.try_recv().is_err(), "told once");
        assert!(hands.told().is_empty(), "nobody is alarmed for less than a minute");
    });
}

#[test]
fn a_foreign_lock_that_lasts_is_told_once_and_its_end_too() {
    drive(|mut hands| async move {
        hands.asleep().await;
        let other = hands.engine.lock().held_by_another();
        for minute in 0..4 {
            hands.wake_at(&format!("2026-11-23T09:0{minute}:00Z")).await;
        }
        assert_eq!(hands.told().len(), 1, "{:?}", hands.told());
        drop(other);
        hands.wake_at("2026-11-23T09:04:00Z").await;
        hands.parcels.recv().await.expect("a parcel");
        assert_eq!(hands.told().last(), Some(&None));
        hands.answer.notify_one();
        hands.asleep().await;
        assert_eq!(hands.states(), [("completed", 12)]);
    });
}

#[test]
fn what_a_commit_marked_that_seemed_to_fail_is_taken_back_and_sent() {
    let (_folder, clock, engine) = ledger();
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    notes(&engine, "20261123T090000", &["Pill"]);
    clock.to("2026-11-23T09:00:00Z");
    let slots = Slots { desktop: 1, webhook: 0 };
    let mut pass = || scheduler.pass(&engine.now(), &[], slots, Availability::default());
    let lost = pass().expect("a pass").parcels;
    assert_eq!((lost.len(), lost[0].attempt), (1, 1));
    assert!(pass().expect("a pass").parcels.is_empty(), "it is under way");
    scheduler.doubt();
    let mut pass = || scheduler.pass(&engine.now(), &[], slots, Availability::default());
    let found = pass().expect("a pass").parcels;
    assert_eq!((found.len(), found[0].attempt), (1, 2), "nobody had it, so it is sent");
    let story = engine.why(found[0].claims[0].delivery).expect("a story");
    assert_eq!(story.attempts[0].outcome.as_deref(), Some("unavailable"));
    assert!(!story.delivery.row.again, "it was never sent, so it is not marked");
}
