//! The resident part: it sleeps until the next due moment, hears what the machine tells (resume,
//! clock, zone), shows the tray, and drives the engine's scheduler with the couriers. It knows
//! no window: the two talk through the ledger and the bell beside it.

#![forbid(unsafe_code)]

mod aside;
mod copies;
mod desk;
mod failed;
#[cfg(target_os = "linux")]
mod glance;
mod kept;
pub mod log;
mod mend;
pub mod ready;
pub mod run;
#[cfg(target_os = "linux")]
mod socket;
mod synchronising;
#[cfg(target_os = "linux")]
pub mod tray;
mod trouble;
pub mod wake;
#[cfg(target_os = "linux")]
mod watch;
pub mod window;
#[cfg(target_os = "linux")]
mod words;

pub use run::{Options, TrayChoice, run};
#[cfg(target_os = "linux")]
pub use socket::forget_the_life_of_the_bus;
