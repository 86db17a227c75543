//! Quiet hours and pauses, as the settings show and change them.

use calendar::{
    quiet::{Days, Quiet},
    timing::later,
};
use engine::{quiet::QuietHours as Kept, settings::Pause};
use jiff::civil::Time;

use super::{EngineHost, local};
use crate::{
    dto::{PauseFor, QuietHours, ServiceStatus},
    fault::Fault,
};

impl EngineHost {
    /// As they are set, or the usual ones, which do not hold yet.
    pub(super) fn quiet_hours(&self) -> Result<QuietHours, Fault> {
        let usual: Quiet = "22:00-07:00".parse().expect("BUG: the usual hours are hours");
        let kept = self.engine.quiet_hours()?.unwrap_or(Kept { on: false, rules: usual });
        Ok(QuietHours {
            on: kept.on,
            from_min: local::minutes(kept.rules.from()),
            to_min: local::minutes(kept.rules.to()),
            days: kept.rules.days().numbers().collect(),
        })
    }

    pub(super) fn keep_quiet_hours(&self, asked: &QuietHours) -> Result<QuietHours, Fault> {
        let refused = |field: &'static str| {
            move |e: calendar::quiet::QuietError| Fault::invalid(field, e.to_string())
        };
        let days = Days::of_numbers(&asked.days).map_err(|_| {
            Fault::invalid("days", "no day is chosen: switch quiet hours off, or choose one")
        })?;
        let (from, to) = (time("fromMin", asked.from_min)?, time("toMin", asked.to_min)?);
        let rules = Quiet::new(from, to, days).map_err(refused("toMin"))?;
        self.engine.set_quiet_hours(&Kept { on: asked.on, rules })?;
        self.quiet_hours()
    }

    pub(super) fn begin_pause(&self, asked: &PauseFor) -> Result<ServiceStatus, Fault> {
        let local = self.local()?;
        let until = asked.minutes.map(|minutes| later(local.now, i64::from(minutes) * 60));
        self.engine.pause(until.map_or(Pause::Forever, Pause::Until))?;
        self.service(&local)
    }
}

fn time(field: &'static str, minutes: i32) -> Result<Time, Fault> {
    let (hour, minute) = (i8::try_from(minutes / 60), i8::try_from(minutes % 60));
    let both = hour.ok().zip(minute.ok());
    both.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok()).ok_or_else(|| {
        Fault::invalid(field, format!("{minutes} minutes since midnight: allowed are 0 to 1439"))
    })
}
