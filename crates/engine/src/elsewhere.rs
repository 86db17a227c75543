//! Events of a file that are in another calendar already: a copy of a file by another name is the
//! same file, and one that names its calendar makes a second copy only if that is asked for.

use std::ops::ControlFlow;

use calendar::{
    event::Event,
    ics::{self, ImportedEvent, Remark},
    id::CalendarId,
};

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    import::{By, Chunk, ImportFile, Imported, Mode, Place, Target, is_of_cards},
    ledger::{
        calendar::{self as calendars, CalendarRow},
        event::{self, Source},
    },
    origin::Stamp,
    parts::Fitting,
};

/// Why nothing came of a file of which no more is wrong than that its end is missing.
const CUT: &str = "it ends in the middle and holds no whole event";

/// Where else an event of a file is.
#[derive(Debug)]
pub(crate) enum Elsewhere {
    /// In this calendar, and it is that one.
    There(CalendarRow),
    /// In this calendar too.
    Too(CalendarRow),
}

/// How many events of a file are in another calendar than the one they go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which calendar they are in.
    pub calendar: CalendarId,
    /// Its name.
    pub name: String,
    /// How many.
    pub count: u32,
}

/// Counts events of a calendar to those known already.
pub(crate) fn add_to(known: &mut Vec<Standing>, more: &Standing) {
    match known.iter_mut().find(|there| there.calendar == more.calendar) {
        Some(there) => there.count += more.count,
        None => known.push(more.clone()),
    }
}

impl Imported {
    /// Why not one event of the file could be read, if none could: the first reason.
    pub fn refusal(&self) -> Option<Remark> {
        let first = self.remarks.first().filter(|_| self.read == 0)?;
        let why = self.remarks.iter().find(|r| !r.reason.ends_with(ics::NO_END));
        let cut = || Remark { line: first.line, reason: CUT.into() };
        Some(why.cloned().unwrap_or_else(cut))
    }

    /// The calendars its events go to; none for people.
    pub fn calendars(&self) -> Vec<String> {
        let first = Some(&self.calendar).filter(|name| !name.is_empty());
        first.into_iter().chain(&self.besides).cloned().collect()
    }

    /// Some of its events go to this calendar, too.
    pub(crate) fn goes_to(&mut self, name: &str) {
        if name != self.calendar && !self.besides.iter().any(|known| known == name) {
            self.besides.push(name.into());
        }
    }

    /// How many events that could be read cannot be in the ledger.
    pub(crate) fn refused(&self) -> usize {
        let told = [self.created, self.updated, self.unchanged];
        let told = told.iter().map(|n| usize::try_from(*n).unwrap_or(usize::MAX));
        self.read.saturating_sub(told.fold(0, usize::saturating_add))
    }

    /// Where most of its events are already, if that is one calendar and not the one they go to:
    /// it looks like that one.
    pub fn standing(&self) -> Option<&Standing> {
        let [there] = self.too.as_slice() else { return None };
        let most = usize::try_from(there.count).is_ok_and(|count| count * 2 > self.read);
        (most && !self.several).then_some(there)
    }
}

impl Engine {
    /// Looks at a calendar file that is to go where it says itself: if most of its events are in
    /// one calendar of another name, what an import of it would do.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn second_copy(&self, file: &ImportFile<'_>) -> Result<Option<Imported>> {
        if is_of_cards(file.bytes) || !matches!(file.target, Target::NamedByFile(_)) {
            return Ok(None);
        }
        let look = ImportFile { mode: Mode::Preview, ..file.clone() };
        // The first thousand tell of most files that they are none.
        let would = self.import_events("", &look, &mut |so_far, _, _| match so_far.standing() {
            Some(_) => ControlFlow::Continue(()),
            None => ControlFlow::Break(()),
        })?;
        Ok(would.standing().is_some().then_some(would))
    }
}

impl Chunk {
    pub fn say_where(&mut self, imported: &ImportedEvent, elsewhere: Option<Elsewhere>) {
        let title = &imported.draft.title;
        match elsewhere {
            Some(Elsewhere::There(row)) => {
                let name = row.name;
                let text = format!("is in the calendar {name} already: it is not made again");
                self.say(imported, title, &text);
            }
            Some(Elsewhere::Too(CalendarRow { id, name, .. })) => {
                self.say(imported, title, &format!("is in the calendar {name}, too"));
                add_to(&mut self.too, &Standing { calendar: id, name, count: 1 });
            }
            None => {}
        }
    }
}

impl Act<'_> {
    /// An event that is in another calendar already: of a file that names none it is that one, and
    /// where somebody or the file chose the calendar it is one more. Says which calendar.
    pub(crate) fn at_home<'e>(
        &self,
        fit: Fitting<'e>,
        place: &Place,
    ) -> Result<(Fitting<'e>, Option<Elsewhere>)> {
        let zones = &self.context.zones;
        let uid = &fit.0.uid;
        let is_here = || match event::by_uid(self.tx, zones, place.row.id, uid) {
            Err(error) if error.is_damage() => Ok(true),
            found => Ok::<bool, Error>(found?.is_some()),
        };
        if !place.is_new && is_here()? {
            return Ok((fit, None));
        }
        let Some(row) = event::by_uid_anywhere(self.tx, zones, uid)? else {
            return Ok((fit, None));
        };
        let calendar = row.event.calendar;
        let there = calendars::find(self.tx, calendar)?;
        if place.by != By::FileName {
            return Ok((fit, there.map(Elsewhere::Too)));
        }
        let (imported, event, source) = fit;
        let event = Event { calendar, ..event };
        let source = Source { stamp: Stamp::text(&event, &imported), ..source };
        Ok(((imported, event, source), there.map(Elsewhere::There)))
    }
}
