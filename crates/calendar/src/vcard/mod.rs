//! vCards (RFC 6350, and version 3 of RFC 2426) in, people out; and people out as cards.
//!
//! As with calendar files nothing is refused whole, and what is merely not understood (telephone
//! numbers, photos) is kept as text for export. Of a card only what a calendar needs is read: the
//! name, birthday and anniversary, with or without their year, and the zone. Content lines are
//! those of `ics`.

mod date;
mod read;
mod write;

use jiff::Timestamp;

use crate::{ics::Remark, policy::LeapDay};

pub use read::{Reading, read};
pub use write::{Edited, Outgoing, write};

/// The most cards taken from one file.
pub const MOST_CARDS: usize = 50_000;

/// What a file of cards held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cards {
    /// One for each card that is of a person, in the order of the file.
    pub people: Vec<ImportedPerson>,
    /// What was lost or changed, by line.
    pub remarks: Vec<Remark>,
}

/// A person as a card has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedPerson {
    /// The card's UID; made from the name if it gives none.
    pub uid: String,
    /// The name as shown.
    pub name: String,
    /// IANA zone, if the card names one.
    pub zone: Option<String>,
    /// `1990-02-29`, or `--02-29` without a year.
    pub birthday: Option<String>,
    /// The same of an anniversary.
    pub anniversary: Option<String>,
    /// The word of each day (`birthday`, `anniversary`) that is in the card and cannot be read.
    pub unread_days: Vec<&'static str>,
    /// What 29 February is in other years, in cards of our own.
    pub leap_day: Option<LeapDay>,
    /// REV: when the card was changed last.
    pub stamp: Option<Timestamp>,
    /// What was not understood, as unfolded content lines.
    pub extra: String,
    /// The line it begins at, from 1.
    pub line: usize,
}
