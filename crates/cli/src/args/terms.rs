//! The words that only some kinds have.

use calendar::policy::Overlap;
use clap::Args;

#[derive(Debug, Clone, Copy, Args)]
pub struct Terms {
    /// Of a renewal: days of notice; its reminders count from the last day to give it, 0 is none
    #[arg(long, value_name = "DAYS")]
    pub notice: Option<u32>,
    /// Of a workflow whose last run goes on when the next is due: allow both, skip the next, or buffer one
    #[arg(long, value_name = "WHAT")]
    pub overlap: Option<Overlap>,
}
