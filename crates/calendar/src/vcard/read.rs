//! One file of cards from its bytes to its people.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Cards, ImportedPerson, MOST_CARDS, date};
use crate::{
    ics::{
        MOST_EXTRA, Remark, Remarks,
        component::{self, Component},
        hashed,
        lines::{self, Property},
        shown, value,
    },
    policy::LeapDay,
    zones::{ZoneError, Zones},
};

/// The longest name and UID taken, in bytes.
const LONGEST: usize = 200;
const LONGEST_UID: usize = 500;
/// What cards call an anniversary besides ANNIVERSARY.
const ANNIVERSARIES: [&str; 5] = [
    "ANNIVERSARY",
    "X-ANNIVERSARY",
    "X-EVOLUTION-ANNIVERSARY",
    "X-MS-ANNIVERSARY",
    "X-KADDRESSBOOK-X-ANNIVERSARY",
];
/// Apple's label of a date that is an anniversary.
const LABEL: &str = "anniversary";
/// Our own property for what no card can say.
pub(super) const LEAP_DAY: &str = "X-CARILLON-LEAP-DAY";

/// Reads a file of cards. Never fails and never panics: what cannot be imported is in the
/// remarks.
pub fn read(bytes: &[u8], zones: &Zones) -> Cards {
    let bytes = lines::without_mark(bytes);
    let mut reading = Reading::open(&bytes, zones);
    let mut people = Vec::new();
    // Ends: each turn takes one of the cards there are.
    while reading.next(&mut people) {}
    Cards { people, remarks: reading.finish() }
}

/// A file that is read card by card: what there is in it is found first, and each card is understood
/// when its turn comes, so that no more than one, with its photo, is held at a time.
#[derive(Debug)]
pub struct Reading<'a> {
    bytes: &'a [u8],
    reader: Reader<'a>,
    /// The line each card begins at, and its bytes.
    cards: Vec<(usize, (usize, usize))>,
    through: usize,
    /// The UIDs of those that are through.
    known: HashSet<String>,
}

impl<'a> Reading<'a> {
    /// Finds out what a file holds. Its bytes are UTF-8 as far as possible, see
    /// [`utf8`](crate::ics::utf8).
    pub fn open(bytes: &'a [u8], zones: &'a Zones) -> Self {
        let (mut remarks, mut cards, mut count) = (Remarks::default(), Vec::new(), 0);
        let root = component::each(bytes, &mut remarks, &mut |piece, of, remarks| {
            if !of.name.is_empty() {
            } else if piece.name != "VCARD" {
                say_left_out(&piece, remarks);
            } else {
                count += 1;
                if count <= MOST_CARDS {
                    cards.push((piece.line, piece.span));
                }
            }
        });
        if count == 0 {
            remarks = Remarks::default();
            remarks.add(1, "this is not a file of cards: it has no BEGIN:VCARD");
        }
        if count > MOST_CARDS {
            let text = format!("{count} cards: only the first {MOST_CARDS} are imported");
            remarks.add(1, text);
            remarks.left_out += count - MOST_CARDS;
        }
        root.children.iter().for_each(|other| say_left_out(other, &mut remarks));
        let reader = Reader { zones, remarks, nameless: HashSet::new() };
        Self { bytes, reader, cards, through: 0, known: HashSet::new() }
    }

    /// How many cards there are, and how many of them are through.
    pub fn progress(&self) -> (usize, usize) {
        (self.through, self.cards.len())
    }

    /// How many cards came to nobody so far, and how many others there are in the file.
    pub fn left_out(&self) -> usize {
        self.reader.remarks.left_out + self.through - self.known.len()
    }

    /// Reads the next card, which may come to nobody. False when there is none left.
    pub fn next(&mut self, people: &mut Vec<ImportedPerson>) -> bool {
        let Some((line, (from, to))) = self.cards.get(self.through).copied() else { return false };
        self.through += 1;
        // What is wrong with its lines was said when it was found.
        let piece = &self.bytes[from..to.min(self.bytes.len())];
        let mut root = component::tree(piece, &mut Remarks::default());
        if root.children.is_empty() {
            return true;
        }
        let mut card = root.children.swap_remove(0);
        card.move_down(line - 1);
        let Some(person) = self.reader.person(&card) else { return true };
        if self.known.insert(person.uid.clone()) {
            people.push(person);
        } else {
            let text = format!("UID {} is there twice: the first is taken", shown(&person.uid));
            self.reader.remarks.add(person.line, text);
        }
        true
    }

    /// What was lost or changed, by line.
    pub fn finish(self) -> Vec<Remark> {
        self.reader.remarks.finish()
    }
}

fn say_left_out(other: &Component<'_>, remarks: &mut Remarks) {
    let text = format!("a {} is not imported: only cards are", shown(&other.name));
    remarks.leave_out(other.line, text);
}

#[derive(Debug)]
struct Reader<'a> {
    zones: &'a Zones,
    remarks: Remarks,
    /// UIDs made from names.
    nameless: HashSet<String>,
}

/// Whether a property has this name, whatever group it is in.
fn is(property: &Property<'_>, name: &str) -> bool {
    own_name(property).eq_ignore_ascii_case(name)
}

fn own_name<'p>(property: &'p Property<'_>) -> &'p str {
    property.name().rsplit('.').next().unwrap_or("")
}

fn group<'p>(property: &'p Property<'_>) -> Option<&'p str> {
    property.name().rsplit_once('.').map(|(group, _)| group)
}

/// The value, without the escapes and codings of the several versions.
fn text(property: &Property<'_>) -> String {
    let is_quoted =
        property.param("ENCODING").is_some_and(|e| e.eq_ignore_ascii_case("quoted-printable"));
    let plain = match is_quoted {
        true => unquoted(property.value()),
        false => property.value().to_string(),
    };
    let line = value::text(&plain).replace(['\n', '\t'], " ");
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What `=C3=A9` stands for.
fn unquoted(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let coded = hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'=');
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { &tail[2..] } else { tail };
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => e.into_bytes().into_iter().map(char::from).collect(),
    }
}

impl Reader<'_> {
    fn person(&mut self, card: &Component<'_>) -> Option<ImportedPerson> {
        let kind =
            card.properties.iter().find(|p| is(p, "KIND") || is(p, "X-ADDRESSBOOKSERVER-KIND"));
        if let Some(kind) = kind.map(text)
            && ["group", "location", "application", "device"]
                .iter()
                .any(|other| kind.eq_ignore_ascii_case(other))
        {
            let text =
                format!("a card of a {} is not imported: only people are", kind.to_lowercase());
            self.remarks.add(card.line, text);
            return None;
        }
        let Some(name) = self.name(card) else {
            self.remarks.add(card.line, "a card without a name is not imported");
            return None;
        };
        let mut taken: Vec<usize> = Vec::new();
        let birthdays = card.properties.iter().filter(|p| is(p, "BDAY")).collect::<Vec<_>>();
        let birthday = self.day("birthday", &birthdays, &mut taken);
        let labelled = card.properties.iter().filter(|p| is_labelled(card, p));
        let others = card.properties.iter().filter(|p| ANNIVERSARIES.iter().any(|a| is(p, a)));
        let days = others.chain(labelled).collect::<Vec<_>>();
        let anniversary = self.day("anniversary", &days, &mut taken);
        let is_said = |days: &[&Property<'_>]| days.iter().any(|p| !p.value().trim().is_empty());
        let unread = [
            ("birthday", birthday.is_none() && is_said(&birthdays)),
            ("anniversary", anniversary.is_none() && is_said(&days)),
        ];
        let zone = self.zone(card, &mut taken);
        let leap = card.properties.iter().find(|p| is(p, LEAP_DAY));
        let leap_day = leap.and_then(|p| p.value().trim().parse::<LeapDay>().ok());
        let uid = self.uid(card, &name);
        let rev = card.properties.iter().find(|p| is(p, "REV"));
        let extra = self.extra(card, &name, &taken);
        Some(ImportedPerson {
            uid,
            name,
            zone,
            birthday,
            anniversary,
            unread_days: unread.into_iter().filter(|(_, is)| *is).map(|(word, _)| word).collect(),
            leap_day,
            stamp: rev.and_then(|p| stamp(p.value())),
            extra,
            line: card.line,
        })
    }

    fn name(&mut self, card: &Component<'_>) -> Option<String> {
        let first = |name: &str| {
            let mut found = card.properties.iter().filter(|p| is(p, name));
            found.find_map(|p| Some((p.line, text(p))).filter(|(_, t)| !t.is_empty()))
        };
        let structured = || {
            let property = card.properties.iter().find(|p| is(p, "N"))?;
            let parts: Vec<String> = split(property);
            // Family, given, further, before, after.
            let order = [3, 1, 2, 0, 4].into_iter().filter_map(|at| parts.get(at));
            let words: Vec<&str> = order.flat_map(|part| part.split_whitespace()).collect();
            Some((property.line, words.join(" "))).filter(|(_, t)| !t.is_empty())
        };
        let (line, mut name) = first("FN")
            .or_else(structured)
            .or_else(|| ["NICKNAME", "ORG", "EMAIL", "TEL"].iter().find_map(|name| first(name)))?;
        if name.len() > LONGEST {
            let text = format!("the name has {} bytes: it is cut after {LONGEST}", name.len());
            self.remarks.add(line, text);
            let end = (0..=LONGEST).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
            name.truncate(end);
        }
        Some(name)
    }

    /// The first of these that is a date; others of other dates are said and kept.
    fn day(
        &mut self,
        word: &str,
        properties: &[&Property<'_>],
        taken: &mut Vec<usize>,
    ) -> Option<String> {
        let mut found: Option<String> = None;
        for property in properties.iter().filter(|p| !p.value().trim().is_empty()) {
            let read = match date::read(property) {
                Ok(read) => read,
                Err(why) => {
                    self.remarks.add(property.line, why);
                    continue;
                }
            };
            match &found {
                Some(first) if *first != read.date => {
                    let text = format!(
                        "{} is another {word} of the same person: {first} is taken and this one kept unread",
                        read.date
                    );
                    self.remarks.add(property.line, text);
                }
                Some(_) => taken.push(property.line),
                None => {
                    taken.push(property.line);
                    if let Some(remark) = read.remark {
                        self.remarks.add(property.line, remark);
                    }
                    found = Some(read.date);
                }
            }
        }
        found
    }

    /// The zone, if it is named. An offset is that of many zones, and none of them is guessed.
    fn zone(&mut self, card: &Component<'_>, taken: &mut Vec<usize>) -> Option<String> {
        let mut zones = card.properties.iter().filter(|p| is(p, "TZ"));
        let property = zones.find(|p| !p.value().trim().is_empty())?;
        let name = text(property);
        let is_offset = name.starts_with(['+', '-', 'Z', 'z'])
            || name.starts_with(|c: char| c.is_ascii_digit());
        match self.zones.check(&name) {
            Ok(zone) if !is_offset => {
                taken.push(property.line);
                Some(zone.to_string())
            }
            found => {
                let why = match found {
                    Ok(_) => "is an offset, which many zones have",
                    Err(_) if is_offset => "is an offset, which many zones have",
                    Err(ZoneError::Ambiguous(_)) => "is an abbreviation that means several zones",
                    Err(ZoneError::Unknown(_)) => "is not the name of a zone",
                };
                let text = format!("TZ '{}' {why}: the person gets no zone", shown(&name));
                self.remarks.add(property.line, text);
                None
            }
        }
    }

    /// The UID, or a name made from the person's: a card that is corrected stays the same card.
    fn uid(&mut self, card: &Component<'_>, name: &str) -> String {
        let given = card.properties.iter().find(|p| is(p, "UID"));
        let uid = given.map(|p| value::text(p.value()).trim().to_string()).unwrap_or_default();
        if !uid.is_empty() && uid.len() <= LONGEST_UID {
            return uid;
        }
        if !uid.is_empty() {
            return hashed(std::iter::once(uid.as_str()));
        }
        let by_name = hashed(std::iter::once(name)).replace("content-", "name-");
        if self.nameless.insert(by_name.clone()) {
            return by_name;
        }
        let text =
            "another card without a UID has this name too: they are told apart by their content";
        self.remarks.add(card.line, text);
        hashed(card.properties.iter().map(Property::raw))
    }

    fn extra(&mut self, card: &Component<'_>, name: &str, taken: &[usize]) -> String {
        // As we write it where nobody knows the parts.
        let whole = format!(";{};;;", value::escaped(name));
        let groups: HashSet<&str> =
            card.properties.iter().filter(|p| taken.contains(&p.line)).filter_map(group).collect();
        let is_understood = |p: &&Property<'_>| {
            ["FN", "UID", "PRODID", "BEGIN", "END", LEAP_DAY].iter().any(|name| is(p, name))
                || (is(p, "VERSION") && p.value().trim() == "4.0")
                || taken.contains(&p.line)
                || (is(p, "N") && p.value() == whole)
                || (is(p, "X-ABLABEL") && group(p).is_some_and(|g| groups.contains(g)))
        };
        let (mut extra, mut dropped) = (String::new(), 0);
        // The parts of the name come first, as they do when it is written.
        let (names, others): (Vec<_>, Vec<_>) =
            card.properties.iter().filter(|p| !is_understood(p)).partition(|p| is(p, "N"));
        for property in names.into_iter().chain(others) {
            if extra.len() + property.raw().len() < MOST_EXTRA {
                extra.push_str(property.raw());
                extra.push('\n');
            } else {
                dropped += property.raw().len();
            }
        }
        if dropped > 0 {
            let text = format!(
                "{dropped} bytes of properties that are not understood are not kept: at most {MOST_EXTRA} are, for one card"
            );
            self.remarks.add(card.line, text);
        }
        for child in &card.children {
            let text = format!("a {} inside a card is left out", shown(&child.name));
            self.remarks.add(child.line, text);
        }
        extra
    }
}

/// Whether a date of Apple's is labelled as an anniversary.
fn is_labelled(card: &Component<'_>, property: &Property<'_>) -> bool {
    let Some(of) = group(property).filter(|_| is(property, "X-ABDATE")) else { return false };
    card.properties.iter().any(|p| {
        is(p, "X-ABLABEL")
            && group(p) == Some(of)
            && text(p).trim_matches(['_', '$', '!', '<', '>']).eq_ignore_ascii_case(LABEL)
    })
}

/// The parts between semicolons, without their escapes.
fn split(property: &Property<'_>) -> Vec<String> {
    let is_quoted =
        property.param("ENCODING").is_some_and(|e| e.eq_ignore_ascii_case("quoted-printable"));
    let whole = if is_quoted { unquoted(property.value()) } else { property.value().into() };
    let (mut parts, mut part, mut escaped) = (Vec::new(), String::new(), false);
    for c in whole.chars() {
        match c {
            ';' if !escaped => parts.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(part);
    // Several given names stand with commas between them.
    parts
        .iter()
        .map(|part| {
            value::text(&part.replace("\\,", "\u{1}").replace(',', " ")).replace('\u{1}', ",")
        })
        .collect()
}

fn stamp(text: &str) -> Option<Timestamp> {
    let at = match value::when(text)? {
        value::When::Date(date) => date.at(0, 0, 0, 0),
        value::When::Local(at) | value::When::Utc(at) => at,
    };
    jiff::tz::Offset::UTC.to_timestamp(at).ok()
}
