//! Planning as a reconcile: what an event wants is compared with the rows there are. A row still
//! wanted keeps its id and key and gets the new moment; one no longer wanted is cancelled with a
//! reason; a missing one is inserted. So undo, disable and enable, a move there and back all end
//! where they began, and what was told stays told.

mod ahead;
mod as_new;
mod back;
mod behind;
mod effect;
mod journey;
mod settled;

use calendar::{
    delivery::{Class, News, Next, State, decide},
    event::Event,
    occurrence::Occurrence,
    plan::{Identity, Plan, Wanted},
    policy::UseBy,
    reason::Reason,
};
use jiff::Timestamp;

pub use self::effect::{Effect, Passed};
use self::{as_new::with_own_day, journey::is_far_from_told};
use crate::{
    act::Act,
    error::Result,
    ledger::{
        acknowledgement, delivery,
        delivery::{DeliveryRow, Effects, Retimed},
        event::{self, EventRow},
    },
    nag::is_nag,
    planted::{Planted, is_planted},
};

/// Past instances of one event looked at in one go, those of all its reminders together.
const AT_ONCE: usize = 1_000;

/// Who asks for the reconcile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Time went on.
    Pass,
    /// A person changed something: nothing that is already due comes of it.
    Person,
    /// Nobody did (zone data, the machine's or a person's zone): nothing unsent may be lost.
    Nobody,
}

impl Act<'_> {
    /// Reconciles an event with its rows. `gone` is what unwanted rows are told.
    pub(crate) fn reconcile(
        &self,
        event: &Event,
        decided: Timestamp,
        asked: Asked,
        gone: Reason,
    ) -> Result<Effect> {
        let mut effect = Effect::default();
        self.know_clocks(event)?;
        let live = delivery::live_of(self.tx, &event.subject())?;
        let now = self.wall();
        let overtaken = match asked {
            Asked::Person => None,
            Asked::Pass | Asked::Nobody => self.overtaken(event, &live, decided.min(now)),
        };
        let asked = if overtaken.is_some() { Asked::Nobody } else { asked };
        self.check_live(event, live, asked, gone, &mut effect)?;
        let from = match asked {
            Asked::Person => {
                self.look_back(event, &mut effect)?;
                now
            }
            Asked::Pass | Asked::Nobody if is_planted(Planted::MarkAhead) => decided,
            Asked::Pass | Asked::Nobody => overtaken.unwrap_or(decided).min(now),
        };
        let (until, plan_at) = self.look_ahead(event, from, asked, &mut effect)?;
        effect.cancelled = effect.cancelled.saturating_sub(effect.planned);
        let decided = if is_planted(Planted::MarkAhead) { until } else { until.min(now) };
        event::decided(self.tx, event.id, decided, plan_at)?;
        Ok(effect)
    }

    /// Plans what became due up to now by the definition that held until now; what a journey moved,
    /// or other zone data, as nobody asked for that.
    pub(crate) fn catch_up(&self, row: &EventRow) -> Result<()> {
        if row.deleted_at.is_some() {
            return Ok(());
        }
        let mut decided = row.decided_until;
        if self.is_to_be_planned_anew(row.event.id)? {
            decided = self.replan(row)?;
        }
        if decided >= self.wall() {
            return Ok(());
        }
        let missed = (decided, self.wall());
        self.arm_all(&row.event, missed, Asked::Pass, &mut Effect::default())
    }

    /// Inserts all that was due in `(from, until]`.
    fn arm_all(
        &self,
        event: &Event,
        (mut from, until): (Timestamp, Timestamp),
        asked: Asked,
        effect: &mut Effect,
    ) -> Result<()> {
        // Ends: each turn gets further.
        while from < until {
            let mut plan = self.some_wanted(event, from, until, at_once(event));
            from = plan.reached;
            self.take_overflow(event, &mut plan)?;
            for wanted in &plan.wanted {
                self.arm(event, wanted, asked, effect)?;
            }
        }
        Ok(())
    }

    /// Does something with all that is due in `(from, until]`, a bounded number of instances at a
    /// time.
    pub(crate) fn each_wanted(
        &self,
        event: &Event,
        from: Timestamp,
        until: Timestamp,
        mut work: impl FnMut(&Wanted) -> Result<()>,
    ) -> Result<()> {
        self.any_wanted(event, from, until, |wanted| work(wanted).map(|()| false)).map(drop)
    }

    /// Whether anything is so that is due in `(from, until]`; what is behind that is not looked at.
    pub(crate) fn any_wanted(
        &self,
        event: &Event,
        mut from: Timestamp,
        until: Timestamp,
        mut is: impl FnMut(&Wanted) -> Result<bool>,
    ) -> Result<bool> {
        // Ends: each turn gets further.
        while from < until {
            let plan = self.some_wanted(event, from, until, at_once(event));
            for wanted in &plan.wanted {
                if is(wanted)? {
                    return Ok(true);
                }
            }
            from = plan.reached;
        }
        Ok(false)
    }

    /// What is due in `(from, until]`, by some instances of each reminder: so many that they get
    /// further than `from`.
    fn some_wanted(
        &self,
        event: &Event,
        from: Timestamp,
        until: Timestamp,
        mut at_once: usize,
    ) -> Plan {
        // Ends: each turn looks at so many more that one gets further.
        loop {
            let plan = event.wanted(&self.context, from, until, at_once);
            if plan.reached > from || plan.reached >= until {
                return plan;
            }
            at_once = at_once.saturating_mul(4);
        }
    }

    /// Cancels every live row of an event that is going away, unless another part of its series
    /// wants it.
    pub(crate) fn drop_all(&self, event: &Event, reason: Reason) -> Result<Effect> {
        let mut effect = Effect::default();
        let parts = self.parts(event)?;
        for row in delivery::live_of(self.tx, &event.subject())? {
            if row.identity.reminder.starts_with("x:") {
                continue;
            }
            match parts.iter().find(|part| self.wants(part, &row.identity)) {
                Some(part) if row.event == Some(event.id) => {
                    delivery::hand_over(self.tx, row.id, part.id)?;
                }
                Some(_) => {}
                None => self.drop_row(&row, reason, &mut effect)?,
            }
        }
        Ok(effect)
    }

    /// Asks of every live row, whatever its moment, whether it is still wanted, by this event or
    /// another part of its series, which looks after its own.
    fn check_live(
        &self,
        event: &Event,
        live: Vec<DeliveryRow>,
        asked: Asked,
        gone: Reason,
        effect: &mut Effect,
    ) -> Result<()> {
        let parts = self.parts(event)?;
        for row in live {
            if asked == Asked::Person && is_planted(Planted::CancelAndInsert) {
                self.drop_row(&row, gone, effect)?;
                continue;
            }
            let reminder = row.identity.reminder.as_str();
            if self.is_of_other(event, &parts, &row)? {
                continue;
            }
            if reminder.starts_with("t:") {
                match event.still_wanted(&self.context, &row.identity) {
                    // A person wants it, though its occurrence is elsewhere by now.
                    None if asked != Asked::Person && row.is_asked_for() => {}
                    None => {
                        let gone = self.gone_with_channel(&row, gone)?;
                        self.drop_row(&row, gone, effect)?;
                    }
                    Some(wanted) => self.retime(event, &row, &wanted, asked, effect)?,
                }
            } else if is_nag(reminder) {
                self.check_nag(event, &row, gone, effect)?;
            } else if reminder.starts_with("s:") {
                let found = event.occurrence_named(&self.context, &row.identity.occurrence);
                match found.filter(|_| event.enabled) {
                    None => self.drop_row(&row, gone, effect)?,
                    Some(occurrence) => self.retime_snooze(event, &row, &occurrence)?,
                }
            }
        }
        Ok(())
    }

    /// Whether another part of the series wants a row, its own event being asked first. The row
    /// goes to the part that does.
    fn is_of_other(&self, event: &Event, parts: &[Event], row: &DeliveryRow) -> Result<bool> {
        if parts.is_empty() {
            return Ok(false);
        }
        let wants = |part: &&Event| self.wants(part, &row.identity);
        let all = || std::iter::once(event).chain(parts);
        let own = all().find(|part| row.event == Some(part.id)).filter(wants);
        let Some(owner) = own.or_else(|| all().find(wants)) else { return Ok(false) };
        if row.event != Some(owner.id) {
            delivery::hand_over(self.tx, row.id, owner.id)?;
        }
        Ok(owner.id != event.id)
    }

    /// Cancels a row, or notes that on one that is just being sent.
    pub(crate) fn drop_row(
        &self,
        row: &DeliveryRow,
        reason: Reason,
        effect: &mut Effect,
    ) -> Result<()> {
        match decide(&row.facts, News::Unwanted(reason), self.wall()) {
            Next::Enter(state, reason, _) => {
                if self.enter(row, (state, reason), &Effects::default(), "")? {
                    match row.identity.reminder.split(':').next() {
                        Some("s") => effect.snoozes += 1,
                        // What it tells again was told.
                        Some("n") => {}
                        Some(_) | None => effect.cancelled += 1,
                    }
                }
            }
            Next::FlagCancel if is_planted(Planted::CancelOfClaimed) => {
                self.enter(row, (State::Cancelled, reason), &Effects::default(), "")?;
                effect.cancelled += 1;
            }
            // It is counted already, by who wanted the same.
            Next::FlagCancel if row.facts.cancel_wanted && row.facts.reason == reason => {}
            Next::FlagCancel => {
                self.flag_cancel(row, Some(reason))?;
                effect.in_flight += 1;
            }
            Next::Keep | Next::Send => {}
        }
        Ok(())
    }

    /// Gives a row that is still wanted its present moment.
    fn retime(
        &self,
        event: &Event,
        row: &DeliveryRow,
        wanted: &Wanted,
        asked: Asked,
        effect: &mut Effect,
    ) -> Result<()> {
        let now = self.wall();
        if row.facts.state == State::Processing {
            return self.want_again(row);
        }
        let moved = row.facts.due != wanted.due;
        if moved && self.came_round_before(event, wanted, row.generation)? {
            return self.drop_row(row, Reason::CancelledEdited, effect);
        }
        if moved && asked == Asked::Nobody && is_planted(Planted::ZoneChangeDrops) {
            return self.drop_row(row, Reason::CancelledEdited, effect);
        }
        if moved && asked == Asked::Nobody && is_planted(Planted::ArmedTwice) {
            let to = (State::Scheduled, Reason::Planned);
            self.plan_wanted(event, wanted, row.generation, to, None)?;
        }
        // What was due already is late for whatever kept it.
        let is_made_late = row.facts.due > now && wanted.due <= now && !row.is_asked_for();
        let late = (moved && is_made_late).then_some(Reason::LateMoved);
        let label = wanted.occurrence.label();
        let to = with_own_day(row, retimed(event, wanted, &label, late));
        if !moved && is_as(row, &to) {
            return Ok(());
        }
        // A new attempt of another moment is another thing: the planner arms it anew. What a
        // journey moved into the past it would not: that one goes on.
        let armed_anew = asked == Asked::Person || wanted.due > now;
        if moved && row.facts.state == State::Retrying && armed_anew {
            self.enter(row, (State::Cancelled, Reason::CancelledEdited), &Effects::default(), "")?;
            return Ok(());
        }
        if moved
            && asked == Asked::Person
            && wanted.due <= now
            && row.facts.due > now
            && let Next::Enter(state, reason, _) = decide(&row.facts, News::Past, now)
        {
            self.enter(row, (state, reason), &Effects::default(), "")?;
            effect.passed.push(passed(wanted));
            return Ok(());
        }
        delivery::retime(self.tx, row, &to, self.context.zones.version(), now)?;
        let state = row.facts.state;
        let news = (moved && wanted.due > now).then_some(News::Moved);
        match news.map(|news| decide(&row.facts, news, now)) {
            Some(Next::Enter(to, reason, _)) => {
                self.enter(row, (to, reason), &Effects::default(), "")?;
            }
            _ if moved => self.audit(row.id, row.token, Some(state), (state, Reason::Moved), "")?,
            _ => {}
        }
        Ok(())
    }

    /// Keeps the moment of a snooze that is still wanted, and gives it the deadline, words and
    /// span its occurrence has now.
    fn retime_snooze(&self, event: &Event, row: &DeliveryRow, of: &Occurrence) -> Result<()> {
        if row.facts.state == State::Processing {
            return self.want_again(row);
        }
        let use_by = event.kind.deadline(of);
        let over = use_by.map_or(UseBy::Never, |_| UseBy::Deadline);
        self.retime_again(row, of, (use_by, over))
    }

    /// Gives a row this timing, unless it has all of it.
    pub(crate) fn retime_if_other(&self, row: &DeliveryRow, to: &Retimed<'_>) -> Result<()> {
        let to = &with_own_day(row, to.clone());
        if !is_as(row, to) {
            delivery::retime(self.tx, row, to, self.context.zones.version(), self.wall())?;
        }
        Ok(())
    }

    /// Takes back the cancel noted on a row that is being sent, unless a person has answered it.
    pub(crate) fn want_again(&self, row: &DeliveryRow) -> Result<()> {
        if row.facts.cancel_wanted && !row.facts.reason.is_answer() {
            self.flag_cancel(row, None)?;
        }
        Ok(())
    }

    /// Inserts a row for what is wanted, unless its name was had before in a way that forbids it.
    fn arm(&self, event: &Event, wanted: &Wanted, asked: Asked, effect: &mut Effect) -> Result<()> {
        let planted = self.as_planted(event, wanted);
        let wanted = planted.as_ref().unwrap_or(wanted);
        let newest = delivery::newest(self.tx, &wanted.identity)?;
        let ahead = wanted.due > self.wall();
        let far = newest
            .as_ref()
            .is_some_and(|row| is_far_from_told(event, row, wanted.due, self.wall()));
        if newest.is_some() && is_planted(Planted::CancelAndInsert) {
            return Ok(());
        }
        let Some(generation) = next_generation(newest.as_ref(), ahead, far) else { return Ok(()) };
        let is_forgotten = newest.is_none() && self.is_forgotten(wanted.due)?;
        let is_told = self.is_answered(&wanted.identity, generation)?
            || self.came_round_before(event, wanted, generation)?;
        if is_forgotten || is_told {
            return Ok(());
        }
        let (to, late) = match (ahead, asked, newest.is_some()) {
            (true, _, false) => ((State::Scheduled, Reason::Planned), None),
            (true, _, true) => ((State::Scheduled, Reason::BroughtBack), None),
            (false, _, true) => {
                ((State::Scheduled, Reason::BroughtBack), Some(Reason::LateBroughtBack))
            }
            (false, Asked::Pass, false) => ((State::Scheduled, Reason::Planned), None),
            (false, Asked::Nobody, false) => {
                ((State::Scheduled, Reason::Planned), Some(Reason::LateMoved))
            }
            (false, Asked::Person, false) => {
                effect.passed.push(passed(wanted));
                ((State::Skipped, Reason::SkippedPast), None)
            }
        };
        let doubtful = newest.as_ref().map_or(Ok(false), |row| self.is_doubtful(row))?;
        let to = if doubtful { (State::Review, Reason::ReviewEarlier) } else { to };
        self.plan_wanted(event, wanted, generation, to, late)?;
        effect.planned += u32::from(to.0 == State::Scheduled);
        Ok(())
    }

    /// Whether a row would be made for what is wanted ahead by this name, as there is none alive.
    pub(crate) fn is_to_come(&self, name: &Identity) -> Result<bool> {
        let newest = delivery::newest(self.tx, name)?;
        let Some(generation) = next_generation(newest.as_ref(), true, false) else {
            return Ok(false);
        };
        Ok(!self.is_answered(name, generation)?)
    }

    /// Whether a person has answered this reminder already; only desktop rows end with that.
    fn is_answered(&self, name: &Identity, generation: u32) -> Result<bool> {
        if name.channel != calendar::id::ChannelId::DESKTOP {
            return Ok(false);
        }
        let answer = acknowledgement::find(self.tx, name, generation)?;
        Ok(answer.is_some_and(|word| word != "opened"))
    }
}

/// Past instances looked at in one go for each reminder.
fn at_once(event: &Event) -> usize {
    AT_ONCE / event.reminders.len().max(1)
}

/// The timing and policy a live row is to have.
fn retimed<'a>(
    event: &Event,
    wanted: &Wanted,
    label: &'a str,
    late_cause: Option<Reason>,
) -> Retimed<'a> {
    Retimed {
        due: wanted.due,
        use_by: wanted.use_by,
        over: wanted.over,
        label,
        span: (wanted.occurrence.start, wanted.occurrence.end),
        late_cause,
        collapse: event.collapse(&event.reminders[wanted.reminder]),
        grace: event.kind.defaults().grace,
        insist: event.reminders[wanted.reminder].insist,
    }
}

/// Whether a row has all of it already.
fn is_as(row: &DeliveryRow, to: &Retimed<'_>) -> bool {
    let facts = &row.facts;
    (facts.use_by, facts.over, facts.grace) == (to.use_by, to.over, to.grace)
        && (row.label.as_str(), row.span, row.collapse) == (to.label, to.span, to.collapse)
        && row.insist == to.insist
}

fn passed(wanted: &Wanted) -> Passed {
    let trigger = wanted.identity.reminder.trim_start_matches("t:").to_string();
    let on_a_date = wanted.occurrence.tie.is_all_day();
    Passed { trigger, due_ms: wanted.due.as_millisecond(), on_a_date }
}

/// The generation in which a name may be armed, given its newest row; `None`: not at all.
fn next_generation(newest: Option<&DeliveryRow>, ahead: bool, far: bool) -> Option<u32> {
    let Some(row) = newest else { return Some(0) };
    match (row.facts.state.class(), row.facts.state) {
        (Class::Live | Class::Parked, _) => None,
        (Class::Final, State::Cancelled) if row.attempts == 0 => Some(row.generation),
        // Tried in vain, then answered: that holds.
        (Class::Final, State::Cancelled) if row.facts.reason.is_answer() => None,
        (Class::Final, State::Cancelled) => Some(row.generation + 1),
        (Class::Final, State::Expired | State::Coalesced) => ahead.then_some(row.generation + 1),
        (Class::Final, State::Skipped) if row.facts.reason == Reason::SkippedPast => {
            ahead.then_some(row.generation + 1)
        }
        (Class::Final, State::Completed) if far => Some(row.generation + 1),
        (Class::Final, _) => None,
    }
}
