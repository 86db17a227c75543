//! A ledger that another program writes over while a service has it open, as `cp` does: it is noticed
//! at once, whatever the service has in its memory, and doctor says so until somebody has seen it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use acceptance::home::Home;
use calendar::id::ChannelId;
use engine::{Actor, Engine, backup, bell::Bell, clock::SystemClock, ledger::Ledger};
use testkit::notifier::Notifier;

const OVER: &str = "Carillon's ledger was written over by another program";
const HOUR: Duration = Duration::from_secs(3_600);

/// A home with a reminder an hour ahead, and the day's backup of it.
fn home() -> Home {
    let home = Home::new();
    home.note("Tea", HOUR, ChannelId::DESKTOP);
    backup::daily(&home.data(), home.engine.now().wall).expect("a backup").expect("room for it");
    home
}

/// A copy of the ledger as it is, in a file of this name beside its folder.
fn copy(home: &Home, name: &str) -> PathBuf {
    let path = home.folder().join(name);
    let ledger = Ledger::open(&home.data()).expect("the ledger");
    backup::to(&ledger, &path).expect("a backup");
    path
}

/// What `cp` does: the file stays the same one.
fn write_over(home: &Home, by: &Path) {
    home.engine.close().expect("closed");
    fs::copy(by, home.data().join("carillon.db")).expect("written over");
}

fn kept(home: &Home) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("a plain name");
    let names = fs::read_dir(home.data()).expect("a folder").map(|e| name(e.expect("an entry")));
    names.filter(|name| name.contains(".damaged-") && !name.ends_with("-wal")).collect()
}

fn titles(home: &Home) -> Vec<String> {
    let engine = Engine::open(&home.data(), Actor::CommandLine, Arc::new(SystemClock::new()));
    let events = engine.expect("a ledger").events().expect("readable");
    let mut titles: Vec<_> = events.into_iter().map(|row| row.event.title.to_string()).collect();
    titles.sort();
    titles
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_over_the_ledger_is_noticed_at_once_and_the_newest_whole_one_is_gone_on_with()
 {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    home.note("Since the backup", HOUR, ChannelId::DESKTOP);
    let by = copy(&home, "b1.db");
    home.note("Since the copy", HOUR, ChannelId::DESKTOP);
    write_over(&home, &by);
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, OVER, "{notes:?}\n{}", home.log());
    let kept = kept(&home);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(notes[0].body.contains(&kept[0]), "{notes:?}");
    // The copy is newer than the day's backup.
    assert_eq!(titles(&home), ["Since the backup", "Tea"], "{}", home.log());
    let home = home.opened_anew();
    home.note("Now", Duration::from_secs(1), ChannelId::DESKTOP);
    assert_eq!(notifier.wait_for(2).await[1].summary, "Now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_in_the_place_of_a_ledger_is_a_problem_until_somebody_has_seen_it() {
    let home = Home::new();
    backup::daily(&home.data(), home.engine.now().wall).expect("a backup").expect("room for it");
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    for n in 0..30 {
        home.note(&format!("Event {n}"), HOUR, ChannelId::DESKTOP);
    }
    let no_ledger = home.folder().join("film");
    fs::write(&no_ledger, vec![0x5a; 300_000]).expect("a file");
    write_over(&home, &no_ledger);
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, OVER, "{notes:?}\n{}", home.log());
    assert_eq!(titles(&home), [""; 0]);
    let home = home.opened_anew();
    home.until("a leading service", |engine| engine.service_status().expect("readable")).await;
    let (said, code) = home.says(&["doctor"]);
    let kept = kept(&home);
    let wanted = [
        "Not well: the ledger was written over by another program on ",
        "the backup daily-",
        "no events",
        &kept[0],
    ];
    assert!(wanted.iter().all(|words| said.contains(words)) && code == 1, "{said}");
    assert!(said.contains("`carillon doctor --seen`"), "{said}");
    let (said, _) = home.says(&["doctor", "--seen"]);
    assert!(!said.contains("Not well") && said.contains(&kept[0]), "{said}");
    assert_eq!(home.says(&["doctor"]).1, 0, "{}", home.says(&["doctor"]).0);
}

/// Brings all of the journal into the file.
fn fold(home: &Home) {
    let ledger = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a file");
    let folded =
        ledger.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    assert_eq!(folded.expect("folded"), 0);
}

/// A copy of the file itself says that it has a journal, and what lies there is another's.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_of_the_file_itself_is_not_mixed_with_the_journal_of_what_there_was() {
    for is_read_first in [false, true] {
        let home = home();
        let notifier = Notifier::start(home.bus.address()).await;
        fold(&home);
        let by = home.folder().join("raw.db");
        fs::copy(home.data().join("carillon.db"), &by).expect("a copy");
        for n in 0..40 {
            home.note(&format!("Since the copy {n}"), HOUR, ChannelId::DESKTOP);
        }
        fold(&home);
        let _service = home.service().await;
        home.note("In the journal", HOUR, ChannelId::DESKTOP);
        write_over(&home, &by);
        if is_read_first {
            Bell::in_dir(&home.data()).ring();
        }
        let notes = notifier.wait_for(1).await;
        assert_eq!(notes[0].summary, OVER, "{notes:?}\n{}", home.log());
        assert_eq!(titles(&home), ["Tea"], "{}", home.log());
        let home = home.opened_anew();
        assert_eq!(home.engine.check_file().expect("asked"), [""; 0]);
        home.note("Now", Duration::from_secs(1), ChannelId::DESKTOP);
        assert_eq!(notifier.wait_for(2).await[1].summary, "Now");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_itself_brings_into_the_file_is_no_damage() {
    let home = home();
    let _service = home.service().await;
    fold(&home);
    home.until_logged("the ledger's file was written to: it is whole").await;
    assert_eq!(kept(&home), [""; 0]);
}

/// Whoever opens it first, the journal of what there was is brought into nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_a_command_opens_first_is_not_mixed_with_what_there_was() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    for n in 0..40 {
        home.note(&format!("Since the backup {n}"), HOUR, ChannelId::DESKTOP);
    }
    let by = backup::daily_ones(&home.data()).remove(0).1;
    write_over(&home, &by);
    let said = home.says(&["list"]);
    assert!(!said.0.contains("Since the backup"), "{said:?}");
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, OVER, "{notes:?}\n{}", home.log());
    assert_eq!(titles(&home), ["Tea"], "{}", home.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_put_over_a_ledger_whose_service_was_killed_is_gone_on_with() {
    let home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    // Whoever is killed leaves its journal behind.
    let wal = home.data().join("carillon.db-wal");
    home.note("Since the backup", HOUR, ChannelId::DESKTOP);
    let journal = fs::read(&wal).expect("a journal");
    let by = backup::daily_ones(&home.data()).remove(0).1;
    write_over(&home, &by);
    fs::write(&wal, &journal).expect("left behind");
    let said = home.says(&["list"]);
    assert!(
        said.1 != 0 && said.0.contains("another program has written a copy over it"),
        "{said:?}"
    );
    assert_eq!(fs::read(&wal).expect("a journal"), journal, "nothing is changed by looking");
    let _service = home.stand_by();
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, OVER, "{notes:?}\n{}", home.log());
    assert_eq!(titles(&home), ["Tea"], "{}", home.log());
}

/// One that is older than the newest backup.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_is_said_to_have_been_written_over_the_ledger_and_the_newest_backup_is_gone_on_with()
 {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    home.note("Tea", HOUR, ChannelId::DESKTOP);
    let by = copy(&home, "older.db");
    home.note("Since the copy", HOUR, ChannelId::DESKTOP);
    backup::daily(&home.data(), home.engine.now().wall).expect("a backup").expect("room for it");
    let _service = home.service().await;
    home.note("Since the backup", HOUR, ChannelId::DESKTOP);
    write_over(&home, &by);
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, OVER, "{notes:?}\n{}", home.log());
    let lost =
        "Answers and events made since that backup are gone; what was written over it is kept as ";
    assert!(notes[0].body.contains(&format!("{lost}{}", kept(&home)[0])), "{notes:?}");
    assert_eq!(titles(&home), ["Since the copy", "Tea"], "{}", home.log());
}

/// As a program does that keeps folders alike.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_over_it_again_and_again_neither_ends_the_service_nor_fills_the_disk() {
    let mut home = home();
    let notifier = Notifier::start(home.bus.address()).await;
    let _service = home.service().await;
    let by = backup::daily_ones(&home.data()).remove(0).1;
    for n in 1..=5 {
        home.note("Since the backup", HOUR, ChannelId::DESKTOP);
        write_over(&home, &by);
        let notes = notifier.wait_for(n).await;
        assert_eq!(notes[n - 1].summary, OVER, "{notes:?}\n{}", home.log());
        home = home.opened_anew();
    }
    assert_eq!(kept(&home).len(), 3);
    assert_eq!(titles(&home), ["Tea"], "{}", home.log());
}
