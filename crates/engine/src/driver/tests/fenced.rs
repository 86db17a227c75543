//! Aim: of two who both take themselves for the leader one alone claims a row, and what the other
//! says of it afterwards changes nothing. Method: two leaders of one ledger, as if the lock did not
//! hold.

use calendar::{delivery::State, reason::Reason};

use super::*;
use crate::ledger::{
    delivery::{self, DeliveryRow, Effects},
    inbox::Filter,
};

const ONE: Slots = Slots { desktop: 1, webhook: 0 };
const NONE: Slots = Slots { desktop: 0, webhook: 0 };

/// Whoever leads hands this back after a while.
fn handed_over(parcel: &Parcel, handover: Handover) -> Finished {
    let report = Report { handover, status: None, detail: String::new() };
    let claims = parcel.claims.clone();
    Finished { claims, too_late: Vec::new(), report: Some(report), in_digest: false, at: None }
}

#[test]
fn who_lost_the_lead_settles_nothing() {
    let (_folder, clock, engine) = ledger();
    let pass = |leader: &mut Scheduler, finished: &[Finished], slots| {
        let pass = leader.pass(&engine.now(), finished, slots, Availability::default());
        pass.expect("a pass").parcels
    };
    let mut frozen = Scheduler::lead(engine.clone()).expect("to lead");
    notes(&engine, "20261123T090000", &["Tea"]);
    clock.to("2026-11-23T09:00:00Z");
    let first = pass(&mut frozen, &[], ONE).pop().expect("a parcel");
    let row = first.claims[0].delivery;
    let told = || engine.why(row).expect("a story");
    let late = [handed_over(&first, Handover::Permanent)];

    let mut heir = Scheduler::lead(engine.clone()).expect("to lead");
    let before = format!("{:?}", told());
    pass(&mut frozen, &late, NONE);
    assert_eq!(format!("{:?}", told()), before, "nobody holds it");

    let second = pass(&mut heir, &[], ONE).pop().expect("a parcel");
    assert_eq!((second.attempt, second.claims[0].token), (2, first.claims[0].token + 1));
    let Message::Notice(notice) = &second.message else { panic!("{:?}", second.message) };
    assert!(notice.again, "the kept words did not say that it may be seen twice");
    let before = format!("{:?}", told());
    pass(&mut frozen, &late, NONE);
    assert_eq!(format!("{:?}", told()), before, "another holds it");

    pass(&mut heir, &[handed_over(&second, Handover::Accepted { shown_by: None })], NONE);
    assert_eq!(told().delivery.row.facts.state, State::Completed);
    let before = format!("{:?}", told());
    pass(&mut frozen, &late, NONE);
    assert_eq!(format!("{:?}", told()), before, "it was told");
}

#[test]
fn what_two_read_one_claims_and_the_other_moves_no_more() {
    let (_folder, clock, engine) = ledger();
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    notes(&engine, "20261123T090000", &["Tea"]);
    scheduler.pass(&engine.now(), &[], NONE, Availability::default()).expect("a pass");
    clock.to("2026-11-23T09:00:00Z");
    let read = || {
        let all = engine.deliveries(&Filter { limit: 10, ..Filter::default() }).expect("rows");
        all.into_iter().next().expect("a row").row
    };
    let claim = |row: &DeliveryRow, owner: [u8; 16]| {
        let claim = engine.write(|act| delivery::claim(act.tx, row, &owner, b"{}", act.wall()));
        claim.expect("a ledger")
    };
    let move_to = |row: &DeliveryRow, to| {
        let moved =
            engine.write(|act| delivery::enter(act.tx, row, to, &Effects::default(), &act.now));
        moved.expect("a ledger")
    };
    let seen = read();
    assert_eq!(claim(&seen, [1; 16]), Some(1));
    assert_eq!(claim(&seen, [2; 16]), None, "read by two, claimed by one");
    let held = read();
    assert!(move_to(&held, (State::Pending, Reason::Released)));
    assert_eq!(claim(&read(), [2; 16]), Some(2));
    // It is being sent again, as it was when the first read it: only the token tells.
    let now = read();
    assert_eq!(now.facts.state, held.facts.state);
    assert!(!move_to(&held, (State::Dead, Reason::DeadPermanent)));
    let flagged = engine
        .write(|act| delivery::flag_cancel(act.tx, &held, Some(Reason::CancelledEdited)))
        .expect("a ledger");
    assert!(!flagged);
    assert_eq!(claim(&held, [1; 16]), None);
    assert_eq!(read(), now);
    assert!(move_to(&now, (State::Pending, Reason::Released)), "who holds it moves it");
}
