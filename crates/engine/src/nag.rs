//! Reminders that are told again until somebody answers: each telling plans the next, in the
//! transaction that records it, so there is never more than one ahead, and none is lost. A nag is
//! over when the reminder is answered anywhere, when it is no longer worth telling, and a day
//! after the first telling at the latest.

use calendar::{
    delivery::State,
    event::Event,
    id::{ChannelId, DeliveryId},
    nag::Nag,
    occurrence::Occurrence,
    plan::Identity,
    policy::UseBy,
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;

use crate::{
    act::Act,
    answers::trigger_of,
    error::Result,
    ledger::{
        acknowledgement::{self, Answer},
        delivery::{self, DeliveryRow, Retimed},
        event,
    },
    reconcile::Effect,
};

/// Whether a reminder's name is that of a nag.
pub(crate) fn is_nag(reminder: &str) -> bool {
    reminder.starts_with("n:")
}

impl Act<'_> {
    /// Plans the next telling of a reminder that was told then and insists.
    pub(crate) fn nag_after(&self, row: &DeliveryRow, told: Timestamp) -> Result<()> {
        let (Some(_), Some(id)) = (row.insist.nag, row.event) else { return Ok(()) };
        // Cancelled while it was being shown: answered, or its event was changed.
        if row.facts.cancel_wanted {
            return Ok(());
        }
        let found = event::find_legible(self.tx, &self.context.zones, id)?;
        let Some(event) = found.filter(|found| found.deleted_at.is_none()) else { return Ok(()) };
        let Some((nag, _)) = self.nags_still(&event.event, &row.identity) else { return Ok(()) };
        let trigger = trigger_of(&row.identity.reminder);
        let own = acknowledgement::find(self.tx, &row.identity, row.generation)?;
        let Some(first) = self.told_first(&row.identity, trigger)? else { return Ok(()) };
        let due = later(told, nag.seconds());
        let over = row.facts.use_by.is_some_and(|end| end <= due);
        if own.is_some() || over || due > later(first, Nag::LONGEST) {
            return Ok(());
        }
        let count = delivery::last_nag(self.tx, &row.identity, trigger)?.saturating_add(1);
        let reminder = format!("n:{trigger}:{count}");
        let identity = Identity { reminder, ..row.identity.clone() };
        let until = (row.facts.use_by, row.facts.over);
        self.plan_again(row, identity, due, until, Reason::Nagged)?;
        Ok(())
    }

    /// When a reminder was first told. In a future that was false nobody can say when: then it counts
    /// from the first nag after the clock went back.
    fn told_first(&self, name: &Identity, trigger: &str) -> Result<Option<Timestamp>> {
        let now = self.wall();
        Ok(match delivery::told_first(self.tx, name, trigger)? {
            Some((told, made)) if told > now => {
                let from = if made > now { Timestamp::MIN } else { made };
                let since = delivery::nagging_since(self.tx, name, trigger, (from, now))?;
                Some(since.unwrap_or(now))
            }
            found => found.map(|(told, _)| told),
        })
    }

    /// How often the reminder of a row is told again by what its event says now, and of which
    /// occurrence; nothing if it is not.
    pub(crate) fn nags_still(&self, event: &Event, name: &Identity) -> Option<(Nag, Occurrence)> {
        let trigger = format!("t:{}", trigger_of(&name.reminder));
        let place = event.reminder_named(&trigger, name.channel).filter(|_| event.enabled)?;
        let nag = event.reminders[place].insist.nag?;
        Some((nag, event.occurrence_named(&self.context, &name.occurrence)?))
    }

    /// Gives an answer to whatever else told the same reminder and has none: it is one thing to
    /// answer, however often it was told.
    pub(crate) fn answer_all(&self, row: &DeliveryRow, answer: Answer, place: &str) -> Result<()> {
        let trigger = trigger_of(&row.identity.reminder);
        for told in delivery::unanswered(self.tx, &row.identity, trigger)? {
            let here = told.identity.channel == ChannelId::DESKTOP;
            if told.insist.nag.is_some() && (here || is_nag(&told.identity.reminder)) {
                let (name, generation) = (&told.identity, told.generation);
                acknowledgement::put(self.tx, name, generation, answer, place, self.wall())?;
            }
        }
        Ok(())
    }

    /// What an answer ends. The desktop is told nothing more of this occurrence's reminder: not the
    /// row itself if it still waits, nor snoozes of it; and nobody is told again. Who opened it
    /// goes on.
    pub(crate) fn still_to_tell(
        &self,
        row: &DeliveryRow,
        answer: Answer,
    ) -> Result<Vec<DeliveryRow>> {
        let trigger = trigger_of(&row.identity.reminder);
        let mut live = delivery::live_of(self.tx, &row.identity.subject)?;
        live.retain(|live| {
            let name = &live.identity;
            let here = name.channel == ChannelId::DESKTOP && answer != Answer::Opened;
            name.occurrence == row.identity.occurrence
                && trigger_of(&name.reminder) == trigger
                && (here || is_nag(&name.reminder))
        });
        Ok(live)
    }

    /// When somebody said that they are done with a reminder.
    pub(crate) fn done_at(&self, row: &DeliveryRow) -> Result<Option<Timestamp>> {
        let given = acknowledgement::given(self.tx, &row.identity, row.generation)?;
        Ok(given.filter(|given| given.answer == Answer::Done).map(|given| given.at))
    }

    /// Whether a telling was followed by another, which stands for it on the screen.
    pub(crate) fn is_told_again(&self, id: DeliveryId) -> Result<bool> {
        let row = self.delivery(id)?;
        Ok(row.insist.nag.is_some()
            && delivery::is_told_again(self.tx, &row, trigger_of(&row.identity.reminder))?)
    }

    /// Looks at a waiting nag after its event was changed.
    pub(crate) fn check_nag(
        &self,
        event: &Event,
        row: &DeliveryRow,
        gone: Reason,
        effect: &mut Effect,
    ) -> Result<()> {
        let Some((_, occurrence)) = self.nags_still(event, &row.identity) else {
            return self.drop_row(row, gone, effect);
        };
        if row.facts.state == State::Processing {
            return self.want_again(row);
        }
        self.retime_again(row, &occurrence, self.nag_ends(event, row, &occurrence))
    }

    /// Until when a nag is worth telling now: as its reminder is, or up to the deadline if it nags
    /// on after a snooze.
    pub(crate) fn nag_ends(
        &self,
        event: &Event,
        row: &DeliveryRow,
        occurrence: &Occurrence,
    ) -> (Option<Timestamp>, UseBy) {
        let trigger = format!("t:{}", trigger_of(&row.identity.reminder));
        let place = event.reminder_named(&trigger, row.identity.channel);
        let own = place.map(|place| event.want(&self.context, occurrence.clone(), place));
        match own.filter(|own| own.over == row.facts.over) {
            Some(own) => (own.use_by, own.over),
            None => {
                let deadline = event.kind.deadline(occurrence);
                (deadline, deadline.map_or(UseBy::Never, |_| UseBy::Deadline))
            }
        }
    }

    /// Keeps the moment of a snooze or nag that is still wanted, and gives it the end, words and
    /// span its occurrence has now.
    pub(crate) fn retime_again(
        &self,
        row: &DeliveryRow,
        of: &Occurrence,
        (use_by, over): (Option<Timestamp>, UseBy),
    ) -> Result<()> {
        let label = of.label();
        let to = Retimed {
            due: row.facts.due,
            use_by,
            over,
            label: &label,
            span: (of.start, of.end),
            late_cause: None,
            collapse: row.collapse,
            grace: row.facts.grace,
            insist: row.insist,
        };
        self.retime_if_other(row, &to)
    }

    /// Brings back a nag that an edit took away, at its old moment: if its reminder nags again and
    /// nobody has answered or was told since.
    pub(crate) fn bring_back_nag(&self, event: &Event, row: &DeliveryRow) -> Result<()> {
        let name = &row.identity;
        let Some((_, occurrence)) = self.nags_still(event, name) else { return Ok(()) };
        let trigger = trigger_of(&name.reminder);
        let count = name.reminder.rsplit(':').next().and_then(|n| n.parse::<u32>().ok());
        let is_last = count == Some(delivery::last_nag(self.tx, name, trigger)?);
        let newest = delivery::newest(self.tx, name)?;
        let is_newest = newest.is_some_and(|newest| newest.id == row.id);
        let answered = acknowledgement::last_at(self.tx, name, trigger)?;
        if !is_last || !is_newest || answered.is_some_and(|at| at >= row.created_at) {
            return Ok(());
        }
        let like = DeliveryRow {
            event: Some(event.id),
            label: occurrence.label(),
            span: (occurrence.start, occurrence.end),
            ..row.clone()
        };
        let ends = self.nag_ends(event, row, &occurrence);
        self.plan_again(&like, name.clone(), row.facts.due, ends, Reason::BroughtBack)?;
        Ok(())
    }
}
