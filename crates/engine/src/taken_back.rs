//! An import taken back: what it brought goes, what it changed is as before, and the same file can
//! come in again as if it had never been here. What somebody changed since stays as it is.
//!
//! The trail of an import is in memory only, so this is for the program that imported, while it runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use calendar::{
    draft::EventDraft,
    id::{CalendarId, EventId},
    reason::Reason,
};

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    import::{AT_ONCE, HOLD_MS},
    ledger::{
        calendar as calendars,
        event::{self, EventRow},
        make_room,
        person::{self, Card, PersonRow},
    },
};

/// What an import did, step by step, so that it can be taken back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trail {
    steps: Vec<Step>,
    calendars: BTreeSet<CalendarId>,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// An event came in.
    Event(EventId),
    /// A newer one took the place of this one, which had come so from its file.
    Changed(Box<(EventRow, Option<EventDraft>)>),
    /// The series of this event, at this version since, took in what had been parted from it.
    TookIn(EventId, i64, Box<EventRow>),
    /// An event went into its series, which came in after it.
    WentIn(Box<EventRow>),
    /// Somebody came in.
    Person(Box<PersonRow>),
    /// Somebody was changed: before, and after.
    ChangedPerson(Box<(PersonRow, PersonRow)>),
}

/// What taking an import back came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenBack {
    /// Events and people that went.
    pub removed: u32,
    /// Events and people that are as before.
    pub restored: u32,
    /// Events and people that stay, because they were changed since.
    pub kept: u32,
}

impl Trail {
    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Goes on with what was done next.
    pub fn append(&mut self, mut next: Self) {
        self.steps.append(&mut next.steps);
        self.calendars.append(&mut next.calendars);
    }

    pub(crate) fn made(&mut self, event: EventId) {
        self.steps.push(Step::Event(event));
    }

    pub(crate) fn changed(&mut self, before: &EventRow, base: Option<EventDraft>) {
        self.steps.push(Step::Changed(Box::new((before.clone(), base))));
    }

    pub(crate) fn took_in(&mut self, before: &EventRow, part: EventRow) {
        self.steps.push(Step::TookIn(before.event.id, before.version + 1, Box::new(part)));
    }

    pub(crate) fn took_in_new(&mut self, event: EventId, part: EventRow) {
        self.steps.push(Step::TookIn(event, 1, Box::new(part)));
    }

    pub(crate) fn went_in(&mut self, single: EventRow) {
        self.steps.push(Step::WentIn(Box::new(single)));
    }

    pub(crate) fn made_calendar(&mut self, calendar: CalendarId) {
        self.calendars.insert(calendar);
    }

    pub(crate) fn person(&mut self, before: Option<&PersonRow>, after: &PersonRow) {
        self.steps.push(match before {
            None => Step::Person(Box::new(after.clone())),
            Some(before) => Step::ChangedPerson(Box::new((before.clone(), after.clone()))),
        });
    }
}

#[derive(Debug, Clone, Copy)]
enum Became {
    Removed,
    Restored,
    Kept,
}

/// How far it is.
#[derive(Debug, Default)]
struct Back {
    done: TakenBack,
    /// The versions of what was restored: an event that came in may be changed by the same file.
    restored: BTreeMap<EventId, i64>,
}

impl Engine {
    /// Takes an import back, the last step first, by many short transactions. Cut off, it has
    /// taken back a part; what is left can be deleted.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn take_back(&self, trail: Trail) -> Result<TakenBack> {
        let Trail { mut steps, calendars: made } = trail;
        let mut back = Back::default();
        while !steps.is_empty() {
            let from = steps.len().saturating_sub(AT_ONCE);
            let some = &steps[from..];
            let taken =
                self.write(|act| act.take_back_some(some, &mut back, &mut || self.now().boot))?;
            steps.truncate(steps.len() - taken);
            make_room();
        }
        self.write(|act| act.unmake_calendars(&made))?;
        Ok(back.done)
    }
}

impl Act<'_> {
    /// The last of these steps; says how many.
    fn take_back_some(
        &self,
        steps: &[Step],
        back: &mut Back,
        boot: &mut dyn FnMut() -> Duration,
    ) -> Result<usize> {
        let mut taken = 0;
        for step in steps.iter().rev() {
            taken += 1;
            let became = match step {
                Step::Event(id) => self.remove_event(*id, back)?,
                Step::Changed(both) => self.restore_event(&both.0, both.1.as_ref(), back)?,
                Step::TookIn(whole, version, part) => {
                    self.restore_part((*whole, *version), part, back)?
                }
                Step::WentIn(single) => self.restore_single(single)?,
                Step::Person(row) => self.remove_person(row)?,
                Step::ChangedPerson(both) => self.restore_person(&both.0, &both.1)?,
            };
            match became {
                Became::Removed => back.done.removed += 1,
                Became::Restored => back.done.restored += 1,
                Became::Kept => back.done.kept += 1,
            }
            if boot().saturating_sub(self.now.boot).as_millis() >= HOLD_MS {
                break;
            }
        }
        Ok(taken)
    }

    /// The event, if it is at this version or at the one it was restored to.
    fn as_left(&self, id: EventId, version: i64, back: &Back) -> Result<Option<EventRow>> {
        let version = back.restored.get(&id).copied().unwrap_or(version);
        let found = event::find_legible(self.tx, &self.context.zones, id)?;
        Ok(found.filter(|row| row.deleted_at.is_none() && row.version == version))
    }

    fn remove_event(&self, id: EventId, back: &Back) -> Result<Became> {
        let Some(row) = self.as_left(id, 1, back)? else { return Ok(Became::Kept) };
        self.delete(&row)?;
        if let Some(uid) = &row.source.uid {
            calendars::forget_deleted(self.tx, row.event.calendar, uid)?;
        }
        Ok(Became::Removed)
    }

    fn restore_event(
        &self,
        before: &EventRow,
        base: Option<&EventDraft>,
        back: &mut Back,
    ) -> Result<Became> {
        let id = before.event.id;
        let Some(row) = self.as_left(id, before.version + 1, back)? else {
            return Ok(Became::Kept);
        };
        if let Some(why) = self.missing(&EventDraft::from(&before.event))? {
            tracing::info!(event = %id, why, "what an import changed stays changed");
            return Ok(Became::Kept);
        }
        let gone = Reason::CancelledEdited;
        let saved = self.replace(&row, &before.event, &before.source, gone)?;
        event::imported::put(self.tx, id, base)?;
        back.restored.insert(id, saved.version);
        Ok(Became::Restored)
    }

    /// A part that went into a series comes back where the series is as the import left it, and so
    /// ends before it again.
    fn restore_part(
        &self,
        (whole, version): (EventId, i64),
        part: &EventRow,
        back: &Back,
    ) -> Result<Became> {
        let is_left = self.as_left(whole, version, back)?.is_some();
        let now = event::find_legible(self.tx, &self.context.zones, part.event.id)?;
        let Some(now) = now.filter(|row| row.deleted_at.is_some()) else { return Ok(Became::Kept) };
        if !is_left || self.missing(&EventDraft::from(&part.event))?.is_some() {
            return Ok(Became::Kept);
        }
        self.give_back_part(whole, &now, part)?;
        Ok(Became::Restored)
    }

    /// What went into a series that came is by itself again.
    fn restore_single(&self, single: &EventRow) -> Result<Became> {
        let now = event::find_legible(self.tx, &self.context.zones, single.event.id)?;
        let Some(now) = now.filter(|row| row.deleted_at.is_some()) else { return Ok(Became::Kept) };
        if self.missing(&EventDraft::from(&single.event))?.is_some() {
            return Ok(Became::Kept);
        }
        self.replace(&now, &single.event, &single.source, Reason::CancelledEdited)?;
        Ok(Became::Restored)
    }

    fn remove_person(&self, row: &PersonRow) -> Result<Became> {
        let id = row.person.id;
        let events = event::of_person(self.tx, &self.context.zones, id)?;
        let is_named = events.iter().any(|row| !row.event.kind.is_of_person());
        if is_named || person::find(self.tx, id)?.as_ref() != Some(row) {
            return Ok(Became::Kept);
        }
        for row in &events {
            self.delete(row)?;
        }
        // Its card may come again.
        person::put(self.tx, &PersonRow { card: Card::default(), ..row.clone() })?;
        person::delete(self.tx, id, self.wall())?;
        Ok(Became::Removed)
    }

    fn restore_person(&self, before: &PersonRow, after: &PersonRow) -> Result<Became> {
        if person::find(self.tx, after.person.id)?.as_ref() != Some(after) {
            return Ok(Became::Kept);
        }
        self.put_person(before, Some(after))?;
        Ok(Became::Restored)
    }

    /// Deletes the calendars that were made, as far as nothing is in them.
    fn unmake_calendars(&self, made: &BTreeSet<CalendarId>) -> Result<()> {
        let sizes = calendars::sizes(self.tx)?;
        for row in calendars::all(self.tx)? {
            let is_empty = sizes.iter().all(|(id, _)| *id != row.id);
            if is_empty && made.contains(&row.id) {
                calendars::delete(self.tx, row.id, self.wall())?;
            }
        }
        Ok(())
    }
}
