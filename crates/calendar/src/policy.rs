//! How late is too late, and what to do with several that are late: the two fields that replace
//! a zoo of catch-up policies.

use std::{fmt, str::FromStr};

/// Until when it is still worth telling. It caps everything that can delay: catch-up, retries,
/// Retry-After, quiet hours, pause, holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseBy {
    /// A moment of grace only (the kind's).
    Grace,
    /// The start of the event.
    Start,
    /// Its end.
    End,
    /// The end of the day it is on, in the event's or person's zone.
    Day,
    /// Its deadline.
    Deadline,
    /// This many seconds after the reminder was due.
    After(i64),
    /// It never expires.
    Never,
}

/// What becomes of several due, never attempted rows of the same event, reminder and channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collapse {
    /// Only the latest is told, with the count of the others.
    Latest,
    /// Each is told, up to this many.
    Each(Option<u32>),
}

/// What becomes of a run of a workflow that is due while the one before goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlap {
    /// It begins all the same.
    #[default]
    Allow,
    /// It is left out.
    Skip,
    /// It waits until that one is over; of several that wait only the latest is kept.
    Buffer,
}

impl Overlap {
    /// The word in the ledger, on the command line and in files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Skip => "skip",
            Self::Buffer => "buffer",
        }
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Overlap {
    type Err = PolicyError;
    fn from_str(text: &str) -> Result<Self, PolicyError> {
        [Self::Allow, Self::Skip, Self::Buffer].into_iter().find(|p| p.code() == text).ok_or_else(
            || PolicyError {
                field: "overlap",
                text: text.chars().take(40).collect(),
                allowed: "allow, skip and buffer",
            },
        )
    }
}

/// A policy text that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} '{text}' is not known: allowed are {allowed}")]
pub struct PolicyError {
    field: &'static str,
    text: String,
    allowed: &'static str,
}

impl fmt::Display for UseBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grace => f.write_str("grace"),
            Self::Start => f.write_str("start"),
            Self::End => f.write_str("end"),
            Self::Day => f.write_str("day"),
            Self::Deadline => f.write_str("deadline"),
            Self::Never => f.write_str("none"),
            Self::After(seconds) if seconds % 3600 == 0 => write!(f, "{}h", seconds / 3600),
            Self::After(seconds) if seconds % 60 == 0 => write!(f, "{}m", seconds / 60),
            Self::After(seconds) => write!(f, "{seconds}s"),
        }
    }
}

impl FromStr for UseBy {
    type Err = PolicyError;
    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let fail = || PolicyError {
            field: "use-by",
            text: text.chars().take(40).collect(),
            allowed: "grace, start, end, day, deadline, none, or an age such as 24h",
        };
        Ok(match text {
            "grace" => Self::Grace,
            "start" => Self::Start,
            "end" => Self::End,
            "day" => Self::Day,
            "deadline" => Self::Deadline,
            "none" => Self::Never,
            age => {
                let unit = age.chars().last().ok_or_else(fail)?;
                let count: u32 =
                    age.strip_suffix(unit).unwrap_or("").parse().map_err(|_| fail())?;
                let factor = match unit {
                    's' => 1,
                    'm' => 60,
                    'h' => 3600,
                    'd' => 86_400,
                    'w' => 604_800,
                    _ => return Err(fail()),
                };
                Self::After(i64::from(count) * factor)
            }
        })
    }
}

impl fmt::Display for Collapse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Each(None) => f.write_str("each"),
            Self::Each(Some(max)) => write!(f, "each:{max}"),
        }
    }
}

impl FromStr for Collapse {
    type Err = PolicyError;
    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let fail = || PolicyError {
            field: "collapse",
            text: text.chars().take(40).collect(),
            allowed: "latest, each, or each:N with N from 1 to 10000",
        };
        match text.split_once(':') {
            None if text == "latest" => Ok(Self::Latest),
            None if text == "each" => Ok(Self::Each(None)),
            Some(("each", n)) => match n.parse() {
                Ok(n @ 1..=10_000) => Ok(Self::Each(Some(n))),
                _ => Err(fail()),
            },
            _ => Err(fail()),
        }
    }
}

/// What a 29 February is in a year that has none (RFC 7529 SKIP).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeapDay {
    /// 28 February.
    #[default]
    Backward,
    /// 1 March.
    Forward,
    /// Not that year.
    Omit,
}

impl LeapDay {
    /// The word of RFC 7529, in lower case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Backward => "backward",
            Self::Forward => "forward",
            Self::Omit => "omit",
        }
    }
}

impl FromStr for LeapDay {
    type Err = PolicyError;
    fn from_str(text: &str) -> Result<Self, PolicyError> {
        [Self::Backward, Self::Forward, Self::Omit]
            .into_iter()
            .find(|p| p.code() == text)
            .ok_or_else(|| PolicyError {
                field: "leap-day policy",
                text: text.chars().take(40).collect(),
                allowed: "backward (28 February), forward (1 March) and omit",
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_read_back_as_they_were_written() {
        for text in ["grace", "start", "end", "day", "deadline", "none", "24h", "90m", "5s"] {
            assert_eq!(text.parse::<UseBy>().map(|u| u.to_string()), Ok(text.to_string()));
        }
        for text in ["latest", "each", "each:100"] {
            assert_eq!(text.parse::<Collapse>().map(|u| u.to_string()), Ok(text.to_string()));
        }
        for bad in ["", "soon", "-1h", "24x", "é"] {
            assert!(bad.parse::<UseBy>().is_err(), "{bad}");
            assert!(bad.parse::<Collapse>().is_err(), "{bad}");
        }
        assert!("each:0".parse::<Collapse>().is_err());
    }
}
