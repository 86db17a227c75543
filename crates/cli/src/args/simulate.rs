//! The words of `carillon simulate`.

use clap::Args;

/// A journey through time over a copy of the ledger.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Show what rings from then on [default: now]
    #[arg(long, value_name = "T")]
    pub from: Option<String>,
    /// Up to then, not including it; at most 400 days from now [default: a week after the start]
    #[arg(long, value_name = "T")]
    pub to: Option<String>,
    /// The computer sleeps from X to Y, such as 2027-05-01T22:00..2027-05-02T07:00; once for each sleep
    #[arg(long, value_name = "X..Y")]
    pub asleep: Vec<String>,
    /// The computer is in this zone, such as Asia/Tokyo, or comes there at a moment: Asia/Tokyo@2027-05-01T09:00
    #[arg(long, value_name = "ZONE[@T]")]
    pub zone: Vec<String>,
}
