//! What a mutation did, as data the window can put into words.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Moment, Scope, Trigger};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Did {
    /// A new event.
    Created,
    /// An event changed.
    Saved,
    /// An occurrence or a series moved.
    Moved,
    /// An event deleted.
    Deleted,
    /// One occurrence skipped.
    Skipped,
    /// A series ends before an occurrence.
    Ended,
    /// What was cancelled takes place after all.
    Reinstated,
    /// The last change taken back.
    Undone,
    /// And made again.
    Redone,
    /// Acknowledged.
    Acknowledged,
    /// Snoozed.
    Snoozed,
    /// Will be tried again.
    Retried,
    /// Sent with a key of its own.
    SentAsNew,
    /// Set aside with a note.
    SetAside,
    /// Removed: a calendar, person or channel.
    Removed,
    /// A channel is on again.
    SwitchedOn,
    /// Nothing, for there was nothing to do.
    Nothing,
}

/// The answer of a mutation.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What happened.
    pub did: Did,
    /// Of what; the title or name.
    pub title: Option<String>,
    /// `evt_…` it was about.
    pub event: Option<String>,
    /// The occurrence it was about, as it is named afterwards.
    pub original: Option<String>,
    /// The version afterwards.
    pub version: Option<u32>,
    /// How many things it was done to.
    pub count: u32,
    /// Reminders that will no longer ring.
    pub cancelled_reminders: u32,
    /// Snoozes among what was cancelled.
    pub cancelled_snoozes: u32,
    /// Deliveries just being sent that could not be called back.
    pub in_flight: u32,
    /// Reminders that have already passed and will not ring.
    pub passed: Vec<PassedReminder>,
    /// For a snooze: when it rings again.
    pub until: Option<Moment>,
    /// A sentence about the clocks, if they moved something.
    pub note: Option<String>,
    /// Ctrl+Z takes it back.
    pub undo: bool,
}

/// A reminder whose moment was over when the event was saved.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PassedReminder {
    /// When it should have told.
    pub trigger: Trigger,
    /// The moment.
    pub due: Moment,
}

/// What became of a drop.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum MoveAnswer {
    /// Saved.
    Done {
        /// The result.
        change: Change,
    },
    /// One of a series: nothing was saved yet, send again with a scope.
    ChooseScope {
        /// The title.
        title: String,
        /// What can be chosen; the first is the default.
        scopes: Vec<Scope>,
    },
    /// The time exists twice: send again with `fold`.
    ChooseFold {
        /// Abbreviation of the first and the second passing.
        offsets: [String; 2],
    },
}

/// A mutation that needs nothing but its name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Mutation {
    /// Makes it safe to send twice.
    pub request_id: String,
}
