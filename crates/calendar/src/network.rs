//! Which addresses a webhook may call: a class chosen by a person for each endpoint, checked on
//! literal addresses when the endpoint is made and on every resolved address when it is called.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// The class of addresses an endpoint may resolve to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// The public internet only (the default).
    #[default]
    Public,
    /// The home or office network (RFC 1918, RFC 4193).
    Private,
    /// This computer only.
    Loopback,
}

impl Network {
    /// Every class, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Public, Self::Private, Self::Loopback];

    /// The word used in the ledger, on the command line and in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Loopback => "loopback",
        }
    }

    /// Whether an endpoint of this class may be called at this address.
    pub fn allows(self, address: IpAddr) -> bool {
        class_of(address) == Some(self)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Network {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|n| n.code() == text).ok_or_else(|| {
            format!("network '{text}' is not known: allowed are public, private and loopback")
        })
    }
}

/// The class an address belongs to; `None` for addresses nobody may be called at (link-local and
/// cloud metadata, multicast, broadcast, documentation, benchmarks, tunnelled forms, reserved).
pub fn class_of(address: IpAddr) -> Option<Network> {
    match address {
        IpAddr::V4(v4) => class_of_v4(v4),
        IpAddr::V6(v6) => class_of_v6(v6),
    }
}

fn class_of_v4(a: Ipv4Addr) -> Option<Network> {
    let [first, second, third, _] = a.octets();
    match (first, second, third) {
        (127, ..) => Some(Network::Loopback),
        (10, ..) | (192, 168, _) => Some(Network::Private),
        (172, 16..=31, _) => Some(Network::Private),
        // This network, CGNAT, link-local, IETF protocol assignments and documentation nets,
        // 6to4 relays, benchmarks, multicast and everything above it.
        (0, ..)
        | (100, 64..=127, _)
        | (169, 254, _)
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        | (198, 18 | 19, _)
        | (198, 51, 100)
        | (203, 0, 113)
        | (224..=255, ..) => None,
        _ => Some(Network::Public),
    }
}

fn class_of_v6(a: Ipv6Addr) -> Option<Network> {
    let s = a.segments();
    match s {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Network::Loopback),
        [0xfc00..=0xfdff, ..] => Some(Network::Private),
        // Documentation, Teredo, ORCHID and benchmarks, 6to4.
        [0x2001, 0xdb8, ..] | [0x2001, 0..=0x1ff, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => {
            None
        }
        [0x2000..=0x3fff, ..] => Some(Network::Public),
        // Unspecified, v4-mapped and v4-compatible, NAT64, discard, link-local, multicast, unassigned.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_belongs_to_one_class_or_to_none() {
        for (text, class) in [
            ("127.0.0.1", Some(Network::Loopback)),
            ("::1", Some(Network::Loopback)),
            ("10.0.0.1", Some(Network::Private)),
            ("172.15.255.255", Some(Network::Public)),
            ("172.16.0.0", Some(Network::Private)),
            ("172.31.255.255", Some(Network::Private)),
            ("172.32.0.0", Some(Network::Public)),
            ("192.168.1.1", Some(Network::Private)),
            ("fd12::1", Some(Network::Private)),
            ("1.1.1.1", Some(Network::Public)),
            ("2606:4700::1111", Some(Network::Public)),
            ("0.0.0.0", None),
            ("100.64.0.1", None),
            ("169.254.169.254", None),
            ("192.0.2.1", None),
            ("198.18.0.1", None),
            ("224.0.0.1", None),
            ("255.255.255.255", None),
            ("::", None),
            ("::ffff:127.0.0.1", None),
            ("::ffff:169.254.169.254", None),
            ("64:ff9b::1", None),
            ("2001::1", None),
            ("2002:7f00:1::", None),
            ("2001:db8::1", None),
            ("fe80::1", None),
            ("ff02::1", None),
        ] {
            let address: IpAddr = text.parse().expect("a literal address");
            assert_eq!(class_of(address), class, "{text}");
        }
    }
}
