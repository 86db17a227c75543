//! Whether there is a session bus: one quiet connection that tells when it dies, and a watch on
//! its socket that tells when it is back. Tries a few times after each hint, never for ever.

use std::time::Duration;

use zbus::{Connection, MessageStream, export::ordered_stream::OrderedStreamExt};

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

/// A living connection.
pub(super) struct Alive {
    messages: MessageStream,
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
                match Connection::session().await {
                    Ok(bus) => return Alive { messages: MessageStream::from(bus) },
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
    /// Waits until the connection is gone. It asked for no signals, so there is nothing to
    /// read but its end.
    pub(super) async fn ended(&mut self) {
        while let Some(Ok(_)) = self.messages.next().await {}
    }
}
