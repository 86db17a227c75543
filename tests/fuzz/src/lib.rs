//! Hostile input for everything that reads text from outside: rules, calendar files, cards and
//! quick add. `target` says what must hold for any bytes, `hostile` makes bytes that are nearly
//! right. The tests try some thousands of each, `./dev fuzz` as many as one likes, and the
//! targets in `libfuzzer/` let a fuzzer look for its own.

#![forbid(unsafe_code)]

pub mod files;
pub mod hostile;
#[path = "../../../crates/calendar/tests/random_rules/mod.rs"]
pub mod random_rules;
pub mod target;

pub use target::Target;
