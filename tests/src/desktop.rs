//! A desktop of its own around a home: a display, a notification daemon and a panel, all private
//! to one test. Whatever was started in it is ended with it, by process id.

use std::{fs, time::Duration};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};
use testkit::{notifier::Notifier, panel::Panel};

use crate::{
    driver::Driver,
    home::{Home, program},
    screen::Screen,
};

/// How long a process may take to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// The desktop.
pub struct Desktop {
    /// The home, with ledger and session bus.
    pub home: Home,
    /// Whoever shows notifications.
    pub notifier: Notifier,
    /// Whoever shows tray items.
    pub panel: Panel,
    screen: Screen,
}

impl Desktop {
    /// A fresh desktop with nothing running in it.
    ///
    /// # Panics
    /// When a display, a bus or a folder cannot be had.
    pub async fn new() -> Self {
        let screen = tokio::task::spawn_blocking(Screen::start).await.expect("a display");
        let mut home = Home::new();
        home.show_on(&screen.name);
        let notifier = Notifier::start(home.bus.address()).await;
        let panel = Panel::start(home.bus.address()).await;
        Self { home, notifier, panel, screen }
    }

    /// Opens the window as a person who can press its buttons, with a fresh driver.
    pub async fn window(&self, words: &[&str]) -> Driver {
        let path = std::path::Path::new("WebKitWebDriver");
        let log = self.home.folder().join("window.log");
        let data = self.home.data().display().to_string();
        let words: Vec<&str> =
            ["--data-dir", &data].into_iter().chain(words.iter().copied()).collect();
        Driver::open(self.home.any_command(path), &program("carillon-desktop"), &words, &log).await
    }

    /// Waits until a window with this title is on the screen.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn shown(&self, title: &str) {
        let mut command = self.home.any_command(std::path::Path::new("timeout"));
        let name = format!("^{title}$");
        command.args(["30", "xdotool", "search", "--sync", "--onlyvisible", "--name", &name]);
        let found = tokio::task::spawn_blocking(move || command.output()).await;
        let found = found.expect("waited for").expect("xdotool starts (package xdotool)");
        assert!(found.status.success(), "no window called {title} came: {found:?}");
    }

    /// Closes a window, as its title bar's button does.
    ///
    /// # Panics
    /// When there is no visible window of this title.
    pub async fn close(&self, title: &str) {
        tokio::task::block_in_place(|| self.screen.close(title));
    }

    /// The processes of this home that run a program of this name.
    pub fn running(&self, name: &str) -> Vec<u32> {
        let runs = |pid: &u32| {
            let path = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
            // The programs may be links to where they were built.
            path.file_name() == program_name(name).as_deref()
        };
        self.everything().into_iter().filter(runs).collect()
    }

    /// Everything that was started in this home and has not ended.
    fn everything(&self) -> Vec<u32> {
        let home = format!("HOME={}", self.home.folder().display());
        let ours = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == home.as_bytes())
        };
        let all = fs::read_dir("/proc").expect("the processes can be listed");
        let pids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        pids.filter(ours).collect()
    }

    /// Waits until nothing runs in this home any more.
    ///
    /// # Panics
    /// When something goes on; it says what.
    pub async fn deserted(&self) {
        for pid in self.everything() {
            let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).replace('\0', " ");
            assert!(ended(pid).await, "{words}({pid}) was left behind");
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for pid in self.everything() {
            kill(pid);
        }
    }
}

fn program_name(name: &str) -> Option<std::ffi::OsString> {
    program(name).canonicalize().ok()?.file_name().map(Into::into)
}

fn named(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// SIGKILL: no last words. One that is gone already is as good.
pub fn kill(pid: u32) {
    if let Some(pid) = named(pid) {
        kill_process(pid, Signal::KILL).unwrap_or(());
    }
}

/// Waits for the end of a process that need not be our child.
pub async fn ended(pid: u32) -> bool {
    let Some(pid) = named(pid) else { return true };
    // One that is gone cannot be opened.
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return true };
    let wait = move || {
        let patience = Timespec::try_from(PATIENCE).expect("a short time");
        poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&patience))
    };
    let waited = tokio::task::spawn_blocking(wait).await.expect("waited for");
    waited.expect("a process can be waited for") > 0
}
