//! `carillon calendar`: the coloured sets events belong to.

use engine::ledger::calendar::CalendarRow;
use serde::Serialize;

use super::event::{EffectShape, cancelled};
use crate::{answer::Answer, args::Calendar, failure::Failure, session::Session, words};

#[derive(Serialize)]
struct Shape {
    id: String,
    name: String,
    color: String,
    shown: bool,
}

impl Shape {
    fn of(row: &CalendarRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            color: row.color.clone(),
            shown: row.shown,
        }
    }
}

pub fn run(session: &Session, words: Calendar) -> Result<Answer, Failure> {
    match words {
        Calendar::List => list(session),
        Calendar::Add { name, color } => {
            let row = session.engine.save_calendar(None, &name, color.code(), true, None)?;
            Ok(Answer::new(format!("Added {}: {}", row.name, row.id), &Shape::of(&row)))
        }
        Calendar::Rename { calendar, name } => rename(session, &calendar, &name),
        Calendar::Color { calendar, color } => {
            let row = session.calendar(&calendar)?;
            let row = put(session, &CalendarRow { color: color.code().into(), ..row })?;
            Ok(Answer::new(format!("{} is {} now", row.name, row.color), &Shape::of(&row)))
        }
        Calendar::Show { calendar } => {
            let row = session.calendar(&calendar)?;
            let row = put(session, &CalendarRow { shown: true, ..row })?;
            Ok(Answer::new(format!("{} is shown", row.name), &Shape::of(&row)))
        }
        Calendar::Hide { calendar } => {
            let row = session.calendar(&calendar)?;
            let row = put(session, &CalendarRow { shown: false, ..row })?;
            let text = format!("{} is hidden in the window; it rings all the same", row.name);
            Ok(Answer::new(text, &Shape::of(&row)))
        }
        Calendar::Delete { calendar } => delete(session, &calendar),
    }
}

fn put(session: &Session, row: &CalendarRow) -> Result<CalendarRow, Failure> {
    let CalendarRow { id, name, color, shown } = row;
    Ok(session.engine.save_calendar(Some(*id), name, color, *shown, None)?)
}

fn rename(session: &Session, calendar: &str, name: &str) -> Result<Answer, Failure> {
    let row = session.calendar(calendar)?;
    let was = row.name.clone();
    let row = put(session, &CalendarRow { name: name.into(), ..row })?;
    Ok(Answer::new(format!("{was} is called {} now", row.name), &Shape::of(&row)))
}

#[derive(Serialize)]
struct Deleted {
    deleted: String,
    name: String,
    #[serde(flatten)]
    effect: EffectShape,
}

fn delete(session: &Session, calendar: &str) -> Result<Answer, Failure> {
    let row = session.calendar(calendar)?;
    let gone = session.engine.delete_calendar(row.id, None)?;
    let said = cancelled(&gone.effect);
    let name = &gone.name;
    let text = format!("Deleted {name} with all its events{said} `carillon undo` brings it back.");
    let effect = EffectShape::of(&gone.effect);
    Ok(Answer::new(text, &Deleted { deleted: row.id.to_string(), name: gone.name, effect }))
}

fn list(session: &Session) -> Result<Answer, Failure> {
    let calendars = session.engine.calendars()?;
    let line = |row: &CalendarRow| {
        let hidden = if row.shown { "" } else { "hidden" };
        [row.name.clone(), row.color.clone(), row.id.to_string(), hidden.into()]
    };
    let lines: Vec<[String; 4]> = calendars.iter().map(line).collect();
    let shapes: Vec<Shape> = calendars.iter().map(Shape::of).collect();
    Ok(Answer::new(words::columns(&lines), &shapes))
}
