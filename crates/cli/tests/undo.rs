//! Aim: undo takes nothing away that nobody meant.
//! Method: the real program, no service.

mod kit;

use std::sync::Arc;

use engine::{
    Actor, Engine,
    clock::{Clock, SystemClock},
    ledger::acknowledgement::Answer,
    quiet::QuietHours,
    settings::Pause,
};
use jiff::{SignedDuration, tz::TimeZone};
use kit::Desk;

#[test]
fn what_cannot_be_undone_is_named_and_the_change_before_it_stays_unless_asked_for() {
    for line in [
        "channel remove lamp",
        "channel rate lamp 20",
        "channel on lamp",
        "channel add webhook second http://127.0.0.1:9/y --network loopback",
        "quiet --from 22:00 --to 07:00",
        "pause 10m",
        "resume",
        "SNOOZE",
        "ACK",
    ] {
        let desk = Desk::new();
        desk.line("channel add webhook lamp http://127.0.0.1:9/x --network loopback").done();
        desk.add("Tea --kind note --at 2031-05-01T09:00");
        desk.line("pause").done();
        desk.add("Contract --kind note --at 2031-05-01T09:00");
        let rows = desk.line("deliveries --json").json();
        let id = rows[0]["id"].as_str();
        let id = id.unwrap_or("none: planned later");
        let line = match line {
            "SNOOZE" => format!("snooze {id} --for 5m"),
            "ACK" => format!("ack {id}"),
            other => other.into(),
        };
        desk.line(&line).done();
        let said = desk.line("undo");
        let said = said.refused(1);
        assert!(said.contains("cannot be undone; the change before it is"), "{line}: {said}");
        assert!(said.contains("“Contract”") && said.contains("undo --before"), "{line}: {said}");
        assert!(desk.line("list --from 2031-05-01 --to 2031-05-02").done().contains("Contract"));
        assert!(desk.line("undo --before").done().contains("“Contract”"), "{line}");
        assert!(desk.line("undo").done().contains("“Tea”"), "it goes on with the one before");
    }
}

#[test]
fn several_are_snoozed_at_once_all_of_them_or_none() {
    let desk = Desk::new();
    let tomorrow = SystemClock::new().now().wall + SignedDuration::from_hours(24);
    let tomorrow = tomorrow.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M").to_string();
    desk.add(&format!("Tea --kind note --at {tomorrow} --zone UTC"));
    desk.add(&format!("Cake --kind note --at {tomorrow} --zone UTC"));
    let rows = desk.line("deliveries --json").json();
    let ids = [0, 1].map(|n| rows[n]["id"].as_str().expect("planned").to_string());
    let gone = "dlv_00000000000000000000000000000000";
    let line = |second: &str| format!("snooze {} {second} --for 3d", ids[0]);
    assert!(desk.line(&line(gone)).refused(1).contains("there is no delivery"));
    assert_eq!(desk.line("deliveries --json").json(), rows);
    let said = desk.line(&line(&ids[1]));
    assert_eq!(said.done().matches("Will be told on ").count(), 2, "{said:?}");
}

#[test]
fn a_change_of_an_endpoint_that_changes_nothing_stands_in_no_way() {
    let desk = Desk::new();
    desk.line("channel add webhook lamp http://127.0.0.1:9/on --network loopback").done();
    desk.add("Tea --kind note --at 2031-05-01T09:00");
    desk.line("channel edit lamp --retries long").done();
    assert!(desk.line("undo").done().contains("“Tea”"));
}

#[test]
fn a_change_after_it_is_undone_as_ever() {
    let desk = Desk::new();
    desk.line("pause").done();
    assert!(desk.line("undo").refused(1).contains("there is no change before it"));
    desk.add("Tea --kind note --at 2031-05-01T09:00");
    assert!(desk.line("undo").done().contains("“Tea”"));
    desk.line("redo").done();
    assert!(desk.line("undo").done().contains("“Tea”"));
}

#[test]
fn redo_is_stopped_by_what_came_between_as_undo_is_and_goes_past_it_when_asked_to() {
    let desk = Desk::new();
    let calendars = || desk.line("calendar list").done().to_string();
    desk.line("calendar add Imp").done();
    desk.add("Tea --kind note --at 2031-05-01T09:00 --calendar Imp");
    desk.line("calendar delete Imp").done();
    desk.line("undo").done();
    desk.line("quiet --from 22:00 --to 07:00").done();
    let said = desk.line("redo");
    assert_eq!(
        said.refused(1),
        "carillon: Delete calendar “Imp” is not done again, because changing the quiet hours came after it was undone: `carillon redo --before` does it all the same"
    );
    assert!(calendars().contains("Imp"));
    assert!(desk.line("redo --before").done().starts_with("Done again: Delete calendar “Imp”"));
    assert!(!calendars().contains("Imp"));
    // Where nothing was taken back there is nothing to stop.
    desk.line("pause 10m").done();
    assert_eq!(desk.line("redo").done(), "There is nothing to do again.\n");
}

/// What is done through the service, by the tray or on a notification.
type Deed = fn(&Engine) -> engine::Result<()>;

#[test]
fn what_is_set_in_the_tray_counts_and_an_answer_on_a_notification_does_not() {
    let deeds: [(&str, Deed); 4] = [
        ("pausing", |engine| engine.pause(Pause::Forever)),
        ("ending a pause", Engine::resume),
        ("changing the quiet hours", |engine| {
            let hours = engine.quiet_hours()?.expect("set before");
            engine.set_quiet_hours(&QuietHours { on: true, ..hours })
        }),
        ("", |engine| {
            let id = engine.next_rings(1)?[0].delivery.expect("planned");
            engine.acknowledge(&[id], Answer::Done, "notification").map(drop)
        }),
    ];
    for (named, deed) in deeds {
        let desk = Desk::new();
        desk.line("quiet --from 22:00 --to 07:00").done();
        desk.line("quiet off").done();
        let clock = Arc::new(SystemClock::new());
        let soon = (clock.now().wall + SignedDuration::from_hours(48)).to_zoned(TimeZone::UTC);
        desk.add(&format!("Tea --kind note --at {}", soon.strftime("%Y-%m-%dT%H:%M")));
        let engine = Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger");
        deed(&engine).expect("done");
        drop(engine);
        let said = desk.line("undo");
        if named.is_empty() {
            assert!(said.done().contains("“Tea”"));
        } else {
            assert!(said.refused(1).starts_with(&format!("carillon: {named}")), "{said:?}");
        }
    }
}

#[test]
fn undo_names_what_was_done_to_one_occurrence() {
    let desk = Desk::new();
    let id = desk.add("Stand-up --at 2031-05-05T09:00 --rrule FREQ=DAILY");
    for (line, said) in [
        (
            format!("move {id} --occurrence 2031-05-06 --to 2031-05-06T10:00"),
            "Move “Stand-up” on 6 May 2031",
        ),
        (format!("skip {id} --occurrence 2031-05-07"), "Skip “Stand-up” on 7 May 2031"),
        (format!("cancel {id} --scope all"), "Cancel “Stand-up”"),
        (format!("edit {id} --scope all --title Talk"), "Change “Talk”"),
    ] {
        desk.line(&line).done();
        assert_eq!(desk.line("undo").done(), format!("Undone: {said}.\n"), "{line}");
    }
}
