//! Aim: 29 February under each policy, with and without a year, told once a year at nine in the
//! morning where the person is, whatever is corrected and wherever people move.
//! Method: seven years go by, 2027 to 2033, of which 2028 and 2032 are leap years.

use acceptance::world::World;
use calendar::id::PersonId;
use engine::people::SavePerson;

fn save(world: &mut World, id: Option<PersonId>, zone: &str, date: &str, leap: &str) -> PersonId {
    let person = SavePerson {
        id,
        name: "Ana".into(),
        zone: Some(zone.into()),
        birthday: Some(date.into()),
        leap_day: Some(leap.into()),
        ..SavePerson::default()
    };
    let saved = world.engine().save_person(&person, None).expect("a person");
    world.run();
    saved.id.parse().expect("an id")
}

fn told(world: &World) -> Vec<&str> {
    world.sent.iter().map(|s| s.at.as_str()).collect()
}

#[test]
fn a_leap_day_is_told_as_its_policy_says_in_the_persons_zone() {
    // Nine o'clock in New York, Tokyo and Lord Howe (eleven hours ahead in summer).
    for (zone, hour, day) in
        [("America/New_York", "14", 0), ("Asia/Tokyo", "00", 0), ("Australia/Lord_Howe", "22", -1)]
    {
        for (policy, short) in
            [("backward", Some((2, 28))), ("forward", Some((3, 1))), ("omit", None)]
        {
            for date in ["1992-02-29", "--02-29"] {
                let mut world = World::at("2027-01-01T12:00[Europe/Berlin]");
                save(&mut world, None, zone, date, policy);
                world.wait_until("2034-01-01T00:00");
                let in_year = |year: i16| match (year % 4, short) {
                    (0, _) => Some(jiff::civil::date(year, 2, 29)),
                    (_, Some((month, day))) => Some(jiff::civil::date(year, month, day)),
                    (_, None) => None,
                };
                let days = (2027..=2033).filter_map(in_year);
                let wanted: Vec<String> = days
                    .map(|date| date.checked_add(jiff::Span::new().days(day)).expect("a day"))
                    .map(|date| format!("{date}T{hour}:00:00Z"))
                    .collect();
                assert_eq!(told(&world), wanted, "{zone} {policy} {date}");
            }
        }
    }
}

#[test]
fn corrections_of_the_date_and_moves_of_zone_tell_once_a_year() {
    let mut world = World::at("2027-01-01T12:00[Europe/Berlin]");
    let id = save(&mut world, None, "Asia/Tokyo", "1992-02-29", "backward");
    // Each: when, where to, the date then, the policy then.
    for (at, zone, date, policy) in [
        ("2027-02-28T03:00", "America/New_York", "1992-02-29", "backward"),
        ("2028-02-28T12:00", "America/New_York", "1992-02-29", "forward"),
        ("2028-03-01T12:00", "Pacific/Auckland", "1992-03-02", "forward"),
        ("2029-02-27T12:00", "Pacific/Auckland", "--02-29", "omit"),
        ("2030-02-01T12:00", "Europe/Lisbon", "--02-29", "forward"),
        ("2031-03-01T10:30", "Asia/Tokyo", "1993-03-05", "backward"),
        ("2032-03-04T12:00", "America/Los_Angeles", "1992-02-29", "backward"),
    ] {
        world.wait_until(at);
        save(&mut world, Some(id), zone, date, policy);
    }
    world.wait_until("2034-01-01T00:00");
    assert_eq!(
        told(&world),
        [
            "2027-02-28T00:00:00Z",
            "2028-02-29T14:00:00Z",
            "2030-03-01T09:00:00Z",
            "2031-03-01T09:00:00Z",
            "2033-02-28T17:00:00Z",
        ],
        "{}",
        world.all_rows()
    );
}

#[test]
fn the_story_of_each_year_has_one_telling() {
    let mut world = World::at("2027-01-01T12:00[Europe/Berlin]");
    let id = save(&mut world, None, "Europe/Berlin", "1992-02-29", "backward");
    for year in 2027..=2033 {
        for (day, date) in [("02-27", "1992-02-29"), ("03-01", "--03-01"), ("03-02", "1992-03-02")]
        {
            world.wait_until(&format!("{year}-{day}T12:00"));
            save(&mut world, Some(id), "Europe/Berlin", date, "backward");
        }
        world.wait_until(&format!("{year}-12-31T12:00"));
        let this_year = format!("{year}-");
        let count = world.sent.iter().filter(|s| s.at.starts_with(&this_year)).count();
        assert_eq!(count, 1, "{year}: {}", world.all_rows());
    }
}
