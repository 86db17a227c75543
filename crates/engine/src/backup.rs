//! Backups: copies of the whole ledger, each looked at all over before it counts as one. A person
//! asks for one under a name of their own; the service makes one a day and keeps a week of them.

use std::{
    fs::{self, DirBuilder},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    clock::{Clock, SystemClock},
    error::{Error, Result},
    ledger::{
        Ledger,
        copy::{self, Holds},
    },
    vault::random,
};

/// The folder of the backups nobody asked for, beside the ledger.
const FOLDER: &str = "backups";
/// So many of the daily ones are kept.
const KEPT: usize = 7;
/// A daily one is not made where it would leave less room than so many of it.
const ROOM: u64 = 3;
/// What was not written to for so many seconds is no longer being written.
const QUIET: i64 = 3_600;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// What is in it.
    pub holds: Holds,
}

/// Writes a backup of this ledger to a new file, which has its name only when it is whole.
///
/// # Errors
/// When there is such a file, or it cannot be written, or what was written is not whole.
pub fn to(ledger: &Ledger, path: &Path) -> Result<Backup> {
    clear_killed(path);
    let begun = not_whole_yet(path)?;
    write(ledger, path, &begun).map_err(|error| of_the_target(error, path, &begun))
}

/// An error as of the file that was asked for: nobody knows the name it has until it is whole.
fn of_the_target(error: Error, path: &Path, begun: &Path) -> Error {
    use rusqlite::ErrorCode::{CannotOpen, FileLockingProtocolFailed, SystemIoFailure};
    let named = |reason: String| Error::Copy { path: path.to_path_buf(), reason };
    let nowhere = path.parent().filter(|folder| !folder.exists());
    match error {
        Error::Copy { .. } if let Some(folder) = nowhere => {
            named(format!("could not be written: there is no folder {}", folder.display()))
        }
        // Only what is written needs room.
        Error::Full => named("could not be written: the disk it would be on is full".into()),
        Error::Copy { path: at, reason } if at == begun => named(reason),
        Error::Damaged { path: at, reason } if at == begun => {
            named(format!("did not become a whole backup and is not kept: {reason}"))
        }
        Error::Sqlite(error)
            if let Some(CannotOpen | SystemIoFailure | FileLockingProtocolFailed) =
                error.sqlite_error_code() =>
        {
            named(format!("could not be written ({error})"))
        }
        other => other,
    }
}

/// The same, under this other name until it is whole.
fn write(ledger: &Ledger, path: &Path, begun: &Path) -> Result<Backup> {
    let taken = || {
        let reason = "is there already, and is not written over: choose another name";
        Error::Copy { path: path.to_path_buf(), reason: reason.into() }
    };
    if path.symlink_metadata().is_ok() {
        return Err(taken());
    }
    let made = ledger.copy_to(begun).and_then(|()| copy::examine(begun));
    let named = made.and_then(|holds| {
        // A link takes no name that somebody else took meanwhile.
        match fs::hard_link(begun, path) {
            Ok(()) => Ok(holds),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(taken()),
            Err(_) => fs::rename(begun, path).map(|()| holds).map_err(unwritten(path)),
        }
    });
    fs::remove_file(begun).unwrap_or(());
    let holds = named?;
    copy::sync_folder(path)?;
    let bytes = fs::metadata(path).map_err(unwritten(path))?.len();
    Ok(Backup { path: path.to_path_buf(), bytes, holds })
}

fn unwritten(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    Error::io(format!("could not write {}", path.display()))
}

/// The end of a name for what is not whole yet, after the number of who writes it.
const BEGUN: &str = ".part";

/// A name beside this one, for what is not whole yet; nobody else's file has it.
fn not_whole_yet(path: &Path) -> Result<PathBuf> {
    let mut bytes = [0; 4];
    random(&mut bytes)?;
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    let (writer, nobodys) = (std::process::id(), u32::from_be_bytes(bytes));
    name.push(format!(".{writer:08x}{nobodys:08x}{BEGUN}"));
    Ok(path.with_file_name(name))
}

/// What somebody who was killed while writing a backup of this name left goes.
fn clear_killed(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str()))
    else {
        return;
    };
    let writer = |found: &Path| {
        let rest = found.file_name()?.to_str()?.strip_prefix(name)?.strip_prefix('.')?;
        let rest = rest.strip_suffix("-journal").unwrap_or(rest).strip_suffix(BEGUN)?;
        let is_ours = rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_hexdigit());
        u32::from_str_radix(rest.get(..8).filter(|_| is_ours)?, 16).ok()
    };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for found in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let Some(writer) = writer(&found) else { continue };
        let lives = Path::new("/proc").join(writer.to_string()).exists();
        // In a folder that others share it may be one of another machine, which writes on.
        if cfg!(target_os = "linux") && !lives && rests(&found) {
            // If it cannot go, it is in nobody's way.
            fs::remove_file(&found).unwrap_or(());
        }
    }
}

/// Whether a file was not written to for a while.
fn rests(path: &Path) -> bool {
    let now = SystemClock::new().now().wall;
    fs::metadata(path).is_ok_and(|found| now.as_second().saturating_sub(found.mtime()) > QUIET)
}

/// What an earlier one that was cut off left in our own folder goes.
fn clear(begun: &Path) -> Result<()> {
    match fs::remove_file(begun) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritten(begun)(error)),
        _ => Ok(()),
    }
}

/// The same of the daily ones, which one service alone makes.
fn clear_daily(folder: &Path) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(unwritten(folder))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let of_a_day = name.strip_prefix("daily-").and_then(|name| name.split_once(".db."));
        let is_begun = |(day, end): (&str, &str)| {
            day.parse::<Date>().is_ok()
                && (end.ends_with(".part") || end.ends_with(".part-journal"))
        };
        if of_a_day.is_some_and(is_begun) {
            clear(&path)?;
        }
    }
    Ok(())
}

/// The folder of the backups nobody asked for, made if it is not there.
pub(crate) fn folder(dir: &Path) -> Result<PathBuf> {
    let folder = dir.join(FOLDER);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(unwritten(&folder)(error)),
        _ => Ok(folder),
    }
}

/// The backups the service made of the ledger in this folder, the newest first, each with its day.
pub fn daily_ones(dir: &Path) -> Vec<(Date, PathBuf)> {
    let Ok(entries) = fs::read_dir(dir.join(FOLDER)) else { return Vec::new() };
    let day = |path: PathBuf| {
        let name = path.file_name()?.to_str()?;
        let day = name.strip_prefix("daily-")?.strip_suffix(".db")?.parse().ok()?;
        Some((day, path))
    };
    let mut found: Vec<_> = entries.filter_map(|entry| day(entry.ok()?.path())).collect();
    found.sort_by(|one, other| other.cmp(one));
    found
}

/// The same, the ones from days that are not yet at the end: a clock was wrong when they were made,
/// and nobody knows how old they are.
pub(crate) fn by_age(dir: &Path, now: Timestamp) -> Vec<PathBuf> {
    let today = day_of(now);
    let (past, false_ones): (Vec<_>, Vec<_>) =
        daily_ones(dir).into_iter().partition(|(day, _)| *day <= today);
    past.into_iter().chain(false_ones).map(|(_, path)| path).collect()
}

/// Whether the day's backup is still to be made.
pub fn is_due(dir: &Path, now: Timestamp) -> bool {
    let today = day_of(now);
    daily_ones(dir).iter().all(|(day, _)| *day != today)
}

fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// Makes the day's backup of the ledger in this folder and lets the oldest of this very ledger go.
/// `None`: there is no room for one. It has the ledger open by itself, so it may run beside everything else.
///
/// # Errors
/// When it cannot be made or is not whole; then the older ones stay.
pub fn daily(dir: &Path, now: Timestamp) -> Result<Option<Backup>> {
    let Some(ledger) = Ledger::look(dir)? else { return Ok(None) };
    let folder = folder(dir)?;
    clear_daily(&folder)?;
    if !has_room(dir, &folder)? {
        return Ok(None);
    }
    let made = to(&ledger, &folder.join(format!("daily-{}.db", day_of(now))))?;
    // What cannot be read may be of another ledger, and is kept.
    let is_of_it = |path: &PathBuf| copy::ledger_of(path).as_ref() == Some(&made.holds.ledger);
    for old in by_age(dir, now).into_iter().filter(is_of_it).skip(KEPT) {
        fs::remove_file(&old).map_err(unwritten(&old))?;
    }
    Ok(Some(made))
}

fn has_room(dir: &Path, folder: &Path) -> Result<bool> {
    Ok(room(folder)? / ROOM >= size(dir))
}

/// What the ledger in this folder takes of the disk.
fn size(dir: &Path) -> u64 {
    fs::metadata(dir.join("carillon.db")).map_or(0, |found| found.len())
}

fn room(folder: &Path) -> Result<u64> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| unwritten(folder)(error.into()))?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Whether the copy before another schema can be written: there is room, and we may.
///
/// # Errors
/// Why it cannot.
pub(crate) fn can_keep_another(dir: &Path) -> Result<()> {
    let tried = folder(dir)?.join("schema.try");
    clear(&tried)?;
    fs::File::create_new(&tried).map_err(|error| match error.kind() {
        ErrorKind::StorageFull => Error::Full,
        _ => unwritten(&tried)(error),
    })?;
    clear(&tried)?;
    if room(dir)? < size(dir) { Err(Error::Full) } else { Ok(()) }
}

/// Before a ledger that holds this is brought up to another schema: a copy of it as it is. One
/// that was made before the same step was cut off is not made again.
pub(crate) fn before_schema(
    dir: &Path,
    holds: &Holds,
    copy: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let folder = folder(dir)?;
    let name = |n: u32| match n {
        1 => folder.join(format!("schema-{}.db", holds.schema)),
        n => folder.join(format!("schema-{}-{n}.db", holds.schema)),
    };
    // Ends: there are only so many files.
    let mut n = 1;
    while name(n).exists() {
        if copy::examine(&name(n)).is_ok_and(|known| known == *holds) {
            return Ok(());
        }
        n += 1;
    }
    let (begun, path) = (folder.join("schema.part"), name(n));
    clear(&begun)?;
    copy(&begun)?;
    copy::examine(&begun)?;
    fs::rename(&begun, &path).map_err(unwritten(&path))?;
    copy::sync_folder(&path)?;
    tracing::info!(path = %path.display(), "a copy of the ledger as it was is kept");
    Ok(())
}
