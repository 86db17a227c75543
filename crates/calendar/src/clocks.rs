//! What clocks do in a zone over a few years, as numbers that can be kept: so that newer zone data
//! can be compared with what was known before, and what it moves can be named.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    event::Event,
    occurrence::{Context, Occurrence},
    timing::{LocalStart, Tie, later},
};

/// Nowhere are clocks moved more often in the years looked at.
const MOST_CHANGES: usize = 64;
/// Occurrences of an event that are compared.
const MOST_COMPARED: usize = 1_000;
const DAY: i64 = 86_400;

/// What clocks do in a zone for a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// Seconds since 1970.
    from: i64,
    until: i64,
    /// Seconds east of UTC at first.
    first: i32,
    /// From this second on, so many.
    changes: Vec<(i64, i32)>,
}

impl Clocks {
    /// What clocks do in this zone between two instants.
    pub fn of(zone: &TimeZone, from: Timestamp, until: Timestamp) -> Self {
        let first = zone.to_offset(from).seconds();
        let mut changes: Vec<(i64, i32)> = Vec::new();
        // Two zone files may say the same with changes that change nothing.
        for change in zone.following(from).take_while(|c| c.timestamp() < until).take(MOST_CHANGES)
        {
            let offset = change.offset().seconds();
            if changes.last().map_or(first, |(_, last)| *last) != offset {
                changes.push((change.timestamp().as_second(), offset));
            }
        }
        Self { from: from.as_second(), until: until.as_second(), first, changes }
    }

    /// Up to where this says something.
    pub fn until(&self) -> Timestamp {
        Timestamp::from_second(self.until).unwrap_or(Timestamp::MIN)
    }

    /// The zone as it was here, if clocks do otherwise by newer data in some part of a stretch of
    /// time of which this says something.
    pub fn unless_as(
        &self,
        newer: &TimeZone,
        from: Timestamp,
        until: Timestamp,
    ) -> Option<TimeZone> {
        let from = from.max(Timestamp::from_second(self.from).unwrap_or(from));
        let until = until.min(self.until());
        let was = TimeZone::tzif("", &self.tzif()).ok()?;
        (Self::of(&was, from, until) != Self::of(newer, from, until)).then_some(was)
    }

    /// A version 2 TZif file whose version 1 part is empty.
    fn tzif(&self) -> Vec<u8> {
        const NAME: &[u8] = b"-00\0";
        let header = |times: usize, types: usize| {
            let mut header = b"TZif2".to_vec();
            header.extend([0; 15]);
            for count in [0, 0, 0, times, types, NAME.len()] {
                header.extend(u32::try_from(count).unwrap_or(0).to_be_bytes());
            }
            header
        };
        let mut types = vec![self.first];
        types.extend(self.changes.iter().map(|(_, offset)| *offset));
        let mut file = [header(0, 1), vec![0; 6], NAME.into()].concat();
        file.extend(header(self.changes.len(), types.len()));
        self.changes.iter().for_each(|(at, _)| file.extend(at.to_be_bytes()));
        file.extend((1..types.len()).map(|place| u8::try_from(place).unwrap_or(0)));
        for offset in &types {
            file.extend(offset.to_be_bytes());
            file.extend([0, 0]);
        }
        file.extend(NAME);
        let last = types.last().copied().unwrap_or(0);
        let (sign, size) = if last > 0 { ('-', last) } else { ('+', -last) };
        let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
        file.extend(format!("\n<-00>{sign}{hours:02}:{minutes:02}:{seconds:02}\n").into_bytes());
        file
    }
}

/// An occurrence that other zone data puts at another instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// When it was to start.
    pub was: Timestamp,
    /// The occurrence as it is by the newer data.
    pub occurrence: Occurrence,
}

impl Event {
    /// The occurrences between two instants, at most a thousand, that are at another instant than
    /// they were where these zones were otherwise. What is tied to no zone goes with the wall
    /// clock and counts as not moved.
    pub fn moved_since(
        &self,
        context: &Context,
        were: &BTreeMap<String, TimeZone>,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<Moved> {
        let is_changed =
            |tie: &Tie| tie.zone().is_some_and(|name| were.contains_key(name.as_str()));
        if !self.ties().any(is_changed) {
            return Vec::new();
        }
        let before = Context { zones: context.zones.with(were.clone()), ..context.clone() };
        // One that was to come and is over now has moved, too, and the other way round.
        let since = later(from, -DAY);
        let old = self.occurrences(&before, since, until, MOST_COMPARED).items;
        let old: BTreeMap<LocalStart, Timestamp> =
            old.into_iter().map(|o| (o.original, o.start)).collect();
        let new = self.occurrences(context, since, until, MOST_COMPARED).items;
        let moved = new.into_iter().filter_map(|occurrence| {
            let was = *old.get(&occurrence.original)?;
            let is_moved = is_changed(&occurrence.tie)
                && was != occurrence.start
                && was.max(occurrence.start) > from;
            is_moved.then_some(Moved { was, occurrence })
        });
        moved.collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::{Offset, TimeZoneDatabase};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn clocks_of_every_zone_read_back_and_do_what_they_did() {
        let database = TimeZoneDatabase::bundled();
        let (from, until) = (at("2026-01-01T00:00:00Z"), at("2029-01-01T00:00:00Z"));
        for name in database.available() {
            let zone = database.get(name.as_str()).expect("a zone");
            let text = serde_json::to_string(&Clocks::of(&zone, from, until)).expect("JSON");
            let clocks: Clocks = serde_json::from_str(&text).expect("clocks");
            assert_eq!(clocks.until(), until);
            assert_eq!(clocks.unless_as(&zone, from, until), None, "{name} {text}");
        }
    }

    #[test]
    fn only_what_differs_in_the_stretch_is_other() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        let (from, until) = (at("2026-01-01T00:00:00Z"), at("2029-01-01T00:00:00Z"));
        let clocks = Clocks::of(&berlin, from, until);
        let winter = TimeZone::fixed(Offset::constant(1));
        let was = clocks.unless_as(&winter, from, until).expect("another");
        assert_eq!(was.to_offset(at("2027-07-01T00:00:00Z")), Offset::constant(2));
        assert_eq!(clocks.unless_as(&winter, from, at("2026-03-01T00:00:00Z")), None);
        // Of what lies beyond it says nothing.
        let later = at("2029-07-01T00:00:00Z");
        assert_eq!(clocks.unless_as(&berlin, from, later), None);
    }
}
