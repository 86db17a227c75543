//! From the TZID of a file to a zone of the database: by its name, by what is left of it without
//! a maker's prefix, by the Windows names, by the file's own VTIMEZONE. Abbreviations are never
//! guessed: they are what the file's VTIMEZONE says, or floating.

use std::collections::{HashMap, HashSet};

use jiff::{
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

use super::{
    Remarks, shown, value,
    vtimezone::{Atlas, Definition, Difference, Stretch},
};
use crate::{
    timing::{LocalStart, instant},
    zones::{ZoneError, ZoneName, Zones},
};

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
    known: HashMap<String, Meant>,
    /// What was said of which TZID.
    said: HashSet<(String, String)>,
}

/// What a TZID means.
#[derive(Debug, Clone)]
struct Meant {
    /// Nothing: its times have to be read as floating.
    zone: Option<(ZoneName, TimeZone)>,
    /// What is said of it.
    remark: Option<String>,
    by: By,
}

/// What tells the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Name,
    /// A definition with the same clock changes in the years ahead.
    Same,
    /// A definition with others.
    Likeness,
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
            said: HashSet::new(),
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

    /// The zone a TZID means; nothing if its times have to be read as floating. Of what happens
    /// `once`, at that wall time, it is one that has the file's offset then. What had to be guessed
    /// is said once, at the line of the first use.
    pub fn resolve(
        &mut self,
        tzid: &str,
        line: usize,
        once: Option<DateTime>,
        remarks: &mut Remarks,
    ) -> Option<(ZoneName, TimeZone)> {
        let tzid = trimmed(tzid);
        let mut meant = self.meant(tzid);
        if let Some(at) = once {
            meant = self.at(tzid, meant, at);
        }
        if let Some(text) = meant.remark
            && self.said.insert((tzid.to_string(), text.clone()))
        {
            remarks.add(line, text);
        }
        meant.zone
    }

    /// The zone a TZID means, of whatever recurs in it.
    pub fn zone(&mut self, tzid: &str) -> Option<(ZoneName, TimeZone)> {
        self.meant(trimmed(tzid)).zone
    }

    fn meant(&mut self, tzid: &str) -> Meant {
        if let Some(known) = self.known.get(tzid) {
            return known.clone();
        }
        let found = self.find(tzid);
        self.known.insert(tzid.to_string(), found.clone());
        found
    }

    /// The same at a wall time at which the file defines the offset.
    fn at(&self, tzid: &str, meant: Meant, at: DateTime) -> Meant {
        let offset = self.definitions.get(tzid).and_then(|definition| definition.offset_at(at));
        let (Some(offset), Some((name, zone))) = (offset, &meant.zone) else { return meant };
        let second = |zone| instant(LocalStart::first(at), zone).0.as_second();
        let is_same = second(&TimeZone::UTC) - second(zone) == offset;
        let (zone, which) = match (meant.by, is_same) {
            (By::Name, _) | (By::Same, true) => return meant,
            (By::Likeness, true) => {
                (meant.zone.clone(), format!("{name}, which has the same time then"))
            }
            (By::Same | By::Likeness, false) => {
                let fixed = self.fixed(offset);
                let which = format!("{} where it has that offset", fixed.0);
                (Some(fixed), which)
            }
        };
        Meant { zone, remark: Some(strange(tzid, &which)), ..meant }
    }

    fn find(&mut self, tzid: &str) -> Meant {
        let of = |zones: &Zones, name: ZoneName| {
            let zone = zones.zone(&name).0;
            Some((name, zone))
        };
        let by_name = |zone, remark| Meant { zone, remark, by: By::Name };
        let own = |names: &Self| {
            let definition = names.definitions.get(tzid)?;
            definition.aliases.iter().find_map(|alias| plain(names.zones, alias))
        };
        if let Some(name) = self.plainly(tzid).or_else(|| own(self)) {
            return by_name(of(self.zones, name), None);
        }
        if let Some(meant) = self.defined(tzid) {
            return meant;
        }
        let quoted = shown(tzid);
        if let Some(name) = self.loosely(tzid) {
            let text = format!("zone '{quoted}' is not a known name: it is read as {name}");
            return by_name(of(self.zones, name), Some(text));
        }
        let why = match self.zones.check(tzid) {
            Err(ZoneError::Ambiguous(_)) => "is an abbreviation that means several zones",
            Err(ZoneError::Unknown(_)) | Ok(_) => "is not known",
        };
        let text = format!(
            "zone '{quoted}' {why} and the file does not define it: its times are read as local time wherever the computer is"
        );
        by_name(None, Some(text))
    }

    /// What the file's definition of it comes to: the zone with the same clock changes in all years
    /// ahead, else the one that has the same time most often.
    fn defined(&mut self, tzid: &str) -> Option<Meant> {
        let Self { zones, today, atlas, definitions, .. } = self;
        let (definition, today) = (definitions.get(tzid)?, *today);
        let ahead = Stretch::ahead(today);
        let is_fixed = definition.changes(ahead)?.len() == 1;
        let mut told = definition.is_of_the_past(today).then(|| likely(atlas, definition, tzid));
        let same = told.is_none().then(|| atlas.same(definition, tzid, ahead)).flatten();
        let usual = |names: &Zones| {
            let offset = definition.usual_offset(Stretch::near(today))?;
            Some(names.fixed(seconds(offset)))
        };
        let name = same
            .clone()
            .or_else(|| told.take().flatten())
            .or_else(|| atlas.nearest(definition, tzid, Stretch::near(today)))
            .or_else(|| if is_fixed { None } else { likely(atlas, definition, tzid) })
            .or_else(|| usual(zones))?;
        let zone = zones.zone(&name).0;
        let (by, remark) = match definition.first_difference(&zone, today) {
            None => {
                let text = format!(
                    "zone '{}' is not a known name: it is read as {name}, which has the same clock changes",
                    shown(tzid)
                );
                (By::Same, text)
            }
            Some(other) => {
                let which = format!("{name}, which differs least: {}", in_words(&other));
                (By::Likeness, strange(tzid, &which))
            }
        };
        Some(Meant { zone: Some((name, zone)), remark: Some(remark), by })
    }

    fn fixed(&self, offset: i64) -> (ZoneName, TimeZone) {
        let name = self.zones.fixed(seconds(offset));
        let zone = self.zones.zone(&name).0;
        (name, zone)
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
            return Some(self.zones.fixed(seconds(offset)));
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

fn seconds(offset: i64) -> Offset {
    let offset = i32::try_from(offset).ok().and_then(|offset| Offset::from_seconds(offset).ok());
    offset.unwrap_or(Offset::UTC)
}

/// The zone whose clocks changed so at the time a definition is of.
fn likely(atlas: &mut Atlas<'_>, definition: &Definition, tzid: &str) -> Option<ZoneName> {
    let mut stretches = definition.stretches().into_iter();
    stretches.find_map(|stretch| atlas.same(definition, tzid, stretch))
}

/// What is said of a zone that is like no other.
fn strange(tzid: &str, which: &str) -> String {
    format!(
        "zone '{}' changes its clocks as no known zone does: it is read as {which}",
        shown(tzid)
    )
}

fn in_words(difference: &Difference) -> String {
    let (hours, minutes) = (difference.by / 3600, difference.by / 60 % 60);
    let by = match (hours, minutes) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    let day = |at: Date| at.strftime("%-d %b %Y").to_string();
    let from = difference.from.map(|from| format!(" from {}", day(from))).unwrap_or_default();
    match (difference.until, from) {
        (Some(until), from) if from.is_empty() => format!("at first by {by}, until {}", day(until)),
        (Some(until), from) => format!("at first by {by}{from} to {}", day(until)),
        (None, from) if from.is_empty() => format!("by {by}"),
        (None, from) => format!("by {by}{from} on"),
    }
}
