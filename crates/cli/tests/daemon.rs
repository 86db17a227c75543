//! Aim: the service leads alone, is seen by the other commands, tells through the ledger, and ends
//! when asked.
//! Method: the real service, without a desktop; its own words and the bell say when to look.

mod kit;

use std::{
    io::{BufRead, BufReader, Lines, Read, Write},
    net::TcpListener,
    process::{Child, ChildStderr, Stdio},
    sync::Arc,
    time::Duration,
};

use calendar::{draft::EventDraft, id::CalendarId};
use engine::{
    Actor, Engine,
    clock::{Clock, Now, SystemClock},
    events::Save,
    ledger::SchedulerLock,
};
use jiff::{SignedDuration, tz::TimeZone};
use kit::Desk;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

/// A service of a ledger; it is ended with the test.
struct Service {
    child: Child,
    says: Lines<BufReader<ChildStderr>>,
}

impl Service {
    fn start(desk: &Desk) -> Self {
        let mut command = desk.command(["daemon", "--no-tray"]);
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        command.env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent");
        let mut child = command.stderr(Stdio::piped()).spawn().expect("carillon runs");
        let says = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        Self { child, says }
    }

    /// Waits until it says this.
    fn says(&mut self, words: &str) {
        let found = self.says.by_ref().map_while(Result::ok).find(|line| line.contains(words));
        assert!(found.is_some(), "it ended without saying {words:?}");
    }

    /// Asks it to end and gives its exit code.
    fn end(mut self) -> Option<i32> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("it runs");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().unwrap_or(());
        self.child.wait().map(drop).unwrap_or(());
    }
}

#[test]
fn one_service_leads_another_stands_by_and_takes_over() {
    let desk = Desk::new();
    let mut first = Service::start(&desk);
    first.says("leading");
    let pid = first.child.id();
    let doctor = desk.doctor().0;
    assert_eq!(
        (&doctor["service"]["running"], &doctor["service"]["pid"]),
        (&json!(true), &json!(pid))
    );
    let said = desk.line("add Known --at 2031-01-01T09:00");
    assert!(!said.done().contains("No service is running"), "{said:?}");
    let (found, code) = desk.doctor();
    let problem = "no notification service: reminders will wait in the inbox until there is one";
    assert_eq!((&found["problems"], code), (&json!([problem]), 1));
    let mut second = Service::start(&desk);
    second.says(&format!("another service (process {pid}, Carillon "));
    assert_eq!(first.end(), Some(0));
    second.says("leading");
    let pid = second.child.id();
    assert_eq!(desk.doctor().0["service"]["pid"], json!(pid));
    assert_eq!(second.end(), Some(0));
    assert_eq!(desk.doctor().0["service"]["running"], json!(false));
}

/// The clock as it was two hours ago.
struct TwoHoursAgo(SystemClock);

impl Clock for TwoHoursAgo {
    fn now(&self) -> Now {
        let now = self.0.now();
        Now { wall: now.wall - SignedDuration::from_hours(2), ..now }
    }
}

#[test]
fn the_inbox_lists_what_nobody_has_answered_and_all_but_what_is_to_come_is_answered_at_once() {
    let desk = Desk::new();
    assert_eq!(desk.line("inbox").done(), "Nothing waits for an answer.\n");
    assert_eq!(desk.line("ack --all").done(), "Nothing waits for an answer.\n");
    let clock = Arc::new(TwoHoursAgo(SystemClock::new()));
    let hour_ago = (clock.now().wall + SignedDuration::from_hours(1)).to_zoned(TimeZone::UTC);
    let engine = Engine::open(&desk.data(), Actor::Window, clock).expect("a ledger");
    for (kind, title) in [("appointment", "Lunch"), ("appointment", "Walk"), ("note", "Pill")] {
        let draft = EventDraft {
            kind: kind.into(),
            calendar: CalendarId::FIRST.to_string(),
            title: title.into(),
            start: hour_ago.strftime("%Y%m%dT%H%M00").to_string(),
            zone: Some("UTC".into()),
            length: (kind == "appointment").then_some((0, 1_800)),
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("saved");
    }
    drop(engine);
    let (tell, rung) = std::sync::mpsc::channel();
    let bell = engine::bell::Bell::in_dir(&desk.data());
    bell.watch(move || tell.send(()).unwrap_or(())).expect("a watch");
    let service = Service::start(&desk);
    let state = |of: &str| {
        let rows = desk.line("inbox --json").json();
        let rows = rows.as_array().expect("an array").clone();
        rows.iter().filter(|row| row["state"] == of).count()
    };
    // Ends: the service rings after each pass that changed something, or never and the wait does.
    while (state("expired"), state("held")) != (2, 1) {
        rung.recv_timeout(Duration::from_secs(60)).expect("the service changes something");
    }
    let said = desk.line("inbox").done().to_string();
    let order: Vec<_> = ["Pill", "\nMissed\n", "missed: "]
        .map(|part| said.find(part).unwrap_or_else(|| panic!("{part}: {said}")))
        .to_vec();
    assert!(order.is_sorted(), "{said}");
    assert!(
        said.ends_with(
            "3 reminders: `carillon ack DELIVERY…` when you are done with some, --all with all.\n"
        ),
        "{said}"
    );
    let done = desk.line("ack --all");
    assert_eq!(
        done.done(),
        "Done with 2 reminders.\n1 reminder still to be told: left as it is.\n"
    );
    assert_eq!((state("expired"), state("held")), (0, 1));
    assert_eq!(service.end(), Some(0));
}

#[test]
fn whoever_watches_hears_at_once_that_the_service_was_killed() {
    let desk = Desk::new();
    let mut service = Service::start(&desk);
    service.says("leading");
    let (tell, free) = std::sync::mpsc::channel();
    SchedulerLock::watch_release(&desk.data(), move || tell.send(()).unwrap_or(()))
        .expect("a watch");
    assert!(SchedulerLock::holder(&desk.data()).is_some());
    service.child.kill().expect("it runs");
    free.recv_timeout(Duration::from_secs(20)).expect("it is heard");
    assert!(SchedulerLock::holder(&desk.data()).is_none());
}

#[test]
fn what_is_due_waits_for_a_desktop_and_can_be_answered_meanwhile() {
    let desk = Desk::new();
    let rows = |state: &str| desk.line(&format!("deliveries --json --state {state}")).json();
    // Due while no service ran: it is looked at as soon as one leads.
    let id = desk.line("channel test desktop --json").json()["delivery"].clone();
    let id = id.as_str().expect("an id");
    let (tell, rung) = std::sync::mpsc::channel();
    let bell = engine::bell::Bell::in_dir(&desk.data());
    bell.watch(move || tell.send(()).unwrap_or(())).expect("a watch");
    let service = Service::start(&desk);
    // Ends: the service rings after each pass that changed something, or never and the wait does.
    while rows("held") == json!([]) {
        rung.recv_timeout(Duration::from_secs(60)).expect("the service changes something");
    }
    let story = desk.run(["why", id]);
    assert!(story.done().contains("It is waiting: there is no notification service"), "{story:?}");
    let next = desk.line("next");
    assert!(next.done().contains("waits: there is no notification service"), "{next:?}");
    assert!(desk.run(["snooze", id]).refused(1).contains("only a reminder on this desktop"));
    assert_eq!(desk.run(["ack", id]).done(), "Done with 1 reminder: 1 reminder cancelled.\n");
    let told = desk.run(["why", id]).done().to_string();
    assert!(told.contains("  done, from the command line\n"), "{told}");
    let answer = &desk.run(["why", id, "--json"]).json()["answer"];
    assert_eq!((&answer["answer"], &answer["place"]), (&json!("done"), &json!("cli")));
    assert!(desk.run(["retry", id]).refused(1).contains("only failed and uncertain ones"));
    assert_eq!(service.end(), Some(0));
}

/// An endpoint that answers each call with the next of these lines, then is no longer there.
fn endpoint(answers: &'static [&'static str]) -> (u16, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let answering = std::thread::spawn(move || {
        for answer in answers {
            let (mut peer, _) = listener.accept().expect("a call");
            // The request fits one packet; what it says is another test's matter.
            let read = peer.read(&mut [0; 65_536]).expect("a request");
            assert!(read > 0, "a call without words");
            write!(peer, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .expect("answered");
        }
    });
    (port, answering)
}

#[test]
fn an_endpoint_that_was_gone_is_used_again_after_it_was_switched_on() {
    let desk = Desk::new();
    let (port, answering) = endpoint(&["410 Gone", "204 No Content"]);
    let add = format!("channel add webhook lamp http://127.0.0.1:{port}/ --network loopback");
    desk.line(&add).done();
    let (tell, rung) = std::sync::mpsc::channel();
    let bell = engine::bell::Bell::in_dir(&desk.data());
    bell.watch(move || tell.send(()).unwrap_or(())).expect("a watch");
    // What became of a test of it.
    let tested = || {
        let id = desk.line("channel test lamp --json").json()["delivery"].clone();
        let states = "--state completed --state dead";
        // Ends: the service rings after each pass that changed something, or the wait does.
        loop {
            let rows = desk.line(&format!("deliveries --json {states}")).json();
            let all = rows.as_array().expect("rows");
            if let Some(row) = all.iter().find(|row| row["id"] == id) {
                return row["reason"].clone();
            }
            rung.recv_timeout(Duration::from_secs(60)).expect("the service changes something");
        }
    };
    let service = Service::start(&desk);
    assert_eq!(tested(), json!("dead.gone"));
    assert!(desk.line("channel list").done().contains("off: its endpoint said it is gone"));
    let refused = desk.line("channel test lamp");
    assert!(refused.refused(1).contains("`carillon channel on lamp`"), "{refused:?}");
    assert_eq!(desk.doctor().0["problems"], json!([]), "a test is no reminder");
    let far = desk.line("add --json Far --at 2031-01-01T09:00 --channel lamp").json();
    let remark = "the channel lamp is off (its endpoint said it is gone), so nothing is told on it: `carillon channel on lamp` switches it on";
    assert_eq!(far["remarks"], json!([remark]));
    let waiting = desk.line("deliveries --json --state scheduled").json()[0]["id"].clone();
    let story = desk.run(["why", waiting.as_str().expect("an id")]);
    assert!(story.done().contains("\nIts channel lamp is off"), "{story:?}");
    assert!(!story.done().contains("It will be told"), "{story:?}");
    let near = SystemClock::new().now().wall + SignedDuration::from_secs(4);
    let near = near.strftime("%Y-%m-%dT%H:%M:%SZ");
    desk.add(&format!("Near --at {near} --remind 0m --channel lamp"));
    while desk.line("deliveries --json --state dead").json().as_array().map(Vec::len) < Some(2) {
        rung.recv_timeout(Duration::from_secs(60)).expect("the service changes something");
    }
    let off = "the channel lamp is off (its endpoint said it is gone) and 1 reminder is planned on it: `carillon channel on lamp` switches it on";
    let failed =
        "1 reminder has failed in the last 30 days: `carillon deliveries --state failed --since 20";
    let (found, code) = desk.doctor();
    assert_eq!((&found["problems"][0], code), (&json!(off), 1));
    let said = found["problems"][1].as_str().expect("a problem");
    assert!(said.starts_with(failed) && said.ends_with("` lists them"), "{said}");
    assert!(desk.line("channel on lamp").done().starts_with("Switched lamp on again."));
    assert!(!desk.line("channel list").done().contains("off:"));
    let story = desk.run(["why", waiting.as_str().expect("an id")]);
    assert!(story.done().contains("\nIt will be told when it is due."), "{story:?}");
    assert_eq!(desk.line("channel on lamp").done(), "lamp was not off.\n");
    assert_eq!(tested(), json!("told.on_time"));
    let told = desk.line("deliveries --json --state told").json()[0]["id"].clone();
    let again = desk.run(["retry", told.as_str().expect("an id")]);
    assert!(again.refused(1).contains(" is told: only failed and uncertain ones"), "{again:?}");
    answering.join().expect("both calls came");
    assert_eq!(service.end(), Some(0));
}
