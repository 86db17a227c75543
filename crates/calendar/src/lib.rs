//! What the calendar *is*: events, kinds, recurrence, zones, people, reminders, and the state
//! machine of a delivery. Pure: no I/O, no clock, no randomness, no zone database of its own.

#![forbid(unsafe_code)]

pub mod clocks;
pub mod delivery;
pub mod draft;
pub mod event;
pub mod halves;
pub mod ics;
pub mod id;
pub mod kind;
pub mod nag;
pub mod network;
pub mod occurrence;
pub mod person;
pub mod plan;
pub mod policy;
pub mod quick_add;
pub mod quiet;
pub mod reason;
pub mod recurrence;
pub mod reminder;
pub mod timing;
pub mod vcard;
pub mod zones;
