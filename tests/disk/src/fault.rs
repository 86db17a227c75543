//! What can go wrong with a disk, and what is left after the power was cut.

use std::time::Duration;

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process that makes this change, counted from now (0: the next), dies in the middle of
    /// it: so many bytes of it are written.
    Crash {
        /// Changes that still go well.
        after: u64,
        /// Bytes of the next that are written.
        torn: usize,
    },
    /// So many changes from now on one fails with an I/O error; the next goes well again.
    Failing {
        /// Changes that still go well.
        after: u64,
    },
    /// So many syncs from now on one fails, and what it was to keep is forgotten, as by Linux.
    FailingSync {
        /// Syncs that still go well.
        after: u64,
    },
    /// So many syncs from now on one takes this long.
    SlowSync {
        /// Syncs that still go fast.
        after: u64,
        /// How long that one takes.
        takes: Duration,
    },
    /// All files together can have no more bytes than this.
    Full {
        /// The most there can be.
        bytes: usize,
    },
    /// A foreign program holds the write lock for so long, as sleeping callers count.
    Busy {
        /// How long it is held.
        held: Duration,
    },
}

/// What is left of the changes that were not synced when the power was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The change is on the disk.
    Whole,
    /// So many of its first bytes are, in whole sectors.
    Torn(usize),
    /// It is lost.
    Lost,
}
