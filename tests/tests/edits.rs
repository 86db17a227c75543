//! What will ring is right after every edit: undone, moved there and back, switched off and on,
//! deleted and brought back, and after moves nobody asked for (I14, I26).

use acceptance::world::{World, draft, reminder, reminders};
use calendar::{draft::EventDraft, id::EventId, zones::ZoneName};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule, Unavailable},
};

const BERLIN: &str = "Europe/Berlin";
const ARMED: &str = "Mon 23 09:50 scheduled planned Dentist";

/// Monday 09:00; the dentist is at 10:00 and will be told at 09:50.
fn dentist() -> (World, EventId) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    assert_eq!(world.rows(), ARMED);
    (world, id)
}

fn change(world: &mut World, id: EventId, change: impl FnOnce(&mut EventDraft)) {
    let mut draft = world.draft(id);
    change(&mut draft);
    world.save(Some(id), draft);
}

#[test]
fn retitling_keeps_the_row_its_id_and_key() {
    let (mut world, id) = dentist();
    let before = world.only();
    change(&mut world, id, |d| d.title = "Dr. Weiss".into());
    assert_eq!(world.only(), before);
    world.wait_until("2026-11-23T11:00");
    assert_eq!(world.titles(), ["Dr. Weiss"]);
}

#[test]
fn moving_there_and_back_rings_at_the_first_moment_once() {
    let (mut world, id) = dentist();
    change(&mut world, id, |d| d.start = "20261123T150000".into());
    assert_eq!(world.rows(), "Mon 23 14:50 scheduled planned Dentist");
    change(&mut world, id, |d| d.start = "20261123T100000".into());
    assert_eq!(
        world.rows(),
        "Mon 23 09:50 scheduled brought.back Dentist".replace("brought.back", "planned.again")
    );
    world.wait_until("2026-11-23T18:00");
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn moving_after_it_was_told_arms_it_again_and_moving_back_does_not() {
    let (mut world, id) = dentist();
    world.wait_until("2026-11-23T09:55");
    change(&mut world, id, |d| d.start = "20261123T150000".into());
    change(&mut world, id, |d| d.start = "20261123T100000".into());
    change(&mut world, id, |d| d.start = "20261123T150000".into());
    world.wait_until("2026-11-23T18:00");
    assert_eq!(
        world.rows(),
        "Mon 23 09:50 completed told.on_time Dentist\nMon 23 14:50 completed told.on_time Dentist"
    );
}

#[test]
fn undo_and_redo_end_where_they_began() {
    let (mut world, id) = dentist();
    change(&mut world, id, |d| d.start = "20261123T150000".into());
    world.engine().undo(None).expect("undo");
    assert_eq!(world.rows(), "Mon 23 09:50 scheduled planned.again Dentist");
    world.engine().redo(None).expect("redo");
    assert_eq!(world.rows(), "Mon 23 14:50 scheduled planned.again Dentist");
    world.engine().undo(None).expect("undo the move");
    world.engine().undo(None).expect("undo the creation");
    assert_eq!(world.rows(), "");
    world.engine().redo(None).expect("it is there again");
    assert_eq!(world.rows(), "Mon 23 09:50 scheduled planned.again Dentist");
}

#[test]
fn an_offset_changed_and_restored_rings_once() {
    let (mut world, id) = dentist();
    change(&mut world, id, |d| d.reminders = reminders(&["-PT30M"]));
    assert_eq!(world.rows(), "Mon 23 09:30 scheduled planned Dentist");
    change(&mut world, id, |d| d.reminders = reminders(&["-PT10M"]));
    world.wait_until("2026-11-23T12:00");
    assert_eq!(world.rows(), "Mon 23 09:50 completed told.on_time Dentist");
}

#[test]
fn switched_off_it_is_silent_and_switched_on_it_rings() {
    let (mut world, id) = dentist();
    change(&mut world, id, |d| d.disabled = true);
    assert_eq!(world.rows(), "");
    assert!(world.all_rows().contains("cancelled cancelled.disabled"), "{}", world.all_rows());
    change(&mut world, id, |d| d.disabled = false);
    world.wait_until("2026-11-23T12:00");
    assert_eq!(world.rows(), "Mon 23 09:50 completed told.on_time Dentist");
}

#[test]
fn switched_on_again_after_its_moment_it_is_brought_back_and_use_by_decides() {
    let (mut world, id) = dentist();
    change(&mut world, id, |d| d.disabled = true);
    world.wait_until("2026-11-23T10:05");
    change(&mut world, id, |d| d.disabled = false);
    assert!(world.rows().starts_with("Mon 23 09:50 completed late."), "{}", world.rows());
    let (mut world, id) = dentist();
    change(&mut world, id, |d| d.disabled = true);
    world.wait_until("2026-11-23T11:00");
    change(&mut world, id, |d| d.disabled = false);
    assert_eq!(world.rows(), "Mon 23 09:50 expired expired.event_over Dentist");
    assert!(world.sent.is_empty());
}

#[test]
fn deleted_and_undone_it_rings() {
    let (mut world, id) = dentist();
    let answer = world.engine().delete_event(id, None, None).expect("deleted");
    assert_eq!(answer.effect.cancelled, 1);
    assert_eq!(world.rows(), "");
    world.engine().undo(None).expect("undo");
    world.wait_until("2026-11-23T12:00");
    assert_eq!(world.rows(), "Mon 23 09:50 completed told.on_time Dentist");
}

#[test]
fn a_rule_changed_and_undone_rings_as_before() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let rule = |r: &str| vec![r.to_string()];
    let weekly = EventDraft {
        rules: rule("FREQ=WEEKLY;BYDAY=MO,WE"),
        ..draft("appointment", "Choir", "20261123T190000", Some(BERLIN))
    };
    let id = world.add(weekly);
    change(&mut world, id, |d| d.rules = rule("FREQ=WEEKLY;BYDAY=MO,TH"));
    world.engine().undo(None).expect("undo");
    world.wait_until("2026-11-30T23:00");
    assert_eq!(
        world.rows().lines().filter(|l| l.contains("told")).collect::<Vec<_>>(),
        [
            "Mon 23 18:50 completed told.on_time Choir",
            "Wed 25 18:50 completed told.on_time Choir",
            "Mon 30 18:50 completed told.on_time Choir"
        ]
    );
}

#[test]
fn an_edit_never_makes_a_reminder_that_is_already_due_and_says_so() {
    let mut world = World::at("2026-11-23T09:55[Europe/Berlin]");
    let saved = world.save(None, draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    assert_eq!(saved.effect.passed.len(), 1);
    assert_eq!(saved.effect.passed[0].trigger, "-PT10M");
    assert_eq!(world.rows(), "Mon 23 09:50 skipped skipped.past_when_saved Dentist");
    let id = saved.event.parse().expect("an id");
    // Moved an hour ahead its moment is ahead too, and it rings.
    change(&mut world, id, |d| d.start = "20261123T110000".into());
    world.wait_until("2026-11-23T12:00");
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn moved_into_the_past_by_a_person_it_is_skipped() {
    let (mut world, id) = dentist();
    world.wait_until("2026-11-23T09:30");
    change(&mut world, id, |d| d.start = "20261123T093500".into());
    assert!(world.sent.is_empty());
    assert!(world.rows().contains("skipped skipped.past_when_saved"), "{}", world.rows());
}

#[test]
fn a_floating_event_follows_the_machine_and_is_not_told_twice() {
    let mut world = World::at("2026-11-23T07:00[America/New_York]");
    let pill = EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        ..draft("note", "Pill", "20261123T080000", None)
    };
    world.add(pill);
    world.wait_until("2026-11-23T08:30");
    assert_eq!(world.sent.len(), 1);
    // Told in New York at 08:00; in Los Angeles it is 05:30, and 08:00 comes once more.
    world.engine().set_machine_zone(&ZoneName::stored("America/Los_Angeles")).expect("moved");
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    world.wait_until("2026-11-24T08:30");
    assert_eq!(world.sent.len(), 2, "{}", world.rows());
    assert_eq!(world.sent[1].at, "2026-11-24T16:00:00Z");
}

#[test]
fn a_floating_reminder_told_far_away_is_told_again_where_its_hour_comes_round_much_later() {
    let mut world = World::at("2026-11-23T07:00[Asia/Tokyo]");
    let pill = EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        ..draft("note", "Pill", "20261123T080000", None)
    };
    world.add(pill);
    world.wait_until("2026-11-23T08:30");
    assert_eq!(world.sent.len(), 1);
    world.engine().set_machine_zone(&ZoneName::stored("America/Los_Angeles")).expect("moved");
    world.wait_until("2026-11-23T08:30");
    assert_eq!(world.sent.len(), 2, "{}", world.rows());
    assert_ne!(world.sent[0].key, world.sent[1].key);
}

#[test]
fn who_is_home_before_an_hour_comes_round_again_hears_of_it_no_more() {
    let mut world = World::at("2026-11-23T07:00[Asia/Tokyo]");
    world.add(draft("note", "Pill", "20261123T080000", None));
    world.wait_until("2026-11-23T08:30");
    assert_eq!(world.sent.len(), 1);
    for zone in ["America/Los_Angeles", "Asia/Tokyo"] {
        world.engine().set_machine_zone(&ZoneName::stored(zone)).expect("moved");
        world.run();
    }
    world.wait_until("2026-11-25T09:00");
    assert_eq!(world.sent.len(), 1, "{}", world.all_rows());
}

#[test]
fn what_was_told_days_ago_is_not_told_again_after_a_journey() {
    let mut world = World::at("2026-11-23T07:00[Asia/Tokyo]");
    world.add(draft("note", "Pill", "20261123T080000", None));
    world.wait_until("2026-11-25T12:00");
    assert_eq!(world.sent.len(), 1);
    world.engine().set_machine_zone(&ZoneName::stored("America/Los_Angeles")).expect("moved");
    world.wait_until("2026-11-25T12:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
}

#[test]
fn a_rule_by_the_second_is_refused_on_the_desktop() {
    let world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let save = engine::events::Save {
        draft: EventDraft {
            rules: vec!["FREQ=SECONDLY".into()],
            ..draft("note", "Tick", "20261123T080000", Some(BERLIN))
        },
        ..engine::events::Save::default()
    };
    let refused = world.engine().save_event(&save).expect_err("refused");
    assert_eq!(
        refused.to_string(),
        "the rule repeats by the second: on the desktop a minute is the finest"
    );
    assert_eq!(world.all_rows(), "");
}

#[test]
fn an_unsent_floating_reminder_moved_into_the_past_by_travel_is_told_late() {
    let mut world = World::at("2026-11-23T07:00[America/Los_Angeles]");
    world.add(draft("note", "Pill", "20261123T080000", None));
    world.engine().set_machine_zone(&ZoneName::stored("America/New_York")).expect("moved");
    world.run();
    assert_eq!(world.rows(), "Mon 23 08:00 completed late.moved Pill");
}

#[test]
fn whole_days_not_told_yet_move_with_their_hour_and_what_was_told_stays_told() {
    let mut world = World::at("2026-11-23T08:30[Europe/Berlin]");
    for (title, day) in [("Fair", "20261123"), ("Market", "20261124"), ("Feast", "20261220")] {
        world.add(draft("note", title, day, None));
    }
    world.add(draft("note", "Pill", "20261124T083000", Some(BERLIN)));
    world.run();
    assert!(world.engine().set_all_day_hour(8).expect("set"));
    assert!(!world.engine().set_all_day_hour(8).expect("as it is"));
    world.run();
    let wanted = "Mon 23 08:00 completed late.moved Fair
Tue 24 08:00 scheduled planned Market
Tue 24 08:30 scheduled planned Pill
Sun 20 08:00 scheduled planned Feast";
    assert_eq!(world.rows(), wanted);
    world.engine().set_all_day_hour(10).expect("set");
    world.wait_until("2026-11-24T10:01");
    assert_eq!(world.titles(), ["Fair", "Pill", "Market"], "nothing is told again");
    for hour in [0, 24, -1] {
        let said = world.engine().set_all_day_hour(hour).expect_err("refused").to_string();
        assert_eq!(said, format!("whole days are told at an hour from 1 to 23, not at {hour}"));
    }
}

#[test]
fn a_new_hour_of_whole_days_is_followed_by_whoever_leads_next() {
    let mut world = World::at("2026-11-23T08:30[Europe/Berlin]");
    world.add(draft("note", "Market", "20261124", None));
    world.kill();
    let hour = "INSERT INTO setting (name, value) VALUES ('all_day_hour', '7')";
    let file = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    file.execute(hour, []).expect("set");
    world.start();
    assert_eq!(world.rows(), "Tue 24 07:00 scheduled planned Market");
}

#[test]
fn a_webhook_tried_again_goes_on_when_travel_moves_it_into_the_past() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let light = draft("note", "Light", "20261123T093000", None);
    world.add(EventDraft { reminders: Some(vec![reminder("PT0M", hook)]), ..light });
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    world.wait_until("2026-11-23T09:31");
    world.engine().set_machine_zone(&ZoneName::stored("Asia/Tokyo")).expect("moved");
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-25T09:31");
    assert_eq!(world.all_rows(), "Mon 23 09:30 completed late.retried Light");
    assert!(world.sent.iter().all(|sent| sent.key == world.sent[0].key), "{:?}", world.sent);
}

#[test]
fn an_edit_of_the_end_leaves_a_waiting_reminder_to_be_shown_as_soon_as_it_can() {
    let (mut world, id) = dentist();
    world.no_desktop = Some(Unavailable::NoNotifier);
    world.wait_until("2026-11-23T09:51");
    change(&mut world, id, |d| d.length = Some((0, 3 * 3600)));
    world.jump_to("2026-11-23T09:55");
    world.no_desktop = None;
    world.run();
    assert_eq!(world.rows(), "Mon 23 09:50 completed late.held Dentist");
}

#[test]
fn moving_one_occurrence_leaves_the_others_and_moving_all_takes_exceptions_along() {
    use engine::events::{Placement, Scope};
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let weekly = EventDraft {
        rules: vec!["FREQ=WEEKLY".into()],
        exdates: vec!["20261207T190000".into()],
        ..draft("appointment", "Choir", "20261123T190000", Some(BERLIN))
    };
    let id = world.add(weekly);
    let place = |at: &str| Placement {
        start: calendar::timing::LocalStart::parse(at).expect("a start"),
        all_day: false,
        zone: Some(BERLIN.into()),
        length: (0, 3600),
    };
    let second = calendar::timing::LocalStart::parse("20261130T190000").expect("a start");
    let engine = world.engine().clone();
    let unsaid = engine.move_occurrence(id, second, &place("20261201T200000"), None, None, None);
    assert!(matches!(unsaid, Err(engine::Error::ScopeNeeded)));
    engine
        .move_occurrence(id, second, &place("20261201T200000"), Some(Scope::This), None, None)
        .expect("moved");
    let first = calendar::timing::LocalStart::parse("20261123T190000").expect("a start");
    engine
        .move_occurrence(id, first, &place("20261124T180000"), Some(Scope::All), None, None)
        .expect("moved");
    let draft = world.draft(id);
    assert_eq!(draft.start, "20261124T180000");
    assert_eq!(draft.exdates, ["20261208T180000"]);
    assert_eq!(draft.overrides[0].original, "20261201T180000");
    world.wait_until("2026-12-23T12:00");
    let told: Vec<_> = world.sent.iter().map(|s| s.at.as_str()).collect();
    assert_eq!(
        told,
        [
            "2026-11-24T16:50:00Z",
            "2026-12-01T18:50:00Z",
            "2026-12-15T16:50:00Z",
            "2026-12-22T16:50:00Z"
        ]
    );
}

#[test]
fn the_second_of_two_edits_gets_a_conflict_and_the_same_request_acts_once() {
    use engine::events::Save;
    let (world, id) = dentist();
    let save = |title: &str, based_on, request: Option<&str>| Save {
        id: Some(id),
        draft: EventDraft { title: title.into(), ..world.draft(id) },
        based_on: Some(based_on),
        following: None,
        allow_past: true,
        request: request.map(Into::into),
    };
    let first = world.engine().save_event(&save("A", 1, Some("r1"))).expect("saved");
    let again = world.engine().save_event(&save("A", 1, Some("r1"))).expect("the first answer");
    assert_eq!(first, again);
    let second = world.engine().save_event(&save("B", 1, None));
    assert!(matches!(second, Err(engine::Error::Conflict { expected: 1, found: 2 })), "{second:?}");
    assert_eq!(world.draft(id).title, "A");
}

#[test]
fn a_title_is_one_line_and_a_move_cancels_nothing_that_rings_at_another_moment() {
    let (mut world, id) = dentist();
    let mut draft = world.draft(id);
    draft.title = "two\nlines\u{1b}[31m \u{202e}live".into();
    draft.start = "20261123T150000".into();
    let saved = world.save(Some(id), draft);
    assert_eq!((saved.effect.cancelled, saved.effect.planned), (0, 1));
    assert_eq!(world.draft(id).title, "two lines [31m live");
}

#[test]
fn an_edit_after_a_long_absence_loses_none_of_what_was_missed() {
    let mut world = World::at("2026-11-23T07:55[Europe/Berlin]");
    let pill = EventDraft {
        rules: vec!["FREQ=MINUTELY;INTERVAL=10".into()],
        ..draft("note", "Drops", "20261123T080000", Some(BERLIN))
    };
    let id = world.add(pill);
    let first = world.now();
    world.kill();
    world.jump_to("2026-12-03T07:55");
    let retitled = EventDraft { title: "Eye drops".into(), ..world.draft(id) };
    world.save(Some(id), retitled);
    let counts = world.engine().counts(first, world.now()).expect("counts");
    let rows = counts.iter().map(|(.., count)| u64::from(*count)).sum::<u64>();
    let ranges = world.engine().overflows(None).expect("ranges");
    let counted = ranges.iter().map(|row| row.range.count).sum::<u64>();
    assert_eq!(rows + counted, 10 * 144, "{counts:?} {ranges:?}");
}

#[test]
fn an_exception_that_follows_the_machine_follows_it_out_of_a_zoned_series_too() {
    use engine::events::{Placement, Scope};
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let weekly = EventDraft {
        rules: vec!["FREQ=WEEKLY".into()],
        ..draft("note", "Call", "20261123T190000", Some(BERLIN))
    };
    let id = world.add(weekly);
    let first = calendar::timing::LocalStart::parse("20261123T190000").expect("a start");
    let floating = Placement {
        start: calendar::timing::LocalStart::parse("20261123T200000").expect("a start"),
        all_day: false,
        zone: None,
        length: (0, 0),
    };
    let engine = world.engine().clone();
    engine.move_occurrence(id, first, &floating, Some(Scope::This), None, None).expect("moved");
    engine.set_machine_zone(&ZoneName::stored("America/New_York")).expect("travelled");
    world.wait_until("2026-11-23T23:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    assert_eq!(world.sent[0].at, "2026-11-24T01:00:00Z");
}

#[test]
fn a_rule_that_never_happens_is_refused_and_nothing_is_saved() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let weekly = |rule: &str| EventDraft {
        rules: vec![rule.into()],
        ..draft("note", "Tea", "20261124T080000", Some(BERLIN))
    };
    let refusal = |world: &World, id: Option<EventId>, rule: &str| {
        let save = engine::events::Save { id, draft: weekly(rule), ..Default::default() };
        world.engine().save_event(&save).expect_err("refused").to_string()
    };
    let never = "FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2";
    let sentence =
        format!("the rule {never} never happens: no date fits it; change it or leave it out");
    assert_eq!(refusal(&world, None, never), sentence);
    assert_eq!(world.all_rows(), "");
    let id = world.add(weekly("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"));
    assert_eq!(refusal(&world, Some(id), never), sentence);
    assert_eq!(
        refusal(&world, Some(id), "FREQ=DAILY;UNTIL=20261123T080000"),
        "the rule FREQ=DAILY;UNTIL=20261123T080000 never happens: it ends before the event begins; change it or leave it out"
    );
    world.save(Some(id), weekly("FREQ=DAILY;COUNT=1"));
}

#[test]
fn a_rule_ends_where_its_zone_says_when_its_end_is_in_utc() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let daily = |until: &str| EventDraft {
        rules: vec![format!("FREQ=DAILY;UNTIL={until}")],
        ..draft("note", "Tea", "20261124T180000", Some(BERLIN))
    };
    let early = engine::events::Save { draft: daily("20261124T165959Z"), ..Default::default() };
    let refusal = world.engine().save_event(&early).expect_err("refused").to_string();
    assert!(refusal.contains("it ends before the event begins"), "{refusal}");
    world.add(daily("20261124T170000Z"));
    world.wait_until("2026-11-27T07:00");
    let told: Vec<_> = world.sent.iter().map(|s| s.at.as_str()).collect();
    assert_eq!(told, ["2026-11-24T17:00:00Z"]);
}
