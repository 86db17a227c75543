//! What a channel promises: whether it rather repeats or rather misses, and how patiently it tries.

use std::str::FromStr;

/// What a channel promises when nobody knows whether something arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guarantee {
    /// Send again, with the same key.
    #[default]
    NeverMiss,
    /// Ask a person.
    NeverRepeat,
}

impl Guarantee {
    /// The word in the ledger, on the command line and in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NeverMiss => "never-miss",
            Self::NeverRepeat => "never-repeat",
        }
    }
}

impl FromStr for Guarantee {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "never-miss" => Ok(Self::NeverMiss),
            "never-repeat" => Ok(Self::NeverRepeat),
            other => Err(format!(
                "guarantee '{other}' is not known: allowed are never-miss and never-repeat"
            )),
        }
    }
}

/// How patiently a channel tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Over about two days.
    #[default]
    Long,
    /// Within seconds, then it is dead.
    Quick,
}

const LONG: &[i64] = &[5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000];
const QUICK: &[i64] = &[1, 2, 4];

impl Profile {
    /// The word in the ledger and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Quick => "quick",
        }
    }

    /// Seconds to wait after each failure.
    pub const fn schedule(self) -> &'static [i64] {
        match self {
            Self::Long => LONG,
            Self::Quick => QUICK,
        }
    }
}

impl FromStr for Profile {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "long" => Ok(Self::Long),
            "quick" => Ok(Self::Quick),
            other => Err(format!("retries '{other}' is not known: allowed are long and quick")),
        }
    }
}
