//! The bell: a file beside the ledger, bumped after each commit and watched by whoever cares.
//! A hint to look again and nothing else; losing it costs at most the sleeper's ceiling.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::{
    planted::{Planted, is_planted},
    simulated::rang,
};

/// The bell of one ledger.
#[derive(Debug, Clone)]
pub struct Bell {
    path: PathBuf,
}

impl Bell {
    /// The bell beside the ledger in this directory.
    pub fn in_dir(dir: &Path) -> Self {
        Self { path: dir.join("bell") }
    }

    /// Tells everybody who watches to look again. A failure is only logged: the ledger is
    /// already right, and the sleepers' ceiling will find it.
    pub fn ring(&self) {
        if is_planted(Planted::NoWakeOnNewRow) {
            return;
        }
        rang();
        let rung = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.path)
            .and_then(|mut file| file.write_all(b"."));
        if let Err(error) = rung {
            tracing::warn!(%error, "the bell beside the ledger could not be rung");
        }
    }

    /// Calls `heard` on a thread of its own after each ring, for the life of the process.
    ///
    /// # Errors
    /// When the file cannot be made or watched.
    #[cfg(target_os = "linux")]
    pub fn watch(&self, heard: impl Fn() + Send + 'static) -> io::Result<()> {
        use rustix::fs::inotify;
        OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
        let fd = inotify::init(inotify::CreateFlags::CLOEXEC)?;
        inotify::add_watch(&fd, &self.path, inotify::WatchFlags::CLOSE_WRITE)?;
        std::thread::Builder::new().name("bell".into()).spawn(move || {
            let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
            let mut events = inotify::Reader::new(fd, &mut buffer);
            // Ends with the watch: when the descriptor fails or the file is removed.
            while let Ok(event) = events.next() {
                if event.events().contains(inotify::ReadFlags::IGNORED) {
                    return;
                }
                heard();
            }
        })?;
        Ok(())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn each_listener_hears_a_ring() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let bell = Bell::in_dir(dir.path());
        let (tell, heard) = std::sync::mpsc::channel();
        for _ in 0..2 {
            let tell = tell.clone();
            bell.watch(move || tell.send(()).unwrap_or(())).expect("a watch");
        }
        bell.ring();
        for _ in 0..2 {
            heard.recv_timeout(std::time::Duration::from_secs(5)).expect("a ring");
        }
    }
}
