//! The door for endpoint URLs: which ones a person may enter at all, decided from the text alone.
//! What a name resolves to is not known here; the courier looks at that again at each call.

use std::net::IpAddr;

use calendar::network::{Network, class_of};
use url::{Host, Position, Url};

/// The longest URL taken, in bytes.
pub const URL_MAX: usize = 2048;

/// Why a URL is not taken. The words never repeat the URL itself: it is a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointFault {
    /// Longer than [`URL_MAX`].
    #[error("the URL is {0} bytes long, allowed are {URL_MAX}")]
    TooLong(usize),
    /// Not a URL.
    #[error("the URL cannot be read ({0}), expected is one like https://example.org/hook")]
    Unreadable(url::ParseError),
    /// Neither `https` nor `http`.
    #[error("the URL begins with '{0}:', allowed are https: and, on your own network, http:")]
    Scheme(String),
    /// `http` to the open internet.
    #[error(
        "http: is allowed for the networks private and loopback only, a public URL needs https:"
    )]
    Plain,
    /// `user:password@`.
    #[error("the URL holds a user name or password, which is not allowed: use the signing secret")]
    Userinfo,
    /// `#fragment`.
    #[error("the URL holds a fragment (#...), which is never sent: remove it")]
    Fragment,
    /// A literal address of another class.
    #[error("the address {address} is {} and the network chosen is {chosen}", known(*.found))]
    OtherNetwork {
        /// The literal address.
        address: IpAddr,
        /// The class it belongs to.
        found: Network,
        /// The class that was chosen.
        chosen: Network,
    },
    /// A literal address nobody may be called at.
    #[error(
        "the address {0} is reserved (link-local, multicast, documentation or the like) and never called"
    )]
    Reserved(IpAddr),
    /// `localhost` under another class than loopback.
    #[error("localhost is this computer, choose the network loopback instead of {0}")]
    Localhost(Network),
}

/// The URL in its normal form, if it may be entered for this class of network.
///
/// ```
/// use calendar::network::Network;
/// use engine::endpoint::check_url;
/// assert!(check_url("https://example.org/hook", Network::Public).is_ok());
/// assert!(check_url("http://127.1:8080/", Network::Loopback).is_ok());
/// assert!(check_url("http://127.1:8080/", Network::Public).is_err());
/// ```
pub fn check_url(text: &str, network: Network) -> Result<Url, EndpointFault> {
    if text.len() > URL_MAX {
        return Err(EndpointFault::TooLong(text.len()));
    }
    let url = Url::parse(text.trim()).map_err(EndpointFault::Unreadable)?;
    match (url.scheme(), network) {
        ("https", _) | ("http", Network::Private | Network::Loopback) => {}
        ("http", Network::Public) => return Err(EndpointFault::Plain),
        (other, _) => return Err(EndpointFault::Scheme(other.to_owned())),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointFault::Userinfo);
    }
    if url.fragment().is_some() {
        return Err(EndpointFault::Fragment);
    }
    check_host(&url, network)?;
    if url.as_str().len() > URL_MAX {
        return Err(EndpointFault::TooLong(url.as_str().len()));
    }
    Ok(url)
}

/// The most bytes of a path that are shown.
const SHOWN: usize = 8;

/// A URL for the eyes of whoever looks on: of its path, which may be all that keeps others out, no
/// more than its beginning.
///
/// ```
/// use engine::endpoint::in_short;
/// assert_eq!(in_short("https://example.org/hooks/token"), "https://example.org/hooks/…");
/// assert_eq!(in_short("https://example.org/services-token"), "https://example.org/…");
/// assert_eq!(in_short("http://127.0.0.1:8000/due"), "http://127.0.0.1:8000/due");
/// ```
pub fn in_short(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return "…".into() };
    let (base, rest) = (&url[..Position::BeforePath], &url[Position::BeforePath..]);
    let path = rest.trim_start_matches('/');
    if path.len() <= SHOWN && !path.contains(['/', '?']) {
        return format!("{base}{rest}");
    }
    match path.split_once('/') {
        Some((first, _)) if first.len() <= SHOWN && !first.contains('?') => {
            format!("{base}/{first}/…")
        }
        Some(_) | None => format!("{base}/…"),
    }
}

/// Whether the host may be called, as far as its text tells. Odd forms of literal addresses
/// (`127.1`, `0x7f000001`) have become plain ones when the URL was read.
fn check_host(url: &Url, network: Network) -> Result<(), EndpointFault> {
    let address = match url.host() {
        Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
        Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
        Some(Host::Domain(name)) => return check_name(name, network),
        None => return Err(EndpointFault::Unreadable(url::ParseError::EmptyHost)),
    };
    match class_of(address) {
        Some(found) if found == network => Ok(()),
        Some(found) => Err(EndpointFault::OtherNetwork { address, found, chosen: network }),
        None => Err(EndpointFault::Reserved(address)),
    }
}

fn check_name(name: &str, network: Network) -> Result<(), EndpointFault> {
    let name = name.trim_end_matches('.');
    let local = name == "localhost" || name.ends_with(".localhost");
    if local && network != Network::Loopback {
        return Err(EndpointFault::Localhost(network));
    }
    Ok(())
}

const fn known(class: Network) -> &'static str {
    match class {
        Network::Public => "on the public internet",
        Network::Private => "on a private network",
        Network::Loopback => "this computer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row: class, URL, and a part of the sentence expected, or "" where it is taken.
    fn check(network: Network, url: &str, expected: &str) {
        match (check_url(url, network), expected) {
            (Ok(_), "") => {}
            (Err(fault), expected) if !expected.is_empty() => {
                let sentence = fault.to_string();
                assert!(sentence.contains(expected), "{url}: {sentence}");
            }
            (answer, _) => panic!("{url} as {network}: {answer:?}, expected '{expected}'"),
        }
    }

    #[test]
    fn only_urls_of_the_chosen_class_pass_the_door() {
        use Network::{Loopback, Private, Public};
        check(Public, "https://example.org/hook?a=b", "");
        check(Public, "https://1.1.1.1/", "");
        check(Public, "http://example.org/", "needs https:");
        check(Private, "http://192.168.1.5/", "");
        check(Private, "http://nas.home/", "");
        check(Private, "https://[fd00::1]/", "");
        check(Loopback, "http://localhost:9/", "");
        check(Loopback, "http://127.1/", "");
        check(Loopback, "http://0x7f000001/", "");
        check(Loopback, "http://2130706433/", "");
        check(Loopback, "http://[::1]/", "");
        check(Public, "https://127.1/", "is this computer");
        check(Public, "https://0x7f000001/", "is this computer");
        check(Public, "https://localhost/", "choose the network loopback");
        check(Public, "https://a.localhost./", "choose the network loopback");
        check(Public, "https://10.1.2.3/", "on a private network");
        check(Loopback, "http://10.1.2.3/", "on a private network");
        check(Private, "http://127.0.0.1/", "is this computer");
        check(Public, "https://[::ffff:169.254.169.254]/", "never called");
        check(Loopback, "http://[::ffff:127.0.0.1]/", "never called");
        check(Private, "http://169.254.169.254/latest", "never called");
        check(Public, "https://0.0.0.0/", "never called");
    }

    #[test]
    fn urls_with_parts_that_do_not_belong_are_refused() {
        use Network::Public;
        check(Public, "ftp://example.org/", "begins with 'ftp:'");
        check(Public, "file:///etc/passwd", "begins with 'file:'");
        check(Public, "https://me@example.org/", "user name or password");
        check(Public, "https://:pw@example.org/", "user name or password");
        check(Public, "https://example.org/#x", "fragment");
        check(Public, "example.org", "cannot be read");
        check(Public, "https://", "cannot be read");
        check(Public, "", "cannot be read");
        let long = |n: usize| format!("https://example.org/{}", "x".repeat(n - 20));
        check(Public, &long(URL_MAX), "");
        check(Public, &long(URL_MAX + 1), "2049 bytes long");
    }

    #[test]
    fn what_is_shown_of_a_url_holds_no_token() {
        for (url, shown) in [
            ("https://example.org", "https://example.org/"),
            ("https://example.org/", "https://example.org/"),
            ("https://example.org/hook", "https://example.org/hook"),
            ("https://example.org/?t=canary", "https://example.org/…"),
            ("https://example.org/a?t=canary", "https://example.org/…"),
            ("https://example.org/a?t=b/canary", "https://example.org/…"),
            ("https://example.org/canary-canary", "https://example.org/…"),
            ("https://example.org/canary-canary/a", "https://example.org/…"),
            ("https://example.org:8443/hooks/canary", "https://example.org:8443/hooks/…"),
            ("nonsense", "…"),
        ] {
            assert_eq!(in_short(url), shown, "{url}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_url() {
        let fault = check_url("https://u:canary@example.org/canary", Network::Public);
        assert!(!format!("{fault:?}").contains("canary"));
    }
}
