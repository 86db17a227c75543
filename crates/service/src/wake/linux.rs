//! The sleep on Linux: one timerfd, the bell, the system bus, and the files that say which zone
//! this machine is in.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use engine::{
    clock::Clock,
    courier::BoxFuture,
    wake::{Wake, Woken},
};
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::{
    Signals, logind,
    timer::{Fired, Timer},
};
use crate::watch::NameWatch;

/// The longest sleep: a lost hint costs at most this.
const CEILING: Duration = Duration::from_secs(15 * 60);
/// The pause after a timer that cannot be armed or read, which should not happen.
const BROKEN: Duration = Duration::from_secs(30);

/// Where this machine keeps its zone.
#[derive(Debug, Clone)]
pub struct Places {
    /// The link to the zone in force.
    pub localtime: PathBuf,
    /// A file that is replaced with each new release of the zone data.
    pub zone_data: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            localtime: "/etc/localtime".into(),
            zone_data: "/usr/share/zoneinfo/tzdata.zi".into(),
        }
    }
}

/// Sleeps on the wall clock and hears the machine.
pub struct LinuxWake {
    clock: Arc<dyn Clock>,
    timer: Timer,
    signals: Signals,
    ceiling: Duration,
    listeners: Vec<JoinHandle<()>>,
}

impl LinuxWake {
    /// Starts listening. Needs a tokio runtime; the listeners end with the value.
    ///
    /// # Errors
    /// When the system gives no timer; a missing bus or directory is only logged.
    pub fn start(clock: Arc<dyn Clock>, signals: Signals, places: &Places) -> io::Result<Self> {
        let timer = Timer::new()?;
        let mut listeners = vec![tokio::spawn(logind::listen(signals.clone()))];
        match zone_files(places) {
            Ok(watch) => listeners.push(tokio::spawn(listen(watch, signals.clone()))),
            Err(error) => tracing::warn!(%error, "the zone files cannot be watched"),
        }
        Ok(Self { clock, timer, signals, ceiling: CEILING, listeners })
    }

    /// Sleeps at most this long, for one that hears less than it should.
    #[must_use]
    pub fn with_ceiling(mut self, ceiling: Duration) -> Self {
        self.ceiling = ceiling;
        self
    }

    async fn sleep(&self, at: Option<Timestamp>) -> io::Result<Woken> {
        let ceiling = self.clock.now().wall.saturating_add(self.ceiling).unwrap_or(Timestamp::MAX);
        let at = at.map_or(ceiling, |at| at.min(ceiling));
        if let Some(fired) = self.timer.arm(at)? {
            return Ok(woken(fired));
        }
        tokio::select! {
            biased;
            signal = self.signals.any() => Ok(signal),
            fired = self.timer.fired() => Ok(woken(fired?)),
        }
    }
}

impl Wake for LinuxWake {
    fn until(&mut self, at: Option<Timestamp>) -> BoxFuture<'_, Woken> {
        Box::pin(async move {
            match self.sleep(at).await {
                Ok(woken) => woken,
                Err(error) => {
                    tracing::error!(%error, "the timer failed: looking every 30 seconds");
                    tokio::time::sleep(BROKEN).await;
                    Woken::Due
                }
            }
        })
    }
}

impl Drop for LinuxWake {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

fn woken(fired: Fired) -> Woken {
    match fired {
        Fired::Due => Woken::Due,
        Fired::ClockSet => Woken::ClockSet,
    }
}

/// The zone data may be missing (we carry our own); the link's directory must be there.
fn zone_files(places: &Places) -> io::Result<NameWatch> {
    let mut watch = NameWatch::new()?;
    watch.add(&places.localtime)?;
    if let Err(error) = watch.add(&places.zone_data) {
        tracing::debug!(%error, "no zone data of the system to watch");
    }
    Ok(watch)
}

async fn listen(watch: NameWatch, signals: Signals) {
    // Ends with the watch: a descriptor that fails once would fail for ever.
    loop {
        match watch.touched().await {
            Ok(()) => signals.zone_changed(),
            Err(error) => {
                tracing::warn!(%error, "the zone files are no longer watched");
                return;
            }
        }
    }
}
