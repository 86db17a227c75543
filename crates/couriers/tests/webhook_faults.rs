//! The faults a webhook meets: silence, cuts, drips, bad certificates, names that lead astray.

mod common;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use calendar::network::Network;
use common::{call, courier, later, short};
use couriers::webhook::{Limits, Outside};
use engine::courier::{BoxFuture, Handover, Schedule, Unavailable};
use testkit::{
    certificate::{Certificate, Worth},
    receiver::{Answer, Receiver},
};

const LOOPBACK: Network = Network::Loopback;
const TICK: Duration = Duration::from_millis(20);

#[tokio::test]
async fn an_attempt_that_breaks_off_says_whether_anybody_can_have_got_it() {
    let receiver = Receiver::start([]).await;
    let courier = courier(short());
    let doubt = Handover::Ambiguous;
    for (answer, expected, words) in [
        (Answer::Hang, &doubt, "no answer in time after"),
        (Answer::Deaf, &doubt, "no answer in time after"),
        (Answer::DripHead(TICK), &doubt, "no answer in time after"),
        (Answer::ResetIn, &doubt, "cut after the request was sent"),
        (Answer::ResetAfter, &doubt, "cut after the request was sent"),
        (Answer::CloseAfter, &doubt, "cut after the request was sent"),
        (Answer::Raw(b"SSH-2.0-nonsense\r\n".to_vec()), &doubt, "cut after the request was sent"),
    ] {
        receiver.script([answer.clone()]);
        let report = call(&courier, &receiver.url("/canarykey"), LOOPBACK).await;
        assert_eq!((&report.handover, report.status), (expected, None), "{answer:?}");
        assert!(report.detail.contains(words), "{answer:?}: {}", report.detail);
    }
}

/// Whether the first bytes left before the reset came is a matter of luck; both words are true.
#[tokio::test]
async fn a_reset_before_the_request_is_no_success() {
    let receiver = Receiver::start([Answer::ResetBefore]).await;
    let report = call(&courier(Limits::default()), &receiver.url("/"), LOOPBACK).await;
    let expected = [Handover::Ambiguous, later(Schedule::Channel, None)];
    assert!(expected.contains(&report.handover), "{report:?}");
}

#[tokio::test]
async fn an_answers_status_counts_whatever_becomes_of_its_body() {
    let receiver = Receiver::start([]).await;
    let courier = courier(short());
    let accepted = Handover::Accepted { shown_by: None };
    for (answer, expected) in [
        (Answer::Drip(TICK), &accepted),
        (Answer::Endless(200), &accepted),
        (Answer::CutBody(200), &accepted),
        (Answer::Endless(500), &later(Schedule::Channel, None)),
        (Answer::CutBody(410), &Handover::Gone),
    ] {
        receiver.script([answer.clone()]);
        let report = call(&courier, &receiver.url("/"), LOOPBACK).await;
        assert_eq!(&report.handover, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let url = format!("http://127.0.0.1:{port}/");
    let report = call(&courier(Limits::default()), &url, LOOPBACK).await;
    assert_eq!(report.handover, later(Schedule::Channel, None));
    assert_eq!(report.detail, "the connection was refused");
}

#[tokio::test]
async fn a_good_certificate_is_trusted_and_bad_ones_are_named() {
    for (worth, words) in [
        (Worth::Good, "answered 204"),
        (Worth::Expired, "its certificate has expired"),
        (Worth::OtherName, "its certificate belongs to another name"),
        (Worth::SelfSigned, "its certificate is signed by nobody this computer trusts"),
    ] {
        let certificate = Certificate::new(worth);
        let receiver = Receiver::start_tls([Answer::status(204)], &certificate).await;
        let courier = courier(Limits::default())
            .with_outside(Names::saying("127.0.0.1"))
            .with_roots(vec![certificate.authority.clone()]);
        let report = call(&courier, &receiver.url("/"), LOOPBACK).await;
        assert!(report.detail.starts_with(words), "{worth:?}: {}", report.detail);
        let expected = match worth {
            Worth::Good => Handover::Accepted { shown_by: None },
            Worth::Expired | Worth::OtherName | Worth::SelfSigned => {
                later(Schedule::Certificate, None)
            }
        };
        assert_eq!(report.handover, expected, "{worth:?}");
        assert_eq!(receiver.requests().len(), usize::from(worth == Worth::Good));
    }
}

#[tokio::test]
async fn what_does_not_speak_tls_gets_nothing() {
    let greeting = Answer::Greet(b"220 mail.test ESMTP\r\n".to_vec());
    for (answer, limits, words) in [
        (greeting, Limits::default(), "no secure connection could be agreed upon"),
        (Answer::Deaf, short(), "connecting took too long"),
    ] {
        let receiver = Receiver::start([answer]).await;
        let courier = courier(limits).with_roots(vec![Certificate::new(Worth::Good).authority]);
        let url = format!("https://127.0.0.1:{}/", receiver.port());
        let report = call(&courier, &url, LOOPBACK).await;
        assert_eq!(report.handover, later(Schedule::Channel, None));
        assert_eq!(report.detail, words);
        assert_eq!(receiver.requests().len(), 0);
    }
}

#[tokio::test]
async fn a_name_is_called_only_if_all_its_addresses_are_of_the_class() {
    let receiver = Receiver::start([Answer::status(204)]).await;
    let url = format!("http://hook.test:{}/", receiver.port());
    for (network, addresses, words) in [
        (LOOPBACK, "127.0.0.1", "answered 204"),
        (LOOPBACK, "127.0.0.1 ::1", "answered 204"),
        (LOOPBACK, "127.0.0.1 192.168.0.1", "leads outside the network loopback: not called"),
        (Network::Private, "127.0.0.1", "leads outside the network private: not called"),
        (Network::Private, "169.254.169.254", "leads outside the network private: not called"),
        (LOOPBACK, "::ffff:127.0.0.1", "leads outside the network loopback: not called"),
        (LOOPBACK, "", "could not be resolved"),
    ] {
        let before = receiver.connections();
        let courier = courier(Limits::default()).with_outside(Names::saying(addresses));
        let report = call(&courier, &url, network).await;
        assert!(report.detail.contains(words), "{addresses}: {}", report.detail);
        let called = receiver.connections() > before;
        assert_eq!(called, words.starts_with("answered"), "{addresses}");
    }
}

#[tokio::test]
async fn a_public_name_that_turns_inwards_is_not_called() {
    let receiver = Receiver::start([Answer::status(204)]).await;
    let courier = courier(Limits::default()).with_outside(Names::saying("127.0.0.1"));
    let url = format!("https://rebound.test:{}/", receiver.port());
    let report = call(&courier, &url, Network::Public).await;
    assert_eq!(report.handover, later(Schedule::Refused, None));
    assert_eq!(report.detail, "its name leads outside the network public: not called");
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn odd_literal_addresses_are_judged_by_what_they_mean() {
    let receiver = Receiver::start([Answer::status(204)]).await;
    let courier = courier(Limits::default()).with_outside(Names::none());
    let port = receiver.port();
    for host in ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1."] {
        let report = call(&courier, &format!("http://{host}:{port}/"), LOOPBACK).await;
        assert_eq!(report.status, Some(204), "{host}: {}", report.detail);
        let report = call(&courier, &format!("https://{host}:{port}/"), Network::Public).await;
        assert_eq!(report.handover, Handover::Permanent, "{host}");
    }
    for host in ["[::ffff:169.254.169.254]", "169.254.169.254", "[::ffff:127.0.0.1]", "0"] {
        for network in Network::ALL {
            let report = call(&courier, &format!("https://{host}:{port}/"), network).await;
            assert_eq!(report.handover, Handover::Permanent, "{host}");
            assert!(report.detail.contains("outside the network"), "{}", report.detail);
        }
    }
    assert_eq!(receiver.connections(), 5);
}

#[tokio::test]
async fn a_slow_resolver_is_not_waited_for() {
    let courier = courier(short()).with_outside(Names::slow());
    let report = call(&courier, "https://slow.test/", Network::Public).await;
    assert_eq!(report.handover, later(Schedule::Channel, None));
    assert_eq!(report.detail, "its name was not resolved in time");
}

#[tokio::test]
async fn without_any_network_no_attempt_is_burnt_but_loopback_goes_on() {
    let courier = courier(Limits::default()).with_outside(Names::offline());
    let report = call(&courier, "https://away.test/", Network::Public).await;
    assert_eq!(report.handover, Handover::Unavailable(Unavailable::Offline));
    let receiver = Receiver::start([Answer::status(204)]).await;
    let report = call(&courier, &receiver.url("/"), LOOPBACK).await;
    assert_eq!(report.status, Some(204));
    receiver.script([Answer::ResetAfter]);
    let report = call(&courier, &receiver.url("/"), LOOPBACK).await;
    assert_eq!(report.handover, Handover::Ambiguous, "sent is sent");
}

#[tokio::test]
async fn proxies_of_the_environment_are_ignored() {
    let proxy = Receiver::start([Answer::status(200)]).await;
    let receiver = Receiver::start([Answer::status(204)]).await;
    let url = proxy.url("");
    let proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].map(|n| (n, url.as_str()));
    call_elsewhere(&receiver.url("/"), "answered 204", &proxies).await;
    assert_eq!((proxy.connections(), receiver.connections()), (0, 1));
}

#[tokio::test]
async fn a_computer_without_root_certificates_still_calls_its_own_network() {
    let receiver = Receiver::start([Answer::status(204)]).await;
    let none = [("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/nonexistent")];
    call_elsewhere(&receiver.url("/"), "answered 204", &none).await;
    let secure = format!("https://127.0.0.1:{}/", receiver.port());
    call_elsewhere(&secure, "the root certificates of this computer", &none).await;
    assert_eq!(receiver.connections(), 1);
}

/// Calls from a process with an environment of its own, because ours belongs to all tests.
async fn call_elsewhere(url: &str, expected: &str, environment: &[(&str, &str)]) {
    let mut child = std::process::Command::new(std::env::current_exe().expect("this test"));
    child.args(["--exact", "calls_where_it_is_told"]).env("CALL", url).env("EXPECT", expected);
    child.envs(environment.iter().copied()).stdout(std::process::Stdio::null());
    let run = tokio::task::spawn_blocking(move || child.status());
    let status = run.await.expect("it is waited for").expect("this test runs again");
    assert!(status.success(), "{url}");
}

/// Does nothing by itself; the tests above run it in a process of its own.
#[tokio::test]
async fn calls_where_it_is_told() {
    if let (Ok(url), Ok(expected)) = (std::env::var("CALL"), std::env::var("EXPECT")) {
        let report = call(&courier(Limits::default()), &url, LOOPBACK).await;
        assert!(report.detail.starts_with(&expected), "{}", report.detail);
    }
}

#[tokio::test]
async fn the_name_is_looked_up_again_for_each_attempt() {
    let receiver = Receiver::start([Answer::status(204)]).await;
    let names = Names::saying("127.0.0.1");
    let courier = courier(Limits::default()).with_outside(names.clone());
    let url = format!("http://hook.test:{}/", receiver.port());
    call(&courier, &url, LOOPBACK).await;
    call(&courier, &url, LOOPBACK).await;
    assert_eq!(names.asked.load(Ordering::Relaxed), 2);
}

/// Names and routes by a script.
struct Names {
    addresses: Option<Vec<IpAddr>>,
    routed: bool,
    asked: AtomicUsize,
}

impl Names {
    fn new(addresses: Option<Vec<IpAddr>>, routed: bool) -> Arc<Self> {
        Arc::new(Self { addresses, routed, asked: AtomicUsize::new(0) })
    }

    /// Every name has these addresses.
    fn saying(addresses: &str) -> Arc<Self> {
        let parsed = addresses.split_whitespace().map(|a| a.parse().expect("an address"));
        Self::new(Some(parsed.collect()), true)
    }

    /// No name has any.
    fn none() -> Arc<Self> {
        Self::new(Some(Vec::new()), true)
    }

    /// Nobody answers.
    fn slow() -> Arc<Self> {
        Self::new(None, true)
    }

    /// There is no network.
    fn offline() -> Arc<Self> {
        Self::new(Some(Vec::new()), false)
    }
}

impl Outside for Names {
    fn addresses(&self, _name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match self.addresses.clone() {
            Some(addresses) => Box::pin(async move { Ok(addresses) }),
            None => Box::pin(std::future::pending()),
        }
    }

    fn routed(&self) -> bool {
        self.routed
    }
}

/// The system's own resolver knows this computer.
#[tokio::test]
async fn localhost_is_resolved_by_the_system() {
    let receiver = Receiver::start([Answer::status(204)]).await;
    let listening = SocketAddr::from((Ipv4Addr::LOCALHOST, receiver.port()));
    let url = format!("http://localhost:{}/", listening.port());
    let report = call(&courier(Limits::default()), &url, LOOPBACK).await;
    assert_eq!(report.status, Some(204), "{}", report.detail);
}
