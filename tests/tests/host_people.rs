//! People as the window shows and changes them: two days of theirs that come once a year.

use acceptance::world::World;
use wire::{
    EngineHost, Host,
    dto::{Empty, ImportFile, ImportFiles, LeapDay, PersonView, SavePerson, Yearly, YearlyFields},
    fault::Code,
};

const CARD: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:ana@x\r\nFN:Ana\r\nBDAY:--0229\r\n\
    ANNIVERSARY:20150620\r\nEND:VCARD\r\n";

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

fn ana(world: &World) -> PersonView {
    let mut people = host(world).people(Empty {}).expect("people");
    assert_eq!(people.len(), 1);
    people.remove(0)
}

fn save(of: &PersonView, anniversary: YearlyFields, request: &str) -> SavePerson {
    let typed = |day: &Yearly| fields(day.day, day.month, day.year);
    SavePerson {
        id: Some(of.id.clone()),
        name: of.name.clone(),
        birthday: of.birthday.as_ref().map(typed).unwrap_or_default(),
        anniversary,
        zone: of.zone.clone(),
        leap_day: LeapDay::Backward,
        version: Some(of.version.clone()),
        request_id: request.into(),
    }
}

const fn fields(day: u8, month: u8, year: Option<i32>) -> YearlyFields {
    YearlyFields { month: Some(month), day: Some(day), year }
}

#[test]
fn the_anniversary_of_a_card_is_shown_changed_and_taken_away() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let file =
        ImportFile { name: "ana.vcf".into(), text: CARD.into(), calendar: None, bring_back: false };
    let import = ImportFiles { files: vec![file], dry_run: false, request_id: "card".into() };
    host(&world).import(import).expect("taken in");
    let card = ana(&world);
    let day = |view: &PersonView| {
        let day = view.anniversary.clone().expect("an anniversary");
        (day.year, day.next.expect("a next one"), day.years)
    };
    assert_eq!(day(&card), (Some(2015), "2027-06-20".into(), Some(12)));
    let born = card.birthday.clone().expect("a birthday");
    assert_eq!((born.day, born.month, born.year, born.years), (29, 2, None, None));

    let other = save(&card, fields(29, 2, None), "other");
    host(&world).save_person(other).expect("saved");
    let changed = ana(&world);
    assert_eq!(day(&changed), (None, "2027-02-28".into(), None));
    assert_eq!(changed.birthday, card.birthday);

    let refused = host(&world)
        .save_person(save(&changed, fields(30, 2, None), "never"))
        .expect_err("there is no such day");
    assert_eq!(refused.field.as_deref(), Some("anniversary"));
    assert_eq!(refused.message, "there is no 30 February: February has 29 days at most");

    let stale = host(&world).save_person(save(&card, fields(3, 4, None), "stale"));
    let stale = stale.expect_err("the first of two windows was quicker");
    assert_eq!(stale.code, Code::Conflict);
    assert_eq!(
        stale.message,
        format!("{} was changed meanwhile: look again and repeat", card.name)
    );

    let born = SavePerson {
        birthday: fields(1, 1, Some(2030)),
        ..save(&changed, YearlyFields::default(), "unborn")
    };
    let refused = host(&world).save_person(born).expect_err("it is in the future");
    assert_eq!(refused.field.as_deref(), Some("birthday"), "{}", refused.message);

    host(&world).save_person(save(&changed, YearlyFields::default(), "none")).expect("saved");
    assert_eq!(ana(&world).anniversary, None);
    assert_eq!(ana(&world).birthday, card.birthday);
}
