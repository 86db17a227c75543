//! A webhook, from the real service to a real HTTP receiver, its signature judged by a library
//! that is not ours.

use std::{collections::BTreeSet, time::Duration};

use acceptance::{
    home::Home,
    world::{World, draft as plain, reminder as through},
};
use calendar::{
    delivery::{Profile, State},
    draft::EventDraft,
    id::ChannelId,
    network::Network,
    reason::Reason,
};
use engine::channels::{Added, NewWebhook};
use testkit::{
    certificate::{Certificate, Worth},
    receiver::{Answer, Receiver},
};

const SOON: Duration = Duration::from_millis(1_200);

fn endpoint(home: &Home, receiver: &Receiver) -> Added {
    let new = NewWebhook {
        name: "hook".into(),
        url: receiver.url("/hook?token=canary-1f0e"),
        network: Network::Loopback,
        retries: Profile::Quick,
        ..NewWebhook::default()
    };
    home.engine.add_webhook(&new).expect("a channel")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_failures_and_a_success_are_one_delivery_in_three_attempts_with_one_id() {
    let home = Home::new();
    let receiver =
        Receiver::start([Answer::status(500), Answer::status(500), Answer::status(200)]).await;
    let channel = endpoint(&home, &receiver);
    let service = home.service().await;
    home.note("Backup", SOON, channel.id);
    let requests = receiver.wait_for(3).await;
    let told = home.until_in(State::Completed, 1).await;
    let ids: BTreeSet<_> = requests.iter().map(|r| r.header("webhook-id").to_string()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert!(requests.iter().all(|r| r.body == requests[0].body), "the same bytes each time");
    for request in &requests {
        request.verify(&channel.secret).expect("a good signature");
        let key = format!("\"{}\"", request.header("webhook-id"));
        assert_eq!(request.header("idempotency-key"), key);
    }
    let story = home.engine.why(told[0]).expect("a story");
    let outcomes: Vec<_> =
        story.attempts.iter().map(|a| (a.outcome.as_deref(), a.status)).collect();
    assert_eq!(
        outcomes,
        [
            (Some("transient"), Some(500)),
            (Some("transient"), Some(500)),
            (Some("accepted"), Some(200))
        ]
    );
    let body: serde_json::Value = serde_json::from_slice(&requests[0].body).expect("JSON");
    assert_eq!(body["type"], "occurrence.due");
    assert_eq!(body["data"]["title"], "Backup");
    assert_eq!(body["data"]["delivery"], told[0].to_string());
    service.stop();
    assert!(!home.log().contains("canary-1f0e"), "no URL in the log:\n{}", home.log());
    assert!(!home.log().contains(&channel.secret), "no secret in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_says_it_is_gone_is_switched_off() {
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(410)]).await;
    let channel = endpoint(&home, &receiver);
    let service = home.service().await;
    home.note("First", SOON, channel.id);
    home.until_in(State::Dead, 1).await;
    home.note("Second", SOON, channel.id);
    home.until_in(State::Dead, 2).await;
    assert!(
        home.deliveries().iter().all(|l| l.row.facts.reason == Reason::DeadGone),
        "{}",
        home.rows()
    );
    assert_eq!(receiver.requests().len(), 1, "it is not called again");
    let off = home.engine.channel_named("hook").expect("the channel").off_reason;
    assert!(off.is_some());
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_endpoint_delays_no_notification() {
    let home = Home::new();
    let notifier = testkit::notifier::Notifier::start(home.bus.address()).await;
    let receiver = Receiver::start([Answer::Hang]).await;
    let channel = endpoint(&home, &receiver);
    let service = home.service().await;
    for n in 1..=10 {
        home.note(&format!("Hanging {n}"), SOON, channel.id);
    }
    receiver.wait_for(8).await;
    home.note("Tea", SOON, ChannelId::DESKTOP);
    assert_eq!(notifier.wait_for(1).await[0].summary, "Tea");
    service.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_told_at_the_first_try_and_once() {
    let mut home = Home::new();
    let notifier = testkit::notifier::Notifier::start(home.bus.address()).await;
    let expired = Certificate::new(Worth::Expired);
    let trusted = home.folder().join("authority.pem");
    std::fs::write(&trusted, &expired.authority_pem).expect("a folder of our own");
    home.set("SSL_CERT_FILE", trusted);
    let receiver = Receiver::start_tls([Answer::status(200)], &expired).await;
    let channel = endpoint(&home, &receiver);
    let service = home.service().await;
    home.note("Backup", SOON, channel.id);
    let told = &notifier.wait_for(1).await[0];
    let row = &home.deliveries()[0].row;
    assert_eq!(told.summary, "hook: its certificate has expired", "{}", home.rows());
    assert_eq!(told.body, "1 reminder waits for it and is tried again: see Needs attention.");
    assert!(row.facts.state != State::Dead && row.attempts < 4, "{}", home.rows());
    // Three more tries, and then it has failed.
    home.until_in(State::Dead, 1).await;
    assert_eq!(notifier.wait_for(2).await[1].summary, "1 reminder through hook failed");
    assert_eq!(receiver.requests().len(), 0, "nothing was sent");
    service.stop();
}

#[test]
fn the_end_of_a_whole_day_is_its_last_day_in_every_zone() {
    for zone in ["Pacific/Kiritimati", "Pacific/Tongatapu", "Pacific/Pago_Pago", "Europe/Berlin"] {
        let mut world = World::at(&format!("2026-10-23T07:00[{zone}]"));
        let url = "https://example.com".into();
        let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
        let hook = world.engine().add_webhook(&new).expect("a channel").id;
        // In Berlin the clocks go back on the 25th.
        for (start, days) in [("20261024", 1), ("20261024", 3)] {
            world.add(EventDraft {
                length: Some((days, 0)),
                reminders: Some(vec![through("PT0M", hook)]),
                ..plain("appointment", "Fair", start, None)
            });
        }
        world.wait_until("2026-10-24T12:00");
        let body = |n: usize| -> serde_json::Value {
            serde_json::from_str(&world.sent[n].text).expect("JSON")
        };
        let mut ends: Vec<_> =
            (0..2).map(|n| body(n)["data"]["occurrence"]["end"].to_string()).collect();
        ends.sort();
        assert_eq!(ends, ["\"2026-10-24\"", "\"2026-10-26\""], "{zone}");
    }
}
