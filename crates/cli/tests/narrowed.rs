//! Aim: beside a series that rings every hour, one event or one calendar can still be read.
//! Method: the real program, no service, events years ahead.

mod kit;

use kit::Desk;

#[test]
fn lists_are_narrowed_to_an_event_or_a_calendar() {
    let desk = Desk::new();
    desk.line("calendar add Sport").done();
    let gym = desk.add("Gym --at 2031-05-01T09:00 --calendar Sport");
    let dense = desk.add("Dense --kind note --at 2031-05-01T00:00 --rrule FREQ=HOURLY");
    let titles = |line: &str, key: &str| -> Vec<String> {
        let listed = desk.line(line).json();
        let rows = listed.as_array().expect("rows").iter();
        rows.map(|row| row[key].as_str().expect("a title").to_string()).collect()
    };
    let day = "list --json --from 2031-05-01 --to 2031-05-02";
    assert_eq!(titles(day, "title").len(), 25);
    assert_eq!(titles(&format!("{day} --event {gym}"), "title"), ["Gym"]);
    assert_eq!(titles(&format!("{day} --calendar Sport"), "title"), ["Gym"]);
    assert!(titles(&format!("{day} --calendar Sport --event {dense}"), "title").is_empty());
    assert_eq!(titles("deliveries --json --calendar Sport", "title"), ["Gym"]);
    desk.line("list --calendar Nowhere").refused(1);
    desk.line("deliveries --calendar Nowhere").refused(1);
}
