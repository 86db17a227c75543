//! A process that is frozen (SIGSTOP): it does nothing, notices nothing, and keeps its locks.

use std::{
    pin::Pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use simulated_disk::Disk;
use tokio::sync::Notify;

/// Whether a process is frozen.
#[derive(Debug, Default)]
pub(crate) struct Ice {
    frozen: AtomicBool,
    /// Wakes in the order of waiting, where a `watch` channel wakes in any.
    thawing: Notify,
    waiting: Mutex<Option<Waker>>,
}

impl Ice {
    pub fn freeze(&self) {
        self.frozen.store(true, Ordering::Relaxed);
    }

    pub fn thaw(&self) {
        self.frozen.store(false, Ordering::Relaxed);
        self.thawing.notify_waiters();
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::Relaxed)
    }

    /// Waits until it is not.
    pub async fn thawed(&self) {
        // Ends with the thaw after which nothing freezes it again.
        loop {
            let thawing = self.thawing.notified();
            if !self.is_frozen() {
                return;
            }
            thawing.await;
        }
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
        if self.ice.is_frozen() {
            let mut waiting = self.ice.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            *waiting = Some(context.waker().clone());
            return Poll::Pending;
        }
        self.disk.enter(self.process);
        self.work.as_mut().poll(context)
    }
}
