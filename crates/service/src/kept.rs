//! That the ledger plans with the zone this machine is in and with its newest zone data, as far as
//! either can be told.

use std::time::Duration;

use engine::{Engine, machine::machine_zone, wake::Woken};

/// After the first try that failed in vain again, the next waits so long, and then twice as long.
const AGAIN: Duration = Duration::from_secs(60);
/// But never longer than this.
const AT_MOST: Duration = Duration::from_secs(3600);

/// Whether the ledger is known to plan with this machine's zone and zone data.
#[derive(Debug)]
pub(crate) struct Kept {
    failed: u32,
    /// Not tried before this boot time.
    next: Duration,
}

impl Kept {
    /// After a first look, which ended well or did not.
    pub(crate) fn new(well: bool, boot: Duration) -> Self {
        Self { failed: u32::from(!well), next: boot }
    }

    /// Sees to it when the zone or its data may have changed. If that failed, tries again: once as
    /// soon as it is awake, then ever more rarely, for planning anew may be much work.
    pub(crate) fn look(&mut self, why: Woken, boot: Duration, keep: impl FnOnce() -> bool) {
        let may_differ = match why {
            Woken::Resumed | Woken::ZoneChanged => true,
            Woken::Due | Woken::Bell | Woken::ClockSet => false,
        };
        if !may_differ && (self.failed == 0 || boot < self.next) {
            return;
        }
        if keep() {
            self.failed = 0;
            return;
        }
        let wait = match self.failed {
            0 => Duration::ZERO,
            again => AGAIN.saturating_mul(1 << (again - 1).min(10)).min(AT_MOST),
        };
        self.failed = self.failed.saturating_add(1);
        self.next = boot.saturating_add(wait);
    }
}

/// The ledger plans with the zone this machine is in, and by the zone data it has now. Says whether
/// that could be written down.
pub(crate) fn keep_zone(engine: &Engine) -> bool {
    if engine.look_for_zones() {
        let (version, source) = (engine.zones().version().to_owned(), engine.zone_source());
        tracing::info!(version, source, "this machine has other zone data now");
    }
    let followed = match machine_zone(&engine.zones()) {
        Some(zone) => engine.note_machine_zone(&zone).map(|is_new| {
            if is_new {
                tracing::info!(%zone, "this machine is in another zone now");
            }
        }),
        None => Ok(()),
    };
    // The passes plan anew what hangs on it, between whatever is due.
    let followed = followed.and_then(|()| engine.keep_clocks());
    if let Err(error) = &followed {
        tracing::error!(%error, "the machine's zone or zone data could not be followed");
    }
    followed.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_could_not_be_written_down_is_tried_again_ever_more_rarely() {
        let mut kept = Kept::new(true, Duration::ZERO);
        for (second, why, ends_well, tries) in [
            (0, Woken::Due, true, 0),
            (1, Woken::ZoneChanged, false, 1),
            (2, Woken::Bell, false, 1),
            (3, Woken::Due, false, 0),
            (61, Woken::Due, false, 0),
            (62, Woken::Due, false, 1),
            (63, Woken::Resumed, false, 1),
            (300, Woken::Bell, false, 0),
            (400, Woken::Bell, true, 1),
            (401, Woken::Due, true, 0),
            (402, Woken::ClockSet, true, 0),
            (403, Woken::Resumed, true, 1),
        ] {
            let mut tried = 0;
            kept.look(why, Duration::from_secs(second), || {
                tried += 1;
                ends_well
            });
            assert_eq!(tried, tries, "{second}: {why:?}");
        }
    }
}
