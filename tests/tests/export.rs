//! Out of the ledger and in again: nothing is lost on the way, and nothing happens twice.

use std::ops::ControlFlow;

use acceptance::world::{World, draft, reminders};
use calendar::{
    draft::{EventDraft, OverrideDraft, ReminderDraft},
    id::{CalendarId, EventId},
    timing::LocalStart,
};
use engine::{
    export::{Exported, What},
    import::{ImportFile, Imported, Mode, Target},
    people::SavePerson,
};

const NOW: &str = "2026-11-24T07:00[Europe/Berlin]";

fn import(world: &mut World, bytes: &[u8]) -> Imported {
    let file = ImportFile {
        deleted: Default::default(),
        bytes,
        target: Target::NamedByFile("Imported".into()),
        mode: Mode::Apply,
        alarmless: calendar::ics::Alarmless::Silent,
    };
    let done = world.engine().import(&file, &mut |_, _| ControlFlow::Continue(()));
    world.run();
    done.expect("an import")
}

fn export(world: &World, what: &What) -> Exported {
    world.engine().export(what).expect("an export")
}

/// Every definition, without what another ledger names otherwise.
fn definitions(world: &World) -> Vec<String> {
    let calendars = world.engine().calendars().expect("calendars");
    let mut all = Vec::new();
    for event in world.events() {
        let mut draft = world.draft(event);
        let calendar = calendars.iter().find(|c| c.id.to_string() == draft.calendar);
        draft.calendar = calendar.expect("a calendar").name.clone();
        draft.person = draft.person.map(|_| "somebody".into());
        draft.overrides.sort_by(|a, b| a.original.cmp(&b.original));
        all.push(format!("{draft:#?}"));
    }
    all.sort();
    all
}

fn counts(done: &Imported) -> (u32, u32, u32) {
    (done.created, done.updated, done.unchanged)
}

/// Aim: import, export, import elsewhere: the same events; exported again: the same bytes.
fn check_round(world: &mut World) {
    let first = export(world, &What::All);
    let again = import(world, first.text.as_bytes());
    assert_eq!((again.created, again.updated), (0, 0), "{:#?}\n{}", again.remarks, first.text);
    let mut fresh = World::at(NOW);
    import(&mut fresh, first.text.as_bytes());
    assert_eq!(definitions(world), definitions(&fresh), "{}", first.text);
    assert_eq!(export(&fresh, &What::All).text, first.text);
}

#[test]
fn every_sample_file_survives_the_way_out_and_in_again() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ics");
    for entry in std::fs::read_dir(folder).expect("samples") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "ics") {
            let mut world = World::at(NOW);
            import(&mut world, &std::fs::read(&path).expect("a sample"));
            let stops =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check_round(&mut world)));
            assert!(stops.is_ok(), "{}", path.display());
        }
    }
}

fn weekly(title: &str, start: &str, rule: &str) -> EventDraft {
    EventDraft {
        rules: vec![rule.into()],
        ..draft("appointment", title, start, Some("Europe/Berlin"))
    }
}

/// What a person makes here and no iCalendar has words for.
fn much(world: &mut World) -> EventId {
    let series = world.add(weekly("Choir", "20261201T193000", "FREQ=WEEKLY;UNTIL=20270601"));
    let skipped = LocalStart::parse("20261208T193000").expect("a start");
    world.engine().delete_occurrence(series, skipped, None, None).expect("skipped");
    world.add(EventDraft {
        overrides: vec![OverrideDraft {
            original: "20261216T190000".into(),
            start: "20261217".into(),
            length: (1, 0),
            title: Some("Band, all day".into()),
            ..OverrideDraft::default()
        }],
        exdates: vec!["20261223T190000".into()],
        rdates: vec!["20261224T190000".into()],
        ..weekly("Band", "20261202T190000", "FREQ=WEEKLY;COUNT=9")
    });
    world.add(EventDraft {
        length: Some((0, 0)),
        reminders: reminders(&["PT0M"]),
        ..draft("appointment", "Moment", "20261201T080000", None)
    });
    world.add(EventDraft {
        length: Some((0, 3600)),
        ..draft("note", "Long note", "20261202T080000", None)
    });
    world.add(weekly(
        "Month's end",
        "20270131T100000",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD",
    ));
    world.add(weekly(
        "Month's start",
        "20270131T110000",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD",
    ));
    world.add(EventDraft {
        gap: "skip".into(),
        fold: "both".into(),
        ..weekly("Night", "20270328T023000", "FREQ=DAILY")
    });
    world.add(EventDraft {
        fold: "second".into(),
        ..draft("appointment", "Second half past two", "20271031T023000", Some("Europe/Berlin"))
    });
    world.add(draft("appointment", "Whole days", "20261224", None));
    world.add(EventDraft {
        disabled: true,
        ..draft("deadline", "Never mind", "20261231T180000", Some("Asia/Tokyo"))
    });
    world.add(EventDraft {
        rules: vec!["FREQ=MONTHLY".into()],
        reminders: Some(vec![ReminderDraft {
            use_by: Some("2h".into()),
            nag: Some("15m".into()),
            alarm: true,
            trigger: "-P1D".into(),
            channel: calendar::id::ChannelId::DESKTOP.to_string(),
            ..ReminderDraft::default()
        }]),
        ..draft("deadline", "Rent", "20270101", None)
    });
    series
}

#[test]
fn what_was_made_here_survives_too() {
    let mut world = World::at(NOW);
    much(&mut world);
    check_round(&mut world);
}

#[test]
fn other_programs_read_rules_without_skip_and_ends_in_utc() {
    let mut world = World::at(NOW);
    much(&mut world);
    let text = export(&world, &What::All).text;
    let rules: Vec<_> = text.lines().filter(|l| l.starts_with("RRULE:")).collect();
    assert!(rules.contains(&"RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"), "{rules:#?}");
    assert!(rules.contains(&"RRULE:FREQ=WEEKLY;UNTIL=20270601T215959Z"), "{rules:#?}");
    assert!(text.contains("X-CARILLON-RRULE:RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD"));
    assert!(text.contains("DTSTART:20271031T013000Z"), "the second of two equal times");
    assert!(text.contains("EXDATE;TZID=Europe/Berlin:20261208T193000"));
}

#[test]
fn a_rule_that_another_program_changed_is_taken_as_it_is_there() {
    let mut world = World::at(NOW);
    world.add(weekly(
        "Month's end",
        "20270131T100000",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD",
    ));
    let text = export(&world, &What::All).text;
    let changed =
        text.replace("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-2");
    let mut fresh = World::at(NOW);
    import(&mut fresh, changed.as_bytes());
    let rules = fresh.draft(fresh.events()[0]).rules;
    assert_eq!(rules, ["FREQ=MONTHLY;BYMONTHDAY=-2"]);
}

#[test]
fn an_older_export_does_not_undo_what_was_changed_since() {
    let mut world = World::at(NOW);
    let id = world.add(draft("appointment", "Tea", "20261201T160000", Some("Europe/Berlin")));
    let old = export(&world, &What::Event(id)).text;
    world.jump_to("2026-11-24T08:00");
    let mut newer = world.draft(id);
    newer.title = "Tea with Ana".into();
    world.save(Some(id), newer);
    let done = import(&mut world, old.as_bytes());
    assert_eq!(counts(&done), (0, 0, 1));
    assert_eq!(world.draft(id).title, "Tea with Ana");
    world.engine().delete_event(id, None, None).expect("deleted");
    let done = import(&mut world, old.as_bytes());
    assert_eq!(counts(&done), (0, 0, 1), "what was deleted here stays deleted");
}

#[test]
fn what_was_changed_elsewhere_since_the_export_comes_back_changed() {
    let mut world = World::at(NOW);
    let id = world.add(draft("appointment", "Tea", "20261201T160000", Some("Europe/Berlin")));
    let text = export(&world, &What::Event(id)).text;
    let stamp = text.lines().find(|l| l.starts_with("DTSTAMP")).expect("a stamp").to_string();
    let changed = text
        .replace("SUMMARY:Tea", "SUMMARY:Green tea")
        .replace(&stamp, "DTSTAMP:20261125T000000Z");
    assert_eq!(counts(&import(&mut world, changed.as_bytes())), (0, 1, 0));
    assert_eq!((world.draft(id).title.as_str(), world.events().len()), ("Green tea", 1));
}

#[test]
fn a_birthday_in_a_calendar_file_is_its_persons_or_a_day_like_others() {
    let mut world = World::at(NOW);
    let ana = SavePerson {
        name: "Ana".into(),
        birthday: Some("1992-02-29".into()),
        ..SavePerson::default()
    };
    world.engine().save_person(&ana, None).expect("a person");
    let text = export(&world, &What::All).text;
    assert!(text.contains("RRULE:FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2\r\n"), "{text}");
    assert_eq!(counts(&import(&mut world, text.as_bytes())), (0, 0, 1));
    let mut fresh = World::at(NOW);
    let done = import(&mut fresh, text.as_bytes());
    assert_eq!(counts(&done), (1, 0, 0));
    assert!(done.remarks[0].reason.contains("of somebody who is not here"), "{done:?}");
    assert_eq!(fresh.draft(fresh.events()[0]).kind, "appointment");
    // With her card comes her own, and there is never a third.
    let cards = world.engine().export_people().expect("cards").text;
    import(&mut fresh, cards.as_bytes());
    let done = import(&mut fresh, text.as_bytes());
    assert_eq!(counts(&done), (0, 0, 1));
    assert!(done.remarks[0].reason.contains("beside the person's own: delete it"), "{done:?}");
    // Whoever has her card already has her birthday.
    let mut knowing = World::at(NOW);
    let cards = world.engine().export_people().expect("cards").text;
    assert_eq!(counts(&import(&mut knowing, cards.as_bytes())), (1, 0, 0));
    assert_eq!(counts(&import(&mut knowing, text.as_bytes())), (0, 0, 1));
    assert_eq!(definitions(&knowing), definitions(&world));
}

#[test]
fn what_is_in_her_time_stays_in_it() {
    let mut world = World::at(NOW);
    let zone = Some("Asia/Tokyo".to_string());
    let ana = SavePerson { name: "Ana".into(), zone, ..SavePerson::default() };
    let saved = world.engine().save_person(&ana, None).expect("a person");
    let moved = OverrideDraft {
        original: "20261202T090000".into(),
        start: "20261202T100000".into(),
        zone: Some("@Asia/Tokyo".into()),
        length: (0, 3600),
        ..OverrideDraft::default()
    };
    world.add(EventDraft {
        person: Some(saved.id),
        zone: Some("@".into()),
        overrides: vec![moved],
        ..weekly("Ring Ana", "20261125T090000", "FREQ=WEEKLY")
    });
    let text = export(&world, &What::All).text;
    assert_eq!(import(&mut world, text.as_bytes()).remarks, []);
    let mut knowing = World::at(NOW);
    let cards = world.engine().export_people().expect("cards").text;
    import(&mut knowing, cards.as_bytes());
    import(&mut knowing, text.as_bytes());
    assert_eq!(definitions(&knowing), definitions(&world));
    // Who knows nobody has the zone it was in.
    let mut fresh = World::at(NOW);
    import(&mut fresh, text.as_bytes());
    assert_eq!(fresh.draft(fresh.events()[0]).zone.as_deref(), Some("Asia/Tokyo"));
}

#[test]
fn only_what_rings_on_the_desktop_is_in_a_file_and_the_rest_is_named() {
    let mut world = World::at(NOW);
    let id = world.add(draft("appointment", "Tea", "20261201T160000", Some("Europe/Berlin")));
    assert!(export(&world, &What::Event(id)).remarks.is_empty());
    let missing = What::Calendars(vec![CalendarId::from_bytes([9; 16])]);
    assert!(world.engine().export(&missing).is_err());
}

#[test]
fn several_calendars_in_one_file_come_back_as_several() {
    let mut world = World::at(NOW);
    let work = world.engine().save_calendar(None, "Work", "teal", true, None).expect("a calendar");
    world.add(draft("appointment", "Tea", "20261201T160000", Some("Europe/Berlin")));
    world.add(EventDraft {
        calendar: work.id.to_string(),
        ..draft("appointment", "Stand-up", "20261201T091500", Some("Europe/Berlin"))
    });
    let file = export(&world, &What::All);
    assert_eq!(file.calendars, [("Personal".to_string(), 1), ("Work".to_string(), 1)]);
    check_round(&mut world);
    // Who says where it goes gets all of it there.
    let fresh = World::at(NOW);
    let into = ImportFile {
        deleted: Default::default(),
        bytes: file.text.as_bytes(),
        target: Target::Calendar(CalendarId::FIRST),
        mode: Mode::Apply,
        alarmless: calendar::ics::Alarmless::Silent,
    };
    fresh.engine().import(&into, &mut |_, _| ControlFlow::Continue(())).expect("an import");
    assert_eq!(fresh.engine().calendars().expect("calendars").len(), 1);
}

/// The alarms of a file, each as its TRIGGER.
fn triggers(text: &str) -> Vec<&str> {
    let all = text.lines().filter_map(|line| line.strip_prefix("TRIGGER"));
    all.map(|line| line.trim_start_matches(':')).collect()
}

/// Aim: what is of whole days rings elsewhere at the hour it rings here, and stays what it is.
#[test]
fn reminders_of_whole_days_ring_elsewhere_at_the_hour_they_ring_here() {
    let mut world = World::at(NOW);
    let days = world.add(EventDraft {
        length: Some((3, 0)),
        reminders: reminders(&["PT0M", "-P1D", "-P14D", "P1D", "ENDPT0M", "-PT15H"]),
        ..draft("appointment", "Fair", "20261224", None)
    });
    let task = world.add(EventDraft {
        reminders: reminders(&["PT0M", "-P1D"]),
        ..draft("deadline", "Rent", "20261230", None)
    });
    let text = export(&world, &What::Event(days)).text;
    let elsewhere = ["PT9H", "-PT15H", "-P13DT15H", "P1DT9H", ";RELATED=END:-PT15H", "-PT15H"];
    assert_eq!(triggers(&text), elsewhere, "{text}");
    let text = export(&world, &What::Event(task)).text;
    assert_eq!(triggers(&text), [";RELATED=END:-PT15H", ";RELATED=END:-P1DT15H"], "{text}");
    check_round(&mut world);
    // Somebody moved one of them there.
    let text = export(&world, &What::Event(task)).text;
    let moved = text.replace("END:-P1DT15H", "END:-P1DT14H");
    let mut fresh = World::at(NOW);
    import(&mut fresh, moved.as_bytes());
    let found = fresh.draft(fresh.events()[0]).reminders.expect("reminders");
    let found: Vec<_> = found.iter().map(|r| r.trigger.as_str()).collect();
    assert_eq!(found, ["PT0M", "-PT14H"]);
}

#[test]
fn alarms_of_whole_days_of_another_program_are_given_back_as_they_were() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:day\nSUMMARY:Day\nDTSTART;VALUE=DATE:20261224\n\
        BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Day\nTRIGGER:-P1D\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n";
    let mut world = World::at(NOW);
    import(&mut world, text.as_bytes());
    let out = export(&world, &What::All).text;
    assert_eq!(triggers(&out), ["-P1D"], "{out}");
    check_round(&mut world);
}
