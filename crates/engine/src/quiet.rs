//! When nothing pops up: quiet hours and pauses. They hold what is for this desktop until they
//! end, and never beyond what is worth telling; alarms and tests go through.

use calendar::{delivery::Hold, quiet::Quiet, reason::Reason};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::setting::{self, name},
    settings::Pause,
};

/// Stretches that follow one another, looked through for their common end.
const CHAIN: usize = 8;

/// The quiet hours as they are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// Whether they hold.
    pub on: bool,
    /// Between which times, on which days.
    pub rules: Quiet,
}

impl Engine {
    /// The quiet hours, if any were ever set.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn quiet_hours(&self) -> Result<Option<QuietHours>> {
        self.read(|act| act.quiet_hours())
    }

    /// Sets the quiet hours. What they held and hold no more is told at once.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn set_quiet_hours(&self, hours: &QuietHours) -> Result<()> {
        let text = format!("{} {}", if hours.on { "on" } else { "off" }, hours.rules);
        self.write(|act| setting::put(act.tx, name::QUIET_HOURS, &text))
    }

    /// What silences pop-ups at this moment or a later one, by what is set now.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn silence(&self) -> Result<Silence> {
        self.read(|act| act.silence())
    }
}

impl Act<'_> {
    fn quiet_hours(&self) -> Result<Option<QuietHours>> {
        let kept = setting::get(self.tx, name::QUIET_HOURS)?;
        let read = |text: &str| {
            let (on, rules) = text.split_once(' ')?;
            Some(QuietHours { on: on == "on", rules: rules.parse().ok()? })
        };
        Ok(kept.as_deref().and_then(read))
    }

    pub(crate) fn silence(&self) -> Result<Silence> {
        let quiet = self.quiet_hours()?.filter(|hours| hours.on).map(|hours| hours.rules);
        Ok(Silence { pause: self.paused()?, quiet, zone: self.context.machine_zone() })
    }
}

/// What silences pop-ups: a pause there is, and quiet hours by the machine's clock.
#[derive(Debug, Clone)]
pub struct Silence {
    pause: Option<Pause>,
    quiet: Option<Quiet>,
    zone: TimeZone,
}

impl Silence {
    /// What silences at this moment; of both the one that lasts longer.
    pub fn at(&self, at: Timestamp) -> Option<Hold> {
        let pause = match self.pause {
            Some(Pause::Until(end)) if end > at => {
                Some(Hold { reason: Reason::HeldPaused, until: Some(end) })
            }
            Some(Pause::Forever) => Some(Hold { reason: Reason::HeldPaused, until: None }),
            Some(Pause::Until(_)) | None => None,
        };
        let quiet = self.quiet.and_then(|quiet| quiet.until(at, &self.zone));
        let quiet = quiet.map(|end| Hold { reason: Reason::HeldQuiet, until: Some(end) });
        let last = |hold: &Hold| hold.until.unwrap_or(Timestamp::MAX);
        [pause, quiet].into_iter().flatten().max_by_key(last)
    }

    /// What silences at this moment, and until when whatever follows on it does: the last of them.
    pub fn through(&self, at: Timestamp) -> Option<Hold> {
        let mut last = self.at(at)?;
        for _ in 0..CHAIN {
            let Some(next) = last.until.and_then(|end| self.at(end)) else { break };
            last = next;
        }
        Some(last)
    }

    /// From when until when, up to now, what was due then was held back.
    pub(crate) fn around(&self, due: Timestamp, now: Timestamp) -> (Timestamp, Timestamp) {
        match self.quiet.and_then(|quiet| quiet.stretch(due, &self.zone)) {
            Some((begins, ends)) => (begins, ends.clamp(due, now.max(due))),
            None => (due, now.max(due)),
        }
    }
}
