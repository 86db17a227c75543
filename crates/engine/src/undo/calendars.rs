//! Undo and redo of what was changed of a calendar: made, called and coloured otherwise, shown or
//! hidden, deleted with all its events.

use calendar::{
    id::{CalendarId, ChannelId, EventId},
    reason::Reason,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Stepped, Undone, Way, ways};
use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    ledger::{
        calendar::{self as calendars, CalendarRow},
        change::{self, KeptCalendar, Of},
        channel, event, make_room, moment, ms, person,
        setting::{self, name},
    },
    people::free_name,
    reconcile::Effect,
};

/// Events deleted or brought back in one transaction.
const AT_ONCE: u32 = 100;

impl Act<'_> {
    /// Goes through a change of a calendar, or says why not.
    pub(super) fn step_of_calendar(
        &self,
        of: &Of<CalendarId, KeptCalendar>,
        (seq, at): (i64, Timestamp),
        way: Way,
    ) -> Result<Stepped> {
        let (from, to) = ways(of, way);
        if let Some(why) = self.calendar_refusal(of.id, from, to, at)? {
            return Ok(Err(why));
        }
        match (from, to) {
            (None, _) => self.restore_calendar(of.id, seq)?,
            (Some(_), None) => self.bury_calendar(of.id)?,
            (Some(_), Some(_)) => {}
        }
        let mut done = Undone { calendar: Some(Effect::default()), ..Undone::default() };
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

    /// Deletes a calendar with its events: [`Act::settle_calendars`] goes on with those.
    pub(crate) fn bury_calendar(&self, id: CalendarId) -> Result<()> {
        let now = self.wall();
        calendars::delete(self.tx, id, now)?;
        // What did not come back yet goes with it again.
        let (own, others): (Vec<_>, Vec<_>) =
            self.returning()?.into_iter().partition(|one| one.calendar == id.to_string());
        for one in own {
            calendars::delete_again(self.tx, id, (moment(one.at), now))?;
            self.note_returning(&others)?;
        }
        Ok(())
    }

    /// Brings a calendar back with the events that were deleted with it, likewise.
    fn restore_calendar(&self, id: CalendarId, change: i64) -> Result<()> {
        let at = ms(calendars::bring_back(self.tx, id)?);
        let mut all = self.returning()?;
        all.push(Returning { calendar: id.to_string(), at, change });
        self.note_returning(&all)
    }

    /// Deletes some of the events whose calendar was deleted, or brings some back whose calendar came
    /// back; nothing, when there are none. So a calendar of many goes in short transactions, and what
    /// is cut off between them is gone on with.
    pub(crate) fn settle_calendars(&self) -> Result<Option<Effect>> {
        let left = calendars::left_alive(self.tx, AT_ONCE)?;
        let mut effect = Effect::default();
        for (id, at) in &left {
            if self.has_changed_much() {
                break;
            }
            match event::find_legible(self.tx, &self.context.zones, *id)? {
                Some(row) if self.catch_up_some(&row)? => break,
                Some(row) => effect.add(self.delete_at(&row, *at)?),
                None => effect.add(self.delete_unread(*id, *at)?),
            }
        }
        if !left.is_empty() {
            return Ok(Some(effect));
        }
        let mut all = self.returning()?;
        let Some(Returning { calendar, at, change }) = all.first() else { return Ok(None) };
        let Ok(calendar) = calendar.parse() else { return Ok(None) };
        let ids = calendars::deleted_at(self.tx, calendar, moment(*at), AT_ONCE)?;
        if ids.is_empty() {
            // Redo looks whether they were changed since.
            change::touch(self.tx, *change, self.wall())?;
            all.remove(0);
            self.note_returning(&all)?;
        }
        // What was removed meanwhile stays away: people come back, channels do not.
        let there: Vec<ChannelId> = channel::all(self.tx)?.into_iter().map(|c| c.id).collect();
        for id in ids {
            if self.has_changed_much() {
                break;
            }
            effect.add(self.unbury_event(id, &there)?);
        }
        Ok(Some(effect))
    }

    fn unbury_event(&self, id: EventId, there: &[ChannelId]) -> Result<Effect> {
        let Some(row) = event::find_legible(self.tx, &self.context.zones, id)? else {
            event::unbury(self.tx, id, self.wall())?;
            return Ok(Effect::default());
        };
        if self.other_birthday(&row.event)?.is_some() {
            // It stays deleted by itself.
            event::unbury(self.tx, id, self.wall())?;
            event::bury(self.tx, id, self.wall())?;
            return Ok(Effect::default());
        }
        let mut event = row.event.clone();
        event.reminders.retain(|reminder| there.contains(&reminder.channel));
        if let Some(person) = &event.person {
            person::bring_back(self.tx, person.id, self.wall())?;
        }
        Ok(self.replace(&row, &event, &row.source, Reason::CancelledEdited)?.effect)
    }

    fn returning(&self) -> Result<Vec<Returning>> {
        let text = setting::get(self.tx, name::RETURNING)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    fn note_returning(&self, all: &[Returning]) -> Result<()> {
        if all.is_empty() {
            return setting::remove(self.tx, name::RETURNING);
        }
        let text = serde_json::to_string(all).expect("BUG: a list of plain data");
        setting::put(self.tx, name::RETURNING, &text)
    }
}

/// A calendar whose events are coming back.
#[derive(Debug, Serialize, Deserialize)]
struct Returning {
    calendar: String,
    /// They were deleted then, in milliseconds.
    at: i64,
    /// The change that is taken back.
    change: i64,
}

impl Engine {
    /// Goes on until no calendar has events to be deleted or brought back with it.
    ///
    /// # Errors
    /// When the ledger is not well.
    pub(crate) fn settle_all_calendars(&self) -> Result<Effect> {
        let mut all = Effect::default();
        // Ends: each turn deletes some or brings some back.
        loop {
            match self.write(|act| act.settle_calendars()) {
                Ok(Some(effect)) => all.add(effect),
                // What was asked is done, and who leads goes on with what follows from it.
                Ok(None) | Err(Error::Busy | Error::Full) => return Ok(all),
                Err(error) => return Err(error),
            }
            make_room();
        }
    }
}

impl From<&CalendarRow> for KeptCalendar {
    fn from(row: &CalendarRow) -> Self {
        Self { name: row.name.clone(), color: row.color.clone(), shown: row.shown }
    }
}
