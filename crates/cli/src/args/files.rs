//! The words of what goes into files and comes out of them.

use std::path::PathBuf;

use calendar::id::EventId;
use clap::Args;

#[derive(Debug, Clone, Args)]
pub struct Import {
    /// Calendar files (.ics) and cards (.vcf), or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The calendar events go to, made if there is none of that name; cards become people and go to none [default: as the file says, else the file's name; a file whose events are in another one already is then refused]
    #[arg(long, value_name = "NAME")]
    pub calendar: Option<String>,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Events that come without an alarm get the usual reminders of their kind
    #[arg(long)]
    pub usual_reminders: bool,
    /// Events that were deleted here come back; without it they stay deleted
    #[arg(long)]
    pub bring_back: bool,
}

#[derive(Debug, Args)]
pub struct Export {
    /// The file to write, .ics or with people .vcf; - is standard output
    #[arg(default_value = "-", value_name = "FILE")]
    pub file: PathBuf,
    /// Only this calendar, by name or id (cal_…); may be given several times
    #[arg(long, value_name = "NAME", conflicts_with_all = ["event", "people"])]
    pub calendar: Vec<String>,
    /// Only this event
    #[arg(long, value_name = "EVENT", conflicts_with = "people")]
    pub event: Option<EventId>,
    /// People with their birthdays and anniversaries, as cards (.vcf), instead of events
    #[arg(long)]
    pub people: bool,
    /// Write over a file that is no export of Carillon
    #[arg(long)]
    pub replace: bool,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write; one that is there is not written over
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The backup; it stays as it is
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// Compare every record with its checksum too, which takes a while for a large ledger
    #[arg(long)]
    pub deep: bool,
    /// What became of the ledger, or of an import that ended early, has been seen: it is no problem any more
    #[arg(long)]
    pub seen: bool,
}
