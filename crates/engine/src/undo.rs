//! Undo and redo of what a person changed: events here, `calendars` and `people` in files of their
//! own. All go the same way as any edit, so the reminders
//! end where they would have been. What has been changed since by something else (an import, a
//! program, another window) is left as it is: the change is forgotten, and the next one's turn.

mod calendars;
mod people;

use calendar::{
    draft::EventDraft,
    event::Event,
    id::{ChannelId, EventId},
    reason::Reason,
    timing::THEIRS,
};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    events::Saved,
    ledger::{
        calendar as calendar_table,
        change::{self, ChangeRow, Of, Tail, What},
        channel,
        event::{self, EventRow},
        make_room, person,
    },
    reconcile::Effect,
    taken_back::Back,
};

/// What undo or redo did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The change, in words.
    pub label: String,
    /// The title of the event it was about, or the name of the calendar.
    #[serde(default)]
    pub title: String,
    /// What came of it for an event; none if there was nothing to undo.
    pub saved: Option<Saved>,
    /// What came of it for a whole calendar, or for all that is of a person.
    #[serde(default)]
    pub calendar: Option<Effect>,
    /// Why nothing was done, in one sentence. The change is forgotten.
    #[serde(default)]
    pub refused: Option<String>,
}

/// What going through a change came to, its label being what there is to add to the change's; or
/// why it cannot be gone through.
type Stepped = std::result::Result<Undone, String>;

/// Which way through the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Undo,
    Redo,
}

impl Engine {
    /// Takes the last change back. With nothing to take back, says so and changes nothing; a
    /// change that cannot be taken back is forgotten, and the answer says why.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub fn undo(&self, request: Option<&str>) -> Result<Undone> {
        self.through(request, Way::Undo)
    }

    /// Goes through the next change, an import by many short transactions.
    fn through(&self, request: Option<&str>, way: Way) -> Result<Undone> {
        for event in self.read(|act| act.next_events(way))? {
            self.catch_up_with(event)?;
        }
        if let Some(person) = self.read(|act| act.next_mover(way))? {
            self.catch_up_with_person(person)?;
        }
        let (mut back, mut is_begun) = (Back::default(), false);
        loop {
            // Ends: each turn but the last goes through a row of an import.
            let done = self.once_through(request, |act| act.next_step(way, &mut back));
            let done = if is_begun { done.map_err(Error::once_begun) } else { done }?;
            is_begun = true;
            if let Some(mut done) = done {
                let mut rest = self.settle_all_calendars()?;
                rest.add(self.follow_all_people()?);
                if let Some(effect) = &mut done.calendar
                    && rest != Effect::default()
                {
                    effect.add(rest);
                    self.amend_answer(request, &done)?;
                }
                return Ok(done);
            }
            make_room();
        }
    }

    /// What undo would take back and what redo would make again, in words.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn undo_labels(&self) -> Result<(Option<String>, Option<String>)> {
        self.read(|act| {
            let label = |row: ChangeRow| row.label;
            Ok((change::to_undo(act.tx)?.map(label), change::to_redo(act.tx)?.map(label)))
        })
    }

    /// Makes the last change again that was taken back.
    ///
    /// # Errors
    /// As [`Engine::undo`].
    pub fn redo(&self, request: Option<&str>) -> Result<Undone> {
        self.through(request, Way::Redo)
    }
}

impl Act<'_> {
    fn next_change(&self, way: Way) -> Result<Option<ChangeRow>> {
        match way {
            Way::Undo => change::to_undo(self.tx),
            Way::Redo => change::to_redo(self.tx),
        }
    }

    /// The events that the next change is about.
    fn next_events(&self, way: Way) -> Result<Vec<EventId>> {
        Ok(match self.next_change(way)?.map(|change| change.what) {
            Some(What::Event(of, tail)) => {
                let tail = tail.and_then(|tail| tail.event.parse().ok());
                [Some(of.id), tail].into_iter().flatten().collect()
            }
            Some(What::Calendar(_) | What::Person(_) | What::Import(_)) | None => Vec::new(),
        })
    }

    /// Goes through the next change; of an import through some of it, and gives nothing then.
    pub(crate) fn next_step(&self, way: Way, back: &mut Back) -> Result<Option<Undone>> {
        let next = match back.change {
            Some(seq) => change::find(self.tx, seq)?,
            None => self.next_change(way)?,
        };
        let Some(change) = next else { return Ok(Some(Undone::default())) };
        if !matches!(change.what, What::Import(_)) {
            return self.whole_step(change, way).map(Some);
        }
        back.change = Some(change.seq);
        if self.go_through(change.seq, way == Way::Redo, back)? {
            return Ok(None);
        }
        let done = back.done;
        if done.removed + done.restored == 0 && done.kept > 0 {
            let why = "all of it was changed since by something else, which would be lost";
            return self.pass_over(&change, way, why).map(Some);
        }
        change::mark(self.tx, change.seq, way == Way::Undo, self.wall())?;
        let title = change.label.trim_start_matches("Import into “").trim_end_matches('”').into();
        let label = match done.kept {
            0 => change.label,
            1 => format!("{}, without one that was changed since", change.label),
            more => format!("{}, without {more} that were changed since", change.label),
        };
        let calendar = Some(std::mem::take(&mut back.effect));
        Ok(Some(Undone { label, title, calendar, ..Undone::default() }))
    }

    /// Goes through a change and all that are one with it. What cannot be gone through among
    /// them is left out, and said.
    fn whole_step(&self, first: ChangeRow, way: Way) -> Result<Undone> {
        let Some(group) = first.group.clone() else { return self.step(&first, way) };
        let (mut effect, mut left_out, mut refused) = (Effect::default(), Vec::new(), None);
        let (label, mut gone_through, mut next) = (first.label.clone(), 0, Some(first));
        while let Some(change) = next.filter(|change| change.group.as_ref() == Some(&group)) {
            let done = self.step(&change, way)?;
            match (done.saved.map(|saved| saved.effect).or(done.calendar), done.refused) {
                (Some(one), _) => {
                    effect.add(one);
                    gone_through += 1;
                }
                (None, Some(why)) => {
                    left_out.push(format!("“{}”", change.what.title()));
                    refused = Some(why);
                }
                (None, None) => {}
            }
            next = self.next_change(way)?;
        }
        let title = label.trim_start_matches("Delete “").trim_end_matches('”').to_string();
        if gone_through == 0 {
            return Ok(Undone { label, title, refused, ..Undone::default() });
        }
        let label = match left_out.as_slice() {
            [] => label,
            several => format!("{label}, without {}", several.join(", ")),
        };
        Ok(Undone { label, title, calendar: Some(effect), ..Undone::default() })
    }

    fn step(&self, change: &ChangeRow, way: Way) -> Result<Undone> {
        let done = match &change.what {
            What::Event(of, tail) => self.step_of_event(of, tail.as_deref(), way)?,
            What::Calendar(of) => self.step_of_calendar(of, (change.seq, change.at), way)?,
            What::Person(of) => self.step_of_person(of, way)?,
            What::Import(_) => Err("an import is undone by itself".into()),
        };
        let done = match done {
            Ok(done) => done,
            Err(why) => return self.pass_over(change, way, &why),
        };
        change::mark(self.tx, change.seq, way == Way::Undo, self.wall())?;
        let (label, title) = (format!("{}{}", change.label, done.label), change.what.title());
        let title = if done.title.is_empty() { title.into() } else { done.title };
        Ok(Undone { label, title, ..done })
    }

    /// Goes through a change of an event, or says why not.
    fn step_of_event(
        &self,
        of: &Of<EventId, EventDraft>,
        tail: Option<&Tail>,
        way: Way,
    ) -> Result<Stepped> {
        let row = match event::find(self.tx, &self.context.zones, of.id) {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(Err("its event is gone".into())),
            Err(error) if error.is_damage() => return Ok(Err(error.to_string())),
            Err(error) => return Err(error),
        };
        let refusal = match self.event_refusal(of, &row, way)? {
            None => self.tail_refusal(tail, way == Way::Undo)?,
            why => why,
        };
        if let Some(why) = refusal {
            return Ok(Err(why));
        }
        let (_, to) = ways(of, way);
        let saved = match (tail, to) {
            (Some(tail), Some(to)) => self.put_back_parted(&row, tail, to, way == Way::Redo)?,
            (_, to) => self.put_back(&row, to)?,
        };
        Ok(Ok(Undone { saved: Some(saved), ..Undone::default() }))
    }

    /// Forgets a change that cannot be gone through, and says why.
    fn pass_over(&self, change: &ChangeRow, way: Way, why: &str) -> Result<Undone> {
        change::forget(self.tx, change.seq)?;
        let (word, next) = match way {
            Way::Undo => ("undo", "undo again for the change before it"),
            Way::Redo => ("redo", "redo again for the change after it"),
        };
        let (label, title) = (change.label.clone(), change.what.title().into());
        let refused = Some(format!("cannot {word} {label}: {why}; {next}"));
        Ok(Undone { label, title, refused, ..Undone::default() })
    }

    fn event_refusal(
        &self,
        of: &Of<EventId, EventDraft>,
        row: &EventRow,
        way: Way,
    ) -> Result<Option<String>> {
        let (from, to) = ways(of, way);
        if let Some(to) = to {
            if let Some(why) = self.missing(to)? {
                return Ok(Some(why));
            }
            match self.checked(to, row.event.id, row.event.series_root) {
                Ok(event) => {
                    let (other, taken) = (self.other_birthday(&event)?, self.taken(row, &event)?);
                    if let Some(why) = other.or(taken) {
                        return Ok(Some(why));
                    }
                }
                Err(error) if error.is_damage() => return Ok(Some(error.to_string())),
                Err(error) => return Err(error),
            }
        }
        let here = row.deleted_at.is_none().then(|| EventDraft::from(&row.event));
        Ok((!is_same(here.as_ref(), from))
            .then(|| "the event was changed since by something else, which would be lost".into()))
    }

    /// What a definition names that is no longer there.
    pub(crate) fn missing(&self, to: &EventDraft) -> Result<Option<String>> {
        if !calendar_table::all(self.tx)?.iter().any(|c| c.id.to_string() == to.calendar) {
            return Ok(Some("its calendar was deleted".into()));
        }
        for reminder in to.reminders.iter().flatten() {
            let known = match reminder.channel.parse::<ChannelId>() {
                Ok(id) => channel::find(self.tx, id)?.filter(|c| c.removed),
                Err(_) => None,
            };
            if let Some(gone) = known {
                return Ok(Some(format!("the channel {} was removed", gone.name)));
            }
        }
        Ok(None)
    }

    /// A person has one birthday: one that was made meanwhile stays the only one.
    fn other_birthday(&self, event: &Event) -> Result<Option<String>> {
        let Some(person) = event.person.as_ref().filter(|_| event.kind.is_of_person()) else {
            return Ok(None);
        };
        let known = event::days_of_person(self.tx, &self.context.zones, person.id)?;
        let other =
            known.iter().any(|row| row.event.kind == event.kind && row.event.id != event.id);
        Ok(other.then(|| format!("{} has another {} by now", person.name, event.kind.code())))
    }

    fn put_back(&self, row: &EventRow, draft: Option<&EventDraft>) -> Result<Saved> {
        match draft {
            Some(draft) => {
                let event = self.checked(draft, row.event.id, row.event.series_root)?;
                if let Some(person) = &event.person {
                    person::bring_back(self.tx, person.id, self.wall())?;
                }
                self.replace(row, &event, &row.source, Reason::CancelledEdited)
            }
            None => {
                let effect = self.delete(row)?;
                let event = row.event.id.to_string();
                Ok(Saved { event, version: row.version + 1, effect, parted_from: None })
            }
        }
    }
}

/// What a change is undone or made again from, and what it leads to.
fn ways<Id, Kept>(of: &Of<Id, Kept>, way: Way) -> (Option<&Kept>, Option<&Kept>) {
    match way {
        Way::Undo => (of.after.as_ref(), of.before.as_ref()),
        Way::Redo => (of.before.as_ref(), of.after.as_ref()),
    }
}

/// Whether two definitions are the same, wherever the person is whose time they are in: that is the
/// person's, and no change of the event.
pub(crate) fn is_same(one: Option<&EventDraft>, other: Option<&EventDraft>) -> bool {
    let without_place = |draft: Option<&EventDraft>| {
        let mut draft = draft.cloned()?;
        let is_of_one = draft.person.is_some();
        let overrides = draft.overrides.iter_mut().map(|o| &mut o.zone);
        for zone in std::iter::once(&mut draft.zone).chain(overrides).flatten() {
            if is_of_one && zone.starts_with(THEIRS) {
                zone.truncate(THEIRS.len_utf8());
            }
        }
        Some(draft)
    };
    one == other || without_place(one) == without_place(other)
}
