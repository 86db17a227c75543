//! `carillon calendar`: the coloured sets events belong to.

use engine::ledger::calendar::CalendarRow;
use serde::Serialize;

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
            if session.engine.calendars()?.iter().any(|c| c.name == name.trim()) {
                let message = format!("there is a calendar '{name}' already: choose another name");
                return Err(Failure::invalid("name", message));
            }
            let row = session.engine.save_calendar(None, &name, &color, true, None)?;
            Ok(Answer::new(format!("Added {}: {}", row.name, row.id), &Shape::of(&row)))
        }
    }
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
