//! `carillon simulate`, as typed.

mod kit;

use engine::clock::{Clock, SystemClock};
use jiff::{ToSpan, tz::TimeZone};
use kit::Desk;

#[test]
fn a_journey_shows_each_day_with_its_rings_and_a_summary() {
    let desk = Desk::new();
    desk.add("Tea --kind note --at 2020-01-01T16:00 --zone UTC --rrule FREQ=DAILY --past");
    let said = desk.line("simulate");
    let lines: Vec<&str> = said.done().lines().collect();
    assert!(lines[0].starts_with("What would ring from "), "{lines:?}");
    assert!(lines[0].ends_with("(times in Europe/Berlin)"), "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.contains("Tea")).count(), 7, "{lines:?}");
    assert_eq!(lines.last(), Some(&"7 told on time"));
    let json = desk.line("simulate --json").json();
    assert_eq!((&json["told"], &json["late"], &json["missed"]), (&7.into(), &0.into(), &0.into()));
    assert_eq!(json["rings"][0]["reason"], "told.on_time");
    assert_eq!(json["zone"], "Europe/Berlin");
}

#[test]
fn the_repeats_of_a_reminder_that_insists_are_one_line_with_their_number_and_the_last() {
    let desk = Desk::new();
    let day = day(3);
    desk.add(&format!("Pill --kind note --at {day}T08:00 --zone Europe/Berlin --nag 10m"));
    desk.add(&format!("Tea --kind note --at {day}T09:00 --zone Europe/Berlin"));
    let said = desk.line(&format!("simulate --from {day}T07:00 --to {day}T10:05"));
    let lines: Vec<&str> = said.done().lines().filter(|line| line.contains("Pill")).collect();
    assert_eq!(lines.len(), 2, "{said:?}");
    assert!(lines[0].trim_start().starts_with("08:00"), "{lines:?}");
    assert!(lines[1].trim_start().starts_with("08:10"), "{lines:?}");
    assert!(
        lines[1].contains("again 12 times, the last on ") && lines[1].contains(", 10:00"),
        "{lines:?}"
    );
    let json = desk.line(&format!("simulate --from {day}T07:00 --to {day}T10:05 --json")).json();
    assert_eq!(json["rings"].as_array().map(Vec::len), Some(14), "JSON has them all");
}

#[test]
fn nothing_to_ring_is_said_and_what_is_no_journey_is_refused() {
    let desk = Desk::new();
    assert!(desk.line("simulate").done().ends_with("Nothing would ring.\n"));
    for (words, sentence) in [
        ("--asleep soon", "'soon' is not a sleep"),
        ("--to 2020-01-01", "later than now"),
        ("--to 2400-01-01", "at most 400 days"),
        ("--zone Mars", "zone 'Mars' is not known"),
    ] {
        let said = desk.line(&format!("simulate {words}"));
        assert!(said.err.contains(sentence), "{words}: {said:?}");
        assert_eq!(said.code, 2, "{words}");
    }
}

/// So many days ahead of today.
fn day(ahead: i64) -> String {
    let today = SystemClock::new().now().wall.to_zoned(TimeZone::UTC).date();
    today.checked_add(ahead.days()).expect("a day").to_string()
}

#[test]
fn a_stretch_a_sleep_and_a_zone_are_taken_as_typed() {
    let desk = Desk::new();
    let (day, next) = (day(3), day(4));
    desk.add(&format!("Tea --kind note --at {day}T16:00 --zone Europe/Berlin"));
    let stretch = format!("--from {day}T12:00 --to {day}T20:00");
    let tokyo = format!("--from {day}T20:00 --to {next}T03:00 --zone Asia/Tokyo");
    for (words, told, late, zone) in [
        (stretch.clone(), 1, 0, "Europe/Berlin"),
        (format!("--from {day}T12:00 --to {day}T15:59"), 0, 0, "Europe/Berlin"),
        (format!("--from {day}T16:01 --to {day}T20:00"), 0, 0, "Europe/Berlin"),
        (format!("{stretch} --asleep {day}T15:00..{day}T17:30"), 1, 1, "Europe/Berlin"),
        (format!("{stretch} --asleep {day}T13:00..{day}T15:00"), 1, 0, "Europe/Berlin"),
        // Eight or seven hours later by the clocks there.
        (tokyo, 1, 0, "Asia/Tokyo"),
        (format!("{stretch} --zone Asia/Tokyo@{day}T13:00"), 1, 0, "Asia/Tokyo"),
    ] {
        let json = desk.line(&format!("simulate {words} --json")).json();
        let found = (&json["told"], &json["late"], &json["zone"]);
        assert_eq!(found, (&told.into(), &late.into(), &zone.into()), "{words}: {json}");
        if late > 0 {
            let ring = &json["rings"][0];
            assert_eq!(
                (&ring["reason"], &ring["late_ms"]),
                (&"late.asleep".into(), &5_400_000.into())
            );
        }
    }
}
