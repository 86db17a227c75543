//! A disk for SQLite that is all in memory, and that can do what real ones do only when nobody
//! looks: lose power in the middle of a write, fill up, fail, forget what it said was safe.
//!
//! [`install`] puts it under every connection that is opened from then on. A folder is on a
//! simulated disk once a [`Disk`] is made for it; a file that is there in truth is taken over with
//! its bytes when it is first opened. The real SQLite runs above, with its own journal and locks.
//!
//! Nothing in here is random: what happens is told by whoever has the [`Disk`].

mod disk;
mod fault;
mod file;
mod locks;
mod vfs;

pub use disk::{Counts, Disk, Files};
pub use fault::{Fault, Kept};
pub use vfs::install;
