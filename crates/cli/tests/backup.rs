//! Backups and what is made of them, by the real program.

mod kit;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use calendar::{draft::EventDraft, id::CalendarId};
use engine::{
    Actor, Engine,
    clock::{Clock, Now, SystemClock},
    events::Save,
    scheduler::Scheduler,
};
use jiff::{SignedDuration, tz::TimeZone};
use kit::{Desk, Said, chmod};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

fn files(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

/// A ledger with something in it, and a backup of it.
fn backed_up() -> (Desk, PathBuf) {
    let desk = Desk::new();
    desk.add("Dentist --at 2099-01-01T09:00");
    desk.line("person add Ana --birthday 1992-02-29").done();
    let file = desk.beside().join("agenda.db");
    desk.run(["backup", file.to_str().expect("a plain path")]).done();
    (desk, file)
}

#[test]
fn a_backup_says_what_it_holds_and_belongs_to_its_owner_alone() {
    let (desk, file) = backed_up();
    assert_eq!(mode(&file), 0o600);
    let other = desk.beside().join("other.db");
    let said = desk.run(["backup", other.to_str().expect("a plain path")]);
    let said = said.done().to_string();
    assert!(said.starts_with(&format!("Backed up to {}: ", other.display())), "{said}");
    assert!(said.contains(" kB, checked.\nIt holds 2 events, 1 person and "), "{said}");
    assert!(!said.contains("secret.key"), "{said}");
    assert_eq!(files(desk.beside()), ["agenda.db", "ledger", "other.db"], "nothing is left over");
    let channel = "channel add webhook hook http://127.0.0.1:9/ --network loopback";
    desk.line(channel).done();
    let third = desk.beside().join("third.db");
    let said = desk.run(["backup", third.to_str().expect("a plain path"), "--json"]).json();
    assert_eq!(said["holds"]["events"], 2);
    assert_eq!(said["bytes"], fs::metadata(&third).expect("a file").len());
    let fourth = desk.beside().join("fourth.db");
    let said = desk.run(["backup", fourth.to_str().expect("a plain path")]);
    assert!(said.done().contains("secret.key only: keep a copy"), "{said:?}");
}

#[test]
fn a_backup_writes_over_nothing_and_leaves_nothing_half() {
    let (desk, file) = backed_up();
    let before = fs::read(&file).expect("a backup");
    let said = desk.run(["backup", file.to_str().expect("a plain path")]);
    assert!(said.refused(1).contains("is there already, and is not written over"), "{said:?}");
    assert_eq!(fs::read(&file).expect("a backup"), before);
    let nowhere = desk.beside().join("no/folder/here.db");
    let said = desk.run(["backup", nowhere.to_str().expect("a plain path")]);
    let told = format!("the file {} could not be written: there is no folder", nowhere.display());
    assert!(said.refused(1).contains(&told), "{said:?}");
    let none = Desk::new();
    let said = none.line("backup x.db");
    assert!(said.refused(1).starts_with("carillon: there is no ledger"), "{said:?}");
    assert!(!none.data().exists());
}

#[test]
fn a_backup_without_room_names_the_file_that_was_asked_for_and_leaves_nothing() {
    let desk = Desk::new();
    desk.add("Dentist --at 2099-01-01T09:00");
    desk.line("next").done();
    let full = desk.beside().join("full.db");
    // No file may grow beyond 40 kB.
    let script = "trap '' XFSZ; ulimit -f 80; exec \"$0\" backup \"$1\"";
    let mut command = Command::new("/bin/sh");
    desk.shield(&mut command);
    command.args(["-c", script, kit::CARILLON]).arg(&full);
    let said = Said::of(command.output().expect("sh runs"));
    let told = format!("carillon: the file {} could not be written", full.display());
    assert!(said.refused(1).starts_with(&told), "{said:?}");
    assert!(!said.err.contains(".part"), "{said:?}");
    assert_eq!(files(desk.beside()), ["ledger"]);
}

#[test]
fn what_a_killed_backup_left_goes_with_the_next_of_that_name() {
    let (desk, file) = backed_up();
    let mut gone = Command::new("/bin/true").spawn().expect("it runs");
    let dead = gone.id();
    gone.wait().expect("it ends");
    let an_hour = std::time::Duration::from_secs(3_601);
    for end in [".part", ".part-journal"] {
        let left = desk.beside().join(format!("other.db.{dead:08x}00c0ffee{end}"));
        fs::write(&left, "half a ledger").expect("a file");
        let file = fs::File::options().write(true).open(&left).expect("the file");
        let now = file.metadata().and_then(|found| found.modified()).expect("a time");
        file.set_modified(now - an_hour).expect("a time");
    }
    // Whoever writes it may be a process of another computer that shares the folder.
    let shared = format!("other.db.{dead:08x}00dec0de.part");
    fs::write(desk.beside().join(&shared), "half a ledger").expect("a file");
    let alive = format!("other.db.{:08x}00c0ffee.part", std::process::id());
    fs::write(desk.beside().join(&alive), "half a ledger").expect("a file");
    desk.run(["backup", file.with_file_name("other.db").to_str().expect("a path")]).done();
    let mut wanted = ["agenda.db", "ledger", "other.db", &alive, &shared];
    wanted.sort_unstable();
    assert_eq!(files(desk.beside()), wanted);
}

#[test]
fn what_somebody_has_beside_a_backup_is_left_alone() {
    let (desk, file) = backed_up();
    let theirs = desk.beside().join("other.db.part");
    fs::write(&theirs, "half a film").expect("a file");
    desk.run(["backup", file.with_file_name("other.db").to_str().expect("a path")]).done();
    assert_eq!(fs::read_to_string(&theirs).expect("still there"), "half a film");
}

#[test]
fn what_is_restored_is_what_was_backed_up_and_the_ledger_there_was_is_kept() {
    let (desk, file) = backed_up();
    let then = desk.line("list --json --from 1971-01-01 --to 2100-01-01").json();
    desk.add("Later --at 2099-01-02T09:00");
    let now = desk.line("list --json --from 1971-01-01 --to 2100-01-01").json();
    assert_ne!(then, now);
    let said = desk.run(["restore", file.to_str().expect("a plain path")]).done().to_string();
    assert!(said.contains("The ledger there was is kept whole: "), "{said}");
    let lost = "The ledger there was held 3 events and 3 deliveries: what was made and answered since that backup is in that one only.";
    assert!(said.contains("it holds 2 events, ") && said.contains(lost), "{said}");
    assert!(said.contains("Nothing of the past will ring"), "{said}");
    assert_eq!(desk.line("list --json --from 1971-01-01 --to 2100-01-01").json(), then);
    let kept: Vec<_> =
        files(&desk.data()).into_iter().filter(|name| name.contains("before-restore")).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let kept = desk.data().join(&kept[0]);
    assert_eq!((mode(&kept), mode(&desk.data().join("carillon.db"))), (0o600, 0o600));
    assert!(!files(&desk.data()).iter().any(|name| name.contains("restoring")));
    // The way back is the same.
    desk.run(["restore", kept.to_str().expect("a plain path")]).done();
    assert_eq!(desk.line("list --json --from 1971-01-01 --to 2100-01-01").json(), now);
}

#[test]
fn a_ledger_is_restored_where_there_is_none_and_its_secrets_are_missed() {
    let (desk, file) = backed_up();
    desk.line("channel add webhook hook http://127.0.0.1:9/ --network loopback").done();
    let with_secret = desk.beside().join("with-secret.db");
    desk.run(["backup", with_secret.to_str().expect("a plain path")]).done();
    let other = Desk::new();
    let said = other.run(["restore", file.to_str().expect("a plain path")]);
    assert!(!said.done().contains("is kept whole"), "{said:?}");
    let said = other.run(["restore", with_secret.to_str().expect("a plain path")]);
    assert!(said.done().contains("does not open the secrets of hook"), "{said:?}");
    assert_eq!(
        other.line("list --json --from 1971-01-01 --to 2100-01-01").json().as_array().map(Vec::len),
        desk.line("list --json --from 1971-01-01 --to 2100-01-01").json().as_array().map(Vec::len)
    );
}

#[test]
fn what_is_no_whole_ledger_of_ours_is_refused_and_everything_stays() {
    let (desk, file) = backed_up();
    let all = || {
        let names = files(&desk.data()).into_iter().filter(|name| name != "scheduler.lock");
        (desk.everything(), names.collect::<Vec<_>>())
    };
    let before = all();
    let whole = fs::read(&file).expect("a backup");
    let beside = |name: &str, bytes: &[u8]| {
        let path = desk.beside().join(name);
        fs::write(&path, bytes).expect("written");
        path
    };
    let mut newer = whole.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let mut foreign = whole.clone();
    foreign[68..72].copy_from_slice(&[0; 4]);
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 6_000].fill(0xa5);
    let half = &whole[..whole.len() / 2];
    let ledger = desk.data().join("carillon.db");
    for (path, why) in [
        (beside("newer", &newer), "is of a newer Carillon (schema 99"),
        (beside("foreign", &foreign), "is not a Carillon ledger"),
        (beside("text", b"dear diary, this is no database at all"), "is not a Carillon ledger"),
        (beside("empty", b""), "is not a Carillon ledger"),
        (beside("damaged", &damaged), "is damaged"),
        (beside("half", half), "is damaged"),
        (desk.beside().join("nothing"), "could not read"),
        (desk.beside().to_path_buf(), "is not a plain file"),
        (ledger, "is the ledger itself"),
    ] {
        let said = desk.run(["restore", path.to_str().expect("a plain path")]);
        assert!(said.refused(1).contains(why), "{why}: {said:?}");
        assert!(all() == before, "{why}");
    }
}

/// The service, ready; it ends with its owner.
struct Service(Child);

impl Service {
    fn start(desk: &Desk) -> Self {
        let mut command = desk.command(["daemon", "--no-tray"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the service starts");
        let mut said = std::io::BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains("leading") {
            line.clear();
            let read = std::io::BufRead::read_line(&mut said, &mut line).expect("words");
            assert!(read > 0, "the service ended");
        }
        // It goes on writing to a pipe nobody reads, which is not full for long.
        std::mem::forget(said);
        Self(child)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.0.kill().unwrap_or(());
        self.0.wait().map(drop).unwrap_or(());
    }
}

#[test]
fn a_running_service_is_named_and_nothing_is_restored_under_it() {
    let (desk, file) = backed_up();
    let service = Service::start(&desk);
    let said = desk.run(["restore", file.to_str().expect("a plain path")]);
    let how = format!(": a service runs: stop it (Quit in the tray, or `kill {}`)", service.0.id());
    assert!(said.refused(1).contains(&how), "{said:?}");
    assert!(!said.err.contains("cannot be opened"), "{said:?}");
    let text = desk.beside().join("diary.txt");
    fs::write(&text, "dear diary, this is no database at all").expect("written");
    let said = desk.run(["restore", text.to_str().expect("a plain path")]);
    assert!(said.refused(1).contains("is not a Carillon ledger"), "{said:?}");
    drop(service);
    desk.run(["restore", file.to_str().expect("a plain path")]).done();
}

#[test]
fn a_restored_ledger_that_others_may_read_is_closed_to_them() {
    let (desk, file) = backed_up();
    chmod(&file, 0o644);
    desk.run(["restore", file.to_str().expect("a plain path")]).done();
    assert_eq!(mode(&desk.data().join("carillon.db")), 0o600);
}

/// A ledger with a backup of the day, made by a service that has ended.
fn with_a_days_backup() -> Desk {
    let desk = Desk::new();
    desk.add("Dentist --at 2099-01-01T09:00");
    let service = Service::start(&desk);
    let backups = desk.data().join("backups");
    let begun = std::time::Instant::now();
    // The service makes it on a thread of its own and tells nobody.
    while !files_in(&backups).iter().any(|name| name.ends_with(".db")) {
        assert!(begun.elapsed().as_secs() < 20, "a backup comes");
        std::thread::yield_now();
    }
    drop(service);
    desk
}

fn files_in(dir: &Path) -> Vec<String> {
    if dir.exists() { files(dir) } else { Vec::new() }
}

fn smash(desk: &Desk, from: usize) -> Vec<u8> {
    for end in ["-wal", "-shm"] {
        drop(fs::remove_file(desk.data().join(format!("carillon.db{end}"))));
    }
    let path = desk.data().join("carillon.db");
    let mut bytes = fs::read(&path).expect("a ledger");
    bytes[from..from + 8_192].fill(0xa5);
    fs::write(&path, &bytes).expect("written");
    bytes
}

#[test]
fn a_damaged_ledger_is_set_aside_and_the_days_backup_takes_its_place() {
    for from in [0, 100] {
        let desk = with_a_days_backup();
        let damaged = smash(&desk, from);
        let said = desk.line("list");
        assert_eq!(said.code, 1, "{said:?}");
        let _service = Service::start(&desk);
        let listed = desk.line("list --json --from 2099-01-01 --to 2099-01-02").json();
        assert_eq!(listed[0]["title"], "Dentist", "{listed}");
        let is_one = |name: &String| name.contains(".damaged-") && !name.ends_with("-wal");
        let kept: Vec<_> = files(&desk.data()).into_iter().filter(is_one).collect();
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert!(fs::read(desk.data().join(&kept[0])).expect("kept") == damaged, "whole");
        let doctor = desk.line("doctor");
        assert!(doctor.out.contains(&kept[0]), "{doctor:?}");
    }
}

#[test]
fn a_damaged_ledger_without_a_backup_is_refused_and_kept() {
    let desk = Desk::new();
    desk.add("Dentist --at 2099-01-01T09:00");
    let damaged = smash(&desk, 100);
    let said = desk.line("daemon --no-tray");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.err.contains("there is no good backup of it: the file is left as it is"),
        "{said:?}"
    );
    assert!(fs::read(desk.data().join("carillon.db")).expect("the ledger") == damaged);
}

/// The machine's clock as it was two hours ago.
struct TwoHoursAgo(SystemClock);

impl Clock for TwoHoursAgo {
    fn now(&self) -> Now {
        let now = self.0.now();
        Now { wall: now.wall - SignedDuration::from_hours(2), ..now }
    }
}

/// A desk whose ledger has something that was due an hour ago, and that no service told.
fn missed() -> Desk {
    let desk = Desk::new();
    let clock = TwoHoursAgo(SystemClock::new());
    let hour_ago = (clock.now().wall + SignedDuration::from_hours(1)).to_zoned(TimeZone::UTC);
    let engine = Engine::open(&desk.data(), Actor::Window, Arc::new(clock)).expect("a ledger");
    let draft = EventDraft {
        kind: "note".into(),
        calendar: CalendarId::FIRST.to_string(),
        title: "Pill".into(),
        start: hour_ago.strftime("%Y%m%dT%H%M00").to_string(),
        zone: Some("UTC".into()),
        ..EventDraft::default()
    };
    engine.save_event(&Save { draft, ..Save::default() }).expect("saved");
    desk
}

fn put_back(desk: &Desk) {
    let file = desk.beside().join("agenda.db");
    let file = file.to_str().expect("a plain path");
    desk.run(["backup", file]).done();
    desk.run(["restore", file]).done();
}

#[test]
fn after_a_restore_doctor_asks_for_a_service_also_where_nothing_is_to_come() {
    let desk = missed();
    put_back(&desk);
    let said = desk.line("doctor");
    assert!(said.out.contains("no service is running, so nothing rings"), "{said:?}");
}

#[test]
fn between_a_restore_and_a_service_next_lists_what_is_to_come_and_says_what_becomes_of_the_rest() {
    let desk = missed();
    desk.add("Dentist --at 2099-01-01T09:00");
    let titles = || {
        let rings = desk.line("next --json").json();
        let rings = rings.as_array().expect("an array").clone();
        rings
            .iter()
            .map(|ring| ring["title"].as_str().unwrap_or("").into())
            .collect::<Vec<String>>()
    };
    assert_eq!(titles(), ["Pill", "Dentist"]);
    put_back(&desk);
    assert_eq!(titles(), ["Dentist"]);
    let aside = "\nWhat was due before now does not ring, as this ledger was restored from a backup: it stands under please check once a service runs.\n";
    let said = desk.line("next");
    assert!(said.done().contains(aside), "{said:?}");
    let clock = Arc::new(SystemClock::new());
    let engine = Arc::new(Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger"));
    drop(Scheduler::lead(engine).expect("to lead"));
    let said = desk.line("next");
    assert!(!said.done().contains("please check"), "{said:?}");
    assert_eq!(
        desk.line("deliveries --json --state please~check").json().as_array().map(Vec::len),
        Some(1)
    );
}
