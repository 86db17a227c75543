//! Undo and redo of what was changed of a calendar: made, called and coloured otherwise, shown or
//! hidden, deleted with all its events.

use calendar::{
    id::{CalendarId, ChannelId, EventId},
    reason::Reason,
};
use jiff::Timestamp;

use super::{Stepped, Undone, Way, ways};
use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        calendar::{self as calendars, CalendarRow},
        change::{KeptCalendar, Of},
        channel, event, make_room, person,
    },
    people::free_name,
    reconcile::Effect,
    taken_back::Back,
};

/// Events deleted or brought back in one transaction.
const AT_ONCE: u32 = 200;

impl Act<'_> {
    /// Goes through a change of a calendar, or says why not.
    pub(super) fn step_of_calendar(
        &self,
        of: &Of<CalendarId, KeptCalendar>,
        at: Timestamp,
        way: Way,
    ) -> Result<Stepped> {
        let (from, to) = ways(of, way);
        if let Some(why) = self.calendar_refusal(of.id, from, to, at)? {
            return Ok(Err(why));
        }
        let effect = match (from, to) {
            (None, _) => {
                calendars::bring_back(self.tx, of.id)?;
                Effect::default()
            }
            (Some(_), None) => self.bury_calendar(of.id)?,
            (Some(_), Some(_)) => Effect::default(),
        };
        let mut done = Undone { calendar: Some(effect), ..Undone::default() };
        let Some(to) = to else { return Ok(Ok(done)) };
        // Another may be called like that by now: none of the two is lost.
        let name = free_name(&calendars::all(self.tx)?, of.id, &to.name);
        if name != to.name {
            done.label = format!(", which is called “{name}” now: another has its name");
        }
        let KeptCalendar { color, shown, .. } = to.clone();
        done.title.clone_from(&name);
        calendars::put(self.tx, &CalendarRow { id: of.id, name, color, shown })?;
        Ok(Ok(done))
    }

    fn calendar_refusal(
        &self,
        id: CalendarId,
        from: Option<&KeptCalendar>,
        to: Option<&KeptCalendar>,
        at: Timestamp,
    ) -> Result<Option<String>> {
        let known = calendars::all(self.tx)?;
        let here = known.iter().find(|c| c.id == id);
        let why = match (from, to, here) {
            (None, _, Some(_)) => Some("the calendar is here"),
            (Some(_), _, None) => Some("the calendar is not here"),
            (Some(from), Some(_), Some(here)) if KeptCalendar::from(here) != *from => {
                Some("the calendar was changed since by something else")
            }
            (Some(_), None, _) if known.len() < 2 => Some("it is the last calendar"),
            (Some(_), None, _) if calendars::is_changed_since(self.tx, id, at)? => {
                Some("its events were changed since by something else")
            }
            (None, _, None) | (Some(_), _, Some(_)) => None,
        };
        Ok(why.map(Into::into))
    }

    /// Deletes a calendar with its events, some of them at once: [`Engine::bury_rest`] goes on.
    pub(crate) fn bury_calendar(&self, id: CalendarId) -> Result<Effect> {
        calendars::delete(self.tx, id, self.wall())?;
        Ok(self.bury_some()?.unwrap_or_default())
    }

    /// Deletes some of the events whose calendar is; nothing, when there are none.
    fn bury_some(&self) -> Result<Option<Effect>> {
        let left = calendars::left_alive(self.tx, AT_ONCE)?;
        let mut effect = Effect::default();
        for (id, at) in &left {
            match event::find_legible(self.tx, &self.context.zones, *id)? {
                Some(row) => effect.add(self.delete_at(&row, *at)?),
                None => effect.add(self.delete_unread(*id, *at)?),
            }
        }
        Ok((!left.is_empty()).then_some(effect))
    }

    /// Before a calendar comes back: brings some of the events back that were deleted with it. Says
    /// up to which, or that there are no more.
    pub(super) fn restore_some(
        &self,
        of: &Of<CalendarId, KeptCalendar>,
        (at, way): (Timestamp, Way),
        back: &mut Back,
    ) -> Result<bool> {
        let (None, to) = ways(of, way) else { return Ok(false) };
        if self.calendar_refusal(of.id, None, to, at)?.is_some() {
            return Ok(false);
        }
        let ids = calendars::deleted_with(self.tx, of.id, back.event, AT_ONCE)?;
        // What was removed meanwhile stays away: people come back, channels do not.
        let there: Vec<ChannelId> = channel::all(self.tx)?.into_iter().map(|c| c.id).collect();
        for id in &ids {
            back.effect.add(self.unbury_event(*id, &there)?);
        }
        back.event = ids.last().copied().or(back.event);
        Ok(!ids.is_empty())
    }

    fn unbury_event(&self, id: EventId, there: &[ChannelId]) -> Result<Effect> {
        let Some(row) = event::find_legible(self.tx, &self.context.zones, id)? else {
            event::unbury(self.tx, id, self.wall())?;
            return Ok(Effect::default());
        };
        if self.other_birthday(&row.event)?.is_some() {
            return Ok(Effect::default());
        }
        let mut event = row.event.clone();
        event.reminders.retain(|reminder| there.contains(&reminder.channel));
        if let Some(person) = &event.person {
            person::bring_back(self.tx, person.id)?;
        }
        Ok(self.replace(&row, &event, &row.source, Reason::CancelledEdited)?.effect)
    }
}

impl Engine {
    /// Goes on with deleting the events of calendars that were deleted, in short transactions.
    ///
    /// # Errors
    /// When the ledger cannot be written; the rest is deleted when this is asked next.
    pub(crate) fn bury_rest(&self) -> Result<Effect> {
        let mut all = Effect::default();
        // Ends: each turn deletes some, and what is deleted is not made.
        while !self.read(|act| calendars::left_alive(act.tx, 1))?.is_empty() {
            all.add(self.write(|act| act.bury_some())?.unwrap_or_default());
            make_room();
        }
        Ok(all)
    }
}

impl From<&CalendarRow> for KeptCalendar {
    fn from(row: &CalendarRow) -> Self {
        Self { name: row.name.clone(), color: row.color.clone(), shown: row.shown }
    }
}
