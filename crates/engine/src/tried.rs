//! What is known of the tries of something that waits for a person: whether there were any, the last
//! of them, and whether another one makes sense.

use calendar::{
    delivery::{Class, Guarantee, State, Wish, asked},
    id::ChannelId,
    reason::Reason,
};

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    ledger::{
        acknowledgement,
        attempt::{self, AttemptRow},
        delivery::DeliveryRow,
    },
};

/// What is known of its tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// This one was the last, or the one that is in doubt.
    Last(AttemptRow),
    /// This one was, under the same name, before it was wanted again.
    Before(AttemptRow),
    /// This ledger knows of none, which says nothing: others may be lost with a newer one.
    Unknown,
    /// There was none.
    Never,
}

impl Tried {
    /// The try there was.
    pub const fn last(&self) -> Option<&AttemptRow> {
        match self {
            Self::Last(one) | Self::Before(one) => Some(one),
            Self::Unknown | Self::Never => None,
        }
    }
}

impl Engine {
    /// Whether another try of what waits for a person is to be offered: it is not over, its channel
    /// is in use, and nobody has answered the reminder on this desktop.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn is_worth_a_retry(&self, row: &DeliveryRow) -> Result<bool> {
        self.read(|act| {
            if row.facts.state.class() != Class::Parked
                || asked(&row.facts, Wish::Retry, act.wall()).is_err()
            {
                return Ok(false);
            }
            match act.refuse_closed(row.identity.channel) {
                Ok(()) => {}
                Err(Error::Invalid { .. } | Error::NotFound { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
            let is_answered = row.identity.channel == ChannelId::DESKTOP
                && acknowledgement::given(act.tx, &row.identity, row.generation)?.is_some();
            Ok(!is_answered)
        })
    }

    /// Whether it waits for its next try or for its endpoint: a person can have it sent at once, or
    /// give it up.
    pub fn waits_for_endpoint(&self, row: &DeliveryRow) -> bool {
        row.facts.state.class() == Class::Live
            && asked(&row.facts, Wish::Discard, self.now().wall).is_ok()
    }
}

impl Act<'_> {
    /// Whether a row that ended may have been told all the same, through a channel that must never
    /// repeat. One that was told was told.
    pub(crate) fn is_doubtful(&self, row: &DeliveryRow) -> Result<bool> {
        if row.facts.guarantee == Guarantee::NeverMiss
            || row.attempts == 0
            || row.facts.state == State::Completed
        {
            return Ok(false);
        }
        let is_last = attempt::of(self.tx, row.id)?.pop().is_none_or(|last| last.is_doubtful());
        Ok(is_last || attempt::doubted(self.tx, row.id)?.is_some())
    }

    /// What is known of the tries of this one. Of what is in doubt it is the try that is.
    pub(crate) fn tried(&self, row: &DeliveryRow) -> Result<Tried> {
        if let Some(last) = attempt::of(self.tx, row.id)?.pop() {
            let doubted = match row.facts.reason {
                Reason::ReviewNoAnswer | Reason::ReviewCutOff => attempt::doubted(self.tx, row.id)?,
                _ => None,
            };
            return Ok(Tried::Last(doubted.unwrap_or(last)));
        }
        Ok(match row.facts.reason {
            Reason::ReviewEarlier => {
                let before = attempt::doubted_before(self.tx, &row.identity, row.generation)?;
                before.map_or(Tried::Unknown, Tried::Before)
            }
            Reason::ReviewRestored => Tried::Unknown,
            _ => Tried::Never,
        })
    }
}
