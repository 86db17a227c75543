//! Their time: what is told by a person's clock follows that person, and is told once.

use acceptance::{
    home::Home,
    world::{World, draft, reminders},
};
use calendar::{
    draft::{EventDraft, OverrideDraft},
    ics::Alarmless,
    id::{EventId, PersonId},
};
use engine::{
    import::{ImportFile, Mode, Target},
    people::SavePerson,
};
use serde_json::Value;
use std::ops::ControlFlow;
use wire::{
    EngineHost, Host,
    dto::{MoveAnswer, MoveOccurrence, OccurrenceRef, ZoneQuery},
};

fn ana(world: &mut World, id: Option<PersonId>, zone: Option<&str>) -> PersonId {
    let zone = zone.map(Into::into);
    let save = SavePerson { id, name: "Ana".into(), zone, ..SavePerson::default() };
    let saved = world.engine().save_person(&save, None).expect("a person");
    world.run();
    saved.id.parse().expect("an id")
}

/// Ring Ana at nine of her time, on a day, told ten minutes before.
fn ring(person: PersonId, start: &str) -> EventDraft {
    EventDraft {
        person: Some(person.to_string()),
        reminders: reminders(&["-PT10M"]),
        ..draft("appointment", "Ring Ana", start, Some("@"))
    }
}

#[test]
fn nine_of_her_time_follows_her_and_keeps_its_rows() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Asia/Tokyo"));
    let event = world.add(ring(id, "20261125T090000"));
    assert_eq!(world.rows(), "Wed 25 00:50 scheduled planned Ring Ana");
    let row = world.only();
    ana(&mut world, Some(id), Some("Europe/Lisbon"));
    assert_eq!(world.rows(), "Wed 25 09:50 scheduled planned Ring Ana");
    assert_eq!((world.only(), world.draft(event).zone.as_deref()), (row, Some("@Europe/Lisbon")));
    // Without a zone of her own the last one known holds.
    ana(&mut world, Some(id), None);
    assert_eq!(world.all_rows(), "Wed 25 09:50 scheduled planned Ring Ana");
}

#[test]
fn what_was_told_by_her_clock_is_told_again_only_half_a_day_later() {
    for (to, told) in [("Europe/Lisbon", 1), ("Pacific/Honolulu", 2)] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let id = ana(&mut world, None, Some("Asia/Tokyo"));
        world.add(ring(id, "20261124T140000"));
        // Six in the morning in Berlin.
        world.wait_until("2026-11-24T06:00");
        assert_eq!(world.rows(), "Tue 24 05:50 completed told.on_time Ring Ana");
        ana(&mut world, Some(id), Some(to));
        world.wait_until("2026-11-26T09:00");
        assert_eq!(world.sent.len(), told, "{}", world.rows());
    }
}

#[test]
fn what_was_told_is_not_told_again_once_it_is_past_by_her_new_clock_too() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Asia/Tokyo"));
    world.add(EventDraft { kind: "note".into(), ..ring(id, "20261124T140000") });
    world.wait_until("2026-11-26T09:00");
    assert_eq!(world.sent.len(), 1);
    // There it was due more than a day ago, and nineteen hours after it was told.
    ana(&mut world, Some(id), Some("Pacific/Honolulu"));
    world.wait_until("2026-11-27T09:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
}

#[test]
fn what_comes_round_again_by_her_move_is_told_no_more_once_she_is_back() {
    let back = |world: &mut World, id| ana(world, Some(id), Some("Asia/Tokyo"));
    let undone = |world: &mut World, id| {
        world.engine().undo(None).expect("undone");
        world.run();
        id
    };
    for is_back in [back, undone] {
        for kind in ["note", "appointment"] {
            let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
            let id = ana(&mut world, None, Some("Asia/Tokyo"));
            world.add(EventDraft { kind: kind.into(), ..ring(id, "20261124T140000") });
            world.wait_until("2026-11-24T06:00");
            ana(&mut world, Some(id), Some("Pacific/Honolulu"));
            assert!(world.rows().contains("scheduled"), "{}", world.rows());
            world.wait_until("2026-11-24T08:00");
            is_back(&mut world, id);
            world.wait_until("2026-11-27T09:00");
            assert_eq!(world.sent.len(), 1, "{kind}: {}", world.all_rows());
            assert!(!world.rows().contains("expired"), "{}", world.rows());
        }
    }
}

#[test]
fn a_moment_that_her_move_puts_into_the_past_is_told_late_and_not_lost() {
    let mut world = World::at("2026-11-24T09:30[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Europe/Lisbon"));
    world.add(ring(id, "20261124T090000"));
    assert_eq!(world.rows(), "Tue 24 09:50 scheduled planned Ring Ana");
    ana(&mut world, Some(id), Some("Europe/Berlin"));
    assert_eq!(world.rows(), "Tue 24 08:50 completed late.moved Ring Ana");
}

#[test]
fn what_was_past_when_it_was_written_down_is_not_told_because_she_moves() {
    let mut world = World::at("2026-11-25T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Asia/Tokyo"));
    world.add(EventDraft { kind: "note".into(), ..ring(id, "20261125T150000") });
    world.wait_until("2026-11-26T10:00");
    assert_eq!(world.all_rows(), "");
    // By the clock there it was due eight hours ago.
    ana(&mut world, Some(id), Some("Pacific/Honolulu"));
    assert_eq!(world.all_rows(), "");
}

#[test]
fn who_deletes_her_keeps_her_last_zone_and_undo_gives_her_back() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Asia/Tokyo"));
    let event = world.add(ring(id, "20261125T090000"));
    let effect = world.engine().delete_person(id, None).expect("deleted");
    assert_eq!((effect.in_last_zone, effect.cancelled, effect.planned), (1, 0, 0));
    world.run();
    assert_eq!(world.all_rows(), "Wed 25 00:50 scheduled planned Ring Ana");
    assert_eq!(world.draft(event).person, None);
    world.engine().undo(None).expect("undone");
    ana(&mut world, Some(id), Some("Europe/Lisbon"));
    assert_eq!(world.rows(), "Wed 25 09:50 scheduled planned Ring Ana");
}

#[test]
fn one_undo_gives_her_back_with_her_days_and_what_follows_her() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Asia/Tokyo"));
    let save = SavePerson {
        id: Some(id),
        name: "Ana".into(),
        zone: Some("Asia/Tokyo".into()),
        birthday: Some("1990-02-28".into()),
        anniversary: Some("2015-06-05".into()),
        leap_day: None,
    };
    world.engine().save_person(&save, None).expect("saved");
    let event = world.add(ring(id, "20261125T090000"));
    world.engine().delete_person(id, None).expect("deleted");
    let undone = world.engine().undo(None).expect("undone");
    assert_eq!((undone.label.as_str(), undone.refused), ("Delete “Ana”", None));
    assert_eq!(world.draft(event).person, Some(id.to_string()));
    let back = world.engine().people().expect("people");
    assert_eq!(back[0].birthday.as_deref(), Some("1990-02-28"));
    world.run();
    let rows = world.all_rows();
    assert!(rows.contains("Ana’s birthday") && rows.contains("Ana’s anniversary"), "{rows}");
    // What was done before her deletion is next.
    let next = world.engine().undo_labels().expect("labels").0;
    assert!(next.is_some_and(|label| label.contains("Ring Ana")));
}

/// Ana comes in from a card, or is changed by it.
fn card(world: &mut World, zone: &str, rev: &str) -> PersonId {
    let text =
        format!("BEGIN:VCARD\nVERSION:4.0\nUID:ana\nFN:Ana\nTZ:{zone}\nREV:{rev}\nEND:VCARD\n");
    let file = ImportFile {
        deleted: Default::default(),
        bytes: text.as_bytes(),
        target: Target::Named("Personal".into()),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    };
    world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("a card");
    world.run();
    world.engine().people().expect("people")[0].person.id
}

#[test]
fn undo_takes_a_card_back_that_moved_her_and_then_the_edit_before_it() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = card(&mut world, "Asia/Tokyo", "20261101T000000Z");
    let event = world.add(ring(id, "20261125T090000"));
    world.save(Some(event), EventDraft { title: "Ring her".into(), ..world.draft(event) });
    assert_eq!(world.rows(), "Wed 25 00:50 scheduled planned Ring her");
    card(&mut world, "Europe/Lisbon", "20261102T000000Z");
    assert_eq!(world.rows(), "Wed 25 09:50 scheduled planned Ring her");
    for title in ["Ring her", "Ring Ana"] {
        assert_eq!(world.engine().undo(None).expect("undone").refused, None);
        world.run();
        assert_eq!(world.rows(), format!("Wed 25 00:50 scheduled planned {title}"));
    }
}

#[test]
fn undo_takes_her_move_back_first_and_then_the_edit_before_it() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Asia/Tokyo"));
    let event = world.add(EventDraft {
        rules: vec!["FREQ=YEARLY;UNTIL=20291125T000000Z".into()],
        ..ring(id, "20261125T090000")
    });
    world.save(Some(event), EventDraft { title: "Ring her".into(), ..world.draft(event) });
    ana(&mut world, Some(id), Some("Europe/Lisbon"));
    assert_eq!(world.draft(event).rules, ["FREQ=YEARLY;UNTIL=20291125T090000"]);
    for (label, then) in [
        ("Change “Ana”", "Wed 25 00:50 scheduled planned Ring her"),
        ("Change “Ring her”", "Wed 25 00:50 scheduled planned Ring Ana"),
    ] {
        assert_eq!(world.engine().undo(None).expect("undone").label, label);
        world.run();
        assert_eq!(world.rows(), then);
    }
}

#[test]
fn an_exception_and_a_drop_stay_in_her_time() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Europe/Lisbon"));
    let own = OverrideDraft {
        original: "20261125T090000".into(),
        start: "20261125T110000".into(),
        zone: Some("@Europe/Lisbon".into()),
        length: (0, 3_600),
        ..OverrideDraft::default()
    };
    let rules = vec!["FREQ=DAILY;COUNT=2".into()];
    let series = EventDraft { rules, overrides: vec![own], ..ring(id, "20261124T090000") };
    let event = world.add(series);
    let once = world.add(EventDraft { title: "Once".into(), ..ring(id, "20261127T090000") });
    drop_at(&world, once, "20261127T090000", 16 * 60);
    assert_eq!(world.draft(once).start, "20261127T150000");
    ana(&mut world, Some(id), Some("Asia/Tokyo"));
    assert_eq!(world.draft(event).overrides[0].zone.as_deref(), Some("@Asia/Tokyo"));
    assert_eq!(
        world.rows(),
        "Tue 24 00:50 scheduled planned Ring Ana\nWed 25 02:50 scheduled planned Ring Ana\nFri 27 06:50 scheduled planned Once"
    );
}

fn drop_at(world: &World, event: EventId, original: &str, wall_min: i32) {
    let asked = MoveOccurrence {
        event: event.to_string(),
        original: original.into(),
        date: "2026-11-27".into(),
        wall_min: Some(wall_min),
        fold: None,
        duration_min: None,
        days: None,
        all_day: None,
        scope: None,
        version: 1,
        request_id: "drop".into(),
    };
    let answer = EngineHost::new(world.engine().clone()).move_occurrence(asked).expect("moved");
    assert!(matches!(answer, MoveAnswer::Done { .. }), "{answer:?}");
}

#[test]
fn a_time_of_nobody_and_of_somebody_without_a_zone_is_refused() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, None);
    let refused = |draft: EventDraft| {
        let save = engine::events::Save { draft, ..Default::default() };
        world.engine().save_event(&save).expect_err("refused").to_string()
    };
    let of_ana = ring(id, "20261125T090000");
    assert_eq!(refused(of_ana.clone()), "Ana has no zone: give one to the person first");
    let of_nobody = EventDraft { person: None, ..of_ana };
    assert_eq!(refused(of_nobody), "a time in a person's zone needs the person: say whose");
}

#[test]
fn the_window_shows_both_times_and_offers_people() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Asia/Tokyo"));
    let event = world.add(ring(id, "20261125T090000"));
    let host = EngineHost::new(world.engine().clone());
    let named = OccurrenceRef { event: event.to_string(), original: "20261125T090000".into() };
    let shown = host.occurrence(named.clone()).expect("a detail");
    assert_eq!((shown.start.date.as_str(), shown.start.wall_min), ("2026-11-25", Some(60)));
    let there = shown.elsewhere.expect("another clock");
    assert_eq!(
        (there.wall_min, there.city.as_str(), there.whose.as_deref()),
        (540, "Tokyo", Some("Ana"))
    );
    let form = host.editor_get(named).expect("a form");
    let zone = form.draft.timing.zone.expect("a zone");
    assert_eq!((zone.id.as_str(), zone.city.as_str()), ("@Asia/Tokyo", "Ana, Tokyo"));
    let asked = |people| ZoneQuery { text: "an".into(), limit: 8, people };
    let found = host.zones(asked(true)).expect("zones").remove(0);
    assert_eq!((found.id, found.person), ("@Asia/Tokyo".into(), Some(id.to_string())));
    assert!(host.zones(asked(false)).expect("zones").iter().all(|zone| zone.person.is_none()));
}

fn said(home: &Home, words: &[&str]) -> (String, Value) {
    let run = |more: &[&str]| {
        let output = home.command("carillon").args(words).args(more).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    match words[0] {
        // What changes something is asked for once.
        "add" | "move" | "person" => (run(&[]), Value::Null),
        _ => (run(&[]), serde_json::from_str(&run(&["--json"])).expect("JSON")),
    }
}

#[test]
fn the_command_line_takes_her_time_and_says_both() {
    let home = Home::new();
    said(&home, &["person", "add", "Ana", "--zone", "Asia/Tokyo"]);
    let (text, _) =
        said(&home, &["add", "Ring Ana", "--at", "2031-02-03T16:00", "--zone-of", "Ana"]);
    assert!(text.contains("which is Ana’s time"), "{text}");
    let stretch = ["list", "--from", "2031-02-03", "--to", "2031-02-04"];
    let (text, json) = said(&home, &stretch);
    assert!(text.contains(" · 16:00 for Ana, Tokyo"), "{text}");
    assert_eq!(
        (&json[0]["zone_of"], &json[0]["here"].as_str().map(|h| h.len() > 20)),
        (&"Ana".into(), &Some(true))
    );
    let (text, json) = said(&home, &["next"]);
    assert!(text.contains("· 16:00 for Ana, Tokyo"), "{text}");
    assert_eq!(json[0]["start"], "2031-02-03T16:00:00+09:00[Asia/Tokyo]");
    let (text, _) = said(&home, &["person", "edit", "Ana", "--zone", "America/New_York"]);
    assert!(text.starts_with("Changed Ana: America/New_York"), "{text}");
    let (_, json) = said(&home, &["next"]);
    assert_eq!(json[0]["start"], "2031-02-03T16:00:00-05:00[America/New_York]");
    let (text, json) = said(&home, &["show", json[0]["event"].as_str().expect("an id")]);
    assert!(text.contains("which is Ana’s time"), "{text}");
    assert_eq!((&json["zone"], &json["zone_of"]), (&"America/New_York".into(), &"Ana".into()));
    let id = json["id"].as_str().expect("an id");
    said(&home, &["move", id, "--to", "2031-02-03T17:00"]);
    let (_, json) = said(&home, &["show", id]);
    assert_eq!(json["start"], "2031-02-03T17:00:00-05:00[America/New_York]");
    assert_eq!(json["zone_of"], "Ana");
    let (text, _) = said(&home, &["person", "delete", "Ana"]);
    assert!(text.contains("1 event in their time stays in America/New_York"), "{text}");
}

#[test]
fn a_snooze_outlives_the_person_and_the_edits_after_that() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let id = ana(&mut world, None, Some("Asia/Tokyo"));
    let event = world.add(EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=2".into()],
        ..ring(id, "20261124T140000")
    });
    // Six in the morning in Berlin.
    world.wait_until("2026-11-24T06:00");
    let told = world.deliveries()[0].row.id;
    let until = "2026-11-24T09:00:00Z".parse().expect("a moment");
    world.engine().snooze(told, until, "test").expect("it sleeps");
    world.run();
    let ids = |world: &World| world.deliveries().iter().map(|l| l.row.id).collect::<Vec<_>>();
    let (rows, before) = (world.rows(), ids(&world));
    world.engine().delete_person(id, None).expect("deleted");
    world.save(Some(event), EventDraft { title: "Ring".into(), ..world.draft(event) });
    let draft = EventDraft { place: "Tokyo".into(), ..world.draft(event) };
    world.save(Some(event), draft);
    assert_eq!((world.all_rows(), ids(&world)), (rows.replace("Ring Ana", "Ring"), before));
    world.wait_until("2026-11-24T12:00");
    assert_eq!(world.titles().last().map(String::as_str), Some("Ring"));
    assert_eq!(world.sent.len(), 2, "{}", world.rows());
}
