//! Table `channel`: where reminders go. URLs and secrets are sealed; this table never sees them.

use calendar::{
    delivery::{Guarantee, Profile},
    id::ChannelId,
    network::Network,
    reason::Reason,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{column, moment, ms};
use crate::{
    error::{Error, Result},
    rate::Rate,
};

/// What kind of channel it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// This desktop.
    Desktop,
    /// A webhook endpoint.
    Webhook,
}

impl ChannelKind {
    /// The word in the ledger and in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Webhook => "webhook",
        }
    }
}

impl std::str::FromStr for ChannelKind {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "desktop" => Ok(Self::Desktop),
            "webhook" => Ok(Self::Webhook),
            other => Err(format!("channel kind '{other}' is not known")),
        }
    }
}

/// A channel, its secrets still sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRow {
    /// Which.
    pub id: ChannelId,
    /// Of what kind.
    pub kind: ChannelKind,
    /// Its name, unique among those in use.
    pub name: String,
    /// What addresses it may call.
    pub network: Network,
    /// What it promises.
    pub guarantee: Guarantee,
    /// How patiently it tries.
    pub retries: Profile,
    /// How fast it is called at most.
    pub rate: Rate,
    /// Sealed URL.
    pub url: Option<Vec<u8>>,
    /// Sealed secret.
    pub secret: Option<Vec<u8>>,
    /// The sealed secret of before, and until when it signs beside the new one.
    pub old: Option<(Vec<u8>, Timestamp)>,
    /// Why it is switched off, if it is.
    pub off_reason: Option<String>,
    /// Whether it was removed.
    pub removed: bool,
}

impl ChannelRow {
    /// Why it is switched off, in words.
    pub fn off_words(&self) -> Option<&str> {
        let gone = Reason::DeadGone.code();
        self.off_reason.as_deref().map(|code| match code {
            code if code == gone => "its endpoint said it is gone",
            other => other,
        })
    }
}

const COLUMNS: &str =
    "id, kind, name, network, guarantee, retries, rate, burst, url, secret, old_secret, old_until,
    off_reason, deleted_at IS NOT NULL AS removed";

fn read(row: &Row<'_>) -> rusqlite::Result<ChannelRow> {
    let old_until = row.get::<_, Option<i64>>("old_until")?.map(moment);
    Ok(ChannelRow {
        id: ChannelId::from_bytes(row.get("id")?),
        kind: column(row, "kind")?,
        name: row.get("name")?,
        network: column(row, "network")?,
        guarantee: column(row, "guarantee")?,
        retries: column(row, "retries")?,
        rate: Rate { per_second: row.get("rate")?, burst: row.get("burst")? },
        url: row.get("url")?,
        secret: row.get("secret")?,
        old: row.get::<_, Option<Vec<u8>>>("old_secret")?.zip(old_until),
        off_reason: row.get("off_reason")?,
        removed: row.get("removed")?,
    })
}

/// All channels in use, this desktop first.
///
/// # Errors
/// When the ledger cannot be read.
pub fn all(tx: &Transaction<'_>) -> Result<Vec<ChannelRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channel WHERE deleted_at IS NULL ORDER BY kind <> 'desktop', name"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// This channel, also one that was removed.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, id: ChannelId) -> Result<Option<ChannelRow>> {
    let sql = format!("SELECT {COLUMNS} FROM channel WHERE id = ?1");
    Ok(tx.prepare_cached(&sql)?.query_row([id.bytes()], read).optional()?)
}

/// Adds a channel.
///
/// # Errors
/// When the name is taken.
pub fn insert(tx: &Transaction<'_>, channel: &ChannelRow) -> Result<()> {
    let sql = "INSERT INTO channel (id, kind, name, network, guarantee, retries, url, secret, rate,
        burst) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let c = channel;
    let values = params![
        c.id.bytes(),
        c.kind.code(),
        c.name,
        c.network.code(),
        c.guarantee.code(),
        c.retries.code(),
        c.url,
        c.secret,
        c.rate.per_second,
        c.rate.burst
    ];
    tx.execute(sql, values)?;
    Ok(())
}

/// Switches a channel off, saying why.
///
/// # Errors
/// When the ledger cannot be written.
pub fn switch_off(tx: &Transaction<'_>, id: ChannelId, reason: &str) -> Result<()> {
    let sql = "UPDATE channel SET off_reason = ?2, revision = revision + 1 WHERE id = ?1";
    tx.execute(sql, params![id.bytes(), reason])?;
    Ok(())
}

/// Switches a channel on again.
///
/// # Errors
/// When the ledger cannot be written.
pub fn switch_on(tx: &Transaction<'_>, id: ChannelId) -> Result<()> {
    let sql = "UPDATE channel SET off_reason = NULL, revision = revision + 1 WHERE id = ?1";
    tx.execute(sql, params![id.bytes()])?;
    Ok(())
}

/// Changes what a channel promises, how patiently it is tried and how fast it is called at most.
///
/// # Errors
/// When the ledger cannot be written.
pub fn change(tx: &Transaction<'_>, channel: &ChannelRow) -> Result<()> {
    let sql = "UPDATE channel SET guarantee = ?2, retries = ?3, rate = ?4, burst = ?5,
        revision = revision + 1 WHERE id = ?1";
    let c = channel;
    let (promise, patience) = (c.guarantee.code(), c.retries.code());
    let values = params![c.id.bytes(), promise, patience, c.rate.per_second, c.rate.burst];
    tx.execute(sql, values)?;
    Ok(())
}

/// Gives an endpoint another secret; those of before go on signing until then, one in each line.
///
/// # Errors
/// When there is no such endpoint.
pub fn rotate(
    tx: &Transaction<'_>,
    id: ChannelId,
    (secret, others): (&[u8], &[u8]),
    until: Timestamp,
) -> Result<()> {
    let sql =
        "UPDATE channel SET old_secret = ?4, old_until = ?3, secret = ?2, revision = revision + 1
        WHERE id = ?1 AND deleted_at IS NULL AND kind <> 'desktop'";
    match tx.execute(sql, params![id.bytes(), secret, ms(until), others])? {
        1 => Ok(()),
        _ => Err(Error::not_found("channel", id)),
    }
}

/// Forgets the secrets that sign no more.
///
/// # Errors
/// When the ledger cannot be written.
pub fn forget_old_secrets(tx: &Transaction<'_>, now: Timestamp) -> Result<()> {
    let sql = "UPDATE channel SET old_secret = NULL, old_until = NULL WHERE old_until <= ?1";
    tx.execute(sql, params![ms(now)])?;
    Ok(())
}

/// Takes a channel out of use; its secret is forgotten at once.
///
/// # Errors
/// When there is no such channel, or it is this desktop.
pub fn remove(tx: &Transaction<'_>, id: ChannelId, now: Timestamp) -> Result<()> {
    let sql = "UPDATE channel SET deleted_at = ?2, secret = zeroblob(0), old_secret = NULL, url = zeroblob(0)
        WHERE id = ?1 AND deleted_at IS NULL AND kind <> 'desktop'";
    match tx.execute(sql, params![id.bytes(), ms(now)])? {
        1 => Ok(()),
        _ => Err(Error::not_found("channel", id)),
    }
}

/// The titles of the first three events, in the order of their ids, that would ring again and only through a
/// channel, and how many there are. What removing it answers names the same.
///
/// # Errors
/// When the ledger cannot be read.
pub fn alone_through(tx: &Transaction<'_>, id: ChannelId) -> Result<(Vec<String>, u32)> {
    let sql = "SELECT e.title, count(*) OVER () FROM event e
        WHERE e.deleted_at IS NULL AND e.enabled AND e.id IN (SELECT event FROM reminder WHERE channel = ?1)
            AND NOT EXISTS (SELECT 1 FROM reminder r WHERE r.event = e.id AND r.channel <> ?1)
            AND (e.plan_at IS NOT NULL OR EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id AND d.live))
        ORDER BY e.id LIMIT 3";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([id.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(String, u32)> = rows.collect::<std::result::Result<_, _>>()?;
    let many = found.first().map_or(0, |(_, many)| *many);
    Ok((found.into_iter().map(|(title, _)| title).collect(), many))
}

/// How many reminders of events are still to be told through a channel, and how many are being sent.
///
/// # Errors
/// When the ledger cannot be read.
pub fn to_come(tx: &Transaction<'_>, id: ChannelId) -> Result<(u32, u32)> {
    let sql = "SELECT count(*) FILTER (WHERE state <> 'processing'), count(*) FILTER (WHERE state = 'processing')
        FROM delivery WHERE live AND +channel = ?1 AND event IS NOT NULL";
    Ok(tx.prepare_cached(sql)?.query_row([id.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// When something was last told through a channel.
///
/// # Errors
/// When the ledger cannot be read.
pub fn last_told(tx: &Transaction<'_>, id: ChannelId) -> Result<Option<Timestamp>> {
    let sql = "SELECT told_at FROM delivery WHERE channel = ?1 AND state = 'completed'
        ORDER BY due DESC LIMIT 1";
    let found: Option<i64> =
        tx.prepare_cached(sql)?.query_row([id.bytes()], |row| row.get(0)).optional()?;
    Ok(found.map(moment))
}

/// Looked at are so many of a channel's newest deliveries.
const NEWEST: u32 = 200;

/// What became of the newest try that failed of those not told since: when it ended, its status
/// and what was said.
///
/// # Errors
/// When the ledger cannot be read.
pub fn last_failed(
    tx: &Transaction<'_>,
    id: ChannelId,
    now: Timestamp,
) -> Result<Option<(Timestamp, Option<u16>, String)>> {
    let sql = "SELECT a.finished, a.status, a.detail FROM (SELECT id, state, failures FROM delivery
            WHERE channel = ?1 AND due <= ?2 ORDER BY due DESC LIMIT ?3) d
        JOIN attempt a ON a.delivery = d.id
        WHERE a.finished IS NOT NULL AND (d.state IN ('retrying', 'dead', 'review')
            OR d.state IN ('pending', 'processing', 'held') AND d.failures > 0)
        ORDER BY a.finished DESC LIMIT 1";
    let found = tx
        .prepare_cached(sql)?
        .query_row(params![id.bytes(), ms(now), NEWEST], |row| {
            Ok((moment(row.get(0)?), row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(found)
}
