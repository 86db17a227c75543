//! The rows of one reminder of one occurrence: the one planned, its snoozes, and what told it
//! again and again.

use calendar::{id::DeliveryId, plan::Identity};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{super::moment, super::ms, DeliveryRow, several};
use crate::error::Result;

/// The last telling of a reminder that was not told again: the planned one, or a snooze of it; and
/// when that came to be.
///
/// # Errors
/// When the ledger cannot be read.
pub fn told_first(
    tx: &Transaction<'_>,
    of: &Identity,
    trigger: &str,
) -> Result<Option<(Timestamp, Timestamp)>> {
    let sql = "SELECT told_at, created_at FROM delivery
        WHERE subject = ?1 AND occurrence = ?2 AND +channel = ?4 AND state = 'completed'
        AND (reminder = 't:' || ?3 OR substr(reminder, 1, length(?3) + 3) = 's:' || ?3 || ':')
        ORDER BY told_at DESC LIMIT 1";
    let values = params![of.subject, of.occurrence, trigger, of.channel.bytes()];
    let found = tx
        .prepare_cached(sql)?
        .query_row(values, |row| Ok((moment(row.get("told_at")?), moment(row.get("created_at")?))));
    Ok(found.optional()?)
}

/// When the first nag of a reminder came to be, of those between two moments.
///
/// # Errors
/// When the ledger cannot be read.
pub fn nagging_since(
    tx: &Transaction<'_>,
    of: &Identity,
    trigger: &str,
    (from, to): (Timestamp, Timestamp),
) -> Result<Option<Timestamp>> {
    let sql = "SELECT min(created_at) FROM delivery
        WHERE subject = ?1 AND occurrence = ?2 AND +channel = ?4 AND created_at BETWEEN ?5 AND ?6
        AND substr(reminder, 1, length(?3) + 3) = 'n:' || ?3 || ':'";
    let channel = of.channel.bytes();
    let values = params![of.subject, of.occurrence, trigger, channel, ms(from), ms(to)];
    let found: Option<i64> = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    Ok(found.map(moment))
}

/// The highest number a nag of a reminder had so far.
///
/// # Errors
/// When the ledger cannot be read.
pub fn last_nag(tx: &Transaction<'_>, of: &Identity, trigger: &str) -> Result<u32> {
    let sql =
        "SELECT coalesce(max(CAST(substr(reminder, length(?3) + 4) AS INTEGER)), 0) FROM delivery
        WHERE subject = ?1 AND occurrence = ?2 AND +channel = ?4
        AND substr(reminder, 1, length(?3) + 3) = 'n:' || ?3 || ':'";
    let values = params![of.subject, of.occurrence, trigger, of.channel.bytes()];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// What was told of this trigger's reminder of an occurrence and nobody has answered.
///
/// # Errors
/// When the ledger cannot be read.
pub fn unanswered(tx: &Transaction<'_>, of: &Identity, trigger: &str) -> Result<Vec<DeliveryRow>> {
    let rest =
        "WHERE d.subject = ?1 AND d.occurrence = ?2 AND d.state = 'completed' AND d.answered = 0
        AND (d.reminder = 't:' || ?3
            OR substr(d.reminder, 1, length(?3) + 3) IN ('s:' || ?3 || ':', 'n:' || ?3 || ':'))";
    several(tx, rest, params![of.subject, of.occurrence, trigger])
}

/// All that tells, told or was to tell this trigger's reminder of an occurrence through one channel,
/// by when it was due; of very many the last.
///
/// # Errors
/// When the ledger cannot be read.
pub fn tellings(tx: &Transaction<'_>, of: &Identity, trigger: &str) -> Result<Vec<DeliveryRow>> {
    let rest = "WHERE d.subject = ?1 AND d.occurrence = ?2 AND +d.channel = ?4
        AND (d.reminder = 't:' || ?3
            OR substr(d.reminder, 1, length(?3) + 3) IN ('s:' || ?3 || ':', 'n:' || ?3 || ':'))
        ORDER BY d.due DESC, d.id DESC LIMIT 2000";
    let values = params![of.subject, of.occurrence, trigger, of.channel.bytes()];
    let mut rows = several(tx, rest, values)?;
    rows.reverse();
    Ok(rows)
}

/// Whether a reminder was told again after this row told it.
///
/// # Errors
/// When the ledger cannot be read.
pub fn is_told_again(tx: &Transaction<'_>, row: &DeliveryRow, trigger: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM delivery
        WHERE subject = ?1 AND occurrence = ?2 AND +channel = ?4 AND id <> ?5 AND state = 'completed'
        AND substr(reminder, 1, length(?3) + 3) = 'n:' || ?3 || ':' AND told_at >= ?6)";
    let of = &row.identity;
    let Some(told) = row.told_at else { return Ok(false) };
    let channel = of.channel.bytes();
    let values = params![of.subject, of.occurrence, trigger, channel, row.id.bytes(), ms(told)];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// The row that a person had sent as new by this one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn replaced_by(tx: &Transaction<'_>, row: &DeliveryRow) -> Result<Option<DeliveryId>> {
    let sql = "SELECT id FROM delivery WHERE subject = ?1 AND occurrence = ?2 AND reminder = ?3
        AND channel = ?4 AND into_row = ?5 AND reason = 'discarded.replaced'";
    let of = &row.identity;
    let values =
        params![of.subject, of.occurrence, of.reminder, of.channel.bytes(), row.id.bytes()];
    let found = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    Ok(found.map(DeliveryId::from_bytes))
}

/// Whether there ever was a row of this name.
///
/// # Errors
/// When the ledger cannot be read.
pub fn is_known(tx: &Transaction<'_>, name: &Identity) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM delivery WHERE subject = ?1 AND occurrence = ?2 AND reminder = ?3
        AND channel = ?4)";
    let values = params![name.subject, name.occurrence, name.reminder, name.channel.bytes()];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}
