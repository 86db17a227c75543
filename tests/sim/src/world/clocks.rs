//! A clock that is set, and what services are to think of it.

use super::{SOON, World};

/// A clock that goes ahead by more, in milliseconds, may have jumped; and is right again when it is
/// certainly back by more than that.
const JUMP: i64 = 20 * 3_600_000;
const HEALED: i64 = 23 * 3_600_000;

impl World {
    /// Somebody sets the clock, of which a service hears.
    pub(super) fn sets_clock(&mut self, by: i64) {
        self.sets(by);
        self.trouble(SOON);
        self.doubts_clock(by);
        if let Some(service) = &self.service {
            service.signals.clock_set();
        }
    }

    pub(super) fn sets(&mut self, by: i64) {
        self.around.clocks.step(by);
        self.set.push((self.around.clocks.truth(), by));
    }

    /// After a jump of more than a day webhooks wait until somebody says that the clock is right, or
    /// it is again.
    fn doubts_clock(&mut self, by: i64) {
        let ahead: i64 = self.set.iter().map(|(_, by)| by).sum();
        match &mut self.doubt {
            Some((Some(before), _)) if (ahead - *before).abs() < HEALED => self.trusts_clock(),
            Some((before @ None, _)) if by > JUMP => *before = Some(ahead - by),
            None if by > JUMP => {
                self.doubt = Some((Some(ahead - by), self.troubles.len()));
                self.trouble_for(Some(false), u64::MAX / 2);
            }
            Some(_) | None => {}
        }
    }

    /// An older copy knows the clock of its time, and may doubt that of now.
    pub(super) fn may_doubt_clock(&mut self) {
        if self.doubt.is_none() && self.set.iter().any(|(_, by)| *by > JUMP) {
            self.doubt = Some((None, self.troubles.len()));
            self.trouble_for(Some(false), u64::MAX / 2);
        }
    }

    pub(super) fn trusts_clock(&mut self) {
        if let Some((_, place)) = self.doubt.take() {
            self.troubles[place].until = self.around.clocks.truth() + SOON;
        }
    }
}
