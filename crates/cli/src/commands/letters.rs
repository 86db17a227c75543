//! What a person decides about deliveries that failed or are uncertain: again, as a new one, or
//! set aside.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use calendar::{
    delivery::{Guarantee, Refused, State, Wish, asked},
    id::DeliveryId,
    reason::Reason,
};
use engine::letters::{Care, Decided, Decision, Letters};
use serde::Serialize;

use crate::{
    answer::Answer,
    args::{Discard, Retry, WhichLetters},
    failure::Failure,
    session::Session,
    times::Reading,
    words,
};

/// More than any body may have.
const READ: u64 = 1 << 20;

#[derive(Serialize)]
struct Retried {
    retried: Vec<String>,
    refused: Vec<Left>,
    waiting: Vec<Left>,
}

#[derive(Serialize)]
struct Discarded {
    discarded: Vec<String>,
    refused: Vec<Left>,
}

#[derive(Serialize)]
struct Left {
    delivery: String,
    why: String,
}

pub fn retry(session: &Session, asked: &Retry) -> Result<Answer, Failure> {
    let body = asked.body.as_deref().map(read).transpose()?;
    let decision = match (asked.as_new, body.as_deref()) {
        (true, body) => Decision::AsNew(body),
        (false, Some(body)) => Decision::Edited(body),
        (false, None) => Decision::Retry,
    };
    let decided = decide(session, &asked.which, decision)?;
    let many = words::count(decided.done.len(), "reminder");
    let text = match (decided.done.as_slice(), decision) {
        ([], _) => "Nothing is tried again.\n".into(),
        (_, Decision::Retry) => format!("{many} will be tried again, with the same key.\n"),
        (ids, _) => format!("{many} will be sent as new: {}\n", ids.join(" ")),
    };
    let others = match (asked.which.channel.as_deref(), decision) {
        (Some(name), Decision::Retry) => others(session, name, decided.done.len())?,
        _ => String::new(),
    };
    let text =
        format!("{text}{}{}{others}{}", waiting(&decided), left(&decided), session.warning());
    let is_well = !decided.done.is_empty() || decided.refused.is_empty();
    let (refused, waiting) = (shapes(&decided.refused), shapes(&decided.waiting));
    let mut answer = Answer::new(text, &Retried { retried: decided.done, refused, waiting });
    answer.is_well = is_well;
    Ok(answer)
}

pub fn discard(session: &Session, asked: &Discard) -> Result<Answer, Failure> {
    if !asked.which.deliveries.is_empty() {
        let named = session.deliveries(&asked.which.deliveries)?;
        refuse_others(session, &named, Decision::Discard(""))?;
    }
    let note = asked.note.as_deref().ok_or_else(|| {
        let message = "say with --note why it is set aside, such as --note \"it arrived\": nobody will be told of it any more, and the note is all its record says of that";
        Failure::usage("note", message)
    })?;
    let decided = decide(session, &asked.which, Decision::Discard(note))?;
    let text = match decided.done.len() {
        0 => "Nothing is set aside.\n".into(),
        n => format!("Set {} aside.\n", words::count(n, "reminder")),
    };
    let text = format!("{text}{}", left(&decided));
    let is_well = !decided.done.is_empty() || decided.refused.is_empty();
    let refused = shapes(&decided.refused);
    let mut answer = Answer::new(text, &Discarded { discarded: decided.done, refused });
    answer.is_well = is_well;
    Ok(answer)
}

fn decide(
    session: &Session,
    which: &WhichLetters,
    decision: Decision<'_>,
) -> Result<Decided, Failure> {
    if !which.deliveries.is_empty() {
        let ids = session.deliveries(&which.deliveries)?;
        refuse_others(session, &ids, decision)?;
        return Ok(session.engine.decide_letters(&ids, decision, Care::AllOrNone, None)?);
    }
    let (mut ids, mut kept) = (found(session, which)?, Vec::new());
    if matches!(decision, Decision::Retry) {
        (ids, kept) = never_repeated(session, ids)?;
    }
    let mut decided = session.engine.decide_letters(&ids, decision, Care::WhatCan, None)?;
    decided.refused.extend(kept);
    Ok(decided)
}

/// Takes those away that may have arrived and are never to be repeated: each is to be named.
fn never_repeated(
    session: &Session,
    ids: Vec<DeliveryId>,
) -> Result<(Vec<DeliveryId>, Vec<engine::letters::Refused>), Failure> {
    let (mut others, mut kept) = (Vec::new(), Vec::new());
    for id in ids {
        let facts = session.engine.why(id)?.delivery.row.facts;
        if facts.state == State::Review && facts.guarantee == Guarantee::NeverRepeat {
            let why =
                "what may have arrived and is never to be repeated is sent again by its name alone";
            kept.push(engine::letters::Refused { delivery: id.to_string(), why: why.into() });
        } else {
            others.push(id);
        }
    }
    Ok((others, kept))
}

fn refuse_others(
    session: &Session,
    ids: &[DeliveryId],
    decision: Decision<'_>,
) -> Result<(), Failure> {
    let (wish, others, what) = match decision {
        Decision::Retry => (Wish::Retry, ", and webhooks that wait,", "tried again"),
        Decision::Discard(_) => (Wish::Discard, ", and webhooks that wait,", "set aside"),
        Decision::Edited(_) | Decision::AsNew(_) => (Wish::SendAsNew, "", "sent as new"),
    };
    for id in ids {
        let facts = session.engine.why(*id)?.delivery.row.facts;
        let asked = asked(&facts, wish, session.engine.now().wall);
        // The engine says why itself where the clock is the reason.
        if asked == Err(Refused::NotWaiting) && facts.reason != Reason::HeldClock {
            let state = words::state(facts.state);
            let message =
                format!("{id} is {state}: only failed and uncertain ones{others} can be {what}");
            return Err(Failure::refused("delivery", message));
        }
    }
    Ok(())
}

fn found(session: &Session, which: &WhichLetters) -> Result<Vec<DeliveryId>, Failure> {
    let context = &session.context;
    let reading =
        Reading { field: "since", zones: &context.zones, zone: None, machine: &context.machine };
    let channel = which.channel.as_deref().map(|name| session.channel(name));
    let letters = Letters {
        channel: channel.transpose()?.map(|row| row.id),
        since: which.since.as_deref().map(|text| reading.moment(text, 0)).transpose()?,
    };
    Ok(session.engine.letters(&letters)?)
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let done = match path == Path::new("-") {
        true => io::stdin().take(READ).read_to_string(&mut text).map(drop),
        false => fs::File::open(path)
            .and_then(|file| file.take(READ).read_to_string(&mut text).map(drop)),
    };
    done.map_err(|error| {
        Failure::refused("file", format!("the body {} cannot be read: {error}", path.display()))
    })?;
    Ok(text)
}

/// How many of them there are of each reason.
fn alike(all: &[engine::letters::Refused]) -> Vec<(&str, usize)> {
    let mut alike: Vec<(&str, usize)> = Vec::new();
    for one in all {
        match alike.iter_mut().find(|(why, _)| *why == one.why) {
            Some((_, n)) => *n += 1,
            None => alike.push((&one.why, 1)),
        }
    }
    alike
}

/// What waits for an endpoint besides so many that were just asked for, and how it is tried now.
fn others(session: &Session, name: &str, asked: usize) -> Result<String, Failure> {
    let channel = session.channel(name)?;
    let (waiting, first) = session.engine.waiting_for(channel.id)?;
    let more = usize::try_from(waiting).unwrap_or(usize::MAX).saturating_sub(asked);
    let (Some(first), 1..) = (first, more) else { return Ok(String::new()) };
    let (wait, it) = if more == 1 { ("waits", "it") } else { ("wait", "one of them") };
    let others = if asked > 0 { " besides" } else { "" };
    let many = words::count(more, "reminder");
    Ok(format!(
        "{many} {wait} for {name}{others}: `carillon retry {first}` sends {it} now.\n",
        name = channel.name
    ))
}

/// Which of those that are to be sent are not sent at once, and why.
fn waiting(decided: &Decided) -> String {
    let line = |(why, n): (&str, usize)| match n {
        1 => format!("It waits: {why}.\n"),
        n => format!("{n} of them wait: {why}.\n"),
    };
    alike(&decided.waiting).into_iter().map(line).collect()
}

fn left(decided: &Decided) -> String {
    let line = |(why, n): (&str, usize)| match n {
        1 => format!("Left as it is: {why}.\n"),
        n => format!("{n} are left as they are: {why}.\n"),
    };
    alike(&decided.refused).into_iter().map(line).collect()
}

fn shapes(all: &[engine::letters::Refused]) -> Vec<Left> {
    let left = |one: &engine::letters::Refused| Left {
        delivery: one.delivery.clone(),
        why: one.why.clone(),
    };
    all.iter().map(left).collect()
}
