//! Whether there is a session bus and a panel on it: one quiet connection that tells when either
//! comes or goes, and a watch on the bus's socket that tells when it is back. Tries a few times
//! after each hint, never for ever.

use std::time::Duration;

use zbus::{
    Connection, MatchRule, MessageStream,
    export::ordered_stream::OrderedStreamExt,
    fdo::{DBusProxy, NameOwnerChanged},
    message::Type,
    names::BusName,
};

use crate::{socket::watch_socket, watch::NameWatch};

/// Pauses between tries after a hint: a socket is there a moment before somebody listens.
const TRIES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
    Duration::from_secs(20),
];
/// The pause without any hint: as long as the longest sleep of the service.
const CEILING: Duration = Duration::from_secs(15 * 60);

/// The session bus, there or not.
pub(super) struct Bus {
    socket: Option<NameWatch>,
}

/// Who shows tray items.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// A living connection.
pub(super) struct Alive {
    bus: Connection,
    owners: MessageStream,
    asked: bool,
}

impl Bus {
    /// The one that the environment names.
    pub(super) fn of_the_session() -> Self {
        Self { socket: watch_socket() }
    }

    /// Waits until there is a bus.
    pub(super) async fn connected(&mut self) -> Alive {
        loop {
            for pause in TRIES {
                tokio::time::sleep(pause).await;
                match Alive::connect().await {
                    Ok(alive) => return alive,
                    Err(error) => tracing::debug!(%error, "no session bus to show the tray on"),
                }
            }
            self.pause().await;
        }
    }

    /// Waits for a hint that things have changed, at most the ceiling.
    pub(super) async fn pause(&self) {
        let hint = async {
            match &self.socket {
                Some(watch) if watch.touched().await.is_ok() => {}
                // Nothing will ever tell: the ceiling does.
                Some(_) | None => std::future::pending().await,
            }
        };
        tokio::time::timeout(CEILING, hint).await.unwrap_or(());
    }
}

impl Alive {
    async fn connect() -> zbus::Result<Self> {
        let bus = Connection::session().await?;
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender("org.freedesktop.DBus")?
            .interface("org.freedesktop.DBus")?
            .member("NameOwnerChanged")?
            .arg(0, WATCHER)?
            .build();
        let owners = MessageStream::for_match_rule(rule, &bus, None).await?;
        Ok(Self { bus, owners, asked: false })
    }

    /// Whether there is a panel: at first as it is, then at each change. The changes are listened
    /// to before the first question, so that none is missed. `None` when the bus is gone.
    pub(super) async fn panel(&mut self) -> Option<bool> {
        if !self.asked {
            let there = self.panel_is_there().await.ok()?;
            self.asked = true;
            return Some(there);
        }
        let message = self.owners.next().await?.ok()?;
        let change = NameOwnerChanged::from_message(message)?;
        Some(change.args().ok()?.new_owner().is_some())
    }

    async fn panel_is_there(&self) -> zbus::Result<bool> {
        let name = BusName::try_from(WATCHER)?;
        Ok(DBusProxy::new(&self.bus).await?.name_has_owner(name).await?)
    }
}
