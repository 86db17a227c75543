//! Aim: whoever leads is told from every other by chance, not by anything two could share.
//! Method: leaders of one program, one machine and one moment, one after another.

use std::collections::BTreeSet;

use super::*;
use crate::ledger::delivery;

#[test]
fn each_leader_owns_what_it_claims_by_a_name_of_its_own() {
    let (_folder, clock, engine) = ledger();
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    notes(&engine, "20261123T090000", &["Tea"]);
    clock.to("2026-11-23T09:00:00Z");
    let slots = Slots { desktop: 1, webhook: 0 };
    let pass = scheduler.pass(&engine.now(), &[], slots, Availability::default());
    assert_eq!(pass.expect("a pass").parcels.len(), 1);
    let owned = |owner: &[u8; 16]| {
        engine.read(|act| delivery::claimed_by(act.tx, owner)).expect("rows").len()
    };
    assert_eq!(owned(scheduler.owner()), 1);
    let mut owners = BTreeSet::from([*scheduler.owner()]);
    for _ in 0..50 {
        let heir = Scheduler::lead(engine.clone()).expect("to lead");
        assert!(owners.insert(*heir.owner()), "two owners are {:?}", heir.owner());
        assert_eq!(owned(heir.owner()), 0, "what another left is not its own");
    }
    // No part of the name is that of a program, a machine or a moment.
    let differ = |place: usize| owners.iter().map(|owner| owner[place]).collect::<BTreeSet<_>>();
    let same: Vec<usize> = (0..16).filter(|place| differ(*place).len() < 20).collect();
    assert!(same.is_empty(), "the bytes {same:?} are nearly always the same");
}
