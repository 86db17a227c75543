//! A process that is frozen (SIGSTOP): it does nothing, notices nothing, and keeps its locks.

use std::{
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use simulated_disk::Disk;
use tokio::sync::watch;

/// Whether a process is frozen.
#[derive(Debug)]
pub(crate) struct Ice {
    frozen: watch::Sender<bool>,
    waiting: Mutex<Option<Waker>>,
}

impl Default for Ice {
    fn default() -> Self {
        Self { frozen: watch::Sender::new(false), waiting: Mutex::new(None) }
    }
}

impl Ice {
    pub fn freeze(&self) {
        self.frozen.send_replace(true);
    }

    pub fn thaw(&self) {
        self.frozen.send_replace(false);
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    /// Waits until it is not.
    pub async fn thawed(&self) {
        let mut frozen = self.frozen.subscribe();
        // The sender is `self`.
        drop(frozen.wait_for(|frozen| !*frozen).await);
    }
}

/// Work of a process that may be frozen.
pub(crate) struct Freezable<F> {
    pub work: Pin<Box<F>>,
    pub ice: std::sync::Arc<Ice>,
    /// Who does it, for the disk.
    pub process: u32,
    pub disk: Disk,
}

impl<F: Future> Future for Freezable<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if *self.ice.frozen.borrow() {
            let mut waiting = self.ice.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            *waiting = Some(context.waker().clone());
            return Poll::Pending;
        }
        self.disk.enter(self.process);
        self.work.as_mut().poll(context)
    }
}
