//! Aim: what is over between the claim and the sending is not told. Method: a real ledger and
//! scheduler, a clock that is set, and a courier that keeps what it is given.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::{CalendarId, ChannelId},
    zones::{ZoneName, Zones},
};

use super::*;
use crate::{
    Actor,
    clock::{Clock, Now},
    courier::{BoxFuture, PopUp, Screen, Unavailable},
    events::Save,
    zones::Found,
};

mod again;
mod between;
mod calendars;
mod fenced;
mod full;
mod gathering;
mod held;
mod journey;
mod locked;
mod newer;
mod owners;
mod panics;
mod replanned;
mod scans;
mod stopping;
mod waiting;

/// The wall is set; since the boot each look takes a while.
struct Set(Mutex<Timestamp>, AtomicU64);

impl Set {
    fn to(&self, at: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at.parse().expect("a moment");
    }
}

impl Clock for Set {
    fn now(&self) -> Now {
        let wall = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let looks = self.1.fetch_add(1, Ordering::Relaxed);
        Now { wall, boot: Duration::from_millis(1_000_000 + 400 * looks), boot_id: "boot".into() }
    }
}

#[derive(Default)]
struct Keeps(Mutex<Vec<Parcel>>);

impl Courier for Keeps {
    fn probe(&self) -> std::result::Result<(), Unavailable> {
        Ok(())
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(parcel);
        let handover = Handover::Accepted { shown_by: None };
        Box::pin(async { Report { handover, status: None, detail: String::new() } })
    }

    fn withdraw<'a>(&'a self, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// Notes of these titles at a time; those in capitals are worth telling for a minute only.
fn notes(engine: &Engine, start: &str, titles: &[&str]) {
    for title in titles {
        let use_by = title.chars().all(char::is_uppercase).then(|| "grace".to_string());
        let reminder = ReminderDraft {
            trigger: "PT0M".into(),
            channel: ChannelId::DESKTOP.to_string(),
            use_by,
            ..ReminderDraft::default()
        };
        let draft = EventDraft {
            kind: "note".into(),
            calendar: CalendarId::FIRST.to_string(),
            title: (*title).into(),
            start: start.into(),
            zone: Some("UTC".into()),
            reminders: Some(vec![reminder]),
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
    }
}

/// A ledger of its own at eight, with its clock.
fn ledger() -> (tempfile::TempDir, Arc<Set>, Arc<Engine>) {
    let folder = tempfile::tempdir().expect("a folder");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(folder.path(), private).expect("a private folder");
    let clock = Arc::new(Set(
        Mutex::new("2026-11-23T08:00:00Z".parse().expect("a moment")),
        AtomicU64::new(0),
    ));
    let zones = Zones::new(jiff::tz::TimeZoneDatabase::bundled(), "bundle");
    let found = Found { zones, source: "bundle".into() };
    let (dir, utc) = (folder.path(), ZoneName::utc());
    let engine = Engine::open_with(dir, Actor::Service, clock.clone(), found, &utc);
    let engine = Arc::new(engine.expect("a ledger"));
    (folder, clock, engine)
}

/// What is shown of these notes when a minute goes by after the claim, how many rows end as told,
/// and how many as missed.
fn shown(titles: &[&str]) -> (Vec<String>, usize, usize) {
    let (_folder, clock, engine) = ledger();
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    notes(&engine, "20261123T090000", titles);
    clock.to("2026-11-23T09:00:30Z");
    let slots = Slots { desktop: 1, webhook: 0 };
    let pass = scheduler.pass(&engine.now(), &[], slots, Availability::default());
    let parcel = pass.expect("a pass").parcels.pop().expect("a parcel");
    clock.to("2026-11-23T09:01:00Z");
    let courier = Arc::new(Keeps::default());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let finished = runtime.block_on(hand_over(&engine, courier.clone(), parcel));
    let pass = scheduler.pass(&engine.now(), &[finished], slots, Availability::default());
    assert!(pass.expect("a pass").parcels.is_empty(), "nothing is told twice");
    let states = engine.counts(Timestamp::MIN, Timestamp::MAX).expect("counts");
    let count = |code: &str| {
        let of = states.iter().filter(|(state, ..)| state.code() == code);
        of.map(|(.., count)| usize::try_from(*count).unwrap_or(0)).sum()
    };
    let parcels = courier.0.lock().unwrap_or_else(PoisonError::into_inner);
    let text = parcels.iter().map(|parcel| match &parcel.message {
        Message::Notice(notice) => format!("{}\n{}", notice.title, notice.body),
        Message::Webhook(_) => "a webhook".into(),
    });
    (text.collect(), count("completed"), count("expired"))
}

/// What is shown of notes at ten, claimed together after four hours without the service, when so
/// many of them are over by the minute in which they are handed over.
fn shown_after_absence(titles: &[&str], over: usize) -> String {
    let (_folder, clock, engine) = ledger();
    let slots = Slots { desktop: 1, webhook: 0 };
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    notes(&engine, "20261123T100000", titles);
    scheduler.pass(&engine.now(), &[], slots, Availability::default()).expect("a pass");
    drop(scheduler);
    clock.to("2026-11-23T12:00:00Z");
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let pass = scheduler.pass(&engine.now(), &[], slots, Availability::default());
    let mut parcel = pass.expect("a pass").parcels.pop().expect("a parcel");
    let end = "2026-11-23T12:01:00Z";
    for claim in parcel.claims.iter_mut().take(over) {
        claim.use_by = Some(end.parse().expect("a moment"));
    }
    clock.to(end);
    let courier = Arc::new(Keeps::default());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(hand_over(&engine, courier.clone(), parcel));
    let parcels = courier.0.lock().unwrap_or_else(PoisonError::into_inner);
    match &parcels[0].message {
        Message::Notice(notice) => format!("{}\n{}", notice.title, notice.body),
        Message::Webhook(_) => "a webhook".into(),
    }
}

#[test]
fn a_digest_made_anew_says_still_why_it_is_late() {
    let titles = ["Tea", "Post", "Milk", "Bread"];
    let text = shown_after_absence(&titles, 1);
    assert!(text.starts_with("While you were away, 08:00 to 12:00: 3 reminders\n"), "{text}");
    let text = shown_after_absence(&titles, 3);
    assert!(text.starts_with("Bread\n10:00"), "{text}");
    assert!(text.ends_with(" 08:00 to 12:00"), "{text}");
}

#[test]
fn a_digest_leaves_out_what_is_over_when_it_is_handed_over() {
    let (texts, told, missed) = shown(&["Tea", "OVEN", "Post", "Milk"]);
    assert_eq!((texts.len(), told, missed), (1, 3, 1));
    assert!(texts[0].starts_with("3 reminders at once"), "{}", texts[0]);
    assert!(!texts[0].contains("OVEN"), "{}", texts[0]);
}

#[test]
fn the_last_of_a_digest_is_told_alone_and_of_nothing_nothing_is_told() {
    let (texts, told, missed) = shown(&["Tea", "OVEN", "POST", "MILK"]);
    assert_eq!((texts.len(), told, missed), (1, 1, 3));
    assert!(texts[0].starts_with("Tea\n"), "{}", texts[0]);
    let (texts, told, missed) = shown(&["TEA", "OVEN", "POST", "MILK"]);
    assert_eq!((texts.len(), told, missed), (0, 0, 4));
}

#[test]
fn planning_that_takes_long_goes_on_in_the_next_pass() {
    let (_folder, clock, engine) = ledger();
    for title in ["Tea", "Post", "Milk", "Bread", "Jam", "Eggs", "Salt"] {
        let draft = EventDraft {
            kind: "note".into(),
            calendar: CalendarId::FIRST.to_string(),
            title: title.into(),
            start: "20261123T090000".into(),
            zone: Some("UTC".into()),
            rules: vec!["FREQ=DAILY".into()],
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
    }
    clock.to("2026-11-30T08:00:00Z");
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let mut passes = 1;
    let slots = Slots { desktop: 0, webhook: 0 };
    let mut pass = || scheduler.pass(&engine.now(), &[], slots, Availability::default());
    while pass().expect("a pass").more {
        passes += 1;
    }
    assert!((7..9).contains(&passes), "{passes} passes");
    let until = "2026-12-01T00:00:00Z".parse().expect("a moment");
    let states = engine.counts(Timestamp::MIN, until).expect("counts");
    let rows: u32 = states.iter().map(|(.., count)| *count).sum();
    assert_eq!(rows, 7 * 8, "a row for every day of each");
}

#[test]
fn what_is_on_time_does_not_wait_for_planning_and_what_was_missed_is_one_digest() {
    let (_folder, clock, engine) = ledger();
    for title in ["Tea", "Post", "Milk", "Bread", "Jam"] {
        let draft = EventDraft {
            kind: "note".into(),
            calendar: CalendarId::FIRST.to_string(),
            title: title.into(),
            start: "20261123T090000".into(),
            zone: Some("UTC".into()),
            rules: vec!["FREQ=DAILY".into()],
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
    }
    notes(&engine, "20261130T100000", &["Bell"]);
    clock.to("2026-11-30T10:00:00Z");
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 0 };
    let (mut told, mut finished) = (Vec::new(), Vec::new());
    // Ends: planning does, and each is told once.
    loop {
        let pass = scheduler.pass(&engine.now(), &finished, slots, Availability::default());
        let pass = pass.expect("a pass");
        let handover = Handover::Accepted { shown_by: None };
        let report = Report { handover, status: None, detail: String::new() };
        told.extend(pass.parcels.iter().map(|parcel| (parcel.claims.len(), pass.more)));
        finished.clear();
        finished.extend(pass.parcels.into_iter().map(|parcel| Finished {
            in_digest: parcel.claims.len() > 1,
            claims: parcel.claims,
            too_late: Vec::new(),
            report: Some(report.clone()),
            at: None,
        }));
        if finished.is_empty() && !pass.more {
            break;
        }
    }
    assert_eq!(told, [(1, true), (5, false)], "the bell while it is planned, then a digest");
}

/// A sleep without an end.
struct Never;

impl Wake for Never {
    fn until(&mut self, _: Option<Timestamp>) -> BoxFuture<'_, Woken> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_service_that_has_much_to_catch_up_with_can_be_stopped() {
    let (_folder, clock, engine) = ledger();
    let draft = EventDraft {
        kind: "note".into(),
        calendar: CalendarId::FIRST.to_string(),
        title: "Breathe".into(),
        start: "20261123T090000".into(),
        zone: Some("UTC".into()),
        rules: vec!["FREQ=MINUTELY".into()],
        ..EventDraft::default()
    };
    engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
    clock.to("2026-11-30T09:00:00Z");
    let scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let courier = Arc::new(Keeps::default());
    let couriers = Couriers { desktop: courier.clone(), webhook: courier };
    let driver = Driver::new(scheduler, engine.clone(), couriers);
    let (_stop, stopped) = watch::channel(true);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let run = driver.run(Box::new(Never), Arc::new(Notify::new()), stopped, |_| ());
    runtime.block_on(run).expect("an orderly end");
    let counts = engine.counts(Timestamp::MIN, Timestamp::MAX).expect("counts");
    let rows: u32 = counts.iter().map(|(.., count)| *count).sum();
    assert!(rows < 6_000, "{rows} rows of a week of minutes were written first");
}
