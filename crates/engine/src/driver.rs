//! The driver: pass, hand over what was claimed, then sleep till the next due moment, a bell, a
//! wake signal or a finished parcel. All time, sleep and sending come through ports.

mod again;

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc, watch};

use self::again::Again;
use crate::{
    courier::{Claim, Courier, Handover, Message, Parcel, Report, Schedule},
    damage,
    engine::Engine,
    error::Result,
    planted::{Planted, is_planted, sleep},
    scheduler::{Availability, Finished, Passed, Scheduler, Slots},
    wake::{Wake, Woken},
};

/// Desktop notifications go one at a time.
const DESKTOP: usize = 1;
/// Webhooks at once.
const WEBHOOKS: usize = 8;
/// After a pass that failed (disk full, ledger locked) the next try comes this much later.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// And so much later where another program only holds the ledger for a moment.
const SOON: SignedDuration = SignedDuration::from_secs(1);
/// A ledger that others hold is said to be so when that lasts longer than this.
const HELD: SignedDuration = SignedDuration::from_secs(60);
/// While something is under way the ledger hears so often that the service lives.
const BEAT: SignedDuration = SignedDuration::from_secs(15);
/// And so often when nothing is, if it is awake anyway: when it last looked tells later how long
/// it was away.
const IDLE_BEAT: SignedDuration = SignedDuration::from_secs(10 * 60);
/// Where rows wait for slots, what comes back waits at most so long for others, to be written down with
/// them: each commit waits for the disk.
const GATHER: Duration = Duration::from_millis(5);
/// A pass that follows at once leaves the ledger to others for so long.
const TURN: Duration = Duration::from_millis(3);
/// How long a graceful stop waits for what is under way.
const PATIENCE: SignedDuration = SignedDuration::from_secs(22);

/// The couriers there are.
#[derive(Clone)]
pub struct Couriers {
    /// Desktop notifications.
    pub desktop: Arc<dyn Courier>,
    /// Webhooks.
    pub webhook: Arc<dyn Courier>,
}

/// Runs a scheduler for as long as it leads.
pub struct Driver {
    scheduler: Scheduler,
    engine: Arc<Engine>,
    couriers: Couriers,
    webhooks_at_once: usize,
    under_way: Slots,
    unsettled: Vec<Finished>,
    again: Again,
    wake_at: Option<Timestamp>,
    beaten: Timestamp,
    trouble: Option<Trouble>,
    tell: Box<dyn FnMut(Option<crate::Error>) + Send>,
}

/// The ledger cannot be written.
#[derive(Debug, Clone, Copy)]
struct Trouble {
    since: Timestamp,
    is_told: bool,
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("under_way", &self.under_way).finish_non_exhaustive()
    }
}

impl Driver {
    /// A driver of this scheduler.
    pub fn new(scheduler: Scheduler, engine: Arc<Engine>, couriers: Couriers) -> Self {
        Self {
            scheduler,
            beaten: engine.now().wall,
            engine,
            couriers,
            webhooks_at_once: WEBHOOKS,
            under_way: Slots { desktop: 0, webhook: 0 },
            unsettled: Vec::new(),
            again: Again::default(),
            wake_at: None,
            trouble: None,
            tell: Box::new(|_| ()),
        }
    }

    /// Tells once that the ledger cannot be written, and without an error that it can be again.
    #[must_use]
    pub fn telling_trouble(
        mut self,
        tell: impl FnMut(Option<crate::Error>) + Send + 'static,
    ) -> Self {
        self.tell = Box::new(tell);
        self
    }

    /// With another number of webhooks at once, for benchmarks.
    #[must_use]
    pub fn with_webhooks_at_once(mut self, count: usize) -> Self {
        self.webhooks_at_once = count.max(1);
        self
    }

    /// Runs until `stop` says so; then claims no more and waits a while for what is under way.
    /// `nudge` calls for a look; `woken` hears why each sleep ended, before the pass.
    ///
    /// # Errors
    /// When the ledger was taken over by a newer program, is damaged, or another file has its place.
    pub async fn run(
        mut self,
        mut wake: Box<dyn Wake>,
        nudge: Arc<Notify>,
        mut stop: watch::Receiver<bool>,
        mut woken: impl FnMut(Woken),
    ) -> Result<()> {
        let (tell, mut finished) = mpsc::unbounded_channel();
        let mut give_up: Option<Timestamp> = None;
        loop {
            self.gather(&mut finished).await;
            let more = self.pass(&tell, give_up.is_some())?;
            if give_up.is_some_and(|at| self.is_idle() || self.engine.now().wall >= at) {
                return self.scheduler.beat(true);
            }
            if more {
                if give_up.is_none() && *stop.borrow() {
                    give_up = self.engine.now().wall.checked_add(PATIENCE).ok();
                }
                // Others have a turn at the ledger, too.
                tokio::time::timeout(TURN, std::future::pending::<()>()).await.unwrap_or(());
                self.beat();
                continue;
            }
            let wake_at = [self.wake_at, give_up, self.beat()].into_iter().flatten().min();
            let now = self.engine.now();
            self.scheduler.sleeps(&now, wake_at);
            let (mut reason, mut returned) = (None, None);
            tokio::select! {
                biased;
                one = finished.recv() => returned = one,
                why = sleep(&mut wake, now.wall, wake_at) => reason = Some(why),
                () = nudge.notified() => {}
                changed = stop.wait_for(|stop| *stop), if give_up.is_none() => {
                    drop(changed);
                    give_up = self.engine.now().wall.checked_add(PATIENCE).ok();
                }
            }
            self.scheduler.wakes(&self.engine.now());
            returned.into_iter().for_each(|one| self.back(one));
            if let Some(reason) = reason {
                tracing::debug!(?reason, "woken");
                woken(reason);
            }
        }
    }

    /// One pass, and what it claimed on its way. Says whether the next is to follow at once.
    fn pass(
        &mut self,
        tell: &mpsc::UnboundedSender<(Finished, bool)>,
        stopping: bool,
    ) -> Result<bool> {
        let now = self.engine.now();
        let free = |most: usize, used: usize| if stopping { 0 } else { most.saturating_sub(used) };
        let slots = Slots {
            desktop: free(DESKTOP, self.under_way.desktop),
            webhook: free(self.webhooks_at_once, self.under_way.webhook),
        };
        let availability = Availability {
            desktop: self.couriers.desktop.probe().err(),
            webhook: self.couriers.webhook.probe().err(),
        };
        match self.scheduler.pass(&now, &self.unsettled, slots, availability) {
            Ok(Passed { parcels, wake_at, more }) => {
                self.unsettled.clear();
                self.wake_at = wake_at;
                self.out_of_trouble();
                for parcel in parcels {
                    self.send(parcel, tell.clone());
                }
                if !more && !stopping {
                    self.show_again(tell);
                }
                Ok(more && !stopping)
            }
            Err(error @ (crate::Error::Newer { .. } | crate::Error::Replaced { .. })) => Err(error),
            // Nothing that is read from it can be relied on.
            Err(error) if damage::is_damage(&error, &self.engine.dir()) => Err(error),
            Err(error) => {
                if is_planted(Planted::ForgottenOutcome) {
                    self.unsettled.clear();
                }
                // Outcomes are held and nothing is claimed until the ledger can be written again.
                let is_busy = matches!(error, crate::Error::Busy);
                self.wake_at = now.wall.checked_add(if is_busy { SOON } else { AGAIN }).ok();
                self.in_trouble(error, now.wall);
                Ok(false)
            }
        }
    }

    /// Puts on the screen again what the notification service there is has not shown.
    fn show_again(&mut self, tell: &mpsc::UnboundedSender<(Finished, bool)>) {
        if self.under_way.desktop < DESKTOP
            && !is_planted(Planted::ShownOnce)
            && let Some(parcel) = self.again.next(&self.engine, self.couriers.desktop.screen())
        {
            self.send(parcel, tell.clone());
        }
    }

    /// Says once that the ledger cannot be written: at once, unless somebody else only holds it.
    fn in_trouble(&mut self, error: crate::Error, now: Timestamp) {
        let since = self.trouble.get_or_insert(Trouble { since: now, is_told: false });
        let lasts = now.duration_since(since.since).abs();
        if since.is_told || (matches!(error, crate::Error::Busy) && lasts < HELD) {
            return;
        }
        since.is_told = true;
        tracing::error!(%error, "the ledger could not be written; trying again every few seconds");
        (self.tell)(Some(error));
    }

    fn out_of_trouble(&mut self) {
        if self.trouble.take().is_some_and(|trouble| trouble.is_told) {
            tracing::info!("the ledger can be written again");
            (self.tell)(None);
        }
    }

    /// Says that it lives, when it has not for a while; and when it has to again, if something
    /// is under way. Nobody is woken only to say that nothing happens.
    fn beat(&mut self) -> Option<Timestamp> {
        let now = self.engine.now().wall;
        let every = if self.is_idle() { IDLE_BEAT } else { BEAT };
        let is_due = now.duration_since(self.beaten).abs() >= every;
        if is_due {
            self.beaten = now;
            if let Err(error) = self.scheduler.beat(false) {
                tracing::warn!(%error, "that the service lives could not be written down");
            }
        }
        (!self.is_idle()).then(|| self.beaten.saturating_add(BEAT).unwrap_or(Timestamp::MAX))
    }

    fn is_idle(&self) -> bool {
        self.under_way == Slots { desktop: 0, webhook: 0 } && self.unsettled.is_empty()
    }

    /// Takes what came back; where a slot that is free will be taken at once, with what comes back
    /// right after it.
    async fn gather(&mut self, finished: &mut mpsc::UnboundedReceiver<(Finished, bool)>) {
        while let Ok(one) = finished.try_recv() {
            self.back(one);
        }
        if self.unsettled.is_empty() || !self.scheduler.has_waiting() {
            return;
        }
        let others = async {
            while self.under_way.webhook > 0
                && let Some(one) = finished.recv().await
            {
                self.back(one);
            }
        };
        // In time or not, they are counted.
        tokio::time::timeout(GATHER, others).await.unwrap_or(());
    }

    fn back(&mut self, (one, is_desktop): (Finished, bool)) {
        match is_desktop {
            true => self.under_way.desktop = self.under_way.desktop.saturating_sub(1),
            false => self.under_way.webhook = self.under_way.webhook.saturating_sub(1),
        }
        if one.claims.is_empty() && one.too_late.is_empty() {
            return self.again.back(&self.engine, one.report);
        }
        self.unsettled.push(one);
    }

    fn send(&mut self, parcel: Parcel, tell: mpsc::UnboundedSender<(Finished, bool)>) {
        let (courier, is_desktop) = match &parcel.message {
            Message::Notice(_) => (self.couriers.desktop.clone(), true),
            Message::Webhook(_) => (self.couriers.webhook.clone(), false),
        };
        match is_desktop {
            true => self.under_way.desktop += 1,
            false => self.under_way.webhook += 1,
        }
        let engine = self.engine.clone();
        let cut_off = cut_off(&parcel);
        tokio::spawn(async move {
            // What panics is seen by whoever waits for it: the slot is free again in any case.
            let work = tokio::spawn(async move { hand_over(&engine, courier, parcel).await });
            let finished = work.await.unwrap_or(cut_off);
            // The receiver is gone only when the driver has given up waiting.
            tell.send((finished, is_desktop)).unwrap_or(());
        });
    }
}

/// What is known of a parcel where handing it over failed inside: nothing.
fn cut_off(parcel: &Parcel) -> Finished {
    let detail = "Carillon failed inside while it was handed over".into();
    Finished {
        claims: parcel.claims.clone(),
        too_late: Vec::new(),
        report: Some(Report { handover: Handover::Ambiguous, status: None, detail }),
        in_digest: is_digest(parcel),
        at: None,
    }
}

fn is_digest(parcel: &Parcel) -> bool {
    matches!(&parcel.message, Message::Notice(notice) if notice.digest_of.is_some())
}

/// Hands a parcel over, unless its time has passed since it was claimed; of a digest what is over
/// is left out. A courier that panics leaves nobody knowing, and harms nothing else.
async fn hand_over(engine: &Engine, courier: Arc<dyn Courier>, mut parcel: Parcel) -> Finished {
    let now = engine.now().wall;
    let looks = !is_planted(Planted::NoSecondLook) && !is_planted(Planted::NoExpiry);
    let is_over = |end: Option<Timestamp>| looks && end.is_some_and(|end| end <= now);
    let all = std::mem::take(&mut parcel.claims);
    let is_nothing_left = !all.is_empty() && all.iter().all(|claim| is_over(claim.use_by));
    if is_over(parcel.use_by) || is_nothing_left {
        return Finished {
            claims: all,
            too_late: Vec::new(),
            report: None,
            in_digest: false,
            at: None,
        };
    }
    let (too_late, claims): (Vec<Claim>, _) = all.into_iter().partition(|c| is_over(c.use_by));
    parcel.claims.clone_from(&claims);
    if !too_late.is_empty() {
        match engine.notice_of(&claims) {
            Ok(Some(notice)) => parcel.message = Message::Notice(notice),
            Ok(None) => {
                return Finished {
                    claims: Vec::new(),
                    too_late,
                    report: None,
                    in_digest: false,
                    at: None,
                };
            }
            Err(error) => {
                let handover =
                    Handover::Transient { retry_after: None, schedule: Schedule::Channel };
                let report = Report { handover, status: None, detail: error.to_string() };
                return Finished {
                    claims,
                    too_late,
                    report: Some(report),
                    in_digest: false,
                    at: None,
                };
            }
        }
    }
    let in_digest = is_digest(&parcel);
    let work = tokio::spawn(async move { courier.hand_over(parcel).await });
    let report = work.await.unwrap_or_else(|_| Report {
        handover: Handover::Ambiguous,
        status: None,
        detail: "the courier failed inside".into(),
    });
    let at = engine.now().wall;
    Finished { claims, too_late, report: Some(report), in_digest, at: Some(at) }
}

#[cfg(test)]
mod tests;
