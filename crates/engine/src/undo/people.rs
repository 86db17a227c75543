//! Undo and redo of what was changed of a person: their dates, their zone and all that follows it
//! go along, and their birthday is the event it was.

use std::collections::BTreeMap;

use calendar::{
    draft::EventDraft,
    id::{EventId, PersonId},
    person::Person,
    zones::ZoneName,
};

use super::{Stepped, Undone, Way, ways};
use crate::{
    act::Act,
    error::Result,
    ledger::{
        change::{KeptPerson, Of, What},
        event,
        person::{self, PersonRow},
    },
    people::is_theirs,
    reconcile::Effect,
};

impl Act<'_> {
    /// A person with the events of their dates, for undo.
    pub(crate) fn kept_person(&self, row: &PersonRow) -> Result<KeptPerson> {
        let events = event::ending_of_person(self.tx, &self.context.zones, row.person.id)?;
        let theirs = events.iter().map(|row| &row.event).filter(|event| is_theirs(event));
        let ending = theirs.filter(|e| e.repeats.rules.iter().any(|rule| rule.until().is_some()));
        let ends = ending.map(|event| (event.id.to_string(), EventDraft::from(event).rules));
        Ok(KeptPerson { ends: ends.collect(), ..self.with_days(row)? })
    }

    /// The same without what only a change of their zone is undone by.
    pub(crate) fn with_days(&self, row: &PersonRow) -> Result<KeptPerson> {
        let days = self.days_there(row.person.id)?;
        Ok(KeptPerson { days: days.iter().map(ToString::to_string).collect(), ..row.into() })
    }

    /// The events of a person's dates that are there.
    fn days_there(&self, id: PersonId) -> Result<Vec<EventId>> {
        let days = event::days_of_person(self.tx, &self.context.zones, id)?;
        Ok(days.into_iter().map(|row| row.event.id).collect())
    }

    /// Goes through a change of a person, or says why not.
    pub(super) fn step_of_person(
        &self,
        of: &Of<PersonId, KeptPerson>,
        way: Way,
    ) -> Result<Stepped> {
        let (from, to) = ways(of, way);
        let Some(row) = person::find(self.tx, of.id)? else {
            return Ok(Err("they are gone".into()));
        };
        if let Some(why) = self.person_refusal(&row, (from, to), way)? {
            return Ok(Err(why));
        }
        let effect = match to {
            Some(to) => self.put_person_back(&row, from, to)?,
            None => self.bury_person(of.id)?,
        };
        Ok(Ok(Undone { calendar: Some(effect), ..Undone::default() }))
    }

    fn person_refusal(
        &self,
        row: &PersonRow,
        (from, to): (Option<&KeptPerson>, Option<&KeptPerson>),
        way: Way,
    ) -> Result<Option<String>> {
        let (name, id) = (&row.person.name, row.person.id);
        let here = row.deleted_at.is_none().then(|| KeptPerson::from(row));
        let was =
            from.map(|from| KeptPerson { days: Vec::new(), ends: BTreeMap::new(), ..from.clone() });
        if here != was {
            return Ok(Some(format!(
                "{name} was changed since by something else, which would be lost"
            )));
        }
        let known = from.map_or(&[][..], |from| &from.days);
        if self.days_there(id)?.iter().any(|day| !known.contains(&day.to_string())) {
            return Ok(Some(format!("{name} has another birthday or anniversary by now")));
        }
        // A deletion that is made again leaves them to nobody, as it did before.
        if to.is_none() && way == Way::Undo {
            let (others, _) = event::count_of_person(self.tx, id)?;
            if others > 0 {
                let what =
                    if others == 1 { "1 event is".into() } else { format!("{others} events are") };
                return Ok(Some(format!("{what} of {name} by now")));
            }
        }
        Ok(None)
    }

    fn put_person_back(
        &self,
        row: &PersonRow,
        from: Option<&KeptPerson>,
        to: &KeptPerson,
    ) -> Result<Effect> {
        let leap_day = to.leap_day.parse().unwrap_or(row.person.leap_day);
        let zone = to.zone.clone().map(ZoneName::stored);
        let person = Person { id: row.person.id, name: to.name.clone(), zone, leap_day };
        let back = PersonRow {
            person,
            birthday: to.birthday.clone(),
            anniversary: to.anniversary.clone(),
            card: row.card.clone(),
            deleted_at: None,
        };
        person::bring_back(self.tx, row.person.id, self.wall())?;
        let days: Vec<EventId> = to.days.iter().filter_map(|text| text.parse().ok()).collect();
        let is_known = |id: &String| from.is_some_and(|from| from.ends.contains_key(id));
        let ends = to.ends.iter().filter(|(id, _)| is_known(id));
        let ends = ends.map(|(id, rules)| (id.clone(), rules.clone())).collect();
        let earlier = from.map(|_| row);
        let mut effect = self.put_person_with(&back, earlier, Some(&days), &ends)?;
        effect.add(self.follow_people()?.unwrap_or_default());
        Ok(effect)
    }

    /// Whose zone the next change is about, if it is about that.
    pub(super) fn next_mover(&self, way: Way) -> Result<Option<PersonId>> {
        let Some(What::Person(of)) = self.next_change(way)?.map(|change| change.what) else {
            return Ok(None);
        };
        let both = of.before.as_ref().zip(of.after.as_ref());
        Ok(both.filter(|(before, after)| before.zone != after.zone).map(|_| of.id))
    }

    /// Deletes a person with the events of their dates. Others are of nobody from then on: what is in
    /// their time stays in the last zone known, and days are planned anew by the next passes.
    pub(crate) fn bury_person(&self, id: PersonId) -> Result<Effect> {
        // The last zone known is the one they are in now.
        let followed = self.follow_people_to_the_end()?;
        let (_, in_last_zone) = event::count_of_person(self.tx, id)?;
        let mut effect = Effect { in_last_zone, ..followed };
        for row in event::days_of_person(self.tx, &self.context.zones, id)? {
            effect.add(self.delete(&row)?);
        }
        person::delete(self.tx, id, self.wall())?;
        Ok(effect)
    }
}

impl From<&PersonRow> for KeptPerson {
    fn from(row: &PersonRow) -> Self {
        let PersonRow { person, birthday, anniversary, .. } = row;
        Self {
            name: person.name.clone(),
            zone: person.zone.as_ref().map(ToString::to_string),
            birthday: birthday.clone(),
            anniversary: anniversary.clone(),
            leap_day: person.leap_day.code().into(),
            days: Vec::new(),
            ends: BTreeMap::new(),
        }
    }
}
