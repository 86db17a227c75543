//! What is known of endpoints that fail: their last failure, the rest they are given, what waits.

use std::collections::BTreeMap;

use calendar::id::{ChannelId, DeliveryId};
use jiff::Timestamp;

use crate::{
    act::Act,
    breaker::Stand,
    engine::Engine,
    error::Result,
    ledger::{
        breaker,
        channel::{self, ChannelKind},
        letters,
    },
};

/// The rest an endpoint is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resting {
    /// Nothing is sent until then.
    pub until: Timestamp,
    /// Failures running that led to it.
    pub failures: u32,
}

/// An endpoint that fails, rests or is not trusted, and what waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldUp {
    /// Which channel.
    pub id: ChannelId,
    /// Its name.
    pub name: String,
    /// Of what waits the one that a person can have sent now, which tries the endpoint.
    pub first: Option<DeliveryId>,
    /// It rests until then; `None` while it is tried.
    pub until: Option<Timestamp>,
    /// When the first of what waits is tried next, if that is not now: after the rest, and in its own time.
    pub next: Option<Timestamp>,
    /// Failures running that led to it.
    pub failures: u32,
    /// Its certificate has not been trusted since then.
    pub mistrusted: Option<Timestamp>,
    /// What was said of the last try that failed.
    pub why: Option<String>,
    /// So many reminders are due and wait; a test is none.
    pub waiting: u32,
    /// So many of them it refused, which hardly mends itself.
    pub refused: u32,
}

impl Engine {
    /// When a try through a channel last failed and why, if nothing was told through it since.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn last_failed(&self, id: ChannelId) -> Result<Option<(Timestamp, String)>> {
        self.read(|act| act.last_failed(id))
    }

    /// The endpoints that are given a rest: until when, and after how many failures running.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn resting(&self) -> Result<BTreeMap<ChannelId, Resting>> {
        self.read(|act| {
            let now = act.wall();
            let all = breaker::all(act.tx)?.into_iter();
            let resting = all.filter_map(|(id, found)| match found.clamped(now).stand(now) {
                Stand::Resting(until) => Some((id, Resting { until, failures: found.failures })),
                Stand::Closed | Stand::Probing => None,
            });
            Ok(resting.collect())
        })
    }

    /// The endpoints that fail, are given a rest or are not trusted, while a reminder waits for them: what
    /// the window and `carillon doctor` name.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn held_up(&self) -> Result<Vec<HeldUp>> {
        self.read(|act| {
            let now = act.wall();
            let mut held_up = Vec::new();
            let all = channel::all(act.tx)?.into_iter();
            for channel in all.filter(|channel| channel.kind == ChannelKind::Webhook) {
                let (id, found) = (channel.id, breaker::find(act.tx, channel.id)?);
                let waiting = letters::waiting(act.tx, id)?;
                let until = match found.clamped(now).stand(now) {
                    Stand::Closed if found.mistrusted.is_none() && waiting.failures == 0 => {
                        continue;
                    }
                    Stand::Resting(until) => Some(until),
                    Stand::Closed | Stand::Probing => None,
                };
                if waiting.reminders == 0 {
                    continue;
                }
                let own = letters::next_try(act.tx, id)?;
                let said = act.last_failed(id)?.map(|(_, said)| in_short(&said).to_owned());
                held_up.push(HeldUp {
                    id,
                    name: channel.name,
                    first: act.first_waiting(id)?,
                    until,
                    next: own.max(until).filter(|next| *next > now),
                    failures: found.failures.max(waiting.failures),
                    mistrusted: found.mistrusted,
                    why: said.filter(|said| !said.is_empty()),
                    waiting: waiting.reminders,
                    refused: waiting.refused,
                });
            }
            Ok(held_up)
        })
    }
}

impl Act<'_> {
    fn last_failed(&self, id: ChannelId) -> Result<Option<(Timestamp, String)>> {
        let Some((at, status, detail)) = channel::last_failed(self.tx, id, self.wall())? else {
            return Ok(None);
        };
        let told = channel::last_told(self.tx, id)?;
        let said = match (status, detail.as_str()) {
            (Some(status), "") => format!("HTTP {status}"),
            (Some(status), detail) => format!("HTTP {status}, {detail}"),
            (None, detail) => detail.to_owned(),
        };
        Ok((told.is_none_or(|told| told < at)).then_some((at, said)))
    }
}

/// What was said of a try without what was in the answer.
pub(crate) fn in_short(said: &str) -> &str {
    said.split(';').next().unwrap_or_default()
}
