//! How late a webhook is: accepted minus due, for single ones a little apart; and what the disk
//! is asked for each.

use std::{process::Command, time::Duration};

use acceptance::home::Home;
use calendar::{delivery::State, network::Network};
use engine::channels::NewWebhook;
use testkit::receiver::{Answer, Receiver};

use crate::{percentile, say};

const COUNT: usize = 100;

pub(crate) async fn measure() {
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let new = NewWebhook {
        name: "hook".into(),
        url: receiver.url("/"),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let channel = home.engine.add_webhook(&new).expect("a channel").id;
    for n in 0..COUNT as u64 {
        home.note(&format!("Webhook {n}"), Duration::from_secs(12 + n), channel);
    }
    let service = home.service().await;
    let trace = home.folder().join("syncs");
    // Counts the flushes from outside, where the tool for it is installed.
    let strace = Command::new("strace")
        .args(["-f", "-q", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&trace)
        .args(["-p", &service.pid().to_string()])
        .spawn();
    receiver.wait_for(1).await;
    let told = home.until_many(State::Completed, COUNT).await;
    let mut late: Vec<f64> = told
        .iter()
        .map(|l| {
            l.row
                .told_at
                .map_or(f64::NAN, |at| at.duration_since(l.row.facts.due).as_secs_f64() * 1e3)
        })
        .collect();
    late.sort_by(f64::total_cmp);
    service.stop();
    let line = format!(
        "p50 {:.1} ms, p99 {:.1} ms, worst {:.1} ms",
        percentile(&late, 0.5),
        percentile(&late, 0.99),
        percentile(&late, 1.0)
    );
    say("lateness of 100 single webhooks", line);
    match strace {
        Ok(mut strace) => {
            strace.wait().map(drop).unwrap_or(());
            let syncs = std::fs::read_to_string(&trace).unwrap_or_default();
            let count = syncs.lines().filter(|line| line.contains("sync(")).count();
            say("disk flushes for each of them", format!("{:.2}", count as f64 / COUNT as f64));
        }
        Err(_) => say("disk flushes for each of them", "not measured: strace is not installed"),
    }
}
