//! The ledger as a page: its rows, why each is as it is, and trying again.

use calendar::{
    delivery::State as Is,
    id::{ChannelId, DeliveryId},
};
use engine::{
    ledger::{
        acknowledgement::Answer as Given,
        attempt::AttemptRow,
        audit::AuditRow,
        inbox::{Filter, Listed},
    },
    letters::{Care, Decision},
    queries::cause_then,
};

use jiff::SignedDuration;

use super::{
    EngineHost,
    changes::nothing,
    detail::shown_name,
    faults::id,
    inbox::{calendar_of, date_of, ids},
    letters::noted,
    local::{self, Local},
    words,
};
use crate::{
    dto::{
        Acknowledged, Answer, AttemptOutcome, AttemptView, Behind, Change, ChannelKind,
        DeliveriesPage, DeliveriesQuery, DeliveryRef, DeliveryRow, Did, Place, RetryDeliveries,
        Step, Why,
    },
    fault::Fault,
};

const PAGE: u32 = 1_000;

impl EngineHost {
    pub(super) fn page(&self, asked: &DeliveriesQuery) -> Result<DeliveriesPage, Fault> {
        let local = self.local()?;
        let limit = asked.limit.clamp(1, PAGE);
        let offset = match &asked.cursor {
            Some(text) => text.parse().map_err(|_| {
                Fault::invalid("cursor", format!("'{text}' is no cursor: hand it back as it came"))
            })?,
            None => 0,
        };
        let mut filter = filter_of(asked, &local)?;
        let later = match asked.soon {
            Some(count) => self.end_soon(&mut filter, count.clamp(1, PAGE - 1), &local)?,
            None => false,
        };
        (filter.limit, filter.offset) = (limit + 1, offset);
        let mut listed = self.engine.deliveries(&filter)?;
        let full = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = listed.len() > full;
        listed.truncate(full);
        Ok(DeliveriesPage {
            rows: listed.iter().map(|row| self.row(row, &local)).collect::<Result<_, Fault>>()?,
            cursor: more.then(|| (offset + limit).to_string()),
            later,
        })
    }

    /// Ends a filter after the next so many that are due later than now, and after what is due with
    /// the last of them. Says whether that leaves anything out.
    fn end_soon(&self, filter: &mut Filter, count: u32, local: &Local) -> Result<bool, Fault> {
        let since = filter.since.map_or(local.now, |since| since.max(local.now));
        let ahead = Filter { since: Some(since), newest_first: false, ..filter.clone() };
        let next = self.engine.deliveries(&Filter { limit: count, ..ahead.clone() })?;
        let Some(last) = next.last().filter(|_| next.len() == count as usize) else {
            return Ok(false);
        };
        let end = last.row.facts.due + SignedDuration::from_millis(1);
        let rest = Filter { since: Some(end), limit: 1, ..ahead };
        let is_more = !self.engine.deliveries(&rest)?.is_empty();
        filter.until = Some(end);
        Ok(is_more)
    }

    pub(super) fn row(&self, listed: &Listed, local: &Local) -> Result<DeliveryRow, Fault> {
        let row = &listed.row;
        let desktop = row.identity.channel == ChannelId::DESKTOP;
        let (kind, ours) = match desktop {
            true => (ChannelKind::Desktop, engine::ledger::channel::ChannelKind::Desktop),
            false => (ChannelKind::Webhook, engine::ledger::channel::ChannelKind::Webhook),
        };
        let trigger = &row.identity.reminder;
        Ok(DeliveryRow {
            id: row.id.to_string(),
            key: row.key.clone(),
            event: row.event.map(|event| event.to_string()),
            original: row.event.map(|_| self.original_of(row, local)),
            title: listed.title.clone(),
            kind: words::kind_named(&listed.kind),
            calendar: calendar_of(listed),
            channel: row.identity.channel.to_string(),
            channel_name: shown_name(ours, &listed.channel),
            channel_kind: kind,
            trigger: words::trigger_named(trigger, date_of(row).is_some(), local),
            state: words::state(row.facts.state),
            mark: words::listed_mark(row, local.now),
            due: local.moment(row.facts.due),
            told: row.told_at.map(|at| local.moment(at)),
            late_ms: words::late_ms(row),
            reason: words::reason_of(row),
            attempts: words::attempts(row),
            not_before: row.facts.not_before.map(|at| local.moment(at)),
            can_retry: self.engine.is_worth_a_retry(row)?,
            waits: self.engine.waits_for_endpoint(row),
        })
    }

    pub(super) fn story(&self, asked: &DeliveryRef) -> Result<Why, Fault> {
        let local = self.local()?;
        let delivery: DeliveryId = id("delivery", &asked.delivery)?;
        let story = self.engine.why(delivery)?;
        let running = story.delivery.row.facts.state == Is::Processing;
        let again = story.delivery.row.again;
        Ok(Why {
            steps: story
                .transitions
                .iter()
                .map(|row| Step {
                    at: local.moment(story.moment_of(row)),
                    ..step(row, again, &local)
                })
                .collect(),
            attempts: story.attempts.iter().map(|row| attempt(row, running, &local)).collect(),
            acknowledged: story.answer.as_ref().map(|given| {
                let (how, until) = match given.answer {
                    Given::Done => (Answer::Done, None),
                    Given::Dismissed => (Answer::Dismissed, None),
                    Given::Opened => (Answer::Opened, None),
                    Given::Snoozed(until) => (Answer::Snoozed, Some(local.moment(until))),
                };
                let place = match given.place.as_str() {
                    "window" => Place::Window,
                    "cli" => Place::CommandLine,
                    _ => Place::Notification,
                };
                Acknowledged { at: local.moment(given.at), how, until, place }
            }),
            behind: story.behind.map(|missed| Behind {
                count: missed.count,
                from: local.moment(missed.from),
                until: local.moment(missed.until),
            }),
            delivery: self.row(&story.delivery, &local)?,
        })
    }

    pub(super) fn try_again(&self, asked: &RetryDeliveries) -> Result<Change, Fault> {
        let (ids, request) = (ids(&asked.deliveries)?, Some(asked.request_id.as_str()));
        let decided =
            self.engine.decide_letters(&ids, Decision::Retry, Care::AllOrNone, request)?;
        let count = u32::try_from(decided.done.len()).unwrap_or(u32::MAX);
        Ok(Change { count, note: noted(&decided), ..nothing(Did::Retried) })
    }
}

fn filter_of(asked: &DeliveriesQuery, local: &Local) -> Result<Filter, Fault> {
    let midnight = |field: &str, text: &Option<String>| {
        let date = text.as_deref().map(|text| local::date(field, text)).transpose()?;
        Ok::<_, Fault>(date.map(|date| calendar::timing::start_of_day(date, &local.zone)))
    };
    let mut filter = Filter {
        since: midnight("from", &asked.from)?,
        until: midnight("to", &asked.to)?,
        event: asked.event.as_deref().map(|text| id("event", text)).transpose()?,
        channel: asked.channel.as_deref().map(|text| id("channel", text)).transpose()?,
        // As they are counted: what is asked for by its state is about reminders.
        of_events: !asked.marks.is_empty(),
        newest_first: true,
        ..Filter::default()
    };
    let mut late = Vec::new();
    for mark in &asked.marks {
        let (states, is_late) = words::states_of(*mark);
        filter.states.extend(states);
        late.extend(is_late);
    }
    filter.late = if late.len() == 1 { late.first().copied() } else { None };
    if asked.marks.is_empty() && filter.event.is_none() {
        filter.states = Is::ALL.into_iter().filter(|state| *state != Is::Cancelled).collect();
    }
    Ok(filter)
}

fn step(row: &AuditRow, again: bool, local: &Local) -> Step {
    let mut reason = words::reason(row.reason);
    reason.text = cause_then(row.reason, again).into();
    reason.text.push_str(&row.said_note());
    Step {
        at: local.moment(row.at),
        from: row.from.parse::<Is>().ok().map(words::state),
        to: words::state(row.to),
        actor: if row.actor == "cli" { "carillon".into() } else { row.actor.clone() },
        reason: Some(reason),
    }
}

fn attempt(row: &AttemptRow, running: bool, local: &Local) -> AttemptView {
    let outcome = match row.outcome.as_deref() {
        Some("accepted") => AttemptOutcome::Accepted,
        Some("transient") => AttemptOutcome::Transient,
        Some("permanent" | "gone") => AttemptOutcome::Permanent,
        Some("ambiguous") => AttemptOutcome::Ambiguous,
        // It was too late to send by then: nothing was asked of the other side.
        Some("unavailable" | "too_late") => AttemptOutcome::Unavailable,
        None if running => AttemptOutcome::Running,
        Some(_) | None => AttemptOutcome::Unknown,
    };
    let known = outcome != AttemptOutcome::Unknown;
    let finished = row.finished.filter(|_| known);
    AttemptView {
        n: row.n,
        started: local.moment(row.started),
        finished: finished.map(|at| local.moment(at)),
        outcome,
        status: row.status,
        latency_ms: finished.map(|at| at.as_millisecond() - row.started.as_millisecond()),
        detail: Some(row.detail.clone()).filter(|detail| !detail.is_empty()),
    }
}
