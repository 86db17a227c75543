//! What a webhook looks like on the wire, and what each answer to it means.

mod common;

use calendar::network::Network;
use common::{Standing, call, courier, later, webhook};
use couriers::webhook::{Limits, WebhookCourier, signature};
use engine::{
    clock::Clock,
    courier::{Courier, Handover, Message, Schedule, Unavailable},
};
use testkit::receiver::{Answer, Receiver};

const LOOPBACK: Network = Network::Loopback;

#[tokio::test]
async fn a_webhook_is_one_signed_post_of_the_stored_bytes() {
    let receiver = Receiver::start([Answer::status(200)]).await;
    let courier = courier(Limits::default());
    let report = call(&courier, &receiver.url("/hook?x=1"), LOOPBACK).await;
    assert_eq!(report.handover, Handover::Accepted { shown_by: None });
    assert_eq!(report.status, Some(200));

    let [request] = &receiver.requests()[..] else { panic!("one request") };
    let sent = webhook("", LOOPBACK);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/hook?x=1"));
    assert_eq!(request.body, sent.body);
    let at = Standing.now().wall.as_second();
    let expected = signature(&sent.secrets, &sent.id, at, &sent.body).expect("signed");
    for (name, value) in [
        ("content-type", "application/json"),
        ("content-length", "25"),
        ("webhook-id", sent.id.as_str()),
        ("webhook-timestamp", at.to_string().as_str()),
        ("webhook-signature", expected.as_str()),
        ("idempotency-key", format!("\"{}\"", sent.id).as_str()),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
    for name in ["accept-encoding", "transfer-encoding", "referer", "cookie", "expect"] {
        assert_eq!(request.header(name), "", "{name} is not sent");
    }
}

#[tokio::test]
async fn the_same_key_again_is_the_same_id_and_the_same_bytes() {
    let receiver = Receiver::start([Answer::status(500), Answer::status(200)]).await;
    let courier = courier(Limits::default());
    call(&courier, &receiver.url("/"), LOOPBACK).await;
    call(&courier, &receiver.url("/"), LOOPBACK).await;
    let [first, second] = &receiver.requests()[..] else { panic!("two requests") };
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.header("idempotency-key"), second.header("idempotency-key"));
    assert_eq!(receiver.connections(), 2, "no connection is kept for later");
}

#[tokio::test]
async fn only_two_hundreds_are_success_and_each_refusal_has_its_schedule() {
    let receiver = Receiver::start([]).await;
    let courier = courier(Limits::default());
    let channel = later(Schedule::Channel, None);
    let refused = later(Schedule::Refused, None);
    for (status, expected) in [
        (200, &Handover::Accepted { shown_by: None }),
        (202, &Handover::Accepted { shown_by: None }),
        (204, &Handover::Accepted { shown_by: None }),
        (299, &Handover::Accepted { shown_by: None }),
        (300, &refused),
        (304, &refused),
        (400, &refused),
        (401, &refused),
        (404, &refused),
        (408, &channel),
        (409, &channel),
        (410, &Handover::Gone),
        (413, &refused),
        (425, &channel),
        (429, &channel),
        (499, &refused),
        (500, &channel),
        (503, &channel),
        (599, &channel),
        (600, &refused),
        (999, &refused),
    ] {
        receiver.script([Answer::status(status)]);
        let report = call(&courier, &receiver.url("/"), LOOPBACK).await;
        assert_eq!((&report.handover, report.status), (expected, Some(status)));
    }
}

#[tokio::test]
async fn a_wish_to_be_left_alone_is_heard_in_every_form() {
    let receiver = Receiver::start([]).await;
    let courier = courier(Limits::default());
    let ten_days = "Wed, 16 Nov 1994 08:49:07 GMT";
    for (status, value, seconds) in [
        (503, "120", Some(120)),
        (429, "Sun, 06 Nov 1994 08:49:37 GMT", Some(30)),
        (503, "Sunday, 06-Nov-94 08:49:37 GMT", Some(30)),
        (503, "Sun Nov  6 08:49:37 1994", Some(30)),
        (503, "Sun, 06 Nov 1994 08:48:37 GMT", None),
        (503, ten_days, Some(86_400)),
        (503, "864000", Some(86_400)),
        (503, "when the cows come home", None),
    ] {
        receiver.script([Answer::with(status, "Retry-After", value)]);
        let report = call(&courier, &receiver.url("/"), LOOPBACK).await;
        assert_eq!(report.handover, later(Schedule::Channel, seconds), "{value}");
        assert!(report.detail.contains(value), "{}", report.detail);
    }
}

#[tokio::test]
async fn a_redirection_is_named_and_not_followed() {
    let elsewhere = Receiver::start([Answer::status(200)]).await;
    let receiver = Receiver::start([]).await;
    let courier = courier(Limits::default());
    for (location, words) in [
        ("http://169.254.169.254/latest/meta-data", "pointing at http://169.254.169.254: not"),
        ("/canary/elsewhere", "on the same host: not followed"),
        (&elsewhere.url("/canary"), "on the same host: not followed"),
        ("http://[", "which names no place to go"),
    ] {
        receiver.script([Answer::with(307, "Location", location)]);
        let report = call(&courier, &receiver.url("/canary?key=canary"), LOOPBACK).await;
        assert_eq!(report.handover, later(Schedule::Refused, None));
        assert!(report.detail.contains(words), "{}", report.detail);
    }
    assert_eq!(elsewhere.connections(), 0, "nobody else was called");
}

#[tokio::test]
async fn what_is_kept_of_an_answer_is_short_escaped_and_without_what_is_secret() {
    let receiver = Receiver::start([]).await;
    let courier = courier(Limits::default());
    let echo = format!("POST /canarykey?token=canary2 {}\n\u{1b}[31m<b>", common::SECRET);
    let headers = vec![
        ("Content-Type", "text/html".to_owned()),
        ("Set-Cookie", "session=unwanted".to_owned()),
        ("X-Request-Id", "canarykey-7".to_owned()),
    ];
    receiver.script([Answer::Reply(500, headers, echo.into_bytes())]);
    let report = call(&courier, &receiver.url("/canarykey?token=canary2"), LOOPBACK).await;
    assert_eq!(
        report.detail,
        "answered 500 Internal Server Error; content-type: text/html; \
         x-request-id: [...]-7; body: POST [...] [...]\\n\\u{1b}[31m<b>"
    );
    receiver.script([Answer::Reply(500, Vec::new(), vec![b'x'; 100_000])]);
    let report = call(&courier, &receiver.url("/"), LOOPBACK).await;
    assert_eq!(report.detail.matches('x').count(), 4096);
}

#[tokio::test]
async fn what_cannot_be_sent_is_never_sent() {
    let receiver = Receiver::start([Answer::status(200)]).await;
    let courier = courier(Limits::default());
    let url = receiver.url("/");
    let good = webhook(&url, LOOPBACK);
    let cases = [
        ("secret", common_call(&good, |call| call.secrets = vec!["whsec_canary".to_owned()])),
        ("0 signing secrets", common_call(&good, |call| call.secrets.clear())),
        ("the delivery's key", common_call(&good, |call| call.id = "a.b".to_owned())),
        ("bytes long", common_call(&good, |call| call.body = vec![b' '; 64 * 1024 + 1])),
        ("outside the network", common_call(&good, |call| call.network = Network::Private)),
        ("needs https", common_call(&good, |call| call.network = Network::Public)),
        ("cannot be read", common_call(&good, |call| call.url = "canary".to_owned())),
    ];
    for (words, call) in cases {
        let report = common::hand_over(&courier, Message::Webhook(call), common::SOON).await;
        assert_eq!(report.handover, Handover::Permanent, "{words}");
        assert!(report.detail.contains(words), "{words}: {}", report.detail);
    }
    let notice = Message::Notice(common::notice("occ_1"));
    let report = common::hand_over(&courier, notice, common::SOON).await;
    assert_eq!(report.handover, Handover::Permanent);
    assert_eq!(receiver.connections(), 0);
}

fn common_call(
    good: &engine::courier::WebhookCall,
    change: impl FnOnce(&mut engine::courier::WebhookCall),
) -> engine::courier::WebhookCall {
    let mut call = good.clone();
    change(&mut call);
    call
}

#[tokio::test]
async fn the_webhook_courier_is_always_ready() {
    let courier: WebhookCourier = courier(Limits::default());
    assert_eq!(courier.probe(), Ok::<(), Unavailable>(()));
    courier.withdraw("occ_1").await;
}

#[tokio::test]
async fn many_at_once_reach_the_receiver_each_once() {
    let receiver = Receiver::start([Answer::status(204)]).await;
    let courier = courier(Limits::default());
    let url = receiver.url("/");
    let calls = (0..30).map(|n| {
        let mut call = webhook(&url, LOOPBACK);
        call.id = format!("occ_{n}");
        common::hand_over(&courier, Message::Webhook(call), common::SOON)
    });
    for report in futures_util::future::join_all(calls).await {
        assert_eq!(report.handover, Handover::Accepted { shown_by: None });
    }
    let mut ids: Vec<_> =
        receiver.requests().iter().map(|r| r.header("webhook-id").to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 30);
}
