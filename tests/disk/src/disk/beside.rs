//! What the system does to files beside SQLite, and what each process did to them.

use std::path::Path;

use super::Disk;
use crate::{file::File, locks::lock};

impl Disk {
    /// A file got another name in truth, for good; or none, and is gone.
    pub fn rename(&self, from: &Path, to: Option<&Path>) {
        let mut state = lock(&self.0);
        if let (Some(file), Some(to)) = (state.files.remove(from), to) {
            let bytes = file.bytes().to_vec();
            state.files.insert(to.to_path_buf(), File::taken_over(bytes));
        }
    }

    /// How many writes and truncations a process made.
    pub fn changes_of(&self, process: u32) -> u64 {
        lock(&self.0).by_process.get(&process).copied().unwrap_or(0)
    }
}
