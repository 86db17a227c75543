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

/// Answers each call with a failure that has something to tell, and says how many there were.
fn endpoint(listener: TcpListener) -> std::sync::mpsc::Receiver<Vec<u8>> {
    let (tell, calls) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut bytes = [0; 4_096];
            let read = stream.read(&mut bytes).unwrap_or(0);
            let answer = "HTTP/1.1 500 No\r\nX-Secret: canary-header\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap_or(());
            tell.send(bytes[..read].to_vec()).unwrap_or(());
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
    let add = format!(
        "channel add webhook hook http://{address}/canary-path?key=canary-query --network loopback --json"
    );
    let secret = desk.line(&add).json()["secret"].as_str().expect("a secret").to_owned();
    let secret = secret.trim_start_matches("whsec_").to_owned();
    let mut command = desk.command(["daemon", "--no-tray"]);
    command.env("CARILLON_LOG", "trace").stdout(Stdio::null()).stderr(Stdio::null());
    let _service = Ended(command.spawn().expect("the service starts"));
    desk.line("channel test hook").done();
    let call = calls.recv_timeout(Duration::from_secs(20)).expect("a call");
    assert!(String::from_utf8_lossy(&call).contains("/canary-path?key=canary-query"));
    let begun = Instant::now();
    let read = || fs::read_to_string(desk.data().join("service.log")).unwrap_or_default();
    while !read().contains("settled") {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", read());
        std::thread::yield_now();
    }
    let said = read();
    assert!(said.contains("claimed") && said.contains("delivery=dlv_"), "{said}");
    assert!(said.contains("outcome="), "{said}");
    for canary in ["canary-path", "canary-query", "canary-header", &secret] {
        assert!(!said.contains(canary), "{canary}: {said}");
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
