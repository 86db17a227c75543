//! The words of quiet hours and pauses.

use clap::{Args, ValueEnum};

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// They hold
    On,
    /// They do not
    Off,
}

#[derive(Debug, Args)]
pub struct Quiet {
    /// on or off, keeping the hours that were set; alone, `carillon quiet` says how they are
    #[arg(value_enum, hide_possible_values = true)]
    pub word: Option<OnOff>,
    /// When they begin, such as 22:00
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// When they end, such as 07:00; on the next day if that is not later
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// The days on which they begin: all, mon-fri, sat,sun [default: as before, at first all]
    #[arg(long, value_name = "DAYS")]
    pub days: Option<String>,
}

impl Quiet {
    /// Whether it says how they are to be.
    pub const fn sets(&self) -> bool {
        self.word.is_some() || self.says_hours()
    }

    /// Whether it says when they are to be.
    pub const fn says_hours(&self) -> bool {
        self.from.is_some() || self.to.is_some() || self.days.is_some()
    }
}

#[derive(Debug, Args)]
pub struct AllDay {
    /// The hour, from 1 to 23; alone, `carillon all-day` says how it is
    pub hour: Option<i8>,
}

#[derive(Debug, Args)]
pub struct Pause {
    /// How long, such as 30m or 2h [default: until `carillon resume`]
    #[arg(conflicts_with = "until")]
    pub length: Option<String>,
    /// Until when
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
}
