//! Quiet hours and pauses.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Between which times nothing pops up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// They hold.
    pub on: bool,
    /// Minutes since midnight.
    pub from_min: i32,
    /// Minutes since midnight; on the next day if that is not later.
    pub to_min: i32,
    /// The days on which they begin; Monday is 0.
    pub days: Vec<u8>,
}

/// When whole days are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AllDay {
    /// At this hour, from 1 to 23.
    pub hour: i8,
}

/// Holds back what would pop up for a while.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct PauseFor {
    /// How long; until resumed when absent.
    pub minutes: Option<u32>,
}
