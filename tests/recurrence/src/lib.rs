//! Our recurrence beside other engines: programs of their own, asked and answered by lines, and
//! the crate `rrule`. What each of them costs and where they differ, two binaries say.

#![forbid(unsafe_code)]

pub mod cost;
pub mod excuses;
#[path = "../../../crates/calendar/tests/first_week/mod.rs"]
pub mod first_week;
pub mod foreign;
#[path = "../../../crates/calendar/tests/random_rules/mod.rs"]
pub mod random_rules;
#[path = "../../../crates/calendar/tests/zones2025b/mod.rs"]
pub mod zones2025b;
