//! Changes of a series from one of its occurrences on: the series ends before it, and a new
//! event of the same root goes on. Rows are named by root and original start, so what was told,
//! is held or sleeps stays so; each goes with its occurrence to the event that has it.

use calendar::{
    draft::EventDraft,
    event::{Change, Event},
    halves::Halves,
    id::EventId,
    plan::Identity,
    reason::Reason,
    timing::LocalStart,
};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::{Engine, event_id},
    error::{Error, Result},
    events::{Placement, Saved, spans},
    ledger::{
        change::{self, NewChange, Tail, What},
        delivery,
        event::{self, EventRow, Source},
        person,
    },
    moving::{moved_alone, moved_series},
    reconcile::{Asked, Effect},
    undo::is_same,
};

/// Which occurrences of a series a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// This one only.
    This,
    /// This one and all that follow: the series is parted before it.
    Following,
    /// The whole series, as far as it was not parted before.
    All,
}

/// What a change is about.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The event.
    pub id: EventId,
    /// The original start of one of its occurrences, if one is meant.
    pub original: Option<LocalStart>,
    /// Which of its occurrences, if it repeats.
    pub scope: Option<Scope>,
    /// The version the change is based on; none takes whatever there is.
    pub based_on: Option<i64>,
    /// The request's id, if it may be sent twice.
    pub request: Option<&'a str>,
}

/// What a change takes, once the question is settled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Taken {
    This(LocalStart),
    Following(LocalStart),
    All,
}

impl Target<'_> {
    /// All of an event, whatever its version.
    pub const fn all(id: EventId) -> Self {
        Self { id, original: None, scope: Some(Scope::All), based_on: None, request: None }
    }

    pub(crate) fn taken(&self, event: &Event) -> Result<Taken> {
        match (self.scope, self.original) {
            _ if event.repeats.is_once() => Ok(Taken::All),
            (None, _) => Err(Error::ScopeNeeded),
            (Some(Scope::All), _) => Ok(Taken::All),
            (Some(Scope::This), Some(original)) => Ok(Taken::This(original)),
            (Some(Scope::Following), Some(original)) => Ok(Taken::Following(original)),
            (Some(Scope::This | Scope::Following), None) => Err(Error::invalid(
                "occurrence",
                "one occurrence of the series is meant: say which by its start",
            )),
        }
    }
}

impl Engine {
    /// Deletes an event, or some of its occurrences. Its row stays as a tombstone.
    ///
    /// # Errors
    /// [`Error::ScopeNeeded`] when it repeats and no scope was given; when there is no such event
    /// or occurrence; when it was changed meanwhile.
    pub fn delete(&self, target: &Target<'_>) -> Result<Saved> {
        self.catch_up_with(target.id)?;
        self.once(target.request, |act| {
            let row = act.event(target.id)?;
            act.at_version(&row, target.based_on)?;
            match target.taken(&row.event)? {
                Taken::This(original) => act.skip(&row, original),
                Taken::Following(original) => act.end_before(&row, original),
                Taken::All => act.delete_whole(&row),
            }
        })
    }

    /// The definition without those exceptions that were of days its old rules had and its new ones
    /// have not, and how many went. What is left out stays left out.
    ///
    /// # Errors
    /// When the definition cannot be.
    pub fn without_old_days(&self, was: &Event, draft: EventDraft) -> Result<(EventDraft, usize)> {
        if draft.overrides.is_empty() {
            return Ok((draft, 0));
        }
        self.read(|act| {
            let new = act.checked(&draft, was.id, was.series_root)?;
            let gone: Vec<String> = new
                .overrides
                .iter()
                .filter(|o| o.change != Change::Cancelled && !act.has_start(&new, o.original))
                .filter(|o| {
                    // One that was of no day of the rules before, either, stands for itself.
                    was.override_of(o.original).is_none() || act.has_start(was, o.original)
                })
                .map(|o| o.original.text(new.timing.tie.is_all_day()))
                .collect();
            let mut draft = draft;
            draft.overrides.retain(|o| o.cancelled || !gone.contains(&o.original));
            Ok((draft, gone.len()))
        })
    }

    /// The other events that are parts of the same series, by their start.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn other_parts(&self, event: &Event) -> Result<Vec<Event>> {
        let mut parts = self.read(|act| act.parts(event))?;
        parts.sort_by_key(|part| part.timing.start);
        Ok(parts)
    }

    /// Moves an occurrence, alone, with all that follow or with its whole series.
    ///
    /// # Errors
    /// [`Error::ScopeNeeded`] when it repeats and no scope was given; when its rule ties it to
    /// days that the move would leave.
    pub fn move_occurrence(
        &self,
        id: EventId,
        original: LocalStart,
        to: &Placement,
        scope: Option<Scope>,
        based_on: Option<i64>,
        request: Option<&str>,
    ) -> Result<Saved> {
        self.catch_up_with(id)?;
        self.once(request, |act| {
            let row = act.event(id)?;
            act.at_version(&row, based_on)?;
            let occurrence = act.occurrence(&row.event, original)?;
            let target = Target { id, original: Some(original), scope, based_on, request };
            let (event, from) = match target.taken(&row.event)? {
                Taken::This(original) => {
                    let draft = moved_alone(&row.event, original, to);
                    return act.change(&row, draft, Reason::CancelledEdited);
                }
                Taken::Following(original) => act.following(&row.event, original)?,
                Taken::All => (row.event.clone(), None),
            };
            let draft = moved_series(&act.context.zones, &event, &occurrence, to, None)?;
            act.change_from(&row, from, draft, Reason::CancelledEdited)
        })
    }
}

impl Act<'_> {
    /// Whether the rules and dates of a series have this start.
    pub(crate) fn has_start(&self, event: &Event, original: LocalStart) -> bool {
        let zone = self.context.zone_of(event, &event.timing.tie);
        event.series().is_instance(original.at, event.anchor(&zone))
    }

    /// What follows from an occurrence on, as an event, and from where on that is a part.
    pub(crate) fn following(
        &self,
        event: &Event,
        at: LocalStart,
    ) -> Result<(Event, Option<LocalStart>)> {
        self.occurrence(event, at)?;
        Ok(match event.halves(&self.context, at)? {
            Halves::Whole => (event.clone(), None),
            Halves::Two(_, tail) => (*tail, Some(at)),
        })
    }

    /// Ends a series before one of its occurrences.
    fn end_before(&self, row: &EventRow, at: LocalStart) -> Result<Saved> {
        self.occurrence(&row.event, at)?;
        match row.event.halves(&self.context, at)? {
            Halves::Whole => self.delete_whole(row),
            Halves::Two(head, _) => {
                self.change(row, EventDraft::from(&*head), Reason::CancelledLeftOut)
            }
        }
    }

    /// Changes an event, or what follows of it from an occurrence on.
    pub(crate) fn change_from(
        &self,
        row: &EventRow,
        from: Option<LocalStart>,
        draft: EventDraft,
        gone: Reason,
    ) -> Result<Saved> {
        let Some(at) = from else { return self.change(row, draft, gone) };
        self.occurrence(&row.event, at)?;
        let Halves::Two(head, rest) = row.event.halves(&self.context, at)? else {
            return self.change(row, draft, gone);
        };
        let draft = self.with_ends_kept(&rest, draft);
        let tail = self.checked(&draft, event_id(&self.now), row.event.series_root)?;
        if tail.repeats.rules != rest.repeats.rules {
            tail.check_rules(&self.context)?;
        }
        let effect = self.part(row, &head, (&tail, None), at, gone)?;
        let day = at.at.date().strftime("%-d %b %Y");
        self.keep_parted(
            &format!("Change “{}” from {day} on", tail.title),
            row,
            (&head, &tail),
            at,
        )?;
        let parted_from = Some(row.event.id.to_string());
        Ok(Saved { event: tail.id.to_string(), version: 1, effect, parted_from })
    }

    fn keep_parted(
        &self,
        label: &str,
        row: &EventRow,
        (head, tail): (&Event, &Event),
        at: LocalStart,
    ) -> Result<()> {
        let (before, after) = (EventDraft::from(&row.event), EventDraft::from(head));
        let tail = Tail {
            event: tail.id.to_string(),
            at: at.text(row.event.timing.tie.is_all_day()),
            draft: EventDraft::from(tail),
        };
        let what = What::event(row.event.id, Some(&before), Some(&after), Some(tail));
        let new = NewChange { label, group: None, what: &what };
        change::push(self.tx, &new, self.wall())
    }

    /// Puts two halves in the place of an event. The second is new, or comes back.
    fn part(
        &self,
        row: &EventRow,
        head: &Event,
        (tail, was): (&Event, Option<&EventRow>),
        at: LocalStart,
        gone: Reason,
    ) -> Result<Effect> {
        self.catch_up(row)?;
        let now = self.wall();
        // The file's name stays with the first half, so that the file is known when it comes
        // again; what of it was not understood goes with both.
        let source = Source { extra: row.source.extra.clone(), ..Source::default() };
        event::put(self.tx, head, spans(&self.context, head), &row.source, Some(row.version), now)?;
        let version = was.map(|was| was.version);
        event::put(self.tx, tail, spans(&self.context, tail), &source, version, now)?;
        delivery::hand_over_from(self.tx, head.id, at, tail.id)?;
        // The second goes first: what neither wants is cancelled there, and counted against what
        // it plans instead.
        let mut effect = Effect::default();
        for half in [tail, head] {
            let gone = if half.enabled { gone } else { Reason::CancelledDisabled };
            effect.add(self.reconcile(half, now, Asked::Person, gone)?);
        }
        Ok(effect)
    }

    /// Goes through a parting again, or puts the series together again.
    pub(crate) fn put_back_parted(
        &self,
        row: &EventRow,
        tail: &Tail,
        to: &EventDraft,
        is_parted: bool,
    ) -> Result<Saved> {
        let event = self.checked(to, row.event.id, row.event.series_root)?;
        let was = self.tail_of(tail)?;
        if let Some(person) = &event.person {
            person::bring_back(self.tx, person.id, self.wall())?;
        }
        let effect = if is_parted {
            let half = self.checked(&tail.draft, was.event.id, row.event.series_root)?;
            let at = tail.at()?;
            self.part(row, &event, (&half, Some(&was)), at, Reason::CancelledEdited)?
        } else {
            self.catch_up(row)?;
            self.catch_up(&was)?;
            let (spans, now) = (spans(&self.context, &event), self.wall());
            event::put(self.tx, &event, spans, &row.source, Some(row.version), now)?;
            event::bury(self.tx, was.event.id, now)?;
            delivery::hand_over_all(self.tx, was.event.id, event.id)?;
            let mut effect = self.drop_all(&was.event, Reason::CancelledEdited)?;
            effect.add(self.reconcile(&event, now, Asked::Person, Reason::CancelledEdited)?);
            effect
        };
        let (event, version) = (event.id.to_string(), row.version + 1);
        Ok(Saved { event, version, effect, parted_from: None })
    }

    /// Why a parting cannot be gone through again, or taken back, as far as its second half goes.
    pub(crate) fn tail_refusal(&self, tail: Option<&Tail>, undoes: bool) -> Result<Option<String>> {
        let Some(tail) = tail else { return Ok(None) };
        let was = match self.tail_of(tail) {
            Err(Error::NotFound { .. }) => return Ok(Some("what followed is gone".into())),
            Err(error) if error.is_damage() => return Ok(Some(error.to_string())),
            was => was?,
        };
        let here = was.deleted_at.is_none().then(|| EventDraft::from(&was.event));
        let changed = "what follows was changed since by something else, which would be lost";
        if !is_same(here.as_ref(), undoes.then_some(&tail.draft)) {
            return Ok(Some(changed.into()));
        }
        if undoes {
            return Ok(None);
        }
        if let Some(why) = self.missing(&tail.draft)? {
            return Ok(Some(why));
        }
        match self.checked(&tail.draft, was.event.id, was.event.series_root) {
            Ok(_) => Ok(None),
            Err(error) if error.is_damage() => Ok(Some(error.to_string())),
            Err(error) => Err(error),
        }
    }

    fn tail_of(&self, tail: &Tail) -> Result<EventRow> {
        let id = tail.event.parse().map_err(|_| Error::not_found("event", &tail.event))?;
        let row = event::find(self.tx, &self.context.zones, id)?;
        row.ok_or_else(|| Error::not_found("event", id))
    }

    /// The other events of which this one's rows may tell: the other parts of its series.
    pub(crate) fn parts(&self, event: &Event) -> Result<Vec<Event>> {
        let rows = event::parts(self.tx, &self.context.zones, event)?;
        let subject = event.subject();
        let events = rows.into_iter().map(|row| row.event);
        Ok(events.filter(|part| part.subject() == subject).collect())
    }

    /// Whether an event wants a row of this name.
    pub(crate) fn wants(&self, event: &Event, name: &Identity) -> bool {
        match name.reminder.starts_with("t:") {
            true => event.still_wanted(&self.context, name).is_some(),
            false => {
                event.enabled && event.occurrence_named(&self.context, &name.occurrence).is_some()
            }
        }
    }
}
