//! Planted bugs, each of which somebody once made: the simulator chooses one and has to find it.
//! Only with the feature `mutants` can any be chosen; without it there is nothing to choose, and
//! the compiler leaves all of it out.

use std::cell::RefCell;

use calendar::{
    delivery::{Row as Facts, State},
    event::Event,
    id::DeliveryId,
    plan::Wanted,
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;

use crate::{
    act::Act,
    error::Result,
    ledger::{
        attempt,
        delivery::{self, DeliveryRow, Effects},
    },
    wake::{Wake, Woken},
};

/// A bug that can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// A claimed row counts as told before it was sent.
    DoneBeforeSend,
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
    /// What was found due is sent later without looking whether it still is.
    SelectThenUpdate,
    /// What is under way for longer than half a minute by the wall is taken up again.
    WallClockLease,
    /// A sleep is as long as it was meant to be at its beginning, whatever clocks do meanwhile.
    OneLongSleep,
    /// Nobody is told of a new row.
    NoWakeOnNewRow,
    /// What another zone moves into the past is cancelled.
    ZoneChangeDrops,
    /// An older copy of the ledger is taken for the ledger.
    RestoredRetells,
    /// Whoever led and did not say that it ended counts as alive for a while.
    HeirWaits,
    /// What was told is on the first screen alone.
    ShownOnce,
    /// An older program writes to a newer ledger.
    NewerUnseen,
    /// A ledger is brought up piece by piece.
    HalfBroughtUp,
    /// Of several that are late all are told, whatever bound there is.
    BoundIgnored,
    /// What was missed in numbers counts as one; few lives from seeds come that far, and one made by hand does.
    CountedAsOne,
    /// What may have arrived is sent again by an endpoint that is not to repeat any more.
    RepeatedAllTheSame,
    /// What a re-plan nobody asked for moves is armed once more under its name.
    ArmedTwice,
}

#[cfg(feature = "mutants")]
impl Planted {
    /// Those that lives from seeds find, with what to call them.
    pub const ALL: [(&str, Self); 25] = [
        ("done before send", Self::DoneBeforeSend),
        ("key with attempt number", Self::KeyWithAttempt),
        ("select, then update", Self::SelectThenUpdate),
        ("wall-clock lease", Self::WallClockLease),
        ("one long sleep", Self::OneLongSleep),
        ("no wake on a new row", Self::NoWakeOnNewRow),
        ("24 hours for a day", Self::TwentyFourHours),
        ("commits not flushed", Self::NotFlushed),
        ("cancel of a claimed row", Self::CancelOfClaimed),
        ("forgotten outcome", Self::ForgottenOutcome),
        ("no second look at the clock", Self::NoSecondLook),
        ("missing expiry", Self::NoExpiry),
        ("retry budget", Self::RetryForEver),
        ("cancel and insert", Self::CancelAndInsert),
        ("a mark ahead of now", Self::MarkAhead),
        ("retry after delete", Self::RetryAfterDelete),
        ("a zone change drops the unsent", Self::ZoneChangeDrops),
        ("a restored ledger tells again", Self::RestoredRetells),
        ("an heir that waits", Self::HeirWaits),
        ("shown by the first notification service alone", Self::ShownOnce),
        ("a newer ledger unseen", Self::NewerUnseen),
        ("brought up by halves", Self::HalfBroughtUp),
        ("a bound that is ignored", Self::BoundIgnored),
        ("repeated though it is not to be any more", Self::RepeatedAllTheSame),
        ("armed twice after a journey", Self::ArmedTwice),
    ];
}

#[cfg(feature = "mutants")]
mod chosen {
    use std::cell::Cell;

    use super::Planted;

    thread_local! {
        static CHOSEN: Cell<Option<Planted>> = const { Cell::new(None) };
    }

    /// Plants a bug in all engines of this thread from now on, or none.
    pub fn plant(bug: Option<Planted>) {
        CHOSEN.set(bug);
        super::FOUND.take();
    }

    /// Whether this bug is planted.
    pub fn is_planted(bug: Planted) -> bool {
        CHOSEN.get() == Some(bug)
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

/// What is taken up again because it is under way for longer than this by the wall, by a planted
/// bug.
const LEASE: i64 = 30;

impl Act<'_> {
    /// Takes up what is under way for too long, by a planted bug.
    pub(crate) fn end_leases(&self) -> Result<()> {
        if !is_planted(Planted::WallClockLease) {
            return Ok(());
        }
        for row in delivery::left_behind(self.tx, &[0; 16])? {
            let last = attempt::of(self.tx, row.id)?.pop();
            if last.is_some_and(|last| later(last.started, LEASE) < self.wall()) {
                let claim = (row.id, row.token);
                attempt::end(self.tx, claim, "unknown", None, "", self.wall())?;
                let effects = Effects { again: true, ..Effects::default() };
                self.enter(&row, (State::Pending, Reason::Again), &effects, "")?;
            }
        }
        Ok(())
    }
}

/// Waits until whoever led before, and did not say that it ended, surely does no more, by a planted bug.
pub(crate) fn outwait(has_ended: bool) {
    if is_planted(Planted::HeirWaits) && !has_ended {
        crate::simulated::wait(std::time::Duration::from_secs(LEASE.unsigned_abs()));
    }
}

/// What is known of a row, but for what a planted bug forgets.
pub(crate) fn as_remembered(facts: &Facts) -> Facts {
    let forgets = is_planted(Planted::RetryAfterDelete);
    let most = if is_planted(Planted::RetryForEver) { 2 } else { u32::MAX };
    Facts {
        cancel_wanted: facts.cancel_wanted && !forgets,
        failures: facts.failures.min(most),
        ..facts.clone()
    }
}

impl Act<'_> {
    /// A row that is over, to be sent by a planted bug. `None`: it changed meanwhile.
    pub(crate) fn as_if_not_over(&self, mut row: DeliveryRow) -> Result<Option<DeliveryRow>> {
        if row.facts.state == State::Held {
            let to = (State::Pending, Reason::Released);
            if !self.enter(&row, to, &Effects::default(), "")? {
                return Ok(None);
            }
            row.facts.state = State::Pending;
            row.facts.not_before = None;
        }
        Ok(Some(row))
    }
}

thread_local! {
    /// What was found due and not claimed, for want of slots.
    static FOUND: RefCell<Vec<DeliveryRow>> = const { RefCell::new(Vec::new()) };
}

/// What was found due; by a planted bug with what was found before, as it was then.
pub(crate) fn as_found(mut rows: Vec<DeliveryRow>) -> Vec<DeliveryRow> {
    if !is_planted(Planted::SelectThenUpdate) {
        return rows;
    }
    let before = FOUND.take();
    let is_new = |old: &DeliveryRow| !rows.iter().any(|row| row.id == old.id);
    let old: Vec<_> = before.into_iter().filter(is_new).collect();
    rows.extend(old);
    FOUND.set(rows.iter().take(50).cloned().collect());
    rows
}

/// This one was claimed.
pub(crate) fn was_claimed(id: DeliveryId) {
    FOUND.with_borrow_mut(|found| found.retain(|row| row.id != id));
}

/// Sleeps; by a planted bug for as long as it seems at the beginning, whatever clocks do.
pub(crate) async fn sleep(
    wake: &mut Box<dyn Wake>,
    now: Timestamp,
    at: Option<Timestamp>,
) -> Woken {
    if !is_planted(Planted::OneLongSleep) {
        return wake.until(at).await;
    }
    let long = std::time::Duration::from_secs(86_400);
    let time = at.and_then(|at| at.duration_since(now).try_into().ok()).unwrap_or(long);
    let end = tokio::time::sleep(time);
    tokio::pin!(end);
    // Ends: with the sleep, or with a bell.
    loop {
        tokio::select! {
            biased;
            () = &mut end => return Woken::Due,
            why = wake.until(None) => if why == Woken::Bell { return why },
        }
    }
}
