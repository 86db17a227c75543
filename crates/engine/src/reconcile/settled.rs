//! What comes back from being sent: while it was, planning left it as it was claimed, and its event may
//! want it at another moment by now, or until another.

use calendar::{event::Event, policy::UseBy};

use super::{is_as, retimed};
use crate::{
    act::Act,
    error::Result,
    ledger::{delivery::DeliveryRow, event},
    nag::is_nag,
};

impl Act<'_> {
    /// Has an event planned anew, before anything else is decided of its row, if that was not taken and
    /// is wanted at another moment than it was claimed for; says whether it is.
    pub(crate) fn plan_if_otherwise(&self, row: &DeliveryRow) -> Result<bool> {
        // What a person had sent is sent as it was.
        let Some(id) = row.event.filter(|_| !row.is_asked_for()) else { return Ok(false) };
        let found = event::find_legible(self.tx, &self.context.zones, id)?;
        let Some(found) = found.filter(|found| found.deleted_at.is_none()) else {
            return Ok(false);
        };
        let is_otherwise = self.is_otherwise(&found.event, row);
        if is_otherwise {
            event::plan_now(self.tx, id, self.wall())?;
        }
        Ok(is_otherwise)
    }

    /// Whether an event wants a row, and with another timing.
    fn is_otherwise(&self, event: &Event, row: &DeliveryRow) -> bool {
        let name = &row.identity;
        if name.reminder.starts_with("t:") {
            let wanted = event.still_wanted(&self.context, name);
            return wanted.is_some_and(|wanted| {
                let label = wanted.occurrence.label();
                row.facts.due != wanted.due || !is_as(row, &retimed(event, &wanted, &label, None))
            });
        }
        let (of, (use_by, over)) = if is_nag(&name.reminder) {
            let Some((_, of)) = self.nags_still(event, name) else { return false };
            let ends = self.nag_ends(event, row, &of);
            (of, ends)
        } else {
            let of = event.occurrence_named(&self.context, &name.occurrence);
            let Some(of) = of.filter(|_| event.enabled && name.reminder.starts_with("s:")) else {
                return false;
            };
            let use_by = event.kind.deadline(&of);
            (of, (use_by, use_by.map_or(UseBy::Never, |_| UseBy::Deadline)))
        };
        (row.facts.use_by, row.facts.over) != (use_by, over)
            || row.span != (of.start, of.end)
            || row.label != of.label()
    }
}
