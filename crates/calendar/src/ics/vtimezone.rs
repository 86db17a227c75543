//! Zones that a file defines itself: when their clocks change, and which known zone changes its
//! clocks just so.

use std::collections::HashMap;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::{component::Component, value, value::When};
use crate::{
    recurrence::{Rule, Series},
    zones::{ZoneName, Zones},
};

/// The most changes computed for one STANDARD or DAYLIGHT: since 1601, twice.
const MOST_CHANGES: usize = 1_000;
/// Moments at which zones are compared where none is the same.
const SAMPLES: i64 = 64;

/// Zones that come first where several are the same for the years compared.
const WELL_KNOWN: [&str; 24] = [
    "Europe/Berlin",
    "Europe/London",
    "Europe/Athens",
    "Europe/Moscow",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Halifax",
    "America/St_Johns",
    "America/Anchorage",
    "America/Sao_Paulo",
    "America/Bogota",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Dubai",
    "Asia/Karachi",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Pacific/Auckland",
    "Africa/Cairo",
    "Asia/Jerusalem",
];

/// Years compared, the last one excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Years(i16, i16);

impl Years {
    /// From last year to three years ahead.
    pub fn near(today: Date) -> Self {
        let year = today.year().clamp(1900, 3000);
        Self(year - 1, year + 4)
    }

    fn seconds(self) -> (i64, i64) {
        let first = |year| Date::constant(year, 1, 1).at(0, 0, 0, 0);
        (utc_seconds(first(self.0)), utc_seconds(first(self.1)))
    }
}

/// The offset at the beginning of some years, then each change: (moment, offset), in seconds.
pub(super) type Changes = Vec<(i64, i64)>;

/// A VTIMEZONE.
#[derive(Debug)]
pub(super) struct Definition {
    /// Where it stands.
    pub line: usize,
    /// Names it gives itself besides the TZID.
    pub aliases: Vec<String>,
    observances: Vec<Observance>,
}

/// A STANDARD or DAYLIGHT.
#[derive(Debug)]
struct Observance {
    from: i64,
    to: i64,
    /// When it sets in, as wall times before the change.
    onsets: Vec<DateTime>,
    abbreviation: String,
}

fn utc_seconds(at: DateTime) -> i64 {
    TimeZone::UTC.to_timestamp(at).map_or(0, Timestamp::as_second)
}

impl Definition {
    /// Reads a VTIMEZONE; parts of it that cannot be read are as if they were not there.
    pub fn read(component: &Component<'_>) -> Self {
        let aliases = ["X-LIC-LOCATION", "TZID-ALIAS-OF"]
            .iter()
            .flat_map(|name| component.all(name))
            .map(|p| value::text(p.value()).trim().to_string())
            .take(4)
            .collect();
        let parts =
            component.children.iter().filter(|c| c.name == "STANDARD" || c.name == "DAYLIGHT");
        let observances = parts.take(100).filter_map(Observance::read).collect();
        Self { line: component.line, aliases, observances }
    }

    /// The years its own newest rule begins in, for definitions of long ago.
    pub fn own_years(&self) -> Years {
        let newest = self.observances.iter().filter_map(|o| o.onsets.first()).max();
        let year = newest.map_or(2000, |at| at.year().clamp(1900, 3000));
        Years(year + 1, year + 3)
    }

    /// When its clocks change in some years; `None` if it says nothing.
    pub fn changes(&self, years: Years) -> Option<Changes> {
        let (from, until) = years.seconds();
        let mut onsets: Vec<(i64, i64)> = Vec::new();
        for part in &self.observances {
            onsets.extend(part.onsets.iter().map(|at| (utc_seconds(*at) - part.from, part.to)));
        }
        onsets.sort_unstable();
        let first = self.observances.iter().min_by_key(|o| o.onsets.first().copied())?;
        let before = onsets.iter().rev().find(|(at, _)| *at <= from);
        let mut changes = vec![(from, before.map_or(first.from, |(_, offset)| *offset))];
        for (at, offset) in onsets {
            if at > from && at < until && changes.last().is_some_and(|(_, now)| *now != offset) {
                changes.push((at, offset));
            }
        }
        Some(changes)
    }

    fn abbreviations(&self) -> impl Iterator<Item = &str> {
        self.observances.iter().map(|o| o.abbreviation.as_str()).filter(|a| !a.is_empty())
    }
}

impl Observance {
    fn read(component: &Component<'_>) -> Option<Self> {
        let offset = |name| value::offset(component.get(name)?.value());
        let wall = |text: &str| match value::when(text)? {
            When::Date(date) => Some(date.at(0, 0, 0, 0)),
            When::Local(at) | When::Utc(at) => Some(at),
        };
        let start = wall(component.get("DTSTART")?.value())?;
        let rules: Vec<Rule> =
            component.all("RRULE").take(4).filter_map(|p| Rule::parse(p.value()).ok()).collect();
        let dates = component.all("RDATE").flat_map(|p| p.value().split(',')).filter_map(wall);
        let series = Series::new(start, rules).with_rdates(dates.take(MOST_CHANGES));
        let onsets = series.from(start, None).take(MOST_CHANGES).collect();
        let abbreviation =
            component.get("TZNAME").map(|p| value::text(p.value())).unwrap_or_default();
        Some(Self {
            from: offset("TZOFFSETFROM")?,
            to: offset("TZOFFSETTO")?,
            onsets,
            abbreviation,
        })
    }
}

/// The zones of the database by when their clocks change, gathered when first needed.
#[derive(Debug)]
pub(super) struct Atlas<'a> {
    zones: &'a Zones,
    places: Vec<(ZoneName, TimeZone)>,
    by_years: HashMap<Years, HashMap<Changes, Vec<usize>>>,
}

impl<'a> Atlas<'a> {
    /// An atlas that has not been opened yet.
    pub fn new(zones: &'a Zones) -> Self {
        Self { zones, places: Vec::new(), by_years: HashMap::new() }
    }

    /// The zone whose clocks change exactly so, the likeliest if there are several.
    pub fn same(&mut self, definition: &Definition, id: &str, years: Years) -> Option<ZoneName> {
        let changes = definition.changes(years)?;
        self.open(years);
        let found = self.by_years.get(&years)?.get(&changes)?;
        let is_fixed = changes.len() == 1;
        let best = found.iter().min_by_key(|i| self.rank(**i, definition, id, years, is_fixed))?;
        Some(self.places.get(*best)?.0.clone())
    }

    /// The zone that has the same time most often, if it has it more often than not.
    pub fn nearest(&mut self, definition: &Definition, id: &str, years: Years) -> Option<ZoneName> {
        let changes = definition.changes(years)?;
        self.open(years);
        let (from, until) = years.seconds();
        let moments: Vec<(Timestamp, i64)> = (0..SAMPLES)
            .filter_map(|n| {
                let at = from + (until - from) / SAMPLES * n;
                let offset = changes.iter().rev().find(|(change, _)| *change <= at)?.1;
                Some((Timestamp::from_second(at).ok()?, offset))
            })
            .collect();
        let agreeing = |zone: &TimeZone| {
            let same = |(at, offset): &&(Timestamp, i64)| {
                i64::from(zone.to_offset(*at).seconds()) == *offset
            };
            moments.iter().filter(same).count()
        };
        let scored = self.places.iter().enumerate().map(|(i, (_, zone))| (agreeing(zone), i));
        let (most, i) = scored.max_by_key(|(score, i)| {
            (*score, std::cmp::Reverse(self.rank(*i, definition, id, years, false)))
        })?;
        (most * 2 > moments.len()).then(|| self.places[i].0.clone())
    }

    fn open(&mut self, years: Years) {
        if self.places.is_empty() {
            let mut names: Vec<ZoneName> =
                self.zones.names().filter_map(|name| self.zones.check(&name).ok()).collect();
            names.sort();
            names.dedup();
            let places = names.into_iter().map(|name| {
                let zone = self.zones.zone(&name).0;
                (name, zone)
            });
            self.places = places.collect();
        }
        let places = &self.places;
        self.by_years.entry(years).or_insert_with(|| {
            let mut index: HashMap<Changes, Vec<usize>> = HashMap::new();
            for (i, (_, zone)) in places.iter().enumerate() {
                index.entry(changes_of(zone, years)).or_default().push(i);
            }
            index
        });
    }

    /// Lower is likelier: named in the TZID, the same abbreviations, well known, a city at all.
    fn rank(
        &self,
        place: usize,
        definition: &Definition,
        id: &str,
        years: Years,
        is_fixed: bool,
    ) -> (bool, bool, bool, usize, bool, usize) {
        let (name, zone) = &self.places[place];
        let name = name.as_str();
        let city = name.rsplit('/').next().unwrap_or(name);
        // Old links such as Australia/LHI or GB have no city of their own.
        let is_odd = !name.contains('/') || city.bytes().all(|b| b.is_ascii_uppercase());
        let city = city.replace('_', " ").to_lowercase();
        let is_named = city.len() > 3 && id.to_lowercase().contains(&city);
        // An offset that never changes is a known thing in itself and needs no city.
        let is_plain = name == "UTC" || name.starts_with("Etc/GMT");
        let known = WELL_KNOWN.iter().position(|w| *w == name).unwrap_or(WELL_KNOWN.len());
        let abroad = is_plain != is_fixed;
        (!is_named, abroad, !speaks_like(zone, definition, years), known, is_odd, place)
    }
}

fn speaks_like(zone: &TimeZone, definition: &Definition, years: Years) -> bool {
    let (from, until) = years.seconds();
    let at = |second| Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    let half_a_year_on = at((from + 182 * 86_400).min(until));
    [at(from), half_a_year_on].iter().all(|at| {
        let info = zone.to_offset_info(*at);
        definition.abbreviations().any(|a| a == info.abbreviation())
    })
}

fn changes_of(zone: &TimeZone, years: Years) -> Changes {
    let (from, until) = years.seconds();
    let start = Timestamp::from_second(from).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut changes = vec![(from, i64::from(zone.to_offset(start).seconds()))];
    for change in zone.following(start).take(200) {
        let (at, offset) = (change.timestamp().as_second(), i64::from(change.offset().seconds()));
        if at >= until {
            break;
        }
        if changes.last().is_some_and(|(_, now)| *now != offset) {
            changes.push((at, offset));
        }
    }
    changes
}
