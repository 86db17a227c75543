//! The simulator: days of the delivery engine's life in moments. The engine, its scheduler and its
//! driver are the real ones, and so is SQLite; simulated are the clocks, the disk, the receivers,
//! the machine's sleep, and whoever edits. A [`plan::Plan`] says what happens when; it is made from
//! a seed, and the same plan always gives the same [`trace::Trace`], of which [`judge`] says what
//! must hold.

#![forbid(unsafe_code)]

pub mod campaign;
mod clock;
mod dice;
mod hand;
mod ice;
pub mod judge;
pub mod kept;
mod oracle;
pub mod outcome;
pub mod plan;
pub mod receiver;
mod service;
mod shown;
pub mod trace;
mod wake;
mod world;

pub use shown::show;
pub use world::run;
