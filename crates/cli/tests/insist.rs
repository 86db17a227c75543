//! Aim: reminders that insist are said as they are meant, kept, and taken back.
//! Method: the real program, no service, a machine in Berlin, events years ahead.

mod kit;

use kit::Desk;
use serde_json::{Value, json};

fn insist(desk: &Desk, id: &str) -> Value {
    let shown = desk.line(&format!("show --json {id}")).json();
    let each = shown["reminders"].as_array().expect("reminders").iter();
    each.map(|r| json!([r["trigger"], r["nag_ms"], r["alarm"]])).collect()
}

#[test]
fn a_reminder_is_an_alarm_and_nags_as_it_was_said_until_that_is_taken_back() {
    let desk = Desk::new();
    let id = desk.add("Flight --at 2031-05-01T09:00 --remind 2h --remind 30m --alarm --nag 5m");
    let nagging = json!([["-PT2H", 300_000, true], ["-PT30M", 300_000, true]]);
    assert_eq!(insist(&desk, &id), nagging);
    let shown = desk.line(&format!("show {id}"));
    let line = "2 h before, on desktop, as an alarm, again every 5 min until answered";
    assert!(shown.done().contains(line), "{shown:?}");
    desk.line(&format!("edit {id} --nag none --alarm=no")).done();
    assert_eq!(insist(&desk, &id), json!([["-PT2H", null, false], ["-PT30M", null, false]]));
    desk.line("undo").done();
    assert_eq!(insist(&desk, &id), nagging);
    // The usual reminder can insist, too, and another edit leaves that alone.
    let usual = desk.add("Tea --at 2031-05-01T09:00 --alarm");
    desk.line(&format!("edit {usual} --title Coffee")).done();
    assert_eq!(insist(&desk, &usual), json!([["-PT10M", null, true]]));
}

#[test]
fn a_nag_that_cannot_be_is_refused_with_what_is_allowed() {
    let desk = Desk::new();
    for every in ["0m", "30s", "25h", "soon"] {
        let said = desk.line(&format!("add A --at 2031-05-01T09:00 --nag {every}"));
        assert!(said.refused(2).contains("from 1m to 24h"), "{said:?}");
    }
}
