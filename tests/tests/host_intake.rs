//! Files dropped on the window: looked at, taken in once, ended on the way, taken back.

use std::{sync::Arc, thread};

use acceptance::world::World;
use wire::{
    EngineHost, Host,
    dto::{
        Empty, ImportFile, ImportFiles, ImportRef, ImportUndone, OccurrenceRef, RangeQuery,
        UndoImport,
    },
};

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

fn file(name: &str, text: &str) -> ImportFile {
    ImportFile { name: name.into(), text: text.into(), calendar: None, bring_back: false }
}

fn asked(files: &[ImportFile], request: &str) -> ImportFiles {
    ImportFiles { files: files.to_vec(), dry_run: request == "look", request_id: request.into() }
}

fn calendars(host: &EngineHost) -> Vec<(String, u32)> {
    let all = host.calendars(Empty {}).expect("calendars");
    all.into_iter().map(|c| (c.name, c.events)).collect()
}

const TOWN: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:a@x\r\n\
    DTSTAMP:20261101T000000Z\r\nDTSTART:20261201T100000Z\r\nDTEND:20261201T110000Z\r\n\
    SUMMARY:Fair\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:b@x\r\nDTSTART:nonsense\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";
const FRIENDS: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:ana\r\nFN:Ana\r\nBDAY:19920229\r\nANNIVERSARY:20150620\r\n\
    END:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nUID:bo\r\nFN:Bo\r\nEND:VCARD\r\n";

#[test]
fn dropped_files_are_looked_at_then_taken_in_once() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let host = host(&world);
    let files = [file("Town.ics", TOWN), file("friends.vcf", FRIENDS)];
    let look = host.import(asked(&files, "look")).expect("a preview");
    let [town, friends] = look.files.as_slice() else { panic!("{look:?}") };
    assert_eq!((town.created, town.first.as_deref()), (1, Some("2026-12-01")));
    assert_eq!((town.calendar.as_deref(), town.remarks.len()), (Some("Town"), 1));
    assert_eq!((friends.created, friends.birthdays, friends.anniversaries), (2, 1, 1));
    assert_eq!((&friends.calendar, friends.remarks.len()), (&None, 0));
    assert_eq!(calendars(&host), [("Personal".into(), 0)]);
    for _ in 0..2 {
        let done = host.import(asked(&files, "take")).expect("taken in");
        assert_eq!(done.files.iter().map(|f| f.created).collect::<Vec<_>>(), [1, 2]);
    }
    assert_eq!(calendars(&host), [("Personal".into(), 2), ("Town".into(), 1)]);
    let again = host.import(asked(&files, "again")).expect("the same");
    assert_eq!(again.files.iter().map(|f| f.unchanged).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_preview_names_the_calendar_that_has_the_events_already() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let host = host(&world);
    let named = TOWN.replacen("VERSION", "X-WR-CALNAME:Town\r\nVERSION", 1);
    host.import(asked(&[file("Town.ics", TOWN)], "take")).expect("taken in");
    let town = host.calendars(Empty {}).expect("calendars").remove(1);
    let renamed = named.replace("CALNAME:Town", "CALNAME:City");
    let look = |file| host.import(asked(&[file], "look")).expect("a preview").files.remove(0);
    let would = look(file("City.ics", &renamed));
    let there = would.standing.expect("it is in Town");
    assert_eq!((there.calendar, there.name.as_str(), there.count), (town.id.clone(), "Town", 1));
    assert!(would.remarks.iter().any(|r| r.reason == "“Fair” is in the calendar Town, too"));
    let into = look(ImportFile { calendar: Some(town.id), ..file("City.ics", &renamed) });
    assert_eq!((into.standing, into.unchanged), (None, 1));
    assert_eq!(look(file("Town.ics", &named)).standing, None);
}

#[test]
fn people_come_in_before_the_events_that_are_theirs() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let host = host(&world);
    let call = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:call@x\n\
        DTSTART;VALUE=DATE:20270302\nSUMMARY:Ring her\nX-CARILLON-PERSON:ana\nEND:VEVENT\n\
        END:VCALENDAR\n";
    let files = [file("Calls.ics", call), file("friends.VCF", FRIENDS)];
    let done = host.import(asked(&files, "take")).expect("taken in");
    // The reports stay in the order of the files.
    let calendars: Vec<_> = done.files.iter().map(|f| f.calendar.as_deref()).collect();
    assert_eq!(calendars, [Some("Calls"), None]);
    let range =
        RangeQuery { from: "2027-03-02".into(), to: "2027-03-03".into(), second_zone: None };
    let segments = host.range(range).expect("a range").segments;
    let [call] = segments.as_slice() else { panic!("{segments:?}") };
    let named = OccurrenceRef { event: call.event.clone(), original: call.original.clone() };
    let detail = host.occurrence(named).expect("it is there");
    assert_eq!(detail.person.as_deref(), Some("Ana"));
}

#[test]
fn the_last_import_can_be_taken_back() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let host = host(&world);
    let before = calendars(&host);
    let files = [file("Town.ics", TOWN), file("friends.vcf", FRIENDS)];
    host.import(asked(&files, "take")).expect("taken in");
    let undo = UndoImport { import: "take".into(), request_id: "undo".into() };
    for _ in 0..2 {
        let undone = host.undo_import(undo.clone()).expect("taken back");
        assert_eq!(undone, ImportUndone { removed: 3, restored: 0, kept: 0 });
    }
    assert_eq!(calendars(&host), before);
    assert!(host.people(Empty {}).expect("people").is_empty());
    let fault = host.undo_import(UndoImport { request_id: "more".into(), ..undo });
    assert!(fault.expect_err("gone").message.contains("no longer"));
}

#[test]
fn a_large_file_that_is_ended_on_the_way_leaves_nothing() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let host = Arc::new(host(&world));
    let before = calendars(&host);
    let one =
        |n| format!("BEGIN:VEVENT\nUID:{n}\nSUMMARY:E{n}\nDTSTART:20270301T090000Z\nEND:VEVENT\n");
    let body: String = (0..4_000).map(one).collect();
    let large = file("Large.ics", &format!("BEGIN:VCALENDAR\n{body}END:VCALENDAR\n"));
    let files = [file("Town.ics", TOWN), large];
    let there = host.clone();
    let sent = asked(&files, "take");
    let importing = thread::spawn(move || there.import(sent).expect("an answer"));
    let end = ImportRef { import: "take".into(), stop: true };
    // Ends: an import begins sooner or later, and this one is not through before it is looked at.
    while !host.import_progress(end.clone()).expect("progress").stopping && !importing.is_finished()
    {
        thread::yield_now();
    }
    let report = importing.join().expect("an answer");
    assert!(report.stopped, "{} came in", report.files.len());
    assert_eq!(calendars(&host), before);
    assert_eq!(host.import(asked(&files[..1], "again")).expect("anew").files[0].created, 1);
}
