//! Use cases over events: save and delete. What is about some occurrences of a series is in
//! `series`.

use calendar::{
    draft::{Check, EventDraft, Origin, OverrideDraft},
    event::{Change, Event},
    id::{CalendarId, EventId, PersonId},
    occurrence::{Context, Occurrence},
    reason::Reason,
    timing::{LocalStart, later},
};
use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::{Engine, event_id},
    error::{Error, Result},
    ledger::{
        calendar as calendars,
        change::{self, NewChange, What},
        channel, delivery,
        event::{self, EventRow, Source, Spans},
        person,
    },
    message::spoken,
    reconcile::{Asked, Effect},
};

pub use crate::moving::{Placement, moved_series};
pub use crate::series::{Scope, Target};

const DAY: i64 = 86_400;
/// A series that has no turn for four hundred years has none at all.
const FARTHEST: i64 = 400 * 366 * DAY;
/// 31 December 9998: as far as the calendar goes.
const FOREVER_MS: i64 = 253_370_678_400_000;

/// What to save.
#[derive(Debug, Clone, Default)]
pub struct Save {
    /// The event to change; none makes a new one.
    pub id: Option<EventId>,
    /// Its definition.
    pub draft: EventDraft,
    /// The definition is of what follows from this original start on, and the rest stays; from the
    /// first on that is the whole event.
    pub following: Option<LocalStart>,
    /// The version the change is based on; none takes whatever there is.
    pub based_on: Option<i64>,
    /// Whether a start in the past is meant.
    pub allow_past: bool,
    /// The request's id, if it may be sent twice.
    pub request: Option<String>,
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The event.
    pub event: String,
    /// Its version now.
    pub version: i64,
    /// What became of its reminders.
    pub effect: Effect,
    /// The event it was a part of until now, and which ends before it.
    #[serde(default)]
    pub parted_from: Option<String>,
}

impl Engine {
    /// Saves an event: the definition, its deliveries and their audit change together.
    ///
    /// # Errors
    /// The field that cannot be; [`Error::Conflict`] if it was changed meanwhile.
    pub fn save_event(&self, save: &Save) -> Result<Saved> {
        save.id.map_or(Ok(()), |id| self.catch_up_with(id))?;
        self.once(save.request.as_deref(), |act| act.save(save))
    }

    /// Deletes an event. Its row stays as a tombstone.
    ///
    /// # Errors
    /// When there is no such event, or it was changed meanwhile.
    pub fn delete_event(
        &self,
        id: EventId,
        based_on: Option<i64>,
        request: Option<&str>,
    ) -> Result<Saved> {
        self.delete(&Target { based_on, request, ..Target::all(id) })
    }

    /// Takes one occurrence out of a series.
    ///
    /// # Errors
    /// When there is no such occurrence.
    pub fn delete_occurrence(
        &self,
        id: EventId,
        original: LocalStart,
        based_on: Option<i64>,
        request: Option<&str>,
    ) -> Result<Saved> {
        let (original, scope) = (Some(original), Some(Scope::This));
        self.delete(&Target { id, original, scope, based_on, request })
    }
}

impl Act<'_> {
    /// This event, if it is not deleted.
    pub(crate) fn event(&self, id: EventId) -> Result<EventRow> {
        let row = event::find(self.tx, &self.context.zones, id)?;
        row.filter(|row| row.deleted_at.is_none()).ok_or_else(|| Error::not_found("event", id))
    }

    pub(crate) fn at_version(&self, row: &EventRow, based_on: Option<i64>) -> Result<()> {
        match based_on {
            Some(expected) if expected != row.version => {
                Err(Error::Conflict { expected, found: row.version })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn occurrence(&self, event: &Event, original: LocalStart) -> Result<Occurrence> {
        let found = event.occurrence(&self.context, original);
        found.ok_or_else(|| {
            Error::not_found("occurrence", original.text(event.timing.tie.is_all_day()))
        })
    }

    /// The valid event a draft stands for, with the person and channels it names.
    pub(crate) fn checked(&self, draft: &EventDraft, id: EventId, root: EventId) -> Result<Event> {
        let event = self.checked_for_any_calendar(draft, id, root)?;
        let known: Vec<CalendarId> = calendars::all(self.tx)?.into_iter().map(|c| c.id).collect();
        if !known.contains(&event.calendar) {
            return Err(Error::invalid(
                "calendar",
                format!("there is no calendar {}", event.calendar),
            ));
        }
        Ok(event)
    }

    /// The same for a calendar that is still to be made.
    pub(crate) fn checked_for_any_calendar(
        &self,
        draft: &EventDraft,
        id: EventId,
        root: EventId,
    ) -> Result<Event> {
        let named = match &draft.person {
            Some(text) => {
                let id: PersonId =
                    text.parse().map_err(|e| Error::invalid("person", format!("{e}")))?;
                person::find(self.tx, id)?.map(|row| row.person)
            }
            None => None,
        };
        let check = Check { zones: &self.context.zones, person: named, origin: Origin::Outside };
        let mut event = draft.check(id, root, &check)?;
        event.check_moments(&self.context)?;
        self.check_channels(&mut event)?;
        Ok(event)
    }

    /// Refuses what is told through a channel that is not there; what is being removed goes at once.
    fn check_channels(&self, event: &mut Event) -> Result<()> {
        let mut leaving = Vec::new();
        for channel in event.reminders.iter().map(|reminder| reminder.channel) {
            let found = channel::find(self.tx, channel)?.filter(|c| !c.removed);
            if found.is_some() {
                continue;
            }
            if !self.is_leaving(channel, event.series_root)? {
                let message = format!("there is no channel {channel}: see the list of channels");
                return Err(Error::invalid("reminders", message));
            }
            leaving.push(channel);
        }
        event.reminders.retain(|reminder| !leaving.contains(&reminder.channel));
        Ok(())
    }

    /// Takes one occurrence out of a series.
    pub(crate) fn skip(&self, row: &EventRow, original: LocalStart) -> Result<Saved> {
        self.occurrence(&row.event, original)?;
        let mut draft = EventDraft::from(&row.event);
        let original = original.text(row.event.timing.tie.is_all_day());
        draft.overrides.retain(|o| o.original != original);
        draft.overrides.push(OverrideDraft {
            original,
            cancelled: true,
            ..OverrideDraft::default()
        });
        self.change(row, draft, Reason::CancelledLeftOut)
    }

    /// Deletes an event by a person's wish, so that it can be undone.
    pub(crate) fn delete_whole(&self, row: &EventRow) -> Result<Saved> {
        let (event, before) = (row.event.id, EventDraft::from(&row.event));
        let effect = self.delete(row)?;
        let label = format!("Delete “{}”", row.event.title);
        self.keep(&label, event, (Some(&before), None))?;
        let (event, version) = (event.to_string(), row.version + 1);
        Ok(Saved { event, version, effect, parted_from: None })
    }

    fn save(&self, save: &Save) -> Result<Saved> {
        match save.id {
            Some(id) => {
                let row = self.event(id)?;
                self.at_version(&row, save.based_on)?;
                self.change_from(&row, save.following, save.draft.clone(), Reason::CancelledEdited)
            }
            None => self.create(&save.draft, save.allow_past),
        }
    }

    fn create(&self, draft: &EventDraft, allow_past: bool) -> Result<Saved> {
        let id = event_id(&self.now);
        let event = self.checked(draft, id, id)?;
        event.check_rules(&self.context)?;
        if !allow_past {
            self.refuse_past(&event)?;
        }
        let effect = self.insert(&event, &Source::default())?;
        let label = format!("Create “{}”", event.title);
        self.keep(&label, id, (None, Some(&EventDraft::from(&event))))?;
        Ok(Saved { event: id.to_string(), version: 1, effect, parted_from: None })
    }

    fn refuse_past(&self, event: &Event) -> Result<()> {
        let original = LocalStart {
            at: event.timing.start,
            fold: event.timing.fold == calendar::timing::Fold::Second,
        };
        let Some(first) = event.occurrence(&self.context, original) else { return Ok(()) };
        let is_ahead = |one: &Occurrence| {
            let over = if event.timing.tie.is_all_day() { one.end } else { one.start };
            over > self.wall()
        };
        if !is_ahead(&first) && !self.turns(event).iter().any(is_ahead) {
            let when = match event.timing.tie.is_all_day() {
                true => first.present.at.date().strftime("%a %-d %b %Y").to_string(),
                false => spoken(first.start, &self.context.zone_of(event, &event.timing.tie)),
            };
            let message = format!("{when} is in the past: say that this is meant with --past");
            return Err(Error::invalid("start", message));
        }
        Ok(())
    }

    /// The first few turns of a series that may be ahead; what happens once has none.
    fn turns(&self, event: &Event) -> Vec<Occurrence> {
        if event.repeats.is_once() {
            return Vec::new();
        }
        // A whole day of today has begun and is not over.
        let begun = if event.timing.tie.is_all_day() { 2 * DAY } else { 0 };
        let (from, until) = (later(self.wall(), -begun), later(self.wall(), FARTHEST));
        event.occurrences(&self.context, from, until, 4).items
    }

    /// Inserts a new event and plans it.
    pub(crate) fn insert(&self, event: &Event, source: &Source) -> Result<Effect> {
        event::put(self.tx, event, spans(&self.context, event), source, None, self.wall())?;
        self.reconcile(event, self.wall(), Asked::Person, Reason::CancelledEdited)
    }

    /// Changes an event by a person's wish, so that it can be undone.
    pub(crate) fn change(&self, row: &EventRow, draft: EventDraft, gone: Reason) -> Result<Saved> {
        let draft = self.with_ends_kept(&row.event, draft);
        let event = self.checked(&draft, row.event.id, row.event.series_root)?;
        // What a file brought along may stay as strange as it is.
        if event.repeats.rules != row.event.repeats.rules {
            event.check_rules(&self.context)?;
        }
        let saved = self.replace(row, &event, &row.source, gone)?;
        let (before, after) = (EventDraft::from(&row.event), EventDraft::from(&event));
        let label = label(&row.event, &event);
        self.keep(&label, event.id, (Some(&before), Some(&after)))?;
        Ok(saved)
    }

    /// A definition in another zone than before, whose rules end after the same occurrence as they
    /// did: an UNTIL in UTC would be at another place of them there.
    pub(crate) fn with_ends_kept(&self, was: &Event, draft: EventDraft) -> EventDraft {
        if draft.zone == was.timing.tie.zone_text() || draft.rules != EventDraft::from(was).rules {
            return draft;
        }
        let rules = was.rules_by_wall_clock(&self.context.zones);
        EventDraft { rules: rules.iter().map(ToString::to_string).collect(), ..draft }
    }

    /// Keeps a change of one event, so that it can be undone.
    fn keep(
        &self,
        label: &str,
        event: EventId,
        (before, after): (Option<&EventDraft>, Option<&EventDraft>),
    ) -> Result<()> {
        let what = What::event(event, before, after, None);
        let new = NewChange { label, group: None, what: &what };
        change::push(self.tx, &new, self.wall())
    }

    /// Puts a new definition in the place of an old one (or of a tombstone) and reconciles.
    pub(crate) fn replace(
        &self,
        row: &EventRow,
        event: &Event,
        source: &Source,
        gone: Reason,
    ) -> Result<Saved> {
        if let Some(message) = self.taken(row, event)? {
            return Err(Error::invalid("calendar", message));
        }
        if let Some(uid) = source.uid.as_ref().filter(|_| event.calendar != row.event.calendar) {
            calendars::forget_deleted(self.tx, event.calendar, uid)?;
        }
        self.catch_up(row)?;
        let (old, new) = (row.event.subject(), event.subject());
        let mut effect =
            if old == new { Effect::default() } else { self.drop_all(&row.event, gone)? };
        let version = event::put(
            self.tx,
            event,
            spans(&self.context, event),
            source,
            Some(row.version),
            self.wall(),
        )?;
        let gone = if event.enabled { gone } else { Reason::CancelledDisabled };
        effect.add(self.reconcile(event, self.wall(), Asked::Person, gone)?);
        Ok(Saved { event: event.id.to_string(), version, effect, parted_from: None })
    }

    /// Why an imported event cannot go to another calendar: it holds the same one of the file.
    pub(crate) fn taken(&self, row: &EventRow, event: &Event) -> Result<Option<String>> {
        let uid = row.source.uid.as_ref().filter(|_| event.calendar != row.event.calendar);
        let Some(uid) = uid else { return Ok(None) };
        let known = match event::by_uid(self.tx, &self.context.zones, event.calendar, uid) {
            Err(error) if error.is_damage() => {
                return Ok(Some("an event there that cannot be read has its name".into()));
            }
            known => known?,
        };
        let Some(known) = known.filter(|known| known.deleted_at.is_none()) else {
            return Ok(None);
        };
        let name = calendars::find(self.tx, event.calendar)?.map_or_else(String::new, |c| c.name);
        let title = known.event.title;
        Ok(Some(format!(
            "the calendar {name} holds this event of a calendar file already, as “{title}”: delete that one first, or choose another calendar"
        )))
    }

    /// Deletes an event that cannot be read, and cancels what was planned for it.
    pub(crate) fn delete_unread(&self, id: EventId, at: Timestamp) -> Result<Effect> {
        let mut effect = Effect::default();
        for row in delivery::live_about(self.tx, id)? {
            self.drop_row(&row, Reason::CancelledDeleted, &mut effect)?;
        }
        event::bury(self.tx, id, at)?;
        Ok(effect)
    }

    /// Deletes an event and cancels what it wanted.
    pub(crate) fn delete(&self, row: &EventRow) -> Result<Effect> {
        self.delete_at(row, self.wall())
    }

    /// The same as part of what was deleted at a moment, and is brought back together.
    pub(crate) fn delete_at(&self, row: &EventRow, at: Timestamp) -> Result<Effect> {
        self.catch_up(row)?;
        let effect = self.drop_all(&row.event, Reason::CancelledDeleted)?;
        event::bury(self.tx, row.event.id, at)?;
        Ok(effect)
    }
}

/// What a change is called: that of one occurrence by what became of it, and by its day.
fn label(was: &Event, is: &Event) -> String {
    let of =
        |event: &Event, original| event.overrides.iter().find(|o| o.original == original).cloned();
    let all = was.overrides.iter().chain(&is.overrides).map(|o| o.original);
    let mut changed: Vec<LocalStart> = all.filter(|at| of(was, *at) != of(is, *at)).collect();
    changed.dedup();
    let alike = Event { overrides: was.overrides.clone(), ..is.clone() } == *was;
    let title = &is.title;
    if changed.is_empty() && was.enabled != is.enabled {
        let what = if is.enabled { "Reinstate" } else { "Cancel" };
        if (Event { enabled: was.enabled, ..is.clone() }) == *was {
            return format!("{what} “{title}”");
        }
    }
    let [at] = changed.as_slice() else { return format!("Change “{title}”") };
    if !alike {
        return format!("Change “{title}”");
    }
    let start = |event: &Event| match of(event, *at).map(|o| o.change) {
        Some(Change::Differs { start, .. }) => start,
        Some(Change::Cancelled) | None => *at,
    };
    let is_out = |event: &Event| of(event, *at).is_some_and(|o| o.change == Change::Cancelled);
    let what = match (is_out(was), is_out(is)) {
        (false, true) => "Skip",
        (true, false) => "Reinstate",
        _ if start(was) != start(is) => "Move",
        _ => "Change",
    };
    format!("{what} “{title}” on {}", at.at.date().strftime("%-d %b %Y"))
}

/// The instants an event may touch, with a day's room on both sides for zone changes.
pub(crate) fn spans(context: &Context, event: &Event) -> Spans {
    let zone = context.zone_of(event, &event.timing.tie);
    let at = |local: DateTime| calendar::timing::instant(LocalStart::first(local), &zone).0;
    let length = i64::from(event.timing.length.days) * DAY + event.timing.length.seconds;
    let mut first = event.timing.start;
    let mut last = event.timing.start;
    for date in &event.repeats.rdates {
        (first, last) = (first.min(*date), last.max(*date));
    }
    let mut longest = length;
    for o in &event.overrides {
        if let Change::Differs { start, length, .. } = &o.change {
            (first, last) = (first.min(start.at), last.max(start.at));
            longest = longest.max(i64::from(length.days) * DAY + length.seconds);
        }
    }
    let from = later(at(first), -2 * DAY);
    let until = if event.repeats.rules.is_empty() {
        later(at(last), longest + 2 * DAY)
    } else {
        Timestamp::from_millisecond(FOREVER_MS).unwrap_or(Timestamp::MAX)
    };
    Spans { from, until: until.max(from) }
}
