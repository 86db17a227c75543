//! `carillon simulate`, as typed.

mod kit;

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
