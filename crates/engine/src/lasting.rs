//! What a person did last that undo cannot take back: a channel removed, a reminder snoozed. It is
//! remembered until the next change that can be, so that undo takes nothing older away unasked.

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        change,
        setting::{self, name},
    },
};

/// The place of an answer that was given on a notification.
pub const NOTIFICATION: &str = "notification";

/// What stands in the way of undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lasting {
    /// What was done, in words that begin a sentence: "removing the channel lamp".
    pub what: String,
    /// The last change before it that can be taken back, in words.
    pub before: Option<String>,
}

impl Engine {
    /// What was done since the last change and cannot be taken back.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn lasting(&self) -> Result<Option<Lasting>> {
        self.read(|act| {
            let Some(what) = setting::get(act.tx, name::LASTING)? else { return Ok(None) };
            let before = change::to_undo(act.tx)?.map(|row| row.label);
            Ok(Some(Lasting { what, before }))
        })
    }
}

impl Act<'_> {
    /// Remembers what a person did that cannot be taken back, wherever it was done.
    pub(crate) fn lasts(&self, what: &str) -> Result<()> {
        setting::put(self.tx, name::LASTING, what)
    }

    /// The same of an answer. One on a notification does not count: nobody takes it for the last
    /// command.
    pub(crate) fn answer_lasts(&self, what: &str, place: &str) -> Result<()> {
        if place == NOTIFICATION { Ok(()) } else { self.lasts(what) }
    }
}
