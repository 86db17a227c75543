//! Time zones by name, from a database that is given. The calendar never asks the machine for
//! one; who opens the ledger decides which data it is and says its version.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::tz::{TimeZone, TimeZoneDatabase};

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

    /// Takes in a name from outside. Abbreviations (EST, IST, CST) are never guessed.
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
        let zone = self.database.get(name).map_err(|_| ZoneError::Unknown(shown.clone()))?;
        // The database does not mind small letters.
        if zone.iana_name().is_some_and(is_abbreviation) {
            return Err(ZoneError::Ambiguous(shown));
        }
        Ok(ZoneName(zone.iana_name().unwrap_or(name).to_string()))
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
        match self.database.get(name.as_str()) {
            Ok(zone) => (zone, true),
            Err(_) => (TimeZone::UTC, false),
        }
    }
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
