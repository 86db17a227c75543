//! The network guard at connect time: the addresses a name resolves to are looked at where they
//! are used, so a name that changes its mind between two looks gains nothing. One address outside
//! the class refuses them all. Literal addresses never come here: the door has seen them.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use calendar::network::Network;
use engine::courier::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::timeout;

/// What lies outside this program: names, and whether there is any network.
pub trait Outside: Send + Sync {
    /// The addresses of a name.
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;

    /// Whether anything beyond this computer could be reached just now.
    fn routed(&self) -> bool;
}

/// The system's resolver and routes.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemOutside;

impl Outside for SystemOutside {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }

    /// Asks for a route, as connecting a datagram socket does; nothing is sent. The addresses
    /// belong to documentation and to nobody.
    fn routed(&self) -> bool {
        let v4 = (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        let v6 = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
        let v6 = (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(v6));
        [v4, v6].into_iter().any(|(from, to)| {
            UdpSocket::bind((from, 0)).and_then(|socket| socket.connect((to, 9))).is_ok()
        })
    }
}

/// Why a name gave no address to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The resolver knows none, or failed.
    Unknown,
    /// The resolver took too long.
    Slow,
    /// At least one address is outside the class.
    Outside(Network),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("its name could not be resolved"),
            Self::Slow => f.write_str("its name was not resolved in time"),
            Self::Outside(network) => {
                write!(f, "its name leads outside the network {network}: not called")
            }
        }
    }
}

impl std::error::Error for Refusal {}

pub(super) struct Guard {
    network: Network,
    outside: Arc<dyn Outside>,
    limit: Duration,
}

impl Guard {
    pub(super) fn new(network: Network, outside: Arc<dyn Outside>, limit: Duration) -> Self {
        Self { network, outside, limit }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (network, limit) = (self.network, self.limit);
        let asking = self.outside.addresses(name.as_str().to_owned());
        Box::pin(async move {
            let found = match timeout(limit, asking).await {
                Ok(Ok(found)) if !found.is_empty() => found,
                Ok(_) => return Err(Refusal::Unknown.into()),
                Err(_) => return Err(Refusal::Slow.into()),
            };
            if !found.iter().all(|address| network.allows(*address)) {
                return Err(Refusal::Outside(network).into());
            }
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
