//! What a person can ask of a delivery: the other half of the machine. A clock never moves what is
//! parked, and a person never what is final; of what is live only a webhook that waits for its next
//! try or for its endpoint, to have it sent at once or never.

use jiff::Timestamp;

use super::{Class, Next, Row, State};
use crate::reason::Reason;

/// What a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Another try, with the same key.
    Retry,
    /// A new one in its place, with a key of its own.
    SendAsNew,
    /// Nothing more.
    Discard,
}

/// Why it cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It waits for nobody, nor for what a person may cut short.
    NotWaiting,
    /// It is too late to tell it under its own name.
    Over,
}

/// What becomes of a delivery when a person asks for something.
///
/// # Errors
/// When it waits for nothing a person can help with, or is over.
pub fn asked(row: &Row, wish: Wish, now: Timestamp) -> Result<Next, Refused> {
    let is_open = match (row.state.class(), wish) {
        (Class::Parked, _) => true,
        (Class::Live, Wish::Retry | Wish::Discard) => waits(row, now),
        (Class::Live, Wish::SendAsNew) | (Class::Final, _) => false,
    };
    if !is_open {
        return Err(Refused::NotWaiting);
    }
    match wish {
        Wish::Retry if row.use_by.is_some_and(|end| end <= now) => Err(Refused::Over),
        Wish::Retry => Ok(Next::Enter(State::Pending, Reason::RetryAsked, None)),
        Wish::SendAsNew => Ok(Next::Enter(State::Discarded, Reason::DiscardedReplaced, None)),
        Wish::Discard => Ok(Next::Enter(State::Discarded, Reason::Discarded, None)),
    }
}

/// Whether it goes to an endpoint, was due, and waits. A clock that is not to be trusted is to be
/// looked at first: nobody knows what was due.
fn waits(row: &Row, now: Timestamp) -> bool {
    matches!(row.state, State::Retrying | State::Held)
        && row.reason != Reason::HeldClock
        && !row.desktop
        && row.due <= now
}
