//! Late: why something is, and which of several that are is told for the others.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use calendar::{id::DeliveryId, policy::Collapse, reason::Reason, timing::later};
use jiff::Timestamp;

use super::pass::Pass;
use crate::{
    act::Act,
    clock::Now,
    courier::Lateness,
    error::Result,
    ledger::delivery::{self, DeliveryRow},
    message,
};

/// A sleep longer than it should have been by this much was an absence.
pub(super) const ABSENT: i64 = 60;
/// A machine that slept for less was awake.
const AWAKE: Duration = Duration::from_secs(10);
/// Absences remembered, to say why something is late.
const REMEMBERED: usize = 16;

/// A time in which nobody looked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Absence {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) cause: Reason,
}

/// What is known of the looks before this one.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) absences: &'a VecDeque<Absence>,
    /// When this look was meant to be at the latest, if nothing called for it.
    pub(super) expected: Option<Timestamp>,
    /// When the ledger was last tried to be looked at.
    pub(super) awake: Option<Timestamp>,
    /// When it was.
    pub(super) last: Option<&'a Now>,
    /// For how long the machine had been asleep by then.
    pub(super) suspended: Option<Duration>,
}

impl Known<'_> {
    /// The absences that are remembered, with one more if there was: of a sleep or a jump, or because
    /// the service was stopped.
    pub(super) fn with_absence(
        self,
        act: &Act<'_>,
        suspended: Option<Duration>,
    ) -> Result<VecDeque<Absence>> {
        let mut absences = self.absences.clone();
        let Some(last) = self.last else { return Ok(absences) };
        if self.was_awake(last, act)? {
            return Ok(absences);
        }
        let cause = self.cause(last, &act.now, suspended);
        absences.push_back(Absence { from: last.wall, to: act.wall(), cause });
        if absences.len() > REMEMBERED {
            absences.pop_front();
        }
        Ok(absences)
    }

    /// Whether this look comes when it was to come: neither much later than it was meant to, nor than
    /// what was saved since the last calls for.
    fn was_awake(self, last: &Now, act: &Act<'_>) -> Result<bool> {
        let (since, now) = (last.wall.max(self.awake.unwrap_or(last.wall)), act.wall());
        if now <= later(since, ABSENT) {
            return Ok(true);
        }
        let is_overslept = self.expected.is_some_and(|at| now > later(at.max(since), ABSENT));
        Ok(!is_overslept && !delivery::is_unseen(act.tx, last.wall, later(now, -ABSENT))?)
    }

    /// What a wall clock that is much later tells of.
    fn cause(self, last: &Now, now: &Now, suspended: Option<Duration>) -> Reason {
        let wall = now.wall.duration_since(last.wall).as_secs();
        let boot = i64::try_from(now.boot.saturating_sub(last.boot).as_secs()).unwrap_or(i64::MAX);
        let jumped = last.boot_id == now.boot_id && wall - boot > ABSENT;
        let slept = suspended.zip(self.suspended).map(|(now, then)| now.saturating_sub(then));
        match (jumped, slept) {
            (true, _) => Reason::LateBusy,
            (false, Some(slept)) if slept < AWAKE => Reason::LateStopped,
            (false, _) => Reason::LateAsleep,
        }
    }
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
        row.late_cause.or(self.absence(due).map(|a| a.cause))
    }

    fn absence(&self, due: Timestamp) -> Option<&Absence> {
        self.absences.iter().find(|a| a.from <= due && due <= a.to)
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
        Some(match self.absence(due) {
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
