//! Time travel: what `simulate` foretells is what then happens, and foretelling changes nothing.

use acceptance::world::{World, draft, reminders};
use calendar::{delivery::State, draft::EventDraft, zones::ZoneName};
use engine::{ledger::inbox::Listed, simulate::Journey};
use jiff::{Timestamp, civil::DateTime, tz::TimeZoneDatabase};

const BERLIN: &str = "Europe/Berlin";

fn in_berlin(local: &str) -> Timestamp {
    let zone = TimeZoneDatabase::bundled().get(BERLIN).expect("Berlin");
    let at: DateTime = local.parse().expect("a local time");
    at.to_zoned(zone).expect("an instant").timestamp()
}

fn journey(world: &World, to: &str) -> Journey {
    Journey { from: world.now(), to: in_berlin(to), asleep: Vec::new(), zones: Vec::new() }
}

/// What became of a delivery, without what differs from one run to another.
fn fate(listed: &Listed) -> String {
    let row = &listed.row;
    let told = row.told_at.map_or_else(String::new, |at| format!(", told {at}"));
    format!("{} {}: {} {}{told}", row.facts.due, listed.title, row.facts.state, row.facts.reason)
}

/// The last week of March in Berlin, in which the hour from 02:00 does not exist on Sunday: a note
/// in that hour, appointments, a task, a birthday-like whole day.
fn week() -> World {
    let mut world = World::at("2027-03-26T18:00[Europe/Berlin]");
    let daily = |kind, title, start| EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        ..draft(kind, title, start, Some(BERLIN))
    };
    world.add(daily("note", "Feed the sourdough", "20270326T023000"));
    world.add(daily("note", "Water the basil", "20270326T070000"));
    world.add(daily("appointment", "Stand-up", "20270326T093000"));
    world.add(draft("deadline", "Tax return", "20270328T120000", Some(BERLIN)));
    world.add(EventDraft {
        reminders: reminders(&["-P1D", "-PT1H", "PT0M"]),
        ..draft("appointment", "Dentist", "20270327T143000", Some(BERLIN))
    });
    let zone = None;
    world.add(EventDraft { zone, ..daily("note", "Pill", "20270326T080000") });
    world
}

#[test]
fn what_is_foretold_happens_through_a_night_of_sleep_and_a_clock_change() {
    let mut world = week();
    let sleep = ("2027-03-27T22:00", "2027-03-28T11:30");
    let asleep = vec![(in_berlin(sleep.0), in_berlin(sleep.1))];
    let plan = Journey { asleep, ..journey(&world, "2027-03-30T00:00") };
    let begun = world.now();
    let foretold = world.engine().simulate(&plan).expect("a journey");
    world.wait_until("2027-03-27T21:59");
    world.jump_to(sleep.1);
    world.wait_until("2027-03-30T00:00");
    let mut happened = world.deliveries();
    happened.retain(|l| (begun..plan.to).contains(&l.row.facts.due));
    happened.retain(|l| l.row.facts.state != State::Cancelled);
    let mut expected: Vec<String> = happened.iter().map(fate).collect();
    let mut found: Vec<String> = foretold.rings.iter().map(|ring| fate(&ring.listed)).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let said = found.join("\n");
    assert!(said.contains("2027-03-28T01:30:00Z Feed the sourdough"), "at 03:30 instead: {said}");
    let digest = foretold.rings.iter().find_map(|ring| ring.digest_of);
    assert!(digest == Some(4), "what was slept through is one digest: {said}");
}

#[test]
fn a_flight_moves_what_follows_the_computer_and_nothing_else() {
    let world = week();
    let zones = vec![(Some(in_berlin("2027-03-26T23:00")), ZoneName::stored("Asia/Tokyo"))];
    let plan = Journey { zones, ..journey(&world, "2027-03-28T00:00") };
    let foretold = world.engine().simulate(&plan).expect("a journey");
    assert_eq!(foretold.zone.as_str(), "Asia/Tokyo");
    let dues = |title: &str| -> Vec<String> {
        let of = foretold.rings.iter().filter(|ring| ring.listed.title == title);
        of.map(|ring| ring.listed.row.facts.due.to_string()).collect()
    };
    // 08:00 in Tokyo; of Saturday's it is 23:00 on Friday in Berlin, the very moment of landing.
    assert_eq!(dues("Pill"), ["2027-03-26T23:00:00Z"]);
    assert_eq!(dues("Stand-up"), ["2027-03-27T08:20:00Z"]);
}

#[test]
fn nothing_is_changed_by_looking_ahead() {
    let world = week();
    let before = world.all_rows();
    let zone = world.engine().machine_zone().expect("a zone");
    let zones = vec![(None, ZoneName::stored("America/New_York"))];
    let plan = Journey { zones, ..journey(&world, "2027-06-01T00:00") };
    let files = || {
        let inside = std::fs::read_dir(world.folder()).expect("a folder");
        inside.map(|entry| entry.expect("an entry").file_name()).collect::<Vec<_>>()
    };
    let there = files();
    let mark = world.engine().mark().path().to_path_buf();
    let marked = std::fs::read(&mark).expect("a mark");
    let travelled = world.engine().simulate(&plan).expect("a journey");
    assert!(travelled.rings.len() > 150, "{}", travelled.rings.len());
    assert_eq!(world.all_rows(), before);
    assert_eq!(world.engine().machine_zone().expect("a zone"), zone);
    assert_eq!(files(), there);
    assert_eq!(std::fs::read(&mark).expect("a mark"), marked);
    assert!(world.sent.is_empty(), "nothing left this program");
}

#[test]
fn a_journey_that_cannot_be_is_refused_in_a_sentence() {
    let world = week();
    let refused = |plan: Journey| world.engine().simulate(&plan).expect_err("no").to_string();
    let back = Journey { to: world.now(), ..journey(&world, "2027-03-27T00:00") };
    assert!(refused(back).contains("later than it begins"));
    let far = journey(&world, "2030-01-01T00:00");
    assert!(refused(far).contains("at most 400 days"));
    let upside = vec![(in_berlin("2027-03-27T08:00"), in_berlin("2027-03-27T07:00"))];
    let plan = Journey { asleep: upside, ..journey(&world, "2027-03-28T00:00") };
    assert!(refused(plan).contains("a sleep ends later"));
}
