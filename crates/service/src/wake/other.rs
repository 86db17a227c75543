//! The sleep on systems without a timer on the wall clock: short naps under a ceiling, so that
//! a suspend or a clock change costs at most that.

use std::{sync::Arc, time::Duration};

use engine::{
    clock::Clock,
    courier::BoxFuture,
    wake::{Wake, Woken},
};
use jiff::Timestamp;

use super::Signals;

/// The longest nap.
const CEILING: Duration = Duration::from_secs(30);

/// Sleeps in naps of at most 30 seconds.
pub struct CeilingWake {
    clock: Arc<dyn Clock>,
    signals: Signals,
}

impl CeilingWake {
    /// A sleeper that hears these signals.
    pub fn new(clock: Arc<dyn Clock>, signals: Signals) -> Self {
        Self { clock, signals }
    }
}

impl Wake for CeilingWake {
    fn until(&mut self, at: Option<Timestamp>) -> BoxFuture<'_, Woken> {
        Box::pin(async move {
            let now = self.clock.now().wall;
            let left = at.map_or(CEILING, |at| {
                Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
            });
            tokio::select! {
                biased;
                signal = self.signals.any() => signal,
                () = tokio::time::sleep(left.min(CEILING)) => Woken::Due,
            }
        })
    }
}
