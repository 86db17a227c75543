//! Table `delivery`: one obligation to tell a row. Every change of state is one guarded
//! statement whose row count is looked at, and goes with its audit row (see `audit`).

mod chain;
mod home;
mod latest;
mod screen;
mod write;

use calendar::{
    delivery::{Guarantee, Profile, Row as Facts, State},
    id::{ChannelId, DeliveryId, EventId},
    nag::Insist,
    plan::Identity,
    policy::{Collapse, UseBy},
    reason::Reason,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

pub use self::{
    chain::{
        is_known, is_told_again, last_nag, nagging_since, replaced_by, tellings, told_first,
        unanswered,
    },
    home::{hand_over, hand_over_all, hand_over_from},
    latest::{newest_due, told_after},
    screen::{closed, is_on_screen, left_on, replaced, shown},
    write::{Effects, Retimed, claim, enter, flag_cancel, insert, made_now, retime, wait_anew},
};
use super::{Cells, moment, ms};
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
    /// Whether it is told again until it is answered, and rings at any hour.
    pub insist: Insist,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When it was last changed: for one that ended, when it did.
    pub updated_at: Timestamp,
}

impl DeliveryRow {
    /// Whether a person asked for it to be sent: then no other one stands for it.
    pub fn is_asked_for(&self) -> bool {
        self.facts.reason == Reason::RetryAsked || self.late_cause.is_some_and(Reason::is_asked_for)
    }

    /// Whether it was cancelled before its moment came.
    pub fn is_withdrawn(&self) -> bool {
        let is_early = self.attempts == 0 && self.updated_at < self.facts.due;
        self.facts.state == State::Cancelled && is_early
    }

    /// Whether nobody can have it yet: it was never tried, or found nobody, and nobody asked for it
    /// either.
    pub fn is_unsent(&self) -> bool {
        self.facts.failures == 0 && self.facts.crashes == 0 && !self.is_asked_for()
    }
}

pub(super) const COLUMNS: &str = "d.id, d.key, d.event, d.subject, d.occurrence, d.reminder, d.channel, d.gen,
    d.state, d.reason, d.due, d.use_by, d.over, d.not_before, d.failures, d.crashes, d.cancel_wanted,
    c.kind AS channel_kind, c.guarantee, c.retries, d.grace, d.collapse, d.label, d.starts, d.ends, d.late_cause,
    d.token, d.attempts, d.again, d.payload, d.told_at, d.into_row, d.shown_by, d.nag, d.alarm, d.created_at,
    d.updated_at";
pub(super) const FROM: &str = "FROM delivery d JOIN channel c ON c.id = d.channel";

/// What each pass and each edit asks, by indexes alone: see the test.
const DUE: &str = "WHERE d.id IN (
            SELECT id FROM delivery WHERE state = 'scheduled' AND due BETWEEN ?9 AND ?1
            UNION ALL SELECT id FROM delivery WHERE waits AND not_before <= ?1
            UNION ALL SELECT id FROM delivery WHERE state IN ('pending', 'held') AND due >= ?9
            UNION ALL SELECT id FROM delivery WHERE waits AND use_by <= ?1
        ) AND d.due >= ?9 AND (c.kind = 'desktop') = ?3
        AND NOT (d.state = 'held' AND d.reason = ?4 AND d.alarm = 0 AND d.not_before > ?1
            AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = d.event AND e.overlap <> 'allow'))
        AND NOT ((d.use_by IS NULL OR d.use_by > ?1) AND d.due > ?5 AND (hex(d.channel) IN (SELECT value FROM json_each(?6))
            OR (d.state = 'held' AND d.reason IN ('held.endpoint_resting', 'held.endpoint_asked') AND d.not_before > ?1
                AND hex(d.channel) IN (SELECT value FROM json_each(?7))))
            AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = d.event AND e.overlap <> 'allow'))
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = d.event AND e.plan_at <= ?1)
        ORDER BY d.due + d.grace * 1000 < ?1, d.due + d.grace * 1000 < ?1 AND d.failures = 0 AND d.crashes = 0
            AND d.event IS NOT NULL AND d.reason <> 'retry.asked'
            AND coalesce(d.late_cause, '') NOT IN ('late.retry_asked', 'late.asked')
            AND hex(d.channel) IN (SELECT value FROM json_each(?8)), d.due, d.id LIMIT ?2";
const NEXT_LOOK: &str = "SELECT min(at) FROM (
        SELECT min(due) AS at FROM delivery WHERE state = 'scheduled' AND due > ?1
        UNION ALL SELECT min(due) FROM delivery WHERE state IN ('pending', 'held') AND due > ?1
        UNION ALL SELECT min(not_before) FROM delivery WHERE waits AND not_before > ?1
        UNION ALL SELECT min(use_by) FROM delivery WHERE waits AND use_by > ?1)";
const NEWEST: &str = "WHERE d.subject = ?1 AND d.occurrence = ?2 AND d.reminder = ?3 AND d.channel = ?4
        ORDER BY d.gen DESC, d.state = 'cancelled' AND d.attempts = 0, d.created_at DESC, d.id DESC LIMIT 1";
const LIVE_OF: &str = "WHERE d.subject = ?1 AND d.live ORDER BY d.due";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    read_from(&mut Cells::new(row))
}

/// [`COLUMNS`], in their order.
pub(super) fn read_from(cells: &mut Cells<'_, '_>) -> rusqlite::Result<DeliveryRow> {
    let id = DeliveryId::from_bytes(cells.take("id")?);
    let key: String = cells.take("key")?;
    let event = cells.take::<Option<[u8; 16]>>("event")?.map(EventId::from_bytes);
    let identity = Identity {
        subject: cells.take("subject")?,
        occurrence: cells.take("occurrence")?,
        reminder: cells.take("reminder")?,
        channel: ChannelId::from_bytes(cells.take("channel")?),
    };
    let generation = cells.take("gen")?;
    let spread = key.bytes().fold(0, |sum: u16, byte| (sum * 31 + u16::from(byte)) % 1000);
    Ok(DeliveryRow {
        id,
        key,
        event,
        identity,
        generation,
        facts: facts(cells, spread)?,
        collapse: cells.parse("collapse")?,
        label: cells.take("label")?,
        span: (moment(cells.take("starts")?), moment(cells.take("ends")?)),
        late_cause: cells.take::<Option<String>>("late_cause")?.and_then(|text| text.parse().ok()),
        token: cells.take("token")?,
        attempts: cells.take("attempts")?,
        again: cells.take("again")?,
        payload: cells.take("payload")?,
        told_at: cells.moment("told_at")?,
        into: cells.take::<Option<[u8; 16]>>("into_row")?.map(DeliveryId::from_bytes),
        shown_by: cells.take("shown_by")?,
        insist: Insist { nag: cells.nag("nag")?, alarm: cells.take("alarm")? },
        created_at: moment(cells.take("created_at")?),
        updated_at: moment(cells.take("updated_at")?),
    })
}

fn facts(cells: &mut Cells<'_, '_>, spread: u16) -> rusqlite::Result<Facts> {
    Ok(Facts {
        state: cells.parse::<State>("state")?,
        reason: cells.parse::<Reason>("reason")?,
        due: moment(cells.take("due")?),
        use_by: cells.moment("use_by")?,
        over: cells.parse::<UseBy>("over")?,
        not_before: cells.moment("not_before")?,
        failures: cells.take("failures")?,
        crashes: cells.take("crashes")?,
        cancel_wanted: cells.take("cancel_wanted")?,
        desktop: cells.text("channel_kind")? == "desktop",
        guarantee: cells.parse::<Guarantee>("guarantee")?,
        profile: cells.parse::<Profile>("retries")?,
        grace: cells.take("grace")?,
        spread,
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

/// The deliveries of this `schedule:NANOSECONDS`, a few.
///
/// # Errors
/// When the ledger cannot be read.
pub fn by_schedule(tx: &Transaction<'_>, schedule: &str) -> Result<Vec<DeliveryRow>> {
    let nanoseconds = schedule.strip_prefix("schedule:").and_then(|text| text.parse::<i64>().ok());
    let Some(due) = nanoseconds.map(|due| due.div_euclid(1_000_000)) else { return Ok(Vec::new()) };
    let rest = "WHERE d.due = ?1 AND d.schedule = ?2 ORDER BY d.id LIMIT 10";
    several(tx, rest, params![due, schedule])
}

/// The newest row of a name: the highest generation, and of equals the one that holds the place.
///
/// # Errors
/// When the ledger cannot be read.
pub fn newest(tx: &Transaction<'_>, name: &Identity) -> Result<Option<DeliveryRow>> {
    let values = params![name.subject, name.occurrence, name.reminder, name.channel.bytes()];
    Ok(several(tx, NEWEST, values)?.pop())
}

/// When a name was told in this generation, if it was.
///
/// # Errors
/// When the ledger cannot be read.
pub fn told_as(tx: &Transaction<'_>, of: &Identity, generation: u32) -> Result<Option<Timestamp>> {
    let sql = "SELECT told_at FROM delivery WHERE subject = ?1 AND occurrence = ?2 AND reminder = ?3 AND channel = ?4
        AND gen = ?5 AND state = 'completed'";
    let values = params![of.subject, of.occurrence, of.reminder, of.channel.bytes(), generation];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0).map(moment)).optional()?)
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
    let rest = "WHERE d.event = ?1 AND d.live ORDER BY d.due";
    several(tx, rest, [event.bytes()])
}

/// The rows of a series that an edit took away: those due by a moment, and snoozes and nags due at any.
///
/// # Errors
/// When the ledger cannot be read.
pub fn taken_away(
    tx: &Transaction<'_>,
    subject: &str,
    due_by: Timestamp,
) -> Result<Vec<DeliveryRow>> {
    let rest =
        "WHERE d.subject = ?1 AND (d.due <= ?2 OR d.reminder GLOB '[sn]:*') AND d.state = 'cancelled'
        AND d.reason IN ('cancelled.edited', 'cancelled.deleted', 'cancelled.left_out', 'cancelled.disabled')
        ORDER BY d.created_at DESC LIMIT 1000";
    several(tx, rest, params![subject, ms(due_by)])
}

/// The live rows of one courier, due from one moment on, that are to be decided on now: what is fresh
/// before what is late, the oldest first; and last what is late through channels that are not free for that. Rows that are held
/// for the reason that holds their courier now (`held_for`) need no look before their hold ends, unless
/// they are runs that leave each other no room; nor have those whose event is still to be planned, for
/// a later one may be told instead.
///
/// # Errors
/// When the ledger cannot be read.
pub fn due(
    tx: &Transaction<'_>,
    (from, now): (Timestamp, Timestamp),
    limit: u32,
    desktop: bool,
    held_for: Option<Reason>,
    closed: &Closed,
) -> Result<Vec<DeliveryId>> {
    let month_ago = ms(now) - 30 * 86_400_000;
    let reason = held_for.map_or("", Reason::code);
    let (waiting, resting, paced) =
        (hex(&closed.waiting), hex(&closed.resting), hex(&closed.paced));
    let mut statement = tx.prepare_cached(&format!("SELECT d.id {FROM} {DUE}"))?;
    let values =
        params![ms(now), limit, desktop, reason, month_ago, waiting, resting, paced, ms(from)];
    let ids = statement.query_map(values, |row| row.get(0).map(DeliveryId::from_bytes))?;
    Ok(ids.collect::<std::result::Result<_, _>>()?)
}

/// Whether more than this many are due or wait.
///
/// # Errors
/// When the ledger cannot be read.
pub fn are_due(tx: &Transaction<'_>, now: Timestamp, many: u32) -> Result<bool> {
    let sql = "SELECT count(*) > ?2 FROM (
        SELECT 1 FROM delivery WHERE state = 'scheduled' AND due <= ?1
        UNION ALL SELECT 1 FROM delivery WHERE state IN ('pending', 'held') LIMIT ?2 + 1)";
    Ok(tx.prepare_cached(sql)?.query_row(params![ms(now), many], |row| row.get(0))?)
}

/// Whether something that was planned or changed since the one moment has been due since before
/// the other.
///
/// # Errors
/// When the ledger cannot be read.
pub fn is_unseen(tx: &Transaction<'_>, since: Timestamp, until: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM delivery WHERE state = 'scheduled' AND due < ?2
        AND updated_at BETWEEN ?1 AND ?2)";
    Ok(tx.prepare_cached(sql)?.query_row(params![ms(since), ms(until)], |row| row.get(0))?)
}

/// Endpoints that cannot be called just now.
#[derive(Debug, Clone, Default)]
pub struct Closed {
    /// Those whose rows wait as they are.
    pub waiting: Vec<ChannelId>,
    /// Those whose rows are held.
    pub resting: Vec<ChannelId>,
    /// Those whose late rows have to wait: they hide none that need not.
    pub paced: Vec<ChannelId>,
}

/// Ids as [`DUE`] compares them.
fn hex(ids: &[ChannelId]) -> String {
    let one = |id: &ChannelId| id.bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    let all: Vec<String> = ids.iter().map(one).collect();
    serde_json::to_string(&all).expect("BUG: a list of words is JSON")
}

/// How many rows of a channel are being sent.
///
/// # Errors
/// When the ledger cannot be read.
pub fn under_way(tx: &Transaction<'_>, channel: ChannelId) -> Result<u32> {
    let sql = "SELECT count(*) FROM delivery WHERE state = 'processing' AND owner IS NOT NULL AND +channel = ?1";
    Ok(tx.prepare_cached(sql)?.query_row([channel.bytes()], |row| row.get(0))?)
}

/// Whether something is being sent that was cut off before.
///
/// # Errors
/// When the ledger cannot be read.
pub fn cut_off_under_way(tx: &Transaction<'_>) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM delivery
        WHERE state = 'processing' AND owner IS NOT NULL AND crashes > 0)";
    Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
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

/// The rows this owner is sending.
///
/// # Errors
/// When the ledger cannot be read.
pub fn claimed_by(tx: &Transaction<'_>, owner: &[u8; 16]) -> Result<Vec<DeliveryRow>> {
    several(tx, "WHERE d.state = 'processing' AND d.owner = ?1 ORDER BY +d.due", [owner])
}

/// The live rows that are due by now, the oldest first, at most `limit`.
///
/// # Errors
/// When the ledger cannot be read.
pub fn unfinished(tx: &Transaction<'_>, now: Timestamp, limit: u32) -> Result<Vec<DeliveryRow>> {
    let rest = "WHERE d.id IN (
            SELECT id FROM delivery WHERE state = 'scheduled' AND due <= ?1
            UNION ALL SELECT id FROM delivery WHERE state IN ('pending', 'held') AND due <= ?1
            UNION ALL SELECT id FROM delivery WHERE waits AND state = 'retrying' AND not_before > -1 AND +due <= ?1
            UNION ALL SELECT id FROM delivery WHERE state = 'processing' AND owner > x'' AND +due <= ?1
            LIMIT ?2) ORDER BY d.due, d.id";
    several(tx, rest, params![ms(now), limit])
}

/// The live snoozes and nags that came to be after `now`: in a future that was false.
///
/// # Errors
/// When the ledger cannot be read.
pub fn snoozed_after(tx: &Transaction<'_>, now: Timestamp) -> Result<Vec<DeliveryRow>> {
    let rest = "WHERE d.created_at > ?1 AND d.reminder GLOB '[sn]:*' AND d.state <> 'processing'
        AND d.live ORDER BY +d.due, d.id";
    several(tx, rest, [ms(now)])
}

/// The snoozes that are due after `now` and ended all the same.
///
/// # Errors
/// When the ledger cannot be read.
pub fn snoozes_ended_before(tx: &Transaction<'_>, now: Timestamp) -> Result<Vec<DeliveryRow>> {
    let rest = "WHERE d.due > ?1 AND d.reminder GLOB 's:*' AND d.state IN ('expired', 'coalesced')
        ORDER BY d.due, d.id";
    several(tx, rest, [ms(now)])
}

/// The live rows of a channel with a subject after this one, up to that one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn live_through(
    tx: &Transaction<'_>,
    channel: ChannelId,
    (after, until): (&str, Option<&str>),
) -> Result<Vec<DeliveryRow>> {
    let rest =
        "WHERE d.subject > ?2 AND (?3 IS NULL OR d.subject <= ?3) AND +d.channel = ?1 AND d.live";
    several(tx, rest, params![channel.bytes(), after, until])
}

/// The subject of the live row that follows on this subject after so many; none if there are fewer.
///
/// # Errors
/// When the ledger cannot be read.
pub fn live_after(tx: &Transaction<'_>, subject: &str, many: u32) -> Result<Option<String>> {
    let sql = "SELECT subject FROM delivery WHERE subject > ?1 AND live ORDER BY subject LIMIT 1 OFFSET ?2";
    Ok(tx.prepare_cached(sql)?.query_row(params![subject, many], |row| row.get(0)).optional()?)
}

/// The unfinished rows of a channel that are due by now.
///
/// # Errors
/// When the ledger cannot be read.
pub fn due_through(
    tx: &Transaction<'_>,
    channel: ChannelId,
    now: Timestamp,
) -> Result<Vec<DeliveryRow>> {
    let rest = "WHERE d.id IN (
            SELECT id FROM delivery WHERE state = 'scheduled' AND due <= ?2
            UNION ALL SELECT id FROM delivery WHERE state IN ('pending', 'held') AND due <= ?2
            UNION ALL SELECT id FROM delivery WHERE waits AND state = 'retrying' AND not_before > -1
        ) AND +d.channel = ?1 ORDER BY d.due, d.id";
    several(tx, rest, params![channel.bytes(), ms(now)])
}

#[cfg(test)]
mod frame;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod tests;
