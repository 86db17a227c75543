//! What the service says of its surroundings, for the window and the command line to tell.

use crate::{engine::Engine, error::Result, ledger::status};

impl Engine {
    /// Notes which notification service there is, if any.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note_notifier(&self, name: Option<&str>) -> Result<()> {
        self.write(|act| status::notifier(act.tx, name))
    }

    /// Notes whether a panel shows the tray.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note_tray(&self, shown: bool) -> Result<()> {
        self.write(|act| status::tray(act.tx, shown))
    }
}
