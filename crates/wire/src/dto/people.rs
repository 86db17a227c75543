//! People, and the days of theirs that come once a year.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Change;

/// What a birthday or anniversary on 29 February does in other years.
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

/// A birthday or an anniversary, and when it comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Yearly {
    /// Month 1 to 12.
    pub month: u8,
    /// Day 1 to 31.
    pub day: u8,
    /// The year, if known.
    pub year: Option<i32>,
    /// The next one's date.
    pub next: Option<String>,
    /// How many years it will be then, if the year is known.
    pub years: Option<i32>,
    /// In how many days.
    pub in_days: Option<i32>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    /// `per_…`
    pub id: String,
    /// The name.
    pub name: String,
    /// None when it is not known.
    pub birthday: Option<Yearly>,
    /// None when there is none.
    pub anniversary: Option<Yearly>,
    /// IANA id; none means the machine's.
    pub zone: Option<String>,
    /// "Tokyo"
    pub city: Option<String>,
    /// What 29 February does.
    pub leap_day: LeapDay,
    /// For saving a change of this.
    pub version: String,
}

/// A person who was saved.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonSaved {
    /// The person now.
    pub person: PersonView,
    /// What it did to the reminders of the birthday and the anniversary.
    pub change: Change,
}

/// A day of every year as it was typed; nothing at all means that there is none.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct YearlyFields {
    /// Month 1 to 12.
    pub month: Option<u8>,
    /// Day 1 to 31.
    pub day: Option<u8>,
    /// The year, if known.
    pub year: Option<i32>,
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
    /// The date of birth.
    pub birthday: YearlyFields,
    /// The date of the anniversary.
    pub anniversary: YearlyFields,
    /// IANA id.
    pub zone: Option<String>,
    /// What 29 February does.
    pub leap_day: LeapDay,
    /// What the change is based on; a later one is not overwritten.
    pub version: Option<String>,
    /// Makes it safe to send twice.
    pub request_id: String,
}
