//! Calendars.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The colours a calendar can have; the window has a light and a dark value for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Color {
    /// Blue violet.
    Indigo,
    /// Blue green.
    Teal,
    /// Pink red.
    Rose,
    /// Yellow brown.
    Amber,
    /// Violet.
    Violet,
    /// Grey.
    Slate,
}

/// A calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CalendarView {
    /// `cal_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Color,
    /// Drawn in the views.
    pub shown: bool,
    /// How many events it holds.
    pub events: u32,
}

/// Makes or changes a calendar.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct SaveCalendar {
    /// `cal_…`; absent for a new one.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Color,
    /// Drawn in the views.
    pub shown: bool,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// Names something to remove: a calendar with its events, a person, a channel.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Remove {
    /// Its id.
    pub id: String,
    /// Makes it safe to send twice.
    pub request_id: String,
}
