//! One run of a plan.

mod clocks;
mod keys;
mod notifier;
mod person;
mod records;
mod series;
mod services;
mod undone;
mod upgrade;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use calendar::id::DeliveryId;
use engine::{Actor, queries::Story};
use jiff::Timestamp;
use simulated_disk::{Fault, Files};
use tokio::sync::mpsc;

use self::{keys::Keys, upgrade::Upgrading};
use crate::{
    hand::{self, Channels, Hand, Program},
    oracle,
    outcome::{Counted, Decided, Life, Outcome, Silence, Snoozed, Tested, Trouble},
    plan::{DAY, Definition, Plan, Step},
    receiver::Mood,
    service::{Service, Surroundings},
    trace::Happened,
};

/// So long after its end a run goes on with all well, for what is still to be tried again.
pub(crate) const AFTER: u64 = 4 * DAY;
/// A service that could not be started is started again after so long.
const AGAIN: u64 = 2_000;
/// After a sleep, a journey or another clock all is as it should be within so long.
pub(crate) const SOON: u64 = 1_000;
/// What is under way while another side is not well is given up within so long.
const UNDER_WAY: u64 = 16_000;
/// A disk that failed is looked at again within so long.
const FAILED: u64 = 10_000;
/// A slow sync is one within so long.
const HURRIES: u64 = 1_000;

/// Runs a plan.
pub fn run(plan: &Plan) -> Outcome {
    simulated_disk::install();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async { World::new(plan).live(plan).await })
}

/// What ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Start,
    Mood {
        desktop: bool,
    },
    Full,
    Awake,
    Hearing,
    Unlocked,
    Hurries,
    Thaw {
        process: u32,
    },
    /// An older service that stood by leads, if nobody does.
    OlderHeir,
    /// A newer program tries again to bring the ledger up, or to lead.
    Turn,
    /// The older window is closed.
    Closed,
}

struct World {
    around: Surroundings,
    _folder: tempfile::TempDir,
    service: Option<Service>,
    /// A second service stands by.
    stands_by: bool,
    hand: Hand,
    hand_process: u32,
    next_process: u32,
    deaths: mpsc::UnboundedReceiver<u32>,
    agenda: BTreeMap<(u64, u32), Ending>,
    order: u32,
    lives: Vec<Life>,
    snoozes: Vec<Snoozed>,
    silences: Vec<Silence>,
    tests: Vec<Tested>,
    /// Every row there was when the ledger last let go of some.
    seen: BTreeMap<DeliveryId, (u64, Story)>,
    /// What was missed and is counted only: of what, by which reminder and from when on.
    counted: BTreeMap<(String, String, Timestamp), Counted>,
    decisions: Vec<Decided>,
    answers: Vec<(u64, DeliveryId)>,
    /// What undo would take back, if that is known: an event and what it was.
    undo: Option<Vec<(usize, Option<Definition>)>>,
    /// A copy of the ledger, and what its machine knew of it then.
    kept: Option<(u64, Files, Vec<u8>)>,
    troubles: Vec<Trouble>,
    rests: Vec<Trouble>,
    downs: Vec<Trouble>,
    frozen: Vec<(u64, u64)>,
    locked: Vec<(u64, u64)>,
    keys: Keys,
    slept: Vec<(u64, u64)>,
    broken: Vec<(&'static str, String)>,
    /// When somebody met a failing disk.
    failures: Arc<Mutex<Vec<u64>>>,
    down_since: Option<u64>,
    set: Vec<(u64, i64)>,
    /// Since a jump nobody has confirmed: what the wall was ahead by before, if that was in this boot,
    /// and the trouble it is.
    doubt: Option<(Option<i64>, usize)>,
    off_until: u64,
    /// How long in all a side was not well.
    unwell: u64,
    deaf: u32,
    /// How often in a row no service could be started.
    failed: u64,
    upgrade: Upgrading,
}

impl World {
    fn new(plan: &Plan) -> Self {
        let folder = tempfile::Builder::new().tempdir().expect("a folder");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(folder.path(), private).expect("a private folder");
        let path = folder.path().canonicalize().expect("a folder");
        hand::put_zone_data(&path, false);
        let around = Surroundings::of(plan, path);
        let (died, deaths) = mpsc::unbounded_channel();
        around.disk.on_death(move |process| died.send(process).unwrap_or(()));
        let failures = Arc::new(Mutex::new(Vec::new()));
        let (met, clock) = (failures.clone(), around.clocks.clone());
        around.disk.on_failure(move || met.lock().expect("a list").push(clock.truth()));
        around.disk.enter(1);
        hand::create(&around).expect("a ledger");
        let engine = hand::open(&around, Actor::Window, Program::Older).expect("a ledger");
        let channels = Channels::make(&engine).expect("channels");
        Self {
            around,
            _folder: folder,
            service: None,
            stands_by: false,
            hand: Hand { engine: Some(engine), channels },
            hand_process: 1,
            next_process: 2,
            deaths,
            agenda: BTreeMap::new(),
            order: 0,
            lives: Vec::new(),
            snoozes: Vec::new(),
            silences: Vec::new(),
            tests: Vec::new(),
            seen: BTreeMap::new(),
            counted: BTreeMap::new(),
            decisions: Vec::new(),
            answers: Vec::new(),
            undo: Some(Vec::new()),
            kept: None,
            troubles: Vec::new(),
            rests: Vec::new(),
            downs: Vec::new(),
            frozen: Vec::new(),
            locked: Vec::new(),
            keys: Keys::default(),
            slept: Vec::new(),
            broken: Vec::new(),
            failures,
            down_since: Some(0),
            set: vec![(0, 0)],
            doubt: None,
            off_until: 0,
            unwell: 0,
            deaf: 0,
            failed: 0,
            upgrade: Upgrading::beginning_with(1),
        }
    }

    async fn live(mut self, plan: &Plan) -> Outcome {
        self.start();
        if plan.twins {
            self.start();
        }
        for (at, step) in &plan.steps {
            self.until(*at).await;
            // Nobody does anything while the machine is off or sleeps.
            self.until(self.off_until).await;
            self.step(*step).await;
        }
        self.until(u64::from(plan.days) * DAY).await;
        self.around.disk.heal();
        self.is(true, Mood::Well);
        self.is(false, Mood::Well);
        self.act(Step::AcceptClock);
        self.finds_key().await;
        let lasted = u64::from(plan.days) * DAY + AFTER;
        self.until(lasted).await;
        self.end(lasted).await
    }

    async fn end(mut self, lasted: u64) -> Outcome {
        self.stands_by = false;
        if let Some(service) = self.service.take() {
            service.stop();
            self.around.clocks.pass(Duration::from_secs(30)).await;
        }
        self.counts_late_writes();
        let process = self.new_process();
        self.around.disk.enter(process);
        let engine = hand::open(&self.around, Actor::CommandLine, self.upgrade.installed);
        let (mut stories, damage) = match engine {
            Ok(engine) => self.reads(&engine),
            Err(error) => {
                (Vec::new(), vec![format!("all is well, and it cannot be opened: {error}")])
            }
        };
        let gone = self.take_gone(&mut stories);
        let met = std::mem::take(&mut *self.failures.lock().expect("a list"));
        let troubled = |at: u64| (at.saturating_sub(1_000), at + FAILED);
        let troubles = met.into_iter().map(troubled);
        self.troubles.extend(troubles.map(|(from, until)| Trouble { from, until, desktop: None }));
        self.around.disk.remove();
        Outcome {
            trace: self.around.trace.entries(),
            stories,
            gone,
            counted: self.counted.into_values().collect(),
            lives: self.lives,
            snoozes: self.snoozes,
            silences: self.silences,
            tests: self.tests,
            decisions: self.decisions,
            answers: self.answers,
            troubles: self.troubles,
            rests: self.rests,
            downs: self.downs,
            frozen: self.frozen,
            locked: self.locked,
            keyless: self.keys.missed,
            slept: self.slept,
            set: self.set,
            lasted,
            wakings: self.around.wakings(),
            passes: std::mem::take(&mut self.around.passes.lock().expect("a list")),
            broken: self.broken,
            damage,
            upgraded: self.upgrade.seen,
        }
    }

    fn later(&mut self, after: u64, ending: Ending) {
        self.order += 1;
        self.agenda.insert((self.around.clocks.truth() + after, self.order), ending);
    }

    fn trouble(&mut self, lasts: u64) {
        self.trouble_for(None, lasts);
    }

    fn trouble_for(&mut self, desktop: Option<bool>, lasts: u64) {
        let now = self.around.clocks.truth();
        let (from, until) = (now.saturating_sub(1_000), now.saturating_add(lasts));
        self.troubles.push(Trouble { from, until, desktop });
    }

    fn struck(&self, what: String) {
        self.around.trace.add(&self.around.clocks, Happened::Struck { what });
    }

    /// Lets the world go on until a true time.
    async fn until(&mut self, end: u64) {
        // Ends: each turn takes something off the agenda, a death aside, of which each process
        // has one; and what is put on it lies ahead.
        loop {
            let next = self.agenda.first_key_value().map(|(at, _)| *at);
            let at = next.map_or(end, |(at, _)| at.min(end));
            let now = self.around.clocks.truth();
            let sleep = tokio::time::sleep(Duration::from_millis(at.saturating_sub(now)));
            tokio::select! {
                biased;
                process = self.deaths.recv() => self.died(process.unwrap_or(0)).await,
                () = sleep => match next.filter(|(at, _)| *at <= end) {
                    Some(key) => self.ends(key),
                    None => return,
                },
            }
        }
    }

    fn ends(&mut self, key: (u64, u32)) {
        match self.agenda.remove(&key) {
            Some(Ending::Start) => self.start(),
            Some(Ending::Mood { desktop }) => self.is(desktop, Mood::Well),
            Some(Ending::Hurries) => self.around.disk.hurry(),
            Some(Ending::Full) => self.around.disk.heal(),
            Some(Ending::Unlocked) => self.around.disk.free(),
            Some(Ending::Hearing) => {
                self.deaf -= 1;
                self.ring();
            }
            Some(Ending::Awake) => {
                if let Some(service) = &self.service {
                    service.signals.clock_set();
                }
            }
            Some(Ending::Thaw { process }) => {
                if let Some(service) = self.service.as_ref().filter(|s| s.process == process) {
                    service.ice.thaw();
                }
            }
            Some(Ending::OlderHeir) => self.older_heir_leads(),
            Some(Ending::Turn) => self.takes_turn(),
            Some(Ending::Closed) => self.closes_older_window(),
            None => {}
        }
    }

    async fn step(&mut self, step: Step) {
        if self.act(step) {
            return;
        }
        self.struck(format!("{step:?}"));
        match step {
            Step::Kill(_)
            | Step::Stop(_)
            | Step::Freeze(_)
            | Step::PowerCut(..)
            | Step::Keep
            | Step::Restore => self.fell(step).await,
            Step::Crash(_)
            | Step::Failing(_)
            | Step::Busy(_)
            | Step::Slow(_)
            | Step::FailingSync
            | Step::Full(_) => self.fails(step),
            Step::Sleep(time) => {
                self.around.clocks.sleep(time);
                self.trouble(time + SOON);
                self.off_until = self.around.clocks.truth() + time;
                self.slept.push((self.off_until - time, self.off_until));
                self.later(time, Ending::Awake);
            }
            Step::Drift(by) => self.sets(by),
            Step::SetClock(by) => self.sets_clock(by),
            Step::Travel(home) => self.takes_place(|place| place.home = home),
            Step::ZoneData(newer) => {
                hand::put_zone_data(&self.around.folder, newer);
                self.takes_place(|place| place.newer = newer);
            }
            Step::Mood(desktop, mood, time) => self.turns(desktop, mood, time),
            Step::Key(own) => self.puts_key(own),
            Step::Replace(time) => self.replaces_notifier(time),
            Step::Upgrade(how, detail) => self.upgrades(how, detail),
            Step::Outdated => self.starts_outdated(),
            Step::Deaf(time) => {
                self.deaf += 1;
                self.trouble(time + 16 * 60_000);
                self.later(time, Ending::Hearing);
            }
            Step::Add(..)
            | Step::Import(..)
            | Step::Move(..)
            | Step::Retitle(_)
            | Step::Delete(_)
            | Step::Disable(_)
            | Step::Enable(_)
            | Step::LeaveOut(..)
            | Step::PutIn(_)
            | Step::Part(..)
            | Step::Undo
            | Step::MoveAndUndo(..)
            | Step::Acknowledge
            | Step::Snooze(_)
            | Step::Pause(_)
            | Step::Resume
            | Step::AcceptClock
            | Step::Hour(_)
            | Step::Forget
            | Step::SwitchOn(_)
            | Step::Guarantee(..)
            | Step::Test(_)
            | Step::Decide(..)
            | Step::Quiet(..) => {}
        }
    }

    /// The other side is like this from now on; whoever comes back is heard of.
    fn is(&mut self, desktop: bool, mood: Mood) {
        let receiver = if desktop { &self.around.desktop } else { &self.around.hook };
        let (was, now) = (receiver.be(mood), self.around.clocks.truth());
        if desktop {
            self.changes_notifier(was, mood);
        }
        if was == Mood::Locked
            && let Some(last) = self.locked.last_mut()
        {
            last.1 = now;
        }
        if mood == Mood::Locked {
            self.locked.push((now, u64::MAX));
        }
        if was == Mood::Locked || (was, mood) == (Mood::Absent, Mood::Well) {
            self.ring();
        }
    }

    /// The other side is like this for so many milliseconds.
    fn turns(&mut self, desktop: bool, mood: Mood, time: u64) {
        self.is(desktop, mood);
        self.unwell += time;
        let now = self.around.clocks.truth();
        // What failed meanwhile is tried again later, and an endpoint that failed often
        // rests for as long again, at most an hour.
        let until = now + time + 120_000 + self.unwell.min(3_600_000);
        self.rests.push(Trouble { from: now, until, desktop: Some(desktop) });
        self.trouble_for(Some(desktop), time + UNDER_WAY);
        self.later(time, Ending::Mood { desktop });
    }

    /// Something goes wrong with the disk.
    fn fails(&mut self, step: Step) {
        let disk = self.around.disk.clone();
        match step {
            Step::Crash(after) => {
                let torn = usize::try_from(after * 131).unwrap_or(0);
                disk.arrange(Fault::Crash { after, torn });
            }
            Step::Failing(after) => {
                disk.arrange(Fault::Failing { after });
            }
            Step::Busy(time) => {
                disk.arrange(Fault::Busy { held: Duration::from_millis(time) });
                self.trouble(time + 16_000);
                self.later(time, Ending::Unlocked);
            }
            Step::Slow(takes) => {
                let takes = Duration::from_millis(takes);
                disk.arrange(Fault::SlowSync { after: 0, takes });
                self.trouble(HURRIES + u64::try_from(takes.as_millis()).unwrap_or(0) + 6_000);
                self.later(HURRIES, Ending::Hurries);
            }
            Step::FailingSync => {
                disk.arrange(Fault::FailingSync { after: 0 });
            }
            Step::Full(time) => {
                disk.arrange(Fault::Full { bytes: 1 });
                self.trouble(time + 10_000);
                self.later(time, Ending::Full);
            }
            _ => {}
        }
    }

    /// The machine comes to another place.
    fn takes_place(&mut self, change: impl FnOnce(&mut oracle::Place)) {
        change(&mut self.around.place.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let place = self.around.place();
        self.around.trace.add(&self.around.clocks, Happened::Arrived { place });
        self.trouble(SOON);
        if let Some(service) = &self.service {
            service.signals.zone_changed();
        }
    }
}
