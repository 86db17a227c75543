//! A ledger whose file is damaged: it is set aside whole, and the newest good backup the service
//! made takes its place. That one counts as restored: nothing of the past rings by itself.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::ErrorCode;

use crate::{
    backup,
    error::{Error, Result},
    ledger::{SchedulerLock, copy, exchange::Alone, prepare_directory},
    restore,
};

/// What was done about a damaged ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The damaged file, under its new name.
    pub kept: PathBuf,
    /// The backup that took its place.
    pub backup: PathBuf,
}

/// What every database of SQLite begins with.
const BEGINNING: &[u8] = b"SQLite format 3\0";

/// Whether an error is about the ledger's file being damaged. A file that is no database at all is
/// damage where there are backups of a ledger.
pub fn is_damage(error: &Error, dir: &Path) -> bool {
    match error {
        Error::Sqlite(error) => matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        ),
        Error::Copy { path, .. } => path == dir,
        Error::Unfit { .. } => !begins_well(dir) && !backup::daily_ones(dir).is_empty(),
        Error::Invalid { .. }
        | Error::NotFound { .. }
        | Error::Conflict { .. }
        | Error::ScopeNeeded
        | Error::Newer { .. }
        | Error::Full
        | Error::Busy
        | Error::Io { .. }
        | Error::Sealed => false,
    }
}

fn begins_well(dir: &Path) -> bool {
    let mut beginning = [0; BEGINNING.len()];
    let file = fs::File::open(dir.join("carillon.db"));
    file.is_ok_and(|mut file| file.read_exact(&mut beginning).is_ok()) && beginning == BEGINNING
}

/// Sets the damaged ledger in this directory aside and puts the newest good backup in its place.
///
/// # Errors
/// When a service leads it, a program has it open, or there is no good backup: then the file stays
/// as it is.
pub fn mend(dir: &Path, leads: &SchedulerLock, now: Timestamp) -> Result<Mended> {
    let dir = prepare_directory(dir)?;
    let alone = Alone::with(&dir, leads)?;
    let fresh = dir.join("carillon.db.restoring");
    for (_, path) in backup::daily_ones(&dir) {
        if let Err(error) = copy::examine(&path).and_then(|_| restore::adopt(&path, &fresh)) {
            tracing::warn!(%error, "this backup is of no use");
            continue;
        }
        if let Some(kept) = alone.exchange(&fresh, "damaged", now)? {
            return Ok(Mended { kept, backup: path });
        }
    }
    let reason = "it is damaged and there is no good backup of it: the file is left as it is; \
                  `carillon restore FILE` puts a copy of yours in its place, and it is kept";
    Err(Error::Unfit { path: dir, reason: reason.into() })
}
