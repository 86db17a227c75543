//! The record looked through: whether each step is as it was written, and whether the steps of each
//! delivery give its row.

use calendar::id::DeliveryId;

use crate::{
    engine::Engine,
    error::Result,
    ledger::audit::{self, Checked, Fault},
};

/// Rows looked at in one read, so that no other waits for long.
const AT_ONCE: u32 = 500;
/// More faults than this are not listed.
const AT_MOST: usize = 100;

impl Engine {
    /// How many steps the record has had so far.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn steps(&self) -> Result<i64> {
        self.read(|act| audit::last(act.tx))
    }

    /// Looks through the whole record and lists what is wrong, at most a hundred things.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn check_records(&self) -> Result<Vec<Fault>> {
        let mut faults = Vec::new();
        let mut from = Some(0);
        while let Some(at) = from.filter(|_| faults.len() < AT_MOST) {
            let Checked { faults: found, next } =
                self.read(|act| audit::check(act.tx, at, AT_ONCE))?;
            faults.extend(found);
            from = next;
        }
        let mut after: Option<Option<DeliveryId>> = Some(None);
        while let Some(at) = after.filter(|_| faults.len() < AT_MOST) {
            let Checked { faults: found, next } =
                self.read(|act| audit::check_rows(act.tx, at, AT_ONCE))?;
            faults.extend(found);
            after = next.map(Some);
        }
        faults.truncate(AT_MOST);
        Ok(faults)
    }
}
