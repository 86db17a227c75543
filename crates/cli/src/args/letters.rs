//! The words about deliveries that wait for a person.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["deliveries", "all", "channel", "since"]))]
pub struct WhichLetters {
    /// The deliveries' ids (dlv_…) or keys (occ_…)
    #[arg(num_args = 1..=1000, conflicts_with_all = ["all", "channel", "since"])]
    pub deliveries: Vec<String>,
    /// All that failed or are uncertain; what only waits is named one by one
    #[arg(long)]
    pub all: bool,
    /// All of them of this channel, by name or id (chn_…)
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// All of them that were due then or later
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
}

#[derive(Debug, Args)]
pub struct Retry {
    #[command(flatten)]
    pub which: WhichLetters,
    /// Send it with a key of its own, so that a receiver takes it for another one; also after its time
    #[arg(long)]
    pub as_new: bool,
    /// Send this JSON instead of one delivery's own, with a key of its own; - is standard input
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Discard {
    #[command(flatten)]
    pub which: WhichLetters,
    /// Why, such as "it arrived"; needed, and kept with it
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}
