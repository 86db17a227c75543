//! What happens to real machines while the real service runs: it is stopped for a while, it is killed
//! and another takes over, its disk is full, somebody else holds its ledger. A receiver is the judge:
//! everything is told, and told once.

use std::{
    env,
    fs::{self, OpenOptions},
    io::Write,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use acceptance::{
    home::{Home, Service},
    world::{draft, reminder},
};
use calendar::{
    delivery::State, draft::EventDraft, id::ChannelId, network::Network, reason::Reason,
};
use engine::{channels::NewWebhook, events::Save};
use jiff::SignedDuration;
use rustix::process::{Pid, Signal, kill_process};
use testkit::{
    notifier::Notifier,
    receiver::{Answer, Receiver},
};
use wire::{EngineHost, Host, dto::Empty};

/// Long enough to be saved and planned before.
const SOON: Duration = Duration::from_secs(3);
/// What is later than this is late.
const MINUTE: Duration = Duration::from_secs(60);

fn endpoint(home: &Home, receiver: &Receiver) -> ChannelId {
    let (name, url) = ("judge".into(), receiver.url("/"));
    let new = NewWebhook { name, url, network: Network::Loopback, ..NewWebhook::default() };
    home.engine.add_webhook(&new).expect("a channel").id
}

fn signal(service: &Service, what: Signal) {
    let pid = i32::try_from(service.pid()).ok().and_then(Pid::from_raw).expect("a pid");
    kill_process(pid, what).expect("a signal");
}

/// Each delivery that was told through it was seen once by the receiver, and nothing else was.
fn judge(home: &Home, receiver: &Receiver) {
    let mut seen: Vec<_> =
        receiver.requests().iter().map(|r| r.header("webhook-id").to_string()).collect();
    let mut told = home.deliveries();
    told.retain(|l| {
        l.row.facts.state == State::Completed && l.row.identity.channel != ChannelId::DESKTOP
    });
    let mut told: Vec<_> = told.into_iter().map(|l| l.row.key).collect();
    seen.sort();
    told.sort();
    assert_eq!(seen, told, "{}", home.rows());
}

/// These are all of the deliveries, in any order.
fn check_rows(home: &Home, wanted: &[&str]) {
    let rows = home.rows();
    let (mut rows, mut wanted): (Vec<_>, Vec<_>) = (rows.lines().collect(), wanted.to_vec());
    rows.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(rows, wanted, "{}", home.log());
}

/// An appointment that begins so much later and is over ten seconds after that.
fn short_appointment(home: &Home, title: &str, later: Duration, channel: ChannelId) {
    let begins = (home.engine.now().wall + later).strftime("%Y%m%dT%H%M%S").to_string();
    let draft = EventDraft {
        length: Some((0, 10)),
        reminders: Some(vec![reminder("PT0M", channel)]),
        ..draft("appointment", title, &begins, Some("UTC"))
    };
    home.engine.save_event(&Save { draft, ..Save::default() }).expect("saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_stopped_for_a_minute_tells_each_once_says_why_it_is_late_and_goes_on() {
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let notifier = Notifier::start(home.bus.address()).await;
    let channel = endpoint(&home, &receiver);
    let (leader, _stand_by) = (home.service().await, home.stand_by());
    home.note("Late", SOON * 2, channel);
    home.note("Late on the desktop", SOON * 2, ChannelId::DESKTOP);
    short_appointment(&home, "Over", SOON * 2, channel);
    home.note("Within its minute", SOON * 10, channel);
    // What it tells now shows that it knows of the others.
    home.note("Before", Duration::ZERO, channel);
    home.until_in(State::Completed, 1).await;
    signal(&leader, Signal::STOP);
    // It keeps its lock: the other one does not lead meanwhile.
    receiver.hears_nothing_for(MINUTE + SOON * 3).await;
    assert!(notifier.notes().is_empty());
    let (said, _) = home.says(&["doctor"]);
    let stopped = "is stopped, so nothing rings: `kill -CONT ";
    assert!(said.contains(stopped), "{said}");
    assert!(said.contains(&format!("stopped, process {}, version", leader.pid())), "{said}");
    assert!(!said.contains("see whether the disk is full"), "the cause is known: {said}");
    let window = EngineHost::new(home.engine.clone());
    assert!(window.status(Empty {}).expect("a status").service.hanging);
    for line in ["next", "deliveries", "list"] {
        let (said, _) = home.says(&[line]);
        assert!(said.contains(stopped), "{line}: {said}");
    }
    signal(&leader, Signal::CONT);
    home.until_in(State::Completed, 4).await;
    home.note("After", SOON, channel);
    home.until_in(State::Completed, 5).await;
    let rows = [
        "completed told.on_time 1 Before",
        "completed late.stopped 1 Late",
        "completed late.stopped 1 Late on the desktop",
        "expired expired.event_over 0 Over",
        "completed told.on_time 1 Within its minute",
        "completed told.on_time 1 After",
    ];
    check_rows(&home, &rows);
    stopped_for_seconds(&home, &leader, &receiver, channel).await;
    let note = notifier.wait_for(1).await.remove(0);
    assert!(note.body.contains("Carillon was stopped, while the computer was awake"), "{note:?}");
    // How late the one in its minute was is counted all the same.
    let late = home.engine.lateness().expect("readable");
    assert!(late.iter().filter(|ms| **ms >= 30_000).count() == 3, "{late:?}");
    judge(&home, &receiver);
}

/// A stop of seconds, of which nobody can say more than that.
async fn stopped_for_seconds(home: &Home, leader: &Service, to: &Receiver, channel: ChannelId) {
    home.note("A little late", SOON * 2, channel);
    // What it tells now shows that it knows of the other.
    home.note("Now", Duration::ZERO, channel);
    home.until_in(State::Completed, 6).await;
    // By then it sleeps: what it is stopped in is not its own work.
    to.hears_nothing_for(SOON / 2).await;
    signal(leader, Signal::STOP);
    to.hears_nothing_for(SOON * 4).await;
    signal(leader, Signal::CONT);
    home.until_in(State::Completed, 7).await;
    let told = home.deliveries().into_iter().find(|l| l.title == "A little late").expect("told");
    let (said, _) = home.says(&["why", &told.row.id.to_string()]);
    let why = "s after it was due: Carillon was woken too late: it or the computer was stopped or very busy)";
    assert!(said.contains("told on time (") && said.contains(why), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_service_that_was_stopped_while_it_writes_a_command_says_who_holds_the_ledger() {
    let home = Home::new();
    let service = home.service().await;
    let pid = service.pid();
    let ledger = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a ledger");
    // In the place of a transaction that the service was stopped in.
    ledger.execute_batch("BEGIN IMMEDIATE").expect("nobody writes");
    signal(&service, Signal::STOP);
    let add = ["add", "Tea", "--at", "2035-01-10 10:00"];
    let (said, code) = home.says(&add);
    signal(&service, Signal::CONT);
    let words = format!(
        "carillon: the ledger is busy, and nothing was changed: the service, process {pid}, is stopped, so nothing rings: `kill -CONT {pid}` lets it go on; then try again\n"
    );
    assert_eq!((said, code), (words, 1));
    let (said, code) = home.says(&add);
    let program = fs::read_to_string("/proc/self/comm").expect("a name");
    let who = format!("{} (process {})", program.trim(), std::process::id());
    let words =
        format!("carillon: the ledger is busy: {who} holds it; nothing was changed, try again\n");
    assert_eq!((said, code), (words, 1), "the service is well");
    ledger.execute_batch("ROLLBACK").expect("let go of");
    let (said, code) = home.says(&add);
    assert_eq!(code, 0, "{said}");
}

/// The notices of services that they are ready, as systemd hears them.
struct Ready(UnixDatagram);

impl Ready {
    fn of(home: &mut Home) -> Self {
        let path = home.folder().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a patience");
        home.set("NOTIFY_SOCKET", path);
        Self(socket)
    }

    fn wait(&self) {
        let mut word = [0; 16];
        let length = self.0.recv(&mut word).expect("a service is ready");
        assert_eq!(&word[..length], b"READY=1");
    }
}

/// It takes over within two seconds; a machine that runs all of the tests at once may try twice.
const TAKEN_OVER: SignedDuration = SignedDuration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn a_stand_by_takes_over_within_two_seconds_after_a_kill() {
    let first = taken_over().await;
    if first <= TAKEN_OVER {
        return;
    }
    let second = taken_over().await;
    assert!(second <= TAKEN_OVER, "it led after {first}, and then after {second}");
}

/// How long after the death of the leader the other one led and told what was due.
async fn taken_over() -> SignedDuration {
    let mut home = Home::new();
    let ready = Ready::of(&mut home);
    let receiver = Receiver::start([Answer::status(200)]).await;
    let channel = endpoint(&home, &receiver);
    let leader = home.service().await;
    ready.wait();
    let next = home.stand_by();
    ready.wait();
    home.note("Then", SOON, channel);
    let killed = home.engine.now().wall;
    leader.kill();
    let leads = home
        .until("a new leader", |engine| {
            let said = engine.service_status().expect("readable")?;
            (said.pid == next.pid()).then_some(said.started)
        })
        .await;
    home.until_in(State::Completed, 1).await;
    judge(&home, &receiver);
    let late = home.engine.lateness().expect("readable")[0];
    leads.duration_since(killed).max(SignedDuration::from_millis(late))
}

/// A file system of a few megabytes, in a folder of its own; it goes with this.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(folder: &Path) -> Self {
        fs::create_dir(folder).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m,mode=0700", "carillon-test"])
            .arg(folder)
            .status();
        assert!(mounted.expect("mount is there").success());
        Self(folder.to_path_buf())
    }

    /// Takes all the room there is, and gives the file that has it.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("ballast");
        let mut file = OpenOptions::new().create(true).append(true).open(&path).expect("a file");
        while file.write_all(&[0; 4_096]).is_ok() {}
        path
    }
}

/// Set for a test that runs where what it mounts is its own.
const APART: &str = "CARILLON_TEST_MOUNTS";

/// Set where nobody can mount anything: what needs a small disk is left out then, and else it fails.
const NO_MOUNTS: &str = "CARILLON_TEST_NO_MOUNTS";

/// Runs the test of this name in a process that has its own mounts, which end with it, for root and
/// for everybody else. `false`: this is that process.
fn runs_apart(name: &str) -> bool {
    if env::var_os(APART).is_some() {
        return false;
    }
    let works = |kind: &&str| {
        let tried = Command::new("unshare").args([kind, "true"]).output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    let Some(kind) = ["-m", "-Urm"].into_iter().find(works) else {
        let is_known = env::var_os(NO_MOUNTS).is_some();
        assert!(
            is_known,
            "nobody can mount a small disk here: {NO_MOUNTS}=1 says that this is known"
        );
        // Past the test runner, which shows nothing of what passes.
        let said = b"\nNOT TESTED on a full disk: this system lets nobody mount a small one\n";
        std::io::stderr().write_all(said).expect("said");
        return true;
    };
    let mut command = Command::new("unshare");
    command.arg(kind).arg(env::current_exe().expect("this test"));
    let run = command.args(["--exact", name]).env(APART, "1").output().expect("it runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
    true
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().map(drop).unwrap_or(());
    }
}

/// A home whose ledger has a small disk of its own.
fn on_a_small_disk() -> (Home, SmallDisk) {
    let mut disk = None;
    let home = Home::prepared(|data| disk = Some(SmallDisk::at(data)));
    (home, disk.expect("mounted"))
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_nothing_is_told_and_that_is_said_and_with_room_it_goes_on() {
    if runs_apart("on_a_full_disk_nothing_is_told_and_that_is_said_and_with_room_it_goes_on") {
        return;
    }
    let (home, disk) = on_a_small_disk();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let notifier = Notifier::start(home.bus.address()).await;
    let channel = endpoint(&home, &receiver);
    let _service = home.service().await;
    for n in 0..5 {
        home.note(&format!("Number {n}"), SOON, channel);
    }
    let ballast = disk.fill();
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon cannot write its ledger: the disk is full");
    assert_eq!(notes[0].actions, ["default", "Open", "open", "Open"], "nobody is done with it");
    receiver.hears_nothing_for(Duration::from_millis(500)).await;
    for line in ["next", "deliveries", "list", "doctor"] {
        let (said, _) = home.says(&[line]);
        let why = "he disk with the ledger is full, so nothing rings";
        assert_eq!(said.matches(why).count(), 1, "{line}: {said}");
        assert!(!said.contains("hangs") && !said.contains("see whether"), "{line}: {said}");
    }
    fs::remove_file(ballast).expect("room");
    home.until_in(State::Completed, 5).await;
    notifier.wait_for_closed(1).await;
    judge(&home, &receiver);
    assert_eq!(home.engine.check_file().expect("asked"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_service_said_of_a_full_disk_goes_when_the_next_one_can_write() {
    if runs_apart("what_a_killed_service_said_of_a_full_disk_goes_when_the_next_one_can_write") {
        return;
    }
    let (home, disk) = on_a_small_disk();
    let notifier = Notifier::start(home.bus.address()).await;
    let service = home.service().await;
    home.note("Tea", SOON, ChannelId::DESKTOP);
    // What is written to a journal that has its length already needs no room.
    let folding = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a file");
    home.until("a journal without length", |_| {
        let fold = "PRAGMA wal_checkpoint(TRUNCATE)";
        folding.query_row(fold, [], |row| row.get(0)).ok().filter(|busy: &i64| *busy == 0)
    })
    .await;
    drop(folding);
    let ballast = disk.fill();
    let said = notifier.wait_for(1).await[0].id;
    home.until_logged("said on the screen").await;
    service.kill();
    fs::remove_file(ballast).expect("room");
    let _service = home.service().await;
    assert_eq!(notifier.wait_for_closed(1).await, [said]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_on_a_full_disk_is_mended_when_there_is_room() {
    if runs_apart("a_damaged_ledger_on_a_full_disk_is_mended_when_there_is_room") {
        return;
    }
    let (home, disk) = on_a_small_disk();
    let notifier = Notifier::start(home.bus.address()).await;
    home.note("Tea", Duration::from_secs(3_600), ChannelId::DESKTOP);
    let now = home.engine.now().wall;
    engine::backup::daily(&home.data(), now).expect("a backup").expect("room for it");
    let path = home.data().join("carillon.db");
    let other = rusqlite::Connection::open(&path).expect("a file");
    other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("folded");
    drop(other);
    let mut bytes = fs::read(&path).expect("the ledger");
    bytes[100..].fill(0xa5);
    fs::write(&path, bytes).expect("damaged");
    let _service = home.stand_by();
    let notes = notifier.wait_for(1).await;
    assert!(notes[0].body.contains("(process "), "{notes:?}\n{}", home.log());
    let ballast = disk.fill();
    home.engine.close().expect("closed");
    let notes = notifier.wait_for(2).await;
    assert_eq!(notes[1].summary, "Carillon's ledger is damaged");
    assert!(notes[1].body.contains("no room on the disk"), "{notes:?}\n{}", home.log());
    fs::remove_file(ballast).expect("room");
    let notes = notifier.wait_for(3).await;
    assert_eq!(notes[2].summary, "Carillon's ledger was damaged", "{notes:?}\n{}", home.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_replaced_ledger_waits_for_room_nobody_writes_into_its_journal() {
    if runs_apart("while_a_replaced_ledger_waits_for_room_nobody_writes_into_its_journal") {
        return;
    }
    let (home, disk) = on_a_small_disk();
    let notifier = Notifier::start(home.bus.address()).await;
    home.note("Tea", Duration::from_secs(3_600), ChannelId::DESKTOP);
    let (path, other) = (home.data().join("carillon.db"), home.data().join("other.db"));
    let folding = rusqlite::Connection::open(&path).expect("a file");
    folding.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("folded");
    drop(folding);
    // The bare file says that it has a journal.
    fs::copy(&path, &other).expect("a copy");
    let _service = home.service().await;
    home.note("Since", Duration::from_secs(3_600), ChannelId::DESKTOP);
    home.engine.close().expect("closed");
    let ballast = disk.fill();
    fs::rename(&other, &path).expect("replaced");
    home.until_logged("the ledger there was could not be kept").await;
    let said = home.says(&["quick", "Now tomorrow 9:00"]);
    assert!(said.1 != 0 && said.0.contains("sees to what became of it"), "{said:?}");
    fs::remove_file(ballast).expect("room");
    let notes = notifier.wait_for(2).await;
    assert_eq!(notes[1].summary, "Carillon's ledger was replaced by another file", "{notes:?}");
    let home = home.opened_anew();
    assert_eq!(home.engine.check_file().expect("asked"), [""; 0]);
    assert_eq!(home.engine.events().expect("readable").len(), 1, "{}", home.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_started_on_a_full_disk_goes_on_when_there_is_room() {
    if runs_apart("a_service_that_is_started_on_a_full_disk_goes_on_when_there_is_room") {
        return;
    }
    let (home, disk) = on_a_small_disk();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let notifier = Notifier::start(home.bus.address()).await;
    let channel = endpoint(&home, &receiver);
    let now = home.engine.now().wall;
    engine::unwritten::note(&home.data(), now, now, &engine::Error::Full);
    home.note("Tea", SOON, channel);
    let ballast = disk.fill();
    let _service = home.stand_by();
    let notes = notifier.wait_for(1).await;
    assert_eq!(notes[0].summary, "Carillon cannot write its ledger: the disk is full");
    fs::remove_file(ballast).expect("room");
    home.until_in(State::Completed, 1).await;
    notifier.wait_for_closed(1).await;
    let why = home.deliveries()[0].row.late_cause;
    assert_ne!(why, Some(Reason::LateServiceOff), "it ran, and waited for room");
    judge(&home, &receiver);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_somebody_else_holds_the_ledger_two_services_wait_and_then_one_tells_it_once() {
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let notifier = Notifier::start(home.bus.address()).await;
    let channel = endpoint(&home, &receiver);
    let _services = (home.service().await, home.stand_by());
    for n in 1..=3 {
        home.note(&format!("Number {n}"), SOON * n, channel);
    }
    let other = rusqlite::Connection::open(home.data().join("carillon.db")).expect("a file");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    receiver.hears_nothing_for(MINUTE / 2).await;
    other.execute_batch("ROLLBACK").expect("let go");
    home.until_in(State::Completed, 3).await;
    home.note("After", SOON, channel);
    home.until_in(State::Completed, 4).await;
    let rows = [
        "completed told.on_time 1 Number 1",
        "completed told.on_time 1 Number 2",
        "completed told.on_time 1 Number 3",
        "completed told.on_time 1 After",
    ];
    check_rows(&home, &rows);
    // Half a minute of it is nothing a person need be told of.
    assert!(notifier.notes().is_empty());
    judge(&home, &receiver);
}
