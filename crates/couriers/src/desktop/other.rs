//! The desktop courier on systems without a session bus: the system's own notifications, through
//! `notify-rust`. They have no buttons yet and cannot be taken back; the inbox has both.

use std::time::Duration;

use engine::courier::{
    BoxFuture, Courier, Handover, Message, Notice, Parcel, Report, Schedule, Unavailable,
};
use tokio::{sync::mpsc, time::timeout};

use super::{
    DesktopEvent, EVENTS, Labels, Options,
    notice::{self, Capabilities},
};

const PLAIN: Capabilities = Capabilities { actions: false, markup: false };

/// The courier for this desktop.
#[derive(Debug)]
pub struct DesktopCourier {
    labels: Labels,
    limit: Duration,
    // Kept, so that the receiver does not read the end of all events.
    _events: mpsc::Sender<DesktopEvent>,
}

impl DesktopCourier {
    /// There is no bus to be lost here.
    pub fn look_again(&self) {}

    /// The system's own, which has no name of its own.
    pub async fn notifier(&self) -> Option<String> {
        None
    }

    /// Nothing can be taken back here, and nothing is known of what is shown.
    pub async fn adopt(&self, _id: u32, _key: &str) {}

    /// Nothing can be taken back here.
    pub async fn take_off(&self, _key: &str) -> bool {
        false
    }

    /// Ready at once: these systems always have notifications.
    pub async fn start(options: Options) -> (Self, mpsc::Receiver<DesktopEvent>) {
        let (events, receiver) = mpsc::channel(EVENTS);
        let limit = options.limits.whole;
        (Self { labels: options.labels, limit, _events: events }, receiver)
    }

    async fn post(&self, notice: &Notice) -> Report {
        let summary = notice::summary(notice, &self.labels);
        let body = notice::body(notice, &self.labels, PLAIN);
        let showing = tokio::task::spawn_blocking(move || {
            let mut note = notify_rust::Notification::new();
            note.appname("Carillon").summary(&summary).body(&body).show().is_ok()
        });
        match timeout(self.limit, showing).await {
            Ok(Ok(true)) => report(Handover::Accepted { shown_by: None }, "taken by the system"),
            Ok(Ok(false)) => later("refused by the system"),
            Ok(Err(_)) | Err(_) => report(
                Handover::Ambiguous,
                "the system gave no answer: nobody knows if it was shown",
            ),
        }
    }
}

impl Courier for DesktopCourier {
    fn probe(&self) -> Result<(), Unavailable> {
        Ok(())
    }

    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
        Box::pin(async move {
            match &parcel.message {
                Message::Notice(notice) => self.post(notice).await,
                Message::Webhook(_) => {
                    report(Handover::Permanent, "a webhook is no desktop notice: not shown")
                }
            }
        })
    }

    /// These systems give no way to take one back.
    fn withdraw<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

fn later(words: &str) -> Report {
    report(Handover::Transient { retry_after: None, schedule: Schedule::Channel }, words)
}

fn report(handover: Handover, words: &str) -> Report {
    Report { handover, status: None, detail: words.to_owned() }
}
