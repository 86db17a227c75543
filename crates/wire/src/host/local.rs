//! The display zone: the machine's zone as the ledger has it, in which the window draws all there
//! is. Instants become wall times here, and what the window says in wall times becomes instants.

pub(super) use calendar::zones::place_name as city;
use calendar::{
    occurrence::Context,
    timing::{Landing, LocalStart, instant},
    zones::{ZoneName, Zones, offset_words},
};
use engine::Engine;
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};

use crate::{
    dto::{Moment, Wall, ZoneView},
    fault::Fault,
};

/// The present moment and the zone it is seen in.
pub(super) struct Local {
    pub(super) now: Timestamp,
    pub(super) zone: TimeZone,
    pub(super) context: Context,
}

impl Local {
    pub(super) fn of(engine: &Engine) -> Result<Self, Fault> {
        let context = engine.planning_context()?;
        Ok(Self { now: engine.now().wall, zone: context.machine_zone(), context })
    }

    pub(super) fn moment(&self, at: Timestamp) -> Moment {
        moment_in(&self.zone, at)
    }

    pub(super) fn wall(&self, at: Timestamp) -> Wall {
        wall(self.zone.to_datetime(at))
    }

    pub(super) fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }

    /// The moment of a wall time here: after a gap, and of two the first.
    pub(super) fn at(&self, local: DateTime) -> Timestamp {
        instant(LocalStart::first(local), &self.zone).0
    }
}

/// A moment as clocks in a zone have it.
pub(super) fn moment_in(zone: &TimeZone, at: Timestamp) -> Moment {
    let local = zone.to_datetime(at);
    Moment {
        utc: at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        date: local.date().to_string(),
        wall_min: minutes(local.time()),
        ms: i32::from(local.second()) * 1000 + i32::from(local.millisecond()),
        zone: abbreviation(zone, at),
    }
}

pub(super) fn wall(local: DateTime) -> Wall {
    Wall { date: local.date().to_string(), wall_min: Some(minutes(local.time())) }
}

/// Minutes since midnight by the wall.
pub(super) fn minutes(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

/// `CET`
pub(super) fn abbreviation(zone: &TimeZone, at: Timestamp) -> String {
    zone.to_offset_info(at).abbreviation().to_string()
}

/// What a wall time's two passings are called, if it has two.
pub(super) fn passings(local: DateTime, zone: &TimeZone) -> Option<[String; 2]> {
    let AmbiguousOffset::Fold { before, after } = zone.to_ambiguous_timestamp(local).offset()
    else {
        return None;
    };
    let name = |offset: jiff::tz::Offset| {
        offset.to_timestamp(local).map(|at| abbreviation(zone, at)).unwrap_or_default()
    };
    Some([name(before), name(after)])
}

/// A moment's wall time with the bit that tells it from its twin.
pub(super) fn start_in(zone: &TimeZone, at: Timestamp) -> LocalStart {
    let local = zone.to_datetime(at);
    let (first, landing) = instant(LocalStart::first(local), zone);
    LocalStart { at: local, fold: landing == Landing::Folded && first != at }
}

/// A date as it came.
pub(super) fn date(field: &str, text: &str) -> Result<Date, Fault> {
    let found: Option<Date> = text.parse().ok().filter(|_| text.len() == 10);
    found.filter(|date| date.year() >= 1).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Fault::invalid(field, format!("'{shown}' is not a date such as 2027-05-01"))
    })
}

/// A wall time on a date; 1440 is the next midnight.
pub(super) fn on(field: &str, date: Date, wall_min: i32) -> Result<DateTime, Fault> {
    if !(0..=1440).contains(&wall_min) {
        let message = format!("minute {wall_min} of a day: allowed are 0 to 1440");
        return Err(Fault::invalid(field, message));
    }
    let midnight = date.to_datetime(Time::midnight());
    midnight.checked_add(wall_min.minutes()).map_err(|_| {
        Fault::invalid(
            field,
            format!("{date} is at the end of the calendar: choose an earlier date"),
        )
    })
}

/// The zone as a person picks it.
pub(super) fn zone_view(zones: &Zones, name: &ZoneName, now: Timestamp) -> ZoneView {
    let city = city(name.as_str());
    // What is called so says itself how far it is from UTC.
    let offset = match city.starts_with("UTC") {
        true => String::new(),
        false => offset_words(zones.zone(name).0.to_offset(now)),
    };
    ZoneView { id: name.to_string(), city, offset, person: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone")
    }

    #[test]
    fn the_second_of_two_equal_wall_times_is_told_apart() {
        for (at, fold) in [
            ("2026-10-25T00:30:00Z", false),
            ("2026-10-25T01:30:00Z", true),
            ("2026-10-25T03:30:00Z", false),
        ] {
            let start = start_in(&berlin(), at.parse().expect("an instant"));
            assert_eq!(start.fold, fold, "{at}");
        }
    }

    #[test]
    fn two_passings_have_two_names() {
        let local = |text: &str| text.parse::<DateTime>().expect("a local time");
        let names = passings(local("2026-10-25T02:30"), &berlin());
        assert_eq!(names, Some(["CEST".into(), "CET".into()]));
        assert_eq!(passings(local("2026-10-25T03:00"), &berlin()), None);
        assert_eq!(passings(local("2027-03-28T02:30"), &berlin()), None);
    }

    #[test]
    fn dates_and_minutes_out_of_bounds_are_refused() {
        for bad in ["", "2026-13-01", "2026-1-1", "20260101", "x", "-000001-01-01"] {
            assert!(date("date", bad).is_err(), "{bad}");
        }
        let day = date("date", "2026-11-22").expect("a date");
        assert!(on("wallMin", day, -1).is_err() && on("wallMin", day, 1441).is_err());
        assert_eq!(on("wallMin", day, 1440).expect("midnight").to_string(), "2026-11-23T00:00:00");
    }
}
