//! Saving, deleting, taking back: what a person changes about events.

use calendar::{
    draft::{EventDraft, OverrideDraft},
    event::Event,
    halves::Halves,
    id::EventId,
    timing::{Landing, LocalStart, instant},
};
use engine::{
    events::{Placement, Save, Saved, Scope as Which, Target, moved_series},
    queries::Happening,
    reconcile::Effect,
    undo::Undone,
};
use jiff::Timestamp;

use super::{
    EngineHost,
    detail::original,
    faults::id,
    form::{self, event_draft, placed, reminders_of, rules_of},
    local::{Local, city},
    preview::clock_note,
    words,
};
use crate::{
    dto::{
        Change, DeleteEvent, Did, Draft, OccurrenceRef, PassedReminder, ReinstateEvent, SaveEvent,
        Scope,
    },
    fault::{Code, Fault},
};

/// A change that did nothing.
pub(super) fn nothing(did: Did) -> Change {
    Change {
        did,
        title: None,
        event: None,
        original: None,
        version: None,
        count: 0,
        cancelled_reminders: 0,
        cancelled_snoozes: 0,
        in_flight: 0,
        passed: Vec::new(),
        until: None,
        note: None,
        undo: false,
    }
}

/// What a change did to the reminders.
pub(super) fn with_effect(change: Change, effect: &Effect, local: &Local) -> Change {
    let passed = effect.passed.iter().filter_map(|passed| {
        let due = Timestamp::from_millisecond(passed.due_ms).ok()?;
        let trigger =
            words::trigger_named(&format!("t:{}", passed.trigger), passed.on_a_date, local);
        Some(PassedReminder { trigger, due: local.moment(due) })
    });
    Change {
        cancelled_reminders: effect.cancelled,
        cancelled_snoozes: effect.snoozes,
        in_flight: effect.in_flight,
        passed: passed.collect(),
        ..change
    }
}

/// The answer for an event that was saved; it can be taken back.
pub(super) fn saved_as(did: Did, title: &str, saved: &Saved, local: &Local) -> Change {
    let change = Change {
        title: Some(title.to_string()),
        event: Some(saved.event.clone()),
        version: u32::try_from(saved.version).ok(),
        count: 1,
        undo: true,
        ..nothing(did)
    };
    with_effect(change, &saved.effect, local)
}

/// Which occurrences the engine is to change.
pub(super) fn which(scope: Scope) -> Which {
    match scope {
        Scope::This => Which::This,
        Scope::Following => Which::Following,
        Scope::All => Which::All,
    }
}

/// What can be chosen for an event, the default first; nothing if it happens once.
pub(super) fn scopes_of(event: &Event) -> Vec<Scope> {
    match (event.repeats.is_once(), event.kind.is_of_person()) {
        (true, _) => Vec::new(),
        // A birthday is of every year.
        (false, true) => vec![Scope::This, Scope::All],
        (false, false) => vec![Scope::This, Scope::Following, Scope::All],
    }
}

/// What follows from an occurrence on, as an event of its own, and from where on that is a part.
pub(super) fn following(
    happening: Happening,
    local: &Local,
) -> Result<(Happening, Option<LocalStart>), Fault> {
    let at = happening.occurrence.original;
    let halves = happening.event.halves(&local.context, at);
    Ok(match halves.map_err(|e| Fault::invalid(e.field, e.message))? {
        Halves::Whole => (happening, None),
        Halves::Two(_, tail) => (Happening { event: *tail, ..happening }, Some(at)),
    })
}

impl EngineHost {
    pub(super) fn save_event(&self, asked: &SaveEvent) -> Result<Change, Fault> {
        let local = self.local()?;
        if let Some(saved) = self.saved_before(&asked.request_id)? {
            let did = if asked.event.is_some() { Did::Saved } else { Did::Created };
            return Ok(saved_as(did, asked.draft.title.trim(), &saved, &local));
        }
        match &asked.event {
            None => self.create(asked, &local),
            Some(event) => self.change_event(asked, event, &local),
        }
    }

    /// What this request came to when it was sent before: by now its occurrence may have another
    /// name and its event another version.
    pub(super) fn saved_before(&self, request: &str) -> Result<Option<Saved>, Fault> {
        self.said_before(request)
    }

    /// What the engine answered to this request before.
    pub(super) fn said_before<T: serde::de::DeserializeOwned>(
        &self,
        request: &str,
    ) -> Result<Option<T>, Fault> {
        let text = self.engine.answered(request)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn create(&self, asked: &SaveEvent, local: &Local) -> Result<Change, Fault> {
        let draft = event_draft(&asked.draft, None, local)?;
        let start = draft.start.clone();
        let saved = self.put(asked, None, draft, None)?;
        let change = saved_as(Did::Created, asked.draft.title.trim(), &saved, local);
        Ok(Change { original: Some(start), note: note(&asked.draft, local), ..change })
    }

    fn put(
        &self,
        asked: &SaveEvent,
        id: Option<EventId>,
        draft: EventDraft,
        following: Option<LocalStart>,
    ) -> Result<Saved, Fault> {
        let save = Save {
            id,
            draft,
            following,
            based_on: asked.version.map(i64::from),
            // The form says so when the start is past; a calendar also keeps what was.
            allow_past: true,
            request: Some(asked.request_id.clone()),
        };
        Ok(self.engine.save_event(&save)?)
    }

    fn change_event(&self, asked: &SaveEvent, event: &str, local: &Local) -> Result<Change, Fault> {
        let event_id: EventId = id("event", event)?;
        let row = self.engine.event(event_id)?;
        let once = row.event.repeats.is_once();
        let named = asked.original.clone().filter(|_| !once);
        let mut from = None;
        let (draft, original) = match (named, asked.scope) {
            (None, _) if once => {
                let draft = event_draft(&asked.draft, Some(&row.event), local)?;
                let start = draft.start.clone();
                (draft, Some(start))
            }
            (None, _) => (event_draft(&asked.draft, Some(&row.event), local)?, None),
            (Some(_), None) => {
                let message = "the event repeats: say whether only this one, this and following \
                    or all are meant";
                return Err(Fault::invalid("scope", message));
            }
            (Some(original), Some(scope)) => {
                let happening = self.happening(&OccurrenceRef { event: event.into(), original })?;
                match scope {
                    Scope::This => only_this(asked, &happening, local)?,
                    Scope::Following => {
                        let shown = rule_of(&happening.event);
                        let (rest, at) = following(happening, local)?;
                        from = at;
                        let mut asked = asked.clone();
                        // The form shows the rule of the whole: untouched, the rest goes on by
                        // its own, of which a COUNT is what is left.
                        if asked.draft.rule == shown {
                            asked.draft.rule = rule_of(&rest.event);
                        }
                        all_of(&asked, &rest, local)?
                    }
                    Scope::All => all_of(asked, &happening, local)?,
                }
            }
        };
        let (draft, gone) = match asked.draft.rule == rule_of(&row.event) {
            true => (draft, 0),
            false => self.without_old_days(row.event, draft, from, local)?,
        };
        let saved = self.put(asked, Some(event_id), draft, from)?;
        let change = saved_as(Did::Saved, asked.draft.title.trim(), &saved, local);
        let note = note(&asked.draft, local).or_else(|| old_days(gone));
        Ok(Change { original, note, ..change })
    }

    /// A series of another rule without the exceptions of days it has no more.
    fn without_old_days(
        &self,
        whole: Event,
        draft: EventDraft,
        from: Option<LocalStart>,
        local: &Local,
    ) -> Result<(EventDraft, usize), Fault> {
        let halves = from.and_then(|at| whole.halves(&local.context, at).ok());
        let was = match halves {
            Some(Halves::Two(_, rest)) => *rest,
            Some(Halves::Whole) | None => whole,
        };
        Ok(self.engine.without_old_days(&was, draft)?)
    }

    pub(super) fn delete_event(&self, asked: &DeleteEvent) -> Result<Change, Fault> {
        let local = self.local()?;
        let event: EventId = id("event", &asked.event)?;
        let (version, request) = (Some(i64::from(asked.version)), Some(asked.request_id.as_str()));
        // Sent again, the event is gone, and yet the first answer is due.
        let known = self.engine.event(event).ok();
        let title = known.as_ref().map_or("", |row| &row.event.title);
        let series = known.as_ref().is_some_and(|row| !row.event.repeats.is_once());
        let scope = if series { asked.scope } else { Scope::All };
        let text = asked.original.as_ref().filter(|_| scope != Scope::All);
        if scope != Scope::All && text.is_none() {
            let message = "leaving out some of a series needs the original start of one";
            return Err(Fault::invalid("original", message));
        }
        let saved = self.engine.delete(&Target {
            id: event,
            original: text.map(|text| original(text)).transpose()?,
            scope: Some(which(scope)),
            based_on: version,
            request,
        })?;
        let did = match scope {
            Scope::This => Did::Skipped,
            Scope::Following => Did::Ended,
            Scope::All => Did::Deleted,
        };
        Ok(Change { original: text.cloned(), ..saved_as(did, title, &saved, &local) })
    }

    pub(super) fn reinstated(&self, asked: &ReinstateEvent) -> Result<Change, Fault> {
        let local = self.local()?;
        let event: EventId = id("event", &asked.event)?;
        let saved = self.engine.reinstate(&Target {
            based_on: Some(i64::from(asked.version)),
            request: Some(asked.request_id.as_str()),
            ..Target::all(event)
        })?;
        let title = self.engine.event(event)?.event.title;
        Ok(saved_as(Did::Reinstated, &title, &saved, &local))
    }

    pub(super) fn take_back(&self, request: &str) -> Result<Change, Fault> {
        let undone = self.engine.undo(Some(request))?;
        self.undone_as(Did::Undone, &undone)
    }

    pub(super) fn make_again(&self, request: &str) -> Result<Change, Fault> {
        let redone = self.engine.redo(Some(request))?;
        self.undone_as(Did::Redone, &redone)
    }

    fn undone_as(&self, did: Did, undone: &Undone) -> Result<Change, Fault> {
        let local = self.local()?;
        if let Some(sentence) = &undone.refused {
            return Err(Fault::new(Code::Other, sentence));
        }
        let (saved, calendar) = (undone.saved.as_ref(), undone.calendar.as_ref());
        Ok(match (saved, calendar) {
            (Some(saved), _) => {
                Change { undo: false, ..saved_as(did, &undone.title, saved, &local) }
            }
            (None, Some(effect)) => {
                let title = Some(undone.title.clone());
                with_effect(Change { title, count: 1, ..nothing(did) }, effect, &local)
            }
            (None, None) => nothing(Did::Nothing),
        })
    }
}

/// A sentence about exceptions that went with their days.
fn old_days(gone: usize) -> Option<String> {
    match gone {
        0 => None,
        1 => Some("1 exception went with the old days".into()),
        more => Some(format!("{more} exceptions went with the old days")),
    }
}

/// A sentence about the clocks, if the start of a form does not exist.
fn note(draft: &Draft, local: &Local) -> Option<String> {
    let placed = placed(&draft.timing, true, local).ok().filter(|placed| !placed.all_day)?;
    let name = placed.zone.clone().unwrap_or_else(|| local.context.machine.to_string());
    let zone = local.context.zones.zone(&calendar::zones::ZoneName::stored(&name)).0;
    let gap = instant(placed.start, &zone).1 == Landing::Shifted;
    gap.then(|| clock_note(placed.start.at, &zone, &city(&name), local)).flatten()
}

/// The rule a form shows.
fn rule_of(event: &Event) -> Option<String> {
    event.repeats.rules.first().map(ToString::to_string)
}

type Drafted = (EventDraft, Option<String>);

/// The series in which one occurrence differs as the form says.
fn only_this(asked: &SaveEvent, happening: &Happening, local: &Local) -> Result<Drafted, Fault> {
    let (form, event) = (&asked.draft, &happening.event);
    refuse_of_all(form, event, local)?;
    let occurrence = &happening.occurrence;
    let to = moved_to(form, happening, local)?;
    let own = |typed: &Option<String>, usual: &str| {
        let typed = typed.as_deref().unwrap_or("").trim();
        (typed != usual.trim()).then(|| typed.to_string())
    };
    let name = occurrence.original.text(event.timing.tie.is_all_day());
    let changed = OverrideDraft {
        original: name.clone(),
        cancelled: false,
        start: to.start.text(to.all_day),
        zone: to.zone.clone(),
        length: to.length,
        title: own(&Some(form.title.clone()), &event.title),
        place: own(&form.place, &event.place),
        description: own(&form.notes, &event.description),
    };
    if form.title.trim().is_empty() {
        return Err(Fault::invalid("title", "the title is empty: an event needs one"));
    }
    let mut draft = EventDraft::from(event);
    draft.overrides.retain(|o| o.original != name);
    draft.overrides.push(changed);
    Ok((draft, Some(name)))
}

/// What an occurrence cannot have of its own is refused by name.
fn refuse_of_all(form: &Draft, event: &Event, local: &Local) -> Result<(), Fault> {
    let on_a_date = event.timing.tie.is_all_day();
    let usual = EventDraft::from(event);
    let refuse = |field: &str, what: &str| {
        let message = format!("{what} of one occurrence cannot differ from the series: choose all");
        Err(Fault::invalid(field, message))
    };
    if form.kind != words::kind(event.kind) {
        return refuse("kind", "the kind");
    }
    if form.calendar != usual.calendar {
        return refuse("calendar", "the calendar");
    }
    if rules_of(form, Some(event)) != usual.rules {
        return refuse("rule", "the repetition");
    }
    if Some(reminders_of(form, Some(event), on_a_date, local)?) != usual.reminders {
        return refuse("reminders", "the reminders");
    }
    if form.url.as_deref().unwrap_or("") != usual.url {
        return refuse("url", "the link");
    }
    if form.person != usual.person {
        return refuse("person", "the person");
    }
    Ok(())
}

/// Where a form puts its occurrence; its own place where the time fields were left alone.
fn moved_to(form: &Draft, happening: &Happening, local: &Local) -> Result<Placement, Fault> {
    let occurrence = &happening.occurrence;
    let was = form::draft_of(happening, local).timing;
    let now = placed(&form.timing, false, local)?;
    let same_start = placed(&was, false, local)?
        == form::Placed { length: placed(&was, false, local)?.length, ..now.clone() };
    let same_length = (was.duration_min, was.days) == (form.timing.duration_min, form.timing.days)
        && was.mode == form.timing.mode;
    let length = if same_length { occurrence.length } else { now.length };
    let length = (length.days, length.seconds);
    if same_start {
        let zone = occurrence.tie.zone_text();
        let all_day = occurrence.tie.is_all_day();
        return Ok(Placement { start: occurrence.present, all_day, zone, length });
    }
    Ok(Placement { start: now.start, all_day: now.all_day, zone: now.zone, length })
}

/// The whole series as the form says, moved as far as its occurrence was.
fn all_of(asked: &SaveEvent, happening: &Happening, local: &Local) -> Result<Drafted, Fault> {
    let (form, event, occurrence) = (&asked.draft, &happening.event, &happening.occurrence);
    let fields = event_draft(form, Some(event), local)?;
    if fields.rules.is_empty() && event.repeats.rdates.is_empty() {
        // It happens once from now on, where the form says.
        let start = fields.start.clone();
        let (exdates, overrides) = (Vec::new(), Vec::new());
        return Ok((EventDraft { exdates, overrides, ..fields }, Some(start)));
    }
    let to = moved_to(form, happening, local)?;
    let same_rules = fields.rules == EventDraft::from(event).rules;
    let rules = (!same_rules).then_some(fields.rules.as_slice());
    let moved = moved_series(&local.context.zones, event, occurrence, &to, rules)?;
    let original = moved_original(event, happening, &to);
    // The words, reminders and kind of the form; the times of the moved series. An exception's
    // own words stay its own.
    let (title, place, description) = own_words_kept(form, happening);
    let draft = EventDraft {
        title,
        place,
        description,
        url: fields.url,
        kind: fields.kind,
        calendar: fields.calendar,
        reminders: fields.reminders,
        person: fields.person,
        ..moved
    };
    Ok((draft, Some(original)))
}

/// The series' words after the form; where the occurrence has words of its own and they were not
/// touched, the series keeps its.
fn own_words_kept(form: &Draft, happening: &Happening) -> (String, String, String) {
    let event = &happening.event;
    let pick = |typed: &str, shown: &str, usual: &str| {
        if typed.trim() == shown.trim() { usual.to_string() } else { typed.to_string() }
    };
    let notes = form.notes.as_deref().unwrap_or("");
    let place = form.place.as_deref().unwrap_or("");
    let shown_notes = super::detail::notes(happening);
    (
        pick(&form.title, happening.title(), &event.title),
        pick(place, happening.place(), &event.place),
        pick(notes, shown_notes, &event.description),
    )
}

/// How an occurrence is named after its series moved.
pub(super) fn moved_original(event: &Event, happening: &Happening, to: &Placement) -> String {
    let occurrence = &happening.occurrence;
    if event.repeats.is_once() {
        return to.start.text(to.all_day);
    }
    let moved = occurrence
        .present
        .at
        .until(to.start.at)
        .ok()
        .and_then(|by| occurrence.original.at.checked_add(by).ok());
    let at = moved.unwrap_or(occurrence.original.at);
    // An exception may be all-day in a series that is not.
    let all_day = match event.override_of(occurrence.original) {
        Some(_) => event.timing.tie.is_all_day(),
        None => to.all_day,
    };
    LocalStart { at, fold: occurrence.original.fold }.text(all_day)
}
