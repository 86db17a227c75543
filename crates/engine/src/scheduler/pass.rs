//! One pass at work: what came back is settled, and every row whose moment came is decided on.

use std::collections::{BTreeMap, VecDeque};

use calendar::{
    delivery::{Hold, News, Next, Outcome, State, decide},
    id::DeliveryId,
    policy::Collapse,
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;

use super::{Availability, Finished};
use crate::{
    act::Act,
    courier::{Handover, Lateness, Report, Schedule, Unavailable},
    engine::Engine,
    error::Result,
    ledger::{
        attempt,
        channel::{self, ChannelRow},
        delivery::{self, DeliveryRow, Effects},
    },
    message::{self, Setting},
    settings::Pause,
};

/// A time in which nobody looked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Absence {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) cause: Reason,
}

/// What a pass works with besides the ledger.
pub(super) struct Pass<'a> {
    pub(super) act: &'a Act<'a>,
    pub(super) engine: &'a Engine,
    pub(super) owner: &'a [u8; 16],
    pub(super) absences: &'a VecDeque<Absence>,
    pub(super) setting: Setting,
    pub(super) channels: Vec<ChannelRow>,
    pub(super) pause: Option<Hold>,
    pub(super) availability: Availability,
}

impl<'a> Pass<'a> {
    pub(super) fn new(
        act: &'a Act<'a>,
        engine: &'a Engine,
        owner: &'a [u8; 16],
        absences: &'a VecDeque<Absence>,
        availability: Availability,
    ) -> Result<Self> {
        let pause = act.paused()?.map(|pause| match pause {
            Pause::Until(at) => Hold { reason: Reason::HeldPaused, until: Some(at) },
            Pause::Forever => Hold { reason: Reason::HeldPaused, until: None },
        });
        let setting = Setting::of(act)?;
        let channels = channel::all(act.tx)?;
        Ok(Self { act, engine, owner, absences, setting, channels, pause, availability })
    }

    /// Writes down what became of a parcel. A claim that was fenced out changes nothing.
    pub(super) fn settle(&self, one: &Finished) -> Result<()> {
        let reports = one.claims.iter().map(|claim| (claim, one.report.as_ref()));
        let too_late = one.too_late.iter().map(|claim| (claim, None));
        for (claim, report) in reports.chain(too_late) {
            let Some(row) = delivery::find(self.act.tx, claim.delivery)? else { continue };
            if row.token != claim.token || row.facts.state != State::Processing {
                continue;
            }
            match report {
                None => self.settle_too_late(&row)?,
                Some(report) => self.settle_report(&row, report, one.in_digest)?,
            }
        }
        Ok(())
    }

    fn settle_too_late(&self, row: &DeliveryRow) -> Result<()> {
        let now = self.act.wall();
        attempt::end(self.act.tx, (row.id, row.token), "too_late", None, "", now)?;
        if let Next::Enter(state, reason, _) =
            decide(&row.facts, News::Ended(Outcome::TooLate), now)
        {
            self.act.enter(row, (state, reason), &Effects::default(), "")?;
        }
        Ok(())
    }

    fn settle_report(&self, row: &DeliveryRow, report: &Report, in_digest: bool) -> Result<()> {
        let now = self.act.wall();
        let late = self.lateness(row).map_or(Reason::LateBusy, |late| late.cause);
        let outcome = outcome_of(&report.handover, in_digest, late);
        let word = word_of(&report.handover);
        let detail: String = report.detail.chars().take(4_096).collect();
        attempt::end(self.act.tx, (row.id, row.token), word, report.status, &detail, now)?;
        let Next::Enter(state, reason, not_before) = decide(&row.facts, News::Ended(outcome), now)
        else {
            return Ok(());
        };
        let shown_by = match &report.handover {
            Handover::Accepted { shown_by } => shown_by.clone(),
            _ => None,
        };
        let effects = Effects {
            not_before,
            told_at: (state == State::Completed).then_some(now),
            failed: matches!(outcome, Outcome::Transient { .. } | Outcome::Ambiguous),
            again: outcome == Outcome::Ambiguous,
            late_cause: (state == State::Held).then_some(Reason::LateHeld),
            shown_by,
            ..Effects::default()
        };
        let note = match (reason.is_late(), self.lateness(row)) {
            (true, Some(late)) => message::from_to(&late, &self.setting),
            _ => String::new(),
        };
        self.act.enter(row, (state, reason), &effects, &note)?;
        if outcome == Outcome::Gone {
            channel::switch_off(self.act.tx, row.identity.channel, Reason::DeadGone.code())?;
        }
        Ok(())
    }

    /// Decides for each courier on the rows whose moment came, at most `limit`; gives those to be
    /// sent, and whether there may be more.
    pub(super) fn decide_due(&self, limit: u32) -> Result<(Vec<DeliveryRow>, bool)> {
        let (mut to_send, mut full) = (Vec::new(), false);
        for desktop in [true, false] {
            let held_for = self.hold_of(desktop, true).map(|hold| hold.reason);
            let rows = delivery::due(self.act.tx, self.act.wall(), limit, desktop, held_for)?;
            let is_full = rows.len() >= limit as usize;
            to_send.extend(self.decide(rows, is_full)?);
            full |= is_full;
        }
        Ok((to_send, full))
    }

    /// The end of a pause, which rows it holds may not know.
    pub(super) fn pause_ends(&self) -> Option<Timestamp> {
        self.pause.and_then(|hold| hold.until)
    }

    fn decide(&self, rows: Vec<DeliveryRow>, is_full: bool) -> Result<Vec<DeliveryRow>> {
        let now = self.act.wall();
        let superseded = self.superseded(&rows, is_full)?;
        let mut to_send = Vec::new();
        for mut row in rows {
            if self.is_off(&row) && row.facts.due <= now {
                self.act.enter(&row, (State::Dead, Reason::DeadGone), &Effects::default(), "")?;
                continue;
            }
            let later_one = superseded.get(&row.id).copied();
            let news = News::Look { hold: self.hold(&row), superseded: later_one.is_some() };
            let mut next = decide(&row.facts, news, now);
            if let Next::Enter(State::Pending, reason, _) = next {
                if !self.enter(&row, (State::Pending, reason), None, None)? {
                    continue;
                }
                row.facts.state = State::Pending;
                row.facts.not_before = None;
                next = decide(&row.facts, news, now);
            }
            match next {
                Next::Keep | Next::FlagCancel => {}
                Next::Send => to_send.push(row),
                Next::Enter(state, reason, at) => {
                    self.enter(&row, (state, reason), at, later_one)?;
                }
            }
        }
        Ok(to_send)
    }

    pub(super) fn enter(
        &self,
        row: &DeliveryRow,
        to: (State, Reason),
        not_before: Option<Timestamp>,
        into: Option<DeliveryId>,
    ) -> Result<bool> {
        let effects = Effects {
            not_before,
            told_at: (to.0 == State::Completed).then(|| self.act.wall()),
            into: into.filter(|_| to.0 == State::Coalesced),
            late_cause: (to.0 == State::Held).then_some(Reason::LateHeld),
            ..Effects::default()
        };
        let note = if to.0 == State::Expired { self.missed_while(row) } else { String::new() };
        self.act.enter(row, to, &effects, &note)
    }

    /// During which absence a row was due, in words, where there was one.
    fn missed_while(&self, row: &DeliveryRow) -> String {
        let late = self.lateness(row).filter(|late| late.from_to.is_some());
        late.map_or_else(String::new, |late| {
            format!("{} {}", late.cause.cause(), message::from_to(&late, &self.setting))
        })
    }

    pub(super) fn channel(&self, row: &DeliveryRow) -> Option<&ChannelRow> {
        self.channels.iter().find(|c| c.id == row.identity.channel)
    }

    fn is_off(&self, row: &DeliveryRow) -> bool {
        self.channel(row).is_some_and(|c| c.off_reason.is_some())
    }

    /// What keeps a row's channel from being used.
    fn hold(&self, row: &DeliveryRow) -> Option<Hold> {
        self.hold_of(row.facts.desktop, row.event.is_some())
    }

    /// What keeps a courier from being used. A pause holds the desktop only, and never a test,
    /// which somebody is waiting for.
    fn hold_of(&self, desktop: bool, of_an_event: bool) -> Option<Hold> {
        let unavailable =
            if desktop { self.availability.desktop } else { self.availability.webhook };
        let pause = self.pause.filter(|_| desktop && of_an_event);
        pause.or_else(|| unavailable.map(|why| Hold { reason: hold_reason(why), until: None }))
    }

    /// [`superseded_by`], looking beyond a full batch for the latest of each reminder.
    fn superseded(
        &self,
        rows: &[DeliveryRow],
        is_full: bool,
    ) -> Result<BTreeMap<DeliveryId, DeliveryId>> {
        let now = self.act.wall();
        let mut superseded = superseded_by(rows, now);
        if !is_full {
            return Ok(superseded);
        }
        for row in rows.iter().filter(|row| row.attempts == 0 && row.collapse == Collapse::Latest) {
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
            return Some(Lateness { cause, from_to: None });
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

/// For each never tried row of a reminder that tells only its latest, the latest one due; for
/// one that tells each up to a bound, what is beyond the bound.
fn superseded_by(rows: &[DeliveryRow], now: Timestamp) -> BTreeMap<DeliveryId, DeliveryId> {
    let mut groups: BTreeMap<_, Vec<&DeliveryRow>> = BTreeMap::new();
    for row in rows {
        let live = row.facts.due <= now && row.facts.use_by.is_none_or(|end| end > now);
        if live && row.attempts == 0 {
            let name = &row.identity;
            groups.entry((&name.subject, &name.reminder, name.channel)).or_default().push(row);
        }
    }
    let mut superseded = BTreeMap::new();
    for group in groups.into_values() {
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

fn hold_reason(why: Unavailable) -> Reason {
    match why {
        Unavailable::NoNotifier => Reason::HeldNoNotifier,
        Unavailable::Offline => Reason::HeldOffline,
        Unavailable::SecretLocked => Reason::HeldSecret,
    }
}

fn outcome_of(handover: &Handover, in_digest: bool, late: Reason) -> Outcome {
    match handover {
        Handover::Accepted { .. } => Outcome::Accepted { in_digest, late },
        Handover::Transient { retry_after, schedule } => Outcome::Transient {
            retry_after: *retry_after,
            refused: *schedule == Schedule::Refused,
        },
        Handover::Permanent => Outcome::Permanent,
        Handover::Gone => Outcome::Gone,
        Handover::Ambiguous => Outcome::Ambiguous,
        Handover::Unavailable(why) => Outcome::Unavailable(hold_reason(*why)),
    }
}

fn word_of(handover: &Handover) -> &'static str {
    match handover {
        Handover::Accepted { .. } => "accepted",
        Handover::Transient { .. } => "transient",
        Handover::Permanent => "permanent",
        Handover::Gone => "gone",
        Handover::Ambiguous => "ambiguous",
        Handover::Unavailable(_) => "unavailable",
    }
}
