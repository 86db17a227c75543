//! What happened, as seen from outside of the engine.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::clock::Clocks;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Happened {
    /// The other side took a message.
    Told {
        /// The key it knows it by.
        key: String,
        /// Who sent it.
        process: u32,
        /// Whether it was the desktop.
        desktop: bool,
        /// How many rows it stood for.
        rows: usize,
        /// Whether the text says that it may be seen twice.
        again: bool,
    },
    /// A service leads.
    Leads {
        /// Which.
        process: u32,
    },
    /// A service is no more.
    Ended {
        /// Which.
        process: u32,
        /// In an orderly way.
        orderly: bool,
    },
    /// A person changed something, and was told that it is done.
    Confirmed {
        /// In words.
        what: String,
    },
    /// A person tried to, and was told that it failed, or was told nothing.
    Unconfirmed {
        /// In words.
        what: String,
    },
    /// Something went wrong, or right again.
    Struck {
        /// In words.
        what: String,
    },
}

/// With its moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// True time, milliseconds since the start.
    pub truth: u64,
    /// What the wall clock said.
    pub wall: Timestamp,
    /// What happened.
    pub what: Happened,
}

/// All of it, in order.
#[derive(Debug, Default)]
pub struct Trace(Mutex<Vec<Entry>>);

impl Trace {
    pub(crate) fn add(&self, clocks: &Clocks, what: Happened) {
        let entry = Entry { truth: clocks.truth(), wall: clocks.wall(), what };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// What happened so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
