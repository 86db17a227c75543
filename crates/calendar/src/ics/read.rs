//! One file from its bytes to its events: the tree, the zones, then each UID with all that
//! belongs to it.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Import, ImportedEvent, MOST_ENTRIES, ReadContext, Remarks,
    component::{self, Component},
    event, lines,
    lines::Property,
    names::Names,
    shown, value,
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
    let mut reader =
        Reader { ctx, names: Names::new(ctx.zones, ctx.today), remarks: Remarks::default() };
    let bytes = lines::without_mark(bytes);
    let root = component::tree(&bytes, &mut reader.remarks);
    if root.children.is_empty() {
        let mut remarks = Remarks::default();
        remarks.add(1, "this is not an iCalendar file: it has no BEGIN:VCALENDAR");
        return Import { remarks: remarks.finish(), ..Import::default() };
    }
    let mut file = File::default();
    file.walk(&root, false, &mut reader);
    file.say_what_is_left_out(&mut reader.remarks);
    let mut events = Vec::new();
    for group in file.groups {
        event::of_group(&mut reader, &group, &mut events);
    }
    without_twins(&mut events, &mut reader.remarks);
    Import { name: file.name, events, remarks: reader.remarks.finish() }
}

/// Keeps the last of several events that came to have one UID (occurrences without their series).
fn without_twins(events: &mut Vec<ImportedEvent>, remarks: &mut Remarks) {
    let newest: HashMap<String, usize> =
        events.iter().map(|event| (event.uid.clone(), event.line)).collect();
    events.retain(|event| {
        let is_newest = newest.get(&event.uid) == Some(&event.line);
        if !is_newest {
            let text = format!("UID {} is there twice: a later one is taken", shown(&event.uid));
            remarks.add(event.line, text);
        }
        is_newest
    });
}

/// What a file holds, before it is understood.
#[derive(Default)]
struct File<'t, 'a> {
    name: Option<String>,
    groups: Vec<Group<'t, 'a>>,
    by_uid: HashMap<(bool, String), usize>,
    entries: usize,
    /// Components that are not imported, with the line of the first and their number.
    others: Vec<(String, usize, usize)>,
}

impl<'t, 'a> File<'t, 'a> {
    fn walk(&mut self, of: &'t Component<'a>, is_cancel: bool, reader: &mut Reader<'_>) {
        for child in &of.children {
            match child.name.as_str() {
                "VCALENDAR" => {
                    let name = child.get("X-WR-CALNAME").or_else(|| child.get("NAME"));
                    let name = name.map(|p| value::text(p.value()).trim().to_string());
                    self.name = self.name.take().or(name.filter(|n| !n.is_empty()));
                    self.walk(child, child.says("METHOD", "CANCEL"), reader);
                }
                "VTIMEZONE" => match child.get("TZID") {
                    Some(id) => {
                        let definition = Definition::read(child);
                        let id = value::text(id.value());
                        reader.names.define(&id, definition, &mut reader.remarks);
                    }
                    None => reader.remarks.add(child.line, "VTIMEZONE without TZID is left out"),
                },
                "VEVENT" | "VTODO" => self.add(child, is_cancel, &mut reader.remarks),
                _ => {
                    self.count_other(child);
                    say_what_is_inside(child, &mut reader.remarks);
                }
            }
        }
    }

    fn count_other(&mut self, other: &Component<'_>) {
        match self.others.iter().position(|(name, ..)| *name == other.name) {
            Some(at) => self.others[at].2 += 1,
            None if self.others.len() < 20 => {
                self.others.push((other.name.clone(), other.line, 1));
            }
            None => {}
        }
    }

    fn add(&mut self, component: &'t Component<'a>, is_cancel: bool, remarks: &mut Remarks) {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            self.count_other(component);
            return;
        }
        let is_todo = component.name == "VTODO";
        let uid = uid_of(component, remarks);
        let number = self.groups.len();
        let at = *self.by_uid.entry((is_todo, uid.clone())).or_insert(number);
        if at == number {
            self.groups.push(Group { uid, is_todo, ..Group::default() });
        }
        let stamp = component.get("LAST-MODIFIED").or_else(|| component.get("DTSTAMP"));
        let sequence = component.get("SEQUENCE").and_then(|p| p.value().trim().parse().ok());
        let entry = Entry {
            component,
            sequence: sequence.unwrap_or(0),
            stamp: stamp.and_then(stamp_of),
            cancelled: is_cancel || component.says("STATUS", "CANCELLED"),
        };
        let group = &mut self.groups[at];
        match component.get("RECURRENCE-ID") {
            Some(_) => group.overrides.push(entry),
            None => group.masters.push(entry),
        }
    }

    fn say_what_is_left_out(&mut self, remarks: &mut Remarks) {
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
        let events: Vec<String> =
            self.groups.iter().filter(|g| !g.is_todo).map(|g| g.uid.clone()).collect();
        for uid in events {
            if let Some(at) = self.by_uid.get(&(true, uid)) {
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
