//! Table `overflow`: moments that were missed in such numbers that they are no deliveries, a range
//! with its count a row.

use calendar::id::{ChannelId, EventId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{moment, ms};
use crate::error::Result;

/// Moments of one reminder that were missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Of this event.
    pub event: EventId,
    /// Its reminder, as identities write it.
    pub reminder: String,
    /// The channel it would have gone to.
    pub channel: ChannelId,
    /// The first of them.
    pub from: Timestamp,
    /// The last.
    pub until: Timestamp,
    /// How many.
    pub count: u64,
}

/// How many were missed, and from when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub from: Timestamp,
    /// The last.
    pub until: Timestamp,
}

/// A range with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverflowRow {
    /// Which.
    pub range: Range,
    /// The event's title.
    pub title: String,
    /// The channel's name.
    pub channel: String,
}

/// Records a range. One that goes on where the last one of its reminder ended becomes one with it.
///
/// # Errors
/// When the ledger cannot be written.
pub fn add(tx: &Transaction<'_>, range: &Range, now: Timestamp) -> Result<()> {
    let sql = "UPDATE overflow SET until_due = ?5, count = count + ?6
        WHERE id = (SELECT max(id) FROM overflow WHERE event = ?1 AND reminder = ?2 AND channel = ?3)
        AND until_due < ?4 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = ?1 AND d.reminder = ?2
            AND +d.channel = ?3 AND d.due > overflow.until_due AND d.due < ?4)";
    let count = i64::try_from(range.count).unwrap_or(i64::MAX);
    let values = params![
        range.event.bytes(),
        range.reminder,
        range.channel.bytes(),
        ms(range.from),
        ms(range.until),
        count
    ];
    if tx.prepare_cached(sql)?.execute(values)? > 0 {
        return Ok(());
    }
    let sql = "INSERT INTO overflow (event, reminder, channel, from_due, until_due, count, at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    tx.prepare_cached(sql)?.execute(params![
        range.event.bytes(),
        range.reminder,
        range.channel.bytes(),
        ms(range.from),
        ms(range.until),
        count,
        ms(now)
    ])?;
    Ok(())
}

/// The range that ended last before this moment of a reminder, if the moment was past when it was
/// recorded: both were missed together.
///
/// # Errors
/// When the ledger cannot be read.
pub fn behind(
    tx: &Transaction<'_>,
    event: EventId,
    reminder: &str,
    channel: ChannelId,
    due: Timestamp,
) -> Result<Option<Stretch>> {
    let sql = "SELECT count, from_due, until_due FROM overflow
        WHERE event = ?1 AND reminder = ?2 AND channel = ?3 AND until_due < ?4 AND at >= ?4
        ORDER BY until_due DESC LIMIT 1";
    let values = params![event.bytes(), reminder, channel.bytes(), ms(due)];
    Ok(tx.prepare_cached(sql)?.query_row(values, stretch).optional()?)
}

/// What was missed of a channel in a stretch of time, all ranges together.
///
/// # Errors
/// When the ledger cannot be read.
pub fn within(
    tx: &Transaction<'_>,
    channel: ChannelId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Option<Stretch>> {
    let sql = "SELECT sum(count), min(from_due), max(until_due) FROM overflow
        WHERE channel = ?1 AND until_due >= ?2 AND from_due <= ?3 HAVING sum(count) > 0";
    let values = params![channel.bytes(), ms(from), ms(until)];
    Ok(tx.prepare_cached(sql)?.query_row(values, stretch).optional()?)
}

fn stretch(row: &Row<'_>) -> rusqlite::Result<Stretch> {
    let count: i64 = row.get(0)?;
    let (from, until) = (moment(row.get(1)?), moment(row.get(2)?));
    Ok(Stretch { count: u64::try_from(count).unwrap_or(0), from, until })
}

/// The ranges that end at or after a moment, by their beginning.
///
/// # Errors
/// When the ledger cannot be read.
pub fn since(tx: &Transaction<'_>, since: Timestamp) -> Result<Vec<OverflowRow>> {
    let sql =
        "SELECT o.event, o.reminder, o.channel, o.from_due, o.until_due, o.count, e.title, c.name
        FROM overflow o JOIN event e ON e.id = o.event JOIN channel c ON c.id = o.channel
        WHERE o.until_due >= ?1 ORDER BY o.from_due, o.id LIMIT 1000";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([ms(since)], |row| {
        let count: i64 = row.get(5)?;
        let range = Range {
            event: EventId::from_bytes(row.get(0)?),
            reminder: row.get(1)?,
            channel: ChannelId::from_bytes(row.get(2)?),
            from: moment(row.get(3)?),
            until: moment(row.get(4)?),
            count: u64::try_from(count).unwrap_or(0),
        };
        Ok(OverflowRow { range, title: row.get(6)?, channel: row.get(7)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
