//! Planning that nobody asked for: events whose time has come to be looked at, and those
//! whose zone or zone data has changed. An event that cannot be read stands in the
//! way of no other.

use std::time::Duration;

use calendar::{id::EventId, reason::Reason};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        event::{self, EventRow, Legible, Planned},
        make_room,
        setting::{self, name},
    },
    moved::Changed,
    reconcile::Asked,
};

/// Events planned anew in one transaction, at most.
const AT_ONCE: u32 = 200;
/// And how long one transaction goes on with that.
const HOLD_MS: u128 = 30;
/// The same for a pass, which has more to do besides: what an absence leaves in common is planned in
/// several, and what is late waits for the last of them, to be told in one digest.
const PASS_HOLD_MS: u128 = 50;

impl Engine {
    /// How many undeleted events cannot be read, and so are not told.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn count_unreadable(&self) -> Result<usize> {
        self.read(|act| Ok(event::legible(act.tx, &act.context.zones)?.damaged.len()))
    }
}

impl Engine {
    /// Plans anew what was planned by other zone data than this program has, or for another zone
    /// than the machine is in: unsent reminders move, and what was told stays told. Cut off, it
    /// goes on where it was when it is asked next. Says whether there was anything to follow.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn follow_zones(&self) -> Result<bool> {
        let zones = self.zones();
        let data = zones.version();
        let (by_data, for_zone, zone) = self.read(|act| {
            let get = |name| setting::get(act.tx, name);
            Ok((get(name::TZDATA)?, get(name::PLANNED_ZONE)?, act.context.machine.clone()))
        })?;
        let same_data = by_data.as_deref() == Some(data);
        if same_data && for_zone.as_deref() == Some(zone.as_str()) {
            if self.read(|act| act.clocks_run_out())? {
                self.write_unheard(|act| act.learn_all_clocks())?;
            }
            return Ok(false);
        }
        let (planned, cause) = match same_data {
            true => (Planned::ByMachine, format!("this computer is in {zone} now")),
            false => (Planned::ByZoneData, format!("by the time zone data {data}")),
        };
        tracing::info!(%cause, "planning anew");
        let begun = self.read(|act| act.replanning())?;
        let begun = begun.filter(|begun| begun.data == data && begun.zone == zone.as_str());
        let (mut last, more) = begun.map_or((None, 0), |begun| (begun.last(), begun.more));
        let changed = match by_data.filter(|_| !same_data) {
            Some(from) => Some(self.read(|act| act.changed_clocks(&from, more))?),
            None => None,
        };
        let mark =
            Replanning { data: data.into(), zone: zone.to_string(), ..Replanning::default() };
        // Ends: each turn goes on to greater ids.
        while let Some(id) = self.replan_after(last, planned, &cause, changed.as_ref(), &mark)? {
            last = Some(id);
            make_room();
        }
        self.write(|act| {
            if let Some(changed) = &changed {
                act.sum_up_moved(changed)?;
                act.learn_all_clocks()?;
            }
            setting::remove(act.tx, name::REPLANNING)?;
            setting::put(act.tx, name::PLANNED_ZONE, zone.as_str())?;
            setting::put(act.tx, name::TZDATA, data)
        })?;
        Ok(true)
    }

    /// Plans some events anew, notes how far that is, and gives the last of them; none when there
    /// are no more.
    fn replan_after(
        &self,
        id: Option<EventId>,
        planned: Planned,
        cause: &str,
        changed: Option<&Changed>,
        mark: &Replanning,
    ) -> Result<Option<EventId>> {
        self.write_because(cause, |act| {
            let Legible { rows, damaged } =
                event::after(act.tx, &act.context.zones, id, planned, AT_ONCE)?;
            for (id, error) in &damaged {
                event::say_damaged(*id, error);
            }
            let mut end =
                damaged.last().map(|(id, _)| *id).max(rows.last().map(|row| row.event.id));
            for row in rows {
                act.replan(&row)?;
                changed.iter().try_for_each(|changed| act.list_moved(&row.event, changed))?;
                if self.now().boot.saturating_sub(act.now.boot).as_millis() >= HOLD_MS {
                    end = Some(row.event.id);
                    break;
                }
            }
            if let Some(end) = end {
                let (last, more) = (Some(end.to_string()), changed.map_or(0, Changed::more));
                act.note_replanning(&Replanning { last, more, ..mark.clone() })?;
            }
            Ok(end)
        })
    }
}

/// How far planning anew has come. It is written with what was planned, so that what was cut off
/// neither plans nor lists anything twice.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Replanning {
    /// By which zone data.
    data: String,
    /// For which zone of the machine.
    zone: String,
    /// The last event that is through.
    last: Option<String>,
    /// How many were moved and not listed.
    more: u32,
}

impl Replanning {
    fn last(&self) -> Option<EventId> {
        self.last.as_deref().and_then(|id| id.parse().ok())
    }
}

impl Act<'_> {
    fn replanning(&self) -> Result<Option<Replanning>> {
        let text = setting::get(self.tx, name::REPLANNING)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn note_replanning(&self, mark: &Replanning) -> Result<()> {
        let text = serde_json::to_string(mark).expect("BUG: a mark is plain data");
        setting::put(self.tx, name::REPLANNING, &text)
    }

    /// Plans an event anew because something changed that nobody asked for.
    pub(crate) fn replan(&self, row: &EventRow) -> Result<()> {
        self.reconcile(&row.event, row.decided_until, Asked::Nobody, Reason::CancelledEdited)?;
        Ok(())
    }

    /// Plans the events a pass finds due for it, as many as it has time for; says whether there
    /// may be more. One that cannot be read is not asked for again.
    pub(crate) fn plan_due(&self, limit: u32, boot: &mut dyn FnMut() -> Duration) -> Result<bool> {
        let Legible { rows, damaged } =
            event::to_plan(self.tx, &self.context.zones, self.wall(), limit)?;
        let full = rows.len() + damaged.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        for (id, error) in damaged {
            event::say_damaged(id, &error);
            event::unplan(self.tx, id)?;
        }
        for row in rows {
            self.reconcile(&row.event, row.decided_until, Asked::Pass, Reason::CancelledEdited)?;
            if boot().saturating_sub(self.now.boot).as_millis() >= PASS_HOLD_MS {
                break;
            }
        }
        let more = full || event::next_plan(self.tx)?.is_some_and(|at| at <= self.wall());
        Ok(more)
    }
}
