//! Late: why something is, and which of several that are is told for the others.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    time::Duration,
};

use calendar::{delivery::State, id::DeliveryId, policy::Collapse, reason::Reason, timing::later};
use jiff::{SignedDuration, Timestamp};

use super::pass::Pass;
use crate::{
    act::Act,
    clock::Now,
    courier::Lateness,
    engine::Engine,
    error::{Error, Result},
    ledger::{
        audit::{self, AuditRow},
        delivery::{self, DeliveryRow},
    },
    message,
    planted::{Planted, is_planted},
    unwritten::{self, Stretch},
};

/// A sleep longer than it should have been by this much was an absence.
pub(super) const ABSENT: i64 = 60;
/// A machine that slept for less was awake.
const AWAKE: Duration = Duration::from_secs(10);
/// Absences remembered, to say why something is late.
const REMEMBERED: usize = 16;

/// What tells the causes of an absence apart.
struct Scale {
    /// A wall clock that went so many seconds further than the time since the boot was set.
    set: i64,
    /// A machine that slept for less was awake.
    awake: Duration,
    /// What it was if neither.
    stopped: Reason,
    /// What it was where nobody knows how long the machine slept.
    unknown: Reason,
}

/// An absence that is one.
const LONG: Scale =
    Scale { set: ABSENT, awake: AWAKE, stopped: Reason::LateStopped, unknown: Reason::LateAsleep };
/// A wake-up some seconds after it was to come: a machine with too much to do is as late as one that
/// was stopped.
const SHORT: Scale = Scale {
    set: message::NOTICED,
    awake: Duration::from_secs(message::NOTICED.unsigned_abs()),
    stopped: Reason::LateOverslept,
    unknown: Reason::LateOverslept,
};

/// A time in which nobody looked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Absence {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) cause: Reason,
    /// A wake-up some seconds after it was to come: it began when the sleep did, not when anything
    /// went wrong.
    pub(super) is_short: bool,
}

impl Absence {
    /// Before a service leads.
    pub(super) fn without_service(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to, cause: Reason::LateServiceOff, is_short: false }
    }

    /// Up to now, for a service that begins to lead: while the ledger could not be written, and while
    /// nobody led. What was due in the former was not told because of that.
    pub(super) fn before(dir: &Path, from: Timestamp, now: Timestamp) -> VecDeque<Self> {
        unwritten::prepare(dir);
        let unwritten = unwritten::between(dir, from, now);
        let mut all: VecDeque<_> = unwritten.iter().copied().map(Self::of_trouble).collect();
        let mut since = from;
        for stretch in &unwritten {
            all.push_back(Self::without_service(since, stretch.from.max(since)));
            since = stretch.to;
        }
        all.push_back(Self::without_service(since, now));
        all
    }

    /// While the ledger could not be written.
    pub(super) fn of_trouble(Stretch { from, to, cause }: Stretch) -> Self {
        Self { from, to, cause, is_short: to <= later(from, ABSENT) }
    }

    /// Whether something was due in it; or it is most of the time since then, as it has to be where
    /// it lasted for seconds only.
    fn explains(&self, due: Timestamp, told: Timestamp) -> bool {
        let is_in_it = !self.is_short && self.from <= due && due <= self.to;
        is_in_it || self.is_most_of(due, told)
    }

    /// Whether it is most of the time between two moments.
    fn is_most_of(&self, due: Timestamp, told: Timestamp) -> bool {
        self.within(due, told) * 2 >= told.duration_since(due)
    }

    /// How much of the time between two moments it is.
    fn within(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        self.to.min(to).duration_since(self.from.max(from)).max(SignedDuration::ZERO)
    }
}

/// What the clocks said, and for how long the machine had been asleep by then.
type Then<'a> = (&'a Now, Option<Duration>);

/// The sleeps between passes.
#[derive(Debug, Default)]
pub(super) struct Sleeps {
    /// Since when, and until which moment, where it is to have an end.
    under_way: Option<(Now, Option<Duration>, Timestamp)>,
    /// The last one that was some seconds longer than it should have been, until a pass knows of it.
    pub(super) overslept: Option<Absence>,
    /// Since when the ledger cannot be written, and why.
    trouble: Option<(Timestamp, Reason)>,
}

impl Sleeps {
    /// What became of a pass asked for at this moment, and expected for another: an error, or the ledger
    /// was written. That it cannot be is known over a kill.
    pub(super) fn in_trouble(
        &mut self,
        engine: &Engine,
        (asked, expected): (&Now, Option<Timestamp>),
        error: Option<&Error>,
    ) {
        let is_in_time =
            |at: &Timestamp| *at <= asked.wall && asked.wall <= later(*at, message::NOTICED);
        let began = || expected.filter(is_in_time).unwrap_or(asked.wall);
        let since = self.trouble.map_or_else(began, |(since, _)| since);
        self.trouble = error.map(|error| (since, unwritten::cause(error)));
        if let Some(error) = error {
            unwritten::note(&engine.dir(), since, engine.now().wall, error);
        }
    }

    /// From now on; nobody waits for a moment that is over.
    pub(super) fn begin(&mut self, (now, suspended): Then<'_>, until: Option<Timestamp>) {
        self.under_way = until.map(|until| (now.clone(), suspended, until.max(now.wall)));
    }

    /// What it was where it lasted so much longer than it should have that one can notice it.
    pub(super) fn end(&mut self, (now, suspended): Then<'_>) {
        let Some((since, before, until)) = self.under_way.take() else { return };
        let too_long = |by| now.wall > later(until, by);
        let is_short = !too_long(ABSENT);
        let scale = if is_short { SHORT } else { LONG };
        let cause = scale.cause((&since, before), (now, suspended));
        let absence = Absence { from: since.wall, to: now.wall, cause, is_short };
        self.overslept = too_long(message::NOTICED).then_some(absence).or(self.overslept);
    }
}

impl Scale {
    /// What a wall clock that is much later tells of.
    fn cause(&self, (then, before): Then<'_>, (now, after): Then<'_>) -> Reason {
        let wall = now.wall.duration_since(then.wall).as_secs();
        let boot = i64::try_from(now.boot.saturating_sub(then.boot).as_secs()).unwrap_or(i64::MAX);
        let is_set = then.boot_id == now.boot_id && wall - boot > self.set;
        let slept = after.zip(before).map(|(after, before)| after.saturating_sub(before));
        match (is_set, slept) {
            (true, _) => Reason::LateBusy,
            (false, None) => self.unknown,
            (false, Some(slept)) if slept < self.awake => self.stopped,
            (false, Some(_)) => Reason::LateAsleep,
        }
    }
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
    /// The sleeps between, and what kept it from the ledger.
    pub(super) sleeps: &'a Sleeps,
}

impl Known<'_> {
    /// The absences that are remembered, with one more if there was: of a sleep or a jump, or because
    /// the service was stopped or woken too late.
    pub(super) fn with_absence(
        self,
        act: &Act<'_>,
        suspended: Option<Duration>,
    ) -> Result<VecDeque<Absence>> {
        let mut absences = self.absences.clone();
        absences.extend(match self.last {
            Some(last) if !self.was_awake(last, act)? => {
                let cause = LONG.cause((last, self.suspended), (&act.now, suspended));
                Some(Absence { from: last.wall, to: act.wall(), cause, is_short: false })
            }
            _ => self.sleeps.overslept,
        });
        let stretch = |(from, cause)| Stretch { from, to: act.wall(), cause };
        absences.extend(self.sleeps.trouble.map(stretch).map(Absence::of_trouble));
        if absences.len() > REMEMBERED {
            // What lasted for seconds is soon of no interest, but for what just did.
            let short = absences.iter().take(REMEMBERED).position(|a| a.is_short);
            absences.remove(short.unwrap_or(0));
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
            if last.collapse == Collapse::Latest
                && let Some(told) = self.told_after(last)?
            {
                superseded.extend(group.iter().map(|row| (row.id, told)));
                continue;
            }
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

    /// A later one of the same reminder that was told before this one, which is late, was planned or
    /// decided on.
    fn told_after(&self, row: &DeliveryRow) -> Result<Option<DeliveryId>> {
        let (due, now) = (row.facts.due, self.act.wall());
        match later(due, row.facts.grace) < now {
            true => delivery::told_after(self.act.tx, &row.identity, (due, now)),
            false => Ok(None),
        }
    }

    /// Why a row was told some seconds after it was due, also where its grace allows that; if it is
    /// known.
    pub(super) fn delay(&self, row: &DeliveryRow, told: Timestamp) -> Option<Reason> {
        let is_noticed = told > later(row.facts.due, message::NOTICED);
        self.kept_by(row, told).filter(|_| is_noticed).map(|late| late.cause)
    }

    /// Why a row is late now, if it is.
    pub(super) fn lateness(&self, row: &DeliveryRow) -> Option<Lateness> {
        self.lateness_at(row, self.act.wall())
    }

    /// The same where it is told at another moment.
    pub(super) fn lateness_at(&self, row: &DeliveryRow, told: Timestamp) -> Option<Lateness> {
        let is_late = told > later(row.facts.due, row.facts.grace);
        let unknown = Lateness { cause: Reason::LateBusy, from_to: None };
        is_late.then(|| self.kept_by(row, told).unwrap_or(unknown))
    }

    /// What kept a row from being told between its moment and another: what held it, or an absence.
    fn kept_by(&self, row: &DeliveryRow, told: Timestamp) -> Option<Lateness> {
        let due = row.facts.due;
        let absence = self.absences.iter().find(|absence| absence.explains(due, told));
        // Nobody was there just after: that is the least of it. And what was planned only after a journey
        // was never elsewhere.
        let is_least = |cause: &Reason| match cause {
            Reason::LateHeld => absence.is_some_and(|a| a.is_most_of(due, told)),
            Reason::LateMoved => {
                absence.is_some() && audit::was_moved(self.act.tx, row.id).is_ok_and(|was| !was)
            }
            _ => false,
        };
        if let Some(cause) = row.late_cause.filter(|cause| !is_least(cause)) {
            let from_to = cause.is_silence().then(|| self.silence.around(cause, due, told));
            return Some(Lateness { cause, from_to });
        }
        absence.map(|a| {
            let is_known = a.from > Timestamp::MIN && !a.is_short;
            Lateness { cause: a.cause, from_to: is_known.then_some((a.from, a.to)) }
        })
    }

    /// Of a row that several things held one after the other, the one that did it longest is why it
    /// is late.
    pub(super) fn look_back_at_holds(&self, row: &mut DeliveryRow) -> Result<()> {
        let now = row.facts.reason.as_late();
        let before = row.late_cause.filter(|cause| cause.is_hold() && *cause != now);
        if row.facts.state == State::Held && before.is_some() {
            let steps = audit::of(self.act.tx, row.id)?;
            row.late_cause = self.longest_hold(&steps, row.facts.due);
        }
        Ok(())
    }

    /// Which of several holds lasted longest since it was due, all stretches together in which somebody
    /// was there to see them; of equal ones the first.
    fn longest_hold(&self, steps: &[AuditRow], due: Timestamp) -> Option<Reason> {
        let mut holds: Vec<(Reason, SignedDuration)> = Vec::new();
        let ends = steps.iter().skip(1).map(|step| step.at).chain([self.act.wall()]);
        for (step, end) in steps.iter().zip(ends).filter(|(step, _)| step.to == State::Held) {
            let (cause, from) = (step.reason.as_late(), step.at.max(due));
            let time = end.duration_since(from) - away(self.absences, from, end);
            match holds.iter_mut().find(|(other, _)| *other == cause) {
                Some((_, all)) => *all += time,
                None => holds.push((cause, time)),
            }
        }
        holds.into_iter().rev().max_by_key(|(_, time)| *time).map(|(cause, _)| cause)
    }
}

/// For how long between two moments nobody was there: absences may overlap.
fn away(absences: &VecDeque<Absence>, from: Timestamp, end: Timestamp) -> SignedDuration {
    let mut all: Vec<_> = absences.iter().map(|absence| (absence.from, absence.to)).collect();
    all.sort_unstable();
    let mut seen = from;
    let parts = all.into_iter().map(|(from, to)| {
        let (from, to) = (from.max(seen), to.min(end));
        seen = seen.max(to);
        to.duration_since(from).max(SignedDuration::ZERO)
    });
    parts.sum()
}

/// Why a row will be late that is held for this reason from now on. What held it before stays why,
/// until it is known which of them held it longer; and that a person had it sent is not forgotten.
pub(super) fn held_by(row: &DeliveryRow, reason: Reason) -> Option<Reason> {
    let before = row.late_cause.filter(|cause| cause.is_hold());
    (!row.is_asked_for()).then(|| before.unwrap_or(reason.as_late()))
}

/// How many of the newest are told; `None`: all of them.
fn kept(collapse: Collapse) -> Option<u32> {
    match collapse {
        Collapse::Latest => Some(1),
        Collapse::Each(most) => most.filter(|_| !is_planted(Planted::BoundIgnored)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_absence_explains_no_more_than_what_it_is_most_of() {
        let at = |seconds| later(Timestamp::UNIX_EPOCH, seconds);
        let (from, to) = (at(-900), at(4));
        for cause in [Reason::LateAsleep, Reason::LateBusy, Reason::LateOverslept] {
            let absence = Absence { from, to, cause, is_short: true };
            assert!(absence.explains(at(0), at(5)));
            assert!(!absence.explains(at(0), at(45)));
            let long = Absence { is_short: false, ..absence };
            assert!(long.explains(at(0), at(45)));
        }
    }
}
