//! Which zone this machine is in, asked of the environment and the system's files: the only
//! place that asks. Planning never does; it uses the row of the ledger that the service keeps.

use std::path::{Path, PathBuf};

use calendar::zones::{ZoneName, Zones};

/// Where a machine says its zone.
#[derive(Debug, Clone)]
pub struct ZoneSources {
    /// The environment's `TZ`.
    pub tz: Option<String>,
    /// The link to the zone's file.
    pub localtime: PathBuf,
    /// Debian's file with the zone's name.
    pub timezone: PathBuf,
}

impl ZoneSources {
    /// This machine's.
    pub fn of_this_machine() -> Self {
        Self {
            tz: std::env::var("TZ").ok(),
            localtime: "/etc/localtime".into(),
            timezone: "/etc/timezone".into(),
        }
    }

    /// The entries that are touched when the zone changes: the link, and what `TZ` names by path.
    pub fn watched(&self) -> Vec<PathBuf> {
        let named = self.tz.as_deref().map(|tz| tz.strip_prefix(':').unwrap_or(tz));
        let named = named.filter(|tz| tz.starts_with('/')).map(PathBuf::from);
        named.into_iter().chain([self.localtime.clone()]).collect()
    }

    /// The zone in force: the first of `TZ`, the link's target and Debian's file whose IANA
    /// name `known` knows. `None` when none of them names a zone (a copied file, a POSIX rule):
    /// the caller keeps what it had.
    pub fn name<T>(&self, known: impl Fn(&str) -> Option<T>) -> Option<T> {
        let link = || name_in_path(&std::fs::read_link(&self.localtime).ok()?);
        let file = || {
            let text = std::fs::read_to_string(&self.timezone).ok()?;
            Some(text.lines().next()?.trim().to_owned())
        };
        let sources: [&dyn Fn() -> Option<String>; 3] =
            [&|| self.tz.as_deref().and_then(name_in_tz), &link, &file];
        sources.iter().filter_map(|source| source()).find_map(|name| known(&name))
    }
}

/// The zone this machine is in, as [`ZoneSources::name`] finds it in this data.
pub fn machine_zone(zones: &Zones) -> Option<ZoneName> {
    ZoneSources::of_this_machine().name(|name| zones.check(name).ok())
}

/// `:Europe/Berlin`, `Europe/Berlin`, a path into the zone files or a link to one
/// (`:/etc/localtime`); empty means UTC.
fn name_in_tz(tz: &str) -> Option<String> {
    let tz = tz.strip_prefix(':').unwrap_or(tz);
    match tz {
        "" => Some("UTC".into()),
        path if path.starts_with('/') => {
            let path = Path::new(path);
            name_in_path(path).or_else(|| name_in_path(&std::fs::read_link(path).ok()?))
        }
        name => Some(name.into()),
    }
}

/// What follows `zoneinfo/` in a path to a zone file, without the tables for leap seconds.
fn name_in_path(path: &Path) -> Option<String> {
    let (_, name) = path.to_str()?.rsplit_once("zoneinfo/")?;
    let name = name.strip_prefix("posix/").or(name.strip_prefix("right/")).unwrap_or(name);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Aim: which source wins. Method: a folder with a link and a file as a machine has them.
    #[track_caller]
    fn check(tz: Option<&str>, link: Option<&str>, file: Option<&str>, expected: Option<&str>) {
        let dir = tempfile::tempdir().expect("a temp folder");
        let sources = ZoneSources {
            tz: tz.map(Into::into),
            localtime: dir.path().join("localtime"),
            timezone: dir.path().join("timezone"),
        };
        if let Some(target) = link {
            std::os::unix::fs::symlink(target, &sources.localtime).expect("a link");
        }
        if let Some(text) = file {
            std::fs::write(&sources.timezone, text).expect("a file");
        }
        let zones = ["UTC", "Europe/Berlin", "Asia/Tokyo", "EST5EDT"];
        let known = |name: &str| zones.into_iter().find(|zone| *zone == name);
        assert_eq!(sources.name(known), expected);
    }

    #[test]
    fn the_environment_wins_then_the_link_then_debians_file() {
        let berlin = Some("/usr/share/zoneinfo/Europe/Berlin");
        check(Some("Asia/Tokyo"), berlin, Some("UTC\n"), Some("Asia/Tokyo"));
        check(Some(":Asia/Tokyo"), berlin, None, Some("Asia/Tokyo"));
        check(Some("/usr/share/zoneinfo/Asia/Tokyo"), berlin, None, Some("Asia/Tokyo"));
        check(Some(""), berlin, None, Some("UTC"));
        check(None, berlin, Some("Asia/Tokyo\n"), Some("Europe/Berlin"));
        check(None, Some("../usr/share/zoneinfo/posix/Asia/Tokyo"), None, Some("Asia/Tokyo"));
        check(None, None, Some("Asia/Tokyo\n"), Some("Asia/Tokyo"));
    }

    #[test]
    fn a_link_that_the_environment_names_is_followed_and_watched() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let link = dir.path().join("here");
        std::os::unix::fs::symlink("/usr/share/zoneinfo/Asia/Tokyo", &link).expect("a link");
        let localtime = dir.path().join("localtime");
        let tz = Some(format!(":{}", link.display()));
        let sources = ZoneSources { tz, localtime: localtime.clone(), timezone: "/none".into() };
        assert_eq!(sources.name(|name| Some(name.to_owned())).as_deref(), Some("Asia/Tokyo"));
        assert_eq!(sources.watched(), [link, localtime]);
    }

    #[test]
    fn what_is_no_known_name_is_passed_over() {
        check(Some("CET-1CEST,M3.5.0,M10.5.0/3"), None, Some("UTC"), Some("UTC"));
        check(None, Some("/etc/somewhere"), Some("Europe/Berlin"), Some("Europe/Berlin"));
        check(Some("Mars/Olympus"), Some("/x/zoneinfo/Mars"), Some("Mars\n"), None);
        check(None, None, None, None);
    }
}
