//! What a person answers to reminders: done, later, once more.

use std::io::{self, BufRead, IsTerminal, Read};

use calendar::id::DeliveryId;
use engine::{
    Error, answers::SnoozedTo, ledger::acknowledgement::Answer as Said, message::utc,
    reconcile::Effect,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    event::{EffectShape, cancelled},
    inbox::{self, Answerable},
};
use crate::{
    answer::Answer,
    args::{Ack, Snooze},
    failure::Failure,
    session::Session,
    times::{self, Reading},
    words,
};

/// Where these answers are given.
const PLACE: &str = "cli";

#[derive(Serialize)]
struct Acknowledged {
    acknowledged: Vec<String>,
    /// Those of them that were done before.
    already: Vec<Already>,
    #[serde(flatten)]
    effect: EffectShape,
}

#[derive(Serialize)]
struct Already {
    delivery: String,
    at: String,
}

impl Acknowledged {
    fn of(ids: &[DeliveryId], effect: &Effect) -> Self {
        let acknowledged = ids.iter().map(ToString::to_string).collect();
        Self { acknowledged, already: Vec::new(), effect: EffectShape::of(effect) }
    }
}

pub fn acknowledge(session: &Session, words: &Ack) -> Result<Answer, Failure> {
    if words.all {
        return acknowledge_all(session);
    }
    let ids = session.deliveries(&words.deliveries)?;
    let already = session.engine.done_already(&ids)?;
    let effect = session.engine.acknowledge(&ids, Said::Done, PLACE)?;
    let mut text = match (ids.len() - already.len(), cancelled(&effect)) {
        // A snooze of it may have been ahead all the same.
        (0, ended) if ended == "." => String::new(),
        (0, ended) => format!("Done with {}{ended}\n", words::count(ids.len(), "reminder")),
        (n, ended) => format!("Done with {}{ended}\n", words::count(n, "reminder")),
    };
    let zone = session.zone();
    for (id, at) in &already {
        text.push_str(&format!("{id} was done already, on {}.\n", words::moment(*at, &zone)));
    }
    text.push_str(&session.stalled());
    let already =
        already.into_iter().map(|(id, at)| Already { delivery: id.to_string(), at: utc(at) });
    let shape = Acknowledged { already: already.collect(), ..Acknowledged::of(&ids, &effect) };
    Ok(Answer::new(text, &shape))
}

/// Asks at a terminal what cannot be taken back. A script that is done with all means it.
fn is_meant(found: &Answerable) -> Result<bool, Failure> {
    if found.ids.is_empty() || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    let older = if found.more { ", and older ones," } else { "" };
    let many = words::count(found.ids.len(), "reminder");
    eprint!("Mark {many}{older} as done? This lasts. [y/N] ");
    let mut typed = String::new();
    let read = io::stdin().lock().take(100).read_line(&mut typed);
    read.map_err(|e| Failure::failed(format!("the answer could not be read: {e}")))?;
    Ok(matches!(typed.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// All that the inbox lists, as many at once as it does.
fn acknowledge_all(session: &Session) -> Result<Answer, Failure> {
    let (mut done, mut effect): (Vec<DeliveryId>, _) = (Vec::new(), Effect::default());
    let mut found = inbox::answerable(session, None)?;
    let newest = found.newest;
    if !is_meant(&found)? {
        return Ok(Answer::new("Nothing was changed.\n", &Acknowledged::of(&done, &effect)));
    }
    let mut to_come = 0;
    // Ends: each turn but the last answers something new. What rang after it was asked was not meant.
    let is_cut_off = loop {
        to_come = to_come.max(found.to_come);
        found.ids.retain(|id| !done.contains(id));
        let is_last = found.ids.is_empty() || !found.more;
        let is_cut_off = found.more && found.ids.is_empty();
        let more = session.engine.acknowledge(&found.ids, Said::Done, PLACE);
        effect.add(if done.is_empty() { more } else { more.map_err(Error::once_begun) }?);
        done.append(&mut found.ids);
        if is_last {
            break is_cut_off;
        }
        found = inbox::answerable(session, newest)?;
    };
    let mut text = match done.len() {
        0 => "Nothing waits for an answer.\n".into(),
        n => format!("Done with {}{}\n", words::count(n, "reminder"), cancelled(&effect)),
    };
    text.push_str(&match to_come {
        0 => String::new(),
        1 => "1 reminder still to be told: left as it is.\n".into(),
        n => format!("{n} reminders still to be told: left as they are.\n"),
    });
    if is_cut_off {
        text.push_str("Older ones wait behind them, and are not answered yet.\n");
    }
    text.push_str(&session.stalled());
    Ok(Answer::new(text, &Acknowledged::of(&done, &effect)))
}

#[derive(Serialize)]
struct Snoozed {
    snoozed: Vec<SnoozedOne>,
}

#[derive(Serialize)]
struct SnoozedOne {
    delivery: String,
    until: String,
    over: Option<String>,
    /// What quiet hours or a pause will make of it.
    silenced: Option<String>,
}

pub fn snooze(session: &Session, words: &Snooze) -> Result<Answer, Failure> {
    let ids = session.deliveries(&words.deliveries)?;
    let (until, minutes) = until(session, words)?;
    let wanted: Vec<_> = ids.into_iter().map(|id| (id, until)).collect();
    let snoozed = session.engine.snooze_all(&wanted, PLACE, None)?;
    if let Some(minutes) = minutes {
        session.engine.remember_snooze(minutes)?;
    }
    let zone = session.zone();
    let mut text: String = snoozed.iter().map(|one| snoozed_words(one, &zone)).collect();
    text.push_str(&session.warning());
    let snoozed = snoozed.into_iter().map(|one| SnoozedOne {
        until: utc(at(one.until_ms)),
        over: one.over_ms.map(|ms| utc(at(ms))),
        silenced: one.silenced,
        delivery: one.delivery,
    });
    Ok(Answer::new(text, &Snoozed { snoozed: snoozed.collect() }))
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

fn snoozed_words(one: &SnoozedTo, zone: &TimeZone) -> String {
    let again = if one.again { "again " } else { "" };
    let until = words::moment_there(at(one.until_ms), zone);
    let mut text = format!("Will be told {again}on {until}: {}\n", one.delivery);
    if let Some(over) = one.over_ms {
        text.push_str(&format!("It will be over by then ({}).\n", words::moment(at(over), zone)));
    }
    if let Some(silenced) = &one.silenced {
        text.push_str(&format!("{}.\n", words::sentence(silenced)));
    }
    text
}

/// When it is to ring again, and the minutes to remember if a length was said.
fn until(session: &Session, words: &Snooze) -> Result<(Timestamp, Option<u32>), Failure> {
    let now = session.engine.now().wall;
    let context = &session.context;
    if let Some(text) = &words.until {
        let reading = Reading {
            field: "until",
            zones: &context.zones,
            zone: None,
            machine: &context.machine,
        };
        return Ok((reading.moment(text, context.all_day_hour)?, None));
    }
    let (seconds, said) = match &words.length {
        Some(text) => {
            let length = times::length("for", text)?;
            let seconds = i64::from(length.days) * 86_400 + length.seconds;
            (seconds, u32::try_from(seconds / 60).ok())
        }
        None => (i64::from(session.engine.snooze_minutes()?) * 60, None),
    };
    let until = now.checked_add(SignedDuration::from_secs(seconds));
    let until = until.map_err(|_| Failure::usage("for", "that is beyond the calendar's end"))?;
    Ok((until, said))
}
