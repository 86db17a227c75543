//! The service's log: what it tells of deliveries, and what it never tells.

mod kit;

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use kit::Desk;

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().unwrap_or(());
        self.0.wait().map(drop).unwrap_or(());
    }
}

/// The ways an endpoint that is there fails, each by the end of its path.
const WAYS: [&str; 6] = ["500", "404", "410", "302", "429", "cut"];

/// Answers each call as its path asks for, and repeats in head and body all that it was told.
fn endpoint(listener: TcpListener) -> std::sync::mpsc::Receiver<String> {
    let (tell, calls) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut bytes = [0; 8_192];
            let read = stream.read(&mut bytes).unwrap_or(0);
            let call = String::from_utf8_lossy(&bytes[..read]).into_owned();
            let way = WAYS.iter().find(|way| call.contains(&format!("/canary-path/{way}?")));
            if let Some(status) = way.filter(|way| **way != "cut") {
                let answer = format!(
                    "HTTP/1.1 {status} No\r\nX-Secret: canary-header\r\nRetry-After: 1\r\n\
                     Location: http://canary-user:canary-word@127.0.0.1/canary-path\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{call}",
                    call.len()
                );
                stream.write_all(answer.as_bytes()).unwrap_or(());
            }
            tell.send(call).unwrap_or(());
        }
    });
    calls
}

#[test]
fn at_its_most_talkative_the_service_tells_no_secret() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let calls = endpoint(listener);
    let mut canaries: Vec<String> = ["path", "query", "header", "user", "word"]
        .iter()
        .map(|one| format!("canary-{one}"))
        .collect();
    let mut add = |name: &str, url: &str, network: &str| {
        let line = format!("channel add webhook {name} {url} --network {network} --json");
        let added = desk.line(&line).json();
        let secret = added["secret"].as_str().expect("a secret").trim_start_matches("whsec_");
        canaries.push(secret.to_owned());
    };
    for way in WAYS {
        let url = format!("http://{address}/canary-path/{way}?key=canary-query");
        add(&format!("hook-{way}"), &url, "loopback");
    }
    // Nobody listens there, and nobody knows that name.
    add("hook-nobody", "http://127.0.0.1:9/canary-path?key=canary-query", "loopback");
    add("hook-nowhere", "https://canary-host.invalid/canary-path?key=canary-query", "public");
    canaries.push("canary-host".into());
    let with_user =
        format!("channel add webhook no http://canary-user:canary-word@{address}/canary-path");
    let refused = desk.line(&format!("{with_user} --network loopback"));
    assert!(!refused.refused(2).contains("canary"), "{refused:?}");
    let mut command = desk.command(["daemon", "--no-tray"]);
    command.env("CARILLON_LOG", "trace").stdout(Stdio::null()).stderr(Stdio::null());
    let _service = Ended(command.spawn().expect("the service starts"));
    for way in WAYS.into_iter().chain(["nobody", "nowhere"]) {
        desk.line(&format!("channel test hook-{way}")).done();
    }
    let call = calls.recv_timeout(Duration::from_secs(20)).expect("a call");
    assert!(call.contains("/canary-path/") && call.contains("?key=canary-query"), "{call}");
    let begun = Instant::now();
    let read = || fs::read_to_string(desk.data().join("service.log")).unwrap_or_default();
    let tried = || {
        let listed = desk.line("deliveries --json").json();
        let all = listed.as_array().expect("a list").clone();
        all.iter().filter(|one| one["attempts"] != 0 && one["state"] != "processing").count()
    };
    while tried() < WAYS.len() + 2 || !read().contains("settled") {
        assert!(begun.elapsed() < Duration::from_secs(40), "{}", read());
        std::thread::yield_now();
    }
    let said = read();
    assert!(said.contains("claimed") && said.contains("delivery=dlv_"), "{said}");
    assert!(said.contains("outcome="), "{said}");
    for canary in &canaries {
        assert!(!said.contains(canary.as_str()), "{canary}: {said}");
    }
}

#[test]
fn what_is_said_on_standard_error_into_the_log_is_in_it_once() {
    let desk = Desk::new();
    desk.line("person list").done();
    let log = desk.data().join("service.log");
    let stderr = fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
    let mut command = desk.command(["daemon", "--no-tray"]);
    command.stdout(Stdio::null()).stderr(stderr);
    let mut service = Ended(command.spawn().expect("the service starts"));
    let begun = Instant::now();
    let read = || fs::read_to_string(&log).unwrap_or_default();
    while !read().contains("leading") {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", read());
        std::thread::yield_now();
    }
    // What it says first in one place and then in the other is in both when it has ended.
    let asked = std::process::Command::new("kill").arg(service.0.id().to_string()).status();
    assert!(asked.expect("kill is there").success());
    service.0.wait().expect("it ended");
    assert_eq!(read().matches("leading").count(), 1, "{}", read());
}
