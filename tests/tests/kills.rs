//! Kills at random moments: SIGKILL to whichever of two real services leads, just after it wrote or
//! while a receiver holds its request, again and again. The receiver is the judge: nothing is lost,
//! and an id is seen again only where an attempt of it ended unknown, and says so.
//!
//! Twenty kills in each test run; `KILLS=200` for more. A failure names its seed: `SEED=…` repeats
//! its choices.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use acceptance::home::{Home, PATIENCE, Service};
use calendar::{delivery::State, id::ChannelId, network::Network};
use engine::{
    Engine,
    channels::NewWebhook,
    ledger::{
        SchedulerLock,
        inbox::{Filter, Listed},
    },
};
use jiff::SignedDuration;
use testkit::receiver::{Answer, Receiver};

/// Reminders for each kill, over as many endpoints, each called at its usual rate.
const EACH: usize = 8;
const ENDPOINTS: usize = 4;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// SplitMix64: the same choices from the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

/// What is waited for before a kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// So many more writes to the ledger.
    Written(u64),
    /// So many more requests that were read and not answered.
    Asked(u64),
}

/// Kills the leader when its moment comes; says when it did.
struct Executioner {
    home: std::path::PathBuf,
    next: Mutex<Option<Moment>>,
    done: tokio::sync::Notify,
}

impl Executioner {
    fn note(&self, what: fn(u64) -> Moment) {
        let mut next = self.next.lock().expect("nobody panics here");
        let left = match (*next, what(0)) {
            (Some(Moment::Written(left)), Moment::Written(_))
            | (Some(Moment::Asked(left)), Moment::Asked(_)) => left,
            _ => return,
        };
        if left > 1 {
            *next = Some(what(left - 1));
        } else if let Some((pid, _)) = SchedulerLock::holder(&self.home) {
            let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
            let pid = pid.expect("a pid");
            if rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok() {
                *next = None;
                self.done.notify_one();
            }
        }
    }
}

/// Every delivery, however many there are.
fn all(home: &Home) -> Vec<Listed> {
    let mut rows = Vec::new();
    let mut filter = Filter { limit: 1000, ..Filter::default() };
    loop {
        let page = home.engine.deliveries(&filter).expect("readable");
        let is_last = page.len() < 1000;
        rows.extend(page);
        if is_last {
            return rows;
        }
        filter.offset += 1000;
    }
}

fn endpoints(home: &Home, receiver: &Receiver) -> Vec<ChannelId> {
    let add = |n| {
        let (name, url) = (format!("judge {n}"), receiver.url(&format!("/{n}")));
        let new = NewWebhook { name, url, network: Network::Loopback, ..NewWebhook::default() };
        home.engine.add_webhook(&new).expect("a channel").id
    };
    (0..ENDPOINTS).map(add).collect()
}

fn judge(home: &Home, receiver: &Receiver) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for request in receiver.requests() {
        *seen.entry(request.header("webhook-id").to_string()).or_default() += 1;
    }
    let rows = all(home);
    assert_eq!(seen.len(), rows.len(), "each was seen, and nothing else");
    for listed in rows {
        let row = &listed.row;
        let why = home.engine.why(row.id).expect("a story");
        let unknown = why.attempts.iter().filter(|a| a.outcome.as_deref() == Some("unknown"));
        let (unknown, times) = (unknown.count(), seen.get(&row.key).copied().unwrap_or(0));
        assert!((1..=1 + unknown).contains(&times), "{}: seen {times} times", listed.title);
        assert_eq!(row.again, unknown > 0, "{} says whether it may be seen twice", listed.title);
    }
    assert_eq!(home.engine.check_file().expect("asked"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_each_is_told_and_repeats_are_marked() {
    let kills = number("KILLS", 20);
    let seed = number("SEED", u64::from(std::process::id()));
    println!("{kills} kills, SEED={seed}");
    let mut dice = Dice(seed);
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let channels = endpoints(&home, &receiver);
    let total = usize::try_from(kills).expect("few") * EACH;
    // The first is due once all are saved.
    let begin = home.engine.now().wall + SignedDuration::from_millis(3_000 + 20 * total as i64);
    for n in 0..total {
        let due = begin + SignedDuration::from_secs((n / EACH) as i64);
        let later = due.duration_since(home.engine.now().wall).unsigned_abs();
        home.note(&format!("Number {n}"), later, channels[n % ENDPOINTS]);
    }
    let executioner = Arc::new(Executioner {
        home: home.data(),
        next: Mutex::new(None),
        done: tokio::sync::Notify::new(),
    });
    let (of_bell, of_receiver) = (executioner.clone(), executioner.clone());
    home.engine.bell().watch(move || of_bell.note(Moment::Written)).expect("the bell");
    receiver.before_answer(move |_| of_receiver.note(Moment::Asked));

    let mut services: Vec<Service> = vec![home.service().await, home.stand_by()];
    for _ in 0..kills {
        let moment = match dice.below(2) {
            0 => Moment::Written(1 + dice.below(6)),
            _ => Moment::Asked(1 + dice.below(5)),
        };
        *executioner.next.lock().expect("nobody panics here") = Some(moment);
        executioner.done.notified().await;
        services.push(home.stand_by());
    }
    let until = begin + SignedDuration::from_hours(24);
    let counted = |engine: &Engine, wanted: &[State]| {
        let counts = engine.counts(begin - SignedDuration::from_hours(1), until).expect("readable");
        let counts = counts.iter().filter(|(state, ..)| wanted.contains(state));
        (counts.map(|(.., count)| *count as usize).sum::<usize>() == total).then_some(())
    };
    // What was cut off three times waits for a person, who has it tried again.
    let ends = [State::Completed, State::Dead];
    // Many kills may be over before the last is due.
    let last = begin + SignedDuration::from_secs((total / EACH) as i64);
    let left = Duration::try_from(last.duration_since(home.engine.now().wall)).unwrap_or_default();
    home.until_for(left + PATIENCE, "an end of each", |engine| counted(engine, &ends)).await;
    let parked = all(&home).into_iter().filter(|l| l.row.facts.state == State::Dead);
    let parked: Vec<_> = parked.map(|l| l.row.id).collect();
    home.engine.retry(&parked, None).expect("tried again");
    home.until("all of them", |engine| counted(engine, &[State::Completed])).await;
    receiver.before_answer(|_| {});
    drop(services);
    judge(&home, &receiver);
}
