//! What newer zone data moved.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Moment;

/// Occurrences that newer zone data put at another instant, until they were seen.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MovedView {
    /// The version by which it was planned before; empty when nothing was moved.
    pub from: String,
    /// The version it is planned by since.
    pub to: String,
    /// The first of each event, by their start.
    pub rows: Vec<MovedLine>,
    /// So many more are not listed.
    pub more: u32,
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MovedLine {
    /// `evt_…`
    pub event: String,
    /// Its original start, which names it.
    pub original: String,
    /// Title.
    pub title: String,
    /// When it starts where it happens, as before.
    pub there: Moment,
    /// "Vancouver"
    pub city: String,
    /// When it was to start, as this computer's clock has it.
    pub was: Moment,
    /// When it starts now, by the same clock.
    pub is: Moment,
    /// By how much later; negative is earlier.
    pub by_min: i32,
}
