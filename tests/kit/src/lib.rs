//! Real counterparts for tests: a private session bus, a notification daemon, a panel and a
//! webhook receiver that do as they are told and remember what reached them. Nothing here sleeps to wait:
//! whoever waits is woken by what arrives, and gives up loudly after [`PATIENCE`].

#![forbid(unsafe_code)]

pub mod bus;
pub mod certificate;
pub mod notifier;
pub mod panel;
pub mod receiver;

use std::time::Duration;

use tokio::sync::watch;

/// How long anything is waited for before a test fails. Passing tests never wait so long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until what is recorded satisfies the condition.
///
/// # Panics
/// When it does not within [`PATIENCE`].
async fn until<T>(mut seen: watch::Receiver<T>, what: &str, good: impl FnMut(&T) -> bool) {
    let waited = tokio::time::timeout(PATIENCE, seen.wait_for(good)).await;
    assert!(matches!(waited, Ok(Ok(_))), "waited in vain for {what}");
}
