//! One occurrence in full, as the popover shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Attempts, Elsewhere, Kind, Mark, Moment, Reason, State, Trigger, Wall};

/// Names an occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OccurrenceRef {
    /// `evt_…`
    pub event: String,
    /// Opaque original start.
    pub original: String,
}

/// Everything about one occurrence.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OccurrenceDetail {
    /// `evt_…`
    pub event: String,
    /// Opaque original start.
    pub original: String,
    /// For optimistic locking.
    pub version: u32,
    /// The title.
    pub title: String,
    /// The kind.
    pub kind: Kind,
    /// `cal_…`
    pub calendar: String,
    /// First day (or moment) in the machine's zone.
    pub start: Wall,
    /// Last day (inclusive) or end; none without duration.
    pub end: Option<Wall>,
    /// The start as an instant; for all-day the local midnight.
    pub starts: Moment,
    /// The end as an instant.
    pub ends: Option<Moment>,
    /// `CET`, given where the start is ambiguous.
    pub offset: Option<String>,
    /// The start in the event's own zone, when that differs.
    pub elsewhere: Option<Elsewhere>,
    /// Follows the machine's zone.
    pub floating: bool,
    /// "every 2 weeks on Tuesday"
    pub repeats: Option<String>,
    /// The next one after this.
    pub next: Option<Wall>,
    /// It was called off: it does not take place and nothing of it rings.
    pub cancelled: bool,
    /// It was, because its file says that it is done.
    pub done: bool,
    /// A changed one of a series.
    pub exception: bool,
    /// It may not be moved by hand.
    pub fixed: bool,
    /// The place.
    pub place: Option<String>,
    /// A link, shown as text until clicked.
    pub url: Option<String>,
    /// The notes.
    pub notes: Option<String>,
    /// Whose day it is.
    pub person: Option<String>,
    /// Its reminders, each with what became of it.
    pub reminders: Vec<ReminderStatus>,
}

/// One reminder of one occurrence on one channel.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReminderStatus {
    /// `dlv_…`; none while only projected.
    pub delivery: Option<String>,
    /// When to tell.
    pub trigger: Trigger,
    /// `chn_…`
    pub channel: String,
    /// The channel's name as shown.
    pub channel_name: String,
    /// What is shown; none when cancelled.
    pub mark: Option<Mark>,
    /// What the ledger says; none while only projected.
    pub state: Option<State>,
    /// When it is or was due.
    pub due: Moment,
    /// When it was told.
    pub told: Option<Moment>,
    /// How late.
    #[ts(type = "number | null")]
    pub late_ms: Option<i64>,
    /// Tries.
    pub attempts: Option<Attempts>,
    /// Why.
    pub reason: Option<Reason>,
    /// It can be acknowledged or snoozed now.
    pub open: bool,
}

/// Asks for what rings next.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UpNextQuery {
    /// At most so many.
    pub limit: u32,
}

/// Something that comes up.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UpNext {
    /// `evt_…`
    pub event: String,
    /// Opaque original start.
    pub original: String,
    /// The title.
    pub title: String,
    /// The kind.
    pub kind: Kind,
    /// `cal_…`
    pub calendar: String,
    /// The start of the occurrence in the machine's zone.
    pub start: Wall,
    /// The start as an instant.
    pub starts: Moment,
    /// When the next reminder of it rings; none where it waits, or will not be told.
    pub rings: Option<Moment>,
    /// When that is due.
    pub due: Moment,
    /// Why it rings later than it is due, waits, or will not be told.
    pub waits: Option<Reason>,
    /// It will not be told.
    pub lost: bool,
    /// Which retry it is, of one that was tried in vain.
    pub retry: Option<Retry>,
    /// It was snoozed until then.
    pub snoozed: bool,
    /// What its chip shows.
    pub mark: Option<Mark>,
}

/// A retry of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Retry {
    /// Which it is; the first is 1.
    pub n: u32,
    /// Of how many.
    pub of: u32,
}
