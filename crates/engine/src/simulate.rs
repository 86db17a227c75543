//! Time travel: the real scheduler over a copy of the ledger, with a clock that is set from one
//! wake-up to the next and couriers that only note what they are given. Nothing leaves this
//! program, and the ledger itself is only read.

use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use calendar::zones::ZoneName;
use jiff::Timestamp;

use crate::{
    clock::{Clock, Now},
    courier::{Claim, Handover, Message, Parcel, Report},
    engine::Engine,
    error::{Error, Result},
    ledger::{
        Ledger, audit,
        inbox::{self, Listed},
    },
    mark::Marked,
    scheduler::{Availability, Finished, Scheduler, Slots},
    vault::random,
};

/// The longest journey.
const LONGEST_DAYS: i64 = 400;
/// Passes in one journey, at most: far more than the reminders of a full life.
const PASSES: usize = 500_000;
const SLOTS: Slots = Slots { desktop: 1, webhook: 8 };

/// A journey through time.
#[derive(Debug, Clone)]
pub struct Journey {
    /// What is told from here on is of interest; not before now.
    pub from: Timestamp,
    /// And until here, not including it.
    pub to: Timestamp,
    /// The computer sleeps in these stretches.
    pub asleep: Vec<(Timestamp, Timestamp)>,
    /// The computer comes to these zones; without a moment at once.
    pub zones: Vec<(Option<Timestamp>, ZoneName)>,
}

/// What would become of a delivery.
#[derive(Debug, Clone)]
pub struct Ring {
    /// The delivery, as it stands at the end.
    pub listed: Listed,
    /// The digest it was told in: how many there were in it.
    pub digest_of: Option<u32>,
}

/// What a journey came to.
#[derive(Debug, Clone)]
pub struct Travelled {
    /// Where it began: later than asked for if that was past.
    pub from: Timestamp,
    /// The zone the computer is in at the end.
    pub zone: ZoneName,
    /// Every delivery that was due in that time or told in it, in order of when something became
    /// of it.
    pub rings: Vec<Ring>,
    /// How often the service woke.
    pub wakes: usize,
}

impl Engine {
    /// What would ring on this journey, by the very scheduler that rings.
    ///
    /// # Errors
    /// When the journey ends before it begins or is longer than 400 days, when a sleep ends before
    /// it begins, or when the copy cannot be made.
    pub fn simulate(&self, journey: &Journey) -> Result<Travelled> {
        self.simulate_watched(journey, &mut |_| ())
    }

    /// [`Engine::simulate`], telling whoever watches how far it has come, each time it wakes.
    ///
    /// # Errors
    /// As [`Engine::simulate`].
    pub fn simulate_watched(
        &self,
        journey: &Journey,
        watch: &mut dyn FnMut(Timestamp),
    ) -> Result<Travelled> {
        let now = self.now();
        check(journey, now.wall)?;
        let folder = Folder::new()?;
        self.lock().copy_to(&folder.0.join("carillon.db"))?;
        let clock = Arc::new(Pretended(Mutex::new(now)));
        let mut ledger = Ledger::open(&folder.0)?;
        ledger.forgo_safety()?;
        let copy = self.over_copy(ledger, clock.clone());
        let id = copy.ledger_id()?;
        if let Marked::At(seq) = self.mark().of(&id) {
            copy.mark().set(&id, seq)?;
        }
        travel(&Arc::new(copy), &clock, journey, watch)
    }
}

fn check(journey: &Journey, now: Timestamp) -> Result<()> {
    if journey.to <= journey.from.max(now) {
        let message = "a journey ends later than it begins, and later than now";
        return Err(Error::invalid("to", message));
    }
    if journey.to.duration_since(now).as_secs() > LONGEST_DAYS * 86_400 {
        let message = format!("a journey ends at most {LONGEST_DAYS} days from now");
        return Err(Error::invalid("to", message));
    }
    match journey.asleep.iter().find(|(from, to)| to <= from) {
        None => Ok(()),
        Some(_) => Err(Error::invalid("asleep", "a sleep ends later than it begins")),
    }
}

/// A folder only its owner may enter, which goes with this value.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one among the temporary files.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> Result<Self> {
        let mut bytes = [0; 16];
        random(&mut bytes)?;
        let name = format!("carillon-{:032x}", u128::from_be_bytes(bytes));
        let path = std::env::temp_dir().join(name);
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(Error::io(format!("could not make {}", path.display())))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "a scratch folder is left behind");
        }
    }
}

/// A clock that stands until it is set.
struct Pretended(Mutex<Now>);

impl Pretended {
    /// Both clocks go on until the wall clock shows this; a sleeping computer's too.
    fn go_on_to(&self, wall: Timestamp) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = Duration::try_from(wall.duration_since(now.wall)).unwrap_or_default();
        now.boot += ahead;
        now.wall = now.wall.max(wall);
    }
}

impl Clock for Pretended {
    fn now(&self) -> Now {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is noted on the way.
#[derive(Default)]
struct Notes {
    /// The last step of the ledger before it.
    before: i64,
    digests: Vec<(Claim, u32)>,
    wakes: usize,
}

fn travel(
    engine: &Arc<Engine>,
    clock: &Pretended,
    journey: &Journey,
    watch: &mut dyn FnMut(Timestamp),
) -> Result<Travelled> {
    let begun = engine.now().wall;
    let mut notes =
        Notes { before: engine.read(|act| audit::last(act.tx))?, wakes: 1, ..Notes::default() };
    let mut moves: Vec<(Timestamp, &ZoneName)> =
        journey.zones.iter().map(|(at, zone)| (at.unwrap_or(begun), zone)).collect();
    moves.sort_by_key(|(at, _)| *at);
    let mut moves = moves.into_iter().peekable();
    let mut scheduler = Scheduler::lead(engine.clone())?;
    let mut finished = Vec::new();
    for _ in 0..PASSES {
        while let Some((_, zone)) = moves.next_if(|(at, _)| *at <= engine.now().wall) {
            engine.set_machine_zone(zone)?;
        }
        let now = engine.now();
        let passed = scheduler.pass(&now, &finished, SLOTS, Availability::default())?;
        finished = passed.parcels.iter().map(|parcel| notes.take(parcel)).collect();
        if !finished.is_empty() || passed.more {
            continue;
        }
        let next = [passed.wake_at, moves.peek().map(|(at, _)| *at)].into_iter().flatten().min();
        match next.map(|at| awake(at.max(now.wall), &journey.asleep)) {
            Some(at) if at < journey.to => clock.go_on_to(at),
            Some(_) | None => return notes.report(engine, journey.from.max(begun), journey.to),
        }
        notes.wakes += 1;
        watch(engine.now().wall);
    }
    Err(Error::invalid("to", "more would ring than a journey shows: choose a shorter one"))
}

/// When somebody who wants to wake at this moment does.
fn awake(at: Timestamp, asleep: &[(Timestamp, Timestamp)]) -> Timestamp {
    let mut at = at;
    // Ends: each sleep is left once, and none comes back.
    while let Some((_, end)) = asleep.iter().find(|(from, to)| *from <= at && at < *to) {
        at = *end;
    }
    at
}

impl Notes {
    /// As a courier that takes everything.
    fn take(&mut self, parcel: &Parcel) -> Finished {
        let digest_of = match &parcel.message {
            Message::Notice(notice) => notice.digest_of,
            Message::Webhook(_) => None,
        };
        if let Some(count) = digest_of {
            self.digests.extend(parcel.claims.iter().map(|claim| (*claim, count)));
        }
        let handover = Handover::Accepted { shown_by: None };
        Finished {
            claims: parcel.claims.clone(),
            too_late: Vec::new(),
            report: Some(Report { handover, status: None, detail: String::new() }),
            in_digest: digest_of.is_some(),
            at: None,
        }
    }

    fn report(&self, engine: &Engine, from: Timestamp, to: Timestamp) -> Result<Travelled> {
        let mut rows = engine.read(|act| inbox::stepped_since(act.tx, self.before))?;
        // The ledger's moments have no parts of a millisecond.
        let from_ms = from.as_millisecond();
        rows.retain(|l| became(l).as_millisecond() >= from_ms && l.row.facts.due < to);
        rows.sort_by_key(|l| (became(l), l.row.facts.due, l.row.id));
        let digest_of = |l: &Listed| {
            let is_this = |c: &Claim| (c.delivery, c.token) == (l.row.id, l.row.token);
            self.digests.iter().find(|(c, _)| is_this(c)).map(|(_, count)| *count)
        };
        let rings = rows.into_iter().map(|listed| Ring { digest_of: digest_of(&listed), listed });
        let zone = engine.machine_zone()?;
        Ok(Travelled { from, zone, rings: rings.collect(), wakes: self.wakes })
    }
}

/// When something became of it: told, or else due.
fn became(listed: &Listed) -> Timestamp {
    listed.row.told_at.unwrap_or(listed.row.facts.due)
}
