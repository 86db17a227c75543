//! The desktop courier on Linux: one connection to the session bus for the life of the service.
//! A task of its own keeps it, hears who owns the notification service's name and what people
//! press, and comes back when the bus was gone. Whatever is posted holds the table of what is
//! shown until its id is known, so that no press can overtake it.

mod link;
mod post;
mod watch;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use engine::courier::{BoxFuture, Courier, Message, Parcel, Report, Screen, Unavailable};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use zbus::message::Sequence;

use self::link::Link;
use super::{DesktopEvent, EVENTS, Options, shown::Shown};

/// The well-known name of the notification service, which is its interface's name too.
const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// The courier for this desktop. One for the life of the service; ends its connection when dropped.
pub struct DesktopCourier {
    desk: Arc<Desk>,
    task: JoinHandle<()>,
}

/// What the courier and its task share.
struct Desk {
    options: Options,
    events: mpsc::Sender<DesktopEvent>,
    link: Mutex<Option<Link>>,
    shown: tokio::sync::Mutex<Shown>,
    /// A service could not be started, and must be left alone for a while.
    exhausted: Notify,
    /// Somebody knows better than the clock when to try the bus again.
    hint: Notify,
}

impl fmt::Debug for DesktopCourier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DesktopCourier").field("ready", &self.probe()).finish_non_exhaustive()
    }
}

impl DesktopCourier {
    /// Connects, and returns when it is known whether there is a bus and a notification service.
    /// What happens from then on comes out of the receiver.
    pub async fn start(options: Options) -> (Self, mpsc::Receiver<DesktopEvent>) {
        let (events, receiver) = mpsc::channel(EVENTS);
        let (known, first_look) = oneshot::channel();
        let desk = Arc::new(Desk {
            options,
            events,
            link: Mutex::new(None),
            shown: tokio::sync::Mutex::default(),
            exhausted: Notify::new(),
            hint: Notify::new(),
        });
        let task = tokio::spawn(watch::keep(desk.clone(), known));
        // A bus that does not answer is not waited for: it is found when it does.
        let _ = timeout(desk.options.limits.call, first_look).await;
        (Self { desk, task }, receiver)
    }
}

impl DesktopCourier {
    /// Says that a lost bus may be back, so that it is tried before its time.
    pub fn look_again(&self) {
        self.desk.hint.notify_one();
    }

    /// From now on what another connection of ours put on the screen under this number is known by this
    /// key, unless something of this one has its place.
    pub async fn adopt(&self, id: u32, key: &str) {
        let mut shown = self.desk.shown.lock().await;
        let owner = self.desk.link().and_then(|link| link.owner);
        shown.under(owner.as_deref());
        if !shown.is_known(id) {
            shown.posted(id, key, Sequence::default());
        }
    }

    /// Takes back what is on the screen under this key. Says whether it was there for all we know, and
    /// is there no more.
    pub async fn take_off(&self, key: &str) -> bool {
        let closing = post::close(&self.desk, key);
        timeout(self.desk.options.limits.whole, closing).await.unwrap_or(false)
    }

    /// The name and version of the notification service there is, as it says them itself.
    pub async fn notifier(&self) -> Option<String> {
        let link = self.desk.link()?;
        let owner = link.owner.clone()?;
        post::known(&self.desk, &link, &owner).await.ok()?.name
    }
}

impl Drop for DesktopCourier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Courier for DesktopCourier {
    fn probe(&self) -> Result<(), Unavailable> {
        match self.desk.link() {
            Some(link) if link.can_show() => Ok(()),
            Some(_) | None => Err(Unavailable::NoNotifier),
        }
    }

    fn screen(&self) -> Option<Screen> {
        let link = self.desk.link()?;
        link.owner.as_ref().map(|owner| link.screen(owner))
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        Box::pin(async move {
            let Message::Notice(notice) = parcel.message else {
                return post::never("a webhook is no desktop notice: not shown");
            };
            let posting = post::post(&self.desk, &notice, parcel.replaces.as_ref());
            timeout(self.desk.options.limits.whole, posting)
                .await
                .unwrap_or_else(|_| post::silent())
        })
    }

    fn withdraw<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            // Whether it was still there or not: there is nothing more to be done.
            self.take_off(key).await;
        })
    }
}

impl Desk {
    /// The connection as it stands.
    fn link(&self) -> Option<Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_link(&self, link: Option<Link>) {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = link;
    }

    /// Changes the connection's state, if it is still the same connection.
    fn change(&self, of: &Link, change: impl FnOnce(&mut Link)) {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = link.as_mut().filter(|link| link.is_same(of)) {
            change(link);
        }
    }

    /// Tells whoever listens. When nobody reads for so long that the queue is full, the newest
    /// is lost: better than to stop hearing the bus.
    fn tell(&self, event: DesktopEvent) {
        if self.events.try_send(event).is_err() {
            tracing::warn!("an event of the desktop was lost: nobody reads them");
        }
    }
}
