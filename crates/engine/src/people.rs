//! Use cases over people and calendars.

use calendar::{
    draft::EventDraft,
    event::Event,
    id::{CalendarId, EventId, PersonId},
    person::Person,
    policy::LeapDay,
    reason::Reason,
    timing::Tie,
    zones::{ZoneName, Zones},
};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::{Engine, calendar_id, person_id},
    error::{Error, Result},
    events::spans,
    ledger::{
        calendar::{self as calendars, CalendarRow},
        change::{self, NewChange},
        event::{self, EventRow},
        person::{self, PersonRow},
    },
    reconcile::{Asked, Effect},
};

/// A person as typed.
#[derive(Debug, Clone, Default)]
pub struct SavePerson {
    /// Who is changed; none is somebody new.
    pub id: Option<PersonId>,
    /// The name.
    pub name: String,
    /// IANA zone, if the person has one of their own.
    pub zone: Option<String>,
    /// `1990-02-29`, or `--02-29` without a year.
    pub birthday: Option<String>,
    /// The same of an anniversary; none leaves it as it is, an empty text takes it away.
    pub anniversary: Option<String>,
    /// `backward`, `forward` or `omit`; none is backward.
    pub leap_day: Option<String>,
}

/// What deleting a calendar came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarGone {
    /// Its name.
    pub name: String,
    /// What became of its events' reminders.
    pub effect: Effect,
    /// Whether it can be undone: one that never held an event is just made again.
    pub undo: bool,
}

/// What saving a person came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSaved {
    /// The person.
    pub id: String,
    /// What became of the reminders of the birthday and of other events of theirs.
    pub effect: Effect,
}

/// The deletion of a person, for each of the changes it is made of.
struct Gone {
    /// In words.
    label: String,
    /// What holds them together.
    group: String,
}

impl Engine {
    /// Makes or changes a person; a birthday becomes an event that is told once a year.
    ///
    /// # Errors
    /// The field that cannot be.
    pub fn save_person(&self, save: &SavePerson, request: Option<&str>) -> Result<PersonSaved> {
        self.once(request, |act| act.save_person(save))
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn people(&self) -> Result<Vec<PersonRow>> {
        self.read(|act| person::all(act.tx))
    }

    /// Deletes a person and their birthday; other events stay and are of nobody then. One undo
    /// takes all of it back.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn delete_person(&self, id: PersonId, request: Option<&str>) -> Result<Effect> {
        self.once(request, |act| {
            let rows = event::of_person(act.tx, &act.context.zones, id)?;
            let (theirs, others): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|row| row.event.kind.is_of_person());
            let named = person::find(act.tx, id)?.map_or_else(String::new, |row| row.person.name);
            let gone = Gone {
                label: format!("Delete “{named}”"),
                group: format!("{id} {}", act.wall().as_millisecond()),
            };
            let mut effect = Effect::default();
            // The last of the changes is the one that took the person along.
            let mut left = others.len() + theirs.len();
            for row in others {
                left -= 1;
                effect.add(act.without_person(&row, &gone, left == 0)?);
            }
            for row in theirs {
                left -= 1;
                effect.add(act.delete(&row)?);
                let before = EventDraft::from(&row.event);
                act.keep_of_person(&gone, row.event.id, (&before, None), left == 0)?;
            }
            person::delete(act.tx, id, act.wall())?;
            Ok(effect)
        })
    }

    /// All calendars, in their order.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn calendars(&self) -> Result<Vec<CalendarRow>> {
        self.read(|act| calendars::all(act.tx))
    }

    /// How many events each calendar holds; those without any are left out.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn calendar_sizes(&self) -> Result<Vec<(CalendarId, u32)>> {
        self.read(|act| calendars::sizes(act.tx))
    }

    /// Makes (without an id) or changes a calendar.
    ///
    /// # Errors
    /// When the name is empty or there is no such calendar.
    pub fn save_calendar(
        &self,
        id: Option<CalendarId>,
        name: &str,
        color: &str,
        shown: bool,
        request: Option<&str>,
    ) -> Result<CalendarRow> {
        let name = calendar_name(name)?;
        let saved: String = self.once(request, |act| {
            let known = calendars::all(act.tx)?;
            if let Some(id) = id.filter(|id| known.iter().all(|c| c.id != *id)) {
                return Err(Error::not_found("calendar", id));
            }
            let id = id.unwrap_or_else(|| calendar_id(&act.now));
            let row = CalendarRow { id, name: name.into(), color: color.into(), shown };
            calendars::put(act.tx, &row)?;
            Ok(id.to_string())
        })?;
        let row = self.calendars()?.into_iter().find(|row| row.id.to_string() == saved);
        row.ok_or_else(|| Error::not_found("calendar", saved))
    }

    /// Deletes a calendar and its events. Undo brings all of it back.
    ///
    /// # Errors
    /// When there is no such calendar, or it is the last one.
    pub fn delete_calendar(&self, id: CalendarId, request: Option<&str>) -> Result<CalendarGone> {
        self.once(request, |act| {
            if calendars::all(act.tx)?.len() < 2 {
                return Err(Error::invalid(
                    "calendar",
                    "this is the last calendar: a ledger has at least one",
                ));
            }
            let row = calendars::all(act.tx)?.into_iter().find(|c| c.id == id);
            let name = row.ok_or_else(|| Error::not_found("calendar", id))?.name;
            let effect = act.bury_calendar(id)?;
            let label = format!("Delete calendar “{name}”");
            let undo = change::push_calendar(act.tx, &label, id, act.wall())?;
            Ok(CalendarGone { name, effect, undo })
        })
    }
}

impl Act<'_> {
    fn save_person(&self, save: &SavePerson) -> Result<PersonSaved> {
        let name = save.name.trim();
        if name.is_empty() || name.len() > 200 {
            return Err(Error::invalid("name", "a person's name has 1 to 200 bytes"));
        }
        let zone = self.checked_zone(save.zone.as_deref())?;
        let leap_day: LeapDay = match &save.leap_day {
            Some(text) => text.parse().map_err(|e| Error::invalid("leap_day", format!("{e}")))?,
            None => LeapDay::default(),
        };
        let earlier = match save.id {
            Some(id) => {
                let row = person::find(self.tx, id)?.filter(|row| row.deleted_at.is_none());
                Some(row.ok_or_else(|| Error::not_found("person", id))?)
            }
            None => None,
        };
        let id = save.id.unwrap_or_else(|| person_id(&self.now));
        let before = earlier.as_ref();
        let anniversary = match &save.anniversary {
            None => before.and_then(|row| row.anniversary.clone()),
            Some(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        };
        let row = PersonRow {
            person: Person { id, name: name.into(), zone, leap_day },
            birthday: save.birthday.clone(),
            anniversary,
            card: before.map(|row| row.card.clone()).unwrap_or_default(),
            deleted_at: None,
        };
        let effect = self.put_person(&row, before)?;
        Ok(PersonSaved { id: id.to_string(), effect })
    }

    /// Writes a person, and brings what is of them in line.
    pub(crate) fn put_person(
        &self,
        row: &PersonRow,
        earlier: Option<&PersonRow>,
    ) -> Result<Effect> {
        let mut effect = Effect::default();
        let days = self.days_of(row)?;
        let was = event::of_person(self.tx, &self.context.zones, row.person.id)?;
        person::put(self.tx, row)?;
        for (kind, date) in days {
            effect.add(self.save_day(&row.person, kind, date)?);
        }
        if earlier.is_some_and(|earlier| earlier.person.zone != row.person.zone) {
            for row in event::of_person(self.tx, &self.context.zones, row.person.id)? {
                // One in their time spans other instants now, and keeps the zone as the last known.
                effect.add(match is_theirs(&row.event) {
                    true => {
                        self.correct(&row, &ending_as(&was, &row.event, &self.context.zones))?
                    }
                    false => {
                        let gone = Reason::CancelledEdited;
                        self.reconcile(&row.event, row.decided_until, Asked::Nobody, gone)?
                    }
                });
            }
        }
        Ok(effect)
    }

    /// Takes the person out of an event, which keeps its dates.
    fn without_person(&self, row: &EventRow, gone: &Gone, with_person: bool) -> Result<Effect> {
        let before = EventDraft::from(&row.event);
        // What is in their time stays in the last zone known, and under the names it has.
        let event = Event { person: None, ..row.event.clone() };
        let mut effect = self.correct(row, &event)?;
        effect.in_last_zone = u32::from(is_theirs(&event));
        let after = EventDraft::from(&event);
        self.keep_of_person(gone, event.id, (&before, Some(&after)), with_person)?;
        Ok(effect)
    }

    fn keep_of_person(
        &self,
        gone: &Gone,
        event: EventId,
        (before, after): (&EventDraft, Option<&EventDraft>),
        with_person: bool,
    ) -> Result<()> {
        let (label, group, before) = (&*gone.label, Some(&*gone.group), Some(before));
        let new = NewChange { label, event, before, after, with_person, group, tail: None };
        change::push(self.tx, &new, self.wall())
    }

    /// Puts a corrected definition in the place of one, losing nothing unsent: what is due by it
    /// already is told late.
    pub(crate) fn correct(&self, row: &EventRow, event: &Event) -> Result<Effect> {
        let (spans, now) = (spans(&self.context, event), self.wall());
        event::put(self.tx, event, spans, &row.source, Some(row.version), now)?;
        self.reconcile(event, row.decided_until, Asked::Nobody, Reason::CancelledEdited)
    }

    fn checked_zone(&self, zone: Option<&str>) -> Result<Option<ZoneName>> {
        let checked =
            zone.filter(|z| !z.is_empty()).map(|z| self.context.zones.check(z)).transpose();
        checked.map_err(|e| Error::invalid("zone", e.to_string()))
    }
}

/// The name of a calendar as it is kept.
pub(crate) fn calendar_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.len() > 200 {
        return Err(Error::invalid("name", "a calendar's name has 1 to 200 bytes"));
    }
    Ok(name)
}

/// The event with its rules ending by the wall clock where they ended in the zone it was in.
fn ending_as(was: &[EventRow], event: &Event, zones: &Zones) -> Event {
    let mut event = event.clone();
    if let Some(was) = was.iter().find(|row| row.event.id == event.id) {
        event.repeats.rules = was.event.rules_by_wall_clock(zones);
    }
    event
}

/// Whether any of it is in the time of its person.
fn is_theirs(event: &Event) -> bool {
    event.ties().any(|tie| matches!(tie, Tie::Theirs(_)))
}
