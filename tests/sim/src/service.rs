//! The services of a run, one after another: each a process of its own over the same ledger.

use std::sync::Arc;

use engine::{
    Actor, Engine,
    driver::{Couriers, Driver},
    ledger::SchedulerLock,
    scheduler::Scheduler,
};
use simulated_disk::Disk;
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{
    clock::Clocks,
    hand,
    receiver::{Caller, Receiver},
    trace::{Happened, Trace},
    wake::{Signals, Sleeper},
};

/// What a service needs of the world.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub folder: std::path::PathBuf,
    pub disk: Disk,
    pub clocks: Arc<Clocks>,
    pub trace: Arc<Trace>,
    pub desktop: Arc<Receiver>,
    pub hook: Arc<Receiver>,
}

/// A service that was started.
pub(crate) struct Service {
    pub process: u32,
    pub signals: Arc<Signals>,
    stop: watch::Sender<bool>,
    dead: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Service {
    /// Starts a service. None when it cannot lead now: somebody else does, or the ledger cannot
    /// be opened.
    pub fn start(around: &Surroundings, process: u32) -> Option<Self> {
        around.disk.enter(process);
        let engine = Arc::new(hand::open(&around.folder, Actor::Service, &around.clocks).ok()?);
        let lock = SchedulerLock::try_take(&engine.dir()).ok()??;
        let (stop, stopping) = watch::channel(false);
        let (dead, dying) = watch::channel(false);
        let signals = Arc::new(Signals::default());
        let caller =
            |to: &Arc<Receiver>| Arc::new(Caller { to: to.clone(), process, dead: dying.clone() });
        let couriers = Couriers { desktop: caller(&around.desktop), webhook: caller(&around.hook) };
        let scheduler = Scheduler::lead(engine.clone()).ok()?;
        around.trace.add(&around.clocks, Happened::Leads { process });
        let sleeper = Sleeper { clocks: around.clocks.clone(), signals: signals.clone() };
        let work = lead(engine, lock, scheduler, couriers, sleeper, stopping);
        let (trace, clocks) = (around.trace.clone(), around.clocks.clone());
        let task = tokio::spawn(async move {
            let orderly = work.await;
            trace.add(&clocks, Happened::Ended { process, orderly });
        });
        Some(Self { process, signals, stop, dead, task })
    }

    /// Ends it where it stands.
    pub async fn kill(self, around: &Surroundings) {
        around.disk.kill(self.process);
        self.dead.send_replace(true);
        self.task.abort();
        if self.task.await.is_err() {
            let what = Happened::Ended { process: self.process, orderly: false };
            around.trace.add(&around.clocks, what);
        }
    }

    /// Asks it to stop.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

async fn lead(
    engine: Arc<Engine>,
    lock: SchedulerLock,
    scheduler: Scheduler,
    couriers: Couriers,
    sleeper: Sleeper,
    stopping: watch::Receiver<bool>,
) -> bool {
    let driver = Driver::new(scheduler, engine, couriers);
    let ended = driver.run(Box::new(sleeper), Arc::new(Notify::new()), stopping, |_| ()).await;
    drop(lock);
    ended.is_ok()
}
