//! Reading times: dates, local times, times with their own zone (RFC 9557) and instants
//! (RFC 3339).

use calendar::{
    reminder::Trigger,
    timing::{Length, LocalStart, instant, no_such_day, start_of_day},
    zones::{ZoneName, Zones},
};
use jiff::{
    Timestamp,
    civil::Time,
    fmt::temporal::{Pieces, TimeZoneAnnotationKind},
    tz::TimeZone,
};

use crate::failure::Failure;

/// How times without a zone of their own are to be read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The argument they were given for.
    pub field: &'a str,
    /// Zone data.
    pub zones: &'a Zones,
    /// What `--zone` says.
    pub zone: Option<&'a str>,
    /// This computer's zone, as the ledger has it.
    pub machine: &'a ZoneName,
}

/// A time as given: a wall time or date, and the zone it is in.
#[derive(Debug, Clone)]
pub struct Given {
    /// The wall time; midnight for a date.
    pub local: LocalStart,
    /// Whether it is a date.
    pub is_date: bool,
    /// The zone it is in.
    pub zone: ZoneName,
    /// Whether it said itself where it is, by a zone or an offset.
    pub is_placed: bool,
}

impl Reading<'_> {
    fn fail(&self, text: &str) -> Failure {
        if let Some(message) = no_such_day(text.trim()) {
            return self.wrong(message);
        }
        let shown: String = text.chars().take(60).collect();
        Failure::usage(
            self.field,
            format!(
                "'{shown}' is not a time: write 2027-05-01, 2027-05-01T09:00, 2027-05-01T09:00[Europe/Lisbon] or 2027-05-01T09:00:00Z"
            ),
        )
    }

    fn wrong(&self, message: impl Into<String>) -> Failure {
        Failure::usage(self.field, message)
    }

    /// Takes a zone's name in.
    pub fn named(&self, name: &str) -> Result<ZoneName, Failure> {
        self.zones.check(name).map_err(|e| Failure::invalid("zone", e.to_string()))
    }

    /// Reads a time.
    pub fn read(&self, text: &str) -> Result<Given, Failure> {
        let pieces = Pieces::parse(text.trim()).map_err(|_| self.fail(text))?;
        let own = match pieces.time_zone_annotation().map(|a| a.kind()) {
            Some(TimeZoneAnnotationKind::Named(name)) => Some(self.named(name.as_str())?),
            Some(_) => {
                return Err(self.wrong(format!(
                    "'{text}' names an offset for a zone: write an IANA name such as [Europe/Lisbon]"
                )));
            }
            None => None,
        };
        let asked = self.zone.map(|name| self.named(name)).transpose()?;
        if let (Some(own), Some(asked)) = (&own, &asked)
            && own != asked
        {
            return Err(
                self.wrong(format!("'{text}' is in {own} and --zone says {asked}: name one"))
            );
        }
        let zone = own.as_ref().or(asked.as_ref()).unwrap_or(self.machine).clone();
        let offset = pieces.offset();
        let is_placed = own.is_some() || offset.is_some();
        let at = pieces.date().to_datetime(pieces.time().unwrap_or_else(Time::midnight));
        let local = match offset {
            None => LocalStart::first(at),
            Some(offset) => {
                let wrong = || self.fail(text);
                let moment = offset.to_numeric_offset().to_timestamp(at).map_err(|_| wrong())?;
                self.local_of(moment, &self.zones.zone(&zone).0)
            }
        };
        // A zone and an offset that is not its own: one of them is a mistake.
        let is_utc = matches!(offset, Some(jiff::fmt::temporal::PiecesOffset::Zulu));
        if own.is_some() && !is_utc && local.at != at {
            return Err(self.wrong(format!(
                "'{text}' has an offset that {zone} does not have at that time: leave the offset away"
            )));
        }
        Ok(Given { local, is_date: pieces.time().is_none() && offset.is_none(), zone, is_placed })
    }

    /// This moment, in the zone times are given in.
    pub fn now(&self, now: Timestamp) -> Result<Given, Failure> {
        let zone = self.zone.map_or_else(|| Ok(self.machine.clone()), |name| self.named(name))?;
        let local = self.local_of(now, &self.zones.zone(&zone).0);
        Ok(Given { local, is_date: false, zone, is_placed: false })
    }

    fn local_of(&self, moment: Timestamp, zone: &TimeZone) -> LocalStart {
        let first = LocalStart::first(zone.to_datetime(moment));
        let fold = instant(first, zone).0 != moment;
        LocalStart { fold, ..first }
    }

    /// Reads a time as a moment; a date is the moment it begins with, plus these hours.
    pub fn moment(&self, text: &str, hour: i8) -> Result<Timestamp, Failure> {
        let given = self.read(text)?;
        let zone = self.zones.zone(&given.zone).0;
        if !given.is_date {
            return Ok(instant(given.local, &zone).0);
        }
        let date = given.local.at.date();
        Ok(match hour {
            0 => start_of_day(date, &zone),
            hour => instant(LocalStart::first(date.at(hour, 0, 0, 0)), &zone).0,
        })
    }
}

/// Reads a length such as `45m`, `1h30m` or `2d`.
pub fn length(field: &str, text: &str) -> Result<Length, Failure> {
    let bare = text.chars().next().is_some_and(|c| c.is_ascii_digit());
    match Trigger::parse_offset(&format!("+{text}")) {
        Ok(Trigger::Relative { days, seconds, .. }) if bare => Ok(Length { days, seconds }),
        Ok(Trigger::Relative { .. } | Trigger::At(_)) | Err(_) => {
            let shown: String = text.chars().take(40).collect();
            let is_written = text.chars().all(|c| c.is_ascii_digit() || "mhdw".contains(c));
            let seconds = bare && text.trim_end_matches('s').chars().all(|c| c.is_ascii_digit());
            let message = match bare && is_written && text.ends_with(['m', 'h', 'd', 'w']) {
                false if seconds && text.ends_with('s') => {
                    format!(
                        "'{shown}' is in seconds: a minute is the least, so write 1m, 45m or 2h"
                    )
                }
                true => format!("{shown} is too long: at most 3660d or 8784h are taken"),
                false => format!("'{shown}' is not a length: write 45m, 2h, 1h30m, 3d or 1w"),
            };
            Err(Failure::usage(field, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    /// A time in a zone, as machine Berlin reads it: local text, zone, and the instant; or a part
    /// of the sentence that refuses it.
    fn check(text: &str, zone: Option<&str>, wanted: &str) {
        let zones = Zones::new(TimeZoneDatabase::bundled(), "bundle");
        let machine = ZoneName::stored("Europe/Berlin");
        let reading = Reading { field: "at", zones: &zones, zone, machine: &machine };
        let found = match reading.read(text) {
            Ok(given) => format!("{} {}", given.local.text(given.is_date), given.zone),
            Err(failure) => failure.shown(false),
        };
        assert!(found.contains(wanted), "{text} {zone:?}: {found}");
    }

    #[test]
    fn times_are_read_in_the_zone_they_say_or_are_given() {
        check("2027-05-01", None, "20270501 Europe/Berlin");
        check("2027-05-01T09:00", None, "20270501T090000 Europe/Berlin");
        check("2027-05-01 09:00:30", None, "20270501T090030 Europe/Berlin");
        check("2027-05-01T09:00", Some("Asia/Tokyo"), "20270501T090000 Asia/Tokyo");
        check("2027-05-01T09:00[Europe/Lisbon]", None, "20270501T090000 Europe/Lisbon");
        check("2027-05-01T09:00Z", None, "20270501T110000 Europe/Berlin");
        check("2027-05-01T09:00:00+01:00", Some("Asia/Tokyo"), "20270501T170000 Asia/Tokyo");
        check("2027-05-01T09:00Z[Asia/Tokyo]", None, "20270501T180000 Asia/Tokyo");
    }

    #[test]
    fn a_repeated_hour_is_told_apart_by_its_offset_and_a_skipped_one_stays_nominal() {
        check("2027-10-31T02:30+02:00[Europe/Berlin]", None, "20271031T023000 ");
        check("2027-10-31T02:30+01:00[Europe/Berlin]", None, "20271031T023000+fold ");
        check("2027-03-28T02:30[Europe/Berlin]", None, "20270328T023000 ");
    }

    #[test]
    fn what_is_no_time_is_refused_in_one_sentence() {
        check("tomorrow", None, "'tomorrow' is not a time");
        check("2027-02-30", None, "there is no 30 February 2027: that month has 28 days");
        check("2027-13-30", None, "is not a time");
        check("", None, "is not a time");
        check("2027-05-01T09:00[Europe/Nowhere]", None, "zone 'Europe/Nowhere' is not known");
        check("2027-05-01T09:00", Some("CET"), "zone 'CET' is an abbreviation");
        check("2027-05-01T09:00+05:00[Europe/Lisbon]", None, "leave the offset away");
        check("2027-05-01T09:00[Europe/Lisbon]", Some("Asia/Tokyo"), "name one");
    }

    #[test]
    fn lengths_are_units_behind_numbers() {
        let days = |text| length("for", text).map(|l| (l.days, l.seconds)).ok();
        assert_eq!(days("45m"), Some((0, 2700)));
        assert_eq!(days("1h30m"), Some((0, 5400)));
        assert_eq!(days("2d"), Some((2, 0)));
        for bad in ["", "+1h", "-1h", "1", "h", "1y", "@2027-05-01"] {
            assert!(length("for", bad).is_err(), "{bad}");
        }
    }
}
