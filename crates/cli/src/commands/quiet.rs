//! `carillon quiet`, `pause` and `resume`: when nothing pops up on this desktop.

use calendar::{delivery::State, quiet::Quiet};
use engine::{
    ledger::inbox::{Filter, Listed},
    message::utc,
    quiet::QuietHours,
    settings,
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    answer::Answer,
    args::quiet::{OnOff, Pause, Quiet as Words},
    failure::Failure,
    session::Session,
    times::{self, Reading},
    words,
};

/// Usual hours, for who only says "on".
const USUAL: &str = "22:00-07:00 all";
/// That the days of before still hold, for who only said hours.
const DAYS_KEPT: &str = "The days are as before: `carillon quiet --days all` is every day.\n";

/// What was asked about, which is said also where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Hours,
    Pause,
}

#[derive(Serialize)]
struct Shape {
    on: bool,
    from: Option<String>,
    to: Option<String>,
    days: Option<String>,
    /// Until when it is quiet now, if it is.
    until: Option<String>,
    paused: bool,
    /// Until when; none with `paused` means until resumed.
    paused_until: Option<String>,
}

pub fn run(session: &Session, asked: &Words) -> Result<Answer, Failure> {
    let before = session.engine.quiet_hours()?;
    if asked.word == Some(OnOff::Off) && asked.says_hours() {
        let message = "quiet hours are switched off without --from, --to and --days";
        return Err(Failure::usage("word", message));
    }
    let mut kept = "";
    if asked.sets() {
        let rules = rules(asked, before)?;
        let on = asked.word != Some(OnOff::Off);
        session.engine.set_quiet_hours(&QuietHours { on, rules })?;
        if asked.says_hours() && asked.days.is_none() && rules.days().to_string() != "all" {
            kept = DAYS_KEPT;
        }
    }
    told(session, About::Hours, kept)
}

/// The hours as they are to be: those of before with what was said.
fn rules(asked: &Words, before: Option<QuietHours>) -> Result<Quiet, Failure> {
    let usual: Quiet = USUAL.parse().expect("BUG: the usual hours are hours");
    let known = before.map_or(usual, |hours| hours.rules);
    let hour = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    let or = |said: &Option<String>, known: String| said.clone().unwrap_or(known);
    let (from, to) = (or(&asked.from, hour(known.from())), or(&asked.to, hour(known.to())));
    Quiet::read(&from, &to, &or(&asked.days, known.days().to_string()))
        .map_err(|e| Failure::usage("from", e.to_string()))
}

pub fn pause(session: &Session, asked: &Pause) -> Result<Answer, Failure> {
    let context = &session.context;
    let until = match (&asked.until, &asked.length) {
        (Some(text), _) => {
            let reading = Reading {
                field: "until",
                zones: &context.zones,
                zone: None,
                machine: &context.machine,
            };
            Some(reading.moment(text, context.all_day_hour)?)
        }
        (None, Some(text)) => {
            let length = times::length("length", text)?;
            let seconds = i64::from(length.days) * 86_400 + length.seconds;
            let until = session.engine.now().wall.checked_add(SignedDuration::from_secs(seconds));
            Some(until.map_err(|_| Failure::usage("length", "that is beyond the calendar's end"))?)
        }
        (None, None) => None,
    };
    session.engine.pause(until.map_or(settings::Pause::Forever, settings::Pause::Until))?;
    told(session, About::Pause, &session.stalled())
}

pub fn resume(session: &Session) -> Result<Answer, Failure> {
    if session.engine.paused()?.is_none() {
        return told(session, About::Pause, "There was no pause.\n");
    }
    let waiting = waiting(session)?;
    session.engine.resume()?;
    let (zone, now) = (session.zone(), session.engine.now().wall);
    let quiet = session.engine.quiet_hours()?.filter(|quiet| quiet.on);
    let many = words::count(waiting, "reminder");
    let first = match (waiting, quiet.and_then(|quiet| quiet.rules.until(now, &zone))) {
        (0, _) => "The pause is over; nothing was held back.\n".to_string(),
        (n, Some(at)) => {
            let wait = if n == 1 { "waits" } else { "wait" };
            format!(
                "The pause is over; {many} {wait} on, for quiet hours to end at {}.\n",
                clock(at, &zone)
            )
        }
        (1, None) => format!("The pause is over; the {many} that waited is told now.\n"),
        (_, None) => format!("The pause is over; the {many} that waited are told now.\n"),
    };
    told(session, About::Pause, &format!("{first}{}", session.warning()))
}

/// How many reminders wait for a pause or quiet hours to end.
fn waiting(session: &Session) -> Result<usize, Failure> {
    let filter = Filter { states: vec![State::Held], limit: 1_000, ..Filter::default() };
    let held = session.engine.deliveries(&filter)?;
    let is_silenced = |listed: &&Listed| listed.row.facts.reason.as_late().is_silence();
    Ok(held.iter().filter(is_silenced).count())
}

/// How things stand.
fn told(session: &Session, about: About, first: &str) -> Result<Answer, Failure> {
    let (zone, now) = (session.zone(), session.engine.now().wall);
    let quiet = session.engine.quiet_hours()?;
    let until = quiet.filter(|q| q.on).and_then(|q| q.rules.until(now, &zone));
    let pause = session.engine.paused()?;
    let paused_until = match pause {
        Some(settings::Pause::Until(at)) => Some(at),
        Some(settings::Pause::Forever) | None => None,
    };
    let mut text = first.to_string();
    text.push_str(&match quiet.filter(|q| q.on) {
        Some(QuietHours { rules, .. }) => {
            let hour = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
            let now = until.map(|at| format!(" It is quiet now, until {}.", clock(at, &zone)));
            format!(
                "Quiet hours from {} to {}, {}.{}\n",
                hour(rules.from()),
                hour(rules.to()),
                day_words(rules),
                now.unwrap_or_default()
            )
        }
        None if about == About::Hours => "No quiet hours.\n".to_string(),
        None => String::new(),
    });
    match (pause, paused_until) {
        (Some(_), Some(at)) => {
            text.push_str(&format!("Paused until {}.\n", words::moment_there(at, &zone)));
        }
        (Some(_), None) => text.push_str("Paused until `carillon resume`.\n"),
        (None, _) => {}
    }
    let shape = Shape {
        on: quiet.is_some_and(|q| q.on),
        from: quiet.map(|q| q.rules.from().strftime("%H:%M").to_string()),
        to: quiet.map(|q| q.rules.to().strftime("%H:%M").to_string()),
        days: quiet.map(|q| q.rules.days().to_string()),
        until: until.map(utc),
        paused: pause.is_some(),
        paused_until: paused_until.map(utc),
    };
    Ok(Answer::new(text, &shape))
}

fn clock(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// "every day", or the days on which they begin.
fn day_words(rules: Quiet) -> String {
    match rules.days().to_string().as_str() {
        "all" => "every day".into(),
        some => format!("beginning on {some}"),
    }
}
