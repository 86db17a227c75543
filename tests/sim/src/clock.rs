//! The clocks: true time is that of the paused runtime, which goes on as soon as nobody has
//! anything to do. The wall may be set, the boot time never is.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use engine::clock::{Clock, Now};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Notify, time::Instant};

/// The clocks of one machine, and whether it is asleep.
#[derive(Debug)]
pub(crate) struct Clocks {
    begun: Instant,
    start: Timestamp,
    /// What the wall was set forward by, in milliseconds.
    set: AtomicI64,
    boots: AtomicU64,
    /// Time that passed while a program waited inside a call, in microseconds, and that the
    /// runtime knows nothing of yet.
    waited: AtomicU64,
    behind: Notify,
    /// True time the machine sleeps until, in milliseconds.
    asleep_until: Mutex<u64>,
}

impl Clocks {
    pub fn starting(start: Timestamp) -> Self {
        Self {
            begun: Instant::now(),
            start,
            set: AtomicI64::new(0),
            boots: AtomicU64::new(1),
            waited: AtomicU64::new(0),
            behind: Notify::new(),
            asleep_until: Mutex::new(0),
        }
    }

    /// True time, milliseconds since the start.
    pub fn truth(&self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed() + Duration::from_micros(self.waited.load(Ordering::Relaxed))
    }

    pub fn wall(&self) -> Timestamp {
        let truth = i64::try_from(self.truth()).unwrap_or(i64::MAX);
        let millis = truth.saturating_add(self.set.load(Ordering::Relaxed));
        self.start.saturating_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX)
    }

    /// Sets the wall clock by so many milliseconds.
    pub fn step(&self, millis: i64) {
        self.set.fetch_add(millis, Ordering::Relaxed);
    }

    /// A new boot: boot times begin anew.
    pub fn reboot(&self) {
        self.boots.fetch_add(1, Ordering::Relaxed);
    }

    /// A caller waits inside a call: nobody else does anything meanwhile.
    pub fn wait_inside(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(0);
        self.waited.fetch_add(micros, Ordering::Relaxed);
        self.behind.notify_one();
    }

    /// Lets the runtime, whose time stood still while somebody waited inside a call, catch up, for
    /// ever.
    pub async fn catch_up(&self) {
        loop {
            self.behind.notified().await;
            let waited = Duration::from_micros(self.waited.swap(0, Ordering::Relaxed));
            tokio::time::advance(waited).await;
        }
    }

    /// The machine sleeps for so long.
    pub fn sleep(&self, millis: u64) {
        let mut until = self.asleep_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(self.truth() + millis);
    }

    /// Waits so long, and as long again as the machine is asleep at the end of it.
    pub async fn pass(&self, time: Duration) {
        tokio::time::sleep(time).await;
        // Ends: the machine is not put to sleep while it sleeps.
        loop {
            let until = *self.asleep_until.lock().unwrap_or_else(PoisonError::into_inner);
            let truth = self.truth();
            if until <= truth {
                return;
            }
            tokio::time::sleep(Duration::from_millis(until - truth)).await;
        }
    }
}

impl Clock for Clocks {
    fn now(&self) -> Now {
        let boot = self.elapsed() + Duration::from_secs(100);
        let boot_id = format!("boot {}", self.boots.load(Ordering::Relaxed)).into();
        Now { wall: self.wall(), boot, boot_id }
    }
}
