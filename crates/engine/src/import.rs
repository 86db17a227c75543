//! Calendar files into the ledger. The same file again changes nothing, also not what a person
//! changed here meanwhile; a newer version of an event takes the place of the older; what was
//! deleted here stays deleted. Nothing of the past rings.
//!
//! Large files go in by many short transactions, so that reminders which fall due meanwhile are
//! told in time; each event is in whole or not at all, and importing again completes the rest.

use std::{borrow::Cow, collections::VecDeque, ops::ControlFlow};

use calendar::{
    draft::{EventDraft, ReminderDraft},
    event::Event,
    ics::{self, Alarmless, ImportedEvent, ReadContext, Reading, Remark},
    id::{CalendarId, EventId},
    reminder::Trigger,
    timing::THEIRS,
};
use jiff::{civil::Date, tz::TimeZone};

use crate::{
    act::Act,
    elsewhere::add_to,
    engine::{Engine, calendar_id, event_id},
    error::{Error, Result},
    ledger::{
        calendar::{self as calendars, CalendarRow},
        event::Source,
        person,
    },
    look::Look,
    origin::Stamp,
    parts::{Doing, Fitting, belong_together},
    people::calendar_name,
    taken_back::Trail,
    verdict::Verdict,
};
pub use crate::{
    asked::{Deleted, Mode, Target},
    elsewhere::Standing,
};

/// How long one transaction goes on taking events in.
pub(crate) const HOLD_MS: u128 = 60;
/// And how many it takes in at most.
pub(crate) const AT_ONCE: usize = 1_000;
/// The colours new calendars take in turn.
const COLORS: [&str; 6] = ["teal", "rose", "amber", "violet", "slate", "indigo"];

/// The order in which several files go in: cards first, so that the events of people in calendar
/// files are known to be theirs; otherwise as they came.
pub fn in_order<T>(files: &[T], name: impl Fn(&T) -> &str) -> Vec<&T> {
    let is_cards = |file: &&T| {
        let ending = name(file).rsplit_once('.').map_or("", |(_, ending)| ending);
        ["vcf", "vcard"].iter().any(|known| ending.eq_ignore_ascii_case(known))
    };
    let (cards, others): (Vec<&T>, Vec<&T>) = files.iter().partition(is_cards);
    cards.into_iter().chain(others).collect()
}

/// A file to import.
#[derive(Debug, Clone)]
pub struct ImportFile<'a> {
    /// What it holds.
    pub bytes: &'a [u8],
    /// Where its events go.
    pub target: Target,
    /// Whether it is done.
    pub mode: Mode,
    /// What becomes of events without an alarm.
    pub alarmless: Alarmless,
    /// What becomes of those that were deleted here.
    pub deleted: Deleted,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// The calendar's name.
    pub calendar: String,
    /// Events that could be read, also if they are refused for a reason that is a remark.
    pub read: usize,
    /// How many of them are people, of a file of cards.
    pub people: usize,
    /// New events.
    pub created: u32,
    /// Those of them that have no alarm.
    pub silent: u32,
    /// Events that a newer version took the place of.
    pub updated: u32,
    /// Events that were here already, or stay deleted.
    pub unchanged: u32,
    /// Components of the file of which nothing came in, or would: why is a remark.
    pub left_out: usize,
    /// Those of the unchanged that were deleted here, and could come back.
    pub deleted: u32,
    /// The first day that is not past, or else the last, of what came in: a place to look at.
    pub first: Option<Date>,
    /// In which other calendars events are that came in, and how many.
    pub too: Vec<Standing>,
    /// It names more calendars than one.
    pub several: bool,
    /// The names of those that events of it go to besides the first.
    pub besides: Vec<String>,
    /// Birthdays that came in.
    pub birthdays: u32,
    /// Anniversaries that came in.
    pub anniversaries: u32,
    /// What was lost, changed or left as it is, by line.
    pub remarks: Vec<Remark>,
    /// The way back.
    pub trail: Trail,
}

impl Engine {
    /// Imports a calendar file. `watch` is told how many of how many events are through, and may
    /// end it there; what is in stays in.
    ///
    /// # Errors
    /// When the target is none, or the ledger cannot be written. What one event is refused for
    /// is a remark and no error.
    pub fn import(
        &self,
        file: &ImportFile<'_>,
        watch: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Imported> {
        self.import_as(&self.new_import(), file, watch)
    }

    /// A name for an import.
    pub fn new_import(&self) -> String {
        event_id(&self.now()).to_string()
    }

    /// The same as a part of the import of this name: all of that is undone at once.
    ///
    /// # Errors
    /// As [`Engine::import`].
    pub fn import_as(
        &self,
        import: &str,
        file: &ImportFile<'_>,
        watch: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Imported> {
        match is_of_cards(file.bytes) {
            true => self.import_cards(import, file, watch),
            false => self.import_events(import, file, &mut |_, through, of| watch(through, of)),
        }
    }

    /// The same of a calendar file; `watch` sees what came of it so far.
    pub(crate) fn import_events(
        &self,
        import: &str,
        file: &ImportFile<'_>,
        watch: &mut dyn FnMut(&Imported, usize, usize) -> ControlFlow<()>,
    ) -> Result<Imported> {
        let today = TimeZone::UTC.to_datetime(self.now().wall).date();
        let zones = self.zones();
        let context = ReadContext {
            zones: &zones,
            calendar: CalendarId::FIRST,
            today,
            alarmless: file.alarmless,
        };
        let bytes = ics::utf8(file.bytes);
        let mut reading = Reading::open(&bytes, &context);
        let mut done = Imported::default();
        let mut look = Look::from(today);
        let mut place = self.import_target(file, reading.name())?;
        done.calendar.clone_from(&place.row.name);
        let (mut waiting, mut named) = (VecDeque::new(), reading.name().map(String::from));
        loop {
            fill(&mut reading, &mut waiting);
            let Some(first) = waiting.front() else { break };
            if first.calendar.is_some() && first.calendar != named {
                done.several = true;
                named.clone_from(&first.calendar);
                place = self.import_target(file, named.as_deref())?;
                done.goes_to(&place.row.name);
            }
            let text = place.row.id.to_string();
            let together =
                waiting.iter_mut().take_while(|e| e.calendar.is_none() || e.calendar == named);
            let count = together.map(|e| e.draft.calendar.clone_from(&text)).count();
            let ((left, total), waits) = (reading.progress(), waiting.len());
            let some = first_of(&waiting.make_contiguous()[..count]);
            let chunk = match file.mode {
                Mode::Preview => self.read(|act| act.preview(some, &place)),
                Mode::Apply => self.write_some(|act| {
                    let mut chunk = act.take_in(some, &place, &mut || self.now().boot)?;
                    act.keep_trail(import, &place.row.name, &mut chunk.trail)?;
                    let through = (left + chunk.taken).saturating_sub(waits);
                    act.note_import(import, &place.row.name, (through, total))?;
                    Ok(chunk)
                }),
            };
            let chunk = chunk.map_err(|e| unfinished(done.read, total, e))?;
            place.is_new &= file.mode == Mode::Preview || chunk.created == 0;
            done.read += chunk.taken;
            look.at(waiting.drain(..chunk.taken));
            done.add(chunk);
            let through = left.saturating_sub(waiting.len());
            if watch(&done, through, total).is_break() && (through < total || !waiting.is_empty()) {
                let reason = format!("stopped after {through} of {total} events");
                done.remarks.push(Remark { line: 1, reason });
                self.unfinished_was_seen()?;
                break;
            }
        }
        done.first = look.found();
        done.left_out = reading.left_out() + done.refused();
        done.remarks.extend(reading.finish());
        done.remarks.sort_by_key(|r| r.line);
        Ok(done)
    }

    /// The calendar to import to. A new one is made with its first event.
    fn import_target(&self, file: &ImportFile<'_>, named: Option<&str>) -> Result<Place> {
        let known = self.calendars()?;
        let name = match &file.target {
            Target::Calendar(id) => {
                let row = known.into_iter().find(|c| c.id == *id);
                let row = row.ok_or_else(|| Error::not_found("calendar", id))?;
                return Ok(Place { row, is_new: false, by: By::Person, deleted: file.deleted });
            }
            Target::Named(name) => name,
            Target::NamedByFile(name) => named.unwrap_or(name),
        };
        let by = match (&file.target, named) {
            (Target::NamedByFile(_), None) => By::FileName,
            (Target::NamedByFile(_), Some(_)) => By::File,
            (Target::Named(_) | Target::Calendar(_), _) => By::Person,
        };
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(60).collect();
        if let Some(row) = known.iter().find(|c| c.name == name) {
            return Ok(Place { row: row.clone(), is_new: false, by, deleted: file.deleted });
        }
        let color = COLORS[known.len().saturating_sub(1) % COLORS.len()].to_string();
        let (id, name) = (calendar_id(&self.now()), calendar_name(&name)?.to_string());
        let row = CalendarRow { id, name, color, shown: true };
        Ok(Place { row, is_new: true, by, deleted: file.deleted })
    }
}

/// Where events go, and whether it has to be made yet.
#[derive(Debug)]
pub(crate) struct Place {
    pub row: CalendarRow,
    pub is_new: bool,
    pub by: By,
    pub deleted: Deleted,
}

/// Who chose a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Person,
    /// The file names it.
    File,
    /// It has the name of the file, which may be another for a copy of the same.
    FileName,
}

/// Part of an import: what one transaction took in.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    taken: usize,
    created: u32,
    silent: u32,
    updated: u32,
    unchanged: u32,
    deleted: u32,
    remarks: Vec<Remark>,
    pub too: Vec<Standing>,
    pub trail: Trail,
}

impl Chunk {
    pub fn count(&mut self, imported: &ImportedEvent, verdict: &Verdict) {
        self.taken += 1;
        let remark = match verdict {
            Verdict::Create => {
                self.created += 1;
                self.silent += u32::from(imported.draft.reminders.as_deref() == Some(&[]));
                // Were they here, it would be theirs.
                let is_of_nobody = imported.of.as_ref().is_some_and(|of| of.kind.is_some());
                is_of_nobody.then_some(
                    "is of somebody who is not here, and comes as a day like others: import their card first",
                )
            }
            Verdict::Update(_) => {
                self.updated += 1;
                None
            }
            Verdict::Deleted => {
                self.unchanged += 1;
                self.deleted += u32::from(imported.of.is_none());
                Some("was deleted here and stays deleted")
            }
            Verdict::Leave(remark) => {
                self.unchanged += 1;
                *remark
            }
        };
        if let Some(reason) = remark {
            self.say(imported, &imported.draft.title, reason);
        }
    }

    pub fn say(&mut self, imported: &ImportedEvent, title: &str, what: &str) {
        self.note(imported, format!("“{title}” {what}"));
    }

    pub fn note(&mut self, imported: &ImportedEvent, reason: String) {
        self.remarks.push(Remark { line: imported.line, reason });
    }

    /// Counts an event of the file that changes nothing, and says why.
    pub fn leave(&mut self, imported: &ImportedEvent, reason: String) {
        self.note(imported, reason);
        self.count_single(false);
    }

    /// Counts a single occurrence of a series that is here.
    pub fn count_single(&mut self, is_change: bool) {
        self.taken += 1;
        *(if is_change { &mut self.updated } else { &mut self.unchanged }) += 1;
    }
}

impl Imported {
    fn add(&mut self, chunk: Chunk) {
        self.created += chunk.created;
        self.silent += chunk.silent;
        self.updated += chunk.updated;
        self.unchanged += chunk.unchanged;
        self.deleted += chunk.deleted;
        self.remarks.extend(chunk.remarks);
        chunk.too.iter().for_each(|there| add_to(&mut self.too, there));
        self.trail.append(chunk.trail);
    }
}

impl Act<'_> {
    fn preview(&self, events: &[ImportedEvent], place: &Place) -> Result<Chunk> {
        let mut chunk = Chunk::default();
        for series in events.chunk_by(belong_together) {
            self.take_in_series(series, place, Doing::Nothing, &mut chunk)?;
        }
        Ok(chunk)
    }

    fn take_in(
        &self,
        events: &[ImportedEvent],
        place: &Place,
        boot: &mut dyn FnMut() -> std::time::Duration,
    ) -> Result<Chunk> {
        let mut chunk = Chunk::default();
        if place.is_new {
            calendars::put(self.tx, &place.row)?;
        }
        for series in events.chunk_by(belong_together) {
            self.take_in_series(series, place, Doing::It, &mut chunk)?;
            if boot().saturating_sub(self.now.boot).as_millis() >= HOLD_MS {
                break;
            }
        }
        match place.is_new {
            true if chunk.created == 0 => calendars::unmake(self.tx, place.row.id)?,
            true => chunk.trail.made_calendar(place.row.id),
            false => {}
        }
        Ok(chunk)
    }

    /// An imported event as it can be in the ledger. Alarms at a moment that turn out to lie
    /// beyond a deadline, now that the machine's zone is known, are left out; what still cannot
    /// be is a remark.
    pub(crate) fn fitting<'e>(
        &self,
        imported: &'e ImportedEvent,
        place: &Place,
        chunk: &mut Chunk,
    ) -> Result<Option<Fitting<'e>>> {
        let id = event_id(&self.now);
        let reason = match self.definition(imported, id, place) {
            Ok((event, source)) => return Ok(Some((Cow::Borrowed(imported), event, source))),
            Err(Error::Invalid { field: "reminders", message }) => {
                let mut less = imported.clone();
                let moments = |r: &ReminderDraft| matches!(r.trigger.parse(), Ok(Trigger::At(_)));
                less.draft.reminders.iter_mut().for_each(|list| list.retain(|r| !moments(r)));
                if let Ok((event, source)) = self.definition(&less, id, place) {
                    chunk.remarks.push(Remark { line: imported.line, reason: message });
                    return Ok(Some((Cow::Owned(less), event, source)));
                }
                message
            }
            Err(Error::Invalid { message, .. }) => message,
            Err(other) => return Err(other),
        };
        chunk.taken += 1;
        let reason = format!("“{}” is not imported: {reason}", imported.draft.title);
        chunk.remarks.push(Remark { line: imported.line, reason });
        Ok(None)
    }

    /// An imported event as it would be in the ledger, and what is kept of its file. A calendar
    /// that is made with its first event need not be there.
    fn definition(
        &self,
        imported: &ImportedEvent,
        id: EventId,
        place: &Place,
    ) -> Result<(Event, Source)> {
        let draft = self.of_person(imported)?;
        let root = self.root_of(imported, place, id)?;
        let event = match place.is_new {
            true => self.checked_for_any_calendar(&draft, id, root)?,
            false => self.checked(&draft, id, root)?,
        };
        let source = Source {
            uid: Some(imported.uid.clone()),
            sequence: imported.sequence,
            stamp: Stamp::text(&event, imported),
            extra: imported.extra.clone(),
        };
        Ok((event, source))
    }

    /// The draft with the person it is of, if that person is here.
    fn of_person<'e>(&self, imported: &'e ImportedEvent) -> Result<Cow<'e, EventDraft>> {
        let Some(of) = &imported.of else { return Ok(Cow::Borrowed(&imported.draft)) };
        let known = person::by_uid(self.tx, &of.person)?.filter(|p| p.deleted_at.is_none());
        let Some(known) = known else { return Ok(Cow::Borrowed(&imported.draft)) };
        let mut draft = imported.draft.clone();
        draft.person = Some(known.person.id.to_string());
        if let Some(kind) = &of.kind {
            draft.kind.clone_from(kind);
        }
        if let Some(own) = &of.own_zone {
            let overrides = draft.overrides.iter_mut().map(|o| &mut o.zone);
            for zone in std::iter::once(&mut draft.zone).chain(overrides).flatten() {
                if zone == own {
                    zone.insert(0, THEIRS);
                }
            }
        }
        Ok(Cow::Owned(draft))
    }
}

/// Whether a file begins with a card.
pub(crate) fn is_of_cards(bytes: &[u8]) -> bool {
    let start: Vec<u8> = bytes
        .iter()
        .take(400)
        .filter(|b| b.is_ascii_graphic())
        .map(u8::to_ascii_uppercase)
        .collect();
    start.starts_with(b"BEGIN:VCARD")
}

fn unfinished(through: usize, total: usize, error: Error) -> Error {
    if through == 0 {
        return error;
    }
    let message = format!(
        "{through} of {total} events were imported, then: {error}; import the file again to complete it"
    );
    Error::invalid("file", message)
}

/// As many as one transaction takes, without parting a series.
fn first_of(events: &[ImportedEvent]) -> &[ImportedEvent] {
    let mut count = 0;
    for series in events.chunk_by(belong_together) {
        if count >= AT_ONCE {
            break;
        }
        count += series.len();
    }
    &events[..count]
}

/// Reads on until there is enough for a transaction.
fn fill(reading: &mut Reading<'_>, waiting: &mut VecDeque<ImportedEvent>) {
    let mut some = Vec::new();
    // Ends: each turn reads one of the events there are.
    while waiting.len() + some.len() < AT_ONCE && reading.next(&mut some) {}
    waiting.extend(some);
}
