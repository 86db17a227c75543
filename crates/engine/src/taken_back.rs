//! An import taken back: what it brought goes, what it changed is as before, and the same file can
//! come in again as if it had never been here. What somebody changed since stays as it is.
//!
//! Its trail is in the ledger beside what else can be undone. Each step gone through leaves the one
//! that leads back again, so that an import can be made again, too.

use std::{collections::BTreeMap, str::FromStr};

use calendar::{
    draft::EventDraft,
    event::Event,
    id::{CalendarId, ChannelId, EventId, PersonId},
    person::Person,
    reason::Reason,
    timing::LocalStart,
    zones::ZoneName,
};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    ledger::{
        calendar as calendars,
        change::{self, NewChange, What},
        damaged, delivery,
        event::{self, EventRow, Source, imported as bases},
        make_room,
        person::{self, Card, PersonRow},
        trail,
    },
    origin::fingerprint,
    people::free_name,
    reconcile::Effect,
};

/// What an import did, so that it can be taken back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trail {
    /// The imports whose steps are in the ledger.
    imports: Vec<String>,
    /// Steps that are not there yet.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Step {
    /// An event came in, at this version and with this fingerprint now. Where it is taken out its
    /// rows go to another.
    Came { event: String, version: i64, print: String, into: Option<String> },
    /// An event went, being a tombstone of this version; perhaps into another, at this version.
    Went { event: String, version: i64, uid: Option<String>, into: Option<(String, i64)> },
    /// An event that is at this version and has this fingerprint now took the place of this one.
    Changed { version: i64, print: String, was: Box<EventWas> },
    /// Somebody came in, or was changed.
    Person { before: Option<Box<PersonWas>>, after: Box<PersonWas> },
    /// Somebody who came in went.
    PersonWent(Box<PersonWas>),
    /// A calendar was made.
    Made(String),
    /// A calendar that was made went.
    Unmade(String),
}

/// An event as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct EventWas {
    event: String,
    draft: EventDraft,
    source: Source,
    base: Option<EventDraft>,
}

/// Somebody as they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PersonWas {
    id: String,
    name: String,
    zone: Option<String>,
    leap_day: String,
    birthday: Option<String>,
    anniversary: Option<String>,
    card: Card,
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
        self.imports.is_empty() && self.steps.is_empty()
    }

    /// Goes on with what was done next.
    pub fn append(&mut self, mut next: Self) {
        next.imports.retain(|import| !self.imports.contains(import));
        self.imports.append(&mut next.imports);
        self.steps.append(&mut next.steps);
    }

    /// An event came in, with this fingerprint.
    pub(crate) fn made(&mut self, event: EventId, print: String) {
        let id = event.to_string();
        self.steps.push(Step::Came { event: id, version: 1, print, into: None });
    }

    pub(crate) fn changed(
        &mut self,
        (before, base): (&EventRow, Option<EventDraft>),
        (after, extra): (&Event, &str),
    ) {
        let (was, print) = (Box::new(EventWas::of(before, base)), fingerprint(after, extra));
        self.steps.push(Step::Changed { version: before.version + 1, print, was });
    }

    /// A part, as it was, went into its series.
    pub(crate) fn took_in(&mut self, whole: (EventId, i64), part: &EventRow) {
        self.steps.push(went(part, Some(whole)));
    }

    pub(crate) fn went_in(&mut self, single: &EventRow) {
        self.steps.push(went(single, None));
    }

    pub(crate) fn made_calendar(&mut self, calendar: CalendarId) {
        self.steps.insert(0, Step::Made(calendar.to_string()));
    }

    pub(crate) fn person(&mut self, before: Option<&PersonRow>, after: &PersonRow) {
        let before = before.map(|row| Box::new(PersonWas::of(row)));
        self.steps.push(Step::Person { before, after: Box::new(PersonWas::of(after)) });
    }
}

fn went(row: &EventRow, into: Option<(EventId, i64)>) -> Step {
    Step::Went {
        event: row.event.id.to_string(),
        version: row.version + 1,
        uid: row.source.uid.clone(),
        into: into.map(|(id, version)| (id.to_string(), version)),
    }
}

impl EventWas {
    fn of(row: &EventRow, base: Option<EventDraft>) -> Self {
        let (event, draft) = (row.event.id.to_string(), EventDraft::from(&row.event));
        Self { event, draft, source: row.source.clone(), base }
    }
}

impl PersonWas {
    fn of(row: &PersonRow) -> Self {
        let zone = row.person.zone.as_ref().map(ToString::to_string);
        Self {
            id: row.person.id.to_string(),
            name: row.person.name.clone(),
            zone,
            leap_day: row.person.leap_day.code().into(),
            birthday: row.birthday.clone(),
            anniversary: row.anniversary.clone(),
            card: row.card.clone(),
        }
    }

    fn row(&self) -> Result<PersonRow> {
        let leap_day = self.leap_day.parse();
        let leap_day = leap_day.map_err(|e| damaged("trail", &format!("{e}")))?;
        let person = Person {
            id: id::<PersonId>(&self.id)?,
            name: self.name.clone(),
            zone: self.zone.as_deref().map(ZoneName::stored),
            leap_day,
        };
        let (birthday, anniversary) = (self.birthday.clone(), self.anniversary.clone());
        Ok(PersonRow { person, birthday, anniversary, card: self.card.clone(), deleted_at: None })
    }
}

fn id<Id: FromStr>(text: &str) -> Result<Id> {
    Ok(text.parse().map_err(|_| damaged("trail", &format!("'{text}' is no id")))?)
}

/// How far it is.
#[derive(Debug, Default)]
pub(crate) struct Back {
    pub done: TakenBack,
    pub effect: Effect,
    /// The change that is gone through.
    pub change: Option<i64>,
    /// The versions of what was restored: an event that came in may be changed by the same file.
    restored: BTreeMap<String, i64>,
}

impl Engine {
    /// Takes an import back, the last step first, by many short transactions. Cut off, it has
    /// taken back a part, and goes on when it is asked again.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn take_back(&self, trail: Trail) -> Result<TakenBack> {
        let mut done = TakenBack::default();
        for import in trail.imports.iter().rev() {
            let one = self.take_import_back(import)?.unwrap_or_default();
            done.removed += one.removed;
            done.restored += one.restored;
            done.kept += one.kept;
        }
        Ok(done)
    }

    /// Takes the import of this name back; none where it can no longer be, or was already.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn take_import_back(&self, import: &str) -> Result<Option<TakenBack>> {
        let Some(seq) = self.read(|act| change::import(act.tx, import))? else { return Ok(None) };
        let mut back = Back::default();
        let mut as_begun: fn(Error) -> Error = |error| error;
        // Ends: each turn goes through one of the rows there are.
        while self.write(|act| act.go_through(seq, false, &mut back)).map_err(as_begun)? {
            as_begun = Error::once_begun;
            make_room();
        }
        self.write(|act| change::mark(act.tx, seq, true, act.wall())).map_err(Error::once_begun)?;
        Ok(Some(back.done))
    }
}

impl Act<'_> {
    /// Keeps the steps of one transaction of an import.
    pub(crate) fn keep_trail(&self, import: &str, into: &str, steps: &mut Trail) -> Result<()> {
        if steps.steps.is_empty() {
            return Ok(());
        }
        let change = match change::import(self.tx, import)? {
            Some(seq) => seq,
            None => {
                let label = match into {
                    "" => "Import people".to_string(),
                    name => format!("Import into “{name}”"),
                };
                let what = What::Import(import.to_string());
                let new = NewChange { label: &label, group: None, what: &what };
                change::push(self.tx, &new, self.wall())?;
                change::import(self.tx, import)?.unwrap_or_default()
            }
        };
        let taken = std::mem::take(&mut steps.steps);
        trail::append(self.tx, change, &text_of(&taken))?;
        steps.imports = vec![import.to_string()];
        Ok(())
    }

    /// Goes through the next steps of an import, back or forth; false if there are none left.
    pub(crate) fn go_through(&self, change: i64, again: bool, back: &mut Back) -> Result<bool> {
        let Some((n, text)) = trail::next(self.tx, change, again)? else { return Ok(false) };
        let mut steps: Vec<Step> =
            serde_json::from_str(&text).map_err(|e| damaged("trail", &e.to_string()))?;
        if !again {
            steps.reverse();
        }
        let mut ways_back = Vec::new();
        for step in &steps {
            match self.go(step, back)? {
                Some(other) => ways_back.push(other),
                None => back.done.kept += 1,
            }
        }
        if !again {
            ways_back.reverse();
        }
        trail::turn(self.tx, change, n, &text_of(&ways_back), !again)?;
        Ok(true)
    }

    /// Takes one step back; gives the step that would be taken back by what it was.
    fn go(&self, step: &Step, back: &mut Back) -> Result<Option<Step>> {
        match step {
            Step::Came { event, version, print, into } => {
                self.remove_event(event, (*version, print), into.as_deref(), back)
            }
            Step::Went { event, version, uid, into } => {
                self.bring_back(event, *version, uid.as_ref(), into.as_ref(), back)
            }
            Step::Changed { version, print, was } => {
                self.restore_event((*version, print), was, back)
            }
            Step::Person { before: None, after } => self.remove_person(after, back),
            Step::Person { before: Some(before), after } => {
                self.restore_person(before, after, back)
            }
            Step::PersonWent(was) => self.bring_person_back(was, back),
            Step::Made(calendar) => {
                let known = id::<CalendarId>(calendar)?;
                let is_empty = calendars::sizes(self.tx)?.iter().all(|(id, _)| *id != known);
                if is_empty && calendars::find(self.tx, known)?.is_some() {
                    calendars::delete(self.tx, known, self.wall())?;
                }
                Ok(Some(Step::Unmade(calendar.clone())))
            }
            Step::Unmade(calendar) => {
                let known = id::<CalendarId>(calendar)?;
                let all = calendars::all(self.tx)?;
                if all.iter().all(|row| row.id != known) {
                    calendars::bring_back(self.tx, known)?;
                    if let Some(mut row) = calendars::find(self.tx, known)? {
                        row.name = free_name(&all, known, &row.name);
                        calendars::put(self.tx, &row)?;
                    }
                }
                Ok(Some(Step::Made(calendar.clone())))
            }
        }
    }

    /// The event, if it is at this version or at the one it was restored to.
    fn as_left(&self, event: &str, version: i64, back: &Back) -> Result<Option<EventRow>> {
        let version = back.restored.get(event).copied().unwrap_or(version);
        let found = event::find_legible(self.tx, &self.context.zones, id(event)?)?;
        Ok(found.filter(|row| row.version == version))
    }

    /// The event, if it is as it was left: at this version, or again the same.
    fn still(
        &self,
        event: &str,
        (version, print): (i64, &str),
        back: &Back,
    ) -> Result<Option<EventRow>> {
        if let Some(row) = self.as_left(event, version, back)? {
            return Ok(Some(row).filter(|row| row.deleted_at.is_none()));
        }
        let found = event::find_legible(self.tx, &self.context.zones, id(event)?)?;
        // A fingerprint says nothing of other channels.
        let is_plain = |event: &Event| {
            event.reminders.iter().all(|reminder| reminder.channel == ChannelId::DESKTOP)
        };
        Ok(found.filter(|row| {
            row.deleted_at.is_none()
                && is_plain(&row.event)
                && fingerprint(&row.event, &row.source.extra) == print
        }))
    }

    fn remove_event(
        &self,
        event: &str,
        left: (i64, &str),
        into: Option<&str>,
        back: &mut Back,
    ) -> Result<Option<Step>> {
        let Some(row) = self.still(event, left, back)? else { return Ok(None) };
        back.effect.add(self.delete(&row)?);
        if let Some(uid) = &row.source.uid {
            calendars::forget_deleted(self.tx, row.event.calendar, uid)?;
        }
        let mut whole = None;
        if let Some(into) = into.map(id::<EventId>).transpose()? {
            delivery::hand_over_all(self.tx, row.event.id, into)?;
            let found = event::find_legible(self.tx, &self.context.zones, into)?;
            whole = found.map(|row| (into, row.version));
        }
        back.done.removed += 1;
        Ok(Some(went(&row, whole)))
    }

    /// What went comes back; what went into a series, before that ends before it again.
    fn bring_back(
        &self,
        event: &str,
        version: i64,
        uid: Option<&String>,
        into: Option<&(String, i64)>,
        back: &mut Back,
    ) -> Result<Option<Step>> {
        let found = self.as_left(event, version, back)?;
        let Some(row) = found.filter(|row| row.deleted_at.is_some()) else { return Ok(None) };
        if let Some((whole, version)) = into
            && self.as_left(whole, *version, back)?.is_none()
        {
            return Ok(None);
        }
        let calendar = row.event.calendar;
        if let Some(uid) = uid {
            let other = event::by_uid(self.tx, &self.context.zones, calendar, uid)?;
            if other.is_some_and(|other| other.deleted_at.is_none()) {
                return Ok(None);
            }
            calendars::forget_deleted(self.tx, calendar, uid)?;
        }
        if self.missing(&EventDraft::from(&row.event))?.is_some() {
            return Ok(None);
        }
        let source = Source { uid: uid.cloned(), ..row.source.clone() };
        let saved = self.replace(&row, &row.event, &source, Reason::CancelledEdited)?;
        if let Some((whole, _)) = into {
            let start = LocalStart::first(row.event.timing.start);
            delivery::hand_over_from(self.tx, id(whole)?, start, row.event.id)?;
        }
        back.effect.add(saved.effect);
        back.restored.insert(event.to_string(), saved.version);
        back.done.restored += 1;
        let (event, into) = (event.to_string(), into.map(|(whole, _)| whole.clone()));
        let print = fingerprint(&row.event, &row.source.extra);
        Ok(Some(Step::Came { event, version: saved.version, print, into }))
    }

    fn restore_event(
        &self,
        left: (i64, &str),
        was: &EventWas,
        back: &mut Back,
    ) -> Result<Option<Step>> {
        let Some(row) = self.still(&was.event, left, back)? else { return Ok(None) };
        let event = match self.missing(&was.draft)? {
            None => self.checked(&was.draft, row.event.id, row.event.series_root),
            Some(why) => Err(Error::invalid("event", why)),
        };
        let event = match event {
            Ok(event) => event,
            Err(Error::Invalid { message: why, .. }) => {
                tracing::info!(event = was.event, why, "what an import changed stays changed");
                return Ok(None);
            }
            Err(other) => return Err(other),
        };
        let now = EventWas::of(&row, bases::find(self.tx, row.event.id)?);
        let saved = self.replace(&row, &event, &was.source, Reason::CancelledEdited)?;
        bases::put(self.tx, row.event.id, was.base.as_ref())?;
        back.effect.add(saved.effect);
        back.restored.insert(was.event.clone(), saved.version);
        back.done.restored += 1;
        let print = fingerprint(&event, &was.source.extra);
        Ok(Some(Step::Changed { version: saved.version, print, was: Box::new(now) }))
    }

    fn remove_person(&self, was: &PersonWas, back: &mut Back) -> Result<Option<Step>> {
        let row = was.row()?;
        let id = row.person.id;
        let events = event::of_person(self.tx, &self.context.zones, id)?;
        let is_named = events.iter().any(|row| !row.event.kind.is_of_person());
        if is_named || person::find(self.tx, id)?.as_ref() != Some(&row) {
            return Ok(None);
        }
        for row in &events {
            back.effect.add(self.delete(row)?);
        }
        // Its card may come again.
        person::put(self.tx, &PersonRow { card: Card::default(), ..row })?;
        person::delete(self.tx, id, self.wall())?;
        back.done.removed += 1;
        Ok(Some(Step::PersonWent(Box::new(was.clone()))))
    }

    fn bring_person_back(&self, was: &PersonWas, back: &mut Back) -> Result<Option<Step>> {
        let row = was.row()?;
        let is_gone = person::find(self.tx, row.person.id)?.is_some_and(|p| p.deleted_at.is_some());
        let came_again = match &row.card.uid {
            Some(uid) => person::by_uid(self.tx, uid)?.is_some(),
            None => false,
        };
        if !is_gone || came_again {
            return Ok(None);
        }
        person::bring_back(self.tx, row.person.id, self.wall())?;
        back.effect.add(self.put_person(&row, None)?);
        back.done.restored += 1;
        Ok(Some(Step::Person { before: None, after: Box::new(was.clone()) }))
    }

    fn restore_person(
        &self,
        before: &PersonWas,
        after: &PersonWas,
        back: &mut Back,
    ) -> Result<Option<Step>> {
        let row = after.row()?;
        if person::find(self.tx, row.person.id)?.as_ref() != Some(&row) {
            return Ok(None);
        }
        back.effect.add(self.put_person(&before.row()?, Some(&row))?);
        back.done.restored += 1;
        let (before, after) = (Some(Box::new(after.clone())), Box::new(before.clone()));
        Ok(Some(Step::Person { before, after }))
    }
}

fn text_of(steps: &[Step]) -> String {
    serde_json::to_string(steps).expect("BUG: steps are JSON")
}
