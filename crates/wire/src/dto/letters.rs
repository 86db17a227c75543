//! What failed or is uncertain, and what a person decides about it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DeliveryRow, Moment};

/// What waits for a person, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LettersView {
    /// The rows.
    pub letters: Vec<Letter>,
    /// How many older ones there are besides.
    pub more: u32,
    /// Endpoints that failed repeatedly, or are not trusted, while something waits for them.
    pub held_up: Vec<HeldUp>,
}

/// An endpoint that fails, rests or is not trusted, and what waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeldUp {
    /// The name of its channel.
    pub channel: String,
    /// `dlv_…` of one that waits and can be sent now, which tries the endpoint.
    pub first: Option<String>,
    /// It rests until then; none while it is tried.
    pub until: Option<Moment>,
    /// When the first of what waits is tried next, if that is not now.
    pub next: Option<Moment>,
    /// After so many failures running.
    pub failures: u32,
    /// What was said of the last try that failed.
    pub why: Option<String>,
    /// So many reminders wait.
    pub waiting: u32,
}

/// One that waits.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    /// The delivery.
    pub row: DeliveryRow,
    /// What is known of its tries.
    pub tried: Tried,
    /// The last of them, if there is one on record.
    pub last: Option<LastTry>,
    /// Its time has passed: it can only be sent as new.
    pub over: bool,
    /// It has a body that can be edited.
    pub editable: bool,
    /// Why nothing can be sent through its channel, if that is so.
    pub closed: Option<Closed>,
}

/// Why nothing can be sent through a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Closed {
    /// It was switched off, as its endpoint said it was gone: it can be switched on again.
    Off,
    /// It was removed.
    Removed,
}

/// What is known of the tries of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Tried {
    /// There was at least one.
    Yes,
    /// There was under the same name, before it was wanted again.
    Before,
    /// None is on record, and others may be lost: the ledger is an older copy.
    Unknown,
    /// There was none.
    Never,
}

/// What became of a try.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LastTry {
    /// When it ended, or began if nobody knows.
    pub at: Moment,
    /// What came of it is known.
    pub known: bool,
    /// What was answered, plain text; empty when nothing was.
    pub text: String,
}

/// The body of a letter.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LetterBody {
    /// JSON.
    pub text: String,
}

/// What is decided about letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LetterDecision {
    /// Try again, with the same key.
    Retry,
    /// Send this body instead.
    Edited,
    /// Send it with a key of its own, also after its time.
    AsNew,
    /// Set it aside with this note.
    Discard,
}

/// Decides about letters.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct DecideLetters {
    /// `dlv_…`
    pub deliveries: Vec<String>,
    /// What.
    pub decision: LetterDecision,
    /// The body or the note, where there is one.
    pub text: Option<String>,
    /// Makes it safe to send twice.
    pub request_id: String,
}
