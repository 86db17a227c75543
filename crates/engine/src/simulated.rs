//! What the simulator puts in the place of the system, each on its own thread: how time passes
//! inside a call, and chance. Only with the feature `mutants` is there anything to put in place;
//! every program somebody uses waits and asks the system.

use std::time::Duration;

use uuid::Uuid;

/// Lets time pass inside a call: whoever waits for the ledger does it here.
#[cfg(not(feature = "mutants"))]
pub(crate) fn wait(time: Duration) {
    std::thread::park_timeout(time);
}

/// Chance in the place of the system's: none.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn chance(_: &mut [u8]) -> bool {
    false
}

/// A name in the place of one by the system's chance: none.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn name(_: u64) -> Option<Uuid> {
    None
}

/// When the ledger's file was made, in the place of what the system says of it: nothing.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn born() -> Option<u64> {
    None
}

/// How long records are kept, in seconds: as long as they are.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn kept(seconds: i64) -> i64 {
    seconds
}

/// Notes that the bell rang: nobody asks.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn rang() {}

/// Notes what the ledger's own rules refused: nobody asks.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn refused(_: &rusqlite::Error) {}

/// The schema a program writes: its own.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn schema(own: i64) -> i64 {
    own
}

/// A step beyond those there are: none.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn further_step() -> Option<&'static str> {
    None
}

#[cfg(feature = "mutants")]
mod given {
    use std::{
        cell::{Cell, RefCell},
        rc::Rc,
    };

    use super::{Duration, Uuid};

    type Waiting = Rc<dyn Fn(Duration)>;
    type Birth = Rc<dyn Fn() -> u64>;
    type Hearing = Rc<dyn Fn(&rusqlite::Error)>;

    thread_local! {
        static WAITING: RefCell<Option<Waiting>> = const { RefCell::new(None) };
        static BIRTH: RefCell<Option<Birth>> = const { RefCell::new(None) };
        static HEARING: RefCell<Option<Hearing>> = const { RefCell::new(None) };
        static CHANCE: Cell<Option<u64>> = const { Cell::new(None) };
        static KEPT: Cell<Option<i64>> = const { Cell::new(None) };
        static RINGS: Cell<u64> = const { Cell::new(0) };
        static NEWER: Cell<bool> = const { Cell::new(false) };
        static NAMED: Cell<(u64, u16)> = const { Cell::new((0, 0)) };
    }

    /// From now on whoever waits inside a call on this thread does it so, and all chance on it
    /// comes from this seed.
    pub fn simulate(seed: u64, waiting: impl Fn(Duration) + 'static) {
        WAITING.with(|how| *how.borrow_mut() = Some(Rc::new(waiting)));
        CHANCE.set(Some(seed));
        NAMED.set((0, 0));
        NEWER.set(false);
    }

    /// From now on ledgers are opened on this thread by a newer program, which has one step more; a
    /// ledger that is open goes on as it was opened.
    pub fn be_newer() {
        NEWER.set(true);
    }

    /// The same by an older one.
    pub fn be_older() {
        NEWER.set(false);
    }

    pub(crate) fn schema(own: i64) -> i64 {
        own + i64::from(NEWER.get())
    }

    pub(crate) fn further_step() -> Option<&'static str> {
        Some(crate::ledger::upgrade::STEP)
    }

    pub(crate) fn wait(time: Duration) {
        match WAITING.with(|how| how.borrow().clone()) {
            Some(how) => how(time),
            None => std::thread::park_timeout(time),
        }
    }

    /// From now on whatever the ledger's own rules refuse on this thread is heard of, whoever was to write
    /// it and whatever becomes of the error: they refuse nothing where the program is right.
    pub fn hear_of_refusals(hear: impl Fn(&rusqlite::Error) + 'static) {
        HEARING.with(|how| *how.borrow_mut() = Some(Rc::new(hear)));
    }

    pub(crate) fn refused(error: &rusqlite::Error) {
        let is_refusal =
            error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation);
        if let Some(hear) = HEARING.with(|how| how.borrow().clone()).filter(|_| is_refusal) {
            hear(error);
        }
    }

    /// From now on the ledger's file on this thread is the one that was made then.
    pub fn give_birth(born: impl Fn() -> u64 + 'static) {
        BIRTH.with(|when| *when.borrow_mut() = Some(Rc::new(born)));
    }

    pub(crate) fn born() -> Option<u64> {
        BIRTH.with(|when| when.borrow().clone()).map(|when| when())
    }

    /// From now on records are kept on this thread for so many seconds only.
    pub fn keep_records(seconds: i64) {
        KEPT.set(Some(seconds));
    }

    /// How long they are.
    pub(crate) fn kept(seconds: i64) -> i64 {
        KEPT.get().unwrap_or(seconds)
    }

    /// How often the bell of any ledger was rung on this thread.
    pub fn rings() -> u64 {
        RINGS.get()
    }

    pub(crate) fn rang() {
        RINGS.set(RINGS.get() + 1);
    }

    /// Fills a buffer, if chance is given on this thread.
    pub(crate) fn chance(buffer: &mut [u8]) -> bool {
        let Some(mut state) = CHANCE.get() else { return false };
        for byte in buffer {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB).to_be_bytes()[0];
        }
        CHANCE.set(Some(state));
        true
    }

    /// A name that sorts after all before it on this thread, if chance is given on it.
    pub(crate) fn name(millis: u64) -> Option<Uuid> {
        let mut bytes = [0; 10];
        if !chance(&mut bytes) {
            return None;
        }
        let (last, count) = NAMED.get();
        let count = if millis > last { 0 } else { count + 1 };
        let (last, count) = (last.max(millis) + u64::from(count >> 12), count & 0xfff);
        NAMED.set((last, count));
        bytes[..2].copy_from_slice(&count.to_be_bytes());
        Some(uuid::Builder::from_unix_timestamp_millis(last, &bytes).into_uuid())
    }
}

#[cfg(feature = "mutants")]
pub use given::{be_newer, be_older, give_birth, hear_of_refusals, keep_records, rings, simulate};
#[cfg(feature = "mutants")]
pub(crate) use given::{born, chance, further_step, kept, name, rang, refused, schema, wait};
