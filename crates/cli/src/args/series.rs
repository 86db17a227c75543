//! The words of changes to events, and to some occurrences of those that repeat.

use calendar::{
    id::EventId,
    policy::{Collapse, UseBy},
};
use clap::{Args, Subcommand, ValueEnum};
use engine::events::Scope;

use super::{Insisting, Terms};

/// Which occurrences of an event that repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScopeWord {
    /// Only the one --occurrence names
    This,
    /// That one and all that follow it
    Following,
    /// All of them
    All,
}

impl From<ScopeWord> for Scope {
    fn from(word: ScopeWord) -> Self {
        match word {
            ScopeWord::This => Self::This,
            ScopeWord::Following => Self::Following,
            ScopeWord::All => Self::All,
        }
    }
}

#[derive(Debug, Args)]
pub struct Which {
    /// The event's id (evt_…)
    pub id: EventId,
    /// Of an event that repeats, the occurrence: its start as `list` shows it, or the one it had before it was moved
    #[arg(long, value_name = "T")]
    pub occurrence: Option<String>,
    /// Of an event that repeats: this, following or all [default: this with --occurrence, else all]
    #[arg(long, value_enum, hide_possible_values = true)]
    pub scope: Option<ScopeWord>,
}

#[derive(Debug, Args)]
pub struct Skip {
    /// The event's id (evt_…)
    pub id: EventId,
    /// The occurrence: its start as `list` shows it, or the one it had before it was moved
    #[arg(long, value_name = "T", required = true)]
    pub occurrence: String,
    /// this, or following for that one and all that follow it [default: this]
    #[arg(long, value_enum, hide_possible_values = true)]
    pub scope: Option<ScopeWord>,
}

#[derive(Debug, Args)]
pub struct Move {
    #[command(flatten)]
    pub which: Which,
    /// Where to: 2027-05-01 for a whole day, 2027-05-01T09:00 in the event's own zone, or a time with its zone
    #[arg(long, value_name = "T")]
    pub to: String,
    /// The zone it goes to, such as Europe/Lisbon [default: its own]
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// A start in the past is meant
    #[arg(long)]
    pub past: bool,
}

#[derive(Debug, Args)]
pub struct Edit {
    #[command(flatten)]
    pub which: Which,
    /// What it is called, in one line
    #[arg(long)]
    pub title: Option<String>,
    /// When it starts: 2027-05-01 for a whole day, 2027-05-01T09:00 in the event's own zone, or a time with its zone
    #[arg(long, value_name = "T", visible_alias = "deadline")]
    pub at: Option<String>,
    /// The zone of its times, such as Europe/Lisbon
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// In the zone of this person, by name or id: it is theirs then, and follows them when their zone changes
    #[arg(long, value_name = "PERSON", conflicts_with_all = ["zone", "floating"])]
    pub zone_of: Option<String>,
    /// At its wall time wherever this computer is
    #[arg(long, conflicts_with = "zone")]
    pub floating: bool,
    /// How long it lasts, such as 45m, 1h30m or 2d
    #[arg(long = "for", value_name = "LENGTH", allow_hyphen_values = true)]
    pub length: Option<String>,
    /// How it repeats, such as FREQ=WEEKLY;BYDAY=MO, or none
    #[arg(long, value_name = "RULE")]
    pub rrule: Option<String>,
    /// When to tell, instead of all its reminders: 10m before the start, +10m after it, @2027-04-30T18:00 at a moment, none for not at all; units m h d w
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub remind: Vec<String>,
    /// Where to tell each reminder: desktop, or a channel's name
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,
    /// Until when each reminder is worth telling: grace, start, end, day, deadline, none, or an age such as 24h
    #[arg(long, value_name = "WHEN")]
    pub use_by: Option<UseBy>,
    /// What becomes of several that are late: latest, each, or each:N
    #[arg(long, value_name = "HOW")]
    pub collapse: Option<Collapse>,
    #[command(flatten)]
    pub insist: Insisting,
    #[command(flatten)]
    pub terms: Terms,
    /// The calendar it belongs to, by name or id
    #[arg(long, value_name = "CALENDAR")]
    pub calendar: Option<String>,
    /// Where it takes place; empty for nowhere
    #[arg(long)]
    pub place: Option<String>,
    /// Notes; empty for none
    #[arg(long)]
    pub notes: Option<String>,
    /// A start in the past is meant
    #[arg(long)]
    pub past: bool,
}

/// The colours each theme knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWord {
    #[default]
    Teal,
    Rose,
    Amber,
    Violet,
    Slate,
    Indigo,
}

impl ColorWord {
    /// As the ledger writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Teal => "teal",
            Self::Rose => "rose",
            Self::Amber => "amber",
            Self::Violet => "violet",
            Self::Slate => "slate",
            Self::Indigo => "indigo",
        }
    }
}

/// What to do with calendars.
#[derive(Debug, Clone, Subcommand)]
pub enum Calendar {
    /// List all calendars
    List,
    /// Add a calendar
    Add {
        /// Its name
        name: String,
        /// The name of its colour: teal, rose, amber, violet, slate or indigo
        #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
        color: ColorWord,
    },
    /// Give a calendar another name
    Rename {
        /// By name or id (cal_…)
        calendar: String,
        /// The new name
        name: String,
    },
    /// Give a calendar another colour
    Color {
        /// By name or id (cal_…)
        calendar: String,
        /// teal, rose, amber, violet, slate or indigo
        #[arg(value_enum, hide_possible_values = true)]
        color: ColorWord,
    },
    /// Show a calendar's events in the window
    Show {
        /// By name or id (cal_…)
        calendar: String,
    },
    /// Hide a calendar's events in the window; they ring all the same
    Hide {
        /// By name or id (cal_…)
        calendar: String,
    },
    /// Delete a calendar with all its events; `carillon undo` brings it back
    Delete {
        /// By name or id (cal_…)
        calendar: String,
    },
}
