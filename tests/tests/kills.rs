//! Kills at random moments: SIGKILL to whichever of two real services leads, just after it wrote,
//! while a receiver holds its request or a notification service its pop-up, or whatever it does when
//! so much time has gone by, again and again. Receiver and notification service are the judges:
//! nothing is lost, and an id is seen again only where an attempt of it ended unknown, and says so.
//!
//! Twenty kills in each test run; `KILLS=200` for more. A failure names its seed: `SEED=…` repeats
//! its choices.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use acceptance::home::{Home, PATIENCE, Service};
use calendar::{delivery::State, id::ChannelId, network::Network, reason::Reason};
use engine::{
    Engine,
    channels::NewWebhook,
    ledger::{
        SchedulerLock,
        inbox::{Filter, Listed},
    },
    queries::Seen,
};
use jiff::{SignedDuration, Timestamp};
use testkit::{
    notifier::{Note, Notifier},
    receiver::{Answer, Receiver},
};
use tokio::sync::mpsc;

/// Reminders for each kill: webhooks over so many endpoints, each called at its usual rate, and
/// pop-ups.
const CALLED: usize = 8;
const ENDPOINTS: usize = 4;
const SHOWN: usize = 2;
const EACH: usize = CALLED + SHOWN;
/// What a pop-up says that may not be the first of its reminder.
const AGAIN: &str = "this may have been shown before";

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
    /// So many more requests that were read, or pop-ups that were shown, and not answered.
    Asked(u64),
    /// So long, whatever happens meanwhile.
    Timed(Duration),
}

impl Moment {
    /// One by chance, where reminders are due each second from `begin` on. Of those of the clock half
    /// are after a start, while an heir takes over, and half right after something is due.
    fn by_chance(dice: &mut Dice, begin: Timestamp, now: Timestamp) -> Self {
        let after = Duration::from_micros(dice.below(60_000));
        match dice.below(4) {
            0 => Self::Written(1 + dice.below(6)),
            1 => Self::Asked(1 + dice.below(5)),
            2 => Self::Timed(5 * after),
            _ => {
                let gone = now.duration_since(begin).as_micros();
                let left = 1_000_000 - gone.rem_euclid(1_000_000);
                Self::Timed(Duration::from_micros(u64::try_from(left).unwrap_or(0)) + after)
            }
        }
    }
}

/// Kills when the moment has come; says whom.
struct Executioner {
    home: std::path::PathBuf,
    next: Mutex<Option<Moment>>,
    killed: mpsc::UnboundedSender<u32>,
}

impl Executioner {
    /// Something happened: the leader is killed if it is time.
    fn note(&self, what: fn(u64) -> Moment) {
        let mut next = self.next.lock().expect("nobody panics here");
        let left = match (*next, what(0)) {
            (Some(Moment::Written(left)), Moment::Written(_))
            | (Some(Moment::Asked(left)), Moment::Asked(_)) => left,
            _ => return,
        };
        if left > 1 {
            *next = Some(what(left - 1));
        } else if let Some((leader, _)) = SchedulerLock::holder(&self.home)
            && self.strike(leader)
        {
            *next = None;
        }
    }

    fn strike(&self, pid: u32) -> bool {
        let named = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
        let named = named.expect("a pid");
        let is_hit = rustix::process::kill_process(named, rustix::process::Signal::KILL).is_ok();
        if is_hit {
            self.killed.send(pid).unwrap_or(());
        }
        is_hit
    }

    /// Lets this time go by: where in its work the service is then is left to chance. Then whoever
    /// leads is killed, or who is about to if nobody does.
    async fn strike_after(&self, time: Duration, services: &[Service]) {
        tokio::time::timeout(time, std::future::pending::<()>()).await.unwrap_or(());
        let leader = SchedulerLock::holder(&self.home).map(|(pid, _)| pid);
        let leader = leader.filter(|pid| services.iter().any(|service| service.pid() == *pid));
        let pid = leader.unwrap_or_else(|| services[0].pid());
        assert!(self.strike(pid), "it was there");
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

/// Whether a pop-up tells of a delivery: of it alone, or among others in a digest.
fn tells(note: &Note, listed: &Listed) -> bool {
    let tag = note.hints.get("x-dunst-stack-tag").map_or("", String::as_str);
    let named = format!("\u{2068}{}\u{2069}", listed.title);
    tag == listed.row.key || tag.starts_with("dig_") && note.body.contains(&named)
}

/// The judge of pop-ups. One that was changed where it stands is one.
fn judge_shown(notes: &[Note], listed: &Listed, unknown: usize) {
    let title = &listed.title;
    let mut ids = BTreeSet::new();
    for note in notes.iter().filter(|note| tells(note, listed)) {
        let is_another = ids.insert(note.id) && ids.len() > 1;
        assert!(!is_another || note.body.contains(AGAIN), "{title}: unmarked, {note:?}");
    }
    let times = ids.len();
    // Of a long digest the first few are named.
    let is_named = listed.row.facts.reason != Reason::InDigest
        || !notes.iter().any(|note| note.body.contains(" more in the inbox"));
    match Seen::of(&listed.row) {
        Seen::Yes if !is_named => assert!(times <= 1 + unknown, "{title}: shown {times} times"),
        Seen::Yes => assert!((1..=1 + unknown).contains(&times), "{title}: shown {times} times"),
        Seen::Perhaps => assert!(times <= unknown, "{title}: shown {times} times"),
        Seen::No => panic!("{title}: never shown, and shown {times} times: {}", listed.row.cause()),
    }
}

fn judge(home: &Home, receiver: &Receiver, notifier: &Notifier) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for request in receiver.requests() {
        *seen.entry(request.header("webhook-id").to_string()).or_default() += 1;
    }
    let (rows, notes) = (all(home), notifier.notes());
    let called = rows.iter().filter(|listed| !listed.row.facts.desktop).count();
    assert_eq!(seen.len(), called, "each was seen, and nothing else");
    for listed in &rows {
        let row = &listed.row;
        let why = home.engine.why(row.id).expect("a story");
        let unknown = why.attempts.iter().filter(|a| a.outcome.as_deref() == Some("unknown"));
        let unknown = unknown.count();
        if row.facts.desktop {
            judge_shown(&notes, listed, unknown);
        } else {
            let times = seen.get(&row.key).copied().unwrap_or(0);
            assert!((1..=1 + unknown).contains(&times), "{}: seen {times} times", listed.title);
        }
        assert_eq!(row.again, unknown > 0, "{} says whether it may be seen twice", listed.title);
    }
    assert_eq!(home.engine.check_file().expect("asked"), Vec::<String>::new());
}

/// So many each second from this moment on, saved one after the other.
fn fill(home: &Home, channels: &[ChannelId], (begin, total): (Timestamp, usize)) {
    for n in 0..total {
        let due = begin + SignedDuration::from_secs((n / EACH) as i64);
        let later = due.duration_since(home.engine.now().wall).unsigned_abs();
        let channel = match n % EACH {
            ..SHOWN => ChannelId::DESKTOP,
            nth => channels[nth % ENDPOINTS],
        };
        home.note(&format!("Number {n}"), later, channel);
    }
}

/// Kills so often; says how often at each kind of moment.
async fn kill(
    kills: u64,
    dice: &mut Dice,
    begin: Timestamp,
    (home, receiver, notifier): (&Home, &Receiver, &Notifier),
) -> Vec<Service> {
    let (killed, mut fallen) = mpsc::unbounded_channel();
    let executioner = Executioner { home: home.data(), next: Mutex::new(None), killed };
    let executioner = Arc::new(executioner);
    let of_bell = executioner.clone();
    home.engine.bell().watch(move || of_bell.note(Moment::Written)).expect("the bell");
    let (of_receiver, of_notifier) = (executioner.clone(), executioner.clone());
    receiver.before_answer(move |_| of_receiver.note(Moment::Asked));
    notifier.before_answer(move |_| of_notifier.note(Moment::Asked));
    let mut services: Vec<Service> = vec![home.service().await, home.stand_by()];
    let mut timed = 0;
    for _ in 0..kills {
        let moment = Moment::by_chance(dice, begin, home.engine.now().wall);
        if let Moment::Timed(time) = moment {
            timed += 1;
            executioner.strike_after(time, &services).await;
        } else {
            *executioner.next.lock().expect("nobody panics here") = Some(moment);
        }
        let pid = fallen.recv().await.expect("an executioner");
        let at = services.iter().position(|service| service.pid() == pid).expect("one of ours");
        services.remove(at).gone();
        services.push(home.stand_by());
    }
    println!("{timed} of them by the clock");
    services
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_each_is_told_and_repeats_are_marked() {
    let kills = number("KILLS", 20);
    let seed = number("SEED", u64::from(std::process::id()));
    println!("{kills} kills, SEED={seed}");
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let notifier = Notifier::start(home.bus.address()).await;
    let channels = endpoints(&home, &receiver);
    let total = usize::try_from(kills).expect("few") * EACH;
    // The first is due once all are saved, and all at whole seconds.
    let begin = home.engine.now().wall + SignedDuration::from_millis(3_000 + 20 * total as i64);
    let begin = begin.round(jiff::Unit::Second).expect("a moment");
    fill(&home, &channels, (begin, total));
    let world = (&home, &receiver, &notifier);
    let services = kill(kills, &mut Dice(seed), begin, world).await;
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
    notifier.before_answer(|_| {});
    drop(services);
    judge(&home, &receiver, &notifier);
}
