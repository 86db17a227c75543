//! Opening the window from the service, with a script in the window's place that writes down
//! how it was started.

#![cfg(target_os = "linux")]

mod kit;

use std::{fs, path::Path};

use engine::programs::Opening;
use kit::{Bus, Session, window_in};
use service::window::{OpenError, open};

#[test]
fn it_opens_where_the_session_has_its_display() {
    kit::alone("it_opens_where_the_session_has_its_display", async |dir| {
        let _bus = Bus::start(&dir);
        let _session = Session::start().await;
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
