//! Locks between the openers of one file: those of the file itself, and those of the memory its
//! openers share in WAL mode.

use std::{collections::BTreeMap, sync::Mutex};

/// How far an opener has locked a file, in SQLite's own order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Level {
    #[default]
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

impl Level {
    /// The level SQLite gives this number.
    pub fn of(number: i32) -> Self {
        match number {
            ..=0 => Self::None,
            1 => Self::Shared,
            2 => Self::Reserved,
            3 => Self::Pending,
            4.. => Self::Exclusive,
        }
    }

    /// The level an opener who is at `self` comes to when it wants `wanted` and these are the
    /// levels of the others; and whether that is what it wanted.
    pub fn raised(self, wanted: Self, others: impl Iterator<Item = Self>) -> (Self, bool) {
        let highest = others.max().unwrap_or_default();
        if self >= wanted {
            return (self, true);
        }
        match wanted {
            Self::None => (self, true),
            Self::Shared if highest < Self::Pending => (Self::Shared, true),
            Self::Reserved if highest < Self::Reserved => (Self::Reserved, true),
            Self::Pending | Self::Exclusive if highest >= Self::Reserved => (self, false),
            Self::Exclusive if highest == Self::None => (Self::Exclusive, true),
            // Nobody new may begin to read; who reads may go on.
            Self::Pending => (Self::Pending, true),
            Self::Exclusive => (Self::Pending, false),
            Self::Shared | Self::Reserved => (self, false),
        }
    }
}

/// What one opener holds of the shared memory's locks: a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Held {
    pub shared: u8,
    pub exclusive: u8,
}

/// Memory that the openers of a file share, and its locks. Its regions stay where they are as long
/// as anybody has it.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    regions: Mutex<Vec<Box<[u64]>>>,
    held: Mutex<BTreeMap<u64, Held>>,
}

impl Shared {
    /// Where a region of so many bytes begins; one that is not there is made if `extend`.
    pub fn region(&self, index: usize, bytes: usize, extend: bool) -> Option<*mut u64> {
        let mut regions = lock(&self.regions);
        while regions.len() <= index {
            if !extend {
                return None;
            }
            regions.push(vec![0; bytes.div_ceil(8)].into_boxed_slice());
        }
        regions.get_mut(index).map(|region| region.as_mut_ptr())
    }

    /// Takes locks for an opener, all or none.
    pub fn take(&self, opener: u64, mask: u8, exclusive: bool) -> bool {
        let mut held = lock(&self.held);
        let mut others = held.iter().filter(|(who, _)| **who != opener).map(|(_, held)| held);
        let is_free = others.all(|other| {
            let against = if exclusive { other.shared | other.exclusive } else { other.exclusive };
            against & mask == 0
        });
        if is_free {
            let own = held.entry(opener).or_default();
            match exclusive {
                true => own.exclusive |= mask,
                false => own.shared |= mask,
            }
        }
        is_free
    }

    /// Gives locks of an opener back.
    pub fn give(&self, opener: u64, mask: u8) {
        if let Some(own) = lock(&self.held).get_mut(&opener) {
            own.shared &= !mask;
            own.exclusive &= !mask;
        }
    }

    /// Gives back all an opener has.
    pub fn leave(&self, opener: u64) {
        lock(&self.held).remove(&opener);
    }
}

/// A lock that a panic elsewhere does not close.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
