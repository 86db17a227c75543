//! How a reminder insists: told again until somebody answers it, and let through quiet hours and
//! pauses.

use std::{fmt, str::FromStr};

/// The shortest and the longest rest between two tellings, in minutes.
const MINUTES: std::ops::RangeInclusive<u32> = 1..=1_440;

/// A rest between two tellings, in whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nag(u32);

/// How a reminder insists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Insist {
    /// How often it is told again until somebody answers it.
    pub nag: Option<Nag>,
    /// Whether it rings through quiet hours and pauses, and stays on the screen.
    pub alarm: bool,
}

/// A rest that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nag '{0}' is not understood: allowed are whole minutes or hours from 1m to 24h, or none")]
pub struct NagError(String);

impl Nag {
    /// A nag is over this long after the reminder was told, whatever is still worth telling.
    pub const LONGEST: i64 = 24 * 3600;

    /// Every so many minutes.
    ///
    /// # Errors
    /// When that is less than one or more than a day.
    pub fn minutes(minutes: u32) -> Result<Self, NagError> {
        match MINUTES.contains(&minutes) {
            true => Ok(Self(minutes)),
            false => Err(NagError(format!("{minutes}m"))),
        }
    }

    /// Every so many seconds, as the ledger keeps it.
    ///
    /// # Errors
    /// When that is no whole number of minutes, or too short or too long.
    pub fn of_seconds(seconds: i64) -> Result<Self, NagError> {
        let minutes = u32::try_from(seconds / 60).ok().filter(|_| seconds % 60 == 0);
        minutes
            .and_then(|minutes| Self::minutes(minutes).ok())
            .ok_or_else(|| NagError(format!("{seconds}s")))
    }

    /// In minutes.
    pub const fn as_minutes(self) -> u32 {
        self.0
    }

    /// In seconds.
    pub fn seconds(self) -> i64 {
        i64::from(self.0) * 60
    }
}

/// `5m`, or `2h` where it is whole hours.
impl fmt::Display for Nag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 60, self.0 % 60) {
            (hours @ 1.., 0) => write!(f, "{hours}h"),
            _ => write!(f, "{}m", self.0),
        }
    }
}

impl FromStr for Nag {
    type Err = NagError;
    fn from_str(text: &str) -> Result<Self, NagError> {
        let fail = || NagError(text.chars().take(40).collect());
        let (count, factor) = match (text.strip_suffix('m'), text.strip_suffix('h')) {
            (Some(count), _) => (count, 1),
            (None, Some(count)) => (count, 60),
            (None, None) => return Err(fail()),
        };
        let plain = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit());
        let count: u32 = count.parse().ok().filter(|_| plain).ok_or_else(fail)?;
        count.checked_mul(factor).and_then(|m| Self::minutes(m).ok()).ok_or_else(fail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nag_reads_back_as_it_was_written() {
        for (text, said, seconds) in
            [("1m", "1m", 60), ("90m", "90m", 5_400), ("60m", "1h", 3_600), ("24h", "24h", 86_400)]
        {
            let nag: Nag = text.parse().expect(text);
            assert_eq!((nag.to_string().as_str(), nag.seconds()), (said, seconds));
            assert_eq!(Nag::of_seconds(seconds), Ok(nag));
        }
    }

    #[test]
    fn a_nag_is_of_whole_minutes_and_at_most_a_day() {
        for bad in ["", "m", "0m", "5", "30s", "+5m", "-5m", "1441m", "25h", "99999999999m", "é"] {
            assert!(bad.parse::<Nag>().is_err(), "{bad}");
        }
        assert!(Nag::of_seconds(90).is_err() && Nag::of_seconds(0).is_err());
    }
}
