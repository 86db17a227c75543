//! The tray: a StatusNotifierItem that shows plain values and answers with commands. It knows
//! no ledger, reads no clock and decides nothing. Where no panel shows such items nothing
//! breaks; where the panel or the bus comes later, or comes back, an item appears then.

mod bus;
mod icon;
mod item;
mod menu;
mod state;

use std::{pin::Pin, time::Duration};

use ksni::TrayMethods;
use tokio::{
    sync::{mpsc, watch},
    time::Sleep,
};

pub use state::{NextRing, Pause, PauseFor, TrayCommand, TrayState};

use bus::{Alive, Bus};
use item::Item;

/// How long the question "really quit?" stands before it is taken back.
const QUESTION: Duration = Duration::from_secs(60);

/// Shows the tray for as long as it is polled: what `states` says, wherever a session bus is.
/// `present` follows whether a panel shows it. Ends when the sender of the states is gone.
pub async fn run(
    mut states: watch::Receiver<TrayState>,
    commands: mpsc::UnboundedSender<TrayCommand>,
    present: watch::Sender<bool>,
) {
    let mut bus = Bus::of_the_session();
    loop {
        let alive = bus.connected().await;
        let ended = show_to_panels(alive, &mut states, &commands, &present).await;
        present.send_replace(false);
        match ended {
            Ended::NoMoreStates => return,
            Ended::Bus => tracing::info!("the session bus is gone, and the tray with it"),
            Ended::Refused(error) => {
                tracing::warn!(%error, "the panel refuses a tray item");
                bus.pause().await;
            }
        }
    }
}

enum Ended {
    NoMoreStates,
    Bus,
    Refused(ksni::Error),
}

/// Gives each panel that comes an item of its own, for as long as the bus lives.
async fn show_to_panels(
    mut alive: Alive,
    states: &mut watch::Receiver<TrayState>,
    commands: &mpsc::UnboundedSender<TrayCommand>,
    present: &watch::Sender<bool>,
) -> Ended {
    let mut shown: Option<Shown> = None;
    let ended = loop {
        tokio::select! {
            panel = alive.panel() => {
                let Some(there) = panel else { break Ended::Bus };
                if let Some(old) = shown.take() {
                    old.handle.shutdown().await;
                }
                if there {
                    let state = states.borrow_and_update().clone();
                    match Shown::start(state, commands).await {
                        Ok(new) => shown = new,
                        Err(error) => break Ended::Refused(error),
                    }
                }
                present.send_replace(shown.is_some());
            }
            changed = states.changed() => {
                if changed.is_err() {
                    break Ended::NoMoreStates;
                }
                if let Some(shown) = &shown {
                    let state = states.borrow_and_update().clone();
                    shown.handle.update(|item| item.show(state)).await;
                }
            }
            () = async { shown.as_mut().expect("BUG: guarded").follow_question().await },
                if shown.is_some() => {}
        }
    };
    if let Some(shown) = shown {
        shown.handle.shutdown().await;
    }
    ended
}

/// An item on a panel.
struct Shown {
    handle: ksni::Handle<Item>,
    questions: mpsc::UnboundedReceiver<()>,
    question_ends: Option<Pin<Box<Sleep>>>,
}

impl Shown {
    /// `None` when the panel ended meanwhile.
    async fn start(
        state: TrayState,
        commands: &mpsc::UnboundedSender<TrayCommand>,
    ) -> Result<Option<Self>, ksni::Error> {
        let (asked, questions) = mpsc::unbounded_channel();
        let item = Item::new(state, commands.clone(), asked);
        let handle = item.assume_sni_available(true).spawn().await?;
        let shown = Self { handle, questions, question_ends: None };
        Ok((!shown.handle.is_closed()).then_some(shown))
    }

    /// Takes the question about quitting back when it stood unanswered for long.
    async fn follow_question(&mut self) {
        let unanswered = async {
            match &mut self.question_ends {
                Some(end) => end.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(()) = self.questions.recv() => {
                self.question_ends = Some(Box::pin(tokio::time::sleep(QUESTION)));
            }
            () = unanswered => {
                self.question_ends = None;
                self.handle.update(Item::take_question_back).await;
            }
        }
    }
}
