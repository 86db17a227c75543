//! Invitations change one occurrence in a file of its own: the series that is here is changed by it,
//! and what comes before its series is taken in by that later.

use std::ops::ControlFlow;

use acceptance::world::World;
use calendar::{ics::Alarmless, id::CalendarId, timing::LocalStart};
use engine::import::{ImportFile, Imported, Mode, Target};

const BEFORE: &str = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT10M\nEND:VALARM\n";

fn series() -> String {
    format!(
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:talk\nDTSTAMP:20261101T000000Z\nSUMMARY:Talk\nDTSTART;TZID=Europe/Berlin:20261201T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\n{BEFORE}END:VEVENT\nEND:VCALENDAR\n"
    )
}

/// The second day, at another hour.
fn moved(sequence: u8, to: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:talk\nDTSTAMP:20261102T00000{sequence}Z\nSEQUENCE:{sequence}\nRECURRENCE-ID:20261202T080000Z\nSUMMARY:Talk\nDTSTART;TZID=Europe/Berlin:20261202T{to}\nDURATION:PT1H\n{BEFORE}END:VEVENT\nEND:VCALENDAR\n"
    )
}

fn cancelled(sequence: u8) -> String {
    format!(
        "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:talk\nDTSTAMP:20261103T000000Z\nSEQUENCE:{sequence}\nRECURRENCE-ID;TZID=Europe/Berlin:20261203T090000\nEND:VEVENT\nEND:VCALENDAR\n"
    )
}

fn import_to(world: &mut World, text: &str, target: Target, mode: Mode) -> Imported {
    let file = ImportFile {
        deleted: Default::default(),
        bytes: text.as_bytes(),
        target,
        mode,
        alarmless: Alarmless::Silent,
    };
    let done = world.engine().import(&file, &mut |_, _| ControlFlow::Continue(()));
    world.run();
    done.expect("an import")
}

/// Imports it; a preview says the same before.
fn import(world: &mut World, text: &str) -> String {
    let target = Target::Calendar(CalendarId::FIRST);
    let would = said(&import_to(world, text, target.clone(), Mode::Preview));
    let done = said(&import_to(world, text, target, Mode::Apply));
    assert_eq!(would, done);
    done
}

fn said(done: &Imported) -> String {
    let mut text =
        format!("{} new, {} changed, {} as before", done.created, done.updated, done.unchanged);
    for remark in &done.remarks {
        text.push_str(&format!("\n{}", remark.reason));
    }
    text
}

fn rings(world: &World) -> Vec<String> {
    let rings = world.engine().next_rings(20).expect("rings");
    rings.iter().map(|ring| ring.due.to_string()[5..16].to_string()).collect()
}

#[test]
fn a_moved_occurrence_moves_in_its_series_and_rings_once() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &series());
    assert_eq!(import(&mut world, &moved(1, "140000")), "0 new, 1 changed, 0 as before");
    assert_eq!(world.events().len(), 1);
    assert_eq!(rings(&world), ["12-01T07:50", "12-02T12:50", "12-03T07:50"]);
    assert_eq!(import(&mut world, &moved(1, "140000")), "0 new, 0 changed, 1 as before");
    assert_eq!(import(&mut world, &moved(3, "160000")), "0 new, 1 changed, 0 as before");
    assert_eq!(
        import(&mut world, &moved(2, "150000")),
        "0 new, 0 changed, 1 as before\n“Talk” is here in a newer version: the older one is not taken"
    );
    // The series as it came first takes nothing of it back.
    assert_eq!(import(&mut world, &series()), "0 new, 0 changed, 1 as before");
    assert_eq!(rings(&world), ["12-01T07:50", "12-02T14:50", "12-03T07:50"]);
}

#[test]
fn a_cancelled_occurrence_does_not_ring_in_whatever_calendar_its_series_is() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let target = |name: &str| Target::NamedByFile(name.into());
    import_to(&mut world, &series(), target("Work"), Mode::Apply);
    let done = import_to(&mut world, &cancelled(1), target("invite"), Mode::Apply);
    assert_eq!(said(&done), "0 new, 1 changed, 0 as before");
    assert_eq!(rings(&world), ["12-01T07:50", "12-02T07:50"]);
    assert_eq!(world.engine().calendars().expect("calendars").len(), 2);
    let back = world.engine().take_back(done.trail).expect("taken back");
    assert_eq!(back.restored, 1);
    assert_eq!(rings(&world).len(), 3);
}

#[test]
fn what_comes_before_its_series_goes_into_it() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    assert_eq!(
        import(&mut world, &moved(1, "140000")),
        "1 new, 0 changed, 0 as before\nthe series of this occurrence is not in the file, and not here: it is imported by itself"
    );
    assert_eq!(
        import(&mut world, &cancelled(1)),
        "0 new, 0 changed, 1 as before\na cancelled occurrence whose series is not here is left out"
    );
    assert_eq!(rings(&world), ["12-02T12:50"]);
    let target = Target::Calendar(CalendarId::FIRST);
    let done = import_to(&mut world, &series(), target, Mode::Apply);
    assert_eq!(said(&done), "1 new, 0 changed, 0 as before");
    let whole = ["12-01T07:50", "12-02T12:50", "12-03T07:50"];
    assert_eq!((world.events().len(), rings(&world)), (1, whole.map(String::from).to_vec()));
    assert_eq!(import(&mut world, &series()), "0 new, 0 changed, 1 as before");
    assert_eq!(rings(&world), whole);
    world.engine().take_back(done.trail).expect("taken back");
    assert_eq!(rings(&world), ["12-02T12:50"]);
}

#[test]
fn what_calls_all_of_it_off_silences_what_came_before_its_series() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &moved(1, "140000"));
    let off = "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:talk\nDTSTAMP:20261104T000000Z\nSEQUENCE:4\nSUMMARY:Talk\nDTSTART;TZID=Europe/Berlin:20261201T090000\nEND:VEVENT\nEND:VCALENDAR\n";
    import(&mut world, off);
    assert!(rings(&world).is_empty());
}

#[test]
fn an_occurrence_left_out_here_stays_out_when_its_invitation_moves() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &series());
    let (id, at) = (world.events()[0], LocalStart::parse("20261202T090000").expect("a start"));
    world.engine().delete_occurrence(id, at, None, None).expect("a skip");
    assert_eq!(
        import(&mut world, &moved(1, "140000")),
        "0 new, 0 changed, 1 as before\n“Talk” was changed here and in the file: the occurrence of 2 Dec 2026 09:00 stays as it is here"
    );
    assert_eq!(rings(&world), ["12-01T07:50", "12-03T07:50"]);
}
