//! Runs of a workflow that overlap. A run goes on from when it is due until its delivery is told,
//! over or waits for a person; what becomes of the next one meanwhile is the event's to say, when it
//! is due, whatever keeps its endpoint from being called.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, btree_map::Entry},
};

use calendar::{
    id::{DeliveryId, EventId},
    policy::Overlap,
};
use jiff::Timestamp;
use rusqlite::Transaction;

use crate::{
    error::Result,
    ledger::{
        delivery::DeliveryRow,
        runs::{self, Run},
    },
};

/// What becomes of a run that is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It begins.
    Begins,
    /// It waits until the one before is over.
    Waits,
    /// It is left out.
    LeftOut,
}

type Series = (String, String, [u8; 16]);

/// The runs that go on, as far as they were asked for in one pass.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    wishes: BTreeMap<EventId, Overlap>,
    known: RefCell<BTreeMap<Series, Vec<Run>>>,
    over: Cell<Option<Timestamp>>,
}

impl Turns {
    /// The events whose runs do not overlap.
    pub(crate) fn load(tx: &Transaction<'_>) -> Result<Self> {
        Ok(Self { wishes: runs::wishes(tx)?, ..Self::default() })
    }

    /// Whether it is this run's turn.
    pub(crate) fn of(
        &self,
        tx: &Transaction<'_>,
        row: &DeliveryRow,
        now: Timestamp,
    ) -> Result<Turn> {
        let wish = row.event.and_then(|event| self.wishes.get(&event));
        let Some(wish) = wish.filter(|_| row.attempts == 0 && !row.is_asked_for()) else {
            return Ok(Turn::Begins);
        };
        let name = &row.identity;
        let series = (name.subject.clone(), name.reminder.clone(), *name.channel.bytes());
        let mut known = self.known.borrow_mut();
        let runs = match known.entry(series) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(none) => none.insert(runs::going_on(tx, name, now)?),
        };
        let turn = turn(*wish, row.id, runs);
        if turn == Turn::Waits {
            self.over.set([self.over.get(), row.facts.use_by].into_iter().flatten().min());
        }
        Ok(turn)
    }

    /// When the first of those that wait is over.
    pub(super) fn over(&self) -> Option<Timestamp> {
        self.over.get()
    }
}

/// Of runs that are due, the one that was begun, else the first, goes on.
fn turn(wish: Overlap, own: DeliveryId, runs: &[Run]) -> Turn {
    let going = runs.iter().find(|run| run.begun).or(runs.first());
    let is_own = going.is_none_or(|run| run.delivery == own);
    let is_latest = runs.last().is_some_and(|run| run.delivery == own);
    match (wish, is_own, is_latest) {
        (Overlap::Allow, ..) | (_, true, _) => Turn::Begins,
        (Overlap::Buffer, false, true) => Turn::Waits,
        (Overlap::Buffer, false, false) | (Overlap::Skip, false, _) => Turn::LeftOut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs in the order they are due, `*` begun; says what becomes of each.
    fn turns(wish: Overlap, runs: &str) -> String {
        let id = |n: usize| DeliveryId::from_bytes([u8::try_from(n).unwrap_or(0); 16]);
        let runs: Vec<Run> = runs
            .chars()
            .enumerate()
            .map(|(n, c)| Run { delivery: id(n), begun: c == '*' })
            .collect();
        let word = |run: &Run| match turn(wish, run.delivery, &runs) {
            Turn::Begins => 'b',
            Turn::Waits => 'w',
            Turn::LeftOut => '-',
        };
        runs.iter().map(word).collect()
    }

    #[test]
    fn one_goes_on_and_the_others_do_as_is_wished() {
        for (wish, runs, said) in [
            (Overlap::Allow, "*..", "bbb"),
            (Overlap::Skip, ".", "b"),
            (Overlap::Skip, "...", "b--"),
            (Overlap::Skip, "*.", "b-"),
            (Overlap::Skip, ".*", "-b"),
            (Overlap::Buffer, ".", "b"),
            (Overlap::Buffer, "..", "bw"),
            (Overlap::Buffer, "*...", "b--w"),
        ] {
            assert_eq!(turns(wish, runs), said, "{wish} {runs}");
        }
    }
}
