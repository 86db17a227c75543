//! Settings, channels, start at login.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChannelKind, Moment, ZoneView};

/// First day of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WeekStart {
    /// ISO.
    Monday,
    /// American.
    Sunday,
    /// Arabic.
    Saturday,
}

/// How hours are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum HourClock {
    /// 14:00
    H24,
    /// 2 pm
    H12,
}

/// Light, dark, or what the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What the user has settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// First day of a week.
    pub week_start: WeekStart,
    /// How hours are written.
    pub clock: HourClock,
    /// Light or dark.
    pub theme: Theme,
    /// The second column of the week; none hides it.
    pub second_zone: Option<ZoneView>,
}

/// Asks for zones by city, country or id.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ZoneQuery {
    /// What was typed; empty gives the usual ones.
    pub text: String,
    /// At most so many.
    pub limit: u32,
    /// People who have a zone are offered, too.
    #[serde(default)]
    pub people: bool,
}

/// Which addresses an endpoint may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Network {
    /// The internet.
    Public,
    /// The local network.
    Private,
    /// This computer.
    Loopback,
}

/// What happens when we cannot know whether it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Guarantee {
    /// May repeat, marked so.
    NeverMiss,
    /// Goes to review.
    NeverRepeat,
}

/// How patiently an endpoint is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Retries {
    /// Over about two days.
    Long,
    /// Within seconds.
    Quick,
}

/// How fast an endpoint is called at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChannelRate {
    /// Calls a second, 1 to 1000; 1000 is no limit.
    pub per_second: u32,
    /// Calls at once, 1 to 1000.
    pub burst: u32,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChannelView {
    /// `chn_…`
    pub id: String,
    /// What it is.
    pub kind: ChannelKind,
    /// Its name as shown: "This desktop", "home-assistant".
    pub name: String,
    /// Where it goes, with the beginning of its path alone, which may be a secret; webhooks only.
    pub url: Option<String>,
    /// Which addresses; webhooks only.
    pub network: Option<Network>,
    /// Webhooks only.
    pub guarantee: Option<Guarantee>,
    /// Webhooks only.
    pub retries: Option<Retries>,
    /// Webhooks only.
    pub rate: Option<ChannelRate>,
    /// Switched off, with the sentence why (410).
    pub off: Option<String>,
    /// Its endpoint is given a rest.
    pub resting: Option<ChannelRest>,
    /// Last told through it.
    pub last_told: Option<Moment>,
    /// Its last try failed, and nothing was told through it since.
    pub last_failed: Option<ChannelFailure>,
}

/// The rest an endpoint is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChannelRest {
    /// Until then.
    pub until: Moment,
    /// After so many failures running.
    pub failures: u32,
}

/// Names a channel.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChannelRef {
    /// `chn_…`
    pub channel: String,
}

/// What would go with a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Removal {
    /// So many reminders that are planned would be cancelled.
    pub reminders: u32,
    /// "“Tea” and “Bins” would have no reminder any more."
    pub silenced: Option<String>,
}

/// How a channel failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChannelFailure {
    /// When.
    pub at: Moment,
    /// "HTTP 500, the endpoint failed"
    pub text: String,
}

/// Adds a webhook.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AddWebhook {
    /// Its name.
    pub name: String,
    /// Where it goes.
    pub url: String,
    /// Which addresses it may have.
    pub network: Network,
    /// What happens when we cannot know.
    pub guarantee: Guarantee,
    /// How patiently it is tried again.
    pub retries: Retries,
    /// How fast it is called at most.
    pub rate: ChannelRate,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// Changes what a webhook promises, how patiently it is tried and how fast it is called; what is not
/// named stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChangeChannel {
    /// `chn_…`
    pub channel: String,
    /// What happens when we cannot know.
    pub guarantee: Option<Guarantee>,
    /// How patiently it is tried again.
    pub retries: Option<Retries>,
    /// How fast.
    pub rate: Option<ChannelRate>,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// A webhook just added.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChannelAdded {
    /// The channel.
    pub channel: ChannelView,
    /// `whsec_…`, shown this once.
    pub secret: String,
}

/// Switches a channel on again.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SwitchOnChannel {
    /// `chn_…`
    pub channel: String,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// Sends a test through a channel; it is a delivery like any other.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestChannel {
    /// `chn_…`
    pub channel: String,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// Whether the service starts at login.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Autostart {
    /// It does.
    pub enabled: bool,
    /// This system can.
    pub possible: bool,
}

/// Switches the start at login.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SetAutostart {
    /// On or off.
    pub enabled: bool,
}
