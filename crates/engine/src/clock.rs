//! The port through which time comes in: the only reading of the clock in the repository.
//! Three clocks matter: the wall (what people mean), boot time (which goes on while the machine
//! sleeps and never jumps), and which boot it is.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

/// One reading of all clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// The wall clock.
    pub wall: Timestamp,
    /// Time since boot, sleep included.
    pub boot: Duration,
    /// Which boot this is; boot times of different boots cannot be compared.
    pub boot_id: Arc<str>,
}

/// The time since boot as the ledger stores it.
pub(crate) fn boot_ms(now: &Now) -> i64 {
    i64::try_from(now.boot.as_millis()).unwrap_or(i64::MAX)
}

/// Whether the machine's clock goes by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronised {
    /// It does.
    Yes,
    /// It will, but does not yet.
    No,
    /// Nobody here can say.
    Unknown,
}

/// Whoever can be asked for the time.
pub trait Clock: Send + Sync {
    /// What all clocks say.
    fn now(&self) -> Now;

    /// For how long the machine was asleep since it was started, where that is known.
    fn suspended(&self) -> Option<Duration> {
        None
    }

    /// Whether the wall clock has been set by others since the machine was started.
    fn synchronised(&self) -> Synchronised {
        Synchronised::Unknown
    }
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    boot_id: Arc<str>,
}

impl SystemClock {
    /// The machine's clocks, with the name of this boot read once.
    pub fn new() -> Self {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Self { boot_id: id.trim().into() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now { wall: Timestamp::now(), boot: boot_time(), boot_id: self.boot_id.clone() }
    }

    fn suspended(&self) -> Option<Duration> {
        suspended()
    }

    /// As systemd's time service tells; of others nothing is known.
    fn synchronised(&self) -> Synchronised {
        let place = std::path::Path::new("/run/systemd/timesync");
        match (place.exists(), place.join("synchronized").exists()) {
            (true, true) => Synchronised::Yes,
            (true, false) => Synchronised::No,
            (false, _) => Synchronised::Unknown,
        }
    }
}

#[cfg(target_os = "linux")]
fn boot_time() -> Duration {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(u64::try_from(t.tv_sec).unwrap_or(0), u32::try_from(t.tv_nsec).unwrap_or(0))
}

/// The boot clock goes on in a sleep, the monotonic one does not. It is read first, so that the
/// moment between the two readings never takes from a sleep.
#[cfg(target_os = "linux")]
fn suspended() -> Option<Duration> {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let awake = Duration::new(u64::try_from(t.tv_sec).ok()?, u32::try_from(t.tv_nsec).ok()?);
    Some(boot_time().saturating_sub(awake))
}

#[cfg(not(target_os = "linux"))]
fn suspended() -> Option<Duration> {
    None
}

#[cfg(not(target_os = "linux"))]
fn boot_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}
