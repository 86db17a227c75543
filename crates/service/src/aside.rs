//! Work beside the service's own on threads, which has the ledger open by itself: it can be waited
//! for, so that the ledger is nobody's.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    thread::{Builder, JoinHandle},
};

/// The threads of one life. Clones are the same ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aside(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Aside {
    /// Begins with some work on a thread of this name.
    pub(crate) fn begin(&self, name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = Builder::new().name(name.into()).spawn(work)?;
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
        Ok(())
    }

    /// Waits until all of it is through. Blocks the thread.
    pub(crate) fn end(&self) {
        let threads = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // One that panicked is through as well.
            thread.join().unwrap_or(());
        }
    }
}
