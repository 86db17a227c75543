//! What Week and Month draw: days of 23, 24 and 25 hours, a second zone, the rail, pieces over
//! midnight, and the one mark on each chip.

use acceptance::world::{World, draft, reminders};
use calendar::draft::{EventDraft, OverrideDraft};
use engine::courier::{Handover, Schedule, Unavailable};
use wire::{
    EngineHost, Host,
    dto::{BusyQuery, Empty, RangeQuery, RangeView, Segment},
};

const BERLIN: &str = "Europe/Berlin";

fn range(world: &World, from: &str, to: &str, second: Option<&str>) -> RangeView {
    let host = EngineHost::new(world.engine().clone());
    let asked =
        RangeQuery { from: from.into(), to: to.into(), second_zone: second.map(Into::into) };
    host.range(asked).expect("a range")
}

fn clock(minutes: i32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A piece in one line: date, piece, wall times, axis positions, what is special, title.
fn line(s: &Segment) -> String {
    let part = format!("{:?}", s.part).to_lowercase();
    let marks = s.mark.map_or("-".into(), |m| format!("{m:?}").to_lowercase());
    let offset = s.offset.as_ref().map_or(String::new(), |zone| format!(" {zone}"));
    if s.all_day {
        return format!("{} {part} all day {marks} {}", s.date, s.title);
    }
    let wall = format!("{}-{}", clock(s.wall_start), clock(s.wall_end));
    format!("{} {part} {wall}{offset} {}..{} {marks} {}", s.date, s.start, s.end, s.title)
}

fn lines(view: &RangeView) -> Vec<String> {
    view.segments.iter().map(line).collect()
}

fn quiet(kind: &str, title: &str, start: &str, zone: Option<&str>) -> EventDraft {
    EventDraft { reminders: reminders(&[]), ..draft(kind, title, start, zone) }
}

#[test]
fn an_ordinary_day_has_24_rows_and_no_blanks() {
    let mut world = World::at("2026-11-23T09:30[Europe/Berlin]");
    world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    world.add(quiet("appointment", "Call", "20261123T160000", Some("America/New_York")));
    let view = range(&world, "2026-11-23", "2026-11-25", None);
    assert_eq!(view.axis.length_min, 1440);
    assert_eq!(view.axis.rows.len(), 24);
    assert!(view.days.iter().all(|d| d.length_min == 1440 && d.blanks.is_empty()));
    assert_eq!(view.days[0].zone, "CET");
    assert_eq!(
        lines(&view),
        [
            "2026-11-23 single 10:00-11:00 600..660 scheduled Dentist",
            "2026-11-23 single 22:00-23:00 1320..1380 - Call",
        ]
    );
    let elsewhere = view.segments[1].elsewhere.as_ref().expect("its own time");
    assert_eq!((elsewhere.city.as_str(), elsewhere.wall_min), ("New York", 960));
    let now = view.now.expect("now is on it");
    assert_eq!((now.date.as_str(), now.at), ("2026-11-23", 570));
}

#[test]
fn a_day_of_25_hours_makes_the_axis_longer_and_the_others_have_a_blank() {
    let mut world = World::at("2026-10-20T09:00[Europe/Berlin]");
    for (title, start) in [
        ("first", "20261025T023000"),
        ("second", "20261025T023000+fold"),
        ("before", "20261025T010000"),
        ("after", "20261025T030000"),
        ("day before", "20261024T020000"),
    ] {
        world.add(quiet("appointment", title, start, Some(BERLIN)));
    }
    let long = EventDraft {
        length: Some((0, 4 * 3600)),
        ..quiet("appointment", "night", "20261025T000000", Some(BERLIN))
    };
    world.add(long);
    let view = range(&world, "2026-10-24", "2026-10-27", None);
    assert_eq!(view.axis.length_min, 1500);
    let row = |at: i32| view.axis.rows.iter().find(|r| r.at == at).expect("a row");
    assert_eq!(
        (row(120).wall_min, row(120).fold, row(120).offset.as_deref()),
        (120, false, Some("CEST"))
    );
    assert_eq!(
        (row(180).wall_min, row(180).fold, row(180).offset.as_deref()),
        (120, true, Some("CET"))
    );
    assert_eq!((row(240).wall_min, row(240).offset.as_deref()), (180, None));
    let blanks: Vec<_> = view
        .days
        .iter()
        .map(|d| d.blanks.iter().map(|b| (b.at, b.len)).collect::<Vec<_>>())
        .collect();
    assert_eq!(blanks, [vec![(180, 60)], vec![], vec![(180, 60)]]);
    let lengths: Vec<_> = view.days.iter().map(|d| d.length_min).collect();
    assert_eq!(lengths, [1440, 1500, 1440]);
    assert_eq!(
        lines(&view),
        [
            "2026-10-24 single 02:00-03:00 120..180 - day before",
            "2026-10-25 single 00:00-03:00 0..240 - night",
            "2026-10-25 single 01:00-02:00 60..120 - before",
            "2026-10-25 single 02:30-02:30 CEST 150..210 - first",
            "2026-10-25 single 02:30-03:30 CET 210..270 - second",
            "2026-10-25 single 03:00-04:00 240..300 - after",
        ]
    );
    assert!(view.segments[4].fold && !view.segments[3].fold);
}

#[test]
fn a_day_of_23_hours_has_a_blank_where_the_hour_is_missing() {
    let mut world = World::at("2027-03-25T09:00[Europe/Berlin]");
    let nightly = EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=3".into()],
        ..quiet("appointment", "Backup", "20270327T023000", Some(BERLIN))
    };
    world.add(nightly);
    let view = range(&world, "2027-03-27", "2027-03-30", None);
    assert_eq!(view.axis.length_min, 1440);
    let short = &view.days[1];
    assert_eq!((short.length_min, short.zone.as_str()), (1380, "CEST"));
    assert_eq!(short.blanks.iter().map(|b| (b.at, b.len)).collect::<Vec<_>>(), [(120, 60)]);
    assert_eq!(
        lines(&view),
        [
            "2027-03-27 single 02:30-03:30 150..210 - Backup",
            "2027-03-28 single 03:30-04:30 210..270 - Backup",
            "2027-03-29 single 02:30-03:30 150..210 - Backup",
        ]
    );
}

#[test]
fn the_second_zone_is_read_day_by_day() {
    let world = World::at("2026-10-20T09:00[Europe/Berlin]");
    // Europe leaves summer time on 25 October, New York on 1 November.
    let view = range(&world, "2026-10-24", "2026-11-02", Some("America/New_York"));
    let noon = view.axis.rows.iter().position(|r| r.wall_min == 720).expect("a row");
    let read = |day: usize| {
        let second = view.days[day].second.as_ref().expect("a second zone");
        (second.zone.clone(), second.wall_mins[noon])
    };
    assert_eq!(read(0), ("EDT".into(), 360));
    assert_eq!(read(2), ("EDT".into(), 420));
    assert_eq!(read(8), ("EST".into(), 360));
    let tokyo = range(&world, "2026-11-10", "2026-11-11", Some("Asia/Tokyo"));
    let walls = &tokyo.days[0].second.as_ref().expect("a second zone").wall_mins;
    assert_eq!((walls[0], walls[23]), (480, 1380 + 480));
    let refused = EngineHost::new(world.engine().clone()).range(RangeQuery {
        from: "2026-11-10".into(),
        to: "2026-11-11".into(),
        second_zone: Some("Mars/Olympus".into()),
    });
    assert_eq!(refused.expect_err("no such zone").field.as_deref(), Some("secondZone"));
}

#[test]
fn days_are_cut_where_midnight_is_skipped_or_doubled_and_where_half_an_hour_is() {
    for (zone, date, length, blanks) in [
        ("Africa/Cairo", "2027-04-30", 1380, vec![(0, 60)]),
        ("America/Havana", "2026-11-01", 1500, vec![]),
        ("Asia/Beirut", "2026-10-24", 1500, vec![]),
        ("Australia/Lord_Howe", "2027-04-04", 1470, vec![]),
        ("Australia/Lord_Howe", "2026-10-04", 1410, vec![(120, 30)]),
        ("Europe/Dublin", "2026-10-25", 1500, vec![]),
    ] {
        let world = World::at(&format!("2026-09-01T09:00[{zone}]"));
        let next: jiff::civil::Date = date.parse().expect("a date");
        let view = range(&world, date, &next.tomorrow().expect("a day").to_string(), None);
        let day = &view.days[0];
        let found: Vec<_> = day.blanks.iter().map(|b| (b.at, b.len)).collect();
        assert_eq!((day.length_min, found), (length, blanks), "{zone} {date}");
        assert_eq!(view.axis.length_min, length.max(1440), "{zone} {date}");
        let mut places: Vec<_> = view.axis.rows.iter().map(|r| r.at).collect();
        places.dedup();
        assert_eq!(places.len(), view.axis.rows.len(), "no two rows share a place in {zone}");
    }
}

#[test]
fn whole_days_lie_on_the_rail_in_pieces() {
    let mut world = World::at("2026-11-20T09:00[Europe/Berlin]");
    let trip =
        EventDraft { length: Some((3, 0)), ..quiet("appointment", "Trip", "20261122", None) };
    world.add(trip);
    let overnight = EventDraft {
        length: Some((0, 10 * 3600)),
        ..quiet("appointment", "Night train", "20261122T210000", Some(BERLIN))
    };
    world.add(overnight);
    let until_midnight = EventDraft {
        length: Some((0, 2 * 3600)),
        ..quiet("appointment", "Film", "20261123T220000", Some(BERLIN))
    };
    world.add(until_midnight);
    world.add(quiet("note", "Midnight", "20261124T000000", Some(BERLIN)));
    let view = range(&world, "2026-11-22", "2026-11-24", None);
    assert_eq!(
        lines(&view),
        [
            "2026-11-22 start all day - Trip",
            "2026-11-22 start 21:00-24:00 1260..1440 - Night train",
            "2026-11-23 mid all day - Trip",
            "2026-11-23 end 00:00-07:00 0..420 - Night train",
            "2026-11-23 single 22:00-24:00 1320..1440 - Film",
        ]
    );
    let last = range(&world, "2026-11-24", "2026-11-25", None);
    assert_eq!(
        lines(&last),
        ["2026-11-24 end all day - Trip", "2026-11-24 single 00:00-00:00 0..0 - Midnight"]
    );
}

#[test]
fn a_birthday_is_drawn_on_its_date_wherever_the_person_lives() {
    let world = World::at("2026-11-20T09:00[Pacific/Honolulu]");
    for (name, zone) in [("Ana", "Pacific/Kiritimati"), ("Ben", "Pacific/Pago_Pago")] {
        let person = engine::people::SavePerson {
            name: name.into(),
            zone: Some(zone.into()),
            birthday: Some("--11-25".into()),
            ..Default::default()
        };
        world.engine().save_person(&person, None).expect("a person");
    }
    let view = range(&world, "2026-11-25", "2026-11-26", None);
    assert_eq!(
        lines(&view),
        [
            "2026-11-25 single all day scheduled Ana’s birthday",
            "2026-11-25 single all day scheduled Ben’s birthday",
        ]
    );
    assert!(view.segments.iter().all(|s| s.fixed && s.recurring));
}

#[test]
fn a_chip_shows_the_worst_and_the_past_is_never_still_to_come() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let both = reminders(&["-PT30M", "-PT10M"]);
    world.add(EventDraft {
        reminders: both,
        ..draft("appointment", "Dentist", "20261123T100000", Some(BERLIN))
    });
    let chip = |world: &World| lines(&range(world, "2026-11-23", "2026-11-24", None))[0].clone();
    assert!(chip(&world).ends_with("scheduled Dentist"));
    world.wait_until("2026-11-23T09:35");
    // One is told, one is to come: not ✓ yet.
    assert!(chip(&world).ends_with("scheduled Dentist"));
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    world.wait_until("2026-11-23T09:50:01");
    assert!(chip(&world).ends_with("retrying Dentist"), "{}", chip(&world));
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-23T09:52");
    assert!(chip(&world).ends_with("told Dentist"), "{}", chip(&world));
    world.kill();
    world.add(draft("note", "Tea", "20261123T120000", Some(BERLIN)));
    world.jump_to("2026-11-23T12:30");
    let tea = range(&world, "2026-11-23", "2026-11-24", None).segments.pop().expect("tea");
    assert!(tea.past);
    assert!(line(&tea).ends_with("sending Tea"), "due and not told: {}", line(&tea));
    world.start();
    let tea = range(&world, "2026-11-23", "2026-11-24", None).segments.pop().expect("tea");
    assert!(line(&tea).ends_with("late Tea"));
    assert_eq!(tea.late_ms, Some(30 * 60 * 1000));
}

#[test]
fn what_waits_and_what_failed_is_counted_on_its_day() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.no_desktop = Some(Unavailable::NoNotifier);
    world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:31");
    let view = range(&world, "2026-11-23", "2026-11-24", None);
    assert!(lines(&view)[0].ends_with("held Tea"));
    world.no_desktop = None;
    world.answer(Handover::Permanent);
    world.run();
    let view = range(&world, "2026-11-23", "2026-11-24", None);
    assert!(lines(&view)[0].ends_with("failed Tea"), "{:?}", lines(&view));
    assert_eq!(view.days[0].failed, 1);
    let host = EngineHost::new(world.engine().clone());
    let busy = host
        .busy(BusyQuery { from: "2026-11-01".into(), to: "2026-12-01".into() })
        .expect("busy days");
    assert_eq!(busy.len(), 1);
    assert_eq!((busy[0].date.as_str(), busy[0].count, busy[0].failed), ("2026-11-23", 1, 1));
}

#[test]
fn a_changed_one_of_a_series_says_so_and_hidden_calendars_are_left_out() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let id = world.add(EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=4".into()],
        ..quiet("appointment", "Stand-up", "20261123T090000", Some(BERLIN))
    });
    let mut changed = world.draft(id);
    changed.overrides = vec![
        OverrideDraft {
            original: "20261124T090000".into(),
            start: "20261124T110000".into(),
            zone: Some(BERLIN.into()),
            length: (0, 1800),
            title: Some("Long stand-up".into()),
            ..OverrideDraft::default()
        },
        OverrideDraft {
            original: "20261125T090000".into(),
            cancelled: true,
            ..OverrideDraft::default()
        },
    ];
    world.save(Some(id), changed);
    let view = range(&world, "2026-11-23", "2026-11-27", None);
    assert_eq!(
        lines(&view),
        [
            "2026-11-23 single 09:00-10:00 540..600 - Stand-up",
            "2026-11-24 single 11:00-11:30 660..690 - Long stand-up",
            "2026-11-26 single 09:00-10:00 540..600 - Stand-up",
        ]
    );
    let exceptions: Vec<_> = view.segments.iter().map(|s| s.exception).collect();
    assert_eq!(exceptions, [false, true, false]);
    let host = EngineHost::new(world.engine().clone());
    let calendar = host.calendars(Empty {}).expect("calendars").remove(0);
    let hide = wire::dto::SaveCalendar {
        id: Some(calendar.id),
        name: calendar.name,
        color: calendar.color,
        shown: false,
        request_id: "hide".into(),
    };
    host.save_calendar(hide).expect("hidden");
    assert!(range(&world, "2026-11-23", "2026-11-27", None).segments.is_empty());
}

#[test]
fn a_series_too_dense_to_be_drawn_to_the_end_says_after_what_it_goes_on() {
    let mut world = World::at("2026-11-23T09:30[Europe/Berlin]");
    world.add(EventDraft {
        rules: vec!["FREQ=MINUTELY;INTERVAL=2".into()],
        ..quiet("workflow", "Sync", "20261123T100000", Some(BERLIN))
    });
    let view = range(&world, "2026-11-23", "2026-11-30", None);
    let [cut] = view.cut.as_slice() else { panic!("{:?}", view.cut) };
    let last = view.segments.iter().map(|s| (s.date.clone(), s.wall_start)).max();
    assert_eq!(
        (cut.title.as_str(), Some((cut.after.date.clone(), cut.after.wall_min))),
        ("Sync", last)
    );
    assert!(range(&world, "2026-11-23", "2026-11-24", None).cut.is_empty(), "all of it is there");
}

#[test]
fn ranges_out_of_bounds_are_refused() {
    let world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let host = EngineHost::new(world.engine().clone());
    for (from, to, field) in [
        ("2026-11-23", "2026-11-22", "to"),
        ("2026-01-01", "2028-01-01", "to"),
        ("yesterday", "2026-11-22", "from"),
    ] {
        let asked = RangeQuery { from: from.into(), to: to.into(), second_zone: None };
        let fault = host.range(asked).expect_err(from);
        assert_eq!(fault.field.as_deref(), Some(field), "{from} {to}");
    }
}
