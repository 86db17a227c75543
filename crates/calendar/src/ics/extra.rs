//! What is kept unread, to be given back on export: properties that are not understood, alarms as
//! they stood, and names of zones as the file wrote them.

use super::{MOST_EXTRA, component::Component, lines::Property, read::Entry, read::Reader, shown};

/// Properties whose meaning is in the draft.
const UNDERSTOOD: [&str; 16] = [
    "UID",
    "DTSTAMP",
    "SEQUENCE",
    "SUMMARY",
    "LOCATION",
    "DESCRIPTION",
    "DTSTART",
    "DTEND",
    "DUE",
    "DURATION",
    "RDATE",
    "EXDATE",
    "RRULE",
    "RECURRENCE-ID",
    "BEGIN",
    "END",
];
/// The prefix of what we add ourselves: a time as the file wrote it, with its own zone name.
const OURS: &str = "X-CARILLON-";

/// Kept lines, bounded.
#[derive(Debug, Default)]
struct Kept {
    text: String,
    dropped: Option<(usize, usize)>,
}

impl Kept {
    fn line(&mut self, line: usize, text: &str) {
        self.together(line, |kept| {
            kept.push_str(text);
            kept.push('\n');
        });
    }

    /// Keeps all that `write` writes, or nothing of it.
    fn together(&mut self, line: usize, write: impl FnOnce(&mut String)) {
        let before = self.text.len();
        write(&mut self.text);
        if self.text.len() > MOST_EXTRA {
            let size = self.text.len() - before;
            self.text.truncate(before);
            let (first, bytes) = self.dropped.unwrap_or((line, 0));
            self.dropped = Some((first, bytes + size));
        }
    }
}

impl Reader<'_> {
    /// What is kept of a series: of the event itself, and of its overrides.
    pub fn extra(
        &mut self,
        master: &Component<'_>,
        overrides: &[Entry<'_, '_>],
        unread: &[usize],
    ) -> String {
        let mut kept = Kept::default();
        self.keep(master, unread, &mut kept);
        for entry in overrides {
            let mut own = Kept::default();
            self.keep(entry.component, unread, &mut own);
            let name = entry.component.get("RECURRENCE-ID");
            if let (Some(name), false) = (name, own.text.is_empty()) {
                kept.together(entry.component.line, |text| {
                    let begin = &entry.component.name;
                    text.push_str(&format!("BEGIN:{begin}\n{}\n", name.raw()));
                    text.push_str(&own.text);
                    text.push_str(&format!("END:{begin}\n"));
                });
            }
            kept.dropped = kept.dropped.or(own.dropped);
        }
        if let Some((line, bytes)) = kept.dropped {
            let text = format!(
                "{bytes} bytes of properties that are not understood are not kept: at most {MOST_EXTRA} are, for one event"
            );
            self.remarks.add(line, text);
        }
        kept.text
    }

    fn keep(&mut self, component: &Component<'_>, unread: &[usize], kept: &mut Kept) {
        for property in &component.properties {
            // Of an occurrence the link is kept as well: only its series has one.
            let is_link = property.is("URL") && component.get("RECURRENCE-ID").is_none();
            let is_understood = UNDERSTOOD.iter().any(|name| property.is(name))
                || (is_link && super::text::is_link(property.value().trim()));
            if !is_understood || unread.contains(&property.line) {
                if !property.name().to_ascii_uppercase().starts_with(OURS) {
                    kept.line(property.line, property.raw());
                }
            } else if self.has_foreign_zone(component, property) {
                kept.line(property.line, &format!("{OURS}{}", property.raw()));
            }
        }
        for child in &component.children {
            kept.together(child.line, |text| write(child, text));
        }
    }

    /// Whether a time names its zone otherwise than the draft does, which knows one zone only.
    fn has_foreign_zone(&mut self, component: &Component<'_>, property: &Property<'_>) -> bool {
        if !["DTSTART", "DTEND", "DUE"].iter().any(|name| property.is(name)) {
            return false;
        }
        let Some(tzid) = property.param("TZID").filter(|id| !id.is_empty()) else { return false };
        let other = |start: &Property<'_>| start.param("TZID") != Some(tzid);
        if property.is("DTEND") && component.get("DTSTART").is_some_and(other) {
            return true;
        }
        let found = self.names.resolve(tzid, property.line, &mut self.remarks);
        found.is_none_or(|(name, _)| name.as_str() != tzid)
    }
}

fn write(component: &Component<'_>, text: &mut String) {
    text.push_str(&format!("BEGIN:{}\n", shown(&component.name)));
    for property in &component.properties {
        text.push_str(property.raw());
        text.push('\n');
    }
    for child in &component.children {
        write(child, text);
    }
    text.push_str(&format!("END:{}\n", shown(&component.name)));
}
