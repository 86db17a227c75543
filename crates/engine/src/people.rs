//! Use cases over people and calendars.

mod elsewhere;

use std::collections::BTreeMap;

use calendar::{
    event::Event,
    id::{CalendarId, EventId, PersonId},
    person::Person,
    policy::LeapDay,
    reason::Reason,
    timing::Tie,
    zones::ZoneName,
};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::{Engine, calendar_id, person_id},
    error::{Error, Result},
    events::spans,
    ledger::{
        calendar::{self as calendars, CalendarRow},
        change::{self, KeptCalendar, KeptPerson, NewChange, Of, What},
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
}

/// What saving a person came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSaved {
    /// The person.
    pub id: String,
    /// What became of the reminders of the birthday and of other events of theirs.
    pub effect: Effect,
    /// Whether there is anything to undo.
    #[serde(default)]
    pub undo: bool,
}

impl Engine {
    /// Makes or changes a person; a birthday becomes an event that is told once a year.
    ///
    /// # Errors
    /// The field that cannot be.
    pub fn save_person(&self, save: &SavePerson, request: Option<&str>) -> Result<PersonSaved> {
        self.save_person_by(save, request, |act| act.save_person(save))
    }

    /// [`Engine::save_person`] of somebody as they were read at this [`PersonRow::version`].
    ///
    /// # Errors
    /// The field that cannot be; [`Error::Changed`] if they were changed meanwhile.
    pub fn save_person_at(
        &self,
        save: &SavePerson,
        version: &str,
        request: Option<&str>,
    ) -> Result<PersonSaved> {
        self.save_person_by(save, request, |act| {
            let now = save.id.map(|id| person::find(act.tx, id)).transpose()?.flatten();
            match now.filter(|now| now.deleted_at.is_none() && now.version() != version) {
                Some(now) => Err(Error::Changed { name: now.person.name }),
                None => act.save_person(save),
            }
        })
    }

    /// Saves a person; where another zone is to be theirs, what is of them goes along in short
    /// transactions.
    fn save_person_by(
        &self,
        save: &SavePerson,
        request: Option<&str>,
        work: impl FnOnce(&Act<'_>) -> Result<PersonSaved>,
    ) -> Result<PersonSaved> {
        let zone = save.zone.as_deref().filter(|zone| !zone.is_empty());
        let moves = |row: PersonRow| row.person.zone.as_ref().map(ZoneName::as_str) != zone;
        if let Some(id) = save.id
            && self.read(|act| Ok(person::find(act.tx, id)?.is_some_and(moves)))?
        {
            self.catch_up_with_person(id)?;
        }
        let mut saved = self.once(request, work)?;
        let rest = self.follow_all_people()?;
        if rest != Effect::default() {
            saved.effect.add(rest);
            self.amend_answer(request, &saved)?;
        }
        Ok(saved)
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
            let row = person::find(act.tx, id)?.filter(|row| row.deleted_at.is_none());
            let before = act.with_days(&row.ok_or_else(|| Error::not_found("person", id))?)?;
            let label = format!("Delete “{}”", before.name);
            let effect = act.bury_person(id)?;
            let what = What::Person(Of { id, before: Some(before), after: None });
            let new = NewChange { label: &label, group: None, what: &what };
            change::push(act.tx, &new, act.wall())?;
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
            let before = match id {
                Some(id) => {
                    let row = known.iter().find(|c| c.id == id);
                    Some(row.ok_or_else(|| Error::not_found("calendar", id))?)
                }
                None => None,
            };
            let id = id.unwrap_or_else(|| calendar_id(&act.now));
            let is_called_anew = before.is_none_or(|row| row.name != name);
            if is_called_anew && known.iter().any(|c| c.id != id && c.name == name) {
                let message = format!("there is a calendar '{name}' already: choose another name");
                return Err(Error::invalid("name", message));
            }
            let row = CalendarRow { id, name: name.into(), color: color.into(), shown };
            calendars::put(act.tx, &row)?;
            let before = before.map(KeptCalendar::from);
            act.keep_of_calendar(Of { id, before, after: Some((&row).into()) })?;
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
        let mut gone = self.once(request, |act| {
            if calendars::all(act.tx)?.len() < 2 {
                return Err(Error::invalid(
                    "calendar",
                    "this is the last calendar: a ledger has at least one",
                ));
            }
            let row = calendars::all(act.tx)?.into_iter().find(|c| c.id == id);
            let before = KeptCalendar::from(&row.ok_or_else(|| Error::not_found("calendar", id))?);
            let name = before.name.clone();
            act.bury_calendar(id)?;
            act.keep_of_calendar(Of { id, before: Some(before), after: None })?;
            Ok(CalendarGone { name, effect: Effect::default() })
        })?;
        let rest = self.settle_all_calendars()?;
        if rest != Effect::default() {
            gone.effect.add(rest);
            self.amend_answer(request, &gone)?;
        }
        Ok(gone)
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
        let was = before.map(|before| self.kept_person(before)).transpose()?;
        let mut effect = self.put_person_with(&row, before, None, &BTreeMap::new())?;
        effect.add(self.follow_people()?.unwrap_or_default());
        let undo = self.keep_person(was, &row)?;
        Ok(PersonSaved { id: id.to_string(), effect, undo })
    }

    /// Writes a person, and brings what is of them in line, all in this transaction.
    pub(crate) fn put_person(
        &self,
        row: &PersonRow,
        earlier: Option<&PersonRow>,
    ) -> Result<Effect> {
        let moves = is_elsewhere(row, earlier);
        if moves {
            self.catch_up_with_all_of(row.person.id)?;
        }
        let mut effect = self.put_person_with(row, earlier, None, &BTreeMap::new())?;
        if moves {
            effect.add(self.follow_people_to_the_end()?);
        }
        Ok(effect)
    }

    /// Writes a person; where they are elsewhere from now on, [`Act::follow_people`] takes along what is
    /// of them. The events of their dates are to be these, if that is said, and of series that end those
    /// here end in these words.
    pub(crate) fn put_person_with(
        &self,
        row: &PersonRow,
        earlier: Option<&PersonRow>,
        kept: Option<&[EventId]>,
        ends: &BTreeMap<String, Vec<String>>,
    ) -> Result<Effect> {
        let mut effect = Effect::default();
        let (id, days) = (row.person.id, self.days_of(row)?);
        let moves = is_elsewhere(row, earlier);
        let mut ending = Vec::new();
        if moves {
            // What was planned for another move is by the zone they are in until now.
            effect.add(self.follow_people_to_the_end()?);
            ending = event::ending_of_person(self.tx, &self.context.zones, id)?;
            ending.retain(|row| is_theirs(&row.event));
        }
        person::put(self.tx, row)?;
        if moves {
            self.keep_ends(&ending, ends)?;
            self.note_move(id)?;
        }
        for (kind, date) in days {
            effect.add(self.save_day(&row.person, kind, date, kept)?);
        }
        Ok(effect)
    }

    /// Keeps what was changed of a person, so that it can be undone. Says whether anything was.
    fn keep_person(&self, before: Option<KeptPerson>, row: &PersonRow) -> Result<bool> {
        let after = self.kept_person(row)?;
        if before.as_ref() == Some(&after) {
            return Ok(false);
        }
        let word = if before.is_none() { "Add" } else { "Change" };
        let label = format!("{word} “{}”", after.name);
        let what = What::Person(Of { id: row.person.id, before, after: Some(after) });
        let new = NewChange { label: &label, group: None, what: &what };
        change::push(self.tx, &new, self.wall())?;
        Ok(true)
    }

    /// Keeps what was changed of a calendar, so that it can be undone.
    pub(crate) fn keep_of_calendar(&self, of: Of<CalendarId, KeptCalendar>) -> Result<()> {
        let Some(label) = calendar_label(of.before.as_ref(), of.after.as_ref()) else {
            return Ok(());
        };
        let what = What::Calendar(of);
        change::push(self.tx, &NewChange { label: &label, group: None, what: &what }, self.wall())
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

/// What was done to a calendar, in words; none if nothing was.
fn calendar_label(before: Option<&KeptCalendar>, after: Option<&KeptCalendar>) -> Option<String> {
    let (before, after) = match (before, after) {
        (None, None) => return None,
        (None, Some(after)) => return Some(format!("Add calendar “{}”", after.name)),
        (Some(before), None) => return Some(format!("Delete calendar “{}”", before.name)),
        (Some(before), Some(after)) => (before, after),
    };
    let name = &after.name;
    let differs = (before.name != *name, before.color != after.color, before.shown != after.shown);
    match differs {
        (false, false, false) => None,
        (true, false, false) => Some(format!("Rename calendar “{}” to “{name}”", before.name)),
        (false, true, false) => Some(format!("Give calendar “{name}” another colour")),
        (false, false, true) if after.shown => Some(format!("Show calendar “{name}”")),
        (false, false, true) => Some(format!("Hide calendar “{name}”")),
        (_, _, _) => Some(format!("Change calendar “{name}”")),
    }
}

/// This name, or with a number behind it if another calendar has it.
pub(crate) fn free_name(known: &[CalendarRow], id: CalendarId, name: &str) -> String {
    let is_free = |name: &str| known.iter().all(|c| c.id == id || c.name != name);
    let numbered = (2..=known.len() + 2).map(|n| format!("{name} {n}"));
    let mut names = std::iter::once(name.to_string()).chain(numbered);
    // There are more of these names than calendars.
    names.find(|name| is_free(name)).unwrap_or_else(|| name.to_string())
}

/// Whether a person is in another zone from now on.
fn is_elsewhere(row: &PersonRow, earlier: Option<&PersonRow>) -> bool {
    earlier.is_some_and(|earlier| earlier.person.zone != row.person.zone)
}

/// Whether any of it is in the time of its person.
pub(crate) fn is_theirs(event: &Event) -> bool {
    event.ties().any(|tie| matches!(tie, Tie::Theirs(_)))
}
