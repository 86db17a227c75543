//! A connection to the session bus, and what is known about the notification service on it.

use std::{future::Future, io, sync::Arc, time::Duration};

use engine::courier::Screen;
use tokio::time::timeout;
use zbus::{
    Connection, Message, connection, fdo::DBusProxy, names::BusName, zvariant::DynamicType,
};

use super::{NAME, PATH};
use crate::{
    desktop::{Options, notice::Capabilities},
    text,
};

/// The most characters of a notification service's name and version.
const NAME_LENGTH: usize = 60;

#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) bus: Connection,
    /// The unique name of the notification service, when there is one.
    pub(super) owner: Option<String>,
    pub(super) activation: Activation,
    /// What that service says of itself, once asked; with the owner that said so.
    known: Option<(String, Known)>,
    limit: Duration,
}

/// What a notification service says of itself.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) capabilities: Capabilities,
    /// "dunst 1.9.0", where it has a name.
    pub(super) name: Option<String>,
}

/// Whether the bus could start a notification service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    /// It knows none.
    Impossible,
    /// It knows one.
    Possible,
    /// It knows one that just would not start.
    Resting,
}

impl Link {
    /// Connects; nothing is known yet.
    pub(super) async fn open(options: &Options) -> zbus::Result<Self> {
        let limit = options.limits.call;
        let builder = match &options.bus {
            Some(address) => connection::Builder::address(address.as_str())?,
            None => connection::Builder::session()?,
        };
        let bus = within(limit, builder.method_timeout(limit).build()).await?;
        Ok(Self { bus, owner: None, activation: Activation::Impossible, known: None, limit })
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.bus.unique_name() == other.bus.unique_name()
            && self.bus.server_guid() == other.bus.server_guid()
    }

    /// The name of whoever owns it, which no other has ever: a bus counts anew at each login, and the
    /// next service of it may be called as this one was.
    pub(super) fn for_ever(&self, owner: &str) -> String {
        format!("{}/{owner}", self.bus.server_guid())
    }

    /// The screen of whoever owns it, as this connection's.
    pub(super) fn screen(&self, owner: &str) -> Screen {
        let connection = self.bus.unique_name().map(ToString::to_string).unwrap_or_default();
        Screen { owner: self.for_ever(owner), connection }
    }

    pub(super) fn can_show(&self) -> bool {
        self.owner.is_some() || self.activation == Activation::Possible
    }

    /// Asks for signals of the service, and for changes of its name's owner.
    pub(super) async fn subscribe(&self) -> zbus::Result<()> {
        let rules = [
            format!("type='signal',sender='{NAME}',interface='{NAME}',path='{PATH}'"),
            format!(
                "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',\
                 member='NameOwnerChanged',arg0='{NAME}'"
            ),
            "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',\
             member='ActivatableServicesChanged'"
                .to_owned(),
        ];
        for rule in rules {
            let rule = zbus::MatchRule::try_from(rule.as_str())?;
            let proxy = self.proxy().await?;
            within(self.limit, async { Ok(proxy.add_match_rule(rule).await?) }).await?;
        }
        Ok(())
    }

    /// Who owns the name now.
    pub(super) async fn ask_owner(&self) -> zbus::Result<Option<String>> {
        let proxy = self.proxy().await?;
        let name = BusName::try_from(NAME)?;
        match within(self.limit, async { Ok(proxy.get_name_owner(name).await) }).await? {
            Ok(owner) => Ok(Some(owner.to_string())),
            Err(zbus::fdo::Error::NameHasNoOwner(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the bus could start one.
    pub(super) async fn ask_activation(&self) -> zbus::Result<Activation> {
        let proxy = self.proxy().await?;
        let names = within(self.limit, async { Ok(proxy.list_activatable_names().await?) }).await?;
        let known = names.iter().any(|name| name.as_str() == NAME);
        Ok(if known { Activation::Possible } else { Activation::Impossible })
    }

    /// Has the bus start one, which shows nothing yet.
    pub(super) async fn activate(&self) -> zbus::Result<()> {
        let proxy = self.proxy().await?;
        let name = zbus::names::WellKnownName::try_from(NAME)?;
        within(self.limit, async { Ok(proxy.start_service_by_name(name, 0).await?) }).await?;
        Ok(())
    }

    /// What the service says of itself, if it is known of this owner.
    pub(super) fn known(&self, owner: &str) -> Option<Known> {
        self.known.as_ref().filter(|(of, _)| of == owner).map(|(_, known)| known.clone())
    }

    pub(super) fn learn(&mut self, owner: &str, known: Known) {
        self.known = Some((owner.to_owned(), known));
    }

    /// Asks what it can do, and then who it is: without a name it serves as well.
    pub(super) async fn ask_known(&self) -> zbus::Result<Known> {
        let answer = self.call("GetCapabilities", &()).await?;
        let words: Vec<String> = answer.body().deserialize()?;
        let named = self.call("GetServerInformation", &()).await;
        Ok(Known {
            capabilities: Capabilities::read(&words),
            name: named.ok().and_then(|answer| named_by(&answer)),
        })
    }

    /// Calls the service by its well-known name, within the limit.
    pub(super) async fn call<B: serde::Serialize + DynamicType>(
        &self,
        method: &str,
        body: &B,
    ) -> zbus::Result<Message> {
        let calling = self.bus.call_method(Some(NAME), PATH, Some(NAME), method, body);
        within(self.limit, calling).await
    }

    async fn proxy(&self) -> zbus::Result<DBusProxy<'static>> {
        DBusProxy::builder(&self.bus)
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await
    }
}

/// The name and version out of an answer of `GetServerInformation`.
fn named_by(answer: &Message) -> Option<String> {
    let (name, _vendor, version, _): (String, String, String, String) =
        answer.body().deserialize().ok()?;
    let name = text::line(&format!("{name} {version}"), NAME_LENGTH);
    Some(name).filter(|name| !name.is_empty())
}

/// Within the limit, which also covers a bus that takes nothing any more.
async fn within<T>(
    limit: Duration,
    doing: impl Future<Output = zbus::Result<T>>,
) -> zbus::Result<T> {
    timeout(limit, doing)
        .await
        .unwrap_or_else(|_| Err(zbus::Error::InputOutput(Arc::new(io::ErrorKind::TimedOut.into()))))
}
