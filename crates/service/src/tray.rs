//! The tray: a StatusNotifierItem that shows plain values and answers with commands. It knows
//! no ledger, reads no clock and decides nothing. Where no panel shows such items nothing
//! breaks; where the panel or the bus comes later, or comes back, the item appears then.

mod bus;
mod icon;
mod item;
mod menu;
mod state;

use std::time::Duration;

use ksni::TrayMethods;
use tokio::sync::{mpsc, watch};

pub use state::{NextRing, Pause, PauseFor, TrayCommand, TrayState};

use bus::Bus;
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
        let ended = show(alive, &mut states, &commands, &present).await;
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

async fn show(
    mut alive: bus::Alive,
    states: &mut watch::Receiver<TrayState>,
    commands: &mpsc::UnboundedSender<TrayCommand>,
    present: &watch::Sender<bool>,
) -> Ended {
    let (asked, mut questions) = mpsc::unbounded_channel();
    let state = states.borrow_and_update().clone();
    let (panel, mut panels) = watch::channel(true);
    let item = Item::new(state, commands.clone(), asked, panel);
    // At login the service is there before the panel: a missing watcher may still come.
    let handle = match item.assume_sni_available(true).spawn().await {
        Ok(handle) => handle,
        Err(error) => return Ended::Refused(error),
    };
    panels.mark_changed();
    let mut question_ends = None;
    let ended = loop {
        tokio::select! {
            () = alive.ended() => break Ended::Bus,
            changed = states.changed() => {
                if changed.is_err() {
                    break Ended::NoMoreStates;
                }
                let state = states.borrow_and_update().clone();
                handle.update(|item| item.show(state)).await;
            }
            Ok(()) = panels.changed() => {
                present.send_replace(*panels.borrow_and_update());
            }
            Some(()) = questions.recv() => {
                question_ends = Some(Box::pin(tokio::time::sleep(QUESTION)));
            }
            () = async { question_ends.as_mut().expect("BUG: guarded").await },
                if question_ends.is_some() =>
            {
                question_ends = None;
                handle.update(Item::take_question_back).await;
            }
        }
    };
    handle.shutdown().await;
    ended
}
