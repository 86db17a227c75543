//! The inbox: what the user has been told and has not acknowledged.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Kind, Mark, Moment, Reason, State, Trigger, Wall};

/// The inbox, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InboxView {
    /// What awaits an answer.
    pub items: Vec<InboxItem>,
    /// There is more, and older: answer some of these to see it.
    pub more: bool,
    /// The length a plain Snooze takes: 10 minutes the first time, then the last used.
    pub snooze_min: u32,
    /// When "tonight" and "tomorrow" are.
    pub tonight: Option<Moment>,
    /// See `tonight`.
    pub tomorrow: Moment,
}

/// One told (or missed) reminder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InboxItem {
    /// `dlv_…`
    pub delivery: String,
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
    /// The place.
    pub place: Option<String>,
    /// The occurrence's start in the machine's zone.
    pub start: Wall,
    /// The start as an instant.
    pub starts: Moment,
    /// The occurrence is over.
    pub over: bool,
    /// From then on it cannot be snoozed to: its deadline.
    pub deadline: Option<Moment>,
    /// Which reminder it was.
    pub trigger: Trigger,
    /// When it was due.
    pub due: Moment,
    /// When it was told; none for a missed one or one not shown yet.
    pub told: Option<Moment>,
    /// What the ledger says.
    pub state: State,
    /// What is shown.
    pub mark: Mark,
    /// How late.
    #[ts(type = "number | null")]
    pub late_ms: Option<i64>,
    /// Why late, missed, or not shown.
    pub reason: Option<Reason>,
    /// Whether a notification of it was on the screen.
    pub shown: Seen,
}

/// Whether a notification was on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Seen {
    /// A notification service took it.
    Yes,
    /// It may have been: a try was cut off or had no answer, or the ledger was restored.
    Perhaps,
    /// Not yet.
    No,
}

/// Acknowledges reminders.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledge {
    /// `dlv_…`
    pub deliveries: Vec<String>,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// How long to snooze.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum SnoozeUntil {
    /// From now.
    For {
        /// Minutes, 1 or more.
        minutes: u32,
    },
    /// Before the occurrence's start; 0 is at the start.
    BeforeStart {
        /// Minutes.
        minutes: u32,
    },
    /// 18:00 today.
    Tonight,
    /// 09:00 tomorrow.
    Tomorrow,
}

/// Asks until when a reminder can be snoozed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct SnoozeQuery {
    /// `dlv_…`
    pub delivery: String,
    /// A length of the person's own instead of the usual choices.
    pub minutes: Option<u32>,
}

/// A moment until which a reminder can be snoozed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SnoozeChoice {
    /// What to ask for.
    pub until: SnoozeUntil,
    /// When that is.
    pub at: Moment,
    /// What should be known before it is chosen: it would be missed, told later, or be too late.
    pub warning: Option<String>,
    /// It would be refused, for the reason in the warning.
    pub refused: bool,
}

/// Snoozes reminders.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snooze {
    /// `dlv_…`
    pub deliveries: Vec<String>,
    /// How long.
    pub until: SnoozeUntil,
    /// Makes it safe to send twice.
    pub request_id: String,
}
