//! Events out of the ledger as a calendar file that can be read again, here or elsewhere: what a
//! file cannot say is named. Reading changes nothing, so the same ledger gives the same bytes.

use calendar::{
    event::Event,
    ics::{self, Outgoing, WriteContext},
    id::{CalendarId, ChannelId, EventId},
};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    ledger::{
        calendar::{self as calendars, CalendarRow},
        event::{self, EventRow, Legible, say_damaged},
        person,
    },
    origin::{Stamp, fingerprint, whole_second},
};

/// What is to be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Every calendar.
    All,
    /// These calendars.
    Calendars(Vec<CalendarId>),
    /// One event.
    Event(EventId),
}

/// A calendar file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exported {
    /// The file. Several calendars stand one after the other in it.
    pub text: String,
    /// The calendars, and how many events of each there are in it.
    pub calendars: Vec<(String, usize)>,
    /// How many people there are in it.
    pub people: usize,
    /// What no file can say, in sentences.
    pub remarks: Vec<String>,
}

impl Engine {
    /// Every event that can be read.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn events(&self) -> Result<Vec<EventRow>> {
        self.read(|act| Ok(event::legible(act.tx, &act.context.zones)?.rows))
    }

    /// Writes events as a calendar file.
    ///
    /// # Errors
    /// When there is no such calendar or event, or the ledger cannot be read.
    pub fn export(&self, what: &What) -> Result<Exported> {
        let today = TimeZone::UTC.to_datetime(self.now().wall).date();
        self.read(|act| {
            let known = calendars::all(act.tx)?;
            let chosen: Vec<CalendarRow> = match what {
                What::All => known,
                What::Calendars(ids) => ids
                    .iter()
                    .map(|id| {
                        let row = known.iter().find(|c| c.id == *id);
                        row.cloned().ok_or_else(|| Error::not_found("calendar", id))
                    })
                    .collect::<Result<_>>()?,
                What::Event(id) => {
                    let calendar = act.event(*id)?.event.calendar;
                    known.into_iter().filter(|c| c.id == calendar).collect()
                }
            };
            let (zones, all_day_hour) = (&act.context.zones, act.context.all_day_hour);
            let bare = WriteContext { zones, name: "", today, all_day_hour };
            let mut done = Exported::default();
            for calendar in chosen {
                let rows = match what {
                    What::Event(id) => vec![act.event(*id)?],
                    What::All | What::Calendars(_) => act.whole(&calendar, &mut done)?,
                };
                let context = WriteContext { name: &calendar.name, ..bare };
                // Calendars without an event are of no use to anybody, unless asked for by name.
                if !rows.is_empty() || *what != What::All {
                    done.text.push_str(&act.written(&rows, &context)?);
                    done.calendars.push((calendar.name, rows.len()));
                }
                done.say_what_is_missing(&rows);
            }
            if done.text.is_empty() {
                done.text = act.written(&[], &bare)?;
            }
            Ok(done)
        })
    }
}

impl Act<'_> {
    /// The events of a calendar in a lasting order.
    fn whole(&self, calendar: &CalendarRow, done: &mut Exported) -> Result<Vec<EventRow>> {
        let Legible { mut rows, damaged } =
            event::of_calendar(self.tx, &self.context.zones, calendar.id)?;
        for (id, error) in damaged {
            say_damaged(id, &error);
            done.remarks.push(format!("an event of {} cannot be read: {error}", calendar.name));
        }
        rows.sort_by_cached_key(|row| (row.event.timing.start, uid_of(row)));
        Ok(rows)
    }

    fn written(&self, rows: &[EventRow], context: &WriteContext<'_>) -> Result<String> {
        let named = |row: &EventRow| -> Result<(String, Option<String>)> {
            let person = match &row.event.person {
                Some(person) => person::find(self.tx, person.id)?.map(|row| row.uid()),
                None => None,
            };
            Ok((uid_of(row), person))
        };
        let names = rows.iter().map(named).collect::<Result<Vec<_>>>()?;
        let firsts = self.first_parts(rows)?;
        let outgoing: Vec<Outgoing<'_>> = rows
            .iter()
            .zip(&names)
            .map(|(row, (uid, person))| {
                let (stamp, edited) = stamped(row);
                Outgoing {
                    uid,
                    sequence: row.source.sequence,
                    stamp,
                    edited,
                    event: &row.event,
                    person: person.as_deref(),
                    part_of: firsts.get(&row.event.id).map(String::as_str),
                    extra: &row.source.extra,
                }
            })
            .collect();
        Ok(ics::write(&outgoing, context))
    }
}

impl Exported {
    fn say_what_is_missing(&mut self, rows: &[EventRow]) {
        let elsewhere = |event: &Event| {
            event.reminders.iter().filter(|r| r.channel != ChannelId::DESKTOP).count()
        };
        for row in rows {
            let count = elsewhere(&row.event);
            if count > 0 {
                let title = &row.event.title;
                let what = if count == 1 { "a reminder" } else { "the reminders" };
                self.remarks.push(format!(
                    "“{title}” has {what} through a channel, which no file carries: only what rings on the desktop is in it"
                ));
            }
        }
    }
}

/// What files call an event.
pub(crate) fn uid_of(row: &EventRow) -> String {
    row.source.uid.clone().unwrap_or_else(|| row.event.id.to_string())
}

/// When a definition changed last: as its file said, unless it was edited here since.
fn stamped(row: &EventRow) -> (Timestamp, bool) {
    let here = whole_second(row.updated_at);
    let stamp = Stamp::of(&row.source);
    let edited = fingerprint(&row.event, &row.source.extra) != stamp.print;
    match (edited, stamp.at) {
        (false, Some(stamp)) => (stamp, false),
        (false, None) | (true, _) => (here, edited),
    }
}
