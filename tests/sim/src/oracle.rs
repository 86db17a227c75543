//! When things are due, reckoned without the product: days and weeks are counted on the calendar,
//! and only the offset of a zone is asked of the zone database.

use jiff::{
    Span, Timestamp,
    civil::DateTime,
    tz::{TimeZone, TimeZoneDatabase},
};

use crate::plan::Definition;

/// The zone this machine is in.
pub(crate) const HOME: &str = "Europe/Berlin";

pub(crate) fn zone(name: Option<&str>) -> TimeZone {
    TimeZoneDatabase::bundled().get(name.unwrap_or(HOME)).unwrap_or(TimeZone::UTC)
}

/// When a run that begins at this local time begins.
pub(crate) fn start(begins: DateTime) -> Timestamp {
    instant(begins, None)
}

fn instant(local: DateTime, name: Option<&str>) -> Timestamp {
    zone(name).to_ambiguous_timestamp(local).compatible().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Each moment an event is to be told, with the start of what it tells of, up to `until`.
pub(crate) fn dues(definition: &Definition, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut dues = Vec::new();
    let mut local = definition.start;
    loop {
        let at = instant(local, definition.zone);
        let due = at - Span::new().minutes(definition.before);
        if due > until {
            return dues;
        }
        dues.push((due, at));
        let Some(days) = definition.every else { return dues };
        local += Span::new().days(i64::from(days));
    }
}

/// The moments an event is due, in milliseconds since a run began, if no clock is set.
pub(crate) fn moments(definition: &Definition, begins: DateTime, end: u64) -> Vec<u64> {
    let start = start(begins);
    let until = start + Span::new().milliseconds(i64::try_from(end).unwrap_or(i64::MAX));
    let dues = dues(definition, until).into_iter();
    dues.filter_map(|(due, _)| u64::try_from((due.duration_since(start)).as_millis()).ok())
        .collect()
}
