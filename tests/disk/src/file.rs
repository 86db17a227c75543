//! One file: what programs see of it, what would survive, and the changes between the two.

use std::sync::Arc;

use crate::{fault::Kept, locks::Shared};

/// Bytes that reach the disk together or not at all.
const SECTOR: usize = 512;

/// A change that may not have reached the disk.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { len: usize },
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => write(to, *at, bytes),
            Self::Truncate { len } => to.resize(*len, 0),
        }
    }

    fn apply_torn(&self, to: &mut Vec<u8>, kept: usize) {
        match self {
            Self::Write { at, bytes } => {
                let kept = (kept / SECTOR * SECTOR).min(bytes.len());
                write(to, *at, &bytes[..kept]);
            }
            Self::Truncate { .. } => {}
        }
    }
}

fn write(to: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    if to.len() < at + bytes.len() {
        to.resize(at + bytes.len(), 0);
    }
    to[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A file.
#[derive(Debug, Default)]
pub(crate) struct File {
    live: Vec<u8>,
    /// What survives; none when not even its name does.
    durable: Option<Vec<u8>>,
    pending: Vec<Change>,
    /// The memory its openers share.
    pub shared: Option<Arc<Shared>>,
}

impl File {
    /// A file that was there before.
    pub fn taken_over(bytes: Vec<u8>) -> Self {
        Self { durable: Some(bytes.clone()), live: bytes, ..Self::default() }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.live
    }

    pub fn change(&mut self, change: Change) {
        change.apply(&mut self.live);
        self.pending.push(change);
    }

    /// What was changed since the last sync will survive from now on, and the file's name.
    pub fn sync(&mut self) {
        let durable = self.durable.get_or_insert_default();
        self.pending.drain(..).for_each(|change| change.apply(durable));
    }

    /// What was written since the last sync will not survive, though everybody sees it.
    pub fn forget(&mut self) {
        self.pending.clear();
    }

    /// After the power is back: what survived, and of each later change what `keep` says. False
    /// when the file is gone.
    pub fn lose_power(&mut self, keep: &mut dyn FnMut(usize) -> Kept) -> bool {
        self.shared = None;
        let was_named = self.durable.is_some();
        let mut bytes = self.durable.take().unwrap_or_default();
        let mut is_touched = was_named;
        for change in self.pending.drain(..) {
            let size = match &change {
                Change::Write { bytes, .. } => bytes.len(),
                Change::Truncate { .. } => 0,
            };
            match keep(size) {
                Kept::Whole => change.apply(&mut bytes),
                Kept::Torn(kept) => change.apply_torn(&mut bytes, kept),
                Kept::Lost => continue,
            }
            is_touched = true;
        }
        self.live.clone_from(&bytes);
        self.durable = Some(bytes);
        is_touched
    }
}
