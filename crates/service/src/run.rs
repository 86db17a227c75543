//! The daemon: opens the ledger, leads or stands by, and ties the driver to the couriers, the
//! machine's signals and the tray until somebody ends it.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use couriers::{
    desktop::{self, DesktopCourier, DesktopEvent},
    webhook::WebhookCourier,
};
use engine::{
    Actor, Engine,
    clock::{Clock, SystemClock},
    damage::{self, Journal},
    driver::{Couriers, Driver},
    ledger::SchedulerLock,
    notices::Notices,
    place::{NoPlace, Place},
    scheduler::Scheduler,
    unwritten,
    wake::{Wake, Woken},
};
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::{
    aside::Aside,
    copies::Copies,
    desk::Desk,
    failed,
    kept::{Kept, keep_zone},
    mend::{AGAIN, Before, Crier, Ended, Often, in_the_background, keep_aside, mend},
    ready,
    synchronising::{LOOK, await_clock},
    trouble::{self, Teller},
    wake::Signals,
};

/// What is left to do at the end of the process may take so long.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Whether the tray is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrayChoice {
    /// Shown wherever a panel is.
    Shown,
    /// None.
    None,
}

/// How the service is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the ledger lies, if not in its usual place.
    pub data_dir: Option<PathBuf>,
    /// Whether the tray is wanted.
    pub tray: TrayChoice,
}

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody knows where the ledger is.
    #[error(transparent)]
    Place(#[from] NoPlace),
    /// The ledger.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// The system gave no timer, signal or thread.
    #[error("the service could not {tried}: {source}")]
    System {
        /// What was tried.
        tried: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

pub(crate) fn system(tried: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::System { tried, source }
}

/// Runs the service until a signal or the tray ends it. Blocks the thread.
///
/// # Errors
/// When the ledger cannot be opened, or was taken over by a newer program.
pub fn run(options: &Options) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(system("start"))?;
    let ended = runtime.block_on(serve(options));
    // A name that is still being resolved must not hold the process.
    runtime.shutdown_timeout(LAST_WORDS);
    ended
}

async fn serve(options: &Options) -> Result<(), Error> {
    let place = Place::find(options.data_dir.as_deref())?;
    let (stop, mut stopping) = watch::channel(false);
    let stop = Arc::new(stop);
    let mut signals = Stopped::listen().map_err(system("hear its signals"))?;
    let aside = Aside::default();
    let served = async {
        let (mut start, mut crier) = (Start::default(), Crier::default());
        let mut often = Often::default();
        let mut waits = None;
        // Ends: a ledger takes another's place only so often, and a start that found no room waits.
        loop {
            let before = start.before.clone();
            let at = (&aside, start, &mut crier);
            let led = lead_once(options, &place, &stop, &mut stopping, at).await;
            let since = waits.take();
            let (error, is_over) = match led {
                Ok(Ended::Asked) => return Ok(()),
                Ok(Ended::Replaced(kept)) if often.is_seldom() => {
                    start = Start { lock: None, before: Before::Replaced(kept) };
                    continue;
                }
                Ok(Ended::Replaced(_)) => {
                    (engine::Error::Replaced { path: place.data.clone() }, false)
                }
                Ok(Ended::WrittenOver(error)) => (error, true),
                Err(Error::Engine(error)) => (error, false),
                Err(other) => return Err(other),
            };
            if matches!(error, engine::Error::Full | engine::Error::Busy) {
                tracing::error!(%error, "it cannot begin to lead; trying again every few seconds");
                let now = SystemClock::new().now().wall;
                unwritten::note(&place.data, *waits.insert(since.unwrap_or(now)), now, &error);
                crier.say(trouble::words(&error)).await;
                let asked = stopping.wait_for(|stop| *stop);
                if tokio::time::timeout(AGAIN, asked).await.is_ok() {
                    return Ok(());
                }
                start = Start { lock: None, before };
                continue;
            }
            // A program that writes over it does that as often as it likes.
            if !damage::is_damage(&error, &place.data) || !is_over && !often.is_seldom() {
                return Err(error.into());
            }
            tracing::error!(%error, "the ledger is damaged");
            let journal = if is_over { Journal::Former } else { Journal::Its };
            let dir = place.data.clone();
            let Some((lock, before)) = mend(dir, journal, &aside, &mut stopping).await? else {
                return Ok(());
            };
            start = Start { lock: Some(lock), before };
        }
    };
    tokio::pin!(served);
    tokio::select! {
        ended = &mut served => return ended,
        () = signals.heard() => {}
    }
    tracing::info!("stopping: what is under way is waited for");
    ready::stopping();
    stop.send_replace(true);
    // Asked a second time, it ends at once: what is under way is uncertain at the next start.
    tokio::select! {
        ended = served => ended,
        () = signals.heard() => Ok(()),
    }
}

/// What a lead begins with.
#[derive(Default)]
struct Start {
    lock: Option<SchedulerLock>,
    before: Before,
}

/// Leads until it ends, or stands by and then leads.
async fn lead_once(
    options: &Options,
    place: &Place,
    stop: &Arc<watch::Sender<bool>>,
    stopping: &mut watch::Receiver<bool>,
    (aside, start, crier): (&Aside, Start, &mut Crier),
) -> Result<Ended, Error> {
    let Start { lock, before } = start;
    let Some((engine, lock)) = lead(place, stopping, lock).await? else { return Ok(Ended::Asked) };
    await_clock(&engine, stopping, || tokio::time::sleep(LOOK)).await?;
    let (stop, stopping, aside) = (stop.clone(), stopping.clone(), aside.clone());
    let mut until = stopping.clone();
    let notices = Notices::in_dir(place.runtime.as_deref());
    let service =
        Service { options, engine: engine.clone(), stop, stopping, before, aside, notices };
    let ended = match service.lead(crier).await {
        Ok(()) => return Ok(Ended::Asked),
        Err(Error::Engine(engine::Error::Replaced { .. })) => {
            Ok(Ended::Replaced(keep_aside((&engine, &lock), crier, &mut until).await?))
        }
        Err(Error::Engine(error)) => {
            let of = engine.clone();
            match in_the_background("look at its ledger", move || of.was_written_over()).await? {
                true => Ok(Ended::WrittenOver(error)),
                false => Err(error.into()),
            }
        }
        Err(other) => Err(other),
    };
    // What is still being handed over must not keep it from being mended.
    engine.close()?;
    drop(lock);
    ended
}

/// Opens the ledger and takes the scheduler lock, waiting for it if another service leads.
/// `None` when asked to stop meanwhile.
async fn lead(
    place: &Place,
    stopping: &mut watch::Receiver<bool>,
    lock: Option<SchedulerLock>,
) -> Result<Option<(Arc<Engine>, SchedulerLock)>, Error> {
    let Some(engine) = open(place, stopping).await? else { return Ok(None) };
    let dir = engine.dir();
    let lock = lock.map_or_else(|| SchedulerLock::try_take(&dir), |lock| Ok(Some(lock)));
    if let Some(lock) = lock? {
        return Ok(Some((engine, lock)));
    }
    // A stand-by holds nothing, so that the ledger may be migrated.
    drop(engine);
    let who = SchedulerLock::holder(&dir)
        .map_or_else(String::new, |(pid, version)| format!(" (process {pid}, Carillon {version})"));
    tracing::info!(
        "another service{who} leads: standing by until that one ends; Ctrl+C ends this one"
    );
    ready::ready();
    let (tell, free) = oneshot::channel();
    let wait = move || tell.send(SchedulerLock::wait(&dir)).unwrap_or_else(drop);
    std::thread::Builder::new()
        .name("stand-by".into())
        .spawn(wait)
        .map_err(system("wait for the lock"))?;
    let lock = tokio::select! {
        lock = free => match lock {
            Ok(lock) => lock?,
            Err(_) => return Ok(None),
        },
        _ = stopping.wait_for(|stop| *stop) => return Ok(None),
    };
    Ok(open(place, stopping).await?.map(|engine| (engine, lock)))
}

/// Opens the ledger, waiting for whoever keeps it from being brought up to date: without us nothing
/// would ring when they are gone. `None` when asked to stop meanwhile.
async fn open(
    place: &Place,
    stopping: &mut watch::Receiver<bool>,
) -> Result<Option<Arc<Engine>>, Error> {
    let mut crier = Crier::default();
    loop {
        let place = place.clone();
        let work = move || {
            let engine = Engine::open(&place.data, Actor::Service, Arc::new(SystemClock::new()))?;
            Ok::<_, engine::Error>(Arc::new(engine.in_place(&place)))
        };
        let opened = tokio::select! {
            opened = in_the_background("open its ledger", work) => opened?,
            _ = stopping.wait_for(|stop| *stop) => return Ok(None),
        };
        match opened {
            Err(engine::Error::Held { who, .. }) => crier.say(trouble::held(&who)).await,
            opened => {
                crier.be_silent().await;
                return Ok(Some(opened?));
            }
        }
    }
}

/// A service that leads.
struct Service<'a> {
    options: &'a Options,
    engine: Arc<Engine>,
    stop: Arc<watch::Sender<bool>>,
    stopping: watch::Receiver<bool>,
    /// What became of the ledger just now.
    before: Before,
    aside: Aside,
    /// What is on the screen and tells of no delivery.
    notices: Notices,
}

impl Service<'_> {
    async fn lead(self, crier: &mut Crier) -> Result<(), Error> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let engine = self.engine.clone();
        let mut zone = Kept::new(keep_zone(&engine), engine.now().boot);
        let mut tasks = tokio::task::JoinSet::new();
        let (desktop, events) = reach_the_desktop(&mut tasks).await;
        let said = self.before.note(&engine)?;
        let notices = (self.notices.clone(), said.as_ref().map(|notice| notice.key.clone()));
        let desk = Desk::new(engine.clone(), desktop, self.window_dir(), notices);
        let webhook = Arc::new(WebhookCourier::new(clock.clone(), Default::default()));
        let couriers = Couriers { desktop: desk.courier(), webhook };
        let signals = Signals::default();
        // Says that something may have changed, to whoever shows it.
        let (look, _) = watch::channel(());
        let wake = self.wake(clock, &signals, &look)?;
        let (tell, troubles) = Teller::new(crier.untold.clone());
        let of_files = tell.clone();
        tasks.spawn(trouble::tell(
            couriers.desktop.clone(),
            troubles,
            look.subscribe(),
            crier.untold.clone(),
        ));
        said.into_iter().for_each(|notice| tell.say(Some(notice)));
        if engine.was_cut_off()? || engine.is_doubtful()? {
            trouble::check(engine.clone(), tell.clone(), &self.aside);
        }
        let scheduler = Scheduler::lead(engine.clone())?;
        crier.be_silent().await;
        let driver =
            Driver::new(scheduler, engine.clone(), couriers).telling_trouble(move |error| {
                tell.say(error.as_ref().map(trouble::words));
            });

        let nudge = Arc::new(Notify::new());
        tasks.spawn(desk.clone().follow(events, nudge.clone(), look.clone()));
        tasks.spawn(desk.clone().keep_tidy(look.subscribe()));
        tasks.spawn(failed::tell(engine.clone(), desk.courier(), look.subscribe()));
        #[cfg(target_os = "linux")]
        if self.options.tray == TrayChoice::Shown {
            self.show_tray(&mut tasks, &desk, &look)?;
        }
        ready::ready();
        let place = engine.dir();
        #[cfg(target_os = "linux")]
        tasks.spawn(crate::wake::listen_to_file(place.clone(), signals));
        tracing::info!(ledger = %place.display(), "leading");
        let mut copies = Copies::new(engine.clone(), self.aside.clone(), of_files);
        copies.look(&engine.now());
        let woken = |why| {
            copies.look(&engine.now());
            // Before the pass, and whole: what is due by the old zone only must not be told.
            zone.look(why, engine.now().boot, || keep_zone(&engine));
            match why {
                Woken::Due | Woken::Resumed | Woken::ZoneChanged | Woken::ClockSet => {
                    look.send_replace(());
                }
                // The bell says so itself.
                Woken::Bell => {}
            }
        };
        let ended = driver.run(wake, nudge, self.stopping.clone(), woken).await;
        tasks.shutdown().await;
        Ok(ended?)
    }

    /// The sleeper, woken by the bell as well. Without the bell it looks often enough.
    fn wake(
        &self,
        clock: Arc<dyn Clock>,
        signals: &Signals,
        look: &watch::Sender<()>,
    ) -> Result<Box<dyn Wake>, Error> {
        let (ring, look) = (signals.clone(), look.clone());
        let heard = move || {
            ring.bell();
            look.send_replace(());
        };
        let watched = self.engine.bell().watch(heard);
        if let Err(error) = &watched {
            tracing::error!(%error, "the bell beside the ledger cannot be watched: looking every 30 seconds");
        }
        sleeper(clock, signals.clone(), watched.is_ok()).map_err(system("have a timer"))
    }

    /// The words for the window: only a ledger that was named is named again.
    fn window_dir(&self) -> Option<PathBuf> {
        self.options.data_dir.as_ref().map(|_| self.engine.dir())
    }

    #[cfg(target_os = "linux")]
    fn show_tray(
        &self,
        tasks: &mut tokio::task::JoinSet<()>,
        desk: &Arc<Desk>,
        look: &watch::Sender<()>,
    ) -> Result<(), Error> {
        let timer = crate::wake::Timer::new().map_err(system("have a timer"))?;
        let (states, shown) = watch::channel(crate::tray::TrayState::default());
        let (present, presence) = watch::channel(false);
        let (tell, mut commands) = mpsc::unbounded_channel();
        tasks.spawn(crate::glance::keep(self.engine.clone(), look.subscribe(), timer, states));
        tasks.spawn(crate::tray::run(shown, tell, present));
        tasks.spawn(note_tray(self.engine.clone(), presence));
        let (desk, stop) = (desk.clone(), self.stop.clone());
        tasks.spawn(async move {
            while let Some(command) = commands.recv().await {
                desk.obey(command, &stop).await;
            }
        });
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn sleeper(
    clock: Arc<dyn Clock>,
    signals: Signals,
    hears_the_bell: bool,
) -> io::Result<Box<dyn Wake>> {
    use crate::wake::{LinuxWake, Places};
    let wake = LinuxWake::start(clock, signals, &Places::of_this_machine())?;
    Ok(Box::new(if hears_the_bell { wake } else { wake.with_ceiling(Duration::from_secs(30)) }))
}

#[cfg(not(target_os = "linux"))]
fn sleeper(clock: Arc<dyn Clock>, signals: Signals, _: bool) -> io::Result<Box<dyn Wake>> {
    Ok(Box::new(crate::wake::CeilingWake::new(clock, signals)))
}

/// Connects to the desktop. Where a lost bus announces itself, it is not asked for all the time.
#[cfg(target_os = "linux")]
async fn reach_the_desktop(
    tasks: &mut tokio::task::JoinSet<()>,
) -> (Arc<DesktopCourier>, mpsc::Receiver<DesktopEvent>) {
    let mut options = desktop::Options::default();
    let socket = crate::socket::watch_socket();
    if socket.is_some() {
        options.limits.backoff_most = Duration::from_secs(15 * 60);
    }
    let (courier, events) = DesktopCourier::start(options).await;
    let courier = Arc::new(courier);
    if let Some(socket) = socket {
        let courier = courier.clone();
        tasks.spawn(async move {
            // Ends with the watch; the clock's tries go on.
            while socket.touched().await.is_ok() {
                courier.look_again();
            }
        });
    }
    (courier, events)
}

#[cfg(not(target_os = "linux"))]
async fn reach_the_desktop(
    _tasks: &mut tokio::task::JoinSet<()>,
) -> (Arc<DesktopCourier>, mpsc::Receiver<DesktopEvent>) {
    let (courier, events) = DesktopCourier::start(desktop::Options::default()).await;
    (Arc::new(courier), events)
}

/// Writes down whether a panel shows the tray, for the window to say.
#[cfg(target_os = "linux")]
async fn note_tray(engine: Arc<Engine>, mut presence: watch::Receiver<bool>) {
    loop {
        let shown = *presence.borrow_and_update();
        if let Err(error) = engine.note_tray(shown) {
            tracing::warn!(%error, shown, "the tray's presence could not be written down");
        }
        if presence.changed().await.is_err() {
            return;
        }
    }
}

/// The signals by which a service is ended.
struct Stopped {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stopped {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn heard(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Stopped {
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn heard(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
