//! Events as an iCalendar file that loses nothing: what an import did not understand stands in it
//! again, zones have the names their file gave them and a definition, and reading the file gives
//! the same events. Reminders through other channels than the desktop are not part of a file.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{
    Remarks,
    component::{self, Component},
    lines::Property,
    ours, value, write_alarm, write_zone,
};
use crate::{
    event::{Change, Event},
    timing::{Fold, Landing, Length, LocalStart, Tie, instant, later, shift},
    zones::{ZoneName, Zones},
};

/// The longest physical line, in bytes.
const LINE: usize = 75;

/// An event to write, with what an import kept of its file.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Its UID.
    pub uid: &'a str,
    /// SEQUENCE.
    pub sequence: i64,
    /// DTSTAMP: when it was changed last.
    pub stamp: Timestamp,
    /// Whether it was changed after it was read from the file that `extra` is of.
    pub edited: bool,
    /// The event.
    pub event: &'a Event,
    /// The UID of the person it is of.
    pub person: Option<&'a str>,
    /// The UID of the first part of the series it is a part of, if that was parted.
    pub part_of: Option<&'a str>,
    /// What was kept unread.
    pub extra: &'a str,
}

/// What a file is written with.
#[derive(Debug, Clone, Copy)]
pub struct WriteContext<'a> {
    /// Zone data.
    pub zones: &'a Zones,
    /// The name of the calendar.
    pub name: &'a str,
    /// Today, up to which the rules of zones are written out.
    pub today: Date,
    /// At which hour of the day things of a whole day are told.
    pub all_day_hour: i8,
}

/// Writes events as one iCalendar file.
pub fn write(events: &[Outgoing<'_>], ctx: &WriteContext<'_>) -> String {
    let mut body = Writer { ctx, text: String::new(), zones: BTreeMap::new() };
    events.iter().for_each(|event| body.event(event));
    let mut file = Writer { ctx, text: String::new(), zones: BTreeMap::new() };
    file.line("BEGIN:VCALENDAR");
    file.line("VERSION:2.0");
    file.line("PRODID:-//Carillon//Carillon//EN");
    if !ctx.name.is_empty() {
        file.line(&format!("X-WR-CALNAME:{}", value::escaped(ctx.name)));
    }
    for (tzid, (name, first)) in body.zones {
        let zone = ctx.zones.zone(&ZoneName::stored(name.as_str())).0;
        write_zone::write(&mut |l| file.line(l), (&tzid, &name), &zone, (first, ctx.today));
    }
    file.text.push_str(&body.text);
    file.line("END:VCALENDAR");
    file.text
}

/// Adds a content line, folded.
pub(crate) fn fold(text: &mut String, line: &str) {
    let mut room = LINE;
    for c in line.chars() {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE - 1;
        }
        room -= c.len_utf8();
        text.push(c);
    }
    text.push_str("\r\n");
}

pub(super) struct Writer<'a> {
    ctx: &'a WriteContext<'a>,
    text: String,
    /// TZIDs used, with their zone and the first year they are used in.
    zones: BTreeMap<String, (String, i16)>,
}

/// What an event's times are written with.
struct Names<'e> {
    /// Zones and the TZIDs their file gave them: of the start, and of the end.
    original: Vec<(String, String)>,
    /// The zone of the end, where that is another one.
    end: Option<ZoneName>,
    event: &'e Event,
}

impl Writer<'_> {
    /// A content line, folded.
    pub fn line(&mut self, line: &str) {
        fold(&mut self.text, line);
    }

    fn words(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.line(&format!("{name}:{}", value::escaped(text)));
        }
    }

    fn event(&mut self, out: &Outgoing<'_>) {
        let event = out.event;
        let kept = kept(out.extra);
        let names = names(&kept, event);
        let kind = if is_task(event) { "VTODO" } else { "VEVENT" };
        let timing = &event.timing;
        self.head(kind, out, (&event.title, &event.place, &event.description));
        if !event.url.is_empty() {
            self.line(&format!("URL:{}", event.url));
        }
        let start = LocalStart { at: timing.start, fold: is_second_once(event, self.ctx.zones) };
        self.placed(&names, start, &timing.tie, timing.length);
        self.recurrence(&names, &kept);
        if let Some(first) = out.part_of {
            self.line(&ours::relation(first));
        }
        ours::write(&mut |l| self.line(l), out, &kept);
        self.kept_lines(&kept, out);
        let hours = (timing.tie.is_all_day(), self.ctx.all_day_hour);
        write_alarm::alarms(&mut |l| self.line(l), event, hours, &kept);
        let others = kept.children.iter().filter(|c| c.name != "VALARM" && c.name != kind);
        others.for_each(|c| self.component(c));
        self.line(&format!("END:{kind}"));
        for o in &event.overrides {
            let own = of_override(&kept, o.original, event);
            self.different(out, &names, (o.original, &o.change), (own, &kept));
        }
    }

    /// RRULE, RDATE and EXDATE. What only we understand of them stands beside them.
    fn recurrence(&mut self, names: &Names<'_>, kept: &Component<'static>) {
        let event = names.event;
        let zone = event.timing.tie.zone().map(|name| self.ctx.zones.zone(name).0);
        let all_day = event.timing.tie.is_all_day();
        // Of a task the rule counts from DUE, which is its DTSTART then.
        if is_task(event) && !event.repeats.is_once() {
            self.time("DTSTART", names, LocalStart::first(event.timing.start), &event.timing.tie);
        }
        for rule in &event.repeats.rules {
            let plain = ours::plain(rule, event.timing.start, zone.as_ref(), all_day);
            self.line(&format!("RRULE:{plain}"));
            let start = event.timing.start;
            if ours::as_meant(&plain, start, zone.as_ref(), all_day) != *rule {
                self.line(&format!("{}:{rule}", ours::RULE));
            }
        }
        let gone = event.overrides.iter().filter(|o| {
            matches!(o.change, Change::Cancelled)
                && !of_override(kept, o.original, event).is_some_and(is_cancelled)
        });
        let gone: Vec<_> = gone.map(|o| o.original).collect();
        let firsts = |list: &[jiff::civil::DateTime]| -> Vec<LocalStart> {
            list.iter().copied().map(LocalStart::first).collect()
        };
        self.dates("RDATE", names, &firsts(&event.repeats.rdates));
        self.dates("EXDATE", names, &[firsts(&event.repeats.exdates), gone.clone()].concat());
        for some in gone.chunks(50) {
            let texts: Vec<_> = some.iter().map(|at| at.text(all_day)).collect();
            self.line(&format!("{}:{}", ours::CANCELLED, texts.join(",")));
        }
    }

    fn head(&mut self, kind: &str, out: &Outgoing<'_>, (title, place, notes): (&str, &str, &str)) {
        self.line(&format!("BEGIN:{kind}"));
        self.words("UID", out.uid);
        self.line(&format!("DTSTAMP:{}", out.stamp.strftime("%Y%m%dT%H%M%SZ")));
        if out.sequence != 0 {
            self.line(&format!("SEQUENCE:{}", out.sequence));
        }
        self.words("SUMMARY", title);
        self.words("LOCATION", place);
        self.words("DESCRIPTION", notes);
    }

    /// DTSTART and DTEND or DURATION; of a task DUE.
    fn placed(&mut self, names: &Names<'_>, start: LocalStart, tie: &Tie, length: Length) {
        if is_task(names.event) {
            return self.time("DUE", names, start, tie);
        }
        self.time("DTSTART", names, start, tie);
        let Length { days, seconds } = length;
        let end = LocalStart::first(shift(start.at, days, seconds));
        match tie {
            Tie::AllDay => self.time("DTEND", names, end, tie),
            Tie::Floating if (days, seconds) != (0, 0) => self.time("DTEND", names, end, tie),
            Tie::Zone(own) | Tie::Theirs(own)
                if days == 0 && seconds != 0 && names.end.is_some() =>
            {
                let zones = self.ctx.zones;
                let at = later(instant(start, &zones.zone(own).0).0, seconds);
                let Some(name) = &names.end else { return };
                let there = LocalStart::first(zones.zone(name).0.to_datetime(at));
                self.time("DTEND", names, there, &Tie::Zone(name.clone()));
            }
            Tie::Zone(_) | Tie::Theirs(_) if (days, seconds) != (0, 0) => {
                self.line(&format!("DURATION:{}", write_alarm::duration(days.into(), seconds)));
            }
            Tie::Floating | Tie::Zone(_) | Tie::Theirs(_) => {}
        }
    }

    fn time(&mut self, name: &str, names: &Names<'_>, local: LocalStart, tie: &Tie) {
        let (params, text) = self.value(names, local, tie);
        self.line(&format!("{name}{params}:{text}"));
    }

    /// Parameters and value of a time. The second of two equal wall times can only be said in UTC.
    fn value(&mut self, names: &Names<'_>, local: LocalStart, tie: &Tie) -> (String, String) {
        let plain = LocalStart::first(local.at);
        match tie {
            Tie::AllDay => (";VALUE=DATE".into(), plain.text(true)),
            Tie::Floating => {
                // A zone nobody knows is given back, to be as unknown as before.
                let unknown = names.original.iter().find(|(zone, _)| zone.is_empty());
                let params = unknown.map_or(String::new(), |(_, tzid)| tzid_param(tzid));
                (params, plain.text(false))
            }
            Tie::Zone(name) | Tie::Theirs(name)
                if name.as_str() == "UTC" && !names.original.iter().any(|(z, _)| z == "UTC") =>
            {
                (String::new(), format!("{}Z", plain.text(false)))
            }
            Tie::Zone(name) | Tie::Theirs(name) if local.fold => {
                let at = instant(local, &self.ctx.zones.zone(name).0).0;
                (String::new(), at.strftime("%Y%m%dT%H%M%SZ").to_string())
            }
            Tie::Zone(name) | Tie::Theirs(name) => {
                let original = names.original.iter().find(|(zone, _)| zone == name.as_str());
                let tzid = original.map_or(name.as_str(), |(_, tzid)| tzid).to_string();
                let year = local.at.year();
                let used = (name.to_string(), year);
                let first = self.zones.entry(tzid.clone()).or_insert(used);
                first.1 = first.1.min(year);
                (tzid_param(&tzid), plain.text(false))
            }
        }
    }

    fn dates(&mut self, name: &str, names: &Names<'_>, list: &[LocalStart]) {
        let tie = &names.event.timing.tie;
        let mut by_params: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for local in list {
            let (params, text) = self.value(names, *local, tie);
            by_params.entry(params).or_default().push(text);
        }
        for (params, texts) in by_params {
            for some in texts.chunks(50) {
                self.line(&format!("{name}{params}:{}", some.join(",")));
            }
        }
    }

    fn different(
        &mut self,
        out: &Outgoing<'_>,
        names: &Names<'_>,
        (original, change): (LocalStart, &Change),
        (own, of_series): (Option<&Component<'_>>, &Component<'_>),
    ) {
        let event = out.event;
        let kind = if is_task(event) { "VTODO" } else { "VEVENT" };
        let series = &event.timing.tie;
        match (change, own) {
            (Change::Cancelled, Some(own)) if is_cancelled(own) => {
                self.head(kind, out, (&event.title, "", ""));
                self.time("RECURRENCE-ID", names, original, series);
                self.placed(names, original, series, event.timing.length);
            }
            // It is an EXDATE.
            (Change::Cancelled, _) => return,
            (Change::Differs { start, tie, length, title, place, description }, _) => {
                let text = |own: &Option<String>, usual: &str| {
                    own.clone().unwrap_or_else(|| usual.to_string())
                };
                let title = text(title, &event.title);
                let notes = text(description, &event.description);
                self.head(kind, out, (&title, &text(place, &event.place), &notes));
                self.time("RECURRENCE-ID", names, original, series);
                self.placed(names, *start, tie, *length);
            }
        }
        if let Some(own) = own {
            self.kept_of_occurrence(own, out, change);
        }
        let all_day = match change {
            Change::Cancelled => series.is_all_day(),
            Change::Differs { tie, .. } => tie.is_all_day(),
        };
        let hours = (all_day, self.ctx.all_day_hour);
        match own {
            Some(own) if own.get(ours::OWN_ALARMS).is_some() => {
                own.children.iter().for_each(|c| self.component(c));
            }
            Some(own) => {
                write_alarm::alarms(&mut |l| self.line(l), event, hours, own);
                let others = own.children.iter().filter(|c| c.name != "VALARM");
                others.for_each(|c| self.component(c));
            }
            None => write_alarm::alarms(&mut |l| self.line(l), event, hours, of_series),
        }
        self.line(&format!("END:{kind}"));
    }

    /// The lines kept of a series: as they were, but for what an edit here made untrue.
    fn kept_lines(&mut self, kept: &Component<'_>, out: &Outgoing<'_>) {
        let event = out.event;
        let due = LocalStart::first(event.timing.start);
        for property in kept.properties.iter().filter(|p| !ours::is_ours(p.name())) {
            if event.enabled && ours::says_over(property) {
                continue;
            }
            if property.is("LAST-MODIFIED") && out.edited {
                continue;
            }
            if property.is("DTSTART") {
                let begins = value::when(property.value()).map(value::When::wall);
                if begins.is_none_or(|at| at > due.at) {
                    continue;
                }
                self.use_zone(property, kept, due.at.year());
            }
            self.line(property.raw());
        }
    }

    fn kept_of_occurrence(&mut self, own: &Component<'_>, out: &Outgoing<'_>, change: &Change) {
        let takes_place = matches!(change, Change::Differs { .. });
        for property in own.properties.iter().filter(|p| !ours::is_ours(p.name())) {
            let is_untrue = (takes_place && ours::says_over(property))
                || (out.edited && property.is("LAST-MODIFIED"));
            if !is_untrue && !property.is("RECURRENCE-ID") {
                self.line(property.raw());
            }
        }
    }

    /// Has the zone of a kept time written out.
    fn use_zone(&mut self, property: &Property<'_>, kept: &Component<'_>, year: i16) {
        let Some(tzid) = property.param("TZID") else { return };
        let named = kept.get("X-CARILLON-DTSTART").and_then(|p| p.param("X-ZONE"));
        let zone = named.unwrap_or(tzid);
        if !zone.is_empty() {
            self.zones.entry(tzid.to_string()).or_insert((zone.to_string(), year));
        }
    }

    fn component(&mut self, component: &Component<'_>) {
        self.line(&format!("BEGIN:{}", component.name));
        let theirs = component.properties.iter().filter(|p| !ours::is_ours(p.name()));
        theirs.for_each(|p| self.line(p.raw()));
        component.children.iter().for_each(|c| self.component(c));
        self.line(&format!("END:{}", component.name));
    }
}

/// Whether what is kept of an occurrence says that it does not take place.
fn is_cancelled(own: &Component<'_>) -> bool {
    own.says("STATUS", "CANCELLED")
}

/// Whether it happens once, at the second of two equal wall times.
fn is_second_once(event: &Event, zones: &Zones) -> bool {
    let Tie::Zone(name) = &event.timing.tie else { return false };
    let start = LocalStart::first(event.timing.start);
    event.timing.fold == Fold::Second
        && event.repeats.is_once()
        && instant(start, &zones.zone(name).0).1 == Landing::Folded
}

fn tzid_param(tzid: &str) -> String {
    let is_plain = tzid.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-+".contains(&b));
    let quote = if is_plain { "" } else { "\"" };
    // Without its quotes a name nobody knows could become one that is known.
    format!(";TZID={quote}{}{quote}", tzid.replace('"', "'"))
}

fn is_task(event: &Event) -> bool {
    event.kind.code() == "deadline"
}

/// What was kept, as a component again.
fn kept(extra: &str) -> Component<'static> {
    let text = format!("BEGIN:KEPT\n{extra}END:KEPT\n");
    let mut root = component::tree_of(text.as_bytes(), &mut Remarks::default());
    root.children.pop().unwrap_or_default()
}

/// What the file called the zones of an event.
fn names<'e>(kept: &Component<'_>, event: &'e Event) -> Names<'e> {
    let of = |name: &str| {
        let property = kept.get(name)?;
        Some((property.param("X-ZONE")?.to_string(), property.param("TZID")?.to_string()))
    };
    let start = match is_task(event) {
        true => of("X-CARILLON-DUE"),
        false => of("X-CARILLON-DTSTART"),
    };
    let end = of("X-CARILLON-DTEND");
    let other = end.as_ref().filter(|(zone, _)| !zone.is_empty());
    let other = other.map(|(zone, _)| ZoneName::stored(zone.as_str()));
    let own = match &event.timing.tie {
        Tie::Zone(name) | Tie::Theirs(name) => Some(name),
        Tie::Floating | Tie::AllDay => None,
    };
    let end_zone = other.filter(|zone| own.is_some_and(|own| own != zone));
    Names { original: start.into_iter().chain(end).collect(), end: end_zone, event }
}

/// What was kept of the override of this occurrence.
fn of_override<'k>(
    kept: &'k Component<'static>,
    original: LocalStart,
    event: &Event,
) -> Option<&'k Component<'static>> {
    let name = original.text(event.timing.tie.is_all_day());
    let overrides = kept.children.iter().filter(|c| c.name == "VEVENT" || c.name == "VTODO");
    let mut overrides = overrides.filter(|c| c.get("RECURRENCE-ID").is_some());
    overrides.find(|c| c.get("RECURRENCE-ID").is_some_and(|p| p.value() == name))
}
