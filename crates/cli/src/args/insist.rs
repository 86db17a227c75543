//! The words by which reminders insist: told again until they are answered, and at any hour.

use std::str::FromStr;

use calendar::nag::{Insist, Nag, NagError};
use clap::Args;

/// How reminders insist.
#[derive(Debug, Clone, Copy, Args)]
pub struct Insisting {
    /// Tell each reminder again this often until it is answered, such as 5m; at most for a day and while it is worth telling; none for once
    #[arg(long, value_name = "EVERY")]
    pub nag: Option<NagWord>,
    /// Each reminder is an alarm: it rings through quiet hours and pauses and stays on the screen; --alarm=no for not
    #[arg(long, value_name = "YES|NO", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = clap::builder::BoolishValueParser::new())]
    pub alarm: Option<bool>,
}

/// How often, or not at all.
#[derive(Debug, Clone, Copy)]
pub struct NagWord(Option<Nag>);

impl FromStr for NagWord {
    type Err = NagError;
    fn from_str(text: &str) -> Result<Self, NagError> {
        match text {
            "none" => Ok(Self(None)),
            every => every.parse().map(|nag| Self(Some(nag))),
        }
    }
}

impl Insisting {
    /// Whether anything of it was said.
    pub fn is_said(self) -> bool {
        self.nag.is_some() || self.alarm.is_some()
    }

    /// What was said, over what there is.
    pub fn over(self, there: Insist) -> Insist {
        Insist {
            nag: self.nag.map_or(there.nag, |word| word.0),
            alarm: self.alarm.unwrap_or(there.alarm),
        }
    }
}
