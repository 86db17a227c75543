//! A panel: it takes registrations of tray items, reads them and clicks.

use std::collections::HashMap;

use tokio::sync::mpsc;
use zbus::{
    Connection, MatchRule, MessageStream,
    export::ordered_stream::OrderedStreamExt,
    fdo::{self, RequestNameFlags},
    names::OwnedUniqueName,
    zvariant::{OwnedValue, Structure, Value},
};

use crate::PATIENCE;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const ITEM_PATH: &str = "/StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

struct Watcher {
    registered: mpsc::UnboundedSender<String>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        self.registered.send(service).expect("the test listens");
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

/// A watcher that ends at the very moment an item registers.
struct EndingWatcher;

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl EndingWatcher {
    async fn register_status_notifier_item(
        &self,
        #[zbus(connection)] bus: &Connection,
        service: String,
    ) -> fdo::Result<()> {
        bus.release_name(WATCHER).await?;
        Err(fdo::Error::ServiceUnknown(format!("nobody shows '{service}' any more")))
    }
}

/// A panel on the session bus.
pub struct Panel {
    bus: Connection,
    registrations: mpsc::UnboundedReceiver<String>,
    /// The panel it takes the place of, which still has to turn an item away.
    _old: Option<Connection>,
}

/// An item that registered.
pub struct Shown {
    bus: Connection,
    /// The bus name it registered.
    pub name: String,
}

impl Panel {
    /// Takes the watcher's name on the bus at this address, and listens.
    ///
    /// # Panics
    /// When there is no bus, or it has a panel already.
    pub async fn start(address: &str) -> Self {
        let (registered, registrations) = mpsc::unbounded_channel();
        let bus = zbus::connection::Builder::address(address)
            .and_then(|b| b.serve_at("/StatusNotifierWatcher", Watcher { registered }))
            .and_then(|b| b.name(WATCHER))
            .expect("a watcher")
            .build()
            .await
            .expect("a watcher on the bus");
        Self { bus, registrations, _old: None }
    }

    /// A panel that starts while another one ends: the first item that registers is turned away
    /// by the old one, and the new one has the watcher's name before the item reads the refusal.
    ///
    /// # Panics
    /// When there is no bus, or it has a panel already.
    pub async fn start_in_place_of_another(address: &str) -> Self {
        let old = zbus::connection::Builder::address(address)
            .and_then(|b| b.serve_at("/StatusNotifierWatcher", EndingWatcher))
            .and_then(|b| b.name(WATCHER))
            .expect("a watcher")
            .build()
            .await
            .expect("a watcher on the bus");
        let (registered, registrations) = mpsc::unbounded_channel();
        let bus = zbus::connection::Builder::address(address)
            .and_then(|b| b.serve_at("/StatusNotifierWatcher", Watcher { registered }))
            .expect("a watcher")
            .build()
            .await
            .expect("a connection");
        // In the queue for the name, and its owner as soon as the old one lets it go.
        let flags = RequestNameFlags::AllowReplacement.into();
        bus.request_name_with_flags(WATCHER, flags).await.expect("a place in the queue");
        Self { bus, registrations, _old: Some(old) }
    }

    /// The next item that registers.
    ///
    /// # Panics
    /// When none does in time.
    pub async fn item(&mut self) -> Shown {
        let name = tokio::time::timeout(PATIENCE, self.registrations.recv()).await;
        let name = name.expect("an item registers in time").expect("the watcher lives");
        Shown { bus: self.bus.clone(), name }
    }
}

impl Shown {
    /// One property of the item.
    ///
    /// # Panics
    /// When the item does not answer.
    pub async fn property(&self, name: &str) -> OwnedValue {
        let body = (ITEM, name);
        let interface = Some("org.freedesktop.DBus.Properties");
        let name = self.name.as_str();
        let answer = self.bus.call_method(Some(name), ITEM_PATH, interface, "Get", &body).await;
        answer.expect("a property").body().deserialize().expect("a value")
    }

    /// Title and text of the tooltip.
    ///
    /// # Panics
    /// When the item does not answer.
    pub async fn tooltip(&self) -> (String, String) {
        let value = self.property("ToolTip").await;
        let fields = value.downcast_ref::<Structure<'_>>().expect("a tooltip");
        let text = |n: usize| fields.fields()[n].downcast_ref::<String>().expect("a text");
        (text(2), text(3))
    }

    /// The bytes of the first picture.
    pub async fn picture(&self) -> OwnedValue {
        self.property("IconPixmap").await
    }

    /// Calls a method of the item.
    ///
    /// # Panics
    /// When the item does not answer.
    pub async fn call(
        &self,
        method: &str,
        body: &(impl serde::Serialize + zbus::zvariant::DynamicType),
    ) {
        let name = self.name.as_str();
        let answer = self.bus.call_method(Some(name), ITEM_PATH, Some(ITEM), method, body).await;
        answer.expect("the item answers");
    }

    /// A signal of the item or of its menu, to wait for.
    ///
    /// # Panics
    /// When the item does not answer.
    pub async fn signal(&self, member: &'static str) -> Signal {
        let owner = fdo::DBusProxy::new(&self.bus)
            .await
            .expect("the bus")
            .get_name_owner(self.name.as_str().try_into().expect("a name"))
            .await
            .expect("an owner");
        let owner: OwnedUniqueName = owner;
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .sender(owner.into_inner())
            .and_then(|rule| rule.member(member))
            .expect("a rule")
            .build();
        let messages = MessageStream::for_match_rule(rule, &self.bus, None).await;
        Signal { messages: messages.expect("a subscription") }
    }

    async fn menu_path(&self) -> String {
        let value = self.property("Menu").await;
        value.downcast_ref::<zbus::zvariant::ObjectPath<'_>>().expect("a path").to_string()
    }

    /// The labels of the menu with their ids, submenus included, in their order.
    ///
    /// # Panics
    /// When the item does not answer.
    pub async fn menu(&self) -> Vec<(String, i32)> {
        let path = self.menu_path().await;
        let body = (0_i32, -1_i32, vec!["label"]);
        let name = self.name.as_str();
        let answer = self
            .bus
            .call_method(Some(name), path.as_str(), Some(MENU), "GetLayout", &body)
            .await
            .expect("a layout");
        type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let (_, root): (u32, Node) = answer.body().deserialize().expect("a layout");
        let mut found = Vec::new();
        for child in &root.2 {
            collect(child, &mut found);
        }
        found
    }

    /// Clicks the entry with this label.
    ///
    /// # Panics
    /// When there is no such entry, or the item does not answer.
    pub async fn click(&self, label: &str) {
        let menu = self.menu().await;
        let id = menu.iter().find(|(l, _)| l == label).map(|(_, id)| *id);
        self.click_id(id.unwrap_or_else(|| panic!("no entry {label:?} in {menu:?}"))).await;
    }

    /// Clicks the entry with this id: labels below different entries may be alike.
    ///
    /// # Panics
    /// When the item does not answer.
    pub async fn click_id(&self, id: i32) {
        let path = self.menu_path().await;
        let body = (id, "clicked", Value::from(0_i32), 0_u32);
        let name = self.name.as_str();
        let answer =
            self.bus.call_method(Some(name), path.as_str(), Some(MENU), "Event", &body).await;
        answer.expect("a click");
    }
}

/// A subscription to one signal.
pub struct Signal {
    messages: MessageStream,
}

impl Signal {
    /// Waits for it.
    ///
    /// # Panics
    /// When it does not come in time.
    pub async fn next(&mut self) {
        let signal = tokio::time::timeout(PATIENCE, self.messages.next()).await;
        signal.expect("the signal comes in time").expect("the bus lives").expect("a signal");
    }
}

fn collect(node: &Value<'_>, found: &mut Vec<(String, i32)>) {
    let node = match node {
        Value::Value(inner) => return collect(inner, found),
        Value::Structure(node) => node.fields(),
        other => panic!("{other:?} is no entry of a menu"),
    };
    let (Value::I32(id), Value::Dict(properties), Value::Array(children)) =
        (&node[0], &node[1], &node[2])
    else {
        panic!("{node:?} is no entry of a menu");
    };
    let label: Option<String> = properties.get(&"label").expect("a text");
    found.extend(label.map(|label| (label, *id)));
    for child in children.iter() {
        collect(child, found);
    }
}
