//! Retention: the record of an occurrence is kept for 400 days after its last word, and goes as a
//! whole; what lives, waits for a person or stands in the inbox unanswered is kept however old it is.
//! What is gone is never planned again: nothing due by [`name::FORGOTTEN_UNTIL`] comes to be any more.

use calendar::timing::later;
use jiff::Timestamp;

use crate::{
    act::Act,
    clock::Synchronised,
    engine::Engine,
    error::Result,
    ledger::{
        channel, event, make_room, moment, ms,
        retention::{self, Place},
        setting::{self, name},
    },
    simulated::kept,
};

const DAY: i64 = 86_400;
/// So long a record is kept.
const KEPT: i64 = 400 * DAY;
/// Where nobody knows whether the clock is right, a day's asking goes on by no more than this: one
/// that is years ahead takes nothing away that would not go within that time.
const STRIDE: i64 = 31 * DAY;
/// Deliveries looked at in one transaction, at most.
const LOOKED_AT: u32 = 200;
/// Deleted things that go in one transaction, at most.
const BURIED: u32 = 50;

/// What went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Deliveries, with all their steps.
    pub deliveries: usize,
    /// Things that were deleted long ago.
    pub tombstones: usize,
}

impl Engine {
    /// Lets go of what is over for longer than it is kept, in short transactions. While a jump of
    /// the clock is not confirmed, or something due is still to be planned, nothing goes.
    ///
    /// # Errors
    /// When the ledger cannot be written; what went until then is gone.
    pub fn forget_old(&self) -> Result<Forgotten> {
        let mut gone = Forgotten::default();
        if self.clock_jump()?.is_some() {
            return Ok(gone);
        }
        let Some(until) = self.write_unheard(|act| act.over_until(self.synchronised()))? else {
            return Ok(gone);
        };
        self.write_unheard(|act| channel::forget_old_secrets(act.tx, act.wall()))?;
        let mut place = Some(Place::FIRST);
        // Ends: each turn looks at later ones.
        while let Some(from) = place {
            let (over, next) = self.read(|act| retention::over(act.tx, until, from, LOOKED_AT))?;
            place = next;
            if over.is_empty() {
                continue;
            }
            match self.write_unheard(|act| act.forget(&over, until))? {
                Some(deliveries) => gone.deliveries += deliveries,
                None => return Ok(gone),
            }
            make_room();
        }
        // Ends: each turn deletes some, and what is deleted is not made.
        loop {
            let buried =
                self.write_unheard(|act| retention::forget_events(act.tx, until, BURIED))?;
            gone.tombstones += buried;
            if buried < BURIED as usize {
                break;
            }
            make_room();
        }
        gone.tombstones += self.write_unheard(|act| retention::forget_rest(act.tx, until))?;
        Ok(gone)
    }

    /// Up to when what ended is no longer on record; `None` when nothing went yet.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn forgotten_until(&self) -> Result<Option<Timestamp>> {
        self.read(|act| act.forgotten_until())
    }
}

impl Act<'_> {
    /// What had its last word by then is over; nothing, when a clock nobody knows to be right is
    /// asked for the first time.
    fn over_until(&self, clock: Synchronised) -> Result<Option<Timestamp>> {
        let wished = later(self.wall(), -kept(KEPT));
        let last = setting::get(self.tx, name::OVER_UNTIL)?;
        let last = last.and_then(|text| text.parse().ok()).map(moment);
        let until = match (clock, last) {
            (Synchronised::Yes, _) => Some(wished),
            (_, last) => last.map(|last| wished.min(later(last, STRIDE))),
        };
        // What is there goes no sooner than it would by a clock that is right, but for a month a day.
        let first = retention::first_due(self.tx)?.map_or(wished, |due| later(due, -kept(KEPT)));
        let noted = ms(until.unwrap_or(first.min(wished))).to_string();
        setting::put(self.tx, name::OVER_UNTIL, &noted)?;
        Ok(until)
    }

    /// Forgets these occurrences, and that there ever was anything due by `until` with them.
    /// `None`: not now, something due is still to be planned and has to find what there was.
    fn forget(&self, over: &[(String, String)], until: Timestamp) -> Result<Option<usize>> {
        if event::next_plan(self.tx)?.is_some_and(|at| at <= self.wall()) {
            return Ok(None);
        }
        let mut gone = 0;
        for (subject, occurrence) in over {
            gone += retention::forget(self.tx, (subject, occurrence), until)?;
        }
        let mark = self.forgotten_until()?.map_or(until, |before| before.max(until));
        setting::put(self.tx, name::FORGOTTEN_UNTIL, &ms(mark).to_string())?;
        Ok(Some(gone))
    }

    /// A clock that was far ahead may have let go of what is still to come: that is over now.
    pub(crate) fn remember_from_now(&self) -> Result<()> {
        if self.forgotten_until()?.is_some_and(|until| until > self.wall()) {
            let now = ms(self.wall()).to_string();
            setting::put(self.tx, name::FORGOTTEN_UNTIL, &now)?;
        }
        Ok(())
    }

    /// What was due by then may have been told and forgotten.
    pub(crate) fn forgotten_until(&self) -> Result<Option<Timestamp>> {
        let kept = setting::get(self.tx, name::FORGOTTEN_UNTIL)?;
        Ok(kept.and_then(|text| text.parse().ok()).map(moment))
    }

    /// Whether what was due then may have been told and forgotten: it never comes to be again.
    pub(crate) fn is_forgotten(&self, due: Timestamp) -> Result<bool> {
        if due > self.wall() {
            return Ok(false);
        }
        Ok(self.forgotten_until()?.is_some_and(|until| due <= until))
    }
}
