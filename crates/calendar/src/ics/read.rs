//! One file from its bytes to its events: first what there is and where, with the zones, then each
//! UID with all that belongs to it.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::Timestamp;

use super::{
    Import, ImportedEvent, MOST_ENTRIES, ReadContext, Remark, Remarks,
    component::{self, Component},
    event, lines,
    lines::Property,
    names::Names,
    ours, shown, value,
    vtimezone::Definition,
};

/// The longest UID taken as it is, in bytes.
const LONGEST_UID: usize = 500;

/// What reading carries along.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub ctx: &'a ReadContext<'a>,
    pub names: Names<'a>,
    pub remarks: Remarks,
    /// Whether what is read now happens once: a zone of the file's own is then what it is at that
    /// moment.
    pub is_once: bool,
}

impl Reader<'_> {
    /// Looks at something that is read again later, without remarks.
    pub fn aside<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let said = std::mem::take(&mut self.remarks);
        let found = look(self);
        self.remarks = said;
        found
    }
}

/// A VEVENT or VTODO.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'t, 'a> {
    pub component: &'t Component<'a>,
    pub sequence: i64,
    pub stamp: Option<Timestamp>,
    /// By its own STATUS or the file's METHOD.
    pub cancelled: bool,
}

/// What one UID holds.
#[derive(Debug, Default)]
pub(super) struct Group<'t, 'a> {
    pub uid: String,
    /// A VTODO.
    pub is_todo: bool,
    pub masters: Vec<Entry<'t, 'a>>,
    pub overrides: Vec<Entry<'t, 'a>>,
}

/// Reads an iCalendar file. Never fails and never panics: what cannot be imported is in the
/// remarks. Takes time in proportion to the size of the file.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Import {
    let bytes = lines::without_mark(bytes);
    let mut reading = Reading::open(&bytes, ctx);
    let mut events = Vec::new();
    // Ends: each turn takes one of the groups there are.
    while reading.next(&mut events) {}
    Import { name: reading.name().map(Into::into), events, remarks: reading.finish() }
}

/// A file that is read event by event: what there is in it is found first, and each event is
/// understood when its turn comes, so that no more than one is held at a time.
#[derive(Debug)]
pub struct Reading<'a> {
    bytes: &'a [u8],
    reader: Reader<'a>,
    outline: Outline,
    through: usize,
    /// The UIDs of events, which occurrences without their series may come to share.
    seen: HashSet<u64>,
}

impl<'a> Reading<'a> {
    /// Finds out what a file holds. Its bytes are UTF-8 as far as possible, see [`utf8`](super::utf8).
    pub fn open(bytes: &'a [u8], ctx: &'a ReadContext<'a>) -> Self {
        let mut remarks = Remarks::default();
        let mut names = Names::new(ctx.zones, ctx.today);
        let mut outline = Outline::default();
        let root = component::each(bytes, &mut remarks, &mut |piece, of, remarks| {
            outline.take(&piece, of, &mut names, remarks);
        });
        let calendars = root.children.iter().filter(|c| c.name == "VCALENDAR");
        outline.name = calendars.clone().find_map(name_of);
        if outline.pieces == 0 && calendars.count() == 0 {
            remarks = Remarks::default();
            remarks.add(1, "this is not an iCalendar file: it has no BEGIN:VCALENDAR");
        } else {
            outline.say_what_is_left_out(&mut remarks);
        }
        // So that the first part of a series is there when the others come.
        outline.groups.sort_by_key(|found| found.is_later_part);
        let reader = Reader { ctx, names, remarks, is_once: false };
        Self { bytes, reader, outline, through: 0, seen: HashSet::new() }
    }

    /// The name the file gives the calendar.
    pub fn name(&self) -> Option<&str> {
        self.outline.name.as_deref()
    }

    /// How many events there are, and how many of them are through.
    pub fn progress(&self) -> (usize, usize) {
        (self.through, self.outline.groups.len())
    }

    /// How many components came to nothing so far: none of their own, and no part of an event.
    pub fn left_out(&self) -> usize {
        self.reader.remarks.left_out
    }

    /// Reads the next event; it may come to none, or, without its series, to several. False when
    /// there is none left.
    pub fn next(&mut self, events: &mut Vec<ImportedEvent>) -> bool {
        let Some(found) = self.outline.groups.get_mut(self.through) else { return false };
        self.through += 1;
        let found = std::mem::take(found);
        // What is wrong with its lines was said when they were found.
        let mut aside = Remarks::default();
        let components: Vec<Component<'_>> = found
            .entries
            .iter()
            .map(|entry| {
                let piece = &self.bytes[entry.span.0..entry.span.1.min(self.bytes.len())];
                let mut root = component::tree(piece, &mut aside);
                let mut own = if root.children.is_empty() {
                    Component::default()
                } else {
                    root.children.swap_remove(0)
                };
                own.move_down(entry.line - 1);
                own
            })
            .collect();
        let mut group = Group { uid: found.uid, is_todo: found.is_todo, ..Group::default() };
        for (entry, component) in found.entries.iter().zip(&components) {
            let Place { sequence, stamp, cancelled, .. } = *entry;
            let entry = Entry { component, sequence, stamp, cancelled };
            match component.get("RECURRENCE-ID") {
                Some(_) => group.overrides.push(entry),
                None => group.masters.push(entry),
            }
        }
        let mut own = Vec::new();
        event::of_group(&mut self.reader, &group, &mut own);
        without_twins(&mut own, &mut self.reader.remarks);
        for mut event in own {
            event.calendar.clone_from(&found.calendar);
            let mut hash = DefaultHasher::new();
            (&event.uid, &event.calendar).hash(&mut hash);
            if self.seen.insert(hash.finish()) {
                events.push(event);
            } else {
                let text =
                    format!("UID {} is there twice: an earlier one is taken", shown(&event.uid));
                self.reader.remarks.leave_out(event.line, text);
            }
        }
        true
    }

    /// What was lost or changed, by line.
    pub fn finish(self) -> Vec<Remark> {
        self.reader.remarks.finish()
    }
}

/// The name a calendar has.
fn name_of(calendar: &Component<'_>) -> Option<String> {
    let name = calendar.get("X-WR-CALNAME").or_else(|| calendar.get("NAME"));
    let name = name.map(|p| value::text(p.value()).trim().to_string());
    name.filter(|name| !name.is_empty())
}

/// Keeps the last of several events that came to have one UID (occurrences without their series).
fn without_twins(events: &mut Vec<ImportedEvent>, remarks: &mut Remarks) {
    if events.len() < 2 {
        return;
    }
    let newest: HashMap<String, usize> =
        events.iter().map(|event| (event.uid.clone(), event.line)).collect();
    events.retain(|event| {
        let is_newest = newest.get(&event.uid) == Some(&event.line);
        if !is_newest {
            let text = format!("UID {} is there twice: a later one is taken", shown(&event.uid));
            remarks.leave_out(event.line, text);
        }
        is_newest
    });
}

/// Where a VEVENT or VTODO is, and what decides which of several counts.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: usize,
    span: (usize, usize),
    sequence: i64,
    stamp: Option<Timestamp>,
    cancelled: bool,
}

/// Where all of one UID is.
#[derive(Debug, Default)]
struct Found {
    uid: String,
    is_todo: bool,
    /// The name of the calendar it is in.
    calendar: Option<String>,
    /// It goes on a series whose first part has another UID.
    is_later_part: bool,
    entries: Vec<Place>,
}

/// What a file holds, before it is understood.
#[derive(Debug, Default)]
struct Outline {
    name: Option<String>,
    groups: Vec<Found>,
    by_uid: HashMap<(bool, String, Option<String>), usize>,
    pieces: usize,
    entries: usize,
    /// Components that are not imported, with the line of the first and their number.
    others: Vec<(String, usize, usize)>,
    /// How many those are, of whatever name.
    beside: usize,
}

impl Outline {
    fn take(
        &mut self,
        piece: &Component<'_>,
        of: &Component<'_>,
        names: &mut Names<'_>,
        remarks: &mut Remarks,
    ) {
        self.pieces += 1;
        match piece.name.as_str() {
            "VTIMEZONE" => match piece.get("TZID") {
                Some(id) => {
                    let definition = Definition::read(piece);
                    names.define(&value::text(id.value()), definition, remarks);
                }
                None => remarks.add(piece.line, "VTIMEZONE without TZID is left out"),
            },
            "VEVENT" | "VTODO" => self.add(piece, of, remarks),
            _ => {
                self.count_other(piece);
                say_what_is_inside(piece, remarks);
            }
        }
    }

    fn count_other(&mut self, other: &Component<'_>) {
        self.beside += 1;
        match self.others.iter().position(|(name, ..)| *name == other.name) {
            Some(at) => self.others[at].2 += 1,
            None if self.others.len() < 20 => {
                self.others.push((other.name.clone(), other.line, 1));
            }
            None => {}
        }
    }

    fn add(&mut self, component: &Component<'_>, of: &Component<'_>, remarks: &mut Remarks) {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            self.count_other(component);
            return;
        }
        let is_todo = component.name == "VTODO";
        let uid = uid_of(component, remarks);
        let calendar = name_of(of);
        let number = self.groups.len();
        let key = (is_todo, uid.clone(), calendar.clone());
        let at = *self.by_uid.entry(key).or_insert(number);
        if at == number {
            let is_later_part = ours::first_part(component).is_some_and(|first| first != uid);
            let entries = Vec::new();
            self.groups.push(Found { uid, is_todo, calendar, is_later_part, entries });
        }
        let stamp = component.get("LAST-MODIFIED").or_else(|| component.get("DTSTAMP"));
        let sequence = component.get("SEQUENCE").and_then(|p| p.value().trim().parse().ok());
        self.groups[at].entries.push(Place {
            line: component.line,
            span: component.span,
            sequence: sequence.unwrap_or(0),
            stamp: stamp.and_then(stamp_of),
            cancelled: of.says("METHOD", "CANCEL") || component.says("STATUS", "CANCELLED"),
        });
    }

    fn say_what_is_left_out(&mut self, remarks: &mut Remarks) {
        remarks.left_out += self.beside;
        if self.entries > MOST_ENTRIES {
            let text = format!("only the first {MOST_ENTRIES} events and tasks are imported");
            remarks.add(1, text);
        }
        for (name, line, count) in &self.others {
            let text = match count {
                1 => format!("a {} is not imported: only events and tasks are", shown(name)),
                n => format!("{n} {} are not imported: only events and tasks are", shown(name)),
            };
            remarks.add(*line, text);
        }
        // An event and a task of one UID would be taken for each other at the next import.
        let by_uid = std::mem::take(&mut self.by_uid);
        for ((is_todo, uid, calendar), at) in &by_uid {
            if *is_todo && by_uid.contains_key(&(false, uid.clone(), calendar.clone())) {
                self.groups[*at].uid.push_str("#task");
            }
        }
    }
}

/// Events that stand inside something that is no calendar are not taken for events.
fn say_what_is_inside(other: &Component<'_>, remarks: &mut Remarks) {
    for child in &other.children {
        if matches!(child.name.as_str(), "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY") {
            let text = format!("a {} inside a {} is not imported", child.name, shown(&other.name));
            remarks.add(child.line, text);
        }
        say_what_is_inside(child, remarks);
    }
}

fn stamp_of(property: &Property<'_>) -> Option<Timestamp> {
    let at = match value::when(property.value())? {
        value::When::Utc(at) | value::When::Local(at) => at,
        value::When::Date(date) => date.at(0, 0, 0, 0),
    };
    jiff::tz::Offset::UTC.to_timestamp(at).ok()
}

/// The UID, or one made from the content, so that the same file imported again is the same event.
fn uid_of(component: &Component<'_>, remarks: &mut Remarks) -> String {
    let given = component.get("UID");
    let uid = given.map(|p| value::text(p.value()).trim().to_string()).unwrap_or_default();
    if !uid.is_empty() && uid.len() <= LONGEST_UID {
        return uid;
    }
    let line = given.map_or(component.line, |p| p.line);
    if uid.is_empty() {
        let text = format!("{} has no UID: it gets one made from its content", component.name);
        remarks.add(line, text);
        let changing = ["DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "UID"];
        let lasting = component.properties.iter().filter(|p| !changing.iter().any(|c| p.is(c)));
        return hashed(lasting.map(Property::raw));
    }
    remarks
        .add(line, format!("the UID has more than {LONGEST_UID} bytes: a short one replaces it"));
    hashed(std::iter::once(uid.as_str()))
}

/// FNV-1a with 128 bits: names the content, and protects nothing.
pub(crate) fn hashed<'s>(parts: impl Iterator<Item = &'s str>) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for part in parts {
        for byte in part.bytes().chain([b'\n']) {
            hash =
                (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
    format!("content-{hash:032x}")
}
