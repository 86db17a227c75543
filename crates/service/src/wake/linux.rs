//! The sleep on Linux: one timerfd, the bell, the system bus, and the files that say which zone
//! this machine is in.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use engine::{
    clock::Clock,
    courier::BoxFuture,
    machine::ZoneSources,
    wake::{Wake, Woken},
    zones::{DataPlaces, VERSION_FILES},
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

/// The files of new zone data are put in place one after the other; it is looked at when no more
/// of them came for so long.
const SETTLED: Duration = Duration::from_secs(1);

/// Where this machine keeps its zone.
#[derive(Debug, Clone)]
pub struct Places {
    /// The links to the zone in force.
    pub links: Vec<PathBuf>,
    /// The directories of zone data, which are filled or replaced with each release.
    pub data: Vec<PathBuf>,
}

impl Places {
    /// This machine's.
    pub fn of_this_machine() -> Self {
        let data = DataPlaces::of_this_machine();
        Self {
            links: ZoneSources::of_this_machine().watched(),
            data: data.directories().into_iter().map(Into::into).collect(),
        }
    }

    fn watch_links(&self) -> io::Result<NameWatch> {
        watch(&self.links)
    }

    /// The directories themselves too, for those that are replaced whole.
    fn watch_data(&self) -> io::Result<NameWatch> {
        let files = |dir: &PathBuf| VERSION_FILES.map(|name| dir.join(name));
        let files: Vec<PathBuf> = self
            .data
            .iter()
            .flat_map(|dir| [vec![dir.clone()], files(dir).into()].concat())
            .collect();
        watch(&files)
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
        let listeners = vec![
            tokio::spawn(logind::listen(signals.clone())),
            tokio::spawn(listen_to_links(places.watch_links(), signals.clone())),
            tokio::spawn(listen_to_data(places.clone(), places.watch_data(), signals.clone())),
        ];
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

/// Watches those of the entries that are in a directory which is there: zone data of the system
/// may be missing, since we carry our own.
fn watch(entries: &[PathBuf]) -> io::Result<NameWatch> {
    let mut watch = NameWatch::new()?;
    for entry in entries {
        if let Err(error) = watch.add(entry) {
            tracing::debug!(entry = %entry.display(), %error, "not there to be watched");
        }
    }
    Ok(watch)
}

async fn listen_to_links(watch: io::Result<NameWatch>, signals: Signals) {
    let heard = async {
        let watch = watch?;
        // Ends with the watch: a descriptor that fails once would fail for ever.
        loop {
            watch.touched().await?;
            signals.zone_changed();
        }
    };
    let ended: io::Result<()> = heard.await;
    if let Err(error) = ended {
        tracing::warn!(%error, "the links to the zone in force are no longer watched");
    }
}

/// Rings as the bell does when the file of the ledger in this folder is no longer the one it was, or is
/// written to: SQLite does that only now and then.
pub(crate) async fn listen_to_file(dir: PathBuf, signals: Signals) {
    let heard = async {
        let (mut watch, path) = (NameWatch::new()?, dir.join("carillon.db"));
        watch.add_name(&path)?;
        // Ends with the watch, too.
        loop {
            if let Err(error) = watch.follow(&path) {
                tracing::warn!(%error, "what is written to the ledger's file is not noticed at once");
            }
            // What happened to it before it was watched is looked for as well.
            signals.bell();
            watch.touched().await?;
        }
    };
    let ended: io::Result<()> = heard.await;
    if let Err(error) = ended {
        tracing::warn!(%error, "the name of the ledger is no longer watched");
    }
}

async fn listen_to_data(places: Places, watch: io::Result<NameWatch>, signals: Signals) {
    let heard = async {
        let mut watch = watch?;
        // Ends with the watch, too.
        loop {
            watch.touched().await?;
            while let Ok(more) = tokio::time::timeout(SETTLED, watch.touched()).await {
                more?;
            }
            // A directory that was replaced is another one, to be watched anew; looked at after
            // that, nothing is missed.
            watch = places.watch_data()?;
            signals.zone_changed();
        }
    };
    let ended: io::Result<()> = heard.await;
    if let Err(error) = ended {
        tracing::warn!(%error, "the zone data is no longer watched");
    }
}
