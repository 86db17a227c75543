//! Runs of workflows: rows of table `delivery` of one series that are due and not over.

use std::collections::BTreeMap;

use calendar::{
    id::{DeliveryId, EventId},
    plan::Identity,
    policy::Overlap,
};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{column, ms};
use crate::error::Result;

/// A run that is due and not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Its delivery.
    pub delivery: DeliveryId,
    /// Whether it was tried.
    pub begun: bool,
}

/// The events whose runs do not overlap, and what they wish.
///
/// # Errors
/// When the ledger cannot be read.
pub fn wishes(tx: &Transaction<'_>) -> Result<BTreeMap<EventId, Overlap>> {
    let sql = "SELECT id, overlap FROM event WHERE overlap <> 'allow'";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement
        .query_map([], |row| Ok((EventId::from_bytes(row.get(0)?), column(row, "overlap")?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The runs of a series that are due by now and not over, the first due first.
///
/// # Errors
/// When the ledger cannot be read.
pub fn going_on(tx: &Transaction<'_>, of: &Identity, now: Timestamp) -> Result<Vec<Run>> {
    let sql = "SELECT id, attempts > 0 FROM delivery WHERE subject = ?1 AND reminder = ?2 AND channel = ?3
        AND due <= ?4 AND state IN ('scheduled', 'pending', 'processing', 'retrying', 'held')
        AND (use_by IS NULL OR use_by > ?4 OR state = 'processing') ORDER BY due, id";
    let mut statement = tx.prepare_cached(sql)?;
    let values = params![of.subject, of.reminder, of.channel.bytes(), ms(now)];
    let rows = statement.query_map(values, |row| {
        Ok(Run { delivery: DeliveryId::from_bytes(row.get(0)?), begun: row.get(1)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
