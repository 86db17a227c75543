//! A hundred thousand events brought in while something rings: how long that takes, how long anybody
//! else waits for the ledger, and how late what is due meanwhile; then what the service costs with
//! all of them while nothing is due.

use std::{
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use acceptance::home::Home;
use calendar::{delivery::State, network::Network};
use engine::channels::NewWebhook;
use rusqlite::{Connection, ErrorCode};
use testkit::receiver::{Answer, Receiver};

use crate::{idle, import, percentile, say};

const EVENTS: usize = 100_000;
/// They come from so many components: three of ten meetings are series with an exception.
const COMPONENTS: usize = EVENTS / 8 * 10;
/// Bells, one a second.
const BELLS: usize = 12;
/// How often somebody else asks for the ledger.
const ASK: Duration = Duration::from_millis(1);

pub(crate) async fn measure(idle: Duration) {
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let new = NewWebhook {
        name: "hook".into(),
        url: receiver.url("/"),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let channel = home.engine.add_webhook(&new).expect("a channel").id;
    let file = home.folder().join("crowd.ics");
    std::fs::write(&file, import::large(COMPONENTS)).expect("a file");
    let service = home.service().await;
    for n in 0..BELLS as u64 {
        home.note(&format!("Bell {n}"), Duration::from_secs(2 + n), channel);
    }
    let done = Arc::new(AtomicBool::new(false));
    let asked = ask(&home.data().join("carillon.db"), done.clone());
    let begun = Instant::now();
    let mut command = home.command("carillon");
    command.arg("import").arg(&file).stdout(Stdio::null());
    let ended = tokio::task::spawn_blocking(move || command.status().expect("the program"));
    assert!(ended.await.expect("it ends").success(), "the import failed");
    let took = begun.elapsed().as_secs_f64();
    done.store(true, Ordering::Release);
    let longest = asked.join().expect("it ends");
    say("100,000 events imported", format!("{took:.2} s"));
    let waited = format!("{:.0} ms", longest.as_secs_f64() * 1e3);
    say("  the ledger was held at most", waited);
    let told = home.until_many(State::Completed, BELLS).await;
    let mut late: Vec<f64> = told
        .iter()
        .filter_map(|l| Some(l.row.told_at?.duration_since(l.row.facts.due).as_secs_f64() * 1e3))
        .collect();
    late.sort_by(f64::total_cmp);
    let line =
        format!("p50 {:.0} ms, worst {:.0} ms", percentile(&late, 0.5), percentile(&late, 1.0));
    say("  bells meanwhile were late by", line);
    say("  doctor", doctor(&home));
    service.stop();
    if !idle.is_zero() {
        rest(idle).await;
    }
}

/// A hundred thousand that lie ahead, and nobody to disturb.
async fn rest(idle: Duration) {
    let home = Home::new();
    crate::million::fill(&home, EVENTS, 864_000);
    let service = home.service().await;
    idle::rest(&service, idle, "100,000 events to come").await;
    service.stop();
}

/// What doctor says of how late reminders were told.
fn doctor(home: &Home) -> String {
    let output = home.command("carillon").arg("doctor").output().expect("the program");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.contains("within a minute"));
    line.unwrap_or("says nothing of that").trim().to_owned()
}

/// Asks for the ledger again and again, and says for how long it was not to be had at most.
fn ask(path: &Path, done: Arc<AtomicBool>) -> std::thread::JoinHandle<Duration> {
    let ledger = Connection::open(path).expect("a ledger");
    ledger.busy_timeout(Duration::ZERO).expect("a setting");
    std::thread::spawn(move || {
        let mut longest = Duration::ZERO;
        let mut since: Option<Instant> = None;
        while !done.load(Ordering::Acquire) {
            match ledger.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
                Ok(()) => {
                    longest = longest.max(since.take().map_or(Duration::ZERO, |at| at.elapsed()))
                }
                Err(rusqlite::Error::SqliteFailure(error, _))
                    if error.code == ErrorCode::DatabaseBusy =>
                {
                    since.get_or_insert_with(Instant::now);
                }
                Err(error) => panic!("the ledger: {error}"),
            }
            std::thread::park_timeout(ASK);
        }
        longest
    })
}
