//! `carillon all-day`: at which hour whole days are told.

use serde::Serialize;

use crate::{answer::Answer, args::quiet::AllDay, failure::Failure, session::Session};

#[derive(Serialize)]
struct Shape {
    hour: i8,
}

pub fn run(session: &Session, asked: &AllDay) -> Result<Answer, Failure> {
    let is_new = match asked.hour {
        Some(hour) => session.engine.set_all_day_hour(hour)?,
        None => false,
    };
    let hour = session.engine.all_day_hour()?;
    let moved = if is_new { "; what was not told yet moved with it" } else { "" };
    let text = format!("Whole days and birthdays are told at {hour:02}:00{moved}.\n");
    Ok(Answer::new(text, &Shape { hour }))
}
