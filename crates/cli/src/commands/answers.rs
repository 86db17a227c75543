//! What a person answers to reminders: done, later, once more.

use engine::{
    answers::SnoozedTo, ledger::acknowledgement::Answer as Said, message::utc, reconcile::Effect,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    event::{EffectShape, cancelled},
    inbox,
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
    #[serde(flatten)]
    effect: EffectShape,
}

pub fn acknowledge(session: &Session, words: &Ack) -> Result<Answer, Failure> {
    if words.all {
        return acknowledge_all(session);
    }
    let ids = session.deliveries(&words.deliveries)?;
    let effect = session.engine.acknowledge(&ids, Said::Done, PLACE)?;
    let text = format!("Done with {}{}", words::count(ids.len(), "reminder"), cancelled(&effect));
    let acknowledged = ids.iter().map(ToString::to_string).collect();
    Ok(Answer::new(text, &Acknowledged { acknowledged, effect: EffectShape::of(&effect) }))
}

/// All that the inbox lists, as many at once as it does.
fn acknowledge_all(session: &Session) -> Result<Answer, Failure> {
    let (mut done, mut effect) = (Vec::new(), Effect::default());
    let (mut to_come, mut is_cut_off) = (0, false);
    let mut is_more = true;
    // Ends: each turn but the last answers something new.
    while is_more {
        let mut found = inbox::answerable(session)?;
        to_come = to_come.max(found.to_come);
        found.ids.retain(|id| !done.contains(id));
        is_more = found.more && !found.ids.is_empty();
        is_cut_off = found.more && found.ids.is_empty();
        effect.add(session.engine.acknowledge(&found.ids, Said::Done, PLACE)?);
        done.extend(found.ids);
    }
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
    let acknowledged = done.iter().map(ToString::to_string).collect();
    Ok(Answer::new(text, &Acknowledged { acknowledged, effect: EffectShape::of(&effect) }))
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
