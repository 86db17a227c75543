//! `carillon inbox`: what was told, or missed, and nobody has answered. The window lists the same.

use calendar::{
    delivery::{Class, State},
    id::DeliveryId,
};
use engine::ledger::inbox::Listed;
use jiff::Timestamp;

use super::deliveries::{self, Shape};
use crate::{answer::Answer, failure::Failure, session::Session, words};

pub fn run(session: &Session) -> Result<Answer, Failure> {
    let (rows, more) = waiting(session)?;
    let shapes: Vec<Shape> = rows.iter().map(Shape::of).collect();
    if rows.is_empty() {
        return Ok(Answer::new("Nothing waits for an answer.", &shapes));
    }
    let (missed, rest): (Vec<_>, Vec<_>) =
        rows.iter().partition(|listed| listed.row.facts.state == State::Expired);
    let mut text = format!("Not answered (times in {})\n", session.context.machine);
    text.push_str(&table(session, &rest));
    if !missed.is_empty() {
        text.push_str(if rest.is_empty() { "" } else { "Missed\n" });
        text.push_str(&table(session, &missed));
    }
    let many = words::count(rows.len(), "reminder");
    let and_more = if more { ", and older ones" } else { "" };
    text.push_str(&format!(
        "{many}{and_more}: `carillon ack DELIVERY…` when you are done with some, --all with all.\n"
    ));
    Ok(Answer::new(text, &shapes))
}

fn table(session: &Session, rows: &[&Listed]) -> String {
    let zone = session.zone();
    let line = |listed: &&Listed| {
        let row = &listed.row;
        let due = words::moment(row.facts.due, &zone);
        [due, listed.title.clone(), deliveries::says(listed), row.id.to_string()]
    };
    let lines: Vec<[String; 4]> = rows.iter().map(line).collect();
    words::said(&lines, 1, words::screen())
}

/// The reminders in the inbox, the newest first, and whether there are older ones. A test is
/// answered where it was asked for.
fn waiting(session: &Session) -> Result<(Vec<Listed>, bool), Failure> {
    let inbox = session.engine.inbox()?;
    let rows = inbox.rows.into_iter().filter(|listed| listed.row.event.is_some());
    Ok((rows.collect(), inbox.more))
}

/// What one can be done with, and how many are still to be told.
#[derive(Debug, Default)]
pub struct Answerable {
    pub ids: Vec<DeliveryId>,
    /// When the newest of them was due.
    pub newest: Option<Timestamp>,
    pub to_come: usize,
    /// There may be others after these.
    pub more: bool,
}

/// All that is in the inbox, or what was due by a moment of it, but what still waits to be told: nobody
/// is done with that.
pub fn answerable(session: &Session, by: Option<Timestamp>) -> Result<Answerable, Failure> {
    let (rows, more) = waiting(session)?;
    let is_told = |listed: &Listed| listed.row.facts.state.class() != Class::Live;
    let to_come = rows.iter().filter(|listed| !is_told(listed)).count();
    let rows = rows.into_iter().filter(is_told).map(|listed| listed.row);
    let rows: Vec<_> = rows.filter(|row| by.is_none_or(|by| row.facts.due <= by)).collect();
    let newest = rows.iter().map(|row| row.facts.due).max();
    Ok(Answerable { ids: rows.iter().map(|row| row.id).collect(), newest, to_come, more })
}
