//! Moving: by how far a series goes with one of its exceptions, and what stands in the way of
//! going to another calendar.

use std::ops::ControlFlow;

use acceptance::world::{World, draft};
use calendar::{
    draft::{EventDraft, OverrideDraft},
    ics::Alarmless,
    id::{CalendarId, EventId},
    timing::LocalStart,
};
use engine::{
    events::{Placement, Save, Scope},
    import::{ImportFile, Mode, Target},
};

const BERLIN: &str = "Europe/Berlin";

fn start(text: &str) -> LocalStart {
    LocalStart::parse(text).expect("a start")
}

/// Choir, Mondays at 19:00 in Berlin for an hour; on the 30th for two hours in Lisbon.
fn choir() -> (World, EventId) {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let away = OverrideDraft {
        original: "20261130T190000".into(),
        start: "20261130T200000".into(),
        zone: Some("Europe/Lisbon".into()),
        length: (0, 7_200),
        title: Some("Choir in Lisbon".into()),
        ..OverrideDraft::default()
    };
    let id = world.add(EventDraft {
        rules: vec!["FREQ=WEEKLY".into()],
        overrides: vec![away],
        ..draft("appointment", "Choir", "20261123T190000", Some(BERLIN))
    });
    (world, id)
}

fn drag(world: &World, id: EventId, at: &str, seconds: i64) -> Result<(), String> {
    let to = Placement {
        start: start(at),
        all_day: at.len() == 8,
        zone: (at.len() > 8).then(|| "Europe/Lisbon".into()),
        length: if at.len() == 8 { (1, 0) } else { (0, seconds) },
    };
    let original = start("20261130T190000");
    let moved = world.engine().move_occurrence(id, original, &to, Some(Scope::All), None, None);
    moved.map(drop).map_err(|e| e.to_string())
}

#[test]
fn an_exception_takes_its_series_as_far_as_it_goes_and_no_farther() {
    let (world, id) = choir();
    drag(&world, id, "20261201T203000", 9_000).expect("moved");
    let draft = world.draft(id);
    assert_eq!(
        (draft.start.as_str(), draft.zone.as_deref(), draft.length),
        ("20261124T193000", Some(BERLIN), Some((0, 5_400)))
    );
    let own = &draft.overrides[0];
    assert_eq!(
        (own.original.as_str(), own.start.as_str(), own.zone.as_deref(), own.length),
        ("20261201T193000", "20261201T203000", Some("Europe/Lisbon"), (0, 9_000))
    );
    assert_eq!(own.title.as_deref(), Some("Choir in Lisbon"));
}

#[test]
fn an_exception_dropped_on_the_rail_does_not_take_its_series_there() {
    let (world, id) = choir();
    let before = world.draft(id);
    assert_eq!(
        drag(&world, id, "20261130", 0),
        Err("an exception of a series changes between all-day and timed only by itself: choose only this one".into())
    );
    assert_eq!(world.draft(id), before);
}

/// The same event of one file in both calendars.
fn imported_twice() -> (World, [CalendarId; 2], [EventId; 2]) {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let work =
        world.engine().save_calendar(None, "Work", "teal", true, None).expect("a calendar").id;
    let file = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:one\nSUMMARY:Tea\nDTSTART:20261124T160000Z\nEND:VEVENT\nEND:VCALENDAR\n";
    let both = [CalendarId::FIRST, work];
    for calendar in both {
        let file = ImportFile {
            deleted: Default::default(),
            bytes: file,
            target: Target::Calendar(calendar),
            mode: Mode::Apply,
            alarmless: Alarmless::KindDefaults,
        };
        world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("an import");
    }
    world.run();
    let ids: Vec<EventId> = world.deliveries().iter().filter_map(|l| l.row.event).collect();
    let of = |calendar: CalendarId| {
        let name = calendar.to_string();
        ids.iter().copied().find(|id| world.draft(*id).calendar == name).expect("an event")
    };
    let events = [of(both[0]), of(both[1])];
    (world, both, events)
}

fn to_calendar(world: &World, id: EventId, calendar: CalendarId) -> Result<(), String> {
    let draft = EventDraft { calendar: calendar.to_string(), ..world.draft(id) };
    let save = Save { id: Some(id), draft, allow_past: true, ..Save::default() };
    world.engine().save_event(&save).map(drop).map_err(|e| e.to_string())
}

#[test]
fn an_imported_event_does_not_go_where_its_file_was_imported_too() {
    let (world, [_, work], [here, there]) = imported_twice();
    assert_eq!(
        to_calendar(&world, here, work),
        Err("the calendar Work holds this event of a calendar file already, as “Tea”: delete that one first, or choose another calendar".into())
    );
    world.engine().delete_event(there, None, None).expect("deleted");
    to_calendar(&world, here, work).expect("there is room");
    assert_eq!(world.draft(here).calendar, work.to_string());
}

/// The first days of a series as they are, in its own wall time.
fn days(world: &World, id: EventId, form: &str) -> Vec<String> {
    let context = world.engine().planning_context().expect("a context");
    let event = world.engine().event(id).expect("an event").event;
    let at = |text: &str| text.parse().expect("an instant");
    let (from, until) = (at("2026-11-20T00:00:00Z"), at("2027-03-01T00:00:00Z"));
    let found = event.occurrences(&context, from, until, 4);
    found.items.iter().take(4).map(|o| o.present.at.strftime(form).to_string()).collect()
}

fn drag_all(world: &World, id: EventId, original: &str, at: &str) {
    let to = Placement {
        start: start(at),
        all_day: false,
        zone: Some(BERLIN.into()),
        length: (0, 3_600),
    };
    let scope = Some(Scope::All);
    world.engine().move_occurrence(id, start(original), &to, scope, None, None).expect("moved");
}

#[test]
fn a_series_of_every_other_week_keeps_its_pairs_of_days_over_the_edge_of_the_week() {
    for (to, rule, pairs) in [
        (
            "20261128T190000",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,MO;WKST=FR",
            "Sat 28, Mon 30, Sat 12, Mon 14",
        ),
        ("20261123T190000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "Mon 23, Wed 25, Mon 07, Wed 09"),
        (
            "20261121T190000",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,MO;WKST=FR",
            "Sat 21, Mon 23, Sat 05, Mon 07",
        ),
        ("20261202T190000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,FR", "Wed 02, Fri 04, Wed 16, Fri 18"),
    ] {
        let mut world = World::at("2026-11-20T07:00[Europe/Berlin]");
        let id = world.add(EventDraft {
            rules: vec!["FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH".into()],
            ..draft("appointment", "Choir", "20261124T190000", Some(BERLIN))
        });
        drag_all(&world, id, "20261124T190000", to);
        assert_eq!(world.draft(id).rules, [rule]);
        assert_eq!(days(&world, id, "%a %d").join(", "), pairs);
    }
}

#[test]
fn a_rule_goes_over_midnight_where_its_series_does_and_not_where_an_exception_does() {
    for (to, rule, four) in [
        (
            "20261201T100000",
            "FREQ=WEEKLY;BYDAY=WE",
            "Wed 25 00:30, Tue 01 10:00, Wed 09 00:30, Wed 16 00:30",
        ),
        (
            "20261130T230000",
            "FREQ=WEEKLY;BYDAY=TU",
            "Tue 24 13:30, Mon 30 23:00, Tue 08 13:30, Tue 15 13:30",
        ),
    ] {
        let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
        let early = OverrideDraft {
            original: "20261201T233000".into(),
            start: "20261201T090000".into(),
            zone: Some(BERLIN.into()),
            length: (0, 3_600),
            ..OverrideDraft::default()
        };
        let id = world.add(EventDraft {
            rules: vec!["FREQ=WEEKLY;BYDAY=TU".into()],
            overrides: vec![early],
            ..draft("appointment", "Late shift", "20261124T233000", Some(BERLIN))
        });
        drag_all(&world, id, "20261201T233000", to);
        assert_eq!(world.draft(id).rules, [rule]);
        assert_eq!(days(&world, id, "%a %d %H:%M").join(", "), four);
    }
}

#[test]
fn an_exception_in_words_alone_goes_along_with_its_series() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let own = |original: &str, at: &str, seconds: i64| OverrideDraft {
        original: original.into(),
        start: at.into(),
        zone: Some(BERLIN.into()),
        length: (0, seconds),
        title: Some("Choir with the board".into()),
        ..OverrideDraft::default()
    };
    let id = world.add(EventDraft {
        rules: vec!["FREQ=WEEKLY".into()],
        overrides: vec![
            own("20261201T100000", "20261201T100000", 3_600),
            own("20261208T100000", "20261208T100000", 7_200),
            own("20261215T100000", "20261215T110000", 3_600),
        ],
        length: Some((0, 3_600)),
        ..draft("appointment", "Choir", "20261124T100000", Some(BERLIN))
    });
    let to = Placement {
        start: start("20261125T140000"),
        all_day: false,
        zone: Some("Europe/Lisbon".into()),
        length: (0, 5_400),
    };
    let (first, scope) = (start("20261124T100000"), Some(Scope::All));
    world.engine().move_occurrence(id, first, &to, scope, None, None).expect("moved");
    let stand = world.draft(id).overrides.into_iter().map(|o| (o.start, o.zone, o.length.1));
    let lisbon = || Some("Europe/Lisbon".to_string());
    assert_eq!(
        stand.collect::<Vec<_>>(),
        [
            ("20261202T140000".into(), lisbon(), 5_400),
            ("20261209T140000".into(), lisbon(), 7_200),
            ("20261215T110000".into(), Some(BERLIN.into()), 3_600),
        ]
    );
}

/// The days of a series after all of it was dragged, or why it was not.
fn dragged(rule: &str, from: &str, of: &str, to: &str) -> Result<Vec<String>, String> {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let words = OverrideDraft {
        original: of.into(),
        start: of.into(),
        zone: Some(BERLIN.into()),
        length: (0, 3_600),
        title: Some("Not as ever".into()),
        ..OverrideDraft::default()
    };
    let id = world.add(EventDraft {
        rules: vec![rule.into()],
        overrides: vec![words],
        ..draft("appointment", "Rent", from, Some(BERLIN))
    });
    let before = world.draft(id);
    let to = Placement {
        start: start(to),
        all_day: false,
        zone: Some(BERLIN.into()),
        length: (0, 3_600),
    };
    let moved = world.engine().move_occurrence(id, start(of), &to, Some(Scope::All), None, None);
    if let Err(error) = moved {
        assert_eq!(world.draft(id), before, "nothing is changed");
        return Err(error.to_string());
    }
    let draft = world.draft(id);
    assert_eq!(draft.overrides[0].original, to.start.text(false), "the exception goes along");
    let event = world.engine().event(id).expect("an event").event;
    let series = event.series();
    let starts = series.from(series.dtstart(), None).take(5);
    Ok(starts.map(|at| at.strftime("%F").to_string()).collect())
}

#[test]
fn a_series_by_its_date_goes_to_another_date_whole_or_not_at_all() {
    let yearly = dragged("FREQ=YEARLY", "20240301T090000", "20270301T090000", "20270228T090000");
    assert_eq!(
        yearly.expect("moved"),
        ["2024-02-28", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-28"]
    );
    let ends = "FREQ=YEARLY;UNTIL=20280301T080000Z";
    let ends = dragged(ends, "20260301T090000", "20270301T090000", "20270228T100000");
    assert_eq!(ends.expect("moved"), ["2026-02-28", "2027-02-28", "2028-02-28"]);
    let leap = dragged("FREQ=YEARLY", "20240229T090000", "20280229T090000", "20280301T090000");
    assert!(leap.is_err(), "{leap:?}: there would be one in every year");
    let monthly = dragged("FREQ=MONTHLY", "20270310T090000", "20270510T090000", "20270512T090000");
    assert_eq!(
        monthly.expect("moved"),
        ["2027-03-12", "2027-04-12", "2027-05-12", "2027-06-12", "2027-07-12"]
    );
    for (from, of, to) in [
        ("20270301T090000", "20270601T090000", "20270531T090000"),
        ("20270130T090000", "20270430T090000", "20270501T090000"),
        ("20270328T090000", "20270428T090000", "20270430T090000"),
        ("20270328T090000", "20270328T090000", "20270331T090000"),
    ] {
        let refused = dragged("FREQ=MONTHLY", from, of, to).expect_err("occurrences would vanish");
        assert!(refused.contains("change the rule, or move one occurrence"), "{refused}");
    }
    // Its end goes along by the date, too.
    let back =
        dragged("FREQ=MONTHLY;COUNT=3", "20270102T090000", "20270302T090000", "20270227T090000");
    assert_eq!(back.expect("moved"), ["2026-12-27", "2027-01-27", "2027-02-27"]);
}
