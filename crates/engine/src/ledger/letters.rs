//! Letters: the rows of table `delivery` that wait for a person.

use calendar::{
    id::{ChannelId, DeliveryId},
    reason::Reason,
};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{moment, ms};
use crate::error::{Error, Result};

/// Waits for a person, and its event was not deleted. A test is looked at where it was asked for.
const PARKED: &str = "state IN ('dead', 'review') AND event IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = delivery.event AND e.deleted_at IS NOT NULL)";

/// What waits for a person, the oldest first.
///
/// # Errors
/// When the ledger cannot be read.
pub fn parked(
    tx: &Transaction<'_>,
    channel: Option<ChannelId>,
    since: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<DeliveryId>> {
    let sql = format!(
        "SELECT id FROM delivery WHERE {PARKED} AND (?1 IS NULL OR channel = ?1) AND (?2 IS NULL OR due >= ?2)
        ORDER BY due, id LIMIT ?3"
    );
    let values = params![
        channel.map(|id| *id.bytes()),
        since.map(ms),
        i64::try_from(limit).unwrap_or(i64::MAX)
    ];
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(values, |row| row.get(0).map(DeliveryId::from_bytes))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// How many wait for a person.
///
/// # Errors
/// When the ledger cannot be read.
pub fn count(tx: &Transaction<'_>) -> Result<u32> {
    let sql = format!("SELECT count(*) FROM delivery WHERE {PARKED}");
    Ok(tx.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
}

/// What waits for a person after it failed through an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Through {
    /// Which.
    pub channel: ChannelId,
    /// How many failed.
    pub dead: u32,
    /// Of how many nobody knows whether they arrived.
    pub review: u32,
    /// The step in the record that brought the first of them here.
    pub first: i64,
    /// And the last.
    pub last: i64,
}

/// What waits for a person after it failed, endpoint by endpoint; tests aside, and what was put before
/// a person because the ledger was restored.
///
/// # Errors
/// When the ledger cannot be read.
pub fn through_endpoints(tx: &Transaction<'_>) -> Result<Vec<Through>> {
    let sql = format!(
        "SELECT channel, sum(state = 'dead') AS dead, sum(state = 'review') AS review,
            min(seq) AS first, max(seq) AS last
        FROM (SELECT channel, state, (SELECT max(seq) FROM audit WHERE audit.delivery = delivery.id) AS seq
            FROM delivery WHERE {PARKED} AND channel <> ?1 AND reason <> ?2)
        GROUP BY channel ORDER BY first"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let values = params![ChannelId::DESKTOP.bytes(), Reason::ReviewRestored.code()];
    let rows = statement.query_map(values, |row| {
        Ok(Through {
            channel: ChannelId::from_bytes(row.get("channel")?),
            dead: row.get("dead")?,
            review: row.get("review")?,
            first: row.get("first")?,
            last: row.get("last")?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// When the first of what waits to be told through a channel may be tried again by its own schedule.
///
/// # Errors
/// When the ledger cannot be read.
pub fn next_try(tx: &Transaction<'_>, channel: ChannelId) -> Result<Option<Timestamp>> {
    let sql = "SELECT min(coalesce(not_before, due)) FROM delivery
        WHERE waits AND +channel = ?1 AND event IS NOT NULL";
    let found: Option<i64> =
        tx.prepare_cached(sql)?.query_row([channel.bytes()], |row| row.get(0))?;
    Ok(found.map(moment))
}

/// What waits for an endpoint, or is being sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// So many reminders; a test is none.
    pub reminders: u32,
    /// How often the one of them failed that did most often.
    pub failures: u32,
    /// How many of them the endpoint refused.
    pub refused: u32,
}

/// The reminders of events that were due through a channel and wait, or are being sent.
///
/// # Errors
/// When the ledger cannot be read.
pub fn waiting(tx: &Transaction<'_>, channel: ChannelId) -> Result<Waiting> {
    let of = |which: &str, values: &[&dyn rusqlite::ToSql]| {
        let sql = format!(
            "SELECT count(*), coalesce(max(failures), 0), count(*) FILTER (WHERE reason = ?2)
            FROM delivery WHERE {which} AND +channel = ?1 AND event IS NOT NULL"
        );
        let found = tx.prepare_cached(&sql)?.query_row(values, |row| {
            Ok(Waiting { reminders: row.get(0)?, failures: row.get(1)?, refused: row.get(2)? })
        });
        Ok::<_, Error>(found?)
    };
    let values: [&dyn rusqlite::ToSql; 2] = [channel.bytes(), &Reason::RetryRefused.code()];
    let waits = of("waits", &values)?;
    let sent = of("state = 'processing' AND owner IS NOT NULL", &values)?;
    Ok(Waiting {
        reminders: waits.reminders + sent.reminders,
        failures: waits.failures.max(sent.failures),
        refused: waits.refused,
    })
}

/// What waits to be told through a channel and was cut off or left without an answer, at most so many
/// after this one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn unsure(
    tx: &Transaction<'_>,
    channel: ChannelId,
    after: Option<DeliveryId>,
    limit: u32,
) -> Result<Vec<DeliveryId>> {
    let sql = "SELECT id FROM delivery WHERE waits AND again AND +channel = ?1 AND (?2 IS NULL OR id > ?2)
        ORDER BY id LIMIT ?3";
    let mut statement = tx.prepare_cached(sql)?;
    let values = params![channel.bytes(), after.map(|id| *id.bytes()), limit];
    let rows = statement.query_map(values, |row| row.get(0).map(DeliveryId::from_bytes))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The first few of them, the oldest first.
///
/// # Errors
/// When the ledger cannot be read.
pub fn first_waiting(
    tx: &Transaction<'_>,
    channel: ChannelId,
    limit: u32,
) -> Result<Vec<DeliveryId>> {
    let sql = "SELECT id FROM delivery WHERE waits AND +channel = ?1 AND event IS NOT NULL
        ORDER BY due, id LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![channel.bytes(), limit], |row| row.get(0))?;
    let ids: Vec<[u8; 16]> = rows.collect::<std::result::Result<_, _>>()?;
    Ok(ids.into_iter().map(DeliveryId::from_bytes).collect())
}

/// Gives a row that was never tried the bytes it is sent with.
///
/// # Errors
/// When it was tried, or has bytes already: then nothing was changed.
pub fn give_body(tx: &Transaction<'_>, id: DeliveryId, body: &[u8]) -> Result<()> {
    let sql = "UPDATE delivery SET payload = ?2 WHERE id = ?1 AND attempts = 0 AND payload IS NULL";
    match tx.prepare_cached(sql)?.execute(params![id.bytes(), body])? {
        1 => Ok(()),
        _ => Err(Error::not_found("delivery", id)),
    }
}
