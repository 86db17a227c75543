//! The engine: one open ledger with its clock, zones and vault, and the use cases over it (see
//! `events`, `people`, `channels`, `answers`, `queries`). Every use case is: check, one
//! transaction, ring the bell, say what happened.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use calendar::{
    id::{ChannelId, DeliveryId, EventId, PersonId},
    occurrence::Context,
    zones::{ZoneName, Zones},
};
use rusqlite::Transaction;
use uuid::{ContextV7, Timestamp as UuidTime, Uuid};

use crate::{
    act::Act,
    bell::Bell,
    clock::{Clock, Now, Synchronised},
    error::Result,
    ledger::{
        Ledger,
        lost::Whereabouts,
        make_room, setting,
        written::{self, Depth},
    },
    machine::machine_zone,
    mark::Mark,
    place::Place,
    planning::zone_data,
    vault::Vault,
    zones::{DataPlaces, Found},
};

/// At which hour whole days are told, until somebody says otherwise.
pub(crate) const ALL_DAY_HOUR: i8 = 9;

/// Who acts: it is written into every audit row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The service.
    Service,
    /// The window.
    Window,
    /// The command line.
    CommandLine,
}

impl Actor {
    /// The word in the ledger.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Window => "window",
            Self::CommandLine => "cli",
        }
    }
}

/// One open ledger and what is needed to work with it.
pub struct Engine {
    ledger: Mutex<Ledger>,
    clock: Arc<dyn Clock>,
    found: RwLock<Found>,
    loading: Loading,
    vault: Vault,
    actor: Actor,
    installation: String,
    mark: Mark,
}

/// Where newer zone data comes from.
#[derive(Debug)]
enum Loading {
    /// From these places; and the version the ledger was last found to be planned with.
    Places(DataPlaces, Mutex<String>),
    /// From nowhere: what was given is used.
    Given,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("actor", &self.actor).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the ledger in this directory with this machine's zone data, making it if need be.
    ///
    /// # Errors
    /// When the place is not fit, or the disk says no.
    pub fn open(dir: &Path, actor: Actor, clock: Arc<dyn Clock>) -> Result<Self> {
        Self::open_by(dir, actor, clock, DataPlaces::of_this_machine())
    }

    /// [`Engine::open`] with the zone data of these places, as it is and as it becomes.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_by(
        dir: &Path,
        actor: Actor,
        clock: Arc<dyn Clock>,
        places: DataPlaces,
    ) -> Result<Self> {
        let found = places.load();
        let machine = machine_zone(&found.zones).unwrap_or_else(ZoneName::utc);
        let engine = Self::open_with(dir, actor, clock, found, &machine)?;
        Ok(Self { loading: Loading::Places(places, Mutex::default()), ..engine })
    }

    /// [`Engine::open`] with zone data and a first machine zone of one's own, for tests.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_with(
        dir: &Path,
        actor: Actor,
        clock: Arc<dyn Clock>,
        found: Found,
        machine: &ZoneName,
    ) -> Result<Self> {
        let mut ledger = Ledger::open(dir)?;
        if actor == Actor::Service {
            ledger.stay();
        }
        let known = ledger.read(|tx| setting::get(tx, setting::name::INSTALLATION))?;
        let installation = match known {
            Some(known) => known,
            None => ledger.write(|tx| first_settings(tx, machine, found.zones.version()))?,
        };
        let vault = Vault::open(ledger.dir())?;
        let mark = Mark::in_dir(ledger.dir());
        let (ledger, found) = (Mutex::new(ledger), RwLock::new(found));
        let loading = Loading::Given;
        Ok(Self { ledger, clock, found, loading, vault, actor, installation, mark })
    }

    /// Opens the ledger in this directory to look at it: nothing is made or brought up to date.
    /// `None` where there is none.
    ///
    /// # Errors
    /// As [`Engine::open`], and when the ledger is of an older program.
    pub fn look(
        dir: &Path,
        actor: Actor,
        clock: Arc<dyn Clock>,
        found: Found,
    ) -> Result<Option<Self>> {
        let Some(mut ledger) = Ledger::look(dir)? else { return Ok(None) };
        let known = ledger.read(|tx| setting::get(tx, setting::name::INSTALLATION))?;
        let Some(installation) = known else { return Ok(None) };
        let vault = Vault::look(ledger.dir())?;
        let mark = Mark::in_dir(ledger.dir());
        let (ledger, found, loading) = (Mutex::new(ledger), RwLock::new(found), Loading::Given);
        Ok(Some(Self { ledger, clock, found, loading, vault, actor, installation, mark }))
    }

    /// The same with the folders of this place for what this machine knows of its ledgers: the
    /// high-water mark. Without them that is the ledger's own.
    #[must_use]
    pub fn in_place(self, place: &Place) -> Self {
        let mark = Mark::in_dir(&place.state).and_in(place.runtime.as_deref());
        Self { mark, ..self }
    }

    /// What this machine knows of its ledgers.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// An engine over this open copy of a ledger, with another's secrets, zones and names and a
    /// clock and a mark of its own.
    pub(crate) fn over_copy(&self, ledger: Ledger, clock: Arc<dyn Clock>) -> Self {
        Self {
            mark: Mark::in_dir(ledger.dir()),
            ledger: Mutex::new(ledger),
            clock,
            found: RwLock::new(self.found()),
            loading: Loading::Given,
            vault: self.vault.clone(),
            actor: Actor::Service,
            installation: self.installation.clone(),
        }
    }

    /// What all clocks say.
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// Whether the machine's clock goes by others.
    pub(crate) fn synchronised(&self) -> Synchronised {
        self.clock.synchronised()
    }

    /// For how long the machine was asleep since it was started, where that is known.
    pub(crate) fn suspended(&self) -> Option<Duration> {
        self.clock.suspended()
    }

    /// Zone data.
    pub fn zones(&self) -> Zones {
        self.found().zones
    }

    /// Where the zone data is from.
    pub fn zone_source(&self) -> String {
        self.found().source
    }

    fn found(&self) -> Found {
        self.found.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Uses this zone data from now on. Says whether it is other data than before.
    pub fn use_zones(&self, found: Found) -> bool {
        let mut known = self.found.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = (known.zones.version(), known.source.as_str())
            != (found.zones.version(), found.source.as_str());
        *known = found;
        is_new
    }

    /// Looks at the machine's zone data again: it may have been brought up to date since. Says
    /// whether it was.
    pub fn look_for_zones(&self) -> bool {
        match &self.loading {
            Loading::Places(places, _) => self.use_zones(places.load()),
            Loading::Given => false,
        }
    }

    /// Once for each version the ledger was planned with: whoever did that, the service, has data
    /// that this program may not have seen yet.
    fn keep_up(&self, planned_with: Option<&str>) {
        let (Loading::Places(places, seen), Some(version)) = (&self.loading, planned_with) else {
            return;
        };
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen != version {
            version.clone_into(&mut seen);
            if self.found().zones.version() != version {
                self.use_zones(places.load());
            }
        }
    }

    /// The vault beside the ledger.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Whether an older service was asked to stop when the ledger was opened: then another is to be
    /// started.
    pub fn took_over(&self) -> bool {
        self.lock().took_over()
    }

    /// Lets go of the ledger, for whoever has this engine: another file is to take its place.
    ///
    /// # Errors
    /// When there is no memory for that.
    pub fn close(&self) -> Result<()> {
        self.lock().close()
    }

    /// Looks whether the ledger's file is still where it was, and puts back one that was deleted.
    ///
    /// # Errors
    /// When it cannot be put back.
    pub fn look_for_file(&self) -> Result<Whereabouts> {
        let found = self.lock().look_for_file()?;
        if matches!(found, Whereabouts::PutBack | Whereabouts::PutBackLate) {
            self.know_file().unwrap_or_else(|error| {
                tracing::warn!(%error, "the next start will take what was put back for a copy");
            });
        }
        Ok(found)
    }

    /// Whether the ledger's file was written to since it was last looked over, by whomever.
    pub fn was_written_to(&self) -> bool {
        self.lock().was_written_to()
    }

    /// Whether nothing is done with the ledger any more because another program wrote over it.
    pub fn is_written_over(&self) -> bool {
        self.lock().is_written_over()
    }

    /// The same where SQLite met that before the file was looked at: waits until whoever writes to it
    /// is through, which blocks the thread.
    pub fn was_written_over(&self) -> bool {
        self.lock().was_written_over()
    }

    /// Looks by another connection at the ledger's file, which was written to, when whoever did that is
    /// through; blocks the thread. Is it not what it was, nothing more is done with it here. Says
    /// whether it was looked at; not where it was written to again.
    ///
    /// # Errors
    /// When it cannot be looked at this time.
    pub fn look_over_file(&self, depth: Depth) -> Result<bool> {
        let dir = self.dir();
        written::await_rest(&dir);
        let known = self.lock().known()?;
        let found = written::look(&dir, &known, depth)?;
        Ok(self.lock().conclude(&known, found))
    }

    /// Keeps what is open whole, after another file took its place; gives its name there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_aside(&self) -> Result<std::path::PathBuf> {
        self.lock().keep_aside(self.now().wall)
    }

    /// Lets go of what is open and cannot be kept, after another file took its place.
    ///
    /// # Errors
    /// When its journal cannot be renamed.
    pub fn put_journal_aside(&self) -> Result<()> {
        self.lock().put_journal_aside(self.now().wall)
    }

    /// How many rows the largest transaction changed since this was last asked: others wait for as
    /// long as that takes.
    pub fn most_changed(&self) -> u64 {
        self.lock().most_changed()
    }

    /// The bell beside the ledger.
    pub fn bell(&self) -> Bell {
        self.lock().bell().clone()
    }

    /// The directory of the ledger.
    pub fn dir(&self) -> std::path::PathBuf {
        self.lock().dir().to_path_buf()
    }

    /// A guard on the ledger. A panic while it was held left no half transaction behind, since
    /// those roll back, so a poisoned lock is taken all the same.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What derivation needs besides an event, as the ledger has it.
    pub(crate) fn context(&self, tx: &Transaction<'_>) -> Result<Context> {
        let machine = setting::get(tx, setting::name::MACHINE_ZONE)?;
        let hour = setting::get(tx, setting::name::ALL_DAY_HOUR)?.and_then(|h| h.parse().ok());
        self.keep_up(zone_data(tx)?.as_deref());
        Ok(Context {
            zones: self.zones(),
            machine: machine.map_or_else(ZoneName::utc, ZoneName::stored),
            all_day_hour: hour.unwrap_or(ALL_DAY_HOUR),
        })
    }

    /// Reads with everything at hand.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Act<'_>) -> Result<T>) -> Result<T> {
        let now = self.now();
        self.lock().read(|tx| work(&self.act(tx, now)?))
    }

    /// Changes with everything at hand, and rings the bell. Its moment is that at which the ledger
    /// is free, however long others kept it: so it is with all that changes.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Act<'_>) -> Result<T>) -> Result<T> {
        self.lock().write(|tx| work(&self.act(tx, self.now())?))
    }

    /// The same as one of many changes: others get a turn before the next.
    pub(crate) fn write_some<T>(&self, work: impl FnOnce(&Act<'_>) -> Result<T>) -> Result<T> {
        let done = self.write(work)?;
        make_room();
        Ok(done)
    }

    /// Changes with a cause that each step of it names, as part of something larger: whoever is
    /// through with that rings the bell.
    pub(crate) fn write_because<T>(
        &self,
        cause: &str,
        work: impl FnOnce(&Act<'_>) -> Result<T>,
    ) -> Result<T> {
        self.lock().write_silently(|tx| work(&self.act(tx, self.now())?.because(cause)))
    }

    /// Changes, and rings the bell only if anything changed. While others hold the
    /// ledger it gives up soon, for the couriers are not to wait.
    pub(crate) fn write_in_a_hurry<T>(
        &self,
        work: impl FnOnce(&Act<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut ledger = self.lock();
        let before = ledger.changes();
        let done = ledger
            .in_a_hurry(|ledger| ledger.write_silently(|tx| work(&self.act(tx, self.now())?)))?;
        if ledger.changes() != before {
            ledger.bell().ring();
        }
        Ok(done)
    }

    /// Changes what nobody needs to look at again for.
    pub(crate) fn write_unheard<T>(&self, work: impl FnOnce(&Act<'_>) -> Result<T>) -> Result<T> {
        self.lock().write_silently(|tx| work(&self.act(tx, self.now())?))
    }

    /// The same where the couriers are not to wait for it.
    pub(crate) fn write_unheard_in_a_hurry<T>(
        &self,
        work: impl FnOnce(&Act<'_>) -> Result<T>,
    ) -> Result<T> {
        self.lock()
            .in_a_hurry(|ledger| ledger.write_silently(|tx| work(&self.act(tx, self.now())?)))
    }

    fn act<'a>(&'a self, tx: &'a Transaction<'a>, now: Now) -> Result<Act<'a>> {
        let context = self.context(tx)?;
        Ok(Act::new(tx, now, context, self.actor, &self.installation))
    }
}

fn first_settings(tx: &Transaction<'_>, machine: &ZoneName, tzdata: &str) -> Result<String> {
    // Somebody else may have opened it first.
    if let Some(known) = setting::get(tx, setting::name::INSTALLATION)? {
        return Ok(known);
    }
    let mut bytes = [0u8; 16];
    crate::vault::random(&mut bytes)?;
    let installation = format!("{:032x}", u128::from_be_bytes(bytes));
    crate::vault::random(&mut bytes)?;
    setting::put(tx, setting::name::INSTALLATION, &installation)?;
    setting::put(tx, setting::name::LEDGER, &format!("{:032x}", u128::from_be_bytes(bytes)))?;
    setting::put(tx, setting::name::MACHINE_ZONE, machine.as_str())?;
    setting::put(tx, setting::name::PLANNED_ZONE, machine.as_str())?;
    setting::put(tx, setting::name::TZDATA, tzdata)?;
    Ok(installation)
}

/// Sixteen fresh bytes that sort by time (UUIDv7).
fn fresh(now: &Now) -> [u8; 16] {
    let millis = u64::try_from(now.wall.as_millisecond()).unwrap_or(0);
    if let Some(name) = crate::simulated::name(millis) {
        return *name.as_bytes();
    }
    static ORDER: Mutex<Option<ContextV7>> = Mutex::new(None);
    let mut order = ORDER.lock().unwrap_or_else(PoisonError::into_inner);
    let order = order.get_or_insert_with(ContextV7::new);
    let seconds = u64::try_from(now.wall.as_second()).unwrap_or(0);
    let nanos = u32::try_from(now.wall.subsec_nanosecond()).unwrap_or(0);
    *Uuid::new_v7(UuidTime::from_unix(&*order, seconds, nanos)).as_bytes()
}

macro_rules! fresh_ids {
    ($($(#[$doc:meta])* $name:ident: $id:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(now: &Now) -> $id {
            $id::from_bytes(fresh(now))
        }
    )*};
}

fresh_ids! {
    /// A new event's id.
    event_id: EventId;
    /// A new delivery's id.
    delivery_id: DeliveryId;
    /// A new channel's id.
    channel_id: ChannelId;
    /// A new person's id.
    person_id: PersonId;
}

/// A new calendar's id.
pub fn calendar_id(now: &Now) -> calendar::id::CalendarId {
    calendar::id::CalendarId::from_bytes(fresh(now))
}

/// Sixteen random bytes naming one worker's life (I5: owners are random).
pub(crate) fn owner() -> Result<[u8; 16]> {
    let mut bytes = [0u8; 16];
    crate::vault::random(&mut bytes)?;
    Ok(bytes)
}
