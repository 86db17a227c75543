//! Which moves there are at all, and which reasons each state takes: the frame around `decide` and
//! `asked`. The database has the same table in its triggers, and a test compares the two.

use super::State;
use crate::reason::Reason;

impl State {
    /// The states in which a delivery can come to be.
    pub const FIRST: [Self; 4] = [Self::Scheduled, Self::Pending, Self::Skipped, Self::Review];

    /// The other states it can go to from here.
    pub const fn leads_to(self) -> &'static [Self] {
        match self {
            Self::Scheduled => &[
                Self::Processing,
                Self::Held,
                Self::Dead,
                Self::Review,
                Self::Completed,
                Self::Skipped,
                Self::Coalesced,
                Self::Expired,
                Self::Cancelled,
            ],
            Self::Pending => &[
                Self::Scheduled,
                Self::Processing,
                Self::Held,
                Self::Dead,
                Self::Review,
                Self::Completed,
                Self::Skipped,
                Self::Coalesced,
                Self::Expired,
                Self::Cancelled,
            ],
            Self::Processing => &[
                Self::Pending,
                Self::Retrying,
                Self::Held,
                Self::Dead,
                Self::Review,
                Self::Completed,
                Self::Expired,
                Self::Cancelled,
            ],
            Self::Retrying => &[
                Self::Scheduled,
                Self::Pending,
                Self::Processing,
                Self::Held,
                Self::Dead,
                Self::Review,
                Self::Completed,
                Self::Discarded,
                Self::Expired,
                Self::Cancelled,
            ],
            Self::Held => &[
                Self::Scheduled,
                Self::Pending,
                Self::Dead,
                Self::Review,
                Self::Completed,
                Self::Skipped,
                Self::Coalesced,
                Self::Discarded,
                Self::Expired,
                Self::Cancelled,
            ],
            Self::Dead | Self::Review => &[Self::Pending, Self::Discarded],
            Self::Completed
            | Self::Skipped
            | Self::Coalesced
            | Self::Discarded
            | Self::Expired
            | Self::Cancelled => &[],
        }
    }

    /// Whether a delivery can go from this state to that one.
    pub fn may_become(self, to: Self) -> bool {
        self.leads_to().contains(&to)
    }

    /// Whether a delivery can be in this state for this reason.
    pub fn admits(self, reason: Reason) -> bool {
        let family = reason.code().split('.').next().unwrap_or_default();
        match self {
            Self::Scheduled => family == "planned",
            Self::Pending => matches!(family, "planned" | "released" | "again" | "retry"),
            // What is being sent and no longer wanted says why.
            Self::Processing => matches!(family, "claimed" | "cancelled"),
            Self::Retrying => family == "retry",
            Self::Completed => matches!(family, "told" | "late"),
            Self::Held
            | Self::Dead
            | Self::Review
            | Self::Skipped
            | Self::Coalesced
            | Self::Discarded
            | Self::Expired
            | Self::Cancelled => family == self.code(),
        }
    }
}
