//! Why a command failed: one sentence, a code for programs, the field it is about, and the exit
//! code: 2 when the command line has to be written otherwise, be it that it cannot be understood or
//! that what it says cannot be; 1 for everything else, such as what is not there.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::json;

/// A failure.
#[derive(Debug)]
pub struct Failure {
    code: &'static str,
    message: String,
    field: Option<String>,
}

/// The code of what cannot be understood.
const USAGE: &str = "usage";
/// The code of what is understood and cannot be.
const INVALID: &str = "invalid";
/// The code of what cannot be done with what there is.
const REFUSED: &str = "refused";
/// The code of what is not there.
const NOT_FOUND: &str = "not_found";
/// The code of what others keep from being written now.
const BUSY: &str = "busy";
/// The same where some of it is done already.
const UNFINISHED: &str = "unfinished";
/// Fields that name something there is: it, and not what was written, stands in the way.
const THINGS: [&str; 6] = ["calendar", "channel", "delivery", "file", "id", "change"];

/// How what is missing is said on the command line, by the ends of the sentences that ask for it.
const OPTIONS: [(&str, &str); 2] =
    [(": say whose", "--person NAME"), (": name a webhook channel", "--channel NAME")];

/// The sentence, with the option that it asks for.
fn with_option(said: String) -> String {
    let option = OPTIONS.iter().find(|(end, _)| said.ends_with(end));
    option.map_or(said.clone(), |(_, option)| format!("{said}, with {option}"))
}

impl Failure {
    /// A word of the command line that cannot be understood.
    pub fn usage(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: USAGE, message: message.into(), field: Some(field.into()) }
    }

    /// A field that is understood and cannot be.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { code: INVALID, message: message.into(), field: Some(field.into()) }
    }

    /// What cannot be done with what there is.
    pub fn refused(field: &str, message: impl Into<String>) -> Self {
        Self { code: REFUSED, message: message.into(), field: Some(field.into()) }
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { code: NOT_FOUND, message: message.into(), field: None }
    }

    /// Whether it is that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        self.code == NOT_FOUND
    }

    /// Whether it is that others hold the ledger.
    pub fn is_busy(&self) -> bool {
        self.code == BUSY
    }

    /// The same, when a part of what was asked is done.
    pub fn is_unfinished(&self) -> bool {
        self.code == UNFINISHED
    }

    /// Anything else.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { code: "failed", message: message.into(), field: None }
    }

    /// The same with more to say of it.
    pub fn and(self, more: &str) -> Self {
        Self { message: format!("{}: {more}", self.message), ..self }
    }

    /// The same in other words.
    pub fn saying(self, message: String) -> Self {
        Self { message, ..self }
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// 2 for what has to be written otherwise, else 1.
    pub fn exit(&self) -> u8 {
        if [USAGE, INVALID].contains(&self.code) { 2 } else { 1 }
    }

    /// One sentence, or the same as JSON.
    pub fn shown(&self, json: bool) -> String {
        if json {
            let error = json!({"code": self.code, "message": self.message, "field": self.field});
            return json!({ "error": error }).to_string();
        }
        format!("carillon: {}", self.message)
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        use engine::Error;
        let (code, field) = match &error {
            Error::Invalid { field, .. } => {
                let code = if THINGS.contains(field) { REFUSED } else { INVALID };
                (code, Some((*field).to_string()))
            }
            Error::NotFound { what, .. } => (NOT_FOUND, Some((*what).to_string())),
            Error::Conflict { .. } | Error::Changed { .. } => ("conflict", None),
            Error::ScopeNeeded => ("scope_needed", None),
            Error::Unfit { .. }
            | Error::Held { .. }
            | Error::Condemned { .. }
            | Error::Replaced { .. } => ("unfit", None),
            Error::Newer { .. } => ("newer", None),
            Error::Copy { .. } | Error::Damaged { .. } => (REFUSED, Some("file".into())),
            Error::Full => ("full", None),
            Error::Busy => (BUSY, None),
            Error::Partly(cause) if matches!(**cause, Error::Full) => ("full", None),
            Error::Partly(_) => (UNFINISHED, None),
            Error::Sealed => ("sealed", None),
            Error::Sqlite(_) | Error::Io { .. } => ("failed", None),
        };
        Self { code, message: with_option(error.to_string()), field }
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        let field = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(arg)) => Some(field_of(arg)),
            Some(ContextValue::Strings(args)) => args.first().map(|arg| field_of(arg)),
            Some(_) | None => None,
        };
        let message = match (error.kind(), error.source()) {
            // The type says best what is wrong with its value.
            (ErrorKind::ValueValidation, Some(source)) => refusal(&error, &source.to_string()),
            (ErrorKind::MissingRequiredArgument, _) if wants_a_time(&error) => {
                "say when it is: with --at, --deadline or --cron".into()
            }
            (
                ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand,
                _,
            ) => "a command is missing: see carillon --help".into(),
            _ => sentence(&error.to_string()),
        };
        Self { code: USAGE, message, field }
    }
}

/// What is wrong with a value; what the parser says of numbers and of yes and no, in our words.
fn refusal(error: &clap::Error, said: &str) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        Some(_) | None => "",
    };
    let (value, arg) = (text(ContextKind::InvalidValue), text(ContextKind::InvalidArg));
    let arg = arg.split([' ', '=']).next().unwrap_or_default().trim_matches(['<', '>', '[', ']']);
    if said == "value was not a boolean" {
        return format!("'{value}' is neither yes nor no: {arg} takes one of them");
    }
    if let Some((_, range)) = said.split_once(" is not in ")
        && let Some((from, to)) = range.split_once("..")
    {
        let to = to.trim_start_matches('=');
        return format!("{value} is out of bounds: {arg} takes {from} to {to}");
    }
    let is_number = ["invalid digit", "cannot parse integer", "number too", "invalid float"];
    match is_number.iter().any(|begin| said.starts_with(begin)) {
        true => format!("'{value}' is not a whole number"),
        false => said.into(),
    }
}

/// Whether `add` was not told when.
fn wants_a_time(error: &clap::Error) -> bool {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(missing)) => missing == &["--at <T>"],
        Some(_) | None => false,
    }
}

/// `--at <T>` is about `at`.
fn field_of(arg: &str) -> String {
    let word = arg.split([' ', '=']).next().unwrap_or(arg);
    word.trim_matches(['-', '<', '>', '[', ']', '.']).to_lowercase()
}

/// The words before the usage text, as one line.
fn sentence(text: &str) -> String {
    let words = text.split("\n\nUsage:").next().unwrap_or(text);
    let words = words.split("\n\nFor more information").next().unwrap_or(words);
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line).replace(" tip: ", "; ");
    line.replace(" [possible values: ", ": allowed are ").trim_end_matches(']').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_says_becomes_one_line() {
        let said = "error: unexpected argument '--remin' found\n\n  tip: a similar argument exists: '--remind'\n\nUsage: carillon add\n\nFor more information, try '--help'.\n";
        assert_eq!(
            sentence(said),
            "unexpected argument '--remin' found; a similar argument exists: '--remind'"
        );
        assert_eq!(field_of("--kind <KIND>"), "kind");
        assert_eq!(field_of("<TITLE>"), "title");
    }
}
