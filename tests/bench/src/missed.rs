//! A hundred thousand reminders that nobody was there for: how long the first passes of a service
//! take to decide on all of them, and what becomes of each.

use std::{path::Path, sync::Arc, time::Instant};

use acceptance::world::{draft, reminder};
use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::{ChannelId, EventId},
    network::Network,
};
use engine::{
    Actor, Engine,
    channels::NewWebhook,
    clock::{Clock, Now, SystemClock},
    courier::{Handover, Message, Parcel, Report},
    events::Save,
    message::thousands,
    scheduler::{Availability, Finished, Scheduler, Slots},
    settings::Pause,
};
use jiff::SignedDuration;

use crate::{many, median, say, stop};

const COUNT: usize = 100_000;
const RUNS: usize = 3;
/// All of them are to be decided within so many seconds.
const GATE: f64 = 5.0;
/// Times of what rings every ten minutes.
const TIMES: usize = 10;

pub(crate) fn measure() {
    let (mut took, mut became) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let run = run();
        took.push(run.0);
        became = run.1;
    }
    let took = median(took);
    say("100,000 missed, decided", format!("{took:.2} s ({GATE} allowed)"));
    for (reason, count) in became {
        say(&format!("  {reason}"), thousands(count));
    }
    if took > GATE {
        stop("what was missed is decided too late");
    }
}

/// The machine's clock, three hours ago.
struct Earlier(SystemClock);

impl Clock for Earlier {
    fn now(&self) -> Now {
        let now = self.0.now();
        Now { wall: now.wall - SignedDuration::from_hours(3), ..now }
    }
}

/// Events of each sort, and how many reminders of it are missed: appointments that are over, notes of
/// which the latest or a few of each are told in one through a pause, webhooks that go one by one,
/// and what the pause holds.
fn missed(engine: &Engine, start: &str) -> Vec<(EventId, usize, usize)> {
    let desktop = || reminder("PT0M", ChannelId::DESKTOP);
    let collapsed =
        |by: &str| ReminderDraft { collapse: Some(by.into()), alarm: true, ..desktop() };
    let new = NewWebhook {
        name: "hook".into(),
        url: "http://127.0.0.1:9/".into(),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let hook = engine.add_webhook(&new).expect("a channel").id;
    let sorts = [
        ("appointment", desktop(), 1, 50_000),
        ("note", collapsed("latest"), TIMES, 10_000),
        ("note", collapsed("each:5"), TIMES, 10_000),
        ("note", reminder("PT0M", hook), 1, 10_000),
        ("note", desktop(), 1, 20_000),
    ];
    let save = |(kind, reminder, times, count): (&str, ReminderDraft, usize, usize)| {
        let rule = format!("FREQ=MINUTELY;INTERVAL=10;COUNT={times}");
        let draft = EventDraft {
            rules: if times > 1 { vec![rule] } else { Vec::new() },
            reminders: Some(vec![reminder]),
            ..draft(kind, "One of many", start, Some("UTC"))
        };
        let saved = engine.save_event(&Save { draft, ..Save::default() }).expect("an event");
        (saved.event.parse().expect("an id"), times, count)
    };
    sorts.into_iter().map(save).collect()
}

/// How long it took, and what became of how many.
fn run() -> (f64, Vec<(String, u64)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("ledger");
    let before = Engine::open(&data, Actor::CommandLine, Arc::new(Earlier(SystemClock::new())));
    let before = before.expect("a ledger");
    let start = (before.now().wall + SignedDuration::from_mins(30))
        .to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%S")
        .to_string();
    let sorts = missed(&before, &start);
    before.pause(Pause::Forever).expect("paused");
    drop(before);
    for (event, times, count) in sorts {
        many::copy_event(&data, event, count / times - 1, 0);
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let engine = Arc::new(Engine::open(&data, Actor::Service, clock).expect("the ledger"));
    let begun = Instant::now();
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 8 };
    let mut finished: Vec<Finished> = Vec::new();
    // Ends: each turn decides on some, and webhooks soon have to wait.
    loop {
        let now = engine.now();
        let passed = scheduler.pass(&now, &finished, slots, Availability::default());
        let passed = passed.expect("a pass");
        if !passed.more && passed.parcels.is_empty() {
            return (begun.elapsed().as_secs_f64(), became(&data));
        }
        finished = passed.parcels.iter().map(taken).collect();
    }
}

/// Handed over, at once.
fn taken(parcel: &Parcel) -> Finished {
    let handover = Handover::Accepted { shown_by: None };
    let report = Report { handover, status: None, detail: String::new() };
    let in_digest = matches!(&parcel.message, Message::Notice(it) if it.digest_of.is_some());
    let claims = parcel.claims.clone();
    Finished { claims, too_late: Vec::new(), report: Some(report), in_digest, at: None }
}

/// How many ended, or wait, for which reason.
fn became(data: &Path) -> Vec<(String, u64)> {
    let ledger = rusqlite::Connection::open(data.join("carillon.db")).expect("a ledger");
    let sql = "SELECT state || ', ' || reason, count(*) FROM delivery GROUP BY 1 ORDER BY 2 DESC";
    let mut asked = ledger.prepare(sql).expect("a question");
    let rows = asked
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, u32>(1)?.into())))
        .expect("an answer");
    let rows: Vec<(String, u64)> = rows.collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.iter().map(|(_, count)| *count).sum::<u64>(), COUNT as u64);
    rows
}
