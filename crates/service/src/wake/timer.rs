//! One timer on the wall clock. It fires at an absolute moment, also when that moment passed
//! during a suspend, and is cut short when somebody sets the clock.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
};

use jiff::Timestamp;
use rustix::{
    io::Errno,
    time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec},
};
use tokio::net::unix::pipe;

/// What the timer has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fired {
    /// The moment came.
    Due,
    /// The clock was set, or the machine resumed.
    ClockSet,
}

/// A timerfd. Tokio reads it as if it were a pipe: the only safe door it has for a descriptor
/// of another kind.
#[derive(Debug)]
pub(crate) struct Timer {
    fd: pipe::Receiver,
}

impl Timer {
    /// A timer that is not armed. Needs a tokio runtime.
    pub(crate) fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let fd: OwnedFd = rustix::time::timerfd_create(TimerfdClockId::Realtime, flags)?;
        Ok(Self { fd: pipe::Receiver::from_owned_fd_unchecked(fd)? })
    }

    /// Arms it for this moment, in place of what it was armed for. A moment of the past fires
    /// at once. `ClockSet` says that the clock was set since the last arming: it is armed, but
    /// the caller chose the moment by the old clock.
    pub(crate) fn arm(&self, at: Timestamp) -> io::Result<Option<Fired>> {
        // Zero would disarm it.
        let at = at.max(Timestamp::from_second(1).unwrap_or(Timestamp::UNIX_EPOCH));
        let spec = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: Timespec {
                tv_sec: at.as_second(),
                tv_nsec: i64::from(at.subsec_nanosecond()),
            },
        };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        match rustix::time::timerfd_settime(self.fd.as_fd(), flags, &spec) {
            Ok(_) => Ok(None),
            Err(Errno::CANCELED) => Ok(Some(Fired::ClockSet)),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for it. Cancel safe: the timer stays as it was armed.
    pub(crate) async fn fired(&self) -> io::Result<Fired> {
        loop {
            // Readiness may be left over from an earlier arming; the read tells.
            self.fd.readable().await?;
            let mut expirations = [0; 8];
            match self.fd.try_read(&mut expirations) {
                Ok(_) => return Ok(Fired::Due),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.raw_os_error() == Some(Errno::CANCELED.raw_os_error()) => {
                    return Ok(Fired::ClockSet);
                }
                Err(error) => return Err(error),
            }
        }
    }
}
