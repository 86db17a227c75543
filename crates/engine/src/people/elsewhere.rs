//! A person who is in another zone from now on: what is of them goes along, in short transactions. What is
//! cut off between them is gone on with by whoever leads; until an event is through, it is planned anew
//! before anything is decided of it.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{
    event::Event,
    id::{EventId, PersonId},
    reason::Reason,
    recurrence::Rule,
};
use serde::{Deserialize, Serialize};

use super::is_theirs;
use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    events::spans,
    ledger::{
        event::{self, EventRow, Legible},
        make_room,
        setting::{self, name},
    },
    reconcile::{Asked, Effect},
};

/// Events looked at in one turn.
const AT_ONCE: u32 = 200;

/// A person whose events are not all planned by the zone they are in now.
#[derive(Debug, Serialize, Deserialize)]
struct Moved {
    person: String,
    /// The last event that is through.
    after: Option<String>,
}

impl Moved {
    fn place(&self) -> Option<(PersonId, Option<EventId>)> {
        let after = self.after.as_deref().and_then(|after| after.parse().ok());
        Some((self.person.parse().ok()?, after))
    }
}

/// How much of it one transaction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Much {
    /// So much that nobody waits long for the ledger.
    Some,
    All,
}

impl Engine {
    /// Plans what was missed of what is in a person's time by the zone they are in, before that is another.
    pub(crate) fn catch_up_with_person(&self, id: PersonId) -> Result<()> {
        self.follow_all_people()?;
        let mut after = None;
        // Ends: each turn goes on to greater ids, or further in one event.
        while let Some(through) = self.write(|act| act.catch_up_after(id, after, Much::Some))? {
            after = through;
            make_room();
        }
        Ok(())
    }

    /// Goes on until all that is of people who are elsewhere now is planned by that.
    pub(crate) fn follow_all_people(&self) -> Result<Effect> {
        let mut all = Effect::default();
        // Ends: each turn goes on to greater ids, or further in one event.
        while self.read(|act| Ok(!act.moved_people()?.is_empty()))? {
            match self.write(|act| act.follow_people()) {
                Ok(effect) => all.add(effect.unwrap_or_default()),
                // What was asked is done, and who leads goes on with what follows from it.
                Err(error) => {
                    tracing::warn!(%error, "what is of a person who moved is planned later");
                    break;
                }
            }
            make_room();
        }
        Ok(all)
    }
}

impl Act<'_> {
    /// Notes that a person is elsewhere: [`Act::follow_people`] takes their events along.
    pub(super) fn note_move(&self, id: PersonId) -> Result<()> {
        let mut all = self.moved_people()?;
        all.push(Moved { person: id.to_string(), after: None });
        self.note_moved_people(&all)
    }

    /// Plans some of what is of a person who is elsewhere by the zone they are in now; nothing when all is.
    pub(crate) fn follow_people(&self) -> Result<Option<Effect>> {
        self.follow_as_much(Much::Some)
    }

    /// Does all of that.
    pub(crate) fn follow_people_to_the_end(&self) -> Result<Effect> {
        let mut all = Effect::default();
        // Ends: each turn goes on to greater ids.
        while let Some(effect) = self.follow_as_much(Much::All)? {
            all.add(effect);
        }
        Ok(all)
    }

    /// Plans all that was missed of what is in a person's time.
    pub(super) fn catch_up_with_all_of(&self, id: PersonId) -> Result<()> {
        let mut after = None;
        // Ends: each turn goes on to greater ids.
        while let Some(through) = self.catch_up_after(id, after, Much::All)? {
            after = through;
        }
        Ok(())
    }

    /// Those events of people who are elsewhere that are not through.
    pub(crate) fn still_to_follow(&self) -> Result<BTreeSet<EventId>> {
        let mut ids = BTreeSet::new();
        for (person, after) in self.moved_people()?.iter().filter_map(Moved::place) {
            ids.extend(event::ids_of_person(self.tx, person, after)?);
        }
        Ok(ids)
    }

    /// Has series end after the same occurrence as they did where their person was before: an end in UTC
    /// would be at another place of them now. Those said here end in these words if that is the same.
    pub(super) fn keep_ends(
        &self,
        was: &[EventRow],
        words: &BTreeMap<String, Vec<String>>,
    ) -> Result<()> {
        let zones = &self.context.zones;
        for was in was {
            let Some(row) = event::find_legible(self.tx, zones, was.event.id)? else { continue };
            let mut event = row.event.clone();
            event.repeats.rules = was.event.rules_by_wall_clock(zones);
            if let Some(rules) = words.get(&event.id.to_string()) {
                event = self.ending_in_words(event, rules);
            }
            if event != row.event {
                let (spans, now) = (spans(&self.context, &event), self.wall());
                event::put(self.tx, &event, spans, &row.source, Some(row.version), now)?;
            }
        }
        Ok(())
    }

    fn ending_in_words(&self, event: Event, rules: &[String]) -> Event {
        let parsed = rules.iter().map(|text| text.parse::<Rule>());
        let Ok(rules) = parsed.collect::<std::result::Result<_, _>>() else { return event };
        let (zones, mut other) = (&self.context.zones, event.clone());
        other.repeats.rules = rules;
        match other.rules_by_wall_clock(zones) == event.rules_by_wall_clock(zones) {
            true => other,
            false => event,
        }
    }

    /// Catches up with some that follow on this one; gives the last that is through, and nothing when
    /// there are no more.
    fn catch_up_after(
        &self,
        id: PersonId,
        after: Option<EventId>,
        much: Much,
    ) -> Result<Option<Option<EventId>>> {
        let (rows, last) = self.some_of(id, after)?;
        let mut through = after;
        for row in &rows {
            if much == Much::Some && self.has_changed_much() {
                return Ok(Some(through));
            }
            // What was let go by where they were does not come of it that they are elsewhere.
            if is_theirs(&row.event) {
                if much == Much::Some && self.catch_up_some(row)? {
                    return Ok(Some(through));
                }
                self.catch_up(row)?;
                event::decided_at_least(self.tx, row.event.id, self.wall())?;
            }
            through = Some(row.event.id);
        }
        Ok(last.map(Some))
    }

    fn follow_as_much(&self, much: Much) -> Result<Option<Effect>> {
        let mut all = self.moved_people()?;
        let Some(one) = all.first_mut() else { return Ok(None) };
        let mut effect = Effect::default();
        let through = match one.place() {
            Some(place) => self.follow_after(place, much, &mut effect)?,
            None => None,
        };
        match through {
            Some(through) => one.after = through.map(|id| id.to_string()),
            None => drop(all.remove(0)),
        }
        self.note_moved_people(&all)?;
        Ok(Some(effect))
    }

    /// Takes some along that follow on this one; gives the last that is through, and nothing when there
    /// are no more.
    fn follow_after(
        &self,
        (id, after): (PersonId, Option<EventId>),
        much: Much,
        effect: &mut Effect,
    ) -> Result<Option<Option<EventId>>> {
        let (rows, last) = self.some_of(id, after)?;
        let mut through = after;
        for row in &rows {
            if much == Much::Some && self.has_changed_much() {
                return Ok(Some(through));
            }
            // One in their time spans other instants now, and keeps the zone as the last known.
            effect.add(match is_theirs(&row.event) {
                true => self.correct(row, &row.event)?,
                false => {
                    let gone = Reason::CancelledEdited;
                    self.reconcile(&row.event, row.decided_until, Asked::Nobody, gone)?
                }
            });
            let decided = event::decided_until(self.tx, row.event.id)?;
            if much == Much::Some && decided.as_millisecond() < self.wall().as_millisecond() {
                // There is more of this one than a turn takes: the next goes on with it.
                return Ok(Some(through));
            }
            through = Some(row.event.id);
        }
        Ok(last.map(Some))
    }

    /// Some of a person's events that follow on this one, and the last of them if there may be more.
    fn some_of(
        &self,
        id: PersonId,
        after: Option<EventId>,
    ) -> Result<(Vec<EventRow>, Option<EventId>)> {
        let Legible { rows, damaged } =
            event::some_of_person(self.tx, &self.context.zones, id, after, AT_ONCE)?;
        for (id, error) in &damaged {
            event::say_damaged(*id, error);
        }
        let last = damaged.last().map(|(id, _)| *id).max(rows.last().map(|row| row.event.id));
        let is_full = rows.len() + damaged.len() >= AT_ONCE as usize;
        Ok((rows, last.filter(|_| is_full)))
    }

    fn moved_people(&self) -> Result<Vec<Moved>> {
        let text = setting::get(self.tx, name::MOVED_PEOPLE)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    fn note_moved_people(&self, all: &[Moved]) -> Result<()> {
        if all.is_empty() {
            return setting::remove(self.tx, name::MOVED_PEOPLE);
        }
        let text = serde_json::to_string(all).expect("BUG: a list of plain data");
        setting::put(self.tx, name::MOVED_PEOPLE, &text)
    }
}
