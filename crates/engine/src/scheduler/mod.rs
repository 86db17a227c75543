//! The scheduler: one *pass* settles what came back, plans, decides and claims, in a single
//! transaction whose commit is the mark. It is synchronous and takes its time as an argument;
//! sleeping and sending are the driver's.

mod claim;
mod clocks;
mod gates;
mod holds;
mod late;
mod looking;
mod overlap;
mod pass;
mod settle;
mod waiting;

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use calendar::{
    delivery::{News, Next, State, decide},
    id::DeliveryId,
    reason::Reason,
};
use jiff::{SignedDuration, Timestamp};

use self::{
    claim::Digests,
    late::{Absence, Known, Sleeps},
    looking::{Looked, Looking},
    pass::Pass,
    waiting::{Seen, Waiting},
};
pub use self::{clocks::ClockJump, holds::Fate};
pub(crate) use self::{
    holds::{Due, Outlook},
    overlap::{Turn, Turns},
};
use crate::{
    act::Act,
    clock::{Now, boot_ms},
    courier::{Claim, Handover, Parcel, Report, Unavailable},
    engine::{Engine, owner},
    error::Result,
    ledger::{
        attempt, audit,
        delivery::{self, Effects},
        event, make_room, status,
    },
    planning::Following,
    planted::{Planted, as_remembered, is_planted, outwait},
    rate::Rates,
};

/// Planning anew that failed is tried again so much later.
const FOLLOW_AGAIN: Duration = Duration::from_secs(60);

/// How many parcels of each courier may be under way besides those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// Desktop notifications.
    pub desktop: usize,
    /// Webhooks.
    pub webhook: usize,
}

/// What the couriers say of themselves before a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Availability {
    /// Why no notification can be shown.
    pub desktop: Option<Unavailable>,
    /// Why no webhook can be sent.
    pub webhook: Option<Unavailable>,
}

/// What became of a parcel.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The claims it was handed over for.
    pub claims: Vec<Claim>,
    /// Those of a digest that were over by then, and were left out of it.
    pub too_late: Vec<Claim>,
    /// What the courier said; `None` when it was too late to send it at all.
    pub report: Option<Report>,
    /// When the courier said so, where that was noted.
    pub at: Option<Timestamp>,
    /// Whether it was a digest.
    pub in_digest: bool,
}

/// What a pass came to.
#[derive(Debug, Default)]
pub struct Passed {
    /// To be handed over now.
    pub parcels: Vec<Parcel>,
    /// When to look again at the latest.
    pub wake_at: Option<Timestamp>,
    /// There is more to do at once.
    pub more: bool,
}

/// The one worker that claims.
#[derive(Debug)]
pub struct Scheduler {
    engine: Arc<Engine>,
    owner: [u8; 16],
    absences: VecDeque<Absence>,
    expected: Option<Timestamp>,
    /// When it last tried to look, even where the ledger was not to be had.
    awake: Option<Timestamp>,
    last: Option<Now>,
    /// For how long the machine had been asleep by then.
    suspended: Option<Duration>,
    sleeps: Sleeps,
    /// How far the audit was when that was last noted beside the ledger.
    marked: i64,
    /// What was given away to be sent and is not settled.
    under_way: BTreeMap<DeliveryId, i64>,
    /// A commit failed: it may be found whole all the same.
    is_doubtful: bool,
    rates: Rates,
    waiting: Waiting,
    /// The digests that have room for what the next pass finds.
    begun: Digests,
    /// So many are due that they are found before the ledger is locked.
    is_crowd: bool,
    /// How far planning anew is that nobody asked for.
    following: Option<Following>,
    /// Where that failed, it is not tried again before this time since the boot.
    follows_from: Duration,
}

impl Scheduler {
    /// Begins to lead: the caller holds the scheduler lock. What an earlier leader left while
    /// sending is taken up as its channel promises, and new zone data is followed.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn lead(engine: Arc<Engine>) -> Result<Self> {
        let (owner, now) = (owner()?, engine.now());
        let before = engine.service_status()?;
        outwait(before.as_ref().is_none_or(|before| before.stopped.is_some()));
        // Who led before may have ended between a failed sync and its answer to it.
        engine.lock().begin_anew()?;
        let marked = engine.meet()?;
        let is_unsure = engine.awaits_clock()?;
        engine.write(|act| {
            status::begin(act.tx, std::process::id(), env!("CARGO_PKG_VERSION"), &act.now)?;
            delivery::wait_anew(act.tx, &act.now, None)?;
            act.pause_anew()?;
            if let Some(before) = before.as_ref().filter(|_| is_unsure) {
                act.note_jump((before.passed, boot_ms(&act.now)), true)?;
            }
            let left = delivery::left_behind(act.tx, &owner)?;
            // There is one slot for the desktop: several in it were one digest.
            let in_digest = left.iter().filter(|row| row.facts.desktop).count();
            for row in left {
                let words = match row.facts.desktop && in_digest > 1 {
                    true => {
                        &format!("Carillon was cut off while it showed {in_digest} in one digest")
                    }
                    false => "Carillon was cut off",
                };
                attempt::end(act.tx, (row.id, row.token), "unknown", None, words, act.wall())?;
                if is_planted(Planted::DoneBeforeSend) {
                    let to = (State::Completed, Reason::OnTime);
                    let effects = Effects { told_at: Some(act.wall()), ..Effects::default() };
                    act.enter(&row, to, &effects, "")?;
                    continue;
                }
                let facts = as_remembered(&row.facts);
                if let Next::Enter(state, reason, _) = decide(&facts, News::CutOff, act.wall()) {
                    let effects = Effects { crashed: true, again: true, ..Effects::default() };
                    act.enter(&row, (state, reason), &effects, "")?;
                    act.plan_if_otherwise(&row)?;
                }
            }
            Ok(())
        })?;
        engine.keep_clocks()?;
        let away = before
            .as_ref()
            .map(|status| status.stopped.unwrap_or(status.passed).max(status.passed));
        let from = away.unwrap_or(Timestamp::MIN).min(now.wall);
        let absences = Absence::before(&engine.dir(), from, now.wall);
        let last = before.zip(away).map(|(status, wall)| {
            let (boot, boot_id) = status.up.unwrap_or((now.boot, String::new()));
            Now { wall, boot, boot_id: boot_id.into() }
        });
        Ok(Self {
            engine,
            owner,
            absences,
            expected: None,
            awake: None,
            last,
            suspended: None,
            sleeps: Sleeps::default(),
            marked,
            under_way: BTreeMap::new(),
            is_doubtful: false,
            rates: Rates::default(),
            waiting: Waiting::default(),
            begun: Digests::default(),
            is_crowd: false,
            following: None,
            follows_from: Duration::ZERO,
        })
    }

    /// One pass, asked for at this moment; its own is that at which the ledger is free.
    ///
    /// # Errors
    /// When the ledger cannot be written: then nothing was claimed, and what was finished has to
    /// be given again.
    pub fn pass(
        &mut self,
        asked: &Now,
        finished: &[Finished],
        slots: Slots,
        availability: Availability,
    ) -> Result<Passed> {
        let passed = self.pass_alone(asked, finished, slots, availability);
        self.sleeps.in_trouble(&self.engine, (asked, self.expected), passed.as_ref().err());
        let mut passed = passed?;
        passed.more |= self.follow_zones();
        let boot = self.engine.now().boot;
        if let Ok(wait) = SignedDuration::try_from(self.follows_from.saturating_sub(boot))
            && !wait.is_zero()
        {
            let again = asked.wall.checked_add(wait).ok();
            passed.wake_at = [passed.wake_at, again].into_iter().flatten().min();
        }
        Ok(passed)
    }

    /// Goes on with planning anew for another zone or other zone data, if there is that to do; says
    /// whether there is more of it. So whatever is due meanwhile is told in time.
    fn follow_zones(&mut self) -> bool {
        let boot = self.engine.now().boot;
        if boot < self.follows_from {
            return false;
        }
        match self.engine.follow_some(&mut self.following) {
            Ok(more) => {
                if more {
                    make_room();
                }
                more
            }
            // Old moments are better than nobody who rings.
            Err(error) => {
                tracing::error!(%error, "some reminders are still planned by earlier time zones");
                self.following = None;
                self.follows_from = boot + FOLLOW_AGAIN;
                false
            }
        }
    }

    fn pass_alone(
        &mut self,
        asked: &Now,
        finished: &[Finished],
        slots: Slots,
        availability: Availability,
    ) -> Result<Passed> {
        let (engine, owner) = (&*self.engine, &self.owner);
        let (counted, last) = (&self.rates, self.last.as_ref());
        let known = Known {
            absences: &self.absences,
            expected: self.expected,
            awake: self.awake.replace(asked.wall),
            last,
            suspended: self.suspended,
            sleeps: &self.sleeps,
        };
        let is_crowd = std::mem::take(&mut self.is_crowd);
        let begun = RefCell::new(self.begun_still(finished));
        let mut waiting = std::mem::take(&mut self.waiting);
        if is_crowd {
            let pass = |act: &Act<'_>| {
                Pass::new(act, engine, owner, known.absences, availability)?.crowd(counted)
            };
            // What cannot be found so, because the clock's or an endpoint's state is to be noted first,
            // is found where that may be written.
            waiting = engine.read(pass).unwrap_or_default();
        }
        let doubted = self.is_doubtful.then_some(&self.under_way);
        self.is_doubtful = true;
        let (looked, now, absences, rates, audited) = engine.write_in_a_hurry(|act| {
            let waited = act.now.boot.saturating_sub(asked.boot);
            tracing::trace!(?waited, "the ledger is free");
            let absences = &known.with_absence(act, engine.suspended())?;
            let before = Seen::now(act, availability)?;
            if let Some(last) = last {
                act.follow_clocks(last)?;
            }
            let mut pass = Pass::new(act, engine, owner, absences, availability)?;
            pass.begun = begun;
            if let Some(under_way) = doubted {
                pass.take_back(under_way)?;
            }
            let goes_on = waiting.holds(before, act.wall())
                && Seen::now(act, availability)? == before
                && event::next_plan(act.tx)?.is_none_or(|at| at > act.wall());
            for one in finished {
                pass.settle(one)?;
            }
            pass.look_at_endpoints(counted)?;
            let to_plan = act.settle_and_plan(&mut || engine.now().boot)?;
            pass.is_planning.set(to_plan);
            // A crowd was just found: looking again is for the next pass.
            let goes_on = goes_on
                && (is_crowd || !pass.due_again.get())
                && waiting.is_blocked_still(&pass.gates);
            let of = Looking { goes_on, is_crowd, to_plan, before };
            let looked = of.look(&pass, waiting, slots)?;
            let audited = audit::last(act.tx)?;
            let rates = pass.gates.into_rates();
            Ok((looked, act.now.clone(), absences.clone(), rates, audited))
        })?;
        let Looked { passed, waiting, to_find, begun } = looked;
        self.begun = begun;
        self.absences = absences;
        self.sleeps = Sleeps::default();
        self.is_doubtful = false;
        self.note_under_way(finished, &passed.parcels);
        if audited != self.marked {
            self.engine.raise_mark(audited);
            self.marked = audited;
        }
        self.rates = rates;
        self.waiting = waiting;
        self.is_crowd = to_find;
        self.expected = passed.wake_at;
        self.last = Some(now);
        self.suspended = self.engine.suspended();
        Ok(passed)
    }

    /// The digests that were begun, if all of them is on the screen or on its way there.
    fn begun_still(&self, finished: &[Finished]) -> Digests {
        let is_shown = |one: &Finished| {
            let report = one.report.as_ref().map(|report| &report.handover);
            one.too_late.is_empty() && matches!(report, Some(Handover::Accepted { .. }))
        };
        match finished.iter().filter(|one| one.in_digest).all(is_shown) {
            true => self.begun.clone(),
            false => Digests::default(),
        }
    }

    fn note_under_way(&mut self, finished: &[Finished], parcels: &[Parcel]) {
        for claim in finished.iter().flat_map(|one| one.claims.iter().chain(&one.too_late)) {
            self.under_way.remove(&claim.delivery);
        }
        let given = parcels.iter().flat_map(|parcel| &parcel.claims);
        self.under_way.extend(given.map(|claim| (claim.delivery, claim.token)));
    }

    /// Whether rows wait for a slot.
    pub(crate) fn has_waiting(&self) -> bool {
        self.waiting.has_rows()
    }

    /// From now on it sleeps, until this moment at the latest if there is one.
    pub fn sleeps(&mut self, now: &Now, until: Option<Timestamp>) {
        self.sleeps.begin((now, self.engine.suspended()), until);
    }

    /// It is awake, and whatever it does from now on is its own work: a sleep that was too long is
    /// why something is told late.
    pub fn wakes(&mut self, now: &Now) {
        self.sleeps.end((now, self.engine.suspended()));
    }

    /// Notes that the service looked, and stops in an orderly way if `stop`.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn beat(&mut self, stop: bool) -> Result<()> {
        if stop {
            return self.engine.write(|act| status::stopped(act.tx, &act.now));
        }
        let known = self.waiting.seen();
        let seen = self.engine.write_unheard_in_a_hurry(|act| {
            let is_as_seen = known.map(|known| known.is_now(act)).transpose()?;
            status::passed(act.tx, &act.now)?;
            known.filter(|_| is_as_seen == Some(true)).map(|known| known.anew(act)).transpose()
        })?;
        if let Some(seen) = seen {
            self.waiting.see(seen);
        }
        Ok(())
    }
}

#[cfg(test)]
impl Scheduler {
    /// As if the last commit had been said to fail and was kept: what it claimed was given to nobody.
    pub(crate) fn doubt(&mut self) {
        self.under_way.clear();
        self.is_doubtful = true;
    }

    /// What it claims by.
    pub(crate) fn owner(&self) -> &[u8; 16] {
        &self.owner
    }
}
