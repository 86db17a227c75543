//! What can go wrong in the engine, in one enum. Outcomes that may happen (a courier that is
//! away, a row that was taken) are values, not errors.

use std::path::PathBuf;

use calendar::draft::DraftError;

/// An error of the engine. Its text is one sentence a person can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field of what came from outside cannot be.
    #[error("{message}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What was tried, with which value, what is allowed.
        message: String,
    },
    /// There is no such thing.
    #[error("there is no {what} {id} in this ledger")]
    NotFound {
        /// Event, delivery, channel, person, calendar.
        what: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// Somebody was changed since the form about them was filled in.
    #[error("{name} was changed meanwhile: look again and repeat")]
    Changed {
        /// What they are called now.
        name: String,
    },
    /// Somebody else changed it first.
    #[error(
        "the event was changed meanwhile (version {found}, yours was {expected}): look again and repeat"
    )]
    Conflict {
        /// The version the change was based on.
        expected: i64,
        /// The version there is.
        found: i64,
    },
    /// The answer depends on a choice.
    #[error(
        "the event repeats: say whether only this one, this and all following, or all are meant"
    )]
    ScopeNeeded,
    /// The ledger's place or file is not fit.
    #[error("the ledger in {path} cannot be opened: {reason}")]
    Unfit {
        /// The directory.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The ledger was written by a newer program.
    #[error(
        "the ledger has schema {found}, this program knows {known}: update Carillon to open it"
    )]
    Newer {
        /// Schema of the file.
        found: i64,
        /// Schema of this program.
        known: i64,
    },
    /// It has to be brought up to date first, and somebody has it open.
    #[error(
        "the ledger in {path} has to be brought up to date first, and {who} has it open: close that and try again"
    )]
    Held {
        /// The directory.
        path: PathBuf,
        /// Who, in words.
        who: String,
    },
    /// A file that is to be a copy of the ledger, or is to become the ledger, is not fit.
    #[error("the file {path} {reason}")]
    Copy {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The ledger's file, or one that is to be a copy of it, is damaged.
    #[error("the file {path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The ledger is damaged, and another file is about to take its place.
    #[error(
        "the ledger in {path} is damaged or was replaced, and the service sees to what became of it{waits}: nothing was changed, try again in a moment"
    )]
    Condemned {
        /// The directory.
        path: PathBuf,
        /// What that waits for, in words, if it is known.
        waits: String,
    },
    /// Another file took the place of the one that is open, and is another ledger, or an older state
    /// of this one.
    #[error(
        "another file has taken the place of the ledger in {path} while it was open here: close this program and open it again"
    )]
    Replaced {
        /// The directory.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("{FULL}: nothing was changed; free some space and repeat")]
    Full,
    /// The ledger is locked by another program.
    #[error("{BUSY}; nothing was changed, try again")]
    Busy,
    /// One of the two met what is done in parts behind its first.
    #[error("{cause}; some of it is done: do it again to finish", cause = cause(.0))]
    Partly(Box<Self>),
    /// SQLite said no.
    #[error("the ledger could not be read or written: {said}{advice}", said = plain(.0), advice = advice(.0))]
    Sqlite(rusqlite::Error),
    /// The system said no.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A secret cannot be opened with this key file.
    #[error(
        "the secrets of this ledger cannot be opened: the key file beside it is missing or another one"
    )]
    Sealed,
}

const FULL: &str = "the disk with the ledger is full";
const BUSY: &str = "the ledger is busy: another program holds it";

/// What is wrong, without what that means for what was asked.
fn cause(error: &Error) -> String {
    match error {
        Error::Full => FULL.into(),
        Error::Busy => BUSY.into(),
        other => other.to_string(),
    }
}

/// What one can do about a file that SQLite cannot make sense of.
pub const DAMAGED_ADVICE: &str = "the file is left as it is; the service puts its newest good backup in its place as soon as it meets \
     the damage (`carillon restore FILE` puts one of yours there)";

/// What SQLite says, without what it quotes of a damaged file.
pub fn plain(error: &rusqlite::Error) -> String {
    let said = error.to_string();
    let is_text = |c: char| !c.is_control() && c != char::REPLACEMENT_CHARACTER;
    let mut plain = String::with_capacity(said.len());
    for c in said.chars() {
        match is_text(c) {
            true => plain.push(c),
            false if plain.ends_with('…') => {}
            false => plain.push('…'),
        }
    }
    plain
}

fn advice(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => format!(": {DAMAGED_ADVICE}"),
        _ => String::new(),
    }
}

/// What the engine returns.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error about one field.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// An error about a missing thing.
    pub fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    /// Whether a row is at fault that says what cannot be, and not the file, the disk or another
    /// program.
    pub(crate) const fn is_damage(&self) -> bool {
        use rusqlite::Error as Sqlite;
        match self {
            Self::Invalid { .. } | Self::NotFound { .. } => true,
            Self::Sqlite(error) => matches!(
                error,
                Sqlite::FromSqlConversionFailure(..)
                    | Sqlite::InvalidColumnType(..)
                    | Sqlite::IntegralValueOutOfRange(..)
                    | Sqlite::Utf8Error(..)
            ),
            Self::Conflict { .. }
            | Self::Changed { .. }
            | Self::ScopeNeeded
            | Self::Unfit { .. }
            | Self::Newer { .. }
            | Self::Held { .. }
            | Self::Copy { .. }
            | Self::Damaged { .. }
            | Self::Condemned { .. }
            | Self::Replaced { .. }
            | Self::Full
            | Self::Busy
            | Self::Partly(_)
            | Self::Io { .. }
            | Self::Sealed => false,
        }
    }

    /// The same where parts of what was asked are done already.
    #[must_use]
    pub fn once_begun(self) -> Self {
        match self {
            Self::Full | Self::Busy => Self::Partly(Box::new(self)),
            other => other,
        }
    }

    /// Wraps what the system said when this was tried.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

impl From<DraftError> for Error {
    fn from(error: DraftError) -> Self {
        Self::Invalid { field: error.field, message: error.message }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        // On a disk without a free block even reading needs room that is not there.
        let shm =
            error.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_IOERR_SHMSIZE);
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::SystemIoFailure) if shm => Self::Full,
            // Also where another program holds what is to be taken up after a crash.
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Busy,
            _ => {
                crate::simulated::refused(&error);
                Self::Sqlite(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_that_others_hold_is_busy_however_that_shows() {
        use rusqlite::ffi::{SQLITE_BUSY, SQLITE_BUSY_RECOVERY, SQLITE_LOCKED, SQLITE_PROTOCOL};
        for code in [SQLITE_BUSY, SQLITE_BUSY_RECOVERY, SQLITE_LOCKED, SQLITE_PROTOCOL] {
            let code = rusqlite::ffi::Error::new(code);
            let error = Error::from(rusqlite::Error::SqliteFailure(code, None));
            assert!(matches!(error, Error::Busy), "{error}");
        }
    }

    #[test]
    fn what_a_damaged_file_holds_is_not_quoted() {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        let said = "malformed database schema (\u{fffd}\u{0}\u{7}\u{fffd}x)".to_string();
        let error = Error::from(rusqlite::Error::SqliteFailure(code, Some(said))).to_string();
        let wanted = "the ledger could not be read or written: malformed database schema (…x): the file is left";
        assert!(error.starts_with(wanted), "{error}");
    }
}
