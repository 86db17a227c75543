//! The way back: the draft of a valid event, which loses nothing.

use jiff::civil::DateTime;

use super::{EventDraft, OverrideDraft, ReminderDraft};
use crate::{
    event::{Change, Event, Override},
    policy::Overlap,
    reminder::Reminder,
    timing::{Fold, Gap, LocalStart},
};

/// The draft of a valid event: checking it gives the same event again.
impl From<&Event> for EventDraft {
    fn from(event: &Event) -> Self {
        let timing = &event.timing;
        let all_day = timing.tie.is_all_day();
        let date = |at: &DateTime| LocalStart::first(*at).text(all_day);
        Self {
            kind: event.kind.code().into(),
            calendar: event.calendar.to_string(),
            title: event.title.clone(),
            place: event.place.clone(),
            description: event.description.clone(),
            url: event.url.clone(),
            start: date(&timing.start),
            zone: timing.tie.zone_text(),
            gap: if timing.gap == Gap::Skip { "skip".into() } else { String::new() },
            fold: match timing.fold {
                Fold::First => String::new(),
                Fold::Second => "second".into(),
                Fold::Both => "both".into(),
            },
            length: Some((timing.length.days, timing.length.seconds)),
            rules: event.repeats.rules.iter().map(ToString::to_string).collect(),
            rdates: event.repeats.rdates.iter().map(date).collect(),
            exdates: event.repeats.exdates.iter().map(date).collect(),
            overrides: event.overrides.iter().map(|o| override_draft(o, all_day)).collect(),
            reminders: Some(event.reminders.iter().map(ReminderDraft::from).collect()),
            person: event.person.as_ref().map(|p| p.id.to_string()),
            disabled: !event.enabled,
            notice: event.notice,
            overlap: match event.overlap {
                Overlap::Allow => String::new(),
                other => other.code().into(),
            },
        }
    }
}

impl From<&Reminder> for ReminderDraft {
    fn from(reminder: &Reminder) -> Self {
        Self {
            trigger: reminder.trigger.to_string(),
            channel: reminder.channel.to_string(),
            use_by: reminder.use_by.map(|u| u.to_string()),
            collapse: reminder.collapse.map(|c| c.to_string()),
            nag: reminder.insist.nag.map(|n| n.to_string()),
            alarm: reminder.insist.alarm,
        }
    }
}

fn override_draft(o: &Override, all_day: bool) -> OverrideDraft {
    let original = o.original.text(all_day);
    match &o.change {
        Change::Cancelled => {
            OverrideDraft { original, cancelled: true, ..OverrideDraft::default() }
        }
        Change::Differs { start, tie, length, title, place, description } => OverrideDraft {
            original,
            cancelled: false,
            start: start.text(tie.is_all_day()),
            zone: tie.zone_text(),
            length: (length.days, length.seconds),
            title: title.clone(),
            place: place.clone(),
            description: description.clone(),
        },
    }
}
