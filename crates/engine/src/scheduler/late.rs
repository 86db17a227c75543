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

    /// For each row nobody can have yet of a reminder that tells only its latest, the latest one due;
    /// for one that tells each up to a bound, what is beyond the bound. Where there are more rows
    /// than these, the others count as well.
    pub(super) fn superseded(
        &self,
        rows: &[DeliveryRow],
        is_part: bool,
    ) -> Result<BTreeMap<DeliveryId, DeliveryId>> {
        let now = self.act.wall();
        let mut superseded = BTreeMap::new();
        for group in groups(rows, now) {
            let Some(last) = group.last() else { continue };
            let Some(kept) = kept(last.collapse) else { continue };
            let nth = |newer: u32| match is_part {
                true => delivery::newest_due(self.act.tx, &last.identity, now, newer),
                false => {
                    let found = group.iter().rev().nth(newer as usize);
                    Ok(found.map(|row| (row.facts.due, row.id)))
                }
            };
            let (Some((_, newest)), Some(first)) = (nth(0)?, nth(kept.saturating_sub(1))?) else {
                continue;
            };
            let before = group.iter().take_while(|row| (row.facts.due, row.id) < first);
            superseded.extend(before.map(|row| (row.id, newest)));
        }
        Ok(superseded)
    }

    /// Why a row is told some seconds after it was due, also where its grace allows that; if it is
    /// known.
    pub(super) fn delay(&self, row: &DeliveryRow) -> Option<Reason> {
        let due = row.facts.due;
        if self.act.wall() <= later(due, message::NOTICED) {
            return None;
        }
        let absence = self.absences.iter().find(|a| a.from <= due && due <= a.to);
        row.late_cause.or(absence.map(|a| a.cause))
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

/// How many of the newest are told; `None`: all of them.
fn kept(collapse: Collapse) -> Option<u32> {
    match collapse {
        Collapse::Latest => Some(1),
        Collapse::Each(most) => most,
    }
}

/// The rows nobody can have yet by their reminder, the oldest first.
fn groups(rows: &[DeliveryRow], now: Timestamp) -> Vec<Vec<&DeliveryRow>> {
    let mut groups: BTreeMap<_, Vec<&DeliveryRow>> = BTreeMap::new();
    for row in rows {
        let live = row.facts.due <= now && row.facts.use_by.is_none_or(|end| end > now);
        if live && row.is_unsent() {
            let name = &row.identity;
            groups.entry((&name.subject, &name.reminder, name.channel)).or_default().push(row);
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.sort_by_key(|row| (row.facts.due, row.id)));
    groups
}
