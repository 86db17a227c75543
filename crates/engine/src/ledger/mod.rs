//! The ledger: one SQLite file that holds every definition, every delivery and every step of it.
//! All SQL of the product is in this folder, one file a table: row, reads, writes.
//!
//! Whoever writes does so in one IMMEDIATE transaction through [`Ledger::write`], which first
//! makes sure that no newer program has changed the schema meanwhile.

pub mod acknowledgement;
pub mod attempt;
pub mod audit;
pub(crate) mod beside;
pub mod breaker;
pub mod calendar;
pub mod change;
pub mod channel;
pub mod clocks;
pub mod condemned;
pub mod copy;
pub mod delivery;
mod doubt;
pub mod event;
pub mod exchange;
mod file;
pub mod inbox;
pub mod letters;
pub mod lost;
mod migrate;
pub mod moved;
pub mod overflow;
pub mod person;
pub mod request;
pub mod retention;
pub mod runs;
pub mod setting;
pub mod statistic;
pub mod status;
pub(crate) mod takeover;
pub mod trail;
#[cfg(feature = "mutants")]
pub mod upgrade;
pub mod written;

use std::path::{Path, PathBuf};

use ::calendar::nag::Nag;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

pub(crate) use self::file::{DATABASE, make_room, prepare_directory};
pub use self::{file::SchedulerLock, migrate::SCHEMA};
use crate::{
    bell::Bell,
    error::{Error, Result},
    planted::{Planted, is_planted},
};

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    dir: PathBuf,
    bell: Bell,
    /// The schema it is written by.
    knows: i64,
    /// An older service was asked to stop, so that the file could be brought up.
    took_over: bool,
    /// The disk failed it: what it knows of the file may not be what is there.
    is_doubtful: bool,
    /// Nothing is done with it any more.
    is_closed: bool,
    /// Which file it is, wherever its name leads by now.
    identity: Option<lost::Identity>,
    /// The same of what was written to it last.
    journal: Option<lost::Identity>,
    /// What is known of it holds for this very file.
    stays: bool,
    /// It was let go of, for another file to take its place.
    left: Option<condemned::Left>,
    written: written::Written,
    /// The rows that the largest of its transactions changed.
    most: u64,
    shared: Option<file::SharedLock>,
}

impl Ledger {
    /// Opens the ledger in this directory, making both if they are not there.
    ///
    /// # Errors
    /// When the place is not fit (readable by others, not ours, newer), or the disk says no.
    pub fn open(dir: &Path) -> Result<Self> {
        let (dir, mut connection, shared) = Self::reach(dir)?;
        let path = dir.join(DATABASE);
        // Its first bytes are read below, which ends no lock of SQLite's as long as it stays open.
        let _beside = beside::Beside::open(&path);
        let (shared, took_over) = migrate::bring_up(&dir, &mut connection, shared)?;
        let bell = Bell::in_dir(&dir);
        Ok(Self {
            connection,
            dir,
            bell,
            knows: migrate::schema(),
            took_over,
            is_doubtful: false,
            is_closed: false,
            identity: lost::Identity::of(&path),
            journal: None,
            stays: false,
            left: None,
            written: written::Written::of(&path),
            most: 0,
            shared: Some(shared),
        })
    }

    /// The file, of whatever schema it is, made if it is not there.
    fn reach(dir: &Path) -> Result<(PathBuf, Connection, file::SharedLock)> {
        let dir = prepare_directory(dir)?;
        condemned::await_end(&dir)?;
        written::await_own_journal(&dir)?;
        let shared = file::SharedLock::take(&dir)?;
        exchange::finish_cut_off(&dir, &shared)?;
        let path = file::prepare_database(&dir)?;
        let connection = file::connect(&dir, &path)?;
        Ok((dir, connection, shared))
    }

    /// Opens the ledger in this directory to look at it: nothing is made, and nothing brought up
    /// to date. `None` where there is none, or only an empty file of its name.
    ///
    /// # Errors
    /// As [`Ledger::open`], and when the ledger is of an older program.
    pub fn look(dir: &Path) -> Result<Option<Self>> {
        if !dir.exists() {
            return Ok(None);
        }
        let dir = file::examine_directory(dir)?;
        condemned::await_end(&dir)?;
        written::await_own_journal(&dir)?;
        exchange::refuse_cut_off(&dir)?;
        let Some(path) = file::examine_database(&dir)? else { return Ok(None) };
        let shared = file::SharedLock::look(&dir)?;
        let connection = file::connect(&dir, &path)?;
        if !migrate::is_ready(&dir, &connection)? {
            return Ok(None);
        }
        let bell = Bell::in_dir(&dir);
        Ok(Some(Self {
            connection,
            dir,
            bell,
            knows: migrate::schema(),
            took_over: false,
            is_doubtful: false,
            is_closed: false,
            identity: lost::Identity::of(&path),
            journal: None,
            stays: false,
            left: None,
            written: written::Written::of(&path),
            most: 0,
            shared,
        }))
    }

    /// The directory it is in, in canonical form.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether an older service was asked to stop so that the ledger could be brought up: nobody
    /// rings until another one is started.
    pub fn took_over(&self) -> bool {
        self.took_over
    }

    /// The bell beside it.
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    /// Reads in one consistent view.
    ///
    /// # Errors
    /// Whatever `work` says, and what SQLite says.
    pub fn read<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.make_sure()?;
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Deferred);
        let done = begun.map_err(Error::from).and_then(|tx| work(&tx));
        self.heed(done)
    }

    /// Changes in one transaction; an error changes nothing. The bell rings after the commit.
    ///
    /// # Errors
    /// Whatever `work` says, and what SQLite says.
    pub fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let done = self.write_silently(work)?;
        self.bell.ring();
        Ok(done)
    }

    /// [`Ledger::write`] without the bell, for the service's own passes that woke for nothing.
    ///
    /// # Errors
    /// As [`Ledger::write`].
    pub fn write_silently<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        for _ in 0..lost::FOLLOWED {
            self.make_sure()?;
            let how = TransactionBehavior::Immediate;
            let before = self.changes();
            let done = match self.connection.transaction_with_behavior(how) {
                // It was put back just before nobody could write to it any more.
                Ok(_) if lost::is_elsewhere(&self.dir, self.identity) => continue,
                Ok(tx) => change(tx, self.knows, work),
                Err(error) => Err(error.into()),
            };
            if matches!(&done, Err(Error::Sqlite(error)) if doubt::is_of_the_disk(error)) {
                self.is_doubtful = true;
            }
            self.most = self.most.max(self.changes() - before);
            return self.heed(done);
        }
        Err(Error::Replaced { path: self.dir.clone() })
    }

    /// For a copy that nobody needs after a power cut: commits no longer wait for the disk.
    pub(crate) fn forgo_safety(&mut self) -> Result<()> {
        Ok(self.connection.execute_batch("PRAGMA synchronous = OFF")?)
    }

    /// Whether it holds secrets, which only its key file opens.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn has_secrets(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM channel WHERE secret IS NOT NULL)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// How many rows this connection has changed so far.
    pub fn changes(&self) -> u64 {
        self.connection.total_changes()
    }

    /// How many rows the largest transaction changed since this was last asked: others wait for as
    /// long as that takes.
    pub fn most_changed(&mut self) -> u64 {
        std::mem::take(&mut self.most)
    }

    /// The SQLite version in use.
    pub fn sqlite_version() -> &'static str {
        rusqlite::version()
    }

    /// SQLite's own quick check of the file: empty when all is well.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn quick_check(&self) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare("PRAGMA quick_check(10)")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        let said: Vec<String> = rows.collect::<std::result::Result<_, _>>()?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }
}

fn change<T>(
    tx: Transaction<'_>,
    known: i64,
    work: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    let found = migrate::version(&tx)?;
    if found > known && !is_planted(Planted::NewerUnseen) {
        return Err(Error::Newer { found, known });
    }
    let done = work(&tx)?;
    tx.commit()?;
    Ok(done)
}

#[cfg(test)]
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

#[cfg(test)]
use rusqlite::trace::{TraceEvent, TraceEventCodes};

#[cfg(test)]
impl Ledger {
    /// Another program's connection, which has the write lock for as long as it lives.
    pub(crate) fn held_by_another(&self) -> Connection {
        let other = Connection::open(self.dir.join("carillon.db")).expect("a file");
        other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
        other
    }

    /// A newer program makes of it what it alone knows.
    pub(crate) fn is_brought_up_by_another(&self, schema: i64) {
        let other = Connection::open(self.dir.join("carillon.db")).expect("a file");
        other.pragma_update(None, "user_version", schema).expect("another schema");
    }

    /// Whether somebody writes to this file now.
    pub(crate) fn is_locked(path: &Path) -> bool {
        let other = Connection::open(path).expect("a file");
        other.busy_timeout(std::time::Duration::ZERO).expect("no patience");
        other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
    }

    /// From now on the words of every statement are kept here.
    pub(crate) fn overhear(&mut self, heard: Arc<Mutex<BTreeSet<String>>>) {
        let hear = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, _) = event {
                let mut heard = heard.lock().expect("nobody panics with it");
                heard.insert(statement.sql().into_owned());
            }
        };
        let all = TraceEventCodes::SQLITE_TRACE_STMT;
        self.connection.trace_v2(all, Some(hear)).expect("a listener");
    }

    /// How a statement finds its rows, step by step.
    pub(crate) fn plan_of(&self, sql: &str) -> Vec<String> {
        let mut plan =
            self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3));
        steps.collect::<std::result::Result<_, _>>().expect("steps")
    }

    /// From now on the file cannot grow, as on a disk without room; or it can again.
    pub(crate) fn set_full(&self, full: bool) {
        let ask = |pragma: &str| self.connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
        let pages = if full { ask("PRAGMA page_count").expect("readable") } else { 1_000_000 };
        let most = ask(&format!("PRAGMA max_page_count = {pages}"));
        assert_eq!(most.expect("a limit"), pages);
    }
}

/// A number that is another one after a change by another connection.
///
/// # Errors
/// When the ledger cannot be read.
pub(crate) fn data_version(tx: &Transaction<'_>) -> Result<i64> {
    Ok(tx.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

/// A moment as the ledger stores it.
pub(crate) fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A stored moment.
pub(crate) fn moment(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// A row read column by column in the order of its statement: a look by name compares with each name
/// before it, and a row of many columns is mostly that.
pub(crate) struct Cells<'r, 's> {
    row: &'r rusqlite::Row<'s>,
    next: usize,
}

impl<'r, 's> Cells<'r, 's> {
    pub(crate) fn new(row: &'r rusqlite::Row<'s>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column, which has this name.
    pub(crate) fn take<T: rusqlite::types::FromSql>(&mut self, name: &str) -> rusqlite::Result<T> {
        let at = self.step(name);
        self.row.get(at)
    }

    /// The next column, whose text must read as `T`, or the row is damaged.
    pub(crate) fn parse<T>(&mut self, name: &str) -> rusqlite::Result<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        self.text(name)?.parse().map_err(|e: T::Err| damaged(name, &e.to_string()))
    }

    /// The text of the next column where it is.
    pub(crate) fn text(&mut self, name: &str) -> rusqlite::Result<&'r str> {
        let at = self.step(name);
        Ok(self.row.get_ref(at)?.as_str()?)
    }

    /// The next column as a moment, if it is one.
    pub(crate) fn moment(&mut self, name: &str) -> rusqlite::Result<Option<Timestamp>> {
        Ok(self.take::<Option<i64>>(name)?.map(moment))
    }

    /// The next column, which says how often something is told again.
    pub(crate) fn nag(&mut self, name: &str) -> rusqlite::Result<Option<Nag>> {
        let seconds: Option<i64> = self.take(name)?;
        seconds.map(Nag::of_seconds).transpose().map_err(|e| damaged(name, &e.to_string()))
    }

    fn step(&mut self, name: &str) -> usize {
        let at = self.next;
        self.next += 1;
        debug_assert_eq!(self.row.as_ref().column_name(at), Ok(name), "columns in their order");
        at
    }
}

/// A column whose text must read as `T`, or the row is damaged.
pub(crate) fn column<T>(row: &rusqlite::Row<'_>, name: &str) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let text: String = row.get(name)?;
    text.parse().map_err(|e: T::Err| damaged(name, &e.to_string()))
}

/// A column that says how often something is told again.
pub(crate) fn nag(row: &rusqlite::Row<'_>, name: &str) -> rusqlite::Result<Option<Nag>> {
    let seconds: Option<i64> = row.get(name)?;
    seconds.map(Nag::of_seconds).transpose().map_err(|e| damaged(name, &e.to_string()))
}

/// What reading a damaged column says.
pub(crate) fn damaged(name: &str, reason: &str) -> rusqlite::Error {
    let reason = format!("column {name} of the ledger is damaged: {reason}");
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, reason.into())
}

/// Does something a pass can do without: where it fails it changes nothing, and is said in the log.
///
/// # Errors
/// When the ledger cannot be written at all.
pub(crate) fn apart<T>(
    tx: &Transaction<'_>,
    work: impl FnOnce() -> Result<T>,
) -> Result<Option<T>> {
    tx.execute_batch("SAVEPOINT apart")?;
    let done = work();
    if let Err(error) = &done {
        tracing::error!(%error, "left out of this pass");
        tx.execute_batch("ROLLBACK TO apart")?;
    }
    tx.execute_batch("RELEASE apart")?;
    Ok(done.ok())
}
