//! What is kept unread, to be given back on export: properties that are not understood, alarms as
//! they stood, and names of zones as the file wrote them.

use jiff::tz::TimeZone;

use super::{
    MOST_EXTRA,
    alarm::{Alarms, Anchors},
    component::Component,
    event::is_once,
    lines::Property,
    ours,
    overrides::Series,
    read::{Entry, Reader},
    series::Base,
    shown, value, write_alarm,
};
use crate::{draft::OverrideDraft, reminder::Trigger, timing::LocalStart, zones::ZoneName};

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

/// What is understood of a series, which is not kept a second time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keep<'k> {
    /// What the series stands in.
    pub master: &'k Component<'k>,
    /// The lines of RRULEs that are not.
    pub unread: &'k [usize],
    pub alarms: &'k Alarms,
    pub title: &'k str,
    pub series: &'k Series<'k>,
}

impl Reader<'_> {
    /// What is kept of a series: of the event itself, and of its overrides.
    pub fn extra(
        &mut self,
        overrides: &[Entry<'_, '_>],
        (known, changed): (&Keep<'_>, &[OverrideDraft]),
    ) -> String {
        let mut kept = Kept::default();
        self.keep(known.master, known, &mut kept);
        keep_alarms(known.master, known, &mut kept);
        for entry in overrides {
            let mut own = Kept::default();
            self.keep(entry.component, known, &mut own);
            if self.has_other_alarms(known.series, entry) {
                own.line(entry.component.line, &format!("{}:OWN", ours::OWN_ALARMS));
                let alarms = entry.component.children.iter().filter(|c| c.name == "VALARM");
                alarms.for_each(|c| own.together(c.line, |text| write(c, text)));
            } else {
                let alarms = self.as_of_series(entry, known.series);
                keep_alarms(entry.component, &Keep { alarms: &alarms, ..*known }, &mut own);
            }
            let base = known.series.base;
            let name = self.named(entry, base).map(|at| at.text(base.start.is_date()));
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

    /// The alarms of an occurrence that rings as its series does: each with the reminder it is.
    fn as_of_series(&mut self, entry: &Entry<'_, '_>, series: &Series<'_>) -> Alarms {
        let anchors = if series.is_todo {
            Anchors::Task { start: (0, 0), end: (0, 0) }
        } else {
            Anchors::Event
        };
        self.aside(|reader| reader.alarms(entry.component, series.base, anchors))
    }

    /// The original start of an override, as its series names it.
    pub fn named(&mut self, entry: &Entry<'_, '_>, base: &Base) -> Option<LocalStart> {
        let property = entry.component.get("RECURRENCE-ID")?;
        let moment = self.moment(property, property.value())?;
        base.starts(&moment).first().copied()
    }

    fn keep(&mut self, component: &Component<'_>, known: &Keep<'_>, kept: &mut Kept) {
        // A task's DTSTART is not in its draft. In a series DUE stands for it.
        let is_begin = |p: &Property<'_>| {
            p.is("DTSTART")
                && component.name == "VTODO"
                && (component.get("DUE").is_some() || component.get("DURATION").is_some())
                && known.series.base.is_once()
        };
        // First what is ours, in an order of its own, so that what is written reads the same.
        let times = ["DTSTART", "DTEND", "DUE"].into_iter().filter_map(|name| component.get(name));
        for property in times.filter(|p| !known.unread.contains(&p.line)) {
            if let Some((zone, tzid)) = self.foreign_zone(component, property) {
                let (name, value) = (property.name().to_ascii_uppercase(), property.value());
                let text = format!("{OURS}{name};X-ZONE=\"{zone}\";TZID=\"{tzid}\":{value}");
                kept.line(property.line, &text);
            }
        }
        for property in &component.properties {
            // Of an occurrence the link is kept as well: only its series has one.
            let is_link = property.is("URL") && std::ptr::eq(component, known.master);
            let is_understood = UNDERSTOOD.iter().any(|name| property.is(name))
                || (is_link && super::text::is_link(property.value().trim()));
            let is_kept =
                !is_understood || known.unread.contains(&property.line) || is_begin(property);
            let is_ours = ours::is_ours(property.name()) || ours::is_relation(property);
            if is_kept && !is_ours {
                kept.line(property.line, property.raw());
            }
        }
        for child in component.children.iter().filter(|c| c.name != "VALARM") {
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
        let named = |zone: Option<(ZoneName, TimeZone)>| zone.map(|(name, _)| name.to_string());
        let found = named(self.names.zone(tzid)).unwrap_or_default();
        // A moment that is read in another zone than the name means otherwise is written in that one.
        if is_once(component) && self.aside(|reader| reader.is_elsewhere(property, &found)) {
            return None;
        }
        let other = |start: &Property<'_>| start.param("TZID") != Some(tzid);
        let is_kept = match property.is("DTEND") {
            true => component.get("DTSTART").is_some_and(other),
            false => found != tzid,
        };
        is_kept.then(|| (found, tzid.to_string()))
    }

    /// Whether a time of what happens once is read in another zone than this.
    fn is_elsewhere(&mut self, property: &Property<'_>, zone: &str) -> bool {
        self.is_once = true;
        let moment = self.moment(property, property.value());
        moment.and_then(|moment| moment.zone_name()).is_some_and(|name| name != zone)
    }
}

/// Keeps alarms: those in which there is more than a reminder says, then, with a mark, those that
/// do not ring here. What a task's alarms count from is its end.
fn keep_alarms(component: &Component<'_>, known: &Keep<'_>, kept: &mut Kept) {
    let all_day = known.series.base.start.is_date();
    let alarms = || component.children.iter().filter(|c| c.name == "VALARM");
    let place = |alarm: &Component<'_>| known.alarms.lines.iter().position(|l| *l == alarm.line);
    for alarm in alarms() {
        let Some(at) = place(alarm) else { continue };
        let trigger = known.alarms.reminders[at].trigger.parse::<Trigger>().ok();
        let of_days = matches!(trigger, Some(Trigger::Relative { seconds: 0, .. })) && all_day;
        let is_ours =
            of_days && ours::exact_trigger(alarm, known.series.is_todo, all_day).is_some();
        // What another program says of whole days is its midnight, and stays so.
        if is_plain(alarm, known.title) && (is_ours || !of_days) {
            continue;
        }
        let anew = trigger.filter(|_| known.series.is_todo || is_ours);
        let anew = anew.map(|trigger| {
            let line = write_alarm::trigger_line(trigger, known.series.is_todo, all_day);
            if is_ours { format!("{line}\n{}:TRUE", ours::TRIGGER) } else { line }
        });
        kept.together(alarm.line, |text| match anew {
            Some(anew) => write_with(alarm, text, &anew),
            None => write(alarm, text),
        });
    }
    for idle in alarms().filter(|alarm| place(alarm).is_none()) {
        let mark = format!("{}:TRUE", ours::IDLE);
        kept.together(idle.line, |text| write_with(idle, text, &mark));
    }
}

/// Whether an alarm says nothing but when it rings and what for.
fn is_plain(alarm: &Component<'_>, title: &str) -> bool {
    let is_known = |p: &Property<'_>| match p.name().to_ascii_uppercase().as_str() {
        "ACTION" => p.value().trim().eq_ignore_ascii_case("DISPLAY"),
        "DESCRIPTION" => value::text(p.value()) == title,
        "TRIGGER" => true,
        name => ours::is_ours(name),
    };
    alarm.children.is_empty() && alarm.properties.iter().all(is_known)
}

/// The alarm with a line of its own, which stands for any line of that name it has.
fn write_with(alarm: &Component<'_>, text: &mut String, line: &str) {
    let name = line.split([';', ':']).next().unwrap_or(line);
    text.push_str("BEGIN:VALARM\n");
    for property in alarm.properties.iter().filter(|p| !p.is(name) && !ours::is_ours(p.name())) {
        text.push_str(property.raw());
        text.push('\n');
    }
    text.push_str(line);
    text.push('\n');
    alarm.children.iter().for_each(|child| write(child, text));
    text.push_str("END:VALARM\n");
}

fn write(component: &Component<'_>, text: &mut String) {
    text.push_str(&format!("BEGIN:{}\n", shown(&component.name)));
    for property in component.properties.iter().filter(|p| !ours::is_ours(p.name())) {
        text.push_str(property.raw());
        text.push('\n');
    }
    for child in &component.children {
        write(child, text);
    }
    text.push_str(&format!("END:{}\n", shown(&component.name)));
}
