//! Aim: what is written is written at the moment it is, however long others kept the ledger before.
//! Method: a clock that is half a minute later as soon as the ledger is locked.

use std::sync::OnceLock;

use super::*;
use crate::ledger::Ledger;

/// A clock that can tell whether somebody writes.
struct Later(Set, OnceLock<std::path::PathBuf>);

impl Later {
    fn is_locked(&self) -> bool {
        self.1.get().is_some_and(|path| Ledger::is_locked(path))
    }
}

impl Clock for Later {
    fn now(&self) -> Now {
        let now = self.0.now();
        let wait = Duration::from_secs(if self.is_locked() { 30 } else { 0 });
        Now { wall: now.wall + wait, boot: now.boot + wait, ..now }
    }
}

#[test]
fn a_change_and_a_claim_have_the_moment_at_which_the_ledger_was_free() {
    let (folder, set, first) = ledger();
    drop(first);
    let clock = Later(Set(Mutex::new(set.now().wall), AtomicU64::new(0)), OnceLock::new());
    let clock = Arc::new(clock);
    let zones = Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "bundle");
    let found = Found { zones, source: "bundle".into() };
    let utc = ZoneName::utc();
    let engine = Engine::open_with(folder.path(), Actor::Service, clock.clone(), found, &utc);
    let engine = Arc::new(engine.expect("a ledger"));
    clock.1.set(folder.path().join("carillon.db")).expect("once");
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    notes(&engine, "20261123T090000", &["Tea"]);
    clock.0.to("2026-11-23T08:59:45Z");
    let slots = Slots { desktop: 1, webhook: 0 };
    // Not due when it was asked for, and due when the ledger was free.
    let pass = scheduler.pass(&engine.now(), &[], slots, Availability::default());
    let claim = pass.expect("a pass").parcels[0].claims[0];
    let story = engine.why(claim.delivery).expect("a story");
    let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
    assert_eq!(story.delivery.row.created_at, moment("2026-11-23T08:00:30Z"));
    assert_eq!(story.attempts[0].started, moment("2026-11-23T09:00:15Z"));
}
