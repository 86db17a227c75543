//! Another file in the place of the ledger: only by who holds the scheduler lock and is alone with
//! it, and never so that what was there is lost. The name of the ledger never is without a file.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    copy,
    file::{self, SchedulerLock, SharedLock},
};
use crate::error::{Error, Result};

/// How often it is tried to be alone, and how long one waits in between: for ten seconds in all.
const TRIES: u32 = 500;
const PAUSE: Duration = Duration::from_millis(20);
/// What belongs to a database besides its file, by the ends of the names.
const JOURNALS: [&str; 2] = ["-wal", "-shm"];

/// Nobody else has the ledger open, and nobody can open it.
#[derive(Debug)]
pub struct Alone<'a> {
    dir: PathBuf,
    _leads: &'a SchedulerLock,
    _alone: SharedLock,
}

impl<'a> Alone<'a> {
    /// Waits a while for everybody else to close the ledger in this directory.
    ///
    /// # Errors
    /// When somebody does not, or the place is not fit.
    pub fn with(dir: &Path, leads: &'a SchedulerLock) -> Result<Self> {
        let lock = SharedLock::take(dir)?;
        for _ in 0..TRIES {
            if lock.try_alone(dir)? {
                return Ok(Self { dir: dir.to_path_buf(), _leads: leads, _alone: lock });
            }
            thread::park_timeout(PAUSE);
            lock.share(dir)?;
        }
        let reason = "a window or another command has it open: close it and repeat";
        Err(Error::Unfit { path: dir.to_path_buf(), reason: reason.into() })
    }

    /// The ledger's file, if there is one.
    pub fn ledger(&self) -> Option<PathBuf> {
        let path = self.dir.join(file::DATABASE);
        path.symlink_metadata().is_ok().then_some(path)
    }

    /// Puts a whole ledger in the place of the one there is, which is kept whole under another
    /// name that says why and when. Gives that name.
    ///
    /// # Errors
    /// When a file cannot be renamed; the ledger there was is then still where it was.
    pub fn exchange(&self, fresh: &Path, why: &str, now: Timestamp) -> Result<Option<PathBuf>> {
        let place = self.dir.join(file::DATABASE);
        let kept = match self.ledger() {
            None => None,
            Some(old) => Some(self.set_aside(&old, why, now)?),
        };
        fs::rename(fresh, &place).map_err(failed(&place))?;
        copy::sync_folder(&place)?;
        Ok(kept)
    }

    /// A second name for the ledger's file, and its journals with it.
    fn set_aside(&self, old: &Path, why: &str, now: Timestamp) -> Result<PathBuf> {
        copy::fold_journal(old);
        let stamp = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
        // Ends: there are only so many files.
        for n in 1_u32.. {
            let end = if n == 1 { String::new() } else { format!("-{n}") };
            let aside = self.dir.join(format!("{}.{why}-{stamp}{end}", file::DATABASE));
            match fs::hard_link(old, &aside) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(failed(&aside)(error)),
            }
            for journal in JOURNALS {
                let (from, to) = (with_end(old, journal), with_end(&aside, journal));
                match fs::rename(&from, &to) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(failed(&to)(error));
                    }
                    _ => {}
                }
            }
            copy::sync_folder(&aside)?;
            return Ok(aside);
        }
        Err(failed(old)(ErrorKind::AlreadyExists.into()))
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    Error::io(format!("could not write {}", path.display()))
}

/// A name with something behind it.
pub(crate) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(end);
    PathBuf::from(name)
}
