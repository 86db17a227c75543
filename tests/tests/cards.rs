//! People out of cards: what importing them again does, and what it tells.

use std::ops::ControlFlow;

use acceptance::world::World;
use calendar::{ics::Alarmless, id::CalendarId};
use engine::{
    import::{ImportFile, Imported, Mode, Target},
    ledger::person::PersonRow,
    people::SavePerson,
};

fn take(world: &mut World, cards: &str, mode: Mode) -> Imported {
    let file = ImportFile {
        deleted: Default::default(),
        bytes: cards.as_bytes(),
        target: Target::Calendar(CalendarId::FIRST),
        mode,
        alarmless: Alarmless::Silent,
    };
    let done = world.engine().import(&file, &mut |_, _| ControlFlow::Continue(()));
    world.run();
    done.expect("an import")
}

fn import(world: &mut World, cards: &str) -> String {
    let done = take(world, cards, Mode::Apply);
    let mut text =
        format!("{} new, {} changed, {} same", done.created, done.updated, done.unchanged);
    for remark in done.remarks {
        text.push_str(&format!("\n{}: {}", remark.line, remark.reason));
    }
    text
}

fn card(lines: &str) -> String {
    format!("BEGIN:VCARD\nVERSION:4.0\nUID:ana\nFN:Ana\n{lines}\nEND:VCARD\n")
}

fn people(world: &World) -> Vec<PersonRow> {
    world.engine().people().expect("people")
}

fn change(world: &mut World, change: impl FnOnce(&mut SavePerson)) {
    let row = &people(world)[0];
    let mut save = SavePerson {
        id: Some(row.person.id),
        name: row.person.name.clone(),
        zone: row.person.zone.as_ref().map(ToString::to_string),
        birthday: row.birthday.clone(),
        anniversary: row.anniversary.clone(),
        leap_day: Some(row.person.leap_day.code().into()),
    };
    change(&mut save);
    world.engine().save_person(&save, None).expect("saved");
    world.run();
}

#[test]
fn birthday_and_anniversary_are_told_each_once_in_the_persons_zone() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let both = card("BDAY:19920229\nANNIVERSARY:20150228\nTZ:Asia/Tokyo");
    assert_eq!(import(&mut world, &both), "1 new, 0 changed, 0 same");
    assert_eq!(import(&mut world, &both), "0 new, 0 changed, 1 same");
    world.wait_until("2027-03-02T00:00");
    let told: Vec<_> = world.sent.iter().map(|s| (s.at.as_str(), s.text.lines().next())).collect();
    let mut told = told;
    told.sort();
    let at = "2027-02-28T00:00:00Z";
    assert_eq!(told, [(at, Some("Ana’s anniversary")), (at, Some("Ana’s birthday"))]);
}

#[test]
fn a_date_that_is_corrected_after_it_was_told_is_not_told_again_that_year() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &card("BDAY:19901124"));
    world.wait_until("2026-11-24T10:00");
    assert_eq!(world.sent.len(), 1);
    assert_eq!(
        import(&mut world, &card("BDAY:19901126")),
        "0 new, 1 changed, 0 same\n1: “Ana” has another birthday now, and was already told for 2026"
    );
    world.wait_until("2027-11-25T00:00");
    assert_eq!(world.sent.len(), 1);
    world.wait_until("2027-11-27T00:00");
    assert_eq!(world.sent[1].at, "2027-11-26T08:00:00Z");
}

#[test]
fn what_was_changed_here_and_what_was_changed_in_the_card_are_both_kept() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &card("BDAY:19900101"));
    change(&mut world, |ana| ana.zone = Some("Asia/Tokyo".into()));
    assert_eq!(import(&mut world, &card("BDAY:19900102")), "0 new, 1 changed, 0 same");
    let ana = &people(&world)[0];
    assert_eq!(ana.birthday.as_deref(), Some("1990-01-02"));
    assert_eq!(ana.person.zone.as_ref().map(|z| z.as_str()), Some("Asia/Tokyo"));
    change(&mut world, |ana| ana.birthday = Some("1990-01-03".into()));
    assert_eq!(
        import(&mut world, &card("BDAY:19900104")),
        "0 new, 0 changed, 1 same\n1: “Ana” has the birthday 1990-01-03 here and 1990-01-04 in the file: what is here stays"
    );
    let newer = card("BDAY:19900104\nREV:20261124T000000Z");
    assert_eq!(import(&mut world, &newer), "0 new, 1 changed, 0 same");
    assert_eq!(people(&world)[0].birthday.as_deref(), Some("1990-01-04"));
}

#[test]
fn a_date_that_cannot_be_read_any_more_takes_no_birthday_away() {
    for (bad, said) in [
        ("BDAY:19911131", "BDAY '19911131' is a day that no calendar has: it is kept unread"),
        ("BDAY:sometime", "BDAY 'sometime' is not a date: it is kept unread"),
        ("BDAY:20620204", "“Ana” keeps what is here: the birthday 2062-02-04 is in the future"),
    ] {
        let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
        import(&mut world, &card("BDAY:19911125"));
        let rows = world.rows();
        let done = import(&mut world, &card(bad));
        assert!(done.contains(said), "{done}");
        assert_eq!(world.rows(), rows, "{bad}");
        assert!(import(&mut world, &card(bad)).starts_with("0 new, 0 changed, 1 same"));
        // And what is right again is taken.
        import(&mut world, &card("BDAY:19911126"));
        assert_eq!(people(&world)[0].birthday.as_deref(), Some("1991-11-26"));
    }
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &card("BDAY:19911125"));
    assert_eq!(
        import(&mut world, &card("NOTE:Tea")),
        "0 new, 1 changed, 0 same\n1: “Ana” has no birthday in the file any more: 1991-11-25 is taken away"
    );
}

#[test]
fn somebody_who_was_deleted_here_stays_deleted() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &card("BDAY:19901125"));
    let id = people(&world)[0].person.id;
    world.engine().delete_person(id, None).expect("deleted");
    assert_eq!(
        import(&mut world, &card("BDAY:19901125")),
        "0 new, 0 changed, 1 same\n1: “Ana” was deleted here and stays deleted"
    );
    world.wait_until("2026-11-26T00:00");
    assert!(world.sent.is_empty() && people(&world).is_empty());
}

#[test]
fn a_card_of_somebody_who_is_here_already_is_theirs() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let ana = |birthday: &str| SavePerson {
        name: "Ana".into(),
        birthday: Some(birthday.into()),
        ..SavePerson::default()
    };
    world.engine().save_person(&ana("1990-01-01"), None).expect("saved");
    assert_eq!(
        import(&mut world, &card("BDAY:19900101\nANNIVERSARY:20100101")),
        "0 new, 1 changed, 0 same"
    );
    assert_eq!(people(&world)[0].anniversary.as_deref(), Some("2010-01-01"));
    // Another birthday is another Ana's.
    let other = card("BDAY:19800101").replace("UID:ana", "UID:other");
    assert_eq!(import(&mut world, &other), "1 new, 0 changed, 0 same");
    assert_eq!(people(&world).len(), 2);
}

#[test]
fn a_preview_of_cards_changes_nothing_and_a_date_ahead_is_left_out() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let both = card("BDAY:20301124\nANNIVERSARY:20100101");
    let would = take(&mut world, &both, Mode::Preview);
    assert!(people(&world).is_empty());
    let done = take(&mut world, &both, Mode::Apply);
    assert!(would.trail.is_empty() && !done.trail.is_empty());
    assert_eq!(Imported { trail: done.trail.clone(), ..would }, done);
    assert_eq!(
        done.remarks[0].reason,
        "“Ana” comes without it: the birthday 2030-11-24 is in the future: it is today or earlier"
    );
    assert_eq!(people(&world)[0].anniversary.as_deref(), Some("2010-01-01"));
}

#[test]
fn people_survive_the_way_out_and_in_again() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/vcf");
    for entry in std::fs::read_dir(folder).expect("samples") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|e| e != "vcf") {
            continue;
        }
        let bytes = std::fs::read(&path).expect("a sample");
        let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
        import(&mut world, &String::from_utf8_lossy(&bytes));
        let text = world.engine().export_people().expect("cards").text;
        let again = take(&mut world, &text, Mode::Apply);
        assert_eq!((again.created, again.updated), (0, 0), "{}\n{text}", path.display());
        let mut fresh = World::at("2026-11-24T07:00[Europe/Berlin]");
        take(&mut fresh, &text, Mode::Apply);
        let all = |world: &World| {
            let one = |row: &PersonRow| {
                let zone = row.person.zone.clone();
                (row.person.name.clone(), zone, row.birthday.clone(), row.anniversary.clone())
            };
            people(world).iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(all(&world), all(&fresh), "{}", path.display());
    }
}

#[test]
fn what_is_no_card_in_a_file_of_cards_is_counted_as_left_out() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let text = format!("{}BEGIN:VEVENT\nUID:1\nEND:VEVENT\n", card("BDAY:19900101"));
    let done = take(&mut world, &text, Mode::Apply);
    assert_eq!((done.people, done.left_out), (1, 1));
    assert_eq!(done.remarks[0].reason, "a VEVENT is not imported: only cards are");
}
