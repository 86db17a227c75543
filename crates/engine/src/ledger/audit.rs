//! Table `audit`: a row for every transition, in the same transaction as the transition. It is
//! appended to and never changed; replayed, it gives the rows.

mod check;
mod replay;

use calendar::{delivery::State, id::DeliveryId, reason::Reason};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

pub use self::{
    check::{Checked, Fault, check, check_rows},
    replay::{Replayed, Taken, replay},
};
use super::{column, moment, ms};
use crate::{
    clock::{Now, boot_ms},
    error::Result,
};

/// Who made a transition, and in what circumstances.
#[derive(Debug, Clone)]
pub struct Circumstance<'a> {
    /// All clocks.
    pub now: &'a Now,
    /// `service`, `window`, `cli`, `desktop`, …
    pub actor: &'a str,
    /// What ties together the rows of one action.
    pub correlation: &'a str,
    /// The machine's zone.
    pub zone: &'a str,
    /// The zone data's version.
    pub tzdata: &'a str,
}

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Whose.
    pub delivery: DeliveryId,
    /// The token after it.
    pub token: i64,
    /// Before; `None` for a row that came to be.
    pub from: Option<State>,
    /// After.
    pub to: State,
    /// Why.
    pub reason: Reason,
    /// More words, where there are some.
    pub note: &'a str,
}

/// A step as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Before; empty for a row that came to be.
    pub from: String,
    /// After.
    pub to: State,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: Reason,
    /// More words.
    pub note: String,
}

impl AuditRow {
    /// The note as the end of the reason's words: how long a cause of lateness lasted goes on with
    /// the sentence, anything else is in brackets.
    pub fn said_note(&self) -> String {
        match self.note.as_str() {
            "" => String::new(),
            note if self.reason.is_late() => format!(" {note}"),
            note => format!(" ({note})"),
        }
    }
}

/// Appends a step.
///
/// # Errors
/// When the ledger cannot be written.
pub fn append(tx: &Transaction<'_>, circumstance: &Circumstance<'_>, step: Step<'_>) -> Result<()> {
    let sql = "INSERT INTO audit (delivery, at, boot_ms, boot_id, zone, tzdata, actor, token, from_state, to_state,
        reason, correlation, note, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let c = circumstance;
    let (at, boot) = (ms(c.now.wall), boot_ms(c.now));
    let (from, to) = (step.from.map_or("", State::code), step.to.code());
    let checksum = check::checksum(
        step.delivery.bytes(),
        [at, boot, step.token],
        [
            &c.now.boot_id,
            c.zone,
            c.tzdata,
            c.actor,
            from,
            to,
            step.reason.code(),
            c.correlation,
            step.note,
        ],
    );
    tx.prepare_cached(sql)?.execute(params![
        step.delivery.bytes(),
        at,
        boot,
        &*c.now.boot_id,
        c.zone,
        c.tzdata,
        c.actor,
        step.token,
        from,
        to,
        step.reason.code(),
        c.correlation,
        step.note,
        checksum
    ])?;
    Ok(())
}

/// How many steps there ever were: it grows even when old ones go.
///
/// # Errors
/// When the ledger cannot be read.
pub fn last(tx: &Transaction<'_>) -> Result<i64> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'";
    let last: Option<i64> = tx.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0))
}

/// Whether a delivery was in a state before.
///
/// # Errors
/// When the ledger cannot be read.
pub fn has_been(tx: &Transaction<'_>, delivery: DeliveryId, state: State) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE delivery = ?1 AND to_state = ?2)";
    let values = params![delivery.bytes(), state.code()];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// Whether a delivery was told by a step no later than this one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn was_told_by(tx: &Transaction<'_>, delivery: DeliveryId, seq: i64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM audit
        WHERE delivery = ?1 AND to_state = 'completed' AND seq <= ?2)";
    Ok(tx.prepare_cached(sql)?.query_row(params![delivery.bytes(), seq], |row| row.get(0))?)
}

/// Whether a person ever asked for a delivery to be sent.
///
/// # Errors
/// When the ledger cannot be read.
pub fn was_asked_for(tx: &Transaction<'_>, delivery: DeliveryId) -> Result<bool> {
    was(tx, delivery, Reason::RetryAsked)
}

/// Whether a delivery ever had another moment.
///
/// # Errors
/// When the ledger cannot be read.
pub fn was_moved(tx: &Transaction<'_>, delivery: DeliveryId) -> Result<bool> {
    was(tx, delivery, Reason::Moved)
}

fn was(tx: &Transaction<'_>, delivery: DeliveryId, reason: Reason) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE delivery = ?1 AND reason = ?2)";
    let values = params![delivery.bytes(), reason.code()];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// Every step of a delivery, in order.
///
/// # Errors
/// When the ledger cannot be read.
pub fn of(tx: &Transaction<'_>, delivery: DeliveryId) -> Result<Vec<AuditRow>> {
    let sql = "SELECT at, from_state, to_state, actor, reason, note FROM audit WHERE delivery = ?1 ORDER BY seq";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([delivery.bytes()], |row| {
        Ok(AuditRow {
            at: moment(row.get("at")?),
            from: row.get("from_state")?,
            to: column::<State>(row, "to_state")?,
            actor: row.get("actor")?,
            reason: column::<Reason>(row, "reason")?,
            note: row.get("note")?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
