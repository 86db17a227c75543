//! A file that changes an occurrence and all that follow (RANGE=THISANDFUTURE): what rings because of
//! it, what a newer version of the file changes of it, and what an export says of parted series.

use std::ops::ControlFlow;

use acceptance::world::{World, draft};
use calendar::{draft::EventDraft, ics::Alarmless, id::CalendarId, timing::LocalStart};
use engine::{
    events::Save,
    export::What,
    import::{ImportFile, Imported, Mode, Target},
};

fn import(world: &mut World, text: &str) -> Imported {
    let file = ImportFile {
        deleted: Default::default(),
        bytes: text.as_bytes(),
        target: Target::Calendar(CalendarId::FIRST),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    };
    let done = world.engine().import(&file, &mut |_, _| ControlFlow::Continue(()));
    world.run();
    done.expect("an import")
}

fn counts(done: &Imported) -> (u32, u32, u32) {
    (done.created, done.updated, done.unchanged)
}

/// A daily pill of this version, and what follows it in the file.
fn pill(sequence: u32, following: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:pill\nSEQUENCE:{sequence}\nSUMMARY:Pill\n\
         DTSTART;TZID=Europe/Berlin:20261124T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY\n{ALARM}END:VEVENT\n\
         {following}END:VCALENDAR\n"
    )
}

const ALARM: &str = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT10M\nEND:VALARM\n";

/// From the occurrence of this day on it is at this hour.
fn from(day: u32, hour: u32) -> String {
    format!(
        "BEGIN:VEVENT\nUID:pill\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:202611{day}T090000\n\
         SUMMARY:Two pills\nDTSTART;TZID=Europe/Berlin:202611{day}T{hour:02}0000\nDURATION:PT2H\n{ALARM}END:VEVENT\n"
    )
}

/// The dues to come in Berlin, until December.
fn ahead(world: &World) -> Vec<String> {
    let from = "2026-11-24T07:00".parse().expect("a time");
    let zone = world.engine().planning_context().expect("a ledger").machine_zone();
    let mut all = Vec::new();
    for event in world.engine().events().expect("events") {
        let series = event.event.series();
        let starts = series.from(from, event.event.anchor(&zone)).take(20);
        let december = jiff::civil::date(2026, 12, 1).at(0, 0, 0, 0);
        let starts = starts.take_while(|at| *at < december);
        all.extend(starts.map(|at| format!("{} {}", at.strftime("%d %H:%M"), event.event.title)));
    }
    all.sort();
    all
}

const NOW: &str = "2026-11-24T07:00[Europe/Berlin]";

#[test]
fn all_that_follow_ring_where_the_file_has_put_them() {
    let mut world = World::at(NOW);
    let file = pill(0, &from(26, 11));
    assert_eq!(counts(&import(&mut world, &file)), (2, 0, 0));
    assert_eq!(counts(&import(&mut world, &file)), (0, 0, 2));
    world.wait_until("2026-11-28T00:00");
    let told: Vec<_> = world.sent.iter().map(|s| (s.at.as_str(), s.text.lines().next())).collect();
    assert_eq!(
        told,
        [
            ("2026-11-24T07:50:00Z", Some("Pill")),
            ("2026-11-25T07:50:00Z", Some("Pill")),
            ("2026-11-26T09:50:00Z", Some("Two pills")),
            ("2026-11-27T09:50:00Z", Some("Two pills")),
        ]
    );
    let done = import(&mut world, &file);
    assert_eq!((counts(&done), done.remarks.len(), world.sent.len()), ((0, 0, 2), 0, 4));
}

/// Aim: the second part has the root of the first, so that what is told or sleeps stays so.
#[test]
fn a_newer_version_that_parts_the_series_tells_nothing_again_and_leaves_snoozes_asleep() {
    let mut world = World::at(NOW);
    import(&mut world, &pill(0, ""));
    world.wait_until("2026-11-24T08:55");
    let told = world.engine().inbox().expect("an inbox").rows[0].row.id;
    let until = jiff::civil::date(2026, 11, 24).at(9, 30, 0, 0);
    let zone = world.engine().planning_context().expect("a ledger").machine_zone();
    let until = until.to_zoned(zone).expect("a moment").timestamp();
    world.engine().snooze(told, until, "test").expect("snoozed");
    // All but the title stays: the names of its occurrences do, too.
    let file = pill(1, &from(24, 9)).replace("DURATION:PT2H", "DURATION:PT1H");
    let done = import(&mut world, &file);
    assert_eq!((counts(&done), done.remarks.len()), ((0, 1, 0), 0), "nothing is before it");
    let file = pill(2, &from(25, 9)).replace("DURATION:PT2H", "DURATION:PT1H");
    assert_eq!(counts(&import(&mut world, &file)), (1, 1, 0));
    world.wait_until("2026-11-26T00:00");
    let told: Vec<_> = world.sent.iter().map(|s| s.at.as_str()).collect();
    let due = ["2026-11-24T07:50:00Z", "2026-11-24T08:30:00Z", "2026-11-25T07:50:00Z"];
    assert_eq!(told, due, "{}", world.all_rows());
    assert_eq!(world.titles(), ["Pill", "Pill", "Two pills"]);
}

#[test]
fn a_newer_version_may_part_it_elsewhere_or_not_at_all() {
    let mut world = World::at(NOW);
    import(&mut world, &pill(0, &from(26, 11)));
    let parted = ["24 09:00 Pill", "25 09:00 Pill", "26 11:00 Two pills", "27 11:00 Two pills"];
    assert_eq!(ahead(&world)[..4], parted);
    for (sequence, day) in [(1, 27), (2, 25)] {
        import(&mut world, &pill(sequence, &from(day, 11)));
        let all = ahead(&world);
        assert_eq!(all.len(), 7, "{all:?}");
        assert!(all.contains(&format!("{day} 11:00 Two pills")), "{all:?}");
    }
    import(&mut world, &pill(3, ""));
    let all = ahead(&world);
    assert!(all.len() == 7 && all.iter().all(|one| one.ends_with("09:00 Pill")), "{all:?}");
    import(&mut world, &pill(4, &from(26, 11)));
    assert_eq!(ahead(&world)[..4], parted);
}

#[test]
fn an_import_that_parted_a_series_can_be_taken_back() {
    let mut world = World::at(NOW);
    import(&mut world, &pill(0, &from(26, 11)));
    let before = (ahead(&world), world.engine().export(&What::All).expect("an export").text);
    let done = import(&mut world, &pill(1, ""));
    assert_ne!(ahead(&world), before.0);
    world.engine().take_back(done.trail).expect("taken back");
    assert_eq!(ahead(&world), before.0);
    let after = world.engine().export(&What::All).expect("an export").text;
    let lasting = |text: &str| -> Vec<String> {
        text.lines().filter(|l| !l.starts_with("DTSTAMP")).map(String::from).collect()
    };
    assert_eq!(lasting(&after), lasting(&before.1));
    assert_eq!(counts(&import(&mut world, &pill(1, &from(26, 11)))), (0, 0, 2));
}

#[test]
fn what_was_changed_or_deleted_here_stays_so() {
    let mut world = World::at(NOW);
    import(&mut world, &pill(0, ""));
    let event = world.events()[0];
    let changed = EventDraft { title: "My pill".into(), ..world.draft(event) };
    world.save(Some(event), changed);
    let done = import(&mut world, &pill(0, &from(26, 11)));
    assert_eq!(counts(&done), (0, 0, 2));
    let reasons: Vec<_> = done.remarks.iter().map(|r| r.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "“Pill” was changed here: the file's version is not newer",
            "“Two pills” is not taken: the series it is a part of stays as it is here"
        ]
    );
    assert_eq!(ahead(&world).len(), 7);
}

/// Aim: both halves of a parted series say that they are of one, in the way other programs do, and
/// are of one again wherever the file is read, in whatever order.
#[test]
fn the_halves_of_a_parted_series_find_each_other_again() {
    let mut world = World::at(NOW);
    let series = world.add(EventDraft {
        rules: vec!["FREQ=WEEKLY".into()],
        ..draft("appointment", "Choir", "20261201T193000", Some("Europe/Berlin"))
    });
    let part = Save {
        id: Some(series),
        draft: EventDraft {
            title: "Choir in the hall".into(),
            start: "20261215T193000".into(),
            ..world.draft(series)
        },
        following: LocalStart::parse("20261215T193000"),
        ..Save::default()
    };
    world.engine().save_event(&part).expect("parted");
    let text = world.engine().export(&What::All).expect("an export").text;
    let unfolded = text.replace("\r\n ", "");
    let relation = format!(
        "RELATED-TO;RELTYPE=X-CALENDARSERVER-RECURRENCE-SET;X-CARILLON-SERIES=TRUE:{series}\r\n"
    );
    assert_eq!(unfolded.matches(&relation).count(), 2, "{unfolded}");
    assert_eq!(counts(&import(&mut world, &text)), (0, 0, 2));
    let (head, events) = text.split_once("BEGIN:VEVENT").expect("events");
    let (first, second) = events.split_once("BEGIN:VEVENT").expect("two events");
    let second = second.trim_end().trim_end_matches("END:VCALENDAR");
    let turned = format!("{head}BEGIN:VEVENT{second}BEGIN:VEVENT{first}END:VCALENDAR\r\n");
    for file in [text.as_str(), turned.as_str()] {
        let mut fresh = World::at(NOW);
        assert_eq!(counts(&import(&mut fresh, file)), (2, 0, 0), "{file}");
        for event in fresh.events() {
            let event = fresh.engine().event(event).expect("an event").event;
            assert_eq!(fresh.engine().other_parts(&event).expect("parts").len(), 1);
        }
        let again = fresh.engine().export(&What::All).expect("an export").text;
        assert_eq!(again.replace(" Imported", ""), text);
    }
}
