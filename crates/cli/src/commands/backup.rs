//! `carillon backup` and `carillon restore`: the whole ledger in a file, and back again.

use std::path::{Path, PathBuf};

use engine::{
    backup,
    clock::{Clock, SystemClock},
    ledger::{
        Ledger,
        copy::{Counts, Holds},
    },
    machine::machine_zone,
    place::Place,
    restore, zones,
};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::{
    answer::Answer,
    args::{Backup, Restore},
    failure::Failure,
    words,
};

#[derive(Serialize)]
struct BackupShape {
    path: String,
    bytes: u64,
    holds: HoldsShape,
}

#[derive(Serialize)]
struct RestoreShape {
    path: String,
    holds: HoldsShape,
    /// The ledger there was, under its new name.
    kept: Option<String>,
    /// How much was in it, where that could be counted.
    had: Option<Counts>,
    /// Channels whose secrets cannot be opened here.
    sealed: Vec<String>,
}

#[derive(Serialize)]
struct HoldsShape {
    schema: i64,
    events: u32,
    people: u32,
    deliveries: u32,
    last_change: Option<String>,
}

impl From<&Holds> for HoldsShape {
    fn from(holds: &Holds) -> Self {
        Self {
            schema: holds.schema,
            events: holds.events,
            people: holds.people,
            deliveries: holds.deliveries,
            last_change: holds.last.map(|at| at.to_string()),
        }
    }
}

pub fn backup(named: Option<&Path>, words: &Backup) -> Result<Answer, Failure> {
    let place = Place::find(named).map_err(|e| Failure::failed(e.to_string()))?;
    if !place.data.join("carillon.db").exists() {
        let message = format!("there is no ledger in {} to back up yet", place.data.display());
        return Err(Failure::not_found(message));
    }
    let ledger = Ledger::open(&place.data)?;
    let has_secrets = ledger.has_secrets()?;
    let made = backup::to(&ledger, &absolute(&words.file)?)?;
    let key = match has_secrets {
        true => format!(
            "The secrets of webhooks in it open with {} only: keep a copy of that too, elsewhere.\n",
            ledger.dir().join("secret.key").display()
        ),
        false => String::new(),
    };
    let text = format!(
        "Backed up to {}: {}, checked.\nIt holds {}.\n{key}",
        made.path.display(),
        size(made.bytes),
        held(&made.holds)
    );
    let shape = BackupShape {
        path: made.path.display().to_string(),
        bytes: made.bytes,
        holds: HoldsShape::from(&made.holds),
    };
    Ok(Answer::new(text, &shape))
}

pub fn restore(named: Option<&Path>, words: &Restore) -> Result<Answer, Failure> {
    let place = Place::find(named).map_err(|e| Failure::failed(e.to_string()))?;
    let now = SystemClock::new().now().wall;
    let done = restore::restore(&place.data, &words.file, now)?;
    let had = done.had.filter(|_| done.kept.is_some()).map_or_else(String::new, |had| {
        format!(
            "The ledger there was held {} and {}: what was made and answered since that backup is in that one only.\n",
            words::count(had.events as usize, "event"),
            deliveries(had.deliveries)
        )
    });
    let kept = done.kept.as_ref().map_or_else(String::new, |kept| {
        format!("{had}The ledger there was is kept whole: {}\n", kept.display())
    });
    let sealed = match done.sealed.as_slice() {
        [] => String::new(),
        names => format!(
            "The key file secret.key beside the ledger does not open the secrets of {}: put the one that belongs to \
             this backup in its place, or add the channel anew; until then nothing is sent there.\n",
            names.join(", ")
        ),
    };
    let text = format!(
        "Restored {}: it holds {}.\n{kept}{sealed}Nothing of the past will ring: what was due and unfinished then \
         stands under \"please check\" as soon as a service runs (`carillon daemon`).\n",
        words.file.display(),
        held(&done.holds)
    );
    let shape = RestoreShape {
        path: done.ledger.display().to_string(),
        holds: HoldsShape::from(&done.holds),
        kept: done.kept.map(|kept| kept.display().to_string()),
        had: done.had,
        sealed: done.sealed,
    };
    Ok(Answer::new(text, &shape))
}

fn absolute(file: &Path) -> Result<PathBuf, Failure> {
    let lost =
        |e| Failure::failed(format!("the file {} cannot be found from here: {e}", file.display()));
    std::path::absolute(file).map_err(lost)
}

fn held(holds: &Holds) -> String {
    let count = |n: u32, word| words::count(n as usize, word);
    let people = match holds.people {
        1 => "1 person".to_string(),
        n => format!("{n} people"),
    };
    let deliveries = deliveries(holds.deliveries);
    let last = holds.last.map_or_else(String::new, |at| {
        format!(", the last of them changed {}", words::moment(at, &here()))
    });
    format!("{}, {people} and {deliveries}{last}", count(holds.events, "event"))
}

fn deliveries(n: u32) -> String {
    if n == 1 { "1 delivery".into() } else { format!("{n} deliveries") }
}

/// The zone this machine is in.
fn here() -> TimeZone {
    let zones = zones::load().zones;
    machine_zone(&zones).map_or(TimeZone::UTC, |name| zones.zone(&name).0)
}

/// A size as people say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
