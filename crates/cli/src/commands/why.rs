//! `carillon why`: the story of one delivery, as one would tell it to whoever asks.

use calendar::{
    delivery::{Class, State},
    policy::UseBy,
    reason::Reason,
};
use engine::{
    ledger::{attempt::AttemptRow, channel::ChannelRow, inbox::Listed},
    message::{thousands, utc},
    queries::Story,
    tellings::Tellings,
    tried::Tried,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    deliveries,
    steps::{came_of, steps, until_of},
    tellings,
};
use crate::{answer::Answer, args::OneDelivery, failure::Failure, session::Session, words};

#[derive(Serialize)]
struct Shape {
    delivery: deliveries::Shape,
    transitions: Vec<Transition>,
    attempts: Vec<Attempt>,
    answer: Option<Answered>,
    /// The other tellings, of a reminder that is told until it is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    tellings: Option<tellings::Shape>,
    /// The one that tells the same occurrence after all, once this was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    brought_back: Option<String>,
    /// What was missed before it and is no delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<Behind>,
}

#[derive(Serialize)]
struct Behind {
    count: u64,
    from: String,
    until: String,
}

/// What a person answered to it.
#[derive(Serialize)]
struct Answered {
    at: String,
    answer: &'static str,
    until: Option<String>,
    place: String,
}

#[derive(Serialize)]
struct Transition {
    at: String,
    from: Option<String>,
    to: &'static str,
    actor: String,
    reason: &'static str,
    note: String,
}

#[derive(Serialize)]
struct Attempt {
    n: u32,
    started: String,
    finished: Option<String>,
    outcome: Option<String>,
    status: Option<u16>,
    detail: String,
}

pub fn run(session: &Session, words: &OneDelivery) -> Result<Answer, Failure> {
    let story = match find(session, &words.delivery) {
        Err(failure) if failure.is_not_found() => return Err(forgotten(session, failure)?),
        found => found?,
    };
    let again = session.engine.tellings(&story.delivery.row)?;
    let transitions = story.transitions.iter().map(|step| Transition {
        at: utc(step.at),
        from: (!step.from.is_empty()).then(|| step.from.clone()),
        to: step.to.code(),
        actor: step.actor.clone(),
        reason: step.reason.code(),
        note: step.note.clone(),
    });
    let attempts = story.attempts.iter().map(|a| Attempt {
        n: a.n,
        started: utc(a.started),
        finished: a.finished.map(utc),
        outcome: a.outcome.clone(),
        status: a.status,
        detail: a.detail.clone(),
    });
    let shape = Shape {
        delivery: deliveries::Shape::of(&story.delivery),
        transitions: transitions.collect(),
        attempts: attempts.collect(),
        answer: story.answer.as_ref().map(|given| Answered {
            at: utc(given.at),
            answer: given.answer.code(),
            until: until_of(given.answer).map(utc),
            place: given.place.clone(),
        }),
        tellings: again.as_ref().map(|all| tellings::Shape::of(all, &session.zone())),
        brought_back: story.brought_back.map(|id| id.to_string()),
        behind: story.behind.map(|missed| Behind {
            count: missed.count,
            from: utc(missed.from),
            until: utc(missed.until),
        }),
    };
    let channels = session.engine.channels()?;
    let channel = channels.iter().find(|row| row.id == story.delivery.row.identity.channel);
    let hour = session.context.all_day_hour;
    Ok(Answer::new(tell(&story, again.as_ref(), channel, hour, &session.zone()), &shape))
}

fn find(session: &Session, name: &str) -> Result<Story, Failure> {
    Ok(session.engine.why(session.delivery(name)?)?)
}

/// It may have been there: not everything is kept for ever.
fn forgotten(session: &Session, failure: Failure) -> Result<Failure, Failure> {
    let Some(until) = session.engine.forgotten_until()? else { return Ok(failure) };
    let until = words::moment(until, &session.zone());
    Ok(failure.and(&format!("what was over by {until} is no longer kept")))
}

fn tell(
    story: &Story,
    again: Option<&Tellings>,
    channel: Option<&ChannelRow>,
    hour: i8,
    zone: &TimeZone,
) -> String {
    let listed = &story.delivery;
    let row = &listed.row;
    let mut text = match row.event {
        Some(_) => format!("“{}”, {}\n", listed.title, words::label(&row.label)),
        None => format!("A test of {}\n", listed.channel),
    };
    let off = channel.filter(|_| row.facts.state.class() == Class::Live).and_then(off);
    let said = off.or_else(|| perhaps(story, zone));
    let said = said.unwrap_or_else(|| format!("{}{}", sums_up(listed, zone), at_try(story)));
    text.push_str(&format!("{said}\n\n"));
    let hour = words::is_date(&row.label).then_some(hour);
    let mut facts = vec![
        [
            "  reminder".to_string(),
            format!(
                "{}, on {}",
                words::reminder(&row.identity.reminder, hour, zone),
                listed.channel
            ),
        ],
        ["  due".into(), words::moment_there(row.facts.due, zone)],
        ["  worth telling".into(), worth(listed, zone)],
    ];
    if let Some(all) = again {
        facts.push(["  told again".into(), tellings::sums_up(all, zone)]);
    }
    facts.extend(tried(story, zone).map(|says| ["  tried".into(), says]));
    if row.again {
        let [mark, words] = doubt(story);
        facts.push([format!("  {mark}"), words.into()]);
    }
    let ids = [
        ("instead", row.into),
        ("instead of", story.replaces),
        ("in its place again", story.brought_back),
    ];
    let ids = ids.into_iter().filter_map(|(word, id)| Some((word, id?)));
    facts.extend(ids.map(|(word, id)| [format!("  {word}"), id.to_string()]));
    if let Some(missed) = story.behind {
        let (from, until) = (words::moment(missed.from, zone), words::moment(missed.until, zone));
        let said = format!("{} more were missed, from {from} to {until}", thousands(missed.count));
        facts.push(["  before it".into(), said]);
    }
    facts.push(["  key".into(), row.key.clone()]);
    text.push_str(&words::columns(&facts));
    text.push_str("\nWhat happened\n");
    text.push_str(&steps(story, zone));
    if let Some(all) = again {
        text.push_str(&tellings::list(all, row.id, zone));
    }
    text
}

/// What is to be said instead of a promise while the channel is off.
fn off(channel: &ChannelRow) -> Option<String> {
    let (name, why) = (&channel.name, channel.off_words()?);
    Some(format!(
        "Its channel {name} is off ({why}): it will not be told unless that is switched on first, with `carillon channel on {}`.",
        words::argument(name)
    ))
}

/// What is said of a pop-up of which nobody knows whether it was shown: at which try it may have been.
fn perhaps(story: &Story, zone: &TimeZone) -> Option<String> {
    let row = &story.delivery.row;
    let is_kept = row.facts.reason == Reason::InboxOnly && row.again;
    let mut tries = story.attempts.iter().rev();
    let one = tries.find(|one| one.is_doubtful()).filter(|_| is_kept)?;
    let since = if row.shown_by.is_some() { ", and was shown again since" } else { "" };
    Some(format!(
        "It may have been shown on {}, at try {}: {}. It is kept in the inbox{since}.",
        words::moment(one.started, zone),
        one.n,
        came_of(one)
    ))
}

/// What is known of the tries of something that waits for a person.
fn tried(story: &Story, zone: &TimeZone) -> Option<String> {
    let when = |one: &AttemptRow| {
        let unknown = if one.is_doubtful() { ": what came of it is not known" } else { "" };
        format!("on {}{unknown}", words::moment(one.started, zone))
    };
    let is_parked = story.delivery.row.facts.state.class() == Class::Parked;
    Some(match story.tried.clone() {
        _ if !is_parked => return None,
        Tried::Last(one) => when(&one),
        Tried::Before(one) => format!("before it was wanted again, {}", when(&one)),
        Tried::Unknown => {
            "not by this ledger, which is an older copy: what came after is lost".into()
        }
        Tried::Never => "never".into(),
    })
}

/// What is not known of something of which a try was cut off or ended uncertain.
fn doubt(story: &Story) -> [&'static str; 2] {
    let gone = |one: &&AttemptRow| one.outcome.as_deref() == Some("accepted") || one.is_doubtful();
    let row = &story.delivery.row;
    let since = usize::from(row.facts.reason == Reason::InboxOnly && row.shown_by.is_some());
    match story.attempts.iter().filter(gone).count() + since {
        0 | 1 => ["arrived", "nobody knows: it may or may not have arrived"],
        _ => ["repeated", "it may have arrived twice, with the same key"],
    }
}

/// At which try it was told, and what came of those before it.
fn at_try(story: &Story) -> String {
    let told = story.delivery.row.facts.state == State::Completed;
    let [before @ .., last] = story.attempts.as_slice() else { return String::new() };
    if !told || before.is_empty() {
        return String::new();
    }
    let failed: Vec<_> = before.iter().map(|one| (one.n, came_of(one).to_string())).collect();
    format!(" {}", before_it(last.n, &failed))
}

/// The same, of numbers and words.
fn before_it(last: u32, failed: &[(u32, String)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    // Ends: each turn takes one at least.
    let mut rest = failed;
    while let Some((first, says)) = rest.first() {
        let many = rest.iter().take_while(|(_, other)| other == says).count();
        let end = rest[many - 1].0;
        parts.push(match many {
            1 => format!("try {first}: {says}"),
            2 => format!("tries {first} and {end}: {says}"),
            _ => format!("tries {first} to {end}: {says}"),
        });
        rest = &rest[many..];
    }
    format!("That was try {last}; {}.", parts.join("; "))
}

/// The one sentence somebody asks for.
fn sums_up(listed: &Listed, zone: &TimeZone) -> String {
    let row = &listed.row;
    let late = row.told_at.map(|at| at.duration_since(row.facts.due)).unwrap_or_default();
    let told = row.told_at.map_or_else(String::new, |at| words::moment(at, zone));
    match (row.facts.state, row.facts.reason) {
        (State::Scheduled, _) => "It will be told when it is due.".into(),
        (State::Processing, Reason::Claimed) => "It is being sent.".into(),
        (State::Completed, reason) if reason.is_late() => {
            format!("It was told {} late, on {told}: {}.", words::length(late), reason.cause())
        }
        (State::Completed, Reason::OnTime) => {
            format!("It was told on time{}, on {told}.", deliveries::delay(listed))
        }
        (State::Completed, _) if deliveries::late(listed).is_some() => {
            let cause = row.late_cause.map_or_else(String::new, |why| format!(": {}", why.cause()));
            format!("It was {} {} late, on {told}{cause}.", row.sentence(), words::length(late))
        }
        (State::Completed, _) => {
            format!("It was {}{} on {told}.", row.sentence(), deliveries::delay(listed))
        }
        (State::Held | State::Retrying, reason) => {
            let then = match row.facts.state {
                State::Retrying => "; the next try is at",
                _ => ", until",
            };
            let then = row
                .facts
                .not_before
                .map_or_else(String::new, |at| format!("{then} {}", words::moment(at, zone)));
            format!("It is {}: {}{then}.", words::state(row.facts.state), reason.cause())
        }
        (_, reason) => {
            let mut sentence = reason.sentence().to_string();
            if let Some(first) = sentence.get_mut(0..1) {
                first.make_ascii_uppercase();
            }
            if row.facts.state == State::Cancelled && row.again {
                sentence.push_str(&format!("; {}", deliveries::PERHAPS));
            }
            format!("{sentence}.")
        }
    }
}

/// Until when, and by which rule.
fn worth(listed: &Listed, zone: &TimeZone) -> String {
    let facts = &listed.row.facts;
    let rule = match facts.over {
        UseBy::Grace => "a moment of grace",
        UseBy::Start => "the start",
        UseBy::End => "the end",
        UseBy::Day => "the end of the day",
        UseBy::Deadline => "the deadline",
        UseBy::After(seconds) => {
            let age = words::length(SignedDuration::from_secs(seconds));
            return after(facts.use_by, &format!("{age} after it was due"), zone);
        }
        UseBy::Never => "no end",
    };
    after(facts.use_by, rule, zone)
}

fn after(use_by: Option<Timestamp>, rule: &str, zone: &TimeZone) -> String {
    match use_by {
        Some(at) => format!("until {} ({rule})", words::moment(at, zone)),
        None => "however late it is".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::before_it;

    #[test]
    fn what_was_told_at_a_later_try_says_what_came_of_those_before() {
        let tries = |said: &[&str]| {
            let said = said.iter().zip(1..).map(|(says, n)| (n, (*says).to_string()));
            said.collect::<Vec<_>>()
        };
        for (before, said) in [
            (&["cut off"][..], "That was try 2; try 1: cut off."),
            (
                &["failed", "failed", "cut off"],
                "That was try 4; tries 1 and 2: failed; try 3: cut off.",
            ),
        ] {
            assert_eq!(
                before_it(u32::try_from(before.len()).expect("few") + 1, &tries(before)),
                said
            );
        }
    }
}
