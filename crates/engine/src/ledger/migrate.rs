//! Migrations: hand-written steps, one transaction each, append-only. A crash at any write
//! leaves the ledger as it was before the step or as it is after it.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::file::SharedLock;
use crate::error::{Error, Result};

/// The schema this program writes.
pub const SCHEMA: i64 = STEPS.len() as i64;
/// `CARI`, by which SQLite's tools know a ledger of ours.
pub(super) const APPLICATION: i64 = 0x4341_5249;

const STEPS: [&str; 1] = [include_str!("migrations/0001.sql")];

/// The schema of a file.
pub(super) fn version(connection: &Connection) -> Result<i64> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings an older file up, alone; refuses a newer one and leaves it as it is.
pub(super) fn bring_up(
    dir: &Path,
    connection: &mut Connection,
    shared: SharedLock,
) -> Result<SharedLock> {
    let found = version(connection)?;
    if found > SCHEMA {
        return Err(Error::Newer { found, known: SCHEMA });
    }
    if found == SCHEMA {
        return Ok(shared);
    }
    let (shared, ()) = shared.alone(dir, || {
        // Another process may have done it while this one waited.
        let mut at = version(connection)?;
        while at < SCHEMA {
            step(connection, at)?;
            at += 1;
        }
        Ok(())
    })?;
    Ok(shared)
}

fn step(connection: &mut Connection, from: i64) -> Result<()> {
    let sql = usize::try_from(from).ok().and_then(|place| STEPS.get(place));
    let sql = sql.expect("BUG: every schema below ours has a step");
    let tx = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    tx.execute_batch(sql)?;
    tx.pragma_update(None, "application_id", APPLICATION)?;
    tx.pragma_update(None, "user_version", from + 1)?;
    Ok(tx.commit()?)
}
