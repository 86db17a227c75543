//! What the window needs at its start and whenever something changed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CalendarView, ChannelView, Moment, PersonView, Settings, ZoneView};

/// The first answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Boot {
    /// The present moment.
    pub now: Moment,
    /// The machine's zone.
    pub zone: ZoneView,
    /// Settings.
    pub settings: Settings,
    /// Calendars, in their order.
    pub calendars: Vec<CalendarView>,
    /// Channels, this desktop first.
    pub channels: Vec<ChannelView>,
    /// People, by name.
    pub people: Vec<PersonView>,
    /// The service and the counts.
    pub status: Status,
    /// For the foot of the settings.
    pub about: About,
    /// What the window was started for.
    pub open: Option<Open>,
}

/// What the window was started for; also sent as the event `open` to a window that runs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum Open {
    /// A notification was opened.
    Delivery {
        /// `dlv_…`
        delivery: String,
    },
    /// "New event" in the tray.
    New,
    /// The tray's "Unacknowledged", or the pop-up of an alarm or of several reminders.
    Inbox,
    /// The tray's "Needs attention".
    Attention,
    /// The tray's "Settings".
    Settings,
}

/// Versions and places.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// Ours.
    pub version: String,
    /// "2026f (system)"
    pub zones: String,
    /// The ledger's path.
    pub ledger: String,
}

/// What changes while the window is open.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The present moment.
    pub now: Moment,
    /// The service.
    pub service: ServiceStatus,
    /// Deliveries by what is shown.
    pub counts: Counts,
    /// How many await an answer in the inbox.
    pub unacknowledged: u32,
    /// How many failed or uncertain ones wait for a decision.
    pub attention: u32,
    /// How many occurrences newer zone data moved, until they were seen.
    pub moved: u32,
    /// What this ledger has the place of, until that was seen.
    pub swapped: Option<Swapped>,
    /// What Ctrl+Z would take back, as words ("move Dentist"); none when nothing.
    pub undo: Option<String>,
    /// What Ctrl+Shift+Z would do again.
    pub redo: Option<String>,
    /// What was done after all that, here or elsewhere, and cannot be taken back ("removing the channel lamp").
    pub lasting: Option<String>,
}

/// A ledger that was damaged, missing, written over or replaced, in words.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Swapped {
    /// When that was found.
    pub at: Moment,
    /// "was damaged"
    pub what: String,
    /// "the backup … took its place, with 3 events and 5 reminders"
    pub took: String,
    /// "answers and events made since that backup are only in …"
    pub lost: String,
}

/// The service as the window sees it through the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatus {
    /// It holds the scheduler's lock.
    pub running: bool,
    /// It runs, and was stopped by a signal or left untouched what it should have looked at.
    pub hanging: bool,
    /// Its process, where that was stopped by a signal.
    pub stopped: Option<u32>,
    /// The disk with the ledger is full: nothing can be told or changed.
    pub disk_full: bool,
    /// Reminders are paused.
    pub paused: bool,
    /// Until when; none with `paused` means until resumed.
    pub paused_until: Option<Moment>,
    /// Until when it is quiet by the quiet hours, if it is.
    pub quiet_until: Option<Moment>,
    /// How many wait for the end of quiet hours or of a pause.
    pub silenced: u32,
    /// The clock jumped and nobody has said that it is right: webhooks wait for that.
    pub clock_jump: Option<ClockJump>,
    /// A notification service answers; none while not known.
    pub notifier: Option<bool>,
    /// A tray host is there; none while not known.
    pub tray: Option<bool>,
}

/// A jump of this computer's clock.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClockJump {
    /// What it said before.
    pub from: Moment,
    /// What it said then.
    pub to: Moment,
}

/// Deliveries by what is shown: what lies ahead, and of what is over the last 30 days.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Will be told.
    pub scheduled: u32,
    /// Being sent.
    pub sending: u32,
    /// Will be tried again.
    pub retrying: u32,
    /// Waiting.
    pub held: u32,
    /// Failed.
    pub failed: u32,
    /// Please check.
    pub review: u32,
    /// Told in time.
    pub told: u32,
    /// Told late.
    pub late: u32,
    /// Skipped.
    pub skipped: u32,
    /// Missed.
    pub missed: u32,
}
