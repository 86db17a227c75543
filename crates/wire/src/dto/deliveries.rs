//! The ledger as a page: rows, and why each is as it is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Attempts, Kind, Mark, Moment, Reason, State, Trigger};

/// Asks for a page of the ledger, newest due first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct DeliveriesQuery {
    /// Only these; empty is all. Cancelled ones are never shown unless an event is asked for.
    pub marks: Vec<Mark>,
    /// `chn_…`
    pub channel: Option<String>,
    /// Due on or after this date.
    pub from: Option<String>,
    /// Due before this date.
    pub to: Option<String>,
    /// `evt_…`
    pub event: Option<String>,
    /// Of what is due later than now only the next so many, and what is due with the last of them.
    pub soon: Option<u32>,
    /// From the page before.
    pub cursor: Option<String>,
    /// At most so many, up to 1,000.
    pub limit: u32,
}

/// A page.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeliveriesPage {
    /// The rows.
    pub rows: Vec<DeliveryRow>,
    /// There is more: hand this back.
    pub cursor: Option<String>,
    /// More is due later, and left out as only the next few were asked for.
    pub later: bool,
}

/// One delivery.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryRow {
    /// `dlv_…`
    pub id: String,
    /// `occ_…`, the idempotency key.
    pub key: String,
    /// `evt_…`; none for a test.
    pub event: Option<String>,
    /// Opaque original start.
    pub original: Option<String>,
    /// The title.
    pub title: String,
    /// The kind; none for a test.
    pub kind: Option<Kind>,
    /// `cal_…`; none for a test.
    pub calendar: Option<String>,
    /// `chn_…`
    pub channel: String,
    /// The channel's name as shown.
    pub channel_name: String,
    /// What kind of channel.
    pub channel_kind: ChannelKind,
    /// Which reminder.
    pub trigger: Trigger,
    /// What the ledger says.
    pub state: State,
    /// What is shown; none for a cancelled one.
    pub mark: Option<Mark>,
    /// When it is or was due.
    pub due: Moment,
    /// When it was told.
    pub told: Option<Moment>,
    /// How late, beyond grace.
    #[ts(type = "number | null")]
    pub late_ms: Option<i64>,
    /// Why.
    pub reason: Option<Reason>,
    /// Tries.
    pub attempts: Attempts,
    /// When it is tried again.
    pub not_before: Option<Moment>,
    /// *Retry* would do something.
    pub can_retry: bool,
    /// A webhook that waits for its next try or for its endpoint: it can be sent at once or given up.
    pub waits: bool,
}

/// What kind of channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ChannelKind {
    /// This desktop.
    Desktop,
    /// A signed HTTP request.
    Webhook,
}

/// Names a delivery.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryRef {
    /// `dlv_…`
    pub delivery: String,
}

/// Names deliveries to do something with.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RetryDeliveries {
    /// `dlv_…`
    pub deliveries: Vec<String>,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// Every step of a delivery and the rule that led to it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// The row.
    pub delivery: DeliveryRow,
    /// Its transitions, oldest first.
    pub steps: Vec<Step>,
    /// Its attempts, oldest first.
    pub attempts: Vec<AttemptView>,
    /// The user's answer.
    pub acknowledged: Option<Acknowledged>,
    /// What was missed before it, in too large a number to be told one by one.
    pub behind: Option<Behind>,
}

/// Moments of a reminder that were missed and are no deliveries.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Behind {
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
    /// The first of them.
    pub from: Moment,
    /// The last.
    pub until: Moment,
}

/// One transition.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// When.
    pub at: Moment,
    /// From which state; none for the planning.
    pub from: Option<State>,
    /// To which.
    pub to: State,
    /// Who did it: "service", "window", "carillon".
    pub actor: String,
    /// Why.
    pub reason: Option<Reason>,
}

/// One try.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    /// 1, 2, …
    pub n: u32,
    /// When it began.
    pub started: Moment,
    /// When it ended; none while it runs or if nobody knows.
    pub finished: Option<Moment>,
    /// What the other side said.
    pub outcome: AttemptOutcome,
    /// HTTP status.
    pub status: Option<u16>,
    /// How long it took.
    #[ts(type = "number | null")]
    pub latency_ms: Option<i64>,
    /// Bounded detail, plain text.
    pub detail: Option<String>,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AttemptOutcome {
    /// Still under way.
    Running,
    /// Taken.
    Accepted,
    /// Not now.
    Transient,
    /// Not ever.
    Permanent,
    /// Perhaps.
    Ambiguous,
    /// Nobody there; not counted.
    Unavailable,
    /// We were cut off and cannot know.
    Unknown,
}

/// The user's answer to a reminder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledged {
    /// When.
    pub at: Moment,
    /// How.
    pub how: Answer,
    /// For a snooze: until when.
    pub until: Option<Moment>,
    /// Through what.
    pub place: Place,
}

/// Where a reminder was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// In the window.
    Window,
    /// With a command.
    CommandLine,
    /// On the notification itself.
    Notification,
}

/// How a reminder was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// Done.
    Done,
    /// Dismissed.
    Dismissed,
    /// Snoozed.
    Snoozed,
    /// Opened.
    Opened,
}
