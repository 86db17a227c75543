//! Whether the audit is whole: each row has the checksum it was written with, and the steps of each
//! delivery, replayed, give its row. SQLite's own check misses most small damage.

use calendar::{delivery::State, id::DeliveryId, reason::Reason};
use rusqlite::{Row, Transaction, params};
use sha2::{Digest, Sha256};

use super::replay::{Replayed, Taken, replay};
use crate::error::Result;

/// So many bytes of the hash are kept.
const KEPT: usize = 8;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The delivery, where it can be read.
    pub delivery: Option<DeliveryId>,
    /// What is wrong, in words.
    pub what: String,
}

/// What a look at a part of the ledger came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked<P> {
    /// What is wrong in it.
    pub faults: Vec<Fault>,
    /// Where to go on; `None` when that was the last part.
    pub next: Option<P>,
}

/// The checksum of an audit row: over each of its fields with its length before it, so that no
/// two rows are written alike.
pub(super) fn checksum(delivery: &[u8], numbers: [i64; 3], texts: [&str; 9]) -> [u8; KEPT] {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    add(delivery);
    numbers.iter().for_each(|number| add(&number.to_be_bytes()));
    texts.iter().for_each(|text| add(text.as_bytes()));
    let mut kept = [0; KEPT];
    kept.copy_from_slice(&hash.finalize()[..KEPT]);
    kept
}

/// Compares the rows from this sequence number on with their checksums, at most `limit` of them.
/// Rows of the first schema have none.
///
/// # Errors
/// When the ledger cannot be read.
pub fn check(tx: &Transaction<'_>, from: i64, limit: u32) -> Result<Checked<i64>> {
    let first: Option<i64> =
        tx.query_row("SELECT min(seq) FROM audit WHERE checksum IS NOT NULL", [], |row| {
            row.get(0)
        })?;
    let sql = "SELECT seq, delivery, at, boot_ms, token, boot_id, zone, tzdata, actor, from_state, to_state, reason,
        correlation, note, checksum FROM audit WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params![from, limit])?;
    let (mut faults, mut seen, mut last) = (Vec::new(), 0, from);
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        seen += 1;
        let is_old = first.is_none_or(|first| last < first);
        let (delivery, whole) = is_whole(row, is_old).unwrap_or((None, false));
        if !whole {
            let what = format!("step {last} of the record is not as it was written");
            faults.push(Fault { delivery, what });
        }
    }
    Ok(Checked { faults, next: (seen == limit && limit > 0).then_some(last + 1) })
}

fn is_whole(row: &Row<'_>, is_old: bool) -> rusqlite::Result<(Option<DeliveryId>, bool)> {
    let delivery: Vec<u8> = row.get(1)?;
    let numbers = [row.get(2)?, row.get(3)?, row.get(4)?];
    let mut texts: [String; 9] = Default::default();
    for (place, text) in texts.iter_mut().enumerate() {
        *text = row.get(5 + place)?;
    }
    let kept: Option<Vec<u8>> = row.get(14)?;
    let texts = texts.each_ref().map(String::as_str);
    let whole = match kept {
        None => is_old,
        Some(kept) => kept == checksum(&delivery, numbers, texts),
    };
    let id = <[u8; 16]>::try_from(delivery).ok().map(DeliveryId::from_bytes);
    Ok((id, whole))
}

/// Replays the steps of the deliveries after this one, at most `limit` of them, and compares what
/// comes of that with their rows.
///
/// # Errors
/// When the ledger cannot be read.
pub fn check_rows(
    tx: &Transaction<'_>,
    after: Option<DeliveryId>,
    limit: u32,
) -> Result<Checked<DeliveryId>> {
    let sql = "SELECT id, state, reason, token, attempts, cancel_wanted FROM delivery
        WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let after = after.map_or_else(Vec::new, |id| id.bytes().to_vec());
    let rows = statement.query_map(params![after, limit], |row| {
        Ok((DeliveryId::from_bytes(row.get(0)?), said(row)?))
    })?;
    let rows: Vec<(DeliveryId, Option<Replayed>)> = rows.collect::<std::result::Result<_, _>>()?;
    let next = rows.last().map(|(id, _)| *id).filter(|_| rows.len() == limit as usize);
    let mut faults = Vec::new();
    for (id, row) in rows {
        if let Some(what) = differs(tx, id, row)? {
            faults.push(Fault { delivery: Some(id), what });
        }
    }
    Ok(Checked { faults, next })
}

/// What a row says of itself, if it can be read.
fn said(row: &Row<'_>) -> rusqlite::Result<Option<Replayed>> {
    let (state, reason): (String, String) = (row.get(1)?, row.get(2)?);
    let (Ok(state), Ok(reason)) = (state.parse::<State>(), reason.parse::<Reason>()) else {
        return Ok(None);
    };
    let (token, attempts, cancel_wanted) = (row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(Some(Replayed { state, reason, token, attempts, cancel_wanted }))
}

fn differs(tx: &Transaction<'_>, id: DeliveryId, row: Option<Replayed>) -> Result<Option<String>> {
    let Some(row) = row else {
        return Ok(Some(format!("{id} has a state or reason that is not known")));
    };
    let sql =
        "SELECT token, from_state, to_state, reason FROM audit WHERE delivery = ?1 ORDER BY seq";
    let mut statement = tx.prepare_cached(sql)?;
    let steps = statement.query_map([id.bytes()], |row| {
        let (from, to, reason): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let from = if from.is_empty() { Ok(None) } else { from.parse().map(Some) };
        let read = (from, to.parse(), reason.parse());
        Ok(match read {
            (Ok(from), Ok(to), Ok(reason)) => Some(Taken { token: row.get(0)?, from, to, reason }),
            _ => None,
        })
    })?;
    let steps: Option<Vec<Taken>> = steps.collect::<std::result::Result<_, _>>()?;
    let Some(steps) = steps else {
        return Ok(Some(format!("{id} has a step that cannot be read")));
    };
    Ok(match replay(&steps) {
        Ok(replayed) if replayed == row => None,
        Ok(replayed) => Some(format!(
            "{id} is {} ({}, attempt {}), but its record says {} ({}, attempt {})",
            row.state, row.reason, row.attempts, replayed.state, replayed.reason, replayed.attempts
        )),
        Err(why) => Some(format!("the record of {id} does not add up: {why}")),
    })
}
