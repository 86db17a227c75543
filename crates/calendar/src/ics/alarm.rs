//! Alarms of a file as reminders on the desktop. Only what shows or sounds rings; an alarm that
//! would send mail or run a program is kept as text and never carried out.

use super::{
    component::Component,
    lines::Property,
    ours,
    read::Reader,
    series::Base,
    shown,
    times::{Moment, Tied},
    value,
};
use crate::{
    draft::ReminderDraft,
    id::ChannelId,
    nag::Nag,
    policy::{Collapse, UseBy},
    reminder::Trigger,
    timing::instant,
};

/// The most reminders of an event.
const MOST: usize = 20;
/// The furthest a reminder may be from its event.
const FURTHEST: i64 = 3_660 * DAY;
const DAY: i64 = 86_400;

/// What a relative trigger counts from, in nominal days and seconds from our own start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchors {
    /// Start and end are the event's own.
    Event,
    /// A task's: where its DTSTART and its end lie, seen from the deadline, which is its start.
    Task { start: (i64, i64), end: (i64, i64) },
}

/// The alarms of a component.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    /// Those that ring here.
    pub reminders: Vec<ReminderDraft>,
    /// The lines they stand at, in the same order.
    pub lines: Vec<usize>,
}

impl Reader<'_> {
    /// The alarms of a component, as reminders on the desktop.
    pub fn alarms(&mut self, component: &Component<'_>, base: &Base, anchors: Anchors) -> Alarms {
        let mut alarms = Alarms::default();
        for alarm in component.children.iter().filter(|c| c.name == "VALARM") {
            let Some(trigger) = self.trigger(alarm, base, anchors) else { continue };
            let repeats = alarm.get("REPEAT").is_some_and(|r| r.value().trim() != "0");
            if repeats && alarm.get(ours::NAG).is_none() {
                self.remarks.add(alarm.line, "the alarm repeats by REPEAT: it rings once here");
            }
            let trigger = trigger.to_string();
            if alarms.reminders.iter().any(|r| r.trigger == trigger) {
                let text = "the alarm rings at the same moment as one before it: it is taken once";
                self.remarks.add(alarm.line, text);
            } else if alarms.reminders.len() == MOST {
                let text = format!("more than {MOST} alarms: this one is left out");
                self.remarks.add(alarm.line, text);
            } else {
                let own = |name: &str| alarm.get(name).map(|p| p.value().trim().to_string());
                alarms.lines.push(alarm.line);
                alarms.reminders.push(ReminderDraft {
                    trigger,
                    channel: ChannelId::DESKTOP.to_string(),
                    use_by: own(ours::USE_BY).filter(|u| u.parse::<UseBy>().is_ok()),
                    collapse: own(ours::COLLAPSE).filter(|c| c.parse::<Collapse>().is_ok()),
                    nag: own(ours::NAG).filter(|n| n.parse::<Nag>().is_ok()),
                    alarm: own(ours::ALARM).is_some_and(|a| a.eq_ignore_ascii_case("TRUE")),
                });
            }
        }
        alarms
    }

    /// When an alarm rings; nothing if it does not ring here.
    fn trigger(&mut self, alarm: &Component<'_>, base: &Base, anchors: Anchors) -> Option<Trigger> {
        let action = alarm.get("ACTION").map_or("DISPLAY", |p| p.value().trim());
        match action.to_ascii_uppercase().as_str() {
            "DISPLAY" | "AUDIO" | "" if alarm.get(ours::IDLE).is_some() => return None,
            "DISPLAY" | "AUDIO" | "" => {}
            // How Apple writes that somebody wants no alarm.
            "NONE" => return None,
            _ => {
                let text =
                    format!("an alarm with ACTION:{} is kept and never carried out", shown(action));
                self.remarks.add(alarm.line, text);
                return None;
            }
        }
        let Some(property) = alarm.get("TRIGGER") else {
            self.remarks.add(alarm.line, "an alarm without TRIGGER is left out");
            return None;
        };
        let is_task = matches!(anchors, Anchors::Task { .. });
        let exact = ours::exact_trigger(alarm, is_task, base.start.is_date());
        let trigger = match value::duration(property.value()) {
            _ if exact.is_some() => exact?,
            Some(offset) => self.relative(property, offset, anchors)?,
            None => self.at(property, base)?,
        };
        if is_task && let Some(just_before) = before_deadline(trigger, &base.start) {
            let text = "the alarm at the deadline rings one minute before it";
            self.remarks.add(property.line, text);
            return Some(just_before);
        }
        if is_task && is_past_deadline(trigger, &base.start) {
            let text = "the alarm would ring at or after the deadline: it is left out";
            self.remarks.add(property.line, text);
            return None;
        }
        Some(trigger)
    }

    fn relative(
        &mut self,
        property: &Property<'_>,
        (days, seconds): (i64, i64),
        anchors: Anchors,
    ) -> Option<Trigger> {
        let related = property.param("RELATED").unwrap_or("START");
        let of_end = related.eq_ignore_ascii_case("END");
        let (anchor, from_end) = match anchors {
            Anchors::Event => ((0, 0), of_end),
            Anchors::Task { end, .. } if of_end => (end, false),
            Anchors::Task { start, .. } => (start, false),
        };
        let (days, seconds) = (days + anchor.0, seconds + anchor.1);
        if (days * DAY + seconds).abs() > FURTHEST || days.abs() * DAY > FURTHEST {
            let text = "the alarm is more than ten years from its event: it is left out";
            self.remarks.add(property.line, text);
            return None;
        }
        let days = i32::try_from(days).ok()?;
        Some(Trigger::Relative { days, seconds, from_end })
    }

    fn at(&mut self, property: &Property<'_>, base: &Base) -> Option<Trigger> {
        let Some(moment) = self.moment(property, property.value()) else {
            let text = format!(
                "TRIGGER '{}' is neither a duration nor a time: the alarm is left out",
                shown(property.value())
            );
            self.remarks.add(property.line, text);
            return None;
        };
        if !base.is_once() {
            let text = "the alarm rings at one fixed moment, and the event repeats: it is left out";
            self.remarks.add(property.line, text);
            return None;
        }
        let has_zone = matches!(moment.tie, Tied::Zone(..)) || base.start.zone().is_some();
        if !has_zone {
            let text = "the alarm rings at a time without a zone: the alarm is left out";
            self.remarks.add(property.line, text);
            return None;
        }
        Some(Trigger::At(moment.instant(&base.start)))
    }
}

/// A minute before the deadline, for a reminder that would ring just at it.
fn before_deadline(trigger: Trigger, deadline: &Moment) -> Option<Trigger> {
    let day = i32::from(deadline.is_date());
    let is_at = match (trigger, deadline.zone()) {
        (Trigger::Relative { days, seconds, .. }, _) => {
            i64::from(days) * DAY + seconds == i64::from(day) * DAY
        }
        (Trigger::At(at), Some(zone)) => at == instant(deadline.local, zone).0,
        (Trigger::At(_), None) => false,
    };
    is_at.then_some(Trigger::Relative { days: day, seconds: -60, from_end: false })
}

/// Whether a task's reminder is not before its deadline. Where the deadline is no known instant
/// yet (floating, or a date), a fixed moment is left to the time it rings.
fn is_past_deadline(trigger: Trigger, deadline: &Moment) -> bool {
    match (trigger, deadline.zone()) {
        (Trigger::Relative { days, seconds, .. }, _) => {
            let day = if deadline.is_date() { DAY } else { 0 };
            i64::from(days) * DAY + seconds >= day
        }
        (Trigger::At(at), Some(zone)) => at >= instant(deadline.local, zone).0,
        (Trigger::At(_), None) => false,
    }
}
