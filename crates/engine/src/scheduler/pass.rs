//! One pass at work: every row whose moment came is decided on.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use calendar::{
    delivery::{Hold, Next, State, decide},
    id::{DeliveryId, EventId},
    kind,
    policy::Collapse,
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;

use super::{
    Availability,
    claim::Digests,
    gates::Gates,
    holds::{Due, Holds, news},
    late::{Absence, held_by},
    overlap::{Turn, Turns},
    waiting::{Blocked, Seen, Waiting},
};
use crate::{
    act::Act,
    courier::Unavailable,
    engine::Engine,
    error::Result,
    ledger::{
        channel::{self, ChannelRow},
        delivery::{self, DeliveryRow, Effects},
        event,
    },
    message::Setting,
    planted::{Planted, is_planted},
    quiet::Silence,
    rate::Rates,
};

/// Rows decided on in one pass; the next follows at once if there are more.
pub(super) const ROWS: usize = 500;
/// Rows of one courier that are found at once.
const MOST: u32 = 200_000;
/// So long a pass goes on with planning anew what it is to send.
const ANEW: Duration = Duration::from_millis(50);

/// What a pass works with besides the ledger.
pub(super) struct Pass<'a> {
    pub(super) act: &'a Act<'a>,
    pub(super) engine: &'a Engine,
    pub(super) owner: &'a [u8; 16],
    pub(super) absences: &'a VecDeque<Absence>,
    pub(super) setting: Setting,
    pub(super) channels: Vec<ChannelRow>,
    pub(super) silence: Silence,
    pub(super) clock: Option<Hold>,
    pub(super) availability: Availability,
    pub(super) gates: Gates,
    pub(super) turns: Turns,
    /// Some of what was missed is still to be planned: what is late waits for it, so that it is
    /// told in one.
    pub(super) is_planning: Cell<bool>,
    /// Some rows were left as they are, for another reason than that there was no slot.
    pub(super) left_some: Cell<bool>,
    /// And those that wait until something comes back.
    pub(super) blocked: RefCell<Blocked>,
    /// What came back left something that is due already.
    pub(super) due_again: Cell<bool>,
    /// The digests of the pass before, where that did not find all of them.
    pub(super) begun: RefCell<Digests>,
}

impl<'a> Pass<'a> {
    pub(super) fn new(
        act: &'a Act<'a>,
        engine: &'a Engine,
        owner: &'a [u8; 16],
        absences: &'a VecDeque<Absence>,
        availability: Availability,
    ) -> Result<Self> {
        let (setting, silence) = (Setting::of(act)?, act.silence()?);
        let channels = channel::all(act.tx)?;
        let gates = Gates::load(act.tx, &act.now, &channels, &Rates::default())?;
        let clock = act.unconfirmed_jump(|| engine.synchronised())?;
        let clock = clock.map(|reason| Hold { reason, until: None });
        Ok(Self {
            act,
            engine,
            owner,
            absences,
            setting,
            channels,
            silence,
            clock,
            availability,
            gates,
            turns: Turns::load(act.tx)?,
            is_planning: Cell::new(false),
            left_some: Cell::new(false),
            blocked: RefCell::default(),
            due_again: Cell::new(false),
            begun: RefCell::default(),
        })
    }

    /// Looks how the endpoints stand after what came back was settled.
    pub(super) fn look_at_endpoints(&mut self, rates: &Rates) -> Result<()> {
        self.act.end_leases()?;
        self.channels = channel::all(self.act.tx)?;
        self.gates = Gates::load(self.act.tx, &self.act.now, &self.channels, rates)?;
        Ok(())
    }

    /// What is due for each courier, the first few of each before the next few. While some is still to
    /// be planned, what is late is not looked for: all of it waits for that.
    pub(super) fn find_due(&self) -> Result<VecDeque<DeliveryId>> {
        let from = match self.is_planning.get() {
            true => later(self.act.wall(), -kind::longest_grace()),
            false => Timestamp::MIN,
        };
        let closed = self.gates.closed();
        for endpoint in &closed.waiting {
            self.blocked.borrow_mut().is_tried(*endpoint);
        }
        let of = |desktop| {
            let held_for =
                self.holds().of_courier(desktop, true, self.act.wall()).map(|hold| hold.reason);
            delivery::due(self.act.tx, (from, self.act.wall()), MOST, desktop, held_for, &closed)
        };
        let (desktop, webhook) = (of(true)?, of(false)?);
        let (mut all, few) = (VecDeque::new(), ROWS / 2);
        for n in 0..desktop.len().max(webhook.len()).div_ceil(few) {
            all.extend(desktop.iter().skip(n * few).take(few));
            all.extend(webhook.iter().skip(n * few).take(few));
        }
        Ok(all)
    }

    /// What is due, found while others may write, for the pass that comes right after.
    pub(super) fn crowd(mut self, rates: &Rates) -> Result<Waiting> {
        self.look_at_endpoints(rates)?;
        let mut found = Waiting::found(self.find_due()?, ROWS);
        found.block(self.blocked.take());
        let seen = Seen::now(self.act, self.availability)?;
        Ok(found.ahead(seen, self.act.wall(), self.left_some.get()))
    }

    /// Decides on rows as they are now; gives those that are to be sent. Where there are more, what
    /// supersedes one may be among those.
    pub(super) fn decide_on(&self, ids: &[DeliveryId], is_more: bool) -> Result<Vec<DeliveryRow>> {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(delivery::find(self.act.tx, *id)?);
        }
        if is_more {
            self.gates.expect_more();
        }
        self.decide(self.planned_anew(rows)?, is_more)
    }

    /// Those rows as they are when their events are planned anew, for another zone, if that is under
    /// way: nothing is decided by what the old one said. Where there is no time for all, what is left
    /// comes with the next pass, and what is late with it, so that it is told in one.
    fn planned_anew(&self, rows: Vec<DeliveryRow>) -> Result<Vec<DeliveryRow>> {
        let Some(anew) = self.act.anew()? else { return Ok(rows) };
        let is_old = |row: &DeliveryRow| row.event.is_some_and(|id| anew.is_to_be(id));
        let (old, mut rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_old);
        let events: BTreeSet<EventId> = old.iter().filter_map(|row| row.event).collect();
        let mut known = BTreeSet::new();
        for id in events {
            let took = self.engine.now().boot.saturating_sub(self.act.now.boot);
            if !known.is_empty() && (took > ANEW || self.act.has_changed_much()) {
                self.left_some.set(true);
                self.is_planning.set(true);
                break;
            }
            let found = event::find_legible(self.act.tx, &self.act.context.zones, id)?;
            found.iter().try_for_each(|found| self.act.replan(found).map(drop))?;
            known.insert(id);
        }
        for row in old.iter().filter(|row| row.event.is_some_and(|id| known.contains(&id))) {
            rows.extend(delivery::find(self.act.tx, row.id)?);
        }
        Ok(rows)
    }

    /// When there is something else to look at, if nothing happens before.
    pub(super) fn next_look(&self) -> Result<Option<Timestamp>> {
        let looks = [
            delivery::next_look(self.act.tx, self.act.wall())?,
            event::next_plan(self.act.tx)?,
            self.silence_ends(),
            self.gates.rested(),
            self.turns.over(),
        ];
        Ok(looks.into_iter().flatten().min())
    }

    /// The end of quiet hours or of a pause, which rows they hold may not know.
    fn silence_ends(&self) -> Option<Timestamp> {
        self.silence.at(self.act.wall()).and_then(|hold| hold.until)
    }

    fn decide(&self, rows: Vec<DeliveryRow>, is_full: bool) -> Result<Vec<DeliveryRow>> {
        let now = self.act.wall();
        let superseded = self.superseded(&rows, is_full)?;
        let mut to_send = Vec::new();
        for mut row in rows {
            let is_late = later(row.facts.due, row.facts.grace) < now;
            if self.is_planning.get() && is_late {
                self.left_some.set(true);
                continue;
            }
            if self.gates.waits_for_probe(&row) {
                if !self.leaves_out(&row)? {
                    self.blocked.borrow_mut().is_tried(row.identity.channel);
                }
                continue;
            }
            let later_one = superseded.get(&row.id).copied();
            let hold = self.holds().of(&Due::of(&row), now);
            let news = news(self.channel(&row), hold, later_one.is_some());
            let mut next = decide(&row.facts, news, now);
            if matches!(next, Next::Enter(..)) {
                self.look_back_at_holds(&mut row)?;
            }
            if let Next::Enter(State::Pending, reason, _) = next {
                if !self.enter(&row, (State::Pending, reason), None, None)? {
                    continue;
                }
                row.facts.state = State::Pending;
                row.facts.not_before = None;
                next = decide(&row.facts, news, now);
            }
            let is_expiry = matches!(next, Next::Enter(State::Expired, ..));
            match next {
                Next::Enter(..) if is_expiry && is_planted(Planted::NoExpiry) => {
                    to_send.extend(self.act.as_if_not_over(row)?);
                }
                Next::Keep if row.facts.state == State::Held => {
                    self.leaves_out(&row)?;
                }
                Next::Enter(State::Held, ..) if self.leaves_out(&row)? => {}
                Next::Keep | Next::FlagCancel => {}
                Next::Send if self.act.spare(&row)? => {}
                Next::Send => match self.turns.of(self.act.tx, &row, now)? {
                    Turn::Begins => {
                        self.gates.probe(&row);
                        to_send.push(row);
                    }
                    Turn::Waits => self.blocked.borrow_mut().waits(row.id),
                    Turn::LeftOut => self.leave_out(&row)?,
                },
                Next::Enter(state, reason, at) => {
                    let reason = match (state, row.collapse) {
                        // Not for a later one's sake: its bound is reached.
                        (State::Coalesced, Collapse::Each(_)) => Reason::CoalescedOverflow,
                        _ => reason,
                    };
                    self.enter(&row, (state, reason), at, later_one)?;
                }
            }
        }
        Ok(to_send)
    }

    /// Leaves a run out that waits for its endpoint, if others leave no room for it. Which are due
    /// nobody knows while the clock is not to be trusted.
    fn leaves_out(&self, row: &DeliveryRow) -> Result<bool> {
        let now = self.act.wall();
        let is_left_out = self.clock.is_none()
            && row.facts.due <= now
            && self.turns.of(self.act.tx, row, now)? == Turn::LeftOut;
        if is_left_out {
            self.leave_out(row)?;
        }
        Ok(is_left_out)
    }

    fn leave_out(&self, row: &DeliveryRow) -> Result<()> {
        self.enter(row, (State::Skipped, Reason::SkippedOverlap), None, None).map(drop)
    }

    pub(super) fn enter(
        &self,
        row: &DeliveryRow,
        to: (State, Reason),
        not_before: Option<Timestamp>,
        into: Option<DeliveryId>,
    ) -> Result<bool> {
        let effects = Effects {
            not_before,
            told_at: (to.0 == State::Completed).then(|| self.act.wall()),
            into: into.filter(|_| to.0 == State::Coalesced),
            late_cause: match to.0 {
                State::Held => held_by(row, to.1),
                _ => row.late_cause,
            },
            ..Effects::default()
        };
        let note = if to.0 == State::Expired { self.missed_while(row) } else { String::new() };
        self.act.enter(row, to, &effects, &note)
    }

    pub(super) fn channel(&self, row: &DeliveryRow) -> Option<&ChannelRow> {
        self.channels.iter().find(|c| c.id == row.identity.channel)
    }

    /// What there is to wait for.
    fn holds(&self) -> Holds<'_> {
        Holds {
            silence: &self.silence,
            clock: self.clock,
            availability: self.availability,
            gates: &self.gates,
        }
    }
}

pub(super) fn hold_reason(why: Unavailable) -> Reason {
    match why {
        Unavailable::NoNotifier => Reason::HeldNoNotifier,
        Unavailable::Offline => Reason::HeldOffline,
        Unavailable::SecretLocked => Reason::HeldSecret,
    }
}
