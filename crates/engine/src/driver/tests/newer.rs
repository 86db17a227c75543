//! Aim: a program that has the ledger open when a newer one brings it up writes nothing to it any
//! more, and its service ends. Method: another connection that says the schema is a later one.

use super::*;
use crate::{Error, ledger::SCHEMA};

#[test]
fn an_older_program_writes_nothing_to_a_ledger_that_was_brought_up_and_its_service_ends() {
    let (_folder, clock, engine) = ledger();
    notes(&engine, "20261123T090000", &["Tea"]);
    let slots = Slots { desktop: 1, webhook: 0 };
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let mut pass = || scheduler.pass(&engine.now(), &[], slots, Availability::default());
    pass().expect("a pass");
    let other = Scheduler::lead(engine.clone()).expect("to lead");
    let rows = || engine.counts(Timestamp::MIN, Timestamp::MAX).expect("counts");
    clock.to("2026-11-23T09:00:00Z");
    let (before, status) = (rows(), engine.service_status().expect("a status"));

    engine.lock().is_brought_up_by_another(99);
    let is_newer = |error: Option<Error>| matches!(error, Some(Error::Newer { found: 99, known }) if known == SCHEMA);
    assert!(is_newer(pass().err()), "a pass");
    assert!(is_newer(engine.save_calendar(None, "Club", "teal", true, None).err()), "a change");
    assert!(is_newer(Scheduler::lead(engine.clone()).err()), "a lead");
    let courier = Arc::new(Keeps::default());
    let couriers = Couriers { desktop: courier.clone(), webhook: courier.clone() };
    let driver = Driver::new(other, engine.clone(), couriers);
    let (_stop, stopping) = watch::channel(false);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let run = driver.run(Box::new(Never), Arc::new(Notify::new()), stopping, |_| ());
    assert!(is_newer(runtime.block_on(run).err()), "a service");
    assert!(courier.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty(), "nothing is sent");
    assert_eq!((rows(), engine.service_status().expect("a status")), (before, status));
}
