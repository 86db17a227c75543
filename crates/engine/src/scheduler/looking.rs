//! One look at what is due: what was left from the pass before, or is found anew, is decided on and
//! claimed, and the rest left to the next.

use std::collections::VecDeque;

use super::{
    Passed, Slots,
    claim::{Claimed, Digests},
    pass::{Pass, ROWS},
    waiting::{Seen, Waiting},
};
use crate::{
    error::Result,
    ledger::{delivery, status},
    planted::as_found,
};

/// More than these that are due are a crowd.
const CROWD: u32 = 5_000;

/// What a pass goes by where it looks at what is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looking {
    /// What is left from the pass before is all there is to look at.
    pub(super) goes_on: bool,
    /// That was found for this pass.
    pub(super) is_crowd: bool,
    /// Some events are not planned yet.
    pub(super) to_plan: bool,
    /// What the pass found, before it changed anything.
    pub(super) before: Seen,
}

/// What came of that.
pub(super) struct Looked {
    pub(super) passed: Passed,
    pub(super) waiting: Waiting,
    /// There is a crowd, to be found before the next pass.
    pub(super) to_find: bool,
    /// The digests that have room for what the next pass finds.
    pub(super) begun: Digests,
}

impl Looking {
    /// Decides on what is due, and claims.
    pub(super) fn look(
        self,
        pass: &Pass<'_>,
        mut waiting: Waiting,
        slots: Slots,
    ) -> Result<Looked> {
        let (act, availability) = (pass.act, pass.availability);
        let mut to_find = false;
        // What was settled and planned is enough for one transaction.
        if !self.to_plan && act.has_changed_much() {
            return self.leave(pass, waiting);
        }
        if !self.goes_on {
            to_find =
                !self.is_crowd && !self.to_plan && delivery::are_due(act.tx, act.wall(), CROWD)?;
            let found = if to_find { VecDeque::new() } else { pass.find_due()? };
            waiting = Waiting::found(found, ROWS);
        }
        let (ids, is_more) = waiting.next(slots.webhook, ROWS, &pass.gates);
        let to_send = pass.decide_on(&ids, is_more)?;
        let Claimed { parcels, left, is_part } = pass.claim(as_found(to_send), slots)?;
        waiting.block(pass.blocked.take());
        let is_all_known = !pass.left_some.get() && !waiting.has_many_runs();
        let slotless = left.slotless.filter(|_| is_all_known);
        waiting.pace(&left.paced);
        waiting.expect(&pass.gates);
        if Seen::now(act, availability)? != self.before {
            status::passed(act.tx, &act.now)?;
        }
        // What waits for slots comes back when one is free.
        let waits = match &slotless {
            Some(left) => !left.is_empty(),
            None => parcels.len() >= slots.webhook,
        };
        let has_room = parcels.len() < slots.webhook && waiting.can_send(&pass.gates);
        let is_left = waiting.has_undecided() && !waits;
        // It came to be due by what was settled, after all that is was found.
        let is_again = self.goes_on && pass.due_again.get();
        let more = self.to_plan || to_find || has_room || is_left || is_again;
        // Of what is told at once there may be more, while it is not all found or the last is on its way.
        let is_more = self.to_plan || to_find || is_part || waiting.has_undecided();
        let is_open = slots.desktop == 0 || is_more;
        let begun = if is_open { pass.begun.take() } else { Digests::default() };
        let until = pass.next_look()?;
        let wake_at = [until, pass.gates.opens()].into_iter().flatten().min();
        let waiting = match self.to_plan {
            true => Waiting::default(),
            false => waiting
                .with(slotless, more)
                .while_as(Seen::now(act, availability)?, (act.wall(), until)),
        };
        Ok(Looked { passed: Passed { parcels, wake_at, more }, waiting, to_find, begun })
    }

    /// Leaves all that is due to the next pass, which follows at once.
    fn leave(self, pass: &Pass<'_>, waiting: Waiting) -> Result<Looked> {
        let act = pass.act;
        status::passed(act.tx, &act.now)?;
        let seen = Seen::now(act, pass.availability)?;
        let waiting = if self.goes_on { waiting } else { Waiting::default() };
        Ok(Looked {
            passed: Passed { parcels: Vec::new(), wake_at: pass.next_look()?, more: true },
            waiting: waiting.while_as(seen, (act.wall(), None)),
            to_find: false,
            begun: pass.begun.take(),
        })
    }
}
