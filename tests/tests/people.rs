//! People: their birthdays go where they go, and their events outlive them.

use acceptance::world::{World, draft};
use calendar::{draft::EventDraft, id::PersonId};
use engine::people::SavePerson;

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
    let undone = world.engine().undo(None).expect("undo");
    assert_eq!(
        undone.refused.as_deref(),
        Some(
            "cannot undo Delete “Ana’s birthday”: Ana has another birthday by now; undo again for the change before it"
        )
    );
    assert_eq!(world.rows(), "Sun 28 18:00 scheduled planned.again Ana’s birthday");
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
