//! What is kept unread, to be given back on export: properties that are not understood, alarms as
//! they stood, and names of zones as the file wrote them.

use super::{
    MOST_EXTRA, component::Component, lines::Property, read::Entry, read::Reader, series::Base,
    shown,
};
use crate::draft::OverrideDraft;

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
        (unread, base, changed): (&[usize], &Base, &[OverrideDraft]),
    ) -> String {
        let mut kept = Kept::default();
        self.keep(master, unread, &mut kept);
        for entry in overrides {
            let mut own = Kept::default();
            self.keep(entry.component, unread, &mut own);
            let name = self.name_of(entry, base);
            let name = name.filter(|name| changed.iter().any(|o| o.original == *name));
            if let (Some(name), false) = (name, own.text.is_empty()) {
                kept.together(entry.component.line, |text| {
                    let begin = &entry.component.name;
                    text.push_str(&format!("BEGIN:{begin}\nRECURRENCE-ID:{name}\n"));
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

    /// The original start of an override, as its series names it.
    fn name_of(&mut self, entry: &Entry<'_, '_>, base: &Base) -> Option<String> {
        let property = entry.component.get("RECURRENCE-ID")?;
        let moment = self.moment(property, property.value())?;
        Some(base.starts(&moment).first()?.text(base.start.is_date()))
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
            } else if let Some((zone, tzid)) = self.foreign_zone(component, property) {
                let (name, value) = (property.name(), property.value());
                let text = format!("{OURS}{name};X-ZONE=\"{zone}\";TZID=\"{tzid}\":{value}");
                kept.line(property.line, &text);
            }
        }
        for child in &component.children {
            kept.together(child.line, |text| write(child, text));
        }
    }

    /// The zone a time is read in and its name in the file, where the draft, which knows one zone
    /// by one name, does not say it.
    fn foreign_zone(
        &mut self,
        component: &Component<'_>,
        property: &Property<'_>,
    ) -> Option<(String, String)> {
        if !["DTSTART", "DTEND", "DUE"].iter().any(|name| property.is(name)) {
            return None;
        }
        let tzid = property.param("TZID").filter(|id| !id.is_empty())?;
        let found = self.names.resolve(tzid, property.line, &mut self.remarks);
        let found = found.map(|(name, _)| name.to_string()).unwrap_or_default();
        let other = |start: &Property<'_>| start.param("TZID") != Some(tzid);
        let is_kept = match property.is("DTEND") {
            true => component.get("DTSTART").is_some_and(other),
            false => found != tzid,
        };
        is_kept.then(|| (found, tzid.to_string()))
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
