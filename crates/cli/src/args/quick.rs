//! The words of `carillon quick`.

use clap::Args;

/// A line of text for an event.
#[derive(Debug, Args)]
pub struct Quick {
    /// What, when, how often, where the clock is, when to tell: "lunch with Ana every other
    /// Tuesday at noon Europe/Lisbon, remind 10m"; words in quotes are title, whatever they say
    #[arg(required = true, num_args = 1.., value_name = "TEXT")]
    pub text: Vec<String>,
    /// Only show how it is read
    #[arg(long)]
    pub dry_run: bool,
}
