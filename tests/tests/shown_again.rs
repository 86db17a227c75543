//! What is on the screen goes with the notification service that shows it: the next one is shown
//! again what nobody has answered, as it is by then.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use acceptance::home::Home;
use calendar::{
    delivery::State,
    id::{ChannelId, DeliveryId},
};
use engine::ledger::acknowledgement::Answer;
use testkit::notifier::{Note, Notifier};

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
