//! Far behind: of a reminder that has many moments in the past only the newest become deliveries, and
//! the rest one range with its count. So ten thousand missed minutes cost a hundred rows, whether
//! they are to be told each or only the latest of them.

use std::collections::BTreeMap;

use calendar::{
    event::Event,
    plan::{Plan, Wanted},
    policy::Collapse,
};
use jiff::Timestamp;

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        delivery,
        overflow::{self, OverflowRow, Range},
    },
    planted::{Planted, is_planted},
};

/// Of a reminder that tells only its latest, so many that were missed stand alone in the ledger.
const ALONE: usize = 100;

/// How many of the newest past ones are kept; `None`: all of them.
fn kept(collapse: Collapse) -> Option<usize> {
    match collapse {
        Collapse::Latest => Some(ALONE),
        Collapse::Each(most) => most.map(|most| most as usize),
    }
}

impl Act<'_> {
    /// Takes from a plan what is past and has too many newer ones after it, and records it as a range.
    pub(crate) fn take_overflow(&self, event: &Event, plan: &mut Plan) -> Result<()> {
        let now = self.wall();
        let mut past: BTreeMap<usize, Vec<&Wanted>> = BTreeMap::new();
        for wanted in plan.wanted.iter().filter(|wanted| wanted.due <= now) {
            past.entry(wanted.reminder).or_default().push(wanted);
        }
        let mut taken: BTreeMap<usize, Timestamp> = BTreeMap::new();
        for (place, wanted) in past {
            let Some(most) = kept(event.collapse(&event.reminders[place])) else { continue };
            let newer = match plan.reached < now {
                true => self.count_newer(event, place, plan.reached, most),
                false => 0,
            };
            let excess = (wanted.len() + newer).saturating_sub(most).min(wanted.len());
            let Some(last) = excess.checked_sub(1).map(|last| wanted[last].due) else { continue };
            self.record_range(event, &wanted[..excess])?;
            taken.insert(place, last);
        }
        plan.wanted
            .retain(|wanted| taken.get(&wanted.reminder).is_none_or(|last| wanted.due > *last));
        Ok(())
    }

    /// How many more moments of a reminder are past, as far as it matters.
    fn count_newer(&self, event: &Event, place: usize, after: Timestamp, most: usize) -> usize {
        let only = Event { reminders: vec![event.reminders[place].clone()], ..event.clone() };
        let mut at_once = most;
        // Ends: each turn looks at more of them, until there are enough or no more.
        loop {
            let plan = only.wanted(&self.context, after, self.wall(), at_once);
            if plan.wanted.len() >= most || plan.reached >= self.wall() {
                return plan.wanted.len();
            }
            at_once = at_once.saturating_mul(2);
        }
    }

    /// What was told or decided before is not counted again.
    fn record_range(&self, event: &Event, wanted: &[&Wanted]) -> Result<()> {
        let mut range: Option<Range> = None;
        let forgotten = self.forgotten_until()?.unwrap_or(Timestamp::MIN);
        for one in wanted {
            if one.due <= forgotten || delivery::is_known(self.tx, &one.identity)? {
                continue;
            }
            let range = range.get_or_insert_with(|| Range {
                event: event.id,
                reminder: one.identity.reminder.clone(),
                channel: one.identity.channel,
                from: one.due,
                until: one.due,
                count: 0,
            });
            range.until = one.due;
            range.count += u64::from(range.count == 0 || !is_planted(Planted::CountedAsOne));
        }
        range.map_or(Ok(()), |range| overflow::add(self.tx, &range, self.wall()))
    }
}

impl Engine {
    /// What was missed in such numbers that it became ranges, by their beginning; those that ended
    /// before a moment left out.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn overflows(&self, since: Option<Timestamp>) -> Result<Vec<OverflowRow>> {
        self.read(|act| overflow::since(act.tx, since.unwrap_or(Timestamp::MIN)))
    }
}
