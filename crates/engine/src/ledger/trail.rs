//! Table `trail`: what an import did, a few steps a row, so that it can be taken back and made
//! again by short transactions.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::error::Result;

/// How many rows of forgotten changes go at once.
const SWEPT: u32 = 50;

/// Adds steps to an import, by the number of its change.
///
/// # Errors
/// When the ledger cannot be written.
pub fn append(tx: &Transaction<'_>, change: i64, steps: &str) -> Result<()> {
    let sql = "INSERT INTO trail (change, n, steps)
        SELECT ?1, ifnull(max(n), 0) + 1, ?2 FROM trail WHERE change = ?1";
    tx.prepare_cached(sql)?.execute(params![change, steps])?;
    Ok(())
}

/// The steps to take back next, or to make again.
///
/// # Errors
/// When the ledger cannot be read.
pub fn next(tx: &Transaction<'_>, change: i64, undone: bool) -> Result<Option<(i64, String)>> {
    let sql = match undone {
        false => "SELECT n, steps FROM trail WHERE change = ?1 AND undone = 0 ORDER BY n DESC",
        true => "SELECT n, steps FROM trail WHERE change = ?1 AND undone = 1 ORDER BY n",
    };
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(tx.prepare_cached(sql)?.query_row([change], read).optional()?)
}

/// Puts what leads back again in the place of steps that were gone through.
///
/// # Errors
/// When the ledger cannot be written.
pub fn turn(tx: &Transaction<'_>, change: i64, n: i64, steps: &str, undone: bool) -> Result<()> {
    let sql = "UPDATE trail SET steps = ?3, undone = ?4 WHERE change = ?1 AND n = ?2";
    tx.execute(sql, params![change, n, steps, undone])?;
    Ok(())
}

/// Deletes some of what is of changes that are kept no longer.
///
/// # Errors
/// When the ledger cannot be written.
pub fn sweep(tx: &Transaction<'_>) -> Result<()> {
    let sql = "DELETE FROM trail WHERE (change, n) IN (SELECT change, n FROM trail
        WHERE change NOT IN (SELECT seq FROM change) LIMIT ?1)";
    tx.prepare_cached(sql)?.execute([SWEPT])?;
    Ok(())
}
