//! What the ledger counted, and what was done to it as a whole: for `doctor`.

use jiff::Timestamp;

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        setting::{self, name},
        statistic,
    },
};

impl Engine {
    /// How many deliveries came to which end since, and how late they were told, by class.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn statistics(&self, since: Timestamp) -> Result<Vec<(String, u64)>> {
        self.read(|act| statistic::since(act.tx, since))
    }

    /// When this ledger last counted as another copy, and how many deliveries that put before a
    /// person.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn restored_at(&self) -> Result<Option<(Timestamp, u32)>> {
        self.read(|act| act.restored_at())
    }
}

impl Act<'_> {
    pub(crate) fn restored_at(&self) -> Result<Option<(Timestamp, u32)>> {
        let text = setting::get(self.tx, name::RESTORED_AT)?;
        Ok(text.and_then(|text| {
            let (at, rows) = text.split_once(' ')?;
            Some((Timestamp::from_millisecond(at.parse().ok()?).ok()?, rows.parse().ok()?))
        }))
    }
}
