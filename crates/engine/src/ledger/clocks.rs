//! Table `clocks`: what clocks do in the zones of the events, by the zone data they were planned
//! with.

use calendar::clocks::Clocks;
use rusqlite::{Transaction, params};

use super::damaged;
use crate::error::Result;

/// All zones, by name.
///
/// # Errors
/// When the ledger cannot be read.
pub fn all(tx: &Transaction<'_>) -> Result<Vec<(String, Clocks)>> {
    let mut statement = tx.prepare_cached("SELECT zone, clocks FROM clocks ORDER BY zone")?;
    let rows = statement.query_map([], |row| {
        let text = row.get_ref(1)?.as_str()?;
        let clocks = serde_json::from_str(text).map_err(|e| damaged("clocks", &e.to_string()))?;
        Ok((row.get(0)?, clocks))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Whether those of a zone are kept.
///
/// # Errors
/// When the ledger cannot be read.
pub fn has(tx: &Transaction<'_>, zone: &str) -> Result<bool> {
    Ok(tx.prepare_cached("SELECT 1 FROM clocks WHERE zone = ?1")?.exists([zone])?)
}

/// Keeps those of a zone.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(tx: &Transaction<'_>, zone: &str, clocks: &Clocks) -> Result<()> {
    let text = serde_json::to_string(clocks).expect("BUG: clocks are plain data");
    let sql = "INSERT INTO clocks (zone, clocks) VALUES (?1, ?2) ON CONFLICT (zone) DO UPDATE SET clocks = ?2";
    tx.prepare_cached(sql)?.execute(params![zone, text])?;
    Ok(())
}
