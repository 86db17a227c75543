//! A ledger that is an older copy, or comes from elsewhere: nobody knows what of it was told
//! since. Who leads puts everything of the past before a person before its first pass, so nothing
//! of it rings by itself; the future rings.

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    path::Path,
    time::UNIX_EPOCH,
};

use calendar::{
    delivery::{News, Next, State, decide},
    plan::Wanted,
    policy::Collapse,
    reason::Reason,
};
use jiff::Timestamp;

use crate::{
    act::{Act, Planned},
    engine::Engine,
    error::Result,
    ledger::{
        SchedulerLock, attempt, audit,
        delivery::{self, Effects},
        event::{self, EventRow, Legible},
        make_room,
        setting::{self, name},
    },
    mark::Marked,
    planted::{Planted, is_planted},
    reconcile::Asked,
    simulated,
};

/// Rows and events looked at in one transaction.
const AT_ONCE: u32 = 200;
/// And how long one transaction goes on with that.
const HOLD_MS: u128 = 50;
/// In the place of when its file was made, where nobody knows that.
const UNBORN: &str = "1";
/// Of one reminder that tells each so many are put before a person; the earlier are counted.
const EACH: usize = 20;

/// What is known of an open ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It is as this machine left it, or new.
    Here,
    /// It is not, for this reason.
    Restored(&'static str),
}

impl Engine {
    /// Puts all of the past before a person if this ledger is not as this machine left it, and
    /// notes how far it is. For who leads, before the first pass; cut off, it is asked again at
    /// the next start. Says how far the audit is.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub(crate) fn meet(&self) -> Result<i64> {
        let is_believed = !is_planted(Planted::RestoredRetells);
        let born = born(&self.dir());
        if let Known::Restored(why) = self.read(|act| self.known(act, born.as_deref()))?
            && is_believed
        {
            tracing::warn!(why, "what is past is put before a person and does not ring");
            // The flag stays until all of it is through, whatever ends the process.
            self.write_unheard(|act| setting::put(act.tx, name::RESTORED, why))?;
            self.put_past_aside(why)?;
        }
        let at = self.read(|act| audit::last(act.tx))?;
        match self.mark().set(&self.ledger_id()?, at) {
            Ok(()) => self.write_unheard(|act| {
                setting::remove(act.tx, name::RESTORED)?;
                setting::put(act.tx, name::MARKED, born.as_deref().unwrap_or(UNBORN))
            })?,
            // Without a mark the next start would take this ledger for another's.
            Err(error) => {
                tracing::warn!(%error, "a copy of this ledger could not be told from it");
                self.write_unheard(|act| {
                    setting::remove(act.tx, name::RESTORED)?;
                    setting::remove(act.tx, name::MARKED)
                })?;
            }
        }
        Ok(at)
    }

    /// Until when all will be put before a person by whoever leads next, where that is so and nobody
    /// does yet.
    pub(crate) fn set_aside_until(&self) -> Result<Option<Timestamp>> {
        if SchedulerLock::holder(&self.dir()).is_some() {
            return Ok(None);
        }
        let born = born(&self.dir());
        self.read(|act| Ok((self.known(act, born.as_deref())? != Known::Here).then(|| act.wall())))
    }

    /// Why something of the past will be put before a person by whoever leads next, if anything will.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn will_ask_about_the_past(&self) -> Result<Option<&'static str>> {
        let Some(until) = self.set_aside_until()? else { return Ok(None) };
        let born = born(&self.dir());
        self.read(|act| {
            let Known::Restored(why) = self.known(act, born.as_deref())? else { return Ok(None) };
            let is_row = !delivery::unfinished(act.tx, until, 1)?.is_empty();
            Ok((is_row || act.has_gap()?).then_some(why))
        })
    }

    /// Notes that the audit is so far now.
    pub(crate) fn raise_mark(&self, at: i64) {
        let raised = self.ledger_id().and_then(|id| self.mark().set(&id, at));
        if let Err(error) = raised {
            tracing::warn!(%error, "the high-water mark could not be raised");
        }
    }

    /// From now on the file there is counts as the one that is at work here.
    pub(crate) fn know_file(&self) -> Result<()> {
        let born = born(&self.dir());
        let born = born.as_deref().unwrap_or(UNBORN);
        self.write_unheard(|act| setting::put(act.tx, name::MARKED, born))
    }

    fn known(&self, act: &Act<'_>, born: Option<&str>) -> Result<Known> {
        if setting::get(act.tx, name::RESTORED)?.is_some() {
            return Ok(Known::Restored("it was restored from a backup"));
        }
        // What never had a mark anywhere was never at work, or only with an earlier program.
        let marked = setting::get(act.tx, name::MARKED)?;
        let was_marked = marked.is_some();
        let then = marked.as_deref().filter(|then| *then != UNBORN);
        let is_copy = then.is_some() && born.is_some() && then != born;
        let at = audit::last(act.tx)?;
        Ok(match self.mark().of(&self.ledger_id_in(act)?) {
            Marked::At(mark) if at < mark => {
                Known::Restored("it is older than what this computer had last")
            }
            Marked::Never if was_marked && at > 0 => Known::Restored(
                "it was at work elsewhere, or what this computer knew of it is lost",
            ),
            // Also where all that this computer knew of it came along.
            _ if is_copy => Known::Restored("its file is a copy of the one that was at work"),
            Marked::At(_) | Marked::Never | Marked::Unknown => Known::Here,
        })
    }

    /// The random id of this ledger.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn ledger_id(&self) -> Result<String> {
        self.read(|act| self.ledger_id_in(act))
    }

    fn ledger_id_in(&self, act: &Act<'_>) -> Result<String> {
        Ok(setting::get(act.tx, name::LEDGER)?.unwrap_or_default())
    }

    fn put_past_aside(&self, why: &str) -> Result<()> {
        let mut rows = 0_u64;
        // Ends: each turn parks all it is given, and the next is given others.
        loop {
            let parked = self.write_because(why, |act| act.park_past())?;
            rows += u64::from(parked);
            if parked == 0 {
                break;
            }
            make_room();
        }
        // Ends: an event that was planned is due for it again only in the future.
        while let Some(parked) = self.write_because(why, |act| {
            act.park_gaps(&mut || self.now().boot.saturating_sub(act.now.boot).as_millis())
        })? {
            rows += u64::from(parked);
            make_room();
        }
        tracing::warn!(rows, "to be checked by a person");
        self.write(|act| {
            let (at, seq) = (act.wall().as_millisecond(), audit::last(act.tx)?);
            let note = format!("{at} {rows} {seq}");
            setting::put(act.tx, name::RESTORED_AT, &note)
        })
    }
}

/// When the ledger's file was made, which no copy of it has; `None` where the file system does not say.
fn born(dir: &Path) -> Option<String> {
    if let Some(born) = simulated::born() {
        return Some(born.to_string());
    }
    let made = fs::metadata(dir.join("carillon.db")).and_then(|found| found.created()).ok()?;
    Some(made.duration_since(UNIX_EPOCH).ok()?.as_nanos().to_string())
}

impl Act<'_> {
    /// Parks some of the unfinished rows whose moment came, and says how many.
    fn park_past(&self) -> Result<u32> {
        let mut parked = 0;
        for row in delivery::unfinished(self.tx, self.wall(), AT_ONCE)? {
            if row.facts.state == State::Processing {
                let words = "the ledger was restored while this was being sent";
                attempt::end(self.tx, (row.id, row.token), "unknown", None, words, self.wall())?;
            }
            if let Next::Enter(state, reason, _) = decide(&row.facts, News::Restored, self.wall()) {
                self.enter(&row, (state, reason), &Effects::default(), "")?;
                parked += 1;
            }
        }
        Ok(parked)
    }

    /// Parks what was to be planned for the past of some events, and plans their future; says how
    /// many rows that made, or nothing when there are no more events.
    fn park_gaps(&self, held: &mut dyn FnMut() -> u128) -> Result<Option<u32>> {
        let Legible { rows, damaged } =
            event::to_plan(self.tx, &self.context.zones, self.wall(), (AT_ONCE, 0))?;
        if rows.is_empty() && damaged.is_empty() {
            return Ok(None);
        }
        for (id, error) in damaged {
            event::say_damaged(id, &error);
            event::unplan(self.tx, id)?;
        }
        let mut parked = 0;
        for row in rows {
            parked += self.park_gap(&row)?;
            self.reconcile(&row.event, self.wall(), Asked::Pass, Reason::CancelledEdited)?;
            if held() >= HOLD_MS {
                break;
            }
        }
        Ok(Some(parked))
    }

    /// Whether some event wants anything of the past that it was not planned for.
    fn has_gap(&self) -> Result<bool> {
        let now = self.wall();
        let mut seen = 0;
        // Ends: each turn looks at others.
        loop {
            let found = event::to_plan(self.tx, &self.context.zones, now, (AT_ONCE, seen))?;
            for row in &found.rows {
                let is_new = |wanted: &Wanted| Ok(!delivery::is_known(self.tx, &wanted.identity)?);
                if self.any_wanted(&row.event, row.decided_until, now, is_new)? {
                    return Ok(true);
                }
            }
            if found.rows.len() + found.damaged.len() < AT_ONCE as usize {
                return Ok(false);
            }
            seen += AT_ONCE;
        }
    }

    /// Parks the latest of what each reminder of an event would have told since it was last
    /// planned; the first of them says how many came before it.
    fn park_gap(&self, row: &EventRow) -> Result<u32> {
        let event = &row.event;
        let mut kept: BTreeMap<usize, VecDeque<Wanted>> = BTreeMap::new();
        let mut before: BTreeMap<usize, u64> = BTreeMap::new();
        self.each_wanted(event, row.decided_until, self.wall(), |wanted| {
            let most = match event.collapse(&event.reminders[wanted.reminder]) {
                Collapse::Latest => 1,
                Collapse::Each(None) => EACH,
                Collapse::Each(Some(most)) => EACH.min(most as usize).max(1),
            };
            let of_it = kept.entry(wanted.reminder).or_default();
            of_it.push_back(wanted.clone());
            if of_it.len() > most {
                of_it.pop_front();
                *before.entry(wanted.reminder).or_default() += 1;
            }
            Ok(())
        })?;
        let mut parked = 0;
        for (reminder, wanted) in kept {
            let mut earlier = before.get(&reminder).copied().unwrap_or_default();
            for one in wanted {
                if delivery::is_known(self.tx, &one.identity)? {
                    continue;
                }
                let note = match std::mem::take(&mut earlier) {
                    0 => String::new(),
                    1 => "and one before it".into(),
                    n => format!("and {n} before it, since {}", self.spoken(row.decided_until)),
                };
                let (label, to) = (one.occurrence.label(), (State::Review, Reason::ReviewRestored));
                self.plan_noted(&Planned::of(event, &one, &label, 0, to), &note)?;
                parked += 1;
            }
        }
        Ok(parked)
    }
}
