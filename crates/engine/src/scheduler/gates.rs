//! What keeps single endpoints from being called just now though their courier could: the rest
//! their breaker gives them, the one call at a time after it, and their rate. Rows over a rate
//! wait as they are; rows of a resting endpoint are held.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use calendar::{delivery::Hold, id::ChannelId, reason::Reason};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;

use super::holds::Due;
use crate::{
    breaker::{Breaker, Call, Stand},
    clock::Now,
    courier::{Handover, Report, Schedule},
    error::Result,
    ledger::{
        attempt, breaker,
        channel::{ChannelKind, ChannelRow},
        delivery::{self, Closed, DeliveryRow},
    },
    rate::{LIFTED, Rate, Rates},
};

/// The gates of all endpoints, in one pass.
#[derive(Debug)]
pub(super) struct Gates {
    now: Now,
    limits: BTreeMap<ChannelId, Rate>,
    rates: RefCell<Rates>,
    /// Until when each that is given a rest has it, and why.
    resting: BTreeMap<ChannelId, (Timestamp, Reason)>,
    /// Those of them that are not being called: what a person asks for may try one.
    quiet: RefCell<BTreeSet<ChannelId>>,
    /// Those that were just found to rest less long than they said.
    shortened: Vec<ChannelId>,
    /// How many more calls each that is being tried may have.
    probes: RefCell<BTreeMap<ChannelId, u32>>,
    /// How long something late that was put off has to wait.
    put_off: Cell<Option<Duration>>,
    /// More is due than was looked at: it may be late, and through any of them.
    is_more: Cell<bool>,
}

impl Gates {
    /// How the endpoints stand after what came back was written down. That one rests less long than it
    /// said is noted.
    pub(super) fn load(
        tx: &Transaction<'_>,
        now: &Now,
        channels: &[ChannelRow],
        rates: &Rates,
    ) -> Result<Self> {
        let gates = Self::seen(tx, now, channels, rates)?;
        for id in &gates.shortened {
            breaker::put(tx, *id, &breaker::find(tx, *id)?.clamped(now.wall))?;
        }
        Ok(gates)
    }

    /// The same, and nothing is noted.
    pub(super) fn seen(
        tx: &Transaction<'_>,
        now: &Now,
        channels: &[ChannelRow],
        rates: &Rates,
    ) -> Result<Self> {
        let webhooks = channels.iter().filter(|c| c.kind == ChannelKind::Webhook);
        let mut gates = Self {
            now: now.clone(),
            limits: webhooks.map(|c| (c.id, c.rate)).collect(),
            rates: RefCell::new(rates.clone()),
            resting: BTreeMap::new(),
            quiet: RefCell::default(),
            shortened: Vec::new(),
            probes: RefCell::default(),
            put_off: Cell::new(None),
            is_more: Cell::new(false),
        };
        for (id, found) in breaker::all(tx)? {
            let clamped = found.clamped(now.wall);
            if clamped != found {
                gates.shortened.push(id);
            }
            match clamped.stand(now.wall) {
                Stand::Closed => {}
                Stand::Resting(until) => {
                    gates.resting.insert(id, (until, clamped.why()));
                    if delivery::under_way(tx, id)? == 0 {
                        gates.quiet.get_mut().insert(id);
                    }
                }
                Stand::Probing => {
                    let free = 1_u32.saturating_sub(delivery::under_way(tx, id)?);
                    gates.probes.get_mut().insert(id, free);
                }
            }
        }
        Ok(gates)
    }

    /// The rest a row has to wait for; the first call of a test goes through, because somebody waits for
    /// it, and so does one at a time of what a person just asked for.
    pub(super) fn rest(&self, due: &Due) -> Option<Hold> {
        let channel = &due.channel;
        let is_first =
            due.facts.reason == Reason::RetryAsked && self.quiet.borrow().contains(channel);
        let is_new_test = due.is_test && due.facts.failures == 0;
        let rest = self.resting.get(channel).filter(|_| !is_new_test && !is_first);
        rest.map(|(until, reason)| Hold { reason: *reason, until: Some(*until) })
    }

    /// Whether a row waits for the one call its endpoint is being tried with; it need not even be
    /// looked at, unless it is over.
    pub(super) fn waits_for_probe(&self, row: &DeliveryRow) -> bool {
        let is_over = row.facts.use_by.is_some_and(|end| end <= self.now.wall);
        !is_over && self.is_tried(row.identity.channel)
    }

    /// Whether an endpoint is being tried with the one call it may have.
    pub(super) fn is_tried(&self, channel: ChannelId) -> bool {
        self.probes.borrow().get(&channel) == Some(&0)
    }

    /// Counts a row that is to be sent as the call its endpoint is tried with.
    pub(super) fn probe(&self, row: &DeliveryRow) {
        self.quiet.borrow_mut().remove(&row.identity.channel);
        if let Some(free) = self.probes.borrow_mut().get_mut(&row.identity.channel) {
            *free = free.saturating_sub(1);
        }
    }

    /// Whether an endpoint may be called now, by its rate.
    pub(super) fn is_free(&self, channel: ChannelId) -> bool {
        self.wait(channel).is_zero()
    }

    /// Counts a call by the rate.
    pub(super) fn count(&self, channel: ChannelId) {
        if let Some(rate) = self.limits.get(&channel) {
            self.rates.borrow_mut().count(channel, *rate, self.now.boot);
        }
    }

    /// Whether something late may be sent to an endpoint now: each has one a second, and all
    /// together five. Nothing is counted where the limits of an endpoint are lifted.
    pub(super) fn is_free_for_late(&self, channel: ChannelId) -> bool {
        self.late_wait(channel).is_zero()
    }

    /// Counts something late that is sent.
    pub(super) fn count_late(&self, channel: ChannelId) {
        if !self.is_lifted(channel) {
            self.rates.borrow_mut().count_late(channel, self.now.boot);
        }
    }

    /// Notes that something late has to wait, so that it is looked at in time.
    pub(super) fn put_off(&self, channel: ChannelId) {
        let wait = self.late_wait(channel);
        self.put_off.set(Some(self.put_off.get().map_or(wait, |known| known.min(wait))));
    }

    /// Notes that more is due than was looked at.
    pub(super) fn expect_more(&self) {
        self.is_more.set(true);
    }

    fn late_wait(&self, channel: ChannelId) -> Duration {
        if self.is_lifted(channel) {
            return Duration::ZERO;
        }
        self.rates.borrow().wait_late(channel, self.now.boot)
    }

    fn is_lifted(&self, channel: ChannelId) -> bool {
        self.limits.get(&channel).is_none_or(|rate| rate.per_second >= LIFTED)
    }

    /// Endpoints whose rows need no look.
    pub(super) fn closed(&self) -> Closed {
        let probes = self.probes.borrow();
        let tried = probes.iter().filter(|(_, free)| **free == 0).map(|(id, _)| *id);
        let resting = self.resting.keys().filter(|id| !self.shortened.contains(id));
        let paced = self.limits.keys().filter(|id| !self.is_free_for_late(**id));
        Closed {
            waiting: tried.collect(),
            resting: resting.copied().collect(),
            paced: paced.copied().collect(),
        }
    }

    /// When the first rest ends.
    pub(super) fn rested(&self) -> Option<Timestamp> {
        self.resting.values().map(|(until, _)| *until).min()
    }

    /// When the first of them that is called too often may be called again.
    pub(super) fn opens(&self) -> Option<Timestamp> {
        let slow = self.limits.keys().map(|id| self.wait(*id)).filter(|wait| !wait.is_zero());
        let unseen = self.limits.keys().filter(|_| self.is_more.get());
        let unseen = unseen.map(|id| self.late_wait(*id)).filter(|wait| !wait.is_zero());
        slow.chain(self.put_off.get()).chain(unseen).min().and_then(|wait| {
            // Looked for no sooner than it is there: moments have whole milliseconds.
            let millis = i64::try_from(wait.as_nanos().div_ceil(1_000_000)).ok()?;
            self.now.wall.checked_add(SignedDuration::from_millis(millis)).ok()
        })
    }

    /// What was counted.
    pub(super) fn into_rates(self) -> Rates {
        self.rates.into_inner()
    }

    fn wait(&self, channel: ChannelId) -> Duration {
        let Some(rate) = self.limits.get(&channel) else { return Duration::ZERO };
        self.rates.borrow().wait(channel, *rate, self.now.boot)
    }
}

/// Writes down what a call of an endpoint came to; says whether it ended the endpoint's rest.
pub(super) fn note(
    tx: &Transaction<'_>,
    row: &DeliveryRow,
    report: &Report,
    now: Timestamp,
) -> Result<bool> {
    let channel = row.identity.channel;
    let found: Breaker = breaker::find(tx, channel)?;
    let rests = found.clamped(now);
    let is_resting = matches!(rests.stand(now), Stand::Resting(_));
    // A test, or what a person had sent all the same; not what was under way when the rest began.
    let is_proof = (row.event.is_none() || is_resting && row.is_asked_for())
        && !(is_resting && rests.is_older_than_rest(attempt::began(tx, row.id)?, now));
    if row.facts.desktop {
        return Ok(false);
    }
    let after = call_of(report, is_proof).map_or(found, |call| found.clamped(now).after(call, now));
    let after = Breaker { mistrusted: mistrusted(report, found.mistrusted, now), ..after };
    if after != found {
        breaker::put(tx, channel, &after)?;
    }
    let (was, is) = (found.stand(now), after.stand(now));
    if let (Stand::Closed | Stand::Probing, Stand::Resting(until)) = (was, is) {
        tracing::warn!(%channel, %until, failures = after.failures, "an endpoint is given a rest");
    }
    let is_well_again = was != Stand::Closed && is == Stand::Closed;
    if is_well_again {
        tracing::info!(%channel, "an endpoint is well again");
    }
    Ok(is_well_again)
}

/// Since when the certificate of an endpoint is not trusted: what was sent at all, or answered, was to one that is.
fn mistrusted(report: &Report, since: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    match &report.handover {
        Handover::Transient { schedule: Schedule::Certificate, .. } => since.or(Some(now)),
        Handover::Accepted { .. } | Handover::Ambiguous => None,
        _ if report.status.is_some() => None,
        Handover::Transient { .. }
        | Handover::Permanent
        | Handover::Gone
        | Handover::Unavailable(_) => since,
    }
}

/// What a report says of its endpoint; nothing, if it never got there.
fn call_of(report: &Report, is_proof: bool) -> Option<Call> {
    match &report.handover {
        Handover::Accepted { .. } if is_proof => Some(Call::Proven),
        Handover::Accepted { .. } => Some(Call::Taken),
        Handover::Transient { retry_after: Some(wait), .. }
            if matches!(report.status, Some(429 | 503)) =>
        {
            Some(Call::Asked(*wait))
        }
        Handover::Transient { .. } | Handover::Ambiguous => Some(Call::Failed),
        Handover::Permanent | Handover::Gone | Handover::Unavailable(_) => None,
    }
}
