//! Use cases over what was told: acknowledge, snooze, try again. What was told stays told; an
//! answer is kept beside it and decides what is still wanted.

use calendar::{
    delivery::State,
    event::Event,
    id::{ChannelId, DeliveryId},
    plan::Identity,
    policy::{Collapse, UseBy},
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    act::{Act, Planned},
    engine::Engine,
    error::{Error, Result},
    ledger::{
        acknowledgement::{self, Answer},
        delivery::{self, DeliveryRow},
        event, make_room, setting,
    },
    letters::{Care, Decision},
    reconcile::Effect,
};

/// A snooze is at least this long: shorter ones could ring before the pop-up has closed.
const SHORTEST_SNOOZE: i64 = 1;
/// Reminders answered in one transaction.
const AT_ONCE: usize = 50;

/// What a snooze came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozedTo {
    /// The delivery that will ring.
    pub delivery: String,
    /// When, milliseconds since 1970.
    pub until_ms: i64,
    /// When it is over, if the snooze lasts past what is worth telling.
    pub over_ms: Option<i64>,
    /// What quiet hours or a pause will make of it, in words.
    #[serde(default)]
    pub silenced: Option<String>,
    /// It was told before.
    #[serde(default)]
    pub again: bool,
}

/// What would become of a snooze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// It would ring.
    Fair,
    /// Quiet hours or a pause would keep it, or it would be missed for them: in words.
    Silenced(String),
    /// It would ring when the event is over, which is then.
    Over(Timestamp),
    /// It is refused: that moment is past.
    Past,
    /// It is refused: this deadline is not later.
    Deadline(Timestamp),
}

impl Engine {
    /// Acknowledges reminders, many of them in several short transactions. Handling the same
    /// again changes nothing. It is this desktop's reminder of an occurrence that is answered,
    /// also when a row of the same reminder through another channel is named; those rows go on.
    ///
    /// # Errors
    /// When one of them does not exist, or nothing on this desktop goes with it; some before it
    /// may be acknowledged then.
    pub fn acknowledge(&self, ids: &[DeliveryId], answer: Answer, place: &str) -> Result<Effect> {
        self.acknowledge_once(ids, answer, place, None)
    }

    /// [`Engine::acknowledge`] for a request that may be sent twice. Each of its transactions
    /// keeps its part of the answer.
    ///
    /// # Errors
    /// As [`Engine::acknowledge`].
    pub fn acknowledge_once(
        &self,
        ids: &[DeliveryId],
        answer: Answer,
        place: &str,
        request: Option<&str>,
    ) -> Result<Effect> {
        let mut effect = Effect::default();
        for (n, some) in ids.chunks(AT_ONCE).enumerate() {
            let part = request.map(|id| if n == 0 { id.into() } else { format!("{id}/{n}") });
            if n > 0 {
                make_room();
            }
            let done = self.once(part.as_deref(), |act| {
                let (mut effect, mut is_new) = (Effect::default(), false);
                for id in some {
                    let row = act.told_here(*id)?;
                    is_new |= act.acknowledge(&row, answer, place, &mut effect)?;
                }
                if is_new && answer != Answer::Opened {
                    act.answer_lasts("answering a reminder", place)?;
                }
                Ok(effect)
            });
            effect.add(if n > 0 { done.map_err(Error::once_begun) } else { done }?);
        }
        Ok(effect)
    }

    /// Snoozes a reminder until a moment. Pressed twice, it is one snooze.
    ///
    /// # Errors
    /// When the moment is past or at the deadline, it is no reminder of this desktop, or what it
    /// told of is deleted, switched off or elsewhere by now.
    pub fn snooze(&self, id: DeliveryId, until: Timestamp, place: &str) -> Result<SnoozedTo> {
        self.write(|act| {
            let row = act.delivery(id)?;
            act.snooze(&row, until, place)
        })
    }

    /// Snoozes several reminders, each until its own moment, many of them in several short
    /// transactions: none where one of them cannot be, as it is looked at before the first.
    ///
    /// # Errors
    /// As [`Engine::snooze`]. What cannot be snoozed any more when its turn comes, because it was
    /// changed meanwhile, ends it, and those before it are snoozed.
    pub fn snooze_all(
        &self,
        wanted: &[(DeliveryId, Timestamp)],
        place: &str,
        request: Option<&str>,
    ) -> Result<Vec<SnoozedTo>> {
        let is_answered = match request {
            Some(id) => self.answered(id)?.is_some(),
            None => false,
        };
        if wanted.len() > AT_ONCE && !is_answered {
            self.read(|act| {
                wanted.iter().try_for_each(|(id, until)| {
                    let deadline = act.snoozable(&act.delivery(*id)?)?;
                    act.refuse_snooze(*until, deadline)
                })
            })?;
        }
        let mut snoozed = Vec::new();
        for (n, some) in wanted.chunks(AT_ONCE).enumerate() {
            let part = request.map(|id| if n == 0 { id.into() } else { format!("{id}/{n}") });
            if n > 0 {
                make_room();
            }
            let done = self.once(part.as_deref(), |act| {
                let snooze = |(id, until): &(_, _)| act.snooze(&act.delivery(*id)?, *until, place);
                some.iter().map(snooze).collect::<Result<Vec<_>>>()
            });
            let done = if n > 0 { done.map_err(Error::once_begun) } else { done }?;
            if done.len() > some.len() {
                // It was gone through to its end before.
                return Ok(done);
            }
            snoozed.extend(done);
        }
        if wanted.len() > AT_ONCE {
            self.amend_answer(request, &snoozed)?;
        }
        Ok(snoozed)
    }

    /// What a person should know before a reminder is snoozed until one of these moments.
    ///
    /// # Errors
    /// When there is no such delivery, or it cannot be snoozed at all.
    pub fn snooze_outlooks(&self, id: DeliveryId, untils: &[Timestamp]) -> Result<Vec<Outlook>> {
        self.read(|act| {
            let row = act.delivery(id)?;
            let deadline = act.snoozable(&row)?;
            let silence = (!row.insist.alarm).then(|| act.silence()).transpose()?;
            let look = |until: &Timestamp| {
                let silenced = || silence.as_ref()?.of_snooze(*until, deadline);
                act.hurdle(*until, deadline)
                    .or_else(|| silenced().map(Outlook::Silenced))
                    .or_else(|| act.over_before(&row, *until).map(Outlook::Over))
                    .unwrap_or(Outlook::Fair)
            };
            Ok(untils.iter().map(look).collect())
        })
    }

    /// How many minutes the Snooze button means: what was chosen last.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn snooze_minutes(&self) -> Result<u32> {
        self.read(|act| act.snooze_minutes())
    }

    /// Remembers how long a snooze was, where that can be: the snooze itself is done.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn remember_snooze(&self, minutes: u32) -> Result<()> {
        let minutes = minutes.clamp(1, 10_080).to_string();
        let put = |act: &Act<'_>| setting::put(act.tx, setting::name::SNOOZE_MINUTES, &minutes);
        match self.write(put) {
            Err(error @ (Error::Busy | Error::Full)) => {
                tracing::warn!(%error, "the length of a snooze was not kept");
                Ok(())
            }
            kept => kept,
        }
    }

    /// Tries failed or uncertain deliveries again, with the same key. Says how many.
    ///
    /// # Errors
    /// When one of them does not exist or does not wait for a person, its channel is removed or
    /// switched off, or there are more than fit one transaction.
    pub fn retry(&self, ids: &[DeliveryId], request: Option<&str>) -> Result<u32> {
        let decided = self.decide_letters(ids, Decision::Retry, Care::AllOrNone, request)?;
        Ok(u32::try_from(decided.done.len()).unwrap_or(u32::MAX))
    }

    /// The delivery a receiver or notification knows by this key.
    ///
    /// # Errors
    /// When there is none.
    pub fn delivery_by_key(&self, key: &str) -> Result<DeliveryId> {
        let row = self.read(|act| delivery::by_key(act.tx, key))?;
        row.map(|row| row.id).ok_or_else(|| Error::not_found("delivery", key))
    }

    /// The deliveries that are due at the moment of this `schedule:NANOSECONDS`, a few of them.
    ///
    /// # Errors
    /// When there is none.
    pub fn deliveries_by_schedule(&self, schedule: &str) -> Result<Vec<DeliveryId>> {
        let rows = self.read(|act| delivery::by_schedule(act.tx, schedule))?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        if ids.is_empty() { Err(Error::not_found("delivery", schedule)) } else { Ok(ids) }
    }
}

impl Act<'_> {
    /// This delivery.
    pub(crate) fn delivery(&self, id: DeliveryId) -> Result<DeliveryRow> {
        delivery::find(self.tx, id)?.ok_or_else(|| Error::not_found("delivery", id))
    }

    pub(crate) fn snooze_minutes(&self) -> Result<u32> {
        let kept = setting::get(self.tx, setting::name::SNOOZE_MINUTES)?;
        Ok(kept.and_then(|text| text.parse().ok()).unwrap_or(10))
    }

    /// The row on this desktop that is answered when this one is named.
    pub(crate) fn told_here(&self, id: DeliveryId) -> Result<DeliveryRow> {
        let row = self.delivery(id)?;
        // A test is answered where it was asked for, whatever it tests.
        if row.identity.channel == ChannelId::DESKTOP || row.event.is_none() {
            return Ok(row);
        }
        let reminder = format!("t:{}", trigger_of(&row.identity.reminder));
        let here = Identity { channel: ChannelId::DESKTOP, reminder, ..row.identity.clone() };
        // Of what nags there alone the nag is ended.
        let alone = row.insist.nag.map(|_| row);
        delivery::newest(self.tx, &here)?.or(alone).ok_or_else(|| {
            let message = format!(
                "{id} goes to another channel alone: only what is told on this desktop is acknowledged"
            );
            Error::invalid("delivery", message)
        })
    }

    /// Says whether anything came of it.
    fn acknowledge(
        &self,
        row: &DeliveryRow,
        answer: Answer,
        place: &str,
        effect: &mut Effect,
    ) -> Result<bool> {
        let (name, generation) = (&row.identity, row.generation);
        let still = self.still_to_tell(row, answer)?;
        let is_said_before = answer == Answer::Done && self.done_at(row)?.is_some();
        // Said again where nothing comes of it, the first time stands.
        let is_new = !is_said_before || !still.is_empty();
        if is_new {
            acknowledgement::put(self.tx, name, generation, answer, place, self.wall())?;
        }
        self.answer_all(row, answer, place)?;
        for live in still {
            let reason = match answer {
                Answer::Snoozed(_) if live.identity.reminder.starts_with("s:") => {
                    Reason::CancelledSnoozed
                }
                Answer::Snoozed(_) => Reason::CancelledBySnooze,
                Answer::Done | Answer::Dismissed | Answer::Opened => Reason::CancelledAcknowledged,
            };
            self.drop_row(&live, reason, effect)?;
        }
        Ok(is_new)
    }

    fn snooze(&self, row: &DeliveryRow, until: Timestamp, place: &str) -> Result<SnoozedTo> {
        let deadline = self.snoozable(row)?;
        self.refuse_snooze(until, deadline)?;
        let mut effect = Effect::default();
        self.acknowledge(row, Answer::Snoozed(until), place, &mut effect)?;
        self.answer_lasts("snoozing a reminder", place)?;
        let identity =
            Identity { reminder: next_snooze(&row.identity.reminder), ..row.identity.clone() };
        // Pressed twice, with another length perhaps, the last one counts: the answer has
        // cancelled the one before, or noted that on it if it is being sent.
        let ends = (deadline, deadline.map_or(UseBy::Never, |_| UseBy::Deadline));
        let planned = self.plan_again(row, identity, until, ends, Reason::Snoozed)?;
        let silence = (!row.insist.alarm).then(|| self.silence()).transpose()?;
        Ok(SnoozedTo {
            silenced: silence.and_then(|silence| silence.of_snooze(until, deadline)),
            delivery: planned.id.to_string(),
            again: row.told_at.is_some(),
            until_ms: until.as_millisecond(),
            over_ms: self.over_before(row, until).map(Timestamp::as_millisecond),
        })
    }

    /// When the event of a row is over, if that is by then.
    fn over_before(&self, row: &DeliveryRow, until: Timestamp) -> Option<Timestamp> {
        (row.span.1 <= until && row.span.1 > row.span.0).then_some(row.span.1)
    }

    /// Refuses what cannot be snoozed; gives its deadline, if it has one.
    fn snoozable(&self, row: &DeliveryRow) -> Result<Option<Timestamp>> {
        if row.identity.channel != ChannelId::DESKTOP || row.event.is_none() {
            return Err(Error::invalid(
                "delivery",
                "only a reminder on this desktop can be snoozed",
            ));
        }
        self.still_wanted(row)
    }

    /// Why nothing can be snoozed until then.
    fn hurdle(&self, until: Timestamp, deadline: Option<Timestamp>) -> Option<Outlook> {
        if until < later(self.wall(), SHORTEST_SNOOZE) {
            return Some(Outlook::Past);
        }
        deadline.filter(|at| *at <= until).map(Outlook::Deadline)
    }

    fn refuse_snooze(&self, until: Timestamp, deadline: Option<Timestamp>) -> Result<()> {
        let message = match self.hurdle(until, deadline) {
            Some(Outlook::Past) => {
                format!("{} is not ahead: a snooze rings later than now", self.spoken(until))
            }
            Some(Outlook::Deadline(deadline)) => format!(
                "{} is at or after the deadline {}: snooze until before it",
                self.spoken(until),
                self.spoken(deadline)
            ),
            Some(Outlook::Fair | Outlook::Silenced(_) | Outlook::Over(_)) | None => return Ok(()),
        };
        Err(Error::invalid("until", message))
    }

    /// Brings back a snooze that an edit took away, at its old moment: if its occurrence is there
    /// again and the last answer to the reminder is this snooze.
    pub(crate) fn bring_back_snooze(&self, event: &Event, row: &DeliveryRow) -> Result<()> {
        let name = &row.identity;
        let found = event.occurrence_named(&self.context, &name.occurrence);
        let Some(occurrence) = found.filter(|_| event.enabled) else { return Ok(()) };
        let until = row.facts.due;
        let sleeps = acknowledgement::snoozed_until(self.tx, name, trigger_of(&name.reminder))?;
        let newest = delivery::newest(self.tx, name)?;
        if sleeps != Some(until) || newest.is_none_or(|newest| newest.id != row.id) {
            return Ok(());
        }
        let like = DeliveryRow {
            event: Some(event.id),
            label: occurrence.label(),
            span: (occurrence.start, occurrence.end),
            ..row.clone()
        };
        let deadline = event.kind.deadline(&occurrence);
        let ends = (deadline, deadline.map_or(UseBy::Never, |_| UseBy::Deadline));
        self.plan_again(&like, name.clone(), until, ends, Reason::BroughtBack)?;
        Ok(())
    }

    /// Plans a snooze or a nag, in words and span like this row, with its end. Its name may have
    /// been had before.
    pub(crate) fn plan_again(
        &self,
        like: &DeliveryRow,
        identity: Identity,
        due: Timestamp,
        (use_by, over): (Option<Timestamp>, UseBy),
        reason: Reason,
    ) -> Result<DeliveryRow> {
        let generation = match delivery::newest(self.tx, &identity)? {
            // The name may be had again if it was never tried and never answered.
            Some(had)
                if had.facts.state == State::Cancelled
                    && had.attempts == 0
                    && acknowledgement::find(self.tx, &identity, had.generation)?.is_none() =>
            {
                had.generation
            }
            Some(had) => had.generation + 1,
            None => 0,
        };
        let late = reason == Reason::BroughtBack && due <= self.wall();
        self.plan(&Planned {
            event: like.event,
            identity,
            generation,
            state: State::Scheduled,
            reason,
            due,
            use_by,
            over,
            grace: like.facts.grace,
            collapse: Collapse::Each(None),
            label: &like.label,
            span: like.span,
            late_cause: late.then_some(Reason::LateBroughtBack),
            insist: like.insist,
        })
    }

    /// Refuses what nobody is to be told again; gives the deadline of the occurrence, for kinds
    /// that have one.
    fn still_wanted(&self, row: &DeliveryRow) -> Result<Option<Timestamp>> {
        let refuse = |why| {
            let message = format!("the event {why}: there is nothing to tell again");
            Err(Error::invalid("delivery", message))
        };
        let found = match row.event {
            Some(id) => event::find(self.tx, &self.context.zones, id)?,
            None => None,
        };
        let Some(found) = found.filter(|found| found.deleted_at.is_none()) else {
            return refuse("was deleted");
        };
        if !found.event.enabled {
            return refuse("is switched off");
        }
        match found.event.occurrence_named(&self.context, &row.identity.occurrence) {
            Some(occurrence) => Ok(found.event.kind.deadline(&occurrence)),
            None => refuse("was changed since"),
        }
    }
}

/// The trigger a reminder goes back to: its own, or that of the one that was snoozed.
pub(crate) fn trigger_of(reminder: &str) -> &str {
    match reminder.split_once(':') {
        Some(("s" | "n", rest)) => rest.rsplit_once(':').map_or(rest, |(parent, _)| parent),
        Some((_, rest)) => rest,
        None => reminder,
    }
}

/// The name of the snooze of a reminder: one more than the answered row's.
fn next_snooze(reminder: &str) -> String {
    let count = match reminder.split_once(':') {
        Some(("s", rest)) => {
            rest.rsplit_once(':').and_then(|(_, n)| n.parse::<u32>().ok()).unwrap_or(0)
        }
        _ => 0,
    };
    format!("s:{}:{}", trigger_of(reminder), count + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snoozes_count_from_the_answered_row() {
        for (answered, next) in [
            ("t:-PT10M", "s:-PT10M:1"),
            ("s:-PT10M:1", "s:-PT10M:2"),
            ("t:20270430T160000Z", "s:20270430T160000Z:1"),
        ] {
            assert_eq!(next_snooze(answered), next);
            assert_eq!(trigger_of(next), trigger_of(answered));
        }
    }
}
