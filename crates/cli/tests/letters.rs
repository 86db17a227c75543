//! Aim: what is said of deliveries that wait for a person is understood or refused in words.
//! Method: the real program, no service.

mod kit;

use kit::Desk;
use serde_json::json;

#[test]
fn letters_are_named_or_chosen_and_never_both() {
    let desk = Desk::new();
    for line in ["retry", "discard --note x", "retry --all dlv_1", "discard --all"] {
        desk.line(line).refused(2);
    }
    let none = json!({"retried": [], "refused": [], "waiting": []});
    assert_eq!(desk.line("retry --all --json").json(), none);
    assert_eq!(desk.line("retry --all").done().lines().next(), Some("Nothing is tried again."));
    let none = json!({"discarded": [], "refused": []});
    assert_eq!(desk.line("discard --since 2026-01-01 --note old --json").json(), none);
    assert!(desk.line("retry --channel nowhere").refused(1).contains("'nowhere'"));
    assert!(desk.line("discard --all --note  ").refused(2).contains("note"));
    let said = desk.line("discard --all");
    assert!(said.refused(2).contains("say with --note why it is set aside"), "{said:?}");
    let none = "discard dlv_00000000000000000000000000000000";
    assert!(!desk.line(none).refused(1).contains("--note"), "that it is not there comes first");
}

#[test]
fn a_story_is_found_by_when_it_is_due_where_that_names_one() {
    let desk = Desk::new();
    desk.add("Tea --kind note --at 2031-05-01T09:00");
    let due: jiff::Timestamp = "2031-05-01T07:00:00Z".parse().expect("a moment");
    let schedule = format!("schedule:{}", due.as_nanosecond());
    assert!(desk.run(["why", &schedule]).done().contains("Tea"));
    desk.add("Coffee --kind note --at 2031-05-01T09:00");
    let several = desk.run(["why", &schedule]);
    let ids = desk.line("deliveries --json").json();
    for listed in ids.as_array().expect("a list") {
        let id = listed["id"].as_str().expect("an id");
        assert!(several.refused(2).contains(id), "{several:?}");
        assert!(desk.run(["why", id]).done().contains("1 May 2031"));
    }
    for none in ["schedule:1", "schedule:tea", "schedule:"] {
        desk.run(["why", none]).refused(1);
    }
}

#[test]
fn an_endpoint_has_a_rate_that_is_shown_and_changed() {
    let desk = Desk::new();
    desk.line("channel add webhook lamp http://127.0.0.1:9/x --network loopback").done();
    let listed = |field: &str| desk.line("channel list --json").json()[1][field].clone();
    assert_eq!((listed("rate"), listed("burst")), (json!(5), json!(10)));
    assert_eq!(
        desk.line("channel rate lamp 20 --burst 40").done(),
        "lamp is called 20 times a second at most, 40 at once.\n"
    );
    assert_eq!((listed("rate"), listed("burst")), (json!(20), json!(40)));
    assert!(desk.line("channel list").done().contains("20 a second, 40 at once"));
    desk.line("channel rate lamp 0").refused(2);
    desk.line("channel rate desktop 9").refused(1);
    assert_eq!(desk.line("channel rate lamp 1000").done(), "lamp is called without a limit.\n");
}

#[test]
fn how_an_endpoint_is_tried_again_is_changed_later() {
    let desk = Desk::new();
    desk.line("channel add webhook lamp http://127.0.0.1:9/x --network loopback").done();
    assert_eq!(
        desk.line("channel edit lamp --retries quick --guarantee never-repeat").done(),
        "lamp: never repeat, quick retries. What waits for it follows that from its next try.\n"
    );
    let listed = || desk.line("channel list --json").json()[1].clone();
    assert_eq!(
        (&listed()["guarantee"], &listed()["retries"]),
        (&json!("never-repeat"), &json!("quick"))
    );
    let said = desk.line("channel edit lamp --retries long --json").json();
    assert_eq!((&said["guarantee"], &said["retries"]), (&json!("never-repeat"), &json!("long")));
    assert_eq!((&listed()["rate"], &listed()["retries"]), (&json!(5), &json!("long")));
    desk.line("channel edit lamp").refused(2);
    desk.line("channel edit lamp --retries never").refused(2);
    desk.line("channel edit desktop --retries quick").refused(1);
}

#[test]
fn what_was_cancelled_before_its_moment_is_not_said_to_have_been_due() {
    let desk = Desk::new();
    let tea = desk.add("Tea --kind note --at 2031-05-01T09:00");
    let story =
        |id: &serde_json::Value| desk.run(["why", id.as_str().expect("an id")]).done().to_string();
    desk.run(["delete", &tea]).done();
    let cancelled = desk.line("deliveries --state cancelled --json").json()[0]["id"].clone();
    assert_eq!(
        desk.line("deliveries").done(),
        "Nothing was due so far. 1 reminder cancelled before the moment came: --all lists that, too.\n"
    );
    assert!(desk.line("deliveries --all").done().contains("cancelled: the event was deleted"));
    assert!(
        story(&cancelled).contains("Cancelled: the event was deleted.\n"),
        "{}",
        story(&cancelled)
    );
    assert!(!story(&cancelled).contains("in its place again"), "{}", story(&cancelled));
    desk.line("undo").done();
    let anew = desk.line("deliveries --state scheduled --json").json()[0]["id"].clone();
    assert!(story(&cancelled).contains("in its place again"), "{}", story(&cancelled));
    assert!(story(&cancelled).contains(anew.as_str().expect("an id")), "{}", story(&cancelled));
    let said = desk.line("deliveries");
    let said = said.done();
    assert!(said.starts_with("Nothing was due so far. 1 reminder to come: "), "{said}");

    let gym = desk.add("Gym --kind note --at 2031-05-02T09:00 --rrule FREQ=DAILY");
    desk.run(["skip", &gym, "--occurrence", "2031-05-02T09:00"]).done();
    let rows = desk.line("deliveries --state cancelled --json").json();
    let rows = rows.as_array().expect("rows").clone();
    let of_gym = rows.iter().find(|row| row["title"] == "Gym").expect("cancelled");
    assert_eq!(of_gym["reason"], "cancelled.left_out");
    assert!(story(&of_gym["id"]).contains("Cancelled: this occurrence was left out.\n"));
}

#[test]
fn what_rang_is_listed_and_what_is_to_come_is_counted() {
    let desk = Desk::new();
    desk.add("Tea --kind note --at 2031-05-01T09:00");
    desk.add("Tick --kind note --cron */10~*~*~*~*");
    let said = desk.line("deliveries");
    let line = said.done();
    assert!(line.starts_with("Nothing was due so far. "), "{line}");
    assert!(line.contains(" to come: `carillon next` lists what rings next, --all everything.\n"));
    for all in ["deliveries --all", "deliveries --state scheduled"] {
        assert!(desk.line(all).done().contains("Tick"), "{all}");
    }
    assert!(desk.line("deliveries --json").json().as_array().is_some_and(|rows| rows.len() > 9));
}
