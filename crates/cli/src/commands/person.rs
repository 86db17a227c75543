//! `carillon person`: people, their zones and birthdays.

use calendar::{policy::LeapDay, timing::Tie, zones::ZoneName};
use clap::Args;
use engine::{
    ledger::{event::EventRow, person::PersonRow},
    people::SavePerson,
    reconcile::Effect,
};
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

/// What is changed of a person; the rest stays.
#[derive(Debug, Clone, Args)]
pub struct Edit {
    /// By name or id (per_…)
    person: String,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// 1990-02-28, --birthday=--02-28 when nobody knows the year, or none
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    birthday: Option<String>,
    /// The same of an anniversary
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    anniversary: Option<String>,
    /// Where the person lives, such as Asia/Tokyo, or none: wherever this computer is
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// What 29 February is in other years: backward (28 February), forward (1 March) or omit
    #[arg(long, value_name = "HOW")]
    leap_day: Option<LeapDay>,
}

pub fn run(session: &Session, words: Person) -> Result<Answer, Failure> {
    match words {
        Person::Add { name, birthday, anniversary, zone, leap_day } => {
            let leap_day = leap_day.map(|l| l.code().to_string());
            add(session, &SavePerson { id: None, name, zone, birthday, anniversary, leap_day })
        }
        Person::Edit(words) => edit(session, words),
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
        text.push_str(&passed(session, &row, &saved.effect)?);
        text.push_str(&session.warning());
    }
    let effect = EffectShape::of(&saved.effect);
    Ok(Answer::new(text, &Edited { person: Shape::of(&row), effect }))
}

#[derive(Serialize)]
struct Edited {
    #[serde(flatten)]
    person: Shape,
    #[serde(flatten)]
    effect: EffectShape,
}

fn edit(session: &Session, words: Edit) -> Result<Answer, Failure> {
    let row = session.person(&words.person)?;
    // `none` takes away, and what is not said stays.
    let said = |text: Option<String>, known: Option<String>| match text {
        Some(text) if text == "none" => None,
        Some(text) => Some(text),
        None => known,
    };
    let (was, said_zone) = (row.person.zone.clone(), words.zone.is_some());
    let leap_day = words.leap_day.unwrap_or(row.person.leap_day).code().to_string();
    let saved = session.engine.save_person(
        &SavePerson {
            id: Some(row.person.id),
            name: words.name.unwrap_or(row.person.name),
            zone: said(words.zone, row.person.zone.map(|zone| zone.to_string())),
            birthday: said(words.birthday, row.birthday),
            anniversary: words
                .anniversary
                .map(|day| if day == "none" { String::new() } else { day }),
            leap_day: Some(leap_day),
        },
        None,
    )?;
    let moved = in_their_time(session, &saved.id, &was, said_zone)?;
    let row = session.person(&saved.id)?;
    let place = row.person.zone.as_ref().map_or_else(|| "here".into(), ToString::to_string);
    let birthday = row.birthday.clone().map_or_else(String::new, |day| format!(", born {day}"));
    let mut text =
        format!("Changed {}: {place}{birthday}{}", row.person.name, cancelled(&saved.effect));
    text.push_str(&moved);
    let passed = passed(session, &row, &saved.effect)?;
    if !passed.is_empty() {
        text.push_str(&format!("\n{passed}"));
    }
    let effect = EffectShape::of(&saved.effect);
    Ok(Answer::new(text, &Edited { person: Shape::of(&row), effect }))
}

/// The days of theirs that have passed this year, a sentence each.
fn passed(session: &Session, row: &PersonRow, effect: &Effect) -> Result<String, Failure> {
    let days = session.engine.days_passed(row.person.id, effect)?;
    let zone = session.zone();
    Ok(days.iter().map(|day| format!("{}.\n", words::sentence(&day.sentence(&zone)))).collect())
}

/// What becomes of the events in a person's time when that is another, in a sentence.
fn in_their_time(
    session: &Session,
    id: &str,
    was: &Option<ZoneName>,
    said: bool,
) -> Result<String, Failure> {
    let person = session.person(id)?.person;
    let Some(was) = was.as_ref().filter(|was| said && Some(*was) != person.zone.as_ref()) else {
        return Ok(String::new());
    };
    let theirs = |row: &EventRow| {
        let of = row.event.person.as_ref().is_some_and(|of| of.id == person.id);
        of && row.event.ties().any(|tie| matches!(tie, Tie::Theirs(_)))
    };
    let count = session.engine.events()?.iter().filter(|row| theirs(row)).count();
    let events = words::count(count, "event");
    Ok(match (count, &person.zone) {
        (0, _) => String::new(),
        (1, None) => format!(" {events} in their time stays in {was}."),
        (_, None) => format!(" {events} in their time stay in {was}."),
        (1, Some(zone)) => format!(" {events} in their time is in {zone} now."),
        (_, Some(zone)) => format!(" {events} in their time are in {zone} now."),
    })
}

fn list(session: &Session) -> Result<Answer, Failure> {
    let people = session.engine.people()?;
    let shapes: Vec<Shape> = people.iter().map(Shape::of).collect();
    if people.is_empty() {
        return Ok(Answer::new("Nobody is here yet: `carillon person add NAME`.", &shapes));
    }
    let line = |row: &PersonRow| {
        let birthday = row.birthday.as_deref().unwrap_or("no birthday");
        let anniversary = match &row.anniversary {
            Some(day) => format!(", anniversary {day}"),
            None => String::new(),
        };
        [
            row.person.name.clone(),
            format!("{birthday}{anniversary}"),
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
    let mut text = format!("Deleted {}{}", row.person.name, cancelled(&effect));
    if let (count @ 1.., Some(zone)) = (effect.in_last_zone, &row.person.zone) {
        let events = words::count(count as usize, "event");
        let stay = if count == 1 { "stays" } else { "stay" };
        text.push_str(&format!(" {events} in their time {stay} in {zone}."));
    }
    let shape = Deleted { deleted: row.person.id.to_string(), effect: EffectShape::of(&effect) };
    Ok(Answer::new(text, &shape))
}
