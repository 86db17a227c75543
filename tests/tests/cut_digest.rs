//! A service that is killed while it shows several missed reminders as one notification: what is said
//! of each of them afterwards is what is known, wherever it is said.

use std::time::Duration;

use acceptance::{
    home::{Home, program},
    world::{World, draft, pop_up, screen},
};
use calendar::{delivery::State, reason::Reason};
use engine::{
    courier::{Handover, Screen},
    settings::Pause,
};
use testkit::notifier::{Note, Notifier};
use wire::{
    EngineHost, Host,
    dto::{DeliveryRef, Empty, Seen},
};

/// Four notes that were missed, shown as one when the service was killed, and what its heir makes of it.
fn cut() -> World {
    let mut world = World::at("2021-11-22T20:00[Europe/Berlin]");
    for at in ["2041", "2042", "2043", "2044"] {
        let start = format!("20211122T{at}00");
        world.add(draft("note", &format!("N{at}"), &start, Some("Europe/Berlin")));
    }
    world.kill();
    world.jump_to("2021-11-22T20:50:00");
    world.lead();
    let passed = world.pass(&[]).expect("it leads");
    assert_eq!(passed.parcels[0].claims.len(), 4, "one notification is being shown");
    world.kill();
    world.jump_to("2021-11-22T20:53:00");
    world.start();
    world
}

fn shown_again(world: &World) {
    let again = world.engine().to_show_again(&screen(":1.9")).expect("a ledger").0;
    assert!(again[0].notice.again, "it says that it may have been shown before");
    assert_eq!((again.len(), again[0].rows.len()), (1, 4));
    world.engine().shown_again(&again[0].rows, &pop_up(":1.9")).expect("noted");
}

/// What a command says of this ledger.
fn says(world: &World, words: &[&str]) -> String {
    let mut command = std::process::Command::new(program("carillon"));
    command.env_clear().env("HOME", world.state()).env("TZ", "Europe/Berlin");
    let said = command.env("CARILLON_DATA_DIR", world.folder()).args(words).output();
    let said = said.expect("an answer");
    String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned()
}

#[test]
fn the_command_line_says_that_it_may_have_been_shown_and_at_which_try() {
    let world = cut();
    let row = world.deliveries()[0].row.clone();
    assert_eq!((row.facts.state, row.facts.reason), (State::Completed, Reason::InboxOnly));
    let why = says(&world, &["why", &row.id.to_string()]);
    for words in [
        "It may have been shown on Mon 22 Nov 2021, 20:50, at try 1: cut off, so nobody knows whether it arrived. It is kept in the inbox.\n",
        "try 1: cut off, so nobody knows whether it arrived, Carillon was cut off while it showed 4 in one digest",
        "kept in the inbox: it may have been shown before\n",
        "nobody knows: it may or may not have arrived",
    ] {
        assert!(why.contains(words), "{words}\n{why}");
    }
    for list in ["inbox", "deliveries"] {
        let said = says(&world, &[list]);
        let words = "kept in the inbox: it may have been shown before, 1 try ";
        assert!(said.contains(words) && !said.contains("without a pop-up"), "{said}");
    }
    shown_again(&world);
    let why = says(&world, &["why", &row.id.to_string()]);
    assert!(why.contains("It is kept in the inbox, and was shown again since.\n"), "{why}");
    assert!(why.contains("it may have arrived twice, with the same key"), "{why}");
    let said = says(&world, &["inbox"]);
    assert!(said.contains("kept in the inbox and shown again, 1 try "), "{said}");
}

#[test]
fn the_window_does_not_call_it_not_shown() {
    let world = cut();
    let host = EngineHost::new(world.engine().clone());
    let item = || host.inbox(Empty {}).expect("an inbox").items.remove(0);
    let text = || item().reason.expect("a reason").text;
    assert_eq!(item().shown, Seen::Perhaps);
    assert_eq!(text(), "kept in the inbox: it may have been shown before");
    let why = host.why(DeliveryRef { delivery: item().delivery }).expect("a story");
    let last = why.steps.last().and_then(|step| step.reason.clone()).expect("a reason");
    assert!(last.text.starts_with("kept in the inbox: it may have been shown before"), "{last:?}");
    assert_eq!(why.delivery.attempts.made, 1);
    shown_again(&world);
    assert_eq!((item().shown, text().as_str()), (Seen::Yes, "kept in the inbox and shown again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_shows_several_the_service_shows_them_again_and_says_that_it_did() {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    for title in ["One", "Two", "Three", "Four"] {
        home.earlier_note(title, Duration::from_secs(600), Duration::from_secs(110));
    }
    home.engine.pause(Pause::Forever).expect("paused");
    let service = home.service().await;
    home.until_in(State::Held, 4).await;
    notifier.hang();
    home.engine.resume().expect("resumed");
    home.until_in(State::Processing, 4).await;
    service.kill();
    notifier.wake();
    let service = home.service().await;
    let says_so = |note: &Note| note.body.contains("this may have been shown before");
    // What the killed one asked for may come first, if it got as far as that.
    let first = notifier.wait_for(1).await.remove(0);
    let again = if says_so(&first) { first } else { notifier.wait_for(2).await.remove(1) };
    assert!(says_so(&again), "{again:?}");
    service.stop();
    let (said, _) = home.says(&["inbox"]);
    assert_eq!(said.matches("kept in the inbox").count(), 4, "{said}");
    assert_eq!(said.matches(", 1 try ").count(), 4, "{said}");
    let id = home.deliveries()[0].row.id.to_string();
    let (why, _) = home.says(&["why", &id]);
    assert!(why.contains("while it showed 4 in one digest"), "{why}");
    assert!(why.contains("It may have been shown on "), "{why}");
    assert!(!why.contains("without a pop-up"), "{why}");
}

#[test]
fn a_digest_of_very_many_is_put_in_its_place_whole_by_the_next_service() {
    let mut world = World::at("2021-11-22T20:00[Europe/Berlin]");
    for n in 0..600 {
        let title = format!("Note {n}");
        world.add(draft("note", &title, "20211122T204100", Some("Europe/Berlin")));
    }
    world.kill();
    world.jump_to("2021-11-22T20:50:00");
    world.answer(Handover::Accepted { shown_by: Some(pop_up(":1.9")) });
    world.start();
    world.run();
    let next = Screen { connection: "of the next".into(), ..screen(":1.9") };
    let (again, _) = world.engine().to_show_again(&next).expect("a ledger");
    let rows: Vec<_> = again.iter().map(|one| (one.rows.len(), one.replaces.is_some())).collect();
    assert_eq!(rows, [(600, true)]);
}
