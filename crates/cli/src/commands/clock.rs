//! `carillon clock`: whether this computer's clock jumped, which keeps webhooks waiting and old
//! records from being tidied up, and that it is right all the same.

use clap::Subcommand;
use engine::{ledger::channel::ChannelKind, message::utc, scheduler::ClockJump};
use serde::Serialize;

use crate::{answer::Answer, failure::Failure, session::Session, words};

/// What to do with the clock; without a word it is shown.
#[derive(Debug, Subcommand)]
pub enum Clock {
    /// Confirm that the clock is right after it jumped: webhooks that waited go on, old records are tidied up again
    Accept,
}

#[derive(Serialize)]
struct Shape {
    now: String,
    /// The jump nobody has confirmed, or the one that was confirmed just now.
    jump: Option<JumpShape>,
    accepted: bool,
}

#[derive(Serialize)]
struct JumpShape {
    from: String,
    to: String,
}

pub fn run(session: &Session, words: Option<&Clock>) -> Result<Answer, Failure> {
    let jump = match words {
        None => session.engine.clock_jump()?,
        Some(Clock::Accept) => session.engine.accept_clock()?,
    };
    let now = session.engine.now().wall;
    let said = |jump: &ClockJump| {
        let zone = session.zone();
        let (from, to) = (words::moment(jump.from, &zone), words::moment(jump.to, &zone));
        format!("from {from} to {to}")
    };
    let webhooks = session.engine.channels()?.iter().any(|row| row.kind == ChannelKind::Webhook);
    let waits = if webhooks {
        "webhooks wait and old records are not tidied up"
    } else {
        "no webhook waits for that, but records older than 400 days are kept"
    };
    let goes_on = if webhooks { "Webhooks go on" } else { "Old records are tidied up again" };
    let text = match (words, &jump) {
        (None, None) => {
            let now = words::moment(now, &session.zone());
            format!("It is {now}; nothing waits for the clock to be confirmed.\n")
        }
        (None, Some(jump)) => format!(
            "The clock went {} and nobody has confirmed it: {waits}. `carillon clock accept` says it is right.\n",
            said(jump)
        ),
        (Some(Clock::Accept), None) => "There was nothing to confirm.\n".into(),
        (Some(Clock::Accept), Some(jump)) => {
            format!("Confirmed: the clock went {}. {goes_on}.\n", said(jump))
        }
    };
    let accepted = words.is_some() && jump.is_some();
    let jump = jump.map(|jump| JumpShape { from: utc(jump.from), to: utc(jump.to) });
    Ok(Answer::new(text, &Shape { now: utc(now), jump, accepted }))
}
