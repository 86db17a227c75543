//! What the calendar *is*: events, kinds, recurrence, zones, people, reminders, and the state
//! machine of a delivery. Pure: no I/O, no clock, no randomness, no zone database of its own.

#![forbid(unsafe_code)]

pub mod id;
pub mod network;
pub mod recurrence;
