//! An exchange that is cut off at each of its steps, over real files.

use std::path::{Path, PathBuf};

use super::*;
use crate::ledger::{Ledger, setting};

fn write(ledger: &mut Ledger, value: &str) {
    ledger.write(|tx| setting::put(tx, "who", value)).expect("written");
}

/// What the ledger under this name says it is.
fn who(path: &Path) -> String {
    let ledger = rusqlite::Connection::open(path).expect("a file");
    let sql = "SELECT value FROM setting WHERE name = 'who'";
    ledger.query_row(sql, [], |row| row.get(0)).expect("a whole ledger")
}

/// A folder with a ledger whose last commit is in its journal alone, as a kill leaves it, and a
/// whole one that is to take its place.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temp folder");
    let (from, dir) = (folder.path().join("from"), folder.path().join("ledger"));
    let mut old = Ledger::open(&from).expect("a ledger");
    write(&mut old, "new");
    old.copy_to(&folder.path().join("fresh")).expect("a copy");
    write(&mut old, "folded");
    old.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("folded");
    write(&mut old, "old");
    file::prepare_directory(&dir).expect("a folder");
    for name in ["carillon.db", "carillon.db-wal"] {
        fs::copy(from.join(name), dir.join(name)).expect("a copy");
    }
    fs::rename(folder.path().join("fresh"), dir.join(FRESH)).expect("a file");
    (folder, dir)
}

#[test]
fn killed_at_any_step_the_new_one_is_in_place_when_it_is_opened_and_the_old_one_whole_beside_it() {
    for most in 0..=8 {
        let (_folder, dir) = folder();
        let aside = dir.join("carillon.db.before-restore-now");
        intend(&dir, &aside).expect("written down");
        finish_until(&dir, most).expect("so far");
        let mut ledger = Ledger::open(&dir).expect("it opens");
        let found = ledger.read(|tx| setting::get(tx, "who")).expect("read");
        assert_eq!(found.as_deref(), Some("new"), "killed after {most} steps");
        write(&mut ledger, "newer");
        drop(ledger);
        assert_eq!(who(&aside), "old", "killed after {most} steps");
        assert!(!dir.join(INTENT).exists() && !dir.join(FRESH).exists());
    }
}

#[test]
fn killed_before_it_is_written_down_all_is_as_it_was() {
    let (_folder, dir) = folder();
    fs::write(dir.join(format!("{INTENT}.part")), "carillon.db.bef").expect("half of it");
    drop(Ledger::open(&dir).expect("it opens"));
    assert_eq!(who(&dir.join("carillon.db")), "old");
}

#[test]
fn a_journal_whose_ledger_is_gone_is_not_read_into_the_new_one() {
    let (_folder, dir) = folder();
    fs::remove_file(dir.join("carillon.db")).expect("gone");
    let lock = SchedulerLock::try_take(&dir).expect("a lock").expect("free");
    let alone = Alone::with(&dir, &lock, PATIENCE).expect("fit").expect("alone");
    assert_eq!(alone.exchange("damaged", Timestamp::UNIX_EPOCH).expect("exchanged"), None);
    drop(alone);
    assert_eq!(who(&dir.join("carillon.db")), "new");
    assert!(dir.join("carillon.db.damaged-19700101T000000Z-wal").exists(), "and is kept");
}

#[test]
fn what_cannot_be_set_aside_stays_where_it_is() {
    let (_folder, dir) = folder();
    let lock = SchedulerLock::try_take(&dir).expect("a lock").expect("free");
    let alone = Alone::with(&dir, &lock, PATIENCE).expect("fit").expect("alone");
    let in_the_way = dir.join("carillon.db-shm");
    fs::create_dir(&in_the_way).expect("a folder");
    alone.exchange("damaged", Timestamp::UNIX_EPOCH).expect_err("a folder is in the way");
    drop(alone);
    fs::remove_dir(in_the_way).expect("gone");
    assert!(!dir.join(INTENT).exists());
    assert_eq!(who(&dir.join("carillon.db")), "old");
    // Nor does what was to take its place keep room on the disk.
    for gone in [FRESH, "carillon.db.damaged-19700101T000000Z"] {
        assert!(!dir.join(gone).exists(), "{gone}");
    }
}
