//! What the clocks did since the last look: a wall clock that went back, one that jumped ahead, a
//! machine that was started anew. What was told stays told; what waits, waits as long as it was
//! meant to, and for nothing of a future that was false.

use calendar::{reason::Reason, timing::later};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::late::ABSENT;
use crate::{
    act::Act,
    clock::{Now, Synchronised, boot_ms},
    engine::Engine,
    error::Result,
    ledger::{
        acknowledgement,
        delivery::{self, Retimed},
        event, moment,
        setting::{self, name},
    },
};

/// A wall clock that goes ahead of the time since boot by more has jumped.
pub(super) const JUMP: i64 = 24 * 3600;

/// A jump of the clock nobody has confirmed yet: webhooks wait for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockJump {
    /// What the clock said before.
    pub from: Timestamp,
    /// What it said then.
    pub to: Timestamp,
}

/// A jump as the ledger keeps it.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    from_ms: i64,
    to_ms: i64,
    /// Since the boot, when it said that before; and which boot that was.
    boot_ms: i64,
    boot_id: String,
    /// Not seen to jump: the machine was off, and its clock is not synchronised.
    unsure: bool,
}

impl Kept {
    /// Whether the clock is again where it would be without the jump.
    fn is_healed(&self, now: &Now) -> bool {
        let gone = boot_ms(now).saturating_sub(self.boot_ms);
        let meant = later(moment(self.from_ms), gone / 1000);
        now.boot_id.as_ref() == self.boot_id
            && now.wall.duration_since(meant).as_secs().abs() <= JUMP
    }
}

/// How far the wall clock went besides the time that passed, in seconds; nothing can be said of
/// another boot.
pub(super) fn drift(last: &Now, now: &Now) -> Option<i64> {
    if last.boot_id.is_empty() || last.boot_id != now.boot_id {
        return None;
    }
    let wall = now.wall.duration_since(last.wall).as_millis();
    let boot = i128::from(boot_ms(now).saturating_sub(boot_ms(last)));
    i64::try_from((wall - boot) / 1000).ok()
}

impl Act<'_> {
    /// Sets right what the clocks did since the last look.
    pub(super) fn follow_clocks(&self, last: &Now) -> Result<()> {
        let drift = drift(last, &self.now);
        let back = last.wall.duration_since(self.wall()).as_secs();
        if back > ABSENT {
            tracing::warn!(seconds = back, "the wall clock was set back");
            event::rewind(self.tx, self.wall())?;
            self.remember_from_now()?;
            self.rewind_snoozes()?;
        }
        if back > ABSENT || drift.is_some_and(|drift| drift.abs() > ABSENT) {
            delivery::wait_anew(self.tx, &self.now, (back > 0).then_some(back * 1000))?;
            self.pause_anew()?;
        }
        if let Some(drift) = drift.filter(|drift| *drift > JUMP) {
            tracing::warn!(
                seconds = drift,
                "the wall clock jumped: webhooks wait until it is confirmed"
            );
            self.note_jump((last.wall, boot_ms(last)), false)?;
        }
        Ok(())
    }

    /// Notes that the clock is not to be trusted, unless that is noted already: what it said before, and
    /// how long after the boot.
    pub(super) fn note_jump(&self, (from, at): (Timestamp, i64), unsure: bool) -> Result<()> {
        // Where the clock would be without either jump is counted from before the first.
        let known = self.kept_jump()?.filter(|known| *known.boot_id == *self.now.boot_id);
        let before = known.map(|known| (known.from_ms, known.boot_ms));
        let (from_ms, boot_ms) = before.unwrap_or((from.as_millisecond(), at));
        let kept = Kept {
            from_ms,
            to_ms: self.wall().as_millisecond(),
            boot_ms,
            boot_id: self.now.boot_id.to_string(),
            unsure,
        };
        let text = serde_json::to_string(&kept).expect("BUG: a jump is plain data");
        setting::put(self.tx, name::CLOCK_JUMP, &text)
    }

    /// Whether the clock jumped and nobody has confirmed it, as far as was noted.
    pub(crate) fn is_jumped(&self) -> Result<bool> {
        Ok(self.kept_jump()?.is_some())
    }

    fn kept_jump(&self) -> Result<Option<Kept>> {
        let text = setting::get(self.tx, name::CLOCK_JUMP)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The jump nobody has confirmed. One that was taken back is forgotten, and so is a doubt that
    /// the machine's clock has removed.
    pub(super) fn unconfirmed_jump(
        &self,
        synchronised: impl FnOnce() -> Synchronised,
    ) -> Result<Option<Reason>> {
        let Some(kept) = self.kept_jump()? else { return Ok(None) };
        if kept.is_healed(&self.now) && !kept.unsure
            || kept.unsure && synchronised() == Synchronised::Yes
        {
            setting::remove(self.tx, name::CLOCK_JUMP)?;
            return Ok(None);
        }
        Ok(Some(Reason::HeldClock))
    }

    /// Snoozes and answers given in a future that was false count from now.
    fn rewind_snoozes(&self) -> Result<()> {
        let now = self.wall();
        for row in delivery::snoozed_after(self.tx, now)? {
            let delay = row.facts.due.duration_since(row.created_at).max(SignedDuration::ZERO);
            let to = Retimed {
                due: now.saturating_add(delay).unwrap_or(Timestamp::MAX),
                use_by: row.facts.use_by,
                over: row.facts.over,
                label: &row.label,
                span: row.span,
                late_cause: None,
                collapse: row.collapse,
                grace: row.facts.grace,
                insist: row.insist,
            };
            if delivery::retime(self.tx, &row, &to, self.context.zones.version(), now)? {
                // The clock may go back once more: its length is that from now on.
                delivery::made_now(self.tx, &row, now)?;
                let state = row.facts.state;
                self.audit(row.id, row.token, Some(state), (state, Reason::Moved), "")?;
            }
        }
        acknowledgement::rewind(self.tx, now)?;
        // A snooze that the false future ended is ahead again.
        for row in delivery::snoozes_ended_before(self.tx, now)? {
            let Some(id) = row.event else { continue };
            let Some(found) = event::find_legible(self.tx, &self.context.zones, id)? else {
                continue;
            };
            if found.deleted_at.is_none() {
                self.bring_back_snooze(&found.event, &row)?;
            }
        }
        Ok(())
    }
}

impl Engine {
    /// The jump of the clock that keeps webhooks waiting, if there was one nobody has confirmed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn clock_jump(&self) -> Result<Option<ClockJump>> {
        let kept = self.read(|act| act.kept_jump())?;
        Ok(kept.map(|kept| ClockJump { from: moment(kept.from_ms), to: moment(kept.to_ms) }))
    }

    /// Confirms that the clock is right: webhooks go on. Says which jump that was; `None` when
    /// there was nothing to confirm.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn accept_clock(&self) -> Result<Option<ClockJump>> {
        let jump = self.clock_jump()?;
        if jump.is_some() {
            self.write(|act| {
                act.lasts("confirming the clock")?;
                setting::remove(act.tx, name::CLOCK_JUMP)
            })?;
        }
        Ok(jump)
    }

    /// Whether the machine's clock should be given a moment to be synchronised before anything
    /// rings: it says that it is not, and the ledger was last looked at more than a day ago.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn awaits_clock(&self) -> Result<bool> {
        let last = self.service_status()?.map(|status| status.passed);
        let now = self.now().wall;
        let long = last.is_some_and(|last| now > later(last, JUMP));
        Ok(long && self.synchronised() == Synchronised::No)
    }
}
