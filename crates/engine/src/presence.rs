//! What the service says of its surroundings, for the window and the command line to tell.

use crate::{
    engine::Engine,
    error::Result,
    ledger::{
        setting::{self, name},
        status,
    },
};

/// With less room than this nothing can be written down for sure.
const LEAST_ROOM: u64 = 64 * 1024;

impl Engine {
    /// Whether there is too little room on the ledger's disk to write it.
    pub fn is_disk_full(&self) -> bool {
        let disk = rustix::fs::statvfs(self.dir());
        disk.is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_ROOM)
    }

    /// Whether the last service of this ledger was cut off.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn was_cut_off(&self) -> Result<bool> {
        Ok(self.service_status()?.is_some_and(|said| said.stopped.is_none()))
    }

    /// Whether something was wrong with the ledger when a service last looked at all of it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn is_doubtful(&self) -> Result<bool> {
        self.read(|act| Ok(setting::get(act.tx, name::DOUBTFUL)?.is_some()))
    }

    /// Notes what is wrong with the ledger after all of it was looked at, or that nothing is.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note_doubt(&self, fault: Option<&str>) -> Result<()> {
        if fault.is_none() && !self.is_doubtful()? {
            return Ok(());
        }
        self.write(|act| match fault {
            Some(fault) => setting::put(act.tx, name::DOUBTFUL, fault),
            None => setting::remove(act.tx, name::DOUBTFUL),
        })
    }

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
