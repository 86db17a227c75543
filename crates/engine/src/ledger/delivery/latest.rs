//! Which of several of one reminder is the latest.

use calendar::{id::DeliveryId, plan::Identity};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::{
    error::Result,
    ledger::{moment, ms},
};

/// Of the due rows of a reminder that nobody can have yet the one that so many are newer than.
///
/// # Errors
/// When the ledger cannot be read.
pub fn newest_due(
    tx: &Transaction<'_>,
    of: &Identity,
    now: Timestamp,
    newer: u32,
) -> Result<Option<(Timestamp, DeliveryId)>> {
    let sql = "SELECT due, id FROM delivery WHERE subject = ?1 AND reminder = ?2 AND +channel = ?3 AND +due <= ?4
        AND failures = 0 AND crashes = 0 AND (use_by IS NULL OR use_by > ?4) AND state <> 'processing' AND live
        ORDER BY due DESC, id DESC LIMIT 1 OFFSET ?5";
    let values = params![of.subject, of.reminder, of.channel.bytes(), ms(now), newer];
    let read = |row: &Row<'_>| Ok((moment(row.get(0)?), DeliveryId::from_bytes(row.get(1)?)));
    Ok(tx.prepare_cached(sql)?.query_row(values, read).optional()?)
}

/// Of what a reminder told, or is telling just now, the last that was due after a moment.
///
/// # Errors
/// When the ledger cannot be read.
pub fn told_after(
    tx: &Transaction<'_>,
    of: &Identity,
    (from, now): (Timestamp, Timestamp),
) -> Result<Option<DeliveryId>> {
    let sql = "SELECT id FROM delivery WHERE subject = ?1 AND reminder = ?2 AND +channel = ?3
        AND +due > ?4 AND +due <= ?5 AND (state = 'completed' OR state = 'processing' AND cancel_wanted = 0)
        ORDER BY due DESC, id DESC LIMIT 1";
    let values = params![of.subject, of.reminder, of.channel.bytes(), ms(from), ms(now)];
    let read = |row: &Row<'_>| Ok(DeliveryId::from_bytes(row.get(0)?));
    Ok(tx.prepare_cached(sql)?.query_row(values, read).optional()?)
}
