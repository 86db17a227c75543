//! One UID of a file as one event: its newest definition, the occurrences that differ, its
//! alarms, and what is kept unread.

use super::{
    Alarmless, ImportedEvent, OfSeries,
    alarm::Anchors,
    component::Component,
    extra::Keep,
    following, ours, overrides,
    read::{Entry, Group, Reader},
    series::{Base, Set},
    shown,
    times::Moment,
};
use crate::{
    draft::{Check, EventDraft, Origin, ReminderDraft},
    id::EventId,
};

/// What an event without a title is called.
const UNTITLED: &str = "Untitled";

/// How an event is placed in time, before its recurrence.
#[derive(Debug)]
pub(super) struct Frame {
    pub kind: &'static str,
    pub start: Moment,
    pub length: (i32, i64),
    /// Seconds from the starts that the file's dates name to `start`.
    pub shift: i64,
    pub anchors: Anchors,
}

/// Makes the event, or for occurrences without their series the events, of one UID.
pub(super) fn of_group(
    reader: &mut Reader<'_>,
    group: &Group<'_, '_>,
    events: &mut Vec<ImportedEvent>,
) {
    let newest = group.masters.iter().max_by_key(|e| (e.sequence, e.stamp));
    let placed = group.masters.iter().filter(|e| is_placed(e.component));
    // What calls an event off need not say when it is: it is where it was.
    let called_off = newest.is_some_and(|e| e.cancelled && !is_placed(e.component));
    let newest = if called_off { placed.max_by_key(|e| (e.sequence, e.stamp)) } else { newest };
    let Some(master) = newest.or_else(|| group.masters.first()) else {
        reader.orphans(group, events);
        return;
    };
    for other in &group.masters {
        if !std::ptr::eq(other.component, master.component) {
            let (line, uid) = (other.component.line, shown(&group.uid));
            if called_off && other.cancelled && !is_placed(other.component) {
                reader.remarks.add(line, format!("UID {uid} is called off"));
                continue;
            }
            let newer = master.component.line;
            let text =
                format!("UID {uid} is there twice: the newer one, at line {newer}, is taken");
            reader.remarks.leave_out(line, text);
        }
    }
    let master = Entry { cancelled: master.cancelled || called_off, ..*master };
    let (before, left_out) = (events.len(), reader.remarks.left_out);
    if let Some((frame, set)) = reader.placed(group, master.component) {
        following::of_series(reader, group, (&master, frame, set), events);
    }
    if events.len() == before {
        // Its changed occurrences are counted anew, by themselves.
        reader.remarks.left_out = left_out + 1;
        reader.orphans(group, events);
    }
}

/// Whether a component says when it is.
pub(super) fn is_placed(component: &Component<'_>) -> bool {
    component.get("DTSTART").is_some() || component.get("DUE").is_some()
}

/// Whether a component is of one occurrence alone.
pub(super) fn is_once(component: &Component<'_>) -> bool {
    let is_range = component.get("RECURRENCE-ID").is_some_and(|p| p.param("RANGE").is_some());
    let recurs = ["RRULE", "RDATE"].iter().any(|name| component.get(name).is_some());
    !is_range && !recurs
}

impl Reader<'_> {
    /// Occurrences whose series is not there.
    fn orphans(&mut self, group: &Group<'_, '_>, events: &mut Vec<ImportedEvent>) {
        for entry in &group.overrides {
            match self.orphan(group, entry) {
                Some(event) => events.push(event),
                None => self.remarks.left_out += 1,
            }
        }
    }

    /// An occurrence whose series is not in the file: an event of its own.
    fn orphan(&mut self, group: &Group<'_, '_>, entry: &Entry<'_, '_>) -> Option<ImportedEvent> {
        let component = entry.component;
        let name = component.get("RECURRENCE-ID")?;
        let original = self.moment(name, name.value());
        if name.param("RANGE").is_some() {
            self.remarks.add(name.line, overrides::ONE_ONLY);
        }
        let uid = format!("{}#{}", group.uid, shown(name.value().trim()));
        let (frame, set) = match &original {
            // What calls it off need not say where it is.
            Some(start) if entry.cancelled && !is_placed(component) => {
                let start = start.clone();
                let length = if start.is_date() { (1, 0) } else { (0, 0) };
                let base = Base::new(start.clone(), Vec::new(), 0);
                let (kind, anchors) = ("note", Anchors::Event);
                (Frame { kind, start, length, shift: 0, anchors }, Set::once(base))
            }
            _ => self.placed(group, component)?,
        };
        let taking_place = Entry { cancelled: false, ..*entry };
        let mut event = self.event(group, &taking_place, (&frame, set), &[], uid)?;
        let Some(original) = original else {
            let text = format!(
                "RECURRENCE-ID '{}' is not a date or time: it is imported by itself",
                shown(name.value())
            );
            self.remarks.add(name.line, text);
            event.draft.disabled |= entry.cancelled;
            return Some(event);
        };
        event.occurrence = Some(OfSeries {
            uid: group.uid.clone(),
            original: original.text(),
            zone: original.zone_name(),
            cancelled: entry.cancelled,
            is_titled: component.get("SUMMARY").is_some(),
        });
        Some(event)
    }

    /// How a component is placed in time; nothing if it is not.
    fn placed(&mut self, group: &Group<'_, '_>, component: &Component<'_>) -> Option<(Frame, Set)> {
        let frame = self.frame(group, component)?;
        let set = self.set(component, &frame.start, frame.shift);
        Some((frame, set))
    }

    /// The same without its recurrence.
    pub fn frame(&mut self, group: &Group<'_, '_>, component: &Component<'_>) -> Option<Frame> {
        self.is_once = is_once(component);
        if group.is_todo { self.task_frame(component) } else { self.event_frame(component) }
    }

    /// The event that a component and its overrides come to.
    pub fn event(
        &mut self,
        group: &Group<'_, '_>,
        master: &Entry<'_, '_>,
        (frame, set): (&Frame, Set),
        overrides: &[Entry<'_, '_>],
        uid: String,
    ) -> Option<ImportedEvent> {
        let component = master.component;
        let Set { base, rules, written, rdates, exdates, periods, unread } = set;
        let mut words = self.words(component);
        let title = words.title.get_or_insert_with(|| UNTITLED.into()).clone();
        let alarms = self.alarms(component, &base, frame.anchors);
        let series = overrides::Series {
            base: &base,
            length: frame.length,
            words: &words,
            reminders: &alarms.reminders,
            is_todo: group.is_todo,
        };
        let changed = self.overrides(&series, overrides, periods);
        let keep = Keep {
            master: component,
            unread: &unread,
            alarms: &alarms,
            title: &title,
            series: &series,
        };
        let extra = self.extra(overrides, (&keep, &changed));
        let reminders = alarms.reminders;
        let is_over = self.is_over(group, master);
        let all_day = base.start.is_date();
        let texts_of = |list: &[crate::timing::LocalStart]| -> Vec<String> {
            list.iter().map(|d| crate::timing::LocalStart::first(d.at).text(all_day)).collect()
        };
        let mut draft = EventDraft {
            kind: frame.kind.into(),
            calendar: self.ctx.calendar.to_string(),
            title,
            place: words.place.clone().unwrap_or_default(),
            description: words.notes.clone().unwrap_or_default(),
            url: self.link(component),
            start: base.start.text(),
            zone: base.start.zone_name(),
            length: Some(frame.length),
            rules,
            rdates: texts_of(&rdates),
            exdates: texts_of(&exdates),
            overrides: changed,
            reminders: self.or_defaults(component, reminders),
            disabled: is_over,
            ..EventDraft::default()
        };
        self.exact(component, &mut draft);
        if !self.is_valid(component, &draft) {
            return None;
        }
        let of_all = || std::iter::once(master).chain(overrides);
        Some(ImportedEvent {
            uid,
            sequence: of_all().map(|e| e.sequence).max().unwrap_or(0),
            stamp: of_all().filter_map(|e| e.stamp).max(),
            draft,
            of: Self::of_person(component),
            part_of: ours::first_part(component)
                .or_else(|| ours::follows_on(&group.uid).map(|(first, _)| first)),
            occurrence: None,
            written,
            calendar: None,
            extra,
            line: component.line,
        })
    }

    fn event_frame(&mut self, component: &Component<'_>) -> Option<Frame> {
        let Some(property) = component.get("DTSTART") else {
            self.remarks.add(component.line, "an event without DTSTART is not imported");
            return None;
        };
        let Some(start) = self.moment(property, property.value()) else {
            let text = format!(
                "DTSTART '{}' is not a date or time: the event is not imported",
                shown(property.value())
            );
            self.remarks.add(property.line, text);
            return None;
        };
        let start = self.exact_start(component, start);
        let usual = if start.is_date() { (1, 0) } else { (0, 0) };
        let length = self.length(component, &start, usual);
        // Something at a moment, without a length, is a note: it is told however late.
        let kind = if length == (0, 0) { "note" } else { "appointment" };
        Some(Frame { kind, start, length, shift: 0, anchors: Anchors::Event })
    }

    /// Whether nothing of it rings any more.
    fn is_over(&mut self, group: &Group<'_, '_>, master: &Entry<'_, '_>) -> bool {
        if master.cancelled {
            let text = "the event is cancelled: it is imported and nothing rings";
            self.remarks.add(master.component.line, text);
            return true;
        }
        (group.is_todo && self.is_done(master.component)) || Self::is_silent(master.component)
    }

    fn or_defaults(
        &self,
        component: &Component<'_>,
        reminders: Vec<ReminderDraft>,
    ) -> Option<Vec<ReminderDraft>> {
        let has_alarms = component.children.iter().any(|c| c.name == "VALARM");
        match self.ctx.alarmless {
            Alarmless::KindDefaults if !has_alarms => None,
            Alarmless::KindDefaults | Alarmless::Silent => Some(reminders),
        }
    }

    /// Whether the draft passes its check; what it does not pass becomes a remark.
    fn is_valid(&mut self, component: &Component<'_>, draft: &EventDraft) -> bool {
        let id = EventId::from_bytes([0; 16]);
        let check = Check { zones: self.ctx.zones, person: None, origin: Origin::Outside };
        match draft.check(id, id, &check) {
            Ok(_) => true,
            Err(e) => {
                self.remarks.add(component.line, format!("{e}: it is not imported"));
                false
            }
        }
    }
}
