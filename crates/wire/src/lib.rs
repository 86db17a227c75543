//! What crosses to the window: every call it may make, what it asks, what it is told, and the faults.
//!
//! [`dto`] holds the shapes, [`calls`] declares each call once and derives from that the request type,
//! the [`calls::Host`] trait and the TypeScript map; [`host`] answers them over an engine. Nothing here
//! knows a window.
#![forbid(unsafe_code)]

pub mod calls;
pub mod dto;
pub mod fault;
pub mod host;
pub mod typescript;

pub use calls::{Host, Request, dispatch};
pub use fault::{Code, Fault};
pub use host::EngineHost;
