//! A mark beside a ledger that another file is about to take the place of: whoever has it open lets go
//! of it, adds nothing that would be lost, and goes on with what has its place then. It holds for as
//! long as somebody leads: what a killed service left is nothing.

use std::{
    fs::{self, OpenOptions},
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::Connection;

use super::{
    Ledger, copy,
    file::SchedulerLock,
    takeover,
    written::{Written, leave_journal},
};
use crate::{
    bell::Bell,
    error::{Error, Result},
    simulated::wait,
};

const NAME: &str = "carillon.condemned";

/// How long who opens the ledger waits for what takes its place, and how long in between.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// The ledger in a directory is condemned for as long as this lives.
#[derive(Debug)]
pub struct Condemned {
    dir: PathBuf,
}

impl Condemned {
    /// Asks everybody to let go of the ledger in this directory, for who leads it. Where there is no
    /// room for the mark nobody is asked, and they are waited for as long as it takes them.
    pub fn put(dir: &Path, _leads: &SchedulerLock) -> Self {
        let path = dir.join(NAME);
        let made = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
        if let Err(error) = made {
            tracing::warn!(%error, "nobody is asked to let go of the ledger");
        }
        Bell::in_dir(dir).ring();
        Self { dir: dir.to_path_buf() }
    }
}

impl Drop for Condemned {
    fn drop(&mut self) {
        clear(&self.dir);
        Bell::in_dir(&self.dir).ring();
    }
}

/// Takes the mark away, for who begins to lead.
pub(super) fn clear(dir: &Path) {
    match fs::remove_file(dir.join(NAME)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::error!(%error, "the ledger stays condemned");
        }
        _ => {}
    }
}

/// Whether the ledger in this directory is about to be another.
pub(crate) fn is_condemned(dir: &Path) -> bool {
    dir.join(NAME).exists() && SchedulerLock::holder(dir).is_some()
}

/// Refuses a ledger that is about to be another.
///
/// # Errors
/// When it is.
pub(super) fn refuse(dir: &Path) -> Result<()> {
    if is_condemned(dir) { Err(refusal(dir)) } else { Ok(()) }
}

/// Waits a while for what takes its place.
///
/// # Errors
/// When that takes longer.
pub(super) fn await_end(dir: &Path) -> Result<()> {
    let tries = PATIENCE.as_millis() / PAUSE.as_millis();
    for _ in 0..tries {
        if !is_condemned(dir) {
            return Ok(());
        }
        wait(PAUSE);
    }
    Err(refusal(dir))
}

fn refusal(dir: &Path) -> Error {
    let closed = |who| format!(" as soon as {who} has let go of it");
    let waits = takeover::others(dir).map_or_else(String::new, closed);
    Error::Condemned { path: dir.to_path_buf(), waits }
}

/// A ledger that was let go of, and may be another one when it is there again.
#[derive(Debug)]
pub(super) struct Left {
    /// Which one it was, as far as that could be read.
    ledger: Option<String>,
}

impl Ledger {
    /// Lets go of a condemned file, and comes back when that is over.
    ///
    /// # Errors
    /// While it is condemned; or when what has its place is another ledger, or cannot be opened.
    pub(super) fn make_way(&mut self) -> Result<()> {
        // Whoever leads is who condemns it.
        if self.stays {
            return Ok(());
        }
        if is_condemned(&self.dir) {
            self.leave()?;
            return Err(refusal(&self.dir));
        }
        match &self.left {
            None => Ok(()),
            Some(left) => {
                let ledger = left.ledger.clone();
                self.come_back(ledger)
            }
        }
    }

    fn leave(&mut self) -> Result<()> {
        if self.left.is_some() {
            return Ok(());
        }
        self.left = Some(Left { ledger: copy::ledger_in(&self.connection) });
        // What is in the journal is the damaged one's.
        leave_journal(&self.connection);
        drop(std::mem::replace(&mut self.connection, Connection::open_in_memory()?));
        (self.identity, self.journal, self.shared) = (None, None, None);
        self.written = Written::default();
        tracing::warn!("let go of the ledger: another file is to take its place");
        Ok(())
    }

    fn come_back(&mut self, was: Option<String>) -> Result<()> {
        let fresh = Self::open(&self.dir)?;
        let is = copy::ledger_in(&fresh.connection);
        if was.is_some() && is != was {
            return Err(Error::Replaced { path: self.dir.clone() });
        }
        let took_over = self.took_over || fresh.took_over;
        *self = Self { took_over, ..fresh };
        tracing::info!("going on with what took the ledger's place");
        Ok(())
    }
}
