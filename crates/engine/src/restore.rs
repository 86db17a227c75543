//! A backup in the place of the ledger, because a person asked for it. The ledger there was is kept
//! whole, and of the one that comes nothing of the past rings.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    bell::Bell,
    error::{Error, Result},
    ledger::{
        Ledger, SchedulerLock, channel,
        copy::{self, Counts, Holds},
        exchange::{Alone, PATIENCE, with_end},
        prepare_directory,
    },
    vault::Vault,
};

/// What restoring came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The ledger's file.
    pub ledger: PathBuf,
    /// What is in it now.
    pub holds: Holds,
    /// The ledger there was, if there was one.
    pub kept: Option<PathBuf>,
    /// What was in that, as far as it could be counted.
    pub had: Option<Counts>,
    /// Channels whose secrets the key file beside the ledger does not open.
    pub sealed: Vec<String>,
}

/// Puts a copy of this file in the place of the ledger in this directory.
///
/// # Errors
/// When a service leads the ledger or a program has it open; when the file is not ours, newer,
/// damaged or the ledger itself; or when the disk says no. Then everything is as it was.
pub fn restore(dir: &Path, file: &Path, now: Timestamp) -> Result<Restored> {
    // What is no backup is said first: for that nobody has to stop a service.
    refuse_foreign(file)?;
    let dir = prepare_directory(dir)?;
    let Some(leads) = SchedulerLock::try_take(&dir)? else { return Err(led(&dir)) };
    let Some(alone) = Alone::with(&dir, &leads, PATIENCE)? else { return Err(in_use(&dir)) };
    refuse_itself(&alone, file)?;
    let fresh = alone.fresh();
    let adopted = adopt(file, &fresh);
    if adopted.is_err() {
        clear(&fresh)?;
    }
    let holds = adopted?;
    let had = alone.ledger().and_then(|ledger| copy::counted(&ledger));
    let kept = alone.exchange("before-restore", now)?;
    let ledger = alone.ledger().unwrap_or(dir.clone());
    drop(alone);
    drop(leads);
    Bell::in_dir(&dir).ring();
    // It is done by now, whatever this finds.
    let sealed = sealed(&dir).unwrap_or_else(|error| {
        tracing::warn!(%error, "the restored ledger could not be looked at");
        Vec::new()
    });
    Ok(Restored { ledger, holds, kept, had, sealed })
}

fn led(dir: &Path) -> Error {
    let how = SchedulerLock::holder(dir).map_or("stop it".into(), |(pid, _)| {
        format!("stop it (Quit in the tray, or `kill {pid}`)")
    });
    stays(dir, &format!("a service runs: {how}, then repeat"))
}

fn in_use(dir: &Path) -> Error {
    stays(dir, "a window or another command has it open: close it and repeat")
}

fn stays(dir: &Path, why: &str) -> Error {
    let message = format!("nothing is put in the place of the ledger in {}: {why}", dir.display());
    Error::invalid("file", message)
}

/// What can be told of a file by its first bytes alone.
fn refuse_foreign(file: &Path) -> Result<()> {
    let unfit = |reason: &str| Err(Error::Copy { path: file.to_path_buf(), reason: reason.into() });
    if !fs::metadata(file).map_err(unread(file))?.is_file() {
        return unfit("is not a plain file");
    }
    let mut begin = Vec::new();
    let read = File::open(file).and_then(|file| file.take(16).read_to_end(&mut begin));
    read.map_err(unread(file))?;
    if begin == *b"SQLite format 3\0" { Ok(()) } else { unfit(copy::NOT_OURS) }
}

fn refuse_itself(alone: &Alone<'_>, file: &Path) -> Result<()> {
    let found = fs::metadata(file).map_err(unread(file))?;
    let place = |found: &fs::Metadata| (found.dev(), found.ino());
    let ledger = alone.ledger().and_then(|path| fs::metadata(path).ok());
    if ledger.is_some_and(|ledger| place(&ledger) == place(&found)) {
        let (path, reason) = (file.to_path_buf(), "is the ledger itself".into());
        return Err(Error::Copy { path, reason });
    }
    Ok(())
}

fn unread(path: &Path) -> impl FnOnce(io::Error) -> Error {
    Error::io(format!("could not read {}", path.display()))
}

/// A copy of a file, and of the journal beside it, that is whole and marked as restored.
pub(crate) fn adopt(file: &Path, fresh: &Path) -> Result<Holds> {
    clear(fresh)?;
    duplicate(file, fresh)?;
    match duplicate(&with_end(file, "-wal"), &with_end(fresh, "-wal")) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
        copied => copied?,
    }
    adopt_copy(file, fresh)
}

/// The same of the file without its journal.
pub(crate) fn adopt_alone(file: &Path, fresh: &Path) -> Result<Holds> {
    clear(fresh)?;
    duplicate(file, fresh)?;
    adopt_copy(file, fresh)
}

fn adopt_copy(file: &Path, fresh: &Path) -> Result<Holds> {
    // What is said of the copy is said of the file.
    copy::adopt(fresh).map_err(|error| match error {
        Error::Copy { reason, .. } => Error::Copy { path: file.to_path_buf(), reason },
        Error::Damaged { reason, .. } => Error::Damaged { path: file.to_path_buf(), reason },
        other => other,
    })
}

/// What an earlier one that was cut off left of it goes.
pub(crate) fn clear(fresh: &Path) -> Result<()> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let path = with_end(fresh, end);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::io(format!("could not write {}", path.display()))(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn duplicate(from: &Path, to: &Path) -> Result<()> {
    let mut source = File::open(from).map_err(unread(from))?;
    let made = OpenOptions::new().create_new(true).write(true).mode(0o600).open(to);
    made.and_then(|mut target| io::copy(&mut source, &mut target)).map(drop).map_err(|error| {
        match error.kind() {
            ErrorKind::StorageFull => Error::Full,
            _ => Error::io(format!("could not write {}", to.display()))(error),
        }
    })
}

/// The channels of the ledger in this directory that its key file does not open.
fn sealed(dir: &Path) -> Result<Vec<String>> {
    let vault = Vault::look(dir)?;
    let mut ledger = Ledger::open(dir)?;
    let channels = ledger.read(channel::all)?;
    let opens = |row: &channel::ChannelRow| {
        row.url.iter().chain(&row.secret).all(|text| vault.unseal(row.id, text).is_ok())
    };
    Ok(channels.into_iter().filter(|row| !opens(row)).map(|row| row.name).collect())
}
