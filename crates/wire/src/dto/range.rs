//! What Week and Month draw: days, the hours' axis, and the pieces of occurrences on them.
//!
//! Positions are minutes along one axis that all days of the answer share. A doubled hour makes the axis
//! longer and is blank on the other days; a missing hour is blank on its own day.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Attempts, Kind, Mark, Moment};

/// Asks for days.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct RangeQuery {
    /// First day.
    pub from: String,
    /// First day no longer wanted.
    pub to: String,
    /// IANA id of a second zone for the axis.
    pub second_zone: Option<String>,
}

/// The answer. Segments of hidden calendars are left out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RangeView {
    /// One for each date.
    pub days: Vec<Day>,
    /// The hours.
    pub axis: Axis,
    /// Sorted by date, all-day first, then start.
    pub segments: Vec<Segment>,
    /// Series of which not all is in here, as they are too dense.
    pub cut: Vec<CutSeries>,
    /// Present moment, if it lies in the range.
    pub now: Option<NowLine>,
}

/// A series that goes on after the last of it that is drawn.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CutSeries {
    /// Its title.
    pub title: String,
    /// The start of the last one that is drawn.
    pub after: Moment,
}

/// The axis of hours that the days share.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Axis {
    /// 1440, or more where an hour is doubled.
    pub length_min: i32,
    /// The hour lines.
    pub rows: Vec<AxisRow>,
}

/// One line of the axis.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AxisRow {
    /// Position.
    pub at: i32,
    /// What the wall says there.
    pub wall_min: i32,
    /// Second passing of a doubled hour.
    pub fold: bool,
    /// The abbreviation, given where the hour is doubled: `CEST` on the first, `CET` on the second.
    pub offset: Option<String>,
}

/// One day.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// The date.
    pub date: String,
    /// 1440, 1380, 1500…
    pub length_min: i32,
    /// Stretches of the axis that this day has not.
    pub blanks: Vec<Blank>,
    /// Abbreviation at noon, `CET`.
    pub zone: String,
    /// The second zone on this day: its abbreviation, and the wall minutes there for each axis row
    /// (below 0 is the day before, 1440 and more the day after).
    pub second: Option<SecondDay>,
    /// Deliveries on this day that failed or want a look.
    pub failed: u32,
}

/// A stretch of the axis without a wall time on that day.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Blank {
    /// Position.
    pub at: i32,
    /// Length.
    pub len: i32,
}

/// The second zone on one day.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecondDay {
    /// `EST`
    pub zone: String,
    /// As many as the axis has rows.
    pub wall_mins: Vec<i32>,
}

/// Where the present moment is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NowLine {
    /// The day.
    pub date: String,
    /// Position on the axis.
    pub at: i32,
    /// The moment.
    pub moment: Moment,
}

/// Which piece of an occurrence this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// All of it.
    Single,
    /// It goes on the next day.
    Start,
    /// It came from the day before and goes on.
    Mid,
    /// It ends here.
    End,
}

/// One occurrence on one day.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// `evt_…`
    pub event: String,
    /// Opaque original start.
    pub original: String,
    /// For optimistic locking.
    pub version: u32,
    /// The day it is drawn on.
    pub date: String,
    /// Which piece.
    pub part: Part,
    /// On the rail instead of the grid.
    pub all_day: bool,
    /// Wall minutes of this piece on this day, 0 to 1440; equal for things without duration.
    pub wall_start: i32,
    /// See `wall_start`.
    pub wall_end: i32,
    /// Axis positions of this piece.
    pub start: i32,
    /// See `start`.
    pub end: i32,
    /// It starts in the second passing of a doubled hour.
    pub fold: bool,
    /// `CET`, given where the start is ambiguous.
    pub offset: Option<String>,
    /// The event's own zone's city and wall start there, given when it differs from the machine's.
    pub elsewhere: Option<Elsewhere>,
    /// The title.
    pub title: String,
    /// The place.
    pub place: Option<String>,
    /// `cal_…`
    pub calendar: String,
    /// The kind.
    pub kind: Kind,
    /// None: no reminder.
    pub mark: Option<Mark>,
    /// Given when retrying or failed.
    pub attempts: Option<Attempts>,
    /// How late it was told, given only with `Late`.
    #[ts(type = "number | null")]
    pub late_ms: Option<i64>,
    /// It is over.
    pub past: bool,
    /// It was called off: it does not take place and nothing of it rings.
    pub cancelled: bool,
    /// It was, because its file says that it is done.
    pub done: bool,
    /// One of a series.
    pub recurring: bool,
    /// A changed one of a series.
    pub exception: bool,
    /// It may not be moved by hand (birthdays).
    pub fixed: bool,
}

/// The same start in the event's own zone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Elsewhere {
    /// "Tokyo"
    pub city: String,
    /// The date there.
    pub date: String,
    /// Minutes since midnight there.
    pub wall_min: i32,
    /// Whose time it is, if it is a person's: "Ana".
    pub whose: Option<String>,
}

/// Asks which days have something (the dots of the small month).
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BusyQuery {
    /// First day.
    pub from: String,
    /// First day no longer wanted.
    pub to: String,
}

/// A day that has something.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BusyDay {
    /// The date.
    pub date: String,
    /// How many occurrences.
    pub count: u32,
    /// How many failed.
    pub failed: u32,
}
