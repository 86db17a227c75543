//! That there is a backup of each day on which the service was awake anyway, and that what the ledger
//! kept for long enough goes after it. Both on a thread of its own, so nothing waits for it.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use engine::{
    Engine, backup,
    clock::Now,
    ledger::{lost::Whereabouts, written::Depth},
};

use crate::{
    aside::Aside,
    trouble::{self, Teller},
};

/// What failed is tried again after so long.
const AGAIN: Duration = Duration::from_secs(3600);
/// All of a file that is written to often, as with a large import, is looked at no more often than so.
const SELDOM: Duration = Duration::from_secs(60);
/// And so often in one go where it is written to all the time.
const TURNS: u32 = 10;

/// What is in a ledger that was put back.
const ALL: &str = "with all that was in it";
const NEARLY: &str = "but other programs went on writing meanwhile: look whether the last thing done in a window or by a command is there";

/// The backups of one ledger.
#[derive(Debug)]
pub(crate) struct Copies {
    engine: Arc<Engine>,
    dir: PathBuf,
    aside: Aside,
    is_busy: Arc<AtomicBool>,
    /// The file is being looked at after it was written to.
    is_checking: Arc<AtomicBool>,
    /// All of it is not looked at before this boot time.
    deep: Duration,
    /// And it was not when it was last written to.
    is_owed: bool,
    tell: Teller,
    /// Where the file of the ledger was found last.
    found: Option<Whereabouts>,
    /// Not looked at before this boot time.
    next: Duration,
}

impl Copies {
    pub(crate) fn new(engine: Arc<Engine>, aside: Aside, tell: Teller) -> Self {
        let (dir, is_busy, next) = (engine.dir(), Arc::default(), Duration::ZERO);
        let (is_checking, deep, found) = (Arc::default(), next, Some(Whereabouts::There));
        Self { dir, engine, aside, is_busy, is_checking, deep, is_owed: false, tell, found, next }
    }

    /// A ledger that was deleted is put back, and that is said. One that was replaced is no longer led
    /// after the next pass.
    fn look_for_file(&mut self) {
        let found = self.engine.look_for_file();
        let (now, notice) = match &found {
            Ok(now @ (Whereabouts::There | Whereabouts::Replaced)) => (Some(*now), None),
            Ok(now @ Whereabouts::PutBack) => (Some(*now), Some(trouble::put_back(ALL))),
            Ok(now @ Whereabouts::PutBackLate) => (Some(*now), Some(trouble::put_back(NEARLY))),
            Err(error) => (None, Some(trouble::not_put_back(error))),
        };
        let is_back = matches!(now, Some(Whereabouts::PutBack | Whereabouts::PutBackLate));
        if let Some(notice) = notice.filter(|_| is_back || now != self.found) {
            tracing::error!("{}: {}", notice.title, notice.body);
            self.tell.say(Some(notice));
        }
        self.found = now;
    }

    /// Whether the file that is open has its place.
    fn is_there(&self) -> bool {
        use Whereabouts::{PutBack, PutBackLate, Replaced, There};
        match self.found {
            Some(There | PutBack | PutBackLate) => true,
            Some(Replaced) | None => false,
        }
    }

    /// Looks at a file that was written to: SQLite does that when it brings in its journal, and another
    /// program that does it leaves no ledger.
    fn look_at_writing(&mut self, now: &Now) {
        if self.is_checking.load(Ordering::Acquire) || !self.is_there() {
            return;
        }
        let (is_other, is_time) = (self.engine.was_written_to(), now.boot >= self.deep);
        if !(is_other || self.is_owed && is_time) {
            return;
        }
        let depth = if is_time { Depth::Whole } else { Depth::Head };
        self.is_owed = !is_time;
        if is_time {
            self.deep = now.boot.saturating_add(SELDOM);
        }
        self.is_checking.store(true, Ordering::Release);
        let (engine, is_checking) = (self.engine.clone(), self.is_checking.clone());
        let work = move || {
            let is_done = look_over(&engine, depth);
            is_checking.store(false, Ordering::Release);
            if is_done && engine.was_written_to() {
                // By then nobody looked.
                engine.bell().ring();
            }
        };
        if let Err(error) = self.aside.begin("file", work) {
            tracing::error!(%error, "the ledger's file could not be looked at");
            self.is_checking.store(false, Ordering::Release);
        }
    }

    /// Begins with the day's backup if there is none yet. Says whether it did.
    pub(crate) fn look(&mut self, now: &Now) -> bool {
        self.look_for_file();
        self.look_at_writing(now);
        let waits = now.boot < self.next || self.is_busy.load(Ordering::Acquire);
        if waits || !backup::is_due(&self.dir, now.wall) {
            return false;
        }
        self.next = now.boot.saturating_add(AGAIN);
        self.is_busy.store(true, Ordering::Release);
        let (dir, at, is_busy) = (self.dir.clone(), now.wall, self.is_busy.clone());
        let engine = self.engine.clone();
        let work = move || {
            match backup::daily(&dir, at) {
                Ok(Some(made)) => {
                    tracing::info!(path = %made.path.display(), bytes = made.bytes, "backed up");
                }
                Ok(None) => tracing::warn!("there is too little room for the day's backup"),
                Err(error) => tracing::error!(%error, "the day's backup could not be made"),
            }
            forget(&engine);
            is_busy.store(false, Ordering::Release);
        };
        let begun = self.aside.begin("backup", work);
        if let Err(error) = &begun {
            tracing::error!(%error, "the day's backup could not be begun");
            self.is_busy.store(false, Ordering::Release);
        }
        begun.is_ok()
    }
}

/// Looks until nobody has written to it meanwhile. Says whether it was looked at.
fn look_over(engine: &Engine, depth: Depth) -> bool {
    for _ in 0..TURNS {
        match engine.look_over_file(depth) {
            Ok(true) => {
                if !engine.is_written_over() {
                    tracing::info!("the ledger's file was written to: it is whole");
                }
                return true;
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the ledger's file could not be looked at");
                return false;
            }
        }
    }
    true
}

fn forget(engine: &Engine) {
    match engine.forget_old() {
        Ok(gone) if gone == engine::retention::Forgotten::default() => {}
        Ok(gone) => tracing::info!(
            deliveries = gone.deliveries,
            tombstones = gone.tombstones,
            "what was over for 400 days is no longer kept"
        ),
        Err(error) => tracing::error!(%error, "what is over could not be let go of"),
    }
}
