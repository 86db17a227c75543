//! Waiting at the start for a machine's clock that may be wrong until others have set it.

use std::{future::Future, time::Duration};

use engine::Engine;
use tokio::sync::watch;

use crate::ready;

/// How long a clock that is not synchronised yet is waited for, and how often it is looked at.
const SYNCHRONISING: Duration = Duration::from_secs(120);
pub(crate) const LOOK: Duration = Duration::from_secs(1);

/// After more than a day the machine's clock may be wrong until others have set it: that is waited
/// for, two minutes at most. Nothing rings meanwhile, and then it does in any case.
pub(crate) async fn await_clock<L: Future<Output = ()>>(
    engine: &Engine,
    stopping: &mut watch::Receiver<bool>,
    mut until_next_look: impl FnMut() -> L,
) -> Result<(), engine::Error> {
    if !engine.awaits_clock()? {
        return Ok(());
    }
    // Whoever started it need not wait along, and would take it for dead.
    ready::ready();
    let end = engine.now().boot + SYNCHRONISING;
    while engine.awaits_clock()? && engine.now().boot < end {
        tokio::select! {
            () = until_next_look() => {}
            _ = stopping.wait_for(|stop| *stop) => return Ok(()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Aim: it waits two minutes, and no longer than it must. Method: a clock that goes on by a
    //! second with each look, and is synchronised at one of them or never.

    use std::{
        os::unix::fs::PermissionsExt,
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
    };

    use calendar::zones::{ZoneName, Zones};
    use engine::{
        Actor,
        clock::{Clock, Now, Synchronised},
        scheduler::Scheduler,
        zones::Found,
    };
    use jiff::{Timestamp, tz::TimeZoneDatabase};

    use super::*;

    const DAY: u64 = 86_400;

    struct Ticking {
        seconds: AtomicU64,
        /// From then on it is right; where nobody keeps it so, nobody knows.
        right_from: Option<u64>,
    }

    impl Clock for Ticking {
        fn now(&self) -> Now {
            let gone = Duration::from_secs(self.seconds.load(Ordering::Relaxed));
            let begun: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a moment");
            Now { wall: begun + gone, boot: gone, boot_id: "boot".into() }
        }

        fn synchronised(&self) -> Synchronised {
            match self.right_from {
                None => Synchronised::Unknown,
                Some(from) if self.seconds.load(Ordering::Relaxed) < from => Synchronised::No,
                Some(_) => Synchronised::Yes,
            }
        }
    }

    /// For how many seconds it waits, started so long after it was last looked, where the clock is right
    /// so long after that, and somebody stops it so long after that.
    fn waits(away: u64, right_after: Option<u64>, stopped_after: u64) -> u64 {
        let folder = tempfile::tempdir().expect("a folder");
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder.path(), private).expect("a private folder");
        let zones = Zones::new(TimeZoneDatabase::bundled(), "bundle");
        let found = Found { zones, source: "bundle".into() };
        let right_from = right_after.map(|after| away + after);
        let clock = Arc::new(Ticking { seconds: AtomicU64::new(0), right_from });
        let (dir, utc) = (folder.path(), ZoneName::utc());
        let engine = Engine::open_with(dir, Actor::Service, clock.clone(), found, &utc);
        let engine = Arc::new(engine.expect("a ledger"));
        drop(Scheduler::lead(engine.clone()).expect("to lead"));
        clock.seconds.store(away, Ordering::Relaxed);
        let (stop, mut stopping) = watch::channel(false);
        let look = || async {
            if clock.seconds.load(Ordering::Relaxed) - away >= stopped_after {
                stop.send_replace(true);
                std::future::pending().await
            }
            clock.seconds.fetch_add(1, Ordering::Relaxed);
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(await_clock(&engine, &mut stopping, look)).expect("a ledger");
        clock.seconds.load(Ordering::Relaxed) - away
    }

    const NEVER: u64 = 10 * DAY;

    #[test]
    fn a_clock_that_is_not_right_after_more_than_a_day_is_waited_for_two_minutes() {
        assert_eq!(waits(DAY + 1, Some(NEVER), NEVER), 120, "it is never right");
        assert_eq!(waits(DAY + 1, Some(30), NEVER), 30, "no longer than until it is right");
        assert_eq!(waits(DAY + 1, Some(NEVER), 10), 10, "nor when asked to stop");
    }

    #[test]
    fn nobody_waits_after_a_day_for_a_clock_that_is_right_or_of_which_nothing_is_known() {
        assert_eq!(waits(DAY, Some(NEVER), NEVER), 0, "after no more than a day");
        assert_eq!(waits(DAY + 1, Some(0), NEVER), 0, "it is right");
        assert_eq!(waits(DAY + 1, None, NEVER), 0, "nobody can say");
    }
}
