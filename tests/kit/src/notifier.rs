//! A notification daemon that shows nothing and remembers everything. It can be told to hang, to
//! refuse, to press buttons and close notifications as a person would, to stop and to be replaced.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;
use zbus::{
    Connection, connection, interface,
    object_server::SignalEmitter,
    zvariant::{DynamicType, OwnedValue, Value},
};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// The reason of a close its sender asked for.
const CLOSED_BY_CALL: u32 = 3;

/// One call of `Notify`.
#[derive(Debug, Clone)]
pub struct Note {
    /// The id it was given.
    pub id: u32,
    /// Who says it comes from.
    pub app_name: String,
    /// The id it wanted to replace, or 0.
    pub replaces: u32,
    /// The icon's name.
    pub icon: String,
    /// The first line.
    pub summary: String,
    /// The rest.
    pub body: String,
    /// Keys and labels by turns.
    pub actions: Vec<String>,
    /// The hints that are text.
    pub hints: HashMap<String, String>,
    /// The urgency hint.
    pub urgency: Option<u8>,
    /// The expiry in milliseconds, -1 for the daemon's own.
    pub timeout: i32,
    /// The unique name of who called.
    pub sender: String,
}

impl Note {
    /// The label of an action, if it was offered.
    pub fn label(&self, action: &str) -> Option<&str> {
        let pairs = self.actions.chunks_exact(2);
        pairs.filter(|pair| pair[0] == action).map(|pair| pair[1].as_str()).next()
    }
}

/// How the daemon behaves.
#[derive(Debug, Clone)]
pub struct Manner {
    /// What it says it can do.
    pub capabilities: Vec<&'static str>,
    /// How often it refuses a text equal to the one before, as one known desktop does for a second.
    pub refuses_equal: usize,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            capabilities: vec!["actions", "body", "body-markup", "persistence", "sound"],
            refuses_equal: 0,
        }
    }
}

#[derive(Debug, Default)]
struct Seen {
    notes: Vec<Note>,
    closed: Vec<u32>,
    /// What a person closed, or what expired.
    gone: BTreeSet<u32>,
    asked_capabilities: usize,
    calls: usize,
    last_id: u32,
}

type Hook = Box<dyn Fn(&Note) + Send + Sync>;

struct Shared {
    manner: Manner,
    seen: watch::Sender<Seen>,
    hanging: watch::Sender<bool>,
    failure: Mutex<Option<&'static str>>,
    /// The last text shown, and how often an equal one was refused since.
    last: Mutex<(String, usize)>,
    /// What happens between showing one and saying so.
    before: Mutex<Option<Hook>>,
}

/// A running daemon; it leaves the bus when stopped or dropped.
#[derive(Debug)]
pub struct Notifier {
    bus: Connection,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("seen", &*self.seen.borrow()).finish_non_exhaustive()
    }
}

impl Notifier {
    /// Joins the bus at this address as its notification daemon, taking the name from another
    /// one if there is one.
    ///
    /// # Panics
    /// When the bus cannot be joined.
    pub async fn start(address: &str) -> Self {
        Self::start_as(address, Manner::default()).await
    }

    /// The same with a manner of its own.
    ///
    /// # Panics
    /// When the bus cannot be joined.
    pub async fn start_as(address: &str, manner: Manner) -> Self {
        let shared = Arc::new(Shared {
            manner,
            seen: watch::Sender::new(Seen::default()),
            hanging: watch::Sender::new(false),
            failure: Mutex::new(None),
            last: Mutex::default(),
            before: Mutex::default(),
        });
        let bus = connection::Builder::address(address)
            .and_then(|builder| builder.serve_at(PATH, Daemon(shared.clone())))
            .and_then(|builder| builder.name(NAME))
            .expect("a connection can be described")
            .allow_name_replacements(true)
            .replace_existing_names(true)
            .build()
            .await
            .expect("the bus can be joined");
        Self { bus, shared }
    }

    /// Its unique name on the bus.
    pub fn unique_name(&self) -> String {
        self.bus.unique_name().map(ToString::to_string).unwrap_or_default()
    }

    /// The name the desktop's courier knows it by: its bus's, and its own there.
    pub fn for_ever(&self) -> String {
        format!("{}/{}", self.bus.server_guid(), self.unique_name())
    }

    /// Every notification shown so far.
    pub fn notes(&self) -> Vec<Note> {
        self.shared.seen.borrow().notes.clone()
    }

    /// The ids the sender has closed.
    pub fn closed(&self) -> Vec<u32> {
        self.shared.seen.borrow().closed.clone()
    }

    /// How often it was asked what it can do.
    pub fn asked_capabilities(&self) -> usize {
        self.shared.seen.borrow().asked_capabilities
    }

    /// How often `Notify` was called, answered or not.
    pub fn calls(&self) -> usize {
        self.shared.seen.borrow().calls
    }

    /// Waits until so many notifications were shown.
    ///
    /// # Panics
    /// When they do not come within [`crate::PATIENCE`].
    pub async fn wait_for(&self, count: usize) -> Vec<Note> {
        let what = format!("{count} notifications");
        crate::until(self.shared.seen.subscribe(), &what, |s| s.notes.len() >= count).await;
        self.notes()
    }

    /// Waits until so many calls of `Notify` have arrived, answered or not.
    ///
    /// # Panics
    /// When they do not come within [`crate::PATIENCE`].
    pub async fn wait_for_calls(&self, count: usize) {
        let what = format!("{count} calls");
        crate::until(self.shared.seen.subscribe(), &what, |s| s.calls >= count).await;
    }

    /// Waits until so many notifications were closed by their sender.
    ///
    /// # Panics
    /// When they are not within [`crate::PATIENCE`].
    pub async fn wait_for_closed(&self, count: usize) -> Vec<u32> {
        let what = format!("{count} closed");
        crate::until(self.shared.seen.subscribe(), &what, |s| s.closed.len() >= count).await;
        self.closed()
    }

    /// From now on answers nothing.
    pub fn hang(&self) {
        self.shared.hanging.send_replace(true);
    }

    /// Answers again, first of all what it owes.
    pub fn wake(&self) {
        self.shared.hanging.send_replace(false);
    }

    /// Answers the next `Notify` with an error of these words.
    pub fn fail_next(&self, words: &'static str) {
        *lock(&self.shared.failure) = Some(words);
    }

    /// Calls this with each notification after it was shown and before its sender is told.
    pub fn before_answer(&self, act: impl Fn(&Note) + Send + Sync + 'static) {
        *lock(&self.shared.before) = Some(Box::new(act));
    }

    /// Presses a button, as a person would.
    ///
    /// # Panics
    /// When the bus is gone.
    pub async fn press(&self, id: u32, action: &str) {
        self.emit("ActionInvoked", id, action).await;
    }

    /// Presses a button after handing over a token by which a window may take the focus.
    ///
    /// # Panics
    /// When the bus is gone.
    pub async fn press_with_token(&self, id: u32, action: &str, token: &str) {
        self.emit("ActivationToken", id, token).await;
        self.emit("ActionInvoked", id, action).await;
    }

    /// Closes a notification for a reason of its own: 1 expired, 2 dismissed, 4 undefined.
    ///
    /// # Panics
    /// When the bus is gone.
    pub async fn close(&self, id: u32, reason: u32) {
        self.shared.seen.send_modify(|seen| seen.gone.extend([id]));
        self.tell("NotificationClosed", id, &(id, reason)).await;
    }

    /// Presses a button of one that tells everybody on the bus.
    ///
    /// # Panics
    /// When the bus is gone.
    pub async fn press_for_all(&self, id: u32, action: &str) {
        let body = (id, action);
        let sent = self.bus.emit_signal(None::<&str>, PATH, NAME, "ActionInvoked", &body);
        sent.await.expect("the bus takes signals");
    }

    async fn emit(&self, member: &str, id: u32, text: &str) {
        self.tell(member, id, &(id, text)).await;
    }

    /// Tells only who showed it last, as real ones do.
    async fn tell<B: serde::Serialize + DynamicType>(&self, member: &str, id: u32, body: &B) {
        let to = self.notes().into_iter().rfind(|note| note.id == id).map(|note| note.sender);
        let sent = self.bus.emit_signal(to.as_deref(), PATH, NAME, member, body);
        sent.await.expect("the bus takes signals");
    }

    /// Leaves the bus, in the middle of whatever it does.
    pub async fn stop(self) {
        self.leave().await;
    }

    /// The same, for who still wants to read what it saw.
    pub async fn leave(&self) {
        let _ = self.bus.clone().close().await;
    }

    /// Serves until the bus ends.
    pub async fn until_the_bus_ends(&self) {
        self.bus.closed().await;
    }
}

/// What is on the bus.
struct Daemon(Arc<Shared>);

impl Daemon {
    async fn awake(&self) {
        let _ = self.0.hanging.subscribe().wait_for(|hanging| !hanging).await;
    }

    /// The refusal that was asked for, or the one that comes of a manner.
    fn refusal(&self, text: &str) -> Option<Refusal> {
        if let Some(words) = lock(&self.0.failure).take() {
            return Some(Refusal::Unwilling(words.to_owned()));
        }
        let mut last = lock(&self.0.last);
        let (before, refused) = &mut *last;
        if before == text && *refused < self.0.manner.refuses_equal {
            *refused += 1;
            return Some(Refusal::ExcessNotificationGeneration("too many alike".to_owned()));
        }
        *last = (text.to_owned(), 0);
        None
    }
}

#[derive(Debug, zbus::DBusError)]
#[zbus(prefix = "org.freedesktop.Notifications.Error")]
enum Refusal {
    #[zbus(error)]
    ZBus(zbus::Error),
    ExcessNotificationGeneration(String),
    Unwilling(String),
}

#[interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    async fn get_capabilities(&self) -> Vec<&'static str> {
        self.0.seen.send_modify(|seen| seen.asked_capabilities += 1);
        self.awake().await;
        self.0.manner.capabilities.clone()
    }

    #[expect(clippy::too_many_arguments, reason = "the specification has so many")]
    async fn notify(
        &self,
        app_name: String,
        replaces: u32,
        icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        timeout: i32,
        #[zbus(header)] header: zbus::message::Header<'_>,
    ) -> Result<u32, Refusal> {
        self.0.seen.send_modify(|seen| seen.calls += 1);
        self.awake().await;
        if let Some(refusal) = self.refusal(&format!("{summary}\n{body}")) {
            return Err(refusal);
        }
        let urgency = match hints.get("urgency").map(|value| &**value) {
            Some(Value::U8(urgency)) => Some(*urgency),
            _ => None,
        };
        let hints = hints.into_iter().filter_map(|(name, value)| {
            let text = String::try_from(value).ok()?;
            Some((name, text))
        });
        let mut note = Note {
            id: replaces,
            app_name,
            replaces,
            icon,
            summary,
            body,
            actions,
            hints: hints.collect(),
            urgency,
            timeout,
            sender: header.sender().map(ToString::to_string).unwrap_or_default(),
        };
        self.0.seen.send_modify(|seen| {
            if note.id == 0 {
                seen.last_id += 1;
                note.id = seen.last_id;
            }
            seen.gone.remove(&note.id);
            seen.notes.push(note.clone());
        });
        if let Some(act) = &*lock(&self.0.before) {
            act(&note);
        }
        Ok(note.id)
    }

    async fn close_notification(
        &self,
        id: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> Result<(), Refusal> {
        self.awake().await;
        self.0.seen.send_modify(|seen| seen.closed.push(id));
        if self.0.seen.borrow().gone.contains(&id) {
            return Err(Refusal::Unwilling("there is no such notification".to_owned()));
        }
        Self::notification_closed(&emitter, id, CLOSED_BY_CALL).await?;
        Ok(())
    }

    async fn get_server_information(
        &self,
    ) -> (&'static str, &'static str, &'static str, &'static str) {
        ("testkit", "Carillon", "1", "1.2")
    }

    #[zbus(signal)]
    async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
