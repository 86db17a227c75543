//! What waits for a free slot: rows that a pass would have sent and had no slot for, in their
//! order. While nothing else happens the next passes go on with these instead of looking at all
//! that is due again. A hint and nothing more: each is read and decided on once more, and its
//! claim is what counts.

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

/// The rows that wait, and for how long nothing else is to be looked at.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    rows: VecDeque<DeliveryId>,
    seen: Option<Seen>,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Waiting {
    /// These rows, for as long as all is as it was seen, and before this moment.
    pub(super) fn new(
        rows: impl IntoIterator<Item = DeliveryId>,
        seen: Seen,
        (from, until): (Timestamp, Option<Timestamp>),
    ) -> Self {
        Self { rows: rows.into_iter().collect(), seen: Some(seen), from, until }
    }

    /// Whether there are any, and nothing else is to be looked at now.
    pub(super) fn holds(&self, seen: Seen, now: Timestamp) -> bool {
        let in_time = self.from <= now && self.until.is_none_or(|until| now < until);
        !self.rows.is_empty() && self.seen == Some(seen) && in_time
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first of them.
    pub(super) fn take(&mut self, count: usize) -> Vec<DeliveryId> {
        self.rows.drain(..count.min(self.rows.len())).collect()
    }

    /// The others.
    pub(super) fn into_rest(self) -> VecDeque<DeliveryId> {
        self.rows
    }
}
