//! What a person does, with a program that may have to be opened anew.

use engine::simulated::rings;
use jiff::SignedDuration;

use super::{World, undone::difference};
use crate::{
    hand::{Hand, moved},
    outcome::{Decided, Life, Silence, Silenced, Snoozed, Tested, Version},
    plan::{DAY, Deciding, Definition, Step, Via},
    receiver::number_of,
    trace::Happened,
};

impl World {
    /// Does it, if it is something a person does.
    pub(super) fn act(&mut self, step: Step) -> bool {
        if !is_of_person(step) {
            return false;
        }
        if self.hand.engine.is_none() {
            self.open_by_hand();
        }
        self.around.disk.enter(self.hand_process);
        let rung = rings();
        let done = match step {
            Step::Add(name, definition) => self.add(name, definition),
            Step::Import(name, definition) => self.import(name, definition),
            Step::Move(name, minutes) => self.change(name, |was| moved(was, minutes)),
            Step::Retitle(name) => self.change(name, |was| *was),
            Step::Disable(name) => self.switch(name, true),
            Step::Enable(name) => self.switch(name, false),
            Step::LeaveOut(name, further) => self.leave_out(name, further),
            Step::PutIn(name) => self.put_in(name),
            Step::Part(name, further, minutes) => self.part(name, further, minutes),
            Step::Delete(name) => self.delete(name),
            Step::Undo => self.undo(),
            Step::MoveAndUndo(name, minutes) => self.move_and_undo(name, minutes),
            Step::Acknowledge => self.acknowledge(),
            Step::Snooze(minutes) => self.snooze(minutes),
            Step::Pause(minutes) => self.pause(minutes),
            Step::Forget => self.forget(),
            Step::AcceptClock => Some(self.accept_clock()),
            Step::Hour(hour) => Some(self.tell_days_at(hour)),
            Step::SwitchOn(via) => self.switch_on(via),
            Step::Guarantee(via, careful) => self.promise(via, careful),
            Step::Test(via) => self.test(via),
            Step::Decide(what, which) => self.decide(what, which),
            Step::Resume => self.silence(Silenced::Pause(0), Hand::resume),
            Step::Quiet(from, until) => {
                self.silence(Silenced::Quiet(from, until), |hand| hand.quiet(from, until))
            }
            _ => None,
        };
        let what = format!("{step:?}");
        let what = match done {
            None => return true,
            Some(true) => Happened::Confirmed { what },
            Some(false) => Happened::Unconfirmed { what },
        };
        self.around.trace.add(&self.around.clocks, what);
        if rings() != rung {
            self.ring();
        }
        true
    }

    pub(super) fn life(&mut self, name: usize) -> &mut Life {
        if self.lives.len() <= name {
            self.lives.resize_with(name + 1, Life::default);
        }
        &mut self.lives[name]
    }

    /// The definition an event is known to have. What was parted stays so, unless that is undone.
    pub(super) fn known(&self, name: usize) -> Option<(String, Definition)> {
        let life = self.lives.get(name)?;
        let last = life.versions.last().filter(|version| version.sure)?;
        let definition = last.definition.filter(|definition| definition.parted.is_none());
        Some((life.subject.clone()?, definition?))
    }

    fn became(&mut self, name: usize, definition: Option<Definition>, sure: bool) {
        let from = self.around.clocks.truth();
        self.life(name).versions.push(Version { from, definition, sure });
        self.follow(name, definition, sure);
    }

    /// After somebody was told nothing, what there is to undo is not known.
    pub(super) fn settle(
        &mut self,
        name: usize,
        before: Option<Definition>,
        after: Option<Definition>,
        sure: bool,
    ) -> Option<bool> {
        self.became(name, after, sure);
        match &mut self.undo {
            Some(undo) if sure => undo.push((name, before)),
            _ => self.undo = None,
        }
        Some(sure)
    }

    fn add(&mut self, name: usize, definition: Definition) -> Option<bool> {
        let whose = self.whose(&definition);
        if definition.theirs.is_some() && whose.is_none() {
            return None;
        }
        let zone = whose.as_ref().map_or(definition.zone, |(_, zone)| *zone);
        let definition = Definition { zone, ..definition };
        let whose = whose.as_ref().map(|(person, _)| person.as_str());
        let subject = self.hand.save(None, (name, 0), &definition, whose);
        let sure = subject.is_some();
        self.life(name).subject = subject;
        self.settle(name, None, Some(definition), sure)
    }

    fn import(&mut self, name: usize, definition: Definition) -> Option<bool> {
        // What undo would take back now is another question.
        self.undo = None;
        let imported = self.hand.import(name, &definition);
        let life = self.life(name);
        match (&life.subject, &imported) {
            (None, Some(subject)) => {
                life.subject.clone_from(subject);
                let sure = subject.is_some();
                self.became(name, Some(definition), sure);
            }
            // It came, and nobody heard of it.
            (None, None) => self.became(name, Some(definition), false),
            // It is there as it was, or was deleted and stays so.
            (Some(_), _) => {}
        }
        Some(imported.is_some())
    }

    pub(super) fn change(
        &mut self,
        name: usize,
        change: impl Fn(&Definition) -> Definition,
    ) -> Option<bool> {
        let (id, was) = self.known(name)?;
        let life = self.life(name);
        life.title += 1;
        let title = life.title;
        let is = change(&was);
        let whose = self.whose(&is).map(|(person, _)| person);
        let done = self.hand.save(Some(&id), (name, title), &is, whose.as_deref()).is_some();
        self.settle(name, Some(was), Some(is), done)
    }

    fn delete(&mut self, name: usize) -> Option<bool> {
        let (id, was) = self.known(name)?;
        let done = self.hand.delete(&id, &was);
        self.settle(name, Some(was), None, done)
    }

    fn undo(&mut self) -> Option<bool> {
        let (name, before) = self.undo.as_mut()?.pop()?;
        let done = self.hand.engine.as_ref()?.undo(None).is_ok();
        self.became(name, before, done);
        if !done {
            self.undo = None;
        }
        Some(done)
    }

    /// Whether a service has planned what is due by now. Where none did, an edit finds what was missed,
    /// and plans it.
    fn is_planned(&self) -> bool {
        let last = self.around.passes.lock().expect("a list").last().copied();
        last.is_some_and(|at| self.around.clocks.truth() - at < DAY)
    }

    /// What was moved and moved back rings as it would have.
    fn move_and_undo(&mut self, name: usize, minutes: i64) -> Option<bool> {
        self.undo.as_ref()?;
        self.known(name)?;
        let before = self.hand.rings()?;
        if !self.change(name, |was| moved(was, minutes))? || !self.undo()? {
            return Some(false);
        }
        let after = self.hand.rings()?;
        if let Some(what) = difference(&before, &after, self.is_planned()) {
            let what = format!("event {name}: {what}");
            self.broken.push(("i26_undo_restores_what_will_ring", what));
        }
        Some(true)
    }

    fn acknowledge(&mut self) -> Option<bool> {
        let (row, done) = self.hand.acknowledge()?;
        if done {
            self.answers.push((self.around.clocks.truth(), row));
        }
        Some(done)
    }

    /// What waits for that goes out from then on.
    fn accept_clock(&mut self) -> bool {
        let done = self.hand.accept_clock();
        if done {
            self.trusts_clock();
        }
        done
    }

    /// The ledger is planned by that hour when the service says so.
    fn tell_days_at(&mut self, hour: i8) -> bool {
        let done = self.hand.tell_days_at(hour);
        self.takes_place(|place| place.hour = hour);
        done
    }

    fn switch_on(&mut self, via: Via) -> Option<bool> {
        let sure = self.hand.switch_on(via)?;
        let what = Happened::SwitchedOn { to: via.name(), sure };
        self.around.trace.add(&self.around.clocks, what);
        Some(sure)
    }

    /// Lets an endpoint never repeat, or never miss.
    fn promise(&mut self, via: Via, careful: bool) -> Option<bool> {
        let sure = self.hand.promise(via, careful)?;
        let what = Happened::Promised { to: via.name(), careful, sure };
        self.around.trace.add(&self.around.clocks, what);
        Some(sure)
    }

    fn test(&mut self, via: Via) -> Option<bool> {
        let tested = self.hand.test(via);
        let at = self.around.clocks.truth();
        self.tests.extend(tested.map(|row| Tested { at, row, via }));
        Some(tested.is_some())
    }

    fn decide(&mut self, what: Deciding, which: u64) -> Option<bool> {
        let at = self.around.clocks.truth();
        let letters = self.hand.letters()?;
        let place = usize::try_from(which).unwrap_or(0) % letters.len().max(1);
        let about = match what {
            Deciding::RetryAll => &letters[..],
            _ => std::slice::from_ref(letters.get(place)?),
        };
        let words = matches!(what, Deciding::Edit | Deciding::NewWords);
        let words = words.then(|| format!("{{\"words\":{at}}}"));
        let Some(done) = self.hand.decide(about, what, words.as_deref()) else {
            return Some(false);
        };
        let body = words.map(|words| number_of(words.as_bytes()));
        let decided = |(row, now)| Decided { at, what, row, now, body };
        self.decisions.extend(done.iter().copied().map(decided));
        (!done.is_empty()).then_some(true)
    }

    fn pause(&mut self, minutes: u32) -> Option<bool> {
        let wall = self.around.clocks.wall();
        let until = wall.checked_add(SignedDuration::from_mins(minutes.into())).ok()?;
        let lasts = u64::from(minutes) * 60_000;
        self.silence(Silenced::Pause(lasts), |hand| hand.pause(until))
    }

    fn silence(&mut self, by: Silenced, say: impl FnOnce(&Hand) -> bool) -> Option<bool> {
        let from = self.around.clocks.truth();
        let sure = say(&self.hand);
        self.silences.push(Silence { from, by, sure });
        Some(sure)
    }

    fn snooze(&mut self, minutes: i64) -> Option<bool> {
        let wall = self.around.clocks.wall();
        let until = wall.checked_add(SignedDuration::from_mins(minutes)).ok()?;
        let row = self.hand.snooze(until)?;
        let at = self.around.clocks.truth();
        self.snoozes.push(Snoozed { at, row, until });
        Some(true)
    }
}

fn is_of_person(step: Step) -> bool {
    matches!(
        step,
        Step::Add(..)
            | Step::Import(..)
            | Step::Move(..)
            | Step::Retitle(_)
            | Step::Delete(_)
            | Step::Disable(_)
            | Step::Enable(_)
            | Step::LeaveOut(..)
            | Step::PutIn(_)
            | Step::Part(..)
            | Step::Undo
            | Step::MoveAndUndo(..)
            | Step::Acknowledge
            | Step::Snooze(_)
            | Step::Pause(_)
            | Step::Resume
            | Step::Quiet(..)
            | Step::AcceptClock
            | Step::Hour(_)
            | Step::SwitchOn(_)
            | Step::Guarantee(..)
            | Step::Test(_)
            | Step::Forget
            | Step::Decide(..)
    )
}
