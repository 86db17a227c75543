//! The states a delivery can be in, and who moves it on from each.

use std::{fmt, str::FromStr};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Planned, waiting for its moment.
    Scheduled,
    /// Came back: released, retry due, or no longer held.
    Pending,
    /// Claimed: being sent, or cut off while it was.
    Processing,
    /// Waiting for the next try.
    Retrying,
    /// Waiting for something else than time.
    Held,
    /// Failed; a person decides.
    Dead,
    /// Nobody knows; a person decides.
    Review,
    /// Told.
    Completed,
    /// Not told, on purpose.
    Skipped,
    /// Told as part of a later one.
    Coalesced,
    /// Set aside by a person.
    Discarded,
    /// Missed: too late to be worth telling.
    Expired,
    /// No longer wanted.
    Cancelled,
}

/// Who moves a delivery on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A clock.
    Live,
    /// A person.
    Parked,
    /// Nobody: it never changes again.
    Final,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 13] = [
        Self::Scheduled,
        Self::Pending,
        Self::Processing,
        Self::Retrying,
        Self::Held,
        Self::Dead,
        Self::Review,
        Self::Completed,
        Self::Skipped,
        Self::Coalesced,
        Self::Discarded,
        Self::Expired,
        Self::Cancelled,
    ];

    /// The word in the ledger and in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Retrying => "retrying",
            Self::Held => "held",
            Self::Dead => "dead",
            Self::Review => "review",
            Self::Completed => "completed",
            Self::Skipped => "skipped",
            Self::Coalesced => "coalesced",
            Self::Discarded => "discarded",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Who moves it on.
    pub const fn class(self) -> Class {
        match self {
            Self::Scheduled | Self::Pending | Self::Processing | Self::Retrying | Self::Held => {
                Class::Live
            }
            Self::Dead | Self::Review => Class::Parked,
            Self::Completed
            | Self::Skipped
            | Self::Coalesced
            | Self::Discarded
            | Self::Expired
            | Self::Cancelled => Class::Final,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for State {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|s| s.code() == text);
        found.ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|s| s.code()).collect();
            format!("state '{text}' is not known: allowed are {}", all.join(", "))
        })
    }
}
