//! The task that keeps the connection: connects, subscribes before anything is posted, hears, and
//! after a loss tries again at growing intervals. It ends with the courier, which aborts it.

use std::sync::Arc;

use futures_util::StreamExt;
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};
use zbus::{Message, MessageStream, message::Type};

use super::{
    Desk, NAME,
    link::{Activation, Link},
};
use crate::desktop::{DesktopEvent, notice};

/// Keeps a connection for ever. Says when the first look is done, whatever was seen.
pub(super) async fn keep(desk: Arc<Desk>, known: oneshot::Sender<()>) {
    let mut known = Some(known);
    let mut wait = desk.options.limits.backoff;
    loop {
        let connecting = timeout(desk.options.limits.whole, connect(&desk));
        if let Ok(Ok((link, heard))) = connecting.await {
            wait = desk.options.limits.backoff;
            let had_notifier = link.owner.is_some();
            // Before it is told, as who hears of it asks it for its name.
            desk.set_link(Some(link.clone()));
            if let Some(owner) = &link.owner {
                desk.tell(DesktopEvent::NotifierAppeared { owner: link.for_ever(owner) });
            }
            first_look_done(&mut known);
            let has_notifier = hear(&desk, &link, heard, had_notifier).await;
            desk.set_link(None);
            desk.shown.lock().await.forget();
            if has_notifier {
                desk.tell(DesktopEvent::NotifierGone);
            }
        }
        first_look_done(&mut known);
        tokio::select! {
            () = sleep(wait) => wait = (wait * 2).min(desk.options.limits.backoff_most),
            () = desk.hint.notified() => wait = desk.options.limits.backoff,
        }
    }
}

fn first_look_done(known: &mut Option<oneshot::Sender<()>>) {
    if let Some(known) = known.take() {
        // Nobody waits any more: nothing is lost.
        let _ = known.send(());
    }
}

/// Connects and looks round. The stream is opened before anything is asked, so that no change
/// can fall between the answer and the hearing.
async fn connect(desk: &Desk) -> zbus::Result<(Link, MessageStream)> {
    let mut link = Link::open(&desk.options).await?;
    let heard = MessageStream::from(&link.bus);
    link.subscribe().await?;
    link.owner = link.ask_owner().await?;
    link.activation = link.ask_activation().await?;
    Ok((link, heard))
}

/// Hears until the connection ends; returns whether there was a notification service then.
async fn hear(desk: &Desk, link: &Link, mut heard: MessageStream, mut present: bool) -> bool {
    // Kept over the turns of the loop, or each message would begin the rest anew.
    let mut resting = std::pin::pin!(rested(desk));
    loop {
        tokio::select! {
            message = heard.next() => match message {
                Some(Ok(message)) => {
                    if let Some(change) = handle(desk, link, &message).await {
                        present = announce(desk, link, change, present).await;
                    }
                }
                Some(Err(_)) | None => return present,
            },
            () = &mut resting => {
                resting.set(rested(desk));
                desk.change(link, |link| {
                    if link.activation == Activation::Resting {
                        link.activation = Activation::Possible;
                    }
                });
            }
        }
    }
}

/// Comes back some time after a service would not start.
async fn rested(desk: &Desk) {
    desk.exhausted.notified().await;
    sleep(desk.options.limits.rest).await;
}

/// The name has another owner, or none.
struct OwnerChange(Option<String>);

async fn announce(desk: &Desk, link: &Link, change: OwnerChange, present: bool) -> bool {
    let OwnerChange(owner) = change;
    desk.change(link, |link| link.owner.clone_from(&owner));
    desk.shown.lock().await.under(owner.as_deref());
    match owner {
        Some(owner) => {
            desk.tell(DesktopEvent::NotifierAppeared { owner: link.for_ever(&owner) });
            true
        }
        None => {
            if present {
                desk.tell(DesktopEvent::NotifierGone);
            }
            false
        }
    }
}

/// One message: a change of owner is returned, a press is told, the rest is of no interest.
async fn handle(desk: &Desk, link: &Link, message: &Message) -> Option<OwnerChange> {
    if message.message_type() != Type::Signal {
        return None;
    }
    let header = message.header();
    let member = header.member()?.as_str();
    match header.interface()?.as_str() {
        "org.freedesktop.DBus" if header.sender()?.as_str() == "org.freedesktop.DBus" => {
            match member {
                "NameOwnerChanged" => {
                    let (name, _, new): (String, String, String) =
                        message.body().deserialize().ok()?;
                    let owner = Some(new).filter(|new| !new.is_empty());
                    (name == NAME).then_some(OwnerChange(owner))
                }
                "ActivatableServicesChanged" => {
                    let activation = link.ask_activation().await.ok()?;
                    desk.change(link, |link| link.activation = activation);
                    None
                }
                _ => None,
            }
        }
        NAME => {
            let sender = header.sender().map(|sender| sender.as_str());
            answered(desk, link, sender, member, message).await;
            None
        }
        _ => None,
    }
}

/// A signal of the notification service, believed only from the one that shows our notices.
async fn answered(
    desk: &Desk,
    link: &Link,
    sender: Option<&str>,
    member: &str,
    message: &Message,
) -> Option<()> {
    let mut shown = desk.shown.lock().await;
    if !shown.is_from_owner(sender) {
        return None;
    }
    match member {
        "ActivationToken" => {
            let (id, token): (u32, String) = message.body().deserialize().ok()?;
            shown.token(id, token);
        }
        "NotificationClosed" => {
            let (id, _reason): (u32, u32) = message.body().deserialize().ok()?;
            // What was there before is not what has its number now.
            if shown.is_known(id) && !shown.is_newer(id, message.recv_position()) {
                shown.closed(id);
                desk.tell(DesktopEvent::Closed { owner: link.for_ever(sender?), id });
            }
        }
        "ActionInvoked" => {
            let (id, action): (u32, String) = message.body().deserialize().ok()?;
            let answer = notice::answer(&action)?;
            let (key, activation_token) = shown.pressed(id)?;
            desk.tell(DesktopEvent::Answered { key, answer, activation_token });
        }
        _ => {}
    }
    Some(())
}
