//! The other side: an endpoint that takes calls, and a desktop that shows notifications. What they
//! do with a call is decided when it arrives; who called may be dead by then.

use std::{
    hash::{DefaultHasher, Hasher},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use calendar::id::DeliveryId;
use engine::courier::{
    BoxFuture, Courier, Handover, Message, Parcel, PopUp, Report, Schedule, Screen, Unavailable,
};
use tokio::sync::{oneshot, watch};

use crate::{
    clock::Clocks,
    ice::Ice,
    trace::{Happened, Mark, Trace},
};

/// How the other side behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// Takes what it is given.
    #[default]
    Well,
    /// Takes it after a while.
    Slow,
    /// Answers 503, with a wish to be asked later.
    Refuses,
    /// Answers 500.
    Fails,
    /// Takes it, and the answer is lost.
    TakesSilently,
    /// Takes nothing, and answers nothing.
    Deaf,
    /// It is not there at all.
    Absent,
    /// Answers 410: it is gone for good, as it says.
    Gone,
    /// Answers 403, which seldom heals.
    Forbids,
    /// Takes it in no case, however often it is asked.
    Never,
    /// Closes before all of it has come.
    Closes,
    /// Takes it, and closes before it has answered.
    TakesAndCloses,
    /// Nobody can be called, since the secrets cannot be opened; what is on its way arrives.
    Locked,
}

impl Mood {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Well,
        Self::Slow,
        Self::Refuses,
        Self::Fails,
        Self::TakesSilently,
        Self::Deaf,
        Self::Absent,
        Self::Gone,
        Self::Forbids,
        Self::Never,
        Self::Closes,
        Self::TakesAndCloses,
        Self::Locked,
    ];
}

/// Before a call leaves the machine.
const CONNECT: Duration = Duration::from_millis(7);
/// Until it arrives.
const WAY: Duration = Duration::from_millis(11);
/// Until it is given up.
const PATIENCE: Duration = Duration::from_secs(15);

/// One side of the world that is told things.
pub(crate) struct Receiver {
    pub is_desktop: bool,
    pub clocks: Arc<Clocks>,
    pub trace: Arc<Trace>,
    pub mood: Mutex<Mood>,
    /// How many notification services there were before the one that shows, or the next.
    pub owner: AtomicU32,
    /// How many notifications there were.
    pub pop_ups: AtomicU32,
}

impl Receiver {
    pub fn mood(&self) -> Mood {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it is so; gives how it was.
    pub fn be(&self, mood: Mood) -> Mood {
        std::mem::replace(&mut self.mood.lock().unwrap_or_else(PoisonError::into_inner), mood)
    }

    /// Which notification service shows what arrives now.
    fn owner(&self) -> Option<u32> {
        let is_one = self.is_desktop && self.mood() != Mood::Absent;
        is_one.then(|| self.owner.load(Ordering::Relaxed))
    }

    fn is_there(&self) -> Result<(), Unavailable> {
        match (self.mood(), self.is_desktop) {
            (Mood::Absent, true) => Err(Unavailable::NoNotifier),
            (Mood::Absent, false) => Err(Unavailable::Offline),
            (Mood::Locked, false) => Err(Unavailable::SecretLocked),
            _ => Ok(()),
        }
    }

    /// A call arrives; it is answered or not.
    async fn receive(self: Arc<Self>, call: Call, answer: oneshot::Sender<Handover>) {
        tokio::time::sleep(WAY).await;
        let (mut mood, owner) = (self.mood(), self.owner());
        if mood == Mood::Slow {
            tokio::time::sleep(Duration::from_secs(4)).await;
            // Whoever was about to show it may have gone.
            mood = if self.owner() == owner { mood } else { Mood::Deaf };
        }
        let is_taken = matches!(
            mood,
            Mood::Well | Mood::Slow | Mood::TakesSilently | Mood::TakesAndCloses | Mood::Locked
        );
        let Call { key, to, process, marks, shown, again, replaces, body } = call;
        let screen = owner.map(|owner| screen(owner, process));
        // A number of another one means nothing to it.
        let is_own = |left: &PopUp| screen.as_ref().is_some_and(|s| s.owner == left.screen.owner);
        let replaces = replaces.filter(is_own).map(|left| left.id);
        let pop_up = replaces.unwrap_or_else(|| self.pop_ups.fetch_add(1, Ordering::Relaxed));
        if let Some((begun, rows)) = shown {
            let replaces = replaces.is_some();
            if is_taken {
                let what = Happened::ShownAgain { rows, process, begun, pop_up, replaces };
                self.trace.add(&self.clocks, what);
            }
        } else if is_taken {
            let what = Happened::Told { key, process, to, marks, again, body, pop_up };
            self.trace.add(&self.clocks, what);
        } else if mood == Mood::Gone {
            self.trace.add(&self.clocks, Happened::Gone { marks, to });
        } else if matches!(mood, Mood::Forbids | Mood::Never) {
            let for_good = mood == Mood::Never;
            self.trace.add(&self.clocks, Happened::Refused { marks, for_good });
        }
        tokio::time::sleep(WAY).await;
        let transient =
            |retry_after| Handover::Transient { retry_after, schedule: Schedule::Channel };
        let said = match mood {
            Mood::Well | Mood::Slow | Mood::Locked => {
                Handover::Accepted { shown_by: screen.map(|screen| PopUp { screen, id: pop_up }) }
            }
            Mood::Refuses => transient(Some(Duration::from_secs(90))),
            Mood::Fails => transient(None),
            Mood::Gone => Handover::Gone,
            Mood::Forbids => Handover::Transient { retry_after: None, schedule: Schedule::Refused },
            Mood::Never => Handover::Permanent,
            // Whoever called cannot know which it was.
            Mood::Closes | Mood::TakesAndCloses => Handover::Ambiguous,
            Mood::TakesSilently | Mood::Deaf | Mood::Absent => return std::future::pending().await,
        };
        // Nobody may be left to hear it.
        answer.send(said).unwrap_or(());
    }
}

/// What a service has on the screen of a notification service.
fn screen(owner: u32, process: u32) -> Screen {
    Screen { owner: owner.to_string(), connection: process.to_string() }
}

/// A number that stands for a body.
pub(crate) fn number_of(body: &[u8]) -> u64 {
    let mut hashing = DefaultHasher::new();
    hashing.write(body);
    hashing.finish()
}

struct Call {
    key: String,
    to: String,
    process: u32,
    marks: Vec<Mark>,
    /// Of what is only shown again: since which true time, and which rows.
    shown: Option<(u64, Vec<DeliveryId>)>,
    again: bool,
    replaces: Option<PopUp>,
    body: u64,
}

/// The courier of one service.
pub(crate) struct Caller {
    pub to: Arc<Receiver>,
    pub process: u32,
    /// Turns true when its service is killed.
    pub dead: watch::Receiver<bool>,
    /// Whether its service is frozen.
    pub ice: Arc<Ice>,
    /// When a service asked whether it is there, which each pass does.
    pub passes: Arc<Mutex<Vec<u64>>>,
}

impl Courier for Caller {
    fn probe(&self) -> Result<(), Unavailable> {
        if self.to.is_desktop {
            let now = self.to.clocks.truth();
            self.passes.lock().unwrap_or_else(PoisonError::into_inner).push(now);
        }
        self.to.is_there()
    }

    fn screen(&self) -> Option<Screen> {
        self.to.owner().map(|owner| screen(owner, self.process))
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        let mut dead = self.dead.clone();
        let marks: Vec<Mark> = parcel.claims.iter().map(|c| (c.delivery, c.token)).collect();
        let process = self.process;
        let is_claimed = !marks.is_empty();
        let note = move |what| {
            // What is only shown again was claimed by nobody.
            if is_claimed {
                self.to.trace.add(&self.to.clocks, what);
            }
        };
        Box::pin(async move {
            let over = parcel.claims.iter().map(|claim| claim.use_by).collect();
            note(Happened::Sent { marks: marks.clone(), over, process });
            let handover = tokio::select! {
                biased;
                _ = dead.wait_for(|dead| *dead) => Handover::Ambiguous,
                handover = self.call(parcel, marks.clone()) => {
                    note(Happened::Answered { marks, process });
                    handover
                }
            };
            Report { handover, status: None, detail: String::new() }
        })
    }

    fn withdraw<'a>(&'a self, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

impl Caller {
    async fn call(&self, parcel: Parcel, marks: Vec<Mark>) -> Handover {
        let begun = self.to.clocks.truth();
        let shown = marks.is_empty().then(|| (begun, parcel.again.clone()));
        self.to.clocks.pass(CONNECT).await;
        self.ice.thawed().await;
        if let Err(why) = self.to.is_there() {
            return Handover::Unavailable(why);
        }
        let (key, to, again, body) = match &parcel.message {
            Message::Notice(notice) => (notice.key.clone(), "desktop", notice.again, 0),
            Message::Webhook(call) => {
                let to = call.url.rsplit('/').next().unwrap_or("");
                (call.id.clone(), to, false, number_of(&call.body))
            }
        };
        let (to, process) = (to.into(), self.process);
        let replaces = parcel.replaces.clone();
        let call = Call { key, to, again, process, marks, shown, replaces, body };
        let (answer, answered) = oneshot::channel();
        tokio::spawn(self.to.clone().receive(call, answer));
        let said = tokio::time::timeout(PATIENCE, answered).await;
        self.to.clocks.pass(Duration::ZERO).await;
        self.ice.thawed().await;
        match said {
            Ok(Ok(handover)) => handover,
            Ok(Err(_)) | Err(_) => Handover::Ambiguous,
        }
    }
}
