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
        let noted = self.restored()?;
        Ok(noted.and_then(|[at, rows, _]| {
            Some((Timestamp::from_millisecond(at).ok()?, rows.try_into().ok()?))
        }))
    }

    /// The last step of the audit before that: what is after it was done here, whatever the clock says.
    pub(crate) fn restored_after(&self) -> Result<Option<i64>> {
        Ok(self.restored()?.map(|[_, _, seq]| seq))
    }

    /// When that was, how many deliveries it put before a person, and how far the audit was.
    fn restored(&self) -> Result<Option<[i64; 3]>> {
        let text = setting::get(self.tx, name::RESTORED_AT)?.unwrap_or_default();
        let numbers: Vec<i64> = text.split(' ').map_while(|number| number.parse().ok()).collect();
        Ok(numbers.try_into().ok())
    }
}
