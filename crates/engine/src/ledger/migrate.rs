//! Migrations: hand-written steps, one transaction each, append-only. A crash at any write
//! leaves the ledger as it was before the step or as it is after it.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, TransactionBehavior};

use super::{
    condemned, copy,
    file::{DATABASE, SharedLock, is_wal, make_wal},
    takeover,
    written::{leave_journal, refuse_over, says_wal},
};
use crate::{
    backup,
    error::{Error, Result},
    planted::{Planted, is_planted},
    simulated,
};

/// The schema this program writes.
pub const SCHEMA: i64 = STEPS.len() as i64;
/// The same; in the simulator of the program whose turn it is.
pub(super) fn schema() -> i64 {
    simulated::schema(SCHEMA)
}
/// `CARI`, by which SQLite's tools know a ledger of ours.
pub(super) const APPLICATION: i64 = 0x4341_5249;

/// How often it is tried to be alone with an older file, and how long one waits in between: for
/// half a minute in all.
const TRIES: u32 = 1_500;
/// After so many it is looked who else has it open, and then again.
const LOOK: u32 = 25;
/// And so often they are found before they are named: five seconds are enough for a command.
const FOUND: u32 = 10;
pub(super) const PAUSE: Duration = Duration::from_millis(20);

const STEPS: [&str; 2] = [include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];

/// Who has it open, where nobody says.
const ANOTHER: &str = "another Carillon";

/// The schema of a file.
pub(super) fn version(connection: &Connection) -> Result<i64> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Who stands in the way of an older ledger being brought up, and how they are asked.
pub trait InTheWay {
    /// Who else has it open besides us and the service that leads it, in words.
    fn others(&self, dir: &Path) -> Option<String>;

    /// Asks the service that leads it to stop, unless it is this one. Gives who was asked.
    fn ask_to_stop(&self, dir: &Path, unless: Option<u32>) -> Option<u32>;
}

/// Brings an older file up, alone; refuses a newer one and leaves it as it is. A service of an older
/// program is asked to stop for that, unless somebody else has it open too: then nobody would ring
/// and nothing would be brought up. Says whether one was asked.
pub(super) fn bring_up(
    dir: &Path,
    connection: &mut Connection,
    shared: SharedLock,
) -> Result<(SharedLock, bool)> {
    let mut turns = Turns::default();
    // Ends: there are only so many turns.
    while !turns.take(dir, connection, &shared, &takeover::Running)? {
        simulated::wait(PAUSE);
    }
    Ok((shared, turns.asked.is_some()))
}

/// What was done so far to bring a file up.
#[derive(Debug, Default)]
pub(super) struct Turns {
    taken: u32,
    /// Who was asked to stop last.
    asked: Option<u32>,
    /// How often others were found that have it open, and who they were.
    found: u32,
    who: Option<String>,
}

impl Turns {
    /// Tries once, and says whether it is as it should be; if not, nothing is held until the next.
    pub(super) fn take(
        &mut self,
        dir: &Path,
        connection: &mut Connection,
        shared: &SharedLock,
        way: &dyn InTheWay,
    ) -> Result<bool> {
        shared.share(dir)?;
        // Another file is about to have its place, or has it: the journal is none of that one's.
        let stays = condemned::refuse(dir).and_then(|()| refuse_over(&dir.join(DATABASE)));
        stays.inspect_err(|_| leave_journal(connection))?;
        if is_current(dir, connection)? {
            return Ok(true);
        }
        if shared.try_alone(dir)? {
            let done = lift(dir, connection);
            shared.share(dir)?;
            done?;
            return is_current(dir, connection);
        }
        shared.share(dir)?;
        let is_older = (1..schema()).contains(&version(connection)?);
        if is_older && self.taken.is_multiple_of(LOOK) {
            self.look(dir, connection, way)?;
        }
        self.taken += 1;
        if self.found > FOUND || self.taken == TRIES {
            let who = self.who.clone().unwrap_or_else(|| ANOTHER.into());
            return Err(Error::Held { path: dir.to_path_buf(), who });
        }
        // Whoever holds on to it while waiting keeps another who does the same from ever being alone.
        shared.let_go(dir)?;
        Ok(false)
    }

    /// Looks who else has it open; if nobody does, whoever leads it is asked once to stop. Who does not
    /// stop for that has the rest of the time to finish.
    fn look(&mut self, dir: &Path, connection: &Connection, way: &dyn InTheWay) -> Result<()> {
        if let Some(others) = way.others(dir) {
            self.who = Some(others);
            self.found += 1;
            return Ok(());
        }
        if self.asked.is_none() {
            prepare(dir, connection)?;
        }
        // One that stood by may lead by now.
        self.asked = way.ask_to_stop(dir, self.asked).or(self.asked);
        Ok(())
    }
}

/// Whether a file can be read as it is, whatever its journal; not when it is empty. One of another
/// schema is refused.
pub(super) fn is_ready(dir: &Path, connection: &Connection) -> Result<bool> {
    match known_version(connection)? {
        0 => Ok(false),
        found if found < schema() => {
            let known = schema();
            let reason = format!(
                "it has schema {found}: any command but this one brings it up to {known} first"
            );
            Err(Error::Unfit { path: dir.to_path_buf(), reason })
        }
        _ => Ok(true),
    }
}

/// The schema of a file that is not newer.
fn known_version(connection: &Connection) -> Result<i64> {
    let (found, known) = (version(connection)?, schema());
    if found > known {
        leave_journal(connection);
        return Err(Error::Newer { found, known });
    }
    Ok(found)
}

fn is_current(dir: &Path, connection: &Connection) -> Result<bool> {
    let is_known = known_version(connection)? == schema();
    Ok(is_known && is_wal(connection)? && says_wal(&dir.join(DATABASE)))
}

/// Before somebody is asked to stop for it: what would keep an older ledger from being brought up is
/// said while it is still led.
fn prepare(dir: &Path, connection: &Connection) -> Result<()> {
    copy::look(&dir.join(DATABASE), connection)?;
    backup::can_keep_another(dir)
}

/// Another program may have done it meanwhile, or half of it.
fn lift(dir: &Path, connection: &mut Connection) -> Result<()> {
    make_wal(dir, connection)?;
    let mut at = version(connection)?;
    if (1..schema()).contains(&at) {
        // A ledger that is damaged is not brought up.
        let holds = copy::look(&dir.join(DATABASE), connection)?;
        backup::before_schema(dir, &holds, |path| copy::copy(connection, path))?;
    }
    while at < schema() {
        step(connection, at)?;
        at += 1;
    }
    Ok(())
}

fn step(connection: &mut Connection, from: i64) -> Result<()> {
    let sql = usize::try_from(from).ok().and_then(|place| STEPS.get(place).copied());
    let sql = sql.or_else(simulated::further_step);
    let sql = sql.expect("BUG: every schema below ours has a step");
    if from == SCHEMA && is_planted(Planted::HalfBroughtUp) {
        connection.execute_batch(sql)?;
        return Ok(connection.pragma_update(None, "user_version", from + 1)?);
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    tx.execute_batch(sql)?;
    tx.pragma_update(None, "application_id", APPLICATION)?;
    tx.pragma_update(None, "user_version", from + 1)?;
    Ok(tx.commit()?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::ledger::Ledger;

    #[test]
    fn who_is_too_old_for_a_ledger_leaves_all_of_it_as_it_is_also_as_the_last_to_close_it() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path().join("ledger");
        let mut ledger = Ledger::open(&dir).expect("a ledger");
        ledger.is_brought_up_by_another(99);
        let files = || {
            let read = |name| fs::read(dir.join(name)).unwrap_or_default();
            [DATABASE, "carillon.db-wal"].map(read)
        };
        let newer = files();
        assert!(!newer[1].is_empty(), "what the newer one wrote is in the journal");
        ledger.write(|_| Ok(())).expect_err("it is newer");
        drop(ledger);
        assert!(files() == newer, "after it was closed");
        Ledger::open(&dir).expect_err("it is newer");
        Ledger::look(&dir).expect_err("it is newer");
        assert!(files() == newer, "after it was refused");
    }
}
