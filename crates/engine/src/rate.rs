//! How fast an endpoint is called: so many calls a second, and so many at once after a while
//! without any. Counted on boot time, which no setting of the clock moves, and in memory: a new
//! leader begins with a full measure.

use std::{collections::BTreeMap, time::Duration};

use calendar::id::ChannelId;

use crate::error::{Error, Result};

/// From this rate on nothing is counted: the limit is lifted.
pub const LIFTED: u32 = 1_000;

/// What an endpoint is called with at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls a second.
    pub per_second: u32,
    /// Calls at once.
    pub burst: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self { per_second: 5, burst: 10 }
    }
}

impl Rate {
    /// A rate as typed.
    ///
    /// # Errors
    /// When one of the numbers is not from 1 to 1000.
    pub fn check(self) -> Result<Self> {
        for (field, value) in [("rate", self.per_second), ("burst", self.burst)] {
            if !(1..=LIFTED).contains(&value) {
                let message = format!("a {field} of {value} is not possible: allowed is 1 to 1000");
                return Err(Error::invalid(field, message));
            }
        }
        Ok(self)
    }

    fn apart(self) -> Duration {
        Duration::from_secs(1) / self.per_second.max(1)
    }
}

/// What is late goes to each endpoint so fast, and to all together.
const LATE_EACH: Rate = Rate { per_second: 1, burst: 1 };
const LATE_ALL: Rate = Rate { per_second: 5, burst: 1 };

/// When each endpoint would be called next if its calls were evenly apart; and the same of what is
/// late, of each endpoint and of all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rates {
    each: BTreeMap<ChannelId, Duration>,
    late: BTreeMap<ChannelId, Duration>,
    all_late: Duration,
}

impl Rates {
    /// How long a channel has to wait for its next call; zero: not at all.
    pub(crate) fn wait(&self, channel: ChannelId, rate: Rate, boot: Duration) -> Duration {
        if rate.per_second >= LIFTED {
            return Duration::ZERO;
        }
        until(self.each.get(&channel).copied().unwrap_or_default(), rate, boot)
    }

    /// Counts a call.
    pub(crate) fn count(&mut self, channel: ChannelId, rate: Rate, boot: Duration) {
        let even = self.each.entry(channel).or_default();
        *even = (*even).max(boot) + rate.apart();
    }

    /// How long something late has to wait for a channel.
    pub(crate) fn wait_late(&self, channel: ChannelId, boot: Duration) -> Duration {
        let each = until(self.late.get(&channel).copied().unwrap_or_default(), LATE_EACH, boot);
        each.max(until(self.all_late, LATE_ALL, boot))
    }

    /// Counts a late call.
    pub(crate) fn count_late(&mut self, channel: ChannelId, boot: Duration) {
        let even = self.late.entry(channel).or_default();
        *even = (*even).max(boot) + LATE_EACH.apart();
        self.all_late = self.all_late.max(boot) + LATE_ALL.apart();
    }
}

/// How long until the next call, when it would be evenly due then.
fn until(even: Duration, rate: Rate, boot: Duration) -> Duration {
    let ahead = rate.apart() * rate.burst.saturating_sub(1);
    even.saturating_sub(ahead).saturating_sub(boot)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many calls go through when as many as possible are made at each of these moments.
    fn calls(rate: Rate, at_millis: &[u64]) -> Vec<u32> {
        let mut rates = Rates::default();
        let mut all = Vec::new();
        for millis in at_millis {
            let boot = Duration::from_millis(1_000_000 + millis);
            let mut many = 0;
            while many < 5_000 && rates.wait(ChannelId::DESKTOP, rate, boot).is_zero() {
                rates.count(ChannelId::DESKTOP, rate, boot);
                many += 1;
            }
            all.push(many);
        }
        all
    }

    #[test]
    fn ten_go_at_once_and_then_five_a_second() {
        let usual = Rate::default();
        assert_eq!(calls(usual, &[0, 199, 200, 400, 1_400, 1_401]), [10, 0, 1, 1, 5, 0]);
        // A long silence earns no more than the burst.
        assert_eq!(calls(usual, &[0, 3_600_000]), [10, 10]);
        assert_eq!(calls(Rate { per_second: 1, burst: 1 }, &[0, 999, 1_000]), [1, 0, 1]);
    }

    #[test]
    fn a_lifted_limit_counts_nothing() {
        let lifted = Rate { per_second: LIFTED, burst: 1 };
        assert_eq!(calls(lifted, &[0, 1]), [5_000, 5_000]);
    }

    #[test]
    fn a_wait_is_as_long_as_it_takes() {
        let (rate, mut rates) = (Rate { per_second: 4, burst: 1 }, Rates::default());
        let boot = Duration::from_secs(100);
        rates.count(ChannelId::DESKTOP, rate, boot);
        assert_eq!(rates.wait(ChannelId::DESKTOP, rate, boot), Duration::from_millis(250));
    }

    #[test]
    fn a_rate_has_bounds() {
        assert!(Rate { per_second: 0, burst: 1 }.check().is_err());
        assert!(Rate { per_second: 1, burst: 1_001 }.check().is_err());
        assert!(Rate { per_second: 1_000, burst: 1_000 }.check().is_ok());
    }
}
