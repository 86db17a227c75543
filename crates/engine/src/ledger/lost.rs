//! A ledger whose file was deleted or replaced while it is open here. What is open is still whole: if
//! nothing has its place, all of it is put back there.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{Ledger, copy, exchange::with_end, file};
use crate::error::{Error, Result};

/// Where the file is that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Where it was.
    There,
    /// It was deleted: all that was in it is in its place again.
    PutBack,
    /// Another file has its place, and is left alone.
    Replaced,
}

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

    fn put_back(&mut self, path: &Path) -> Result<Whereabouts> {
        let failed = |error| Error::io(format!("could not put back {}", path.display()))(error);
        let begun: PathBuf = with_end(path, ".lost");
        gone(&begun).map_err(failed)?;
        self.copy_to(&begun)?;
        // What is left beside it belongs to what was deleted, and is in the copy.
        for end in ["-wal", "-shm"] {
            gone(&with_end(path, end)).map_err(failed)?;
        }
        let linked = fs::hard_link(&begun, path);
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
        self.make_sure()?;
        file::make_wal(&self.dir, &self.connection)?;
        Ok(Whereabouts::PutBack)
    }
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
}
