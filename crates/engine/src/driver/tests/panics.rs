//! Aim: what panics while something is handed over leaves nobody knowing, harms nothing else and
//! keeps no slot. Method: a driver that runs, over a courier and a clock that fail once.

use std::sync::atomic::AtomicBool;

use super::*;

/// A clock that fails once, for whoever asks from a task of its own: who hands over.
struct Falls(Arc<Set>, AtomicBool);

impl Clock for Falls {
    fn now(&self) -> Now {
        let falls = tokio::task::try_id().is_some() && self.1.swap(false, Ordering::Relaxed);
        assert!(!falls, "this clock fails on purpose");
        self.0.now()
    }
}

/// A courier that fails once.
struct Fails(Keeps, AtomicBool);

impl Courier for Fails {
    fn probe(&self) -> std::result::Result<(), Unavailable> {
        Ok(())
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        let fails = self.1.swap(false, Ordering::Relaxed);
        Box::pin(async move {
            assert!(!fails, "this courier fails on purpose");
            self.0.hand_over(parcel).await
        })
    }

    fn withdraw<'a>(&'a self, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// A sleep that is over at once, at the moment it was meant to last to; the last one stops all.
struct Goes(Arc<Set>, watch::Sender<bool>);

impl Wake for Goes {
    fn until(&mut self, at: Option<Timestamp>) -> BoxFuture<'_, Woken> {
        Box::pin(async move {
            // Others have their turn first.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            let end = "2026-11-23T10:00:00Z".parse().expect("a moment");
            match at.filter(|at| *at < end) {
                Some(at) => self.0.to(&at.to_string()),
                None => {
                    self.1.send(true).unwrap_or(());
                    self.0.to("2026-11-23T10:05:00Z");
                }
            }
            Woken::Due
        })
    }
}

/// What became of two notes, one after the other, when something fails at the first.
fn told(clock_falls: bool, courier_fails: bool) -> Vec<(String, Vec<Option<String>>)> {
    let (folder, set, first) = ledger();
    drop(first);
    let clock = Arc::new(Falls(set.clone(), AtomicBool::new(false)));
    let zones = Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "bundle");
    let found = Found { zones, source: "bundle".into() };
    let utc = ZoneName::utc();
    let engine = Engine::open_with(folder.path(), Actor::Service, clock.clone(), found, &utc);
    let engine = Arc::new(engine.expect("a ledger"));
    notes(&engine, "20261123T090000", &["Tea"]);
    notes(&engine, "20261123T091500", &["Post"]);
    let scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    clock.1.store(clock_falls, Ordering::Relaxed);
    let courier = Arc::new(Fails(Keeps::default(), AtomicBool::new(courier_fails)));
    let couriers = Couriers { desktop: courier.clone(), webhook: courier.clone() };
    let driver = Driver::new(scheduler, engine.clone(), couriers);
    let (stop, stopping) = watch::channel(false);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let wake = Box::new(Goes(set, stop));
    let run = driver.run(wake, Arc::new(Notify::new()), stopping, |_| ());
    runtime.block_on(run).expect("an orderly end");
    let parcels = courier.0.0.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(parcels.len(), 2, "each was given to the courier");
    let ended = parcels.iter().map(|parcel| {
        let story = engine.why(parcel.claims[0].delivery).expect("a story");
        let outcomes = story.attempts.iter().map(|attempt| attempt.outcome.clone()).collect();
        (story.delivery.row.facts.state.code().to_string(), outcomes)
    });
    ended.collect()
}

#[test]
fn what_panics_while_handing_over_is_an_uncertain_try_and_keeps_no_slot() {
    let word = |word: &str| Some(word.to_string());
    let (once, again) = (vec![word("accepted")], vec![word("ambiguous"), word("accepted")]);
    let (well, ill) = (("completed".to_string(), once), ("completed".to_string(), again));
    assert_eq!(told(false, false), [well.clone(), well.clone()]);
    assert_eq!(told(false, true), [ill.clone(), well.clone()], "a courier that fails inside");
    assert_eq!(told(true, false), [ill, well], "and whoever hands to it");
}
