//! What is left for the next passes: rows that would have been sent and had no slot, those whose
//! endpoint is not to be called so often, and those that were found due and not decided on yet, in
//! their order. While nothing else happens the next passes go on with these instead of looking at
//! all that is due again. A hint and nothing more: each is read and decided on once more, and its
//! claim is what counts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use calendar::id::{ChannelId, DeliveryId};
use jiff::Timestamp;

use super::{Availability, gates::Gates};
use crate::{act::Act, error::Result, ledger::data_version};

/// What the ledger and the couriers looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Changes by this program.
    own: u64,
    /// Changes by others.
    others: i64,
    availability: Availability,
}

impl Seen {
    pub(super) fn now(act: &Act<'_>, availability: Availability) -> Result<Self> {
        Ok(Self { own: act.tx.total_changes(), others: data_version(act.tx)?, availability })
    }

    /// The same couriers over the ledger as it is now.
    pub(super) fn anew(self, act: &Act<'_>) -> Result<Self> {
        Self::now(act, self.availability)
    }

    pub(super) fn is_now(self, act: &Act<'_>) -> Result<bool> {
        Ok(self.anew(act)? == self)
    }
}

/// Runs that wait for their turn and are asked for one by one.
const RUNS: usize = 100;
/// Rows of one endpoint tried in one pass: more than it may ever be called with at once, nearly.
const OF_ONE: usize = 16;

/// A row whose endpoint was called too often just now, and whether it is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paced {
    pub(super) id: DeliveryId,
    pub(super) channel: ChannelId,
    pub(super) is_late: bool,
}

/// What is left as it is until something comes back: each pass asks that anew, without looking at all
/// that is due.
#[derive(Debug, Default)]
pub(super) struct Blocked {
    /// Runs that wait until the one before is over.
    runs: Vec<DeliveryId>,
    /// Endpoints that are being tried, whose other rows wait.
    tried: BTreeSet<ChannelId>,
}

impl Blocked {
    /// A run waits until the one before is over.
    pub(super) fn waits(&mut self, run: DeliveryId) {
        self.runs.push(run);
    }

    /// Rows wait until it is known how this endpoint stands.
    pub(super) fn is_tried(&mut self, endpoint: ChannelId) {
        self.tried.insert(endpoint);
    }
}

/// What a pass leaves to the next ones.
#[derive(Debug)]
pub(super) struct Left {
    /// What only lacked a slot; none if anything waits for something else besides.
    pub(super) slotless: Option<Vec<DeliveryId>>,
    /// What comes when its endpoint may be called again.
    pub(super) paced: Vec<Paced>,
}

/// The rows that are left, and for how long nothing else is to be looked at.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    rows: VecDeque<DeliveryId>,
    paced: BTreeMap<(ChannelId, bool), VecDeque<DeliveryId>>,
    /// Those of them that are looked at in this pass.
    tried: BTreeSet<DeliveryId>,
    undecided: VecDeque<DeliveryId>,
    blocked: Blocked,
    /// More was found at once than one pass decides on.
    is_part: bool,
    /// Some of what was decided on waits for something else than a slot, and is to be found again.
    is_blocked: bool,
    /// It was just found, for the pass that comes now, even if it is nothing.
    is_fresh: bool,
    seen: Option<Seen>,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Waiting {
    /// These rows were found due.
    pub(super) fn found(undecided: VecDeque<DeliveryId>, at_once: usize) -> Self {
        Self { is_part: undecided.len() > at_once, undecided, ..Self::default() }
    }

    /// As it was found before the pass that is to go on with it; not all of it, where it is blocked.
    pub(super) fn ahead(self, seen: Seen, from: Timestamp, is_blocked: bool) -> Self {
        Self { is_fresh: true, is_blocked, ..self.while_as(seen, (from, None)) }
    }

    /// With what waits until something comes back.
    pub(super) fn block(&mut self, blocked: Blocked) {
        self.blocked.tried.extend(blocked.tried);
        self.blocked.runs.extend(blocked.runs);
    }

    /// Whether more runs wait than are asked for one by one.
    pub(super) fn has_many_runs(&self) -> bool {
        self.blocked.runs.len() > RUNS
    }

    /// Whether all endpoints that were being tried are so still.
    pub(super) fn is_blocked_still(&self, gates: &Gates) -> bool {
        self.blocked.tried.iter().all(|endpoint| gates.is_tried(*endpoint))
    }

    /// Whether there are any, and nothing else is to be looked at now.
    pub(super) fn holds(&self, seen: Seen, now: Timestamp) -> bool {
        let in_time = self.from <= now && self.until.is_none_or(|until| now < until);
        let is_any = self.has_rows() || self.has_undecided() || !self.paced.is_empty();
        (is_any || self.is_fresh) && self.seen == Some(seen) && in_time
    }

    /// What to decide on next: runs that wait for their turn, a few of those whose endpoint may be
    /// called, and as many of those that wait for a slot as there are free ones, or else the first of the others. And whether what
    /// supersedes one may be among others.
    pub(super) fn next(
        &mut self,
        slots: usize,
        at_once: usize,
        gates: &Gates,
    ) -> (Vec<DeliveryId>, bool) {
        let mut ids = Vec::new();
        for (of, queue) in &mut self.paced {
            if is_open(*of, gates) {
                ids.extend(queue.drain(..queue.len().min(slots).min(OF_ONE)));
            }
        }
        self.tried = ids.iter().copied().collect();
        ids.append(&mut self.blocked.runs);
        if self.has_rows() {
            let count = slots.min(self.rows.len());
            ids.extend(self.rows.drain(..count));
            return (ids, false);
        }
        let count = at_once.min(self.undecided.len());
        ids.extend(self.undecided.drain(..count));
        (ids, self.is_part)
    }

    /// Whether a free slot can be filled with what is left.
    pub(super) fn can_send(&self, gates: &Gates) -> bool {
        self.has_rows() || self.paced.keys().any(|of| is_open(*of, gates))
    }

    /// Has the next pass come when the first of the endpoints may be called.
    pub(super) fn expect(&self, gates: &Gates) {
        for (channel, is_late) in self.paced.keys() {
            if *is_late && !gates.is_free_for_late(*channel) {
                gates.put_off(*channel);
            }
        }
    }

    /// Whether rows wait for a slot.
    pub(super) fn has_rows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Whether rows were found due and not decided on.
    pub(super) fn has_undecided(&self) -> bool {
        !self.undecided.is_empty()
    }

    /// With these before the others, which lacked a slot; without them if what was decided on has to
    /// be found again, and then it goes on at once or not at all.
    pub(super) fn with(mut self, left: Option<Vec<DeliveryId>>, goes_on: bool) -> Self {
        match left.filter(|_| !self.is_blocked) {
            Some(left) => self.rows = left.into_iter().chain(self.rows).collect(),
            None if goes_on => (self.rows, self.is_blocked) = (VecDeque::new(), true),
            None => return Self::default(),
        }
        self
    }

    /// With those whose endpoint is not to be called now: in their turn, if it had come.
    pub(super) fn pace(&mut self, all: &[Paced]) {
        let (again, new): (Vec<Paced>, Vec<Paced>) =
            all.iter().partition(|paced| self.tried.contains(&paced.id));
        for Paced { id, channel, is_late } in again.into_iter().rev() {
            self.paced.entry((channel, is_late)).or_default().push_front(id);
        }
        for Paced { id, channel, is_late } in new {
            self.paced.entry((channel, is_late)).or_default().push_back(id);
        }
        self.paced.retain(|_, queue| !queue.is_empty());
    }

    /// What the ledger and the couriers looked like, if anything is left.
    pub(super) fn seen(&self) -> Option<Seen> {
        self.seen
    }

    /// The same after a change of our own that has to do with none of them.
    pub(super) fn see(&mut self, seen: Seen) {
        self.seen = Some(seen);
    }

    /// For as long as all is as it was seen, and before this moment.
    pub(super) fn while_as(
        self,
        seen: Seen,
        (from, until): (Timestamp, Option<Timestamp>),
    ) -> Self {
        Self { seen: Some(seen), from, until, is_fresh: false, ..self }
    }
}

fn is_open((channel, is_late): (ChannelId, bool), gates: &Gates) -> bool {
    gates.is_free(channel) && (!is_late || gates.is_free_for_late(channel))
}
