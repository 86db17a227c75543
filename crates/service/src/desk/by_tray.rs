//! What the tray asks for.

use super::*;
use crate::{
    tray::{PauseFor, TrayCommand},
    words::pause_ends,
};
use engine::{
    quiet::QuietHours,
    series::{Scope, Target},
    settings::Pause,
};
use jiff::Timestamp;

/// Where these answers are given.
const TRAY: &str = "tray";

impl Desk {
    pub(crate) async fn obey(&self, command: TrayCommand, stop: &watch::Sender<bool>) {
        match command {
            TrayCommand::Open { what, activation_token } => {
                self.open(&what, activation_token).await;
            }
            TrayCommand::Snooze { delivery, until } => {
                self.say(self.later(delivery, until), "snoozed");
            }
            TrayCommand::Done(id) => {
                let done = self.engine.acknowledge(&[id], Answer::Done, TRAY);
                self.say(done.map(drop), "done with");
            }
            TrayCommand::Skip { event, original } => {
                let scope = Some(Scope::This);
                let only = Target { original: Some(original), scope, ..Target::all(event) };
                self.say(self.engine.delete(&only).map(drop), "skipped");
            }
            TrayCommand::Pause(length) => self.say(self.pause(length), "paused"),
            TrayCommand::QuietHours(on) => self.say(self.quiet(on), "quieted or not"),
            TrayCommand::Resume => self.say(self.engine.resume(), "resumed"),
            TrayCommand::Quit => {
                tracing::info!("ended from the tray");
                stop.send_replace(true);
            }
        }
    }

    /// A menu may have been opened long before.
    fn later(&self, id: DeliveryId, until: Timestamp) -> engine::Result<()> {
        let length = Duration::from_secs(60 * u64::from(self.engine.snooze_minutes()?));
        let now = self.engine.now().wall;
        let until = if until > now { until } else { now.saturating_add(length).unwrap_or(now) };
        self.engine.snooze(id, until, TRAY).map(drop)
    }

    fn pause(&self, length: PauseFor) -> engine::Result<()> {
        let (zone, _) = self.engine.zones().zone(&self.engine.machine_zone()?);
        let end = pause_ends(length, self.engine.now().wall, &zone);
        self.engine.pause(end.map_or(Pause::Forever, Pause::Until))
    }

    fn quiet(&self, on: bool) -> engine::Result<()> {
        match self.engine.quiet_hours()? {
            Some(hours) => self.engine.set_quiet_hours(&QuietHours { on, ..hours }),
            None => Ok(()),
        }
    }

    fn say(&self, done: engine::Result<()>, what: &str) {
        match done {
            Ok(()) => tracing::info!("reminders were {what} from the tray"),
            Err(error) => tracing::error!(%error, "reminders could not be {what}"),
        }
    }
}
