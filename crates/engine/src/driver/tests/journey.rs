//! Aim: what is due while much is planned anew for another zone is told in time, and by the new zone.
//! Method: a clock by which each event takes long to plan, and single passes.

use super::*;
use crate::ledger::setting::{self, name};

fn floating(engine: &Engine, title: &str, start: &str) {
    let draft = EventDraft {
        kind: "note".into(),
        calendar: CalendarId::FIRST.to_string(),
        title: title.into(),
        start: start.into(),
        ..EventDraft::default()
    };
    engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
}

#[test]
fn a_bell_does_not_wait_until_all_is_planned_for_another_zone() {
    let (_folder, clock, engine) = ledger();
    for n in 0..30 {
        floating(&engine, &format!("Note {n}"), "20261124T100000");
    }
    floating(&engine, "Breakfast", "20261123T090000");
    notes(&engine, "20261123T090000", &["Bell"]);
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 0 };
    let mut pass = || {
        let pass = scheduler.pass(&engine.now(), &[], slots, Availability::default());
        pass.expect("a pass")
    };
    assert!(!pass().more);
    // At nine by the old clock, it is four by the new one.
    clock.to("2026-11-23T09:00:00Z");
    let there = ZoneName::stored("America/New_York");
    assert!(engine.note_machine_zone(&there).expect("a journey"));
    // What is due by the old zone is looked at first, one event a pass here.
    let first = [pass(), pass()];
    assert!(first.iter().all(|pass| pass.more), "there is more to plan");
    let claims = first.iter().flat_map(|pass| &pass.parcels).flat_map(|parcel| &parcel.claims);
    let told = claims.map(|claim| engine.why(claim.delivery).expect("a story").delivery.title);
    assert_eq!(told.collect::<Vec<_>>(), ["Bell"], "and not what moved with the zone");
    let planned_for = || engine.read(|act| setting::get(act.tx, name::PLANNED_ZONE));
    assert_eq!(planned_for().expect("readable").as_deref(), Some("UTC"));
    let mut passes = 0;
    while pass().more {
        passes += 1;
    }
    assert!(passes > 10, "{passes} passes for thirty events that take long");
    assert_eq!(planned_for().expect("readable").as_deref(), Some("America/New_York"));
}

#[test]
fn what_is_over_by_the_old_zone_only_is_told_by_the_new_one() {
    let (_folder, clock, engine) = ledger();
    let draft = EventDraft {
        kind: "appointment".into(),
        calendar: CalendarId::FIRST.to_string(),
        title: "Lunch".into(),
        start: "20261123T130000".into(),
        length: Some((0, 3600)),
        ..EventDraft::default()
    };
    engine.save_event(&Save { draft, ..Save::default() }).expect("an appointment");
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 0 };
    let mut pass = || {
        let pass = scheduler.pass(&engine.now(), &[], slots, Availability::default());
        pass.expect("a pass")
    };
    pass();
    // Asleep on the flight: by the old clock it was over at two, by the new one it is twenty past one.
    clock.to("2026-11-23T18:20:00Z");
    let there = ZoneName::stored("America/New_York");
    assert!(engine.note_machine_zone(&there).expect("a journey"));
    let told = pass().parcels.into_iter().flat_map(|parcel| parcel.claims);
    let told: Vec<_> = told.map(|claim| engine.why(claim.delivery).expect("a story")).collect();
    assert_eq!(told.len(), 1, "it goes on just now");
    assert_eq!(told[0].delivery.row.facts.due.to_string(), "2026-11-23T17:50:00Z");
}
