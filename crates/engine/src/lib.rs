//! What must be *done*, and the record of it: the ledger, the scheduler, the use cases, and the
//! ports through which time, sleep and sending come in.

#![forbid(unsafe_code)]

mod act;
pub mod answers;
mod asked;
pub mod autostart;
pub mod backup;
pub mod bell;
pub mod breaker;
mod cancelling;
mod cards;
pub mod channels;
pub mod clock;
pub mod courier;
pub mod damage;
pub mod driver;
mod elsewhere;
pub mod endpoint;
pub mod engine;
pub mod error;
pub mod events;
pub mod export;
pub mod failed;
pub mod hanging;
pub mod import;
mod key;
pub mod lasting;
pub mod ledger;
pub mod letters;
mod look;
pub mod machine;
pub mod mark;
mod merge;
pub mod message;
pub mod moved;
mod moving;
mod nag;
mod newer;
pub mod notice;
pub mod notices;
mod origin;
mod overflow;
mod parts;
pub mod people;
pub mod place;
pub mod planning;
#[cfg(feature = "mutants")]
pub mod planted;
#[cfg(not(feature = "mutants"))]
mod planted;
pub mod presence;
pub mod programs;
pub mod queries;
mod quick;
pub mod quiet;
pub mod rate;
pub mod reconcile;
mod records;
pub mod renderings;
mod requests;
pub mod restore;
mod restored;
pub mod retention;
mod rings;
pub mod scheduler;
pub mod series;
pub mod settings;
mod shown;
pub mod simulate;
#[cfg(feature = "mutants")]
pub mod simulated;
#[cfg(not(feature = "mutants"))]
mod simulated;
mod single;
pub mod statistics;
pub mod swapped;
pub mod taken_back;
pub mod tellings;
pub mod tried;
pub mod typed;
pub mod undo;
pub mod unfinished;
pub mod unwritten;
pub mod vault;
mod verdict;
pub mod wake;
mod way;
mod yearly;
pub mod zones;

pub use crate::{
    engine::{Actor, Engine},
    error::{Error, Result},
};
