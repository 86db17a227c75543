//! When things are due, reckoned without the product: days are counted on the calendar, and what
//! clocks do in the few zones that events are in is written down here by hand.

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

use crate::plan::Definition;

/// Minutes of a day.
const A_DAY: i64 = 24 * 60;

/// The zone this machine is in at first.
pub(crate) const HOME: &str = "Europe/Berlin";
/// Where else it may be.
pub(crate) const ABROAD: [&str; 4] =
    ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kolkata"];

/// The hour whole days are told at, if nobody says another.
const NINE: i8 = 9;

/// Where the machine is, which zone data it has, and at which hour whole days are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its zone.
    pub home: &'static str,
    /// Whether the newer zone data has come, by which two zones do otherwise.
    pub newer: bool,
    /// At which hour whole days are told.
    pub hour: i8,
}

/// At first.
pub(crate) const FIRST: Place = Place { home: HOME, newer: false, hour: NINE };

/// When clocks are an hour ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Summer {
    Never,
    /// From the last Sunday of March to the last of October.
    Eu,
    /// From the second Sunday of March to the first of November.
    Us,
}

/// The minutes a zone is ahead of UTC in winter, and its summer.
fn clocks(zone: &str, newer: bool) -> (i64, Summer) {
    match (zone, newer) {
        ("Europe/Berlin", _) => (60, Summer::Eu),
        ("America/New_York", false) => (-300, Summer::Us),
        // In this world the newer data says that it gives up summer time.
        ("America/New_York", true) => (-300, Summer::Never),
        ("Asia/Tokyo", _) => (540, Summer::Never),
        ("Asia/Kolkata", false) => (330, Summer::Never),
        // And that this one has gone half an hour ahead.
        ("Asia/Kolkata", true) => (360, Summer::Never),
        _ => (0, Summer::Never),
    }
}

/// The zone whose file stands in for this one's in the newer data.
pub(crate) fn stand_in(zone: &'static str) -> &'static str {
    match zone {
        "America/New_York" => "America/Panama",
        "Asia/Kolkata" => "Asia/Dhaka",
        other => other,
    }
}

/// Whether clocks are ahead when they show this. Of an hour that comes twice the first is meant, and
/// one that is left out is shown an hour later.
fn is_summer(summer: Summer, shown: DateTime) -> bool {
    let (from, until) = match summer {
        Summer::Never => return false,
        Summer::Eu => (sunday(shown, 3, -1).at(3, 0, 0, 0), sunday(shown, 10, -1).at(3, 0, 0, 0)),
        Summer::Us => (sunday(shown, 3, 2).at(3, 0, 0, 0), sunday(shown, 11, 1).at(2, 0, 0, 0)),
    };
    from <= shown && shown < until
}

/// The same by clocks that are never put ahead.
fn is_summer_by_winter(summer: Summer, winter: DateTime) -> bool {
    let (from, until) = match summer {
        Summer::Never => return false,
        Summer::Eu => (sunday(winter, 3, -1).at(2, 0, 0, 0), sunday(winter, 10, -1).at(2, 0, 0, 0)),
        Summer::Us => (sunday(winter, 3, 2).at(2, 0, 0, 0), sunday(winter, 11, 1).at(1, 0, 0, 0)),
    };
    from <= winter && winter < until
}

fn sunday(of: DateTime, month: i8, nth: i8) -> Date {
    let first = Date::constant(of.year(), month, 1);
    first.nth_weekday_of_month(nth, Weekday::Sunday).unwrap_or(first)
}

/// The instant of a local time.
pub(crate) fn instant(local: DateTime, zone: &str, newer: bool) -> Timestamp {
    let (minutes, summer) = clocks(zone, newer);
    let ahead = minutes + if is_summer(summer, local) { 60 } else { 0 };
    let utc = TimeZone::UTC.to_timestamp(local).unwrap_or(Timestamp::UNIX_EPOCH);
    utc - Span::new().minutes(ahead)
}

/// What clocks on the wall show at an instant.
pub(crate) fn local(at: Timestamp, place: Place) -> DateTime {
    let (minutes, summer) = clocks(place.home, place.newer);
    let winter = TimeZone::UTC.to_datetime(at) + Span::new().minutes(minutes);
    let ahead = if is_summer_by_winter(summer, winter) { 60 } else { 0 };
    winter + Span::new().minutes(ahead)
}

/// When a run that begins at this local time begins.
pub(crate) fn start(begins: DateTime) -> Timestamp {
    instant(begins, HOME, false)
}

/// A moment an event is to be told, and the local start of what it tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub at: Timestamp,
    pub of: DateTime,
}

/// Each moment an event is to be told up to `until`.
pub(crate) fn dues(definition: &Definition, place: Place, until: Timestamp) -> Vec<Due> {
    let mut dues = Vec::new();
    if definition.off {
        return dues;
    }
    // Ends: at `until`, or with the last one.
    for n in 0..definition.times.unwrap_or(u32::MAX) {
        let of = turn(definition, n);
        let at = due(definition, of, place);
        if at > until {
            return dues;
        }
        if definition.left_out != Some(n) {
            dues.push(Due { at, of });
        }
        if definition.every.is_none() && definition.seconds.is_none() {
            return dues;
        }
    }
    dues
}

/// When the turn of an event that begins then is told. What is on a date is told whole days before it,
/// or before the last day to give notice.
fn due(definition: &Definition, of: DateTime, place: Place) -> Timestamp {
    let begins = |local| instant(local, definition.zone.unwrap_or(place.home), place.newer);
    if !definition.is_on_a_date() {
        return begins(of) - Span::new().minutes(definition.before);
    }
    let earlier = i64::from(definition.notice) + definition.before / A_DAY;
    let day = of.date().saturating_sub(Span::new().days(earlier));
    begins(day.at(place.hour, 0, 0, 0))
}

/// Whether this is the name of what begins then: by its moment, its date or its year.
pub(crate) fn is_named(occurrence: &str, of: DateTime) -> bool {
    let [moment, date, year] = ["p=%Y%m%dT%H%M%S", "p=%Y%m%d", "y=%Y"].map(|how| of.strftime(how));
    occurrence.contains(&moment.to_string())
        || occurrence.ends_with(&date.to_string())
        || occurrence == year.to_string()
}

/// The local start of this turn of an event.
pub(crate) fn turn(definition: &Definition, turn: u32) -> DateTime {
    let after = |each: Option<u32>| i64::from(each.unwrap_or(0)) * i64::from(turn);
    let of = match definition.seconds {
        Some(_) => definition.start + Span::new().seconds(after(definition.seconds)),
        None => definition.start + Span::new().days(after(definition.every)),
    };
    let parted = definition.parted.filter(|(from, _)| turn >= *from);
    of + Span::new().minutes(parted.map_or(0, |(_, minutes)| minutes))
}

/// The turn of an event that is next then, so many left out.
pub(crate) fn next_turn(
    definition: &Definition,
    place: Place,
    now: Timestamp,
    further: u32,
) -> u32 {
    let begins = |n: &u32| {
        let zone = definition.zone.unwrap_or(place.home);
        instant(turn(definition, *n), zone, place.newer)
    };
    (0..400).find(|n| begins(n) > now).unwrap_or(0) + further
}

/// From when on a reminder is not worth telling any more; nothing: it always is.
pub(crate) fn over(definition: &Definition, place: Place, due: Due) -> Option<Timestamp> {
    let begins = |local| instant(local, definition.zone.unwrap_or(place.home), place.newer);
    let midnight = |date: Date| begins(date.to_datetime(Time::midnight()));
    let (start, grace) = match definition.is_on_a_date() {
        true => (midnight(due.of.date()), due.at + Span::new().minutes(10)),
        false => (begins(due.of), due.at + Span::new().minutes(1)),
    };
    let own = match definition.use_by {
        Some("grace") => Some(grace),
        Some(_) => Some(start),
        None => None,
    };
    match definition.kind {
        "birthday" | "anniversary" => {
            Some(midnight(due.of.date().saturating_add(Span::new().days(1))))
        }
        "workflow" => own.or(Some(due.at + Span::new().hours(24))),
        "renewal" => own.or(Some(due.at + Span::new().hours(7 * 24))),
        "deadline" => Some(own.map_or(start, |own| own.min(start))),
        "appointment" => own.or(Some((start + Span::new().hours(1)).max(grace))),
        _ => own,
    }
}

/// The moments an event is due and may be over, in milliseconds since a run began, if no clock is
/// set and nobody moves.
pub(crate) fn moments(definition: &Definition, begins: DateTime, end: u64) -> Vec<u64> {
    let start = start(begins);
    let since = |at: Timestamp| u64::try_from(at.duration_since(start).as_millis()).ok();
    let until = start + Span::new().milliseconds(i64::try_from(end).unwrap_or(i64::MAX));
    let over = |due: Due| match definition.use_by {
        Some("grace") => due.at + Span::new().minutes(1),
        _ => due.at + Span::new().minutes(definition.before),
    };
    let dues = dues(definition, FIRST, until).into_iter();
    dues.flat_map(|due| [since(due.at), since(due.at), since(over(due))]).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_about_a_change_of_clocks_are_reckoned() {
        let table = [
            ("Europe/Berlin", "2026-03-29T00:18", "2026-03-28T23:18:00Z"),
            ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00Z"),
            ("Europe/Berlin", "2026-03-29T03:30", "2026-03-29T01:30:00Z"),
            ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"),
            ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z"),
            ("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59:00Z"),
            ("America/New_York", "2026-11-01T00:20", "2026-11-01T04:20:00Z"),
            ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"),
            ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00:00Z"),
        ];
        for (zone, shown, wanted) in table {
            let at = instant(shown.parse().expect("a local time"), zone, false);
            assert_eq!(at.to_string(), wanted, "{zone} {shown}");
            let back = local(at, Place { home: zone, ..FIRST });
            let shown = shown.replace("29T02:30", "29T03:30");
            assert_eq!(back, shown.parse().expect("a local time"), "{zone} {wanted}");
        }
    }

    #[test]
    fn what_is_on_a_date_is_due_at_the_hour_of_whole_days() {
        let on = |kind, month, day, zone| Definition {
            kind,
            start: Date::constant(2026, month, day).to_datetime(Time::midnight()),
            zone,
            every: None,
            before: 0,
            ..Definition::DAILY
        };
        let renewal = Definition { notice: 3, before: 5 * A_DAY, ..on("renewal", 11, 2, None) };
        let by = |use_by| Definition { use_by: Some(use_by), ..renewal };
        let again = Definition { every: Some(7), left_out: Some(0), ..renewal };
        let york = on("anniversary", 10, 24, Some("America/New_York"));
        let kolkata = on("birthday", 10, 24, Some("Asia/Kolkata"));
        let at_seven = Place { hour: 7, ..FIRST };
        let in_tokyo = Place { home: "Asia/Tokyo", ..FIRST };
        // Eight days before the second of November clocks were put back that night.
        let table = [
            (renewal, FIRST, "2026-10-25T08:00:00Z", "2026-11-01T08:00:00Z"),
            (renewal, at_seven, "2026-10-25T06:00:00Z", "2026-11-01T06:00:00Z"),
            (renewal, in_tokyo, "2026-10-25T00:00:00Z", "2026-11-01T00:00:00Z"),
            (by("grace"), FIRST, "2026-10-25T08:00:00Z", "2026-10-25T08:10:00Z"),
            (by("start"), FIRST, "2026-10-25T08:00:00Z", "2026-11-01T23:00:00Z"),
            (again, FIRST, "2026-11-01T08:00:00Z", "2026-11-08T08:00:00Z"),
            (york, FIRST, "2026-10-24T13:00:00Z", "2026-10-25T04:00:00Z"),
            (york, at_seven, "2026-10-24T11:00:00Z", "2026-10-25T04:00:00Z"),
            (york, in_tokyo, "2026-10-24T13:00:00Z", "2026-10-25T04:00:00Z"),
            (kolkata, FIRST, "2026-10-24T03:30:00Z", "2026-10-24T18:30:00Z"),
        ];
        for (definition, place, wanted, end) in table {
            let until = "2026-11-03T00:00:00Z".parse().expect("a moment");
            let dues = dues(&definition, place, until);
            let all: Vec<_> = dues.iter().map(|due| due.at.to_string()).collect();
            assert_eq!(all, [wanted], "{definition:?} {place:?}");
            let over = over(&definition, place, dues[0]).map(|over| over.to_string());
            assert_eq!(over.as_deref(), Some(end), "{definition:?} {place:?}");
        }
    }

    #[test]
    fn runs_follow_one_another_and_what_is_parted_goes_on_later() {
        let until = "2026-10-23T12:00:00Z".parse().expect("a moment");
        let all = |definition: Definition| {
            let dues = dues(&definition, FIRST, until);
            let all: Vec<_> = dues.iter().map(|due| due.at.to_string()).collect();
            all.join(" ")
        };
        // At noon in Berlin, ten minutes before.
        let daily =
            "2026-10-20T10:00:00Z 2026-10-21T10:00:00Z 2026-10-22T10:00:00Z 2026-10-23T10:00:00Z";
        assert_eq!(all(Definition::DAILY), daily);
        let parted = Definition { parted: Some((2, -30)), ..Definition::DAILY };
        assert_eq!(
            all(parted),
            daily.replace("22T10:00", "22T09:30").replace("23T10:00", "23T09:30")
        );
        let runs =
            Definition { seconds: Some(90), times: Some(3), every: None, ..Definition::DAILY };
        assert_eq!(all(runs), "2026-10-20T10:00:00Z 2026-10-20T10:01:30Z 2026-10-20T10:03:00Z");
    }

    #[test]
    fn an_occurrence_is_known_by_its_moment_its_date_or_its_year() {
        let of = |text: &str| text.parse().expect("a local time");
        let table = [
            ("o=20261024;p=20261024", "2026-10-24T00:00", true),
            ("o=20261023;p=20261024", "2026-10-24T00:00", true),
            ("o=20261024;p=20261023", "2026-10-24T00:00", false),
            ("y=2026", "2026-10-24T09:00", true),
            ("y=2027", "2026-10-24T09:00", false),
            ("o=20261024T101000;p=20261024T101000@Europe/Berlin", "2026-10-24T10:10", true),
            ("o=20261024T101000;p=20261024T101000", "2026-10-24T00:00", false),
        ];
        for (name, begins, wanted) in table {
            assert_eq!(is_named(name, of(begins)), wanted, "{name} {begins}");
        }
    }
}
