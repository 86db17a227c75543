//! The first bytes of a ledger's file, read beside SQLite. Whoever closes any descriptor of a file lets
//! go of every lock the process has on it (POSIX, fcntl), those of SQLite among them, and then another
//! program may take away the journal that is in use: so a file that is read here stays open for as
//! long as a ledger in it does.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

/// What is open, by device and inode.
static OPEN: Mutex<BTreeMap<(u64, u64), Weak<File>>> = Mutex::new(BTreeMap::new());

fn all_open() -> MutexGuard<'static, BTreeMap<(u64, u64), Weak<File>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that is open beside SQLite; closed with the last of its kind.
#[derive(Debug)]
pub(super) struct Beside(Option<Arc<File>>);

impl Beside {
    /// The file that has this name now.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut open = all_open();
        open.retain(|_, file| file.strong_count() > 0);
        let found = fs::metadata(path)?;
        let key = (found.dev(), found.ino());
        if let Some(file) = open.get(&key).and_then(Weak::upgrade) {
            return Ok(Self(Some(file)));
        }
        let file = Arc::new(File::open(path)?);
        open.insert(key, Arc::downgrade(&file));
        Ok(Self(Some(file)))
    }

    /// Its first bytes.
    pub(super) fn head<const N: usize>(&self) -> io::Result<[u8; N]> {
        let mut head = [0; N];
        self.0.iter().try_for_each(|file| file.read_exact_at(&mut head, 0))?;
        Ok(head)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Nobody opens it anew while it is being closed.
        let _open = all_open();
        self.0 = None;
    }
}

/// The first bytes of the file that has this name now.
pub(crate) fn head<const N: usize>(path: &Path) -> io::Result<[u8; N]> {
    Beside::open(path)?.head()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::ledger::{DATABASE, Ledger};

    /// Locks of this process on a file.
    fn locks(path: &Path) -> usize {
        let inode = format!(":{}", fs::metadata(path).expect("a file").ino());
        let process = std::process::id().to_string();
        let all = fs::read_to_string("/proc/locks").expect("readable");
        let is_ours = |line: &&str| {
            let words: Vec<_> = line.split_whitespace().collect();
            words.contains(&process.as_str()) && words.iter().any(|word| word.ends_with(&inode))
        };
        all.lines().filter(is_ours).count()
    }

    #[test]
    fn looking_at_the_file_takes_no_lock_from_those_who_have_it_open() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().join("ledger");
        let mut ledger = Ledger::open(&dir).expect("a ledger");
        let path = dir.join(DATABASE);
        assert_eq!(locks(&path), 1, "once it is open");
        drop(Ledger::look(&dir).expect("another look").expect("it is there"));
        head::<16>(&path).expect("readable");
        ledger.known().expect("known");
        assert_eq!(locks(&path), 1, "after others have looked");
        drop(ledger);
        assert_eq!(locks(&path), 0);
        assert!(!all_open().values().any(|file| {
            let file = file.upgrade().and_then(|file| file.metadata().ok());
            file.is_some_and(|file| file.ino() == fs::metadata(&path).expect("a file").ino())
        }));
    }
}
