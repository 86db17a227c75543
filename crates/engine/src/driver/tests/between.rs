//! Aim: a pass lets go, decides and claims by one look at the clock, and what was let go by a clock that
//! was wrong is sent by one that is right, when its moment comes. Method: a clock that lies at any one
//! look, and one that is set back between the pass that lets a row go and the one that has room for it.

use super::*;

const TRUE: &str = "2026-11-23T08:00:00Z";
const FALSE: &str = "2026-11-23T20:00:00Z";

/// Tells the truth, but for one look.
struct Lies {
    looks: AtomicU64,
    at: AtomicU64,
}

impl Clock for Lies {
    fn now(&self) -> Now {
        let look = self.looks.fetch_add(1, Ordering::Relaxed);
        let lies = look == self.at.load(Ordering::Relaxed);
        let wall = if lies { FALSE } else { TRUE };
        let boot = Duration::from_millis(1_000_000 + look);
        Now { wall: wall.parse().expect("a moment"), boot, boot_id: "boot".into() }
    }
}

/// How many a pass tells, over a ledger of its own, whose look at the clock `lie` is the false one;
/// and how many looks it has.
fn passed(lie: u64) -> (usize, u64) {
    let (folder, _clock, engine) = ledger();
    notes(&engine, "20261123T120000", &["Bell"]);
    drop(engine);
    let zones = Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "bundle");
    let found = Found { zones, source: "bundle".into() };
    let clock = Arc::new(Lies { looks: AtomicU64::new(0), at: AtomicU64::new(u64::MAX) });
    let (port, utc): (Arc<dyn Clock>, _) = (clock.clone(), ZoneName::utc());
    let engine = Engine::open_with(folder.path(), Actor::Service, port, found, &utc);
    let engine = Arc::new(engine.expect("a ledger"));
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 1 };
    let looks = clock.looks.load(Ordering::Relaxed);
    clock.at.store(looks.saturating_add(lie), Ordering::Relaxed);
    let asked = engine.now();
    let passed = scheduler.pass(&asked, &[], slots, Availability::default()).expect("a pass");
    (passed.parcels.len(), clock.looks.load(Ordering::Relaxed) - looks)
}

#[test]
fn one_look_at_the_clock_is_what_a_whole_pass_goes_by() {
    let looks = passed(u64::MAX).1;
    // The others are asked for how long it takes.
    assert!(looks >= 3, "{looks} looks");
    let told: Vec<u64> = (0..looks).filter(|lie| passed(*lie).0 > 0).collect();
    assert_eq!(told.len(), 1, "by the one look it goes by, and none else: {told:?}");
}

#[test]
fn what_a_wrong_clock_let_go_is_sent_when_its_moment_comes() {
    let (_folder, clock, engine) = ledger();
    notes(&engine, "20261123T120000", &["Bell"]);
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let mut pass = |at: &str, desktop: usize, why: Option<Unavailable>| {
        clock.to(at);
        let availability = Availability { desktop: why, webhook: None };
        let slots = Slots { desktop, webhook: 1 };
        let passed = scheduler.pass(&engine.now(), &[], slots, availability);
        let states = engine.counts(Timestamp::MIN, Timestamp::MAX).expect("counts");
        (passed.expect("a pass").parcels.len(), states[0].0.code())
    };
    assert_eq!(pass(FALSE, 1, Some(Unavailable::NoNotifier)), (0, "held"));
    // Let go, but there is no room.
    assert_eq!(pass("2026-11-23T20:00:01Z", 0, None), (0, "pending"));
    assert_eq!(pass(TRUE, 1, None).0, 0);
    assert_eq!(pass("2026-11-23T11:59:59Z", 1, None).0, 0);
    assert_eq!(pass("2026-11-23T12:00:00Z", 1, None), (1, "processing"));
}
