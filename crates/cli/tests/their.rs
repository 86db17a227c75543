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
