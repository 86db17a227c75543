//! Desktop notifications. The inbox is the truth and a notification one rendering of it, so what
//! is told here is only who shows it and which button was pressed; that it vanished says nothing.
//! On Linux one connection to the session bus serves for life; other systems have their own way.

mod notice;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(target_os = "linux")]
mod session;
#[cfg(target_os = "linux")]
mod shown;

use std::time::Duration;

#[cfg(not(target_os = "linux"))]
pub use self::other::DesktopCourier;
#[cfg(target_os = "linux")]
pub use self::session::DesktopCourier;

/// What the desktop tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesktopEvent {
    /// A person pressed a button. May come twice for the same key.
    Answered {
        /// The notice's key.
        key: String,
        /// Which button.
        answer: DesktopAnswer,
        /// By which a window may take the focus.
        activation_token: Option<String>,
    },
    /// A notification of ours is on the screen no more, for whatever reason.
    Closed {
        /// The name of the notification service.
        owner: String,
        /// Its number there.
        id: u32,
    },
    /// A notification service is there, or another one than before: nothing of ours is on the
    /// screen any more.
    NotifierAppeared {
        /// Its name, which no other has ever: the bus's own and its unique one on it.
        owner: String,
    },
    /// There is none any more, or no bus.
    NotifierGone,
}

/// The buttons of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesktopAnswer {
    /// Tell me again later.
    Snooze,
    /// I have seen to it.
    Done,
    /// Show it to me.
    Open,
}

/// The words on buttons and in texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// `{length}` is replaced by how long.
    pub snooze: String,
    /// The button that acknowledges.
    pub done: String,
    /// The button that opens.
    pub open: String,
    /// The line above a notice that may have been shown before.
    pub again: String,
    /// Instead of an empty title.
    pub untitled: String,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            snooze: "Snooze {length}".to_owned(),
            done: "Done".to_owned(),
            open: "Open".to_owned(),
            again: "Again: this may have been shown before".to_owned(),
            untitled: "Reminder".to_owned(),
        }
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// One call on the bus.
    pub call: Duration,
    /// One hand-over, with all its calls.
    pub whole: Duration,
    /// How long to wait where equal texts are refused when they come too fast.
    pub excess: Duration,
    /// After losing the bus: the first wait, doubled each time.
    pub backoff: Duration,
    /// The longest such wait.
    pub backoff_most: Duration,
    /// How long a service that could not be started is left alone.
    pub rest: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(5),
            whole: Duration::from_secs(20),
            excess: Duration::from_millis(1100),
            backoff: Duration::from_secs(1),
            backoff_most: Duration::from_secs(60),
            rest: Duration::from_secs(60),
        }
    }
}

/// How a desktop courier is set up.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The address of the bus; `None` is the session's own.
    pub bus: Option<String>,
    /// How long things may take.
    pub limits: Limits,
    /// The words.
    pub labels: Labels,
}

/// How many events may wait to be read before the newest are dropped.
const EVENTS: usize = 256;
