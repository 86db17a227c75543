//! What a command answers: text for people and the same as JSON for programs.

use serde::Serialize;

use crate::failure::Failure;

/// An answer in both forms.
#[derive(Debug)]
pub struct Answer {
    text: String,
    json: Option<String>,
    /// Whether what was asked about is well; the exit code says so too.
    pub is_well: bool,
    /// What could not be done beside it; told after it, and the exit code is its own.
    pub failure: Option<Failure>,
}

impl Answer {
    /// An answer in both forms.
    pub fn new(text: impl Into<String>, json: &impl Serialize) -> Self {
        let json = serde_json::to_string(json).expect("BUG: an answer is JSON");
        Self { text: text.into(), json: Some(json), is_well: true, failure: None }
    }

    /// An answer that is the same in both forms, such as a script.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), json: None, is_well: true, failure: None }
    }

    /// No words at all: everything is written already.
    pub fn nothing() -> Self {
        Self::text("")
    }

    /// The form that was asked for, ending with a line's end.
    pub fn shown(&self, json: bool) -> String {
        let mut shown = match &self.json {
            Some(form) if json => form.clone(),
            Some(_) | None => self.text.clone(),
        };
        if !shown.is_empty() && !shown.ends_with('\n') {
            shown.push('\n');
        }
        shown
    }
}
