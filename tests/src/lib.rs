//! What the acceptance tests share: a small world with a real ledger, a clock that can be set,
//! and a courier that does as it is told.

#![forbid(unsafe_code)]

mod clock;
pub mod desktop;
pub mod driver;
pub mod home;
pub mod screen;
pub mod world;
