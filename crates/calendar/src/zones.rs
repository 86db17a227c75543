//! Time zones by name, from a database that is given. The calendar never asks the machine for
//! one; who opens the ledger decides which data it is and says its version.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

/// An IANA zone name that was found in the database when it was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ZoneName(String);

impl ZoneName {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self("UTC".into())
    }

    /// A name that some ledger holds already and that is therefore not checked again.
    pub fn stored(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A zone that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Several places call different zones by this abbreviation.
    #[error(
        "zone '{0}' is an abbreviation that means several zones: give a name such as Europe/Berlin"
    )]
    Ambiguous(String),
    /// The database has no such zone.
    #[error("zone '{0}' is not known: give an IANA name such as Europe/Berlin")]
    Unknown(String),
}

/// A zone database with its version.
#[derive(Debug, Clone)]
pub struct Zones {
    database: TimeZoneDatabase,
    version: Arc<str>,
    /// Zones that are otherwise than in the database.
    amended: Arc<BTreeMap<String, TimeZone>>,
}

impl Zones {
    /// The zones of this database; `version` as its own version line says (such as `2026e`).
    pub fn new(database: TimeZoneDatabase, version: impl Into<Arc<str>>) -> Self {
        Self { database, version: version.into(), amended: Arc::default() }
    }

    /// The same data, but for these zones.
    #[must_use]
    pub fn with(&self, amended: BTreeMap<String, TimeZone>) -> Self {
        Self { amended: Arc::new(amended), ..self.clone() }
    }

    /// The version of the data.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Takes in a name from outside, or an offset that never changes, such as `+00:37`.
    /// Abbreviations (EST, IST, CST) are never guessed.
    ///
    /// # Errors
    /// When the name is an abbreviation, or not in the database.
    pub fn check(&self, name: &str) -> Result<ZoneName, ZoneError> {
        let name = name.trim();
        if matches!(name, "UTC" | "Etc/UTC" | "Z") {
            return Ok(ZoneName::utc());
        }
        let shown: String = name.chars().take(64).collect();
        if is_abbreviation(name) {
            return Err(ZoneError::Ambiguous(shown));
        }
        if let Some(offset) = offset_of(name) {
            return Ok(self.fixed(offset));
        }
        let zone = self.database.get(name).map_err(|_| ZoneError::Unknown(shown.clone()))?;
        // The database does not mind small letters.
        if zone.iana_name().is_some_and(is_abbreviation) {
            return Err(ZoneError::Ambiguous(shown));
        }
        Ok(ZoneName(zone.iana_name().unwrap_or(name).to_string()))
    }

    /// The zone whose clocks never change: by a name of the database, which writes the signs of whole
    /// hours the other way round, or as its offset, to the minute.
    pub fn fixed(&self, offset: Offset) -> ZoneName {
        let minutes = (offset.seconds() + 30).div_euclid(60);
        let (hours, rest) = (minutes / 60, minutes % 60);
        let named = format!("Etc/GMT{:+}", -hours);
        match (minutes, rest) {
            (0, _) => ZoneName::utc(),
            (_, 0) if self.database.get(&named).is_ok() => ZoneName(named),
            _ => {
                let sign = if minutes < 0 { '-' } else { '+' };
                ZoneName(format!("{sign}{:02}:{:02}", hours.abs(), rest.abs()))
            }
        }
    }

    /// Every name the database has, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.database.available().map(|name| name.as_str().to_string())
    }

    /// The zone of a name taken in before; UTC with `false` if newer data has lost it.
    pub fn zone(&self, name: &ZoneName) -> (TimeZone, bool) {
        if name.as_str() == "UTC" {
            return (TimeZone::UTC, true);
        }
        if let Some(zone) = self.amended.get(name.as_str()) {
            return (zone.clone(), true);
        }
        if let Some(zone) = offset_of(name.as_str()).and_then(|offset| named(name, offset)) {
            return (zone, true);
        }
        match self.database.get(name.as_str()) {
            Ok(zone) => (zone, true),
            Err(_) => (TimeZone::UTC, false),
        }
    }
}

/// What people call the place of a zone: "New York" of `America/New_York`. One that is called by its
/// offset says that as they do, `UTC+5:30`, and not as the database, whose signs are the other way
/// round: `Etc/GMT+5` is `UTC−5`.
pub fn place_name(zone: &str) -> String {
    let hours = zone.strip_prefix("Etc/GMT").and_then(|hours| hours.parse::<i32>().ok());
    let offset = match hours {
        Some(hours) => Offset::from_seconds(-3_600 * hours).ok(),
        None => offset_of(zone),
    };
    match offset {
        Some(offset) => offset_words(offset),
        None => zone.rsplit('/').next().unwrap_or(zone).replace('_', " "),
    }
}

/// An offset as people say it: `UTC−5`, `UTC+5:30`, `UTC+0`.
pub fn offset_words(offset: Offset) -> String {
    let (sign, minutes) =
        (if offset.is_negative() { '−' } else { '+' }, offset.seconds().abs() / 60);
    match minutes % 60 {
        0 => format!("UTC{sign}{}", minutes / 60),
        rest => format!("UTC{sign}{}:{rest:02}", minutes / 60),
    }
}

/// The offset that is a zone's name: `+00:37`.
fn offset_of(name: &str) -> Option<Offset> {
    let &[sign @ (b'+' | b'-'), h, o, b':', m, i] = name.as_bytes() else { return None };
    let digits = [h, o, m, i];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let [h, o, m, i] = digits.map(|digit| i32::from(digit - b'0'));
    let (hours, minutes) = (h * 10 + o, m * 10 + i);
    let seconds = (hours * 60 + minutes) * 60;
    let is_one = hours < 24 && minutes < 60;
    is_one.then(|| Offset::from_seconds(if sign == b'-' { -seconds } else { seconds }).ok())?
}

/// A zone that is called by its offset, which those of jiff itself have no name for: zone data (RFC
/// 9636, version 1) of one offset and no change.
fn named(name: &ZoneName, offset: Offset) -> Option<TimeZone> {
    let abbreviation = name.as_str().replace(':', "") + "\0";
    let length = u32::try_from(abbreviation.len()).ok()?;
    let mut data = b"TZif".to_vec();
    data.extend([0; 16]);
    // Of UTC and of standard indicators, leap seconds and changes none; one type, and its name.
    data.extend([0, 0, 0, 0, 1, length].into_iter().flat_map(u32::to_be_bytes));
    data.extend(offset.seconds().to_be_bytes());
    data.extend([0, 0]);
    data.extend(abbreviation.as_bytes());
    TimeZone::tzif(name.as_str(), &data).ok()
}

/// Whether a name looks like an abbreviation, which several zones may go by.
fn is_abbreviation(name: &str) -> bool {
    let is_short = (1..=7).contains(&name.len()) && !matches!(name, "GMT" | "UTC");
    is_short && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_the_name_of_a_zone_whose_clocks_never_change() {
        let zones = Zones::new(TimeZoneDatabase::bundled(), "bundled");
        for (text, called, seconds) in [
            ("+00:37", "+00:37", 2_220),
            ("-05:37", "-05:37", -20_220),
            ("-00:20", "-00:20", -1_200),
            ("+03:00", "Etc/GMT-3", 10_800),
            ("-05:00", "Etc/GMT+5", -18_000),
            ("+00:00", "UTC", 0),
            ("+23:00", "+23:00", 82_800),
        ] {
            let name = zones.check(text).expect("a zone");
            assert_eq!(name.as_str(), called);
            let (zone, is_known) = zones.zone(&name);
            assert!(is_known, "{text}");
            assert_eq!(zone.iana_name(), Some(called));
            for at in [-5_000_000_000, 0, 1_800_000_000, 9_000_000_000] {
                let at = jiff::Timestamp::from_second(at).expect("a moment");
                assert_eq!(zone.to_offset(at).seconds(), seconds, "{text}");
            }
        }
        for text in ["+0037", "+24:00", "+00:60", "00:37", "+00:3a", "+00:37:00"] {
            assert!(zones.check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_that_is_called_by_its_offset_says_it_as_people_do() {
        for (zone, words) in [
            ("America/New_York", "New York"),
            ("America/Argentina/Buenos_Aires", "Buenos Aires"),
            ("UTC", "UTC"),
            ("Etc/UTC", "UTC"),
            ("Etc/GMT+5", "UTC−5"),
            ("Etc/GMT-14", "UTC+14"),
            ("+05:30", "UTC+5:30"),
            ("-00:20", "UTC−0:20"),
        ] {
            assert_eq!(place_name(zone), words);
        }
    }

    #[test]
    fn abbreviations_are_never_guessed_in_small_letters_either() {
        let zones = Zones::new(TimeZoneDatabase::bundled(), "bundled");
        for name in ["HST", "hst", "est", "Est", "EST5EDT"] {
            let found = zones.check(name);
            assert_eq!(found, Err(ZoneError::Ambiguous(name.into())), "{name}");
        }
        for (name, known) in [("utc", "UTC"), ("gmt", "GMT"), ("europe/berlin", "Europe/Berlin")] {
            assert_eq!(zones.check(name).map(|zone| zone.to_string()), Ok(known.into()));
        }
    }
}
