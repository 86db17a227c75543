//! The expansion itself, and its JSON. Written by hand, since most of the time of a large batch
//! would otherwise go into making and joining small texts.

use calendar::{
    recurrence::SeriesEnd,
    timing::{LocalStart, instant},
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::request::Asked;

/// The most occurrences in one answer.
const MOST: usize = 1_000_000;
/// And when neither an end nor a count was said.
const USUAL: usize = 1_000;

/// The occurrences of one series.
#[derive(Debug, Clone)]
pub struct Expansion {
    /// Whether they are dates.
    pub is_date: bool,
    /// Nominal local starts.
    pub local: Vec<DateTime>,
    /// The instants they are, if a zone was named.
    pub utc: Option<Vec<Timestamp>>,
    /// Whether these are all there are (in the stretch that was asked about).
    pub complete: bool,
}

/// Expands a series.
pub fn expand(asked: &Asked) -> Expansion {
    let most = match (asked.count, asked.to) {
        (Some(count), _) => count.min(MOST),
        (None, Some(_)) => MOST,
        (None, None) => USUAL,
    };
    let zone = asked.zone.as_ref();
    let mut cursor = asked.series.from(asked.from, zone);
    let is_date = asked.series.is_all_day();
    let zone = zone.filter(|_| !is_date);
    let (mut local, mut utc) = (Vec::new(), Vec::new());
    let complete = loop {
        match cursor.next() {
            Some(at) if asked.to.is_some_and(|to| at >= to) => break true,
            Some(_) if local.len() == most => break false,
            Some(at) => {
                local.push(at);
                if let Some(zone) = zone {
                    // Known already, unless clocks were changed there.
                    let known = cursor.instant();
                    utc.push(known.unwrap_or_else(|| instant(LocalStart::first(at), zone).0));
                }
            }
            None => break cursor.end() != Some(SeriesEnd::Bounded),
        }
    };
    Expansion { is_date, local, utc: zone.map(|_| utc), complete }
}

impl Expansion {
    /// Writes the fields of the answer.
    pub fn write(&self, out: &mut String) {
        out.push_str("\"local\":[");
        for (n, at) in self.local.iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            write_stamp(out, *at, self.is_date, "");
        }
        out.push_str("],\"utc\":");
        match &self.utc {
            None => out.push_str("null"),
            Some(utc) => {
                out.push('[');
                for (n, at) in utc.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    write_stamp(out, TimeZone::UTC.to_datetime(*at), false, "Z");
                }
                out.push(']');
            }
        }
        out.push_str(if self.complete { ",\"complete\":true" } else { ",\"complete\":false" });
    }
}

fn write_stamp(out: &mut String, at: DateTime, is_date: bool, end: &str) {
    let year = u32::try_from(at.year()).unwrap_or(0);
    out.push('"');
    digits(out, year / 100);
    digits(out, year % 100);
    digits(out, u32::from(at.month().unsigned_abs()));
    digits(out, u32::from(at.day().unsigned_abs()));
    if !is_date {
        out.push('T');
        for part in [at.hour(), at.minute(), at.second()] {
            digits(out, u32::from(part.unsigned_abs()));
        }
    }
    out.push_str(end);
    out.push('"');
}

/// Two digits.
fn digits(out: &mut String, n: u32) {
    for digit in [n / 10 % 10, n % 10] {
        out.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}
