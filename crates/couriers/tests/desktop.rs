//! The desktop courier against a real bus and a notification service that remembers: what is
//! posted, what people press, and what happens when the service or the bus goes and comes.
#![cfg(target_os = "linux")]

mod common;

use std::{sync::Arc, time::Duration};

use common::{SOON, hand_over, notice};
use couriers::desktop::{DesktopAnswer, DesktopCourier, DesktopEvent, Limits, Options};
use engine::courier::{Courier, Handover, Message, Notice, Parcel, Report, Schedule, Unavailable};
use testkit::{
    PATIENCE,
    bus::Bus,
    notifier::{Manner, Notifier},
};
use tokio::{sync::mpsc::Receiver, time::timeout};

type Started = (DesktopCourier, Receiver<DesktopEvent>);

async fn start(bus: &Bus) -> Started {
    start_with(bus, Limits::default()).await
}

async fn start_with(bus: &Bus, limits: Limits) -> Started {
    let options = Options { bus: Some(bus.address().to_owned()), limits, ..Options::default() };
    DesktopCourier::start(options).await
}

/// Quick where the test waits for the courier, patient where it waits for the bus.
fn quick() -> Limits {
    let soon = Duration::from_millis(10);
    Limits { excess: soon, backoff: soon, ..Limits::default() }
}

async fn post(courier: &DesktopCourier, notice: Notice) -> Report {
    hand_over(courier, Message::Notice(notice), SOON).await
}

async fn next(events: &mut Receiver<DesktopEvent>) -> DesktopEvent {
    timeout(PATIENCE, events.recv()).await.expect("an event comes").expect("and more may come")
}

fn accepted(by: &Notifier) -> Option<String> {
    Some(by.for_ever())
}

/// Who is said to have shown it.
fn shown_by(report: Report) -> Option<String> {
    match report.handover {
        Handover::Accepted { shown_by } => shown_by.map(|pop_up| pop_up.screen.owner),
        other => panic!("not taken: {other:?}"),
    }
}

const ABSENT: Handover = Handover::Unavailable(Unavailable::NoNotifier);

#[tokio::test]
async fn a_notice_is_posted_with_all_that_belongs_to_it() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, _events) = start(&bus).await;
    assert_eq!(courier.probe(), Ok(()));
    let mut wild = notice("occ_1");
    wild.title = "Den\0tist\u{202e}\nat <ten>".to_owned();
    wild.body = "10:00 · in 9 min\n<b>R & D</b>".to_owned();
    let report = post(&courier, wild).await;
    assert_eq!(report.detail, "taken by testkit 1");
    assert_eq!(shown_by(report), accepted(&notifier));
    assert_eq!(courier.notifier().await.as_deref(), Some("testkit 1"));

    let [note] = &notifier.notes()[..] else { panic!("one notification") };
    assert_eq!(note.app_name, "Carillon");
    assert_eq!((note.icon.as_str(), note.replaces), ("org.carillon.Carillon", 0));
    assert_eq!(note.summary, "Dentist at <ten>");
    assert_eq!(note.body, "10:00 · in 9 min\n&lt;b&gt;R &amp; D&lt;/b&gt;");
    assert_eq!(note.label("snooze"), Some("Snooze 10 min"));
    assert_eq!(note.label("done"), Some("Done"));
    assert_eq!(note.label("open"), Some("Open"));
    assert_eq!((note.urgency, note.timeout), (Some(1), -1));
    for (hint, value) in [
        ("category", "x-carillon.reminder"),
        ("desktop-entry", "org.carillon.Carillon"),
        ("sound-name", "bell"),
        ("x-dunst-stack-tag", "occ_1"),
    ] {
        assert_eq!(note.hints.get(hint).map(String::as_str), Some(value), "{hint}");
    }
}

#[tokio::test]
async fn an_alarm_is_urgent_and_stays() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, _events) = start(&bus).await;
    post(&courier, Notice { alarm: true, again: true, ..notice("occ_1") }).await;
    let [note] = &notifier.notes()[..] else { panic!("one notification") };
    assert_eq!((note.urgency, note.timeout), (Some(2), 0));
    assert!(note.body.starts_with("Again: "), "{}", note.body);
}

#[tokio::test]
async fn the_same_key_again_replaces_what_is_on_the_screen() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, _events) = start(&bus).await;
    for key in ["occ_1", "occ_2", "occ_1"] {
        assert_eq!(shown_by(post(&courier, notice(key)).await), accepted(&notifier));
    }
    let notes = notifier.notes();
    let replaced: Vec<_> = notes.iter().map(|note| (note.id, note.replaces)).collect();
    assert_eq!(replaced, [(1, 0), (2, 0), (1, 1)]);
    let senders: Vec<_> = notes.iter().map(|note| &note.sender).collect();
    assert!(senders.windows(2).all(|pair| pair[0] == pair[1]), "one connection: {senders:?}");
    assert_eq!(notifier.asked_capabilities(), 1);
}

#[tokio::test]
async fn buttons_answer_for_their_key_and_bring_their_token() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, mut events) = start(&bus).await;
    let owner = notifier.for_ever();
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierAppeared { owner: owner.clone() });
    post(&courier, notice("occ_1")).await;
    post(&courier, notice("occ_2")).await;
    notifier.press(7, "done").await;
    notifier.press(1, "explode").await;
    notifier.press(2, "snooze").await;
    notifier.press_with_token(1, "open", "token-1").await;
    notifier.close(1, 2).await;
    notifier.press(1, "default").await;
    notifier.press(1, "done").await;
    let answered = |key: &str, answer, token: Option<&str>| DesktopEvent::Answered {
        key: key.to_owned(),
        answer,
        activation_token: token.map(str::to_owned),
    };
    assert_eq!(next(&mut events).await, answered("occ_2", DesktopAnswer::Snooze, None));
    assert_eq!(next(&mut events).await, answered("occ_1", DesktopAnswer::Open, Some("token-1")));
    assert_eq!(next(&mut events).await, DesktopEvent::Closed { owner, id: 1 });
    assert_eq!(next(&mut events).await, answered("occ_1", DesktopAnswer::Open, None));
    assert_eq!(next(&mut events).await, answered("occ_1", DesktopAnswer::Done, None));
    drop(courier);
    assert_eq!(events.recv().await, None, "nothing else was told");
}

#[tokio::test]
async fn what_another_connection_showed_is_replaced_or_closed_by_its_number() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (before, _events) = start(&bus).await;
    let mut left = Vec::new();
    for key in ["occ_1", "occ_2"] {
        let report = post(&before, notice(key)).await;
        let Handover::Accepted { shown_by: Some(pop_up) } = report.handover else {
            panic!("taken")
        };
        left.push(pop_up);
    }
    drop(before);
    let (courier, mut events) = start(&bus).await;
    next(&mut events).await;
    for pop_up in &left {
        courier.adopt(pop_up.id, &format!("left_{}", pop_up.id)).await;
    }
    let parcel = Parcel {
        replaces: Some(left[0].clone()),
        ..common::parcel(Message::Notice(notice("occ_1")))
    };
    assert_eq!(shown_by(courier.hand_over(parcel).await), accepted(&notifier));
    let again = &notifier.notes()[2];
    assert_eq!((again.replaces, again.id), (1, 1));
    for key in ["left_1", "left_2"] {
        courier.withdraw(key).await;
    }
    assert_eq!(notifier.closed(), [2], "what has the place of the other stays");
    assert_eq!(next(&mut events).await, DesktopEvent::Closed { owner: notifier.for_ever(), id: 2 });
    // A number of one service means nothing to another.
    let other = Notifier::start(bus.address()).await;
    next(&mut events).await;
    let parcel = Parcel {
        replaces: Some(left[1].clone()),
        ..common::parcel(Message::Notice(notice("occ_2")))
    };
    assert_eq!(shown_by(courier.hand_over(parcel).await), accepted(&other));
    assert_eq!(other.notes()[0].replaces, 0);
}

/// A person closes what is there while it is being replaced: what comes in its place is there.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_closed_before_another_took_its_place_closes_nothing_of_that() {
    let bus = Bus::start();
    let notifier = Arc::new(Notifier::start(bus.address()).await);
    let (courier, mut events) = start(&bus).await;
    next(&mut events).await;
    post(&courier, notice("occ_1")).await;
    let closing = notifier.clone();
    notifier.before_answer(move |note| {
        let by_hand = closing.close(note.id, 2);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(by_hand));
    });
    post(&courier, notice("occ_1")).await;
    notifier.before_answer(|_| {});
    assert_eq!(notifier.notes()[1].replaces, 1);
    notifier.press(1, "done").await;
    assert!(matches!(next(&mut events).await, DesktopEvent::Answered { .. }));
    notifier.close(1, 2).await;
    assert_eq!(next(&mut events).await, DesktopEvent::Closed { owner: notifier.for_ever(), id: 1 });
}

#[tokio::test]
async fn a_press_told_by_somebody_else_is_not_believed() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, mut events) = start(&bus).await;
    next(&mut events).await;
    post(&courier, notice("occ_1")).await;
    // The impostor takes the name, so what it says passes the bus; then the first has it back.
    let impostor = Notifier::start(bus.address()).await;
    impostor.press(1, "done").await;
    impostor.stop().await;
    let owner = Notifier::start(bus.address()).await;
    post(&courier, notice("occ_2")).await;
    notifier.press(1, "done").await;
    owner.press(1, "snooze").await;
    let answer = loop {
        match next(&mut events).await {
            DesktopEvent::Answered { key, answer, .. } => break (key, answer),
            DesktopEvent::Closed { .. }
            | DesktopEvent::NotifierAppeared { .. }
            | DesktopEvent::NotifierGone => {}
        }
    };
    assert_eq!(answer, ("occ_2".to_owned(), DesktopAnswer::Snooze));
}

#[tokio::test]
async fn what_is_taken_back_is_closed_once() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, _events) = start(&bus).await;
    post(&courier, notice("occ_1")).await;
    post(&courier, notice("occ_2")).await;
    courier.withdraw("occ_2").await;
    courier.withdraw("occ_2").await;
    courier.withdraw("occ_3").await;
    assert_eq!(notifier.closed(), [2]);
    post(&courier, notice("occ_2")).await;
    assert_eq!(notifier.notes().last().map(|note| note.replaces), Some(0));
}

#[tokio::test]
async fn where_little_can_be_shown_little_is_sent() {
    let bus = Bus::start();
    let manner = Manner { capabilities: vec!["body"], ..Manner::default() };
    let notifier = Notifier::start_as(bus.address(), manner).await;
    let (courier, _events) = start(&bus).await;
    post(&courier, Notice { body: "<b>R & D</b> 3 < 4".to_owned(), ..notice("occ_1") }).await;
    let [note] = &notifier.notes()[..] else { panic!("one notification") };
    assert_eq!((note.body.as_str(), note.actions.len()), ("R & D 3 < 4", 0));
}

#[tokio::test]
async fn thirty_at_once_are_shown_each_once() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, _events) = start(&bus).await;
    let posting = (0..30).map(|n| post(&courier, notice(&format!("occ_{n}"))));
    for report in futures_util::future::join_all(posting).await {
        assert_eq!(shown_by(report), accepted(&notifier));
    }
    assert_eq!(notifier.notes().len(), 30);
}

#[tokio::test]
async fn equal_texts_too_fast_are_posted_after_a_breath() {
    let bus = Bus::start();
    let manner = Manner { refuses_equal: 1, ..Manner::default() };
    let notifier = Notifier::start_as(bus.address(), manner).await;
    let (courier, _events) = start_with(&bus, quick()).await;
    let same = |key: &str| Notice { title: "Same".to_owned(), ..notice(key) };
    assert_eq!(shown_by(post(&courier, same("occ_1")).await), accepted(&notifier));
    assert_eq!(shown_by(post(&courier, same("occ_2")).await), accepted(&notifier));
    assert_eq!((notifier.notes().len(), notifier.calls()), (2, 3));
}

#[tokio::test]
async fn equal_texts_refused_again_are_tried_later() {
    let bus = Bus::start();
    let manner = Manner { refuses_equal: 2, ..Manner::default() };
    let notifier = Notifier::start_as(bus.address(), manner).await;
    let (courier, _events) = start_with(&bus, quick()).await;
    let same = |key: &str| Notice { title: "Same".to_owned(), ..notice(key) };
    assert_eq!(shown_by(post(&courier, same("occ_1")).await), accepted(&notifier));
    let report = post(&courier, same("occ_2")).await;
    let later = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
    assert_eq!((report.handover, notifier.calls()), (later, 3));
}

#[tokio::test]
async fn a_refusal_is_worth_another_try() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, _events) = start(&bus).await;
    notifier.fail_next("no room");
    let report = post(&courier, notice("occ_1")).await;
    let later = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
    assert_eq!(report.handover, later, "{report:?}");
    assert_eq!(shown_by(post(&courier, notice("occ_1")).await), accepted(&notifier));
}

#[tokio::test]
async fn without_a_notification_service_nobody_waits() {
    let bus = Bus::start();
    let (courier, mut events) = start(&bus).await;
    assert_eq!(courier.probe(), Err(Unavailable::NoNotifier));
    assert_eq!(post(&courier, notice("occ_1")).await.handover, ABSENT);
    courier.withdraw("occ_1").await;

    let notifier = Notifier::start(bus.address()).await;
    let owner = notifier.for_ever();
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierAppeared { owner });
    assert_eq!(courier.probe(), Ok(()));
    assert_eq!(shown_by(post(&courier, notice("occ_1")).await), accepted(&notifier));
}

#[tokio::test]
async fn a_service_that_goes_and_comes_is_told_and_gets_no_old_ids() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, mut events) = start(&bus).await;
    next(&mut events).await;
    post(&courier, notice("occ_1")).await;
    notifier.stop().await;
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierGone);
    assert_eq!(courier.probe(), Err(Unavailable::NoNotifier));
    assert_eq!(post(&courier, notice("occ_1")).await.handover, ABSENT);

    let notifier = Notifier::start(bus.address()).await;
    let owner = notifier.for_ever();
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierAppeared { owner });
    post(&courier, notice("occ_1")).await;
    assert_eq!(notifier.notes()[0].replaces, 0);
    assert_eq!(notifier.asked_capabilities(), 1);

    let other = Notifier::start(bus.address()).await;
    let owner = other.for_ever();
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierAppeared { owner });
    assert_eq!(shown_by(post(&courier, notice("occ_1")).await), accepted(&other));
    assert_eq!(other.notes()[0].replaces, 0);
}

#[tokio::test]
async fn a_service_that_hangs_leaves_doubt_only_about_what_it_was_given() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let limits = Limits { call: Duration::from_millis(500), ..Limits::default() };
    let (courier, _events) = start_with(&bus, limits).await;
    notifier.hang();
    let later = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
    assert_eq!(post(&courier, notice("occ_1")).await.handover, later, "only asked what it can");
    notifier.wake();
    assert_eq!(shown_by(post(&courier, notice("occ_1")).await), accepted(&notifier));
    notifier.hang();
    assert_eq!(post(&courier, notice("occ_2")).await.handover, Handover::Ambiguous);
    notifier.wake();
    assert_eq!(shown_by(post(&courier, notice("occ_3")).await), accepted(&notifier));
}

#[tokio::test]
async fn a_service_that_dies_over_a_notice_leaves_doubt() {
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, mut events) = start(&bus).await;
    next(&mut events).await;
    post(&courier, notice("occ_1")).await;
    notifier.hang();
    let (report, ()) = tokio::join!(post(&courier, notice("occ_2")), async {
        notifier.wait_for_calls(2).await;
        notifier.leave().await;
    });
    assert_eq!(report.handover, Handover::Ambiguous, "{report:?}");
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierGone);
}

#[tokio::test]
async fn when_the_bus_ends_it_is_told_and_the_next_one_is_found() {
    let mut bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let (courier, mut events) = start_with(&bus, quick()).await;
    next(&mut events).await;
    post(&courier, notice("occ_1")).await;
    bus.stop();
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierGone);
    assert_eq!(courier.probe(), Err(Unavailable::NoNotifier));
    assert_eq!(post(&courier, notice("occ_1")).await.handover, ABSENT);
    drop(notifier);

    bus.restart();
    let notifier = Notifier::start(bus.address()).await;
    let owner = notifier.for_ever();
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierAppeared { owner });
    assert_eq!(shown_by(post(&courier, notice("occ_1")).await), accepted(&notifier));
    assert_eq!(notifier.notes()[0].replaces, 0);
}

#[tokio::test]
async fn without_any_bus_the_courier_starts_and_says_so() {
    let mut bus = Bus::start();
    bus.stop();
    let (courier, mut events) = start_with(&bus, quick()).await;
    assert_eq!(courier.probe(), Err(Unavailable::NoNotifier));
    bus.restart();
    let notifier = Notifier::start(bus.address()).await;
    let owner = notifier.for_ever();
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierAppeared { owner });
    assert_eq!(shown_by(post(&courier, notice("occ_1")).await), accepted(&notifier));
}

#[tokio::test]
async fn a_service_of_the_same_name_on_another_bus_is_another() {
    let mut shown = Vec::new();
    let mut names = Vec::new();
    // As before and after a login: each bus counts from the beginning.
    for _ in 0..2 {
        let bus = Bus::start();
        let notifier = Notifier::start(bus.address()).await;
        let (courier, mut events) = start(&bus).await;
        let DesktopEvent::NotifierAppeared { owner } = next(&mut events).await else {
            panic!("it is there")
        };
        let report = post(&courier, notice("occ_1")).await;
        assert_eq!(shown_by(report).as_ref(), Some(&owner));
        shown.push(owner);
        names.push(notifier.unique_name());
    }
    assert_eq!(names[0], names[1], "the bus calls both the same");
    assert_ne!(shown[0], shown[1]);
}

#[tokio::test]
async fn a_service_the_bus_can_start_is_started() {
    let mut bus = Bus::start();
    let this = std::env::current_exe().expect("this test");
    let exec = format!("{} --exact is_a_service_when_the_bus_starts_it", this.display());
    bus.activatable("org.freedesktop.Notifications", &exec);
    bus.restart();
    let (courier, mut events) = start(&bus).await;
    assert_eq!(courier.probe(), Ok(()), "it is not there, but it can be had");
    let report = post(&courier, notice("occ_1")).await;
    let by = shown_by(report).expect("it is known");
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierAppeared { owner: by });
}

/// Does nothing by itself; the bus of the test above runs it as its notification service. Ends
/// with its bus.
#[tokio::test]
async fn is_a_service_when_the_bus_starts_it() {
    if let Ok(address) = std::env::var("DBUS_STARTER_ADDRESS") {
        Notifier::start(&address).await.until_the_bus_ends().await;
    }
}

#[tokio::test]
async fn a_service_that_cannot_be_started_is_left_alone_for_a_while() {
    let mut bus = Bus::start();
    bus.activatable("org.freedesktop.Notifications", "/bin/false");
    bus.restart();
    let (courier, mut events) = start_with(&bus, Limits { rest: PATIENCE, ..quick() }).await;
    assert_eq!(courier.probe(), Ok(()));
    assert_eq!(post(&courier, notice("occ_1")).await.handover, ABSENT);
    assert_eq!(courier.probe(), Err(Unavailable::NoNotifier));
    let notifier = Notifier::start(bus.address()).await;
    let owner = notifier.for_ever();
    assert_eq!(next(&mut events).await, DesktopEvent::NotifierAppeared { owner });
    assert_eq!(courier.probe(), Ok(()));
}

#[tokio::test]
async fn a_webhook_is_not_shown() {
    let bus = Bus::start();
    let (courier, _events) = start(&bus).await;
    let call = common::webhook("http://127.0.0.1/", calendar::network::Network::Loopback);
    let report = hand_over(&courier, Message::Webhook(call), SOON).await;
    assert_eq!(report.handover, Handover::Permanent);
}
