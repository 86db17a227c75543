//! Whether another program writes over the file of a ledger that is open here, as `cp` does. SQLite
//! goes on with the pages it has in its memory and may not notice for long: so whoever leads looks
//! at the file when it was written to. SQLite does that itself, too, when it brings in its journal.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, config::DbConfig};

use super::{
    Ledger, audit,
    beside::{self, Beside},
    copy, exchange,
    file::{self, SchedulerLock},
    migrate, setting,
};
use crate::{
    error::{Error, Result, plain},
    simulated::wait,
};

/// Whoever writes a file is through with it when it was at rest for so long; and so often it is
/// waited for that.
const REST: Duration = Duration::from_millis(500);
const RESTS: u32 = 600;
/// So often it is waited for whoever sees to what was written over a ledger.
const SEEN_TO: u32 = 10;

/// When a file was written to last, and how large it was then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    size: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found = fs::symlink_metadata(path).ok()?;
        Some(Self { size: found.size(), changed: (found.ctime(), found.ctime_nsec()) })
    }
}

/// What is known of the writing of a file.
#[derive(Debug, Default)]
pub(super) struct Written {
    stamp: Option<Stamp>,
    /// So many pages it has, at least: none ever goes.
    pages: u32,
    /// And so far it is without its journal, at least.
    steps: i64,
    /// Nothing is done with it any more, and why.
    condemned: Option<String>,
    /// It is another one than was opened, under the name of it.
    is_over: bool,
    /// Kept open, so that looking at it ends no lock of SQLite's.
    _beside: Option<Beside>,
}

impl Written {
    pub(super) fn of(path: &Path) -> Self {
        let beside = Beside::open(path).ok();
        let pages = Head::of(path).ok().flatten().map_or(0, |head| head.pages);
        Self { stamp: Stamp::of(path), pages, _beside: beside, ..Self::default() }
    }
}

/// How a database begins.
struct Head {
    has_journal: bool,
    pages: u32,
    is_ours: bool,
}

impl Head {
    /// None where it is no database.
    fn of(path: &Path) -> Result<Option<Self>> {
        let head: [u8; 72] = match beside::head(path) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            read => read.map_err(Error::io(format!("could not read {}", path.display())))?,
        };
        let word = |at| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let pages = word(28);
        // Of one that was just made all else is still in the journal.
        let is_ours = pages <= 1 || i64::from(word(68)) == migrate::APPLICATION;
        let is_one = head.starts_with(b"SQLite format 3\0");
        Ok(is_one.then_some(Self { has_journal: head[18..20] == [2, 2], pages, is_ours }))
    }
}

/// Whether the file itself says that it has the journal all programs share: a copy that was written
/// over it does not, and SQLite goes by the journal it finds beside it. What cannot be read says so.
pub(crate) fn says_wal(path: &Path) -> bool {
    Head::of(path).ok().flatten().is_none_or(|head| head.has_journal)
}

/// Refuses a file beside which a journal lies that cannot be its own: another program wrote it over
/// the one there was, or put it in its place. Opened with that, it would be neither the one nor the other.
///
/// # Errors
/// When it is such a file.
pub(super) fn refuse_over(path: &Path) -> Result<()> {
    if says_wal(path) || !exchange::has_journal(path) {
        return Ok(());
    }
    let reason = "another program has written a copy over it".into();
    Err(Error::Damaged { path: path.to_path_buf(), reason })
}

/// The same where whoever leads may see to it in a while.
///
/// # Errors
/// When nobody does.
pub(super) fn await_own_journal(dir: &Path) -> Result<()> {
    let path = dir.join(file::DATABASE);
    for _ in 0..SEEN_TO {
        if refuse_over(&path).is_ok() || SchedulerLock::holder(dir).is_none() {
            break;
        }
        wait(REST);
    }
    refuse_over(&path)
}

/// What whoever has a ledger open knows of it.
#[derive(Debug)]
pub(crate) struct Known {
    ledger: Option<String>,
    audit: i64,
    pages: u32,
    steps: i64,
    stamp: Option<Stamp>,
}

/// How many pages a file has that is what it was, and how far it is without its journal, or what is
/// wrong with it.
pub(crate) type Found = std::result::Result<(u32, i64), String>;

/// Whether the whole file is to be looked at, or only what tells it from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its first page, whose it is, and how far.
    Head,
    /// All of it.
    Whole,
}

impl Ledger {
    fn place(&self) -> PathBuf {
        self.dir.join(file::DATABASE)
    }

    /// Whether the file was written to since it was last looked over.
    pub(crate) fn was_written_to(&self) -> bool {
        let found = Stamp::of(&self.place());
        found.is_some() && found != self.written.stamp && self.written.condemned.is_none()
    }

    /// Says why nothing is done with it any more, if that is so.
    pub(super) fn refuse_condemned(&self) -> Result<()> {
        let reason = self.written.condemned.clone();
        reason.map_or(Ok(()), |reason| Err(Error::Damaged { path: self.place(), reason }))
    }

    /// Whether another program wrote over it.
    pub(crate) fn is_written_over(&self) -> bool {
        self.written.is_over
    }

    /// The same where SQLite met what is wrong with it before it was looked at. Waits until whoever
    /// writes to it is through, which blocks the thread.
    pub(crate) fn was_written_over(&self) -> bool {
        if self.written.is_over || self.written.condemned.is_none() {
            return self.written.is_over;
        }
        await_rest(&self.dir);
        let path = self.place();
        // As where it is looked at: what is no ledger any more, or fewer pages, another program wrote.
        let is_other = |head: Option<Head>| {
            head.is_none_or(|it| !it.has_journal || !it.is_ours || it.pages < self.written.pages)
        };
        Head::of(&path).is_ok_and(is_other)
            || copy::steps_alone(&path).is_ok_and(|steps| steps < self.written.steps)
    }

    /// Learns how far the file is without its journal: an older copy of it that is read together with
    /// that may look as far as it was.
    pub(super) fn know_steps(&mut self) {
        let steps = copy::steps_alone(&self.place()).unwrap_or_default();
        self.written.steps = self.written.steps.max(steps);
    }

    /// Takes note of what SQLite says against the file, whoever asked it: what it has in its memory may
    /// be whole, and hide that from everybody else.
    pub(super) fn heed<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(Error::Newer { .. }) = &done {
            leave_journal(&self.connection);
        }
        if let Err(Error::Sqlite(error)) = &done
            && is_against_file(error)
        {
            leave_journal(&self.connection);
            if self.stays && self.written.condemned.is_none() {
                self.condemn(plain(error));
            }
        }
        done
    }

    fn condemn(&mut self, reason: String) {
        tracing::error!(reason, "the ledger's file is damaged");
        leave_journal(&self.connection);
        self.written.condemned = Some(reason);
        // Whoever leads looks up.
        self.bell.ring();
    }

    /// What is known of it now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn known(&mut self) -> Result<Known> {
        // First: a file that takes its place after this is another one than is stamped here.
        let stamp = Stamp::of(&self.place());
        let (ledger, audit) =
            self.read(|tx| Ok((setting::get(tx, setting::name::LEDGER)?, audit::last(tx)?)))?;
        let Written { pages, steps, .. } = self.written;
        Ok(Known { ledger, audit, pages, steps, stamp })
    }

    /// Goes by what was found in the file, unless it was written to since. Says whether it did.
    pub(crate) fn conclude(&mut self, known: &Known, found: Found) -> bool {
        if self.is_closed || self.is_replaced() || Stamp::of(&self.place()) != known.stamp {
            return false;
        }
        self.written.stamp = known.stamp;
        match found {
            Ok((pages, steps)) => (self.written.pages, self.written.steps) = (pages, steps),
            Err(reason) => {
                self.written.is_over = true;
                self.condemn(reason);
            }
        }
        true
    }
}

/// Waits until whoever writes to the file in this directory is through. Blocks the thread.
pub(crate) fn await_rest(dir: &Path) {
    let path = dir.join(file::DATABASE);
    let mut before = Stamp::of(&path);
    for _ in 0..RESTS {
        wait(REST);
        let found = Stamp::of(&path);
        if found == before {
            break;
        }
        before = found;
    }
}

/// Looks at the file in this directory by a connection of its own, which has nothing of it in memory.
///
/// # Errors
/// When it cannot be looked at this time.
pub(crate) fn look(dir: &Path, known: &Known, depth: Depth) -> Result<Found> {
    match look_at_whose(dir, known) {
        Ok(Ok((how_far, ledger))) if depth == Depth::Whole => {
            let faults = ledger.quick_check()?;
            let fault = faults.into_iter().find(|line| !is_of_a_row(line));
            Ok(fault.map_or(Ok(how_far), Err))
        }
        Ok(found) => Ok(found.map(|(how_far, _)| how_far)),
        Err(Error::Sqlite(error)) if is_against_file(&error) => Ok(Err(plain(&error))),
        // Such as that others may read it now: that says nothing of what is in it.
        Err(error) => Err(error),
    }
}

fn is_against_file(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// What SQLite says of a row that is not as its table would have it: it can be read, and whoever can
/// write at all may have written it.
pub fn is_of_a_row(fault: &str) -> bool {
    fault.starts_with("CHECK constraint failed in ") || fault.starts_with("NULL value in ")
}

type Whose = std::result::Result<((u32, i64), Ledger), String>;

fn look_at_whose(dir: &Path, known: &Known) -> Result<Whose> {
    let over = |what: &str| Ok(Err(format!("another program has written {what} over it")));
    let path = dir.join(file::DATABASE);
    let Some(head) = Head::of(&path)? else {
        return over("what is no database");
    };
    if !head.has_journal {
        return over("a copy");
    }
    if !head.is_ours {
        return over("what is no ledger");
    }
    let Some(mut ledger) = Ledger::look(dir)? else { return over("what is no ledger") };
    let whose = ledger.read(|tx| setting::get(tx, setting::name::LEDGER))?;
    if whose != known.ledger {
        return over("another ledger");
    }
    // Where SQLite is bringing in its journal just now, the file alone need not make sense.
    let steps = copy::steps_alone(&path).unwrap_or(known.steps);
    let is_older =
        head.pages < known.pages || steps < known.steps || ledger.read(audit::last)? < known.audit;
    if is_older { over("an older copy") } else { Ok(Ok(((head.pages, steps), ledger))) }
}

/// What is in the journal is not to be brought into a file that may be another one, or is a newer
/// program's.
pub(super) fn leave_journal(connection: &Connection) {
    let set = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    if let Err(error) = set {
        tracing::warn!(%error, "its journal may be brought into it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_one_from_looking_at_the_file_says_nothing_against_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().join("ledger");
        let mut ledger = Ledger::open(&dir).expect("a ledger");
        let known = ledger.known().expect("readable");
        let open_to_all = fs::Permissions::from_mode(0o644);
        fs::set_permissions(ledger.place(), open_to_all).expect("its mode");
        let said = look(&dir, &known, Depth::Whole).expect_err("not looked at").to_string();
        assert!(said.contains("others may read it"), "{said}");
        ledger.read(|_| Ok(())).expect("it is gone on with");
    }

    /// The ledger is so far, be it in its journal or brought into the file.
    fn go_to(ledger: &Ledger, steps: i64, is_folded: bool) {
        let sql = format!(
            "DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence VALUES ('audit', {steps})"
        );
        ledger.connection.execute_batch(&sql).expect("a step");
        if is_folded {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            ledger.connection.query_row(sql, [], |_| Ok(())).expect("folded");
        }
    }

    #[test]
    fn a_copy_from_before_it_was_led_is_known_whoever_meets_it_first() {
        for is_met in [false, true] {
            let folder = tempfile::tempdir().expect("a temp folder");
            let dir = folder.path().join("ledger");
            let mut ledger = Ledger::open(&dir).expect("a ledger");
            let path = ledger.place();
            go_to(&ledger, 5, true);
            let before = fs::read(&path).expect("readable");
            go_to(&ledger, 9, true);
            // Nothing is brought into the file from then on.
            ledger.stay();
            go_to(&ledger, 10, false);
            if is_met {
                ledger.condemn("as SQLite says".into());
                assert!(!ledger.was_written_over(), "it is only damaged");
            }
            fs::write(&path, before).expect("written over");
            if !is_met {
                let known = ledger.known().expect("readable");
                let found = look(&dir, &known, Depth::Head).expect("looked at");
                let said = "another program has written an older copy over it";
                assert_eq!(found, Err(said.into()));
                assert!(ledger.conclude(&known, found));
            }
            assert!(ledger.was_written_over());
        }
    }

    #[test]
    fn an_older_copy_is_known_though_the_journal_hides_its_age() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().join("ledger");
        let mut ledger = Ledger::open(&dir).expect("a ledger");
        let path = ledger.place();
        go_to(&ledger, 5, true);
        let before = fs::read(&path).expect("readable");
        go_to(&ledger, 9, true);
        let known = ledger.known().expect("readable");
        let whole = look(&dir, &known, Depth::Whole).expect("looked at");
        assert!(ledger.conclude(&known, whole));
        go_to(&ledger, 10, false);
        fs::write(&path, before).expect("written over");
        let known = ledger.known().expect("readable");
        let found = look(&dir, &known, Depth::Whole).expect("looked at");
        assert_eq!(found, Err("another program has written an older copy over it".into()));
    }

    #[test]
    fn a_file_that_takes_its_place_while_it_is_looked_at_is_not_taken_for_one_written_over_it() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().join("ledger");
        let mut ledger = Ledger::open(&dir).expect("a ledger");
        let (path, other) = (ledger.place(), folder.path().join("other"));
        ledger.copy_to(&other).expect("a copy");
        let mut known = ledger.known().expect("readable");
        fs::rename(&other, &path).expect("replaced");
        // As if it had been looked at only after that.
        known.stamp = Stamp::of(&path);
        let found = look(&dir, &known, Depth::Head).expect("looked at");
        assert_eq!(found, Err("another program has written a copy over it".into()));
        assert!(!ledger.conclude(&known, found) && !ledger.is_written_over());
    }

    #[test]
    fn what_takes_the_place_of_the_pages_is_known_and_what_sqlite_brings_in_is_no_other() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().join("ledger");
        let mut ledger = Ledger::open(&dir).expect("a ledger");
        let path = ledger.place();
        let fold = |ledger: &Ledger| {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            ledger.connection.query_row(sql, [], |_| Ok(())).expect("folded");
        };
        let put = |ledger: &mut Ledger, name: &str, value: &str| {
            ledger.write(|tx| setting::put(tx, name, value)).expect("written");
        };
        put(&mut ledger, setting::name::LEDGER, "this one");
        fold(&ledger);
        let found = |ledger: &mut Ledger, depth| {
            let known = ledger.known().expect("readable");
            look(&dir, &known, depth).map(|found| (known, found)).expect("looked at")
        };
        assert!(ledger.was_written_to());
        let (known, whole) = found(&mut ledger, Depth::Whole);
        assert!(whole.is_ok() && ledger.conclude(&known, whole), "SQLite wrote it");
        assert!(!ledger.was_written_to());
        let before = fs::read(&path).expect("readable");
        // It grows, which the first page tells.
        put(&mut ledger, "long", &"x".repeat(100_000));
        fold(&ledger);
        let (known, whole) = found(&mut ledger, Depth::Head);
        assert!(ledger.conclude(&known, whole.clone()), "{whole:?}");
        let other = folder.path().join("other");
        ledger.copy_to(&other).expect("a copy");
        for (by, said) in [
            (before, "an older copy"),
            (fs::read(other).expect("readable"), "a copy"),
            (vec![0x5a; 9_000], "what is no database"),
            (Vec::new(), "what is no database"),
        ] {
            fs::write(&path, by).expect("written over");
            assert!(ledger.was_written_to(), "{said}");
            let (known, fault) = found(&mut ledger, Depth::Head);
            let fault = fault.expect_err(said);
            assert_eq!(fault, format!("another program has written {said} over it"));
            fs::write(&path, "and goes on").expect("written");
            assert!(!ledger.conclude(&known, Err(fault)), "it is looked at again");
        }
        let known = ledger.known().expect("from memory");
        assert!(ledger.conclude(&known, Err("so".into())) && ledger.is_written_over());
        let said = ledger.read(|_| Ok(())).expect_err("nothing is done with it").to_string();
        assert!(said.ends_with("is damaged: so"), "{said}");
    }
}
