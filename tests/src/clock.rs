//! A clock for tests, which goes only when it is told to.

use std::{sync::Mutex, time::Duration};

use engine::clock::{Clock, Now, Synchronised};
use jiff::Timestamp;

/// A clock that goes only when it is told to.
#[derive(Debug)]
pub struct SetClock {
    now: Mutex<Now>,
    pub(crate) suspended: Mutex<Option<Duration>>,
    pub(crate) synchronised: Mutex<Synchronised>,
}

impl SetClock {
    pub(crate) fn at(wall: Timestamp) -> Self {
        let now = Now { wall, boot: Duration::from_secs(1_000), boot_id: "boot".into() };
        let synchronised = Mutex::new(Synchronised::Yes);
        Self { now: Mutex::new(now), suspended: Mutex::new(None), synchronised }
    }

    pub(crate) fn change(&self, work: impl FnOnce(&mut Now)) {
        work(&mut self.now.lock().expect("nobody panics with the clock"));
    }
}

impl Clock for SetClock {
    fn now(&self) -> Now {
        self.now.lock().expect("nobody panics with the clock").clone()
    }

    fn suspended(&self) -> Option<Duration> {
        *self.suspended.lock().expect("nobody panics with the clock")
    }

    fn synchronised(&self) -> Synchronised {
        *self.synchronised.lock().expect("nobody panics with the clock")
    }
}
