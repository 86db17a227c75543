//! Where the clock is: `Europe/Lisbon`, `at noon Lisbon time`, `in Ana's zone`, `floating`.

use super::{
    scan::{After, Reader, Refused, Tried, What},
    words,
};
use crate::{person::Person, zones::ZoneName};

/// The longest names of cities and people, in words.
const LONGEST: usize = 4;
/// The regions whose zones are named after cities.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
    "Arctic",
];
/// Cities the database knows in one place, and people in several.
const SEVERAL: [(&str, &str); 8] = [
    ("san juan", "America/Puerto_Rico or America/Argentina/San_Juan"),
    ("cordoba", "Europe/Madrid or America/Argentina/Cordoba"),
    ("la rioja", "Europe/Madrid or America/Argentina/La_Rioja"),
    ("victoria", "America/Vancouver, Australia/Melbourne or Indian/Mahe"),
    ("st johns", "America/St_Johns or America/Antigua"),
    ("merida", "America/Merida or Europe/Madrid"),
    ("petersburg", "Europe/Moscow or America/Indiana/Petersburg"),
    ("santiago", "America/Santiago, America/Santo_Domingo or Europe/Madrid"),
];
/// Zones whose last part is an everyday word: only with "time" behind it, or written out.
const WORDS: [&str; 12] = [
    "reunion",
    "easter",
    "center",
    "troll",
    "midway",
    "wake",
    "north",
    "south",
    "west",
    "east",
    "norfolk",
    "christmas",
];

impl Reader<'_> {
    /// A zone, a person's zone, floating, or a whole day.
    pub fn place(&self, at: usize, after: After) -> Tried<What> {
        if let Some(found) = self.wherever(at, after) {
            return Ok(Some(found));
        }
        if let Some(found) = self.iana(at, after)? {
            return Ok(Some(found));
        }
        if let Some(found) = self.by_pronoun(at, after)? {
            return Ok(Some(found));
        }
        if self.word(at) == "in" {
            let place = at + 1 + usize::from(self.word(at + 1) == "the");
            let told = place > at + 1 || after == After::Time;
            if let Some(part) = super::clock::Part::of(self.word(place)).filter(|_| told) {
                return Ok(Some((What::Part(part), place + 1)));
            }
            if let Some(found) = self.theirs(at + 1, true)? {
                return Ok(Some(found));
            }
            return if after == After::Time { self.city(at + 1, false) } else { Ok(None) };
        }
        if let Some(found) = self.theirs(at, after == After::Time)? {
            return Ok(Some(found));
        }
        self.city(at, after != After::Time)
    }

    fn wherever(&self, at: usize, after: After) -> Option<(What, usize)> {
        let three = (self.word(at), self.word(at + 1), self.word(at + 2));
        match three {
            ("all" | "whole", "day", _) => Some((What::AllDay, at + 2)),
            ("the", "whole", "day") => Some((What::AllDay, at + 3)),
            ("all-day" | "allday", _, _) => Some((What::AllDay, at + 1)),
            ("wherever", "i", "am") => Some((What::Floating, at + 3)),
            ("floating", _, _) if after != After::Nothing || self.ends(at + 1) => {
                Some((What::Floating, at + 1))
            }
            _ => None,
        }
    }

    /// A name with a slash, or UTC.
    fn iana(&self, at: usize, after: After) -> Tried<What> {
        let text = self.tokens[at].text.trim_end_matches('.');
        let zones = &self.known.context.zones;
        if text == "UTC" || after == After::Time && matches!(self.word(at), "utc" | "gmt" | "zulu")
        {
            return Ok(Some((What::Zone(ZoneName::utc()), at + 1)));
        }
        let meant = words::zones_of_word(self.word(at)).filter(|_| after == After::Time);
        if let Some(zones) = meant {
            let next = at + 1 + usize::from(self.word(at + 1) == "time");
            let message = format!(
                "'{}' means several zones: write a name such as {zones}",
                self.said(at..next)
            );
            return Err(Refused::at(at..next, message));
        }
        let Some((region, _)) = text.split_once('/') else { return Ok(None) };
        let region =
            REGIONS.iter().chain(&["Etc", "US", "Canada"]).find(|r| r.eq_ignore_ascii_case(region));
        if region.is_none() {
            return Ok(None);
        }
        match zones.check(text) {
            Ok(zone) => {
                Ok(Some((What::Zone(zone), at + 1 + usize::from(self.word(at + 1) == "time"))))
            }
            Err(error) => Err(Refused::at(at..at + 1, error.to_string())),
        }
    }

    /// "Ana's zone", "Ana's time".
    fn theirs(&self, at: usize, told: bool) -> Tried<What> {
        for count in 1..=LONGEST {
            let last = self.word(at + count - 1);
            let Some(bare) = last.strip_suffix("'s").or_else(|| last.strip_suffix("’s")) else {
                continue;
            };
            let end = at + count;
            let known = self.is_somebody(at, count, bare);
            let named = matches!(self.word(end), "time" | "zone" | "timezone");
            if count > 1 && !known && !(told && named) {
                return Ok(None);
            }
            let next = match (self.word(end), self.word(end + 1)) {
                ("time", "zone") => end + 2,
                ("zone" | "timezone", _) => end + 1,
                ("time", _) if told || known => end + 1,
                _ => return Ok(None),
            };
            let person = self.person(at, count, bare, next)?;
            return match &person.zone {
                Some(_) => Ok(Some((What::Their(person), next))),
                None => {
                    let message = format!(
                        "{} has no zone of their own: set one, or name a zone",
                        person.name
                    );
                    Err(Refused::at(at..next, message))
                }
            };
        }
        Ok(None)
    }

    fn full_name(&self, at: usize, count: usize, bare: &str) -> String {
        let words = (at..at + count - 1).map(|at| self.word(at));
        words.chain([bare]).collect::<Vec<_>>().join(" ")
    }

    fn is_somebody(&self, at: usize, count: usize, bare: &str) -> bool {
        !self.called(&self.full_name(at, count, bare)).is_empty()
    }

    fn called(&self, name: &str) -> Vec<&Person> {
        called(self.known.people, name)
    }

    fn person(&self, at: usize, count: usize, bare: &str, next: usize) -> Result<Person, Refused> {
        let name = self.full_name(at, count, bare);
        match self.called(&name).as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let message = format!(
                    "'{}' names nobody in this ledger: add the person first, or name a zone",
                    self.said(at..next)
                );
                Err(Refused::at(at..next, message))
            }
            several => {
                let names: Vec<&str> = several.iter().take(4).map(|p| p.name.as_str()).collect();
                let message = format!(
                    "'{}' could be {}: write the whole name",
                    self.said(at..next),
                    names.join(" or ")
                );
                Err(Refused::at(at..next, message))
            }
        }
    }

    /// A city of the zone database; where `timed`, only with "time" behind it.
    fn city(&self, at: usize, timed: bool) -> Tried<What> {
        if self.word(at).is_empty() || timed && !(1..=LONGEST).any(|n| self.word(at + n) == "time")
        {
            return Ok(None);
        }
        for count in (1..=LONGEST).rev() {
            let next = at + count;
            let words: Vec<&str> = (at..next).map(|at| self.word(at)).collect();
            if words.contains(&"") {
                continue;
            }
            let is_time = self.word(next) == "time";
            let name = words.join(" ").replace(['.', '\'', '’'], "");
            if !is_time && (timed || WORDS.contains(&name.as_str())) {
                continue;
            }
            let end = next + usize::from(is_time);
            if let Some((_, choices)) = SEVERAL.iter().find(|(several, _)| *several == name) {
                let message =
                    format!("'{}' is a city in several zones: write {choices}", self.said(at..end));
                return Err(Refused::at(at..end, message));
            }
            let found = self.zones_of(&name);
            let Some(zone) = found.first() else { continue };
            if !self.called(&name).is_empty() && !is_time {
                let message = format!(
                    "'{}' is a person and a city: write in {}'s zone, or {zone}",
                    self.said(at..end),
                    self.said(at..next)
                );
                return Err(Refused::at(at..end, message));
            }
            if found.len() > 1 {
                let names: Vec<&str> = found.iter().map(ZoneName::as_str).collect();
                let message = format!(
                    "'{}' is a city in several zones: write {}",
                    self.said(at..end),
                    names.join(" or ")
                );
                return Err(Refused::at(at..end, message));
            }
            return Ok(Some((What::Zone(zone.clone()), end)));
        }
        Ok(None)
    }

    /// The zones named after a city, those with the same clock once.
    pub fn zones_of(&self, city: &str) -> Vec<ZoneName> {
        let zones = &self.known.context.zones;
        let plain = |name: &str| {
            name.rsplit('/').next().unwrap_or("").replace(['_', '-'], " ").to_lowercase()
        };
        let wanted = city.replace('-', " ");
        let is_city = |name: &String| {
            name.split_once('/').is_some_and(|(region, _)| REGIONS.contains(&region))
                && plain(name) == wanted
        };
        let mut names: Vec<String> = zones.names().filter(is_city).collect();
        names.sort_by_key(|name| {
            (std::cmp::Reverse(name.split('/').count()), std::cmp::Reverse(name.clone()))
        });
        let clock = |name: &ZoneName| {
            let zone = zones.zone(name).0;
            let ahead = zone.following(self.known.now).take(4).map(|t| (t.timestamp(), t.offset()));
            (zone.to_offset(self.known.now), ahead.collect::<Vec<_>>())
        };
        let mut kept: Vec<ZoneName> = Vec::new();
        for name in names.iter().take(8).filter_map(|name| zones.check(name).ok()) {
            if kept.iter().all(|other| clock(other) != clock(&name)) {
                kept.push(name);
            }
        }
        kept
    }
}

/// Everybody of this name in lower case; of this first name when nobody has it whole.
pub(super) fn called<'a>(people: &'a [Person], name: &str) -> Vec<&'a Person> {
    let whole: Vec<_> = people.iter().filter(|p| p.name.to_lowercase() == name).collect();
    if !whole.is_empty() {
        return whole;
    }
    let first = |p: &&Person| p.name.to_lowercase().split(' ').next() == Some(name);
    people.iter().filter(first).collect()
}
