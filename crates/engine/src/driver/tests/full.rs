//! Aim: on a full disk nothing is claimed that cannot be marked, outcomes are kept, and all goes
//! on when there is room again. Method: a ledger that may not grow, and a driver that runs.

use super::*;

/// So many notes are told in one digest, whose marks need more room than a page has left.
const NOTES: usize = 12;

/// A sleep that says until when it is, and ends when the test says so.
struct Asked {
    tell: mpsc::UnboundedSender<Option<Timestamp>>,
    end: Arc<Notify>,
}

impl Wake for Asked {
    fn until(&mut self, at: Option<Timestamp>) -> BoxFuture<'_, Woken> {
        self.tell.send(at).expect("the test listens");
        Box::pin(async {
            self.end.notified().await;
            Woken::Due
        })
    }
}

/// A courier that says what it is given, and answers when the test says so, at length.
struct Slow {
    tell: mpsc::UnboundedSender<Parcel>,
    answer: Arc<Notify>,
    screen: Arc<Mutex<Option<Screen>>>,
}

impl Courier for Slow {
    fn probe(&self) -> std::result::Result<(), Unavailable> {
        Ok(())
    }

    fn screen(&self) -> Option<Screen> {
        self.screen.lock().expect("nobody panics with it").clone()
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        self.tell.send(parcel).expect("the test listens");
        Box::pin(async {
            self.answer.notified().await;
            let shown_by = self.screen().map(|screen| PopUp { screen, id: 1 });
            let handover = Handover::Accepted { shown_by };
            Report { handover, status: None, detail: "shown ".repeat(600) }
        })
    }

    fn withdraw<'a>(&'a self, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

/// What the test holds in its hands while the driver runs.
pub(super) struct Hands {
    clock: Arc<Set>,
    pub(super) engine: Arc<Engine>,
    sleeps: mpsc::UnboundedReceiver<Option<Timestamp>>,
    wake: Arc<Notify>,
    pub(super) parcels: mpsc::UnboundedReceiver<Parcel>,
    pub(super) answer: Arc<Notify>,
    screen: Arc<Mutex<Option<Screen>>>,
    told: Arc<Mutex<Vec<Option<String>>>>,
    pub(super) stop: watch::Sender<bool>,
}

impl Hands {
    /// Until when the driver sleeps now.
    pub(super) async fn asleep(&mut self) -> Option<Timestamp> {
        self.sleeps.recv().await.expect("it runs")
    }

    /// Wakes it at this moment, and says until when it sleeps after it has looked.
    pub(super) async fn wake_at(&mut self, at: &str) -> Option<Timestamp> {
        self.clock.to(at);
        self.wake.notify_one();
        self.asleep().await
    }

    /// Whether it ends instead of sleeping again.
    pub(super) async fn ends(&mut self) -> bool {
        self.sleeps.recv().await.is_none()
    }

    /// Wakes it at this moment, and says whether it ends then.
    pub(super) async fn ends_at(&mut self, at: &str) -> bool {
        self.clock.to(at);
        self.wake.notify_one();
        self.ends().await
    }

    /// From now on a notification service of this name shows what is handed over.
    pub(super) fn shown_by(&self, name: &str) {
        let screen = Screen { owner: name.into(), connection: ":1.1".into() };
        *self.screen.lock().expect("nobody panics with it") = Some(screen);
    }

    /// From now on that is asked by another connection of ours.
    pub(super) fn connected_as(&self, connection: &str) {
        let mut screen = self.screen.lock().expect("nobody panics with it");
        let screen = screen.as_mut().expect("somebody shows it");
        screen.connection = connection.into();
    }

    /// What was told of the ledger's trouble so far.
    pub(super) fn told(&self) -> Vec<Option<String>> {
        self.told.lock().expect("nobody panics with it").clone()
    }

    /// How many rows stand in each state, by its word.
    pub(super) fn states(&self) -> Vec<(&'static str, u32)> {
        let counts = self.engine.counts(Timestamp::MIN, Timestamp::MAX).expect("counts");
        counts.into_iter().map(|(state, _, count)| (state.code(), count)).collect()
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Runs a driver over these notes while the test does its part.
pub(super) fn drive<F: Future<Output = ()>>(part: impl FnOnce(Hands) -> F) {
    let (_folder, clock, engine) = ledger();
    let titles: Vec<String> = (0..NOTES).map(|n| format!("Note {n} {}", "x".repeat(300))).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    notes(&engine, "20261123T090000", &titles);
    let (asks, sleeps) = mpsc::unbounded_channel();
    let (gives, parcels) = mpsc::unbounded_channel();
    let (wake, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let sleep = Box::new(Asked { tell: asks, end: wake.clone() });
    let screen = Arc::new(Mutex::new(None));
    let courier = Arc::new(Slow { tell: gives, answer: answer.clone(), screen: screen.clone() });
    let couriers = Couriers { desktop: courier.clone(), webhook: courier };
    let scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let driver = Driver::new(scheduler, engine.clone(), couriers).telling_trouble(move |error| {
        tell.lock().expect("nobody panics with it").push(error.map(|error| error.to_string()));
    });
    let (stop, stopping) = watch::channel(false);
    let stops = stop.clone();
    let hands = Hands { clock, engine, sleeps, wake, parcels, answer, screen, told, stop: stops };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let ran = runtime.block_on(async {
        let part = async {
            part(hands).await;
            stop.send_replace(true);
        };
        tokio::join!(driver.run(sleep, Arc::new(Notify::new()), stopping, |_| {}), part).0
    });
    ran.expect("an orderly end");
}

#[test]
fn what_cannot_be_marked_is_not_sent_until_there_is_room() {
    drive(|mut hands| async move {
        assert_eq!(hands.asleep().await, moment("2026-11-23T09:00:00Z"));
        hands.engine.lock().set_full(true);
        let before = hands.states();
        let again = hands.wake_at("2026-11-23T09:00:00Z").await;
        assert_eq!(again, moment("2026-11-23T09:00:05Z"), "a little later, and no busy loop");
        assert_eq!(hands.states(), before);
        assert!(hands.parcels.try_recv().is_err(), "nothing is sent");
        let told = hands.told();
        assert!(told.len() == 1 && told[0].as_ref().is_some_and(|words| words.contains("is full")));
        hands.engine.lock().set_full(false);
        hands.wake_at("2026-11-23T09:00:05Z").await;
        let parcel = hands.parcels.recv().await.expect("a parcel");
        assert_eq!((parcel.claims.len(), parcel.attempt), (NOTES, 1));
        hands.answer.notify_one();
        hands.asleep().await;
        assert_eq!(hands.states(), [("completed", 12)]);
        assert!(hands.parcels.try_recv().is_err(), "told once");
        assert_eq!(hands.told()[1..], [None], "and once that it is over");
    });
}

#[test]
fn an_outcome_that_cannot_be_written_is_kept_until_there_is_room() {
    drive(|mut hands| async move {
        notes(&hands.engine, "20261123T090005", &["Later"]);
        hands.asleep().await;
        hands.wake_at("2026-11-23T09:00:00Z").await;
        hands.parcels.recv().await.expect("a parcel");
        hands.engine.lock().set_full(true);
        hands.answer.notify_one();
        assert_eq!(hands.asleep().await, moment("2026-11-23T09:00:05Z"));
        assert_eq!(hands.states(), [("processing", 12), ("scheduled", 1)]);
        let again = hands.wake_at("2026-11-23T09:00:05Z").await;
        assert_eq!(again, moment("2026-11-23T09:00:10Z"));
        assert_eq!(hands.states(), [("processing", 12), ("scheduled", 1)]);
        assert!(hands.parcels.try_recv().is_err(), "nothing more is sent");
        hands.engine.lock().set_full(false);
        hands.wake_at("2026-11-23T09:00:10Z").await;
        assert_eq!(hands.states(), [("completed", 12), ("processing", 1)]);
        let parcel = hands.parcels.recv().await.expect("a parcel");
        assert_eq!((parcel.claims.len(), parcel.attempt), (1, 1), "of the later one alone");
        hands.answer.notify_one();
        hands.asleep().await;
        assert_eq!(hands.states(), [("completed", 13)]);
    });
}
