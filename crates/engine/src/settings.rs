//! Use cases over what the ledger knows by name: the machine's zone, pauses, the window's
//! settings.

use calendar::zones::ZoneName;
use jiff::Timestamp;

use crate::{
    engine::Engine,
    error::{Error, Result},
    ledger::{
        moment,
        setting::{self, name},
        status::{self, StatusRow},
    },
};

/// A pause of the pop-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Until this moment.
    Until(Timestamp),
    /// Until somebody resumes.
    Forever,
}

impl Engine {
    /// Sets the machine's zone, as the service alone does. What hangs on it is planned anew in
    /// short transactions; nothing unsent is lost. Says whether it changed.
    ///
    /// # Errors
    /// When the ledger cannot be written; what is not planned anew by then will be when this is
    /// asked next.
    pub fn set_machine_zone(&self, zone: &ZoneName) -> Result<bool> {
        let is_new = self.machine_zone()? != *zone;
        if is_new {
            self.write(|act| setting::put(act.tx, name::MACHINE_ZONE, zone.as_str()))?;
        }
        self.follow_zones()?;
        Ok(is_new)
    }

    /// The machine's zone as the ledger has it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn machine_zone(&self) -> Result<ZoneName> {
        self.read(|act| Ok(act.context.machine.clone()))
    }

    /// Pauses pop-ups: they are held, and told in a digest at its end.
    ///
    /// # Errors
    /// When the end is past.
    pub fn pause(&self, pause: Pause) -> Result<()> {
        let text = match pause {
            Pause::Forever => "forever".to_string(),
            Pause::Until(at) if at <= self.now().wall => {
                let at = self.read(|act| Ok(act.spoken(at)))?;
                let message = format!("{at} is not ahead: a pause ends later than now");
                return Err(Error::invalid("until", message));
            }
            Pause::Until(at) => at.as_millisecond().to_string(),
        };
        self.write(|act| setting::put(act.tx, name::PAUSED_UNTIL, &text))
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn resume(&self) -> Result<()> {
        self.write(|act| setting::remove(act.tx, name::PAUSED_UNTIL))
    }

    /// The pause there is, if it is not over.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn paused(&self) -> Result<Option<Pause>> {
        self.read(|act| act.paused())
    }

    /// What the window keeps about itself; the engine does not look inside.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn window_settings(&self) -> Result<Option<String>> {
        self.read(|act| setting::get(act.tx, name::WINDOW))
    }

    /// Keeps what the window wants kept.
    ///
    /// # Errors
    /// When it is larger than 64 kB or the ledger cannot be written.
    pub fn keep_window_settings(&self, text: &str) -> Result<()> {
        if text.len() > 65_536 {
            return Err(Error::invalid("settings", "the window's settings have at most 64 kB"));
        }
        self.write(|act| setting::put(act.tx, name::WINDOW, text))
    }

    /// What the service last said of itself.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn service_status(&self) -> Result<Option<StatusRow>> {
        self.read(|act| status::get(act.tx))
    }
}

impl crate::act::Act<'_> {
    pub(crate) fn paused(&self) -> Result<Option<Pause>> {
        let kept = setting::get(self.tx, name::PAUSED_UNTIL)?;
        Ok(match kept.as_deref() {
            None => None,
            Some("forever") => Some(Pause::Forever),
            Some(text) => {
                let until = text.parse().map(moment).unwrap_or(Timestamp::MIN);
                (until > self.wall()).then_some(Pause::Until(until))
            }
        })
    }
}
