//! Calendar files in the ledger: what rings because of them, and what importing again does.

use std::ops::ControlFlow;

use acceptance::world::World;
use calendar::{ics::Alarmless, id::CalendarId};
use engine::import::{Deleted, ImportFile, Imported, Mode, Target};

const MORNING: &[u8] = include_bytes!("../data/ics/morning.ics");

fn file(bytes: &[u8]) -> ImportFile<'_> {
    ImportFile {
        deleted: Default::default(),
        bytes,
        target: Target::Calendar(CalendarId::FIRST),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    }
}

fn import(world: &mut World, file: &ImportFile<'_>) -> Imported {
    let done = world.engine().import(file, &mut |_, _| ControlFlow::Continue(()));
    world.run();
    done.expect("an import")
}

fn said(done: &Imported) -> String {
    let mut text =
        format!("{} created, {} updated, {} unchanged", done.created, done.updated, done.unchanged);
    for remark in &done.remarks {
        text.push_str(&format!("\nline {}: {}", remark.line, remark.reason));
    }
    text
}

fn event(body: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:one\n{body}\nEND:VEVENT\nEND:VCALENDAR\n")
        .into_bytes()
}

const TEA: &str = "SUMMARY:Tea\nDTSTAMP:20261101T000000Z\nDTSTART;TZID=Europe/Berlin:20261124T160000\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT10M\nEND:VALARM";

#[test]
fn a_morning_of_a_real_file_is_told_in_time() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let done = import(&mut world, &file(MORNING));
    assert_eq!(said(&done), "7 created, 0 updated, 0 unchanged");
    assert_eq!(done.first.map(|d| d.to_string()).as_deref(), Some("2026-11-24"));
    world.wait_until("2026-11-25T00:00");
    let told: Vec<_> = world.sent.iter().map(|s| (s.at.as_str(), s.text.lines().next())).collect();
    assert_eq!(
        told,
        [
            ("2026-11-24T07:00:00Z", Some("Take the pill")),
            ("2026-11-24T08:10:00Z", Some("Stand-up")),
            ("2026-11-24T08:20:00Z", Some("Hand-over call with Tokyo")),
        ]
    );
}

#[test]
fn a_changed_occurrence_rings_where_it_is_now() {
    let mut world = World::at("2026-11-27T07:00[Europe/Berlin]");
    import(&mut world, &file(MORNING));
    world.wait_until("2026-11-27T12:00");
    let told: Vec<_> = world.sent.iter().map(|s| (s.at.as_str(), s.text.lines().next())).collect();
    assert_eq!(
        told,
        [
            ("2026-11-27T07:00:00Z", Some("Take the pill")),
            ("2026-11-27T09:55:00Z", Some("Stand-up (with the board)")),
        ]
    );
}

#[test]
fn the_same_file_again_changes_nothing_and_tells_nothing_again() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &file(MORNING));
    world.wait_until("2026-11-24T10:00");
    let (rows, sent) = (world.all_rows(), world.sent.len());
    let again = import(&mut world, &file(MORNING));
    assert_eq!(said(&again), "0 created, 0 updated, 7 unchanged");
    assert_eq!((world.all_rows(), world.sent.len()), (rows, sent));
}

#[test]
fn a_newer_version_takes_the_place_of_an_older_and_never_the_other_way_round() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &file(&event(TEA)));
    let moved = TEA.replace("T160000", "T170000").replace("20261101", "20261102");
    assert_eq!(
        said(&import(&mut world, &file(&event(&moved)))),
        "0 created, 1 updated, 0 unchanged"
    );
    assert_eq!(world.rows(), "Tue 24 16:50 scheduled planned Tea");
    assert_eq!(
        said(&import(&mut world, &file(&event(TEA)))),
        "0 created, 0 updated, 1 unchanged\nline 2: “Tea” is here in a newer version: the older one is not taken"
    );
    assert_eq!(world.rows(), "Tue 24 16:50 scheduled planned Tea");
}

#[test]
fn a_cancelled_version_silences_what_was_planned() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &file(&event(TEA)));
    let off = format!("SEQUENCE:1\nSTATUS:CANCELLED\n{TEA}");
    import(&mut world, &file(&event(&off)));
    world.wait_until("2026-11-24T18:00");
    assert!(world.sent.is_empty());
}

#[test]
fn what_was_changed_here_is_kept_until_the_file_is_newer() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &file(&event(TEA)));
    let id = world.engine().next_rings(1).expect("rings")[0].event.expect("an event");
    let mut draft = world.draft(id);
    draft.title = "Tea with Ana".into();
    world.save(Some(id), draft);
    assert_eq!(said(&import(&mut world, &file(&event(TEA)))), "0 created, 0 updated, 1 unchanged");
    assert_eq!(world.draft(id).title, "Tea with Ana");
    let newer = TEA.replace("20261101", "20261102").replace("SUMMARY:Tea", "SUMMARY:Green tea");
    assert_eq!(
        said(&import(&mut world, &file(&event(&newer)))),
        "0 created, 1 updated, 0 unchanged\nline 2: “Green tea” was changed here and in the file: the title is the file's"
    );
    assert_eq!(world.draft(id).title, "Green tea");
}

#[test]
fn what_was_deleted_here_stays_deleted() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &file(&event(TEA)));
    let id = world.engine().next_rings(1).expect("rings")[0].event.expect("an event");
    world.engine().delete_event(id, None, None).expect("a deletion");
    assert_eq!(
        said(&import(&mut world, &file(&event(TEA)))),
        "0 created, 0 updated, 1 unchanged\nline 2: “Tea” was deleted here and stays deleted"
    );
    world.wait_until("2026-11-24T18:00");
    assert!(world.sent.is_empty());
}

#[test]
fn what_was_deleted_here_comes_back_when_it_is_wanted_and_goes_again_by_undo() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &file(&event(TEA)));
    let id = world.engine().next_rings(1).expect("rings")[0].event.expect("an event");
    world.engine().delete_event(id, None, None).expect("a deletion");
    let bytes = event(TEA);
    let back = ImportFile { deleted: Deleted::ComesBack, ..file(&bytes) };
    let preview = ImportFile { mode: Mode::Preview, ..back.clone() };
    assert_eq!(import(&mut world, &file(&bytes)).deleted, 1);
    assert_eq!(said(&import(&mut world, &preview)), "1 created, 0 updated, 0 unchanged");
    assert!(world.engine().next_rings(1).expect("rings").is_empty(), "a preview changes nothing");
    assert_eq!(said(&import(&mut world, &back)), "1 created, 0 updated, 0 unchanged");
    assert_eq!(said(&import(&mut world, &back)), "0 created, 0 updated, 1 unchanged");
    assert_eq!(world.engine().next_rings(1).expect("rings").len(), 1);
    world.engine().undo(None).expect("undone");
    assert!(world.engine().next_rings(1).expect("rings").is_empty());
}

#[test]
fn the_past_comes_in_and_does_not_ring() {
    let mut world = World::at("2026-11-25T07:00[Europe/Berlin]");
    import(&mut world, &file(&event(TEA)));
    let yearly = format!("{TEA}\nRRULE:FREQ=YEARLY").replace("20261124", "20001125");
    let yearly = String::from_utf8(event(&yearly)).expect("text").replace("UID:one", "UID:two");
    import(&mut world, &file(yearly.as_bytes()));
    world.wait_until("2026-11-26T07:00");
    let told: Vec<_> = world.sent.iter().map(|s| s.at.as_str()).collect();
    assert_eq!(told, ["2026-11-25T14:50:00Z"]);
}

#[test]
fn a_preview_says_what_would_be_and_changes_nothing() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let target = Target::NamedByFile("morning".into());
    let preview = ImportFile { mode: Mode::Preview, target: target.clone(), ..file(MORNING) };
    let before = world.engine().calendars().expect("calendars").len();
    let would = import(&mut world, &preview);
    assert_eq!(said(&would), "7 created, 0 updated, 0 unchanged");
    assert_eq!(world.engine().calendars().expect("calendars").len(), before);
    assert_eq!(world.rows(), "");
    let done = import(&mut world, &ImportFile { target: target.clone(), ..file(MORNING) });
    assert_eq!((said(&done), done.calendar.as_str()), (said(&would), "Mornings"));
    let again = import(&mut world, &preview);
    assert_eq!(said(&again), "0 created, 0 updated, 7 unchanged");
}

#[test]
fn the_same_file_by_another_name_doubles_nothing() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let by_name = |name: &str| Target::NamedByFile(name.into());
    let bytes = event(TEA);
    import(&mut world, &ImportFile { target: by_name("calendar"), ..file(&bytes) });
    let rows = world.all_rows();
    let copy = ImportFile { target: by_name("calendar (1)"), ..file(&bytes) };
    let preview = ImportFile { mode: Mode::Preview, ..copy.clone() };
    let said_so = "0 created, 0 updated, 1 unchanged\nline 2: “Tea” is in the calendar calendar already: it is not made again";
    assert_eq!(said(&import(&mut world, &preview)), said_so);
    assert_eq!(said(&import(&mut world, &copy)), said_so);
    assert_eq!(world.engine().calendars().expect("calendars").len(), 2);
    assert_eq!(world.all_rows(), rows);
    // A newer version by another name is one of the same event.
    let moved = event(&TEA.replace("T160000", "T170000").replace("20261101", "20261102"));
    let newer = ImportFile { target: by_name("calendar (2)"), ..file(&moved) };
    assert!(said(&import(&mut world, &newer)).starts_with("0 created, 1 updated, 0 unchanged\n"));
    assert_eq!(world.rows(), "Tue 24 16:50 scheduled planned Tea");
    // Who names the calendar gets it there, and is told.
    let named = ImportFile { target: Target::Named("Tea time".into()), ..file(&moved) };
    assert_eq!(
        said(&import(&mut world, &named)),
        "1 created, 0 updated, 0 unchanged\nline 2: “Tea” is in the calendar calendar, too"
    );
}

#[test]
fn a_file_that_is_none_says_so_and_changes_nothing() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let done = import(&mut world, &file(b"\x00\xff\x00 not a calendar"));
    assert_eq!(
        said(&done),
        "0 created, 0 updated, 0 unchanged\nline 1: this is not an iCalendar file: it has no BEGIN:VCALENDAR"
    );
}

#[test]
fn an_import_that_brings_nothing_leaves_no_calendar_behind() {
    let far = event("SUMMARY:Tea\nDTSTART:99991231T235900Z\nDURATION:P400000D");
    let empty = b"BEGIN:VCALENDAR\nX-WR-CALNAME:Empty\nEND:VCALENDAR\n".to_vec();
    for (bytes, is_refused) in [(b"not a calendar".to_vec(), true), (far, true), (empty, false)] {
        let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
        let target = Target::NamedByFile("friends".into());
        let preview = ImportFile { mode: Mode::Preview, target: target.clone(), ..file(&bytes) };
        let would = import(&mut world, &preview);
        let done = import(&mut world, &ImportFile { target, ..file(&bytes) });
        assert_eq!(done.refusal().is_some(), is_refused, "{}", said(&done));
        assert_eq!(would, done);
        assert_eq!(done.created, 0);
        let known = world.engine().calendars().expect("calendars").len();
        assert_eq!(known, 1, "{}", said(&done));
    }
}

#[test]
fn an_import_can_be_stopped_and_completed_later() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let one =
        |n| format!("BEGIN:VEVENT\nUID:{n}\nSUMMARY:E{n}\nDTSTART:20270301T090000Z\nEND:VEVENT\n");
    let body: String = (0..2050).map(one).collect();
    let bytes = format!("BEGIN:VCALENDAR\n{body}END:VCALENDAR\n").into_bytes();
    let mut stop = |_: usize, _: usize| ControlFlow::Break(());
    let part = world.engine().import(&file(&bytes), &mut stop).expect("a part");
    assert!(part.created > 0 && part.created < 2050, "{}", part.created);
    let rest = import(&mut world, &file(&bytes));
    assert_eq!((part.created + rest.created, rest.unchanged), (2050, part.created));
}

#[test]
fn an_alarm_beyond_a_deadline_is_left_out_and_the_task_is_not() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let task = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:t\nSUMMARY:Return the books\nDUE;VALUE=DATE:20261124\nBEGIN:VALARM\nTRIGGER:-P0D\nEND:VALARM\nBEGIN:VALARM\nTRIGGER;VALUE=DATE-TIME:20261125T080000Z\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR\n";
    let preview = ImportFile {
        target: Target::Named("Library".into()),
        mode: Mode::Preview,
        ..file(task.as_bytes())
    };
    let would = said(&import(&mut world, &preview));
    let done = said(&import(&mut world, &file(task.as_bytes())));
    assert_eq!(would, done, "into a calendar that is still to be made");
    assert_eq!(
        done,
        "1 created, 0 updated, 0 unchanged\nline 2: the reminder at 2026-11-25 09:00 would ring at or after the deadline 2026-11-25 00:00: a task's reminders are before it"
    );
    assert_eq!(world.rows(), "Tue 24 09:00 scheduled planned Return the books");
}

#[test]
fn a_newer_change_that_cannot_be_read_is_what_is_left_out_and_the_older_one_holds() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let change = |sequence: u32, start: &str| {
        format!(
            "UID:one\nDTSTAMP:20261101T000000Z\nSEQUENCE:{sequence}\nSUMMARY:Tea\n\
             RECURRENCE-ID;TZID=Europe/Berlin:20261125T160000\nDTSTART;TZID=Europe/Berlin:{start}"
        )
    };
    let (older, newer) = (change(1, "20261125T170000"), change(2, "someday"));
    let next = "\nEND:VEVENT\nBEGIN:VEVENT\n";
    let text = event(&format!("RRULE:FREQ=DAILY;COUNT=3\n{TEA}{next}{older}{next}{newer}"));
    let done = import(&mut world, &file(&text));
    assert_eq!((done.created, done.left_out), (1, 1), "{}", said(&done));
    assert!(said(&done).ends_with("the changed occurrence is left out"), "{}", said(&done));
    world.wait_until("2026-11-26T07:00");
    let told: Vec<_> = world.sent.iter().map(|sent| sent.at.as_str()).collect();
    assert_eq!(told, ["2026-11-24T14:50:00Z", "2026-11-25T15:50:00Z"]);
}
