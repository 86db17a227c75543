//! How the service sleeps: until the next due moment of the *wall clock*, through suspends and
//! clock changes, or until the bell rings, the machine resumes or its zone changes. Nothing here
//! polls. The ceiling is a safety net for a lost hint, not a heartbeat.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod logind;
#[cfg(target_os = "linux")]
mod timer;

#[cfg(not(target_os = "linux"))]
mod other;

use std::sync::Arc;

use tokio::sync::Notify;

#[cfg(target_os = "linux")]
pub(crate) use linux::listen_to_file;
#[cfg(target_os = "linux")]
pub use linux::{LinuxWake, Places};
#[cfg(not(target_os = "linux"))]
pub use other::CeilingWake;
#[cfg(target_os = "linux")]
pub(crate) use timer::Timer;

/// What wakes the sleeper besides its timer. Clones ring the same sleeper; a ring while nobody
/// sleeps is kept (once) for the next sleep.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    bell: Notify,
    resumed: Notify,
    zone: Notify,
}

impl Signals {
    /// Somebody wrote to the ledger.
    pub fn bell(&self) {
        self.inner.bell.notify_one();
    }

    /// The machine woke from sleep.
    pub fn resumed(&self) {
        self.inner.resumed.notify_one();
    }

    /// The machine's zone, or its zone data, changed.
    pub fn zone_changed(&self) {
        self.inner.zone.notify_one();
    }

    /// The first of the three, the one that means most first.
    async fn any(&self) -> engine::wake::Woken {
        use engine::wake::Woken;
        tokio::select! {
            biased;
            () = self.inner.resumed.notified() => Woken::Resumed,
            () = self.inner.zone.notified() => Woken::ZoneChanged,
            () = self.inner.bell.notified() => Woken::Bell,
        }
    }
}
