//! A newer version of an event from its file, beside what a person made of it here: what comes of
//! both, for the event and for the parts of its series that were parted here.

use calendar::{
    draft::EventDraft,
    event::{Change, Event},
    ics::ImportedEvent,
    reason::Reason,
};

use crate::{
    act::Act,
    error::{Error, Result},
    ledger::event::{self, EventRow, Source, imported as bases},
    merge::{Stretch, Versions, merge},
    parts::Fitting,
    taken_back::Trail,
};

/// What is to be put in the place of what is here.
#[derive(Debug)]
pub(crate) struct Newer {
    /// The events as they are, and as they become; first the one the file is about.
    pub changes: Vec<(EventRow, Event)>,
    /// What the file's version is compared with next time, where it is not what is here.
    base: Option<EventDraft>,
    source: Source,
    /// What is to be said, and of what title.
    pub remarks: Vec<(String, String)>,
}

impl Newer {
    /// Whether it makes a difference to anybody.
    pub fn is_change(&self) -> bool {
        let is_other = |(row, event): &(EventRow, Event)| row.event != *event;
        self.changes.iter().any(is_other) || self.is_other_extra()
    }

    fn is_other_extra(&self) -> bool {
        self.changes.first().is_some_and(|(row, _)| row.source.extra != self.source.extra)
    }
}

impl Act<'_> {
    /// What comes of a newer version; or why both cannot be one.
    pub(crate) fn newer(
        &self,
        row: &EventRow,
        (imported, event, source): &Fitting<'_>,
    ) -> Result<std::result::Result<Newer, String>> {
        let ours = EventDraft::from(&row.event);
        let kept = bases::find(self.tx, row.event.id)?;
        let base = kept.as_ref().unwrap_or(&ours);
        let mut theirs = EventDraft { calendar: ours.calendar.clone(), ..EventDraft::from(event) };
        if imported.draft.gap.is_empty() && imported.draft.fold.is_empty() {
            (theirs.gap, theirs.fold) = (base.gap.clone(), base.fold.clone());
        }
        let mut said = theirs.clone();
        if imported.draft.reminders.is_none() {
            said.reminders = Some(Vec::new());
            // The usual ones are for what has none.
            let has_none = |draft: &EventDraft| draft.reminders.as_ref().is_some_and(Vec::is_empty);
            if !(has_none(base) && has_none(&ours)) {
                theirs.reminders.clone_from(&base.reminders);
            }
        }
        self.newer_by(row, base, (&theirs, said), source, imported.part_of.is_some())
    }

    /// The same, of a definition and what is said of it next time; of a file that names the parts
    /// of the series each comes by itself.
    pub(crate) fn newer_by(
        &self,
        row: &EventRow,
        base: &EventDraft,
        (theirs, said): (&EventDraft, EventDraft),
        source: &Source,
        names_parts: bool,
    ) -> Result<std::result::Result<Newer, String>> {
        let ours = EventDraft::from(&row.event);
        let mut parts = match names_parts {
            true => Vec::new(),
            false => event::parts(self.tx, &self.context.zones, &row.event)?,
        };
        parts.retain(|part| {
            part.source.uid.is_none() && part.event.timing.start > row.event.timing.start
        });
        parts.sort_by_key(|part| part.event.timing.start);
        let mut newer =
            Newer { changes: Vec::new(), base: None, source: source.clone(), remarks: Vec::new() };
        let days =
            |d: &EventDraft| (d.start.clone(), d.zone.clone(), d.rules.clone(), d.rdates.clone());
        let mut whole = ours.clone();
        if let (Some(first), true) = (parts.first(), days(base) != days(theirs)) {
            // The parts cannot be known again in other days.
            (whole.start, whole.zone, whole.rules, whole.rdates) = days(base);
            let day = first.event.timing.start.date().strftime("%-d %b %Y");
            newer.remarks.push((
                ours.title.clone(),
                format!("was parted here from {day} on, and the file has other days for it: the file's series takes the place of both parts"),
            ));
            parts.clear();
        }
        let mut starts = parts.iter().map(|part| part.event.timing.start);
        let first = Stretch::First(starts.next());
        let versions = Versions { base, ours: &whole, theirs };
        if let Err(why) = self.come_to(&mut newer, row, versions, first)? {
            return Ok(Err(why));
        }
        for part in &parts {
            let ours = EventDraft::from(&part.event);
            let versions = Versions { base, ours: &ours, theirs };
            if let Err(why) =
                self.come_to(&mut newer, part, versions, Stretch::Later(starts.next()))?
            {
                return Ok(Err(why));
            }
        }
        let became = newer.changes.first().map(|(_, event)| EventDraft::from(event));
        newer.base = Some(said).filter(|said| became.as_ref() != Some(said));
        Ok(Ok(newer))
    }

    /// What comes of one event, or of one part of a series.
    fn come_to(
        &self,
        newer: &mut Newer,
        row: &EventRow,
        versions: Versions<'_>,
        stretch: Stretch,
    ) -> Result<std::result::Result<(), String>> {
        let mut merged = merge(versions, stretch);
        let title = merged.draft.title.clone();
        let event = match self.checked(&merged.draft, row.event.id, row.event.series_root) {
            Ok(event) => event,
            Err(Error::Invalid { message, .. }) => {
                return Ok(Err(format!(
                    "was changed here and in the file, and both together cannot be: {message}; it stays as it is here"
                )));
            }
            Err(other) => return Err(other),
        };
        let gone = self.without_place(&event, versions.theirs);
        for original in &gone {
            merged.draft.overrides.retain(|o| o.original != *original);
            let day = original.get(..8).unwrap_or(original);
            let text =
                format!("has no occurrence of {day} any more: what was changed of it is gone");
            newer.remarks.push((title.clone(), text));
        }
        let event = match gone.is_empty() {
            true => event,
            false => self.checked(&merged.draft, row.event.id, row.event.series_root)?,
        };
        newer.remarks.extend(merged.remark().map(|remark| (title, remark)));
        newer.changes.push((row.clone(), event));
        Ok(Ok(()))
    }

    /// The changed occurrences that are none of the series, unless the file has them so.
    fn without_place(&self, event: &Event, theirs: &EventDraft) -> Vec<String> {
        let all_day = event.timing.tie.is_all_day();
        let same_days = EventDraft::from(event).rules == theirs.rules;
        let changed = event.overrides.iter().filter(|o| o.change != Change::Cancelled);
        changed
            .map(|o| (o, o.original.text(all_day)))
            .filter(|(_, text)| {
                !(same_days && theirs.overrides.iter().any(|t| t.original == *text))
            })
            .filter(|(o, _)| !self.has_start(event, o.original))
            .map(|(_, text)| text)
            .collect()
    }

    /// Puts a newer version in the place of what is here.
    pub(crate) fn put_newer(&self, newer: &Newer, trail: &mut Trail) -> Result<()> {
        for (at, (row, event)) in newer.changes.iter().enumerate() {
            let is_first = at == 0;
            if !is_first && row.event == *event {
                continue;
            }
            let source = if is_first { &newer.source } else { &row.source };
            let base = bases::find(self.tx, row.event.id)?;
            trail.changed((row, base), (event, &source.extra));
            self.replace(row, event, source, Reason::CancelledEdited)?;
            if is_first {
                bases::put(self.tx, event.id, newer.base.as_ref())?;
            }
        }
        Ok(())
    }

    /// What an event that came with the usual reminders is compared with: the file had none.
    pub(crate) fn keep_alarmless(&self, imported: &ImportedEvent, event: &Event) -> Result<()> {
        if imported.draft.reminders.is_some() || event.reminders.is_empty() {
            return Ok(());
        }
        let said = EventDraft { reminders: Some(Vec::new()), ..EventDraft::from(event) };
        bases::put(self.tx, event.id, Some(&said))
    }
}
