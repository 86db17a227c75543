//! What a run came to, for the judge.

use std::{
    fmt::{self, Write},
    hash::{DefaultHasher, Hasher},
};

use calendar::id::DeliveryId;
use engine::{ledger::upgrade::Looks, queries::Story};
use jiff::Timestamp;

use crate::{
    plan::{Deciding, Definition, Via},
    trace::Entry,
};

/// What an event was, over a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Version {
    /// From this true time on.
    pub from: u64,
    /// Its definition; none: it is deleted.
    pub definition: Option<Definition>,
    /// Whether that is known: whoever saved it was told so.
    pub sure: bool,
}

/// An event through a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Life {
    /// What its rows are about, once it was added.
    pub subject: Option<String>,
    /// What it was, in order.
    pub versions: Vec<Version>,
    /// How often it was changed.
    pub title: u32,
}

/// A snooze somebody was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snoozed {
    /// The true time of the promise.
    pub at: u64,
    /// The row it was promised by.
    pub row: DeliveryId,
    /// Until when.
    pub until: Timestamp,
}

/// A test of a channel somebody was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tested {
    /// The true time of the promise.
    pub at: u64,
    /// The row it was promised by.
    pub row: DeliveryId,
    /// The channel.
    pub via: Via,
}

/// What a person decided about something that waited for one, and was told that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The true time.
    pub at: u64,
    /// What.
    pub what: Deciding,
    /// About which row.
    pub row: DeliveryId,
    /// Which row it is now.
    pub now: DeliveryId,
    /// A number that stands for the words that were given, if there were any.
    pub body: Option<u64>,
}

/// What a person said is to silence the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silenced {
    /// A pause of so many milliseconds; of none, it is over.
    Pause(u64),
    /// Each day from this hour to that; none if they are the same.
    Quiet(i8, i8),
}

/// The same, with its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// From this true time on.
    pub from: u64,
    /// What.
    pub by: Silenced,
    /// Whether that is known: whoever said it was told so.
    pub sure: bool,
}

/// Moments of a reminder that were missed in such numbers that they are counted only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What its rows are about.
    pub subject: String,
    /// The reminder, as its rows name it.
    pub reminder: String,
    /// The first of them.
    pub from: Timestamp,
    /// The last.
    pub until: Timestamp,
    /// How many.
    pub count: u64,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What happened.
    pub trace: Vec<Entry>,
    /// Every delivery at the end, with its audit.
    pub stories: Vec<Story>,
    /// Which of them the ledger has let go of, and at which true time.
    pub gone: Vec<(u64, DeliveryId)>,
    /// What was missed and is counted only.
    pub counted: Vec<Counted>,
    /// Every event.
    pub lives: Vec<Life>,
    /// The snoozes.
    pub snoozes: Vec<Snoozed>,
    /// What silences the desktop.
    pub silences: Vec<Silence>,
    /// The tests of channels.
    pub tests: Vec<Tested>,
    /// What was decided about what waited for a person.
    pub decisions: Vec<Decided>,
    /// What was answered, and when.
    pub answers: Vec<(u64, DeliveryId)>,
    /// True times between which not all was well, and for whom.
    pub troubles: Vec<Trouble>,
    /// True times in which an endpoint that is well again may still be given a rest.
    pub rests: Vec<Trouble>,
    /// True times in which no service led, and shortly after.
    pub downs: Vec<Trouble>,
    /// True times between which a service was frozen.
    pub frozen: Vec<(u64, u64)>,
    /// True times between which the secrets of endpoints could not be opened.
    pub locked: Vec<(u64, u64)>,
    /// True times in which whoever led had another key than the one they are sealed with.
    pub keyless: Vec<(u64, u64)>,
    /// True times between which the machine slept.
    pub slept: Vec<(u64, u64)>,
    /// What the wall was set by, from a true time on.
    pub set: Vec<(u64, i64)>,
    /// How long all of it lasted.
    pub lasted: u64,
    /// How often a service woke.
    pub wakings: u64,
    /// When a service looked what is to be done.
    pub passes: Vec<u64>,
    /// What was seen to be wrong while it went on.
    pub broken: Vec<(&'static str, String)>,
    /// What the ledger says of itself.
    pub damage: Vec<String>,
    /// How a newer program took over, if one did.
    pub upgraded: Option<Upgraded>,
}

/// What was seen of a newer program's taking over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    /// When it was first started.
    pub at: u64,
    /// When the service that led was first asked to stop.
    pub asked: Option<u64>,
    /// When the ledger was brought up.
    pub up: Option<u64>,
    /// When a newer service first led.
    pub led: Option<u64>,
    /// What the ledger was like after bringing it up was cut off, and when.
    pub cut: Vec<(u64, Option<Looks>)>,
    /// The backup of the ledger as it was before holds all of it.
    pub is_kept: bool,
    /// Who of the older program wrote to the newer ledger, and how often.
    pub late: Vec<(u32, u64)>,
    /// How often an older program was started, and how often it was let in.
    pub outdated: (u32, u32),
}

/// Hashes what is written.
struct Hashing(DefaultHasher);

impl Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

impl Outcome {
    /// A number that is the same for the same life, whenever and wherever it is lived.
    pub fn hash(&self) -> u64 {
        let mut hashing = Hashing(DefaultHasher::new());
        let seen = (&self.trace, &self.stories, self.wakings, &self.passes);
        write!(hashing, "{seen:?}").expect("BUG: hashing does not fail");
        hashing.0.finish()
    }
}

/// A time in which not all was well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// From this true time.
    pub from: u64,
    /// To this.
    pub until: u64,
    /// The side it is about: the desktop or the endpoint; none is both.
    pub desktop: Option<bool>,
}
