//! Aim: quiet hours and pauses are set, said and taken back in words.
//! Method: the real program, no service, a machine in Berlin.

mod kit;

use kit::Desk;
use serde_json::{Value, json};

fn hours(desk: &Desk) -> Value {
    let said = desk.line("quiet --json").json();
    json!([said["on"], said["from"], said["to"], said["days"]])
}

#[test]
fn quiet_hours_are_set_bit_by_bit_switched_off_and_on_again() {
    let desk = Desk::new();
    assert_eq!(desk.line("quiet").done(), "No quiet hours.\n");
    let set = desk.line("quiet --from 22:30 --to 07:00 --days mon-fri");
    assert!(set.done().starts_with("Quiet hours from 22:30 to 07:00, beginning on mon-fri."));
    let kept = "The days are as before: `carillon quiet --days all` is every day.\n";
    assert!(!set.out.contains(kept), "{set:?}");
    assert!(desk.line("quiet --to 06:15").done().starts_with(kept));
    assert_eq!(hours(&desk), json!([true, "22:30", "06:15", "mon-fri"]));
    assert_eq!(desk.line("quiet off").done(), "No quiet hours.\n");
    desk.line("quiet on").done();
    assert_eq!(hours(&desk), json!([true, "22:30", "06:15", "mon-fri"]));
    let set = desk.line("quiet --days sun-thu");
    assert!(set.done().contains("beginning on sun-thu."), "{set:?}");
    assert!(desk.line("quiet --to 22:30").refused(2).contains("have no length"));
    assert!(desk.line("quiet --from 25:00").refused(2).contains("write hours and minutes"));
    assert!(desk.line("quiet --days weekend").refused(2).contains("mon-fri"));
}

#[test]
fn a_pause_lasts_as_long_as_was_said_and_ends_when_resumed() {
    let desk = Desk::new();
    assert_eq!(desk.line("pause").done(), "Paused until `carillon resume`.\n");
    let said = desk.line("pause --json 30m").json();
    assert_eq!((&said["paused"], said["paused_until"].is_string()), (&json!(true), true));
    let until = desk.line("pause --until 2031-05-01T09:00");
    assert!(until.done().contains("Paused until Thu 1 May 2031, 09:00 (Europe/Berlin)."));
    assert!(desk.line("pause --until 2001-05-01T09:00").refused(2).contains("is not ahead"));
    assert!(desk.line("resume").done().starts_with("The pause is over; nothing was held back."));
    assert!(desk.line("resume").done().starts_with("There was no pause."));
}

#[test]
fn an_early_event_says_that_its_reminder_would_be_missed() {
    let desk = Desk::new();
    desk.line("quiet --from 22:00 --to 07:00").done();
    let line = "add Swim --at 2031-05-01T05:30";
    let said =
        "10 min before would be missed: quiet hours last until 07:00, the event is over at 06:30";
    let added = desk.line(line);
    assert!(added.done().contains(&format!("{said}.\n")), "{added:?}");
    let added = desk.line(&format!("{line} --json")).json();
    assert_eq!(added["remarks"], json!([said]));
    let alarm = desk.line(&format!("{line} --json --alarm")).json();
    assert_eq!(alarm["remarks"], json!([]));
    let id = alarm["id"].as_str().expect("an id");
    let edited = desk.line(&format!("edit {id} --alarm=no --json")).json();
    assert_eq!(edited["remarks"], json!([said]));
}

#[test]
fn whole_days_are_told_at_the_hour_that_is_set() {
    let desk = Desk::new();
    let added = desk
        .line("add Fair --at 2032-05-03 --kind note --remind 0m --remind 1d")
        .done()
        .to_string();
    for said in ["told  on the day at 09:00, on desktop", "1 day before at 09:00, on desktop"] {
        assert!(added.contains(said), "{added}");
    }
    assert_eq!(desk.line("all-day").done(), "Whole days and birthdays are told at 09:00.\n");
    let said = desk.line("all-day 7").done().to_string();
    assert_eq!(
        said,
        "Whole days and birthdays are told at 07:00; what was not told yet moved with it.\n"
    );
    assert_eq!(desk.line("all-day --json").json()["hour"], 7);
    let rows = desk.line("deliveries --all --json").json();
    assert_eq!(rows[0]["due"], "2032-05-02T05:00:00Z", "{rows}");
    let refused = desk.line("all-day 24").refused(2).to_string();
    assert!(refused.contains("an hour from 1 to 23, not at 24"), "{refused}");
}

#[test]
fn next_says_when_what_must_wait_rings_and_what_waits_for_a_person() {
    let desk = Desk::new();
    desk.add("Late --kind note --at 2031-05-01T23:30");
    let next = |desk: &Desk| desk.line("next").done().lines().nth(1).expect("a ring").to_string();
    assert!(next(&desk).starts_with("Thu 1 May 2031, 23:30  Late"), "{}", next(&desk));
    desk.line("quiet --from 22:00 --to 07:00").done();
    let said = "Fri 2 May 2031, 07:00 (held from Thu 1 May 2031, 23:30: quiet hours)  Late";
    assert!(next(&desk).starts_with(said), "{}", next(&desk));
    let ring = desk.line("next --json").json()[0].clone();
    assert_eq!(
        json!([ring["due"], ring["rings"], ring["reason"]]),
        json!(["2031-05-01T21:30:00Z", "2031-05-02T05:00:00Z", "held.quiet_hours"])
    );
    desk.line("pause").done();
    let said = "Thu 1 May 2031, 23:30 (will wait: reminders are paused)  Late";
    assert!(next(&desk).starts_with(said), "{}", next(&desk));
    assert_eq!(desk.line("next --json").json()[0]["rings"], Value::Null);
    desk.line("resume").done();
    desk.add("Pay --kind deadline --at 2031-05-01T23:00 --remind 30m");
    let said = "Thu 1 May 2031, 22:30 (will be missed: quiet hours) ";
    assert!(next(&desk).starts_with(said), "{}", next(&desk));
}
