//! The port through which the scheduler sleeps and is woken. One sleep until the next due
//! moment, no polling; the Linux side (timerfd, logind, zone change) lives in `service`.

use jiff::Timestamp;

use crate::courier::BoxFuture;

/// Why a sleep ended. All of them mean "look again"; some mean more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The moment came, or the safety ceiling.
    Due,
    /// Somebody wrote to the ledger.
    Bell,
    /// The machine woke from sleep.
    Resumed,
    /// The wall clock was set.
    ClockSet,
    /// The machine's time zone changed, or its zone data did.
    ZoneChanged,
}

/// Whoever can sleep until a moment of the *wall clock*, through suspends and clock changes.
pub trait Wake: Send {
    /// Sleeps until `at`, or until something else calls for a look; never longer than the
    /// implementation's ceiling. Cancel safe.
    fn until(&mut self, at: Option<Timestamp>) -> BoxFuture<'_, Woken>;
}
