//! When an event is: a wall time and what that wall time is tied to. Gaps and folds are settled
//! here and nowhere else.
//!
//! Local time and zone are the truth; instants are derived from them each time, so that new zone
//! data moves what it should. Instants are never stored as a definition.

use std::fmt;

use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};

use crate::zones::ZoneName;

/// A wall time, with the bit that tells the second of two equal ones (after clocks go back).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalStart {
    /// The wall time; midnight for an all-day start.
    pub at: DateTime,
    /// The second occurrence of a repeated wall time is meant.
    pub fold: bool,
}

impl LocalStart {
    /// The wall time with the fold bit unset.
    pub const fn first(at: DateTime) -> Self {
        Self { at, fold: false }
    }

    /// As identities and the ledger write it: `20271031T023000`, `20271031T023000+fold`, or a
    /// bare date for an all-day start.
    pub fn text(&self, all_day: bool) -> String {
        let at = self.at;
        let date = format!("{:04}{:02}{:02}", at.year(), at.month(), at.day());
        if all_day {
            return date;
        }
        let fold = if self.fold { "+fold" } else { "" };
        format!("{date}T{:02}{:02}{:02}{fold}", at.hour(), at.minute(), at.second())
    }

    /// Reads [`LocalStart::text`] and the iCalendar forms of dates and local times.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, fold) = match text.strip_suffix("+fold") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let number = |from: usize, to: usize| -> Option<i16> {
            let part = text.get(from..to)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let date = Date::new(
            number(0, 4)?,
            number(4, 6)?.try_into().ok()?,
            number(6, 8)?.try_into().ok()?,
        )
        .ok()?;
        let time = match text.len() {
            8 => Time::midnight(),
            15 if text.as_bytes().get(8) == Some(&b'T') => Time::new(
                number(9, 11)?.try_into().ok()?,
                number(11, 13)?.try_into().ok()?,
                number(13, 15)?.min(59).try_into().ok()?,
                0,
            )
            .ok()?,
            _ => return None,
        };
        Some(Self { at: date.to_datetime(time), fold })
    }
}

/// What stands before the zone in a draft whose times are a person's: what follows is the zone
/// that holds if the person has none (any more).
pub const THEIRS: char = '@';

/// What a wall time is tied to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tie {
    /// To a zone: 09:00 in New York wherever I am.
    Zone(ZoneName),
    /// To wherever a person is, which is this zone now: I ring Ana at nine of her time. It follows
    /// her when her zone is corrected, so no name of an occurrence has the zone in it.
    Theirs(ZoneName),
    /// To wherever the machine is: the pill at 08:00.
    Floating,
    /// To a date: a holiday.
    AllDay,
}

impl Tie {
    /// The zone it is read in, unless that is the machine's.
    pub fn zone(&self) -> Option<&ZoneName> {
        match self {
            Self::Zone(name) | Self::Theirs(name) => Some(name),
            Self::Floating | Self::AllDay => None,
        }
    }

    /// As drafts and the ledger write it: `Europe/Lisbon`, and a person's `@Europe/Lisbon`.
    pub fn zone_text(&self) -> Option<String> {
        match self {
            Self::Zone(name) => Some(name.to_string()),
            Self::Theirs(name) => Some(format!("{THEIRS}{name}")),
            Self::Floating | Self::AllDay => None,
        }
    }

    /// Whether starts are dates.
    pub fn is_all_day(&self) -> bool {
        matches!(self, Self::AllDay)
    }
}

/// What to do with a wall time that clocks skip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gap {
    /// Use the offset before the gap: 02:30 rings at 03:30 (RFC 5545 3.3.5).
    #[default]
    Shift,
    /// There is no occurrence that day.
    Skip,
}

/// Which of two equal wall times is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fold {
    /// The first (RFC 5545 3.3.5).
    #[default]
    First,
    /// The second.
    Second,
    /// Both: two occurrences.
    Both,
}

/// How long: nominal days (a day is a day, however many hours it has), then exact seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Length {
    /// Nominal days.
    pub days: i32,
    /// Exact seconds after them.
    pub seconds: i64,
}

impl Length {
    /// This many minutes.
    pub const fn minutes(n: i64) -> Self {
        Self { days: 0, seconds: n * 60 }
    }

    /// This many days.
    pub const fn whole_days(n: i32) -> Self {
        Self { days: n, seconds: 0 }
    }
}

/// The timing of an event: its (first) start, what that is tied to, and how long it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// What the wall time is tied to.
    pub tie: Tie,
    /// The wall time of the (first) start; midnight when all-day.
    pub start: DateTime,
    /// How long it lasts; whole days when all-day.
    pub length: Length,
    /// Skipped wall times.
    pub gap: Gap,
    /// Repeated wall times.
    pub fold: Fold,
}

/// What happened to a wall time when it was turned into an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// It exists once.
    Plain,
    /// It does not exist and was shifted past the gap.
    Shifted,
    /// It exists twice and one was chosen.
    Folded,
}

/// The instant of a wall time in a zone: in a gap by the offset before it, in a fold the first,
/// or the second if `fold` says so.
///
/// ```
/// # use calendar::timing::{LocalStart, Landing, instant};
/// # use jiff::{civil::date, tz::TimeZone};
/// let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
/// let (at, landing) = instant(LocalStart::first(date(2027, 3, 28).at(2, 30, 0, 0)), &berlin);
/// assert_eq!((at.to_string().as_str(), landing), ("2027-03-28T01:30:00Z", Landing::Shifted));
/// ```
pub fn instant(local: LocalStart, zone: &TimeZone) -> (Timestamp, Landing) {
    let ambiguous = zone.to_ambiguous_timestamp(local.at);
    let (offset, landing) = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, Landing::Plain),
        AmbiguousOffset::Gap { before, .. } => (before, Landing::Shifted),
        AmbiguousOffset::Fold { before, after } => {
            (if local.fold { after } else { before }, Landing::Folded)
        }
    };
    // Only the first and last hours of years -9999 and 9999 have no instant.
    let at = offset.to_timestamp(local.at).unwrap_or(if local.at.year() > 0 {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    });
    (at, landing)
}

/// What to say of a text that begins with a day no calendar has, such as `2027-02-30`.
pub fn no_such_day(text: &str) -> Option<String> {
    let mut parts = text.get(..10)?.splitn(3, '-');
    let (year, month) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let day: i8 = parts.next()?.parse().ok()?;
    let first = Date::new(year, month, 1).ok()?;
    let days = first.days_in_month();
    (days < day && day <= 31).then(|| {
        format!("there is no {day} {}: that month has {days} days", first.strftime("%B %Y"))
    })
}

/// The first instant of a date in a zone: midnight, or where that is skipped, the first moment
/// after the gap.
pub fn start_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    let midnight = date.to_datetime(Time::midnight());
    match zone.to_ambiguous_timestamp(midnight).offset() {
        AmbiguousOffset::Gap { after, before } => {
            // The gap ends at the transition, which both offsets' readings of midnight enclose.
            let early = after.to_timestamp(midnight).unwrap_or(Timestamp::MIN);
            let late = before.to_timestamp(midnight).unwrap_or(Timestamp::MAX);
            zone.following(early)
                .map(|t| t.timestamp())
                .find(|t| *t >= early)
                .filter(|t| *t <= late)
                .unwrap_or(late)
        }
        _ => instant(LocalStart::first(midnight), zone).0,
    }
}

/// A wall time moved by nominal days and seconds, saturating at the ends of the calendar.
pub fn shift(at: DateTime, days: i32, seconds: i64) -> DateTime {
    // Two spans, since one has one sign for all its units.
    let days = Span::new().days(days.clamp(-4_000_000, 4_000_000));
    let seconds = Span::new().seconds(seconds.clamp(-100_000_000_000, 100_000_000_000));
    [days, seconds].into_iter().fold(at, |at, span| {
        at.checked_add(span).unwrap_or(if span.is_negative() {
            DateTime::MIN
        } else {
            DateTime::MAX
        })
    })
}

/// An instant moved by seconds, saturating at the ends of time.
pub fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

impl fmt::Display for Tie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zone(name) | Self::Theirs(name) => write!(f, "{name}"),
            Self::Floating => f.write_str("floating"),
            Self::AllDay => f.write_str("all-day"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_on_and_an_hour_back_is_both() {
        let at = date(2026, 11, 23).at(19, 0, 0, 0);
        assert_eq!(shift(at, 1, -3600), date(2026, 11, 24).at(18, 0, 0, 0));
        assert_eq!(shift(DateTime::MAX, 1, 0), DateTime::MAX);
    }

    #[test]
    fn starts_read_back_as_they_were_written() {
        for (text, all_day) in
            [("20271031T023000", false), ("20271031T023000+fold", false), ("20270501", true)]
        {
            let start = LocalStart::parse(text).expect(text);
            assert_eq!(start.text(all_day), text);
        }
        for bad in
            ["", "2027", "20270230", "20270501T", "20270501T240000", "2027é501", "20270501t090000"]
        {
            assert_eq!(LocalStart::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_begins_at_its_first_moment_even_where_midnight_is_skipped() {
        // Clocks go from 00:00 to 01:00 on the first Sunday of September, as in Santiago.
        let zone = TimeZone::posix("XST4XDT,M9.1.0/0,M4.1.0/0").expect("a zone");
        let day = date(2026, 9, 6);
        let start = start_of_day(day, &zone);
        assert_eq!(zone.to_datetime(start), day.at(1, 0, 0, 0));
        assert_eq!(zone.to_datetime(later(start, -1)).date(), date(2026, 9, 5));
    }
}
