//! What becomes of one event of a file: compared with what is here of that name, by SEQUENCE and
//! DTSTAMP, and with what a person did to it here meanwhile.

use calendar::{event::Event, ics::ImportedEvent, id::CalendarId};

use crate::{
    act::Act,
    error::Result,
    ledger::event::{self, EventRow, Source},
    origin::{Stamp, fingerprint, whole_second},
};

/// What becomes of one event of a file.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is new.
    Create,
    /// It is newer than this one.
    Update(Box<EventRow>),
    /// It was deleted here.
    Deleted,
    /// What is here stays; with what is to be said.
    Leave(Option<&'static str>),
}

impl Act<'_> {
    /// Compares an event of a file with what is here.
    pub(crate) fn verdict(
        &self,
        imported: &ImportedEvent,
        calendar: CalendarId,
        event: &Event,
        source: &Source,
    ) -> Result<Verdict> {
        let known = match event::by_uid(self.tx, &self.context.zones, calendar, &imported.uid) {
            Err(error) if error.is_damage() => {
                return Ok(Verdict::Leave(Some("is here but cannot be read: it is left as it is")));
            }
            known => known?,
        };
        let Some(row) = known else {
            // A birthday is its person's, whoever brings it.
            return Ok(match event.kind.is_of_person() {
                true => Verdict::Leave(None),
                false => Verdict::Create,
            });
        };
        if row.deleted_at.is_some() {
            return Ok(Verdict::Deleted);
        }
        if event.kind.is_of_person() && row.event.kind != event.kind {
            let beside = "is here as a day like others, beside the person's own: delete it, or it is told as well";
            return Ok(Verdict::Leave(Some(beside)));
        }
        let old = Stamp::of(&row.source);
        let mut old_stamp = old.at;
        if row.source.uid.is_none() {
            // Made here, and exported: of that file the definition here is the source.
            old_stamp = Some(whole_second(row.updated_at));
        }
        let new = Stamp::of(source);
        let here = fingerprint(&row.event, &row.source.extra);
        let is_same_file = old.file.is_some() && new.file == old.file;
        if is_same_file || new.print == old.print || new.print == here {
            return Ok(Verdict::Leave(None));
        }
        let is_edited_here = here != old.print;
        let order = (imported.sequence, imported.stamp).cmp(&(row.source.sequence, old_stamp));
        Ok(match (order, is_edited_here) {
            (std::cmp::Ordering::Less, _) => {
                Verdict::Leave(Some("is here in a newer version: the older one is not taken"))
            }
            (std::cmp::Ordering::Equal, true) => {
                Verdict::Leave(Some("was changed here: the file's version is not newer"))
            }
            (std::cmp::Ordering::Equal, false) | (std::cmp::Ordering::Greater, _) => {
                Verdict::Update(Box::new(row))
            }
        })
    }
}
