//! What the ledger has on record, and what it lets go of.

use calendar::id::DeliveryId;
use engine::{
    Engine,
    ledger::{
        inbox::{Filter, Listed},
        overflow::{OverflowRow, Range},
    },
    queries::Story,
};

use super::World;
use crate::outcome::Counted;

impl World {
    /// The ledger lets go of what is over for longer than it is kept.
    pub(super) fn forget(&mut self) -> Option<bool> {
        let engine = self.hand.engine.as_ref()?;
        let at = self.around.clocks.truth();
        let seen = stories(engine).ok()?;
        self.seen.extend(seen.into_iter().map(|story| (story.delivery.row.id, (at, story))));
        let ranges = counted(engine).ok()?;
        let done = engine.forget_old().is_ok();
        self.counts(ranges);
        Some(done)
    }

    /// Remembers what was missed and is counted only; a range may have grown.
    pub(super) fn counts(&mut self, ranges: Vec<Counted>) {
        for range in ranges {
            let place = (range.subject.clone(), range.reminder.clone(), range.from);
            self.counted.insert(place, range);
        }
    }

    /// Every delivery in the end, and what the ledger says of its file; what it says of its records is
    /// noted.
    pub(super) fn reads(&mut self, engine: &Engine) -> (Vec<Story>, Vec<String>) {
        self.counts(counted(engine).expect("ranges"));
        let faults = engine.check_records().expect("a check").into_iter();
        self.broken.extend(faults.map(|fault| ("i25_the_audit_replays", format!("{fault:?}"))));
        (stories(engine).expect("stories"), engine.check_file().expect("a check"))
    }

    /// Puts what is gone beside what there still is; says what and when.
    pub(super) fn take_gone(&mut self, stories: &mut Vec<Story>) -> Vec<(u64, DeliveryId)> {
        for story in &*stories {
            self.seen.remove(&story.delivery.row.id);
        }
        let gone = std::mem::take(&mut self.seen);
        let when = gone.iter().map(|(id, (at, _))| (*at, *id)).collect();
        stories.extend(gone.into_values().map(|(_, story)| story));
        when
    }
}

/// Every delivery with its story.
fn stories(engine: &Engine) -> engine::Result<Vec<Story>> {
    every_row(engine)?.iter().map(|listed| engine.why(listed.row.id)).collect()
}

/// What was missed and is counted only.
fn counted(engine: &Engine) -> engine::Result<Vec<Counted>> {
    let all = engine.overflows(None)?;
    let of = |row: OverflowRow| {
        let Range { event, reminder, from, until, count, .. } = row.range;
        Counted { subject: event.to_string(), reminder, from, until, count }
    };
    Ok(all.into_iter().map(of).collect())
}

fn every_row(engine: &Engine) -> engine::Result<Vec<Listed>> {
    let (mut rows, mut offset) = (Vec::new(), 0);
    // Ends: each turn reads the next of the rows there are.
    loop {
        let filter = Filter { limit: 500, offset, ..Filter::default() };
        let some = engine.deliveries(&filter)?;
        if some.is_empty() {
            return Ok(rows);
        }
        offset += u32::try_from(some.len()).unwrap_or(0);
        rows.extend(some);
    }
}
