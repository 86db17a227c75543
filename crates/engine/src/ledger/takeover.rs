//! A service of an older program stands in the way of a newer schema: it is asked to stop, as its user
//! would ask it. Only a process that holds the scheduler lock of this very ledger is asked, whatever
//! number stands in the file.

use std::{
    collections::BTreeSet,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{file::SchedulerLock, migrate::InTheWay};

/// The programs that run on this machine.
#[derive(Debug)]
pub(super) struct Running;

impl InTheWay for Running {
    fn others(&self, dir: &Path) -> Option<String> {
        others(dir)
    }

    /// For who found the ledger to be of an older schema than its own: whoever leads it is older then.
    fn ask_to_stop(&self, dir: &Path, unless: Option<u32>) -> Option<u32> {
        let (pid, version) = SchedulerLock::holder(dir).filter(|(pid, _)| Some(*pid) != unless)?;
        let Some(process) = older(dir, pid, &version) else {
            tracing::warn!(pid, %version, "whoever leads this older ledger is not asked to stop");
            return None;
        };
        tracing::info!(pid, %version, "asking the older service to stop");
        kill_process(process, Signal::TERM).ok()?;
        STOPPED.lock().unwrap_or_else(PoisonError::into_inner).insert(dir.to_path_buf());
        Some(pid)
    }
}

/// The ledgers whose services this process asked to stop, whatever came of it.
static STOPPED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Whether this process asked a service of the ledger in this directory to stop since this was last
/// asked.
pub(crate) fn was_stopped(dir: &Path) -> bool {
    let Ok(dir) = dir.canonicalize() else { return false };
    STOPPED.lock().unwrap_or_else(PoisonError::into_inner).remove(&dir)
}

/// Who else has this ledger open besides us and the service that leads it, in words.
pub(crate) fn others(dir: &Path) -> Option<String> {
    let leads = SchedulerLock::holder(dir).map(|(pid, _)| pid);
    let not_asked = [Some(std::process::id()), leads];
    let mut others = having_open(dir);
    others.retain(|pid| !not_asked.contains(&Some(*pid)));
    let names: Vec<_> = others.into_iter().map(named).collect();
    (!names.is_empty()).then(|| names.join(" and "))
}

/// A process by its program.
fn named(pid: u32) -> String {
    match program(pid).as_str() {
        // The system cuts names.
        name if name.starts_with("carillon-deskt") => format!("a window (process {pid})"),
        "carillon" => format!("a command (process {pid})"),
        "" => format!("process {pid}"),
        name => format!("{name} (process {pid})"),
    }
}

#[cfg(target_os = "linux")]
fn program(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned()
}

#[cfg(not(target_os = "linux"))]
fn program(_pid: u32) -> String {
    String::new()
}

/// The process that holds a ledger for writing, as far as that is known.
pub(crate) fn writer(dir: &Path) -> Option<u32> {
    // The byte of this file that SQLite locks to write.
    const WRITE: u64 = 120;
    let index = dir.join("carillon.db-shm");
    let mut locks = locks(&index, "POSIX").into_iter().filter(|(_, bytes)| bytes.contains(&WRITE));
    // A file elsewhere may have the same number.
    locks.find_map(|(pid, _)| holds(&index, pid).then_some(pid))
}

/// Who holds a ledger for writing, in words, as far as that is known and it is not this process.
pub(crate) fn written_by(dir: &Path) -> Option<String> {
    let pid = writer(dir).filter(|pid| *pid != std::process::id())?;
    Some(match SchedulerLock::holder(dir) {
        Some((leads, _)) if leads == pid => format!("the service (process {pid})"),
        Some(_) | None => named(pid),
    })
}

/// Who has locked which bytes of a file in this way. It is not opened: by closing it, whoever asks would let
/// go of all that it has locked itself.
#[cfg(target_os = "linux")]
fn locks(file: &Path, way: &str) -> Vec<(u32, RangeInclusive<u64>)> {
    use std::os::unix::fs::MetadataExt;
    let (Ok(found), Ok(locks)) = (std::fs::metadata(file), std::fs::read_to_string("/proc/locks"))
    else {
        return Vec::new();
    };
    // `1: FLOCK ADVISORY READ PID DEVICE:INODE 0 EOF`; the device's number is not everywhere the file's.
    let inode = found.ino().to_string();
    let one = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_it = words.get(1) == Some(&way) && words.get(5)?.rsplit(':').next()? == inode;
        let to = words.get(7)?.parse().unwrap_or(u64::MAX);
        let bytes = words.get(6)?.parse().ok()?..=to;
        words.get(4)?.parse().ok().filter(|_| is_it).map(|pid| (pid, bytes))
    };
    locks.lines().filter_map(one).collect()
}

#[cfg(not(target_os = "linux"))]
fn locks(_file: &Path, _way: &str) -> Vec<(u32, RangeInclusive<u64>)> {
    Vec::new()
}

/// The processes of this user that hold the lock of an open ledger.
#[cfg(target_os = "linux")]
fn having_open(dir: &Path) -> Vec<u32> {
    let lock = dir.join("carillon.lock");
    let mut pids: Vec<u32> = locks(&lock, "FLOCK").into_iter().map(|(pid, _)| pid).collect();
    pids.retain(|pid| holds(&lock, *pid));
    pids.sort_unstable();
    pids.dedup();
    pids
}

#[cfg(not(target_os = "linux"))]
fn having_open(_dir: &Path) -> Vec<u32> {
    Vec::new()
}

/// The process that leads, if it is no newer program and holds the lock.
fn older(dir: &Path, pid: u32, version: &str) -> Option<Pid> {
    let process = i32::try_from(pid).ok().and_then(Pid::from_raw)?;
    let is_newer = numbers(version) > numbers(env!("CARGO_PKG_VERSION"));
    let leads = || holds(&dir.join("scheduler.lock"), pid);
    (pid != std::process::id() && !is_newer && leads()).then_some(process)
}

/// The numbers of a version, for comparing.
fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    plain.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// Whether a process of this user has this lock open.
#[cfg(target_os = "linux")]
fn holds(lock: &Path, pid: u32) -> bool {
    let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    open.flatten().any(|file| std::fs::read_link(file.path()).is_ok_and(|to| to == lock))
}

#[cfg(not(target_os = "linux"))]
fn holds(_lock: &Path, _pid: u32) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_who_holds_the_lock_and_is_no_newer_is_asked() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().canonicalize().expect("a path");
        let lock = SchedulerLock::try_take(&dir).expect("a lock").expect("free");
        let own = std::process::id();
        let path = dir.join("scheduler.lock");
        assert!(holds(&path, own), "it is open here");
        assert!(older(&dir, own, "0.0.1").is_none(), "nobody asks itself");
        // The first process there is holds no lock of ours; nor does one that is not there.
        for pid in [1, u32::MAX] {
            assert!(older(&dir, pid, "0.0.1").is_none());
        }
        drop(lock);
        assert!(!holds(&path, own) && Running.ask_to_stop(&dir, None).is_none(), "nobody leads");
    }

    #[test]
    fn who_locks_another_file_of_the_same_number_writes_no_ledger() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().canonicalize().expect("a path");
        let index = dir.join("carillon.db-shm");
        std::fs::write(&index, []).expect("written");
        std::fs::hard_link(&index, dir.join("other")).expect("another name");
        for (name, writes) in [("other", None), ("carillon.db-shm", Some(std::process::id()))] {
            let file = std::fs::File::options().write(true).open(dir.join(name)).expect("open");
            let alone = rustix::fs::FlockOperation::NonBlockingLockExclusive;
            rustix::fs::fcntl_lock(&file, alone).expect("a lock");
            assert_eq!(writer(&dir), writes, "{name}");
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        for (one, other) in [("0.9.0", "0.10.0"), ("0.1.0", "0.1.1"), ("1.0.0-rc1", "1.0.1")] {
            assert!(numbers(one) < numbers(other), "{one} {other}");
        }
        assert_eq!(numbers("0.1.0+build"), numbers("0.1.0"));
    }
}
