//! The one state shown for what happens: the order in which several are told apart. And whether a
//! person may have seen it.

use calendar::{delivery::State, reason::Reason};

use crate::ledger::delivery::DeliveryRow;

/// What a chip shows, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// No glyph.
    Nothing,
    /// ○
    Scheduled,
    /// ✓
    Told,
    /// ⏭
    Skipped,
    /// ✓ told late
    Late,
    /// ◷
    Expired,
    /// ‖
    Held,
    /// ↻
    Retrying,
    /// ?
    Review,
    /// ▲
    Dead,
}

impl Shown {
    /// What one delivery shows.
    pub fn of(row: &DeliveryRow) -> Self {
        match row.facts.state {
            State::Scheduled | State::Pending | State::Processing => Self::Scheduled,
            State::Retrying => Self::Retrying,
            State::Held => Self::Held,
            State::Dead => Self::Dead,
            State::Review => Self::Review,
            State::Completed if row.facts.reason.is_late() => Self::Late,
            State::Completed => Self::Told,
            State::Skipped | State::Coalesced | State::Discarded => Self::Skipped,
            State::Expired => Self::Expired,
            State::Cancelled => Self::Nothing,
        }
    }
}

/// Whether a notification was on the screen, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// A notification service took it.
    Yes,
    /// A try was cut off or had no answer, or the ledger knows nothing of what came of it.
    Perhaps,
    /// None was shown.
    No,
}

impl Seen {
    /// What is known of one delivery to the desktop.
    pub fn of(row: &DeliveryRow) -> Self {
        let facts = &row.facts;
        let is_taken = facts.state == State::Completed && facts.reason != Reason::InboxOnly;
        match (is_taken || row.shown_by.is_some(), facts.state) {
            (true, _) => Self::Yes,
            (false, State::Review) => Self::Perhaps,
            (false, _) if row.again => Self::Perhaps,
            (false, _) => Self::No,
        }
    }
}

impl DeliveryRow {
    /// Why it stands where it does, without the word for its state. What is in the inbox only may
    /// have been shown before that, and since.
    pub fn cause(&self) -> &'static str {
        match (self.facts.reason, self.again, self.shown_by.is_some()) {
            (Reason::InboxOnly, true, true) => "kept in the inbox and shown again",
            (Reason::InboxOnly, false, true) => "kept in the inbox, and shown since",
            (reason, again, _) => cause_then(reason, again),
        }
    }

    /// The same with the word for its state.
    pub fn sentence(&self) -> &'static str {
        match self.facts.reason {
            Reason::InboxOnly => self.cause(),
            reason => reason.sentence(),
        }
    }
}

/// A cause as it was when it came to be: of what may have been shown by then, or not.
pub fn cause_then(reason: Reason, again: bool) -> &'static str {
    match reason {
        Reason::InboxOnly if again => "kept in the inbox: it may have been shown before",
        _ => reason.cause(),
    }
}
