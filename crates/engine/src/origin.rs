//! Where a definition came from, and whether it was changed since: the stamp of its file, and a
//! fingerprint of what was read.

use calendar::{draft::EventDraft, event::Event, ics::ImportedEvent, id::ChannelId};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::ledger::event::Source;

/// What an event was imported with.
pub(crate) struct Stamp<'s> {
    /// When its file said it was changed last.
    pub at: Option<Timestamp>,
    /// The fingerprint of what was read.
    pub print: &'s str,
    /// That of what the file says, whatever it was read as by the zone data of that time; an older
    /// ledger may not have it.
    pub file: Option<&'s str>,
}

impl<'s> Stamp<'s> {
    pub fn of(source: &'s Source) -> Self {
        let mut parts = source.stamp.split(' ');
        let at = parts.next().and_then(|at| at.parse().ok());
        Self { at, print: parts.next().unwrap_or(""), file: parts.next() }
    }

    /// As a ledger keeps it.
    pub fn text(event: &Event, imported: &ImportedEvent) -> String {
        let at = imported.stamp.map_or_else(|| "-".to_string(), |at| at.to_string());
        let read = EventDraft::from(event);
        let said = (read.rules != imported.written)
            .then(|| EventDraft { rules: imported.written.clone(), ..read.clone() });
        let print = print_of(read, &imported.extra);
        let file = said.map_or_else(|| print.clone(), |said| print_of(said, &imported.extra));
        format!("{at} {print} {file}")
    }
}

/// As files write moments.
pub(crate) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// What tells two definitions apart, whatever their ids and the order of their lists.
pub(crate) fn fingerprint(event: &Event, extra: &str) -> String {
    print_of(EventDraft::from(event), extra)
}

fn print_of(mut draft: EventDraft, extra: &str) -> String {
    draft.rdates.sort_unstable();
    draft.exdates.sort_unstable();
    draft.overrides.sort_by(|a, b| a.original.cmp(&b.original));
    let desktop = ChannelId::DESKTOP.to_string();
    if let Some(list) = &mut draft.reminders {
        // No file makes a channel.
        list.retain(|r| r.channel == desktop);
        list.sort_by(|a, b| a.trigger.cmp(&b.trigger));
    }
    let draft = serde_json::to_vec(&draft).expect("BUG: drafts are JSON");
    let mut hash = Sha256::new();
    hash.update(&draft);
    hash.update([0]);
    hash.update(extra.as_bytes());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
