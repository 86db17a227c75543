//! What is written to a delivery: each change is one guarded statement that names the state and the
//! token it was read with, and says whether it met them.

use calendar::{
    delivery::{State, counts_from_now},
    id::DeliveryId,
    nag::{Insist, Nag},
    policy::{Collapse, UseBy},
    reason::Reason,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{super::ms, DeliveryRow};
use crate::{
    clock::{Now, boot_ms},
    courier::PopUp,
    error::Result,
    planted::{Planted, is_planted, was_claimed},
};

/// Inserts a planned row.
///
/// # Errors
/// When the name is taken: then nothing was inserted.
pub fn insert(tx: &Transaction<'_>, row: &DeliveryRow, tzdata: &str) -> Result<()> {
    let sql = "INSERT INTO delivery (id, key, event, subject, occurrence, reminder, channel, gen, state, reason,
        due, schedule, use_by, over, grace, collapse, label, starts, ends, tzdata, late_cause, again, created_at,
        updated_at, nag, alarm, answered) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
        ?18, ?19, ?20, ?21, ?22, ?23, ?23, ?24, ?25, EXISTS (SELECT 1 FROM acknowledgement
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
        ms(row.created_at),
        row.insist.nag.map(Nag::seconds),
        row.insist.alarm
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
    /// What it is on the screen.
    pub shown_by: Option<PopUp>,
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
    now: &Now,
) -> Result<bool> {
    let sql =
        "UPDATE delivery SET state = ?4, reason = ?5, not_before = ?6, told_at = ?7, into_row = ?8,
        failures = failures + ?9, crashes = crashes + ?10, again = max(again, ?11),
        late_cause = coalesce(?12, late_cause), shown_by = coalesce(?13, shown_by), owner = NULL,
        cancel_wanted = 0, updated_at = ?14, wait = ?15, wait_since = ?16, wait_boot = ?17,
        shown_to = coalesce(?18, shown_to), shown_as = coalesce(?19, shown_as)
        WHERE id = ?1 AND state = ?2 AND token = ?3";
    let e = effects;
    let wait = e.not_before.filter(|at| counts_from_now(&row.facts, (state, reason), *at));
    let wait = wait.map(|at| (ms(at) - ms(now.wall)).max(0));
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
        e.shown_by.as_ref().map(|pop_up| &pop_up.screen.owner),
        ms(now.wall),
        wait,
        wait.map(|_| boot_ms(now)),
        wait.map(|_| &*now.boot_id),
        e.shown_by.as_ref().map(|pop_up| &pop_up.screen.connection),
        e.shown_by.as_ref().map(|pop_up| pop_up.id)
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
        WHERE id = ?1 AND state = ?2 AND token = ?3";
    let values = params![
        row.id.bytes(),
        row.facts.state.code(),
        row.token,
        Reason::Claimed.code(),
        owner,
        payload,
        ms(now)
    ];
    if is_planted(Planted::SelectThenUpdate) {
        was_claimed(row.id);
        let any = "AND ?2 <> '' AND ?3 >= 0 RETURNING token";
        let sql = sql.replace("AND state = ?2 AND token = ?3", any);
        return Ok(tx.prepare_cached(&sql)?.query_row(values, |row| row.get(0)).optional()?);
    }
    // Without RETURNING, for which SQLite makes a table each time.
    Ok((tx.prepare_cached(sql)?.execute(values)? == 1).then_some(row.token + 1))
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
    /// Whether it is told again until it is answered, and rings at any hour.
    pub insist: Insist,
}

/// Gives an unclaimed live row its new moment. A hold that lasts as long as any may goes on doing
/// so, and nothing waits beyond the new end.
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
        grace = ?15, nag = ?16, alarm = ?17, not_before = CASE
            WHEN state = 'held' AND not_before = coalesce(use_by, due + 2592000000) THEN coalesce(?6, ?4 + 2592000000)
            WHEN not_before IS NOT NULL THEN min(not_before, coalesce(?6, not_before)) END
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
        to.grace,
        to.insist.nag.map(Nag::seconds),
        to.insist.alarm
    ])?;
    Ok(changed == 1)
}

/// Notes of a live row that it came to be now, where the clock said that it was later.
///
/// # Errors
/// When the ledger cannot be written.
pub fn made_now(tx: &Transaction<'_>, row: &DeliveryRow, now: Timestamp) -> Result<()> {
    let sql = "UPDATE delivery SET created_at = ?4 WHERE id = ?1 AND state = ?2 AND token = ?3";
    let values = params![row.id.bytes(), row.facts.state.code(), row.token, ms(now)];
    tx.prepare_cached(sql)?.execute(values)?;
    Ok(())
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

/// After a clock was set or the machine was started anew: waits that were counted from a moment
/// last as long as they were meant to. Of those of another boot it is not known how much has passed,
/// so they last as long again at most. Where it is not known how long that was, what waits ends as
/// much earlier as the clock went `back`.
///
/// # Errors
/// When the ledger cannot be written.
pub fn wait_anew(tx: &Transaction<'_>, now: &Now, back: Option<i64>) -> Result<()> {
    let sql = "UPDATE delivery SET not_before = min(coalesce(use_by, 1e18), CASE
            WHEN wait_boot = ?2 THEN max(due, ?1 + min(wait, max(0, wait_since + wait - ?3)))
            ELSE max(due, min(not_before, ?1 + wait)) END)
        WHERE waits AND state <> 'pending' AND not_before > -1 AND wait IS NOT NULL";
    tx.execute(sql, params![ms(now.wall), &*now.boot_id, boot_ms(now)])?;
    let sql = "UPDATE delivery SET not_before = max(?2, due, not_before - ?1)
        WHERE waits AND state = 'retrying' AND not_before > ?2 AND wait IS NULL";
    tx.execute(sql, params![back.unwrap_or(0), ms(now.wall)])?;
    Ok(())
}
