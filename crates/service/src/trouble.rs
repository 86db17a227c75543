//! A ledger that cannot be written: nobody can look it up there, so the person is told by a
//! notification at once, which goes when it is over.

use std::sync::Arc;

use engine::{
    Error,
    courier::{Courier, Handover, Message, Notice, Parcel},
};
use tokio::sync::mpsc;

/// The notification's own key, so that it replaces itself.
const KEY: &str = "carillon-ledger-trouble";

/// What is to be told; nothing when it is over.
pub(crate) type Trouble = Option<Notice>;

/// Tells what the driver says of the ledger, for as long as the driver lives.
pub(crate) async fn tell(
    courier: Arc<dyn Courier>,
    mut troubles: mpsc::UnboundedReceiver<Trouble>,
) {
    while let Some(trouble) = troubles.recv().await {
        let Some(notice) = trouble else {
            courier.withdraw(KEY).await;
            continue;
        };
        let message = Message::Notice(notice);
        let parcel = Parcel { claims: Vec::new(), attempt: 1, use_by: None, message };
        let report = courier.hand_over(parcel).await;
        if !matches!(report.handover, Handover::Accepted { .. }) {
            tracing::warn!(detail = %report.detail, "and nobody could be told on the screen");
        }
    }
}

/// The words for what went wrong.
pub(crate) fn words(error: &Error) -> Notice {
    let (title, body) = match error {
        Error::Full => (
            "Carillon cannot write its ledger: the disk is full",
            "Nothing is told until there is room. Then it goes on by itself, and nothing is lost.".into(),
        ),
        Error::Busy => (
            "Carillon cannot write its ledger: another program holds it",
            "Nothing is told until that program lets go. Then it goes on by itself, and nothing is lost.".into(),
        ),
        other => (
            "Carillon cannot write its ledger",
            format!("{other}. Nothing is told meanwhile; `carillon doctor` says more."),
        ),
    };
    notice(title, body)
}

/// A notification of the service's own, which is about no reminder.
pub(crate) fn notice(title: &str, body: String) -> Notice {
    Notice {
        key: KEY.into(),
        title: title.into(),
        body,
        alarm: false,
        digest_of: None,
        snooze_minutes: None,
        again: false,
    }
}
