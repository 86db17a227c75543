//! An import in few words, so that one can see by reading that it is right.

use calendar::draft::{EventDraft, OverrideDraft};
use calendar::ics::{Import, ImportedEvent};

/// The whole import.
pub fn said(import: &Import) -> String {
    let mut text = String::new();
    if let Some(name) = &import.name {
        text.push_str(&format!("calendar {name}\n"));
    }
    for event in &import.events {
        text.push_str(&of_event(event));
    }
    for remark in &import.remarks {
        text.push_str(&format!("line {}: {}\n", remark.line, remark.reason));
    }
    text
}

fn of_event(event: &ImportedEvent) -> String {
    let draft = &event.draft;
    let mut text = format!("{} line {}: {} \"{}\"", event.uid, event.line, draft.kind, draft.title);
    if event.sequence != 0 {
        text.push_str(&format!(" sequence {}", event.sequence));
    }
    if let Some(first) = &event.part_of {
        text.push_str(&format!(" part of {first}"));
    }
    if let Some(of) = &event.occurrence {
        let zone = of.zone.as_deref().unwrap_or_default();
        text.push_str(&format!(" is {} {zone} of {}", of.original, of.uid));
    }
    if event.occurrence.as_ref().is_some_and(|of| of.cancelled) {
        text.push_str(" cancelled");
    }
    if draft.disabled {
        text.push_str(" disabled");
    }
    text.push_str(&format!("\n  at {}\n", placed(&draft.start, &draft.zone, draft.length)));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("  {name} {value}\n"));
        }
    };
    line("place", &draft.place);
    line("link", &draft.url);
    line("notes", &draft.description.replace('\n', "⏎"));
    draft.rules.iter().for_each(|rule| line("rule", rule));
    line("also", &draft.rdates.join(" "));
    line("not", &draft.exdates.join(" "));
    draft.overrides.iter().for_each(|o| line("but", &differing(o)));
    line("rings", &rings(draft));
    event.extra.lines().for_each(|kept| line("kept", kept));
    text
}

fn rings(draft: &EventDraft) -> String {
    match &draft.reminders {
        None => "as its kind does".into(),
        Some(list) => list.iter().map(|r| r.trigger.as_str()).collect::<Vec<_>>().join(" "),
    }
}

fn placed(start: &str, zone: &Option<String>, length: Option<(i32, i64)>) -> String {
    let zone = zone.as_ref().map(|z| format!(" {z}")).unwrap_or_default();
    let length = match length {
        Some((0, 0)) => String::new(),
        Some((days, 0)) => format!(" for {days}d"),
        Some((0, seconds)) => format!(" for {}m", seconds / 60),
        Some((days, seconds)) => format!(" for {days}d {}m", seconds / 60),
        None => " for the usual".into(),
    };
    format!("{start}{zone}{length}")
}

fn differing(o: &OverrideDraft) -> String {
    if o.cancelled {
        return format!("{} cancelled", o.original);
    }
    let mut text = format!("{} is at {}", o.original, placed(&o.start, &o.zone, Some(o.length)));
    for (name, value) in [("title", &o.title), ("place", &o.place), ("notes", &o.description)] {
        if let Some(value) = value {
            text.push_str(&format!(" {name} \"{value}\""));
        }
    }
    text
}
