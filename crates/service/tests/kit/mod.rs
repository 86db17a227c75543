//! A message bus of the test's own. The buses are named by the environment, which a test may
//! not change for its neighbours: so the test runs itself again as a process whose environment
//! names the private bus.

#![allow(dead_code, reason = "each test file uses its part of the kit")]

use std::{
    fs,
    future::Future,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Set in the process that runs the body.
const INSIDE: &str = "CARILLON_TEST_INSIDE";
/// Nothing here takes long; a test that waits longer has lost its signal.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A `dbus-daemon` with nothing to start on demand, at a fixed path in a folder.
pub struct Bus {
    child: Child,
    socket: PathBuf,
}

impl Bus {
    /// Starts it and waits until it listens.
    pub fn start(dir: &Path) -> Self {
        let socket = dir.join("bus");
        let config = dir.join("bus.conf");
        fs::write(
            &config,
            format!(
                r#"<busconfig><type>session</type><listen>unix:path={}</listen>
                <policy context="default"><allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/><allow own="*"/></policy>
                </busconfig>"#,
                socket.display()
            ),
        )
        .expect("the bus's configuration");
        let mut child = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("the bus's address");
        Self { child, socket }
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("unix:path={}", self.socket.display())
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.child.kill().expect("the bus can be ended");
        self.child.wait().expect("the bus ends");
        fs::remove_file(&self.socket).unwrap_or(());
    }
}

/// Puts a window into the folder that `CARILLON_BIN_DIR` names; it writes into the answer.
pub fn window_in(dir: &Path) -> PathBuf {
    let (bin, out) = (dir.join("bin"), dir.join("out"));
    fs::create_dir(&bin).expect("a folder");
    let script = bin.join("carillon-desktop");
    let text = format!(
        "#!/bin/sh\necho \"$* | $DISPLAY | $XDG_ACTIVATION_TOKEN | $SECRET\" >{}\nexit 3\n",
        out.display()
    );
    fs::write(&script, text).expect("a script");
    fs::set_permissions(&script, PermissionsExt::from_mode(0o700)).expect("executable");
    out
}

struct Systemd;

#[zbus::interface(name = "org.freedesktop.systemd1.Manager")]
impl Systemd {
    #[zbus(property)]
    fn environment(&self) -> Vec<String> {
        ["SECRET=1", "DISPLAY=:7", "LANG=C"].map(str::to_owned).into()
    }
}

/// A session whose systemd knows its display.
pub struct Session {
    _bus: zbus::Connection,
}

impl Session {
    /// Joins the session bus.
    pub async fn start() -> Self {
        let bus = zbus::connection::Builder::session()
            .and_then(|b| b.serve_at("/org/freedesktop/systemd1", Systemd))
            .and_then(|b| b.name("org.freedesktop.systemd1"))
            .expect("a fake systemd")
            .build()
            .await
            .expect("a fake systemd on the bus");
        Self { _bus: bus }
    }
}

/// Runs `body` in a process of its own, in an empty folder and with both buses at `folder/bus`,
/// where nothing listens until the body starts a [`Bus`]. `name` is the test's full name.
pub fn alone<F: Future<Output = ()>>(name: &str, body: impl FnOnce(PathBuf) -> F) {
    if let Some(dir) = std::env::var_os(INSIDE) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let body = body(dir.into());
        return runtime.block_on(async {
            tokio::time::timeout(PATIENCE, body).await.expect("the test ends in time");
        });
    }
    let dir = tempfile::tempdir().expect("a temp folder");
    let address = format!("unix:path={}", dir.path().join("bus").display());
    let status = Command::new(std::env::current_exe().expect("this test's program"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, dir.path())
        .env("DBUS_SESSION_BUS_ADDRESS", &address)
        .env("DBUS_SYSTEM_BUS_ADDRESS", &address)
        .env("XDG_RUNTIME_DIR", dir.path())
        .env("CARILLON_BIN_DIR", dir.path().join("bin"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .status()
        .expect("the test starts again");
    assert!(status.success(), "{name} failed in its own process");
}
