//! What happens on the desktop, turned into use cases: buttons of notifications, choices in the
//! tray, a notification service that appears. What was answered elsewhere is taken off the
//! screen again.

#[cfg(target_os = "linux")]
mod by_tray;

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use calendar::id::DeliveryId;
use couriers::desktop::{DesktopAnswer, DesktopCourier, DesktopEvent};
use engine::{
    Engine,
    courier::{BoxFuture, Courier, Handover, Message, Notice, Parcel, Report, Screen, Unavailable},
    failed,
    lasting::NOTIFICATION,
    ledger::acknowledgement::Answer,
    notices::Notices,
    programs::Opening,
};
use tokio::sync::{Notify, mpsc, watch};

use crate::{trouble, window};

/// Notifications remembered as being on the screen; more are left to the daemon.
const REMEMBERED: usize = 1_000;
/// And so many deliveries that one of them tells: one that tells more is left to the daemon, too.
const TOLD: usize = 100_000;
/// Of each of them so many are asked about at once: one that waits is enough for it to stay.
const ASKED: usize = 20;
/// Of so many that were closed it is tried again to note it: of some no delivery tells.
const CLOSED: usize = 50;

/// The keys of what another connection of ours put on the screen, before its number there.
const LEFT: &str = "left_";

/// The desktop of this session.
pub(crate) struct Desk {
    pub(crate) engine: Arc<Engine>,
    courier: Arc<DesktopCourier>,
    /// Named to the window, unless the ledger lies in its usual place.
    data_dir: Option<PathBuf>,
    on_screen: Mutex<OnScreen>,
    /// What of it tells of no delivery.
    notices: Notices,
    /// Of them, what is said anew just now, by its key.
    is_said: Option<String>,
}

/// What may be on the screen.
#[derive(Default)]
struct OnScreen {
    /// Who shows it.
    by: Option<String>,
    /// The keys of notifications, and what each of them tells.
    tells: HashMap<String, BTreeSet<DeliveryId>>,
    /// What is no more: who showed it, and its number there. It may be so before it is written down that
    /// it was shown.
    closed: VecDeque<(String, u32)>,
}

impl OnScreen {
    /// What another one showed is not on it any more.
    fn under(&mut self, by: Option<&str>) {
        if by.is_some() && self.by.as_deref() != by {
            *self = Self { by: by.map(ToOwned::to_owned), ..Self::default() };
        }
    }

    /// Remembers that this one is to be noted as closed.
    fn is_closed(&mut self, owner: String, id: u32) {
        self.closed.push_back((owner, id));
        if self.closed.len() > CLOSED {
            self.closed.pop_front();
        }
    }

    /// Remembers what a notification tells, with what it told already: a digest of very many is handed
    /// over in parts, of one key.
    fn remember(&mut self, key: String, ids: Vec<DeliveryId>) {
        let is_there = self.tells.contains_key(&key);
        // A notification of Carillon's own tells of no delivery, and goes when its cause does.
        if ids.is_empty() || !is_there && self.tells.len() >= REMEMBERED {
            return;
        }
        let told = self.tells.entry(key.clone()).or_default();
        told.extend(ids);
        if told.len() > TOLD {
            self.tells.remove(&key);
        }
    }

    /// Of what another connection of ours put there the one delivery it tells; a digest tells several.
    fn left(&self, key: &str) -> Option<DeliveryId> {
        let told = self.tells.get(key).filter(|told| key.starts_with(LEFT) && told.len() == 1)?;
        told.first().copied()
    }

    /// Some of what each of these notifications tells.
    fn some_of(&self, keys: &[String]) -> Vec<DeliveryId> {
        let told = keys.iter().filter_map(|key| self.tells.get(key));
        told.flat_map(|ids| ids.iter().take(ASKED).copied()).collect()
    }

    /// Forgets of these notifications what was asked about and waits for no answer. Gives those that are
    /// over, and leaves those that may be.
    fn forget(
        &mut self,
        keys: &mut Vec<String>,
        asked: &[DeliveryId],
        waiting: &BTreeSet<DeliveryId>,
    ) -> Vec<String> {
        let over: BTreeSet<DeliveryId> =
            asked.iter().filter(|id| !waiting.contains(id)).copied().collect();
        let mut gone = Vec::new();
        keys.retain(|key| {
            let Some(told) = self.tells.get_mut(key) else { return false };
            let waits = told.iter().take(ASKED).any(|id| !over.contains(id));
            told.retain(|id| !over.contains(id));
            if told.is_empty() {
                self.tells.remove(key);
                gone.push(key.clone());
                return false;
            }
            !waits
        });
        gone
    }
}

impl Desk {
    pub(crate) fn new(
        engine: Arc<Engine>,
        courier: Arc<DesktopCourier>,
        data_dir: Option<PathBuf>,
        (notices, is_said): (Notices, Option<String>),
    ) -> Arc<Self> {
        let on_screen = Mutex::default();
        Arc::new(Self { engine, courier, data_dir, on_screen, notices, is_said })
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
                DesktopEvent::Closed { owner, id } => {
                    self.notices.closed(&owner, id);
                    self.on_screen().is_closed(owner, id);
                }
                // What is held for want of a service is due now, and what was told under another
                // one is to be shown again.
                DesktopEvent::NotifierAppeared { owner } => {
                    self.on_screen().under(Some(&owner));
                    self.adopt().await;
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

    /// What another connection of ours put on the screen goes from it when it is answered, too.
    async fn adopt(self: &Arc<Self>) {
        let Some(screen) = self.courier.screen() else { return };
        match self.engine.left_on_screen(&screen) {
            Ok(left) => {
                for (id, rows) in left {
                    let key = format!("{LEFT}{id}");
                    self.courier.adopt(id, &key).await;
                    self.remember(key, rows, Some(&screen.owner));
                }
            }
            Err(error) => tracing::warn!(%error, "what was shown before stays on the screen"),
        }
        for (notice, id) in self.notices.left_on(&screen) {
            self.courier.adopt(id, &notice.key).await;
            if self.is_said.as_ref() != Some(&notice.key) {
                self.take_over(notice).await;
            }
        }
    }

    /// Puts what tells of no delivery in its place again, so that its button works; what is over goes from
    /// the screen. In quiet hours and pauses it stays as it is.
    async fn take_over(self: &Arc<Self>, notice: Notice) {
        let courier = self.courier();
        // Who begins to lead could write the ledger, and says so anew where that ends.
        if notice.key == trouble::KEY {
            return courier.withdraw(trouble::KEY).await;
        }
        let now = match self.engine.failures() {
            Ok(found) if notice.key == failed::KEY => found.map(|found| found.notice),
            _ => Some(notice),
        };
        let Some(now) = now else { return courier.withdraw(failed::KEY).await };
        let is_silent = self.engine.silence().map(|it| it.at(self.engine.now().wall).is_some());
        if !is_silent.unwrap_or(true) {
            trouble::show(&*courier, now).await;
        }
    }

    /// What has this key takes the place of what another connection of ours showed by it.
    async fn replace_left(&self, key: &str) {
        let left = self.courier.screen().map(|screen| self.notices.left_on(&screen));
        for (_, id) in left.into_iter().flatten().filter(|(notice, _)| notice.key == key) {
            self.courier.adopt(id, key).await;
        }
    }

    fn remember(&self, key: String, ids: Vec<DeliveryId>, by: Option<&str>) {
        let mut screen = self.on_screen();
        screen.under(by);
        screen.remember(key, ids);
    }

    async fn answered(&self, key: &str, answer: DesktopAnswer, token: Option<String>) {
        if key == failed::KEY {
            return self.open(&Opening::Attention, token).await;
        }
        let left = self.on_screen().left(key);
        let known = match left.map_or_else(|| self.engine.delivery_by_key(key), Ok) {
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
            self.note_closed();
            match self.answered_elsewhere() {
                Ok(keys) => {
                    for key in keys {
                        if self.courier.take_off(&key).await {
                            self.is_off(&key);
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "answered notifications stay on the screen"),
            }
        }
    }

    /// Notes what is on the screen no more; tried again with the next look where that could not be done.
    fn note_closed(&self) {
        let closed = std::mem::take(&mut self.on_screen().closed);
        let is_noted = |(owner, id): &(String, u32)| {
            self.engine.off_screen(owner, *id).unwrap_or_else(|error| {
                tracing::warn!(%error, "what was closed may be shown again");
                false
            })
        };
        let left: VecDeque<_> = closed.into_iter().filter(|one| !is_noted(one)).collect();
        let mut screen = self.on_screen();
        let since = std::mem::replace(&mut screen.closed, left);
        screen.closed.extend(since);
    }

    /// Notes that what another connection of ours put on the screen is there no more. If it was closed
    /// while nobody listened, nobody says so.
    fn is_off(&self, key: &str) {
        let number = key.strip_prefix(LEFT).and_then(|number| number.parse().ok());
        let (Some(id), Some(screen)) = (number, self.courier.screen()) else { return };
        if let Err(error) = self.engine.off_screen(&screen.owner, id) {
            tracing::warn!(%error, "it is looked for again by the next service");
        }
    }

    /// Forgets what was answered, or whose event was deleted, since it was shown, and names it.
    fn answered_elsewhere(&self) -> engine::Result<Vec<String>> {
        let mut keys: Vec<String> = self.on_screen().tells.keys().cloned().collect();
        let mut gone = Vec::new();
        // Ends: each turn forgets some of what it goes on with.
        while !keys.is_empty() {
            let asked = self.on_screen().some_of(&keys);
            let waiting = self.engine.awaiting_answer(&asked)?;
            gone.extend(self.on_screen().forget(&mut keys, &asked, &waiting));
        }
        Ok(gone)
    }

    fn on_screen(&self) -> MutexGuard<'_, OnScreen> {
        self.on_screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The desktop courier, with a note of what it has shown.
struct Remembering(Arc<Desk>);

impl Courier for Remembering {
    fn probe(&self) -> Result<(), Unavailable> {
        self.0.courier.probe()
    }

    fn screen(&self) -> Option<Screen> {
        self.0.courier.screen()
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        Box::pin(async move {
            let notice = match &parcel.message {
                Message::Notice(notice) => Some(notice.clone()),
                Message::Webhook(_) => None,
            };
            let claimed = parcel.claims.iter().map(|claim| claim.delivery);
            let ids: Vec<_> = claimed.chain(parcel.again.iter().copied()).collect();
            if let Some(notice) = notice.as_ref().filter(|_| ids.is_empty()) {
                self.0.replace_left(&notice.key).await;
            }
            let report = self.0.courier.hand_over(parcel).await;
            if let (Handover::Accepted { shown_by }, Some(notice)) = (&report.handover, notice) {
                let by = shown_by.as_ref().map(|pop_up| &*pop_up.screen.owner);
                if let Some(pop_up) = shown_by.as_ref().filter(|_| ids.is_empty()) {
                    self.0.notices.shown(&notice, pop_up);
                }
                self.0.remember(notice.key, ids, by);
            }
            report
        })
    }

    fn withdraw<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            // What could not be taken off is to be, by whoever can.
            if self.0.courier.take_off(key).await {
                self.0.notices.withdrawn(key);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(of: std::ops::Range<u16>) -> Vec<DeliveryId> {
        of.map(|n| {
            let mut bytes = [0; 16];
            bytes[14..].copy_from_slice(&n.to_be_bytes());
            DeliveryId::from_bytes(bytes)
        })
        .collect()
    }

    /// What is over, when only these wait for an answer, and how many were asked about.
    fn over(screen: &mut OnScreen, waiting: &[DeliveryId]) -> (Vec<String>, usize) {
        let mut keys: Vec<String> = screen.tells.keys().cloned().collect();
        let (mut gone, mut count) = (Vec::new(), 0);
        let waiting = waiting.iter().copied().collect();
        while !keys.is_empty() {
            let asked = screen.some_of(&keys);
            count += asked.len();
            gone.extend(screen.forget(&mut keys, &asked, &waiting));
        }
        (gone, count)
    }

    #[test]
    fn a_digest_in_parts_stays_until_all_of_it_is_answered_and_few_are_asked_about() {
        let mut screen = OnScreen::default();
        for n in 1..REMEMBERED {
            screen.remember(format!("one {n}"), ids(9_999..10_000));
        }
        screen.remember("digest".into(), ids(0..2_000));
        screen.remember("too many".into(), ids(9_999..10_000));
        screen.remember("digest".into(), ids(2_000..4_000));
        assert_eq!((screen.tells.len(), screen.tells["digest"].len()), (REMEMBERED, 4_000));
        let all = ids(0..10_000);
        assert_eq!(over(&mut screen, &all), (Vec::new(), REMEMBERED - 1 + ASKED));
        // Of the first part all, of the second the last only.
        let last = [ids(3_999..4_000), ids(9_999..10_000)].concat();
        assert_eq!(over(&mut screen, &last).0, Vec::<String>::new());
        assert_eq!(screen.tells["digest"].len(), 1);
        assert_eq!(over(&mut screen, &ids(9_999..10_000)).0, ["digest"]);
        assert_eq!(over(&mut screen, &[]).0.len(), REMEMBERED - 1);
    }

    #[test]
    fn what_another_connection_showed_is_known_by_the_one_reminder_it_tells() {
        let mut screen = OnScreen::default();
        screen.remember(format!("{LEFT}9"), ids(1..2));
        screen.remember(format!("{LEFT}10"), ids(1..3));
        screen.remember("occ_1".into(), ids(1..2));
        let left = [format!("{LEFT}9"), format!("{LEFT}10"), "occ_1".into(), format!("{LEFT}11")];
        let known = left.map(|key| screen.left(&key));
        assert_eq!(known, [Some(ids(1..2)[0]), None, None, None]);
    }

    #[test]
    fn what_tells_more_than_is_remembered_is_left_to_who_shows_it() {
        let mut screen = OnScreen::default();
        for n in 0..=TOLD / 50_000 {
            let start = u128::try_from(n).unwrap_or(0) * 50_000;
            let part = (start..start + 50_000).map(|n| DeliveryId::from_bytes(n.to_be_bytes()));
            screen.remember("digest".into(), part.collect());
        }
        assert!(screen.tells.is_empty());
    }
}
