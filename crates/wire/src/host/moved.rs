//! What newer zone data moved, as the window lists it.

use calendar::zones::ZoneName;
use engine::ledger::moved::MovedRow;

use super::{
    EngineHost,
    local::{Local, city, moment_in},
};
use crate::{
    dto::{MovedLine, MovedView, Status},
    fault::Fault,
};

impl EngineHost {
    pub(super) fn moved_view(&self) -> Result<MovedView, Fault> {
        let local = self.local()?;
        let Some(list) = self.engine.moved()? else {
            return Ok(MovedView { from: String::new(), to: String::new(), rows: vec![], more: 0 });
        };
        let rows = list.rows.iter().map(|row| line(&local, row)).collect();
        Ok(MovedView { from: list.from, to: list.to, rows, more: list.more })
    }

    pub(super) fn see_moved(&self) -> Result<Status, Fault> {
        self.engine.moved_was_seen()?;
        self.standing(&self.local()?)
    }

    /// How many were moved and not seen yet.
    pub(super) fn count_moved(&self) -> Result<u32, Fault> {
        let list = self.engine.moved()?;
        let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
        Ok(list.map_or(0, |list| count(list.rows.len()).saturating_add(list.more)))
    }
}

fn line(local: &Local, row: &MovedRow) -> MovedLine {
    // The label names the zone: 2027-03-29T11:00:00+01:00[Europe/Lisbon].
    let name = row.label.rsplit_once('[').map_or("UTC", |(_, name)| name.trim_end_matches(']'));
    let (zone, _) = local.context.zones.zone(&ZoneName::stored(name));
    let by = row.is.duration_since(row.was).as_mins();
    MovedLine {
        event: row.event.to_string(),
        original: row.original.clone(),
        title: row.title.clone(),
        there: moment_in(&zone, row.is),
        city: city(name),
        was: local.moment(row.was),
        is: local.moment(row.is),
        by_min: i32::try_from(by).unwrap_or_default(),
    }
}
