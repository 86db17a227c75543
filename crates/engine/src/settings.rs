//! Use cases over what the ledger knows by name: the machine's zone, pauses, the window's
//! settings.

use calendar::{timing::later, zones::ZoneName};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    clock::{Now, boot_ms},
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
        let is_new = self.note_machine_zone(zone)?;
        self.follow_zones()?;
        Ok(is_new)
    }

    /// Notes the machine's zone; the passes of who leads plan anew what hangs on it. Says whether it
    /// changed.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note_machine_zone(&self, zone: &ZoneName) -> Result<bool> {
        let is_new = self.machine_zone()? != *zone;
        if is_new {
            self.write(|act| setting::put(act.tx, name::MACHINE_ZONE, zone.as_str()))?;
        }
        Ok(is_new)
    }

    /// The machine's zone as the ledger has it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn machine_zone(&self) -> Result<ZoneName> {
        self.read(|act| Ok(act.context.machine.clone()))
    }

    /// At which hour whole days are told.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn all_day_hour(&self) -> Result<i8> {
        self.read(|act| Ok(act.context.all_day_hour))
    }

    /// Sets at which hour whole days are told: what was not told yet moves with it. Says whether
    /// it changed.
    ///
    /// # Errors
    /// When it is not from 1 to 23, or the ledger cannot be written; what is not planned anew by
    /// then is by the passes of who leads.
    pub fn set_all_day_hour(&self, hour: i8) -> Result<bool> {
        if !(1..=23).contains(&hour) {
            let message = format!("whole days are told at an hour from 1 to 23, not at {hour}");
            return Err(Error::invalid("hour", message));
        }
        let is_new = self.all_day_hour()? != hour;
        if is_new {
            self.write(|act| {
                act.lasts("changing the hour of whole days")?;
                setting::put(act.tx, name::ALL_DAY_HOUR, &hour.to_string())
            })?;
        }
        self.follow_zones()?;
        Ok(is_new)
    }

    /// Pauses pop-ups: they are held, and told in a digest at its end.
    ///
    /// # Errors
    /// When the end is past.
    pub fn pause(&self, pause: Pause) -> Result<()> {
        self.write(|act| {
            let text = match pause {
                Pause::Forever => FOREVER.to_string(),
                Pause::Until(at) if at <= act.wall() => {
                    let at = act.spoken(at);
                    let message = format!("{at} is not ahead: a pause ends later than now");
                    return Err(Error::invalid("until", message));
                }
                Pause::Until(at) => Counted::from(&act.now, at).to_string(),
            };
            act.lasts("pausing (`carillon resume` ends the pause)")?;
            let end = match pause {
                Pause::Forever => Timestamp::MAX,
                Pause::Until(at) => at,
            };
            // One that is made longer began when it did.
            let begun =
                act.last_pause()?.filter(|_| act.paused().is_ok_and(|there| there.is_some()));
            act.note_pause(begun.map_or(act.wall(), |(from, _)| from), end)?;
            setting::put(act.tx, name::PAUSED_UNTIL, &text)
        })
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn resume(&self) -> Result<()> {
        self.write(|act| {
            act.lasts("ending a pause")?;
            if let Some((from, until)) = act.last_pause()? {
                act.note_pause(from, until.min(act.wall()))?;
            }
            setting::remove(act.tx, name::PAUSED_UNTIL)
        })
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

const FOREVER: &str = "forever";
/// By so many seconds a pause may end otherwise than it was said before its length is looked at.
const APART: i64 = 60;

/// A pause with an end, as the ledger keeps it: its length holds on any clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    until_ms: i64,
    /// How long it was when it was given, when that was since the boot, and which boot that was.
    wait_ms: i64,
    boot_ms: i64,
    boot_id: String,
}

impl Counted {
    fn from(now: &Now, until: Timestamp) -> Self {
        Self {
            until_ms: until.as_millisecond(),
            wait_ms: until.as_millisecond().saturating_sub(now.wall.as_millisecond()),
            boot_ms: boot_ms(now),
            boot_id: now.boot_id.to_string(),
        }
    }

    /// Its end: as it was said, unless by the time since the boot less than that is left of it. Of
    /// another boot it is not known how much has passed, so all of it may be left.
    fn ends(&self, now: &Now) -> Timestamp {
        let left = match now.boot_id.as_ref() == self.boot_id {
            true => self.boot_ms.saturating_add(self.wait_ms).saturating_sub(boot_ms(now)),
            false => self.wait_ms,
        };
        let (said, left) = (moment(self.until_ms), left.clamp(0, self.wait_ms.max(0)));
        let counted = now.wall.saturating_add(SignedDuration::from_millis(left));
        let counted = counted.unwrap_or(Timestamp::MAX);
        if later(counted, APART) < said { counted } else { said }
    }
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(self).expect("BUG: a pause is plain data"))
    }
}

impl Act<'_> {
    fn note_pause(&self, from: Timestamp, until: Timestamp) -> Result<()> {
        setting::put(
            self.tx,
            name::LAST_PAUSE,
            &format!("{} {}", from.as_millisecond(), until.as_millisecond()),
        )
    }

    /// When the last pause began and ended or was to end, also after it.
    pub(crate) fn last_pause(&self) -> Result<Option<(Timestamp, Timestamp)>> {
        let read = |text: &str| {
            let (from, until) = text.split_once(' ')?;
            Some((moment(from.parse().ok()?), moment(until.parse().ok()?)))
        };
        Ok(setting::get(self.tx, name::LAST_PAUSE)?.as_deref().and_then(read))
    }

    pub(crate) fn paused(&self) -> Result<Option<Pause>> {
        let kept = setting::get(self.tx, name::PAUSED_UNTIL)?;
        if kept.as_deref() == Some(FOREVER) {
            return Ok(Some(Pause::Forever));
        }
        let counted = kept.as_deref().and_then(|text| serde_json::from_str::<Counted>(text).ok());
        // An earlier program kept the end alone.
        let said = || kept.as_deref().and_then(|text| text.parse().ok()).map(moment);
        let until = counted.map(|counted| counted.ends(&self.now)).or_else(said);
        Ok(until.filter(|until| *until > self.wall()).map(Pause::Until))
    }

    /// After a clock was set or the machine was started anew: a pause lasts as long as it was meant
    /// to, and not until a moment of a future that was false.
    pub(crate) fn pause_anew(&self) -> Result<()> {
        let kept = setting::get(self.tx, name::PAUSED_UNTIL)?;
        let counted = kept.and_then(|text| serde_json::from_str::<Counted>(&text).ok());
        let Some(counted) = counted else { return Ok(()) };
        let ends = counted.ends(&self.now);
        if ends < moment(counted.until_ms) {
            let anew = Counted::from(&self.now, ends);
            setting::put(self.tx, name::PAUSED_UNTIL, &anew.to_string())?;
        }
        Ok(())
    }
}
