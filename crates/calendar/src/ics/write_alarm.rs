//! Reminders as alarms of a file. An alarm that an import brought stands there again as it was,
//! with what was not understood of it; one whose reminder was removed here does not.

use super::{component::Component, lines::Property, ours, value};
use crate::{event::Event, id::ChannelId, reminder::Trigger};

const DAY: i64 = 86_400;

/// Writes the alarms of an event, or of an occurrence of it that is on a date or at a time. What is
/// of whole days is told at `hour`.
pub(super) fn alarms(
    line: &mut dyn FnMut(&str),
    event: &Event,
    (all_day, hour): (bool, i8),
    kept: &Component<'_>,
) {
    let is_task = event.kind.code() == "deadline";
    let alarms = || kept.children.iter().filter(|c| c.name == "VALARM");
    for reminder in event.reminders.iter().filter(|r| r.channel == ChannelId::DESKTOP) {
        let wanted = trigger_line(reminder.trigger, is_task, all_day);
        let known = alarms().find(|alarm| {
            alarm.get(ours::IDLE).is_none()
                && match is_task {
                    true => alarm.get("TRIGGER").is_some_and(|p| p.raw() == wanted),
                    false => trigger_of(alarm) == Some(reminder.trigger),
                }
        });
        line("BEGIN:VALARM");
        match known {
            // One of ours that another program has added to.
            Some(alarm) if alarm.get(ours::TRIGGER).is_some() => {
                let others = |p: &&Property<'_>| !ours::is_ours(p.name()) && !p.is("TRIGGER");
                alarm.properties.iter().filter(others).for_each(|p| line(p.raw()));
                alarm.children.iter().for_each(|c| whole(line, c));
                triggers(line, reminder.trigger, (is_task, all_day), hour);
            }
            Some(alarm) => inside(line, alarm),
            None => {
                line("ACTION:DISPLAY");
                line(&format!("DESCRIPTION:{}", value::escaped(&event.title)));
                triggers(line, reminder.trigger, (is_task, all_day), hour);
            }
        }
        if let Some(use_by) = reminder.use_by {
            line(&format!("{}:{use_by}", ours::USE_BY));
        }
        if let Some(collapse) = reminder.collapse {
            line(&format!("{}:{collapse}", ours::COLLAPSE));
        }
        if let Some(nag) = reminder.insist.nag {
            line(&format!("{}:{nag}", ours::NAG));
        }
        if reminder.insist.alarm {
            line(&format!("{}:TRUE", ours::ALARM));
        }
        line("END:VALARM");
    }
    for idle in alarms().filter(|alarm| alarm.get(ours::IDLE).is_some()) {
        line("BEGIN:VALARM");
        inside(line, idle);
        // An action that never rings here says so itself.
        if rings(idle) {
            line(&format!("{}:TRUE", ours::IDLE));
        }
        line("END:VALARM");
    }
}

/// Whether an alarm is of a sort that rings here.
fn rings(alarm: &Component<'_>) -> bool {
    let action = alarm.get("ACTION").map_or("", |p| p.value().trim()).to_ascii_uppercase();
    matches!(action.as_str(), "" | "DISPLAY" | "AUDIO")
}

fn trigger_of(alarm: &Component<'_>) -> Option<Trigger> {
    let property: &Property<'_> = alarm.get("TRIGGER")?;
    match value::duration(property.value()) {
        Some((days, seconds)) => {
            let from_end = property.param("RELATED").is_some_and(|r| r.eq_ignore_ascii_case("END"));
            Some(Trigger::Relative { days: i32::try_from(days).ok()?, seconds, from_end })
        }
        None => property.value().trim().parse().ok(),
    }
}

/// The TRIGGER that says when a reminder rings; that of a task counts from its end.
pub(super) fn trigger_line(trigger: Trigger, is_task: bool, all_day: bool) -> String {
    match trigger {
        Trigger::At(_) => format!("TRIGGER;VALUE=DATE-TIME:{trigger}"),
        Trigger::Relative { days, seconds, from_end } => {
            // A task on a date ends with that day, from which its alarms are counted.
            let days = i64::from(days) - i64::from(is_task && all_day);
            let related = if from_end || is_task { ";RELATED=END" } else { "" };
            format!("TRIGGER{related}:{}", duration(days, seconds))
        }
    }
}

/// When a reminder rings, as other programs understand it, and what is meant by it.
fn triggers(
    line: &mut dyn FnMut(&str),
    trigger: Trigger,
    (is_task, all_day): (bool, bool),
    hour: i8,
) {
    let Some((from_end, seconds)) = at_hour(trigger, is_task, all_day, hour) else {
        return line(&trigger_line(trigger, is_task, all_day));
    };
    let related = if from_end { ";RELATED=END" } else { "" };
    line(&format!("TRIGGER{related}:{}", duration(seconds / DAY, seconds % DAY)));
    line(&format!("{};X-HOUR={hour}:{trigger}", ours::TRIGGER));
}

/// Of a reminder of whole days on a date: whether it counts from the end, and the seconds from there
/// to the hour it rings at here. Other programs ring at midnight.
pub(super) fn at_hour(
    trigger: Trigger,
    is_task: bool,
    all_day: bool,
    hour: i8,
) -> Option<(bool, i64)> {
    let Trigger::Relative { days, seconds: 0, from_end } = trigger else { return None };
    // The end is that of the last day.
    let of_end = from_end || is_task;
    let days = i64::from(days) - i64::from(of_end);
    all_day.then_some((of_end, days * DAY + i64::from(hour) * 3600))
}

/// What stands in a component but our own lines.
fn inside(line: &mut dyn FnMut(&str), component: &Component<'_>) {
    let theirs = component.properties.iter().filter(|p| !ours::is_ours(p.name()));
    theirs.for_each(|p| line(p.raw()));
    component.children.iter().for_each(|c| whole(line, c));
}

fn whole(line: &mut dyn FnMut(&str), component: &Component<'_>) {
    line(&format!("BEGIN:{}", component.name));
    component.properties.iter().for_each(|p| line(p.raw()));
    component.children.iter().for_each(|c| whole(line, c));
    line(&format!("END:{}", component.name));
}

/// A duration; days and seconds of different signs can only be said in seconds.
pub(super) fn duration(days: i64, seconds: i64) -> String {
    let (days, seconds) = if days.signum() * seconds.signum() < 0 {
        (0, days * 86_400 + seconds)
    } else {
        (days, seconds)
    };
    let sign = if days < 0 || seconds < 0 { "-" } else { "" };
    let (d, s) = (days.abs(), seconds.abs());
    let mut text = format!("{sign}P");
    if d > 0 {
        text.push_str(&format!("{d}D"));
    }
    if s > 0 || d == 0 {
        text.push('T');
        let parts = [(s / 3600, 'H'), (s / 60 % 60, 'M'), (s % 60, 'S')];
        let some = parts.iter().filter(|(n, _)| *n > 0);
        some.for_each(|(n, unit)| text.push_str(&format!("{n}{unit}")));
        if s == 0 {
            text.push_str("0S");
        }
    }
    text
}
