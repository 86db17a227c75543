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
/// Moments at which zones are compared where none is the same: every other week.
const SAMPLES: i64 = 128;
/// Years ahead in which a zone has the same clock changes, to be said to be the same.
const AHEAD: i16 = 10;
const DAY: i64 = 86_400;

/// Where zones are named after their cities; elsewhere (`US/Eastern`, `Canada/Eastern`) after habits.
const REGIONS: [&str; 9] = [
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// Zones that come first where several are the same for the time compared.
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

/// A stretch of time in which zones are compared, in seconds; its end is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stretch(i64, i64);

impl Stretch {
    /// From last year to three years ahead.
    pub fn near(today: Date) -> Self {
        let year = today.year().clamp(1900, 3000);
        Self::years(year - 1, year + 4)
    }

    /// This year, and all that are planned in some way.
    pub fn ahead(today: Date) -> Self {
        let year = today.year().clamp(1900, 3000);
        Self::years(year, year + AHEAD + 1)
    }

    /// Whole years, the last one excluded.
    pub fn years(from: i16, until: i16) -> Self {
        let first = |year| utc_seconds(Date::constant(year, 1, 1).at(0, 0, 0, 0));
        Self(first(from), first(until))
    }
}

/// The offset at the beginning of a stretch, then each change: (moment, offset), in seconds.
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

/// When a zone has another time than a definition.
#[derive(Debug)]
pub(super) struct Difference {
    /// Nothing: it has now.
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// In seconds.
    pub by: i64,
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

fn utc_date(second: i64) -> Date {
    let at = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::UTC.to_datetime(at).date()
}

/// The offset at a moment; before the stretch that at its beginning.
fn offset_of(changes: &Changes, at: i64) -> i64 {
    let before = changes.iter().rev().find(|(change, _)| *change <= at);
    before.or(changes.first()).map_or(0, |(_, offset)| *offset)
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

    /// The stretches to compare where no zone is the same ahead, likeliest first: a definition may
    /// be of long ago. Its rules of then, or only the few changes it lists, tell the zone as well.
    pub fn stretches(&self) -> Vec<Stretch> {
        let firsts = self.observances.iter().filter_map(|o| o.onsets.first());
        let lasts = self.observances.iter().filter_map(|o| o.onsets.last());
        let (Some(newest), Some(oldest), Some(last)) =
            (firsts.clone().max(), firsts.min(), lasts.max())
        else {
            return Vec::new();
        };
        let listed = Stretch(utc_seconds(*oldest) - DAY, utc_seconds(*last) + DAY);
        let year = newest.year().clamp(1900, 3000);
        // Before 2007 the United States, and before 1996 much of Europe, had other rules.
        let ruled = [(year + 1, year + 3), (2002, 2007), (1990, 1995)];
        let ruled = ruled.map(|(from, until)| Stretch::years(from, until));
        std::iter::once(listed).chain(ruled).collect()
    }

    /// Whether it only lists changes, and all of them are over.
    pub fn is_of_the_past(&self, today: Date) -> bool {
        let last = self.observances.iter().filter_map(|o| o.onsets.last()).max();
        let has_changes = self.observances.iter().any(|o| o.from != o.to);
        has_changes && last.is_some_and(|last| last.date() < today)
    }

    /// The offset at a wall time; nothing before the first change it knows.
    pub fn offset_at(&self, wall: DateTime) -> Option<i64> {
        let begun = |o: &Observance| {
            let onset = o.onsets.iter().rev().find(|onset| **onset <= wall)?;
            Some((*onset, o.from, o.to))
        };
        let (onset, from, to) = self.observances.iter().filter_map(begun).max()?;
        // In a gap it is the offset before it.
        let is_in_gap = utc_seconds(wall) - utc_seconds(onset) < to - from;
        Some(if is_in_gap { from } else { to })
    }

    /// The offset it has most of the time.
    pub fn usual_offset(&self, stretch: Stretch) -> Option<i64> {
        let mut offsets: Vec<i64> = self.sampled(stretch)?.iter().map(|(_, o)| *o).collect();
        offsets.sort_unstable();
        offsets.chunk_by(|a, b| a == b).max_by_key(|same| same.len())?.first().copied()
    }

    /// The offsets at moments spread over a stretch.
    fn sampled(&self, stretch: Stretch) -> Option<Vec<(Timestamp, i64)>> {
        let changes = self.changes(stretch)?;
        let Stretch(from, until) = stretch;
        let sample = |n| {
            let at = from + (until - from) / SAMPLES * n;
            Some((Timestamp::from_second(at).ok()?, offset_of(&changes, at)))
        };
        Some((0..SAMPLES).filter_map(sample).collect())
    }

    /// From when until when, from a day on, a zone first has another time, and by how many seconds.
    pub fn first_difference(&self, zone: &TimeZone, today: Date) -> Option<Difference> {
        let Stretch(_, until) = Stretch::ahead(today);
        let stretch = Stretch(utc_seconds(today.at(0, 0, 0, 0)), until);
        let (own, other) = (self.changes(stretch)?, changes_of(zone, stretch));
        let mut moments: Vec<i64> = own.iter().chain(&other).map(|(at, _)| *at).collect();
        moments.sort_unstable();
        let by = |at: i64| offset_of(&other, at) - offset_of(&own, at);
        let from = moments.iter().copied().find(|at| by(*at) != 0)?;
        let until = moments.iter().copied().find(|at| *at > from && by(*at) == 0);
        let day = |at: i64| utc_date(at + offset_of(&own, at));
        let begins = (from > stretch.0).then(|| day(from));
        Some(Difference { from: begins, until: until.map(day), by: by(from).abs() })
    }

    /// When its clocks change in a stretch; `None` if it says nothing.
    pub fn changes(&self, stretch: Stretch) -> Option<Changes> {
        let Stretch(from, until) = stretch;
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
    by_stretch: HashMap<Stretch, HashMap<Changes, Vec<usize>>>,
}

impl<'a> Atlas<'a> {
    /// An atlas that has not been opened yet.
    pub fn new(zones: &'a Zones) -> Self {
        Self { zones, places: Vec::new(), by_stretch: HashMap::new() }
    }

    /// The zone whose clocks change exactly so, the likeliest if there are several.
    pub fn same(
        &mut self,
        definition: &Definition,
        id: &str,
        stretch: Stretch,
    ) -> Option<ZoneName> {
        let changes = definition.changes(stretch)?;
        self.open(stretch);
        let found = self.by_stretch.get(&stretch)?.get(&changes)?;
        let is_fixed = changes.len() == 1;
        let best =
            found.iter().min_by_key(|i| self.rank(**i, definition, id, stretch, is_fixed))?;
        Some(self.places.get(*best)?.0.clone())
    }

    /// The zone that has the same time most often, if it has it more often than not.
    pub fn nearest(
        &mut self,
        definition: &Definition,
        id: &str,
        stretch: Stretch,
    ) -> Option<ZoneName> {
        let moments = definition.sampled(stretch)?;
        self.gather();
        let agreeing = |zone: &TimeZone| {
            let same = |(at, offset): &&(Timestamp, i64)| {
                i64::from(zone.to_offset(*at).seconds()) == *offset
            };
            moments.iter().filter(same).count()
        };
        let scored = self.places.iter().enumerate().map(|(i, (_, zone))| (agreeing(zone), i));
        let (most, i) = scored.max_by_key(|(score, i)| {
            (*score, std::cmp::Reverse(self.rank(*i, definition, id, stretch, false)))
        })?;
        (most * 2 > moments.len()).then(|| self.places[i].0.clone())
    }

    /// The zone of the first city in a list of them: `Amsterdam, Berlin, Rome`.
    pub fn of_city(&mut self, id: &str) -> Option<ZoneName> {
        self.gather();
        let id = id.rsplit(')').next().unwrap_or(id).to_lowercase();
        let mut named = id.split([',', ';']).map(str::trim).filter(|part| part.len() > 3);
        named.find_map(|part| {
            let mut places = self.places.iter().map(|(name, _)| name);
            places.find(|name| city(name.as_str()).as_deref() == Some(part)).cloned()
        })
    }

    fn gather(&mut self) {
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
    }

    fn open(&mut self, stretch: Stretch) {
        self.gather();
        let places = &self.places;
        self.by_stretch.entry(stretch).or_insert_with(|| {
            let mut index: HashMap<Changes, Vec<usize>> = HashMap::new();
            for (i, (_, zone)) in places.iter().enumerate() {
                index.entry(changes_of(zone, stretch)).or_default().push(i);
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
        stretch: Stretch,
        is_fixed: bool,
    ) -> (bool, bool, bool, usize, bool, usize) {
        let (name, zone) = &self.places[place];
        let name = name.as_str();
        let city = city(name);
        let is_named = city.as_ref().is_some_and(|city| id.to_lowercase().contains(city));
        // An offset that never changes is a known thing in itself and needs no city.
        let is_plain = name == "UTC" || name.starts_with("Etc/GMT");
        let known = WELL_KNOWN.iter().position(|w| *w == name).unwrap_or(WELL_KNOWN.len());
        let abroad = is_plain != is_fixed;
        (!is_named, abroad, !speaks_like(zone, definition, stretch), known, city.is_none(), place)
    }
}

/// The city in a zone's name, in lower case; old links such as Australia/LHI or GB have none.
fn city(name: &str) -> Option<String> {
    let (region, city) = (name.split('/').next()?, name.rsplit('/').next()?);
    let is_one = REGIONS.contains(&region)
        && city.len() > 3
        && city != region
        && !city.bytes().all(|b| b.is_ascii_uppercase());
    is_one.then(|| city.replace('_', " ").to_lowercase())
}

fn speaks_like(zone: &TimeZone, definition: &Definition, stretch: Stretch) -> bool {
    let Stretch(from, until) = stretch;
    let at = |second| Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    let half_a_year_on = at((from + 182 * 86_400).min(until));
    [at(from), half_a_year_on].iter().all(|at| {
        let info = zone.to_offset_info(*at);
        definition.abbreviations().any(|a| a == info.abbreviation())
    })
}

fn changes_of(zone: &TimeZone, stretch: Stretch) -> Changes {
    let Stretch(from, until) = stretch;
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
