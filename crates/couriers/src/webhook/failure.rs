//! What a broken attempt means: that nothing was sent, that nobody knows, or that there is no
//! network at all. The words are ours throughout, because those of the libraries name hosts.

use std::{error::Error, io};

use calendar::network::Network;
use engine::courier::{Handover, Report, Schedule, Unavailable};
use rustls::CertificateError;

use super::{
    guard::{Outside, Refusal},
    report as line, verdict,
};

/// An attempt that ended without an answer.
pub(super) struct Cut<'a> {
    pub(super) error: &'a reqwest::Error,
    /// Whether the request had left in full.
    pub(super) sent: bool,
    pub(super) network: Network,
    pub(super) outside: &'a dyn Outside,
}

pub(super) fn report(cut: &Cut<'_>) -> Report {
    if cut.sent {
        let words =
            "the connection was cut after the request was sent: nobody knows if it was taken";
        return line(Handover::Ambiguous, None, words.to_owned());
    }
    if let Some(refusal) = find::<Refusal>(cut.error) {
        return match refusal {
            Refusal::Outside(_) => refused(&refusal.to_string()),
            Refusal::Unknown | Refusal::Slow => unreached(cut, &refusal.to_string()),
        };
    }
    if let Some(fault) = find::<rustls::Error>(cut.error) {
        return match fault {
            rustls::Error::InvalidCertificate(_) => verdict::mistrusted(tls_words(fault)),
            _ => verdict::later(tls_words(fault)),
        };
    }
    if cut.error.is_builder() {
        return verdict::never("not called: no request can be made of this URL");
    }
    unreached(cut, connect_words(cut.error))
}

/// The whole time passed before the request was sent.
pub(super) fn slow() -> Report {
    verdict::later("it could not be reached in time")
}

/// The whole time passed after the request was sent, without an answer.
pub(super) fn silent() -> Report {
    let words = "no answer in time after the request was sent: nobody knows if it was taken";
    line(Handover::Ambiguous, None, words.to_owned())
}

/// Not reached; and if this computer has no network at all, that is why.
fn unreached(cut: &Cut<'_>, words: &str) -> Report {
    if cut.network != Network::Loopback && !cut.outside.routed() {
        let words = "this computer has no network".to_owned();
        return line(Handover::Unavailable(Unavailable::Offline), None, words);
    }
    verdict::later(words)
}

fn refused(words: &str) -> Report {
    let handover = Handover::Transient { retry_after: None, schedule: Schedule::Refused };
    line(handover, None, words.to_owned())
}

fn connect_words(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return "connecting took too long";
    }
    let kinds = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    match kinds.map(io::Error::kind).last() {
        Some(io::ErrorKind::ConnectionRefused) => "the connection was refused",
        Some(io::ErrorKind::ConnectionReset) => "the connection was reset before the request",
        Some(io::ErrorKind::TimedOut) => "connecting took too long",
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
            "there is no way to its address"
        }
        _ => "the connection failed before the request was sent",
    }
}

fn tls_words(fault: &rustls::Error) -> &'static str {
    use rustls::Error;
    match fault {
        Error::InvalidCertificate(reason) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate belongs to another name"
            }
            CertificateError::UnknownIssuer => {
                "its certificate is signed by nobody this computer trusts"
            }
            CertificateError::Revoked => "its certificate was revoked",
            _ => "its certificate is not valid",
        },
        _ => "no secure connection could be agreed upon",
    }
}

/// The first error of this type in the chain of causes.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref::<T>())
}

/// The error and its causes, and what I/O errors carry inside, which is not among their causes.
/// Bounded, should a chain ever bite its tail.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        let inner = this.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => this.source(),
        };
        Some(this)
    })
    .take(16)
}
