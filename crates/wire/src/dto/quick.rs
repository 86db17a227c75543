//! Quick add: a line of text, and how it is read while it is typed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A line to read. Nothing is written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuickQuery {
    /// As typed.
    pub text: String,
}

/// A line to add.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AddQuick {
    /// As typed.
    pub text: String,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// How a line is read.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuickReading {
    /// The title; none when refused.
    pub title: Option<String>,
    /// "Every 2 weeks on Tue, 12:00 Lisbon (13:00 here) · next 24 Nov · reminder 12:50 here";
    /// none when refused.
    pub echo: Option<String>,
    /// What one may not expect, a sentence each.
    pub notes: Vec<String>,
    /// The words that were understood, in their order.
    pub spans: Vec<QuickSpan>,
    /// Why it cannot be added.
    pub refused: Option<QuickRefusal>,
}

/// Words of the line; places count UTF-16 units, as the window does.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuickSpan {
    /// Where they begin.
    pub start: u32,
    /// Where they end.
    pub end: u32,
    /// As what they are understood.
    pub meaning: QuickMeaning,
}

/// What words of the line mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum QuickMeaning {
    /// A date or dates.
    Date,
    /// A time of day.
    Time,
    /// How long.
    Length,
    /// How it repeats, and until when.
    Repeat,
    /// Where its clock is.
    Zone,
    /// When to tell.
    Reminder,
    /// A task, or something to be told.
    Kind,
    /// Whose it is.
    Person,
    /// The calendar.
    Calendar,
}

/// Why a line is refused.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuickRefusal {
    /// One sentence.
    pub text: String,
    /// Where the words it is about begin.
    pub start: u32,
    /// Where they end; the same as the beginning when something is missing.
    pub end: u32,
}
