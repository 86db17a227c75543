//! `carillon person`: people, their zones and birthdays.

use engine::{ledger::person::PersonRow, people::SavePerson};
use serde::Serialize;

use super::event::{EffectShape, cancelled};
use crate::{answer::Answer, args::Person, failure::Failure, session::Session, words};

#[derive(Serialize)]
struct Shape {
    id: String,
    name: String,
    zone: Option<String>,
    birthday: Option<String>,
    anniversary: Option<String>,
    leap_day: &'static str,
}

impl Shape {
    fn of(row: &PersonRow) -> Self {
        Self {
            id: row.person.id.to_string(),
            name: row.person.name.clone(),
            zone: row.person.zone.as_ref().map(ToString::to_string),
            birthday: row.birthday.clone(),
            anniversary: row.anniversary.clone(),
            leap_day: row.person.leap_day.code(),
        }
    }
}

pub fn run(session: &Session, words: Person) -> Result<Answer, Failure> {
    match words {
        Person::Add { name, birthday, anniversary, zone, leap_day } => {
            let leap_day = leap_day.map(|l| l.code().to_string());
            add(session, &SavePerson { id: None, name, zone, birthday, anniversary, leap_day })
        }
        Person::List => list(session),
        Person::Delete { person } => delete(session, &person),
    }
}

fn add(session: &Session, save: &SavePerson) -> Result<Answer, Failure> {
    let saved = session.engine.save_person(save, None)?;
    let row = session.person(&saved.id)?;
    let mut text = format!("Added {}: {}\n", row.person.name, saved.id);
    let days = match (&row.birthday, &row.anniversary) {
        (Some(_), Some(_)) => "The birthday and the anniversary are",
        (Some(_), None) => "The birthday is",
        (None, Some(_)) => "The anniversary is",
        (None, None) => "",
    };
    if !days.is_empty() {
        let place = row.person.zone.as_ref().unwrap_or(&session.context.machine);
        text.push_str(&format!(
            "{days} told every year at {:02}:00 in {place}.\n",
            session.context.all_day_hour
        ));
        text.push_str(session.warning());
    }
    Ok(Answer::new(text, &Shape::of(&row)))
}

fn list(session: &Session) -> Result<Answer, Failure> {
    let people = session.engine.people()?;
    let shapes: Vec<Shape> = people.iter().map(Shape::of).collect();
    if people.is_empty() {
        return Ok(Answer::new("Nobody is here yet: `carillon person add NAME`.", &shapes));
    }
    let line = |row: &PersonRow| {
        [
            row.person.name.clone(),
            row.birthday.clone().unwrap_or_else(|| "no birthday".into()),
            row.person.zone.as_ref().map_or_else(|| "here".into(), ToString::to_string),
            row.person.id.to_string(),
        ]
    };
    let lines: Vec<[String; 4]> = people.iter().map(line).collect();
    Ok(Answer::new(words::columns(&lines), &shapes))
}

#[derive(Serialize)]
struct Deleted {
    deleted: String,
    #[serde(flatten)]
    effect: EffectShape,
}

fn delete(session: &Session, name: &str) -> Result<Answer, Failure> {
    let row = session.person(name)?;
    let effect = session.engine.delete_person(row.person.id, None)?;
    let text = format!("Deleted {}{}", row.person.name, cancelled(&effect));
    let shape = Deleted { deleted: row.person.id.to_string(), effect: EffectShape::of(&effect) };
    Ok(Answer::new(text, &shape))
}
