//! The editor: a form, what Rust says about it while it is filled in, and what is saved.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Kind, Moment, Scope, Trigger, Wall};

/// How the time of an event is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TimeMode {
    /// A date or dates.
    AllDay,
    /// A wall time wherever the machine is.
    Floating,
    /// A wall time in a zone.
    Zoned,
}

/// The time fields of the form. All are kept when the mode changes, so that changing back loses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Timing {
    /// Which of the fields count.
    pub mode: TimeMode,
    /// First date.
    pub date: String,
    /// Minutes since midnight; for `Floating` and `Zoned`.
    pub wall_min: i32,
    /// The second passing of a doubled hour.
    pub fold: bool,
    /// Wall minutes from start to end; 0 for none.
    pub duration_min: i32,
    /// Number of days, 1 or more; for `AllDay`.
    pub days: i32,
    /// IANA id; for `Zoned`.
    pub zone: Option<ZoneField>,
}

/// The zone as a form shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ZoneField {
    /// IANA id.
    pub id: String,
    /// "Tokyo"
    pub city: String,
}

/// One reminder of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct ReminderDraft {
    /// When to tell: `Offset` or `At`.
    pub trigger: Trigger,
    /// `chn_…`
    pub channel: String,
    /// Minutes between two tellings until it is answered; none for once.
    #[serde(default)]
    pub nag_min: Option<u32>,
    /// It rings through quiet hours and pauses.
    #[serde(default)]
    pub alarm: bool,
}

/// An event as a form holds it; not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The title.
    pub title: String,
    /// The kind.
    pub kind: Kind,
    /// `cal_…`
    pub calendar: String,
    /// The time.
    pub timing: Timing,
    /// RRULE text without its name, `FREQ=WEEKLY;BYDAY=MO`.
    pub rule: Option<String>,
    /// When to tell, and where.
    pub reminders: Vec<ReminderDraft>,
    /// The place.
    pub place: Option<String>,
    /// A link.
    pub url: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// `per_…`
    pub person: Option<String>,
    /// Days of notice; of a renewal.
    #[serde(default)]
    pub notice: u32,
    /// What becomes of a run while the one before goes on; of a workflow.
    #[serde(default)]
    pub overlap: Overlap,
}

/// What becomes of a run that is due while the one before goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Overlap {
    /// It begins all the same.
    #[default]
    Allow,
    /// It is left out.
    Skip,
    /// It waits.
    Buffer,
}

/// Asks for an empty form with the kind's defaults filled in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct NewForm {
    /// The kind; an appointment when absent.
    pub kind: Option<Kind>,
    /// First date; today when absent.
    pub date: Option<String>,
    /// Minutes since midnight; the next full hour when absent.
    pub wall_min: Option<i32>,
    /// The second passing of a doubled hour.
    pub fold: Option<bool>,
    /// How long; the kind's when absent.
    pub duration_min: Option<i32>,
    /// All-day instead of timed.
    pub all_day: Option<bool>,
    /// How many days, with `all_day`.
    pub days: Option<i32>,
    /// `cal_…`; the first when absent.
    pub calendar: Option<String>,
}

/// The form to fill in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditorForm {
    /// `evt_…`; none for a new event.
    pub event: Option<String>,
    /// The occurrence it was opened from.
    pub original: Option<String>,
    /// For optimistic locking; none for a new event.
    pub version: Option<u32>,
    /// The fields. For an existing series the time is that of the occurrence it was opened from.
    pub draft: Draft,
    /// It is a series: the window asks which ones on saving.
    pub recurring: bool,
    /// The scopes that can be chosen.
    pub scopes: Vec<Scope>,
}

/// A draft to look at. Nothing is written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct PreviewQuery {
    /// The fields.
    pub draft: Draft,
    /// `evt_…` being edited.
    pub event: Option<String>,
}

/// What Rust says about a draft.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftPreview {
    /// "every 2 weeks on Tuesday, until 4 March 2027"; none without a rule.
    pub sentence: Option<String>,
    /// The next five, in the event's own zone.
    pub next: Vec<PreviewDate>,
    /// There are more after those.
    pub more: bool,
    /// Things worth knowing that refuse nothing: "02:30 does not exist on 29 March in Berlin → 03:30".
    pub notes: Vec<FieldText>,
    /// What stands in the way of saving.
    pub refused: Vec<FieldText>,
    /// One for each reminder of the draft, for the next occurrence.
    pub reminders: Vec<ReminderPreview>,
    /// The start is ambiguous: the two abbreviations, `["CEST", "CET"]`.
    pub fold: Option<[String; 2]>,
    /// It starts in the past.
    pub past: bool,
}

/// One of the next dates.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PreviewDate {
    /// Date and time in the event's own zone.
    pub wall: Wall,
    /// The same in the machine's zone, when that differs.
    pub here: Option<Wall>,
    /// `CET`
    pub zone: Option<String>,
    /// What the clocks do to it.
    pub shift: Shift,
}

/// What a change of the clocks does to a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Shift {
    /// Nothing.
    None,
    /// The offset differs from that of the date before.
    Offset,
    /// The time does not exist and was moved.
    Gap,
    /// The time exists twice.
    Fold,
}

/// A sentence about a field.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldText {
    /// By its name on the wire: `title`, `timing`, `rule`, `reminders.0`.
    pub field: String,
    /// The sentence.
    pub text: String,
}

/// When a reminder of the draft would ring.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReminderPreview {
    /// The moment, for the next occurrence.
    pub due: Option<Moment>,
    /// It has passed and will not ring for that one.
    pub passed: bool,
    /// Why it would be missed, if quiet hours or a pause outlast what it tells of.
    pub missed: Option<String>,
}

/// Saves a draft.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct SaveEvent {
    /// The fields.
    pub draft: Draft,
    /// `evt_…`; absent for a new event.
    pub event: Option<String>,
    /// The occurrence it was opened from.
    pub original: Option<String>,
    /// Which ones; needed for a series.
    pub scope: Option<Scope>,
    /// The version the form was made from.
    pub version: Option<u32>,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// Deletes an event or one occurrence of it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct DeleteEvent {
    /// `evt_…`
    pub event: String,
    /// The occurrence, for `This`.
    pub original: Option<String>,
    /// Which ones. `This` of a series skips the occurrence.
    pub scope: Scope,
    /// The version seen.
    pub version: u32,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// An event that was cancelled takes place after all.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReinstateEvent {
    /// `evt_…`
    pub event: String,
    /// The version seen.
    pub version: u32,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// A drop: the occurrence goes to a date and a wall time in the machine's zone, or gets another length.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct MoveOccurrence {
    /// `evt_…`
    pub event: String,
    /// Opaque original start.
    pub original: String,
    /// The date dropped on.
    pub date: String,
    /// The wall time dropped on; absent keeps the time (month view, rail).
    pub wall_min: Option<i32>,
    /// The second passing of a doubled hour.
    pub fold: Option<bool>,
    /// New length in minutes; absent keeps it.
    pub duration_min: Option<i32>,
    /// New length in days, on the rail; absent keeps it.
    pub days: Option<i32>,
    /// Onto the rail or off it; absent keeps it.
    pub all_day: Option<bool>,
    /// Which ones; absent lets Rust ask.
    pub scope: Option<Scope>,
    /// The version seen.
    pub version: u32,
    /// Makes it safe to send twice.
    pub request_id: String,
}
