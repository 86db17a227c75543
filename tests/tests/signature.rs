//! Aim: our webhooks are signed as the standard says, by the word of code nobody here wrote.
//! Method: the real courier calls a real receiver, and what arrived is given to that library.

use std::{sync::Arc, time::Duration};

use acceptance::world::{World, draft, reminder};
use calendar::{draft::EventDraft, id::DeliveryId, network::Network};
use couriers::webhook::{Limits, WebhookCourier};
use engine::{
    channels::NewWebhook,
    clock::SystemClock,
    courier::{Claim, Courier, Handover, Message, Parcel, WebhookCall},
};
use testkit::receiver::{Answer, Receiver, Request};

const OLD: &str = "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk";
const NEW: &str = "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3";
const OTHER: &str = "whsec_b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyb3Ro";

/// What arrives when a call is signed with these secrets.
async fn received(secrets: &[&str]) -> Request {
    let receiver = Receiver::start([Answer::status(204)]).await;
    let courier = WebhookCourier::new(Arc::new(SystemClock::new()), Limits::default());
    let call = WebhookCall {
        id: "occ_abcdefghijklmnopqrstuvwxyz".to_owned(),
        url: receiver.url("/hook"),
        secrets: secrets.iter().map(|&secret| secret.to_owned()).collect(),
        network: Network::Loopback,
        body: "{\"type\":\"occurrence.due\",\"data\":{\"title\":\"Zahnärztin <&> 牙医\"}}".into(),
    };
    let parcel = Parcel {
        claims: vec![Claim {
            delivery: DeliveryId::from_bytes([1; 16]),
            token: 1,
            use_by: None,
            late: None,
        }],
        again: Vec::new(),
        replaces: None,
        attempt: 1,
        use_by: None,
        message: Message::Webhook(call),
    };
    let handing = tokio::time::timeout(Duration::from_secs(20), courier.hand_over(parcel));
    let report = handing.await.expect("within its time");
    assert_eq!(report.status, Some(204), "{}", report.detail);
    receiver.wait_for(1).await.remove(0)
}

#[tokio::test]
async fn a_signature_is_good_for_its_secret_and_its_body_only() {
    let request = received(&[NEW]).await;
    assert_eq!(request.verify(NEW), Ok(()));
    assert!(request.verify(OTHER).is_err());
    let mut tampered = request.clone();
    tampered.body.push(b' ');
    assert!(tampered.verify(NEW).is_err());
}

#[tokio::test]
async fn while_a_secret_rotates_both_are_good() {
    let request = received(&[NEW, OLD]).await;
    assert_eq!(request.verify(NEW), Ok(()));
    assert_eq!(request.verify(OLD), Ok(()));
    assert!(request.verify(OTHER).is_err());
}

/// The secrets that the call at this time is signed with, which is taken.
fn signed_with(world: &mut World, at: &str) -> Vec<String> {
    world.jump_to(at);
    let parcel = world.pass(&[]).expect("a service leads").parcels.remove(0);
    let taken = world.hand_over(&parcel);
    world.run_with(vec![taken]);
    match parcel.message {
        Message::Webhook(call) => call.secrets,
        Message::Notice(notice) => panic!("a call was due: {notice:?}"),
    }
}

#[test]
fn a_new_secret_signs_beside_the_one_of_before_for_a_day() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.answer(Handover::Accepted { shown_by: None });
    let (name, url) = ("hook".into(), "https://example.com".into());
    let new = NewWebhook { name, url, ..NewWebhook::default() };
    let added = world.engine().add_webhook(&new).expect("a channel");
    world.add(EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        reminders: Some(vec![reminder("PT0M", added.id)]),
        ..draft("note", "Tea", "20261123T093000", Some("Europe/Berlin"))
    });
    let first = signed_with(&mut world, "2026-11-23T09:30:00");
    assert_eq!(first, std::slice::from_ref(&added.secret));
    world.jump_to("2026-11-23T09:40:00");
    let (secret, until) = world.engine().rotate_secret(added.id).expect("a new one");
    assert_eq!(until, world.instant("2026-11-24T09:40:00"));
    let both = [secret, added.secret];
    assert_eq!(signed_with(&mut world, "2026-11-24T09:30:00"), both);
    // The first is shown to nobody: the receiver knows what it knew.
    world.jump_to("2026-11-24T09:35:00");
    let lost = world.engine().rotate_secret(added.id).expect("a new one").0;
    let (last, _) = world.engine().rotate_secret(added.id).expect("another");
    let all = [&[last.clone(), lost][..], &both].concat();
    assert_eq!(signed_with(&mut world, "2026-11-25T09:30:00"), all);
    assert_eq!(signed_with(&mut world, "2026-11-26T09:30:00"), [last]);
}
