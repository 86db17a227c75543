//! Aim: who moves hears what moved with them, and who takes in what does not ring hears that.
//! Method: the real program, no service, a machine in Berlin, events years ahead.

mod kit;

use kit::Desk;

#[test]
fn a_person_who_moves_takes_their_events_along_and_one_without_a_zone_leaves_them() {
    let desk = Desk::new();
    desk.line("person add Ana --zone Europe/Lisbon").done();
    desk.add("Call --at 2031-05-01T09:00 --zone-of Ana");
    let said = desk.line("person edit Ana --zone Asia/Tokyo");
    assert!(said.done().contains(" 1 event in their time is in Asia/Tokyo now."), "{said:?}");
    desk.add("Again --at 2031-05-02T09:00 --zone-of Ana");
    let said = desk.line("person edit Ana --zone none");
    assert!(said.done().contains(" 2 events in their time stay in Asia/Tokyo."), "{said:?}");
    let said = desk.line("person edit Ana --name Anna");
    assert!(!said.done().contains("in their time"), "{said:?}");
}

#[test]
fn a_file_without_alarms_says_that_nothing_will_ring() {
    let desk = Desk::new();
    let event = |uid: &str, alarm: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20310501T090000Z\r\nSUMMARY:{uid}\r\n{alarm}END:VEVENT\r\n"
        )
    };
    let file = |events: &[String]| {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.concat())
    };
    let ring = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n";
    let said = desk.piped("import -", &file(&[event("a", ""), event("b", "")]));
    assert!(said.done().contains("None of them has an alarm, so nothing will ring"), "{said:?}");
    let said = desk.piped("import - --json", &file(&[event("c", ""), event("d", ring)]));
    assert_eq!(said.json()["silent"], 1);
    let said = desk.piped("import - --usual-reminders", &file(&[event("e", "")]));
    assert!(!said.done().contains("alarm"), "{said:?}");
    let said = desk.piped("import -", &file(&[event("f", ring)]));
    assert!(!said.done().contains("alarm"), "{said:?}");
}

#[test]
fn two_people_of_one_name_are_told_apart_by_their_ids() {
    let desk = Desk::new();
    for _ in 0..2 {
        desk.line("person add Ana --zone Europe/Lisbon").done();
    }
    let refused = desk.line("quick call Ana tomorrow at 9 her time");
    let said = refused.refused(2);
    assert_eq!(said.matches("Ana (per_").count(), 2, "{said}");
    assert!(said.contains("--zone-of"), "{said}");
}

#[test]
fn a_birthday_added_when_its_hour_has_passed_says_when_the_next_is_told() {
    let desk = Desk::new();
    let now: jiff::Timestamp =
        desk.line("clock --json").json()["now"].as_str().expect("now").parse().expect("an instant");
    // Nine o'clock has passed today in one of them, whatever the time.
    let zones = ["UTC", "Pacific/Kiritimati"];
    let zone = zones[usize::from(now.to_zoned(jiff::tz::TimeZone::UTC).hour() < 10)];
    let there = now.in_tz(zone).expect("a zone");
    let [born, other] = [0, 1].map(|days| {
        let day = there.date().checked_sub(jiff::Span::new().days(days)).expect("a date");
        day.strftime("--birthday=1988-%m-%d").to_string()
    });
    let said = desk.run(["person", "add", "Kiri", "--zone", zone, &born]).done().to_string();
    let passed = |said: &str| said.contains("This year’s birthday was to be told on ");
    assert!(passed(&said) && said.contains("which has passed; the next is told on "), "{said}");
    let said = desk.run(["person", "add", "Ana", "--zone", zone, &other]).done().to_string();
    assert!(!passed(&said), "yesterday's was never to be told: {said}");
    let said = desk.run(["person", "edit", "Ana", &born]).done().to_string();
    assert!(passed(&said), "{said}");
}
