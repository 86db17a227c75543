//! Watches single names in directories, such as `/etc/localtime`, which is replaced by a rename
//! and could not be watched itself.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
};

use rustix::{
    fs::inotify::{self, CreateFlags, WatchFlags},
    io::Errno,
};
use tokio::net::unix::pipe;

/// Fixed part of a record: watch, mask, cookie, length of the name.
const HEAD: usize = 16;

/// A watch on names in directories.
#[derive(Debug)]
pub(crate) struct NameWatch {
    fd: pipe::Receiver,
    names: Vec<(i32, OsString)>,
    /// The file that is watched itself.
    file: Option<i32>,
}

impl NameWatch {
    /// A watch on nothing yet. Needs a tokio runtime.
    pub(crate) fn new() -> io::Result<Self> {
        let fd: OwnedFd = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        Ok(Self { fd: pipe::Receiver::from_owned_fd_unchecked(fd)?, names: Vec::new(), file: None })
    }

    /// Watches this path's entry in its directory: made, written, replaced, moved away or removed.
    pub(crate) fn add(&mut self, path: &Path) -> io::Result<()> {
        self.add_for(path, WatchFlags::CLOSE_WRITE)
    }

    /// The same, whatever is written to what has the name.
    pub(crate) fn add_name(&mut self, path: &Path) -> io::Result<()> {
        self.add_for(path, WatchFlags::empty())
    }

    /// Watches what is written to the file that has this name now, in place of the one before. One that is not
    /// there is not watched.
    pub(crate) fn follow(&mut self, path: &Path) -> io::Result<()> {
        let before = self.file.take();
        match inotify::add_watch(&self.fd, path, WatchFlags::MODIFY) {
            Ok(watch) => self.file = Some(watch),
            Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(before) = before.filter(|_| before != self.file) {
            // Of one that is gone the watch is, too.
            inotify::remove_watch(&self.fd, before).unwrap_or(());
        }
        Ok(())
    }

    fn add_for(&mut self, path: &Path, more: WatchFlags) -> io::Result<()> {
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{} has no directory to watch", path.display()),
            ));
        };
        let mask = more
            | WatchFlags::ONLYDIR
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::CREATE
            | WatchFlags::DELETE;
        let watch = inotify::add_watch(&self.fd, dir, mask)?;
        self.names.push((watch, name.to_owned()));
        Ok(())
    }

    /// Waits until one of the names is touched.
    pub(crate) async fn touched(&self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        loop {
            self.fd.readable().await?;
            match self.fd.try_read(&mut buffer) {
                Ok(length) => {
                    if self.names_one(&buffer[..length]) {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether one of these records is about a name of ours. A queue that overflowed (its
    /// record has watch -1) may have lost one, so it counts.
    fn names_one(&self, records: &[u8]) -> bool {
        let mut rest = records;
        while rest.len() >= HEAD {
            let word = |at: usize| [rest[at], rest[at + 1], rest[at + 2], rest[at + 3]];
            let watch = i32::from_ne_bytes(word(0));
            let length = usize::try_from(u32::from_ne_bytes(word(12))).unwrap_or(usize::MAX);
            let end = HEAD.saturating_add(length).min(rest.len());
            let name = rest[HEAD..end].split(|byte| *byte == 0).next().unwrap_or_default();
            let name = OsStr::from_bytes(name);
            let is_file = self.file == Some(watch);
            if watch == -1 || is_file || self.names.iter().any(|(w, n)| *w == watch && n == name) {
                return true;
            }
            rest = &rest[end..];
        }
        false
    }
}
