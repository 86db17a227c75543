//! A ledger whose file is damaged or gone: the newest good backup of it takes its place, once, also
//! with two services, and only when nobody has it open; and what keeps that from being done is told.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use acceptance::{home::Home, world::draft};
use calendar::{delivery::State, id::ChannelId};
use engine::{
    Actor, Engine, Error, backup,
    bell::Bell,
    clock::SystemClock,
    damage::{self, Journal, Mending},
    ledger::{Ledger, SchedulerLock, condemned::Condemned},
};
use jiff::{SignedDuration, Timestamp};
use testkit::notifier::Notifier;
use wire::{
    EngineHost, Host,
    dto::{Empty, Mutation},
};

const BERLIN: &str = "Europe/Berlin";

fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("a plain name");
    let mut names: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
    names.sort();
    names
}

/// What was set aside as damaged, with its journal beside it where it had one.
fn kept(dir: &Path) -> Vec<String> {
    let is_one = |name: &String| name.contains(".damaged-") && !name.ends_with("-wal");
    names(dir).into_iter().filter(is_one).collect()
}

/// All pages but the first few are no longer what they were.
fn smash(dir: &Path) {
    let path = dir.join("carillon.db");
    let mut bytes = fs::read(&path).expect("a ledger");
    bytes[100..].fill(0xa5);
    fs::write(&path, bytes).expect("written");
    for end in ["-wal", "-shm"] {
        drop(fs::remove_file(dir.join(format!("carillon.db{end}"))));
    }
}

/// A ledger of one event in a folder, backed up on this day.
fn backed_up(dir: &Path, title: &str, day: Timestamp) {
    let engine = Engine::open(dir, Actor::CommandLine, Arc::new(SystemClock::new()));
    let engine = engine.expect("a ledger");
    let draft = draft("note", title, "20990101T080000", Some(BERLIN));
    let save = engine::events::Save { draft, ..Default::default() };
    engine.save_event(&save).expect("saved");
    backup::daily(dir, day).expect("a backup").expect("room for it");
}

fn mend(dir: &Path, now: Timestamp) -> engine::Result<Mending> {
    let lock = SchedulerLock::wait(dir)?;
    damage::mend(dir, &lock, now, Journal::Its)
}

fn titles(dir: &Path) -> Vec<String> {
    let engine = Engine::open(dir, Actor::CommandLine, Arc::new(SystemClock::new()));
    let events = engine.expect("a ledger").events().expect("readable");
    let mut titles: Vec<_> = events.into_iter().map(|row| row.event.title.to_string()).collect();
    titles.sort();
    titles
}

fn day(text: &str) -> Timestamp {
    format!("{text}T12:00:00Z").parse().expect("a day")
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("ledger");
    (folder, dir)
}

#[test]
fn a_ledger_that_is_sound_when_its_turn_comes_is_left_as_it_is() {
    let (_folder, dir) = folder();
    backed_up(&dir, "One", day("2026-11-23"));
    let before = fs::read(dir.join("carillon.db")).expect("the ledger");
    assert_eq!(mend(&dir, day("2026-11-24")).expect("looked at"), Mending::Sound);
    assert_eq!(
        (fs::read(dir.join("carillon.db")).expect("the ledger"), kept(&dir)),
        (before, vec![])
    );
    smash(&dir);
    let Mending::Mended(done) = mend(&dir, day("2026-11-24")).expect("mended") else {
        panic!("it was damaged")
    };
    assert_eq!(titles(&dir), ["One"]);
    // Whoever waited for the same finds it done.
    assert_eq!(mend(&dir, day("2026-11-24")).expect("looked at"), Mending::Sound);
    let name = done.kept.expect("it is kept");
    assert_eq!(kept(&dir), [name.file_name().and_then(|n| n.to_str()).expect("a plain name")]);
}

#[test]
fn a_ledger_that_is_gone_or_empty_is_not_begun_anew_where_there_are_backups_of_it() {
    for is_empty in [false, true] {
        let (_folder, dir) = folder();
        backed_up(&dir, "One", day("2026-11-23"));
        let path = dir.join("carillon.db");
        match is_empty {
            true => fs::write(&path, "").expect("emptied"),
            false => fs::remove_file(&path).expect("removed"),
        }
        for error in [Ledger::open(&dir).err(), Ledger::look(&dir).err()] {
            let error = error.expect("it is not begun anew");
            assert!(damage::is_damage(&error, &dir), "{error}");
            assert!(error.to_string().contains("is missing or empty"), "{error}");
        }
        let Mending::Mended(done) = mend(&dir, day("2026-11-24")).expect("mended") else {
            panic!("it was gone")
        };
        assert_eq!(done.kept.is_some(), is_empty);
        assert_eq!(titles(&dir), ["One"]);
        // Who moves the backups away begins anew.
        fs::remove_file(&path).expect("removed");
        fs::rename(dir.join("backups"), dir.join("earlier")).expect("moved away");
        assert_eq!(titles(&dir), [""; 0]);
    }
}

#[test]
fn one_that_is_damaged_again_and_again_does_not_fill_the_disk_with_what_is_kept_of_it() {
    let (_folder, dir) = folder();
    backed_up(&dir, "One", day("2026-11-23"));
    for n in 1..=3 {
        smash(&dir);
        assert!(matches!(mend(&dir, day("2026-11-24")), Ok(Mending::Mended(_))), "{n}");
    }
    smash(&dir);
    let late = day("2026-11-25") - SignedDuration::from_secs(1);
    for (now, journal) in [(day("2026-11-24"), Journal::Its), (late, Journal::Former)] {
        let lock = SchedulerLock::wait(&dir).expect("led");
        let said = damage::mend(&dir, &lock, now, journal).expect_err("damaged again").to_string();
        assert!(said.contains("it was damaged 3 times within a day"), "{said}");
        assert_eq!(kept(&dir).len(), 3);
    }
    assert!(matches!(mend(&dir, day("2026-11-25")), Ok(Mending::Mended(_))));
    assert_eq!(titles(&dir), ["One"]);
}

#[test]
fn backups_of_another_ledger_are_not_thrown_away_and_do_not_take_its_place() {
    let (_folder, dir) = folder();
    for n in 1..=7 {
        backed_up(&dir, &format!("First {n}"), day(&format!("2026-11-0{n}")));
    }
    fs::rename(dir.join("carillon.db"), dir.join("first.db")).expect("moved away");
    fs::rename(dir.join("backups"), dir.join("aside")).expect("moved away");
    let first = names(&dir.join("aside"));
    drop(Ledger::open(&dir).expect("another one"));
    fs::rename(dir.join("aside"), dir.join("backups")).expect("moved back");
    for n in 10..=18 {
        backed_up(&dir, &format!("Other {n}"), day(&format!("2026-11-{n}")));
    }
    let all = names(&dir.join("backups"));
    assert_eq!(all.len(), 14, "{all:?}");
    assert!(first.iter().all(|name| all.contains(name)), "{all:?}");
    // Without a good one of its own it is not mended by the other's.
    for name in all.iter().filter(|name| !first.contains(name)) {
        fs::write(dir.join("backups").join(name), "no ledger").expect("spoiled");
    }
    let mut bytes = fs::read(dir.join("carillon.db")).expect("a ledger");
    let end = bytes.len() - 4_096;
    bytes[end..].fill(0xa5);
    let last = bytes.len() - 3 * 4_096;
    bytes[last..last + 4_096].fill(0xa5);
    fs::write(dir.join("carillon.db"), bytes).expect("damaged");
    let said = mend(&dir, day("2026-11-19")).expect_err("no good backup of it").to_string();
    assert!(said.contains("there is no good backup of it"), "{said}");
}

#[test]
fn a_backup_from_a_day_that_is_not_yet_keeps_nobody_from_making_one_and_comes_last() {
    let (_folder, dir) = folder();
    backed_up(&dir, "Then", day("2031-05-01"));
    let mut now = day("2026-11-23");
    for n in 0..9 {
        assert!(backup::is_due(&dir, now), "day {n}");
        backed_up(&dir, &format!("Day {n}"), now);
        assert!(!backup::is_due(&dir, now), "day {n}");
        now += SignedDuration::from_hours(24);
    }
    let kept = names(&dir.join("backups"));
    assert_eq!(kept.len(), 7, "{kept:?}");
    assert!(!kept.contains(&"daily-2031-05-01.db".to_string()), "{kept:?}");
    backed_up(&dir, "Then again", day("2031-05-01"));
    backed_up(&dir, "Now", now);
    smash(&dir);
    let Mending::Mended(done) = mend(&dir, now).expect("mended") else { panic!("it was damaged") };
    let name = format!("daily-{}.db", now.strftime("%Y-%m-%d"));
    assert_eq!(done.backup, Some(dir.canonicalize().expect("a path").join("backups").join(name)));
}

#[test]
fn a_ledger_named_through_a_link_is_damaged_all_the_same() {
    let (folder, dir) = folder();
    backed_up(&dir, "One", day("2026-11-23"));
    let link = folder.path().join("link");
    symlink(&dir, &link).expect("a link");
    let path = dir.canonicalize().expect("a path").join("carillon.db");
    let error = || Error::Damaged { path: path.clone(), reason: "so".into() };
    for named in [dir.as_path(), link.as_path(), &dir.join("../ledger")] {
        assert!(damage::is_damage(&error(), named), "{}", named.display());
    }
    let backup = dir.join("backups/daily-2026-11-23.db");
    let other = Error::Damaged { path: backup, reason: "so".into() };
    assert!(!damage::is_damage(&other, &dir));
}

/// A home with a reminder an hour ahead and a backup of it.
fn home() -> Home {
    let home = Home::new();
    home.note("Tea", Duration::from_secs(3_600), ChannelId::DESKTOP);
    backup::daily(&home.data(), home.engine.now().wall).expect("a backup").expect("room for it");
    home
}

/// What is on the disk is no longer what was written, and whoever has the ledger open has to read it.
fn damage_what_is_read(dir: &Path) {
    let path = dir.join("carillon.db");
    let other = rusqlite::Connection::open(&path).expect("a file");
    let change = "INSERT INTO setting VALUES ('touched', 'x')
        ON CONFLICT (name) DO UPDATE SET value = value || 'x'";
    other.execute(change, []).expect("a change");
    other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("folded");
    other.query_row("SELECT count(*) FROM setting", [], |_| Ok(())).expect("read");
    let mut file = fs::OpenOptions::new().write(true).open(&path).expect("the file");
    let size = file.metadata().expect("a size").len();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(4_096)).expect("behind its first page");
    let rest = usize::try_from(size - 4_096).expect("small");
    std::io::Write::write_all(&mut file, &vec![0xa5; rest]).expect("damaged");
    // By what it read before.
    other.execute(change, []).expect("a change");
    drop(other);
    Bell::in_dir(dir).ring();
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_is_met_while_it_works_is_mended_by_the_service_and_said() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    home.engine.close().expect("closed");
    damage_what_is_read(&home.data());
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon's ledger was damaged", "{notes:?}\n{}", home.log());
    let kept = kept(&home.data());
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(notes[0].body.contains(&kept[0]), "{notes:?}");
    // It leads and knows what rings.
    let home = home.opened_anew();
    let rings = home.engine.next_rings(9).expect("rings");
    assert_eq!(rings.len(), 1, "{}", home.log());
    home.until("a leading service", |engine| {
        engine.service_status().expect("readable").filter(|said| said.stopped.is_none())
    })
    .await;
    home.note("Now", Duration::from_secs(1), ChannelId::DESKTOP);
    home.until_in(State::Completed, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_services_one_mends_it_once() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _services = (home.service().await, home.stand_by());
    home.engine.close().expect("closed");
    damage_what_is_read(&home.data());
    notifier.wait_for(1).await;
    let home = home.opened_anew();
    home.note("Now", Duration::from_secs(1), ChannelId::DESKTOP);
    home.until_in(State::Completed, 1).await;
    let notes = notifier.wait_for(2).await;
    let said: Vec<_> = notes.iter().map(|note| note.summary.as_str()).collect();
    assert_eq!(said, ["Carillon's ledger was damaged", "Now"], "{}", home.log());
    assert_eq!(kept(&home.data()).len(), 1, "{}", home.log());
}

#[test]
fn what_a_killed_service_left_beside_a_ledger_keeps_nobody_from_it() {
    let (_folder, dir) = folder();
    backed_up(&dir, "Tea", day("2026-11-16"));
    let mark = dir.join("carillon.condemned");
    fs::write(&mark, "").expect("left");
    assert_eq!(titles(&dir), ["Tea"], "nobody leads");
    let lock = SchedulerLock::try_take(&dir).expect("a lock").expect("free");
    assert!(!mark.exists());
    assert_eq!(titles(&dir), ["Tea"], "it is led");
    let condemned = Condemned::put(&dir, &lock);
    assert!(mark.exists());
    drop(condemned);
    assert_eq!(titles(&dir), ["Tea"], "that is over");
}

/// An hour ahead.
fn add(home: &Home, title: &str) -> engine::Result<()> {
    let at = home.engine.now().wall + SignedDuration::from_hours(1);
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y%m%dT%H%M%S").to_string();
    let draft = draft("note", title, &at, Some("UTC"));
    let save = engine::events::Save { draft, ..Default::default() };
    home.engine.save_event(&save).map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_lets_go_of_a_damaged_ledger_and_goes_on_with_what_has_its_place() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    home.note("Since the backup", Duration::from_secs(3_600), ChannelId::DESKTOP);
    damage_what_is_read(&home.data());
    // It looks when the bell rings, as the page does.
    let is_mended = |engine: &Engine| engine.swapped().ok().flatten();
    home.until("another ledger", is_mended).await;
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon's ledger was damaged", "{notes:?}\n{}", home.log());
    add(&home, "Afterwards").expect("it goes on");
    assert_eq!(titles(&home.data()), ["Afterwards", "Tea"]);
    home.note("Now", Duration::from_secs(1), ChannelId::DESKTOP);
    home.until_in(State::Completed, 1).await;
    assert_eq!(notifier.wait_for(2).await[1].summary, "Now");
    // And says so until that was seen.
    let window = Engine::open(&home.data(), Actor::Window, Arc::new(SystemClock::new()));
    let window = EngineHost::new(Arc::new(window.expect("a ledger")));
    let said = window.status(Empty {}).expect("a status").swapped.expect("what happened");
    let kept = kept(&home.data());
    assert_eq!(said.what, "was damaged");
    assert!(said.took.starts_with("the backup daily-"), "{}", said.took);
    assert!(said.lost.ends_with(&kept[0]), "{}", said.lost);
    let seen = window.swap_seen(Mutation { request_id: "seen".into() }).expect("seen");
    assert!(seen.swapped.is_none());
    assert_eq!(home.says(&["doctor"]).1, 0, "{}", home.says(&["doctor"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_added_to_a_damaged_ledger_that_somebody_does_not_let_go_of() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    let hangs = Ledger::open(&home.data()).expect("a ledger");
    damage_what_is_read(&home.data());
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon's ledger is damaged", "{notes:?}\n{}", home.log());
    assert!(notes[0].body.contains(&format!("(process {})", std::process::id())), "{notes:?}");
    let said = add(&home, "In vain").expect_err("it is condemned");
    assert!(matches!(said, Error::Condemned { .. }), "{said}");
    for command in ["doctor", "list"] {
        let (said, code) = home.says(&[command]);
        let waits = format!("(process {})", std::process::id());
        assert!(said.contains(&waits) && code == 1, "{command}: {said}");
    }
    assert_eq!(kept(&home.data()), [""; 0]);
    drop(hangs);
    let notes = notifier.wait_for(2).await;
    assert_eq!(notes[1].summary, "Carillon's ledger was damaged", "{notes:?}\n{}", home.log());
    add(&home, "Afterwards").expect("it goes on");
    assert_eq!(titles(&home.data()), ["Afterwards", "Tea"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_deleted_beside_its_service_is_put_back_and_that_is_said() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    home.note("Since the backup", Duration::from_secs(3_600), ChannelId::DESKTOP);
    home.engine.close().expect("closed");
    fs::remove_file(home.data().join("carillon.db")).expect("gone");
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon's ledger was deleted", "{notes:?}\n{}", home.log());
    assert!(notes[0].body.contains("put it back"), "{notes:?}");
    assert_eq!(titles(&home.data()), ["Since the backup", "Tea"]);
    let home = home.opened_anew();
    home.note("Now", Duration::from_secs(2), ChannelId::DESKTOP);
    home.until_in(State::Completed, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_happened_to_the_ledger_is_said_when_there_is_somebody_who_shows_it() {
    let home = home();
    let _service = home.service().await;
    home.engine.close().expect("closed");
    let (path, copy) = (home.data().join("carillon.db"), home.data().join("copy"));
    fs::remove_file(&path).expect("gone");
    home.until_logged("Carillon's ledger was deleted").await;
    let backup = backup::daily_ones(&home.data()).remove(0).1;
    fs::copy(backup, &copy).expect("a copy");
    fs::rename(&copy, &path).expect("replaced");
    home.until_logged("another file has taken the ledger's place").await;
    let notifier = Notifier::start(home.bus.address()).await;
    let notes = notifier.wait_for(2).await;
    let mut said: Vec<_> = notes.iter().map(|note| note.summary.as_str()).collect();
    said.sort_unstable();
    assert_eq!(
        said,
        ["Carillon's ledger was deleted", "Carillon's ledger was replaced by another file"],
        "{}",
        home.log()
    );
    assert_ne!(notes[0].id, notes[1].id, "none takes the place of the other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_was_open_when_the_ledger_was_deleted_goes_on_with_what_was_put_back() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    fs::remove_file(home.data().join("carillon.db")).expect("gone");
    home.note("Between", Duration::from_secs(3_600), ChannelId::DESKTOP);
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon's ledger was deleted", "{notes:?}\n{}", home.log());
    home.note("After", Duration::from_secs(3_600), ChannelId::DESKTOP);
    assert_eq!(titles(&home.data()), ["After", "Between", "Tea"]);
    home.note("Now", Duration::from_secs(2), ChannelId::DESKTOP);
    home.until_in(State::Completed, 1).await;
    assert_eq!(notifier.wait_for(2).await[1].summary, "Now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_written_over_twice_is_gone_on_with_both_times() {
    let mut home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let service = home.service().await;
    let (path, copy) = (home.data().join("carillon.db"), home.data().join("copy"));
    fs::copy(backup::daily_ones(&home.data()).remove(0).1, &copy).expect("a copy");
    for n in [0, 2] {
        home.note("Before", Duration::from_secs(3_600), ChannelId::DESKTOP);
        home.engine.close().expect("closed");
        fs::copy(&copy, &path).expect("written over");
        let said = &notifier.wait_for(n + 1).await[n].summary;
        assert!(said.starts_with("Carillon's ledger was "), "{said}");
        home = home.opened_anew();
        assert_eq!(titles(&home.data()), ["Tea"], "nothing of the one there was is mixed in");
        home.note("Now", Duration::ZERO, ChannelId::DESKTOP);
        assert_eq!(notifier.wait_for(n + 2).await[n + 1].summary, "Now");
    }
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_whose_place_another_copy_takes_is_kept_and_the_service_goes_on_with_the_copy() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let service = home.service().await;
    home.note("Since the backup", Duration::from_secs(3_600), ChannelId::DESKTOP);
    home.note("Told since", Duration::ZERO, ChannelId::DESKTOP);
    home.until_in(State::Completed, 1).await;
    home.engine.close().expect("closed");
    let (path, copy) = (home.data().join("carillon.db"), home.data().join("copy"));
    let backup = backup::daily_ones(&home.data()).remove(0).1;
    fs::copy(backup, &copy).expect("a copy");
    fs::rename(&copy, &path).expect("replaced");
    let notes = notifier.wait_for(2).await;
    assert_eq!(notes[1].summary, "Carillon's ledger was replaced by another file", "{notes:?}");
    let kept: Vec<_> =
        names(&home.data()).into_iter().filter(|name| name.contains(".replaced-")).collect();
    assert_eq!(kept.len(), 1, "{:?}\n{}", names(&home.data()), home.log());
    let lost = "Answers and events made after that are only in what there was, which is kept as ";
    assert!(notes[1].body.contains(&format!("{lost}{}", kept[0])), "{notes:?}");
    assert!(
        notes[1].body.contains("which has 1 event and 1 reminder where there were 3 events"),
        "{notes:?}"
    );
    let held = engine::ledger::copy::examine(&home.data().join(&kept[0])).expect("it is whole");
    assert_eq!(held.events, 3);
    let home = home.opened_anew();
    assert_eq!(titles(&home.data()), ["Tea"]);
    home.note("Now", Duration::from_secs(2), ChannelId::DESKTOP);
    home.until_in(State::Completed, 1).await;
    assert_eq!(home.engine.check_file().expect("asked"), [""; 0]);
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_gone_is_put_back_when_the_service_starts() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    home.engine.close().expect("closed");
    fs::remove_file(home.data().join("carillon.db")).expect("gone");
    let said = home.command("carillon").arg("list").output().expect("an answer");
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("is missing or empty, and there are backups of it"), "{said}");
    let _service = home.stand_by();
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon's ledger was missing", "{notes:?}\n{}", home.log());
    assert_eq!(titles(&home.data()), ["Tea"]);
}
