//! Why a call was refused. A code exists only where the window does something about it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the window does with a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Code {
    /// The event was changed meanwhile: the window reads again and says so.
    Conflict,
    /// A field was refused: the window marks it.
    Invalid,
    /// It is gone: the window closes what showed it.
    NotFound,
    /// The ledger belongs to a newer program: the window offers nothing but the sentence.
    Newer,
    /// Anything else: the sentence is shown.
    Other,
}

/// A refusal: one lower-case sentence that names what was tried, the value, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// What to do about it.
    pub code: Code,
    /// The sentence.
    pub message: String,
    /// The field of the request it is about, by its name on the wire (`timing.wallMin`).
    pub field: Option<String>,
}

impl Fault {
    /// A refusal without a field.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    /// A refused field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: Code::Invalid, message: message.into(), field: Some(field.into()) }
    }
}
