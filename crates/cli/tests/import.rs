//! Aim: files are taken in once, and what they lose, or would double, is said.
//! Method: the real program, no service, a machine in Berlin, events years ahead.

mod kit;

use kit::Desk;
use serde_json::json;

#[test]
fn imported_files_come_in_once_with_a_remark_for_what_is_lost() {
    let desk = Desk::new();
    let file = desk.beside().join("Team plan.ics");
    let event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Plan\r\nDTSTART;TZID=Europe/Lisbon:20310102T090000\r\nEND:VEVENT";
    let text =
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event}\r\nnonsense\r\nEND:VCALENDAR\r\n");
    std::fs::write(&file, text).expect("written");
    let import = |args: &[&str]| {
        let mut all = vec!["import", "--json", file.to_str().expect("UTF-8")];
        all.extend(args);
        desk.run(all).json()
    };
    let dry = import(&["--dry-run"]);
    assert_eq!(
        (&dry["created"], desk.line("calendar list --json").json().as_array().map(Vec::len)),
        (&json!(1), Some(1))
    );
    let done = import(&[]);
    let named = |of: &serde_json::Value, field: &str| of.get(field).is_some();
    assert!(["updated", "unchanged"].iter().all(|field| named(&done, field)), "{done}");
    assert_eq!((&done["created"], &done["calendars"]), (&json!(1), &json!(["Team plan"])));
    assert!(["file", "reason"].iter().all(|field| named(&done["remarks"][0], field)), "{done}");
    assert_eq!(done["remarks"][0]["line"], 9);
    assert_eq!(import(&[])["unchanged"], 1);
}

#[test]
fn a_file_whose_events_are_in_another_calendar_makes_no_second_copy_by_itself() {
    let desk = Desk::new();
    let file = desk.beside().join("big.ics");
    let path = file.to_str().expect("UTF-8");
    let write = |names: &[&str], calendar: &str| {
        let event = |n: &&str| {
            format!(
                "BEGIN:VEVENT\nUID:{n}\nSUMMARY:Plan {n}\nDTSTART:20310102T090000Z\nEND:VEVENT\n"
            )
        };
        let body: String = names.iter().map(event).collect();
        let text = format!("BEGIN:VCALENDAR\nX-WR-CALNAME:{calendar}\n{body}END:VCALENDAR\n");
        std::fs::write(&file, text).expect("written");
    };
    write(&["1", "2", "3"], "big");
    desk.run(["import", path, "--calendar", "Imp ort"]).done();
    let before = desk.everything();
    let said = desk.run(["import", path]);
    let stop = "all its 3 events are in the calendar Imp ort already: import it there with --calendar 'Imp ort', or make a second copy of them with --calendar big";
    assert!(said.refused(1).ends_with(stop), "{said:?}");
    let dry = desk.run(["import", path, "--dry-run"]);
    assert!(dry.code == 1 && dry.err.trim_end().ends_with(stop), "{dry:?}");
    assert!(dry.out.contains("3 new, 0 changed, 0 as before, if it were done"), "{dry:?}");
    assert!(dry.out.contains("“Plan 1” is in the calendar Imp ort, too"), "{dry:?}");
    assert_eq!(desk.everything(), before);
    write(&["2", "3", "4"], "big");
    let said = desk.run(["import", path]);
    assert!(said.refused(1).contains("2 of its 3 events are in the calendar Imp ort"), "{said:?}");
    // It is done where it is asked for, and then it is the file's own calendar.
    let there = desk.run(["import", path, "--calendar", "Imp ort"]);
    assert!(there.done().contains("1 new, 0 changed, 2 as before"), "{there:?}");
    let copy = desk.run(["import", path, "--calendar", "big"]);
    assert!(copy.done().contains("“Plan 2” is in the calendar Imp ort, too"), "{copy:?}");
    assert!(desk.run(["import", path]).done().contains("0 new, 0 changed, 3 as before"));
    // What is mostly something else comes in, with a remark for the rest.
    write(&["2", "5", "6"], "Club");
    let club = desk.run(["import", path]).done().to_string();
    assert!(club.contains("3 new") && club.contains("“Plan 2” is in the calendar"), "{club}");
}

#[test]
fn a_file_of_several_calendars_names_all_that_its_events_go_to() {
    let (from, to) = (Desk::new(), Desk::new());
    let file = from.beside().join("all.ics");
    let path = file.to_str().expect("UTF-8");
    for name in ["Work", "Family"] {
        from.run(["calendar", "add", name]).done();
        from.add(&format!("{name} --at 2031-01-02T09:00 --calendar {name}"));
    }
    from.add("Own --at 2031-01-02T09:00");
    from.run(["export", path]).done();
    let said = to.run(["import", path, "--dry-run"]).done().to_string();
    assert!(said.contains("into calendars Personal, "), "{said}");
    let done = to.run(["import", "--json", path]).json();
    let mut names: Vec<_> = done["calendars"].as_array().expect("a list").clone();
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, [json!("Family"), json!("Personal"), json!("Work")], "{done}");
}

#[test]
fn a_task_that_its_file_says_is_done_is_called_so() {
    let desk = Desk::new();
    let file = desk.beside().join("tasks.ics");
    let path = file.to_str().expect("UTF-8");
    let task = |n, title, status| {
        format!(
            "BEGIN:VTODO\nUID:{n}\nSUMMARY:{title}\nDUE:20310102T090000Z\n{status}\nEND:VTODO\n"
        )
    };
    let body = task(1, "Tax", "STATUS:COMPLETED") + &task(2, "Rent", "STATUS:CANCELLED");
    std::fs::write(&file, format!("BEGIN:VCALENDAR\n{body}END:VCALENDAR\n")).expect("written");
    desk.run(["import", path]).done();
    let days = "list --from 2031-01-02 --to 2031-01-03";
    let listed = desk.line(days).done().to_string();
    let line = |title: &str| listed.lines().find(|line| line.contains(title)).expect("listed");
    assert!(line("Tax").contains("  done  ") && line("Rent").contains("  cancelled  "), "{listed}");
    let rows = desk.line(&format!("{days} --json")).json();
    let tax = rows.as_array().expect("rows").iter().find(|row| row["title"] == "Tax");
    let tax = tax.expect("listed");
    assert_eq!((&tax["done"], &tax["enabled"]), (&json!(true), &json!(false)), "{tax}");
    let id = tax["event"].as_str().expect("an id");
    assert!(desk.run(["show", id]).done().contains("not at all: it is done; "));
    desk.run(["reinstate", id]).done();
    assert!(!desk.line(days).done().contains("  done  "));
}

#[test]
fn of_several_files_one_that_cannot_be_read_is_a_remark() {
    let desk = Desk::new();
    let event = "BEGIN:VEVENT\nUID:1\nSUMMARY:Plan\nDTSTART:20310102T090000Z\nEND:VEVENT";
    let write = |name: &str, text: &str| {
        let file = desk.beside().join(name);
        std::fs::write(&file, text).expect("written");
        file.to_str().expect("UTF-8").to_string()
    };
    let good = write("good.ics", &format!("BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n"));
    let bad = write("bad.ics", "nonsense");
    let said = desk.run(["import", &bad, &good]);
    let told = (said.code, said.out.contains("1 new"), said.err.lines().count());
    assert_eq!(told, (1, true, 1), "{said:?}");
    let alone = desk.run(["import", &bad]);
    assert_eq!(said.err, alone.err);
    assert!(said.err.contains("bad.ics is not imported, for line 1: this is not an iCalendar"));
    assert!(desk.run(["import", &bad, &bad]).refused(1).contains("bad.ics is not imported"));
}

#[test]
fn a_file_that_ends_in_the_middle_says_so_or_why_nothing_came() {
    let desk = Desk::new();
    let file = desk.beside().join("cut.ics");
    let begun = "BEGIN:VCALENDAR\nVERSION:2.0\n";
    for (text, why) in [
        (begun.to_string(), "for line 1: it ends in the middle and holds no whole event"),
        (format!("{begun}BEGIN:VEVENT\nUID:1\nSUMMARY:Plan\n"), "DTSTART"),
    ] {
        std::fs::write(&file, text).expect("written");
        let said = desk.run(["import", file.to_str().expect("UTF-8")]);
        let sentence = said.refused(1);
        assert!(sentence.contains(why) && !sentence.contains("was taken"), "{sentence}");
    }
}

#[test]
fn cards_go_to_no_calendar_and_people_are_listed_with_both_their_days() {
    let desk = Desk::new();
    let file = desk.beside().join("friends.vcf");
    let card = "BEGIN:VCARD\nVERSION:4.0\nUID:a\nFN:Ana Sousa\nBDAY:19920229\nANNIVERSARY:20150620\nEND:VCARD\n";
    std::fs::write(&file, card).expect("written");
    let file = file.to_str().expect("UTF-8");
    let said = desk.run(["import", file, "--calendar", "Work"]).done().to_string();
    assert!(said.contains("1 new") && said.contains("--calendar Work has no effect"), "{said}");
    assert_eq!(desk.line("calendar list --json").json().as_array().map(Vec::len), Some(1));
    let list = desk.line("person list").done().to_string();
    assert!(list.contains("1992-02-29, anniversary 2015-06-20"), "{list}");
}

#[test]
fn what_is_said_of_a_file_adds_up_to_all_that_is_in_it() {
    let desk = Desk::new();
    let file = desk.beside().join("torn.ics");
    let path = file.to_str().expect("UTF-8");
    let parts = [
        ("VEVENT", "UID:1\nDTSTART:20310102T090000Z"),
        ("VEVENT", "UID:2\nSUMMARY:No start"),
        ("VEVENT", "UID:3\nDTSTART:some day"),
        ("VTODO", "UID:4\nDUE:some day"),
        ("VEVENT", "UID:5\nDTSTART:99990101T090000Z"),
        ("VEVENT", "UID:6\nDTSTART:20310102T090000Z\nSEQUENCE:1"),
        ("VEVENT", "UID:6\nDTSTART:20310103T090000Z"),
        ("VEVENT", "UID:7\nRECURRENCE-ID:20310102T090000Z\nDTSTART:some day"),
        ("VJOURNAL", "UID:8\nDTSTART:20310102T090000Z"),
    ];
    let body: String =
        parts.iter().map(|(name, body)| format!("BEGIN:{name}\n{body}\nEND:{name}\n")).collect();
    std::fs::write(&file, format!("BEGIN:VCALENDAR\n{body}END:VCALENDAR\n")).expect("written");
    let sum = |args: &[&str]| {
        let done = desk.run(["import", "--json", path].iter().chain(args).copied()).json();
        let number = |field: &str| done[field].as_u64().expect("a number");
        let fields = ["created", "updated", "unchanged", "left_out"];
        (fields.map(number).iter().sum::<u64>(), number("left_out"), done)
    };
    for args in [&["--dry-run"][..], &[]] {
        let (all, left_out, done) = sum(args);
        assert_eq!((all, left_out), (9, 7), "{done}");
    }
    let again = desk.run(["import", path]);
    let told = "0 new, 0 changed, 2 as before, 7 left out, see the remarks";
    assert!(again.done().contains(told), "{again:?}");
    let cards = desk.beside().join("torn.vcf");
    let card = |body: &str| format!("BEGIN:VCARD\nVERSION:4.0\n{body}\nEND:VCARD\n");
    let text = card("UID:1\nFN:Ada") + &card("UID:1\nFN:Bea");
    std::fs::write(&cards, text).expect("written");
    let said = desk.run(["import", cards.to_str().expect("UTF-8")]);
    assert!(said.done().contains("1 new, 0 changed, 0 as before, 1 left out"), "{said:?}");
}
