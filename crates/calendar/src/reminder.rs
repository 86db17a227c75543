//! When to tell: a trigger before, after or at a moment, the channel to tell through, and how
//! late is too late.
//!
//! On an all-day event a trigger of whole days ("the day before") means the all-day hour (09:00)
//! of that day, never midnight; one with a time part counts from the midnight the day starts
//! with, as RFC 5545 does ("-PT15H" is 09:00 on the day before).

use std::{fmt, str::FromStr};

use jiff::Timestamp;

use crate::{
    id::ChannelId,
    nag::Insist,
    policy::{Collapse, UseBy},
};

/// When a reminder is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Relative to the start, or to the end: nominal days, then exact seconds; negative is before.
    Relative {
        /// Nominal days.
        days: i32,
        /// Exact seconds.
        seconds: i64,
        /// Counted from the end instead of the start.
        from_end: bool,
    },
    /// At a moment, whatever the event does; only for events that happen once.
    At(Timestamp),
}

/// A reminder of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// When.
    pub trigger: Trigger,
    /// Through which channel.
    pub channel: ChannelId,
    /// Its own use-by; `None` is the kind's.
    pub use_by: Option<UseBy>,
    /// Its own collapse; `None` is the kind's.
    pub collapse: Option<Collapse>,
    /// Whether it is told again until it is answered, and rings at any hour.
    pub insist: Insist,
}

/// A trigger text that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "reminder '{0}' is not understood: write 10m, 2h, 1d or 1w before the start, +10m after it, or @ and a moment"
)]
pub struct TriggerError(pub String);

impl Trigger {
    /// At the start itself.
    pub const START: Self = Self::Relative { days: 0, seconds: 0, from_end: false };

    /// This many minutes before the start.
    pub const fn minutes_before(n: i64) -> Self {
        Self::Relative { days: 0, seconds: -60 * n, from_end: false }
    }

    /// This many days before the start.
    pub const fn days_before(n: i32) -> Self {
        Self::Relative { days: -n, seconds: 0, from_end: false }
    }

    /// Reads the command line's grammar for offsets: `10m` before the start, `+10m` after it,
    /// units m, h, d, w, also several (`1d12h`), `0m` at the start. Moments (`@…`) need a zone
    /// and are read by the draft.
    ///
    /// # Errors
    /// When the text is no such offset.
    pub fn parse_offset(text: &str) -> Result<Self, TriggerError> {
        let fail = || TriggerError(text.chars().take(40).collect());
        let (sign, rest) = match text.strip_prefix('+') {
            Some(rest) => (1, rest),
            None => (-1, text.strip_prefix('-').unwrap_or(text)),
        };
        let (mut days, mut seconds, mut digits) = (0i64, 0i64, String::new());
        for c in rest.chars() {
            if c.is_ascii_digit() && digits.len() < 6 {
                digits.push(c);
                continue;
            }
            let n: i64 = digits.parse().map_err(|_| fail())?;
            digits.clear();
            match c {
                'm' => seconds += n * 60,
                'h' => seconds += n * 3600,
                'd' => days += n,
                'w' => days += n * 7,
                _ => return Err(fail()),
            }
        }
        let bounded = days <= 3660 && seconds <= 366 * 86_400;
        if !digits.is_empty() || rest.is_empty() || !bounded {
            return Err(fail());
        }
        let days = i32::try_from(sign * days).map_err(|_| fail())?;
        Ok(Self::Relative { days, seconds: sign * seconds, from_end: false })
    }

    /// The same offset of a task that is due by the end of a day: hours and minutes before it count
    /// from that end, not from the midnight the day starts with.
    pub const fn before_end_of_day(self) -> Self {
        match self {
            Self::Relative { days, seconds, from_end: false } if seconds < 0 => {
                Self::Relative { days: days + 1, seconds, from_end: false }
            }
            other => other,
        }
    }

    /// On a date, the day and the minute of the day it rings at, counted from the first day: whole
    /// days at the hour of whole days. None where it is no offset from the start.
    pub const fn on_a_date(self, hour: i8) -> Option<(i64, i64)> {
        match self {
            Self::Relative { days, seconds: 0, from_end: false } => {
                Some((days as i64, hour as i64 * 60))
            }
            Self::Relative { days, seconds, from_end: false } => {
                let minutes = days as i64 * 1440 + seconds.div_euclid(60);
                Some((minutes.div_euclid(1440), minutes.rem_euclid(1440)))
            }
            Self::Relative { .. } | Self::At(_) => None,
        }
    }

    /// Whether it can ring at or after the start.
    pub fn is_at_or_after_start(&self) -> bool {
        match self {
            Self::Relative { days, seconds, from_end } => {
                *from_end || i64::from(*days) * 86_400 + seconds >= 0
            }
            Self::At(_) => false,
        }
    }
}

/// As iCalendar writes triggers (`-P1D`, `PT10M`, `END-PT5M`, `20270430T160000Z`), which is also
/// how identities name them.
impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, seconds, from_end) = match self {
            Self::At(at) => return write!(f, "{}", at.strftime("%Y%m%dT%H%M%SZ")),
            Self::Relative { days, seconds, from_end } => (i64::from(*days), *seconds, *from_end),
        };
        if from_end {
            f.write_str("END")?;
        }
        if days < 0 || (days == 0 && seconds < 0) {
            f.write_str("-")?;
        }
        // Mixed signs ("a day before, two hours later") keep the sign on the time part.
        let mixed = days.signum() * seconds.signum() < 0;
        let (d, s) = (days.abs(), seconds.abs());
        f.write_str("P")?;
        if d > 0 {
            write!(f, "{d}D")?;
        }
        if s > 0 || d == 0 {
            f.write_str(if mixed { "T-" } else { "T" })?;
            match (s / 3600, s / 60 % 60, s % 60) {
                (0, m, 0) => write!(f, "{m}M")?,
                (h, 0, 0) => write!(f, "{h}H")?,
                (h, m, 0) => write!(f, "{h}H{m}M")?,
                (h, m, s) => write!(f, "{h}H{m}M{s}S")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Trigger {
    type Err = TriggerError;
    fn from_str(text: &str) -> Result<Self, TriggerError> {
        read_duration(text)
            .or_else(|| read_moment(text))
            .ok_or_else(|| TriggerError(text.chars().take(40).collect()))
    }
}

fn read_moment(text: &str) -> Option<Trigger> {
    let local = crate::timing::LocalStart::parse(text.strip_suffix('Z')?)?;
    let at = jiff::tz::Offset::UTC.to_timestamp(local.at).ok()?;
    Some(Trigger::At(at))
}

fn read_duration(text: &str) -> Option<Trigger> {
    let (from_end, rest) = match text.strip_prefix("END") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (sign, rest) = match rest.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, rest.strip_prefix('+').unwrap_or(rest)),
    };
    let rest = rest.strip_prefix('P')?;
    let (dates, times) = rest.split_once('T').map_or((rest, None), |(d, t)| (d, Some(t)));
    let (time_sign, times) = match times.and_then(|t| t.strip_prefix('-')) {
        Some(t) => (-1, Some(t)),
        None => (1, times),
    };
    if dates.is_empty() && times.is_none_or(str::is_empty) {
        return None;
    }
    let days = units(dates, &[('W', 7), ('D', 1)])?;
    let seconds = units(times.unwrap_or(""), &[('H', 3600), ('M', 60), ('S', 1)])?;
    let bounded = days <= 36_600 && seconds <= 100 * 366 * 86_400;
    bounded.then(|| Trigger::Relative {
        days: i32::try_from(sign * days).unwrap_or(0),
        seconds: sign * time_sign * seconds,
        from_end,
    })
}

fn units(text: &str, table: &[(char, i64)]) -> Option<i64> {
    let (mut total, mut digits) = (0i64, String::new());
    for c in text.chars() {
        if c.is_ascii_digit() && digits.len() < 9 {
            digits.push(c);
            continue;
        }
        let (_, factor) = table.iter().find(|(unit, _)| *unit == c)?;
        total += digits.parse::<i64>().ok()? * factor;
        digits.clear();
    }
    digits.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(offset: &str, text: &str) {
        let trigger = Trigger::parse_offset(offset).expect(offset);
        assert_eq!(trigger.to_string(), text, "{offset}");
        assert_eq!(text.parse(), Ok(trigger), "{text}");
    }

    #[test]
    fn offsets_are_read_and_written_as_icalendar_does() {
        check("10m", "-PT10M");
        check("+10m", "PT10M");
        check("0m", "PT0M");
        check("1d", "-P1D");
        check("2w", "-P14D");
        check("1d12h", "-P1DT12H");
        check("90m", "-PT1H30M");
    }

    #[test]
    fn triggers_of_files_read_back_equal() {
        for text in
            ["-PT15H", "PT0M", "END-PT5M", "ENDPT0M", "20270430T160000Z", "-PT1H0M5S", "-P1DT-2H"]
        {
            assert_eq!(text.parse::<Trigger>().map(|t| t.to_string()), Ok(text.to_string()));
        }
        assert_eq!("-P1W".parse::<Trigger>().map(|t| t.to_string()), Ok("-P7D".to_string()));
    }

    #[test]
    fn hours_before_a_task_on_a_date_count_from_the_end_of_that_day() {
        for (offset, text, day) in [
            ("1h", "P1DT-1H", (0, 23 * 60)),
            ("30m", "P1DT-30M", (0, 23 * 60 + 30)),
            ("36h", "P1DT-36H", (-1, 12 * 60)),
            ("1d12h", "-PT12H", (-1, 12 * 60)),
            ("1d", "-P1D", (-1, 8 * 60)),
            ("0m", "PT0M", (0, 8 * 60)),
            ("+10m", "PT10M", (0, 10)),
        ] {
            let trigger = Trigger::parse_offset(offset).expect(offset).before_end_of_day();
            assert_eq!((trigger.to_string().as_str(), trigger.on_a_date(8)), (text, Some(day)));
            assert_eq!(text.parse(), Ok(trigger), "{text}");
        }
    }

    #[test]
    fn what_is_no_offset_is_refused() {
        for bad in ["", "m", "10", "10x", "+", "-", "1000000m", "é", "99999d", "10mm"] {
            assert!(Trigger::parse_offset(bad).is_err(), "{bad}");
        }
        for bad in ["", "P", "PT", "-P1", "P1X", "20270430T160000", "é"] {
            assert!(bad.parse::<Trigger>().is_err(), "{bad}");
        }
    }
}
