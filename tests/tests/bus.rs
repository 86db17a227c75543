//! Aim: a session bus that ends and is started again at the same address is found again by all
//! of the service: notifications, tray, buttons; and what was due while there was none is told then.
//! Method: the real service and a real bus. Its address is said with the guid of its first life, as
//! some sessions say it; its second life has another one.

use std::time::Duration;

use acceptance::home::Home;
use calendar::{delivery::State, id::ChannelId};
use testkit::{notifier::Notifier, panel::Panel};

const SOON: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn a_bus_that_was_restarted_is_found_again() {
    let mut home = Home::new();
    let address = home.bus.announced().to_owned();
    assert!(address.contains(",guid="), "{address}");
    let first = Notifier::start(home.bus.address()).await;
    let mut panel = Panel::start(home.bus.address()).await;
    let service = home.service_on(&address, &[]).await;
    panel.item().await;
    home.note("Tea", SOON, ChannelId::DESKTOP);
    let note = first.wait_for(1).await.remove(0);
    first.press(note.id, "done").await;
    let is_answered =
        |engine: &engine::Engine| engine.inbox().expect("readable").rows.is_empty().then_some(());
    home.until("the answer", is_answered).await;

    home.bus.stop();
    home.note("Milk", SOON, ChannelId::DESKTOP);
    home.until_in(State::Held, 1).await;
    home.bus.restart();
    assert_ne!(home.bus.announced(), address);
    let second = Notifier::start(home.bus.address()).await;
    let mut panel = Panel::start(home.bus.address()).await;
    panel.item().await;
    assert_eq!(second.wait_for(1).await[0].summary, "Milk");
    home.note("Cake", SOON, ChannelId::DESKTOP);
    assert_eq!(second.wait_for(2).await[1].summary, "Cake");
    home.until_in(State::Completed, 3).await;
    service.stop();
}
