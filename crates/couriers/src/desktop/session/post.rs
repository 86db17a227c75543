//! Posting a notice and taking it back: what is asked of the notification service, and what its
//! answers mean.

use std::{collections::HashMap, io};

use engine::courier::{Handover, Notice, PopUp, Report, Schedule, Unavailable};
use zbus::{message::Sequence, zvariant::Value};

use super::{
    Desk,
    link::{Activation, Known, Link},
};
use crate::desktop::notice::{self, Capabilities};

const APP: &str = "Carillon";
/// The desktop file's name and the icon's.
const APP_ID: &str = "org.carillon.Carillon";
const CATEGORY: &str = "x-carillon.reminder";

/// The expiry that leaves it to the service.
const EXPIRES_AS_USUAL: i32 = -1;
/// The expiry of what must stay until somebody answers.
const EXPIRES_NEVER: i32 = 0;

/// Posts, in the place of what another connection of ours posted if there is that, and says what became of it.
pub(super) async fn post(desk: &Desk, notice: &Notice, replaces: Option<&PopUp>) -> Report {
    // Held until the id is known, so that a press waits for the entry it belongs to.
    let mut shown = desk.shown.lock().await;
    let Some(link) = desk.link() else { return absent("there is no session bus") };
    let (link, owner) = match present(desk, link).await {
        Ok(present) => present,
        Err(report) => return report,
    };
    shown.under(Some(&owner));
    let known = match known(desk, &link, &owner).await {
        Ok(known) => known,
        Err(error) => return unposted(&error),
    };
    // A number means something to whoever gave it only.
    let left = replaces.filter(|left| left.screen.owner == link.for_ever(&owner));
    let replaces = shown.open_id(&notice.key).or(left.map(|left| left.id));
    match notify(desk, &link, replaces, notice, known.capabilities).await {
        Ok((id, by, at)) => {
            shown.under(Some(&by));
            shown.posted(id, &notice.key, at);
            let name = known.name.as_deref().unwrap_or("the notification service");
            report(
                Handover::Accepted { shown_by: Some(PopUp { screen: link.screen(&by), id }) },
                &format!("taken by {name}"),
            )
        }
        Err(error) => refused(&error),
    }
}

/// The service's unique name; where there is none yet, it is started.
async fn present(desk: &Desk, link: Link) -> Result<(Link, String), Report> {
    if let Some(owner) = link.owner.clone() {
        return Ok((link, owner));
    }
    match link.activation {
        Activation::Possible => {}
        Activation::Impossible | Activation::Resting => {
            return Err(absent("there is no notification service"));
        }
    }
    let started = match link.activate().await {
        Ok(()) => link.ask_owner().await.ok().flatten(),
        Err(_) => None,
    };
    match started {
        Some(owner) => {
            desk.change(&link, |link| link.owner = Some(owner.clone()));
            Ok((link, owner))
        }
        None => {
            desk.change(&link, |link| link.activation = Activation::Resting);
            desk.exhausted.notify_one();
            Err(absent("the notification service could not be started"))
        }
    }
}

/// What the service says of itself; asked once of each owner.
pub(super) async fn known(desk: &Desk, link: &Link, owner: &str) -> zbus::Result<Known> {
    if let Some(known) = link.known(owner) {
        return Ok(known);
    }
    let known = link.ask_known().await?;
    desk.change(link, |link| link.learn(owner, known.clone()));
    Ok(known)
}

/// Calls `Notify`, and once more where equal texts are refused that come too fast.
async fn notify(
    desk: &Desk,
    link: &Link,
    replaces: Option<u32>,
    notice: &Notice,
    capabilities: Capabilities,
) -> zbus::Result<(u32, String, Sequence)> {
    let labels = &desk.options.labels;
    let summary = notice::summary(notice, labels);
    let body = notice::body(notice, labels, capabilities);
    let actions = notice::actions(notice, labels, capabilities);
    let actions: Vec<&str> =
        actions.iter().flat_map(|(key, label)| [*key, label.as_str()]).collect();
    let expires = if notice.alarm { EXPIRES_NEVER } else { EXPIRES_AS_USUAL };
    let call = (APP, replaces.unwrap_or(0), APP_ID, summary, body, actions, hints(notice), expires);
    let answer = match link.call("Notify", &call).await {
        Err(error) if is_excess(&error) => {
            tokio::time::sleep(desk.options.limits.excess).await;
            link.call("Notify", &call).await?
        }
        other => other?,
    };
    let id = answer.body().deserialize()?;
    let by = answer.header().sender().map(ToString::to_string).unwrap_or_default();
    Ok((id, by, answer.recv_position()))
}

fn hints(notice: &Notice) -> HashMap<&'static str, Value<'_>> {
    let (urgency, sound) = if notice.alarm { (2_u8, "alarm-clock-elapsed") } else { (1, "bell") };
    HashMap::from([
        ("urgency", Value::from(urgency)),
        ("category", Value::from(CATEGORY)),
        ("desktop-entry", Value::from(APP_ID)),
        ("sound-name", Value::from(sound)),
        // By which a service that was restarted meanwhile replaces what it has of this key.
        ("x-dunst-stack-tag", Value::from(notice.key.as_str())),
    ])
}

/// Takes back what is on the screen under this key. Says whether it was there for all we know, and is
/// there no more.
pub(super) async fn close(desk: &Desk, key: &str) -> bool {
    let mut shown = desk.shown.lock().await;
    let Some(link) = desk.link() else { return false };
    shown.under(link.owner.as_deref());
    let Some(id) = shown.open_id(key) else { return false };
    shown.closed(id);
    match link.call("CloseNotification", &(id,)).await {
        // It was closed before.
        Ok(_) | Err(zbus::Error::MethodError(..)) => true,
        Err(error) => {
            tracing::debug!(%error, "a notification could not be closed");
            false
        }
    }
}

fn is_excess(error: &zbus::Error) -> bool {
    name_of(error).is_some_and(|name| name.ends_with(".ExcessNotificationGeneration"))
}

fn name_of(error: &zbus::Error) -> Option<&str> {
    match error {
        zbus::Error::MethodError(name, _, _) => Some(name.as_str()),
        _ => None,
    }
}

/// What an error before posting means: certainly not shown.
fn unposted(error: &zbus::Error) -> Report {
    match refused(error) {
        Report { handover: Handover::Ambiguous, .. } => {
            later("the notification service does not answer: nothing was shown")
        }
        certain => certain,
    }
}

/// What an error of `Notify` means.
fn refused(error: &zbus::Error) -> Report {
    const BUS: &str = "org.freedesktop.DBus.Error.";
    if let Some(name) = name_of(error) {
        return match name.strip_prefix(BUS) {
            Some("ServiceUnknown" | "NameHasNoOwner") => absent("there is no notification service"),
            Some(spawn) if spawn.starts_with("Spawn.") => {
                absent("the notification service could not be started")
            }
            Some("NoReply" | "Timeout" | "TimedOut" | "Disconnected") => silent(),
            Some(_) | None if is_excess(error) => later("too many notifications of one text"),
            Some(_) | None => later(&format!("refused by the notification service: {name}")),
        };
    }
    match error {
        zbus::Error::InputOutput(error) if error.kind() == io::ErrorKind::TimedOut => silent(),
        zbus::Error::InputOutput(_) => {
            report(Handover::Ambiguous, "the session bus ended: nobody knows if it was shown")
        }
        _ => later("the notification service gave an answer that cannot be read"),
    }
}

/// No answer in time.
pub(super) fn silent() -> Report {
    report(
        Handover::Ambiguous,
        "the notification service gave no answer: nobody knows if it was shown",
    )
}

/// Not worth another try.
pub(super) fn never(words: &str) -> Report {
    report(Handover::Permanent, words)
}

fn later(words: &str) -> Report {
    report(Handover::Transient { retry_after: None, schedule: Schedule::Channel }, words)
}

fn absent(words: &str) -> Report {
    report(Handover::Unavailable(Unavailable::NoNotifier), words)
}

fn report(handover: Handover, words: &str) -> Report {
    Report { handover, status: None, detail: words.to_owned() }
}
