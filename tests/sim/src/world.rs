//! One run of a plan.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use calendar::id::EventId;
use engine::{
    Actor,
    ledger::inbox::{Filter, Listed},
    queries::Story,
    simulated::simulate,
};
use simulated_disk::{Disk, Fault, Kept};
use tokio::sync::mpsc;

use crate::{
    clock::Clocks,
    dice::Dice,
    hand::{self, Channels, Hand, moved},
    oracle,
    plan::{DAY, Definition, Plan, Step},
    receiver::{Mood, Receiver},
    service::{Service, Surroundings},
    trace::{Entry, Happened, Trace},
};

/// So long after its end a run goes on with all well, for what is still to be tried again.
const AFTER: u64 = 4 * DAY;
/// A service that could not be started is started again after so long.
const AGAIN: u64 = 2_000;

/// What an event was, over a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// From this true time on.
    pub from: u64,
    /// Its definition; none: it is deleted.
    pub definition: Option<Definition>,
    /// Whether that is known: whoever saved it was told so.
    pub sure: bool,
}

/// An event through a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Life {
    /// Its id, once it was added.
    pub id: Option<EventId>,
    /// What it was, in order.
    pub versions: Vec<Version>,
    title: u32,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// What happened.
    pub trace: Vec<Entry>,
    /// Every delivery at the end, with its audit.
    pub stories: Vec<Story>,
    /// Every event.
    pub lives: Vec<Life>,
    /// True times between which not all was well.
    pub troubles: Vec<(u64, u64)>,
    /// What the wall was set by, from a true time on.
    pub set: Vec<(u64, i64)>,
    /// How long all of it lasted.
    pub lasted: u64,
    /// What the ledger says of itself.
    pub damage: Vec<String>,
}

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
    Mood { desktop: bool },
    Full,
    Awake,
    Hearing,
    Unlocked,
}

struct World {
    around: Surroundings,
    _folder: tempfile::TempDir,
    service: Option<Service>,
    hand: Hand,
    hand_process: u32,
    next_process: u32,
    deaths: mpsc::UnboundedReceiver<u32>,
    agenda: BTreeMap<(u64, u32), Ending>,
    order: u32,
    lives: Vec<Life>,
    /// What undo would take back, if that is known: an event and what it was.
    undo: Option<Vec<(usize, Option<Definition>)>>,
    troubles: Vec<(u64, u64)>,
    down_since: Option<u64>,
    set: Vec<(u64, i64)>,
    off_until: u64,
    deaf: u32,
}

impl World {
    fn new(plan: &Plan) -> Self {
        let folder = tempfile::Builder::new().tempdir().expect("a folder");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(folder.path(), private).expect("a private folder");
        let path = folder.path().canonicalize().expect("a folder");
        let disk = Disk::new(&path);
        let clocks = Arc::new(Clocks::starting(oracle::start(plan.begins)));
        let waits = clocks.clone();
        disk.on_sleep(move |time| waits.wait_inside(time));
        let here = disk.clone();
        simulate(plan.seed, move |time| here.wait(time));
        let behind = clocks.clone();
        tokio::spawn(async move { behind.catch_up().await });
        let (died, deaths) = mpsc::unbounded_channel();
        disk.on_death(move |process| died.send(process).unwrap_or(()));
        let trace = Arc::new(Trace::default());
        let receiver = |is_desktop| {
            let (clocks, trace) = (clocks.clone(), trace.clone());
            Arc::new(Receiver { is_desktop, clocks, trace, mood: Default::default() })
        };
        let (desktop, hook) = (receiver(true), receiver(false));
        disk.enter(1);
        let engine = hand::open(&path, Actor::Window, &clocks).expect("a ledger");
        let channels = Channels::make(&engine).expect("channels");
        let hand =
            Hand { folder: path.clone(), clocks: clocks.clone(), engine: Some(engine), channels };
        let around = Surroundings { folder: path, disk, clocks, trace, desktop, hook };
        Self {
            around,
            _folder: folder,
            service: None,
            hand,
            hand_process: 1,
            next_process: 2,
            deaths,
            agenda: BTreeMap::new(),
            order: 0,
            lives: Vec::new(),
            undo: Some(Vec::new()),
            troubles: Vec::new(),
            down_since: Some(0),
            set: vec![(0, 0)],
            off_until: 0,
            deaf: 0,
        }
    }

    async fn live(mut self, plan: &Plan) -> Outcome {
        self.start();
        for (at, step) in &plan.steps {
            self.until(*at).await;
            // Nobody does anything while the machine is off or sleeps.
            self.until(self.off_until).await;
            self.step(*step).await;
        }
        self.until(u64::from(plan.days) * DAY).await;
        self.around.disk.heal();
        self.around.desktop.be(Mood::Well);
        self.around.hook.be(Mood::Well);
        let lasted = u64::from(plan.days) * DAY + AFTER;
        self.until(lasted).await;
        self.end(lasted).await
    }

    async fn end(mut self, lasted: u64) -> Outcome {
        if let Some(service) = self.service.take() {
            service.stop();
            self.around.clocks.pass(Duration::from_secs(30)).await;
        }
        let process = self.new_process();
        self.around.disk.enter(process);
        let engine = hand::open(&self.around.folder, Actor::CommandLine, &self.around.clocks);
        let engine = engine.expect("the ledger can be opened when all is well");
        let rows = every_row(&engine);
        let stories = rows.iter().map(|l| engine.why(l.row.id).expect("a story")).collect();
        let damage = engine.check_file().expect("a check");
        self.around.disk.remove();
        let (lives, troubles, set) = (self.lives, self.troubles, self.set);
        let trace = self.around.trace.entries();
        Outcome { trace, stories, lives, troubles, set, lasted, damage }
    }

    fn new_process(&mut self) -> u32 {
        self.next_process += 1;
        self.next_process - 1
    }

    fn later(&mut self, after: u64, ending: Ending) {
        self.order += 1;
        self.agenda.insert((self.around.clocks.truth() + after, self.order), ending);
    }

    fn trouble(&mut self, lasts: u64) {
        let now = self.around.clocks.truth();
        self.troubles.push((now.saturating_sub(1_000), now.saturating_add(lasts)));
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
            Some(Ending::Mood { desktop: true }) => self.around.desktop.be(Mood::Well),
            Some(Ending::Mood { desktop: false }) => self.around.hook.be(Mood::Well),
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
            None => {}
        }
    }

    fn start(&mut self) {
        if self.service.is_some() {
            return;
        }
        let process = self.new_process();
        self.service = Service::start(&self.around, process);
        if self.service.is_none() {
            self.around.disk.kill(process);
            self.later(AGAIN, Ending::Start);
        } else if let Some(since) = self.down_since.take() {
            let now = self.around.clocks.truth();
            self.troubles.push((since.saturating_sub(1_000), now + 6_000));
        }
    }

    async fn died(&mut self, process: u32) {
        if self.hand_process == process {
            self.hand.engine = None;
            return;
        }
        if self.service.as_ref().is_some_and(|service| service.process == process) {
            self.struck(format!("service {process} died of a write"));
            self.kill().await;
            self.later(3_000, Ending::Start);
        }
    }

    async fn kill(&mut self) {
        if let Some(service) = self.service.take() {
            self.down_since.get_or_insert(self.around.clocks.truth());
            service.kill(&self.around).await;
        }
    }

    fn struck(&self, what: String) {
        self.around.trace.add(&self.around.clocks, Happened::Struck { what });
    }

    fn ring(&self) {
        if let Some(service) = self.service.as_ref().filter(|_| self.deaf == 0) {
            service.signals.bell();
        }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Add(..) | Step::Move(..) | Step::Retitle(_) | Step::Delete(_) | Step::Undo => {
                self.act(step);
                return;
            }
            _ => self.struck(format!("{step:?}")),
        }
        match step {
            Step::Kill(down) => {
                self.kill().await;
                self.later(down, Ending::Start);
            }
            Step::Stop(down) => {
                if let Some(service) = self.service.take() {
                    self.down_since.get_or_insert(self.around.clocks.truth());
                    service.stop();
                }
                self.later(down, Ending::Start);
            }
            Step::Crash(after) => {
                let torn = usize::try_from(after * 131).unwrap_or(0);
                self.around.disk.arrange(Fault::Crash { after, torn });
            }
            Step::PowerCut(seed, down) => self.cut_power(seed, down).await,
            Step::Sleep(time) => {
                self.around.clocks.sleep(time);
                self.trouble(time + 6_000);
                self.off_until = self.around.clocks.truth() + time;
                self.later(time, Ending::Awake);
            }
            Step::SetClock(by) => {
                self.around.clocks.step(by);
                self.set.push((self.around.clocks.truth(), by));
                self.trouble(6_000);
                if let Some(service) = &self.service {
                    service.signals.clock_set();
                }
            }
            Step::Mood(desktop, mood, time) => {
                let receiver = if desktop { &self.around.desktop } else { &self.around.hook };
                receiver.be(mood);
                // What failed meanwhile is tried again later.
                self.trouble(time + 120_000);
                self.later(time, Ending::Mood { desktop });
            }
            Step::Busy(time) => {
                let held = Duration::from_millis(time);
                self.around.disk.arrange(Fault::Busy { held });
                self.trouble(time + 16_000);
                self.later(time, Ending::Unlocked);
            }
            Step::FailingSync => {
                self.around.disk.arrange(Fault::FailingSync { after: 0 });
                self.trouble(DAY);
            }
            Step::Full(time) => {
                self.around.disk.arrange(Fault::Full { bytes: 1 });
                self.trouble(time + 10_000);
                self.later(time, Ending::Full);
            }
            Step::Deaf(time) => {
                self.deaf += 1;
                self.trouble(time + 16 * 60_000);
                self.later(time, Ending::Hearing);
            }
            Step::Add(..) | Step::Move(..) | Step::Retitle(_) | Step::Delete(_) | Step::Undo => {}
        }
    }

    async fn cut_power(&mut self, seed: u64, down: u64) {
        self.kill().await;
        self.hand.engine = None;
        let mut dice = Dice::of(seed);
        self.around.disk.lose_power(&mut |size| match dice.below(4) {
            0 => Kept::Whole,
            1 => Kept::Torn(usize::try_from(dice.below(size as u64 + 1)).unwrap_or(0)),
            _ => Kept::Lost,
        });
        self.around.clocks.reboot();
        self.off_until = self.around.clocks.truth() + down;
        self.later(down, Ending::Start);
    }
}

impl World {
    /// A person does something, with a program that may have to be opened anew.
    fn act(&mut self, step: Step) {
        if self.hand.engine.is_none() {
            self.hand_process = self.new_process();
            self.around.disk.enter(self.hand_process);
            self.hand.engine = hand::open(&self.hand.folder, Actor::Window, &self.hand.clocks).ok();
        }
        self.around.disk.enter(self.hand_process);
        let done = match step {
            Step::Add(name, definition) => self.add(name, definition),
            Step::Move(name, minutes) => self.change(name, minutes),
            Step::Retitle(name) => self.change(name, 0),
            Step::Delete(name) => self.delete(name),
            Step::Undo => self.undo(),
            _ => None,
        };
        let what = format!("{step:?}");
        let what = match done {
            None => return,
            Some(true) => Happened::Confirmed { what },
            Some(false) => Happened::Unconfirmed { what },
        };
        self.around.trace.add(&self.around.clocks, what);
        self.ring();
    }

    fn life(&mut self, name: usize) -> &mut Life {
        if self.lives.len() <= name {
            self.lives.resize_with(name + 1, Life::default);
        }
        &mut self.lives[name]
    }

    /// The definition an event is known to have.
    fn known(&self, name: usize) -> Option<(EventId, Definition)> {
        let life = self.lives.get(name)?;
        let last = life.versions.last().filter(|version| version.sure)?;
        Some((life.id?, last.definition?))
    }

    fn became(&mut self, name: usize, definition: Option<Definition>, sure: bool) {
        let from = self.around.clocks.truth();
        self.life(name).versions.push(Version { from, definition, sure });
    }

    /// After somebody was told nothing, what there is to undo is not known.
    fn settle(
        &mut self,
        name: usize,
        before: Option<Definition>,
        after: Option<Definition>,
        sure: bool,
    ) -> Option<bool> {
        self.became(name, after, sure);
        match &mut self.undo {
            Some(undo) if sure => undo.push((name, before)),
            _ => self.undo = None,
        }
        Some(sure)
    }

    fn add(&mut self, name: usize, definition: Definition) -> Option<bool> {
        let id = self.hand.save(None, (name, 0), &definition);
        self.life(name).id = id;
        self.settle(name, None, Some(definition), id.is_some())
    }

    fn change(&mut self, name: usize, minutes: i64) -> Option<bool> {
        let (id, was) = self.known(name)?;
        let life = self.life(name);
        life.title += 1;
        let title = life.title;
        let is = moved(&was, minutes);
        let done = self.hand.save(Some(id), (name, title), &is).is_some();
        self.settle(name, Some(was), Some(is), done)
    }

    fn delete(&mut self, name: usize) -> Option<bool> {
        let (id, was) = self.known(name)?;
        let done = self.hand.engine.as_ref()?.delete_event(id, None, None).is_ok();
        self.settle(name, Some(was), None, done)
    }

    fn undo(&mut self) -> Option<bool> {
        let (name, before) = self.undo.as_mut()?.pop()?;
        let done = self.hand.engine.as_ref()?.undo(None).is_ok();
        self.became(name, before, done);
        if !done {
            self.undo = None;
        }
        Some(done)
    }
}

fn every_row(engine: &engine::Engine) -> Vec<Listed> {
    let (mut rows, mut offset) = (Vec::new(), 0);
    // Ends: each turn reads the next of the rows there are.
    loop {
        let filter = Filter { limit: 500, offset, ..Filter::default() };
        let some = engine.deliveries(&filter).expect("a ledger");
        if some.is_empty() {
            return rows;
        }
        offset += u32::try_from(some.len()).unwrap_or(0);
        rows.extend(some);
    }
}
