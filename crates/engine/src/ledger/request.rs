//! Table `request`: answers already given, so that the same request sent twice acts once.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::ms;
use crate::error::Result;

const DAY_MS: i64 = 86_400_000;

/// The answer this request got before.
///
/// # Errors
/// When the ledger cannot be read.
pub fn answered(tx: &Transaction<'_>, id: &str) -> Result<Option<String>> {
    let sql = "SELECT answer FROM request WHERE id = ?1";
    Ok(tx.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?)
}

/// Keeps another answer instead.
///
/// # Errors
/// When the ledger cannot be written.
pub fn amend(tx: &Transaction<'_>, id: &str, answer: &str) -> Result<()> {
    tx.execute("UPDATE request SET answer = ?2 WHERE id = ?1", [id, answer])?;
    Ok(())
}

/// Keeps an answer for a day.
///
/// # Errors
/// When the ledger cannot be written.
pub fn answer(tx: &Transaction<'_>, id: &str, answer: &str, now: Timestamp) -> Result<()> {
    tx.execute("DELETE FROM request WHERE at < ?1", [ms(now) - DAY_MS])?;
    tx.execute(
        "INSERT INTO request (id, at, answer) VALUES (?1, ?2, ?3)",
        params![id, ms(now), answer],
    )?;
    Ok(())
}
