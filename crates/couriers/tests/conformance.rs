//! What every courier must show, whatever its channel: the same key twice does no further harm,
//! everything ends in time, and nothing secret is reported or logged, at the finest level either.
//! A new courier brings a [`Stand`] and one line in a test.
#![cfg(target_os = "linux")]

mod common;

use std::{
    collections::HashSet,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use calendar::network::Network;
use common::{CANARIES, SOON, hand_over, notice, webhook};
use couriers::{
    desktop::{self, DesktopCourier, DesktopEvent},
    webhook::{Limits, WebhookCourier},
};
use engine::courier::{Courier, Handover, Message, Notice, WebhookCall};
use testkit::{
    PATIENCE,
    bus::Bus,
    notifier::Notifier,
    receiver::{Answer, Receiver},
};
use tokio::sync::mpsc::Receiver as Receiving;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// A courier with a real counterpart that can be made to misbehave.
trait Stand {
    fn courier(&self) -> &dyn Courier;
    /// A message as it should be.
    fn message(&self, key: &str) -> Message;
    /// A message whose every part is as long and as wild as it can come.
    fn wild(&self, key: &str) -> Message;
    /// How many different things the counterpart knows by now.
    fn effects(&self) -> usize;
    /// Makes the counterpart take what it is given and answer nothing.
    fn hang(&self);
    /// Lets it be itself again.
    fn wake(&self);
    /// Waits until the counterpart was given something that it did not answer.
    async fn given(&self);
    /// Takes the counterpart away.
    async fn vanish(&mut self);
    /// Brings it back.
    async fn come_back(&mut self);
}

/// The suite. Every step says in its message which promise was broken.
async fn conforms(mut stand: impl Stand) {
    let before = stand.effects();
    for attempt in 1..=2 {
        let report = tell(&stand, stand.message("occ_1")).await;
        assert!(is_accepted(&report), "attempt {attempt} of one key: {report:?}");
    }
    assert_eq!(stand.effects() - before, 1, "the same key twice is one effect");

    let report = tell(&stand, stand.wild("occ_2")).await;
    assert!(is_accepted(&report), "whatever the text: {report:?}");

    for key in ["occ_1", "occ_1", "occ_2", "never told"] {
        let withdrawing = tokio::time::timeout(SOON, stand.courier().withdraw(key));
        assert!(withdrawing.await.is_ok(), "taking back ends in time, known or not");
    }

    let before = stand.effects();
    let many = (0..30).map(|n| tell(&stand, stand.message(&format!("occ_m{n}"))));
    for report in futures_util::future::join_all(many).await {
        assert!(is_accepted(&report), "thirty at once: {report:?}");
    }
    assert_eq!(stand.effects() - before, 30, "thirty at once are thirty");

    stand.hang();
    let report = tell(&stand, stand.message("occ_3")).await;
    assert_eq!(report, Handover::Ambiguous, "given and not answered is in doubt");
    tokio::select! {
        report = tell(&stand, stand.message("occ_4")) => panic!("nobody answers: {report:?}"),
        // Dropped in the middle: given up.
        () = stand.given() => {}
    }
    stand.wake();
    let report = tell(&stand, stand.message("occ_3")).await;
    assert!(is_accepted(&report), "doubt and giving up leave nothing behind: {report:?}");

    stand.vanish().await;
    let report = tell(&stand, stand.message("occ_5")).await;
    let certain = matches!(report, Handover::Transient { .. } | Handover::Unavailable(_));
    assert!(certain, "where nobody is, nobody got it: {report:?}");
    stand.come_back().await;
    assert_eq!(stand.courier().probe(), Ok(()));
    let report = tell(&stand, stand.message("occ_5")).await;
    assert!(is_accepted(&report), "who comes back is found: {report:?}");
}

async fn tell(stand: &impl Stand, message: Message) -> Handover {
    hand_over(stand.courier(), message, SOON).await.handover
}

fn is_accepted(handover: &Handover) -> bool {
    matches!(handover, Handover::Accepted { .. })
}

#[tokio::test]
async fn the_webhook_courier_conforms() {
    let log = listen();
    let receiver = Receiver::start([Answer::status(204)]).await;
    let url = receiver.url("");
    let limits = Limits { whole: Duration::from_millis(1500), ..Limits::default() };
    let courier = common::courier(limits);
    conforms(Hook { courier, url, receiver: Some(receiver) }).await;
    log.is_free_of_secrets();
}

#[tokio::test]
async fn the_desktop_courier_conforms() {
    let log = listen();
    let bus = Bus::start();
    let notifier = Notifier::start(bus.address()).await;
    let call = Duration::from_millis(1500);
    let limits = desktop::Limits { call, ..desktop::Limits::default() };
    let address = Some(bus.address().to_owned());
    let options = desktop::Options { bus: address, limits, ..desktop::Options::default() };
    let (courier, events) = DesktopCourier::start(options).await;
    conforms(Desk { courier, events, bus, notifier: Some(notifier) }).await;
    log.is_free_of_secrets();
}

struct Hook {
    courier: WebhookCourier,
    url: String,
    receiver: Option<Receiver>,
}

impl Hook {
    fn receiver(&self) -> &Receiver {
        self.receiver.as_ref().expect("it has not vanished")
    }
}

impl Stand for Hook {
    fn courier(&self) -> &dyn Courier {
        &self.courier
    }

    fn message(&self, key: &str) -> Message {
        let url = format!("{}/hook/canarykey?token=canary", self.url);
        let id = key.to_owned();
        Message::Webhook(WebhookCall { id, ..webhook(&url, Network::Loopback) })
    }

    fn wild(&self, key: &str) -> Message {
        let url = format!("{}/canary{}", self.url, "%00\u{202e}'".repeat(100));
        let mut call = webhook(&url, Network::Loopback);
        call.id = key.to_owned();
        call.body = "\0\u{202e}<&>\u{7f}".repeat(7000).into_bytes();
        Message::Webhook(call)
    }

    fn effects(&self) -> usize {
        let requests = self.receiver().requests();
        let ids: HashSet<_> = requests.iter().map(|r| r.header("webhook-id")).collect();
        ids.len()
    }

    fn hang(&self) {
        self.receiver().script([Answer::Hang]);
    }

    fn wake(&self) {
        self.receiver().script([Answer::status(204)]);
    }

    async fn given(&self) {
        let so_far = self.receiver().requests().len();
        self.receiver().wait_for(so_far + 1).await;
    }

    async fn vanish(&mut self) {
        self.receiver = None;
    }

    async fn come_back(&mut self) {
        let receiver = Receiver::start([Answer::status(204)]).await;
        self.url = receiver.url("");
        self.receiver = Some(receiver);
    }
}

struct Desk {
    courier: DesktopCourier,
    events: Receiving<DesktopEvent>,
    bus: Bus,
    notifier: Option<Notifier>,
}

impl Desk {
    fn notifier(&self) -> &Notifier {
        self.notifier.as_ref().expect("it has not vanished")
    }

    async fn hear(&mut self, good: impl Fn(&DesktopEvent) -> bool) {
        let hearing = async {
            while let Some(event) = self.events.recv().await {
                if good(&event) {
                    return;
                }
            }
        };
        assert!(tokio::time::timeout(PATIENCE, hearing).await.is_ok(), "an event comes");
    }
}

impl Stand for Desk {
    fn courier(&self) -> &dyn Courier {
        &self.courier
    }

    fn message(&self, key: &str) -> Message {
        Message::Notice(notice(key))
    }

    fn wild(&self, key: &str) -> Message {
        let wild = "\0<b>&\u{202e}\u{1b}[31m\n\u{feff}".repeat(300_000);
        Message::Notice(Notice { title: wild.clone(), body: wild, ..notice(key) })
    }

    fn effects(&self) -> usize {
        let notes = self.notifier().notes();
        let ids: HashSet<_> = notes.iter().map(|note| note.id).collect();
        ids.len()
    }

    fn hang(&self) {
        self.notifier().hang();
    }

    fn wake(&self) {
        self.notifier().wake();
    }

    async fn given(&self) {
        let so_far = self.notifier().calls();
        self.notifier().wait_for_calls(so_far + 1).await;
    }

    async fn vanish(&mut self) {
        if let Some(notifier) = self.notifier.take() {
            notifier.stop().await;
        }
        self.hear(|event| *event == DesktopEvent::NotifierGone).await;
    }

    async fn come_back(&mut self) {
        let notifier = Notifier::start(self.bus.address()).await;
        let owner = notifier.for_ever();
        self.notifier = Some(notifier);
        self.hear(|event| *event == DesktopEvent::NotifierAppeared { owner: owner.clone() }).await;
    }
}

/// Everything that is logged, by whomever and however finely.
#[derive(Clone, Copy)]
struct Log(&'static Mutex<String>);

static TEXT: Mutex<String> = Mutex::new(String::new());
static LOGGER: Log = Log(&TEXT);

/// Listens to both ways of logging from now on.
fn listen() -> Log {
    let log = LOGGER;
    // The second test of this process finds the first one's.
    let _ = tracing::subscriber::set_global_default(log);
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(log::LevelFilter::Trace);
    }
    tracing::trace!("tracing reaches the log");
    log::trace!("log reaches the log");
    log
}

impl Log {
    fn is_free_of_secrets(self) {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for way in ["tracing reaches the log", "log reaches the log"] {
            assert!(text.contains(way), "the log is heard");
        }
        for canary in CANARIES {
            assert!(!text.contains(canary), "nothing secret is logged: {canary}");
        }
    }

    fn add(self, text: impl fmt::Display) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_str(&format!("{text}\n"));
    }
}

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(format_args!("{field} {value:?}"));
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        span.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.add(record.args());
    }

    fn flush(&self) {}
}
