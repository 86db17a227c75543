//! People, and the days of theirs that come once a year.

use calendar::{id::PersonId, policy::LeapDay as Leap};
use engine::{ledger::person::PersonRow, people::SavePerson as Save};
use jiff::civil::Date;

use super::{
    EngineHost,
    changes::{nothing, with_effect},
    faults::id,
    local::{Local, city},
};
use crate::{
    dto::{
        Change, Did, LeapDay, PersonSaved, PersonView, Remove, SavePerson, Yearly, YearlyFields,
    },
    fault::{Code, Fault},
};

const BIRTHDAY: &str = "birthday";
const ANNIVERSARY: &str = "anniversary";
/// A year that has every day, for a year that is not known.
const LEAP: i16 = 2000;

impl EngineHost {
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
            birthday: Some(yearly_text(BIRTHDAY, &asked.birthday)?).filter(|text| !text.is_empty()),
            leap_day: Some(leap_of(asked.leap_day).code().into()),
            anniversary: Some(yearly_text(ANNIVERSARY, &asked.anniversary)?),
        };
        let request = Some(asked.request_id.as_str());
        let saved = match &asked.version {
            Some(version) => self.engine.save_person_at(&save, version, request)?,
            None => self.engine.save_person(&save, request)?,
        };
        let people = self.engine.people()?;
        let row = people.iter().find(|row| row.person.id.to_string() == saved.id);
        let row = row.ok_or_else(|| {
            Fault::new(Code::NotFound, format!("there is no person {} in this ledger", saved.id))
        })?;
        let title = Some(row.person.name.clone());
        let did = if asked.id.is_some() { Did::Saved } else { Did::Created };
        let change = Change { title, count: 1, undo: saved.undo, ..nothing(did) };
        let mut change = with_effect(change, &saved.effect, &local);
        let passed = self.engine.days_passed(row.person.id, &saved.effect)?;
        if !passed.is_empty() {
            change.passed.clear();
            let said: Vec<String> = passed.iter().map(|day| day.sentence(&local.zone)).collect();
            change.note = Some(said.join(" · "));
        }
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

/// `1990-02-29`, or `--02-29` when the year is not known; empty when there is no such day.
fn yearly_text(word: &'static str, asked: &YearlyFields) -> Result<String, Fault> {
    let (month, day) = match (asked.month, asked.day, asked.year) {
        (None, None, None) => return Ok(String::new()),
        (Some(month), Some(day), _) => (month, day),
        _ => {
            let a = if word == ANNIVERSARY { "an" } else { "a" };
            return Err(Fault::invalid(word, format!("{a} {word} needs its day and its month")));
        }
    };
    if let Some(sentence) = no_such_day(asked.year, month, day) {
        return Err(Fault::invalid(word, sentence));
    }
    Ok(match asked.year {
        Some(year) => format!("{year:04}-{month:02}-{day:02}"),
        None => format!("--{month:02}-{day:02}"),
    })
}

/// Why there is no such day: in its year, or if that is not known, in any.
fn no_such_day(year: Option<i32>, month: u8, day: u8) -> Option<String> {
    let known = year.and_then(|year| i16::try_from(year).ok());
    let first = i8::try_from(month).ok().and_then(|m| Date::new(known.unwrap_or(LEAP), m, 1).ok());
    let Some(first) = first else {
        return Some(format!("there is no month {month}: there are 12"));
    };
    let days = first.days_in_month();
    if (1..=days.unsigned_abs()).contains(&day) {
        return None;
    }
    Some(match known {
        Some(_) => {
            format!("there is no {day} {}: that month has {days} days", first.strftime("%B %Y"))
        }
        None => {
            let month = first.strftime("%B");
            format!("there is no {day} {month}: {month} has {days} days at most")
        }
    })
}

fn person_view(row: &PersonRow, local: &Local) -> PersonView {
    let zone = row.person.zone.as_ref();
    let leap = row.person.leap_day;
    // Their days come by the calendar of where they live.
    let there = zone.map(|name| local.context.zones.zone(name).0);
    let today = there.as_ref().unwrap_or(&local.zone).to_datetime(local.now).date();
    PersonView {
        id: row.person.id.to_string(),
        name: row.person.name.clone(),
        birthday: row.birthday.as_deref().and_then(|text| yearly(text, leap, today)),
        anniversary: row.anniversary.as_deref().and_then(|text| yearly(text, leap, today)),
        zone: zone.map(ToString::to_string),
        city: zone.map(|name| city(name.as_str())),
        leap_day: leap_view(leap),
        version: row.version(),
    }
}

fn yearly(text: &str, leap: Leap, today: Date) -> Option<Yearly> {
    let (year, month, day) = parts(text)?;
    let next = next_of(month, day, leap, today);
    Some(Yearly {
        month: month.unsigned_abs(),
        day: day.unsigned_abs(),
        year: year.map(i32::from),
        next: next.map(|date| date.to_string()),
        years: next.zip(year).map(|(date, year)| i32::from(date.year()) - i32::from(year)),
        in_days: next.and_then(|date| today.until(date).ok()).map(|span| span.get_days()),
    })
}

/// Year if known, month, day.
fn parts(text: &str) -> Option<(Option<i16>, i8, i8)> {
    let (year, rest) = match text.strip_prefix("--") {
        Some(rest) => (None, rest),
        None => (Some(text.get(..4)?.parse().ok()?), text.get(5..)?),
    };
    let (month, day) = rest.split_once('-')?;
    Some((year, month.parse().ok()?, day.parse().ok()?))
}

/// The first of its kind today or later; 29 February as the person wants it.
fn next_of(month: i8, day: i8, leap: Leap, today: Date) -> Option<Date> {
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
    fn a_day_comes_next_on_the_day_the_person_wants() {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        for (month, dom, leap, today, next) in [
            (5, 3, Leap::Backward, "2026-05-03", "2026-05-03"),
            (5, 3, Leap::Backward, "2026-05-04", "2027-05-03"),
            (2, 29, Leap::Backward, "2026-11-22", "2027-02-28"),
            (2, 29, Leap::Forward, "2026-11-22", "2027-03-01"),
            (2, 29, Leap::Omit, "2026-11-22", "2028-02-29"),
        ] {
            assert_eq!(next_of(month, dom, leap, day(today)), Some(day(next)), "{next}");
        }
        assert_eq!(parts("1990-02-29"), Some((Some(1990), 2, 29)));
        assert_eq!(parts("--02-29"), Some((None, 2, 29)));
    }
    #[test]
    fn a_day_that_does_not_exist_is_refused_in_a_sentence() {
        for (day, month, year, sentence) in [
            (30, 2, None, Some("there is no 30 February: February has 29 days at most")),
            (31, 4, None, Some("there is no 31 April: April has 30 days at most")),
            (29, 2, Some(1991), Some("there is no 29 February 1991: that month has 28 days")),
            (0, 5, None, Some("there is no 0 May: May has 31 days at most")),
            (1, 13, None, Some("there is no month 13: there are 12")),
            (29, 2, None, None),
            (29, 2, Some(1992), None),
        ] {
            assert_eq!(no_such_day(year, month, day).as_deref(), sentence);
        }
        let half = YearlyFields { month: None, day: Some(3), year: None };
        let fault = yearly_text(ANNIVERSARY, &half).expect_err("no month");
        assert_eq!(fault.message, "an anniversary needs its day and its month");
        assert_eq!(fault.field.as_deref(), Some("anniversary"));
    }
}
