//! What is said of a webhook whose endpoint fails: which retry comes, and what waits.

mod kit;

use std::{sync::Arc, time::Duration};

use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::{CalendarId, ChannelId},
};
use engine::{
    Actor, Engine,
    clock::{Clock, Now, SystemClock},
    courier::{Handover, Parcel, Report, Schedule},
    events::Save,
    scheduler::{Availability, Finished, Scheduler, Slots},
};
use jiff::{SignedDuration, tz::TimeZone};
use kit::Desk;

/// The machine's clocks as they were so many seconds ago, the time since boot as well.
struct Before(SystemClock, u64);

impl Clock for Before {
    fn now(&self) -> Now {
        let (now, ago) = (self.0.now(), Duration::from_secs(self.1));
        Now { wall: now.wall - ago, boot: now.boot + Duration::from_secs(3_600) - ago, ..now }
    }
}

fn engine(desk: &Desk, ago: u64) -> Arc<Engine> {
    let clock = Arc::new(Before(SystemClock::new(), ago));
    Arc::new(Engine::open(&desk.data(), Actor::Service, clock).expect("a ledger"))
}

/// A service that leads, and a channel.
struct Led {
    engine: Arc<Engine>,
    channel: ChannelId,
    scheduler: Scheduler,
}

/// A channel of this name, typed with ~ for spaces, and so many reminders that are due through it.
fn led(desk: &Desk, name: &str, reminders: usize) -> Led {
    led_before(desk, name, reminders, 10)
}

/// The same, so many seconds ago.
fn led_before(desk: &Desk, name: &str, reminders: usize, ago: u64) -> Led {
    let add = format!("channel add webhook {name} http://127.0.0.1:9/on --network loopback");
    desk.line(&add).done();
    let before = engine(desk, ago + 10);
    let channel = before.channel_named(&name.replace('~', " ")).expect("a channel").id;
    let start = before.now().wall.to_zoned(TimeZone::UTC).datetime() + SignedDuration::from_secs(5);
    for n in 1..=reminders {
        let through = ReminderDraft {
            trigger: "PT0M".into(),
            channel: channel.to_string(),
            ..ReminderDraft::default()
        };
        let draft = EventDraft {
            kind: "note".into(),
            calendar: CalendarId::FIRST.to_string(),
            title: format!("Down {n}"),
            start: start.strftime("%Y%m%dT%H%M%S").to_string(),
            zone: Some("UTC".into()),
            reminders: Some(vec![through]),
            ..EventDraft::default()
        };
        before.save_event(&Save { draft, ..Save::default() }).expect("saved");
    }
    drop(before);
    Led::again(desk, channel, ago)
}

impl Led {
    fn again(desk: &Desk, channel: ChannelId, ago: u64) -> Self {
        let engine = engine(desk, ago);
        let scheduler = Scheduler::lead(engine.clone()).expect("to lead");
        Self { engine, channel, scheduler }
    }

    fn pass(&mut self, finished: &[Finished]) -> Vec<Parcel> {
        let slots = Slots { desktop: 1, webhook: 8 };
        let now = self.engine.now();
        let passed = self.scheduler.pass(&now, finished, slots, Availability::default());
        passed.expect("a pass").parcels
    }

    /// What is due is sent, and comes to this.
    fn comes_to(&mut self, handover: &Handover, status: Option<u16>) -> usize {
        let report = Report { handover: handover.clone(), status, detail: String::new() };
        let back = |parcel: Parcel| Finished {
            claims: parcel.claims,
            too_late: Vec::new(),
            at: None,
            report: Some(report.clone()),
            in_digest: false,
        };
        let finished: Vec<Finished> = self.pass(&[]).into_iter().map(back).collect();
        self.pass(&finished);
        finished.len()
    }
}

/// A channel of this name, typed with ~ for spaces, and so many reminders, each refused once.
fn failing(desk: &Desk, name: &str, reminders: usize) {
    refusing(desk, name, reminders, (500, None));
}

/// The same, and what is answered: a status, and how long to leave the endpoint alone.
fn refusing(desk: &Desk, name: &str, reminders: usize, (status, asks): (u16, Option<Duration>)) {
    let handover = Handover::Transient { retry_after: asks, schedule: Schedule::Channel };
    assert_eq!(led(desk, name, reminders).comes_to(&handover, Some(status)), reminders);
}

#[test]
fn a_retry_is_called_one_with_its_number_and_of_how_many() {
    let desk = Desk::new();
    failing(&desk, "lamp", 1);
    let said = desk.line("next");
    assert!(said.done().contains(" (retry 1 of 10)  "), "{said:?}");
    let ring = &desk.line("next --json").json()[0];
    assert_eq!((ring["retry"].as_u64(), ring["retries"].as_u64()), (Some(1), Some(10)), "{ring}");
}

#[test]
fn what_is_retried_and_waits_says_both_as_one_as_the_window_does() {
    let desk = Desk::new();
    failing(&desk, "lamp", 5);
    let said = desk.line("next");
    let why = ": the endpoint failed repeatedly and is given a rest)  ";
    let line = said.done().lines().nth(1).expect("a line").to_string();
    let (_, more) = line.split_once(" (").expect("why");
    assert!(more.starts_with("retry 1 of 10 · held from ") && more.contains(why), "{line}");
}

#[test]
fn what_waits_for_an_endpoint_that_asked_for_time_says_that() {
    let desk = Desk::new();
    refusing(&desk, "lamp", 1, (429, Some(Duration::from_secs(600))));
    desk.line("add Sync --kind workflow --channel lamp --cron *~*~*~*~*").done();
    let said = desk.line("next");
    let line = said.done().lines().find(|line| line.contains("Sync")).expect("it comes");
    assert!(line.contains(": the endpoint asked to be left alone for a while)"), "{line}");
}

#[test]
fn a_retry_of_all_of_a_channel_says_what_only_waits_and_how_that_is_sent_now() {
    for (tests, words) in [(1, "1 reminder waits for lamp: "), (5, "5 reminders wait for lamp: ")] {
        let desk = Desk::new();
        failing(&desk, "lamp", tests);
        let said = desk.line("retry --channel lamp");
        let words = format!("Nothing is tried again.\n{words}`carillon retry dlv_");
        assert!(said.done().starts_with(&words), "{said:?}");
        let id =
            said.done().split("`carillon retry ").nth(1).and_then(|rest| rest.split('`').next());
        let id = id.expect("an id").to_string();
        let problems = desk.doctor().0["problems"].to_string();
        assert!(problems.contains(&format!("`carillon retry {id}` tries it now")), "{problems}");
        let said = desk.run(["retry", &id]);
        assert!(said.done().starts_with("1 reminder will be tried again, with the same key.\n"));
    }
}

#[test]
fn what_a_restored_ledger_will_ask_about_is_not_offered_to_be_tried_again() {
    for tests in [1, 5] {
        let desk = Desk::new();
        failing(&desk, "lamp", tests);
        let file = desk.beside().join("agenda.db");
        let file = file.to_str().expect("a plain path");
        desk.run(["backup", file]).done();
        desk.run(["restore", file]).done();
        let problems = desk.doctor().0["problems"].to_string();
        assert!(problems.contains("the channel lamp"), "{problems}");
        assert!(!problems.contains("carillon retry"), "{problems}");
    }
}

#[test]
fn a_name_with_a_space_is_quoted_where_a_command_with_it_is_said() {
    let desk = Desk::new();
    led(&desk, "the~lamp", 1).comes_to(&Handover::Gone, Some(410));
    let refused = desk.line("channel test the~lamp");
    assert!(refused.refused(1).contains("`carillon channel on 'the lamp'`"), "{refused:?}");
    let on = desk.line("channel on the~lamp");
    assert!(on.done().contains("by: carillon retry --channel 'the lamp'\n"), "{on:?}");
    desk.line("person add Ana~Maria").done();
    let zone = desk.line("add Tea --at 2031-01-01T10:00 --zone-of Ana~Maria");
    assert!(zone.refused(2).contains("`carillon person edit 'Ana Maria' --zone ZONE`"), "{zone:?}");
}

/// What doctor says of the channel lamp.
fn of_lamp(desk: &Desk) -> Vec<String> {
    let problems = desk.doctor().0["problems"].clone();
    let all = problems.as_array().expect("a list").iter();
    let said = all.map(|line| line.as_str().expect("a line").to_owned());
    said.filter(|line| line.contains("the channel lamp")).collect()
}

#[test]
fn an_endpoint_that_fails_is_named_at_whatever_moment_it_is_asked() {
    let failed = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
    for (ago, reminders, says) in [
        (600, 1, "the channel lamp fails (HTTP 500), and 1 reminder waits for it"),
        (600, 5, "the channel lamp fails (HTTP 500), and 5 reminders wait for it"),
        (10, 5, "after 5 failures (the last: HTTP 500), and 5 reminders wait for it: "),
    ] {
        let desk = Desk::new();
        let mut led = led_before(&desk, "lamp", reminders, ago);
        assert_eq!(led.comes_to(&failed, Some(500)), reminders);
        let said = of_lamp(&desk);
        assert!(said.len() == 1 && said[0].contains(says), "{said:?}");
        if ago == 600 {
            // And while it is tried once more.
            let channel = led.channel;
            drop(led);
            assert!(!Led::again(&desk, channel, ago / 2).pass(&[]).is_empty());
            let said = of_lamp(&desk);
            assert!(said.len() == 1 && said[0].contains(says), "{said:?}");
        }
    }
}

#[test]
fn what_waits_for_an_endpoint_is_said_once_by_doctor_and_tests_are_no_reminders() {
    for (schedule, advice) in [(Schedule::Channel, false), (Schedule::Refused, true)] {
        let handover = Handover::Transient { retry_after: None, schedule };
        for (reminders, says) in
            [(1, ", and 1 reminder waits for it"), (3, "3 reminders wait for it")]
        {
            let desk = Desk::new();
            let mut led = led(&desk, "lamp", reminders);
            for _ in 0..2 {
                led.engine.test_channel(led.channel, None).expect("planned");
            }
            assert_eq!(led.comes_to(&handover, Some(404)), reminders + 2);
            let said = of_lamp(&desk);
            assert!(said.len() == 1 && said[0].contains(says), "{said:?}");
            assert_eq!(said[0].contains("see whether its address is right"), advice, "{said:?}");
            let held_up = led.engine.held_up().expect("readable");
            assert_eq!(held_up[0].waiting as usize, reminders);
        }
        let desk = Desk::new();
        let mut led = led(&desk, "lamp", 0);
        led.engine.test_channel(led.channel, None).expect("planned");
        assert_eq!(led.comes_to(&handover, Some(404)), 1);
        assert_eq!(of_lamp(&desk), [""; 0], "nobody waits for a test");
    }
}

#[test]
fn the_command_that_doctor_names_lists_as_many_as_it_said() {
    let desk = Desk::new();
    let mut led = led(&desk, "lamp", 2);
    for _ in 0..3 {
        led.engine.test_channel(led.channel, None).expect("planned");
    }
    assert_eq!(led.comes_to(&Handover::Permanent, Some(400)), 5);
    let problems = desk.doctor().0["problems"].to_string();
    let (_, rest) = problems
        .split_once("2 reminders have failed in the last 30 days: `carillon ")
        .expect("both");
    let command = rest.split('`').next().expect("a command");
    let said = desk.line(command);
    assert_eq!(said.done().matches("dlv_").count(), 2, "{said:?}");
    assert!(said.done().contains("3 left out, as others are tests"), "{said:?}");
    let said = desk.line(&format!("{command} --all"));
    assert_eq!(said.done().matches("dlv_").count(), 5, "{said:?}");
}

#[test]
fn what_is_being_sent_when_its_channel_is_removed_is_counted_once_and_its_end_is_said() {
    let desk = Desk::new();
    let mut led = led(&desk, "lamp", 2);
    let parcels = led.pass(&[]);
    assert_eq!(parcels.len(), 2);
    let (deleted, kept) = (parcels[0].claims[0].delivery, parcels[1].claims[0].delivery);
    let of = led.engine.why(deleted).expect("it").delivery.row.event.expect("an event");
    desk.line(&format!("delete {of}")).done();
    let removed = desk.line("channel remove lamp");
    let said = "Removed lamp. 2 reminders being sent at this moment.";
    assert!(removed.done().starts_with(said), "{removed:?}");
    let unknown = Report { handover: Handover::Ambiguous, status: None, detail: String::new() };
    let back = |parcel: Parcel| Finished {
        claims: parcel.claims,
        too_late: Vec::new(),
        at: None,
        report: Some(unknown.clone()),
        in_digest: false,
    };
    let finished: Vec<_> = parcels.into_iter().map(back).collect();
    led.pass(&finished);
    let listed = desk.line("deliveries --all");
    let says = "cancelled: its channel was removed, 1 try; nobody knows if it arrived before that";
    assert_eq!(listed.done().matches(says).count(), 2, "{listed:?}");
    let story = desk.line(&format!("why {kept}"));
    let story = story.done();
    assert!(story.contains("; nobody knows if it arrived before that.\n"), "{story}");
    assert_eq!(story.matches("  cancelled: its channel was removed").count(), 1, "{story}");
    assert_eq!(story.matches("to be cancelled: its channel was removed").count(), 1, "{story}");
}
