//! What must be *done*, and the record of it: the ledger, the scheduler, the use cases, and the
//! ports through which time, sleep and sending come in.

#![forbid(unsafe_code)]

pub mod autostart;
pub mod bell;
pub mod clock;
pub mod courier;
pub mod endpoint;
pub mod place;
pub mod programs;
pub mod wake;
