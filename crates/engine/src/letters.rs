//! Use cases over what waits for a person: deliveries that failed (dead letters) and those of
//! which nobody knows whether they arrived. They keep their bytes and their tries until somebody
//! says: again with the same key, again with other words, as a new one, or never. A webhook that
//! waits for its next try or for its endpoint can be sent at once or given up as well.

use calendar::{
    delivery::{Guarantee, Next, State, Wish, asked},
    id::{ChannelId, DeliveryId},
    policy::UseBy,
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    act::{Act, Planned},
    engine::Engine,
    error::{Error, Result},
    ledger::{
        attempt, audit, channel,
        delivery::{self, DeliveryRow, Effects},
        inbox::{self, Listed},
        letters, make_room,
    },
    message,
    planted::{Planted, is_planted},
    scheduler::{Due, Fate, Outlook},
    tried::Tried,
};

/// Letters answered in one transaction.
const AT_ONCE: usize = 200;
/// The most that are answered in one go.
pub const MOST: usize = 10_000;
/// The largest body that may be sent.
const BODY: usize = 64 * 1024;
/// The longest note, in characters.
const NOTE: usize = 500;
/// So many that wait are looked at for one that can be sent now.
const LOOKED_AT: u32 = 20;
/// What is sent as new after its time is worth telling for a day more.
pub(crate) const ONE_DAY: i64 = 86_400;

/// What a person decides about letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'a> {
    /// Try again, with the same key and bytes.
    Retry,
    /// Send this body instead, with a key of its own.
    Edited(&'a str),
    /// Send it, also after its time, with a key of its own; with this body if there is one.
    AsNew(Option<&'a str>),
    /// Set it aside; why.
    Discard(&'a str),
}

/// Whether letters nothing can be done about are left alone, or nothing is done about any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// All of them or none.
    AllOrNone,
    /// Those that can be, and say which could not.
    WhatCan,
}

/// Which letters, where they are not named one by one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Letters {
    /// Through this channel only.
    pub channel: Option<ChannelId>,
    /// Due then or later only.
    pub since: Option<Timestamp>,
}

/// What became of letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Those something was done about: what each is now, which is another one where it is sent
    /// with a key of its own.
    pub done: Vec<String>,
    /// The others, and why not.
    pub refused: Vec<Refused>,
    /// Those of the first that are not sent at once, and what they wait for.
    #[serde(default)]
    pub waiting: Vec<Refused>,
}

/// A letter about which something, or nothing yet, is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Which.
    pub delivery: String,
    /// Why, in one sentence.
    pub why: String,
}

/// A letter with its words and its last try.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The delivery.
    pub listed: Listed,
    /// What is known of its tries.
    pub tried: Tried,
}

impl Engine {
    /// The newest letters, at most so many, and how many there are in all.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn newest_letters(&self, most: usize) -> Result<(Vec<Letter>, usize)> {
        self.read(|act| {
            let ids = letters::parked(act.tx, None, None, MOST)?;
            let newest = ids.iter().rev().take(most).map(|id| {
                let listed = inbox::with_words(act.tx, act.delivery(*id)?)?;
                Ok(Letter { tried: act.tried(&listed.row)?, listed })
            });
            Ok((newest.collect::<Result<_>>()?, ids.len()))
        })
    }

    /// How many letters there are.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn count_letters(&self) -> Result<u32> {
        self.read(|act| letters::count(act.tx))
    }

    /// The letters there are, the oldest first, at most [`MOST`].
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn letters(&self, which: &Letters) -> Result<Vec<DeliveryId>> {
        self.read(|act| letters::parked(act.tx, which.channel, which.since, MOST))
    }

    /// How many were due through a channel and wait, and of those the first that can be sent now.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn waiting_for(&self, channel: ChannelId) -> Result<(u32, Option<DeliveryId>)> {
        self.read(|act| {
            let waiting = letters::waiting(act.tx, channel)?.reminders;
            Ok((waiting, act.first_waiting(channel)?))
        })
    }

    /// Decides about letters, many of them in several short transactions. What is sent goes no
    /// faster than its endpoint may be called.
    ///
    /// # Errors
    /// When the body or the note is not fit, or a body is given for more than one; with [`Care::AllOrNone`] also when something cannot
    /// be done about one of them, or there are more than fit one transaction.
    pub fn decide_letters(
        &self,
        ids: &[DeliveryId],
        decision: Decision<'_>,
        care: Care,
        request: Option<&str>,
    ) -> Result<Decided> {
        check(decision)?;
        refuse_several(ids, decision)?;
        if care == Care::AllOrNone {
            refuse_too_many(ids)?;
            return self.once(request, |act| {
                let outlook = act.outlook(channel::all(act.tx)?)?;
                let mut decided = Decided::default();
                for id in ids {
                    decided.done.push(act.decide_letter(
                        *id,
                        decision,
                        &outlook,
                        &mut decided.waiting,
                    )?);
                }
                Ok(decided)
            });
        }
        let mut all = Decided::default();
        for (n, some) in ids.chunks(AT_ONCE).enumerate() {
            let part = request.map(|id| if n == 0 { id.into() } else { format!("{id}/{n}") });
            let decided = self.once(part.as_deref(), |act| {
                let outlook = act.outlook(channel::all(act.tx)?)?;
                let mut decided = Decided::default();
                for id in some {
                    match act.decide_letter(*id, decision, &outlook, &mut decided.waiting) {
                        Ok(now) => decided.done.push(now),
                        Err(Error::Invalid { message: why, .. }) => {
                            decided.refused.push(Refused { delivery: id.to_string(), why });
                        }
                        Err(error) => return Err(error),
                    }
                }
                Ok(decided)
            });
            let decided = if n > 0 { decided.map_err(Error::once_begun) } else { decided }?;
            all.done.extend(decided.done);
            all.refused.extend(decided.refused);
            all.waiting.extend(decided.waiting);
            make_room();
        }
        Ok(all)
    }

    /// What a webhook's letter says, or would say if it was never sent.
    ///
    /// # Errors
    /// When there is no such delivery, or it is this desktop's, which has no body.
    pub fn body_of(&self, id: DeliveryId) -> Result<String> {
        self.read(|act| {
            let row = act.delivery(id)?;
            refuse_desktop(&row)?;
            let body = match row.payload.clone() {
                Some(kept) => kept,
                None => {
                    let description = act.description(&row)?;
                    message::webhook_body(&inbox::with_words(act.tx, row)?, &description)
                }
            };
            Ok(String::from_utf8_lossy(&body).into_owned())
        })
    }
}

impl Act<'_> {
    /// Gives a person what may have arrived and waits for another try, where that must not be repeated
    /// any more; says whether it did.
    pub(crate) fn spare(&self, row: &DeliveryRow) -> Result<bool> {
        let may_repeat = row.facts.guarantee == Guarantee::NeverMiss;
        if may_repeat || is_planted(Planted::RepeatedAllTheSame) {
            return Ok(false);
        }
        if row.attempts == 0 {
            let to = (State::Review, Reason::ReviewEarlier);
            return Ok(self.follows_doubt(row)? && self.enter(row, to, &Effects::default(), "")?);
        }
        if !row.again {
            return Ok(false);
        }
        let Some(doubted) = attempt::doubted(self.tx, row.id)? else { return Ok(false) };
        let reason = match doubted.outcome.as_deref() {
            Some("ambiguous") => Reason::ReviewNoAnswer,
            _ => Reason::ReviewCutOff,
        };
        self.enter(row, (State::Review, reason), &Effects::default(), "")
    }

    /// Whether it was armed anew, not by a person, after one of its name that may have been told.
    fn follows_doubt(&self, row: &DeliveryRow) -> Result<bool> {
        let Some(before) = row.generation.checked_sub(1) else { return Ok(false) };
        let Some(before) = attempt::tried_as(self.tx, &row.identity, before)? else {
            return Ok(false);
        };
        Ok(self.is_doubtful(&self.delivery(before)?)? && !audit::was_asked_for(self.tx, row.id)?)
    }

    /// Of what waits for an endpoint the first that a person can have sent now.
    pub(crate) fn first_waiting(&self, channel: ChannelId) -> Result<Option<DeliveryId>> {
        for id in letters::first_waiting(self.tx, channel, LOOKED_AT)? {
            if asked(&self.delivery(id)?.facts, Wish::Retry, self.wall()).is_ok() {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn decide_letter(
        &self,
        id: DeliveryId,
        decision: Decision<'_>,
        outlook: &Outlook,
        waiting: &mut Vec<Refused>,
    ) -> Result<String> {
        let row = self.delivery(id)?;
        let now = self.decide_on(&row, decision)?;
        if !matches!(decision, Decision::Discard(_)) {
            let is = self.delivery(now.parse().map_err(|_| Error::not_found("delivery", &now))?)?;
            let why = self.waits_for(&row, outlook.of(&Due::of(&is)));
            waiting.extend(why.map(|why| Refused { delivery: now.clone(), why }));
        }
        Ok(now)
    }

    /// What keeps a letter that was to be sent from being so at once, as far as is known.
    fn waits_for(&self, was: &DeliveryRow, fate: Fate) -> Option<String> {
        match (fate, was.facts.reason) {
            (Fate::Rings, Reason::HeldOffline) => {
                Some("there was no network at the last try, so it is sent once there is".into())
            }
            (Fate::Rings, Reason::HeldSecret) => {
                Some("the secrets could not be opened, so it is sent once they can be".into())
            }
            (Fate::Rings, _) => None,
            (Fate::RingsAt(at, why), _) => {
                Some(format!("{}, so it is sent on {}", why.cause(), self.spoken(at)))
            }
            (Fate::Waits(why), _) => Some(why.cause().into()),
            (Fate::Lost(why, waits), _) => Some(waits.unwrap_or(why).cause().into()),
        }
    }

    fn decide_on(&self, row: &DeliveryRow, decision: Decision<'_>) -> Result<String> {
        self.lasts(match decision {
            Decision::Retry => "trying a delivery again",
            Decision::Edited(_) | Decision::AsNew(_) => "sending a delivery as new",
            Decision::Discard(_) => "setting a delivery aside",
        })?;
        match decision {
            Decision::Retry => {
                self.retry(row)?;
                Ok(row.id.to_string())
            }
            Decision::Edited(body) => {
                refuse_over(row, self.wall())?;
                self.replace_letter(row, Some(body))
            }
            Decision::AsNew(body) => self.replace_letter(row, body),
            Decision::Discard(note) => {
                let to = self.asked(row, Wish::Discard)?;
                self.enter(row, to, &Effects::default(), note.trim())?;
                Ok(row.id.to_string())
            }
        }
    }

    fn retry(&self, row: &DeliveryRow) -> Result<()> {
        let to = self.asked(row, Wish::Retry)?;
        self.refuse_closed(row.identity.channel)?;
        // What was never tried only waited: for its endpoint, or after a ledger was restored.
        let late = if row.attempts > 0 { Reason::LateRetryAsked } else { Reason::LateAsked };
        let effects = Effects { late_cause: Some(late), ..Effects::default() };
        self.enter(row, to, &effects, "")?;
        Ok(())
    }

    /// What a row becomes by what a person asks for.
    fn asked(&self, row: &DeliveryRow, wish: Wish) -> Result<(State, Reason)> {
        let refuse = |why: String| Err(Error::invalid("delivery", format!("{} {why}", row.id)));
        match asked(&row.facts, wish, self.wall()) {
            Ok(Next::Enter(state, reason, _)) => Ok((state, reason)),
            Ok(Next::Keep | Next::Send | Next::FlagCancel) => refuse("cannot be moved".into()),
            Err(calendar::delivery::Refused::Over) => {
                refuse("is over: it can only be sent as new".into())
            }
            Err(calendar::delivery::Refused::NotWaiting) => refuse(not_waiting(row, wish)),
        }
    }

    /// A new letter in the place of one that waits for a person.
    fn replace_letter(&self, row: &DeliveryRow, body: Option<&str>) -> Result<String> {
        self.asked(row, Wish::SendAsNew)?;
        self.refuse_closed(row.identity.channel)?;
        if body.is_some() {
            refuse_desktop(row)?;
        }
        let now = self.wall();
        let over = row.facts.use_by.is_some_and(|end| end <= now);
        let (use_by, rule) = match over {
            true => (Some(later(now, ONE_DAY)), UseBy::After(ONE_DAY)),
            false => (row.facts.use_by, row.facts.over),
        };
        let planned = self.plan(&Planned {
            event: row.event,
            identity: row.identity.clone(),
            generation: self.newest_generation(row)? + 1,
            state: State::Pending,
            reason: Reason::RetryAsked,
            due: row.facts.due,
            use_by,
            over: rule,
            grace: row.facts.grace,
            collapse: row.collapse,
            insist: row.insist,
            label: &row.label,
            span: row.span,
            late_cause: Some(Reason::LateRetryAsked),
        })?;
        if let Some(body) = body {
            letters::give_body(self.tx, planned.id, body.as_bytes())?;
        }
        let effects = Effects { into: Some(planned.id), ..Effects::default() };
        self.enter(row, (State::Discarded, Reason::DiscardedReplaced), &effects, "")?;
        Ok(planned.id.to_string())
    }

    fn newest_generation(&self, row: &DeliveryRow) -> Result<u32> {
        let newest = delivery::newest(self.tx, &row.identity)?;
        Ok(newest.map_or(row.generation, |newest| newest.generation.max(row.generation)))
    }

    /// What the event says of itself, or of this occurrence.
    pub(crate) fn description(&self, row: &DeliveryRow) -> Result<String> {
        let Some(id) = row.event else { return Ok(String::new()) };
        inbox::description(self.tx, id, &row.identity.occurrence)
    }
}

fn check(decision: Decision<'_>) -> Result<()> {
    match decision {
        Decision::Edited(body) | Decision::AsNew(Some(body)) => {
            if body.len() > BODY {
                let message =
                    format!("a body of {} bytes is too long: allowed are {BODY}", body.len());
                return Err(Error::invalid("body", message));
            }
            if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(body) {
                let why = match error.classify() {
                    serde_json::error::Category::Eof => "it ends too early",
                    _ => "what stands there does not belong there",
                };
                let (line, column) = (error.line(), error.column());
                let message =
                    format!("the body is not JSON, at line {line}, letter {column}: {why}");
                return Err(Error::invalid("body", message));
            }
            Ok(())
        }
        Decision::Discard(note) => {
            let length = note.trim().chars().count();
            if length == 0 || length > NOTE {
                let message = format!("say in 1 to {NOTE} characters why it is set aside");
                return Err(Error::invalid("note", message));
            }
            Ok(())
        }
        Decision::Retry | Decision::AsNew(None) => Ok(()),
    }
}

/// All or none is one transaction, and a ledger is held for no longer than a moment.
fn refuse_too_many(ids: &[DeliveryId]) -> Result<()> {
    if ids.len() <= AT_ONCE {
        return Ok(());
    }
    let message = format!(
        "{} deliveries are too many to be decided on all or none: at most {AT_ONCE} can be named",
        ids.len()
    );
    Err(Error::invalid("deliveries", message))
}

/// A body says what one is about, and would be lost of the others.
fn refuse_several(ids: &[DeliveryId], decision: Decision<'_>) -> Result<()> {
    match decision {
        Decision::Edited(_) | Decision::AsNew(Some(_)) if ids.len() > 1 => {
            let message = format!(
                "one body would take the place of {} different ones: name the one delivery it is for",
                ids.len()
            );
            Err(Error::invalid("body", message))
        }
        Decision::Edited(_) | Decision::AsNew(_) | Decision::Retry | Decision::Discard(_) => Ok(()),
    }
}

/// Why a person cannot ask for this.
fn not_waiting(row: &DeliveryRow, wish: Wish) -> String {
    let state = row.facts.state;
    if state == State::Held && row.facts.reason == Reason::HeldClock && wish != Wish::SendAsNew {
        return "waits until the clock is said to be right (`carillon clock` shows it)".into();
    }
    match wish {
        Wish::Retry | Wish::Discard => {
            let what = if wish == Wish::Retry { "tried again" } else { "set aside" };
            format!(
                "is {state}: only failed and uncertain ones, and webhooks that wait, can be {what}"
            )
        }
        Wish::SendAsNew => {
            format!("is {state}: only failed and uncertain ones can be sent as new")
        }
    }
}

fn refuse_over(row: &DeliveryRow, now: Timestamp) -> Result<()> {
    match row.facts.use_by.filter(|end| *end <= now) {
        None => Ok(()),
        Some(_) => {
            let message = format!("{} is over: it can only be sent as new", row.id);
            Err(Error::invalid("delivery", message))
        }
    }
}

fn refuse_desktop(row: &DeliveryRow) -> Result<()> {
    if row.identity.channel != ChannelId::DESKTOP {
        return Ok(());
    }
    let message =
        format!("{} is a notification on this desktop: only webhooks have a body", row.id);
    Err(Error::invalid("body", message))
}
