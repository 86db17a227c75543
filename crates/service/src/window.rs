//! Opening the window from the service: with the session's display, even when the service was
//! started before there was one, and without leaving a zombie. A window that is there already
//! comes forward by itself.

use std::{
    path::Path,
    process::{Child, ExitStatus},
};

use engine::programs::{self, Opening, StartError};
use tokio::sync::oneshot;

/// Why no window opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nobody knows where to show it.
    #[error(
        "the window could not be opened: neither DISPLAY nor WAYLAND_DISPLAY is set here or known to the session's systemd"
    )]
    NoDisplay,
    /// The program is missing or did not start.
    #[error("the window could not be opened: {0}")]
    Start(#[from] StartError),
}

/// What the window needs to find the session's display.
const DISPLAY: [&str; 5] =
    ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE"];

/// Opens the window over the ledger in `data_dir` (`None`: the usual place). The answer tells
/// how the process ended, to whom it matters.
///
/// # Errors
/// When there is no display to be found, or no program to be started.
pub async fn open(
    data_dir: Option<&Path>,
    opening: &Opening,
    activation_token: Option<&str>,
) -> Result<oneshot::Receiver<ExitStatus>, OpenError> {
    let environment = display().await?;
    let child = programs::open_window(data_dir, opening, activation_token, &environment)?;
    Ok(waited_for(child))
}

/// Somebody must wait for each child, and a thread that only waits costs nothing else.
fn waited_for(mut child: Child) -> oneshot::Receiver<ExitStatus> {
    let (tell, ended) = oneshot::channel();
    let wait = move || match child.wait() {
        Ok(status) => {
            if !status.success() {
                tracing::warn!(%status, "the window ended");
            }
            tell.send(status).unwrap_or(());
        }
        Err(error) => tracing::warn!(%error, "the window cannot be waited for"),
    };
    let thread = std::thread::Builder::new().name("window".into()).stack_size(64 * 1024);
    if let Err(error) = thread.spawn(wait) {
        tracing::warn!(%error, "nobody waits for the window");
    }
    ended
}

/// What to add to our environment: nothing where it names a display.
async fn display() -> Result<Vec<(String, String)>, OpenError> {
    if names_display(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return Ok(Vec::new());
    }
    let environment = session_environment().await;
    let has = |name: &str| environment.iter().any(|(n, value)| n == name && !value.is_empty());
    if names_display(has) { Ok(environment) } else { Err(OpenError::NoDisplay) }
}

#[cfg(target_os = "linux")]
fn names_display(has: impl Fn(&str) -> bool) -> bool {
    has("DISPLAY") || has("WAYLAND_DISPLAY")
}

#[cfg(not(target_os = "linux"))]
fn names_display(_has: impl Fn(&str) -> bool) -> bool {
    true
}

/// What desktops tell systemd about their session when they start.
#[cfg(target_os = "linux")]
async fn session_environment() -> Vec<(String, String)> {
    let ask = async {
        let bus = zbus::Connection::session().await?;
        let destination = Some("org.freedesktop.systemd1");
        let interface = Some("org.freedesktop.DBus.Properties");
        let body = ("org.freedesktop.systemd1.Manager", "Environment");
        let path = "/org/freedesktop/systemd1";
        let answer = bus.call_method(destination, path, interface, "Get", &body).await?;
        let value: zbus::zvariant::OwnedValue = answer.body().deserialize()?;
        Ok::<Vec<String>, zbus::Error>(value.try_into()?)
    };
    let lines = tokio::time::timeout(std::time::Duration::from_secs(5), ask).await;
    let lines = match lines {
        Ok(Ok(lines)) => lines,
        Ok(Err(error)) => {
            tracing::debug!(%error, "the session's environment is not known");
            Vec::new()
        }
        Err(_) => Vec::new(),
    };
    lines
        .iter()
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| DISPLAY.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(not(target_os = "linux"))]
async fn session_environment() -> Vec<(String, String)> {
    Vec::new()
}
