//! A service of an older program stands in the way of a newer schema: it is asked to stop, as its user
//! would ask it. Only a process that holds the scheduler lock of this very ledger is asked, whatever
//! number stands in the file.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use super::file::SchedulerLock;

/// Asks the service that leads an older ledger to stop, and says whether it was asked. For who found
/// the ledger to be of an older schema than its own: whoever leads it is older then.
pub(super) fn ask_to_stop(dir: &Path) -> bool {
    let Some((pid, version)) = SchedulerLock::holder(dir) else { return false };
    let Some(process) = older(dir, pid, &version) else {
        tracing::warn!(pid, %version, "whoever leads this older ledger is not asked to stop");
        return false;
    };
    tracing::info!(pid, %version, "asking the older service to stop");
    kill_process(process, Signal::TERM).is_ok()
}

/// The process that leads, if it is no newer program and holds the lock.
fn older(dir: &Path, pid: u32, version: &str) -> Option<Pid> {
    let process = i32::try_from(pid).ok().and_then(Pid::from_raw)?;
    let is_newer = numbers(version) > numbers(env!("CARGO_PKG_VERSION"));
    (pid != std::process::id() && !is_newer && holds(dir, pid)).then_some(process)
}

/// The numbers of a version, for comparing.
fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    plain.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// Whether a process of this user has the lock of this ledger open.
#[cfg(target_os = "linux")]
fn holds(dir: &Path, pid: u32) -> bool {
    let lock = dir.join("scheduler.lock");
    let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    open.flatten().any(|file| std::fs::read_link(file.path()).is_ok_and(|to| to == lock))
}

#[cfg(not(target_os = "linux"))]
fn holds(_dir: &Path, _pid: u32) -> bool {
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
        assert!(holds(&dir, own), "it is open here");
        assert!(older(&dir, own, "0.0.1").is_none(), "nobody asks itself");
        // The first process there is holds no lock of ours; nor does one that is not there.
        for pid in [1, u32::MAX] {
            assert!(older(&dir, pid, "0.0.1").is_none());
        }
        drop(lock);
        assert!(!holds(&dir, own) && !ask_to_stop(&dir), "nobody leads");
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        for (one, other) in [("0.9.0", "0.10.0"), ("0.1.0", "0.1.1"), ("1.0.0-rc1", "1.0.1")] {
            assert!(numbers(one) < numbers(other), "{one} {other}");
        }
        assert_eq!(numbers("0.1.0+build"), numbers("0.1.0"));
    }
}
