//! What is on the screen goes with the notification service that shows it: the next one is shown
//! again what nobody has answered, as it is by then.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use acceptance::home::{Home, Service};
use calendar::{
    delivery::State,
    id::{ChannelId, DeliveryId},
    network::Network,
};
use engine::{
    Engine, channels::NewWebhook, courier::Screen, ledger::acknowledgement::Answer,
    quiet::QuietHours,
};
use testkit::{
    notifier::{Note, Notifier},
    receiver::Receiver,
};

fn titles(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.summary.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_while_another_is_shown_again_stays_away() {
    let home = Home::new();
    let before = Notifier::start(home.bus.address()).await;
    let service = home.service().await;
    for title in ["One", "Two", "Three"] {
        home.note(title, Duration::ZERO, ChannelId::DESKTOP);
    }
    let told = home.until_in(State::Completed, 3).await;
    service.stop();
    before.stop().await;
    let after = Notifier::start(home.bus.address()).await;
    let (engine, later) = (home.engine.clone(), Mutex::new(Some(told)));
    after.before_answer(move |note| {
        let Some(told) = later.lock().expect("rows").take() else { return };
        let is_other =
            |id: &DeliveryId| engine.why(*id).expect("it").delivery.title != note.summary;
        let others: Vec<DeliveryId> = told.into_iter().filter(is_other).collect();
        engine.acknowledge(&others, Answer::Done, "window").expect("done with");
    });
    let service = home.service().await;
    after.wait_for(1).await;
    home.note("Four", Duration::ZERO, ChannelId::DESKTOP);
    let notes = after.wait_for(2).await;
    assert_eq!(titles(&notes)[1], "Four", "{:?}", titles(&notes));
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_while_it_is_shown_again_goes_from_the_screen() {
    let home = Home::new();
    let before = Notifier::start(home.bus.address()).await;
    let service = home.service().await;
    home.note("One", Duration::ZERO, ChannelId::DESKTOP);
    let told = home.until_in(State::Completed, 1).await;
    before.stop().await;
    let after = Notifier::start(home.bus.address()).await;
    let engine = home.engine.clone();
    after.before_answer(move |_| {
        engine.acknowledge(&told, Answer::Done, "window").expect("done with");
    });
    let shown = after.wait_for(1).await;
    assert_eq!(titles(&shown), ["One"]);
    assert_eq!(after.wait_for_closed(1).await, [shown[0].id]);
    service.stop();
}

/// Between showing it and the ledger knowing that, its service is replaced.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_did_not_know_to_be_shown_by_the_one_before_is_shown_again() {
    let home = Home::new();
    let before = Notifier::start(home.bus.address()).await;
    let file = home.data().join("carillon.db");
    let held: Arc<Mutex<Option<rusqlite::Connection>>> = Arc::default();
    let hold = held.clone();
    before.before_answer(move |_| {
        let other = rusqlite::Connection::open(&file).expect("the ledger");
        other.execute_batch("BEGIN IMMEDIATE").expect("its lock");
        *hold.lock().expect("a connection") = Some(other);
    });
    let service = home.service().await;
    home.note("One", Duration::ZERO, ChannelId::DESKTOP);
    before.wait_for(1).await;
    let after = Notifier::start(home.bus.address()).await;
    home.until_logged("the notification service could not be written down").await;
    drop(held.lock().expect("a connection").take());
    assert_eq!(titles(&after.wait_for(1).await), ["One"]);
    service.stop();
}

/// The two ways in which a service ends.
const ENDS: [fn(Service); 2] = [Service::stop, Service::kill];

/// An alarm that was told by a service that ended since, and the notification it was.
async fn told_before(home: &Home, notifier: &Notifier, end: fn(Service)) -> (DeliveryId, Note) {
    let service = home.service().await;
    home.alarm("Pills");
    let told = home.until_in(State::Completed, 1).await[0];
    end(service);
    (told, notifier.notes()[0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_follows_another_hears_the_buttons_of_what_that_one_showed() {
    for end in ENDS {
        let home = Home::new();
        let notifier = Notifier::start(home.bus.address()).await;
        let (_, before) = told_before(&home, &notifier, end).await;
        let service = home.service().await;
        let again = &notifier.wait_for(2).await[1];
        assert_eq!((again.replaces, again.id), (before.id, before.id), "in its place");
        assert_ne!(again.sender, before.sender);
        assert_eq!((&again.summary, &again.actions), (&before.summary, &before.actions));
        notifier.press(again.id, "snooze").await;
        home.until_in(State::Scheduled, 1).await;
        assert_eq!(notifier.wait_for_closed(1).await, [before.id], "and it is off the screen");
        service.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_service_showed_another_takes_off_the_screen_when_it_is_answered() {
    for end in ENDS {
        let home = Home::new();
        let notifier = Notifier::start(home.bus.address()).await;
        let (told, before) = told_before(&home, &notifier, end).await;
        let service = home.service().await;
        notifier.wait_for(2).await;
        let (said, code) = home.says(&["ack", &told.to_string()]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(notifier.wait_for_closed(1).await, [before.id]);
        service.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_while_no_service_ran_is_taken_off_the_screen_by_the_next() {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    let (told, before) = told_before(&home, &notifier, Service::kill).await;
    let (said, code) = home.says(&["ack", &told.to_string()]);
    assert_eq!(code, 0, "{said}");
    let service = home.service().await;
    assert_eq!(notifier.wait_for_closed(1).await, [before.id]);
    assert_eq!(notifier.notes().len(), 1, "and is not shown again");
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_what_another_service_showed_answers_where_everybody_hears_it() {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    let service = home.service().await;
    home.note("Tea", Duration::ZERO, ChannelId::DESKTOP);
    let told = home.until_in(State::Completed, 1).await;
    service.kill();
    // In quiet hours it stays as it was shown.
    let rules = "00:00-23:59 all".parse().expect("rules");
    home.engine.set_quiet_hours(&QuietHours { on: true, rules }).expect("set");
    let service = home.service().await;
    notifier.press_for_all(notifier.notes()[0].id, "done").await;
    let is_done = |engine: &Engine| {
        let waiting = engine.awaiting_answer(&told).expect("readable");
        waiting.is_empty().then_some(())
    };
    home.until("an answer", is_done).await;
    assert_eq!(notifier.notes().len(), 1);
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_an_endpoint_is_in_its_place_after_a_restart_and_goes_when_nothing_waits() {
    for end in ENDS {
        let home = Home::new();
        let notifier = Notifier::start(home.bus.address()).await;
        let receiver = Receiver::start([testkit::receiver::Answer::status(410)]).await;
        let new = NewWebhook {
            name: "hook".into(),
            url: receiver.url("/"),
            network: Network::Loopback,
            ..NewWebhook::default()
        };
        let hook = home.engine.add_webhook(&new).expect("a channel").id;
        let service = home.service().await;
        home.note("Backup", Duration::ZERO, hook);
        let failed = home.until_in(State::Dead, 1).await[0].to_string();
        let before = notifier.wait_for(1).await.remove(0);
        assert_eq!(before.summary, "1 reminder through hook failed");
        home.until_logged("said on the screen").await;
        end(service);
        let service = home.service().await;
        let again = notifier.wait_for(2).await.remove(1);
        assert_eq!((again.id, again.replaces), (before.id, before.id), "in its place");
        assert_eq!((again.summary, again.actions), (before.summary, before.actions));
        assert_ne!(again.sender, before.sender);
        let (said, code) = home.says(&["discard", &failed, "--note", "Not needed"]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(notifier.wait_for_closed(1).await, [before.id]);
        service.stop();
    }
}

/// Waits until the ledger knows of nothing that is on the screen.
async fn nothing_on_screen(home: &Home, notifier: &Notifier) {
    let screen = Screen { owner: notifier.for_ever(), connection: "another".into() };
    let is_bare = |engine: &Engine| {
        engine.left_on_screen(&screen).expect("readable").is_empty().then_some(())
    };
    home.until("a bare screen", is_bare).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_closed_by_hand_is_not_shown_by_the_next_service() {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    let service = home.service().await;
    home.alarm("Pills");
    home.until_in(State::Completed, 1).await;
    notifier.close(notifier.notes()[0].id, 2).await;
    nothing_on_screen(&home, &notifier).await;
    service.kill();
    let service = home.service().await;
    home.alarm("Oven");
    assert_eq!(titles(&notifier.wait_for(2).await), ["Pills", "Oven"]);
    home.until_in(State::Completed, 2).await;
    assert_eq!(notifier.notes().len(), 2);
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_closed_and_answered_while_no_service_ran_is_asked_for_once() {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    let (told, before) = told_before(&home, &notifier, Service::kill).await;
    notifier.close(before.id, 2).await;
    let (said, code) = home.says(&["ack", &told.to_string()]);
    assert_eq!(code, 0, "{said}");
    let service = home.service().await;
    assert_eq!(notifier.wait_for_closed(1).await, [before.id]);
    nothing_on_screen(&home, &notifier).await;
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_digest_comes_in_its_place() {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    for title in ["One", "Two", "Three", "Four"] {
        home.note(title, Duration::ZERO, ChannelId::DESKTOP);
    }
    let service = home.service().await;
    let told = home.until_in(State::Completed, 4).await;
    let shown = notifier.notes();
    assert_eq!((shown.len(), &*shown[0].summary), (1, "4 reminders at once"));
    service.kill();
    home.engine.acknowledge(&told[..2], Answer::Done, "window").expect("done with");
    let service = home.service().await;
    let notes = notifier.wait_for(2).await;
    assert_eq!((notes[1].id, notes[1].replaces), (shown[0].id, shown[0].id));
    assert_eq!(notes[1].summary, "Not answered yet: 2 reminders");
    home.engine.acknowledge(&told[2..], Answer::Done, "window").expect("done with");
    assert_eq!(notifier.wait_for_closed(1).await, [shown[0].id]);
    service.stop();
}
