//! What goes wrong with a change, and when.

use std::time::Duration;

use super::{No, State};
use crate::fault::Fault;

impl State {
    pub(super) fn check_room(&self, id: u64, end: usize) -> Result<(), No> {
        let Some(opener) = self.openers.get(&id) else { return Err(No::Failed) };
        let own = self.files.get(&opener.path).map_or(0, |file| file.bytes().len());
        let all: usize = self.files.values().map(|file| file.bytes().len()).sum();
        let after = all + end.saturating_sub(own);
        let is_full = |fault: &Fault| matches!(fault, Fault::Full { bytes } if after > *bytes);
        match end > own && self.faults.iter().any(is_full) {
            true => Err(No::Full),
            false => Ok(()),
        }
    }

    /// Counts a change; says what goes wrong with it, and how many bytes of it are written.
    pub(super) fn strike(&mut self, process: u32, size: usize) -> Result<(), Struck> {
        self.counts.changes += 1;
        *self.by_process.entry(process).or_default() += 1;
        let mut struck = None;
        self.faults.retain_mut(|fault| match fault {
            Fault::Crash { after: 0, torn } => {
                struck = Some((true, (*torn).min(size)));
                false
            }
            Fault::Failing { after: 0 } => {
                struck.get_or_insert((false, 0));
                false
            }
            Fault::Crash { after, .. } | Fault::Failing { after } => {
                *after -= 1;
                true
            }
            Fault::FailingSync { .. }
            | Fault::SlowSync { .. }
            | Fault::Full { .. }
            | Fault::Busy { .. } => true,
        });
        match struck {
            None => Ok(()),
            Some((kills, torn)) => {
                if kills {
                    self.kill(process);
                    (self.death)(process);
                } else {
                    (self.failure)();
                }
                Err((No::Failed, torn))
            }
        }
    }

    /// Counts a sync; says whether it fails, and how long it takes.
    pub(super) fn turn_of_sync(&mut self) -> (bool, Duration) {
        let (mut fails, mut lasts) = (false, Duration::ZERO);
        self.faults.retain_mut(|fault| match fault {
            Fault::FailingSync { after: 0 } => {
                fails = true;
                false
            }
            Fault::SlowSync { after: 0, takes } => {
                lasts += *takes;
                false
            }
            Fault::FailingSync { after } | Fault::SlowSync { after, .. } => {
                *after -= 1;
                true
            }
            Fault::Crash { .. }
            | Fault::Failing { .. }
            | Fault::Full { .. }
            | Fault::Busy { .. } => true,
        });
        if fails {
            (self.failure)();
        }
        (fails, lasts)
    }
}

/// Why a change failed, and how much of it is there all the same.
pub(super) type Struck = (No, usize);

impl From<Struck> for No {
    fn from((no, _): Struck) -> Self {
        no
    }
}
