//! Planning that nobody asked for: events whose time has come to be looked at, and those
//! whose zone has changed. An event that cannot be read stands in the
//! way of no other.

use calendar::reason::Reason;

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::event::{self, EventRow, Legible},
    reconcile::Asked,
};

impl Engine {
    /// How many undeleted events cannot be read, and so are not told.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn count_unreadable(&self) -> Result<usize> {
        self.read(|act| Ok(event::legible(act.tx, &act.context.zones)?.damaged.len()))
    }
}

impl Act<'_> {
    /// Plans an event anew because something changed that nobody asked for.
    pub(crate) fn replan(&self, row: &EventRow) -> Result<()> {
        self.reconcile(&row.event, row.decided_until, Asked::Nobody, Reason::CancelledEdited)?;
        Ok(())
    }

    /// Plans every event a pass finds due for it; says whether there may be more. One that
    /// cannot be read is not asked for again.
    pub(crate) fn plan_due(&self, limit: u32) -> Result<bool> {
        let Legible { rows, damaged } =
            event::to_plan(self.tx, &self.context.zones, self.wall(), limit)?;
        let full = rows.len() + damaged.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        for (id, error) in damaged {
            tracing::error!(event = %id, %error, "an event cannot be read and is not planned");
            event::unplan(self.tx, id)?;
        }
        for row in rows {
            self.reconcile(&row.event, row.decided_until, Asked::Pass, Reason::CancelledEdited)?;
        }
        let more = full || event::next_plan(self.tx)?.is_some_and(|at| at <= self.wall());
        Ok(more)
    }
}
