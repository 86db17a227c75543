//! A service that leads and yet does not do its work: it was stopped by a signal, or it hangs.

use calendar::{delivery::State, timing::later};
use jiff::{SignedDuration, Timestamp};

use crate::{
    engine::Engine,
    error::Result,
    ledger::{
        SchedulerLock,
        inbox::{self, Filter, Listed},
        takeover,
    },
    scheduler::{Turn, Turns},
};

/// While something is sent, the service says so every 15 seconds; and it has looked at everything
/// that was due so many seconds ago.
const PATIENCE: i64 = 60;
/// A service with nothing to do looks every quarter of an hour at the latest.
const SILENT: i64 = 20 * 60;
/// So many seconds after it began it has looked, though it waits for a clock that is right before that.
const BEGINS: i64 = 180;
/// Rows that are looked at.
const MOST: u32 = 1_000;

/// What keeps a service that leads from its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hang {
    /// This process was stopped by a signal: it lives, and does nothing.
    Stopped(u32),
    /// It has looked at nothing for so long, though there was reason to.
    Silent(SignedDuration),
}

/// Whether a signal stopped this process.
pub fn is_stopped(pid: u32) -> bool {
    let state = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        Some(stat.rsplit_once(')')?.1.trim_start().starts_with(['T', 't']))
    };
    state().unwrap_or(false)
}

impl Engine {
    /// What keeps the service that leads from its work, if one leads and something does.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn hang(&self) -> Result<Option<Hang>> {
        let Some((pid, _)) = SchedulerLock::holder(&self.dir()) else { return Ok(None) };
        if is_stopped(pid) {
            return Ok(Some(Hang::Stopped(pid)));
        }
        // Whoever just began and waits for the clock has yet to look.
        let begins = SchedulerLock::taken_at(&self.dir())
            .is_none_or(|taken| self.now().wall < later(taken, BEGINS));
        if begins && self.awaits_clock()? {
            return Ok(None);
        }
        let Some(said) = self.service_status()? else { return Ok(None) };
        let silent = self.now().wall.duration_since(said.passed);
        let is_called_for = || -> Result<bool> {
            let states = vec![State::Processing];
            let sending = Filter { states, limit: 1, ..Filter::default() };
            Ok(!self.deliveries(&sending)?.is_empty() || self.overdue()? > 0)
        };
        let hangs = silent.as_secs() > SILENT || silent.as_secs() > PATIENCE && is_called_for()?;
        // Who waits for room on the disk goes on when there is some.
        if self.is_disk_full() {
            return Ok(None);
        }
        // Who waits for another program to let go of the ledger says so itself, and goes on then.
        let is_kept = || takeover::writer(&self.dir()).is_some_and(|writer| writer != pid);
        let hangs = hangs && !is_kept();
        Ok(hangs.then_some(Hang::Silent(silent)))
    }

    /// Who holds the ledger for writing, in words, as far as that is known and it is not this process.
    pub fn written_by(&self) -> Option<String> {
        takeover::written_by(&self.dir())
    }

    /// How many are past their moment by more than a minute that a service, if it led meanwhile,
    /// should have taken up: not those whose turn comes when the run before them is over, nor what
    /// was made due since then.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn overdue(&self) -> Result<usize> {
        let before = later(self.now().wall, -PATIENCE);
        let leads_since = self.service_status()?.map_or(Timestamp::MIN, |said| said.started);
        if leads_since > before {
            return Ok(0);
        }
        let states = vec![State::Scheduled, State::Pending, State::Retrying];
        let filter = Filter { states, until: Some(before), limit: MOST, ..Filter::default() };
        let is_ripe = |listed: &&Listed| {
            let row = &listed.row;
            row.updated_at < before && row.facts.not_before.is_none_or(|at| at < before)
        };
        self.read(|act| {
            let rows = inbox::deliveries(act.tx, &filter)?;
            let turns = Turns::load(act.tx)?;
            let mut count = 0;
            for listed in rows.iter().filter(is_ripe) {
                let waits = turns.of(act.tx, &listed.row, act.wall())? == Turn::Waits;
                count += usize::from(!waits);
            }
            Ok(count)
        })
    }
}
