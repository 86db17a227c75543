//! Birthdays and anniversaries: events that follow the dates of their person, told once a year
//! however often the date is corrected.

use calendar::{
    draft::EventDraft,
    event::Event,
    id::{CalendarId, ChannelId, EventId, PersonId},
    kind::KindRef,
    person::Person,
    policy::LeapDay,
    reason::Reason,
    timing::{later, no_such_day},
    zones::ZoneName,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    act::Act,
    engine::{Engine, event_id},
    error::{Error, Result},
    ledger::{
        calendar as calendars, channel,
        event::{self, EventRow, Source},
        person::PersonRow,
    },
    reconcile::Effect,
};

/// A leap year to stand for one that nobody knows.
const NO_YEAR: i16 = 1972;

/// A day is told on it or not at all; nowhere is it more than this ago, in seconds.
const LATEST: i64 = 2 * 86_400;
/// A leap day comes again within so many days.
const NEXT_DAYS: i64 = 9 * 366;

/// What a person has once a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    /// A birthday.
    Birthday,
    /// An anniversary.
    Anniversary,
}

impl Day {
    /// The word of its kind, which is also the field it comes in.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Birthday => "birthday",
            Self::Anniversary => "anniversary",
        }
    }

    fn kind(self) -> KindRef {
        self.word().parse().expect("BUG: both days are kinds")
    }

    /// What is told about this day of a person is told about.
    pub(crate) fn subject(self, person: PersonId) -> String {
        self.kind().subject(person)
    }
}

/// A day of this year that will not be told: its moment had passed when the person was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayPassed {
    /// `birthday` or `anniversary`.
    pub word: &'static str,
    /// When it would have been told.
    pub due: Timestamp,
    /// When the next one is told.
    pub next: Option<Timestamp>,
}

impl DayPassed {
    /// "this year’s birthday was to be told on Mon 23 Nov at 09:00, which has passed; …", with the
    /// clock of a zone.
    pub fn sentence(&self, zone: &TimeZone) -> String {
        let said = |at: Timestamp, form: &str| zone.to_datetime(at).strftime(form).to_string();
        let due = said(self.due, "%a %-d %b at %H:%M");
        let next = self.next.map_or_else(String::new, |next| {
            format!("; the next is told on {}", said(next, "%a %-d %b %Y at %H:%M"))
        });
        format!("this year’s {} was to be told on {due}, which has passed{next}", self.word)
    }
}

impl Engine {
    /// The days of a person that passed when they were saved with this effect, and will not be told
    /// this year.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn days_passed(&self, person: PersonId, effect: &Effect) -> Result<Vec<DayPassed>> {
        if effect.passed.is_empty() {
            return Ok(Vec::new());
        }
        let is_passed =
            |due: Timestamp| effect.passed.iter().any(|p| p.due_ms == due.as_millisecond());
        self.read(|act| {
            let (context, now) = (&act.context, act.wall());
            let rows = event::days_of_person(act.tx, &context.zones, person)?;
            let days = rows.iter().filter_map(|row| {
                let event = &row.event;
                let plan = event.wanted(context, later(now, -LATEST), now, 8);
                let due = plan.wanted.iter().map(|w| w.due).find(|due| is_passed(*due))?;
                let next = event.next_due(context, now, NEXT_DAYS).map(|next| next.due);
                Some(DayPassed { word: event.kind.code(), due, next })
            });
            Ok(days.collect())
        })
    }
}

impl Act<'_> {
    /// The dates of a person, checked.
    pub(crate) fn days_of(&self, row: &PersonRow) -> Result<[(Day, Option<Date>); 2]> {
        let checked = |day: Day, text: &Option<String>| -> Result<(Day, Option<Date>)> {
            let date = text.as_deref().map(|text| date_of(day, text)).transpose()?;
            if let Some(date) = date {
                self.refuse_future(day, date, row.person.zone.as_ref())?;
            }
            Ok((day, date))
        };
        Ok([checked(Day::Birthday, &row.birthday)?, checked(Day::Anniversary, &row.anniversary)?])
    }

    /// Nobody is born tomorrow, where they are or here.
    fn refuse_future(&self, day: Day, date: Date, zone: Option<&ZoneName>) -> Result<()> {
        let here = self.context.machine_zone();
        let there = zone.map_or_else(|| here.clone(), |zone| self.context.zones.zone(zone).0);
        let today = [here, there].map(|zone| zone.to_datetime(self.wall()).date());
        if today.iter().all(|today| date > *today) {
            let word = day.word();
            let message = format!("the {word} {date} is in the future: it is today or earlier");
            return Err(Error::invalid(word, message));
        }
        Ok(())
    }

    /// Brings the event of a day in line with the person. Where it is said which events of theirs
    /// there are to be, that one comes back if it was deleted, and none is made anew.
    pub(crate) fn save_day(
        &self,
        person: &Person,
        day: Day,
        date: Option<Date>,
        kept: Option<&[EventId]>,
    ) -> Result<Effect> {
        let kind = day.kind();
        let mut known = self.day_there(person.id, &kind)?;
        let mut date = date;
        if let Some(kept) = kept {
            let there = |row: EventRow| Some(row).filter(|row| row.event.kind == kind);
            let mut those = kept.iter().filter_map(|id| {
                event::find_legible(self.tx, &self.context.zones, *id).transpose()
            });
            let found = those.find_map(|row| row.map(there).transpose()).transpose()?;
            if found.is_none() {
                date = None;
            }
            known = found.or(known);
        }
        let (Some(date), live) = (date, known.as_ref().filter(|row| row.deleted_at.is_none()))
        else {
            return match known.filter(|row| row.deleted_at.is_none()) {
                Some(row) => self.delete(&row),
                None => Ok(Effect::default()),
            };
        };
        let event = self.event_of_day(person, day, date, known.as_ref())?;
        match (known.as_ref(), live) {
            (_, Some(row)) if row.event == event => Ok(Effect::default()),
            // The same day, told elsewhere or on another day of short years.
            (_, Some(row)) if row.event.timing.start == event.timing.start => {
                self.correct(row, &event)
            }
            (Some(row), _) => {
                let gone = Reason::CancelledEdited;
                Ok(self.replace(row, &event, &row.source, gone)?.effect)
            }
            (None, _) => self.insert(&event, &Source::default()),
        }
    }

    fn day_there(&self, person: PersonId, kind: &KindRef) -> Result<Option<EventRow>> {
        let events = event::days_of_person(self.tx, &self.context.zones, person)?;
        Ok(events.into_iter().find(|row| row.event.kind == *kind))
    }

    /// The event of a day, with what is its own from the one there is or was.
    fn event_of_day(
        &self,
        person: &Person,
        day: Day,
        date: Date,
        known: Option<&EventRow>,
    ) -> Result<Event> {
        let calendars = calendars::all(self.tx)?;
        let usual = calendars.first().map_or(CalendarId::FIRST, |row| row.id);
        let there: Vec<ChannelId> = channel::all(self.tx)?.into_iter().map(|c| c.id).collect();
        // Its calendar, or a channel, may be gone since it was deleted.
        let earlier = known.map(|row| {
            let mut event = row.event.clone();
            if calendars.iter().all(|c| c.id != event.calendar) {
                event.calendar = usual;
            }
            event.reminders.retain(|reminder| there.contains(&reminder.channel));
            EventDraft::from(&event)
        });
        let draft = EventDraft {
            kind: day.kind().code().into(),
            calendar: earlier.as_ref().map_or_else(|| usual.to_string(), |d| d.calendar.clone()),
            title: format!("{}’s {}", person.name, day.word()),
            start: date.strftime("%Y%m%d").to_string(),
            rules: vec![yearly(date, person.leap_day)],
            person: Some(person.id.to_string()),
            reminders: earlier.as_ref().and_then(|d| d.reminders.clone()),
            length: Some((1, 0)),
            ..earlier.unwrap_or_default()
        };
        let id = known.map_or_else(|| event_id(&self.now), |row| row.event.id);
        self.checked(&draft, id, known.map_or(id, |row| row.event.series_root))
    }
}

fn yearly(date: Date, leap_day: LeapDay) -> String {
    let is_leap_day = (date.month(), date.day()) == (2, 29);
    match (is_leap_day, leap_day) {
        (true, LeapDay::Backward) => "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD".into(),
        (true, LeapDay::Forward) => "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD".into(),
        (true, LeapDay::Omit) | (false, _) => "FREQ=YEARLY".into(),
    }
}

/// A date of birth or of an anniversary: `1990-02-29`, or `--02-29` when nobody knows the year.
fn date_of(day: Day, text: &str) -> Result<Date> {
    let word = day.word();
    let a = if day == Day::Anniversary { "an" } else { "a" };
    let fail = || {
        if let Some(message) = no_such_day(text) {
            return Error::invalid(word, message);
        }
        let shown: String = text.chars().take(40).collect();
        Error::invalid(
            word,
            format!("'{shown}' is not {a} {word}: write 1990-02-28, or --02-28 without the year"),
        )
    };
    let whole = match text.strip_prefix("--") {
        Some(rest) => format!("{NO_YEAR}-{rest}"),
        None => text.to_string(),
    };
    let date: Date = whole.parse().map_err(|_| fail())?;
    if whole.len() == 10 && (1600..=3000).contains(&date.year()) { Ok(date) } else { Err(fail()) }
}
