//! What happened, as seen from outside of the engine.

use std::sync::{Mutex, PoisonError};

use calendar::id::DeliveryId;
use jiff::Timestamp;

use crate::{clock::Clocks, oracle::Place};

/// A claim: which row, and by which token.
pub type Mark = (DeliveryId, i64);

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A service begins to hand something over.
    Sent {
        /// By which claims.
        marks: Vec<Mark>,
        /// From when on each of them is not to be told, as it was claimed.
        over: Vec<Option<Timestamp>>,
        /// Who.
        process: u32,
    },
    /// It knows what became of that, or that nobody knows.
    Answered {
        /// By which claims.
        marks: Vec<Mark>,
        /// Who.
        process: u32,
    },
    /// The other side took a message.
    Told {
        /// The key it knows it by.
        key: String,
        /// By which claims.
        marks: Vec<Mark>,
        /// Who sent it.
        process: u32,
        /// What the other side is called: `desktop`, or the last word of the endpoint's address.
        to: String,
        /// Whether the text says that it may be seen twice.
        again: bool,
        /// A number that stands for the bytes of a webhook.
        body: u64,
        /// Its number on the screen.
        pop_up: u32,
    },
    /// The desktop took what was told before, to show it again.
    ShownAgain {
        /// Which rows.
        rows: Vec<DeliveryId>,
        /// Who sent it.
        process: u32,
        /// The true time at which it began to.
        begun: u64,
        /// Its number on the screen.
        pop_up: u32,
        /// Whether it has the place of another.
        replaces: bool,
    },
    /// The notification service ended, and with it all that it showed.
    Vanished,
    /// Another one begins.
    Appeared,
    /// The ledger's own rules refused what somebody was to write.
    Barred {
        /// In words.
        what: String,
    },
    /// The other side said that it is gone.
    Gone {
        /// By which claims.
        marks: Vec<Mark>,
        /// What it is called.
        to: String,
    },
    /// The other side refused it.
    Refused {
        /// By which claims.
        marks: Vec<Mark>,
        /// However often it is asked.
        for_good: bool,
    },
    /// A person switched an endpoint on, or tried to.
    SwitchedOn {
        /// What it is called.
        to: &'static str,
        /// Whether that was confirmed.
        sure: bool,
    },
    /// A person let an endpoint never repeat from now on, or never miss, or tried to.
    Promised {
        /// What it is called.
        to: &'static str,
        /// Whether it is to never repeat.
        careful: bool,
        /// Whether that was confirmed.
        sure: bool,
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
        /// Whether another stood by.
        heir: bool,
    },
    /// The machine comes to another place, or other zone data comes to it.
    Arrived {
        /// Where it is.
        place: Place,
    },
    /// The ledger is planned for this place, as the service knows.
    Followed {
        /// Where.
        place: Place,
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
    /// An older copy of the ledger was put in its place.
    Restored {
        /// The true time it is of.
        of: u64,
    },
    /// The machine lost its power, and is started anew.
    Booted,
    /// Something went wrong, or right again.
    Struck {
        /// In words.
        what: String,
    },
}

/// With its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
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
