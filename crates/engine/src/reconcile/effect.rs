//! What a change did to the reminders, for the answer to whoever made it.

use serde::{Deserialize, Serialize};

/// What a change did to the reminders, for the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Reminders cancelled, those aside that ring at another moment instead.
    pub cancelled: u32,
    /// Reminders planned.
    #[serde(default)]
    pub planned: u32,
    /// Snoozes cancelled.
    pub snoozes: u32,
    /// Being sent at this very moment: cancelled if that turns out to have failed.
    pub in_flight: u32,
    /// Events that were in the time of a person who is gone: they stay in the last zone known.
    #[serde(default)]
    pub in_last_zone: u32,
    /// Moments that had passed when it was saved, by their trigger.
    pub passed: Vec<Passed>,
}

/// A reminder whose moment had passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// The trigger, as identities write it.
    pub trigger: String,
    /// When it would have been due, milliseconds since 1970.
    pub due_ms: i64,
    /// Of a whole day: a time part counts from midnight.
    #[serde(default)]
    pub on_a_date: bool,
}

impl Effect {
    /// Adds up two.
    pub fn add(&mut self, other: Self) {
        self.cancelled += other.cancelled;
        self.planned += other.planned;
        self.snoozes += other.snoozes;
        self.in_flight += other.in_flight;
        self.in_last_zone += other.in_last_zone;
        self.passed.extend(other.passed);
    }
}
