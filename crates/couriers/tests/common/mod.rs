//! What every courier is tested with: parcels, and the conformance every courier must show.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use calendar::{id::DeliveryId, network::Network};
use couriers::webhook::{Limits, WebhookCourier};
use engine::{
    clock::{Clock, Now},
    courier::{Claim, Courier, Handover, Message, Notice, Parcel, Report, Schedule, WebhookCall},
};
use jiff::Timestamp;

/// A secret by the standard; the word in it must never be seen again.
pub const SECRET: &str = "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5";
/// Parts of secrets that no report may hold.
pub const CANARIES: [&str; 2] = ["canary", "Y2FuYXJ5"];

pub fn parcel(message: Message) -> Parcel {
    Parcel {
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
        message,
    }
}

pub fn webhook(url: &str, network: Network) -> WebhookCall {
    WebhookCall {
        id: "occ_abcdefghijklmnopqrstuvwxyz".to_owned(),
        url: url.to_owned(),
        secrets: vec![SECRET.to_owned()],
        network,
        body: br#"{"type":"occurrence.due"}"#.to_vec(),
    }
}

pub fn notice(key: &str) -> Notice {
    Notice {
        key: key.to_owned(),
        title: format!("Title of {key}"),
        body: "10:00 · in 9 min".to_owned(),
        alarm: false,
        digest_of: None,
        snooze_minutes: Some(10),
        again: false,
    }
}

/// Hands over, and checks what every courier owes whatever happens: an answer within its time,
/// of bounded length, on one line, and without anything secret.
pub async fn hand_over(courier: &dyn Courier, message: Message, within: Duration) -> Report {
    let begun = Instant::now();
    let report = courier.hand_over(parcel(message)).await;
    let took = begun.elapsed();
    assert!(took < within, "took {took:?} of {within:?}: {report:?}");
    assert!(!report.detail.is_empty(), "a report says what happened: {report:?}");
    assert!(report.detail.len() < 8 * 1024, "a report is bounded: {}", report.detail.len());
    assert!(!report.detail.contains(char::is_control), "a report is one line: {report:?}");
    for canary in CANARIES {
        assert!(!format!("{report:?}").contains(canary), "a report holds no secret: {report:?}");
    }
    report
}

/// A clock that stands still: 6 November 1994, 08:49:07 UTC.
#[derive(Debug)]
pub struct Standing;

impl Clock for Standing {
    fn now(&self) -> Now {
        let wall = Timestamp::from_second(784_111_747).expect("a moment");
        Now { wall, boot: Duration::ZERO, boot_id: "boot".into() }
    }
}

/// Limits short enough for a test that runs into them, and long enough for a busy machine.
pub fn short() -> Limits {
    Limits {
        dns: Duration::from_millis(300),
        connect: Duration::from_millis(500),
        whole: Duration::from_millis(1000),
        ..Limits::default()
    }
}

/// Within this every attempt under [`short`] limits must have ended, on a busy machine too.
pub const SOON: Duration = Duration::from_secs(10);

pub fn courier(limits: Limits) -> WebhookCourier {
    WebhookCourier::new(Arc::new(Standing), limits)
}

/// The outcome of one call to this address, checked for what every courier owes.
pub async fn call(courier: &WebhookCourier, url: &str, network: Network) -> Report {
    hand_over(courier, Message::Webhook(webhook(url, network)), SOON).await
}

pub const fn later(schedule: Schedule, retry_after: Option<u64>) -> Handover {
    let retry_after = match retry_after {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => None,
    };
    Handover::Transient { retry_after, schedule }
}
