//! Moments as a file gives them: a wall time and what it is tied to.

use jiff::{Timestamp, civil::Time, tz::TimeZone};

use super::{lines::Property, read::Reader, value, value::When};
use crate::{
    timing::{LocalStart, instant},
    zones::ZoneName,
};

/// A wall time, and what it is tied to.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub local: LocalStart,
    pub tie: Tied,
}

/// What a wall time of a file is tied to.
#[derive(Debug, Clone)]
pub(super) enum Tied {
    /// Nothing: it is a date.
    Date,
    /// Wherever the computer is.
    Floating,
    /// A zone.
    Zone(ZoneName, TimeZone),
}

impl Moment {
    /// Whether it is a bare date.
    pub fn is_date(&self) -> bool {
        matches!(self.tie, Tied::Date)
    }

    /// As drafts write it.
    pub fn text(&self) -> String {
        self.local.text(self.is_date())
    }

    /// The zone as drafts write it.
    pub fn zone_name(&self) -> Option<String> {
        match &self.tie {
            Tied::Zone(name, _) => Some(name.to_string()),
            Tied::Date | Tied::Floating => None,
        }
    }

    /// The zone it is in, if it is in one.
    pub fn zone(&self) -> Option<&TimeZone> {
        match &self.tie {
            Tied::Zone(_, zone) => Some(zone),
            Tied::Date | Tied::Floating => None,
        }
    }

    /// The instant; one without a zone is read in that of `other`, or in none.
    pub fn instant(&self, other: &Self) -> Timestamp {
        match self.zone().or_else(|| other.zone()) {
            Some(zone) => instant(self.local, zone).0,
            None => instant(self.local, &TimeZone::UTC).0,
        }
    }

    /// Whether both are tied to the same thing.
    pub fn is_tied_like(&self, other: &Self) -> bool {
        match (&self.tie, &other.tie) {
            (Tied::Date, Tied::Date) | (Tied::Floating, Tied::Floating) => true,
            (Tied::Zone(a, _), Tied::Zone(b, _)) => a == b,
            _ => false,
        }
    }
}

impl Reader<'_> {
    /// The moment that a value of a property is.
    pub fn moment(&mut self, property: &Property<'_>, text: &str) -> Option<Moment> {
        let when = value::when(text)?;
        let says_date = property.param("VALUE").is_some_and(|v| v.eq_ignore_ascii_case("DATE"));
        let midnight = |date: jiff::civil::Date| date.to_datetime(Time::midnight());
        let (at, tie) = match when {
            When::Date(date) => (midnight(date), Tied::Date),
            When::Local(at) | When::Utc(at) if says_date => (midnight(at.date()), Tied::Date),
            When::Utc(at) => (at, Tied::Zone(ZoneName::utc(), TimeZone::UTC)),
            When::Local(at) => {
                let tzid = property.param("TZID").filter(|id| !id.is_empty());
                let is_own = ["DTSTART", "DTEND", "DUE"].iter().any(|name| property.is(name));
                let once = (self.is_once && is_own).then_some(at);
                let (line, remarks) = (property.line, &mut self.remarks);
                let zone = tzid.and_then(|id| self.names.resolve(id, line, once, remarks));
                (at, zone.map_or(Tied::Floating, |(name, zone)| Tied::Zone(name, zone)))
            }
        };
        (1..=9_000).contains(&at.year()).then(|| Moment { local: LocalStart::first(at), tie })
    }
}
