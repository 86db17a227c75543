//! Calendars and people.

use calendar::{
    id::{CalendarId, PersonId},
    policy::LeapDay as Leap,
};
use engine::{
    ledger::{calendar::CalendarRow, person::PersonRow},
    people::SavePerson as Save,
};
use jiff::civil::Date;

use super::{
    EngineHost,
    changes::{nothing, with_effect},
    faults::id,
    local::{Local, city},
};
use crate::{
    dto::{
        CalendarView, Change, Color, Did, LeapDay, PersonSaved, PersonView, Remove, SaveCalendar,
        SavePerson,
    },
    fault::{Code, Fault},
};

impl EngineHost {
    pub(super) fn calendar_views(&self) -> Result<Vec<CalendarView>, Fault> {
        let sizes = self.engine.calendar_sizes()?;
        let size = |id: CalendarId| {
            sizes.iter().find(|(known, _)| *known == id).map_or(0, |(_, count)| *count)
        };
        let all = self.engine.calendars()?;
        Ok(all.into_iter().map(|row| calendar_view(&row, size(row.id))).collect())
    }

    pub(super) fn put_calendar(&self, asked: &SaveCalendar) -> Result<CalendarView, Fault> {
        let known: Option<CalendarId> = asked.id.as_deref().map(|t| id("id", t)).transpose()?;
        let color = color_code(asked.color);
        let row = self.engine.save_calendar(
            known,
            &asked.name,
            color,
            asked.shown,
            Some(&asked.request_id),
        )?;
        let sizes = self.engine.calendar_sizes()?;
        let size = sizes.iter().find(|(id, _)| *id == row.id).map_or(0, |(_, count)| *count);
        Ok(calendar_view(&row, size))
    }

    pub(super) fn drop_calendar(&self, asked: &Remove) -> Result<Change, Fault> {
        let local = self.local()?;
        let calendar: CalendarId = id("id", &asked.id)?;
        let gone = self.engine.delete_calendar(calendar, Some(&asked.request_id))?;
        let change =
            Change { title: Some(gone.name), count: 1, undo: true, ..nothing(Did::Removed) };
        Ok(with_effect(change, &gone.effect, &local))
    }

    pub(super) fn person_views(&self) -> Result<Vec<PersonView>, Fault> {
        let local = self.local()?;
        Ok(self.engine.people()?.iter().map(|row| person_view(row, &local)).collect())
    }

    pub(super) fn put_person(&self, asked: &SavePerson) -> Result<PersonSaved, Fault> {
        let local = self.local()?;
        let save = Save {
            id: asked.id.as_deref().map(|text| id("id", text)).transpose()?,
            name: asked.name.clone(),
            zone: asked.zone.clone(),
            birthday: birthday_text(asked)?,
            leap_day: Some(leap_of(asked.leap_day).code().into()),
            anniversary: None,
        };
        let saved = self.engine.save_person(&save, Some(&asked.request_id))?;
        let people = self.engine.people()?;
        let row = people.iter().find(|row| row.person.id.to_string() == saved.id);
        let row = row.ok_or_else(|| {
            Fault::new(Code::NotFound, format!("there is no person {} in this ledger", saved.id))
        })?;
        let title = Some(row.person.name.clone());
        let did = if asked.id.is_some() { Did::Saved } else { Did::Created };
        let change = Change { title, count: 1, undo: saved.undo, ..nothing(did) };
        let change = with_effect(change, &saved.effect, &local);
        Ok(PersonSaved { person: person_view(row, &local), change })
    }

    pub(super) fn drop_person(&self, asked: &Remove) -> Result<Change, Fault> {
        let local = self.local()?;
        let person: PersonId = id("id", &asked.id)?;
        let known = self.engine.people()?.into_iter().find(|row| row.person.id == person);
        let effect = self.engine.delete_person(person, Some(&asked.request_id))?;
        let zone = known.as_ref().and_then(|row| row.person.zone.clone());
        let note = zone.filter(|_| effect.in_last_zone > 0).map(|zone| {
            let events = match effect.in_last_zone {
                1 => "1 event in their time stays".into(),
                n => format!("{n} events in their time stay"),
            };
            format!("{events} in {}", city(zone.as_str()))
        });
        let title = known.map(|row| row.person.name);
        let change = Change { title, note, count: 1, undo: true, ..nothing(Did::Removed) };
        Ok(with_effect(change, &effect, &local))
    }
}

fn calendar_view(row: &CalendarRow, events: u32) -> CalendarView {
    let color = color_of(&row.color);
    CalendarView { id: row.id.to_string(), name: row.name.clone(), color, shown: row.shown, events }
}

/// A colour this program does not know is grey.
fn color_of(code: &str) -> Color {
    match code {
        "indigo" => Color::Indigo,
        "teal" => Color::Teal,
        "rose" => Color::Rose,
        "amber" => Color::Amber,
        "violet" => Color::Violet,
        _ => Color::Slate,
    }
}

const fn color_code(color: Color) -> &'static str {
    match color {
        Color::Indigo => "indigo",
        Color::Teal => "teal",
        Color::Rose => "rose",
        Color::Amber => "amber",
        Color::Violet => "violet",
        Color::Slate => "slate",
    }
}

const fn leap_of(leap: LeapDay) -> Leap {
    match leap {
        LeapDay::Backward => Leap::Backward,
        LeapDay::Forward => Leap::Forward,
        LeapDay::Omit => Leap::Omit,
    }
}

const fn leap_view(leap: Leap) -> LeapDay {
    match leap {
        Leap::Backward => LeapDay::Backward,
        Leap::Forward => LeapDay::Forward,
        Leap::Omit => LeapDay::Omit,
    }
}

/// `1990-02-29`, or `--02-29` when the year is not known.
fn birthday_text(asked: &SavePerson) -> Result<Option<String>, Fault> {
    match (asked.month, asked.day, asked.year) {
        (None, None, None) => Ok(None),
        (Some(month), Some(day), None) => Ok(Some(format!("--{month:02}-{day:02}"))),
        (Some(month), Some(day), Some(year)) => Ok(Some(format!("{year:04}-{month:02}-{day:02}"))),
        _ => Err(Fault::invalid("day", "a birthday needs its month and its day")),
    }
}

fn person_view(row: &PersonRow, local: &Local) -> PersonView {
    let born = row.birthday.as_deref().and_then(birthday);
    let next = born
        .and_then(|(_, month, day)| next_birthday(month, day, row.person.leap_day, local.today()));
    let year = born.and_then(|(year, ..)| year);
    let zone = row.person.zone.as_ref();
    PersonView {
        id: row.person.id.to_string(),
        name: row.person.name.clone(),
        month: born.and_then(|(_, month, _)| u8::try_from(month).ok()),
        day: born.and_then(|(.., day)| u8::try_from(day).ok()),
        year: year.map(i32::from),
        zone: zone.map(ToString::to_string),
        city: zone.map(|name| city(name.as_str())),
        leap_day: leap_view(row.person.leap_day),
        next: next.map(|date| date.to_string()),
        turns: next.zip(year).map(|(date, year)| i32::from(date.year()) - i32::from(year)),
        in_days: next.and_then(|date| local.today().until(date).ok()).map(|span| span.get_days()),
    }
}

/// Year if known, month, day.
fn birthday(text: &str) -> Option<(Option<i16>, i8, i8)> {
    let (year, rest) = match text.strip_prefix("--") {
        Some(rest) => (None, rest),
        None => (Some(text.get(..4)?.parse().ok()?), text.get(5..)?),
    };
    let (month, day) = rest.split_once('-')?;
    Some((year, month.parse().ok()?, day.parse().ok()?))
}

/// The first birthday today or later; 29 February as the person wants it.
fn next_birthday(month: i8, day: i8, leap: Leap, today: Date) -> Option<Date> {
    let in_year = |year: i16| match (Date::new(year, month, day), leap) {
        (Ok(date), _) => Some(date),
        (Err(_), Leap::Backward) => Date::new(year, 2, 28).ok(),
        (Err(_), Leap::Forward) => Date::new(year, 3, 1).ok(),
        (Err(_), Leap::Omit) => None,
    };
    // Leap years are at most eight years apart.
    (today.year()..=today.year().saturating_add(8)).filter_map(in_year).find(|date| *date >= today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birthday_comes_next_on_the_day_the_person_wants() {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        for (month, dom, leap, today, next) in [
            (5, 3, Leap::Backward, "2026-05-03", "2026-05-03"),
            (5, 3, Leap::Backward, "2026-05-04", "2027-05-03"),
            (2, 29, Leap::Backward, "2026-11-22", "2027-02-28"),
            (2, 29, Leap::Forward, "2026-11-22", "2027-03-01"),
            (2, 29, Leap::Omit, "2026-11-22", "2028-02-29"),
        ] {
            assert_eq!(next_birthday(month, dom, leap, day(today)), Some(day(next)), "{next}");
        }
        assert_eq!(birthday("1990-02-29"), Some((Some(1990), 2, 29)));
        assert_eq!(birthday("--02-29"), Some((None, 2, 29)));
    }
}
