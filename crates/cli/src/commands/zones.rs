//! `carillon zones`: which zone data is used and what newer data moved; and that it was seen.

use clap::Args;
use engine::{ledger::moved::MovedRow, message::utc};
use jiff::SignedDuration;
use serde::Serialize;

use crate::{answer::Answer, failure::Failure, session::Session, words};

#[derive(Debug, Args)]
pub struct Zones {
    /// What was moved has been seen: list it no longer
    #[arg(long)]
    pub seen: bool,
}

#[derive(Serialize)]
struct Shape {
    source: String,
    version: String,
    system_zone: String,
    moved: Vec<MovedShape>,
    /// So many more, which are not listed.
    more: u32,
}

#[derive(Serialize)]
struct MovedShape {
    event: String,
    title: String,
    original: String,
    /// Its local time, which is as it was.
    start: String,
    was: String,
    now: String,
}

impl MovedShape {
    fn of(row: &MovedRow) -> Self {
        Self {
            event: row.event.to_string(),
            title: row.title.clone(),
            original: row.original.clone(),
            start: row.label.clone(),
            was: utc(row.was),
            now: utc(row.is),
        }
    }
}

pub fn run(session: &Session, words: &Zones) -> Result<Answer, Failure> {
    let list = session.engine.moved()?;
    if words.seen {
        session.engine.moved_was_seen()?;
    }
    let zones = session.engine.zones();
    let mut shape = Shape {
        source: session.engine.zone_source(),
        version: zones.version().into(),
        system_zone: session.context.machine.to_string(),
        moved: Vec::new(),
        more: 0,
    };
    let mut text = format!(
        "Time zone data {} ({}); this computer is in {}\n",
        shape.version, shape.source, shape.system_zone
    );
    let Some(list) = list else { return Ok(Answer::new(text, &shape)) };
    (shape.moved, shape.more) = (list.rows.iter().map(MovedShape::of).collect(), list.more);
    text.push_str(&format!("Moved by {}, which came after {}:\n", list.to, list.from));
    let zone = session.zone();
    let line = |row: &MovedRow| {
        [
            format!("  {}", row.title),
            words::label(&row.label),
            format!("was {}", words::moment(row.was, &zone)),
            format!("is {} here", words::moment(row.is, &zone)),
            by(row.is.duration_since(row.was)),
        ]
    };
    let lines: Vec<[String; 5]> = list.rows.iter().map(line).collect();
    text.push_str(&words::columns(&lines));
    if list.more > 0 {
        text.push_str(&format!("  and {} more within thirteen months\n", list.more));
    }
    text.push_str(match words.seen {
        true => "Seen: it is listed no longer.\n",
        false => "`carillon zones --seen` ends this list.\n",
    });
    Ok(Answer::new(text, &shape))
}

/// `1 h later`
fn by(difference: SignedDuration) -> String {
    let word = if difference.is_negative() { "earlier" } else { "later" };
    format!("{} {word}", words::length(difference.abs()))
}
