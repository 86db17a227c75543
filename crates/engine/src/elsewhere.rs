//! Events of a file that are in another calendar already: a copy of a file by another name is the
//! same file.

use calendar::{event::Event, ics::ImportedEvent};

use crate::{
    act::Act,
    error::{Error, Result},
    import::{By, Chunk, Place},
    ledger::{
        calendar as calendars,
        event::{self, Source},
    },
    origin::Stamp,
    parts::Fitting,
};

/// Where else an event of a file is.
#[derive(Debug)]
pub(crate) enum Elsewhere {
    /// In this calendar, and it is that one.
    There(String),
    /// In this calendar too.
    Too(String),
}

impl Chunk {
    pub fn say_where(&mut self, imported: &ImportedEvent, elsewhere: Option<Elsewhere>) {
        let title = &imported.draft.title;
        match elsewhere {
            Some(Elsewhere::There(name)) => {
                let text = format!("is in the calendar {name} already: it is not made again");
                self.say(imported, title, &text);
            }
            Some(Elsewhere::Too(name)) => {
                self.say(imported, title, &format!("is in the calendar {name}, too"));
            }
            None => {}
        }
    }
}

impl Act<'_> {
    /// An event that is in another calendar already: of a file that names none it is that one, and
    /// where somebody chose the calendar it is one more. Says which calendar.
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
        if place.by == By::File || (!place.is_new && is_here()?) {
            return Ok((fit, None));
        }
        let Some(row) = event::by_uid_anywhere(self.tx, zones, uid)? else {
            return Ok((fit, None));
        };
        let calendar = row.event.calendar;
        let name = calendars::find(self.tx, calendar)?.map_or_else(String::new, |c| c.name);
        if place.by == By::Person {
            return Ok((fit, Some(Elsewhere::Too(name))));
        }
        let (imported, event, source) = fit;
        let event = Event { calendar, ..event };
        let source = Source { stamp: Stamp::text(&event, &imported), ..source };
        Ok(((imported, event, source), Some(Elsewhere::There(name))))
    }
}
