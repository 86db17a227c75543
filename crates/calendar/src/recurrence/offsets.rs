//! A zone asked many times in a row, in order: between two changes of its clocks one answer does.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::days::to_datetime;

/// Questions further apart than this are not worth remembering an answer for.
const NEAR: i64 = 70 * super::days::DAY;

/// What a zone has to say of a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clocks {
    /// It comes once.
    Plain(Offset),
    /// Clocks jump over it.
    Gap,
    /// It comes twice.
    Fold,
}

/// A zone, and the stretch of local time in which its offset is known.
#[derive(Clone, Debug)]
pub(super) struct Offsets<'a> {
    zone: &'a TimeZone,
    from: i64,
    until: i64,
    offset: Offset,
}

impl<'a> Offsets<'a> {
    pub(super) fn new(zone: &'a TimeZone) -> Offsets<'a> {
        Offsets { zone, from: i64::MIN / 2, until: i64::MIN, offset: Offset::UTC }
    }

    pub(super) fn at(&mut self, second: i64) -> Clocks {
        if self.from <= second && second < self.until {
            return Clocks::Plain(self.offset);
        }
        let local = to_datetime(second);
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Gap { .. } => Clocks::Gap,
            AmbiguousOffset::Fold { .. } => Clocks::Fold,
            AmbiguousOffset::Unambiguous { offset } => {
                let near = self.from <= second && second - self.from < NEAR;
                self.until = if near { self.steady_until(local, offset) } else { second };
                (self.from, self.offset) = (second, offset);
                Clocks::Plain(offset)
            }
        }
    }

    /// The local second up to which the offset stays and every local time comes once.
    fn steady_until(&self, local: DateTime, offset: Offset) -> i64 {
        let Ok(now) = offset.to_timestamp(local) else { return i64::MIN };
        match self.zone.following(now).next() {
            // A zone without a rule for the time to come lists its last change for ever.
            Some(change) if change.timestamp() > now => {
                let least = offset.seconds().min(change.offset().seconds());
                change.timestamp().as_second() + i64::from(least)
            }
            Some(_) | None => i64::MAX,
        }
    }
}
