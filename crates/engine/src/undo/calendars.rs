//! Undo and redo of what was changed of a calendar: made, called and coloured otherwise, shown or
//! hidden, deleted with all its events.

use calendar::{
    id::{CalendarId, ChannelId},
    reason::Reason,
};
use jiff::Timestamp;

use super::{Stepped, Undone, Way, ways};
use crate::{
    act::Act,
    error::Result,
    ledger::{
        calendar::{self as calendars, CalendarRow},
        change::{KeptCalendar, Of},
        channel, event, person,
    },
    people::free_name,
    reconcile::Effect,
};

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
            (None, _) => self.restore_calendar(of.id)?,
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

    /// Deletes a calendar with all its events.
    pub(crate) fn bury_calendar(&self, id: CalendarId) -> Result<Effect> {
        let mut effect = Effect::default();
        let found = event::of_calendar(self.tx, &self.context.zones, id)?;
        for row in &found.rows {
            effect.add(self.delete(row)?);
        }
        for (event_id, error) in &found.damaged {
            event::say_damaged(*event_id, error);
            effect.add(self.delete_unread(*event_id)?);
        }
        calendars::delete(self.tx, id, self.wall())?;
        Ok(effect)
    }

    /// Brings a calendar back with the events that were deleted with it. Reminders through a
    /// channel that was removed meanwhile stay away.
    fn restore_calendar(&self, id: CalendarId) -> Result<Effect> {
        let mut effect = Effect::default();
        let there: Vec<ChannelId> = channel::all(self.tx)?.into_iter().map(|c| c.id).collect();
        for event_id in calendars::bring_back(self.tx, id)? {
            let found = event::find_legible(self.tx, &self.context.zones, event_id)?;
            let Some(row) = found else {
                event::unbury(self.tx, event_id, self.wall())?;
                continue;
            };
            if self.other_birthday(&row.event)?.is_some() {
                continue;
            }
            let mut event = row.event.clone();
            event.reminders.retain(|reminder| there.contains(&reminder.channel));
            if let Some(person) = &event.person {
                person::bring_back(self.tx, person.id)?;
            }
            effect.add(self.replace(&row, &event, &row.source, Reason::CancelledEdited)?.effect);
        }
        Ok(effect)
    }
}

impl From<&CalendarRow> for KeptCalendar {
    fn from(row: &CalendarRow) -> Self {
        Self { name: row.name.clone(), color: row.color.clone(), shown: row.shown }
    }
}
