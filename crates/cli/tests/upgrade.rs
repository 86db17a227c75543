//! Aim: a ledger of an earlier schema is brought up whole or not at all, wherever that is cut off,
//! and the next start goes on. Method: the real program under a limit on the size of files, which
//! the system ends at the write that crosses it; the limit grows from nothing to enough.

mod kit;

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use kit::{CARILLON, Desk, chmod};

/// Limits are counted in these.
const BLOCK: u64 = 512;
const ALL: &str = "--from 2026-10-01 --to 2027-02-01";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/ledgers/1")
}

/// The ledger of the first schema in a folder of its own.
fn old() -> Desk {
    let desk = Desk::new();
    fs::create_dir_all(desk.data()).expect("a folder");
    chmod(&desk.data(), 0o700);
    for name in ["carillon.db", "secret.key"] {
        let to = desk.data().join(name);
        fs::copy(fixture().join(name), &to).expect("a copy");
        chmod(&to, 0o600);
    }
    desk
}

/// Lists events under a limit on the size of files; says whether it was ended by that.
fn cut_off(desk: &Desk, blocks: u64) -> bool {
    let mut command = Command::new("sh");
    desk.shield(&mut command);
    let script = format!("ulimit -c 0; ulimit -f {blocks}; exec {CARILLON} list {ALL}");
    command.args(["-c", &script]).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().expect("sh runs");
    let said = status.signal().is_some();
    assert!(said || status.success(), "{blocks}: {status}");
    said
}

fn schema(desk: &Desk) -> u32 {
    let bytes = fs::read(desk.data().join("carillon.db")).expect("the ledger");
    u32::from_be_bytes(bytes[60..64].try_into().expect("four bytes"))
}

#[test]
fn cut_off_at_any_write_it_is_as_before_or_brought_up_and_the_next_start_goes_on() {
    let whole = old();
    let listed = |desk: &Desk| desk.line(&format!("list --json {ALL}")).json();
    let wanted = (listed(&whole), whole.line("deliveries --json").json());
    assert!(wanted.0.as_array().is_some_and(|events| !events.is_empty()));
    let copy = whole.data().join("backups/schema-1.db");
    let most = fs::metadata(&copy).expect("a copy").len() / BLOCK;
    // First while the copy is made; then, with it there, in the journal, a page or two a step; and
    // at last while the journal is brought into the file, which grows.
    let points = (0..most).step_by(100).map(|blocks| (blocks, false));
    let points = points.chain((0..200).step_by(20).map(|blocks| (blocks, true)));
    let points = points.chain((most..most + 60).step_by(20).map(|blocks| (blocks, true)));
    let mut cut = 0;
    for (blocks, has_copy) in points {
        let desk = old();
        if has_copy {
            let backups = desk.data().join("backups");
            fs::create_dir(&backups).expect("a folder");
            fs::copy(&copy, backups.join("schema-1.db")).expect("a copy");
        }
        cut += u32::from(cut_off(&desk, blocks));
        let found = (listed(&desk), desk.line("deliveries --json").json());
        assert!(found == wanted, "cut off at block {blocks}");
        assert_eq!(desk.doctor().0["ledger"]["ok"], true, "cut off at block {blocks}");
        let names = fs::read_dir(desk.data().join("backups")).expect("a folder").count();
        assert_eq!(names, 1, "one copy, and nothing half; cut off at block {blocks}");
    }
    assert!(cut >= 12, "{cut} were cut off");
    assert!(!cut_off(&old(), 100 * most), "with enough room it is through");
}

#[test]
fn what_was_brought_up_is_in_the_file_at_last() {
    let desk = old();
    assert_eq!(schema(&desk), 1);
    desk.line("list").done();
    desk.line("next").done();
    assert_eq!(schema(&desk), 2);
}

#[test]
fn what_is_added_to_a_ledger_that_was_named_brings_it_up() {
    let desk = old();
    let data = desk.data();
    let named = data.to_str().expect("a path");
    desk.run(["--data-dir", named, "add", "Call", "--at", "2031-01-01T09:00"]).done();
    assert_eq!(schema(&desk), 2);
}

#[test]
fn a_backup_that_was_copied_into_place_is_added_to_with_its_own_channels() {
    let desk = Desk::new();
    desk.line("channel add webhook lamp http://127.0.0.1:9/ --network loopback").done();
    let place = desk.data().with_file_name("elsewhere");
    fs::create_dir(&place).expect("a folder");
    chmod(&place, 0o700);
    let copy = place.join("carillon.db");
    let (to, named) = (copy.to_str().expect("a path"), place.to_str().expect("a path"));
    desk.run(["backup", to]).done();
    fs::copy(desk.data().join("secret.key"), place.join("secret.key")).expect("the key");
    chmod(&place.join("secret.key"), 0o600);
    let words =
        ["--data-dir", named, "add", "Call", "--at", "2031-01-01T09:00", "--channel", "lamp"];
    desk.run(words).done();
}
