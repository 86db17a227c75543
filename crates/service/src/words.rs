//! Times in words for the tray: absolute ones, since a relative one would be wrong a minute
//! later and a wake-up a minute is what this service promises not to make.

use std::time::Duration;

use jiff::{
    Timestamp, ToSpan,
    tz::{AmbiguousOffset, TimeZone},
};

use crate::tray::PauseFor;

/// The hour at which "tomorrow" begins for reminders.
const MORNING: i8 = 9;
/// And "this evening".
const EVENING: i8 = 18;

/// When this evening begins, if that is ahead.
pub fn evening(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone()).date();
    zone.to_timestamp(today.at(EVENING, 0, 0, 0)).ok().filter(|at| *at > now)
}

/// "Tue 09:50", or with the date when the weekday alone would be ambiguous. During the hour
/// that a clock change repeats, the offset's name tells which one is meant.
pub fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let there = at.to_zoned(zone.clone());
    let days = there.date().duration_since(now.to_zoned(zone.clone()).date()).as_hours() / 24;
    let day = if (0..7).contains(&days) {
        there.strftime("%a")
    } else if there.year() == now.to_zoned(zone.clone()).year() {
        there.strftime("%-d %b")
    } else {
        there.strftime("%-d %b %Y")
    };
    let ambiguous = zone.to_ambiguous_timestamp(there.datetime()).offset();
    match ambiguous {
        AmbiguousOffset::Fold { .. } => format!("{day} {}", there.strftime("%H:%M %Z")),
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => {
            format!("{day} {}", there.strftime("%H:%M"))
        }
    }
}

/// When a pause chosen now ends; `None` when the user ends it.
pub fn pause_ends(length: PauseFor, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let later = |minutes: u64| now.saturating_add(Duration::from_secs(60 * minutes)).ok();
    match length {
        PauseFor::HalfHour => later(30),
        PauseFor::Hour => later(60),
        // Chosen in a menu that was opened before: then for an hour.
        PauseFor::UntilEvening => evening(now, zone).or_else(|| later(60)),
        PauseFor::UntilTomorrow => {
            let today = now.to_zoned(zone.clone()).date();
            let morning = today.saturating_add(1.day()).at(MORNING, 0, 0, 0);
            zone.to_timestamp(morning).ok()
        }
        PauseFor::UntilResumed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        // The rule in force there, so that no test reads the host's zone data.
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn the_day_is_named_as_briefly_as_it_is_clear() {
        let now = at("2026-11-22T12:00:00Z");
        for (text, words) in [
            ("2026-11-22T12:00:00Z", "Sun 13:00"),
            ("2026-11-22T23:30:00Z", "Mon 00:30"),
            ("2026-11-28T22:59:00Z", "Sat 23:59"),
            ("2026-11-28T23:00:00Z", "29 Nov 00:00"),
            ("2026-11-21T22:59:00Z", "21 Nov 23:59"),
            ("2027-01-03T08:00:00Z", "3 Jan 2027 09:00"),
        ] {
            assert_eq!(when(at(text), now, &berlin()), words);
        }
    }

    #[test]
    fn the_hour_that_is_told_twice_says_which_one() {
        let now = at("2026-10-24T12:00:00Z");
        for (text, words) in [
            ("2026-10-24T23:59:00Z", "Sun 01:59"),
            ("2026-10-25T00:30:00Z", "Sun 02:30 CEST"),
            ("2026-10-25T01:30:00Z", "Sun 02:30 CET"),
            ("2026-10-25T02:00:00Z", "Sun 03:00"),
        ] {
            assert_eq!(when(at(text), now, &berlin()), words);
        }
    }

    #[test]
    fn a_pause_ends_when_its_name_says() {
        let now = at("2026-10-24T22:30:00Z");
        for (length, end) in [
            (PauseFor::HalfHour, Some("2026-10-24T23:00:00Z")),
            (PauseFor::Hour, Some("2026-10-24T23:30:00Z")),
            // Half past midnight on the 25th there, so tomorrow is the 26th, in winter time.
            (PauseFor::UntilTomorrow, Some("2026-10-26T08:00:00Z")),
            (PauseFor::UntilResumed, None),
        ] {
            assert_eq!(pause_ends(length, now, &berlin()), end.map(at));
        }
    }
}
