//! The whole service on a private bus with a real ledger: what rings, what a person presses, who
//! leads, how it ends. It waits for real due moments, a second ahead.

#![cfg(target_os = "linux")]

mod kit;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use calendar::{
    delivery::State,
    draft::{EventDraft, ReminderDraft},
    id::{CalendarId, ChannelId, DeliveryId},
    network::Network,
};
use engine::{
    Actor, Engine,
    channels::NewWebhook,
    clock::SystemClock,
    events::Save,
    ledger::{acknowledgement::Answer, inbox::Filter},
    letters::{Care, Decision, Letters},
    settings::Pause,
};
use kit::{Bus, Session, window_in};
use service::{Options, TrayChoice, run::Error};
use testkit::{
    notifier::Notifier,
    panel::Panel,
    receiver::{Answer as Reply, Receiver},
};
use tokio::sync::Notify;

type Ended = JoinHandle<Result<(), Error>>;

fn start(dir: &Path, tray: TrayChoice) -> Ended {
    let options = Options { data_dir: Some(dir.join("data")), tray };
    std::thread::spawn(move || service::run(&options))
}

/// Waits for a service that was asked to end.
async fn ended(service: Ended) {
    let joined = tokio::task::spawn_blocking(|| service.join()).await.expect("waited for");
    joined.expect("no panic").expect("an orderly end");
}

/// Ends every service of this process, as the system would.
async fn terminate(service: Ended) {
    let us = rustix::process::getpid();
    rustix::process::kill_process(us, rustix::process::Signal::TERM).expect("a signal");
    ended(service).await;
}

/// The ledger as another program sees it.
struct Ledger {
    engine: Engine,
    rung: Arc<Notify>,
}

impl Ledger {
    fn open(dir: &Path) -> Self {
        let clock = Arc::new(SystemClock::new());
        let engine = Engine::open(&dir.join("data"), Actor::CommandLine, clock).expect("a ledger");
        let rung = Arc::new(Notify::new());
        let ring = rung.clone();
        engine.bell().watch(move || ring.notify_one()).expect("the bell");
        Self { engine, rung }
    }

    /// A note that rings so much later.
    fn note(&self, title: &str, later: Duration) {
        self.reminder(title, later, false);
    }

    fn alarm(&self, title: &str, later: Duration) {
        self.reminder(title, later, true);
    }

    /// A webhook to this endpoint.
    fn hook(&self, url: String) -> ChannelId {
        let network = Network::Loopback;
        let new = NewWebhook { name: "lamp".into(), url, network, ..NewWebhook::default() };
        self.engine.add_webhook(&new).expect("a channel").id
    }

    fn reminder(&self, title: &str, later: Duration, alarm: bool) {
        self.reminder_through(ChannelId::DESKTOP, title, later, alarm);
    }

    /// A note that rings each day.
    fn daily(&self, title: &str, later: Duration) {
        let channel = ChannelId::DESKTOP.to_string();
        self.save(
            title,
            later,
            ReminderDraft { channel, ..ReminderDraft::default() },
            &["FREQ=DAILY"],
        );
    }

    fn reminder_through(&self, channel: ChannelId, title: &str, later: Duration, alarm: bool) {
        let channel = channel.to_string();
        let reminder = ReminderDraft { channel, alarm, ..ReminderDraft::default() };
        self.save(title, later, reminder, &[]);
    }

    fn save(&self, title: &str, later: Duration, reminder: ReminderDraft, rules: &[&str]) {
        // A start has whole seconds: never sooner than was asked.
        let whole =
            jiff::TimestampRound::new().smallest(jiff::Unit::Second).mode(jiff::RoundMode::Ceil);
        let at = (self.engine.now().wall + later).round(whole).expect("a moment");
        let at = at.to_zoned(jiff::tz::TimeZone::UTC);
        let draft = EventDraft {
            kind: "note".into(),
            calendar: CalendarId::FIRST.to_string(),
            title: title.into(),
            start: at.strftime("%Y%m%dT%H%M%S").to_string(),
            zone: Some("UTC".into()),
            rules: rules.iter().map(ToString::to_string).collect(),
            reminders: Some(vec![ReminderDraft { trigger: "PT0M".into(), ..reminder }]),
            ..EventDraft::default()
        };
        let save = Save { draft, allow_past: true, ..Save::default() };
        self.engine.save_event(&save).expect("saved");
    }

    /// Looks after each ring of the bell until it finds what it looks for.
    async fn until<T>(&self, mut look: impl FnMut(&Engine) -> Option<T>) -> T {
        loop {
            if let Some(found) = look(&self.engine) {
                return found;
            }
            self.rung.notified().await;
        }
    }

    async fn until_in(&self, state: State) -> DeliveryId {
        let filter = Filter { states: vec![state], limit: 1, ..Filter::default() };
        let find = |engine: &Engine| {
            engine.deliveries(&filter).expect("readable").first().map(|listed| listed.row.id)
        };
        self.until(find).await
    }

    async fn until_inbox_is_empty(&self) {
        self.until(|engine| engine.inbox().expect("readable").rows.is_empty().then_some(())).await;
    }
}

const SOON: Duration = Duration::from_millis(1_500);

#[test]
fn a_reminder_rings_and_done_empties_the_inbox() {
    kit::alone("a_reminder_rings_and_done_empties_the_inbox", async |dir: PathBuf| {
        let bus = Bus::start(&dir);
        let notifier = Notifier::start(&bus.address()).await;
        let ledger = Ledger::open(&dir);
        let service = start(&dir, TrayChoice::None);
        ledger.note("Tea", SOON);
        let note = notifier.wait_for(1).await.remove(0);
        assert_eq!(note.summary, "Tea");
        ledger.until_in(State::Completed).await;
        let status = ledger.engine.service_status().expect("readable").expect("it runs");
        assert_eq!(status.notifier.as_deref(), Some("testkit 1"));
        assert_eq!(ledger.engine.inbox().expect("readable").rows.len(), 1);
        notifier.press(note.id, "done").await;
        ledger.until_inbox_is_empty().await;
        terminate(service).await;
        let status = ledger.engine.service_status().expect("readable").expect("it ran");
        assert!(status.stopped.is_some());
    });
}

#[test]
fn pressing_an_alarm_answers_nothing_and_pressing_another_opens_it() {
    kit::alone("pressing_an_alarm_answers_nothing_and_pressing_another_opens_it", async |dir| {
        let bus = Bus::start(&dir);
        let notifier = Notifier::start(&bus.address()).await;
        let ledger = Ledger::open(&dir);
        let service = start(&dir, TrayChoice::None);
        ledger.alarm("Pill", SOON);
        ledger.note("Tea", SOON);
        let shown = notifier.wait_for(2).await;
        for title in ["Pill", "Tea"] {
            let note = shown.iter().find(|note| note.summary == title).expect("shown");
            notifier.press(note.id, "default").await;
        }
        let waiting = |engine: &Engine| {
            let rows = engine.inbox().expect("readable").rows;
            rows.into_iter().map(|listed| listed.title).collect::<Vec<_>>()
        };
        let one = |engine: &Engine| Some(waiting(engine)).filter(|titles| titles.len() == 1);
        assert_eq!(ledger.until(one).await, ["Pill"]);
        terminate(service).await;
    });
}

#[test]
fn pressing_a_digest_answers_none_of_it() {
    kit::alone("pressing_a_digest_answers_none_of_it", async |dir: PathBuf| {
        let bus = Bus::start(&dir);
        let notifier = Notifier::start(&bus.address()).await;
        let ledger = Ledger::open(&dir);
        let service = start(&dir, TrayChoice::None);
        ledger.engine.pause(Pause::Forever).expect("paused");
        for title in ["Tea", "Post", "Milk", "Bread"] {
            ledger.note(title, SOON);
        }
        let filter = Filter { states: vec![State::Held], limit: 9, ..Filter::default() };
        let held = |engine: &Engine| engine.deliveries(&filter).expect("readable").len();
        ledger.until(|engine| (held(engine) == 4).then_some(())).await;
        ledger.engine.resume().expect("resumed");
        let digest = notifier.wait_for(1).await.remove(0);
        assert!(digest.summary.contains("4 reminders"), "{}", digest.summary);
        for action in ["default", "open", "done", "snooze"] {
            notifier.press(digest.id, action).await;
        }
        // What is pressed afterwards is answered afterwards.
        ledger.note("Jam", SOON);
        let jam = notifier.wait_for(2).await.remove(1);
        let waiting = |engine: &Engine| engine.inbox().expect("readable").rows.len();
        ledger.until(|engine| (waiting(engine) == 5).then_some(())).await;
        notifier.press(jam.id, "done").await;
        ledger.until(|engine| (waiting(engine) < 5).then_some(())).await;
        let rows = ledger.engine.inbox().expect("readable").rows;
        let mut titles: Vec<_> = rows.into_iter().map(|listed| listed.title).collect();
        titles.sort();
        assert_eq!(titles, ["Bread", "Milk", "Post", "Tea"]);
        terminate(service).await;
    });
}

#[test]
fn snooze_rings_again_ten_minutes_later() {
    kit::alone("snooze_rings_again_ten_minutes_later", async |dir: PathBuf| {
        let bus = Bus::start(&dir);
        let notifier = Notifier::start(&bus.address()).await;
        let ledger = Ledger::open(&dir);
        let service = start(&dir, TrayChoice::None);
        ledger.note("Tea", SOON);
        let note = notifier.wait_for(1).await.remove(0);
        ledger.until_in(State::Completed).await;
        let pressed = ledger.engine.now().wall;
        notifier.press(note.id, "snooze").await;
        let next = |engine: &Engine| engine.next_rings(1).expect("readable").pop();
        let ring = ledger.until(next).await;
        // The ledger counts in milliseconds.
        let told = pressed.round(jiff::Unit::Millisecond).expect("in range");
        let least = told + Duration::from_millis(599_999);
        assert!(ring.due >= least, "{} after {pressed}", ring.due);
        assert!(ring.due <= ledger.engine.now().wall + Duration::from_secs(600));
        ledger.until_inbox_is_empty().await;
        terminate(service).await;
    });
}

#[test]
fn what_was_answered_elsewhere_leaves_the_screen() {
    kit::alone("what_was_answered_elsewhere_leaves_the_screen", async |dir: PathBuf| {
        let bus = Bus::start(&dir);
        let notifier = Notifier::start(&bus.address()).await;
        let ledger = Ledger::open(&dir);
        let service = start(&dir, TrayChoice::None);
        ledger.note("Tea", SOON);
        let note = notifier.wait_for(1).await.remove(0);
        let told = ledger.until_in(State::Completed).await;
        ledger.engine.acknowledge(&[told], Answer::Done, "window").expect("answered");
        assert_eq!(notifier.wait_for_closed(1).await, [note.id]);
        terminate(service).await;
    });
}

#[test]
fn without_a_bus_reminders_wait_and_are_shown_when_one_is_there() {
    kit::alone(
        "without_a_bus_reminders_wait_and_are_shown_when_one_is_there",
        async |dir: PathBuf| {
            let ledger = Ledger::open(&dir);
            let service = start(&dir, TrayChoice::Shown);
            ledger.note("Tea", SOON);
            ledger.until_in(State::Held).await;
            let bus = Bus::start(&dir);
            let notifier = Notifier::start(&bus.address()).await;
            assert_eq!(notifier.wait_for(1).await[0].summary, "Tea");
            terminate(service).await;
        },
    );
}

#[test]
fn the_tray_pauses_resumes_and_quits() {
    kit::alone("the_tray_pauses_resumes_and_quits", async |dir: PathBuf| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let ledger = Ledger::open(&dir);
        ledger.note("Tea", Duration::from_secs(3_600));
        let service = start(&dir, TrayChoice::Shown);
        let item = panel.item().await;
        let mut changed = item.signal("LayoutUpdated").await;
        // What it shows first may be from before its first look into the ledger.
        while !item.tooltip().await.1.ends_with("Tea") {
            changed.next().await;
        }
        item.click("For 1 hour").await;
        let paused = ledger.until(|engine| engine.paused().expect("readable")).await;
        assert!(matches!(paused, Pause::Until(_)));
        let resume = loop {
            let menu = item.menu().await;
            let found = menu.into_iter().find(|(label, _)| label.starts_with("Resume"));
            match found {
                Some((label, _)) => break label,
                None => changed.next().await,
            }
        };
        item.click(&resume).await;
        ledger.until(|engine| engine.paused().expect("readable").is_none().then_some(())).await;
        item.click("Quit").await;
        item.click("Quit: reminders will stop, really?").await;
        ended(service).await;
    });
}

#[test]
fn a_second_service_stands_by_and_takes_over() {
    kit::alone("a_second_service_stands_by_and_takes_over", async |dir: PathBuf| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let first = start(&dir, TrayChoice::Shown);
        let item = panel.item().await;
        let second = start(&dir, TrayChoice::Shown);
        item.click("Quit").await;
        item.click("Quit: reminders will stop, really?").await;
        ended(first).await;
        // Only the one that leads shows itself.
        panel.item().await;
        terminate(second).await;
    });
}

#[test]
fn another_notification_service_shows_again_what_nobody_has_answered() {
    kit::alone(
        "another_notification_service_shows_again_what_nobody_has_answered",
        async |dir: PathBuf| {
            let bus = Bus::start(&dir);
            let first = Notifier::start(&bus.address()).await;
            let ledger = Ledger::open(&dir);
            let service = start(&dir, TrayChoice::None);
            ledger.note("Tea", SOON);
            first.wait_for(1).await;
            ledger.until_in(State::Completed).await;
            first.stop().await;
            let second = Notifier::start(&bus.address()).await;
            let again = second.wait_for(1).await.remove(0);
            assert_eq!(again.summary, "Tea");
            second.press(again.id, "done").await;
            ledger.until_inbox_is_empty().await;
            let rows = ledger.engine.deliveries(&Filter { limit: 9, ..Filter::default() });
            assert_eq!(rows.expect("readable").len(), 1, "a rendering is no delivery");
            terminate(service).await;
        },
    );
}

#[test]
fn what_fails_for_good_through_an_endpoint_is_said_once_and_leads_to_what_waits() {
    let name = "what_fails_for_good_through_an_endpoint_is_said_once_and_leads_to_what_waits";
    kit::alone(name, async |dir: PathBuf| {
        let bus = Bus::start(&dir);
        let _session = Session::start().await;
        let window = window_in(&dir);
        let notifier = Notifier::start(&bus.address()).await;
        let gone = Receiver::start([Reply::status(410)]).await;
        let ledger = Ledger::open(&dir);
        let lamp = ledger.hook(gone.url("/"));
        let service = start(&dir, TrayChoice::None);
        for title in ["Light", "Dark"] {
            ledger.reminder_through(lamp, title, SOON, false);
        }
        let note = notifier.wait_for(1).await.remove(0);
        assert_eq!(note.summary, "2 reminders through lamp failed");
        assert_eq!(
            note.body,
            "It is off: its endpoint said it is gone. They wait for a decision under Needs attention."
        );
        // Another notification comes and goes, and this one stays.
        ledger.note("Tea", SOON);
        let tea = notifier.wait_for(2).await.remove(1);
        assert_eq!(tea.summary, "Tea");
        notifier.press(tea.id, "done").await;
        ledger.until_inbox_is_empty().await;
        notifier.press(note.id, "default").await;
        let opened = || std::fs::read_to_string(&window).ok().filter(|said| said.ends_with('\n'));
        while opened().is_none() {
            tokio::task::yield_now().await;
        }
        assert!(opened().is_some_and(|said| said.contains("--attention")), "{:?}", opened());
        assert_eq!(notifier.wait_for_closed(1).await, [tea.id]);
        // Nothing of it waits any more.
        let letters = ledger.engine.letters(&Letters::default()).expect("readable");
        let enough = Decision::Discard("enough");
        ledger.engine.decide_letters(&letters, enough, Care::AllOrNone, None).expect("set aside");
        assert_eq!(notifier.wait_for_closed(2).await, [tea.id, note.id]);
        assert_eq!(notifier.notes().len(), 2);
        terminate(service).await;
    });
}

#[test]
fn what_rings_next_is_snoozed_done_or_skipped_in_the_tray() {
    kit::alone("what_rings_next_is_snoozed_done_or_skipped_in_the_tray", async |dir| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let ledger = Ledger::open(&dir);
        let hour = Duration::from_secs(3_600);
        ledger.note("Tea", hour);
        ledger.note("Post", 2 * hour);
        ledger.daily("Walk", 3 * hour);
        let service = start(&dir, TrayChoice::Shown);
        let item = panel.item().await;
        let mut changed = item.signal("NewToolTip").await;
        // The entry with this title and what is below it, once it is there, or gone.
        let mut below = async |title: &str, is_there: bool| loop {
            let menu: Vec<_> = item.menu().await;
            let at = menu.iter().position(|(label, _)| label.ends_with(title));
            match (at, is_there) {
                (Some(at), true) => break menu[at..].to_vec(),
                (None, false) => break Vec::new(),
                _ => changed.next().await,
            }
        };
        let due = |engine: &Engine, title: &str| {
            let rings = engine.next_rings(9).expect("readable");
            rings.into_iter().find(|ring| ring.title == title).map(|ring| ring.due)
        };

        let tea = due(&ledger.engine, "Tea").expect("planned");
        let choices = below("Tea", true).await;
        assert!(choices[1].0 == "Open" && choices[2].0.starts_with("Snooze until "), "{choices:?}");
        assert_eq!(choices[3].0, "Done");
        assert!(choices[4].0.ends_with("Post"), "it happens once: {choices:?}");
        item.click_id(choices[2].1).await;
        let later = tea + Duration::from_secs(600);
        ledger.until(|engine| (due(engine, "Tea") == Some(later)).then_some(())).await;
        below(&choices[0].0, false).await;

        let choices = below("Post", true).await;
        item.click_id(choices[3].1).await;
        ledger.until(|engine| due(engine, "Post").is_none().then_some(())).await;
        below("Post", false).await;

        let walk = due(&ledger.engine, "Walk").expect("planned");
        let choices = below("Walk", true).await;
        assert_eq!(choices[4].0, "Skip this one");
        item.click_id(choices[4].1).await;
        let tomorrow = walk + 24 * hour;
        ledger.until(|engine| (due(engine, "Walk") == Some(tomorrow)).then_some(())).await;
        terminate(service).await;
    });
}
