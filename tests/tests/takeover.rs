//! A newer program and a service of an older one: the older is asked to stop, the ledger is brought up,
//! and the newer one leads.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use acceptance::{home::Home, world::zones};
use calendar::zones::ZoneName;
use engine::{
    Actor, Engine,
    clock::SystemClock,
    ledger::{SCHEMA, SchedulerLock},
    programs,
    scheduler::Scheduler,
};
use rustix::process::{Pid, Signal, kill_process};

/// A ledger of the first schema.
fn older_ledger() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ledgers/1");
    for name in ["carillon.db", "secret.key"] {
        let to = folder.path().join(name);
        fs::copy(kept.join(name), &to).expect("a kept ledger");
        fs::set_permissions(&to, Permissions::from_mode(0o600)).expect("private");
    }
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).expect("private");
    folder
}

/// A process that holds the ledger as the service of an older program does, until it is asked to stop.
struct Older(Child);

impl Older {
    fn leading(dir: &Path) -> Self {
        let holds = "exec 8<>carillon.lock 9<>scheduler.lock; flock -s 8; flock -x 9;
            echo \"$$ 0.0.9\" >&9; echo leads; exec sleep 600";
        Self::doing(dir, holds, "leads")
    }

    /// One that stands by and holds nothing, until nobody leads.
    fn standing_by(dir: &Path) -> Self {
        let waits = "exec perl -MFcntl=:flock -e 'open(S, \"+<\", \"scheduler.lock\"); $| = 1; print \"waits\\n\";
            flock(S, LOCK_EX); open(L, \"+<\", \"carillon.lock\"); flock(L, LOCK_SH);
            S->autoflush; print S \"$$ 0.0.9\\n\"; sleep 600'";
        Self::doing(dir, waits, "waits")
    }

    fn doing(dir: &Path, holds: &str, says: &str) -> Self {
        let mut child = Command::new("bash")
            .args(["-c", holds])
            .current_dir(dir)
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash and flock are there");
        let mut line = String::new();
        let said = child.stdout.as_mut().expect("an output");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(said), &mut line).expect("a line");
        assert_eq!(line.trim_end(), says);
        Self(child)
    }

    /// Whether it ended since it was asked to, and not otherwise.
    fn was_asked(&mut self) -> bool {
        use std::os::unix::process::ExitStatusExt;
        self.0.wait().expect("it ended").signal() == Some(15)
    }
}

impl Drop for Older {
    fn drop(&mut self) {
        self.0.kill().unwrap_or(());
        self.0.wait().map(drop).unwrap_or(());
    }
}

#[test]
fn an_older_service_is_asked_to_stop_and_the_newer_one_leads_a_ledger_brought_up() {
    let folder = older_ledger();
    let mut older = Older::leading(folder.path());
    let (pid, version) = SchedulerLock::holder(folder.path()).expect("it leads");
    assert_eq!((pid, version.as_str()), (older.0.id(), "0.0.9"));
    let clock = Arc::new(SystemClock::new());
    let engine = Engine::open_with(folder.path(), Actor::Service, clock, zones(), &ZoneName::utc());
    let engine = Arc::new(engine.expect("it is brought up"));
    assert!(engine.took_over(), "somebody has to be started in its place");
    assert!(older.was_asked(), "asked, and not killed");
    let ledger = rusqlite::Connection::open(folder.path().join("carillon.db")).expect("a file");
    let schema: i64 =
        ledger.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a schema");
    assert_eq!(schema, SCHEMA);
    let _lock = SchedulerLock::try_take(&engine.dir()).expect("a lock").expect("it is free");
    Scheduler::lead(engine.clone()).expect("to lead");
    assert_eq!(engine.check_records().expect("looked through"), []);
}

#[test]
fn an_older_service_that_stood_by_and_leads_then_is_asked_as_well() {
    // The newer one may be alone with the ledger before the heir leads: then nobody has to be asked.
    let is_asked = (0..10).any(|_| {
        let folder = older_ledger();
        let mut older = Older::leading(folder.path());
        let mut heir = Older::standing_by(folder.path());
        let clock = Arc::new(SystemClock::new());
        let engine =
            Engine::open_with(folder.path(), Actor::Service, clock, zones(), &ZoneName::utc());
        assert!(engine.expect("it is brought up").took_over());
        assert!(older.was_asked());
        heir.0.try_wait().expect("looked at").is_some() && heir.was_asked()
    });
    assert!(is_asked, "the heir led and was left alone");
}

#[test]
fn nobody_is_asked_when_the_ledger_is_as_it_should_be() {
    let folder = older_ledger();
    let open = || {
        let clock = Arc::new(SystemClock::new());
        Engine::open_with(folder.path(), Actor::CommandLine, clock, zones(), &ZoneName::utc())
            .expect("a ledger")
    };
    assert!(!open().took_over());
    let mut older = Older::leading(folder.path());
    assert!(!open().took_over());
    assert!(older.0.try_wait().expect("asked").is_none(), "it goes on");
}

#[test]
fn an_older_service_goes_on_where_the_ledger_cannot_be_brought_up() {
    // Something in the way of the copy that is kept; a fault of the file.
    let block = |dir: &Path| fs::write(dir.join("backups"), "no folder").expect("a file");
    let damage = |dir: &Path| {
        let path = dir.join("carillon.db");
        let mut bytes = fs::read(&path).expect("the ledger");
        let end = bytes.len();
        bytes[end - 4_096..].fill(0xa5);
        fs::write(&path, bytes).expect("damaged");
    };
    let ways: [&dyn Fn(&Path); 2] = [&block, &damage];
    for way in ways {
        let folder = older_ledger();
        way(folder.path());
        let mut older = Older::leading(folder.path());
        let clock = Arc::new(SystemClock::new());
        Engine::open_with(folder.path(), Actor::CommandLine, clock, zones(), &ZoneName::utc())
            .expect_err("it is not brought up");
        assert!(older.0.try_wait().expect("asked").is_none(), "it goes on");
        assert!(!programs::is_left_stopped(folder.path()));
    }
}

#[test]
fn who_could_not_open_a_ledger_knows_that_its_service_was_asked_to_stop_for_it() {
    let folder = older_ledger();
    fs::write(folder.path().join("secret.key"), "no key").expect("written");
    let mut older = Older::leading(folder.path());
    let clock = Arc::new(SystemClock::new());
    Engine::open_with(folder.path(), Actor::CommandLine, clock, zones(), &ZoneName::utc())
        .expect_err("it has no key");
    older.0.wait().expect("it ended");
    assert!(programs::is_left_stopped(folder.path()));
    assert!(!programs::is_left_stopped(folder.path()), "once");
}

/// Another older program that has the ledger open, as a window has.
struct Window(Child);

impl Window {
    fn open(dir: &Path) -> Self {
        let holds = "open(F, '+<', 'carillon.lock'); flock(F, LOCK_SH); $| = 1; print \"open\\n\"; sleep 600";
        let mut child = Command::new("perl")
            .args(["-MFcntl=:flock", "-e", holds])
            .current_dir(dir)
            .stdout(Stdio::piped())
            .spawn()
            .expect("perl is there");
        let mut line = String::new();
        let said = child.stdout.as_mut().expect("an output");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(said), &mut line).expect("a line");
        assert_eq!(line, "open\n");
        Self(child)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.0.kill().unwrap_or(());
        self.0.wait().map(drop).unwrap_or(());
    }
}

#[test]
fn no_service_is_stopped_while_a_window_keeps_the_ledger_from_being_brought_up() {
    let folder = older_ledger();
    let mut older = Older::leading(folder.path());
    let window = Window::open(folder.path());
    let open = || {
        let clock = Arc::new(SystemClock::new());
        Engine::open_with(folder.path(), Actor::CommandLine, clock, zones(), &ZoneName::utc())
    };
    let said = open().expect_err("it is open").to_string();
    let who = format!("perl (process {}) has it open: close that", window.0.id());
    assert!(said.contains(&who), "{said}");
    assert!(older.0.try_wait().expect("asked").is_none(), "it goes on");
    drop(window);
    assert!(open().expect("it is brought up").took_over());
}

/// A home with a ledger of the first schema, which nobody has open.
fn older_home() -> Home {
    let home = Home::new();
    home.engine.close().expect("closed");
    let dir = home.data();
    for name in ["carillon.db", "carillon.db-wal", "carillon.db-shm", "secret.key"] {
        fs::remove_file(dir.join(name)).unwrap_or(());
    }
    let kept = older_ledger();
    for name in ["carillon.db", "secret.key"] {
        fs::copy(kept.path().join(name), dir.join(name)).expect("a kept ledger");
    }
    home
}

/// The service of a ledger that nobody here started; it is asked to end with this, and waited for.
struct Started<'a>(&'a Path);

impl Drop for Started<'_> {
    fn drop(&mut self) {
        let pid = SchedulerLock::holder(self.0).and_then(|(pid, _)| i32::try_from(pid).ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM).unwrap_or(());
            SchedulerLock::wait(self.0).map(drop).unwrap_or(());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_command_starts_a_service_in_the_place_of_the_older_one() {
    let home = older_home();
    let dir = home.data();
    let mut older = Older::leading(&dir);
    let _started = Started(&dir);
    let (said, code) = home.says(&["list"]);
    assert_eq!(code, 0, "{said}");
    older.0.wait().expect("it was asked to stop");
    let home = home.opened_anew();
    // Before its home is gone.
    let _leads = Started(&dir);
    let pid = home
        .until("a leading service", |engine| {
            let status = engine.service_status().expect("readable")?;
            let (pid, version) = SchedulerLock::holder(&engine.dir())?;
            (status.pid == pid && version == env!("CARGO_PKG_VERSION")).then_some(pid)
        })
        .await;
    assert_ne!(pid, older.0.id());
    let (said, _) = home.says(&["doctor", "--json"]);
    assert!(said.contains("\"running\":true"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_service_says_what_to_close_and_takes_over_when_that_is_closed() {
    let home = older_home();
    let dir = home.data();
    let older = Older::leading(&dir);
    let window = Window::open(&dir);
    let notifier = testkit::notifier::Notifier::start(home.bus.address()).await;
    let service = home.stand_by();
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon was updated");
    assert!(notes[0].body.contains(&format!("(process {})", window.0.id())), "{notes:?}");
    drop(window);
    notifier.wait_for_closed(1).await;
    let home = home.opened_anew();
    home.until("a leading service", |engine| {
        engine.service_status().expect("readable").filter(|said| said.pid == service.pid())
    })
    .await;
    drop(older);
}
