//! One occurrence of a series in a file of its own, as invitations come: it changes the series that
//! is here. Without one it is an event by itself, until its series comes and takes it in.

use calendar::{
    draft::{EventDraft, OverrideDraft},
    event::Event,
    ics::{ImportedEvent, OfSeries},
    timing::{LocalStart, instant, shift},
};
use jiff::civil::DateTime;

use crate::{
    act::Act,
    error::Result,
    import::{Chunk, Place},
    ledger::{
        calendar as calendars,
        event::{self, EventRow, imported as bases},
    },
    origin::Stamp,
    parts::Doing,
};

/// What an event without a title is called.
const UNTITLED: &str = "Untitled";

impl Act<'_> {
    /// Takes a single occurrence into its series; false if that is not here.
    pub(crate) fn take_in_single(
        &self,
        imported: &ImportedEvent,
        place: &Place,
        doing: Doing,
        chunk: &mut Chunk,
    ) -> Result<bool> {
        let Some(of) = &imported.occurrence else { return Ok(false) };
        let Some(series) = self.series_of(of, place)? else {
            if of.cancelled {
                let text = "a cancelled occurrence whose series is not here is left out";
                chunk.leave(imported, text.to_string());
            } else {
                let text = "the series of this occurrence is not in the file, and not here: it is imported by itself";
                chunk.note(imported, text.to_string());
            }
            return Ok(of.cancelled);
        };
        let title = &series.event.title;
        if series.deleted_at.is_some() {
            chunk.leave(imported, format!("“{title}” was deleted here and stays deleted"));
            return Ok(true);
        }
        let row = self.part_with(&series, of)?;
        let ours = EventDraft::from(&row.event);
        let base = bases::find(self.tx, row.event.id)?.unwrap_or_else(|| ours.clone());
        let original = self.original_in(&row.event, of);
        let theirs = with_single(&base, imported, of, original);
        let known = bases::occurrence(self.tx, row.event.id, original)?;
        let stamp = imported.stamp.map_or_else(String::new, |at| at.to_string());
        let is_older = match &known {
            Some(known) => (imported.sequence, &stamp) < (known.0, &known.1),
            None => {
                (imported.sequence, imported.stamp)
                    < (row.source.sequence, Stamp::of(&row.source).at)
            }
        };
        if theirs == base || is_older {
            if theirs != base {
                let text = "is here in a newer version: the older one is not taken";
                chunk.say(imported, title, text);
            }
            chunk.count_single(false);
            return Ok(true);
        }
        let newer =
            match self.newer_by(&row, &base, (&theirs, theirs.clone()), &row.source, false)? {
                Ok(newer) => newer,
                Err(why) => {
                    chunk.leave(imported, format!("“{title}” {why}"));
                    return Ok(true);
                }
            };
        for (title, remark) in &newer.remarks {
            chunk.say(imported, title, remark);
        }
        if !of.cancelled && has_other_alarms(imported, &base) {
            let text =
                "a changed occurrence has alarms of its own: those of its series ring instead";
            chunk.note(imported, text.into());
        }
        chunk.count_single(newer.is_change());
        if doing == Doing::It {
            self.put_newer(&newer, &mut chunk.trail)?;
            bases::put_occurrence(self.tx, row.event.id, original, (imported.sequence, &stamp))?;
        }
        Ok(true)
    }

    /// The series of this name: in the calendar, or else in any.
    fn series_of(&self, of: &OfSeries, place: &Place) -> Result<Option<EventRow>> {
        let zones = &self.context.zones;
        let here = event::by_uid(self.tx, zones, place.row.id, &of.uid);
        match here {
            Err(error) if error.is_damage() => Ok(None),
            Ok(None) => event::by_uid_anywhere(self.tx, zones, &of.uid),
            found => found,
        }
    }

    /// The part of the series that has the occurrence, of those that came from files.
    fn part_with(&self, series: &EventRow, of: &OfSeries) -> Result<EventRow> {
        let parts = event::parts(self.tx, &self.context.zones, &series.event)?;
        let has = |part: &EventRow| {
            self.original_in(&part.event, of).at >= part.event.timing.start
                && part.source.uid.is_some()
                && part.event.timing.start > series.event.timing.start
        };
        let last = parts.into_iter().filter(has).max_by_key(|part| part.event.timing.start);
        Ok(last.unwrap_or_else(|| series.clone()))
    }

    /// The start that the series gives the occurrence, in its own local time.
    fn original_in(&self, event: &Event, of: &OfSeries) -> LocalStart {
        let named = LocalStart::parse(&of.original);
        let named = named.unwrap_or_else(|| LocalStart::first(event.timing.start));
        let midnight = |at: DateTime| at.date().at(0, 0, 0, 0);
        if event.timing.tie.is_all_day() {
            return LocalStart::first(midnight(named.at));
        }
        let zone = self.context.zone_of(event, &event.timing.tie);
        let (series, anchor) = (event.series(), event.anchor(&zone));
        let own = match of.zone.as_ref().and_then(|name| self.context.zones.check(name).ok()) {
            Some(name) if event.timing.tie.zone() != Some(&name) => {
                let there = self.context.zones.zone(&name).0;
                zone.to_datetime(instant(named, &there).0)
            }
            _ => named.at,
        };
        if of.original.contains('T') && series.is_instance(own, anchor) {
            return LocalStart::first(own);
        }
        // A date, or a task, whose dates in files are those of its begin.
        let (day, next) = (midnight(own), shift(midnight(own), 1, 0));
        let mut of_day = series.from(day, anchor).take_while(|at| *at < next);
        let is_task = event.kind.code() == "deadline";
        match of_day.next().filter(|_| is_task || !of.original.contains('T')) {
            Some(at) => LocalStart::first(at),
            None => LocalStart::first(own),
        }
    }

    /// A series that comes, with what came of it before by itself; and those events.
    pub(crate) fn with_singles(
        &self,
        event: &Event,
        imported: &ImportedEvent,
    ) -> Result<Option<(Event, Vec<EventRow>)>> {
        // What calls all of it off need not say that it repeats.
        let is_once = event.repeats.is_once();
        if is_once && event.enabled {
            return Ok(None);
        }
        let zones = &self.context.zones;
        let singles = event::singles(self.tx, zones, event.calendar, &imported.uid)?;
        if singles.is_empty() {
            return Ok(None);
        }
        let mut draft = EventDraft::from(event);
        for single in singles.iter().filter(|_| !is_once) {
            let Some(of) = named_by(single, &imported.uid) else { continue };
            let original = self.original_in(event, &of);
            let text = original.text(event.timing.tie.is_all_day());
            if draft.overrides.iter().any(|o| o.original == text) {
                continue;
            }
            let own = EventDraft::from(&single.event);
            draft.overrides.push(override_of(&draft, &own, text, single.deleted_at.is_some()));
        }
        let whole = self.checked(&draft, event.id, event.series_root)?;
        Ok(Some((whole, singles)))
    }

    /// Takes out what went into its series.
    pub(crate) fn let_go(&self, singles: Vec<EventRow>, chunk: &mut Chunk) -> Result<()> {
        for single in singles.into_iter().filter(|single| single.deleted_at.is_none()) {
            self.delete(&single)?;
            if let Some(uid) = &single.source.uid {
                calendars::forget_deleted(self.tx, single.event.calendar, uid)?;
            }
            chunk.trail.went_in(&single);
        }
        Ok(())
    }
}

/// The series as its file has it, with this occurrence.
fn with_single(
    base: &EventDraft,
    imported: &ImportedEvent,
    of: &OfSeries,
    original: LocalStart,
) -> EventDraft {
    let text = original.text(!base.start.contains('T'));
    let mut theirs = base.clone();
    theirs.exdates.retain(|out| *out != text);
    theirs.overrides.retain(|o| o.original != text);
    let mut own = imported.draft.clone();
    if !of.is_titled {
        own.title.clone_from(&base.title);
    }
    theirs.overrides.push(override_of(base, &own, text, of.cancelled));
    theirs.overrides.sort_by(|a, b| a.original.cmp(&b.original));
    theirs
}

fn override_of(
    series: &EventDraft,
    own: &EventDraft,
    original: String,
    cancelled: bool,
) -> OverrideDraft {
    if cancelled {
        return OverrideDraft { original, cancelled, ..OverrideDraft::default() };
    }
    let other = |own: &String, usual: &String| (own != usual).then(|| own.clone());
    OverrideDraft {
        original,
        cancelled,
        start: own.start.clone(),
        zone: own.zone.clone(),
        length: own.length.unwrap_or_default(),
        title: other(&own.title, &series.title).filter(|title| title != UNTITLED),
        place: other(&own.place, &series.place),
        description: other(&own.description, &series.description),
    }
}

/// Which occurrence an event by itself is, by its UID.
fn named_by(single: &EventRow, series: &str) -> Option<OfSeries> {
    let name = single.source.uid.as_ref()?.strip_prefix(series)?.strip_prefix('#')?;
    let zone = name.ends_with('Z').then(|| "UTC".to_string());
    let original = name.trim_end_matches('Z').to_string();
    LocalStart::parse(&original)?;
    let uid = series.to_string();
    Some(OfSeries { uid, original, zone, cancelled: false, is_titled: true })
}

fn has_other_alarms(imported: &ImportedEvent, base: &EventDraft) -> bool {
    let triggers = |draft: &EventDraft| -> Vec<String> {
        let mut list: Vec<String> =
            draft.reminders.iter().flatten().map(|r| r.trigger.clone()).collect();
        list.sort();
        list
    };
    imported.draft.reminders.is_some() && triggers(&imported.draft) != triggers(base)
}
