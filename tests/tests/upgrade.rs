//! Aim: a ledger of the first schema that is being brought up when the program dies, at whichever
//! write, or the power is cut there, opens again as it was or as it becomes, with all that was in it.
//! Method: the kept ledger on a simulated disk, and a crash at each of its writes.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use acceptance::world::zones;
use calendar::zones::ZoneName;
use engine::{
    Actor, Engine,
    clock::SystemClock,
    ledger::{Ledger, SCHEMA},
};
use simulated_disk::{Disk, Fault, Kept};
use tempfile::TempDir;

/// The ledger of the first schema in a folder of its own, on a disk.
fn kept() -> (TempDir, Disk) {
    simulated_disk::install();
    // There is much to be made sure of: in memory that is soon done.
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ledgers/1");
    for name in ["carillon.db", "secret.key"] {
        let to = folder.path().join(name);
        fs::copy(from.join(name), &to).expect("a kept ledger");
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).expect("private");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("private");
    let disk = Disk::new(folder.path());
    (folder, disk)
}

/// What is in a ledger, by a few of its numbers.
fn holds(folder: &Path) -> (i64, [i64; 4]) {
    let path = folder.canonicalize().expect("a folder").join("carillon.db");
    let ledger = rusqlite::Connection::open(path).expect("a file");
    let ask = |sql: &str| ledger.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
    let sound: String =
        ledger.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(sound, "ok");
    let tables = ["event", "delivery", "audit", "channel"];
    (ask("PRAGMA user_version"), tables.map(|table| ask(&format!("SELECT count(*) FROM {table}"))))
}

/// Another disk with what is left on this one. What the copy before bringing it up was written to
/// has the name that the system gave it meanwhile.
fn restarted(folder: &Path, disk: &Disk) -> Disk {
    let folder = folder.canonicalize().expect("a folder");
    let copy = folder.join("backups/schema-1.db");
    let begun = folder.join("backups/schema.part");
    let named = if copy.exists() { copy } else { begun.clone() };
    let ledger = ["carillon.db", "carillon.db-wal"].map(|name| folder.join(name));
    for (on_disk, path) in ledger.iter().map(|path| (path, path)).chain([(&begun, &named)]) {
        if let Some(bytes) = disk.bytes(on_disk) {
            fs::write(path, bytes).expect("written");
        }
    }
    disk.remove();
    Disk::new(&folder)
}

/// Dies at this write, counted from the first of bringing it up; says whether it came so far.
fn check(after: u64, cuts_power: bool, before: &[i64; 4]) -> bool {
    let (folder, disk) = kept();
    disk.enter(1);
    disk.arrange(Fault::Crash { after, torn: 0 });
    let opened = Ledger::open(folder.path());
    let died = disk.is_dead(1);
    assert_eq!(opened.is_err(), died, "write {after}");
    drop(opened);
    disk.heal();
    if cuts_power {
        // Of what was not synced every other change is there.
        let mut n = after;
        disk.lose_power(&mut |_| {
            n += 1;
            if n.is_multiple_of(2) { Kept::Whole } else { Kept::Lost }
        });
    }
    let disk = restarted(folder.path(), &disk);
    disk.enter(2);
    let (schema, found) = holds(folder.path());
    assert!([1, SCHEMA].contains(&schema), "write {after}: schema {schema}");
    assert_eq!(&found, before, "write {after}");
    disk.enter(3);
    let engine = Engine::open_with(
        folder.path(),
        Actor::CommandLine,
        Arc::new(SystemClock::new()),
        zones(),
        &ZoneName::utc(),
    )
    .expect("it opens again");
    assert_eq!(engine.check_records().expect("looked through"), [], "write {after}");
    drop(engine);
    disk.enter(4);
    assert_eq!(holds(folder.path()), (SCHEMA, *before), "write {after}");
    disk.remove();
    died
}

fn check_each(cuts_power: bool) {
    let (folder, disk) = kept();
    disk.enter(1);
    let (schema, before) = holds(folder.path());
    disk.remove();
    assert_eq!(schema, 1);
    assert!(before.iter().all(|count| *count > 0), "{before:?}");
    // Ends: it is brought up in so many writes.
    let died = (0..).take_while(|after| check(*after, cuts_power, &before)).count();
    println!("it was brought up in {died} writes, and died at each of them");
    assert!(died > 50, "{died} writes");
}

#[test]
fn killed_at_any_write_an_older_ledger_is_brought_up_or_as_it_was() {
    check_each(false);
}

#[test]
fn without_power_at_any_write_an_older_ledger_is_brought_up_or_as_it_was() {
    check_each(true);
}
