//! Quiet hours: between which times of day, on which days, nothing pops up. They are by the wall
//! clock of the place one is in: an evening's span ends in the morning, however long clocks make
//! that night.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Time, Weekday},
    tz::TimeZone,
};

use crate::timing::{LocalStart, instant, shift};

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Days(u8);

/// Quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quiet {
    from: Time,
    to: Time,
    days: Days,
}

/// Quiet hours that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuietError {
    /// A time of day that is none.
    #[error("time '{0}' is not understood: write hours and minutes such as 22:00")]
    Time(String),
    /// Days that are none.
    #[error("days '{0}' are not understood: write all, or names such as mon-fri or sat,sun")]
    Days(String),
    /// No length, or no end.
    #[error(
        "quiet hours from {0} to {0} have no length: let them end at another time, or pause until you resume"
    )]
    Empty(String),
}

impl Days {
    /// All seven.
    pub const ALL: Self = Self(0b111_1111);

    /// Whether this day is among them.
    pub fn has(self, day: Weekday) -> bool {
        self.0 & (1 << place(day)) != 0
    }

    /// Their numbers, Monday being 0.
    pub fn numbers(self) -> impl Iterator<Item = u8> {
        (0..7).filter(move |n| self.0 & (1 << n) != 0)
    }

    /// Days by their numbers, Monday being 0.
    ///
    /// # Errors
    /// When there is none, or one that is no day.
    pub fn of_numbers(numbers: &[u8]) -> Result<Self, QuietError> {
        let fail = || QuietError::Days(format!("{numbers:?}"));
        let mut days = 0;
        for number in numbers {
            days |= 1u8.checked_shl(u32::from(*number)).filter(|_| *number < 7).ok_or_else(fail)?;
        }
        if days == 0 { Err(fail()) } else { Ok(Self(days)) }
    }
}

fn place(day: Weekday) -> u8 {
    u8::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

impl Quiet {
    /// From this time of day to that, which is on the next day if it is not later, on the nights
    /// that begin on these days.
    ///
    /// # Errors
    /// When it has no length.
    pub fn new(from: Time, to: Time, days: Days) -> Result<Self, QuietError> {
        if from == to {
            return Err(QuietError::Empty(hours(from)));
        }
        Ok(Self { from, to, days })
    }

    /// When they begin.
    pub fn from(self) -> Time {
        self.from
    }

    /// When they end.
    pub fn to(self) -> Time {
        self.to
    }

    /// On which days they begin.
    pub fn days(self) -> Days {
        self.days
    }

    /// The quiet stretch this moment is in: from its start, and up to but without its end.
    pub fn stretch(self, at: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let today = zone.to_datetime(at).date();
        [-1, 0].into_iter().find_map(|days| {
            let date = shift(today.to_datetime(Time::midnight()), days, 0).date();
            let next = i32::from(self.to <= self.from);
            let last = shift(date.to_datetime(Time::midnight()), next, 0).date();
            let begins = instant(LocalStart::first(date.to_datetime(self.from)), zone).0;
            let ends = instant(LocalStart::first(last.to_datetime(self.to)), zone).0;
            let is_in = self.days.has(date.weekday()) && begins <= at && at < ends;
            is_in.then_some((begins, ends))
        })
    }

    /// The last quiet stretch that began before this moment, within the last days.
    pub fn last(self, before: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let today = zone.to_datetime(before).date();
        let began = |days: i32| {
            let date = shift(today.to_datetime(Time::midnight()), -days, 0).date();
            instant(LocalStart::first(date.to_datetime(self.from)), zone).0
        };
        (0..9).map(began).filter(|began| *began < before).find_map(|at| self.stretch(at, zone))
    }

    /// Until when it is quiet at this moment, if it is.
    pub fn until(self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.stretch(at, zone).map(|(_, ends)| ends)
    }

    /// When they begin next after a moment at which it is not quiet, within the next days.
    pub fn next(self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = zone.to_datetime(after).date();
        (0..9).find_map(|days| {
            let date = shift(today.to_datetime(Time::midnight()), days, 0).date();
            let begins = instant(LocalStart::first(date.to_datetime(self.from)), zone).0;
            (self.days.has(date.weekday()) && begins > after).then_some(begins)
        })
    }

    /// Reads both times and the days as people write them.
    ///
    /// # Errors
    /// The word that is none.
    pub fn read(from: &str, to: &str, days: &str) -> Result<Self, QuietError> {
        Self::new(time(from)?, time(to)?, days.parse()?)
    }
}

fn hours(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// A time of day in hours and minutes; the end of a day may be written 24:00.
fn time(text: &str) -> Result<Time, QuietError> {
    let fail = || QuietError::Time(text.chars().take(20).collect());
    let text = text.trim();
    if text == "24:00" {
        return Ok(Time::midnight());
    }
    Time::strptime("%H:%M", text).map_err(|_| fail())
}

/// `22:00-07:00 mon-fri`
impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{} {}", hours(self.from), hours(self.to), self.days)
    }
}

impl FromStr for Quiet {
    type Err = QuietError;
    fn from_str(text: &str) -> Result<Self, QuietError> {
        let (times, days) = text.trim().split_once(' ').unwrap_or((text.trim(), "all"));
        let fail = || QuietError::Time(text.chars().take(20).collect());
        let (from, to) = times.split_once('-').ok_or_else(fail)?;
        Self::read(from, to, days)
    }
}

/// `all`, `mon-fri`, `sat,sun`
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("all");
        }
        let numbers: Vec<usize> = self.numbers().map(usize::from).collect();
        let mut runs: Vec<Vec<usize>> =
            numbers.chunk_by(|a, b| a + 1 == *b).map(<[usize]>::to_vec).collect();
        // From Sunday to Thursday goes through the end of the week.
        if let [first, .., last] = runs.as_slice()
            && (first.first(), last.last()) == (Some(&0), Some(&6))
            && first.len() + last.len() > 2
        {
            let through = [last.as_slice(), first.as_slice()].concat();
            runs.pop();
            runs[0] = through;
        }
        let mut parts: Vec<String> = Vec::new();
        for run in &runs {
            match run.as_slice() {
                [first, .., last] if run.len() > 2 => {
                    parts.push(format!("{}-{}", NAMES[*first], NAMES[*last]));
                }
                few => parts.extend(few.iter().map(|n| NAMES[*n].to_string())),
            }
        }
        f.write_str(&parts.join(","))
    }
}

impl FromStr for Days {
    type Err = QuietError;
    fn from_str(text: &str) -> Result<Self, QuietError> {
        let fail = || QuietError::Days(text.chars().take(40).collect());
        let number = |name: &str| {
            let name = name.trim().to_ascii_lowercase();
            NAMES.iter().position(|known| *known == name).ok_or_else(fail)
        };
        if matches!(text.trim().to_ascii_lowercase().as_str(), "all" | "daily") {
            return Ok(Self::ALL);
        }
        let mut days = 0u8;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            // From Saturday to Monday goes through Sunday.
            let steps = (last + 7 - first) % 7;
            (0..=steps).for_each(|step| days |= 1 << ((first + step) % 7));
        }
        Ok(Self(days))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    fn at(local: &str) -> (Timestamp, TimeZone) {
        let zoned: jiff::Zoned = TimeZoneDatabase::bundled()
            .get(local.split(['[', ']']).nth(1).unwrap_or("UTC"))
            .map_or_else(
                |_| panic!("a zone: {local}"),
                |zone| {
                    let at: jiff::civil::DateTime =
                        local.split('[').next().unwrap_or("").parse().expect("a local time");
                    at.to_zoned(zone).expect("an instant")
                },
            );
        (zoned.timestamp(), zoned.time_zone().clone())
    }

    /// Until when it is quiet then, by the clock there; nothing if it is not.
    fn check(rules: &str, local: &str, until: Option<&str>) {
        let (now, zone) = at(local);
        let found = rules.parse::<Quiet>().expect(rules).until(now, &zone);
        let found = found.map(|end| zone.to_datetime(end).strftime("%a %H:%M").to_string());
        assert_eq!(found.as_deref(), until, "{rules} at {local}");
    }

    #[test]
    fn an_evening_is_quiet_until_the_morning_and_not_at_its_end() {
        let nights = "22:00-07:00 all";
        check(nights, "2026-11-23T21:59:59[Europe/Berlin]", None);
        check(nights, "2026-11-23T22:00[Europe/Berlin]", Some("Tue 07:00"));
        check(nights, "2026-11-24T06:59:59[Europe/Berlin]", Some("Tue 07:00"));
        check(nights, "2026-11-24T07:00[Europe/Berlin]", None);
        check("13:00-14:00 all", "2026-11-24T13:30[Europe/Berlin]", Some("Tue 14:00"));
        check("22:00-24:00 all", "2026-11-24T23:30[Europe/Berlin]", Some("Wed 00:00"));
    }

    #[test]
    fn a_day_is_that_on_which_the_night_begins() {
        let work = "22:00-07:00 sun-thu";
        check(work, "2026-11-22T23:00[Europe/Berlin]", Some("Mon 07:00"));
        check(work, "2026-11-27T06:00[Europe/Berlin]", Some("Fri 07:00"));
        check(work, "2026-11-27T23:00[Europe/Berlin]", None);
        check(work, "2026-11-28T06:00[Europe/Berlin]", None);
    }

    #[test]
    fn days_in_a_row_are_said_as_a_person_says_them() {
        for (said, told) in [
            ("sun-thu", "sun-thu"),
            ("mon,tue,wed,thu,sun", "sun-thu"),
            ("sat-mon,wed", "sat-mon,wed"),
            ("mon-fri", "mon-fri"),
            ("fri-sun", "fri-sun"),
            ("sun,mon", "mon,sun"),
            ("sat,sun", "sat,sun"),
            ("mon-sun", "all"),
            ("tue-sun", "tue-sun"),
            ("wed-mon", "wed-mon"),
        ] {
            let days: Days = said.parse().expect(said);
            assert_eq!(days.to_string(), told, "{said}");
            assert_eq!(told.parse(), Ok(days), "{told}");
        }
    }

    #[test]
    fn they_begin_next_on_one_of_their_days() {
        for (rules, local, next) in [
            ("22:00-07:00 all", "2026-11-23T12:00[Europe/Berlin]", "Mon 23 22:00"),
            ("22:00-07:00 all", "2026-11-23T22:00[Europe/Berlin]", "Tue 24 22:00"),
            ("22:00-07:00 sat", "2026-11-28T23:00[Europe/Berlin]", "Sat 05 22:00"),
        ] {
            let (now, zone) = at(local);
            let found = rules.parse::<Quiet>().expect(rules).next(now, &zone).expect("a night");
            assert_eq!(zone.to_datetime(found).strftime("%a %d %H:%M").to_string(), next);
        }
    }

    #[test]
    fn nights_in_which_clocks_change_end_by_the_clock() {
        let nights = "22:00-07:00 all";
        for (local, hours) in
            [("2026-03-28T22:00[Europe/Berlin]", 8), ("2026-10-24T22:00[Europe/Berlin]", 10)]
        {
            let (now, zone) = at(local);
            let until = nights.parse::<Quiet>().expect("rules").until(now, &zone).expect("quiet");
            assert_eq!(until.duration_since(now).as_hours(), hours, "{local}");
        }
        // An end that is skipped is as much later, and one that comes twice is the first.
        check("22:00-02:30 all", "2026-03-29T03:10[Europe/Berlin]", Some("Sun 03:30"));
        let (now, zone) = at("2026-10-25T01:00[Europe/Berlin]");
        let until = "22:00-02:30 all".parse::<Quiet>().expect("rules").until(now, &zone);
        assert_eq!(until.map(|end| end.duration_since(now).as_mins()), Some(90));
        // Where midnight itself is skipped.
        check("23:00-00:30 all", "2026-04-24T01:10[Africa/Cairo]", Some("Fri 01:30"));
    }

    #[test]
    fn quiet_hours_read_back_as_they_were_written() {
        for (text, said) in [
            ("22:00-07:00 mon-fri", "22:00-07:00 mon-fri"),
            ("22:00-07:00", "22:00-07:00 all"),
            ("09:30-17:00 sat,Sun", "09:30-17:00 sat,sun"),
            ("22:00-07:00 fri-mon", "22:00-07:00 fri-mon"),
            ("22:00-07:00 mon,wed,thu,fri", "22:00-07:00 mon,wed-fri"),
        ] {
            let rules: Quiet = text.parse().expect(text);
            assert_eq!(rules.to_string(), said);
            assert_eq!(said.parse(), Ok(rules));
            let numbers: Vec<u8> = rules.days().numbers().collect();
            assert_eq!(Days::of_numbers(&numbers), Ok(rules.days()));
        }
        for bad in ["", "22-07", "22:00", "25:00-07:00", "22:00-07:00 x", "22:00-22:00", "é-ü"] {
            assert!(bad.parse::<Quiet>().is_err(), "{bad}");
        }
        assert!(Days::of_numbers(&[]).is_err() && Days::of_numbers(&[7]).is_err());
    }
}
