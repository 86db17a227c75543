//! Table `delivery`: one obligation to tell a row. Every change of state is one guarded
//! statement whose row count is looked at, and goes with its audit row (see `audit`).

mod home;

use calendar::{
    delivery::{Guarantee, Profile, Row as Facts, State},
    id::{ChannelId, DeliveryId, EventId},
    plan::Identity,
    policy::{Collapse, UseBy},
    reason::Reason,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

pub use self::home::{hand_over, hand_over_all, hand_over_from};
use super::{column, moment, ms};
use crate::error::Result;

/// A delivery with what its channel promises.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryRow {
    /// Which.
    pub id: DeliveryId,
    /// What receivers know it by.
    pub key: String,
    /// The event it tells about; none for tests.
    pub event: Option<EventId>,
    /// Its name.
    pub identity: Identity,
    /// How often the same name was armed again.
    pub generation: u32,
    /// What `decide` looks at.
    pub facts: Facts,
    /// What becomes of several late ones.
    pub collapse: Collapse,
    /// The local start of its occurrence, for people.
    pub label: String,
    /// When its occurrence starts and ends.
    pub span: (Timestamp, Timestamp),
    /// Why it will be late, if something delayed it.
    pub late_cause: Option<Reason>,
    /// Fencing token.
    pub token: i64,
    /// Marks: how often sending began.
    pub attempts: u32,
    /// A try was cut off or ended uncertain, so it may be seen twice.
    pub again: bool,
    /// The bytes of the first attempt.
    pub payload: Option<Vec<u8>>,
    /// When it was told.
    pub told_at: Option<Timestamp>,
    /// The one it was told with.
    pub into: Option<DeliveryId>,
    /// The daemon that showed it.
    pub shown_by: Option<String>,
    /// When it was planned.
    pub created_at: Timestamp,
}

pub(super) const COLUMNS: &str = "d.id, d.key, d.event, d.subject, d.occurrence, d.reminder, d.channel, d.gen,
    d.state, d.reason, d.due, d.use_by, d.over, d.grace, d.collapse, d.label, d.starts, d.ends, d.late_cause,
    d.not_before, d.token, d.attempts, d.failures, d.crashes, d.cancel_wanted, d.again, d.payload, d.told_at,
    d.into_row, d.shown_by, d.created_at, c.kind AS channel_kind, c.guarantee, c.retries";
pub(super) const FROM: &str = "FROM delivery d JOIN channel c ON c.id = d.channel";

/// What each pass and each edit asks, by indexes alone: see the test.
const DUE: &str = "WHERE d.id IN (
            SELECT id FROM delivery WHERE state = 'scheduled' AND due <= ?1
            UNION ALL SELECT id FROM delivery WHERE state IN ('pending', 'retrying', 'held') AND not_before <= ?1
            UNION ALL SELECT id FROM delivery WHERE state IN ('pending', 'held')
            UNION ALL SELECT id FROM delivery WHERE state IN ('pending', 'retrying', 'held') AND use_by <= ?1
        ) AND (c.kind = 'desktop') = ?3
        AND NOT (d.state = 'held' AND d.reason = ?4 AND (d.use_by IS NULL OR d.use_by > ?1) AND d.due > ?5)
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = d.event AND e.plan_at <= ?1)
        ORDER BY d.due, d.id LIMIT ?2";
const NEXT_LOOK: &str = "SELECT min(at) FROM (
        SELECT min(due) AS at FROM delivery WHERE state = 'scheduled' AND due > ?1
        UNION ALL SELECT min(due) FROM delivery WHERE state IN ('pending', 'held') AND due > ?1
        UNION ALL SELECT min(not_before) FROM delivery
            WHERE state IN ('pending', 'retrying', 'held') AND not_before > ?1
        UNION ALL SELECT min(use_by) FROM delivery WHERE state IN ('pending', 'retrying', 'held') AND use_by > ?1)";
const NEWEST: &str = "WHERE d.subject = ?1 AND d.occurrence = ?2 AND d.reminder = ?3 AND d.channel = ?4
        ORDER BY d.gen DESC, d.state = 'cancelled' AND d.attempts = 0, d.created_at DESC, d.id DESC LIMIT 1";
const LIVE_OF: &str =
    "WHERE d.subject = ?1 AND d.state IN ('scheduled', 'pending', 'processing', 'retrying', 'held')
        ORDER BY d.due";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    let key: String = row.get("key")?;
    let facts = Facts {
        state: column::<State>(row, "state")?,
        reason: column::<Reason>(row, "reason")?,
        due: moment(row.get("due")?),
        use_by: row.get::<_, Option<i64>>("use_by")?.map(moment),
        over: column::<UseBy>(row, "over")?,
        not_before: row.get::<_, Option<i64>>("not_before")?.map(moment),
        failures: row.get("failures")?,
        crashes: row.get("crashes")?,
        cancel_wanted: row.get("cancel_wanted")?,
        desktop: row.get_ref("channel_kind")?.as_str()? == "desktop",
        guarantee: column::<Guarantee>(row, "guarantee")?,
        profile: column::<Profile>(row, "retries")?,
        grace: row.get("grace")?,
        spread: key.bytes().fold(0, |sum: u16, byte| (sum * 31 + u16::from(byte)) % 1000),
    };
    let late: Option<String> = row.get("late_cause")?;
    Ok(DeliveryRow {
        id: DeliveryId::from_bytes(row.get("id")?),
        key,
        event: row.get::<_, Option<[u8; 16]>>("event")?.map(EventId::from_bytes),
        identity: Identity {
            subject: row.get("subject")?,
            occurrence: row.get("occurrence")?,
            reminder: row.get("reminder")?,
            channel: ChannelId::from_bytes(row.get("channel")?),
        },
        generation: row.get("gen")?,
        facts,
        collapse: column(row, "collapse")?,
        label: row.get("label")?,
        span: (moment(row.get("starts")?), moment(row.get("ends")?)),
        late_cause: late.and_then(|text| text.parse().ok()),
        token: row.get("token")?,
        attempts: row.get("attempts")?,
        again: row.get("again")?,
        payload: row.get("payload")?,
        told_at: row.get::<_, Option<i64>>("told_at")?.map(moment),
        into: row.get::<_, Option<[u8; 16]>>("into_row")?.map(DeliveryId::from_bytes),
        shown_by: row.get("shown_by")?,
        created_at: moment(row.get("created_at")?),
    })
}

pub(super) fn several(
    tx: &Transaction<'_>,
    rest: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<DeliveryRow>> {
    let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS} {FROM} {rest}"))?;
    let rows = statement.query_map(values, read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// This delivery.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, id: DeliveryId) -> Result<Option<DeliveryRow>> {
    Ok(several(tx, "WHERE d.id = ?1", [id.bytes()])?.pop())
}

/// The newest delivery with this key.
///
/// # Errors
/// When the ledger cannot be read.
pub fn by_key(tx: &Transaction<'_>, key: &str) -> Result<Option<DeliveryRow>> {
    let rest = "WHERE d.key = ?1 ORDER BY NOT (d.state = 'cancelled' AND d.attempts = 0), d.created_at, d.id";
    Ok(several(tx, rest, [key])?.pop())
}

/// The newest row of a name: the highest generation, and of equals the one that holds the place.
///
/// # Errors
/// When the ledger cannot be read.
pub fn newest(tx: &Transaction<'_>, name: &Identity) -> Result<Option<DeliveryRow>> {
    let values = params![name.subject, name.occurrence, name.reminder, name.channel.bytes()];
    Ok(several(tx, NEWEST, values)?.pop())
}

/// The live rows of an event's series.
///
/// # Errors
/// When the ledger cannot be read.
pub fn live_of(tx: &Transaction<'_>, subject: &str) -> Result<Vec<DeliveryRow>> {
    several(tx, LIVE_OF, [subject])
}

/// The live rows about one event, for when it cannot be read.
///
/// # Errors
/// When the ledger cannot be read.
pub fn live_about(tx: &Transaction<'_>, event: EventId) -> Result<Vec<DeliveryRow>> {
    let rest = "WHERE d.event = ?1
        AND d.state IN ('scheduled', 'pending', 'processing', 'retrying', 'held') ORDER BY d.due";
    several(tx, rest, [event.bytes()])
}

/// The rows of a series that an edit took away: those due by a moment, and snoozes due at any.
///
/// # Errors
/// When the ledger cannot be read.
pub fn taken_away(
    tx: &Transaction<'_>,
    subject: &str,
    due_by: Timestamp,
) -> Result<Vec<DeliveryRow>> {
    let rest =
        "WHERE d.subject = ?1 AND (d.due <= ?2 OR d.reminder GLOB 's:*') AND d.state = 'cancelled'
        AND d.reason IN ('cancelled.edited', 'cancelled.deleted', 'cancelled.disabled')
        ORDER BY d.created_at DESC LIMIT 1000";
    several(tx, rest, params![subject, ms(due_by)])
}

/// The live rows of one courier a pass has to decide on now, the oldest first. Rows that are held
/// for the reason that holds their courier now (`held_for`) need no look, unless they are over or
/// a month old; nor have those whose event is still to be planned, for a later one may be told
/// instead.
///
/// # Errors
/// When the ledger cannot be read.
pub fn due(
    tx: &Transaction<'_>,
    now: Timestamp,
    limit: u32,
    desktop: bool,
    held_for: Option<Reason>,
) -> Result<Vec<DeliveryRow>> {
    let month_ago = ms(now) - 30 * 86_400_000;
    let reason = held_for.map_or("", Reason::code);
    several(tx, DUE, params![ms(now), limit, desktop, reason, month_ago])
}

/// The latest of the due, never tried rows of a reminder.
///
/// # Errors
/// When the ledger cannot be read.
pub fn latest_due(
    tx: &Transaction<'_>,
    of: &Identity,
    now: Timestamp,
) -> Result<Option<DeliveryId>> {
    let sql = "SELECT id FROM delivery WHERE subject = ?1 AND reminder = ?2 AND channel = ?3 AND due <= ?4
        AND attempts = 0 AND (use_by IS NULL OR use_by > ?4)
        AND state IN ('scheduled', 'pending', 'processing', 'retrying', 'held') ORDER BY due DESC, id DESC LIMIT 1";
    let values = params![of.subject, of.reminder, of.channel.bytes(), ms(now)];
    let found = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    Ok(found.map(DeliveryId::from_bytes))
}

/// When the next live row needs a look, after `now`.
///
/// # Errors
/// When the ledger cannot be read.
pub fn next_look(tx: &Transaction<'_>, now: Timestamp) -> Result<Option<Timestamp>> {
    let next: Option<i64> = tx.prepare_cached(NEXT_LOOK)?.query_row([ms(now)], |row| row.get(0))?;
    Ok(next.map(moment))
}

/// The rows another owner left while sending.
///
/// # Errors
/// When the ledger cannot be read.
pub fn left_behind(tx: &Transaction<'_>, owner: &[u8; 16]) -> Result<Vec<DeliveryRow>> {
    several(
        tx,
        "WHERE d.state = 'processing' AND d.owner IS NOT NULL AND d.owner <> ?1 ORDER BY +d.due",
        [owner],
    )
}

/// The live rows of a channel.
///
/// # Errors
/// When the ledger cannot be read.
pub fn live_through(tx: &Transaction<'_>, channel: ChannelId) -> Result<Vec<DeliveryRow>> {
    let rest = "WHERE d.channel = ?1 AND d.state IN ('scheduled', 'pending', 'processing', 'retrying', 'held')";
    several(tx, rest, [channel.bytes()])
}

/// Inserts a planned row.
///
/// # Errors
/// When the name is taken: then nothing was inserted.
pub fn insert(tx: &Transaction<'_>, row: &DeliveryRow, tzdata: &str) -> Result<()> {
    let sql = "INSERT INTO delivery (id, key, event, subject, occurrence, reminder, channel, gen, state, reason,
        due, schedule, use_by, over, grace, collapse, label, starts, ends, tzdata, late_cause, again, created_at,
        updated_at, answered) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
        ?18, ?19, ?20, ?21, ?22, ?23, ?23, EXISTS (SELECT 1 FROM acknowledgement
            WHERE subject = ?4 AND occurrence = ?5 AND reminder = ?6 AND gen = ?8))";
    let f = &row.facts;
    tx.prepare_cached(sql)?.execute(params![
        row.id.bytes(),
        row.key,
        row.event.map(|e| *e.bytes()),
        row.identity.subject,
        row.identity.occurrence,
        row.identity.reminder,
        row.identity.channel.bytes(),
        row.generation,
        f.state.code(),
        f.reason.code(),
        ms(f.due),
        schedule_of(f.due),
        f.use_by.map(ms),
        f.over.to_string(),
        f.grace,
        row.collapse.to_string(),
        row.label,
        ms(row.span.0),
        ms(row.span.1),
        tzdata,
        row.late_cause.map(Reason::code),
        row.again,
        ms(row.created_at)
    ])?;
    Ok(())
}

fn schedule_of(due: Timestamp) -> String {
    format!("schedule:{}", due.as_nanosecond())
}

/// What a change of state sets besides the state.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// The next try, or the end of a hold.
    pub not_before: Option<Timestamp>,
    /// Told at this moment.
    pub told_at: Option<Timestamp>,
    /// Told with this one.
    pub into: Option<DeliveryId>,
    /// The failure counts.
    pub failed: bool,
    /// Sending it was cut off.
    pub crashed: bool,
    /// It may be seen twice.
    pub again: bool,
    /// What delayed it.
    pub late_cause: Option<Reason>,
    /// Who showed it.
    pub shown_by: Option<String>,
}

/// Moves a row that was read with this state and token. `false`: it changed meanwhile.
///
/// # Errors
/// When the ledger cannot be written.
pub fn enter(
    tx: &Transaction<'_>,
    row: &DeliveryRow,
    (state, reason): (State, Reason),
    effects: &Effects,
    now: Timestamp,
) -> Result<bool> {
    let sql =
        "UPDATE delivery SET state = ?4, reason = ?5, not_before = ?6, told_at = ?7, into_row = ?8,
        failures = failures + ?9, crashes = crashes + ?10, again = max(again, ?11),
        late_cause = coalesce(?12, late_cause), shown_by = coalesce(?13, shown_by), owner = NULL,
        cancel_wanted = 0, updated_at = ?14
        WHERE id = ?1 AND state = ?2 AND token = ?3";
    let e = effects;
    let changed = tx.prepare_cached(sql)?.execute(params![
        row.id.bytes(),
        row.facts.state.code(),
        row.token,
        state.code(),
        reason.code(),
        e.not_before.map(ms),
        e.told_at.map(ms),
        e.into.map(|d| *d.bytes()),
        e.failed,
        e.crashed,
        e.again,
        e.late_cause.map(Reason::code),
        e.shown_by,
        ms(now)
    ])?;
    Ok(changed == 1)
}

/// The claim, whose commit is the mark: sending begins. Gives the new token; `None`: it changed
/// meanwhile.
///
/// # Errors
/// When the ledger cannot be written.
pub fn claim(
    tx: &Transaction<'_>,
    row: &DeliveryRow,
    owner: &[u8; 16],
    payload: &[u8],
    now: Timestamp,
) -> Result<Option<i64>> {
    let sql = "UPDATE delivery SET state = 'processing', reason = ?4, token = token + 1, attempts = attempts + 1,
        owner = ?5, payload = coalesce(payload, ?6), not_before = NULL, cancel_wanted = 0, updated_at = ?7
        WHERE id = ?1 AND state = ?2 AND token = ?3 RETURNING token";
    let values = params![
        row.id.bytes(),
        row.facts.state.code(),
        row.token,
        Reason::Claimed.code(),
        owner,
        payload,
        ms(now)
    ];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?)
}

/// The timing of a live row after its event moved.
#[derive(Debug, Clone)]
pub struct Retimed<'a> {
    /// The new moment.
    pub due: Timestamp,
    /// The new end.
    pub use_by: Option<Timestamp>,
    /// Whose wish that is.
    pub over: UseBy,
    /// The new local start.
    pub label: &'a str,
    /// The occurrence's new span.
    pub span: (Timestamp, Timestamp),
    /// What delays it, if it moved into the past.
    pub late_cause: Option<Reason>,
    /// What becomes of several late ones.
    pub collapse: Collapse,
    /// How long it is on time.
    pub grace: i64,
}

/// Gives an unclaimed live row its new moment; a hold that ends with its use-by goes on doing so.
///
/// # Errors
/// When the ledger cannot be written.
pub fn retime(
    tx: &Transaction<'_>,
    row: &DeliveryRow,
    to: &Retimed<'_>,
    tzdata: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE delivery SET due = ?4, schedule = ?5, use_by = ?6, over = ?7, label = ?8, starts = ?9,
        ends = ?10, late_cause = coalesce(?11, late_cause), tzdata = ?12, updated_at = ?13, collapse = ?14,
        grace = ?15, not_before = CASE WHEN state = 'held' AND not_before IS use_by THEN ?6 ELSE not_before END
        WHERE id = ?1 AND state = ?2 AND token = ?3";
    let changed = tx.prepare_cached(sql)?.execute(params![
        row.id.bytes(),
        row.facts.state.code(),
        row.token,
        ms(to.due),
        schedule_of(to.due),
        to.use_by.map(ms),
        to.over.to_string(),
        to.label,
        ms(to.span.0),
        ms(to.span.1),
        to.late_cause.map(Reason::code),
        tzdata,
        ms(now),
        to.collapse.to_string(),
        to.grace
    ])?;
    Ok(changed == 1)
}

/// Notes on a row being sent that it is to be cancelled for this reason when that is known to
/// have failed, or (without one) that it no longer is.
///
/// # Errors
/// When the ledger cannot be written.
pub fn flag_cancel(tx: &Transaction<'_>, row: &DeliveryRow, why: Option<Reason>) -> Result<bool> {
    let sql = "UPDATE delivery SET cancel_wanted = ?3, reason = ?4
        WHERE id = ?1 AND state = 'processing' AND token = ?2";
    let reason = why.unwrap_or(Reason::Claimed).code();
    let values = params![row.id.bytes(), row.token, why.is_some(), reason];
    Ok(tx.prepare_cached(sql)?.execute(values)? == 1)
}

/// Notes which daemon shows a row now; a rendering, so the state stays.
///
/// # Errors
/// When the ledger cannot be written.
pub fn shown(tx: &Transaction<'_>, id: DeliveryId, by: &str) -> Result<()> {
    tx.prepare_cached("UPDATE delivery SET shown_by = ?2 WHERE id = ?1")?
        .execute(params![id.bytes(), by])?;
    Ok(())
}

/// After the wall clock went back by so much: waits that were counted from the false time end
/// as much earlier.
///
/// # Errors
/// When the ledger cannot be written.
pub fn rewind(tx: &Transaction<'_>, back_ms: i64, now: Timestamp) -> Result<()> {
    let sql = "UPDATE delivery SET not_before = max(?2, not_before - ?1)
        WHERE state = 'retrying' AND not_before > ?2";
    tx.execute(sql, params![back_ms, ms(now)])?;
    Ok(())
}

#[cfg(test)]
mod tests;
