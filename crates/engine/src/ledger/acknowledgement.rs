//! Table `acknowledgement`: what a person answered to a reminder of an occurrence. Not a state
//! of a delivery: what was told stays told.

use calendar::plan::Identity;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{moment, ms};
use crate::error::Result;

/// What a person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Done with it.
    Done,
    /// Seen; no more of it.
    Dismissed,
    /// Tell again then.
    Snoozed(Timestamp),
    /// Opened it.
    Opened,
}

impl Answer {
    /// The word in the ledger.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Dismissed => "dismissed",
            Self::Snoozed(_) => "snoozed",
            Self::Opened => "opened",
        }
    }
}

/// Keeps an answer; a later one replaces it, unless it says less: looking at something takes no
/// answer back, nor does waving away what is done. `place` says where it was given.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(
    tx: &Transaction<'_>,
    name: &Identity,
    generation: u32,
    answer: Answer,
    place: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO acknowledgement (subject, occurrence, reminder, gen, answer, at, until, place)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (subject, occurrence, reminder, gen) DO UPDATE SET answer = ?5, at = ?6, until = ?7, place = ?8
        WHERE ?5 IN ('done', 'snoozed') OR answer = 'opened' OR (?5 = 'dismissed' AND answer <> 'done')";
    let until = match answer {
        Answer::Snoozed(until) => Some(ms(until)),
        Answer::Done | Answer::Dismissed | Answer::Opened => None,
    };
    tx.prepare_cached(sql)?.execute(params![
        name.subject,
        name.occurrence,
        name.reminder,
        generation,
        answer.code(),
        ms(now),
        until,
        place
    ])?;
    Ok(())
}

/// The answer given to a reminder, by its word.
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, name: &Identity, generation: u32) -> Result<Option<String>> {
    let sql = "SELECT answer FROM acknowledgement
        WHERE subject = ?1 AND occurrence = ?2 AND reminder = ?3 AND gen = ?4";
    let values = params![name.subject, name.occurrence, name.reminder, generation];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?)
}

/// After the wall clock went back: what was answered in a future that was false was answered now,
/// and sleeps as long as it was meant to.
///
/// # Errors
/// When the ledger cannot be written.
pub fn rewind(tx: &Transaction<'_>, now: Timestamp) -> Result<()> {
    let sql = "UPDATE acknowledgement SET until = ?1 + (until - at), at = ?1 WHERE at > ?1";
    tx.execute(sql, [ms(now)])?;
    Ok(())
}

/// Until when this trigger's reminder of an occurrence sleeps: the last answer given to it, or to
/// a snooze of it, if that is a snooze.
///
/// # Errors
/// When the ledger cannot be read.
pub fn snoozed_until(
    tx: &Transaction<'_>,
    of: &Identity,
    trigger: &str,
) -> Result<Option<Timestamp>> {
    let sql = "SELECT until FROM acknowledgement
        WHERE subject = ?1 AND occurrence = ?2 AND answer <> 'opened'
        AND (reminder = 't:' || ?3 OR substr(reminder, 1, length(?3) + 3) IN ('s:' || ?3 || ':', 'n:' || ?3 || ':'))
        ORDER BY at DESC, gen DESC LIMIT 1";
    let values = params![of.subject, of.occurrence, trigger];
    let last: Option<Option<i64>> =
        tx.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
    Ok(last.flatten().map(moment))
}

/// When this trigger's reminder of an occurrence was answered last, in whatever way.
///
/// # Errors
/// When the ledger cannot be read.
pub fn last_at(tx: &Transaction<'_>, of: &Identity, trigger: &str) -> Result<Option<Timestamp>> {
    let sql = "SELECT max(at) FROM acknowledgement WHERE subject = ?1 AND occurrence = ?2
        AND (reminder = 't:' || ?3
            OR substr(reminder, 1, length(?3) + 3) IN ('s:' || ?3 || ':', 'n:' || ?3 || ':'))";
    let values = params![of.subject, of.occurrence, trigger];
    let at: Option<i64> = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    Ok(at.map(moment))
}

/// An answer with when and where it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What.
    pub answer: Answer,
    /// When.
    pub at: Timestamp,
    /// Through what: `window`, `cli` or `notification`.
    pub place: String,
}

/// The whole answer given to a reminder.
///
/// # Errors
/// When the ledger cannot be read.
pub fn given(tx: &Transaction<'_>, name: &Identity, generation: u32) -> Result<Option<Given>> {
    let sql = "SELECT answer, at, until, place FROM acknowledgement
        WHERE subject = ?1 AND occurrence = ?2 AND reminder = ?3 AND gen = ?4";
    let values = params![name.subject, name.occurrence, name.reminder, generation];
    let found = tx.prepare_cached(sql)?.query_row(values, |row| {
        let at = moment(row.get("at")?);
        let until: Option<i64> = row.get("until")?;
        let answer = match (row.get_ref("answer")?.as_str()?, until) {
            ("snoozed", Some(until)) => Answer::Snoozed(moment(until)),
            ("dismissed", _) => Answer::Dismissed,
            ("opened", _) => Answer::Opened,
            _ => Answer::Done,
        };
        Ok(Given { answer, at, place: row.get("place")? })
    });
    Ok(found.optional()?)
}
