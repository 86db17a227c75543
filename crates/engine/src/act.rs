//! One transaction at work: everything a change needs at hand, and the one way in which
//! deliveries come to be and change state, so that no step goes without its audit row.

use calendar::{
    delivery::{Class, Row as Facts, State},
    id::{DeliveryId, EventId},
    nag::Insist,
    occurrence::Context,
    plan::{Identity, Wanted},
    policy::{Collapse, UseBy},
    reason::Reason,
};
use jiff::Timestamp;
use rusqlite::Transaction;

use crate::{
    clock::Now,
    engine::{Actor, delivery_id},
    error::Result,
    key::key,
    ledger::{
        audit::{self, Circumstance, Step},
        delivery::{self, DeliveryRow, Effects},
        statistic,
    },
    message::spoken,
};

/// A transaction with its circumstances.
pub(crate) struct Act<'a> {
    pub(crate) tx: &'a Transaction<'a>,
    pub(crate) now: Now,
    pub(crate) context: Context,
    pub(crate) actor: &'static str,
    installation: &'a str,
    correlation: String,
    cause: String,
    /// Rows the connection had changed before this transaction.
    changed_before: u64,
}

/// Rows a transaction of a longer work changes before it leaves the rest to the next one: others
/// wait for the ledger meanwhile.
const MUCH: u64 = 1_000;

/// A row to be planned.
pub(crate) struct Planned<'w> {
    pub(crate) event: Option<EventId>,
    pub(crate) identity: Identity,
    pub(crate) generation: u32,
    pub(crate) state: State,
    pub(crate) reason: Reason,
    pub(crate) due: Timestamp,
    pub(crate) use_by: Option<Timestamp>,
    pub(crate) over: UseBy,
    pub(crate) grace: i64,
    pub(crate) collapse: Collapse,
    pub(crate) label: &'w str,
    pub(crate) span: (Timestamp, Timestamp),
    pub(crate) late_cause: Option<Reason>,
    pub(crate) insist: Insist,
}

impl<'w> Planned<'w> {
    /// What an event wants, to be planned in this state.
    pub(crate) fn of(
        event: &calendar::event::Event,
        wanted: &Wanted,
        label: &'w str,
        generation: u32,
        (state, reason): (State, Reason),
    ) -> Self {
        Self {
            event: Some(event.id),
            identity: wanted.identity.clone(),
            generation,
            state,
            reason,
            due: wanted.due,
            use_by: wanted.use_by,
            over: wanted.over,
            grace: event.kind.defaults().grace,
            collapse: event.collapse(&event.reminders[wanted.reminder]),
            label,
            span: (wanted.occurrence.start, wanted.occurrence.end),
            late_cause: None,
            insist: event.reminders[wanted.reminder].insist,
        }
    }
}

impl<'a> Act<'a> {
    /// An instant as people read it.
    pub(crate) fn spoken(&self, at: Timestamp) -> String {
        spoken(at, &self.context.machine_zone())
    }

    pub(crate) fn new(
        tx: &'a Transaction<'a>,
        now: Now,
        context: Context,
        actor: Actor,
        installation: &'a str,
    ) -> Self {
        let correlation = delivery_id(&now).to_string().replace("dlv_", "act_");
        Self {
            tx,
            now,
            context,
            actor: actor.code(),
            installation,
            correlation,
            cause: String::new(),
            changed_before: tx.total_changes(),
        }
    }

    /// Whether this transaction has changed so many rows that the rest is for the next one.
    pub(crate) fn has_changed_much(&self) -> bool {
        self.tx.total_changes().saturating_sub(self.changed_before) >= MUCH
    }

    /// The same transaction with a cause, which stands in brackets behind each of its steps.
    pub(crate) fn because(self, cause: &str) -> Self {
        Self { cause: cause.into(), ..self }
    }

    /// The wall time of this transaction.
    pub(crate) fn wall(&self) -> Timestamp {
        self.now.wall
    }

    /// Brings a row into being, with its first audit row.
    pub(crate) fn plan(&self, planned: &Planned<'_>) -> Result<DeliveryRow> {
        self.plan_noted(planned, "")
    }

    /// The same with more words in its first audit row.
    pub(crate) fn plan_noted(&self, planned: &Planned<'_>, note: &str) -> Result<DeliveryRow> {
        let p = planned;
        let row = DeliveryRow {
            id: delivery_id(&self.now),
            key: key(self.installation, &p.identity, p.generation),
            event: p.event,
            identity: p.identity.clone(),
            generation: p.generation,
            facts: Facts {
                state: p.state,
                reason: p.reason,
                due: p.due,
                use_by: p.use_by,
                over: p.over,
                not_before: None,
                failures: 0,
                crashes: 0,
                cancel_wanted: false,
                desktop: false,
                guarantee: calendar::delivery::Guarantee::NeverMiss,
                profile: calendar::delivery::Profile::Long,
                grace: p.grace,
                spread: 0,
            },
            collapse: p.collapse,
            label: p.label.to_string(),
            span: p.span,
            late_cause: p.late_cause,
            token: 0,
            attempts: 0,
            again: false,
            payload: None,
            told_at: None,
            into: None,
            shown_by: None,
            insist: p.insist,
            created_at: self.wall(),
            updated_at: self.wall(),
        };
        delivery::insert(self.tx, &row, self.context.zones.version())?;
        self.audit(row.id, 0, None, (p.state, p.reason), note)?;
        if row.event.is_some() && p.state.class() == Class::Parked {
            statistic::count(self.tx, p.state, p.due, self.wall())?;
        }
        Ok(row)
    }

    /// Brings into being what an event wants.
    pub(crate) fn plan_wanted(
        &self,
        event: &calendar::event::Event,
        wanted: &Wanted,
        generation: u32,
        to: (State, Reason),
        late_cause: Option<Reason>,
    ) -> Result<DeliveryRow> {
        let label = wanted.occurrence.label();
        let planned = Planned::of(event, wanted, &label, generation, to);
        self.plan(&Planned { late_cause, ..planned })
    }

    /// Moves a row on, with its audit row. `false`: it changed meanwhile, and nothing was done.
    pub(crate) fn enter(
        &self,
        row: &DeliveryRow,
        to: (State, Reason),
        effects: &Effects,
        note: &str,
    ) -> Result<bool> {
        if !delivery::enter(self.tx, row, to, effects, &self.now)? {
            return Ok(false);
        }
        // What waits for a person again is counted as that already.
        let is_counted = to.0.class() == Class::Parked && audit::has_been(self.tx, row.id, to.0)?;
        self.audit(row.id, row.token, Some(row.facts.state), to, note)?;
        let then = effects.told_at.unwrap_or(self.wall());
        if to.0 == State::Completed {
            self.nag_after(row, then)?;
        }
        if !is_counted {
            // A test is no reminder.
            if row.event.is_some() {
                statistic::count(self.tx, to.0, row.facts.due, then)?;
            }
        }
        Ok(true)
    }

    /// Notes on a row being sent why it is to be cancelled once that is known to have failed, or
    /// that it no longer is, with its audit row.
    pub(crate) fn flag_cancel(&self, row: &DeliveryRow, why: Option<Reason>) -> Result<()> {
        if delivery::flag_cancel(self.tx, row, why)? {
            let reason = why.unwrap_or(Reason::BroughtBack);
            let state = row.facts.state;
            self.audit(row.id, row.token, Some(state), (state, reason), "")?;
        }
        Ok(())
    }

    /// Writes an audit row.
    pub(crate) fn audit(
        &self,
        delivery: DeliveryId,
        token: i64,
        from: Option<State>,
        (to, reason): (State, Reason),
        note: &str,
    ) -> Result<()> {
        let circumstance = Circumstance {
            now: &self.now,
            actor: self.actor,
            correlation: &self.correlation,
            zone: self.context.machine.as_str(),
            tzdata: self.context.zones.version(),
        };
        let note = if note.is_empty() { &self.cause } else { note };
        audit::append(self.tx, &circumstance, Step { delivery, token, from, to, reason, note })
    }
}
