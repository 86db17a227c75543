//! What a person can ask of a delivery that waits for one: the other half of the machine. A clock
//! never moves what is parked, and a person never what is live or final.

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
    /// It waits for nobody.
    NotParked,
    /// It is too late to tell it under its own name.
    Over,
}

/// What becomes of a delivery when a person asks for something.
///
/// # Errors
/// When it waits for nobody, or is over.
pub fn asked(row: &Row, wish: Wish, now: Timestamp) -> Result<Next, Refused> {
    if row.state.class() != Class::Parked {
        return Err(Refused::NotParked);
    }
    match wish {
        Wish::Retry if row.use_by.is_some_and(|end| end <= now) => Err(Refused::Over),
        Wish::Retry => Ok(Next::Enter(State::Pending, Reason::RetryAsked, None)),
        Wish::SendAsNew => Ok(Next::Enter(State::Discarded, Reason::DiscardedReplaced, None)),
        Wish::Discard => Ok(Next::Enter(State::Discarded, Reason::Discarded, None)),
    }
}
