//! The services of a run, one after another: each a process of its own over the same ledger.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use calendar::zones::ZoneName;
use engine::{
    Actor, Engine,
    driver::{Couriers, Driver},
    ledger::SchedulerLock,
    planted::plant,
    scheduler::Scheduler,
    simulated::{give_birth, hear_of_refusals, keep_records, simulate},
    wake::Woken,
};
use simulated_disk::Disk;
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{
    clock::Clocks,
    hand::{self, Program},
    ice::{Freezable, Ice},
    oracle::{self, Place},
    plan::Plan,
    receiver::{Caller, Receiver},
    trace::{Happened, Trace},
    wake::{Signals, Sleeper},
};

/// So many seconds records are kept.
pub(crate) const KEPT: i64 = 2 * 86_400;

/// What a service needs of the world.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub folder: PathBuf,
    pub disk: Disk,
    pub clocks: Arc<Clocks>,
    pub trace: Arc<Trace>,
    pub desktop: Arc<Receiver>,
    pub hook: Arc<Receiver>,
    pub place: Arc<Mutex<Place>>,
    /// How often any service woke.
    pub wakings: Arc<AtomicU64>,
    /// When a service looked what is to be done.
    pub passes: Arc<Mutex<Vec<u64>>>,
}

impl Surroundings {
    /// A world in which nothing has happened yet, its ledger to be in this folder.
    pub fn of(plan: &Plan, folder: PathBuf) -> Self {
        let disk = Disk::new(&folder);
        let clocks = Arc::new(Clocks::starting(oracle::start(plan.begins)));
        let waits = clocks.clone();
        disk.on_sleep(move |time| waits.wait_inside(time));
        let here = disk.clone();
        plant(plan.bug);
        keep_records(KEPT);
        simulate(plan.seed, move |time| here.wait(time));
        let here = disk.clone();
        give_birth(move || here.times_put());
        let behind = clocks.clone();
        tokio::spawn(async move { behind.catch_up().await });
        let trace = Arc::new(Trace::default());
        let (refused, when) = (trace.clone(), clocks.clone());
        hear_of_refusals(move |error| {
            refused.add(&when, Happened::Barred { what: error.to_string() });
        });
        let receiver = |is_desktop| {
            let (clocks, trace) = (clocks.clone(), trace.clone());
            let (mood, owner, pop_ups) = Default::default();
            Arc::new(Receiver { is_desktop, clocks, trace, mood, owner, pop_ups })
        };
        let (desktop, hook) = (receiver(true), receiver(false));
        let (place, wakings) = (Arc::new(Mutex::new(oracle::FIRST)), Arc::default());
        let passes = Arc::default();
        Self { folder, disk, clocks, trace, desktop, hook, place, wakings, passes }
    }

    pub fn place(&self) -> Place {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn wakings(&self) -> u64 {
        self.wakings.load(Ordering::Relaxed)
    }

    /// The ledger plans with the zone and the zone data of this machine. Says whether that could
    /// be written down.
    fn keep_place(&self, engine: &Engine) -> bool {
        engine.look_for_zones();
        let place = self.place();
        let noted = engine.note_machine_zone(&ZoneName::stored(place.home));
        // The hour of whole days is what the ledger says, whoever tried to change it.
        let hour = noted.and_then(|_| engine.keep_clocks()).and_then(|()| engine.all_day_hour());
        let Ok(hour) = hour else { return false };
        let place = Place { hour, ..place };
        self.trace.add(&self.clocks, Happened::Followed { place });
        true
    }
}

/// A service that was started.
pub(crate) struct Service {
    pub process: u32,
    pub program: Program,
    pub signals: Arc<Signals>,
    pub ice: Arc<Ice>,
    stop: watch::Sender<bool>,
    dead: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Why a service does not lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoLead {
    /// Another leads.
    Taken,
    /// The ledger cannot be opened or written now.
    Failed,
}

impl Service {
    /// Starts a service that leads.
    pub fn start(around: &Surroundings, process: u32, program: Program) -> Result<Self, NoLead> {
        around.disk.enter(process);
        let engine = hand::open(around, Actor::Service, program).map_err(|_| NoLead::Failed)?;
        let engine = Arc::new(engine);
        let lock = SchedulerLock::try_take(&engine.dir()).map_err(|_| NoLead::Failed)?;
        let lock = lock.ok_or(NoLead::Taken)?;
        let (stop, stopping) = watch::channel(false);
        let (dead, dying) = watch::channel(false);
        let (signals, ice) = (Arc::new(Signals::default()), Arc::new(Ice::default()));
        let caller = |to: &Arc<Receiver>| {
            let (to, dead, ice) = (to.clone(), dying.clone(), ice.clone());
            Arc::new(Caller { to, process, dead, ice, passes: around.passes.clone() })
        };
        let couriers = Couriers { desktop: caller(&around.desktop), webhook: caller(&around.hook) };
        let mut kept = around.keep_place(&engine);
        let scheduler = Scheduler::lead(engine.clone()).map_err(|_| NoLead::Failed)?;
        around.trace.add(&around.clocks, Happened::Leads { process });
        let (clocks, count) = (around.clocks.clone(), around.wakings.clone());
        let sleeper = Sleeper { clocks, signals: signals.clone(), count };
        let (own, keeping) = (around.clone(), engine.clone());
        let woken = move |why| {
            if !kept || matches!(why, Woken::ZoneChanged | Woken::Resumed) {
                kept = own.keep_place(&keeping);
            }
        };
        let driver = Driver::new(scheduler, engine, couriers);
        let work = async move {
            let nudge = Arc::new(Notify::new());
            let ended = driver.run(Box::new(sleeper), nudge, stopping, woken).await;
            drop(lock);
            ended.is_ok()
        };
        let (work, disk) = (Box::pin(work), around.disk.clone());
        let work = Freezable { work, ice: ice.clone(), process, disk };
        let (trace, clocks) = (around.trace.clone(), around.clocks.clone());
        let task = tokio::spawn(async move {
            let orderly = work.await;
            trace.add(&clocks, Happened::Ended { process, orderly, heir: false });
        });
        Ok(Self { process, program, signals, ice, stop, dead, task })
    }

    /// Ends it where it stands; `heir`: another stands by.
    pub async fn kill(self, around: &Surroundings, heir: bool) {
        around.disk.kill(self.process);
        self.dead.send_replace(true);
        self.ice.thaw();
        self.task.abort();
        if self.task.await.is_err() {
            let what = Happened::Ended { process: self.process, orderly: false, heir };
            around.trace.add(&around.clocks, what);
        }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Asks it to stop.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}
