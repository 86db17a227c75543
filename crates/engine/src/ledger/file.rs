//! The files of a ledger: the directory only its owner may enter, the database, and the two
//! locks. `carillon.lock` is held shared by everybody while the ledger is open and exclusively
//! for migration; `scheduler.lock` is held by the one service that sends.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{ErrorKind, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use rustix::fs::FlockOperation;

use super::condemned;
use crate::{
    backup,
    error::{Error, Result},
    planted::{Planted, is_planted},
    simulated::wait,
};

/// The oldest SQLite without the bug that corrupts a file two connections checkpoint at once.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Who waits for the ledger looks so often whether it is free, and so many times: for ten seconds.
const LOOK: Duration = Duration::from_millis(4);
const TRIES: i32 = 2_500;
/// And so many times who has others waiting for it: for a quarter of a second.
const HASTY_TRIES: i32 = 60;
/// And so long it is left to others between two of many transactions.
const ROOM: Duration = Duration::from_millis(10);

fn unfit(path: &Path, reason: impl Into<String>) -> Error {
    Error::Unfit { path: path.to_path_buf(), reason: reason.into() }
}

/// The database's name.
pub(crate) const DATABASE: &str = "carillon.db";

/// Makes the directory (0700), or refuses one that others may enter.
pub(crate) fn prepare_directory(dir: &Path) -> Result<PathBuf> {
    if !dir.exists() {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|e| unfit(dir, format!("the directory could not be made ({e})")))?;
    }
    examine_directory(dir)
}

/// The directory in canonical form, or why it is not fit.
pub(super) fn examine_directory(dir: &Path) -> Result<PathBuf> {
    let found = fs::metadata(dir)
        .map_err(|e| unfit(dir, format!("the directory could not be read ({e})")))?;
    if !found.is_dir() {
        return Err(unfit(dir, "that is not a directory"));
    }
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        // To close a folder that serves others too would do harm: only one of ours is closed, or
        // one that is empty and this user's.
        let is_free = found.uid() == rustix::process::geteuid().as_raw()
            && fs::read_dir(dir).is_ok_and(|mut inside| inside.next().is_none());
        let advice = match is_free || dir.join(DATABASE).exists() {
            true => format!("; type: chmod 700 '{}'", dir.display()),
            false => " and it holds no ledger: choose a directory of its own, \
                      which is made for you when it is not there"
                .into(),
        };
        return Err(unfit(dir, format!("others may enter it (mode {mode:03o}){advice}")));
    }
    refuse_network(dir)?;
    fs::canonicalize(dir).map_err(Error::io(format!("could not resolve {}", dir.display())))
}

/// SQLite's locks do not hold across machines.
#[cfg(target_os = "linux")]
fn refuse_network(dir: &Path) -> Result<()> {
    let found = rustix::fs::statfs(dir).map_err(|e| unfit(dir, e.to_string()))?;
    let Some(name) = network(found.f_type.unsigned_abs() & 0xffff_ffff) else { return Ok(()) };
    Err(unfit(
        dir,
        format!(
            "it is on a network file system ({name}), where locks do not hold; choose a local directory"
        ),
    ))
}

/// The name of a file system of other machines, by the number the kernel knows it by.
#[cfg(target_os = "linux")]
const fn network(kind: u64) -> Option<&'static str> {
    match kind {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        0x0102_1997 => Some("9P"),
        0x5346_544e => Some("CODA"),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn refuse_network(_dir: &Path) -> Result<()> {
    Ok(())
}

/// Makes the database file (0600), or refuses one that others may read.
pub(super) fn prepare_database(dir: &Path) -> Result<PathBuf> {
    if let Some(path) = examine_database(dir)? {
        return Ok(path);
    }
    let path = dir.join(DATABASE);
    let made = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    made.map_err(|e| unfit(dir, format!("carillon.db could not be made ({e})")))?;
    Ok(path)
}

/// The database file, if it is there and fit.
pub(super) fn examine_database(dir: &Path) -> Result<Option<PathBuf>> {
    let path = dir.join(DATABASE);
    let found = fs::symlink_metadata(&path);
    if found.as_ref().map_or_else(|e| e.kind() == ErrorKind::NotFound, |found| found.len() == 0) {
        refuse_lost(dir)?;
    }
    match found {
        Ok(found) if !found.is_file() => Err(unfit(dir, "carillon.db is not a plain file")),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            let mode = found.permissions().mode() & 0o777;
            let reason = format!(
                "others may read it (mode {mode:03o}); type: chmod 600 '{}'",
                path.display()
            );
            Err(unfit(dir, reason))
        }
        Ok(_) => Ok(Some(path)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unfit(dir, format!("carillon.db could not be looked at ({e})"))),
    }
}

/// Where there are backups there was a ledger: none is begun in its place.
fn refuse_lost(dir: &Path) -> Result<()> {
    if backup::daily_ones(dir).is_empty() {
        return Ok(());
    }
    let reason = "its file carillon.db is missing or empty, and there are backups of it: a running service \
                  puts back what it has, and one that starts the newest good one (`carillon restore FILE` puts one of \
                  yours there); to begin anew, move the folder backups away";
    Err(unfit(dir, reason))
}

/// Opens the database with the settings the promise depends on, each one asserted.
pub(super) fn connect(dir: &Path, path: &Path) -> Result<Connection> {
    refuse_old(dir, (rusqlite::version_number(), rusqlite::version()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(path, flags)?;
    have_patience(&mut connection)?;
    // Of one that cannot be made sense of nothing is changed by looking at it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A plan hangs on the statement alone, not on what is bound to it: else SQLite prepares anew
    // each time a value is bound that a partial index could be compared with.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    refuse_foreign(dir, &connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;",
    )?;
    if is_planted(Planted::NotFlushed) {
        connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    }
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

fn refuse_old(dir: &Path, (number, words): (i32, &str)) -> Result<()> {
    if number >= OLDEST_SQLITE {
        return Ok(());
    }
    Err(unfit(dir, format!("SQLite {words} can corrupt it; 3.51.3 or newer is needed")))
}

/// Whoever writes much lets others in for a moment now and then ([`ROOM`]): one that waits looks
/// more often than that, where SQLite's own waiting looks ten times a second at last.
fn wait_for_a_turn(tries: i32) -> bool {
    wait(LOOK);
    tries < TRIES
}

/// Waits its turn from now on.
pub(super) fn have_patience(connection: &mut Connection) -> Result<()> {
    Ok(connection.busy_handler(Some(wait_for_a_turn))?)
}

/// Waits only a moment from now on, longer than a transaction of one of ours takes.
pub(super) fn hurry(connection: &mut Connection) -> Result<()> {
    Ok(connection.busy_handler(Some(|tries| wait_for_a_turn(tries) && tries < HASTY_TRIES))?)
}

/// Leaves the ledger to others for a moment, between two of many transactions.
pub(crate) fn make_room() {
    wait(ROOM);
}

/// Whether the file has the journal all programs share; it is made so once, by one alone.
pub(super) fn is_wal(connection: &Connection) -> Result<bool> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    Ok(mode == "wal")
}

pub(super) fn make_wal(dir: &Path, connection: &Connection) -> Result<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    match mode.as_str() {
        "wal" => Ok(()),
        _ => Err(unfit(dir, format!("its journal mode is {mode} and cannot be made WAL"))),
    }
}

fn refuse_foreign(dir: &Path, connection: &Connection) -> Result<()> {
    let ask = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let foreign = || {
        unfit(dir, "carillon.db is not a Carillon ledger; move it away or choose another directory")
    };
    let (id, version, tables) = (
        ask("PRAGMA application_id").map_err(|e| match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => foreign(),
            _ => Error::from(e),
        })?,
        ask("PRAGMA user_version")?,
        ask("SELECT count(*) FROM sqlite_schema")?,
    );
    let is_fresh = id == 0 && version == 0 && tables == 0;
    if is_fresh || id == super::migrate::APPLICATION { Ok(()) } else { Err(foreign()) }
}

fn open_lock(dir: &Path, name: &str) -> Result<File> {
    let path = dir.join(name);
    OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(|e| unfit(dir, format!("{name} could not be opened ({e})")))
}

/// `carillon.lock`, held shared while the ledger is open.
#[derive(Debug)]
pub(super) struct SharedLock(File);

impl SharedLock {
    pub(super) fn take(dir: &Path) -> Result<Self> {
        let lock = Self(open_lock(dir, "carillon.lock")?);
        lock.share(dir)?;
        Ok(lock)
    }

    /// Takes it if it is there; nothing is made.
    pub(super) fn look(dir: &Path) -> Result<Option<Self>> {
        if !dir.join("carillon.lock").exists() {
            return Ok(None);
        }
        Self::take(dir).map(Some)
    }

    /// Holds it shared, waiting for somebody who is alone with the ledger.
    pub(super) fn share(&self, dir: &Path) -> Result<()> {
        rustix::fs::flock(&self.0, FlockOperation::LockShared)
            .map_err(|e| unfit(dir, e.to_string()))
    }

    /// Lets go of it, for who wants to be alone.
    pub(super) fn let_go(&self, dir: &Path) -> Result<()> {
        rustix::fs::flock(&self.0, FlockOperation::Unlock).map_err(|e| unfit(dir, e.to_string()))
    }

    /// Makes it exclusive, if nobody else has the ledger open. If somebody has, it is let go of
    /// altogether: of several who want to be alone, the last to ask finds the others waiting.
    pub(super) fn try_alone(&self, dir: &Path) -> Result<bool> {
        match rustix::fs::flock(&self.0, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::WOULDBLOCK) => {
                self.let_go(dir)?;
                Ok(false)
            }
            Err(e) => Err(unfit(dir, e.to_string())),
        }
    }
}

/// `scheduler.lock`: whoever holds it is the one service that claims and sends.
#[derive(Debug)]
pub struct SchedulerLock {
    _file: File,
}

impl SchedulerLock {
    /// Takes the lock if it is free; `None` when another service leads.
    ///
    /// # Errors
    /// When the file cannot be opened or written.
    pub fn try_take(dir: &Path) -> Result<Option<Self>> {
        let file = open_lock(dir, "scheduler.lock")?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Self::sign(file, dir).map(Some),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(e) => Err(unfit(dir, e.to_string())),
        }
    }

    /// Waits until the lock is free and takes it. Blocks the thread.
    ///
    /// # Errors
    /// When the file cannot be opened or written.
    pub fn wait(dir: &Path) -> Result<Self> {
        let file = open_lock(dir, "scheduler.lock")?;
        rustix::fs::flock(&file, FlockOperation::LockExclusive)
            .map_err(|e| unfit(dir, e.to_string()))?;
        Self::sign(file, dir)
    }

    /// Who holds the lock, as the file says: process id and program version. `None` when free.
    pub fn holder(dir: &Path) -> Option<(u32, String)> {
        let mut file = OpenOptions::new().read(true).open(dir.join("scheduler.lock")).ok()?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => None,
            Err(_) => {
                let mut text = String::new();
                file.read_to_string(&mut text).ok()?;
                let (pid, version) = text.trim().split_once(' ')?;
                Some((pid.parse().ok()?, version.to_string()))
            }
        }
    }

    /// When it was last taken.
    pub fn taken_at(dir: &Path) -> Option<Timestamp> {
        let signed = fs::metadata(dir.join("scheduler.lock")).ok()?.modified().ok()?;
        Timestamp::try_from(signed).ok()
    }

    /// Calls `heard` on a thread of its own, for the life of the process, each time after the lock
    /// fell free, also by the death of its holder. That a new one took it is told by the bell.
    ///
    /// # Errors
    /// When the file cannot be made or watched.
    #[cfg(target_os = "linux")]
    pub fn watch_release(dir: &Path, heard: impl Fn() + Send + 'static) -> Result<()> {
        use rustix::fs::inotify;
        drop(open_lock(dir, "scheduler.lock")?);
        let path = dir.join("scheduler.lock");
        let file = File::open(&path).map_err(|e| unfit(dir, e.to_string()))?;
        let watched = || {
            let fd = inotify::init(inotify::CreateFlags::CLOEXEC)?;
            // Its holder has it open for writing, and whatever ends a process closes its files.
            inotify::add_watch(&fd, &path, inotify::WatchFlags::CLOSE_WRITE)?;
            Ok::<_, rustix::io::Errno>(fd)
        };
        let fd = watched().map_err(|e| unfit(dir, e.to_string()))?;
        let listen = move || {
            let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
            let mut events = inotify::Reader::new(fd, &mut buffer);
            // Ends with the watch: when the descriptor fails or the file is removed.
            while let Ok(event) = events.next() {
                if event.events().contains(inotify::ReadFlags::IGNORED) {
                    return;
                }
                // The file is closed a moment before its lock is free; and whoever stood by and
                // ends closes it too, while another still leads.
                let free = rustix::fs::flock(&file, FlockOperation::LockShared);
                if free.and_then(|()| rustix::fs::flock(&file, FlockOperation::Unlock)).is_ok() {
                    heard();
                }
            }
        };
        let thread = thread::Builder::new().name("leader".into()).spawn(listen);
        thread.map(drop).map_err(|e| unfit(dir, e.to_string()))
    }

    /// There is no such watch here: whoever asks looks now and then.
    ///
    /// # Errors
    /// None.
    #[cfg(not(target_os = "linux"))]
    pub fn watch_release(_dir: &Path, _heard: impl Fn() + Send + 'static) -> Result<()> {
        Ok(())
    }

    fn sign(mut file: File, dir: &Path) -> Result<Self> {
        // What a killed one was about to do is done by whoever leads now, if it is needed.
        condemned::clear(dir);
        let text = format!("{} {}\n", std::process::id(), env!("CARGO_PKG_VERSION"));
        // In place: what is written over needs no room on a full disk.
        let signed = file
            .rewind()
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.set_len(text.len() as u64))
            .and_then(|()| file.set_permissions(Permissions::from_mode(0o600)));
        match signed {
            Err(error) if error.kind() == ErrorKind::StorageFull => {
                tracing::warn!(%error, "scheduler.lock is held and does not say by whom");
            }
            signed => {
                let unsigned = |e| unfit(dir, format!("scheduler.lock could not be written ({e})"));
                signed.map_err(unsigned)?;
            }
        }
        Ok(Self { _file: file })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use rusqlite::Connection;

    use super::{DATABASE, SchedulerLock, make_wal, network, prepare_database, refuse_old};

    #[test]
    fn an_sqlite_that_can_corrupt_the_file_is_refused() {
        let dir = std::path::Path::new("/ledger");
        for (number, words, fits) in [
            (3_040_001, "3.40.1", false),
            (3_051_002, "3.51.2", false),
            (3_051_003, "3.51.3", true),
            (3_052_000, "3.52.0", true),
            (rusqlite::version_number(), rusqlite::version(), true),
        ] {
            let said = refuse_old(dir, (number, words)).map_err(|error| error.to_string());
            assert_eq!(said.is_ok(), fits, "{words}: {said:?}");
            assert!(said.err().is_none_or(|said| said.contains(words)), "{words}");
        }
    }

    #[test]
    fn a_file_system_of_other_machines_is_known_by_its_number() {
        for (kind, name) in [
            (0x6969, Some("NFS")),
            (0x517b, Some("SMB")),
            (0xff53_4d42, Some("SMB")),
            (0xfe53_4d42, Some("SMB")),
            (0x0102_1997, Some("9P")),
            (0x5346_544e, Some("CODA")),
            // ext4, tmpfs, btrfs, xfs, overlayfs
            (0xef53, None),
            (0x0102_1994, None),
            (0x9123_683e, None),
            (0x5846_5342, None),
            (0x794c_7630, None),
        ] {
            assert_eq!(network(kind), name, "{kind:x}");
        }
    }

    #[test]
    fn a_file_that_leads_elsewhere_is_no_ledger() {
        let (dir, other) = (tempfile::tempdir(), tempfile::tempdir());
        let (dir, other) = (dir.expect("a temp folder"), other.expect("a temp folder"));
        let there = prepare_database(other.path()).expect("a file");
        std::os::unix::fs::symlink(&there, dir.path().join(DATABASE)).expect("a link");
        let said = prepare_database(dir.path()).expect_err("refused").to_string();
        assert!(said.contains("carillon.db is not a plain file"), "{said}");
        // And whoever puts one there between the look and the opening.
        super::connect(dir.path(), &dir.path().join(DATABASE)).expect_err("not followed");
        super::connect(other.path(), &there).expect("a plain one");
    }

    #[test]
    fn a_journal_that_cannot_be_shared_is_refused() {
        let memory = Connection::open_in_memory().expect("a database");
        let said = make_wal(std::path::Path::new("/ledger"), &memory).expect_err("refused");
        assert!(said.to_string().contains("journal mode is memory"), "{said}");
    }

    #[test]
    fn each_release_of_the_lock_is_heard_when_it_is_free() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let (tell, heard) = mpsc::channel();
        let place = dir.path().to_path_buf();
        let free = move || tell.send(SchedulerLock::holder(&place).is_none()).unwrap_or(());
        SchedulerLock::watch_release(dir.path(), free).expect("a watch");
        for _ in 0..50 {
            let lock = SchedulerLock::wait(dir.path()).expect("the lock");
            assert!(heard.try_recv().is_err(), "nothing is free yet");
            drop(lock);
            assert!(heard.recv_timeout(Duration::from_secs(20)).expect("a release"));
        }
    }
}
