//! All tellings of a reminder that is told again until somebody answers, as one story: each is a
//! delivery of its own.

use calendar::{
    delivery::{Class, State},
    nag::Nag,
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;

use crate::{
    act::Act,
    answers::trigger_of,
    engine::Engine,
    error::Result,
    ledger::{
        acknowledgement::{self, Given},
        delivery::{self, DeliveryRow},
    },
};

/// The tellings of one reminder of one occurrence.
#[derive(Debug, Clone)]
pub struct Tellings {
    /// How often it is told again.
    pub every: Nag,
    /// Each of them, by when it was due, snoozes among them.
    pub rows: Vec<DeliveryRow>,
    /// What comes next, or why nothing does.
    pub then: Then,
}

/// What comes after the last telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Another one.
    Again(Timestamp),
    /// Somebody answered.
    Answered(Given),
    /// The last one is not told, for this reason: it is not wanted any more, or failed.
    Unwanted(Reason),
    /// It was no longer worth telling.
    Over,
    /// It was told for as long as anything is.
    Enough,
}

impl Engine {
    /// The tellings of the reminder that a delivery is one of, if that one nags.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn tellings(&self, of: &DeliveryRow) -> Result<Option<Tellings>> {
        let Some(every) = of.insist.nag.filter(|_| of.event.is_some()) else { return Ok(None) };
        self.read(|act| {
            let trigger = trigger_of(&of.identity.reminder);
            let rows = delivery::tellings(act.tx, &of.identity, trigger)?;
            let then = act.then(&rows, every)?;
            Ok(Some(Tellings { every, rows, then }))
        })
    }
}

impl Act<'_> {
    fn then(&self, rows: &[DeliveryRow], every: Nag) -> Result<Then> {
        if let Some(live) = rows.iter().find(|row| row.facts.state.class() == Class::Live) {
            return Ok(Then::Again(live.facts.not_before.unwrap_or(live.facts.due)));
        }
        let told = rows.iter().filter(|row| row.facts.state == State::Completed);
        let last = told.max_by_key(|row| row.told_at);
        let mut answer: Option<Given> = None;
        for row in rows {
            let given = acknowledgement::given(self.tx, &row.identity, row.generation)?;
            answer = answer.into_iter().chain(given).max_by_key(|given| given.at);
        }
        let told_at = last.and_then(|row| row.told_at);
        if let Some(given) = answer.filter(|given| told_at.is_none_or(|told| told <= given.at)) {
            return Ok(Then::Answered(given));
        }
        let unwanted = rows.last().filter(|row| row.facts.state != State::Completed);
        Ok(match (unwanted, last.zip(told_at)) {
            (Some(row), _) => Then::Unwanted(row.facts.reason),
            (None, Some((row, told))) => {
                let next = later(told, every.seconds());
                let is_over = row.facts.use_by.is_some_and(|end| end <= next);
                if is_over { Then::Over } else { Then::Enough }
            }
            (None, None) => Then::Over,
        })
    }
}
