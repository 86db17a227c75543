//! `carillon clock`: whether this computer's clock jumped, which keeps webhooks waiting, and that it
//! is right all the same.

use clap::Subcommand;
use engine::{message::utc, scheduler::ClockJump};
use serde::Serialize;

use crate::{answer::Answer, failure::Failure, session::Session, words};

/// What to do with the clock; without a word it is shown.
#[derive(Debug, Subcommand)]
pub enum Clock {
    /// Confirm that the clock is right after it jumped: webhooks that waited for that go on
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
    let text = match (words, &jump) {
        (None, None) => {
            let now = words::moment(now, &session.zone());
            format!("It is {now}; nothing waits for the clock to be confirmed.\n")
        }
        (None, Some(jump)) => format!(
            "The clock went {} and nobody has confirmed it: webhooks wait. `carillon clock accept` says it is right.\n",
            said(jump)
        ),
        (Some(Clock::Accept), None) => "There was nothing to confirm.\n".into(),
        (Some(Clock::Accept), Some(jump)) => {
            format!("Confirmed: the clock went {}. Webhooks go on.\n", said(jump))
        }
    };
    let accepted = words.is_some() && jump.is_some();
    let jump = jump.map(|jump| JumpShape { from: utc(jump.from), to: utc(jump.to) });
    Ok(Answer::new(text, &Shape { now: utc(now), jump, accepted }))
}
