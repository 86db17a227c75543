//! The port through which reminders leave: what a courier is given (a parcel) and what it may
//! answer (a report). A courier knows no ledger and takes no decision: it hands over, and says
//! what became of it. Handing over the same key again must do no further harm.

use std::{fmt, pin::Pin};

use calendar::{id::DeliveryId, network::Network, reason::Reason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A future that may move between threads, as ports return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One claimed row: which delivery, and the token without which nothing of it can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The fencing token this claim was given.
    pub token: i64,
    /// At or after this moment its row must not be told any more.
    pub use_by: Option<Timestamp>,
    /// Why it is told late, if it is.
    pub late: Option<Lateness>,
}

/// Why something is told late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    /// The cause, in words.
    pub cause: Reason,
    /// From when until when the cause lasted, where that is known.
    pub from_to: Option<(Timestamp, Timestamp)>,
}

/// What a courier is asked to hand over, once.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The rows this parcel stands for: one, or several when they are told in one digest.
    pub claims: Vec<Claim>,
    /// The rows that were told before and are only put on another screen: of them nothing is settled.
    pub again: Vec<DeliveryId>,
    /// What is on the screen of them already, in whose place this comes.
    pub replaces: Option<PopUp>,
    /// Which try this is, from 1. It never enters the message itself.
    pub attempt: u32,
    /// At or after this moment it must not be sent any more.
    pub use_by: Option<Timestamp>,
    /// What to send, and where.
    pub message: Message,
}

/// Where notifications are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// By whom, by a name that no other has ever.
    pub owner: String,
    /// Our connection there, which alone is told what is pressed.
    pub connection: String,
}

/// A notification on a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopUp {
    /// Where.
    pub screen: Screen,
    /// Its number there.
    pub id: u32,
}

/// What to send. The bytes of a webhook are fixed at its first attempt.
#[derive(Debug, Clone)]
pub enum Message {
    /// A desktop notification.
    Notice(Notice),
    /// A signed webhook.
    Webhook(WebhookCall),
}

/// A desktop notification: one reminder, or a digest of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The delivery's key, or the digest's own: equal keys replace each other on screen.
    pub key: String,
    /// First line. Plain text of any origin: the courier strips, cuts and escapes it.
    pub title: String,
    /// The lines below: when, how long until, why late, place.
    pub body: String,
    /// Whether the person marked this as an alarm that must break through.
    pub alarm: bool,
    /// How many rows this is a digest of, of words of Carillon's own perhaps none; `None` for a single
    /// reminder.
    pub digest_of: Option<u32>,
    /// What the Snooze button does, in minutes; `None` shows no such button.
    pub snooze_minutes: Option<u32>,
    /// An earlier attempt was cut off, so this may be seen twice: the text then says *again*.
    pub again: bool,
}

/// One call of an endpoint, by Standard Webhooks 1.0.0.
#[derive(Clone)]
pub struct WebhookCall {
    /// `webhook-id` and `Idempotency-Key`: the delivery's key, the same over all attempts.
    pub id: String,
    /// Where to. A secret: never logged.
    pub url: String,
    /// `whsec_…` secrets to sign with: one, or the new and the old one while it rotates.
    pub secrets: Vec<String>,
    /// What the address may be.
    pub network: Network,
    /// The body, sent as it is.
    pub body: Vec<u8>,
}

impl fmt::Debug for WebhookCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookCall")
            .field("id", &self.id)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The class of the outcome, which decides what happens next.
    pub handover: Handover,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
    /// One bounded line for the ledger, free of secrets: what was answered or what went wrong.
    pub detail: String,
}

/// The classes of outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handover {
    /// Taken: the other side answered for it.
    Accepted {
        /// For the desktop: what it is on which screen.
        shown_by: Option<PopUp>,
    },
    /// Not taken now; worth another try.
    Transient {
        /// What the other side asked for, counted from now.
        retry_after: Option<std::time::Duration>,
        /// Which schedule the next try follows.
        schedule: Schedule,
    },
    /// Never taken, however often it is tried.
    Permanent,
    /// The endpoint says it is gone (410): it is switched off.
    Gone,
    /// It may or may not have been taken (cut off after it was sent).
    Ambiguous,
    /// There was nobody to hand it to; no attempt is burnt.
    Unavailable(Unavailable),
}

/// Which retry schedule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// The channel's own (long or quick).
    Channel,
    /// The short one for refusals that seldom heal (most 4xx).
    Refused,
    /// The channel's own, and a person is told at once: the certificate is not to be trusted.
    Certificate,
}

/// Why a courier cannot work at all just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// No notification service on the session bus, or no bus.
    NoNotifier,
    /// No network at all.
    Offline,
    /// The secrets cannot be opened.
    SecretLocked,
}

/// One way of telling. Implementations live in the crate `couriers`; tests bring their own.
pub trait Courier: Send + Sync {
    /// Whether it could hand over just now; cheap, asked before rows are claimed.
    fn probe(&self) -> Result<(), Unavailable>;

    /// Where what is handed over now is shown, if that is known.
    fn screen(&self) -> Option<Screen> {
        None
    }

    /// Hands over once and says what became of it. Bounded in time by itself; cancelling the
    /// future means that nobody knows what became of it.
    fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report>;

    /// Takes back what is still shown under this key, where the channel can.
    fn withdraw<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()>;
}
