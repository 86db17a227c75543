//! Where a definition came from, and whether it was changed since: the stamp of its file, and a
//! fingerprint of what was read.

use calendar::{draft::EventDraft, event::Event, id::ChannelId};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::ledger::event::Source;

/// The stamp and the fingerprint an event was imported with.
pub(crate) fn stamp_of(source: &Source) -> (Option<Timestamp>, &str) {
    let (stamp, print) = source.stamp.split_once(' ').unwrap_or((&source.stamp, ""));
    (stamp.parse().ok(), print)
}

/// As files write moments.
pub(crate) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// What tells two definitions apart, whatever their ids and the order of their lists.
pub(crate) fn fingerprint(event: &Event, extra: &str) -> String {
    let mut draft = EventDraft::from(event);
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
