//! Errors of the engine as refusals the window can act on, and the fields' names on the wire.

use engine::Error;

use crate::fault::{Code, Fault};

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let message = bare(&error.to_string());
        match error {
            Error::Invalid { field, .. } => Self::invalid(wire_name(field), message),
            Error::NotFound { .. } => Self::new(Code::NotFound, message),
            Error::Conflict { .. } | Error::Changed { .. } => Self::new(Code::Conflict, message),
            Error::ScopeNeeded => Self::invalid("scope", message),
            Error::Newer { .. } => Self::new(Code::Newer, message),
            _ => Self::new(Code::Other, message),
        }
    }
}

/// Without what is added in brackets for the command line: "switch it on first (`carillon channel on lamp`)".
pub(super) fn bare(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(" (`") {
        words.push_str(before);
        rest = after
            .split_once('`')
            .and_then(|(_, after)| after.split_once(')'))
            .map_or("", |(_, rest)| rest);
    }
    words + rest
}

/// How the form calls what the calendar's drafts call by iCalendar's words.
pub(super) fn wire_name(field: &str) -> &str {
    match field {
        "start" | "length" | "gap" | "fold" | "zone" | "overrides" => "timing",
        "rrule" | "rdate" | "exdate" => "rule",
        "description" => "notes",
        "request" => "requestId",
        "leap_day" => "leapDay",
        other => other,
    }
}

/// Reads an id as it came.
pub(super) fn id<T>(field: &str, text: &str) -> Result<T, Fault>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Fault::invalid(field, error.to_string()))
}
