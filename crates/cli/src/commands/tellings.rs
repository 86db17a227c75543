//! A reminder that is told again and again, in the story of each of its tellings: how often, what
//! ended it, and which deliveries the others are.

use calendar::id::DeliveryId;
use engine::{
    ledger::delivery::DeliveryRow,
    message::utc,
    tellings::{Tellings, Then},
};
use jiff::{SignedDuration, tz::TimeZone};
use serde::Serialize;

use super::steps::answered;
use crate::words;

/// How many of the last are listed.
const LISTED: usize = 12;

/// The same as JSON.
#[derive(Debug, Serialize)]
pub struct Shape {
    every_ms: i64,
    told: usize,
    last: Option<String>,
    then: String,
    deliveries: Vec<String>,
}

impl Shape {
    pub fn of(all: &Tellings, zone: &TimeZone) -> Self {
        Self {
            every_ms: all.every.seconds() * 1_000,
            told: told(all).count(),
            last: told(all).filter_map(|row| row.told_at).max().map(utc),
            then: then(all, zone),
            deliveries: all.rows.iter().map(|row| row.id.to_string()).collect(),
        }
    }
}

fn told(all: &Tellings) -> impl Iterator<Item = &DeliveryRow> {
    all.rows.iter().filter(|row| row.told_at.is_some())
}

/// "every 10 min until answered: told 3 times, last Mon 23 Nov 2026, 09:50; then done, in the window".
pub fn sums_up(all: &Tellings, zone: &TimeZone) -> String {
    let every = words::length(SignedDuration::from_secs(all.every.seconds()));
    let last = told(all).filter_map(|row| row.told_at).max();
    let so_far = match (told(all).count(), last) {
        (0, _) | (_, None) => String::new(),
        (1, Some(_)) => ": told once".into(),
        (n, Some(at)) => format!(": told {n} times, last {}", words::moment(at, zone)),
    };
    format!("every {every} until answered{so_far}; {}", then(all, zone))
}

fn then(all: &Tellings, zone: &TimeZone) -> String {
    match &all.then {
        Then::Again(at) => format!("next {}", words::moment(*at, zone)),
        Then::Answered(given) => {
            format!("then {}, {}", answered(given, zone), words::moment(given.at, zone))
        }
        Then::Unwanted(reason) => format!("then {}", reason.sentence()),
        Then::Over => "then it was no longer worth telling".into(),
        Then::Enough => "then a day was over, and nobody had answered".into(),
    }
}

/// The tellings one by one, the last of them if there are many; nothing of a single one.
pub fn list(all: &Tellings, this: DeliveryId, zone: &TimeZone) -> String {
    if all.rows.len() < 2 {
        return String::new();
    }
    let before = all.rows.len().saturating_sub(LISTED);
    let mut text = "\nIts tellings\n".to_string();
    if before > 0 {
        text.push_str(&format!("  {before} before these; --json has them all\n"));
    }
    let line = |row: &DeliveryRow| {
        let mark = if row.id == this { ", which is this one" } else { "" };
        [
            format!("  {}", words::moment(row.told_at.unwrap_or(row.facts.due), zone)),
            format!("{}{mark}", words::state(row.facts.state)),
            row.id.to_string(),
        ]
    };
    let lines: Vec<[String; 3]> = all.rows[before..].iter().map(line).collect();
    text + &words::columns(&lines)
}
