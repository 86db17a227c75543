//! What failed or is uncertain: the list of it, and what a person decides.

use calendar::id::{ChannelId, DeliveryId};
use engine::letters::{Care, Decided, Decision};

use super::{
    EngineHost,
    changes::nothing,
    faults::{bare, id},
    inbox::ids,
    local::Local,
};
use crate::{
    dto::{
        Change, Closed, DecideLetters, DeliveryRef, Did, HeldUp, LastTry, Letter, LetterBody,
        LetterDecision, LettersView, Tried,
    },
    fault::Fault,
};

/// Drawn at once.
const SHOWN: usize = 200;

impl EngineHost {
    pub(super) fn letters_view(&self) -> Result<LettersView, Fault> {
        let local = self.local()?;
        let (found, all) = self.engine.newest_letters(SHOWN)?;
        let open = self.engine.channels()?;
        let letters = found.iter().map(|letter| {
            let through = letter.listed.row.identity.channel;
            let closed = match open.iter().find(|channel| channel.id == through && !channel.removed)
            {
                None => Some(Closed::Removed),
                Some(channel) => channel.off_reason.is_some().then_some(Closed::Off),
            };
            Ok(Letter { closed, ..self.letter(letter, &local)? })
        });
        let letters = letters.collect::<Result<Vec<_>, Fault>>()?;
        let more = all.saturating_sub(letters.len());
        let held_up = self.engine.held_up()?.into_iter().map(|one| HeldUp {
            channel: one.name,
            first: one.first.map(|id| id.to_string()),
            until: one.until.map(|at| local.moment(at)),
            next: one.next.map(|at| local.moment(at)),
            failures: one.failures,
            why: one.why,
            waiting: one.waiting,
        });
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        Ok(LettersView { letters, more, held_up: held_up.collect() })
    }

    fn letter(&self, letter: &engine::letters::Letter, local: &Local) -> Result<Letter, Fault> {
        let row = &letter.listed.row;
        Ok(Letter {
            row: self.row(&letter.listed, local)?,
            tried: match letter.tried {
                engine::tried::Tried::Last(_) => Tried::Yes,
                engine::tried::Tried::Before(_) => Tried::Before,
                engine::tried::Tried::Unknown => Tried::Unknown,
                engine::tried::Tried::Never => Tried::Never,
            },
            last: letter.tried.last().map(|last| LastTry {
                // One that was cut off ended for the ledger when the next service found it.
                at: local
                    .moment(last.finished.filter(|_| !last.is_doubtful()).unwrap_or(last.started)),
                known: !last.is_doubtful(),
                text: last.detail.clone(),
            }),
            over: row.facts.use_by.is_some_and(|end| end <= local.now),
            closed: None,
            editable: row.identity.channel != ChannelId::DESKTOP,
        })
    }

    pub(super) fn letter_text(&self, asked: &DeliveryRef) -> Result<LetterBody, Fault> {
        let delivery: DeliveryId = id("delivery", &asked.delivery)?;
        Ok(LetterBody { text: self.engine.body_of(delivery)? })
    }

    /// One is done or refused; of several what can be is.
    pub(super) fn decide(&self, asked: &DecideLetters) -> Result<Change, Fault> {
        let chosen = ids(&asked.deliveries)?;
        let text = asked.text.as_deref();
        let needed =
            || text.ok_or_else(|| Fault::invalid("text", "say what is to be sent, or why"));
        let (decision, did) = match asked.decision {
            LetterDecision::Retry => (Decision::Retry, Did::Retried),
            LetterDecision::Edited => (Decision::Edited(needed()?), Did::SentAsNew),
            LetterDecision::AsNew => (Decision::AsNew(text), Did::SentAsNew),
            LetterDecision::Discard => (Decision::Discard(needed()?), Did::SetAside),
        };
        let care = if chosen.len() == 1 { Care::AllOrNone } else { Care::WhatCan };
        let decided =
            self.engine.decide_letters(&chosen, decision, care, Some(&asked.request_id))?;
        let count = u32::try_from(decided.done.len()).unwrap_or(u32::MAX);
        Ok(Change { count, note: noted(&decided), ..nothing(did) })
    }
}

/// What was left as it is, or else what is not sent at once, and why the first of them is so.
pub(super) fn noted(decided: &Decided) -> Option<String> {
    let waits = || {
        let first = decided.waiting.first()?;
        Some(match decided.waiting.len() {
            1 => format!("It waits: {}.", bare(&first.why)),
            n => format!("{n} of them wait; the first: {}.", bare(&first.why)),
        })
    };
    left(decided).or_else(waits)
}

/// What was left as it is, and why the first of them was.
fn left(decided: &Decided) -> Option<String> {
    let first = decided.refused.first()?;
    Some(match decided.refused.len() {
        1 => format!("One is left as it is: {}.", bare(&first.why)),
        n => format!("{n} are left as they are; the first: {}.", bare(&first.why)),
    })
}
