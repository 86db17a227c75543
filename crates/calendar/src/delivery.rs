//! The state machine of a delivery as one pure function: from what it is, what happened and what
//! time it is, to what it becomes. The database holds the same machine in its CHECKs and triggers;
//! docs/delivery.md draws it.

mod moves;
mod promise;
mod state;
mod wish;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use self::{
    promise::{Guarantee, Profile},
    state::{Class, State},
    wish::{Refused, Wish, asked},
};
use crate::{policy::UseBy, reason::Reason, timing::later};

const REFUSED: &[i64] = &[1, 2, 4, 1_800, 7_200];
/// The longest a Retry-After is honoured.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);
/// A hold without a use-by ends this long after the delivery was due.
const LONGEST_HOLD: i64 = 30 * 86_400;
/// What there is nobody for is looked at so many seconds before its end for the last time.
const LAST_LOOK: i64 = 1;
/// This many crashes while sending one row set it aside.
const CRASHES: u32 = 3;

/// What is known of a delivery when something happens to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it stands.
    pub state: State,
    /// The reason it stands there (it tells which hold, for held ones).
    pub reason: Reason,
    /// When it is to be told.
    pub due: Timestamp,
    /// From when on it is not told any more.
    pub use_by: Option<Timestamp>,
    /// Whose wish that was.
    pub over: UseBy,
    /// The next try, while retrying; the end of the hold, while held.
    pub not_before: Option<Timestamp>,
    /// Failures that counted.
    pub failures: u32,
    /// How often sending it was cut off.
    pub crashes: u32,
    /// A person cancelled it while it was being sent.
    pub cancel_wanted: bool,
    /// It goes to this desktop, where the inbox keeps it anyway.
    pub desktop: bool,
    /// What its channel promises.
    pub guarantee: Guarantee,
    /// How patiently its channel tries.
    pub profile: Profile,
    /// Seconds after due within which it is on time.
    pub grace: i64,
    /// 0 to 999, spreading retries: from the key, so the same delivery always spreads alike.
    pub spread: u16,
}

impl Row {
    /// Which retry comes next, and of how many, of one that waits for it. What something else holds, or
    /// a person asked for, no longer says by which schedule it was tried.
    pub fn retry(&self) -> Option<(u32, u32)> {
        let schedule = match self.reason {
            Reason::RetryRefused => REFUSED,
            _ => self.profile.schedule(),
        };
        let of = u32::try_from(schedule.len()).unwrap_or(u32::MAX);
        (self.state == State::Retrying && !self.desktop).then_some((self.failures, of))
    }
}

/// Something that keeps a channel from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Why.
    pub reason: Reason,
    /// Until when, if that is known.
    pub until: Option<Timestamp>,
}

/// Why something was not taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setback {
    /// The other side could not take it, or was not reached.
    NotNow,
    /// It was a refusal that seldom heals.
    Refused,
    /// Its certificate is not to be trusted.
    Certificate,
}

/// The class of an attempt's outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Taken, alone or in a digest; with the cause, should it turn out late.
    Accepted {
        /// Told in a digest.
        in_digest: bool,
        /// What to say if it is late.
        late: Reason,
    },
    /// Not taken now.
    Transient {
        /// What the other side asked for.
        retry_after: Option<Duration>,
        /// Why not.
        why: Setback,
    },
    /// Never taken.
    Permanent,
    /// The endpoint is gone.
    Gone,
    /// It may have been taken.
    Ambiguous,
    /// There was nobody to hand it to.
    Unavailable(Reason),
    /// Its use-by came between the claim and the sending.
    TooLate,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// The leader looks whether it is time.
    Look {
        /// What keeps its channel from being used.
        hold: Option<Hold>,
        /// A later one of the same reminder is due too, and only the latest is told.
        superseded: bool,
    },
    /// The event no longer wants it.
    Unwanted(Reason),
    /// Its moment lies ahead again.
    Moved,
    /// A person moved it to before now: nothing that is past comes of that.
    Past,
    /// The endpoint it goes to is switched off.
    EndpointOff,
    /// An attempt ended.
    Ended(Outcome),
    /// The worker that was sending it is gone, and nobody knows how far it came.
    CutOff,
    /// It was never handed over: its mark was kept, though the ledger said that it could not be.
    NotSent,
    /// The ledger is an older copy or another machine's, and nobody knows what was told since.
    Restored,
}

/// What it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing changes.
    Keep,
    /// Claim and send it now.
    Send,
    /// It is being sent: note that it is to be cancelled if it can be.
    FlagCancel,
    /// It enters a state.
    Enter(State, Reason, Option<Timestamp>),
}

/// What becomes of a delivery. In order: cancelled, expired, held, collapsed, sent.
pub fn decide(row: &Row, news: News, now: Timestamp) -> Next {
    match (news, row.state.class(), row.state) {
        (_, Class::Parked | Class::Final, _) => Next::Keep,
        (News::Unwanted(_), Class::Live, State::Processing) => Next::FlagCancel,
        (News::Unwanted(reason), Class::Live, _) => Next::Enter(State::Cancelled, reason, None),
        (News::Ended(outcome), Class::Live, State::Processing) => ended(row, outcome, now),
        (News::CutOff, Class::Live, State::Processing) => cut_off(row),
        (News::NotSent, Class::Live, State::Processing) if row.cancel_wanted => {
            Next::Enter(State::Cancelled, cancelled_for(row), None)
        }
        (News::NotSent, Class::Live, State::Processing) => {
            Next::Enter(State::Pending, Reason::Released, None)
        }
        (News::Ended(_) | News::CutOff | News::NotSent, Class::Live, _) => Next::Keep,
        (News::Restored, Class::Live, _) if row.due > now => Next::Keep,
        (News::Restored, Class::Live, _) => {
            Next::Enter(State::Review, Reason::ReviewRestored, None)
        }
        (
            News::Look { .. } | News::Moved | News::Past | News::EndpointOff,
            Class::Live,
            State::Processing,
        ) => Next::Keep,
        (News::Look { hold, superseded }, Class::Live, _) => look(row, hold, superseded, now),
        (News::Moved, Class::Live, State::Scheduled) => Next::Keep,
        (News::Moved, Class::Live, _) => Next::Enter(State::Scheduled, Reason::Moved, None),
        // What was tried is another thing: the planner arms it anew.
        (News::Past, Class::Live, State::Retrying) => Next::Keep,
        (News::Past, Class::Live, _) => Next::Enter(State::Skipped, Reason::SkippedPast, None),
        (News::EndpointOff, Class::Live, _) => endpoint_off(row, now),
    }
}

/// The moment at which a leader has to look at a row, if nothing happens before. What is being
/// sent has none: its courier's patience is bounded, and the next leader knows it by its owner.
pub fn clock(row: &Row) -> Option<Timestamp> {
    match (row.state.class(), row.state) {
        (Class::Parked | Class::Final, _) | (Class::Live, State::Processing) => None,
        (Class::Live, State::Retrying | State::Held) => row.not_before.or(Some(bound(row))),
        (Class::Live, _) => Some(row.due),
    }
}

/// No hold lasts beyond this.
fn bound(row: &Row) -> Timestamp {
    row.use_by.unwrap_or_else(|| later(row.due, LONGEST_HOLD))
}

fn endpoint_off(row: &Row, now: Timestamp) -> Next {
    if row.due > now {
        return Next::Keep;
    }
    match row.use_by.filter(|end| *end <= now) {
        Some(_) => over(row),
        None => Next::Enter(State::Dead, Reason::DeadGone, None),
    }
}

fn look(row: &Row, hold: Option<Hold>, superseded: bool, now: Timestamp) -> Next {
    if row.due > now {
        return Next::Keep;
    }
    if row.use_by.is_some_and(|end| end <= now) {
        return over(row);
    }
    if row.state == State::Retrying && row.not_before.is_some_and(|at| at > now) {
        return Next::Keep;
    }
    if let Some(hold) = hold.filter(|hold| hold.until.is_none_or(|until| until > now)) {
        return held(row, hold, now);
    }
    // What found nobody and rests was not told either.
    if superseded && row.failures == 0 && row.crashes == 0 && row.state != State::Retrying {
        return Next::Enter(State::Coalesced, Reason::Coalesced, None);
    }
    if rests(row, now) {
        return Next::Keep;
    }
    // A notification that was cut off is shown again only while it is fresh; the inbox has it.
    if row.desktop && row.crashes > 0 && now > later(row.due, row.grace) {
        return Next::Enter(State::Completed, Reason::InboxOnly, None);
    }
    match row.state {
        State::Held => Next::Enter(State::Pending, Reason::Released, None),
        _ => Next::Send,
    }
}

/// What becomes of something there is nobody for: it rests before the next look, a minute and the
/// later the longer, up to a quarter of an hour. The last look is a second before its end.
pub fn nobody(row: &Row, reason: Reason, now: Timestamp) -> Next {
    if row.use_by.is_none() && now >= bound(row) {
        return too_long(row);
    }
    let overdue = now.duration_since(row.due).as_secs();
    let at = later(now, (overdue / 4).clamp(60, 900));
    let until = match row.use_by {
        Some(end) if end <= now => end,
        Some(end) if now < later(end, -LAST_LOOK) => at.min(later(end, -LAST_LOOK)),
        Some(end) => to_the_end(end),
        // A hold that ends then is another one, and is let go of at once.
        None if at == bound(row) => to_the_end(at),
        None => at,
    };
    Next::Enter(State::Held, reason, Some(until))
}

/// The mark of what rests to its end, since no look is worth while any more.
fn to_the_end(use_by: Timestamp) -> Timestamp {
    use_by.checked_sub(SignedDuration::from_millis(1)).unwrap_or(use_by)
}

/// Whether it found nobody and is resting. What was held by what its courier said of itself has
/// its end at the bound of all holds, and is released as soon as its hold is.
fn rests(row: &Row, now: Timestamp) -> bool {
    let nobody =
        matches!(row.reason, Reason::HeldOffline | Reason::HeldSecret | Reason::HeldNoNotifier);
    let until = row.not_before.filter(|at| *at != bound(row));
    let rests = until.is_some_and(|at| at > now || row.use_by.map(to_the_end) == Some(at));
    row.state == State::Held && nobody && rests
}

/// Whether a wait until this moment was counted from now on: it is as long on any clock.
pub fn counts_from_now(row: &Row, (state, reason): (State, Reason), until: Timestamp) -> bool {
    let found_nobody =
        matches!(reason, Reason::HeldOffline | Reason::HeldSecret | Reason::HeldNoNotifier);
    state == State::Retrying
        || state == State::Held && found_nobody && row.use_by != Some(until) && until != bound(row)
}

/// A month after it was due nothing is waited for any more.
fn too_long(row: &Row) -> Next {
    match row.desktop {
        true => Next::Enter(State::Completed, Reason::InboxOnly, None),
        false => Next::Enter(State::Dead, Reason::DeadExhausted, None),
    }
}

fn held(row: &Row, hold: Hold, now: Timestamp) -> Next {
    let end = match (hold.reason, row.use_by) {
        // When it was due says nothing while the clock is not to be trusted.
        (Reason::HeldClock, None) => {
            let begun = row.not_before.filter(|_| row.state == State::Held);
            begun.filter(|_| row.reason == hold.reason).unwrap_or(later(now, LONGEST_HOLD))
        }
        _ => bound(row),
    };
    if row.use_by.is_none() && now >= end {
        return too_long(row);
    }
    let until = hold.until.map_or(end, |until| until.min(end));
    if row.state == State::Held && row.reason == hold.reason && row.not_before == Some(until) {
        return Next::Keep;
    }
    Next::Enter(State::Held, hold.reason, Some(until))
}

fn ended(row: &Row, outcome: Outcome, now: Timestamp) -> Next {
    let cancelled = Next::Enter(State::Cancelled, cancelled_for(row), None);
    match outcome {
        Outcome::Accepted { in_digest: true, .. } => {
            Next::Enter(State::Completed, Reason::InDigest, None)
        }
        Outcome::Accepted { in_digest: false, late } => {
            let on_time = now <= later(row.due, row.grace);
            let cause = match (on_time, row.failures) {
                (true, _) => Reason::OnTime,
                (false, 0) => late,
                (false, _) if late.is_asked_for() => late,
                (false, _) => Reason::LateRetried,
            };
            Next::Enter(State::Completed, cause, None)
        }
        Outcome::Permanent => Next::Enter(State::Dead, Reason::DeadPermanent, None),
        Outcome::Gone => Next::Enter(State::Dead, Reason::DeadGone, None),
        Outcome::Transient { .. }
        | Outcome::Ambiguous
        | Outcome::Unavailable(_)
        | Outcome::TooLate
            if row.cancel_wanted =>
        {
            cancelled
        }
        Outcome::TooLate => over(row),
        Outcome::Unavailable(reason) => nobody(row, reason, now),
        Outcome::Ambiguous if row.guarantee == Guarantee::NeverRepeat => {
            Next::Enter(State::Review, Reason::ReviewNoAnswer, None)
        }
        Outcome::Ambiguous => again(row, row.profile.schedule(), None, Reason::RetryAmbiguous, now),
        Outcome::Transient { retry_after, why } => {
            let (schedule, reason) = match why {
                Setback::NotNow => (row.profile.schedule(), Reason::RetryTransient),
                Setback::Refused => (REFUSED, Reason::RetryRefused),
                Setback::Certificate => (row.profile.schedule(), Reason::RetryCertificate),
            };
            again(row, schedule, retry_after, reason, now)
        }
    }
}

fn again(
    row: &Row,
    schedule: &[i64],
    asked: Option<Duration>,
    reason: Reason,
    now: Timestamp,
) -> Next {
    let place = usize::try_from(row.failures).unwrap_or(usize::MAX);
    let Some(seconds) = schedule.get(place) else {
        return Next::Enter(State::Dead, Reason::DeadExhausted, None);
    };
    // 80 to 120 % of the schedule.
    let millis = seconds * (800 + i64::from(row.spread) * 2 / 5);
    let asked = asked.unwrap_or_default().min(LONGEST_WAIT);
    let asked = i64::try_from(asked.as_millis()).unwrap_or(0);
    let wait = SignedDuration::from_millis(millis.max(asked));
    let at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    // A try at or after its end would find it over: it is over then.
    let at = row.use_by.map_or(at, |end| at.min(end));
    Next::Enter(State::Retrying, reason, Some(at))
}

fn cut_off(row: &Row) -> Next {
    if row.cancel_wanted {
        return Next::Enter(State::Cancelled, cancelled_for(row), None);
    }
    if row.guarantee == Guarantee::NeverRepeat {
        return Next::Enter(State::Review, Reason::ReviewCutOff, None);
    }
    if row.crashes + 1 >= CRASHES {
        return Next::Enter(State::Dead, Reason::DeadQuarantined, None);
    }
    Next::Enter(State::Pending, Reason::Again, None)
}

/// Why a row that is being sent is to be cancelled: it says so itself from then on.
fn cancelled_for(row: &Row) -> Reason {
    if row.reason.is_cancel() { row.reason } else { Reason::CancelledEdited }
}

/// It is not told any more. What an endpoint did not take in time, as far as is known, has failed, and
/// waits for a person.
fn over(row: &Row) -> Next {
    let is_tried = row.failures > 0 || row.crashes > 0;
    match is_tried && !row.desktop {
        true => Next::Enter(State::Dead, Reason::DeadOutOfTime, None),
        false => Next::Enter(State::Expired, expiry(row.over), None),
    }
}

fn expiry(over: UseBy) -> Reason {
    match over {
        UseBy::Deadline => Reason::ExpiredDeadline,
        UseBy::Start => Reason::ExpiredBegun,
        UseBy::End | UseBy::Day => Reason::ExpiredEventOver,
        UseBy::Grace | UseBy::After(_) | UseBy::Never => Reason::ExpiredAge,
    }
}

#[cfg(test)]
mod tests;
