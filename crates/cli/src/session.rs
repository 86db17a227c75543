//! An open ledger, with what reading and writing times needs.

use std::{path::Path, sync::Arc};

use calendar::{
    id::{DeliveryId, PersonId},
    occurrence::Context,
};
use engine::{
    Actor, Engine,
    clock::SystemClock,
    ledger::{
        Ledger, SchedulerLock, calendar::CalendarRow, channel::ChannelRow, person::PersonRow,
    },
    place::Place,
    programs,
    simulate::Folder,
};
use jiff::tz::TimeZone;

use crate::{answer::Answer, failure::Failure, words};

/// An open ledger.
pub struct Session {
    pub engine: Engine,
    /// Zones and the machine's zone, as the ledger has it.
    pub context: Context,
}

/// Starts the service in the place of an older one that was asked to stop.
fn start_service(named: Option<&Path>, place: &Place) -> Result<(), Failure> {
    let log = place.state.join("service.log");
    programs::start_service(named, &log).map_err(|e| Failure::failed(e.to_string()))
}

/// A mistyped directory is not taken for an empty calendar.
pub fn refuse_missing(place: &Place) -> Result<(), Failure> {
    let Some(by) = place.named_by.filter(|_| !place.data.join("carillon.db").exists()) else {
        return Ok(());
    };
    // One that was lost is more than one that is not there, and says so.
    if Ledger::look(&place.data)?.is_some() {
        return Ok(());
    }
    Err(Failure::not_found(format!(
        "there is no ledger in {}, the directory {by} names: one is made when something is added or a service starts",
        place.data.display()
    )))
}

/// Where a directory was named that has no ledger, does this to one that goes again: what fails there
/// is to make none.
pub fn rehearse(
    named: Option<&Path>,
    deed: impl FnOnce(&Session) -> Result<Answer, Failure>,
) -> Result<(), Failure> {
    let place = Place::find(named).map_err(|e| Failure::failed(e.to_string()))?;
    let is_there = || place.data.join("carillon.db").exists();
    // What was lost, or cut off in a restore, is more than nothing: opening it says or mends that.
    if place.named_by.is_none() || is_there() || !matches!(Ledger::look(&place.data), Ok(None)) {
        return Ok(());
    }
    let folder = Folder::new()?;
    deed(&Session::open(Some(folder.path()))?).map(drop)
}

impl Session {
    /// Opens the ledger that was named, or the usual one, for a command that only finds what is
    /// there: in a directory that was named none is made.
    pub fn find(named: Option<&Path>) -> Result<Self, Failure> {
        let place = Place::find(named).map_err(|e| Failure::failed(e.to_string()))?;
        refuse_missing(&place)?;
        Self::open(named)
    }

    /// Opens the ledger that was named, or the usual one; makes it where there is none.
    pub fn open(named: Option<&Path>) -> Result<Self, Failure> {
        let place = Place::find(named).map_err(|e| Failure::failed(e.to_string()))?;
        let opened = Engine::open(&place.data, Actor::CommandLine, Arc::new(SystemClock::new()));
        if let Err(error) = &opened {
            programs::replace_stopped(error, named, &place.state.join("service.log"))
                .map_err(|e| Failure::failed(e.to_string()))?;
        }
        let engine = opened?.in_place(&place);
        if engine.took_over() {
            // What an older service did goes on with this program's.
            start_service(named, &place)?;
        }
        let context = engine.planning_context()?;
        Ok(Self { engine, context })
    }

    /// The zone times are shown in.
    pub fn zone(&self) -> TimeZone {
        self.context.machine_zone()
    }

    /// The delivery of this id or key.
    pub fn delivery(&self, name: &str) -> Result<DeliveryId, Failure> {
        if name.starts_with("occ_") {
            return Ok(self.engine.delivery_by_key(name)?);
        }
        if name.starts_with("schedule:") {
            let ids = self.engine.deliveries_by_schedule(name)?;
            let [id] = ids[..] else {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                let which = format!("several are due then, name one: {}", ids.join(", "));
                return Err(Failure::usage("delivery", which));
            };
            return Ok(id);
        }
        name.parse().map_err(|e| Failure::usage("delivery", format!("{e}")))
    }

    /// The deliveries of these ids or keys.
    pub fn deliveries(&self, names: &[String]) -> Result<Vec<DeliveryId>, Failure> {
        names.iter().map(|name| self.delivery(name)).collect()
    }

    /// The person of this name or id.
    pub fn person(&self, name: &str) -> Result<PersonRow, Failure> {
        let people = self.engine.people()?;
        let by_id: Option<PersonId> = name.parse().ok();
        let mut found = people
            .into_iter()
            .filter(|row| by_id.map_or(row.person.name == name, |id| row.person.id == id));
        match (found.next(), found.next()) {
            (Some(person), None) => Ok(person),
            (Some(_), Some(_)) => {
                let message = format!(
                    "several people are called '{name}': give the id that `carillon person list` shows"
                );
                Err(Failure::invalid("person", message))
            }
            (None, _) => Err(Failure::not_found(format!(
                "there is no person '{name}' in this ledger: `carillon person list` shows who is there"
            ))),
        }
    }

    /// The channel of this name or id.
    pub fn channel(&self, name: &str) -> Result<ChannelRow, Failure> {
        self.engine.channel_named(name).map_err(|error| match error {
            engine::Error::NotFound { .. } => {
                Failure::from(error).and("`carillon channel list` shows which are there")
            }
            error => error.into(),
        })
    }

    /// The calendar of this name or id.
    pub fn calendar(&self, name: &str) -> Result<CalendarRow, Failure> {
        let calendars = self.engine.calendars()?;
        let mut found =
            calendars.into_iter().filter(|c| c.name == name || c.id.to_string() == name);
        match (found.next(), found.next()) {
            (Some(calendar), None) => Ok(calendar),
            (Some(_), Some(_)) => {
                let message = format!(
                    "several calendars are called '{name}': give the id that `carillon calendar list` shows"
                );
                Err(Failure::invalid("calendar", message))
            }
            (None, _) => Err(Failure::not_found(format!(
                "there is no calendar '{name}' in this ledger: `carillon calendar list` shows which are there"
            ))),
        }
    }

    /// The service that leads, if one does: its process and version.
    pub fn service(&self) -> Option<(u32, String)> {
        SchedulerLock::holder(&self.engine.dir())
    }

    /// A line for people when nothing will ring because no service runs, or one that does not do
    /// its work.
    pub fn warning(&self) -> String {
        if self.service().is_none() {
            return "\nNo service is running, so nothing rings: start it with `carillon daemon`.\n"
                .into();
        }
        self.stalled()
    }

    /// The same where a service runs and does not do its work; nothing where none runs.
    pub fn stalled(&self) -> String {
        // It is said besides: what cannot be read for it is no fault of the command's.
        let hang = self.engine.hang().ok().flatten();
        let why = match hang {
            Some(hang) => words::hangs(hang),
            None if self.engine.is_disk_full() => words::DISK_FULL.into(),
            None => return String::new(),
        };
        format!("\n{}.\n", words::sentence(&why))
    }
}
