//! What happens on the desktop, turned into use cases: buttons of notifications, choices in the
//! tray, a notification service that appears. What was answered elsewhere is taken off the
//! screen again.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use calendar::id::DeliveryId;
use couriers::desktop::{DesktopAnswer, DesktopCourier, DesktopEvent};
use engine::{
    Engine,
    courier::{BoxFuture, Courier, Handover, Message, Parcel, Report, Unavailable},
    failed,
    lasting::NOTIFICATION,
    ledger::acknowledgement::Answer,
    programs::Opening,
};
use tokio::sync::{Notify, mpsc, watch};

use crate::window;

/// Notifications remembered as being on the screen; more are left to the daemon.
const REMEMBERED: usize = 1_000;

/// The desktop of this session.
pub(crate) struct Desk {
    pub(crate) engine: Arc<Engine>,
    courier: Arc<DesktopCourier>,
    /// Named to the window, unless the ledger lies in its usual place.
    data_dir: Option<PathBuf>,
    on_screen: Mutex<Screen>,
}

/// What may be on the screen.
#[derive(Default)]
struct Screen {
    /// Who shows it.
    by: Option<String>,
    /// The keys of notifications, and what each of them tells.
    tells: HashMap<String, Vec<DeliveryId>>,
}

impl Screen {
    /// What another one showed is not on it any more.
    fn under(&mut self, by: Option<&str>) {
        if by.is_some() && self.by.as_deref() != by {
            *self = Self { by: by.map(ToOwned::to_owned), ..Self::default() };
        }
    }
}

impl Desk {
    pub(crate) fn new(
        engine: Arc<Engine>,
        courier: Arc<DesktopCourier>,
        data_dir: Option<PathBuf>,
    ) -> Arc<Self> {
        Arc::new(Self { engine, courier, data_dir, on_screen: Mutex::default() })
    }

    /// The courier that remembers what it has shown.
    pub(crate) fn courier(self: &Arc<Self>) -> Arc<dyn Courier> {
        Arc::new(Remembering(self.clone()))
    }

    /// Listens to the desktop, for as long as the courier lives.
    pub(crate) async fn follow(
        self: Arc<Self>,
        mut events: mpsc::Receiver<DesktopEvent>,
        nudge: Arc<Notify>,
        look: watch::Sender<()>,
    ) {
        while let Some(event) = events.recv().await {
            match event {
                DesktopEvent::Answered { key, answer, activation_token } => {
                    self.answered(&key, answer, activation_token).await;
                }
                // What is held for want of a service is due now, and what was told under another
                // one is to be shown again.
                DesktopEvent::NotifierAppeared { owner } => {
                    self.screen().under(Some(&owner));
                    nudge.notify_one();
                    let name = self.courier.notifier().await;
                    self.note(Some(name.as_deref().unwrap_or("one that does not say its name")));
                }
                DesktopEvent::NotifierGone => {
                    nudge.notify_one();
                    self.note(None);
                }
            }
            look.send_replace(());
        }
    }

    fn note(&self, owner: Option<&str>) {
        if let Err(error) = self.engine.note_notifier(owner) {
            tracing::warn!(%error, "the notification service could not be written down");
        }
    }

    fn remember(&self, key: String, ids: Vec<DeliveryId>, by: Option<&str>) {
        let mut screen = self.screen();
        screen.under(by);
        // A notification of Carillon's own tells of no delivery, and goes when its cause does.
        if !ids.is_empty() && screen.tells.len() < REMEMBERED {
            // A digest of very many is handed over in parts, of one key.
            screen.tells.entry(key).or_default().extend(ids);
        }
    }

    async fn answered(&self, key: &str, answer: DesktopAnswer, token: Option<String>) {
        if key == failed::KEY {
            return self.open(&Opening::Attention, token).await;
        }
        let known = match self.engine.delivery_by_key(key) {
            Ok(id) => Ok(id),
            // A digest has no row: its list is opened, and nothing is acknowledged by that.
            Err(engine::Error::NotFound { .. }) => return self.open(&Opening::Inbox, token).await,
            Err(error) => Err(error),
        };
        let done = known.and_then(|id| match answer {
            DesktopAnswer::Done => {
                self.engine.acknowledge(&[id], Answer::Done, NOTIFICATION).map(|_| None)
            }
            DesktopAnswer::Snooze => self.snooze(id).map(|()| None),
            DesktopAnswer::Open => self.look_at(id).map(Some),
        });
        match done {
            Ok(Some(opening)) => self.open(&opening, token).await,
            Ok(None) => {}
            Err(error) => tracing::error!(%error, ?answer, "an answer could not be written down"),
        }
    }

    /// Where a pressed pop-up leads. To open it answers a reminder; an alarm waits in the inbox,
    /// which opens, until it is answered there.
    fn look_at(&self, id: DeliveryId) -> engine::Result<Opening> {
        if self.engine.why(id)?.delivery.row.insist.alarm {
            return Ok(Opening::Inbox);
        }
        self.engine.acknowledge(&[id], Answer::Opened, NOTIFICATION)?;
        Ok(Opening::Delivery(id.to_string()))
    }

    fn snooze(&self, id: DeliveryId) -> engine::Result<()> {
        let length = Duration::from_secs(60 * u64::from(self.engine.snooze_minutes()?));
        let until = self.engine.now().wall.saturating_add(length).unwrap_or(jiff::Timestamp::MAX);
        self.engine.snooze(id, until, NOTIFICATION).map(drop)
    }

    /// Opens the window; that it cannot be opened is said in the log.
    async fn open(&self, opening: &Opening, token: Option<String>) {
        let opened = window::open(self.data_dir.as_deref(), opening, token.as_deref()).await;
        if let Err(error) = opened {
            tracing::error!(%error, ?opening, "asked for the window");
        }
    }

    /// Takes off the screen what nobody waits to have answered any more, whenever something
    /// may have changed.
    pub(crate) async fn keep_tidy(self: Arc<Self>, mut look: watch::Receiver<()>) {
        while look.changed().await.is_ok() {
            match self.answered_elsewhere() {
                Ok(keys) => {
                    for key in keys {
                        self.courier.withdraw(&key).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "answered notifications stay on the screen"),
            }
        }
    }

    /// Forgets what was answered, or whose event was deleted, since it was shown, and names it.
    fn answered_elsewhere(&self) -> engine::Result<Vec<String>> {
        let shown: Vec<DeliveryId> = self.screen().tells.values().flatten().copied().collect();
        if shown.is_empty() {
            return Ok(Vec::new());
        }
        let waiting = self.engine.awaiting_answer(&shown)?;
        let over: HashSet<DeliveryId> =
            shown.into_iter().filter(|id| !waiting.contains(id)).collect();
        let is_over = |ids: &Vec<DeliveryId>| ids.iter().all(|id| over.contains(id));
        Ok(self.screen().tells.extract_if(|_, ids| is_over(ids)).map(|(key, _)| key).collect())
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        self.on_screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The desktop courier, with a note of what it has shown.
struct Remembering(Arc<Desk>);

impl Courier for Remembering {
    fn probe(&self) -> Result<(), Unavailable> {
        self.0.courier.probe()
    }

    fn shown_by(&self) -> Option<String> {
        self.0.courier.shown_by()
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        Box::pin(async move {
            let key = match &parcel.message {
                Message::Notice(notice) => notice.key.clone(),
                Message::Webhook(_) => String::new(),
            };
            let claimed = parcel.claims.iter().map(|claim| claim.delivery);
            let ids = claimed.chain(parcel.again.iter().copied()).collect();
            let report = self.0.courier.hand_over(parcel).await;
            if let Handover::Accepted { shown_by } = &report.handover {
                self.0.remember(key, ids, shown_by.as_deref());
            }
            report
        })
    }

    fn withdraw<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        self.0.courier.withdraw(key)
    }
}

#[cfg(target_os = "linux")]
mod by_tray {
    //! What the tray asks for.

    use super::*;
    use crate::{
        tray::{PauseFor, TrayCommand},
        words::pause_ends,
    };
    use engine::{
        quiet::QuietHours,
        series::{Scope, Target},
        settings::Pause,
    };
    use jiff::Timestamp;

    /// Where these answers are given.
    const TRAY: &str = "tray";

    impl Desk {
        pub(crate) async fn obey(&self, command: TrayCommand, stop: &watch::Sender<bool>) {
            match command {
                TrayCommand::Open { what, activation_token } => {
                    self.open(&what, activation_token).await;
                }
                TrayCommand::Snooze { delivery, until } => {
                    self.say(self.later(delivery, until), "snoozed");
                }
                TrayCommand::Done(id) => {
                    let done = self.engine.acknowledge(&[id], Answer::Done, TRAY);
                    self.say(done.map(drop), "done with");
                }
                TrayCommand::Skip { event, original } => {
                    let scope = Some(Scope::This);
                    let only = Target { original: Some(original), scope, ..Target::all(event) };
                    self.say(self.engine.delete(&only).map(drop), "skipped");
                }
                TrayCommand::Pause(length) => self.say(self.pause(length), "paused"),
                TrayCommand::QuietHours(on) => self.say(self.quiet(on), "quieted or not"),
                TrayCommand::Resume => self.say(self.engine.resume(), "resumed"),
                TrayCommand::Quit => {
                    tracing::info!("ended from the tray");
                    stop.send_replace(true);
                }
            }
        }

        /// A menu may have been opened long before.
        fn later(&self, id: DeliveryId, until: Timestamp) -> engine::Result<()> {
            let length = Duration::from_secs(60 * u64::from(self.engine.snooze_minutes()?));
            let now = self.engine.now().wall;
            let until = if until > now { until } else { now.saturating_add(length).unwrap_or(now) };
            self.engine.snooze(id, until, TRAY).map(drop)
        }

        fn pause(&self, length: PauseFor) -> engine::Result<()> {
            let (zone, _) = self.engine.zones().zone(&self.engine.machine_zone()?);
            let end = pause_ends(length, self.engine.now().wall, &zone);
            self.engine.pause(end.map_or(Pause::Forever, Pause::Until))
        }

        fn quiet(&self, on: bool) -> engine::Result<()> {
            match self.engine.quiet_hours()? {
                Some(hours) => self.engine.set_quiet_hours(&QuietHours { on, ..hours }),
                None => Ok(()),
            }
        }

        fn say(&self, done: engine::Result<()>, what: &str) {
            match done {
                Ok(()) => tracing::info!("reminders were {what} from the tray"),
                Err(error) => tracing::error!(%error, "reminders could not be {what}"),
            }
        }
    }
}
