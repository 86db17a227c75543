//! Where a series ends stays the same occurrence when its zone is changed, or what clocks do
//! there: an end in UTC would be at another place among them.

use std::{fs, ops::ControlFlow, path::Path};

use acceptance::world::{World, draft, reminders};
use calendar::{
    draft::EventDraft,
    halves::Halves,
    ics::Alarmless,
    id::{CalendarId, EventId, PersonId},
    timing::LocalStart,
    zones::Zones,
};
use engine::{
    events::{Placement, Save, Scope},
    export::What,
    import::{ImportFile, Mode, Target},
    people::SavePerson,
    zones::Found,
};
use jiff::tz::TimeZoneDatabase;

fn start(text: &str) -> LocalStart {
    LocalStart::parse(text).expect("a start")
}

/// A call every day from the 23rd on.
fn daily(at: &str, zone: &str, rule: &str) -> (World, EventId) {
    let mut world = World::at("2026-11-23T05:00[Europe/Berlin]");
    let rules = vec![rule.to_string()];
    let call = draft("appointment", "Call", &format!("20261123T{at}"), Some(zone));
    let id = world.add(EventDraft { rules, ..call });
    (world, id)
}

/// From this occurrence on it is at another hour and called otherwise.
fn part(world: &mut World, id: EventId, at: &str, to: &str) {
    let row = world.engine().event(id).expect("an event");
    let context = world.engine().planning_context().expect("a ledger");
    let halves = row.event.halves(&context, start(at)).expect("parted");
    let Halves::Two(_, rest) = halves else { panic!("one half") };
    let draft = EventDraft { title: "Later".into(), start: to.into(), ..EventDraft::from(&*rest) };
    let save = Save { id: Some(id), draft, following: Some(start(at)), ..Save::default() };
    world.engine().save_event(&save).expect("saved");
    world.run();
}

#[track_caller]
fn check_calls(mut world: World, expected: usize) {
    world.wait_until("2026-11-28T23:00");
    let calls = world.titles().iter().filter(|title| *title == "Call").count();
    assert_eq!(calls, expected, "{}", world.rows());
}

#[test]
fn the_first_half_has_no_more_when_its_person_moves() {
    let mut world = World::at("2026-11-22T22:00[Europe/Berlin]");
    let ana = |world: &mut World, id: Option<PersonId>, zone: &str| -> PersonId {
        let zone = Some(zone.into());
        let save = SavePerson { id, name: "Ana".into(), zone, ..SavePerson::default() };
        let saved = world.engine().save_person(&save, None).expect("a person");
        world.run();
        saved.id.parse().expect("an id")
    };
    for rule in ["FREQ=DAILY", "FREQ=DAILY;UNTIL=20261126T090000Z"] {
        let id = ana(&mut world, None, "Europe/Lisbon");
        let event = world.add(EventDraft {
            person: Some(id.to_string()),
            rules: vec![rule.into()],
            reminders: reminders(&["-PT10M"]),
            ..draft("appointment", "Call", "20261123T090000", Some("@"))
        });
        if rule == "FREQ=DAILY" {
            part(&mut world, event, "20261126T090000", "20261126T110000");
        }
        ana(&mut world, Some(id), "America/Los_Angeles");
        ana(&mut world, Some(id), "Asia/Tokyo");
    }
    // Three of the first half, and the four of the series that ends in UTC.
    check_calls(world, 7);
}

#[test]
fn the_first_half_has_no_more_in_another_zone() {
    let (mut world, id) = daily("200000", "Europe/Berlin", "FREQ=DAILY");
    part(&mut world, id, "20261126T200000", "20261126T200000");
    let there = EventDraft { zone: Some("Asia/Tokyo".into()), ..world.draft(id) };
    world.save(Some(id), there);
    check_calls(world, 3);
}

#[test]
fn a_series_that_ends_in_utc_keeps_its_last_one_wherever_it_goes() {
    let utc = [("Asia/Tokyo", "20261126T185959Z"), ("America/New_York", "20261125T190000Z")];
    for (zone, until) in utc {
        for moved in [false, true] {
            let rule = format!("FREQ=DAILY;UNTIL={until}");
            let (mut world, id) = daily("200000", "Europe/Berlin", &rule);
            let (at, zone) = (start("20261123T200000"), Some(zone.to_string()));
            if moved {
                let to = Placement { start: at, all_day: false, zone, length: (0, 3600) };
                let scope = Some(Scope::All);
                world.engine().move_occurrence(id, at, &to, scope, None, None).expect("moved");
            } else {
                let there = EventDraft { zone, ..world.draft(id) };
                world.save(Some(id), there);
            }
            check_calls(world, 3);
        }
    }
}

#[test]
fn a_series_that_ends_in_utc_keeps_its_last_one_over_the_change_of_clocks() {
    let mut world = World::at("2026-10-10T05:00[Europe/Berlin]");
    let id = world.add(EventDraft {
        rules: vec!["FREQ=WEEKLY;UNTIL=20261024T180000Z".into()],
        ..draft("appointment", "Call", "20261010T200000", Some("Europe/Berlin"))
    });
    let zone = Some("Europe/Berlin".to_string());
    let to = Placement { start: start("20261011T200000"), all_day: false, zone, length: (0, 3600) };
    let from = start("20261010T200000");
    world.engine().move_occurrence(id, from, &to, Some(Scope::All), None, None).expect("moved");
    check_calls(world, 3);
}

/// A zone file without transitions, whose rule is the POSIX text at its end.
fn write_zone(dir: &Path, name: &str, rule: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let mut block = b"TZif2".to_vec();
    block.extend([0; 15]);
    for count in [0u32, 0, 0, 0, 1, 4] {
        block.extend(count.to_be_bytes());
    }
    block.extend([0, 0, 0, 0, 0, 0]);
    block.extend(b"LMT\0");
    let file = [&block, &block, format!("\n{rule}\n").as_bytes()].concat();
    fs::write(path, file).expect("a zone file");
}

/// Aim: the last occurrence of a file's series stays its last, whether its end is the very moment of
/// it or the last second before the next. Method: clocks that go an hour before and behind.
#[test]
fn an_imported_series_keeps_its_last_one_by_newer_zone_data() {
    for until in ["20261126T110000Z", "20261127T105959Z"] {
        for offset in ["<+01>-1", "<-01>1"] {
            let mut world = World::at("2026-11-23T05:00[Europe/Berlin]");
            let rule = format!("RRULE:FREQ=DAILY;UNTIL={until}");
            let text = format!(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:call\nSUMMARY:Call\n\
                 DTSTART;TZID=Europe/Lisbon:20261123T110000\n{rule}\n\
                 BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:PT0S\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n"
            );
            let file = ImportFile {
                deleted: Default::default(),
                bytes: text.as_bytes(),
                target: Target::Calendar(CalendarId::FIRST),
                mode: Mode::Apply,
                alarmless: Alarmless::Silent,
            };
            let import = |world: &World| {
                let go_on = &mut |_, _| ControlFlow::Continue(());
                world.engine().import(&file, go_on).expect("an import")
            };
            import(&world);
            let out = world.engine().export(&What::All).expect("an export").text;
            assert!(out.contains(&format!("{rule}\r\n")), "{out}");
            assert!(!out.contains("X-CARILLON-RRULE"), "{out}");
            let folder = tempfile::tempdir().expect("a folder");
            write_zone(folder.path(), "Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
            write_zone(folder.path(), "Europe/Lisbon", offset);
            let database = TimeZoneDatabase::from_dir(folder.path()).expect("zone data");
            let zones = Zones::new(database, "2027a");
            world.start_with(Found { zones, source: "2027a".into() });
            assert_eq!(import(&world).unchanged, 1, "the same file");
            check_calls(world, 4);
        }
    }
}

#[test]
fn the_first_half_has_no_more_by_newer_zone_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut world, id) = daily("110000", "Europe/Lisbon", "FREQ=DAILY");
    part(&mut world, id, "20261126T110000", "20261126T150000");
    write_zone(folder.path(), "Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
    write_zone(folder.path(), "Europe/Lisbon", "<+01>-1");
    let database = TimeZoneDatabase::from_dir(folder.path()).expect("zone data");
    let zones = Zones::new(database, "2027a");
    world.start_with(Found { zones, source: "2027a".into() });
    check_calls(world, 3);
}
