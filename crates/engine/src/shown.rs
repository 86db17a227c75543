//! The one state shown for what happens: the order in which several are told apart.

use calendar::delivery::State;

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
