//! Aim: the disk is as good as a real one while nothing goes wrong, and as bad when it does.
//! Method: the real SQLite above it, set up as the ledger is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::Connection;
use simulated_disk::{Disk, Fault, Kept, install};
use tempfile::TempDir;

/// A folder whose files are simulated.
struct World {
    folder: TempDir,
    disk: Disk,
}

impl Drop for World {
    fn drop(&mut self) {
        self.disk.remove();
    }
}

impl World {
    fn new() -> Self {
        install();
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::new(folder.path());
        let world = Self { folder, disk };
        let ledger = world.open(0, "FULL");
        ledger.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)").expect("a table");
        drop(ledger);
        world
    }

    fn open(&self, process: u32, synchronous: &str) -> Connection {
        self.disk.enter(process);
        let folder = self.folder.path().canonicalize().expect("a folder");
        let connection = Connection::open(folder.join("a.db")).expect("a connection");
        connection.busy_timeout(Duration::from_secs(2)).expect("a patience");
        let mode: String = connection
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
            .expect("an answer");
        assert_eq!(mode, "wal");
        connection.pragma_update(None, "synchronous", synchronous).expect("a mode");
        connection
    }

    /// What a new process finds; the file must be sound.
    fn found(&self, process: u32) -> Vec<i64> {
        let connection = self.open(process, "FULL");
        let sound: String =
            connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
        assert_eq!(sound, "ok");
        numbers(&connection)
    }
}

fn numbers(connection: &Connection) -> Vec<i64> {
    let mut statement = connection.prepare("SELECT n FROM t ORDER BY n").expect("a question");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|n| n.expect("a number")).collect()
}

fn put(connection: &Connection, n: i64) -> rusqlite::Result<usize> {
    connection.execute("INSERT INTO t VALUES (?1, ?2)", (n, "x".repeat(900)))
}

/// Numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn kept(&mut self, size: usize) -> Kept {
        match self.below(4) {
            0 => Kept::Whole,
            1 => Kept::Torn(usize::try_from(self.below(size as u64 + 1)).unwrap_or(0)),
            _ => Kept::Lost,
        }
    }
}

/// How many of a hundred power cuts lost something that had been committed.
fn cuts_that_lost(synchronous: &str) -> usize {
    let mut lost = 0;
    for seed in 0..100 {
        let world = World::new();
        let mut dice = Dice(seed);
        let connection = world.open(1, synchronous);
        let count = 1 + i64::try_from(dice.below(40)).unwrap_or(0);
        (0..count).for_each(|n| assert_eq!(put(&connection, n), Ok(1)));
        world.disk.lose_power(&mut |size| dice.kept(size));
        drop(connection);
        let found = world.found(2);
        let is_whole = found == (0..count).collect::<Vec<_>>();
        assert!(is_whole || synchronous != "FULL", "seed {seed}: {found:?} of {count}");
        assert!(found.iter().zip(0..).all(|(a, b)| *a == b), "a hole in {found:?}");
        lost += usize::from(!is_whole);
    }
    lost
}

#[test]
fn what_is_committed_survives_a_power_cut_at_full_and_not_at_normal() {
    assert_eq!(cuts_that_lost("FULL"), 0);
    let lost = cuts_that_lost("NORMAL");
    assert!(lost > 50, "only {lost} of 100: this disk keeps what it was not asked to keep");
}

#[test]
fn a_process_that_dies_at_any_write_leaves_the_old_or_the_new() {
    let mut died = 0;
    for after in 0.. {
        let world = World::new();
        let connection = world.open(1, "FULL");
        world.disk.arrange(Fault::Crash { after, torn: 300 });
        let done: Vec<i64> = (0..6).take_while(|n| put(&connection, *n).is_ok()).collect();
        // The last to close copies the journal into the file.
        drop(connection);
        if !world.disk.is_dead(1) {
            break;
        }
        died += 1;
        let found = world.found(2);
        let next = done.len() + 1;
        assert!(found.len() == done.len() || found.len() == next, "{found:?} after {done:?}");
        assert!(found.iter().zip(0..).all(|(a, b)| *a == b), "{found:?}");
    }
    assert!(died > 12, "{died} places to die");
}

#[test]
fn a_power_cut_at_any_write_leaves_the_old_or_the_new() {
    for after in 0..60 {
        let world = World::new();
        let mut dice = Dice(after);
        let connection = world.open(1, "FULL");
        world.disk.arrange(Fault::Crash { after, torn: 700 });
        let done: Vec<i64> = (0..20).take_while(|n| put(&connection, *n).is_ok()).collect();
        world.disk.lose_power(&mut |size| dice.kept(size));
        drop(connection);
        let found = world.found(2);
        assert!(found.len() == done.len() || found.len() == done.len() + 1, "{found:?}, {done:?}");
    }
}

#[test]
fn two_processes_see_each_other_and_one_waits_for_the_other() {
    let world = World::new();
    let (one, other) = (world.open(1, "FULL"), world.open(2, "FULL"));
    assert_eq!(put(&one, 1), Ok(1));
    assert_eq!(numbers(&other), [1]);
    let slept = Arc::new(AtomicU64::new(0));
    let count = slept.clone();
    world.disk.on_sleep(move |time| {
        count.fetch_add(u64::try_from(time.as_millis()).unwrap_or(0), Ordering::Relaxed);
    });
    one.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    assert_eq!(put(&one, 2), Ok(1));
    let error = put(&other, 3).expect_err("it is locked");
    assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy));
    assert!(slept.load(Ordering::Relaxed) >= 1_900, "{slept:?} ms of patience");
    assert_eq!(numbers(&other), [1], "nothing is seen before it is committed");
    world.disk.kill(1);
    assert_eq!(put(&other, 3), Ok(1), "who dies holds no lock");
    assert!(one.execute_batch("COMMIT").is_err(), "who is dead writes nothing");
    drop(one);
    assert_eq!(numbers(&other), [1, 3]);
}

#[test]
fn a_foreign_lock_is_waited_for() {
    let world = World::new();
    let connection = world.open(1, "FULL");
    world.disk.arrange(Fault::Busy { held: Duration::from_millis(700) });
    assert_eq!(put(&connection, 1), Ok(1));
    world.disk.arrange(Fault::Busy { held: Duration::from_secs(9) });
    assert!(put(&connection, 2).is_err());
    world.disk.heal();
    assert_eq!(put(&connection, 2), Ok(1));
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let world = World::new();
    let connection = world.open(1, "FULL");
    world.disk.arrange(Fault::Full { bytes: 120_000 });
    let done = (0..1_000).take_while(|n| put(&connection, *n).is_ok()).count();
    assert!((5..200).contains(&done), "{done}");
    let error = put(&connection, 5_000).expect_err("no room");
    assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull));
    assert_eq!(numbers(&connection).len(), done);
    world.disk.heal();
    assert_eq!(put(&connection, 5_000), Ok(1));
    drop(connection);
    assert_eq!(world.found(2).len(), done + 1);
}

#[test]
fn a_sync_that_failed_has_kept_nothing() {
    let world = World::new();
    let connection = world.open(1, "FULL");
    assert_eq!(put(&connection, 1), Ok(1));
    world.disk.arrange(Fault::FailingSync { after: 0 });
    assert!(put(&connection, 2).is_err());
    world.disk.lose_power(&mut |_| Kept::Whole);
    drop(connection);
    assert_eq!(world.found(2), [1]);
}

#[test]
fn the_same_is_done_each_time() {
    let run = || {
        let world = World::new();
        let connection = world.open(1, "FULL");
        (0..50).for_each(|n| assert_eq!(put(&connection, n), Ok(1)));
        drop(connection);
        let path = world.folder.path().canonicalize().expect("a folder").join("a.db");
        (world.disk.counts(), world.disk.bytes(&path).expect("the file"))
    };
    let (first, second) = (run(), run());
    assert_eq!(first.0, second.0);
    assert!(first.1 == second.1, "the files differ");
    assert!(first.0.syncs >= 50, "{:?}", first.0);
}
