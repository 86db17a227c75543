//! Aim: what comes back at nearly the same time is settled in one commit with the next claims, as
//! each commit waits for the disk. Method: a driver over a courier that answers one after another,
//! and the commits in the log of the ledger.

use std::sync::atomic::AtomicUsize;

use calendar::network::Network;

use super::*;
use crate::{
    channels::{ChannelChange, NewWebhook},
    rate::Rate,
};

const ALL: usize = 64;

/// Answers a little later each time, and stops the driver with the last.
struct Staggered(AtomicUsize, watch::Sender<bool>);

impl Courier for Staggered {
    fn probe(&self) -> std::result::Result<(), Unavailable> {
        Ok(())
    }

    fn hand_over(&self, _: Parcel) -> BoxFuture<'_, Report> {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        if n + 1 == ALL {
            self.1.send_replace(true);
        }
        Box::pin(async move {
            for _ in 0..10 * (n % WEBHOOKS) {
                tokio::task::yield_now().await;
            }
            let handover = Handover::Accepted { shown_by: None };
            Report { handover, status: Some(200), detail: String::new() }
        })
    }

    fn withdraw<'a>(&'a self, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// Commits in the log: frames that say how large the file is after them.
fn commits(dir: &std::path::Path) -> usize {
    let log = std::fs::read(dir.join("carillon.db-wal")).expect("a log");
    let page = u32::from_be_bytes(log[8..12].try_into().expect("four bytes")) as usize;
    let frames = log[32..].chunks_exact(24 + page);
    frames.filter(|frame| frame[8..16] == log[16..24] && frame[4..8] != [0; 4]).count()
}

#[test]
fn what_comes_back_together_is_one_commit_with_the_next_claims() {
    let (folder, clock, engine) = ledger();
    let new = NewWebhook {
        name: "lamp".into(),
        url: "http://127.0.0.1:1/".into(),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let lamp = engine.add_webhook(&new).expect("a channel").id;
    let rate = Some(Rate { per_second: 1_000, burst: 1_000 });
    let lifted = ChannelChange { rate, ..ChannelChange::default() };
    engine.change_channel(lamp, lifted, None).expect("lifted");
    for n in 0..ALL {
        let reminder = ReminderDraft {
            trigger: "PT0M".into(),
            channel: lamp.to_string(),
            ..ReminderDraft::default()
        };
        let draft = EventDraft {
            kind: "note".into(),
            calendar: CalendarId::FIRST.to_string(),
            title: format!("Light {n}"),
            start: "20261123T090000".into(),
            zone: Some("UTC".into()),
            reminders: Some(vec![reminder]),
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
    }
    let scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    clock.to("2026-11-23T09:00:00Z");
    let (stop, stopping) = watch::channel(false);
    let courier = Arc::new(Staggered(AtomicUsize::new(0), stop));
    let couriers = Couriers { desktop: courier.clone(), webhook: courier };
    let driver = Driver::new(scheduler, engine.clone(), couriers);
    let before = commits(folder.path());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let run = driver.run(Box::new(Never), Arc::new(Notify::new()), stopping, |_| ());
    runtime.block_on(run).expect("an orderly end");
    let counts = engine.counts(Timestamp::MIN, Timestamp::MAX).expect("counts");
    let told: Vec<_> = counts.iter().map(|(state, _, count)| (state.code(), *count)).collect();
    assert_eq!(told, [("completed", 64)]);
    // Eight at once: nine passes, the first claims alone and the last settles alone.
    let took = commits(folder.path()) - before;
    assert!((9..=20).contains(&took), "{took} commits");
}
