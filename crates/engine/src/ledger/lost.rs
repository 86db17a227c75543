//! A ledger whose file was deleted or replaced while it is open here. What is open is still whole: if
//! nothing has its place, all of it is put back there.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use super::{
    Ledger, copy,
    exchange::{self, with_end},
    file,
    written::Written,
};
use crate::error::{Error, Result};

/// Where the file is that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Where it was.
    There,
    /// It was deleted: all that was in it is in its place again.
    PutBack,
    /// The same, while others wrote all the time: what they wrote last may not be in it.
    PutBackLate,
    /// Another file has its place, and is left alone.
    Replaced,
}

/// A file that was put back is followed so often in one go.
pub(super) const FOLLOWED: u32 = 3;
/// It is put back as it was before anybody wrote to it meanwhile, so often.
const TRIES: u32 = 10;

/// In the name of what is kept.
const REPLACED: &str = "replaced";

/// What tells a file from every other one there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// None when it cannot be looked at.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::symlink_metadata(path).ok().map(|found| Self(found.dev(), found.ino()))
    }
}

impl Ledger {
    /// Looks whether the file that is open is still where it was, and puts it back if nothing is.
    ///
    /// # Errors
    /// When it cannot be put back; then what is open stays open.
    pub(crate) fn look_for_file(&mut self) -> Result<Whereabouts> {
        let path = self.dir.join(file::DATABASE);
        if self.is_closed || self.identity.is_none() {
            return Ok(Whereabouts::There);
        }
        match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => self.put_back(&path),
            Ok(_) if Identity::of(&path) != self.identity => Ok(Whereabouts::Replaced),
            _ => Ok(Whereabouts::There),
        }
    }

    /// From now on no other file is taken for this one: whoever leads has looked at its past.
    pub(crate) fn stay(&mut self) {
        self.stays = true;
        self.know_steps();
    }

    /// Whether another file has the place of the one that is open; not while nothing has it.
    pub(super) fn is_replaced(&self) -> bool {
        !self.is_closed && is_elsewhere(&self.dir, self.identity)
    }

    /// Its journal is there after it was first read.
    pub(super) fn know_journal(&mut self) {
        if self.journal.is_none() {
            self.journal =
                Identity::of(&with_end(&self.dir.join(file::DATABASE), exchange::JOURNAL));
        }
    }

    /// Goes on with what was put back in the place of the file that is open, and is to be opened.
    ///
    /// # Errors
    /// When it is another ledger, or whoever leads has to look at it first.
    pub(super) fn follow(&mut self) -> Result<()> {
        let path = self.dir.join(file::DATABASE);
        let ours = copy::ledger_in(&self.connection);
        if self.stays || ours.is_none() || ours != copy::ledger_of(&path) {
            return Err(Error::Replaced { path: self.dir.clone() });
        }
        self.is_doubtful = true;
        Ok(())
    }

    /// Keeps what is open whole, under a name that says why and when: the file of it has none any
    /// more. Its journal does not stay beside the file that has its place.
    ///
    /// # Errors
    /// When it cannot be written; then its journal is where it was.
    pub(crate) fn keep_aside(&mut self, now: Timestamp) -> Result<PathBuf> {
        let aside = exchange::free_name(&self.dir, REPLACED, now)?;
        self.copy_to(&aside)?;
        if let Some(path) = self.place_of_journal() {
            remove_journal(&path).map_err(let_go(&path))?;
        }
        Ok(aside)
    }

    /// Lets go of what cannot be kept: its journal gets another name, as it would damage the file that
    /// has its place, and still belongs to the one there was, wherever that is now.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub(crate) fn put_journal_aside(&mut self, now: Timestamp) -> Result<()> {
        let Some(path) = self.place_of_journal() else { return Ok(()) };
        let aside = exchange::free_name(&self.dir, REPLACED, now)?;
        let journal = |path: &Path| with_end(path, exchange::JOURNAL);
        fs::rename(journal(&path), journal(&aside)).map_err(let_go(&path))?;
        gone(&with_end(&path, exchange::INDEX)).map_err(let_go(&path))
    }

    /// The file that has the place of the one that is open, where the journal beside it belongs to that.
    fn place_of_journal(&self) -> Option<PathBuf> {
        let path = self.dir.join(file::DATABASE);
        let journal = Identity::of(&with_end(&path, exchange::JOURNAL));
        (journal.is_some() && journal == self.journal).then_some(path)
    }

    fn put_back(&mut self, path: &Path) -> Result<Whereabouts> {
        let failed = |error| Error::io(format!("could not put back {}", path.display()))(error);
        let begun: PathBuf = with_end(path, ".lost");
        let mut tries = 1;
        // Ends: it is done in the last turn at the latest, with what was written during it lost.
        let (linked, is_late) = loop {
            gone(&begun).map_err(failed)?;
            let before = data_version(&self.connection)?;
            self.copy_to(&begun)?;
            let others =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let is_late = data_version(&others)? != before;
            if is_late && tries < TRIES {
                tries += 1;
                continue;
            }
            // What is left beside it belongs to what was deleted, and is in the copy. Whoever waits
            // to write finds the copy then.
            remove_journal(path).map_err(failed)?;
            break (fs::hard_link(&begun, path), is_late);
        };
        fs::remove_file(&begun).unwrap_or(());
        match linked {
            // Somebody was quicker.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Ok(Whereabouts::Replaced);
            }
            linked => linked.map_err(failed)?,
        }
        copy::sync_folder(path)?;
        drop(std::mem::replace(&mut self.connection, Connection::open_in_memory()?));
        // Until it is open anew, nothing is done with the empty one.
        self.is_doubtful = true;
        self.identity = Identity::of(path);
        self.make_sure()?;
        file::make_wal(&self.dir, &self.connection)?;
        self.written = Written::of(path);
        self.know_steps();
        Ok(if is_late { Whereabouts::PutBackLate } else { Whereabouts::PutBack })
    }
}

/// Whether another file has the place of this one in this directory.
pub(super) fn is_elsewhere(dir: &Path, open: Option<Identity>) -> bool {
    let Some(open) = open else { return false };
    Identity::of(&dir.join(file::DATABASE)).is_some_and(|found| found != open)
}

fn data_version(connection: &Connection) -> Result<i64> {
    Ok(connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
}

fn let_go(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let tried = format!("could not let go of {}", path.display());
    move |error| Error::io(tried.clone())(error)
}

fn remove_journal(path: &Path) -> std::io::Result<()> {
    [exchange::JOURNAL, exchange::INDEX].iter().try_for_each(|end| gone(&with_end(path, end)))
}

fn gone(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::setting, *};

    #[test]
    fn a_deleted_ledger_is_put_back_with_all_that_was_in_it_and_a_replaced_one_is_left() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().join("ledger");
        let mut ledger = Ledger::open(&dir).expect("a ledger");
        let put = |ledger: &mut Ledger, name: &str| {
            ledger.write(|tx| setting::put(tx, name, "here")).expect("written");
        };
        let get = |name: &str| {
            let mut other = Ledger::open(&dir).expect("a ledger");
            other.read(|tx| setting::get(tx, name)).expect("read")
        };
        put(&mut ledger, "before");
        assert_eq!(ledger.look_for_file().expect("looked"), Whereabouts::There);
        let path = dir.join(file::DATABASE);
        // With its journal and without.
        for ends in [&[""][..], &["", "-wal", "-shm"]] {
            ends.iter().for_each(|end| fs::remove_file(with_end(&path, end)).expect("deleted"));
            put(&mut ledger, "between");
            assert_eq!(ledger.look_for_file().expect("looked"), Whereabouts::PutBack);
            assert_eq!(ledger.look_for_file().expect("looked"), Whereabouts::There);
            assert!(get("before").is_some() && get("between").is_some());
            put(&mut ledger, "after");
            assert!(get("after").is_some());
        }
        fs::rename(&path, dir.join("mine")).expect("moved");
        fs::write(&path, "another").expect("written");
        assert_eq!(ledger.look_for_file().expect("looked"), Whereabouts::Replaced);
        assert_eq!(fs::read_to_string(&path).expect("left alone"), "another");
    }

    #[test]
    fn what_cannot_be_kept_is_let_go_of_with_its_journal_aside() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().join("ledger");
        let mut ledger = Ledger::open(&dir).expect("a ledger");
        ledger.write(|tx| setting::put(tx, "only", "in the journal")).expect("written");
        let (path, old, copy) = (dir.join(file::DATABASE), dir.join("old.db"), dir.join("copy"));
        ledger.copy_to(&copy).expect("a copy");
        fs::rename(&path, &old).expect("moved");
        fs::rename(&copy, &path).expect("replaced");
        // SQLite copies nothing out of a transaction.
        ledger.connection.execute_batch("BEGIN").expect("begun");
        ledger.keep_aside(Timestamp::UNIX_EPOCH).expect_err("not kept");
        assert!(with_end(&path, exchange::JOURNAL).exists(), "it may be kept yet");
        ledger.put_journal_aside(Timestamp::UNIX_EPOCH).expect("let go of");
        ledger.close().expect("closed");
        copy::examine(&path).expect("it is whole");
        let aside = dir.join("carillon.db.replaced-19700101T000000Z-wal");
        fs::rename(aside, with_end(&old, exchange::JOURNAL)).expect("its journal");
        fs::remove_file(&path).expect("removed");
        fs::rename(&old, &path).expect("put back");
        fs::rename(with_end(&old, exchange::JOURNAL), with_end(&path, exchange::JOURNAL))
            .expect("with it");
        let mut again = Ledger::open(&dir).expect("whole");
        let found = again.read(|tx| setting::get(tx, "only")).expect("read");
        assert_eq!(found.as_deref(), Some("in the journal"));
    }
}
