//! Calendars and people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Change;

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

/// What a birthday on 29 February does in other years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LeapDay {
    /// 28 February.
    Backward,
    /// 1 March.
    Forward,
    /// Leap years only.
    Omit,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    /// `per_…`
    pub id: String,
    /// The name.
    pub name: String,
    /// Month 1 to 12; none when the birthday is not known.
    pub month: Option<u8>,
    /// Day 1 to 31.
    pub day: Option<u8>,
    /// The year, if known.
    pub year: Option<i32>,
    /// IANA id; none means the machine's.
    pub zone: Option<String>,
    /// "Tokyo"
    pub city: Option<String>,
    /// What 29 February does.
    pub leap_day: LeapDay,
    /// The next birthday's date.
    pub next: Option<String>,
    /// The age reached then, if the year is known.
    pub turns: Option<i32>,
    /// In how many days.
    pub in_days: Option<i32>,
}

/// A person who was saved.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonSaved {
    /// The person now.
    pub person: PersonView,
    /// What it did to the reminders of the birthday.
    pub change: Change,
}

/// Makes or changes a person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct SavePerson {
    /// `per_…`; absent for a new one.
    pub id: Option<String>,
    /// The name.
    pub name: String,
    /// Month 1 to 12.
    pub month: Option<u8>,
    /// Day 1 to 31.
    pub day: Option<u8>,
    /// The year.
    pub year: Option<i32>,
    /// IANA id.
    pub zone: Option<String>,
    /// What 29 February does.
    pub leap_day: LeapDay,
    /// Makes it safe to send twice.
    pub request_id: String,
}
