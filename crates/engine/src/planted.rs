//! Planted bugs, each of which somebody once made: the simulator chooses one and has to find it.
//! Only with the feature `mutants` can any be chosen; without it there is nothing to choose, and
//! the compiler leaves all of it out.

use calendar::{event::Event, plan::Wanted, timing::later};

use crate::act::Act;

/// A bug that can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Planted {
    /// A claimed row counts as told before it was sent.
    DoneBeforeSend = 1,
    /// The key says which attempt it is.
    KeyWithAttempt,
    /// An earlier or later row of a daily series is a multiple of 24 hours away.
    TwentyFourHours,
    /// Commits are not flushed to the disk.
    NotFlushed,
    /// A row that is being sent is cancelled as if it were not.
    CancelOfClaimed,
    /// What came back while the ledger could not be written is forgotten.
    ForgottenOutcome,
    /// The clock is not looked at between the claim and the sending.
    NoSecondLook,
    /// What is over is told all the same.
    NoExpiry,
    /// It is tried again for ever.
    RetryForEver,
    /// An edit cancels every row and puts them in again under their old names.
    CancelAndInsert,
    /// An edit takes what lies ahead for decided.
    MarkAhead,
    /// What was cancelled while it was being sent is tried again.
    RetryAfterDelete,
}

#[cfg(feature = "mutants")]
mod chosen {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::Planted;

    static CHOSEN: AtomicU8 = AtomicU8::new(0);

    /// Plants a bug in all engines of this program from now on, or none.
    pub fn plant(bug: Option<Planted>) {
        CHOSEN.store(bug.map_or(0, |bug| bug as u8), Ordering::Relaxed);
    }

    /// Whether this bug is planted.
    pub fn is_planted(bug: Planted) -> bool {
        CHOSEN.load(Ordering::Relaxed) == bug as u8
    }
}

#[cfg(feature = "mutants")]
pub use chosen::{is_planted, plant};

/// Whether this bug is planted: never.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn is_planted(_: Planted) -> bool {
    false
}

impl Act<'_> {
    /// What is wanted, by a planted bug.
    pub(crate) fn as_planted(&self, event: &Event, wanted: &Wanted) -> Option<Wanted> {
        const DAY: i64 = 86_400;
        if !is_planted(Planted::TwentyFourHours) || event.repeats.is_once() {
            return None;
        }
        let zone = self.context.zone_of(event, &event.timing.tie);
        let first = zone.to_ambiguous_timestamp(event.timing.start).compatible().ok()?;
        let off = wanted.occurrence.start.duration_since(first).as_secs();
        let days = (off + DAY / 2).div_euclid(DAY);
        Some(Wanted { due: later(wanted.due, days * DAY - off), ..wanted.clone() })
    }
}
