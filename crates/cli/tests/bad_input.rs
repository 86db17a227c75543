//! Aim: whatever is wrong is said in one clear sentence, with the right exit code, and nothing is
//! changed by it.
//! Method: the real program over a ledger with one event in it.

mod kit;

use std::{fs, process::Command};

use kit::{CARILLON, Desk, Said, chmod};

/// A ledger with one event.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.add("Known --at 2031-01-01T09:00");
    desk
}

/// Rows of a line, the exit code, and a part of the sentence.
fn check(rows: &[(&str, i32, &str)]) {
    let desk = desk();
    let before = desk.everything();
    for (line, code, part) in rows {
        let said = desk.line(line);
        let sentence = said.refused(*code);
        assert!(sentence.contains(part), "{line}: {sentence}");
        let json: serde_json::Value =
            serde_json::from_str(&desk.line(&format!("{line} --json")).err).expect("JSON");
        let message = json["error"]["message"].as_str().expect("a message");
        assert_eq!(format!("carillon: {message}"), sentence, "{line}");
        let is_written = ["usage", "invalid"].iter().any(|word| json["error"]["code"] == *word);
        assert_eq!(is_written, *code == 2, "{line}: {json}");
    }
    assert_eq!(desk.everything(), before);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    check(&[
        ("add A --at 2031-01-01T09:00 --zone Mars/Base", 2, "zone 'Mars/Base' is not known"),
        ("add A --cron 0~9~1~*~1", 2, "write two events"),
        ("add A --cron 0~9~30~2~*", 2, "never comes"),
        ("add A --cron 0~9~*~*", 2, "has 4 fields"),
        ("add A --at 2031-01-01T09:00[Mars/Base]", 2, "zone 'Mars/Base' is not known"),
        ("add A --at 2031-01-01T09:00 --zone EST", 2, "abbreviation"),
        ("add A --deadline 2031-01-01T09:00 --remind 0m", 2, "at or after the deadline"),
        (
            "add A --deadline 2031-01-01T09:00 --remind +10m",
            2,
            "a reminder 10 min after would ring at or after the deadline",
        ),
        (
            "add A --deadline 2031-01-01T09:00 --remind @2031-01-01T09:00",
            2,
            "at or after the deadline",
        ),
        ("add A --deadline 2031-01-01 --remind @2031-01-02T00:00", 2, "at or after the deadline"),
        ("add A --at 2031-01-01T09:00 --remind 10m --remind 10m", 2, "is there twice"),
        ("add A --at 2031-01-01T09:00 --remind 60m --remind 1h", 2, "is there twice"),
        ("add A --at 2020-01-01T09:00", 2, "Wed 1 Jan 2020, 09:00 (Europe/Berlin) is in the past"),
        (
            "add A --at 2020-01-01",
            2,
            "Wed 1 Jan 2020 is in the past: say that this is meant with --past",
        ),
        ("add ~ --at 2031-01-01T09:00", 2, "title is empty"),
        ("add A --at 2031-01-01T09:00 --rrule FREQ=OFTEN", 2, "FREQ=OFTEN"),
        ("add A --at 2031-01-01T09:00 --rrule FREQ=DAILY --remind @2031-01-01T08:00", 2, "repeats"),
        ("add A --at 2031-01-01T09:00 --channel nowhere", 1, "there is no channel 'nowhere'"),
        ("add A --at 2031-01-01T09:00 --calendar Nowhere", 1, "there is no calendar 'Nowhere'"),
        ("add A --at 2031-01-01T09:00 --person Nobody", 1, "there is no person 'Nobody'"),
        ("add A --at 2031-01-01 --kind birthday", 2, "say whose, with --person NAME"),
        ("add A --at 2031-01-01T09:00 --rrule FREQ=DAILY;COUNT=2;UNTIL=20310201", 2, "ends twice"),
        ("add A --at 2031-01-01T09:00 --remind -5m", 2, "write 5m for before, +5m for after"),
        ("show evt_00000000000000000000000000000000", 1, "there is no event"),
        ("delete evt_00000000000000000000000000000000", 1, "there is no event"),
        ("why dlv_00000000000000000000000000000000", 1, "there is no delivery"),
        ("ack dlv_00000000000000000000000000000000", 1, "there is no delivery"),
        ("why occ_aaaaaaaaaaaaaaaaaaaaaaaaaa", 1, "there is no delivery"),
        (
            "person add Ana --birthday 1991-02-29",
            2,
            "there is no 29 February 1991: that month has 28",
        ),
        ("person add Ana --birthday soon", 2, "not a birthday"),
        ("person add Ana --zone Nowhere", 2, "zone 'Nowhere' is not known"),
        ("person delete Ana", 1, "there is no person 'Ana'"),
        ("calendar add Personal", 2, "already"),
        ("channel remove desktop", 1, "desktop"),
        ("import nosuch.ics", 1, "nosuch.ics could not be read"),
        (
            "import Cargo.toml",
            1,
            "Cargo.toml is not imported, for line 1: this is not an iCalendar",
        ),
        (
            "add A --at 2031-01-01T09:00 --rrule FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            2,
            "never happens: no date fits it",
        ),
        ("person add Ana --birthday 2999-01-01", 2, "in the future"),
    ]);
}

#[test]
fn what_the_parser_refuses_is_said_in_our_words() {
    let at = "add A --at 2031-01-01T09:00";
    check(&[
        ("channel rate desktop 1e9", 2, "'1e9' is not a whole number"),
        ("next -n 0", 2, "0 is out of bounds: -n takes 1 to 1000"),
        ("next -n many", 2, "'many' is not a whole number"),
        (&format!("{at} --alarm=maybe"), 2, "'maybe' is neither yes nor no: --alarm takes"),
        (&format!("{at} --remind 10m --remind 10m"), 2, "the same reminder is there twice"),
        (&format!("{at} --notice 3"), 2, "this is of the kind appointment"),
        ("pause 100000d", 2, "100000d is too long: at most 3660d"),
        ("pause 99999999999h", 2, "99999999999h is too long"),
        ("pause soon", 2, "'soon' is not a length"),
        ("pause 20s", 2, "'20s' is in seconds: a minute is the least, so write 1m, 45m or 2h"),
        ("add x", 2, "say when it is: with --at, --deadline or --cron"),
    ]);
}

#[test]
fn a_url_outside_its_class_is_refused_without_being_repeated() {
    check(&[
        ("channel add webhook n http://example.org/", 2, "a public URL needs https:"),
        ("channel add webhook n https://10.0.0.1/", 2, "the network chosen is public"),
        ("channel add webhook n https://127.0.0.1/ --network private", 2, "is this computer"),
        ("channel add webhook n https://localhost/", 2, "choose the network loopback"),
        ("channel add webhook n http://192.168.0.9/ --network loopback", 2, "on a private network"),
        ("channel add webhook n http://169.254.169.254/ --network private", 2, "never called"),
        ("channel add webhook n https://me:secret@example.org/", 2, "user name or password"),
        ("channel add webhook n example", 2, "cannot be read"),
        ("channel add webhook desktop https://example.org/", 2, "already"),
    ]);
    let said = Desk::new().line("channel add webhook n https://u:canary@example.org/canary");
    assert!(!said.err.contains("canary"), "{said:?}");
}

#[test]
fn a_command_line_that_cannot_be_understood_exits_with_2() {
    check(&[
        ("", 2, "a command is missing"),
        ("ad", 2, "'add'"),
        ("add", 2, "not provided"),
        ("add A --at tomorrow", 2, "'tomorrow' is not a time"),
        ("add A --at 2031-02-30", 2, "there is no 30 February 2031: that month has 28 days"),
        ("add A --at 2031-04-31T09:00", 2, "there is no 31 April 2031: that month has 30 days"),
        ("add A --at 2031-01-01T09:00 --for -5m", 2, "'-5m' is not a length"),
        ("snooze dlv_00000000000000000000000000000000 --for -5m", 2, "'-5m' is not a length"),
        ("add A --at 2031-01-01T09:00 --remind none --remind 10m", 2, "none means no reminder"),
        (
            "add A --at 2031-01-01T09:00 --remind none --channel desktop",
            2,
            "none means no reminder",
        ),
        ("add A --at 2031-01-01T09:00 --remin 10m", 2, "--remind"),
        ("add A --at 2031-01-01T09:00 --remind soon", 2, "reminder 'soon' is not understood"),
        ("add A --at 2031-01-01T09:00 --kind party", 2, "kind 'party' is not known"),
        ("add A --at 2031-01-01T09:00 --use-by never", 2, "use-by 'never' is not known"),
        ("add A --at 2031-01-01T09:00 --collapse all", 2, "collapse 'all' is not known"),
        ("add A --at 2031-01-01T09:00 --for 1y", 2, "'1y' is not a length"),
        ("add A --at 2031-01-01 --zone Europe/Lisbon", 2, "a whole day has no zone"),
        ("add A --at 2031-01-01T09:00Z --floating", 2, "a floating time has no zone"),
        ("add A --at 2031-01-01T09:00[Europe/Lisbon] --zone Asia/Tokyo", 2, "name one"),
        ("add A --at 2031-01-01 --deadline 2031-01-01", 2, "cannot be used with"),
        ("add A --deadline 2031-01-01 --kind note", 2, "--kind says note"),
        ("show dlv_1", 2, "expected evt_"),
        ("why evt_1", 2, "expected dlv_"),
        ("deliveries --state done", 2, "state 'done' is not known"),
        ("list --from 2031-01-02 --to 2031-01-01", 2, "not after --from"),
        ("next -n 0", 2, "0"),
        (
            "channel add webhook n https://example.org/ --network home",
            2,
            "network 'home' is not known",
        ),
        ("channel add webhook n https://example.org/ --guarantee some", 2, "guarantee 'some'"),
        ("channel add webhook n https://example.org/ --retries many", 2, "many"),
        ("occurrences", 2, "--dtstart"),
        ("occurrences --dtstart 20260230", 2, "dtstart '20260230'"),
        ("occurrences --batch --count 3", 2, "cannot be used with"),
    ]);
}

#[test]
fn bad_input_has_one_exit_code_in_every_command() {
    let desk = desk();
    let id = desk.add("Choir --at 2031-01-06T19:00 --rrule FREQ=WEEKLY");
    let said = desk.line("next --json -n 1").json();
    let delivery = said[0]["delivery"].as_str().expect("a delivery").to_string();
    desk.line("person add Ana --zone Asia/Tokyo").done();
    let lines = [
        ("Mars/Base", "add A --at 2031-01-01T09:00 --zone BAD"),
        ("Mars/Base", "add A --at 2031-01-01T09:00[BAD]"),
        ("Mars/Base", "edit ID --zone BAD"),
        ("Mars/Base", "edit ID --at 2031-01-01T09:00[BAD]"),
        ("Mars/Base", "move ID --scope all --to 2031-01-01T09:00 --zone BAD"),
        ("Mars/Base", "skip ID --occurrence 2031-01-06T19:00[BAD]"),
        ("Mars/Base", "list --zone BAD"),
        ("Mars/Base", "deliveries --since 2031-01-01T09:00[BAD]"),
        ("Mars/Base", "snooze DLV --until 2031-01-01T09:00[BAD]"),
        ("Mars/Base", "occurrences --dtstart 20310101T090000 --zone BAD"),
        ("Mars/Base", "person add Bo --zone BAD"),
        ("Mars/Base", "person edit Ana --zone BAD"),
        ("FREQ=OFTEN", "add A --at 2031-01-01T09:00 --rrule BAD"),
        ("FREQ=OFTEN", "edit ID --rrule BAD"),
        ("FREQ=OFTEN", "edit ID --occurrence 2031-01-13 --scope following --rrule BAD"),
        ("FREQ=OFTEN", "occurrences --dtstart 20310101T090000 --rrule BAD"),
        ("2031-02-30", "add A --at BAD"),
        ("2031-02-30", "add A --deadline BADT12:00"),
        ("2031-02-30", "edit ID --at BADT09:00"),
        ("2031-02-30", "move ID --scope all --to BAD"),
        ("2031-02-30", "skip ID --occurrence BAD"),
        ("2031-02-30", "cancel ID --occurrence BADT19:00"),
        ("2031-02-30", "reinstate ID --occurrence BADT19:00"),
        ("2031-02-30", "list --from BAD"),
        ("2031-02-30", "deliveries --since BAD"),
        ("2031-02-30", "snooze DLV --until BADT09:00"),
        ("2031-02-30", "quick tea~on~BAD"),
        ("20310230", "occurrences --dtstart BAD"),
        ("20310230", "occurrences --dtstart 20310101 --from BAD"),
        ("1991-02-30", "person add Bo --birthday BAD"),
        ("1991-02-30", "person edit Ana --anniversary BAD"),
    ];
    for (bad, line) in lines {
        let line = line.replace("BAD", bad).replace("ID", &id).replace("DLV", &delivery);
        desk.line(&line).refused(2);
    }
    // What is not there, or cannot be done with what there is, is another thing.
    for line in [
        "show evt_00000000000000000000000000000000",
        "person edit Bo --zone Asia/Tokyo",
        "channel remove desktop",
    ] {
        desk.line(line).refused(1);
    }
}

#[test]
fn a_ledger_that_others_may_read_is_refused_with_what_to_type() {
    let desk = desk();
    let (dir, file) = (desk.data(), desk.data().join("carillon.db"));
    for mode in [0o755, 0o750, 0o701] {
        chmod(&dir, mode);
        let said = desk.line("next");
        assert!(said.refused(1).contains(&format!("chmod 700 '{}'", dir.display())), "{said:?}");
    }
    chmod(&dir, 0o700);
    chmod(&file, 0o640);
    let said = desk.line("next");
    assert!(said.refused(1).contains("chmod 600"), "{said:?}");
    chmod(&file, 0o600);
    assert!(desk.line("next").done().contains("Known"));
}

#[test]
fn a_ledger_of_a_newer_program_is_refused_and_left_as_it_is() {
    let desk = desk();
    let file = desk.data().join("carillon.db");
    let mut bytes = fs::read(&file).expect("the ledger");
    // `user_version` of the SQLite header.
    bytes[60..64].copy_from_slice(&99u32.to_be_bytes());
    fs::write(&file, &bytes).expect("written");
    let said = desk.line("add A --at 2031-01-01T09:00");
    assert!(said.refused(1).contains("schema 99"), "{said:?}");
    assert!(said.err.contains("update Carillon"), "{said:?}");
    assert_eq!(desk.line("next").refused(1), said.refused(1));
    assert!(fs::read(&file).expect("the ledger") == bytes, "not a byte changed");
}

#[test]
fn what_is_no_ledger_is_left_alone() {
    let desk = Desk::new();
    fs::create_dir_all(desk.data()).expect("a folder");
    chmod(&desk.data(), 0o700);
    let file = desk.data().join("carillon.db");
    fs::write(&file, "a diary, not a database, and long enough to be taken for a header")
        .expect("written");
    chmod(&file, 0o600);
    assert!(desk.line("next").refused(1).contains("not a Carillon ledger"));
    assert!(fs::read_to_string(&file).expect("the diary").starts_with("a diary"));
    fs::write(desk.beside().join("plain"), "").expect("written");
    let plain = desk.beside().join("plain");
    let said = desk.run(["--data-dir".as_ref(), plain.as_os_str(), "next".as_ref()]);
    assert!(said.refused(1).contains("not a directory"), "{said:?}");
}

/// Runs a script with room for no more than a few kilobytes, in which `$DIR` is the ledger's
/// folder and `fill` leaves no room at all: on a small tmpfs where one may mount, else under a
/// limit on the size of files.
fn cramped(desk: &Desk, before: &str, then: &str) -> Said {
    let script = format!(
        "set -u; run() {{ {CARILLON} --data-dir \"$DIR\" \"$@\"; }}
        if mount -t tmpfs -o size=1m,mode=700 none \"$DIR\" 2>/dev/null; then
            mkdir -m 700 \"$DIR/ledger\"; small=$DIR; DIR=$DIR/ledger
            fill() {{ head -c 1m /dev/zero > \"$small/full\" 2>/dev/null; }}
            free() {{ rm \"$small/full\"; }}
            limited() {{ run \"$@\"; }}
        else
            fill() {{ :; }}
            free() {{ :; }}
            limited() {{ (trap '' XFSZ; ulimit -f 0; run \"$@\"); }}
        fi
        {before}
        fill
        {then}"
    );
    let own = ["-m", "-Urm"].into_iter().find(|kind| {
        let tried = Command::new("unshare").args([kind, "true"]).output();
        tried.is_ok_and(|tried| tried.status.success())
    });
    let mut command = match own {
        Some(kind) => {
            let mut command = Command::new("unshare");
            command.args([kind, "sh"]);
            command
        }
        None => Command::new("sh"),
    };
    desk.shield(&mut command);
    fs::create_dir_all(desk.data()).expect("a folder");
    chmod(&desk.data(), 0o700);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("DIR", desk.data());
    Said::of(command.args(["-c", &script]).output().expect("sh runs"))
}

#[test]
fn a_full_disk_changes_nothing_and_loses_nothing() {
    let desk = Desk::new();
    let said = cramped(
        &desk,
        "run add Known --at 2031-01-01T09:00 > /dev/null",
        "limited add Lost --at 2031-01-02T09:00; echo \"code $?\"
        free
        run next; run doctor --json | grep -c '\"ok\":true'; run add Later --at 2031-01-03T09:00 > /dev/null; run next -n 5",
    );
    let errors: Vec<&str> = said.err.lines().collect();
    assert_eq!(errors.len(), 1, "{said:?}");
    let told = ["the disk with the ledger is full: nothing was changed", "disk I/O error"];
    assert!(told.iter().any(|words| errors[0].contains(words)), "{said:?}");
    assert!(said.out.starts_with("code 1\n"), "{said:?}");
    assert!(said.out.contains("Known") && said.out.contains("\n1\n"), "{said:?}");
    assert!(said.out.contains("Later") && !said.out.contains("Lost"), "{said:?}");
}

#[test]
fn what_cannot_be_added_makes_no_ledger_in_a_directory_that_was_named() {
    let desk = Desk::new();
    let (none, torn) = (desk.beside().join("none"), desk.beside().join("torn.ics"));
    fs::write(&torn, "not a calendar").expect("written");
    fs::create_dir(&none).expect("a folder");
    chmod(&none, 0o700);
    let torn = torn.to_str().expect("a plain path");
    for words in [
        &["import", "missing.ics"][..],
        &["import", torn],
        &["import", "-"],
        &["quick", "tomorrow"],
        &["person", "add", "Bo", "--zone", "Mars"],
        &["channel", "add", "webhook", "lamp", "http://example.org/"],
        &["channel", "test", "lamp"],
        &["calendar", "add", ""],
        &["add", "Gym", "--at", "2031-01-01T10:00", "--zone", "Mars"],
    ] {
        let mut command = desk.command(words);
        command.arg("--data-dir").arg(&none);
        let said = Said::of(command.output().expect("carillon runs"));
        assert!(said.code > 0, "{words:?}: {said:?}");
        let left: Vec<_> = fs::read_dir(&none).expect("a folder").collect();
        assert!(left.is_empty(), "{words:?}: {left:?}");
    }
    let mut command = desk.command(["quick", "gym tomorrow at 9"]);
    command.arg("--data-dir").arg(&none);
    let said = Said::of(command.output().expect("carillon runs"));
    assert!(said.done().starts_with("Added “gym”"), "{said:?}");
    assert!(none.join("carillon.db").exists());
}

#[test]
fn standard_input_is_imported_into_a_new_directory_that_was_named() {
    let desk = Desk::new();
    let (new, file) = (desk.beside().join("new"), desk.beside().join("gym.ics"));
    let event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20310101T100000Z\r\n\
        SUMMARY:Gym\r\nEND:VEVENT";
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a test//EN\r\n{event}\r\nEND:VCALENDAR\r\n"
    );
    fs::write(&file, &text).expect("written");
    fs::create_dir(&new).expect("a folder");
    chmod(&new, 0o700);
    let mut command = desk.command(["import", "-"]);
    command.arg("--data-dir").arg(&new).stdin(fs::File::open(&file).expect("a file"));
    let said = Said::of(command.output().expect("carillon runs"));
    assert!(said.done().contains("1 new"), "{said:?}");
    // A pipe with a name gives its bytes once, too.
    let other = desk.beside().join("other");
    for line in ["import /dev/stdin", &format!("import /dev/stdin --data-dir {}", other.display())]
    {
        let piped = desk.piped(line, &text);
        assert!(piped.done().contains("1 new"), "{piped:?}");
    }
}
