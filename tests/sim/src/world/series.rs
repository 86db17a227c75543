//! What a person cancels and lets take place after all, and what follows a person's zone.

use super::World;
use crate::{oracle, plan::Definition};

impl World {
    /// The person an event is in the time of, and their zone.
    pub(super) fn whose(&self, definition: &Definition) -> Option<(String, Option<&'static str>)> {
        let (person, known) = self.known(definition.theirs?)?;
        Some((person, known.zone))
    }

    /// What is in the time of this person is in their new zone.
    pub(super) fn follow(&mut self, person: usize, definition: Option<Definition>, sure: bool) {
        // Of whom is deleted the last zone stays.
        let Some(zone) = definition.filter(Definition::is_of_person).map(|d| d.zone) else {
            return;
        };
        let from = self.around.clocks.truth();
        for life in &mut self.lives {
            // Each that it may be follows, where nobody was told what became of it.
            let known = life.versions.iter().rposition(|version| version.sure).unwrap_or(0);
            let may_be: Vec<_> = life.versions.iter().skip(known).copied().collect();
            for was in &may_be {
                let Some(it) = was.definition.filter(|it| it.theirs == Some(person)) else {
                    continue;
                };
                let definition = Some(Definition { zone, ..it });
                let sure = sure && was.sure && may_be.len() == 1;
                life.versions.push(crate::outcome::Version { from, definition, sure });
            }
        }
    }

    /// All of an event is cancelled, or takes place after all.
    pub(super) fn switch(&mut self, name: usize, off: bool) -> Option<bool> {
        let (_, was) = self.known(name)?;
        if was.is_of_person() || was.off == off {
            return None;
        }
        self.change(name, |was| Definition { off, ..*was })
    }

    /// A turn that is to come is left out.
    pub(super) fn leave_out(&mut self, name: usize, further: u32) -> Option<bool> {
        let (id, was) = self.known(name)?;
        if was.every.is_none() || was.off || was.left_out.is_some() {
            return None;
        }
        let turn = oracle::next_turn(&was, self.around.place(), self.around.clocks.wall(), further);
        let done = self.hand.leave_out(&id, oracle::turn(&was, turn))?;
        self.settle(name, Some(was), Some(Definition { left_out: Some(turn), ..was }), done)
    }

    /// What follows of it from a turn that is to come on is a series of its own.
    pub(super) fn part(&mut self, name: usize, further: u32, minutes: i64) -> Option<bool> {
        let (id, was) = self.known(name)?;
        let is_whole = !was.off && was.left_out.is_none() && was.theirs.is_none();
        if was.every.is_none() || was.is_on_a_date() || !is_whole {
            return None;
        }
        let turn = oracle::next_turn(&was, self.around.place(), self.around.clocks.wall(), further);
        let life = self.life(name);
        life.title += 1;
        let called = (name, life.title);
        let done = self.hand.part(&id, called, (&was, turn, minutes))?;
        self.settle(
            name,
            Some(was),
            Some(Definition { parted: Some((turn, minutes)), ..was }),
            done,
        )
    }

    /// It is put in again.
    pub(super) fn put_in(&mut self, name: usize) -> Option<bool> {
        let (id, was) = self.known(name)?;
        let turn = was.left_out.filter(|_| !was.off)?;
        let done = self.hand.put_in(&id, oracle::turn(&was, turn))?;
        self.settle(name, Some(was), Some(Definition { left_out: None, ..was }), done)
    }
}
