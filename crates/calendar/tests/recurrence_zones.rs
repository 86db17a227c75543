//! Aim: where clocks jump, a series has each happening once.
//! Method: every gap and fold of every zone, 1970 to 2040, a daily and a quarter-hourly series
//! across each.

use std::collections::BTreeSet;

use calendar::recurrence::{Rule, Series};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

#[path = "zones2025b/mod.rs"]
mod zones2025b;

fn series(start: DateTime, text: &str) -> Series {
    Series::new(start, vec![Rule::parse(text).expect("a valid rule")])
}

/// The local times just around which clocks are moved, and by how many seconds.
fn jumps(zone: &TimeZone) -> Vec<(DateTime, i64)> {
    let from: Timestamp = "1970-01-01T00:00:00Z".parse().expect("an instant");
    let to: Timestamp = "2040-01-01T00:00:00Z".parse().expect("an instant");
    let mut jumps = Vec::new();
    for change in zone.following(from).take_while(|change| change.timestamp() < to) {
        let before = zone.to_offset(change.timestamp() - 1.second());
        let jump = i64::from(change.offset().seconds() - before.seconds());
        if jump != 0 {
            jumps.push((before.to_datetime(change.timestamp()), jump));
        }
    }
    jumps
}

fn exists(zone: &TimeZone, at: DateTime) -> bool {
    !matches!(zone.to_ambiguous_timestamp(at).offset(), AmbiguousOffset::Gap { .. })
}

fn instants(zone: &TimeZone, found: &[DateTime]) -> BTreeSet<Timestamp> {
    found.iter().map(|at| zone.to_timestamp(*at).expect("in range")).collect()
}

/// A fixed time every day: once on every nominal date that exists, and no instant twice.
fn check_daily(name: &str, zone: &TimeZone, at: DateTime, jump: i64) {
    let start = at.checked_sub(3.days()).expect("a time");
    let end = at.checked_add(4.days()).expect("a time");
    let daily = series(start, "FREQ=DAILY");
    let found: Vec<DateTime> =
        daily.from(start, Some(zone)).take_while(|next| *next < end).collect();
    assert_eq!(instants(zone, &found).len(), found.len(), "{name} {at}: an instant twice");
    let named: BTreeSet<_> = found.iter().map(|next| next.date()).collect();
    for day in 0..7 {
        let date = start.date().checked_add(day.days()).expect("a date");
        let first = date.to_zoned(zone.clone()).expect("in range");
        // A whole day may be left out of a calendar; its happening is the next day's.
        assert_eq!(named.contains(&date), first.date() == date, "{name} {at} {jump}: {date}");
    }
}

/// Every quarter of an hour: each that exists is there, and no instant is there twice.
fn check_quarters(name: &str, zone: &TimeZone, at: DateTime, jump: i64) {
    let around = jump.abs() + 4 * 3600;
    let start = at.with().minute(0).second(0).build().expect("a time");
    let start = start.checked_sub(around.seconds()).expect("a time");
    let end = at.checked_add(around.seconds()).expect("a time");
    let quarters = series(start, "FREQ=MINUTELY;INTERVAL=15");
    let found: BTreeSet<DateTime> =
        quarters.from(start, Some(zone)).take_while(|next| *next < end).collect();
    let listed: Vec<DateTime> = found.iter().copied().collect();
    assert_eq!(instants(zone, &listed).len(), found.len(), "{name} {at}: an instant twice");
    let mut next = start;
    while next < end {
        if exists(zone, next) {
            assert!(found.contains(&next), "{name}: {next} is missing");
        }
        assert_eq!(quarters.is_instance(next, Some(zone)), found.contains(&next), "{name}: {next}");
        next = next.checked_add(15.minutes()).expect("a time");
    }
}

#[test]
fn every_jump_of_every_zone_is_crossed_once() {
    let mut crossed = 0;
    let mut known = BTreeSet::new();
    for name in chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()) {
        let zone = zones2025b::zone(name);
        let jumps = jumps(&zone);
        // Many names are one zone.
        if !known.insert(jumps.clone()) {
            continue;
        }
        for (at, jump) in jumps {
            for minutes in [-30, 0, 30] {
                let at = at.checked_add((minutes as i64).minutes()).expect("a time");
                check_daily(name, &zone, at, jump);
            }
            check_quarters(name, &zone, at, jump);
            crossed += 1;
        }
    }
    assert!(crossed > 10_000, "only {crossed} jumps were found");
}
