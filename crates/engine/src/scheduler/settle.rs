//! What came back is written down: the attempt ends, and the row goes on as the outcome says.

use std::collections::BTreeMap;

use calendar::{
    delivery::{Class, News, Next, Outcome, Setback, State, decide},
    id::{ChannelId, DeliveryId},
    reason::Reason,
    timing::later,
};

use super::{
    Finished, gates,
    late::held_by,
    pass::{Pass, hold_reason},
};
use crate::{
    courier::{Handover, Report, Schedule},
    error::Result,
    ledger::{
        attempt, channel,
        delivery::{self, DeliveryRow, Effects},
    },
    message,
    planted::as_remembered,
};

impl Pass<'_> {
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
                Some(report) => self.settle_report(&row, report, one)?,
            }
        }
        Ok(())
    }

    /// Takes back what this worker is sending by the ledger and was never given away: its mark was
    /// kept by a commit that was said to have failed.
    pub(super) fn take_back(&self, under_way: &BTreeMap<DeliveryId, i64>) -> Result<()> {
        let now = self.act.wall();
        for row in delivery::claimed_by(self.act.tx, self.owner)? {
            if under_way.get(&row.id) == Some(&row.token) {
                continue;
            }
            let words = "the disk failed when it was marked, so it was not sent";
            attempt::end(self.act.tx, (row.id, row.token), "unavailable", None, words, now)?;
            if let Next::Enter(state, reason, _) =
                decide(&as_remembered(&row.facts), News::NotSent, now)
            {
                self.act.enter(&row, (state, reason), &Effects::default(), words)?;
                self.plan_what_waits(&row, state)?;
            }
        }
        Ok(())
    }

    fn settle_too_late(&self, row: &DeliveryRow) -> Result<()> {
        let now = self.act.wall();
        attempt::end(self.act.tx, (row.id, row.token), "too_late", None, "", now)?;
        // It may be over only by the moment it was claimed for.
        let news = match self.act.plan_if_otherwise(row)? {
            true => News::NotSent,
            false => News::Ended(Outcome::TooLate),
        };
        if let Next::Enter(state, reason, _) = decide(&row.facts, news, now) {
            self.act.enter(row, (state, reason), &Effects::default(), "")?;
            self.plan_what_waits(row, state)?;
        }
        Ok(())
    }

    /// What waits again after it was being sent is planned before it is decided on, if its event
    /// wants it at another moment by now.
    fn plan_what_waits(&self, row: &DeliveryRow, to: State) -> Result<()> {
        if to.class() == Class::Live && self.act.plan_if_otherwise(row)? {
            self.due_again.set(true);
        }
        Ok(())
    }

    fn settle_report(&self, row: &DeliveryRow, report: &Report, one: &Finished) -> Result<()> {
        let now = self.act.wall();
        // What was shown is told then, however long it took until that could be written down.
        let at = one.at.map_or(now, |at| at.min(now));
        let late = self.lateness_at(row, at);
        let cause = late.map_or(Reason::LateBusy, |late| late.cause);
        let outcome = outcome_of(&report.handover, one.in_digest, cause);
        let word = word_of(&report.handover);
        let status = report.status;
        tracing::debug!(delivery = %row.id, attempt = row.attempts, token = row.token, outcome = word, status, "settled");
        let detail: String = report.detail.chars().take(4_096).collect();
        attempt::end(self.act.tx, (row.id, row.token), word, report.status, &detail, at)?;
        let facts = as_remembered(&row.facts);
        let is_taken = matches!(outcome, Outcome::Accepted { .. });
        let next = decide(&facts, News::Ended(outcome), if is_taken { at } else { now });
        let Next::Enter(state, reason, not_before) = next else { return Ok(()) };
        let shown_by = match &report.handover {
            Handover::Accepted { shown_by } => shown_by.clone(),
            _ => None,
        };
        let effects = Effects {
            not_before,
            told_at: (state == State::Completed).then_some(at),
            failed: matches!(outcome, Outcome::Transient { .. } | Outcome::Ambiguous),
            again: outcome == Outcome::Ambiguous,
            late_cause: match state {
                State::Held => held_by(row, reason),
                // The reason says how it was told, and this why so late.
                State::Completed => late.map(|late| late.cause).or_else(|| self.delay(row, at)),
                _ => None,
            },
            shown_by,
            ..Effects::default()
        };
        let note = match (reason, late) {
            (Reason::InDigest, Some(late)) => message::late_words(&late, &self.setting),
            (reason, Some(late)) if reason.is_late() => message::from_to(&late, &self.setting),
            _ => String::new(),
        };
        self.act.enter(row, (state, reason), &effects, &note)?;
        self.plan_what_waits(row, state)?;
        let is_well_again = gates::note(self.act.tx, row, report, now)?;
        // It is due already, or others are: found by looking at all that is.
        let is_due = state.class() == Class::Live && not_before.is_none_or(|at| at <= now);
        // Where it took long until that could be written down, the next of what insists is due, too.
        let nags = row.insist.nag.filter(|_| state == State::Completed);
        let is_nag_due = nags.is_some_and(|nag| later(at, nag.seconds()) <= now);
        if is_due || is_nag_due || is_well_again {
            self.left_some.set(true);
            self.due_again.set(true);
        }
        if outcome == Outcome::Gone {
            self.switch_off(row.identity.channel)?;
        }
        Ok(())
    }

    /// An endpoint that is gone is called no more: what was due through it has failed. What is
    /// to come has not: it may be on again by then.
    fn switch_off(&self, channel: ChannelId) -> Result<()> {
        channel::switch_off(self.act.tx, channel, Reason::DeadGone.code())?;
        let now = self.act.wall();
        for row in delivery::due_through(self.act.tx, channel, now)? {
            if let Next::Enter(state, reason, at) = decide(&row.facts, News::EndpointOff, now) {
                self.enter(&row, (state, reason), at, None)?;
            }
        }
        Ok(())
    }
}

fn outcome_of(handover: &Handover, in_digest: bool, late: Reason) -> Outcome {
    match handover {
        Handover::Accepted { .. } => Outcome::Accepted { in_digest, late },
        Handover::Transient { retry_after, schedule } => Outcome::Transient {
            retry_after: *retry_after,
            why: match schedule {
                Schedule::Channel => Setback::NotNow,
                Schedule::Refused => Setback::Refused,
                Schedule::Certificate => Setback::Certificate,
            },
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
