//! Late: why something is, and which of several that are is told for the others.

use std::collections::BTreeMap;

use calendar::{id::DeliveryId, policy::Collapse, reason::Reason, timing::later};
use jiff::Timestamp;

use super::pass::Pass;
use crate::{
    courier::Lateness,
    error::Result,
    ledger::delivery::{self, DeliveryRow},
    message,
};

/// A time in which nobody looked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Absence {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) cause: Reason,
}

impl Pass<'_> {
    /// During which absence a row was due, in words, where there was one.
    pub(super) fn missed_while(&self, row: &DeliveryRow) -> String {
        let late = self.lateness(row).filter(|late| late.from_to.is_some());
        late.map_or_else(String::new, |late| {
            format!("{} {}", late.cause.cause(), message::from_to(&late, &self.setting))
        })
    }

    /// [`superseded_by`], looking beyond a full batch for the latest of each reminder.
    pub(super) fn superseded(
        &self,
        rows: &[DeliveryRow],
        is_full: bool,
    ) -> Result<BTreeMap<DeliveryId, DeliveryId>> {
        let now = self.act.wall();
        let mut superseded = superseded_by(rows, now);
        if !is_full {
            return Ok(superseded);
        }
        let unsent = |row: &&DeliveryRow| row.is_unsent();
        for row in rows.iter().filter(unsent).filter(|row| row.collapse == Collapse::Latest) {
            let latest = match superseded.get(&row.id) {
                Some(_) => None,
                None => delivery::latest_due(self.act.tx, &row.identity, now)?,
            };
            if let Some(latest) = latest.filter(|latest| *latest != row.id) {
                superseded.insert(row.id, latest);
            }
        }
        Ok(superseded)
    }

    /// Why a row is late now, if it is.
    pub(super) fn lateness(&self, row: &DeliveryRow) -> Option<Lateness> {
        let due = row.facts.due;
        if self.act.wall() <= later(due, row.facts.grace) {
            return None;
        }
        if let Some(cause) = row.late_cause {
            let from_to = cause.is_silence().then(|| self.silence.around(due, self.act.wall()));
            return Some(Lateness { cause, from_to });
        }
        let absence = self.absences.iter().find(|a| a.from <= due && due <= a.to);
        Some(match absence {
            Some(a) if a.from > Timestamp::MIN => {
                Lateness { cause: a.cause, from_to: Some((a.from, a.to)) }
            }
            Some(a) => Lateness { cause: a.cause, from_to: None },
            None => Lateness { cause: Reason::LateBusy, from_to: None },
        })
    }
}

/// For each row nobody can have yet of a reminder that tells only its latest, the latest one due; for
/// one that tells each up to a bound, what is beyond the bound.
fn superseded_by(rows: &[DeliveryRow], now: Timestamp) -> BTreeMap<DeliveryId, DeliveryId> {
    let mut groups: BTreeMap<_, Vec<&DeliveryRow>> = BTreeMap::new();
    for row in rows {
        let live = row.facts.due <= now && row.facts.use_by.is_none_or(|end| end > now);
        if live && row.is_unsent() {
            let name = &row.identity;
            groups.entry((&name.subject, &name.reminder, name.channel)).or_default().push(row);
        }
    }
    let mut superseded = BTreeMap::new();
    for mut group in groups.into_values() {
        group.sort_by_key(|row| (row.facts.due, row.id));
        let Some(last) = group.iter().max_by_key(|row| (row.facts.due, row.id)) else { continue };
        let kept = match last.collapse {
            Collapse::Latest => 1,
            Collapse::Each(None) => usize::MAX,
            Collapse::Each(Some(most)) => most as usize,
        };
        let excess = group.len().saturating_sub(kept);
        superseded.extend(
            group.iter().take(excess).filter(|row| row.id != last.id).map(|row| (row.id, last.id)),
        );
    }
    superseded
}
