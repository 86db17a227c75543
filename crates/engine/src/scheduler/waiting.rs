//! What is left for the next passes: rows that would have been sent and had no slot, and those that
//! were found due and not decided on yet, in their order. While nothing else happens the next passes
//! go on with these instead of looking at all that is due again. A hint and nothing more: each is
//! read and decided on once more, and its claim is what counts.

use std::collections::VecDeque;

use calendar::id::DeliveryId;
use jiff::Timestamp;

use super::Availability;
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
}

/// The rows that are left, and for how long nothing else is to be looked at.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    rows: VecDeque<DeliveryId>,
    undecided: VecDeque<DeliveryId>,
    /// More was found at once than one pass decides on.
    is_part: bool,
    /// Some of what was decided on waits for something else than a slot, and is to be found again.
    is_blocked: bool,
    seen: Option<Seen>,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Waiting {
    /// These rows were found due.
    pub(super) fn found(undecided: VecDeque<DeliveryId>, at_once: usize) -> Self {
        Self { is_part: undecided.len() > at_once, undecided, ..Self::default() }
    }

    /// Whether there are any, and nothing else is to be looked at now.
    pub(super) fn holds(&self, seen: Seen, now: Timestamp) -> bool {
        let in_time = self.from <= now && self.until.is_none_or(|until| now < until);
        let is_any = self.has_rows() || self.has_undecided();
        is_any && self.seen == Some(seen) && in_time
    }

    /// What to decide on next: as many of those that wait for a slot as there are free ones, or else the
    /// first of the others. And whether what supersedes one may be among others.
    pub(super) fn next(&mut self, slots: usize, at_once: usize) -> (Vec<DeliveryId>, bool) {
        if self.has_rows() {
            let count = slots.min(self.rows.len());
            return (self.rows.drain(..count).collect(), false);
        }
        let count = at_once.min(self.undecided.len());
        (self.undecided.drain(..count).collect(), self.is_part)
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

    /// For as long as all is as it was seen, and before this moment.
    pub(super) fn while_as(
        self,
        seen: Seen,
        (from, until): (Timestamp, Option<Timestamp>),
    ) -> Self {
        Self { seen: Some(seen), from, until, ..self }
    }
}
