//! Opening the window from the service, with a script in the window's place that writes down
//! how it was started.

#![cfg(target_os = "linux")]

mod kit;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use engine::programs::Opening;
use kit::Bus;
use service::window::{OpenError, open};

/// Puts a window into the folder that `CARILLON_BIN_DIR` names; it writes into the answer.
fn window_in(dir: &Path) -> PathBuf {
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

#[test]
fn it_opens_where_the_session_has_its_display() {
    kit::alone("it_opens_where_the_session_has_its_display", async |dir| {
        let _bus = Bus::start(&dir);
        let _systemd = zbus::connection::Builder::session()
            .and_then(|b| b.serve_at("/org/freedesktop/systemd1", Systemd))
            .and_then(|b| b.name("org.freedesktop.systemd1"))
            .expect("a fake systemd")
            .build()
            .await
            .expect("a fake systemd on the bus");
        let out = window_in(&dir);
        let opening = Opening::Delivery("dlv_1".into());
        let ended = open(Some(Path::new("/a b")), &opening, Some("token-7")).await;
        let status = ended.expect("started").await.expect("waited for");
        assert_eq!(status.code(), Some(3));
        let said = fs::read_to_string(&out).expect("what it saw");
        assert_eq!(said, "--data-dir /a b --open dlv_1 | :7 | token-7 | \n");
        let ended = open(None, &Opening::Calendar, None).await;
        ended.expect("started").await.expect("waited for");
        assert_eq!(fs::read_to_string(&out).expect("what it saw"), " | :7 |  | \n");
    });
}

#[test]
fn without_a_display_it_says_why() {
    kit::alone("without_a_display_it_says_why", async |_dir| {
        let refused = open(None, &Opening::Calendar, None).await.expect_err("no display");
        assert!(matches!(refused, OpenError::NoDisplay), "{refused}");
        assert!(refused.to_string().contains("WAYLAND_DISPLAY"));
    });
}
