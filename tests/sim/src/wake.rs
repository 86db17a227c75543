//! How a simulated service sleeps: until a moment of the wall, a bell, or a clock that was set.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use engine::{
    courier::BoxFuture,
    wake::{Wake, Woken},
};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::clock::Clocks;

/// The longest sleep.
const CEILING: Duration = Duration::from_secs(15 * 60);

/// What wakes one service besides its timer.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    bell: AtomicBool,
    clock: AtomicBool,
    zone: AtomicBool,
    any: Notify,
}

impl Signals {
    pub fn bell(&self) {
        self.raise(&self.bell);
    }

    pub fn clock_set(&self) {
        self.raise(&self.clock);
    }

    pub fn zone_changed(&self) {
        self.raise(&self.zone);
    }

    fn raise(&self, flag: &AtomicBool) {
        flag.store(true, Ordering::Relaxed);
        self.any.notify_one();
    }

    fn take(&self) -> Option<Woken> {
        let was = |flag: &AtomicBool| flag.swap(false, Ordering::Relaxed);
        if was(&self.zone) {
            Some(Woken::ZoneChanged)
        } else if was(&self.clock) {
            Some(Woken::ClockSet)
        } else if was(&self.bell) {
            Some(Woken::Bell)
        } else {
            None
        }
    }
}

/// The sleep of one service.
pub(crate) struct Sleeper {
    pub clocks: Arc<Clocks>,
    pub signals: Arc<Signals>,
    /// How often it woke.
    pub count: Arc<AtomicU64>,
}

impl Wake for Sleeper {
    fn until(&mut self, at: Option<Timestamp>) -> BoxFuture<'_, Woken> {
        Box::pin(async move {
            let wall = self.clocks.wall();
            let time = at.map_or(CEILING, |at| {
                Duration::try_from(at.duration_since(wall)).unwrap_or_default().min(CEILING)
            });
            let why = tokio::select! {
                biased;
                () = self.signals.any.notified() => None,
                () = tokio::time::sleep(time) => Some(Woken::Due),
            };
            self.clocks.pass(Duration::ZERO).await;
            self.count.fetch_add(1, Ordering::Relaxed);
            self.signals.take().or(why).unwrap_or(Woken::Bell)
        })
    }
}
