//! What something has to wait for before it is told: one rule for what is due, by which a pass goes,
//! and for what is to come, by which people are told when it will ring.

use calendar::{
    delivery::{Hold, News, Next, Row as Facts, State, decide},
    id::ChannelId,
    reason::Reason,
};
use jiff::Timestamp;

use super::{Availability, gates::Gates, pass::hold_reason};
use crate::{
    act::Act,
    error::Result,
    ledger::{channel::ChannelRow, delivery::DeliveryRow},
    quiet::Silence,
    rate::Rates,
};

/// Waits that follow one another, looked through for when something rings.
const CHAIN: usize = 16;

/// What will become of something, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It rings when it is due.
    Rings,
    /// It rings then, once what it has to wait for has ended.
    RingsAt(Timestamp, Reason),
    /// It waits, and nobody knows for how long.
    Waits(Reason),
    /// It will not be told, for this reason; and what it waited for until then, if for anything.
    Lost(Reason, Option<Reason>),
}

/// What is looked at of something that is to be told.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) facts: Facts,
    pub(crate) channel: ChannelId,
    pub(crate) is_test: bool,
    pub(crate) is_alarm: bool,
}

impl Due {
    pub(crate) fn of(row: &DeliveryRow) -> Self {
        Self {
            facts: row.facts.clone(),
            channel: row.identity.channel,
            is_test: row.event.is_none(),
            is_alarm: row.insist.alarm,
        }
    }
}

/// What there is to wait for.
pub(super) struct Holds<'a> {
    pub(super) silence: &'a Silence,
    pub(super) clock: Option<Hold>,
    pub(super) availability: Availability,
    pub(super) gates: &'a Gates,
}

impl Holds<'_> {
    /// What keeps its channel from being used at a moment.
    pub(super) fn of(&self, due: &Due, at: Timestamp) -> Option<Hold> {
        // Never a test, which somebody is waiting for, nor what is to ring at any hour.
        let silenced = !due.is_test && !due.is_alarm;
        self.of_courier(due.facts.desktop, silenced, at).or_else(|| self.gates.rest(due))
    }

    /// What keeps a courier from being used: for what quiet hours and pauses silence, they too.
    pub(super) fn of_courier(&self, desktop: bool, silenced: bool, at: Timestamp) -> Option<Hold> {
        let unavailable =
            if desktop { self.availability.desktop } else { self.availability.webhook };
        let silence = if desktop && silenced { self.silence.at(at) } else { None };
        let clock = self.clock.filter(|_| !desktop);
        silence
            .or(clock)
            .or_else(|| unavailable.map(|why| Hold { reason: hold_reason(why), until: None }))
    }
}

/// What the machine is told of something that is looked at.
pub(super) fn news(channel: Option<&ChannelRow>, hold: Option<Hold>, superseded: bool) -> News {
    match channel {
        None => News::Unwanted(Reason::CancelledChannel),
        Some(channel) if channel.off_reason.is_some() => News::EndpointOff,
        Some(_) => News::Look { hold, superseded },
    }
}

/// What is known to keep things from being told, at this moment and later ones.
pub(crate) struct Outlook {
    silence: Silence,
    clock: Option<Hold>,
    gates: Gates,
    channels: Vec<ChannelRow>,
    now: Timestamp,
}

impl Act<'_> {
    /// What is known to keep things from being told.
    pub(crate) fn outlook(&self, channels: Vec<ChannelRow>) -> Result<Outlook> {
        let clock = self.is_jumped()?.then_some(Hold { reason: Reason::HeldClock, until: None });
        Ok(Outlook {
            silence: self.silence()?,
            clock,
            gates: Gates::seen(self.tx, &self.now, &channels, &Rates::default())?,
            channels,
            now: self.wall(),
        })
    }
}

impl Outlook {
    /// What will become of it, by the rules of a pass at each moment at which one looks at it.
    pub(crate) fn of(&self, due: &Due) -> Fate {
        let holds = Holds {
            silence: &self.silence,
            clock: self.clock,
            availability: Availability::default(),
            gates: &self.gates,
        };
        let channel = self.channels.iter().find(|channel| channel.id == due.channel);
        let is_usable = channel.is_some_and(|channel| channel.off_reason.is_none());
        // For somebody who was not there: whoever waits knows no more.
        let is_over = due.facts.use_by.is_some_and(|end| end <= self.now);
        let is_waited_for = due.facts.state == State::Held && is_for_nobody(due.facts.reason);
        if is_waited_for && is_usable && !is_over {
            return Fate::Waits(due.facts.reason);
        }
        let mut due = due.clone();
        let next_try = due.facts.not_before.filter(|_| due.facts.state == State::Retrying);
        let mut at = next_try.unwrap_or(due.facts.due).max(self.now);
        let mut waited = None;
        for _ in 0..CHAIN {
            let hold = holds.of(&due, at).filter(|hold| hold.until.is_none_or(|end| end > at));
            match (decide(&due.facts, news(channel, hold, false), at), hold) {
                (Next::Enter(State::Held, reason, _), Some(Hold { until: None, .. })) => {
                    return Fate::Waits(reason);
                }
                (Next::Enter(State::Held, reason, Some(until)), _) => {
                    due.facts.state = State::Held;
                    (due.facts.reason, due.facts.not_before) = (reason, Some(until));
                    (at, waited) = (until.max(at), Some(reason));
                }
                // It waits already: for that, or for somebody who was not there.
                (Next::Keep, Some(Hold { until: Some(until), reason })) if until > at => {
                    (at, waited) = (due.facts.not_before.unwrap_or(until).max(at), Some(reason));
                }
                (Next::Keep, _) => return Fate::Waits(due.facts.reason),
                (Next::Enter(State::Pending, ..) | Next::Send | Next::FlagCancel, _) => {
                    return waited.map_or(Fate::Rings, |reason| Fate::RingsAt(at, reason));
                }
                (Next::Enter(_, reason, _), _) => return Fate::Lost(reason, waited),
            }
        }
        waited.map_or(Fate::Rings, Fate::Waits)
    }
}

fn is_for_nobody(reason: Reason) -> bool {
    matches!(reason, Reason::HeldNoNotifier | Reason::HeldOffline | Reason::HeldSecret)
}
