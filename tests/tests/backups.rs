//! The backups nobody asked for: one a day, a week of them, each whole and of its owner alone; and
//! the one before a ledger is brought up to another schema.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use acceptance::world::{World, draft};
use engine::{
    backup,
    ledger::{Ledger, SCHEMA, copy},
};
use jiff::SignedDuration;

fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("a plain name");
    let mut names: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
    names.sort();
    names
}

#[test]
fn there_is_a_backup_of_each_day_and_a_week_of_them() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let dir = world.folder().to_path_buf();
    let mut now = world.now();
    for day in 0..10 {
        assert!(backup::is_due(&dir, now), "day {day}");
        world.add(draft("note", "Bins", "20261224T200000", Some("Europe/Berlin")));
        let made = backup::daily(&dir, now).expect("a backup").expect("room for it");
        assert_eq!(made.holds.events, day + 1);
        assert!(!backup::is_due(&dir, now), "day {day}");
        now = now.checked_add(SignedDuration::from_hours(24)).expect("a day later");
    }
    let kept: Vec<_> = (26..=30)
        .map(|day| format!("daily-2026-11-{day}.db"))
        .chain((1..=2).map(|day| format!("daily-2026-12-0{day}.db")))
        .collect();
    assert_eq!(names(&dir.join("backups")), kept);
    for name in kept {
        let mode = fs::metadata(dir.join("backups").join(name)).expect("a file").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    // What a person put there is nobody else's to throw away.
    let own = dir.join("backups/daily-before-the-move.db");
    fs::write(&own, "mine").expect("written");
    backup::daily(&dir, now).expect("a backup").expect("room for it");
    assert_eq!(fs::read_to_string(own).expect("still there"), "mine");
}

#[test]
fn what_a_kill_left_of_a_backup_goes_with_the_next_one() {
    let world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let dir = world.folder().join("backups");
    fs::create_dir(&dir).expect("a folder");
    let mine = "daily-mine.db.part";
    for name in ["daily-2026-11-22.db.00112233445566ff.part", mine] {
        fs::write(dir.join(name), "half of it").expect("written");
    }
    backup::daily(world.folder(), world.now()).expect("a backup").expect("room for it");
    assert_eq!(names(&dir), ["daily-2026-11-23.db", mine]);
}

#[test]
fn a_backup_of_a_damaged_ledger_takes_no_good_ones_place() {
    let world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let dir = world.folder().to_path_buf();
    let mut now = world.now();
    for _ in 0..7 {
        backup::daily(&dir, now).expect("a backup").expect("room for it");
        now = now.checked_add(SignedDuration::from_hours(24)).expect("a day later");
    }
    let before = names(&dir.join("backups"));
    let ledger = rusqlite::Connection::open(dir.join("carillon.db")).expect("a file");
    // A reference to nothing, which SQLite's own check does not look for.
    ledger
        .execute_batch(
            "PRAGMA foreign_keys = OFF; INSERT INTO moved VALUES (randomblob(16), 'x', 1, 1, 'x');",
        )
        .expect("damage");
    let said = backup::daily(&dir, now).expect_err("no good backup").to_string();
    assert!(said.contains("did not become a whole backup"), "{said}");
    assert_eq!(names(&dir.join("backups")), before);
}

/// A ledger as the first schema left it.
fn old_ledger() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ledgers/1");
    for name in names(&from) {
        let to = folder.path().join(&name);
        fs::copy(from.join(&name), &to).expect("a copy");
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("a mode");
    let path = folder.path().to_path_buf();
    (folder, path)
}

#[test]
fn before_a_ledger_is_brought_up_it_is_copied_as_it_is() {
    let (_folder, dir) = old_ledger();
    drop(Ledger::open(&dir).expect("brought up"));
    assert_eq!(names(&dir.join("backups")), ["schema-1.db"]);
    let path = dir.join("backups/schema-1.db");
    let kept = copy::examine(&path).expect("a whole copy");
    assert_eq!(kept.schema, 1);
    assert!(kept.events > 0 && kept.deliveries > 0, "{kept:?}");
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    let now = rusqlite::Connection::open(dir.join("carillon.db")).expect("a file");
    let schema: i64 = now.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a number");
    assert_eq!(schema, SCHEMA);
}

#[test]
fn a_ledger_that_was_never_old_has_no_such_copy() {
    let world = World::at("2026-11-23T07:00[Europe/Berlin]");
    assert!(names(&world.folder().join("backups")).is_empty());
}
