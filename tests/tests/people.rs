//! People: their birthdays go where they go, and their events outlive them.

use acceptance::world::{World, draft};
use calendar::{draft::EventDraft, ics::Alarmless, id::PersonId};
use engine::{
    import::{ImportFile, Mode, Target},
    people::SavePerson,
};
use std::ops::ControlFlow;

const BERLIN: &str = "Europe/Berlin";

fn ana(id: Option<PersonId>, zone: &str, leap_day: &str) -> SavePerson {
    SavePerson {
        id,
        name: "Ana".into(),
        zone: Some(zone.into()),
        birthday: Some("1992-02-29".into()),
        leap_day: Some(leap_day.into()),
        ..SavePerson::default()
    }
}

fn save(world: &mut World, person: &SavePerson) -> PersonId {
    let saved = world.engine().save_person(person, None).expect("a person");
    world.run();
    saved.id.parse().expect("an id")
}

/// It is ten in the morning of her birthday in Berlin, and one at night in Los Angeles.
fn in_los_angeles() -> (World, PersonId) {
    let mut world = World::at("2027-02-28T10:00[Europe/Berlin]");
    let id = save(&mut world, &ana(None, "America/Los_Angeles", "backward"));
    assert_eq!(world.rows(), "Sun 28 18:00 scheduled planned Ana’s birthday");
    (world, id)
}

#[test]
fn a_birthday_whose_hour_passes_by_a_corrected_zone_is_told_late() {
    let (mut world, id) = in_los_angeles();
    save(&mut world, &ana(Some(id), "Europe/Berlin", "backward"));
    let told = "Sun 28 09:00 completed late.moved Ana’s birthday";
    assert_eq!(world.rows().lines().next(), Some(told), "{}", world.rows());
    assert_eq!(world.sent.len(), 1);
    // Back again: told is told.
    save(&mut world, &ana(Some(id), "America/Los_Angeles", "backward"));
    world.wait_until("2027-03-03T10:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
}

#[test]
fn a_birthday_on_another_day_by_the_leap_policy_is_told_late_too() {
    let mut world = World::at("2027-02-28T10:00[Europe/Berlin]");
    let id = save(&mut world, &ana(None, "Europe/Berlin", "forward"));
    assert_eq!(world.rows(), "Mon 01 09:00 scheduled planned Ana’s birthday");
    save(&mut world, &ana(Some(id), "Europe/Berlin", "backward"));
    let told = "Sun 28 09:00 completed late.moved Ana’s birthday";
    assert_eq!(world.rows().lines().next(), Some(told), "{}", world.rows());
}

#[test]
fn every_all_day_event_of_a_person_follows_the_corrected_zone() {
    let (mut world, id) = in_los_angeles();
    world.add(name_day(id));
    assert!(world.rows().contains("Sun 28 18:00 scheduled planned Name day"), "{}", world.rows());
    save(&mut world, &ana(Some(id), "Asia/Tokyo", "backward"));
    assert!(
        world.rows().contains("Sun 28 01:00 completed late.moved Name day"),
        "{}",
        world.rows()
    );
}

fn name_day(id: PersonId) -> EventDraft {
    EventDraft {
        person: Some(id.to_string()),
        reminders: acceptance::world::reminders(&["PT0M"]),
        ..draft("note", "Name day", "20270228", None)
    }
}

#[test]
fn a_deleted_person_takes_the_birthday_along_and_no_other_event() {
    let (mut world, id) = in_los_angeles();
    let day = world.add(name_day(id));
    let effect = world.engine().delete_person(id, None).expect("deleted");
    world.run();
    assert_eq!(effect.cancelled, 1);
    assert!(world.engine().people().expect("people").is_empty());
    assert_eq!((world.draft(day).person, world.draft(day).start), (None, "20270228".into()));
    // Nothing unsent is lost: on that date here its hour has passed, and it is told.
    assert_eq!(world.rows(), "Sun 28 09:00 completed late.moved Name day");
    // One undo takes all of it back.
    let undone = world.engine().undo(None).expect("undo");
    assert_eq!((undone.label.as_str(), undone.title.as_str()), ("Delete “Ana”", "Ana"));
    world.run();
    assert!(world.rows().contains("Sun 28 18:00 scheduled planned.again Ana’s birthday"));
    assert_eq!(world.engine().people().expect("people").len(), 1);
    assert_eq!(world.draft(day).person, Some(id.to_string()));
    world.engine().redo(None).expect("redo");
    assert!(world.engine().people().expect("people").is_empty());
    assert_eq!(world.draft(day).person, None);
}

#[test]
fn redoing_a_deletion_takes_the_person_along_again_and_undoing_brings_both_back() {
    let (mut world, id) = in_los_angeles();
    let people = |world: &World| world.engine().people().expect("people").len();
    world.engine().delete_person(id, None).expect("deleted");
    for _ in 0..2 {
        world.engine().undo(None).expect("undo");
        world.run();
        assert_eq!(people(&world), 1);
        assert_eq!(world.rows(), "Sun 28 18:00 scheduled planned.again Ana’s birthday");
        world.engine().redo(None).expect("redo");
        world.run();
        assert_eq!((people(&world), world.rows().as_str()), (0, ""));
    }
}

#[test]
fn redoing_the_deletion_of_a_birthday_alone_leaves_its_person() {
    let (mut world, _) = in_los_angeles();
    let birthday = world.deliveries()[0].row.event.expect("an event");
    world.engine().delete_event(birthday, None, None).expect("deleted");
    world.engine().undo(None).expect("undo");
    world.engine().redo(None).expect("redo");
    world.run();
    assert_eq!(world.engine().people().expect("people").len(), 1);
    assert_eq!(world.rows(), "");
}

#[test]
fn a_birthday_made_anew_is_not_doubled_by_undoing_the_deletion_of_the_old() {
    let (mut world, id) = in_los_angeles();
    let birthday = world.deliveries()[0].row.event.expect("an event");
    world.engine().delete_event(birthday, None, None).expect("deleted");
    save(&mut world, &ana(Some(id), "America/Los_Angeles", "backward"));
    let rows = "Sun 28 18:00 scheduled planned.again Ana’s birthday";
    assert_eq!(world.rows(), rows);
    assert_eq!(undo(&mut world), ("Change “Ana”".into(), String::new()));
    assert_eq!(undo(&mut world), ("Delete “Ana’s birthday”".into(), rows.into()));
    assert_eq!(world.events(), [birthday]);
}

#[test]
fn saving_a_person_says_what_became_of_the_birthdays_reminders() {
    let (world, id) = in_los_angeles();
    let person = SavePerson { birthday: None, ..ana(Some(id), "America/Los_Angeles", "backward") };
    assert_eq!(world.engine().save_person(&person, None).expect("saved").effect.cancelled, 1);
    let today = SavePerson { birthday: Some("1992-02-28".into()), ..ana(Some(id), BERLIN, "omit") };
    assert_eq!(world.engine().save_person(&today, None).expect("saved").effect.planned, 2);
}

#[test]
fn nobody_is_born_tomorrow() {
    let world = World::at("2027-02-28T23:30[Europe/Berlin]");
    let born = |zone: &str, date: &str| {
        let person = SavePerson { birthday: Some(date.into()), ..ana(None, zone, "backward") };
        world.engine().save_person(&person, None).map(drop).map_err(|e| e.to_string())
    };
    for date in ["2027-03-01", "2031-01-01"] {
        let sentence = format!("the birthday {date} is in the future: it is today or earlier");
        assert_eq!(born(BERLIN, date), Err(sentence));
    }
    assert!(world.engine().people().expect("people").is_empty());
    for (zone, date) in [(BERLIN, "2027-02-28"), ("Asia/Tokyo", "2027-03-01"), (BERLIN, "--03-01")]
    {
        born(zone, date).expect(date);
    }
}

#[test]
fn somebody_who_was_deleted_meanwhile_is_not_changed_and_has_no_birthday() {
    let (mut world, id) = in_los_angeles();
    world.engine().delete_person(id, None).expect("deleted");
    let rows = world.rows();
    let saved = world.engine().save_person(&ana(Some(id), "Asia/Tokyo", "omit"), None);
    assert!(saved.is_err(), "{saved:?}");
    world.run();
    assert_eq!((world.rows(), world.events().len()), (rows, 0));
}

/// The label of what is taken back, and the rows then.
fn undo(world: &mut World) -> (String, String) {
    let undone = world.engine().undo(None).expect("undo");
    assert_eq!(undone.refused, None);
    world.run();
    (undone.label, world.rows())
}

#[test]
fn a_change_of_a_person_is_taken_back_with_all_that_followed_it() {
    let (mut world, id) = in_los_angeles();
    world.add(name_day(id));
    let call = world.add(EventDraft {
        person: Some(id.to_string()),
        zone: Some(format!("{}America/Los_Angeles", calendar::timing::THEIRS)),
        ..draft("note", "Ring her", "20270301T090000", None)
    });
    let before = world.rows();
    assert!(before.contains("Mon 01 18:00 scheduled planned Ring her"), "{before}");
    save(&mut world, &SavePerson { name: "Anna".into(), ..ana(Some(id), "Asia/Seoul", "omit") });
    let after = world.rows();
    assert!(after.contains("Mon 01 01:00 scheduled planned Ring her"), "{after}");
    world.engine().redo(None).expect("nothing");
    // What was told meanwhile stays told; the rest is where it was.
    let (label, rows) = undo(&mut world);
    assert_eq!(label, "Change “Anna”");
    assert!(rows.contains("Mon 01 18:00 scheduled planned Ring her"), "{rows}");
    let people = world.engine().people().expect("people");
    assert_eq!(people[0].person.name, "Ana");
    assert_eq!(
        people[0].person.zone.as_ref().map(ToString::to_string).as_deref(),
        Some("America/Los_Angeles")
    );
    assert_eq!(world.draft(call).zone.map(|zone| zone.ends_with("Los_Angeles")), Some(true));
    world.engine().redo(None).expect("redo");
    world.run();
    assert_eq!(world.engine().people().expect("people")[0].person.name, "Anna");
    assert!(world.rows().contains("Mon 01 01:00 scheduled planned Ring her"), "{}", world.rows());
}

#[test]
fn a_birthday_that_was_taken_away_comes_back_as_it_was() {
    let (mut world, id) = in_los_angeles();
    let birthday = world.deliveries()[0].row.event.expect("an event");
    let own = acceptance::world::reminders(&["PT8H"]);
    let draft = EventDraft {
        reminders: own.clone(),
        description: "tulips".into(),
        ..world.draft(birthday)
    };
    world.save(Some(birthday), draft);
    let rows = world.rows();
    save(
        &mut world,
        &SavePerson { birthday: None, ..ana(Some(id), "America/Los_Angeles", "backward") },
    );
    assert_eq!(world.rows(), "");
    let (label, back) = undo(&mut world);
    assert_eq!(
        (label.as_str(), back),
        ("Change “Ana”", rows.replace(" planned ", " planned.again "))
    );
    let draft = world.draft(birthday);
    assert_eq!((draft.reminders, draft.description.as_str()), (own, "tulips"));
    // The changes before that are still there to undo: of the birthday, and of her coming.
    assert_eq!(undo(&mut world).0, "Change “Ana’s birthday”");
    assert_eq!(undo(&mut world), ("Add “Ana”".into(), String::new()));
    assert_eq!(world.engine().people().expect("people").len(), 0);
    world.engine().redo(None).expect("redo");
    world.run();
    assert_eq!(world.rows(), "Sun 28 18:00 scheduled planned.again Ana’s birthday");
    assert_eq!(world.events(), [birthday]);
}

#[test]
fn somebody_without_anything_of_theirs_comes_back_too_and_nothing_older_is_undone() {
    let mut world = World::at("2027-02-28T10:00[Europe/Berlin]");
    world.add(draft("note", "Older", "20270301T090000", Some(BERLIN)));
    let plain = SavePerson { name: "Bo".into(), ..SavePerson::default() };
    let id = save(&mut world, &plain);
    save(&mut world, &SavePerson { id: Some(id), ..plain });
    world.engine().delete_person(id, None).expect("deleted");
    for label in ["Delete “Bo”", "Add “Bo”", "Create “Older”"] {
        assert_eq!(undo(&mut world).0, label);
    }
}

#[test]
fn what_an_import_brought_of_somebody_goes_before_they_do() {
    let (mut world, id) = in_los_angeles();
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:one\nSUMMARY:Ring her\nDTSTART;VALUE=DATE:20270302\nX-CARILLON-PERSON:{id}\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    let file = ImportFile {
        deleted: Default::default(),
        bytes: text.as_bytes(),
        target: Target::Named("Personal".into()),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    };
    world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("an import");
    assert_eq!(world.events().len(), 2, "her birthday, and what is of her");
    let (label, _) = undo(&mut world);
    assert!(label.starts_with("Import"), "{label}");
    assert_eq!(world.events().len(), 1);
    assert_eq!(undo(&mut world).0, "Add “Ana”");
    assert_eq!((world.events().len(), world.engine().people().expect("people").len()), (0, 0));
}
