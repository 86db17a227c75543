//! A ledger whose file is damaged, or gone where there are backups of it: what is there is set aside
//! whole, and the newest good backup the service made takes its place. That one counts as restored:
//! nothing of the past rings by itself.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use calendar::timing::later;
use jiff::Timestamp;
use rusqlite::ErrorCode;

use crate::{
    backup,
    error::{Error, Result},
    ledger::{
        DATABASE, SchedulerLock, beside,
        copy::{self, Counts},
        exchange::{self, Alone},
        prepare_directory, takeover, written,
    },
    restore,
};

/// What was done about a damaged ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The damaged file, under its new name; none where it was gone.
    pub kept: Option<PathBuf>,
    /// The backup that took its place; none where that is what the file itself holds without its
    /// journal.
    pub backup: Option<PathBuf>,
    /// What was in it, as far as that could be counted.
    pub had: Option<Counts>,
    /// Another program had written over it.
    pub was_over: bool,
}

/// What came of an attempt to mend a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mending {
    /// A backup took its place.
    Mended(Mended),
    /// Nothing is wrong with it: somebody else has mended or restored it meanwhile.
    Sound,
    /// Another program wrote over it, and what it wrote is whole.
    WrittenOver,
    /// Somebody has it open, and nothing was done: who, in words, as far as that is known.
    InUse(Option<String>),
}

/// Whose the journal is that lies beside the ledger's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    /// The file's own.
    Its,
    /// That of the one there was: another program wrote over the file.
    Former,
}

/// In the name of what is kept.
const DAMAGED: &str = "damaged";
/// A disk that damages the ledger again and again is not to be filled with copies of it: so many
/// are kept in a day.
const MENDS: usize = 3;
const DAY: i64 = 86_400;

/// So long it is waited for whoever has the ledger open; then it is tried again.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether an error says nothing against the file: it may be over the next time.
pub fn may_pass(error: &Error) -> bool {
    use ErrorCode::{CannotOpen, DatabaseBusy, DiskFull, OutOfMemory, SystemIoFailure};
    match error {
        Error::Busy | Error::Full | Error::Partly(_) | Error::Io { .. } => true,
        Error::Sqlite(error) => matches!(
            error.sqlite_error_code(),
            Some(CannotOpen | DatabaseBusy | DiskFull | OutOfMemory | SystemIoFailure)
        ),
        _ => false,
    }
}

/// Whether an error is about the ledger's file being damaged. One that is gone, or no database at
/// all, is so where there are backups of a ledger.
pub fn is_damage(error: &Error, dir: &Path) -> bool {
    match error {
        Error::Sqlite(error) => matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        ),
        // It may have been named in other ways, through links or from somewhere else.
        Error::Damaged { path, .. } => match (path.canonicalize(), dir.canonicalize()) {
            (Ok(path), Ok(dir)) => path == dir.join(DATABASE),
            _ => false,
        },
        Error::Condemned { .. } => true,
        Error::Unfit { .. } => !begins_well(dir) && !backup::daily_ones(dir).is_empty(),
        Error::Invalid { .. }
        | Error::NotFound { .. }
        | Error::Conflict { .. }
        | Error::Changed { .. }
        | Error::ScopeNeeded
        | Error::Newer { .. }
        | Error::Held { .. }
        | Error::Copy { .. }
        | Error::Replaced { .. }
        | Error::Full
        | Error::Busy
        | Error::Partly(_)
        | Error::Io { .. }
        | Error::Sealed => false,
    }
}

/// Whether the ledger's file begins as every database of SQLite does.
fn begins_well(dir: &Path) -> bool {
    let head: [u8; 24] = match beside::head(&dir.join(DATABASE)) {
        Ok(head) => head,
        Err(error) => {
            return !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof);
        }
    };
    let page = u16::from_be_bytes([head[16], head[17]]);
    let is_size = page == 1 || (page >= 512 && page.is_power_of_two());
    let formats = [head[18], head[19]];
    head.starts_with(b"SQLite format 3\0")
        && is_size
        && formats.iter().all(|format| [1, 2].contains(format))
        && head[21..] == [64, 32, 32]
}

/// Sets the damaged ledger in this directory aside and puts the newest good backup of it in its
/// place, if it still is damaged when nobody else has it open.
///
/// # Errors
/// When there is no good backup, or the disk says no: then the file stays as it is.
pub fn mend(
    dir: &Path,
    leads: &SchedulerLock,
    now: Timestamp,
    journal: Journal,
) -> Result<Mending> {
    let dir = prepare_directory(dir)?;
    // Somebody may still be writing it.
    written::await_rest(&dir);
    let Some(alone) = Alone::with(&dir, leads, PATIENCE)? else {
        return Ok(Mending::InUse(takeover::others(&dir)));
    };
    let path = dir.join(DATABASE);
    // Read together they are neither the one nor the other, though they may look whole.
    let is_over = journal == Journal::Former || !written::says_wal(&path);
    let is_mixed = is_over && exchange::has_journal(&path);
    let was_over = is_mixed || journal == Journal::Former;
    match copy::examine(&path) {
        Ok(_) if is_mixed => {}
        Ok(_) if is_over => return Ok(Mending::WrittenOver),
        Ok(_) => return Ok(Mending::Sound),
        Err(Error::Damaged { .. }) => {}
        Err(Error::Copy { .. }) if !begins_well(&dir) => {}
        Err(other) => return Err(other),
    }
    let is_often = exchange::kept_since(&dir, DAMAGED, later(now, -DAY)) >= MENDS;
    // Else it is damage, whoever did it.
    let is_copy = was_over && copy::examine_alone(&path).is_ok();
    if is_often && !is_copy {
        let reason = format!(
            "it was damaged {MENDS} times within a day, by its disk or another program: see to that first \
             (`carillon restore FILE` puts a copy of yours in its place, and it is kept)"
        );
        return Err(Error::Unfit { path: dir, reason });
    }
    // With the journal of another it is nothing that can be counted.
    let had = if is_mixed { None } else { copy::counted(&path) };
    let backup = match put_in_place(&alone, &path, now)? {
        Taken::Backup(backup) => Some(backup),
        Taken::Itself => None,
        Taken::Nothing => {
            let reason = "it is damaged and there is no good backup of it: the file is left as it is \
                          (`carillon restore FILE` puts a copy of yours in its place, and it is kept)";
            return Err(Error::Unfit { path: dir, reason: reason.into() });
        }
    };
    let mut kept = alone.exchange(DAMAGED, now)?;
    // What a program writes over it again and again is somewhere else, too; the journal is not.
    if let Some(one) = kept.take_if(|_| is_often)
        && let Err(error) = std::fs::remove_file(&one)
    {
        tracing::warn!(%error, path = %one.display(), "it stays beside the ledger");
    }
    Ok(Mending::Mended(Mended { kept, backup, had, was_over }))
}

/// What is ready to take the place of a damaged ledger.
enum Taken {
    /// A copy of this backup.
    Backup(PathBuf),
    /// What its own file holds without the journal.
    Itself,
    /// There is nothing whole.
    Nothing,
}

/// Makes the newest whole one there is ready to take the place of the ledger: a backup of it, or its
/// own file without the journal, which is of another file where somebody wrote a copy over it.
fn put_in_place(alone: &Alone<'_>, path: &Path, now: Timestamp) -> Result<Taken> {
    let (dir, fresh) = (path.parent().unwrap_or(path), alone.fresh());
    let itself = copy::examine_alone(path).ok();
    let alone = || restore::adopt_alone(path, &fresh).map(|_| Taken::Itself);
    let ledger = match &itself {
        Some(itself) => Some(itself.ledger.clone()),
        None => copy::ledger_of(path),
    };
    for backup in backup::by_age(dir, now) {
        if ledger.is_some() && copy::ledger_of(&backup) != ledger {
            continue;
        }
        let taken = copy::examine(&backup).and_then(|holds| {
            if itself.as_ref().is_some_and(|itself| itself.audit >= holds.audit) {
                return alone();
            }
            restore::adopt(&backup, &fresh).map(|_| Taken::Backup(backup))
        });
        match taken {
            Ok(taken) => return Ok(taken),
            Err(error @ (Error::Full | Error::Busy | Error::Io { .. })) => {
                restore::clear(&fresh)?;
                return Err(error);
            }
            Err(error) => tracing::warn!(%error, "this backup is of no use"),
        }
    }
    if itself.is_some() { alone() } else { Ok(Taken::Nothing) }
}
