//! What was missed of an event before it is changed is planned by the definition that held until then.
//! Where that is much, it is planned in short transactions before the one that changes it: others
//! wait for the ledger meanwhile.

use calendar::id::EventId;

use super::{Asked, Effect, at_once};
use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        event::{self, EventRow},
        make_room,
    },
};

impl Engine {
    /// Plans what was missed of an event, but for what the transaction that changes it has time for.
    pub(crate) fn catch_up_with(&self, id: EventId) -> Result<()> {
        let find = |act: &Act<'_>| event::find_legible(act.tx, &act.context.zones, id);
        let is_behind = |act: &Act<'_>| -> Result<bool> {
            let Some(row) = find(act)? else { return Ok(false) };
            Ok(act.is_far_behind(&row) || act.is_to_be_planned_anew(row.event.id)?)
        };
        if !self.read(is_behind)? {
            return Ok(());
        }
        // Ends: each turn gets further.
        while self.write(|act| find(act)?.map_or(Ok(false), |row| act.catch_up_some(&row)))? {
            make_room();
        }
        Ok(())
    }
}

impl Act<'_> {
    /// Whether more of an event was missed than one transaction plans.
    fn is_far_behind(&self, row: &EventRow) -> bool {
        let (from, now) = (row.decided_until, self.wall());
        let is_here = row.deleted_at.is_none() && from < now;
        is_here && self.some_wanted(&row.event, from, now, at_once(&row.event)).reached < now
    }

    /// Plans some of what was missed of an event that is far behind, or what a journey moved of it; says
    /// whether there may be more than the transaction that changes it has time for.
    pub(crate) fn catch_up_some(&self, row: &EventRow) -> Result<bool> {
        if row.deleted_at.is_none() && self.is_to_be_planned_anew(row.event.id)? {
            return Ok(self.replan(row)?.as_millisecond() < self.wall().as_millisecond());
        }
        if !self.is_far_behind(row) {
            return Ok(false);
        }
        let (from, now) = (row.decided_until, self.wall());
        let mut plan = self.some_wanted(&row.event, from, now, at_once(&row.event));
        self.take_overflow(&row.event, &mut plan)?;
        for wanted in &plan.wanted {
            self.arm(&row.event, wanted, Asked::Pass, &mut Effect::default())?;
        }
        // Who leads goes on with it, too.
        event::decided(self.tx, row.event.id, plan.reached, Some(self.wall()))?;
        Ok(true)
    }
}
