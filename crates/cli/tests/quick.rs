//! Aim: a line of text becomes the event it says, or nothing changes and one sentence says why.
//! Method: the real program, no service, a machine in Berlin, events years ahead.

mod kit;

use engine::clock::{Clock, SystemClock};
use kit::Desk;
use serde_json::{Value, json};

fn quick(desk: &Desk, words: &[&str]) -> kit::Said {
    desk.run(["quick"].into_iter().chain(words.iter().copied()))
}

#[test]
fn a_line_becomes_an_event_in_the_shape_of_add() {
    let desk = Desk::new();
    let line = "dentist on 3 May 2032 from 9:00 to 10:30, remind 1h";
    let added = quick(&desk, &[line, "--json"]).json();
    let id = added["id"].as_str().expect("an id");
    assert!(id.starts_with("evt_"), "{added}");
    assert_eq!(added["title"], "dentist");
    assert_eq!(added["start"], "2032-05-03T09:00:00+02:00[Europe/Berlin]");
    assert_eq!(added["reminders"][0]["trigger"], "-PT1H");
    assert_eq!(added["version"], 1);
    assert_eq!(added["reading"]["echo"], "Mon 3 May 2032, 09:00–10:30 · reminder 08:00");
    assert_eq!(
        added["reading"]["spans"][1],
        json!({"start": 22, "end": 40, "text": "from 9:00 to 10:30", "meaning": "time"})
    );
    let shown = desk.line(&format!("show --json {id}")).json();
    for field in ["title", "kind", "zone", "start", "rrule", "next", "reminders", "version"] {
        assert_eq!(added[field], shown[field], "{field}");
    }
    let rows = desk.line("deliveries --json").json();
    assert_eq!(rows[0]["due"], "2032-05-03T06:00:00Z");
}

#[test]
fn the_words_need_no_quotes_of_the_shell() {
    let desk = Desk::new();
    let said = desk.line("quick gym every Tuesday at 18:00 starting 4 May 2032, remind none");
    let text = said.done();
    assert!(text.starts_with("Added “gym”: evt_"), "{text}");
    assert!(text.contains("Every week on Tue, 18:00 · next 4 May 2032 · no reminder"), "{text}");
    assert_eq!(text.matches("Tue ").count(), 6, "a start and five dates: {text}");
}

#[test]
fn a_dry_run_shows_the_reading_and_changes_nothing() {
    let desk = Desk::new();
    let before = desk.everything();
    let line = "dentist on 28 March 2032 at 02:30";
    let text = quick(&desk, &[line, "--dry-run"]).done().to_string();
    for part in [
        "Read, not added:",
        "title  dentist",
        "date   on 28 March 2032",
        "time   at 02:30",
        "Sun 28 Mar 2032, 03:30 · reminder 03:20",
        "02:30 does not exist on 28 March 2032 in Berlin → 03:30.",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let read = quick(&desk, &[line, "--dry-run", "--json"]).json();
    assert_eq!((&read["id"], &read["version"]), (&Value::Null, &Value::Null));
    assert_eq!(read["next"][0], "2032-03-28T03:30:00+02:00[Europe/Berlin]");
    assert_eq!(desk.everything(), before);
}

#[test]
fn a_refused_line_changes_nothing_and_names_its_words() {
    let desk = Desk::new();
    let before = desk.everything();
    for (line, named) in [
        ("lunch on the 31st of February", "'the 31st of February' does not exist"),
        ("lunch 1/2", "'1/2' could be 1 February or 2 January"),
        ("lunch on 3 May 2032 at 9 EST", "'EST' means several zones"),
        ("lunch on 3 May 2032 at 25:00", "'25:00' is no time of day"),
        ("lunch on 3 May 2032 #nowhere", "there is no calendar '#nowhere'"),
        ("lunch on 3 May 2020", "'on 3 May 2020' is past"),
        ("buy milk", "there is no date and no time in it"),
    ] {
        let said = quick(&desk, &[line]);
        assert!(said.refused(2).contains(named), "{line}: {said:?}");
        let error: Value =
            serde_json::from_str(&quick(&desk, &[line, "--json"]).err).expect("JSON");
        assert_eq!(error["error"]["field"], "text", "{line}");
    }
    assert_eq!(desk.everything(), before);
}

#[test]
fn people_and_calendars_of_the_ledger_are_known() {
    let desk = Desk::new();
    desk.line("person add Ana --zone Europe/Lisbon").done();
    desk.line("calendar add Work").done();
    let line = "call on 3 May 2032 at 9 in Ana's zone #work";
    let added = quick(&desk, &[line, "--json"]).json();
    assert_eq!(added["start"], "2032-05-03T09:00:00+01:00[Europe/Lisbon]");
    assert_eq!((&added["calendar"], &added["person"]), (&json!("Work"), &json!("Ana")));
    let birthday = quick(&desk, &["Ana's birthday on 29 February", "--json"]).json();
    assert_eq!((&birthday["kind"], &birthday["person"]), (&json!("birthday"), &json!("Ana")));
    let next = birthday["next"].as_array().expect("dates");
    assert!(next.iter().all(|date| date.as_str().is_some_and(|d| d.contains("-02-2"))), "{next:?}");
}

#[test]
fn midnight_of_a_whole_day_is_refused_as_it_would_ring_at_the_usual_hour() {
    let desk = Desk::new();
    for line in
        ["fair on 3 May 2032, remind at 0:00", "fair on 3 May 2032, remind at 0:00 the day before"]
    {
        let said = quick(&desk, &[line]);
        let text = said.refused(2);
        assert!(text.contains("would ring at the usual hour of an all-day event"), "{text}");
    }
}

#[test]
fn what_is_on_now_says_when_it_rings_or_that_it_rings_no_more() {
    let desk = Desk::new();
    let now = SystemClock::new().now().wall.to_zoned(jiff::tz::TimeZone::UTC);
    let yesterday = now.date().yesterday().expect("a day").to_string();
    let add = |remind: &str| {
        let line = ["add", "fair", "--at", &yesterday, "--for", "9d", "--past", "--remind", remind];
        desk.run(line).done().to_string()
    };
    let text = add("0m");
    assert!(text.contains("it is on now, and its reminders have passed"), "{text}");
    assert!(!text.contains("it is over"), "{text}");
    let text = add("+4d");
    assert!(text.contains("it is on now, and rings "), "{text}");
    assert!(text.contains("09:00"), "{text}");
}

#[test]
fn a_second_birthday_is_refused_in_words() {
    let desk = Desk::new();
    desk.run(["person", "add", "Kim Lee", "--birthday", "1992-02-29"]).done();
    let said = quick(&desk, &["Kim's birthday 5 March"]);
    let text = said.refused(2);
    assert!(text.contains("Kim Lee’s birthday is 29 February: change it there"), "{text}");
}

#[test]
fn without_the_first_calendar_the_next_is_the_usual_one() {
    let desk = Desk::new();
    desk.line("calendar add Work").done();
    desk.line("calendar delete Personal").done();
    let added = desk.run(["add", "Call", "--at", "2032-05-03T09:00", "--json"]).json();
    assert_eq!(added["title"], "Call");
    desk.run(["person", "add", "Kim", "--birthday", "1992-02-29"]).done();
}
