//! Words used by several shapes: kinds, states, marks, moments.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Retry;

/// A request that asks for nothing in particular.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct Empty {}

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Something that takes time.
    Appointment,
    /// "Reminder" on screen.
    Note,
    /// A person's birthday.
    Birthday,
    /// A person's or couple's day.
    Anniversary,
    /// "Task" on screen.
    Deadline,
    /// Something that runs out.
    Renewal,
    /// Calls a webhook, tells nobody.
    Workflow,
}

/// The state of a delivery, as the ledger says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Waits for its due moment.
    Scheduled,
    /// Came back and is due.
    Pending,
    /// Being sent.
    Processing,
    /// Waits for its next attempt.
    Retrying,
    /// Waits for something else than time.
    Held,
    /// Failed; a person decides.
    Dead,
    /// Uncertain; a person looks.
    Review,
    /// Told.
    Completed,
    /// Not sent, with a reason.
    Skipped,
    /// Told within a later one.
    Coalesced,
    /// Given up by a person.
    Discarded,
    /// Missed.
    Expired,
    /// No longer wanted.
    Cancelled,
}

/// What a chip or a row shows: the state in the user's words. For an occurrence it is the worst of its
/// deliveries in the order failed, review, retrying, held, missed, late, skipped, told, sending, scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Mark {
    /// Will be told. Never on something past.
    Scheduled,
    /// Pending or processing.
    Sending,
    /// Will be tried again.
    Retrying,
    /// Waiting for quiet hours, a notifier, the network…
    Held,
    /// Dead.
    Failed,
    /// Please check.
    Review,
    /// Told within grace.
    Told,
    /// Told beyond grace.
    Late,
    /// Skipped, coalesced or discarded.
    Skipped,
    /// Expired.
    Missed,
}

/// Which occurrences of a series a change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Only this one.
    This,
    /// This and all following.
    Following,
    /// All.
    All,
}

/// Tries made and the most that will be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Attempts {
    /// Attempts made.
    pub made: u32,
    /// The schedule's length; none when one try is all there is.
    pub max: Option<u32>,
    /// Which retry comes next, of one that was tried in vain and is tried again.
    pub retry: Option<Retry>,
}

/// An instant, with the machine zone's wall clock read off it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// RFC 3339, UTC, with milliseconds.
    pub utc: String,
    /// The local date.
    pub date: String,
    /// Minutes since local midnight by the wall.
    pub wall_min: i32,
    /// Milliseconds within that minute.
    pub ms: i32,
    /// The zone's abbreviation then, `CET`.
    pub zone: String,
}

/// A local date and time without an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Wall {
    /// The date.
    pub date: String,
    /// Minutes since midnight; none for an all-day thing.
    pub wall_min: Option<i32>,
}

/// A reason of the ledger: its code and its sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// `late.asleep`
    pub code: String,
    /// "the computer was asleep 22:10 to 07:03"
    pub text: String,
}

/// When to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum Trigger {
    /// Minutes from the start (of an all-day event: from the all-day hour); negative is before.
    Offset {
        /// The distance.
        minutes: i32,
    },
    /// Of an all-day event: on a day before it (negative), of it or after it, at a time of that day.
    Day {
        /// Days from the first.
        days: i32,
        /// Minutes since midnight.
        wall_min: i32,
    },
    /// At a local moment, whatever the start.
    At {
        /// The date.
        date: String,
        /// Minutes since midnight.
        wall_min: i32,
    },
    /// A snooze of another reminder.
    Snooze,
    /// A reminder told again, because nobody has answered.
    Nag,
    /// A test the user asked for.
    Test,
}

/// A zone as the user picks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ZoneView {
    /// IANA id.
    pub id: String,
    /// "Tokyo"
    pub city: String,
    /// Now, "UTC+9" or "UTC+5:30"; empty for UTC itself.
    pub offset: String,
    /// `per_…`: the zone of this person, whom it follows.
    pub person: Option<String>,
}
