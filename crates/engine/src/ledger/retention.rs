//! What the ledger lets go of after its time: deliveries that ended, with their steps, and what was
//! deleted. The statements here ask everything again that must hold of what they delete.

use calendar::id::DeliveryId;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{moment, ms};
use crate::error::Result;

const DAY_MS: i64 = 86_400_000;
/// Zone data may move a moment by so much after its delivery ended.
const MARGIN_MS: i64 = 2 * DAY_MS;

/// When the first there is was due.
///
/// # Errors
/// When the ledger cannot be read.
pub fn first_due(tx: &Transaction<'_>) -> Result<Option<Timestamp>> {
    let first: Option<i64> = tx.query_row("SELECT min(due) FROM delivery", [], |row| row.get(0))?;
    Ok(first.map(moment))
}

/// What keeps the records of an occurrence (`?1`, `?2`): one that is not at its end, one that ended,
/// was due or went on at or after `?3`, or one that still waits in the inbox for an answer.
const KEEPS: &str = "SELECT 1 FROM delivery k WHERE k.subject = ?1 AND k.occurrence = ?2 AND (
        k.state NOT IN ('completed', 'skipped', 'coalesced', 'discarded', 'expired', 'cancelled')
        OR max(k.due, k.ends, k.updated_at) >= ?3
        OR (k.answered = 0 AND k.state = 'completed' AND k.channel = x'00000000000000000000000000000000'
            AND k.event IS NOT NULL AND k.reminder NOT GLOB 'n:*'
            AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = k.event AND e.deleted_at IS NOT NULL)))";

/// Where a search among the deliveries has come to: how they are ordered by their due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    due: i64,
    rowid: i64,
}

impl Place {
    /// Before all of them.
    pub const FIRST: Self = Self { due: i64::MIN, rowid: i64::MIN };
}

/// Occurrences by their subject and name, and where to go on if there may be more.
pub type Found = (Vec<(String, String)>, Option<Place>);

/// Looks at the next `limit` deliveries that were due before `until`, and gives the occurrences
/// nothing keeps.
///
/// # Errors
/// When the ledger cannot be read.
pub fn over(tx: &Transaction<'_>, until: Timestamp, from: Place, limit: u32) -> Result<Found> {
    let until = ms(until).saturating_sub(MARGIN_MS);
    let sql = "SELECT due, rowid, subject, occurrence FROM delivery
        WHERE due >= ?1 AND due < ?2 AND (due, rowid) > (?1, ?3) ORDER BY due, rowid LIMIT ?4";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![from.due, until, from.rowid, limit], |row| {
        let place = Place { due: row.get(0)?, rowid: row.get(1)? };
        Ok((place, (row.get(2)?, row.get(3)?)))
    })?;
    let rows: Vec<(Place, (String, String))> = rows.collect::<std::result::Result<_, _>>()?;
    let next = rows.last().map(|(place, _)| *place).filter(|_| rows.len() == limit as usize);
    let mut found: Vec<(String, String)> = Vec::new();
    let mut keeps = tx.prepare_cached(KEEPS)?;
    for (_, name) in rows {
        if !found.contains(&name) && !keeps.exists(params![name.0, name.1, until])? {
            found.push(name);
        }
    }
    Ok((found, next))
}

/// Deletes all that is known of an occurrence, unless something keeps it. Says of how many
/// deliveries.
///
/// # Errors
/// When the ledger cannot be written.
pub fn forget(
    tx: &Transaction<'_>,
    (subject, occurrence): (&str, &str),
    until: Timestamp,
) -> Result<usize> {
    let name = params![subject, occurrence];
    let until = ms(until).saturating_sub(MARGIN_MS);
    if tx.prepare_cached(KEEPS)?.exists(params![subject, occurrence, until])? {
        return Ok(0);
    }
    let sql = "SELECT id FROM delivery WHERE subject = ?1 AND occurrence = ?2";
    let ids: Vec<DeliveryId> = {
        let mut statement = tx.prepare_cached(sql)?;
        let ids = statement.query_map(name, |row| row.get(0).map(DeliveryId::from_bytes))?;
        ids.collect::<std::result::Result<_, _>>()?
    };
    for id in &ids {
        for sql in [
            "DELETE FROM audit WHERE delivery = ?1",
            "DELETE FROM attempt WHERE delivery = ?1",
            "DELETE FROM delivery WHERE id = ?1",
        ] {
            tx.prepare_cached(sql)?.execute([id.bytes()])?;
        }
    }
    let sql = "DELETE FROM acknowledgement WHERE subject = ?1 AND occurrence = ?2";
    tx.prepare_cached(sql)?.execute(name)?;
    Ok(ids.len())
}

/// The events that were deleted before `until`, of which nothing is recorded, which no undo brings
/// back, and from which no other part of their series comes; at most `limit`.
const BURIED: &str = "SELECT id FROM event e WHERE e.deleted_at < ?1
        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id)
        AND NOT EXISTS (SELECT 1 FROM change c WHERE c.event = e.id)
        AND NOT EXISTS (SELECT 1 FROM moved m WHERE m.event = e.id)
        AND NOT EXISTS (SELECT 1 FROM event p WHERE p.series_root = e.id AND p.id <> e.id) LIMIT ?2";

/// Deletes at most `limit` events that were deleted before `until` and that nothing speaks of any
/// more. Says how many.
///
/// # Errors
/// When the ledger cannot be written.
pub fn forget_events(tx: &Transaction<'_>, until: Timestamp, limit: u32) -> Result<usize> {
    let ids: Vec<[u8; 16]> = {
        let mut statement = tx.prepare_cached(BURIED)?;
        let ids = statement.query_map(params![ms(until), limit], |row| row.get(0))?;
        ids.collect::<std::result::Result<_, _>>()?
    };
    for id in &ids {
        tx.prepare_cached("DELETE FROM reminder WHERE event = ?1")?.execute([id])?;
        tx.prepare_cached("DELETE FROM event WHERE id = ?1")?.execute([id])?;
    }
    Ok(ids.len())
}

/// Deletes the people, calendars and channels that were deleted before `until` and that nothing
/// speaks of any more, old ranges and old statistics. Says how many.
///
/// # Errors
/// When the ledger cannot be written.
pub fn forget_rest(tx: &Transaction<'_>, until: Timestamp) -> Result<usize> {
    let mut gone = 0;
    let of_nobody = "UPDATE event SET person = NULL WHERE deleted_at IS NULL
        AND person IN (SELECT id FROM person WHERE deleted_at < ?1)
        AND NOT EXISTS (SELECT 1 FROM change WHERE change.person = event.person)";
    tx.execute(of_nobody, [ms(until)])?;
    for sql in [
        "DELETE FROM person WHERE deleted_at < ?1
            AND NOT EXISTS (SELECT 1 FROM event WHERE person = person.id)
            AND NOT EXISTS (SELECT 1 FROM change WHERE person = person.id)",
        "DELETE FROM calendar WHERE deleted_at < ?1
            AND NOT EXISTS (SELECT 1 FROM event WHERE calendar = calendar.id)
            AND NOT EXISTS (SELECT 1 FROM change WHERE calendar = calendar.id)",
        "DELETE FROM breaker WHERE channel IN (SELECT id FROM channel WHERE deleted_at < ?1)",
        "DELETE FROM channel WHERE deleted_at < ?1
            AND NOT EXISTS (SELECT 1 FROM delivery WHERE channel = channel.id)
            AND NOT EXISTS (SELECT 1 FROM reminder WHERE channel = channel.id)
            AND NOT EXISTS (SELECT 1 FROM overflow WHERE channel = channel.id)",
        "DELETE FROM overflow WHERE max(until_due, at) < ?1",
        "DELETE FROM statistic WHERE day < ?1 / 86400000",
    ] {
        gone += tx.execute(sql, [ms(until)])?;
    }
    Ok(gone)
}
