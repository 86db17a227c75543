//! Ten thousand reminders due in the same second: to a courier that takes each at once, and as
//! webhooks to a receiver on this machine. Every commit waits for the disk.

use std::{
    process::{Child, Command},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use acceptance::world::{draft, reminder};
use calendar::{draft::EventDraft, network::Network};
use couriers::webhook::WebhookCourier;
use engine::{
    Actor, Engine,
    channels::NewWebhook,
    clock::{Clock, SystemClock},
    courier::{BoxFuture, Courier, Handover, Parcel, Report, Unavailable},
    driver::{Couriers, Driver},
    events::Save,
    ledger::inbox::Filter,
    rate::{LIFTED, Rate},
    scheduler::Scheduler,
    wake::{Wake, Woken},
};
use jiff::{SignedDuration, Timestamp};
use testkit::receiver::{Answer, Receiver};
use tokio::sync::{Notify, watch};

use crate::{many, median, percentile, say, stop};

const COUNT: usize = 10_000;
const AT_ONCE: usize = 64;
const RUNS: usize = 3;
/// Flushes besides one for each filling of the slots: of the beginning, the end and dribs between.
const FEW: usize = 32;

pub(crate) async fn measure() {
    flushes().await;
    let mut instant = Vec::new();
    for _ in 0..RUNS {
        instant.push(run(None, false).await);
    }
    tell("10,000 at once, 64 in flight", &instant);
    let mut webhooks = Vec::new();
    for _ in 0..RUNS {
        let receiver = Receiver::start([Answer::status(200)]).await;
        webhooks.push(run(Some(&receiver), false).await);
    }
    tell("10,000 webhooks at once, to this machine", &webhooks);
}

/// How often a burst waits for the disk, in runs of their own: whoever counts makes them slow.
async fn flushes() {
    let mut counted = Vec::new();
    for _ in 0..RUNS {
        counted.push(run(None, true).await.syncs);
    }
    counted.sort_unstable();
    let (gate, most) = (COUNT / AT_ONCE, counted[RUNS - 1]);
    if counted[0] == 0 {
        stop("strace counted no disk flush of a burst: may it trace processes here?");
    }
    let each = most as f64 / COUNT as f64;
    let line = format!("{counted:?}, at most {each:.4} a delivery ({gate} and {FEW} allowed)");
    say("10,000 at once, disk flushes", line);
    if most > gate + FEW {
        stop(&format!("{most} disk flushes for {COUNT} deliveries are more than {gate} and {FEW}"));
    }
}

/// What became of one burst.
struct Burst {
    /// Seconds after due at which each was recorded, ascending.
    recorded: Vec<f64>,
    /// Disk flushes, where they were counted.
    syncs: usize,
}

fn tell(what: &str, bursts: &[Burst]) {
    let of = |share| median(bursts.iter().map(|b| percentile(&b.recorded, share)).collect());
    let line = format!("p50 {:.2} s, all after {:.2} s", of(0.5), of(1.0));
    say(what, line);
}

async fn run(receiver: Option<&Receiver>, traced: bool) -> Burst {
    let folder = tempfile::tempdir().expect("a folder");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let data = folder.path().join("ledger");
    let engine = Arc::new(Engine::open(&data, Actor::Service, clock.clone()).expect("a ledger"));
    let url = receiver.map_or("http://127.0.0.1:9/".to_string(), |receiver| receiver.url("/"));
    let new = NewWebhook {
        name: "many".into(),
        url,
        network: Network::Loopback,
        rate: Rate { per_second: LIFTED, burst: LIFTED },
        ..NewWebhook::default()
    };
    let channel = engine.add_webhook(&new).expect("a channel").id;
    let due = (engine.now().wall + SignedDuration::from_secs(8)).to_zoned(jiff::tz::TimeZone::UTC);
    let start = due.strftime("%Y%m%dT%H%M%S").to_string();
    let reminders = Some(vec![reminder("PT0M", channel)]);
    let draft = EventDraft { reminders, ..draft("note", "One of many", &start, Some("UTC")) };
    engine.save_event(&Save { draft, ..Save::default() }).expect("an event");
    many::copy(&data, COUNT - 1, 0);
    let left = Arc::new(Left { count: AtomicUsize::new(COUNT), none: Notify::new() });
    let courier: Arc<dyn Courier> = match receiver {
        None => Arc::new(Counted { inner: None, left: left.clone() }),
        Some(_) => {
            let inner = WebhookCourier::new(clock, Default::default());
            Arc::new(Counted { inner: Some(inner), left: left.clone() })
        }
    };
    let trace = folder.path().join("syncs");
    let strace = traced.then(|| attach(&trace));
    drive(engine.clone(), courier, left).await;
    let syncs = strace.map_or(0, |strace| detach(strace, &trace));
    Burst { recorded: recorded(&engine), syncs }
}

/// As the service does it: one thread, until all are handed over and recorded.
async fn drive(engine: Arc<Engine>, courier: Arc<dyn Courier>, left: Arc<Left>) {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let couriers = Couriers { desktop: courier.clone(), webhook: courier };
            let scheduler = Scheduler::lead(engine.clone()).expect("to lead");
            let driver = Driver::new(scheduler, engine, couriers).with_webhooks_at_once(AT_ONCE);
            let (stop, stopping) = watch::channel(false);
            let ended = async {
                left.none.notified().await;
                stop.send_replace(true);
                std::future::pending::<()>().await;
            };
            tokio::select! {
                ran = driver.run(Box::new(Sleep), Arc::new(Notify::new()), stopping, |_| {}) =>
                    ran.expect("it stops in an orderly way"),
                () = ended => {}
            }
        });
    };
    tokio::task::spawn_blocking(work).await.expect("the service");
}

fn recorded(engine: &Engine) -> Vec<f64> {
    let mut all = Vec::new();
    let mut filter = Filter { limit: 1000, ..Filter::default() };
    loop {
        let page = engine.deliveries(&filter).expect("readable");
        if page.is_empty() {
            break;
        }
        all.extend(page.iter().map(|l| {
            let told = l.row.told_at.expect("told");
            told.duration_since(l.row.facts.due).as_secs_f64()
        }));
        filter.offset += 1000;
    }
    assert_eq!(all.len(), COUNT);
    all.sort_by(f64::total_cmp);
    all
}

/// Counts the flushes of this process from outside.
fn attach(trace: &std::path::Path) -> Child {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-q", "-e", "trace=fsync,fdatasync", "-o"]).arg(trace);
    let begun = strace.args(["-p", &std::process::id().to_string()]).spawn();
    begun.unwrap_or_else(|error| {
        stop(&format!("disk flushes are counted by strace, which does not start: {error}"))
    })
}

fn detach(mut strace: Child, trace: &std::path::Path) -> usize {
    let pid = rustix::process::Pid::from_child(&strace);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("a signal");
    strace.wait().map(drop).unwrap_or(());
    let syncs = std::fs::read_to_string(trace).unwrap_or_default();
    syncs.lines().filter(|line| line.contains("sync(")).count()
}

/// What is still to be handed over.
struct Left {
    count: AtomicUsize,
    none: Notify,
}

/// A courier that takes everything at once, or hands it on.
struct Counted {
    inner: Option<WebhookCourier>,
    left: Arc<Left>,
}

impl Courier for Counted {
    fn probe(&self) -> Result<(), Unavailable> {
        Ok(())
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        Box::pin(async move {
            let report = match &self.inner {
                Some(inner) => inner.hand_over(parcel).await,
                None => Report {
                    handover: Handover::Accepted { shown_by: None },
                    status: None,
                    detail: String::new(),
                },
            };
            if self.left.count.fetch_sub(1, Ordering::Relaxed) == 1 {
                self.left.none.notify_one();
            }
            report
        })
    }

    fn withdraw<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Sleeps by the runtime's timer: nothing here is suspended or set.
struct Sleep;

impl Wake for Sleep {
    fn until(&mut self, at: Option<Timestamp>) -> BoxFuture<'_, Woken> {
        Box::pin(async move {
            let time = at.map_or(Duration::from_secs(900), |at| {
                at.duration_since(SystemClock::new().now().wall).try_into().unwrap_or_default()
            });
            tokio::time::timeout(time, std::future::pending::<()>()).await.unwrap_or(());
            Woken::Due
        })
    }
}
