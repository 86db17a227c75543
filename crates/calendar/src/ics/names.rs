//! From the TZID of a file to a zone of the database: by its name, by what is left of it without
//! a maker's prefix, by the Windows names, by the file's own VTIMEZONE. Abbreviations are never
//! guessed: they are what the file's VTIMEZONE says, or floating.

use std::collections::HashMap;

use jiff::{civil::Date, tz::TimeZone};

use super::{
    Remarks, shown, value,
    vtimezone::{Atlas, Definition, Stretch},
};
use crate::zones::{ZoneError, ZoneName, Zones};

/// The most VTIMEZONEs looked at.
const MOST_DEFINITIONS: usize = 500;

/// Old names with both abbreviations in them, which since 2024b are these zones in the database.
const POSIX: [(&str, &str); 4] = [
    ("EST5EDT", "America/New_York"),
    ("CST6CDT", "America/Chicago"),
    ("MST7MDT", "America/Denver"),
    ("PST8PDT", "America/Los_Angeles"),
];

/// The zone names of a file.
#[derive(Debug)]
pub(super) struct Names<'a> {
    zones: &'a Zones,
    today: Date,
    atlas: Atlas<'a>,
    definitions: HashMap<String, Definition>,
    /// What was found for each TZID; nothing means floating.
    known: HashMap<String, Option<(ZoneName, TimeZone)>>,
}

impl<'a> Names<'a> {
    /// Names of a file without any.
    pub fn new(zones: &'a Zones, today: Date) -> Self {
        Self {
            zones,
            today,
            atlas: Atlas::new(zones),
            definitions: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// Takes in a VTIMEZONE; of several with one TZID the first holds.
    pub fn define(&mut self, tzid: &str, definition: Definition, remarks: &mut Remarks) {
        if self.definitions.len() >= MOST_DEFINITIONS {
            let text = format!("more than {MOST_DEFINITIONS} VTIMEZONEs: this one is left out");
            remarks.add(definition.line, text);
            return;
        }
        self.definitions.entry(trimmed(tzid).to_string()).or_insert(definition);
    }

    /// The zone a TZID means; nothing if its times have to be read as floating. What had to be
    /// guessed is said once, at the line of the first use.
    pub fn resolve(
        &mut self,
        tzid: &str,
        line: usize,
        remarks: &mut Remarks,
    ) -> Option<(ZoneName, TimeZone)> {
        let tzid = trimmed(tzid);
        if let Some(known) = self.known.get(tzid) {
            return known.clone();
        }
        let name = self.find(tzid, line, remarks);
        let found = name.map(|name| {
            let zone = self.zones.zone(&name).0;
            (name, zone)
        });
        self.known.insert(tzid.to_string(), found.clone());
        found
    }

    fn find(&mut self, tzid: &str, line: usize, remarks: &mut Remarks) -> Option<ZoneName> {
        if let Some(name) = self.plainly(tzid) {
            return Some(name);
        }
        let quoted = shown(tzid);
        if let Some(definition) = self.definitions.get(tzid) {
            if let Some(name) = definition.aliases.iter().find_map(|a| plain(self.zones, a)) {
                return Some(name);
            }
            let mut stretches = definition.stretches(self.today).into_iter();
            let same = stretches.find_map(|stretch| self.atlas.same(definition, tzid, stretch));
            if let Some(name) = same {
                let text = format!(
                    "zone '{quoted}' is not a known name: it is read as {name}, which has the same clock changes"
                );
                remarks.add(line, text);
                return Some(name);
            }
            if let Some(name) = self.atlas.nearest(definition, tzid, Stretch::near(self.today)) {
                let text = format!(
                    "zone '{quoted}' changes its clocks as no known zone does: it is read as {name}, which differs least"
                );
                remarks.add(line, text);
                return Some(name);
            }
        }
        if let Some(name) = self.loosely(tzid) {
            remarks.add(line, format!("zone '{quoted}' is not a known name: it is read as {name}"));
            return Some(name);
        }
        let why = match self.zones.check(tzid) {
            Err(ZoneError::Ambiguous(_)) => "is an abbreviation that means several zones",
            Err(ZoneError::Unknown(_)) | Ok(_) => "is not known",
        };
        let text = format!(
            "zone '{quoted}' {why} and the file does not define it: its times are read as local time wherever the computer is"
        );
        remarks.add(line, text);
        None
    }

    /// Readings that leave no doubt.
    fn plainly(&self, tzid: &str) -> Option<ZoneName> {
        plain(self.zones, tzid).or_else(|| windows(self.zones, tzid))
    }

    /// Readings that are likely: display names of Windows, `GMT+0100`, a list of cities.
    fn loosely(&mut self, tzid: &str) -> Option<ZoneName> {
        let offset = ["GMT", "UTC", ""].iter().find_map(|p| {
            let rest = tzid.strip_prefix(p)?.split_whitespace().next()?;
            value::offset(rest).or_else(|| one_digit(rest))
        });
        if let Some(offset) = offset {
            return fixed(self.zones, offset);
        }
        let display = calcard_name(tzid).and_then(|name| plain(self.zones, &name));
        display.or_else(|| self.atlas.of_city(tzid))
    }
}

fn trimmed(tzid: &str) -> &str {
    tzid.trim().trim_matches('"').trim()
}

/// A name of the database, also behind a prefix: `/freeassociation.sourceforge.net/Europe/Berlin`.
fn plain(zones: &Zones, name: &str) -> Option<ZoneName> {
    if name.len() > 200 {
        return None;
    }
    if let Some((_, zone)) = POSIX.iter().find(|(posix, _)| *posix == name) {
        return zones.check(zone).ok();
    }
    if !name.is_empty()
        && let Ok(found) = zones.check(name)
    {
        return Some(found);
    }
    let ends = name.match_indices('/').map(|(at, _)| &name[at + 1..]).take(10);
    let mut ends = ends.filter(|end| !end.is_empty());
    ends.find_map(|end| zones.check(end.strip_prefix("SystemV/").unwrap_or(end)).ok())
}

/// A Windows name, as CLDR maps it.
fn windows(zones: &Zones, name: &str) -> Option<ZoneName> {
    let name = name.replace(" Daylight Time", " Standard Time");
    if !name.ends_with(" Standard Time") || name.starts_with('(') {
        return None;
    }
    zones.check(&calcard_name(&name)?).ok()
}

fn calcard_name(name: &str) -> Option<String> {
    if name.len() > 200 {
        return None;
    }
    let zone: calcard::common::timezone::Tz = name.parse().ok()?;
    zone.name().map(|n| n.into_owned())
}

fn one_digit(text: &str) -> Option<i64> {
    match text.as_bytes() {
        [b'+', h @ b'0'..=b'9'] => Some(i64::from(h - b'0') * 3600),
        [b'-', h @ b'0'..=b'9'] => Some(i64::from(h - b'0') * -3600),
        _ => None,
    }
}

/// The zone of a whole-hour offset; the database writes their signs the other way round.
fn fixed(zones: &Zones, offset: i64) -> Option<ZoneName> {
    let hours = offset / 3600;
    match offset {
        0 => Some(ZoneName::utc()),
        _ if offset % 3600 != 0 => None,
        _ => zones.check(&format!("Etc/GMT{:+}", -hours)).ok(),
    }
}
