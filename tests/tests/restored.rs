//! A ledger that was copied to another machine, put back from an older copy, or met by a machine
//! that forgot it: nothing of the past rings by itself, all of it is put before a person, and the
//! future rings.

use std::{ffi::OsString, fs, path::Path};

use acceptance::world::{World, draft, reminder, screen};
use calendar::{delivery::State, draft::EventDraft, network::Network};
use engine::{
    channels::NewWebhook, courier::Handover, ledger::acknowledgement::Answer, settings::Pause,
};
use jiff::SignedDuration;

const BERLIN: &str = "Europe/Berlin";

fn note(title: &str, start: &str, rule: &str) -> EventDraft {
    let rules = if rule.is_empty() { vec![] } else { vec![rule.into()] };
    EventDraft { rules, ..draft("note", title, start, Some(BERLIN)) }
}

/// Monday morning, with something once a day, some things once, and what is told later that week.
fn monday() -> World {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    for (title, start, rule) in [
        ("Pill", "20261123T080000", "FREQ=DAILY"),
        ("Call Ana", "20261124T120000", ""),
        ("Bins", "20261125T200000", ""),
        ("Dentist", "20261127T110000", ""),
    ] {
        world.add(note(title, start, rule));
    }
    world.wait_until("2026-11-23T09:00");
    assert_eq!(world.titles(), ["Pill"]);
    world
}

/// What has a copy of Monday, met on Thursday at noon, when it is started.
fn check_thursday(world: &mut World) {
    world.sent.clear();
    world.start();
    assert!(world.sent.is_empty(), "{:?}\n{}", world.titles(), world.rows());
    let shown = world.engine().to_show_again(&screen(":1.99")).expect("a ledger").0;
    assert!(shown.is_empty(), "what was told before the copy was put here: {shown:?}");
    let wanted = "Mon 23 08:00 completed told.on_time Pill
Tue 24 08:00 review review.restored Pill
Tue 24 12:00 review review.restored Call Ana
Wed 25 20:00 review review.restored Bins
Thu 26 08:00 review review.restored Pill
Fri 27 08:00 scheduled planned Pill
Fri 27 11:00 scheduled planned Dentist
Sat 28 08:00 scheduled planned Pill";
    assert_eq!(world.rows(), wanted);
    world.wait_until("2026-11-28T07:00");
    assert_eq!(world.titles(), ["Pill", "Dentist"], "{}", world.rows());
}

#[test]
fn an_older_copy_put_in_place_tells_nothing_of_the_past_again() {
    let mut world = monday();
    let copy = world.copied();
    world.wait_until("2026-11-26T12:00");
    assert_eq!(world.titles(), ["Pill", "Pill", "Call Ana", "Pill", "Bins", "Pill"]);
    world.put_in_place(&copy);
    check_thursday(&mut world);
}

#[test]
fn of_an_older_copy_it_is_said_before_a_service_runs_that_what_nobody_had_planned_is_asked_about() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(note("Pill", "20261124T080000", "FREQ=DAILY"));
    let ahead: Vec<_> = world.deliveries().iter().map(|listed| listed.row.id).collect();
    world.engine().acknowledge(&ahead, Answer::Done, "window").expect("answered ahead");
    let copy = world.copied();
    world.wait_until("2026-11-26T12:00");
    assert!(!world.titles().is_empty());
    world.put_in_place(&copy);
    assert_eq!(world.rows(), "", "nothing is unfinished in it");
    let asks = |world: &World| world.engine().will_ask_about_the_past().expect("a ledger");
    assert_eq!(asks(&world), Some("it is older than what this computer had last"));
    world.start();
    let rows = world.rows();
    assert!(rows.contains("Thu 26 08:00 review review.restored Pill"), "{rows}");
    assert_eq!(asks(&world), None);
}

#[test]
fn what_nobody_had_planned_is_found_behind_many_events_of_which_all_was() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    for n in 0..200 {
        world.add(note(&format!("Bins {n}"), "20261125T070000", "FREQ=WEEKLY"));
    }
    world.add(note("Pill", "20261124T080000", "FREQ=DAILY"));
    let ahead: Vec<_> = world.deliveries().iter().map(|listed| listed.row.id).collect();
    for some in ahead.chunks(100) {
        world.engine().acknowledge(some, Answer::Done, "window").expect("answered ahead");
    }
    let copy = world.copied();
    world.wait_until("2026-11-26T12:00");
    world.put_in_place(&copy);
    assert_eq!(world.rows(), "", "nothing is unfinished in it");
    assert!(world.engine().will_ask_about_the_past().expect("a ledger").is_some());
}

#[test]
fn after_a_restore_and_a_clock_set_back_only_what_was_told_since_is_shown_again() {
    let mut world = monday();
    let copy = world.copied();
    world.wait_until("2026-11-26T12:00");
    world.put_in_place(&copy);
    world.start();
    world.set_clock("2026-11-24T09:00");
    world.run();
    assert_eq!(world.engine().to_show_again(&screen(":1.99")).expect("a ledger").0, []);
    world.add(note("Since", "20261124T100000", ""));
    world.wait_until("2026-11-24T10:01");
    let shown = world.engine().to_show_again(&screen(":1.99")).expect("a ledger").0;
    let titles: Vec<_> = shown.iter().map(|one| one.notice.title.as_str()).collect();
    assert_eq!(titles, ["Since"], "{}", world.rows());
}

#[test]
fn a_copy_on_another_machine_tells_nothing_of_the_past() {
    let mut world = monday();
    let copy = world.copied();
    world.jump_to("2026-11-26T12:00");
    world.put_in_place(&copy);
    world.forget_state();
    check_thursday(&mut world);
}

#[test]
fn a_ledger_whose_machine_forgot_it_tells_nothing_of_the_past() {
    let mut world = monday();
    world.jump_to("2026-11-26T12:00");
    world.forget_state();
    check_thursday(&mut world);
}

#[test]
fn a_ledger_whose_mark_is_damaged_tells_nothing_of_the_past() {
    let mut world = monday();
    world.jump_to("2026-11-26T12:00");
    fs::write(world.state().join("high-water"), "half a line").expect("damaged");
    check_thursday(&mut world);
}

/// The files of a folder, to put them somewhere else or back.
fn files(of: &Path) -> Vec<(OsString, Vec<u8>)> {
    let all = fs::read_dir(of).expect("a folder").map(|one| one.expect("a file"));
    let whole = all.filter(|one| one.file_type().is_ok_and(|kind| kind.is_file()));
    whole.map(|one| (one.file_name(), fs::read(one.path()).expect("bytes"))).collect()
}

#[test]
fn a_folder_put_back_whole_with_what_the_machine_knew_tells_nothing_of_the_past_again() {
    let mut world = monday();
    world.kill();
    let copy = world.copied();
    let known = files(world.state());
    world.start();
    world.wait_until("2026-11-26T12:00");
    world.put_in_place(&copy);
    for (name, bytes) in known {
        fs::write(world.state().join(name), bytes).expect("put back");
    }
    check_thursday(&mut world);
}

#[test]
fn a_folder_written_over_by_its_own_copy_tells_nothing_of_the_past_again_while_the_machine_runs() {
    let mut world = monday();
    world.remembers_while_it_runs();
    world.start();
    let copy = world.copied();
    let known = files(world.state());
    world.wait_until("2026-11-26T12:00");
    world.write_over(&copy);
    for (name, bytes) in known {
        fs::write(world.state().join(name), bytes).expect("put back");
    }
    check_thursday(&mut world);
}

#[test]
fn its_own_machine_tells_late_what_it_missed() {
    let mut world = monday();
    world.jump_to("2026-11-26T12:00");
    world.kill();
    world.sent.clear();
    world.start();
    assert_eq!(world.titles(), ["Call Ana", "Bins", "Pill"], "{}", world.rows());
    let review = world.rows().lines().filter(|line| line.contains("review")).count();
    assert_eq!(review, 0, "{}", world.rows());
}

#[test]
fn a_ledger_that_was_never_at_work_tells_late_what_it_missed() {
    let mut world = World::without_service("2026-11-23T07:00[Europe/Berlin]");
    world.add(note("Call Ana", "20261124T120000", ""));
    world.jump_to("2026-11-24T13:00");
    world.start();
    assert_eq!(world.titles(), ["Call Ana"]);
}

#[test]
fn what_was_put_before_a_person_stays_there_and_is_so_only_once() {
    let mut world = monday();
    let copy = world.copied();
    world.wait_until("2026-11-24T13:00");
    world.put_in_place(&copy);
    world.start();
    let told = world.rows();
    assert!(told.contains("Tue 24 12:00 review review.restored Call Ana"), "{told}");
    // The next start is one like any other.
    world.kill();
    world.jump_to("2026-11-25T21:00");
    world.sent.clear();
    world.start();
    assert_eq!(world.titles(), ["Pill", "Bins"], "{}", world.rows());
    assert!(world.rows().contains("Tue 24 12:00 review review.restored Call Ana"));
}

#[test]
fn what_was_being_sent_or_tried_again_is_put_before_a_person() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let hook = NewWebhook {
        name: "hook".into(),
        url: "http://127.0.0.1:9/".into(),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&hook).expect("a channel").id;
    for (title, start) in [("Sent", "20261123T080000"), ("Tried", "20261123T073000")] {
        let by_hook = Some(vec![reminder("-PT0S", hook)]);
        world.add(EventDraft { reminders: by_hook, ..note(title, start, "") });
    }
    world.answer(Handover::Ambiguous);
    world.wait_until("2026-11-23T07:30");
    world.jump_to("2026-11-23T08:00");
    let passed = world.pass(&[]).expect("a pass");
    assert!(!passed.parcels.is_empty());
    let copy = world.copied();
    world.jump_to("2026-11-23T12:00");
    world.put_in_place(&copy);
    world.forget_state();
    world.sent.clear();
    world.start();
    assert!(world.sent.is_empty(), "{}", world.rows());
    let states: Vec<_> = world.deliveries().iter().map(|l| l.row.facts.state).collect();
    assert_eq!(states, [State::Review, State::Review], "{}", world.rows());
    for listed in world.deliveries() {
        let story = world.engine().why(listed.row.id).expect("a story");
        assert!(story.attempts.iter().all(|a| a.outcome.is_some()), "{story:?}");
    }
}

#[test]
fn a_long_gap_of_a_dense_series_is_one_row_that_says_how_many_came_before() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let hourly = note("Drink", "20261123T080000", "FREQ=HOURLY");
    world.add(hourly);
    let copy = world.copied();
    let planned = world.deliveries().len();
    world.wait_until("2026-11-24T07:30");
    world.put_in_place(&copy);
    world.jump_to("2027-02-01T07:30");
    world.sent.clear();
    world.start();
    assert!(world.sent.is_empty());
    let rows = world.deliveries();
    let parked: Vec<_> = rows.iter().filter(|l| l.row.facts.state == State::Review).collect();
    assert_eq!(parked.len(), planned + 1, "{}", world.rows());
    let last = parked.iter().max_by_key(|l| l.row.facts.due).expect("a row");
    let story = world.engine().why(last.row.id).expect("a story");
    assert!(story.transitions[0].note.contains("before it, since"), "{story:?}");
    assert!(world.now().duration_since(last.row.facts.due) < SignedDuration::from_hours(1));
}

#[test]
fn the_mark_of_a_machine_follows_the_ledger() {
    let mut world = monday();
    let read = |world: &World| {
        let text = fs::read_to_string(world.state().join("high-water")).expect("a mark");
        text.trim().rsplit(' ').next().and_then(|n| n.parse::<i64>().ok()).expect("a number")
    };
    let before = read(&world);
    world.wait_until("2026-11-24T09:00");
    assert!(read(&world) > before, "{} > {before}", read(&world));
}

#[test]
fn each_that_a_person_has_told_goes_also_where_it_has_to_wait_first() {
    let mut world = monday();
    let copy = world.copied();
    world.wait_until("2026-11-26T12:00");
    world.put_in_place(&copy);
    world.start();
    let until = world.now() + SignedDuration::from_hours(1);
    world.engine().pause(Pause::Until(until)).expect("paused");
    world.add(note("Walk", "20261126T120000", ""));
    let pills: Vec<_> = world.deliveries().into_iter().filter(|l| l.title == "Pill").collect();
    let pills = pills.iter().filter(|l| l.row.facts.state == State::Review).map(|l| l.row.id);
    let pills: Vec<_> = pills.collect();
    assert_eq!(pills.len(), 2, "{}", world.rows());
    world.engine().retry(&pills, None).expect("asked for");
    world.run();
    assert_eq!(world.rows().matches("held held.paused Pill").count(), 2, "{}", world.rows());
    world.sent.clear();
    world.wait_until("2026-11-26T13:30");
    assert_eq!(world.rows().matches("late.asked Pill").count(), 2, "{}", world.rows());
    assert_eq!(world.titles().iter().filter(|title| *title == "Pill").count(), 2);
}
