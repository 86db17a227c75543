//! The notification services of a run, one after another: each takes with it what it shows.

use std::sync::atomic::Ordering;

use super::{Ending, UNDER_WAY, World};
use crate::{receiver::Mood, trace::Happened};

impl World {
    /// The one there is ends, and another begins so many milliseconds later.
    pub(super) fn replaces_notifier(&mut self, time: u64) {
        self.is(true, Mood::Absent);
        self.trouble_for(Some(true), time + UNDER_WAY);
        self.later(time, Ending::Mood { desktop: true });
    }

    /// What the desktop's moods say of it. Who begins is heard of by the bus, not by the bell.
    pub(super) fn changes_notifier(&self, was: Mood, is: Mood) {
        let add = |what| self.around.trace.add(&self.around.clocks, what);
        match (was == Mood::Absent, is == Mood::Absent) {
            (false, true) => {
                self.around.desktop.owner.fetch_add(1, Ordering::Relaxed);
                add(Happened::Vanished);
            }
            (true, false) => {
                add(Happened::Appeared);
                if let Some(service) = &self.service {
                    service.signals.bell();
                }
            }
            (true, true) | (false, false) => {}
        }
    }
}
