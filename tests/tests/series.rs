//! Edits of a series from one occurrence on: what was told stays told, what sleeps or is held
//! goes on, exceptions go with the half they belong to, and undo makes one series of both again.

use std::ops::ControlFlow;

use acceptance::world::{World, draft, reminders};
use calendar::{
    draft::{EventDraft, OverrideDraft},
    ics::Alarmless,
    id::{CalendarId, EventId},
    timing::LocalStart,
};
use engine::{
    courier::Unavailable,
    events::{Placement, Save, Saved, Scope, Target},
    export::What,
    import::{ImportFile, Mode, Target as Into},
};
use jiff::SignedDuration;

const BERLIN: &str = "Europe/Berlin";

fn start(text: &str) -> LocalStart {
    LocalStart::parse(text).expect("a start")
}

/// Choir, Mondays at 19:00 from 23 November on, told ten minutes before.
fn choir(change: impl FnOnce(&mut EventDraft)) -> (World, EventId) {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let mut weekly = EventDraft {
        rules: vec!["FREQ=WEEKLY".into()],
        ..draft("appointment", "Choir", "20261123T190000", Some(BERLIN))
    };
    change(&mut weekly);
    let id = world.add(weekly);
    (world, id)
}

/// Changes what follows from an occurrence on, and gives the answer and the new event.
fn following(
    world: &mut World,
    id: EventId,
    at: &str,
    change: impl FnOnce(&mut EventDraft),
) -> (Saved, EventId) {
    let row = world.engine().event(id).expect("an event");
    let context = world.engine().planning_context().expect("a ledger");
    let mut rest = match row.event.halves(&context, start(at)).expect("parted") {
        calendar::halves::Halves::Whole => EventDraft::from(&row.event),
        calendar::halves::Halves::Two(_, tail) => EventDraft::from(&*tail),
    };
    change(&mut rest);
    let save = Save { id: Some(id), draft: rest, following: Some(start(at)), ..Save::default() };
    let saved = world.engine().save_event(&save).expect("saved");
    world.run();
    let event = saved.event.parse().expect("an id");
    (saved, event)
}

fn about(id: EventId, at: &str, scope: Scope) -> Target<'static> {
    Target { original: Some(start(at)), scope: Some(scope), ..Target::all(id) }
}

fn place(at: &str) -> Placement {
    let start = start(at);
    Placement { start, all_day: false, zone: Some(BERLIN.into()), length: (0, 3600) }
}

fn undo(world: &mut World) -> String {
    let undone = world.engine().undo(None).expect("undo");
    world.run();
    undone.refused.unwrap_or(undone.label)
}

fn redo(world: &mut World) -> String {
    let redone = world.engine().redo(None).expect("redo");
    world.run();
    redone.refused.unwrap_or(redone.label)
}

#[test]
fn new_words_from_one_on_keep_each_reminder_its_name_and_tell_nothing_twice() {
    let (mut world, id) = choir(|d| d.reminders = reminders(&["-P7D", "-PT10M"]));
    world.wait_until("2026-11-24T12:00");
    let (before, rows) = (world.rows(), world.deliveries());
    // Of the 30th it was told a week before, and the reminder of that evening is planned.
    assert!(before.contains("Mon 23 19:00 completed told.on_time Choir"), "{before}");
    let (saved, rest) = following(&mut world, id, "20261130T190000", |d| d.title = "Bach".into());
    assert_eq!((saved.effect.cancelled, saved.effect.passed.len()), (0, 0));
    assert_eq!(saved.parted_from, Some(id.to_string()));
    for row in &rows {
        let now = world.engine().why(row.row.id).expect("a story").delivery.row;
        let (key, state) = (&now.key, now.facts.state);
        assert_eq!((key, state), (&row.row.key, row.row.facts.state), "{:?}", row.row.identity);
        let later = row.row.identity.occurrence.as_str() >= "o=20261130";
        assert_eq!(now.event, Some(if later { rest } else { id }));
    }
    world.wait_until("2026-12-08T12:00");
    let titles = world.titles();
    let told = |title: &str| titles.iter().filter(|t| *t == title).count();
    // The week before of 23 November had passed when it was saved.
    assert_eq!((told("Choir"), told("Bach")), (2, 4), "{titles:?}\n{}", world.rows());
}

#[test]
fn a_later_time_from_one_on_arms_those_and_leaves_the_others() {
    let (mut world, id) = choir(|d| d.rules = vec!["FREQ=WEEKLY;COUNT=4".into()]);
    let engine = world.engine().clone();
    let (at, scope) = (start("20261207T190000"), Some(Scope::Following));
    engine.move_occurrence(id, at, &place("20261208T200000"), scope, None, None).expect("moved");
    assert_eq!(world.draft(id).rules, ["FREQ=WEEKLY;COUNT=2"]);
    world.wait_until("2027-01-31T12:00");
    let told: Vec<_> = world.sent.iter().map(|s| s.at.as_str()).collect();
    assert_eq!(
        told,
        [
            "2026-11-23T17:50:00Z",
            "2026-11-30T17:50:00Z",
            "2026-12-08T18:50:00Z",
            "2026-12-15T18:50:00Z"
        ]
    );
}

#[test]
fn a_snooze_goes_on_over_the_parting_and_after_undo() {
    for undone in [false, true] {
        let (mut world, id) = choir(|_| {});
        world.wait_until("2026-11-30T18:51");
        let told = world
            .deliveries()
            .iter()
            .find(|l| l.row.label.starts_with("2026-11-30"))
            .map(|l| l.row.id);
        let until = world.now() + SignedDuration::from_mins(30);
        world.engine().snooze(told.expect("told"), until, "window").expect("snoozed");
        let (saved, _) = following(&mut world, id, "20261130T190000", |d| d.title = "Bach".into());
        assert_eq!((saved.effect.snoozes, saved.effect.cancelled), (0, 0));
        if undone {
            undo(&mut world);
        }
        world.wait_until("2026-11-30T23:00");
        let last = world.sent.last().expect("told").clone();
        assert_eq!(last.at, "2026-11-30T18:21:00Z");
        let title = if undone { "Choir" } else { "Bach" };
        assert_eq!(last.text.lines().next(), Some(title));
        assert_eq!(world.sent.len(), 3, "{}", world.rows());
    }
}

#[test]
fn what_was_answered_stays_answered_over_the_parting() {
    use engine::ledger::acknowledgement::Answer;
    let (mut world, id) = choir(|_| {});
    world.wait_until("2026-11-23T18:51");
    let told = world.deliveries()[0].row.id;
    assert_eq!(world.inbox().lines().count(), 1);
    world.engine().acknowledge(&[told], Answer::Done, "window").expect("done");
    following(&mut world, id, "20261130T190000", |d| d.place = "Dom".into());
    assert_eq!(world.inbox(), "");
}

#[test]
fn a_held_reminder_is_told_late_after_the_parting() {
    let (mut world, id) = choir(|_| {});
    world.wait_until("2026-11-30T18:00");
    world.no_desktop = Some(Unavailable::NoNotifier);
    world.wait_until("2026-11-30T18:52");
    following(&mut world, id, "20261130T190000", |d| d.title = "Bach".into());
    assert!(world.rows().contains("Mon 30 18:50 held held.no_notifier Bach"), "{}", world.rows());
    world.no_desktop = None;
    world.wait_until("2026-11-30T20:00");
    assert!(world.rows().contains("Mon 30 18:50 completed late.held Bach"), "{}", world.rows());
    assert_eq!(world.titles(), ["Choir", "Bach"]);
}

#[test]
fn either_half_can_be_deleted_and_the_other_rings_on() {
    for first in [true, false] {
        let (mut world, id) = choir(|_| {});
        let (_, rest) =
            following(&mut world, id, "20261124T190000".replace("24", "30").as_str(), |d| {
                d.title = "Bach".into();
            });
        let gone = if first { id } else { rest };
        let saved = world.engine().delete(&Target::all(gone)).expect("deleted");
        assert_eq!(saved.effect.cancelled, 1);
        world.run();
        world.wait_until("2026-12-08T12:00");
        let want: &[&str] = if first { &["Bach", "Bach"] } else { &["Choir"] };
        assert_eq!(world.titles(), want);
        // And it comes back alone.
        undo(&mut world);
        assert_eq!(world.draft(gone).title, if first { "Choir" } else { "Bach" });
        assert_eq!(world.sent.len(), want.len(), "{}", world.rows());
    }
}

#[test]
fn exceptions_go_with_the_half_their_original_start_is_in() {
    let other = |original: &str, start: &str, title: &str| OverrideDraft {
        original: original.into(),
        start: start.into(),
        zone: Some(BERLIN.into()),
        length: (0, 3600),
        title: Some(title.into()),
        ..OverrideDraft::default()
    };
    let (mut world, id) = choir(|d| {
        d.exdates = vec!["20261130T190000".into(), "20261228T190000".into()];
        d.rdates = vec!["20261125T190000".into(), "20261230T190000".into()];
        // Each stands on the other side of 14 December.
        d.overrides = vec![
            other("20261207T190000", "20261216T200000", "Late"),
            other("20261221T190000", "20261209T200000", "Early"),
        ];
    });
    let engine = world.engine().clone();
    let (at, scope) = (start("20261214T190000"), Some(Scope::Following));
    let saved = engine
        .move_occurrence(id, at, &place("20261214T180000"), scope, None, None)
        .expect("moved");
    let (head, rest) = (world.draft(id), world.draft(saved.event.parse().expect("an id")));
    assert_eq!(
        (head.exdates.as_slice(), head.rdates.as_slice()),
        (&["20261130T190000".to_string()][..], &["20261125T190000".to_string()][..])
    );
    assert_eq!(
        (rest.exdates.as_slice(), rest.rdates.as_slice()),
        (&["20261228T180000".to_string()][..], &["20261230T180000".to_string()][..])
    );
    assert_eq!(
        (head.overrides[0].original.as_str(), head.overrides[0].start.as_str()),
        ("20261207T190000", "20261216T200000")
    );
    assert_eq!(
        (rest.overrides[0].original.as_str(), rest.overrides[0].start.as_str()),
        ("20261221T180000", "20261209T200000")
    );
    world.wait_until("2027-01-02T12:00");
    let told: Vec<_> = world.sent.iter().map(|s| &s.at[5..16]).collect();
    assert_eq!(
        told,
        ["11-23T17:50", "11-25T17:50", "12-09T18:50", "12-14T16:50", "12-16T18:50", "12-30T16:50"]
    );
}

#[test]
fn from_the_first_one_on_is_all_of_it() {
    let (mut world, id) = choir(|d| d.exdates = vec!["20261123T190000".into()]);
    let (saved, same) = following(&mut world, id, "20261130T190000", |d| d.title = "Bach".into());
    assert_eq!((same, saved.parted_from), (id, None));
    let deleted = world.engine().delete(&about(id, "20261130T190000", Scope::Following));
    assert_eq!(deleted.expect("deleted").effect.cancelled, 1);
    assert!(world.engine().event(id).is_err());
}

#[test]
fn one_undo_makes_one_series_of_both_and_redo_parts_it_again_also_after_some_were_told() {
    let (mut world, id) = choir(|d| d.rules = vec!["FREQ=WEEKLY;UNTIL=20261231T000000Z".into()]);
    let before = world.draft(id);
    let (_, rest) = following(&mut world, id, "20261130T190000", |d| d.title = "Bach".into());
    let halves = [world.draft(id), world.draft(rest)];
    world.wait_until("2026-12-01T12:00");
    assert_eq!(world.titles(), ["Choir", "Bach"]);
    assert_eq!(undo(&mut world), "Change “Bach” from 30 Nov 2026 on");
    assert_eq!(world.draft(id), before);
    assert!(world.engine().event(rest).is_err());
    assert!(world.deliveries().iter().all(|l| l.row.event == Some(id)));
    world.wait_until("2026-12-08T12:00");
    assert_eq!(redo(&mut world), "Change “Bach” from 30 Nov 2026 on");
    assert_eq!([world.draft(id), world.draft(rest)], halves);
    world.wait_until("2026-12-15T12:00");
    assert_eq!(world.titles(), ["Choir", "Bach", "Choir", "Bach"]);
    undo(&mut world);
    world.wait_until("2027-01-15T12:00");
    assert_eq!(world.titles(), ["Choir", "Bach", "Choir", "Bach", "Choir", "Choir"]);
}

#[test]
fn a_part_can_be_parted_again_and_all_of_it_undone() {
    let (mut world, id) = choir(|d| d.rules = vec!["FREQ=WEEKLY;COUNT=6".into()]);
    let before = world.draft(id);
    let (_, second) = following(&mut world, id, "20261130T190000", |d| d.title = "B".into());
    let (_, third) = following(&mut world, second, "20261214T190000", |d| d.title = "C".into());
    let rules = [id, second, third].map(|id| world.draft(id).rules.join(" "));
    assert_eq!(rules, ["FREQ=WEEKLY;COUNT=1", "FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;COUNT=3"]);
    // A half that was changed since stands in the way of nothing but its own undo.
    world.wait_until("2026-12-01T12:00");
    undo(&mut world);
    undo(&mut world);
    assert_eq!(world.draft(id), before);
    redo(&mut world);
    redo(&mut world);
    world.wait_until("2027-01-15T12:00");
    assert_eq!(world.titles(), ["Choir", "B", "B", "C", "C", "C"]);
}

#[test]
fn the_file_a_parted_series_came_from_changes_nothing_and_a_newer_one_both_halves() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let import = |world: &mut World, sequence: u32| {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:choir\nSEQUENCE:{sequence}\nSUMMARY:Choir {sequence}\nDTSTART:20261123T180000Z\nRRULE:FREQ=WEEKLY;COUNT=5\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        let file = ImportFile {
            deleted: Default::default(),
            bytes: text.as_bytes(),
            target: Into::Calendar(CalendarId::FIRST),
            mode: Mode::Apply,
            alarmless: Alarmless::KindDefaults,
        };
        world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("imported");
        world.run();
    };
    import(&mut world, 0);
    let id = world.deliveries()[0].row.event.expect("an event");
    let (_, rest) = following(&mut world, id, "20261130T180000", |d| d.title = "Bach".into());
    let halves = [world.draft(id), world.draft(rest)];
    import(&mut world, 0);
    assert_eq!([world.draft(id), world.draft(rest)], halves);
    world.engine().delete(&Target::all(rest)).expect("deleted");
    import(&mut world, 0);
    assert!(world.engine().event(rest).is_err());
    undo(&mut world);
    import(&mut world, 1);
    let rules = [id, rest].map(|id| world.draft(id).rules.concat());
    assert_eq!(rules, ["FREQ=WEEKLY;COUNT=1", "FREQ=WEEKLY;COUNT=4"]);
    world.wait_until("2027-01-15T12:00");
    assert_eq!(world.titles(), ["Choir 1"; 5]);
}

#[test]
fn both_halves_come_out_in_a_file_and_go_in_again_as_they_are() {
    let (mut world, id) = choir(|d| d.rules = vec!["FREQ=WEEKLY;COUNT=5".into()]);
    let (_, rest) = following(&mut world, id, "20261207T190000", |d| d.title = "Bach".into());
    let halves = [world.draft(id), world.draft(rest)];
    let file = world.engine().export(&What::All).expect("a file").text;
    let uids = [id, rest].map(|id| format!("UID:{id}"));
    assert!(uids.iter().all(|uid| file.contains(uid)), "{file}");
    let import = |world: &mut World, text: &str| {
        let file = ImportFile {
            deleted: Default::default(),
            bytes: text.as_bytes(),
            target: Into::Calendar(CalendarId::FIRST),
            mode: Mode::Apply,
            alarmless: Alarmless::Silent,
        };
        world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("imported");
        world.run();
    };
    import(&mut world, &file);
    assert_eq!([world.draft(id), world.draft(rest)], halves);
    // A newer first half takes nothing from the second.
    let newer = file.replacen("SUMMARY:Choir", "SEQUENCE:7\r\nSUMMARY:Singing", 1);
    import(&mut world, &newer);
    assert_eq!([world.draft(id).title.as_str(), &world.draft(rest).title], ["Singing", "Bach"]);
    world.wait_until("2027-01-15T12:00");
    assert_eq!(world.titles(), ["Singing", "Singing", "Bach", "Bach", "Bach"]);
}

#[test]
fn a_calendar_with_both_halves_goes_and_comes_back_with_all_that_was_planned() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let work =
        world.engine().save_calendar(None, "Work", "teal", true, None).expect("a calendar").id;
    let id = world.add(EventDraft {
        rules: vec!["FREQ=WEEKLY".into()],
        calendar: work.to_string(),
        ..draft("appointment", "Choir", "20261123T190000", Some(BERLIN))
    });
    following(&mut world, id, "20261207T190000", |d| d.title = "Bach".into());
    let rows = world.rows();
    let gone = world.engine().delete_calendar(work, None).expect("deleted");
    assert_eq!((gone.effect.cancelled, world.rows().as_str()), (2, ""));
    undo(&mut world);
    assert_eq!(world.rows().replace(" planned.again ", " planned "), rows);
    world.wait_until("2026-12-15T12:00");
    assert_eq!(world.titles(), ["Choir", "Choir", "Bach", "Bach"]);
}

#[test]
fn a_journey_moves_both_halves_of_a_floating_series_and_tells_nothing_twice() {
    let mut world = World::at("2026-11-23T07:00[America/New_York]");
    let id = world.add(EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        ..draft("note", "Pill", "20261123T080000", None)
    });
    following(&mut world, id, "20261124T080000", |d| d.title = "Half a pill".into());
    world.wait_until("2026-11-23T08:30");
    let there = calendar::zones::ZoneName::stored("America/Los_Angeles");
    world.engine().set_machine_zone(&there).expect("moved");
    world.wait_until("2026-11-24T08:30");
    assert_eq!(world.titles(), ["Pill", "Half a pill"]);
    assert_eq!(world.sent[1].at, "2026-11-24T16:00:00Z");
}

/// A series as Google has it once it parted it from 7 December on, where we parted it, too; the
/// second part at another hour.
fn parted_by_google(is_second_first: bool) -> String {
    let first = "BEGIN:VEVENT\nUID:choir@google.com\nDTSTAMP:20261124T000000Z\nSEQUENCE:1\nSUMMARY:Choir\nDTSTART;TZID=Europe/Berlin:20261123T190000\nRRULE:FREQ=WEEKLY;UNTIL=20261206T225959Z\nEND:VEVENT\n";
    let second = "BEGIN:VEVENT\nUID:choir_R20261207T190000@google.com\nDTSTAMP:20261124T000000Z\nSEQUENCE:1\nSUMMARY:Choir late\nDTSTART;TZID=Europe/Berlin:20261207T193000\nRRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT\n";
    let [one, two] = if is_second_first { [second, first] } else { [first, second] };
    format!("BEGIN:VCALENDAR\n{one}{two}END:VCALENDAR\n")
}

#[test]
fn a_series_that_google_parted_over_a_parting_of_ours_is_there_once() {
    for (at, is_second_first) in [
        ("20261207T190000", false),
        ("20261207T190000", true),
        ("20261214T190000", true),
        ("20261130T190000", false),
    ] {
        let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
        let import = |world: &mut World, text: &str| {
            let file = ImportFile {
                deleted: Default::default(),
                bytes: text.as_bytes(),
                target: Into::Calendar(CalendarId::FIRST),
                mode: Mode::Apply,
                alarmless: Alarmless::KindDefaults,
            };
            let done = world.engine().import(&file, &mut |_, _| ControlFlow::Continue(()));
            world.run();
            done.expect("imported")
        };
        let whole = parted_by_google(false).replace("UNTIL=20261206T225959Z", "COUNT=5");
        let whole = whole.replace("SEQUENCE:1", "SEQUENCE:0").replace("20261124T0", "20261122T0");
        let second = whole.rfind("BEGIN:VEVENT").expect("two");
        import(&mut world, &format!("{}END:VCALENDAR\n", &whole[..second]));
        let id = world.deliveries()[0].row.event.expect("an event");
        let (_, rest) = following(&mut world, id, at, |d| d.title = "Bach".into());
        let halves = [world.draft(id), world.draft(rest)];
        let text = parted_by_google(is_second_first);
        let trail = import(&mut world, &text).trail;
        assert!(world.engine().event(rest).is_err(), "{at}");
        assert_eq!(import(&mut world, &text).unchanged, 2);
        let mut events: Vec<_> = world.events().into_iter().map(|id| world.draft(id)).collect();
        events.sort_by(|a, b| a.start.cmp(&b.start));
        let said: Vec<_> = events.iter().map(|d| format!("{} {}", d.start, d.title)).collect();
        assert_eq!(said, ["20261123T190000 Choir", "20261207T193000 Choir late"], "{at}");
        world.engine().take_back(trail).expect("taken back");
        assert_eq!([world.draft(id), world.draft(rest)], halves, "{at}");
        import(&mut world, &text);
        world.wait_until("2027-01-15T12:00");
        assert_eq!(world.titles(), ["Choir", "Choir", "Choir late", "Choir late", "Choir late"]);
    }
}
