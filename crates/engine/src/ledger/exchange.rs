//! Another file in the place of the ledger: only by who holds the scheduler lock and is alone with
//! it, and never so that what was there is lost. What is about to be done is written down first; cut
//! off, it is finished by whoever opens the ledger next, before anything is read.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    copy,
    file::{self, SchedulerLock, SharedLock},
    written::refuse_over,
};
use crate::{
    error::{Error, Result},
    simulated::wait,
};

/// How long it is tried to be alone where a person waits, and how long one waits in between.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);
/// What belongs to a database besides its file, by the ends of the names: what was written last, and
/// an index of that, which is made anew wherever it is missing.
pub(super) const JOURNAL: &str = "-wal";
pub(super) const INDEX: &str = "-shm";
/// What is to become the ledger.
const FRESH: &str = "carillon.db.restoring";
/// Says under which name the ledger there was is being kept.
const INTENT: &str = "carillon.db.exchange";

/// Nobody else has the ledger open, and nobody can open it.
#[derive(Debug)]
pub struct Alone<'a> {
    dir: PathBuf,
    _leads: &'a SchedulerLock,
    _alone: SharedLock,
}

impl<'a> Alone<'a> {
    /// Waits so long for everybody else to close the ledger in this directory. `None`: somebody
    /// did not.
    ///
    /// # Errors
    /// When the place is not fit.
    pub fn with(dir: &Path, leads: &'a SchedulerLock, patience: Duration) -> Result<Option<Self>> {
        let lock = SharedLock::take(dir)?;
        for _ in 0..tries(patience) {
            if lock.try_alone(dir)? {
                finish(dir)?;
                return Ok(Some(Self { dir: dir.to_path_buf(), _leads: leads, _alone: lock }));
            }
            wait(PAUSE);
            lock.share(dir)?;
        }
        Ok(None)
    }

    /// The ledger's file, if there is one.
    pub fn ledger(&self) -> Option<PathBuf> {
        let path = self.dir.join(file::DATABASE);
        path.symlink_metadata().is_ok().then_some(path)
    }

    /// Where a file is made whole that is to become the ledger.
    pub fn fresh(&self) -> PathBuf {
        self.dir.join(FRESH)
    }

    /// Puts [`Alone::fresh`] in the place of the ledger there is, which is kept whole under another
    /// name that says why and when. Gives that name.
    ///
    /// # Errors
    /// When a file cannot be renamed; the ledger there was is then still where it was.
    pub fn exchange(&self, why: &str, now: Timestamp) -> Result<Option<PathBuf>> {
        let old = self.ledger();
        // Of one that is damaged nobody knows whether its journal belongs to it; it does not to one that
        // was written over.
        let is_whole = |old: &&PathBuf| refuse_over(old).is_ok() && copy::examine(old).is_ok();
        if let Some(old) = old.as_ref().filter(is_whole) {
            copy::fold_journal(old);
        }
        let aside = free_name(&self.dir, why, now)?;
        if let Err(error) = intend(&self.dir, &aside).and_then(|()| finish(&self.dir)) {
            undo(&self.dir, &aside);
            return Err(error);
        }
        Ok(old.map(|_| aside))
    }
}

/// Whether anything stands in a journal beside a file.
pub(crate) fn has_journal(path: &Path) -> bool {
    with_end(path, JOURNAL).symlink_metadata().is_ok_and(|found| found.len() > 0)
}

fn stamp(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// How many were kept beside the ledger for this reason after this moment.
pub(crate) fn kept_since(dir: &Path, why: &str, since: Timestamp) -> usize {
    let (begin, since) = (format!("{}.{why}-", file::DATABASE), stamp(since));
    let is_one = |name: &str| {
        let stamp = name.strip_prefix(&begin).and_then(|rest| rest.get(..since.len()));
        stamp.is_some_and(|stamp| stamp > since.as_str()) && !name.ends_with(JOURNAL)
    };
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_one)).count()
}

/// A name beside the ledger that nothing has, for one that is kept: it says why and when.
pub(super) fn free_name(dir: &Path, why: &str, now: Timestamp) -> Result<PathBuf> {
    let stamp = stamp(now);
    let name = |n: u32| {
        let end = if n == 1 { String::new() } else { format!("-{n}") };
        dir.join(format!("{}.{why}-{stamp}{end}", file::DATABASE))
    };
    let is_free = |path: &PathBuf| {
        ["", JOURNAL].iter().all(|end| with_end(path, end).symlink_metadata().is_err())
    };
    // Ends: there are only so many files.
    let free = (1..u32::MAX).map(name).find(is_free);
    free.ok_or_else(|| failed(dir)(ErrorKind::AlreadyExists.into()))
}

fn tries(patience: Duration) -> u128 {
    patience.as_millis() / PAUSE.as_millis()
}

/// Writes down that the ledger is about to be kept under this name.
fn intend(dir: &Path, aside: &Path) -> Result<()> {
    let (intent, begun) = (dir.join(INTENT), dir.join(format!("{INTENT}.part")));
    let name = aside.file_name().unwrap_or_default().as_encoded_bytes();
    let written = File::create(&begun)
        .and_then(|mut file| file.write_all(name).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&begun, &intent));
    written.map_err(failed(&intent))?;
    copy::sync_folder(&intent)
}

/// Finishes an exchange that was cut off, for who opens the ledger: waits until it is alone for
/// that, or until somebody else has done it.
pub(super) fn finish_cut_off(dir: &Path, shared: &SharedLock) -> Result<()> {
    for _ in 0..tries(PATIENCE) {
        if !dir.join(INTENT).exists() {
            return Ok(());
        }
        if shared.try_alone(dir)? {
            let done = finish(dir);
            shared.share(dir)?;
            return done;
        }
        wait(PAUSE);
        shared.share(dir)?;
    }
    let reason = "another file was being put in its place when that was cut off, and somebody has it \
                  open: close the window and repeat";
    Err(Error::Unfit { path: dir.to_path_buf(), reason: reason.into() })
}

/// For who only looks: it is finished by whoever does more.
///
/// # Errors
/// When an exchange was cut off.
pub(super) fn refuse_cut_off(dir: &Path) -> Result<()> {
    if !dir.join(INTENT).exists() {
        return Ok(());
    }
    let reason = "another file was being put in its place when that was cut off: any command but this one \
                  finishes it";
    Err(Error::Unfit { path: dir.to_path_buf(), reason: reason.into() })
}

/// What is intended is done, from wherever it was cut off.
fn finish(dir: &Path) -> Result<()> {
    finish_until(dir, usize::MAX)
}

/// The same up to so many steps, each of which may be the last before a kill.
fn finish_until(dir: &Path, most: usize) -> Result<()> {
    let intent = dir.join(INTENT);
    let name = match fs::read_to_string(&intent) {
        Ok(name) => name,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(&intent)(error)),
    };
    let (place, fresh, aside) = (dir.join(file::DATABASE), dir.join(FRESH), dir.join(name));
    let sync = || copy::sync_folder(&place);
    // What is beside the ledger is of the new one as soon as that has its name.
    let is_old = || fresh.exists();
    let steps: [&dyn Fn() -> Result<()>; 8] = [
        &|| if is_old() { name_twice(&place, &aside) } else { Ok(()) },
        &|| if is_old() { move_journal(&place, &aside) } else { Ok(()) },
        &|| if is_old() { remove(&with_end(&place, INDEX)) } else { Ok(()) },
        &sync,
        &|| if is_old() { fs::rename(&fresh, &place).map_err(failed(&place)) } else { Ok(()) },
        &sync,
        &|| remove(&intent),
        &sync,
    ];
    steps.iter().take(most).try_for_each(|step| step())
}

/// A second name for the ledger's file; another one where the file system gives no second ones.
fn name_twice(place: &Path, aside: &Path) -> Result<()> {
    let linked = fs::hard_link(place, aside);
    let linked = linked.map_err(|error| error.kind());
    match linked {
        Ok(()) | Err(ErrorKind::AlreadyExists | ErrorKind::NotFound) => Ok(()),
        Err(ErrorKind::PermissionDenied | ErrorKind::Unsupported) => {
            fs::rename(place, aside).map_err(failed(aside))
        }
        Err(kind) => Err(failed(aside)(kind.into())),
    }
}

fn move_journal(from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (with_end(from, JOURNAL), with_end(to, JOURNAL));
    unless_missing(fs::rename(&from, &to)).map_err(failed(&to))
}

fn remove(path: &Path) -> Result<()> {
    unless_missing(fs::remove_file(path)).map_err(failed(path))
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    done.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// After an error: the ledger there was is where it was, unless the new one has its place already.
fn undo(dir: &Path, aside: &Path) {
    let place = dir.join(file::DATABASE);
    if !dir.join(FRESH).exists() {
        return;
    }
    let back = || {
        move_journal(aside, &place)?;
        match place.symlink_metadata() {
            Ok(_) => remove(aside)?,
            Err(_) => unless_missing(fs::rename(aside, &place)).map_err(failed(&place))?,
        }
        remove(&dir.join(INTENT))?;
        copy::sync_folder(&place)?;
        // It takes room, and is made anew when it is tried again.
        remove(&dir.join(FRESH))
    };
    if let Err(error) = back() {
        tracing::error!(%error, "what was begun is finished when the ledger is next opened");
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let other = Error::io(format!("could not write {}", path.display()));
    |error| match error.kind() {
        ErrorKind::StorageFull => Error::Full,
        _ => other(error),
    }
}

/// A name with something behind it.
pub(crate) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(end);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
