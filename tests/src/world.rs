//! A small world: a real ledger in a folder of its own, a clock one can set (also backwards), a
//! courier that follows a script, and a pinned zone database. Nothing here reads the host's
//! clock, zone, network or home.

mod copies;

use std::{path::Path, sync::Arc, time::Duration};

use calendar::{
    delivery::State,
    draft::{EventDraft, ReminderDraft},
    id::{CalendarId, ChannelId, DeliveryId, EventId},
    zones::{ZoneName, Zones},
};
use engine::{
    Actor, Engine,
    clock::{Clock, Synchronised},
    courier::{Handover, Message, Parcel, PopUp, Report, Schedule, Screen, Unavailable},
    events::{Save, Saved},
    ledger::inbox::{Filter, Listed},
    place::Place,
    scheduler::{Availability, Finished, Passed, Scheduler, Slots},
    zones::Found,
};
use jiff::{Timestamp, tz::TimeZoneDatabase};

use crate::clock::SetClock;

/// A ledger with everything around it.
pub struct World {
    folder: tempfile::TempDir,
    state: tempfile::TempDir,
    runtime: Option<tempfile::TempDir>,
    clock: Arc<SetClock>,
    engine: Arc<Engine>,
    scheduler: Option<Scheduler>,
    answer: Handover,
    /// Why the desktop cannot be reached, if it cannot.
    pub no_desktop: Option<Unavailable>,
    /// What was handed over: moment, key or id, and text.
    pub sent: Vec<Sent>,
    /// How often the service looked.
    pub passes: usize,
    /// Somebody changed the file behind the engine's back.
    pub is_damaged: bool,
}

impl Drop for World {
    /// Whatever a test was about: the record of its ledger is whole, and gives the rows.
    fn drop(&mut self) {
        if !self.is_damaged && !std::thread::panicking() {
            let faults = self.engine.check_records().expect("a ledger");
            assert!(faults.is_empty(), "{faults:?}");
        }
    }
}

/// Something a courier was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When, RFC 3339.
    pub at: String,
    /// The key receivers know it by.
    pub key: String,
    /// Title and body of a notification, or the body of a webhook.
    pub text: String,
    /// How many rows it stood for.
    pub rows: usize,
}

/// The bundled zone data, the same on every host.
pub fn zones() -> Found {
    let zones = Zones::new(TimeZoneDatabase::bundled(), "bundle");
    Found { zones, source: "bundle".into() }
}

/// What is said of a certificate that is not trusted.
pub const EXPIRED: &str = "its certificate has expired";

impl World {
    /// A new ledger at this local time (`2026-11-23T09:00[Europe/Berlin]`), the machine being in
    /// its zone, with a service leading.
    pub fn at(local: &str) -> Self {
        let mut world = Self::without_service(local);
        world.start();
        world
    }

    /// The same before any service ever ran.
    pub fn without_service(local: &str) -> Self {
        Self::prepared(local, |_| ())
    }

    /// The same in a folder that was prepared before anything is in it.
    pub fn prepared(local: &str, prepare: impl FnOnce(&Path)) -> Self {
        let now: jiff::Zoned = jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%M", &local[..16])
            .ok()
            .and_then(|at| {
                let zone = local[16..].trim_matches(['[', ']']);
                at.to_zoned(TimeZoneDatabase::bundled().get(zone).ok()?).ok()
            })
            .expect("a local time with a zone");
        let folder = tempfile::tempdir().expect("a temp folder");
        prepare(folder.path());
        let clock = Arc::new(SetClock::at(now.timestamp()));
        let zone = ZoneName::stored(now.time_zone().iana_name().unwrap_or("UTC"));
        let state = tempfile::tempdir().expect("a temp folder");
        let places = (folder.path(), state.path(), None);
        let engine = open(places, clock.clone(), zones(), &zone);
        Self {
            folder,
            state,
            runtime: None,
            clock,
            engine,
            scheduler: None,
            answer: Handover::Accepted { shown_by: None },
            no_desktop: None,
            sent: Vec::new(),
            passes: 0,
            is_damaged: false,
        }
    }

    /// The engine, as window and command line use it.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The folder of the ledger.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The wall clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    /// Starts a service (a new leader with a new owner).
    pub fn start(&mut self) {
        self.lead();
        self.run();
    }

    /// Starts a service that has not looked yet.
    pub fn lead(&mut self) {
        self.scheduler = Some(Scheduler::lead(self.engine.clone()).expect("to lead"));
    }

    /// Stops the service without a word, as a kill does.
    pub fn kill(&mut self) {
        self.scheduler = None;
    }

    /// Ends all programs and starts a service that has other zone data.
    pub fn start_with(&mut self, found: Found) {
        self.kill();
        self.reopen(found);
        self.start();
    }

    fn reopen(&mut self, found: Found) {
        let runtime = self.runtime.as_ref().map(tempfile::TempDir::path);
        let places = (self.folder.path(), self.state.path(), runtime);
        self.engine = open(places, self.clock.clone(), found, &ZoneName::utc());
    }

    /// What this machine knows of its ledgers.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// Every courier answers like this from now on.
    pub fn answer(&mut self, answer: Handover) {
        self.answer = answer;
    }

    /// Whether somebody keeps the clock right.
    pub fn is_synchronised(&self, is: Synchronised) {
        *self.clock.synchronised.lock().expect("nobody panics with the clock") = is;
    }

    /// Sets the wall clock to a local time of the machine's zone; boot time goes along as far.
    pub fn jump_to(&mut self, local: &str) {
        let to = self.instant(local);
        self.clock.change(|now| {
            let ahead = to.duration_since(now.wall);
            now.boot += Duration::try_from(ahead).unwrap_or_default();
            now.wall = to;
        });
    }

    /// Says for how long the machine was asleep since it was started.
    pub fn has_slept(&self, seconds: u64) {
        let mut kept = self.clock.suspended.lock().expect("nobody panics with the clock");
        *kept = Some(Duration::from_secs(seconds));
    }

    /// Sets the wall clock alone to a local time, as a person or the network does.
    pub fn set_clock(&mut self, local: &str) {
        self.set_wall(self.instant(local));
    }

    /// Sets the wall clock alone.
    pub fn set_wall(&mut self, to: Timestamp) {
        self.clock.change(|now| now.wall = to);
    }

    /// The machine is started anew: another boot, at the same wall time.
    pub fn reboot(&mut self) {
        self.kill();
        self.clock.change(|now| {
            now.boot = Duration::from_secs(20);
            now.boot_id = format!("{}, and again", now.boot_id).into();
        });
        self.start();
    }

    /// A local time of the machine's zone.
    pub fn instant(&self, local: &str) -> Timestamp {
        let zone = self.engine.planning_context().expect("a ledger").machine_zone();
        let at = local.parse::<jiff::civil::DateTime>().expect("a local time");
        at.to_zoned(zone).expect("an instant").timestamp()
    }

    /// Lets time go on to a local time with the service awake: it wakes whenever it asked to.
    pub fn wait_until(&mut self, local: &str) {
        let end = self.instant(local);
        // Ends: each turn moves the clock forward to the next wake-up.
        while let Some(next) = self.run().filter(|next| *next < end) {
            assert!(next > self.now(), "a busy loop: woken at {next} again and again");
            self.clock.change(|now| {
                now.boot += Duration::try_from(next.duration_since(now.wall)).unwrap_or_default();
                now.wall = now.wall.max(next);
            });
        }
        self.jump_to(local);
        self.run();
    }

    /// Passes until nothing is left to do now; gives the next wake-up.
    pub fn run(&mut self) -> Option<Timestamp> {
        self.run_with(Vec::new())
    }

    /// The same where this came back.
    pub fn run_with(&mut self, mut finished: Vec<Finished>) -> Option<Timestamp> {
        // Ends: each turn settles what the one before claimed, and a claim is not repeated.
        loop {
            let passed = self.pass(&finished)?;
            finished = passed.parcels.iter().map(|parcel| self.hand_over(parcel)).collect();
            if finished.is_empty() && !passed.more {
                let now = self.clock.now();
                self.scheduler.as_mut()?.sleeps(&now, passed.wake_at);
                return passed.wake_at;
            }
        }
    }

    /// The same where a pass may fail: outcomes are kept, and it is tried again five seconds later.
    pub fn run_in_spite_of(&mut self, mut failed: impl FnMut(&engine::Error)) {
        let mut finished = Vec::new();
        // Ends: whoever lets passes fail stops doing so.
        loop {
            match self.try_pass(&finished) {
                Ok(passed) => {
                    finished = passed.parcels.iter().map(|parcel| self.hand_over(parcel)).collect();
                    if finished.is_empty() && !passed.more {
                        return;
                    }
                }
                Err(error) => {
                    failed(&error);
                    let later = Duration::from_secs(5);
                    self.clock.change(|now| {
                        now.boot += later;
                        now.wall += later;
                    });
                }
            }
        }
    }

    /// The service says that it lives.
    pub fn beat(&mut self) {
        self.scheduler.as_mut().expect("a service leads").beat(false).expect("noted");
    }

    /// One pass, leaving what it claimed in the hands of the caller.
    pub fn pass(&mut self, finished: &[Finished]) -> Option<Passed> {
        self.scheduler.as_ref()?;
        Some(self.try_pass(finished).expect("a pass"))
    }

    /// The service sleeps from now on, and asks to be woken at a local time.
    pub fn sleeps_until(&mut self, local: &str) {
        let (now, until) = (self.clock.now(), self.instant(local));
        self.scheduler.as_mut().expect("a service leads").sleeps(&now, Some(until));
    }

    /// The service is awake.
    pub fn wakes(&mut self) {
        let now = self.clock.now();
        self.scheduler.as_mut().expect("a service leads").wakes(&now);
    }

    /// The same where it may fail.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn try_pass(&mut self, finished: &[Finished]) -> engine::Result<Passed> {
        let now = self.clock.now();
        let slots = Slots { desktop: 1, webhook: 8 };
        let availability = Availability { desktop: self.no_desktop, webhook: None };
        self.passes += 1;
        self.wakes();
        let scheduler = self.scheduler.as_mut().expect("a service leads");
        scheduler.pass(&now, finished, slots, availability)
    }

    /// Hands a parcel over, as every courier answers now.
    pub fn hand_over(&mut self, parcel: &Parcel) -> Finished {
        let (key, text, in_digest) = match &parcel.message {
            Message::Notice(n) => {
                (n.key.clone(), format!("{}\n{}", n.title, n.body), n.digest_of.is_some())
            }
            Message::Webhook(call) => {
                (call.id.clone(), String::from_utf8_lossy(&call.body).into_owned(), false)
            }
        };
        let at = self.now().to_string();
        self.sent.push(Sent { at, key, text, rows: parcel.claims.len() });
        // Who asks for time does so with a 429.
        let asks = matches!(self.answer, Handover::Transient { retry_after: Some(_), .. });
        let gone = matches!(self.answer, Handover::Gone).then_some(410);
        let status = asks.then_some(429).or(gone);
        let detail = match self.answer {
            Handover::Transient { schedule: Schedule::Certificate, .. } => EXPIRED.into(),
            _ => String::new(),
        };
        let report = Report { handover: self.answer.clone(), status, detail };
        Finished {
            claims: parcel.claims.clone(),
            too_late: Vec::new(),
            report: Some(report),
            in_digest,
            at: Some(self.now()),
        }
    }

    /// Saves a new event.
    pub fn add(&mut self, draft: EventDraft) -> EventId {
        let saved = self.save(None, draft);
        saved.event.parse().expect("an id")
    }

    /// Saves an event; past starts are meant.
    pub fn save(&mut self, id: Option<EventId>, draft: EventDraft) -> Saved {
        let save = Save { id, draft, allow_past: true, ..Save::default() };
        let saved = self.engine.save_event(&save).expect("a valid event");
        self.run();
        saved
    }

    /// The definition of an event.
    pub fn draft(&self, id: EventId) -> EventDraft {
        EventDraft::from(&self.engine.event(id).expect("an event").event)
    }

    /// Every event, in no order.
    pub fn events(&self) -> Vec<EventId> {
        let found = self.engine.events().expect("a ledger");
        found.into_iter().map(|row| row.event.id).collect()
    }

    /// Every delivery, by due.
    pub fn deliveries(&self) -> Vec<Listed> {
        let filter = Filter { limit: 1000, ..Filter::default() };
        self.engine.deliveries(&filter).expect("a ledger")
    }

    /// Every delivery in one line each: local due, state, reason, title. Cancelled ones only if
    /// asked for with [`World::all_rows`].
    pub fn rows(&self) -> String {
        self.lines(|state| state != State::Cancelled)
    }

    /// As [`World::rows`], with the cancelled ones.
    pub fn all_rows(&self) -> String {
        self.lines(|_| true)
    }

    fn lines(&self, wanted: impl Fn(State) -> bool) -> String {
        self.said(self.deliveries().iter().filter(|l| wanted(l.row.facts.state)))
    }

    /// What waits in the inbox, newest first, in lines as [`World::rows`].
    pub fn inbox(&self) -> String {
        self.said(self.engine.inbox().expect("a ledger").rows.iter())
    }

    fn said<'a>(&self, rows: impl Iterator<Item = &'a Listed>) -> String {
        let zone = self.engine.planning_context().expect("a ledger").machine_zone();
        let lines = rows.map(|l| {
            let due = l.row.facts.due.to_zoned(zone.clone()).strftime("%a %d %H:%M");
            format!("{due} {} {} {}", l.row.facts.state, l.row.facts.reason, l.title)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The only delivery there is, cancelled ones aside.
    pub fn only(&self) -> DeliveryId {
        let rows = self.deliveries();
        let mut live = rows.iter().filter(|l| l.row.facts.state != State::Cancelled);
        let one = live.next().expect("a delivery");
        assert!(live.next().is_none(), "one delivery:\n{}", self.rows());
        one.row.id
    }

    /// What was sent, titles only.
    pub fn titles(&self) -> Vec<String> {
        self.sent.iter().map(|s| s.text.lines().next().unwrap_or("").to_string()).collect()
    }
}

fn open(
    (folder, state, runtime): (&Path, &Path, Option<&Path>),
    clock: Arc<SetClock>,
    found: Found,
    zone: &ZoneName,
) -> Arc<Engine> {
    use std::os::unix::fs::PermissionsExt;
    let private = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder, private).expect("a private folder");
    let engine = Engine::open_with(folder, Actor::Service, clock, found, zone).expect("a ledger");
    let place = Place {
        data: folder.into(),
        state: state.into(),
        runtime: runtime.map(Into::into),
        named_by: None,
    };
    Arc::new(engine.in_place(&place))
}

/// A draft of a kind, with the kind's reminders.
pub fn draft(kind: &str, title: &str, start: &str, zone: Option<&str>) -> EventDraft {
    EventDraft {
        kind: kind.into(),
        calendar: CalendarId::FIRST.to_string(),
        title: title.into(),
        start: start.into(),
        zone: zone.map(Into::into),
        ..EventDraft::default()
    }
}

/// Reminders on the desktop by their triggers.
pub fn reminders(triggers: &[&str]) -> Option<Vec<ReminderDraft>> {
    Some(triggers.iter().map(|t| reminder(t, ChannelId::DESKTOP)).collect())
}

/// One reminder through a channel.
pub fn reminder(trigger: &str, channel: ChannelId) -> ReminderDraft {
    ReminderDraft {
        trigger: trigger.into(),
        channel: channel.to_string(),
        ..ReminderDraft::default()
    }
}

/// The screen of this notification service.
pub fn screen(owner: &str) -> Screen {
    Screen { owner: owner.into(), connection: ":1.1".into() }
}

/// A notification on it.
pub fn pop_up(owner: &str) -> PopUp {
    PopUp { screen: screen(owner), id: 1 }
}
