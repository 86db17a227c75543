//! Copies of the ledger: how one is written whole into a file only its owner may read, and how a
//! file is looked at before anybody relies on it.

use std::{
    fs::{self, OpenOptions},
    os::unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    path::Path,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::{
    Ledger, migrate, moment,
    setting::{self, name},
};
use crate::error::{Error, Result};

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holds {
    /// Its schema.
    pub schema: i64,
    /// The id of the ledger it is a copy of.
    pub ledger: String,
    /// How far its audit is.
    pub audit: i64,
    /// When its last delivery moved.
    pub last: Option<Timestamp>,
    /// Events that are not deleted.
    pub events: u32,
    /// People.
    pub people: u32,
    /// Deliveries in any state.
    pub deliveries: u32,
}

/// How much is in a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events that are not deleted.
    pub events: u32,
    /// Deliveries in any state.
    pub deliveries: u32,
}

impl Counts {
    /// What is in this one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn of(connection: &Connection) -> Result<Self> {
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get(0));
        let (events, deliveries) = (count(EVENTS)?, count(DELIVERIES)?);
        Ok(Self { events, deliveries })
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |n: u32, word: &str| match n {
            0 => format!("no {word}s"),
            1 => format!("1 {word}"),
            n => format!("{n} {word}s"),
        };
        write!(f, "{} and {}", count(self.events, "event"), count(self.deliveries, "reminder"))
    }
}

const EVENTS: &str = "SELECT count(*) FROM event WHERE deleted_at IS NULL";
const DELIVERIES: &str = "SELECT count(*) FROM delivery";

impl Holds {
    /// How much that is.
    pub const fn counts(&self) -> Counts {
        Counts { events: self.events, deliveries: self.deliveries }
    }
}

impl Ledger {
    /// Writes all of the ledger, as it is at one moment, into a new file.
    ///
    /// # Errors
    /// When the file is there, or cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        copy(&self.connection, path)
    }
}

/// [`Ledger::copy_to`] of a connection.
pub(super) fn copy(from: &Connection, to: &Path) -> Result<()> {
    // SQLite would make it readable by others.
    let made = OpenOptions::new().create_new(true).write(true).mode(0o600).open(to);
    let file = made.map_err(|error| written(to, &error))?;
    let name = to.to_str().ok_or_else(|| unfit(to, "has a name that is no text"))?;
    let copied = from.execute("VACUUM INTO ?1", [name]).map_err(Error::from).and_then(|_| {
        file.sync_all().map_err(|error| written(to, &error))?;
        sync_folder(to)
    });
    if copied.is_err() {
        // What was begun here is of no use to anybody.
        fs::remove_file(to).unwrap_or(());
    }
    copied
}

fn written(path: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Error::Full,
        _ => unfit(path, format!("could not be written ({error})")),
    }
}

/// Sees to it that a name in a folder lasts.
pub(crate) fn sync_folder(of: &Path) -> Result<()> {
    let folder = of.parent().unwrap_or(Path::new("."));
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(Error::io(format!("could not sync {}", folder.display())))
}

fn damaged(path: &Path, reason: String) -> Error {
    Error::Damaged { path: path.to_path_buf(), reason }
}

fn unfit(path: &Path, reason: impl Into<String>) -> Error {
    Error::Copy { path: path.to_path_buf(), reason: reason.into() }
}

/// Looks at a copy, all of it: whether it is ours, not newer, and whole.
///
/// # Errors
/// When it is not, in words; or when it cannot be read.
pub fn examine(path: &Path) -> Result<Holds> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| foreign_or(path, error))?;
    look(path, &connection)
}

/// The same of a file without what stands in the journal beside it.
///
/// # Errors
/// As [`examine`].
pub(crate) fn examine_alone(path: &Path) -> Result<Holds> {
    let connection = open_alone(path).map_err(|error| foreign_or(path, error))?;
    look(path, &connection)
}

/// What is in a file, as far as that can still be counted: with its journal, or without.
pub(crate) fn counted(path: &Path) -> Option<Counts> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let count = |opened: rusqlite::Result<Connection>| Counts::of(&opened.ok()?).ok();
    count(Connection::open_with_flags(path, flags)).or_else(|| count(open_alone(path)))
}

/// How far a file is without its journal: it grows with all that is counted in it.
pub(super) fn steps_alone(path: &Path) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce(sum(seq), 0) FROM sqlite_sequence";
    open_alone(path)?.query_row(sql, [], |row| row.get(0))
}

fn open_alone(path: &Path) -> rusqlite::Result<Connection> {
    let mut name = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                name.push(char::from(*byte));
            }
            other => name.push_str(&format!("%{other:02X}")),
        }
    }
    name.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(name, flags)
}

/// The id of the ledger that a file is a copy of, as far as it can still be read.
pub(crate) fn ledger_of(path: &Path) -> Option<String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    ledger_in(&Connection::open_with_flags(path, flags).ok()?)
}

/// The same of an open one.
pub(super) fn ledger_in(connection: &Connection) -> Option<String> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    connection.query_row(sql, [name::LEDGER], |row| row.get(0)).ok()
}

/// Makes a copy of some other file, which is one alone when it is through: what its journal holds
/// is in it. It is marked as restored, so that nothing of its past rings.
pub(crate) fn adopt(path: &Path) -> Result<Holds> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(|error| foreign_or(path, error))?;
    let holds = look(path, &connection)?;
    let tx = connection.transaction()?;
    setting::put(&tx, name::RESTORED, "1")?;
    // What was said of it is not said of what it is now.
    setting::remove(&tx, name::MENDED)?;
    tx.commit()?;
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| Error::from(error))?;
    let synced = fs::File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|error| written(path, &error))?;
    sync_folder(path)?;
    Ok(holds)
}

/// Brings what the journal of a ledger holds into its file, as far as that can be done.
pub(crate) fn fold_journal(path: &Path) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let folded = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)
    });
    if let Err(error) = folded {
        tracing::warn!(%error, path = %path.display(), "its journal stays beside it");
    }
}

pub(super) fn look(path: &Path, connection: &Connection) -> Result<Holds> {
    let ask = |sql: &str| {
        let found = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        found.map_err(|error| foreign_or(path, error))
    };
    if ask("PRAGMA application_id")? != migrate::APPLICATION {
        return Err(unfit(path, NOT_OURS));
    }
    let schema = ask("PRAGMA user_version")?;
    let known = migrate::schema();
    if schema > known {
        let reason = format!(
            "is of a newer Carillon (schema {schema}, this program knows {known}): update Carillon to use it"
        );
        return Err(unfit(path, reason));
    }
    whole(path, connection)?;
    let text = |name: &str| {
        let sql = "SELECT value FROM setting WHERE name = ?1";
        connection.query_row(sql, [name], |row| row.get::<_, String>(0)).optional()
    };
    let last = "SELECT at FROM audit ORDER BY seq DESC LIMIT 1";
    let last = connection.query_row(last, [], |row| row.get::<_, i64>(0)).optional()?;
    let audit = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'";
    let count = |sql: &str| ask(sql).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    Ok(Holds {
        schema,
        ledger: text(name::LEDGER)?.unwrap_or_default(),
        audit: ask(audit)?,
        last: last.map(moment),
        events: count(EVENTS)?,
        people: count("SELECT count(*) FROM person WHERE deleted_at IS NULL")?,
        deliveries: count(DELIVERIES)?,
    })
}

pub(crate) const NOT_OURS: &str = "is not a Carillon ledger";

/// Everything SQLite can say against a file.
fn whole(path: &Path, connection: &Connection) -> Result<()> {
    let faults = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare("PRAGMA integrity_check(5)")?;
        let said = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut faults: Vec<String> = said.collect::<rusqlite::Result<_>>()?;
        faults.retain(|line| line != "ok");
        let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
        let lost = statement.query_map([], |row| row.get::<_, String>(0))?;
        for table in lost.take(5) {
            faults.push(format!("a row of {} refers to one that is not there", table?));
        }
        Ok(faults)
    };
    let faults = faults().map_err(|error| foreign_or(path, error))?;
    match faults.first() {
        None => Ok(()),
        Some(first) => Err(damaged(path, first.replace('\n', "; "))),
    }
}

/// What reading a file says that may be none of ours.
fn foreign_or(path: &Path, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseCorrupt, NotADatabase, PermissionDenied};
    match error.sqlite_error_code() {
        Some(NotADatabase) => unfit(path, NOT_OURS),
        Some(DatabaseCorrupt) => damaged(path, error.to_string()),
        Some(CannotOpen | PermissionDenied) => unfit(path, format!("could not be read ({error})")),
        _ => Error::from(error),
    }
}
