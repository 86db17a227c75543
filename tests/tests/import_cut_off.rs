//! An import that was killed on its way says so afterwards, until the rest is there.

use std::{fmt::Write, fs, process::Stdio};

use acceptance::home::Home;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_killed_is_said_until_it_was_completed_or_seen() {
    let home = Home::new();
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n");
    for n in 0..6_000 {
        let day = format!("2031{:02}{:02}", n % 12 + 1, n % 28 + 1);
        write!(
            text,
            "BEGIN:VEVENT\r\nUID:{n}@big\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{day}T100000Z\r\n\
             SUMMARY:Big {n}\r\nEND:VEVENT\r\n"
        )
        .expect("room");
    }
    text.push_str("END:VCALENDAR\r\n");
    let file = home.folder().join("big.ics");
    fs::write(&file, text).expect("a file");
    let import = || {
        let mut command = home.command("carillon");
        command.arg("import").arg(&file).args(["--calendar", "Big"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("it starts")
    };
    for is_completed in [false, true] {
        let mut begun = import();
        let before = home.engine.events().expect("readable").len();
        home.until("a part", |engine| {
            (engine.events().expect("readable").len() > before).then_some(())
        })
        .await;
        begun.kill().expect("it was there");
        begun.wait().expect("it ended");
        let (said, code) = home.says(&["doctor"]);
        let wanted = "an import into the calendar Big ended early, after ";
        assert!(said.contains(wanted) && said.contains(" of 6000 events") && code == 1, "{said}");
        match is_completed {
            true => assert!(import().wait().expect("it ends").success()),
            false => drop(home.says(&["doctor", "--seen"])),
        }
        let (said, _) = home.says(&["doctor"]);
        assert!(!said.contains("ended early"), "{said}");
    }
}
