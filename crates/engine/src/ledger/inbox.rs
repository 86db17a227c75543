//! Reading the ledger for people: the inbox, lists of deliveries, and counts. Tables `delivery`,
//! `acknowledgement` and `event` together.

use calendar::{
    delivery::State,
    draft::OverrideDraft,
    id::{ChannelId, DeliveryId, EventId},
    reason::Reason,
};
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params, params_from_iter, types::Value};

use super::{
    Cells,
    delivery::{COLUMNS, DeliveryRow, FROM, read_from, several},
    ms,
};
use crate::error::Result;

/// A delivery with the words people know it by.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The delivery.
    pub row: DeliveryRow,
    /// The event's title, or that of this occurrence; a test says so itself.
    pub title: String,
    /// The event's kind.
    pub kind: String,
    /// The event's place, or that of this occurrence.
    pub place: String,
    /// The calendar's id, for its colour.
    pub calendar: Option<[u8; 16]>,
    /// The channel's name.
    pub channel: String,
    /// Days of notice before it goes on by itself.
    pub notice: i64,
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty is all.
    pub states: Vec<State>,
    /// Of the told ones only those told late, or only those told in time.
    pub late: Option<bool>,
    /// Due at or after.
    pub since: Option<Timestamp>,
    /// Due before.
    pub until: Option<Timestamp>,
    /// Of this event.
    pub event: Option<EventId>,
    /// Through this channel.
    pub channel: Option<ChannelId>,
    /// Tests of channels aside.
    pub of_events: bool,
    /// Newest due first.
    pub newest_first: bool,
    /// At most so many (1,000 at the very most).
    pub limit: u32,
    /// After so many.
    pub offset: u32,
}

const WORDS: &str = ", coalesce(e.title, 'Test') AS title, coalesce(e.kind, '') AS event_kind,
    coalesce(e.place, '') AS place, e.calendar AS event_calendar, c.name AS channel_name,
    coalesce(e.notice, 0) AS event_notice, coalesce(e.overrides, '[]') AS overrides";
const EVENT: &str = "LEFT JOIN event e ON e.id = d.event";
/// Told beyond its grace.
const LATE: &str = "coalesce(d.told_at - d.due > d.grace * 1000, 0)";
/// Whether its event was deleted: nobody has to answer for that.
const BURIED: &str =
    "EXISTS (SELECT 1 FROM event e WHERE e.id = delivery.event AND e.deleted_at IS NOT NULL)";
/// The inbox names a reminder once, however often it was told again.
const ONCE: &str = "reminder NOT GLOB 'n:*'";
/// This desktop, as the inbox's indexes name it.
const DESKTOP: &str = "channel = x'00000000000000000000000000000000'";
/// What the desktop has not told, and tests.
const UNTOLD: &str =
    "(waits OR state = 'processing' OR state = 'dead' OR state = 'review' OR state = 'expired'
        OR (event IS NULL AND state = 'completed'))";

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    let mut cells = Cells::new(row);
    let mut listed = Listed {
        row: read_from(&mut cells)?,
        title: cells.take("title")?,
        kind: cells.take("event_kind")?,
        place: cells.take("place")?,
        calendar: cells.take("event_calendar")?,
        channel: cells.take("channel_name")?,
        notice: cells.take("event_notice")?,
    };
    let overrides = cells.text("overrides")?;
    if let Some(own) = override_of(overrides, &listed.row.identity.occurrence) {
        listed.title = own.title.unwrap_or(listed.title);
        listed.place = own.place.unwrap_or(listed.place);
    }
    Ok(listed)
}

/// The override of the occurrence that an identity names, out of an event's overrides.
///
/// Where those cannot be read, the event's own words do: what was told is listed all the same.
fn override_of(overrides: &str, occurrence: &str) -> Option<OverrideDraft> {
    let named = occurrence.strip_prefix("o=").and_then(|rest| rest.split(';').next());
    // Most series have no override, and most occurrences none of their own.
    let original = named.filter(|name| overrides.contains(&format!("\"{name}\"")))?;
    let list: Vec<OverrideDraft> = serde_json::from_str(overrides).ok()?;
    list.into_iter().find(|o| o.original == original)
}

fn select(tx: &Transaction<'_>, rest: &str, values: Vec<Value>) -> Result<Vec<Listed>> {
    let mut statement =
        tx.prepare_cached(&format!("SELECT {COLUMNS}{WORDS} {FROM} {EVENT} {rest}"))?;
    let rows = statement.query_map(params_from_iter(values), listed)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// A delivery with its words.
///
/// # Errors
/// When the ledger cannot be read.
pub fn with_words(tx: &Transaction<'_>, row: DeliveryRow) -> Result<Listed> {
    let found = select(tx, "WHERE d.id = ?", vec![Value::from(row.id.bytes().to_vec())])?.pop();
    let mut listed = found.ok_or_else(|| crate::error::Error::not_found("delivery", row.id))?;
    listed.row = row;
    Ok(listed)
}

/// Whether something that was due at or after `from` was told on this desktop at or after `until`.
///
/// # Errors
/// When the ledger cannot be read.
pub fn is_told_since(
    tx: &Transaction<'_>,
    from: Timestamp,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let sql = format!(
        "SELECT 1 FROM delivery INDEXED BY delivery_due
        WHERE due >= ?1 AND due <= ?3 AND told_at >= ?2 AND state = 'completed' AND {DESKTOP} LIMIT 1"
    );
    Ok(tx.prepare_cached(&sql)?.exists(params![ms(from), ms(until), ms(now)])?)
}

/// What an event says of itself, or of this occurrence.
///
/// # Errors
/// When the ledger cannot be read.
pub fn description(tx: &Transaction<'_>, event: EventId, occurrence: &str) -> Result<String> {
    let mut statement =
        tx.prepare_cached("SELECT description, overrides FROM event WHERE id = ?1")?;
    let mut rows = statement.query([event.bytes()])?;
    let Some(row) = rows.next()? else { return Ok(String::new()) };
    let overrides: String = row.get(1)?;
    let own = override_of(&overrides, occurrence).and_then(|own| own.description);
    Ok(match own {
        Some(own) => own,
        None => row.get(0)?,
    })
}

/// Deliveries by what was asked for.
///
/// # Errors
/// When the ledger cannot be read.
pub fn deliveries(tx: &Transaction<'_>, filter: &Filter) -> Result<Vec<Listed>> {
    let (mut rest, mut values) = (String::from("WHERE 1"), Vec::new());
    if !filter.states.is_empty() {
        let marks = vec!["?"; filter.states.len()].join(", ");
        rest.push_str(&format!(" AND d.state IN ({marks})"));
        values.extend(filter.states.iter().map(|s| Value::from(s.code().to_string())));
    }
    if let Some(late) = filter.late {
        rest.push_str(&format!(" AND (d.state <> 'completed' OR ({LATE}) = ?)"));
        values.push(Value::from(late));
    }
    if filter.of_events {
        rest.push_str(" AND d.event IS NOT NULL");
    }
    let times = [(filter.since, " AND d.due >= ?"), (filter.until, " AND d.due < ?")];
    for (at, clause) in times.into_iter().filter_map(|(at, clause)| Some((at?, clause))) {
        rest.push_str(clause);
        values.push(Value::from(ms(at)));
    }
    let ids = [
        (filter.event.map(|e| e.bytes().to_vec()), " AND d.event = ?"),
        (filter.channel.map(|c| c.bytes().to_vec()), " AND d.channel = ?"),
    ];
    for (id, clause) in ids.into_iter().filter_map(|(id, clause)| Some((id?, clause))) {
        rest.push_str(clause);
        values.push(Value::from(id));
    }
    let order = if filter.newest_first { "DESC" } else { "ASC" };
    rest.push_str(&format!(" ORDER BY d.due {order}, d.id {order} LIMIT ? OFFSET ?"));
    values.push(Value::from(i64::from(filter.limit.clamp(1, 1000))));
    values.push(Value::from(i64::from(filter.offset)));
    select(tx, &rest, values)
}

/// The deliveries of which something became after this step of the audit.
///
/// # Errors
/// When the ledger cannot be read.
pub fn stepped_since(tx: &Transaction<'_>, seq: i64) -> Result<Vec<Listed>> {
    let rest = "WHERE d.id IN (SELECT delivery FROM audit WHERE seq > ?)";
    select(tx, rest, vec![Value::from(seq)])
}

/// The ids of what waits for an answer at `?1`, by the inbox's own indexes: what was told however
/// long ago, the rest if due since `?2` or still on its way; the newest `?3` of each.
fn waiting_ids() -> String {
    format!(
        "SELECT id FROM (SELECT id FROM delivery INDEXED BY delivery_told
            WHERE answered = 0 AND {DESKTOP} AND {ONCE} AND event IS NOT NULL AND state = 'completed'
            AND due <= ?1 AND NOT {BURIED} ORDER BY due DESC, id DESC LIMIT ?3)
        UNION ALL SELECT id FROM (SELECT id FROM delivery INDEXED BY delivery_untold
            WHERE answered = 0 AND {DESKTOP} AND {ONCE} AND {UNTOLD}
            AND due <= ?1 AND due >= ?2 AND NOT {BURIED} ORDER BY due DESC, id DESC LIMIT ?3)
        UNION ALL SELECT id FROM (SELECT id FROM delivery INDEXED BY delivery_ready
            WHERE state IN ('pending', 'held') AND answered = 0 AND {DESKTOP} AND {ONCE}
            AND due < ?2 ORDER BY due DESC LIMIT ?3)"
    )
}

pub(super) fn waiting_sql() -> String {
    let ids = waiting_ids();
    format!(
        "SELECT {COLUMNS}{WORDS} {FROM} {EVENT}
        WHERE d.id IN ({ids}) ORDER BY d.due DESC, d.id DESC LIMIT ?3"
    )
}

pub(super) fn count_sql() -> String {
    let ids = waiting_ids();
    format!(
        "SELECT min(count(*), ?3) FROM delivery d WHERE d.id IN ({ids}) AND d.event IS NOT NULL"
    )
}

/// What was told on this desktop (or missed, or waits to be shown) and nobody has answered,
/// newest first. What was told stays for ever; what was missed or failed, and tests, have left
/// if due before `since`; what tells of a deleted event has left as well.
///
/// # Errors
/// When the ledger cannot be read.
pub fn unanswered(
    tx: &Transaction<'_>,
    since: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Listed>> {
    let mut statement = tx.prepare_cached(&waiting_sql())?;
    let rows = statement.query_map(params![ms(now), ms(since), limit], listed)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// How many of these there are, tests aside; at most `limit`.
///
/// # Errors
/// When the ledger cannot be read.
pub fn count_unanswered(
    tx: &Transaction<'_>,
    since: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<u32> {
    let mut statement = tx.prepare_cached(&count_sql())?;
    Ok(statement.query_row(params![ms(now), ms(since), limit], |row| row.get(0))?)
}

/// How many wait for one of these reasons.
///
/// # Errors
/// When the ledger cannot be read.
pub fn count_held(tx: &Transaction<'_>, reasons: &[Reason; 2]) -> Result<u32> {
    let sql = "SELECT count(*) FROM delivery WHERE waits AND state = 'held' AND reason IN (?1, ?2)";
    let values = reasons.map(Reason::code);
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// What was due on this desktop in a stretch and was missed, oldest first, as far as the inbox
/// says it: nobody has answered, and the event is not deleted.
///
/// # Errors
/// When the ledger cannot be read.
pub fn missed(
    tx: &Transaction<'_>,
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<Listed>> {
    let rest = format!(
        "WHERE d.id IN (SELECT id FROM delivery INDEXED BY delivery_untold
            WHERE answered = 0 AND {DESKTOP} AND {ONCE} AND {UNTOLD} AND state = 'expired'
            AND due >= ? AND due <= ? AND NOT {BURIED} ORDER BY due, id LIMIT ?)
        ORDER BY d.due, d.id"
    );
    let values = [ms(from), ms(to), i64::from(limit)].map(Value::from);
    select(tx, &rest, values.into())
}

/// Whether what was told on this desktop, however long ago, still waits for an answer: nobody has
/// given one, and its event is not deleted.
///
/// # Errors
/// When the ledger cannot be read.
pub fn awaits_answer(tx: &Transaction<'_>, id: DeliveryId) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM delivery WHERE id = ? AND answered = 0 AND {DESKTOP}
        AND (state = 'completed' OR {UNTOLD}) AND NOT {BURIED})"
    );
    Ok(tx.prepare_cached(&sql)?.query_row([id.bytes()], |row| row.get(0))?)
}

/// How many deliveries due in a stretch stand in each state.
///
/// # Errors
/// When the ledger cannot be read.
pub fn counts(
    tx: &Transaction<'_>,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<(State, bool, u32)>> {
    let sql = format!(
        "SELECT d.state, {LATE} AS late, count(*) FROM delivery d
        WHERE d.due >= ?1 AND d.due < ?2 AND d.event IS NOT NULL GROUP BY 1, 2"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([ms(since), ms(until)], |row| {
        Ok((super::column::<State>(row, "state")?, row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// How many wait for a person: dead ones and those to check.
///
/// # Errors
/// When the ledger cannot be read.
pub fn parked(tx: &Transaction<'_>) -> Result<u32> {
    let sql =
        "SELECT count(*) FROM delivery WHERE state IN ('dead', 'review') AND event IS NOT NULL";
    Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Milliseconds between due and told of what was told since then, ascending; without what waited for
/// quiet hours or a pause to end, or for a person: that is not late, but as was wished.
///
/// # Errors
/// When the ledger cannot be read.
pub fn lateness(tx: &Transaction<'_>, since: Timestamp) -> Result<Vec<i64>> {
    let sql =
        "SELECT told_at - due FROM delivery WHERE due >= ?1 AND state = 'completed'
        AND coalesce(late_cause, '') NOT IN ('late.quiet_hours', 'late.paused', 'late.retry_asked', 'late.asked')
        ORDER BY 1";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([ms(since)], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The rows about one occurrence, none of them cancelled or replaced by a new one; of what is told
/// again and again the first, and what is ahead.
///
/// # Errors
/// When the ledger cannot be read.
pub fn of_occurrence(
    tx: &Transaction<'_>,
    subject: &str,
    occurrence: &str,
) -> Result<Vec<DeliveryRow>> {
    let rest = "WHERE d.subject = ?1 AND d.occurrence = ?2 AND d.state <> 'cancelled' AND d.reason <> 'discarded.replaced'
        AND NOT (d.reminder GLOB 'n:*' AND d.state = 'completed') ORDER BY d.due, d.id";
    several(tx, rest, params![subject, occurrence])
}

/// The rows about occurrences that start in a stretch, or began in the forty days before it and go on,
/// none of them cancelled or replaced by a new one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn about(tx: &Transaction<'_>, from: Timestamp, until: Timestamp) -> Result<Vec<DeliveryRow>> {
    let rest =
        "WHERE d.starts >= ?1 - 3456000000 AND d.starts < ?2 AND (d.starts >= ?1 OR d.ends > ?1)
        AND d.state <> 'cancelled' AND d.reason <> 'discarded.replaced'
        AND NOT (d.reminder GLOB 'n:*' AND d.state = 'completed') ORDER BY d.due, d.id";
    several(tx, rest, params![ms(from), ms(until)])
}
