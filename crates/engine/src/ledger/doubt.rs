//! What is done when the disk fails the ledger. A sync that failed may have let go of what it was to
//! keep, and a commit that said so may still be found whole later: so it is never repeated. The file
//! is closed, and read anew before anything else is done with it.

use rusqlite::{Connection, ErrorCode};

use super::{Ledger, file, lost::Identity};
use crate::error::{Error, Result};

/// Whether an error is the disk's, and not that of one who asks for too much.
pub(super) fn is_of_the_disk(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}

impl Ledger {
    /// Closes the file and opens it anew, if the disk has failed it since, or it was put back.
    pub(super) fn make_sure(&mut self) -> Result<()> {
        if self.is_closed {
            let reason = "this program has closed it, so that another file may take its place";
            return Err(Error::Unfit { path: self.dir.clone(), reason: reason.into() });
        }
        self.refuse_condemned()?;
        self.make_way()?;
        if self.is_replaced() {
            self.follow()?;
        }
        if !self.is_doubtful {
            self.know_journal();
            return Ok(());
        }
        // The old one is closed before the new one is opened: nothing of it is taken over.
        drop(std::mem::replace(&mut self.connection, Connection::open_in_memory()?));
        let path = self.dir.join(file::DATABASE);
        self.connection = file::connect(&self.dir, &path)?;
        (self.identity, self.journal) = (Identity::of(&path), None);
        self.begin_anew()?;
        self.is_doubtful = false;
        tracing::warn!("the ledger was closed and opened anew");
        Ok(())
    }

    /// Brings all that the write-ahead log holds into the database, and begins the log anew. What a
    /// failed sync let go of is a hole in it: whatever is written behind the hole, by this program or
    /// by another that has the ledger open, would be lost with it when the power fails.
    ///
    /// # Errors
    /// When somebody reads all the time, or the disk says no.
    pub(crate) fn begin_anew(&mut self) -> Result<()> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: bool = self.connection.query_row(sql, [], |row| row.get(0))?;
        if is_busy { Err(Error::Busy) } else { Ok(()) }
    }

    /// Lets go of the file, whoever else here still has this ledger; nothing can be done with it then.
    pub(crate) fn close(&mut self) -> Result<()> {
        drop(std::mem::replace(&mut self.connection, Connection::open_in_memory()?));
        self.is_closed = true;
        self.shared = None;
        Ok(())
    }

    /// Does something without waiting long for other programs that hold the ledger.
    pub(crate) fn in_a_hurry<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.make_sure()?;
        file::hurry(&mut self.connection)?;
        let done = work(self);
        file::have_patience(&mut self.connection)?;
        done
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn what_the_disk_failed_is_opened_anew_and_nothing_else_is() {
        for code in [ffi::SQLITE_IOERR, ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_WRITE] {
            assert!(is_of_the_disk(&failure(code)), "{code}");
        }
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_BUSY, ffi::SQLITE_CONSTRAINT] {
            assert!(!is_of_the_disk(&failure(code)), "{code}");
        }
        let dir = tempfile::tempdir().expect("a temp folder");
        let mut ledger = Ledger::open(&dir.path().join("ledger")).expect("a ledger");
        let put = |ledger: &mut Ledger, code| {
            ledger.write(|tx| {
                super::super::setting::put(tx, "a", "b")?;
                code
            })
        };
        put(&mut ledger, Ok(())).expect("written");
        for (code, is_anew) in [(ffi::SQLITE_CONSTRAINT, false), (ffi::SQLITE_IOERR_FSYNC, true)] {
            put(&mut ledger, Err(failure(code).into())).expect_err("as it is told");
            ledger.read(|_| Ok(())).expect("read");
            // A connection counts its changes from when it was opened.
            assert_eq!(ledger.changes() == 0, is_anew, "{code}");
        }
    }
}
