//! What newer zone data moved. The ledger keeps what clocks do in the zones of its events by the data
//! it was planned with; newer data is compared with that, and the occurrences that are at another instant by it
//! are listed until somebody has seen the list.

use std::{cell::Cell, collections::BTreeMap};

use calendar::{clocks::Clocks, event::Event, timing::later, zones::ZoneName};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        clocks,
        moved::{self, MovedRow},
        setting::{self, name},
    },
};

const DAY: i64 = 86_400;
/// Clocks are known so far ahead.
const KNOWN: i64 = 3 * 366 * DAY;
/// Occurrences so far ahead are looked at.
const AHEAD: i64 = 400 * DAY;
/// Of one event so many are listed.
const OF_ONE: usize = 3;
/// And so many in all.
const AT_MOST: u32 = 200;

/// What newer zone data moved, and nobody has seen yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedList {
    /// The version by which it was planned before.
    pub from: String,
    /// The version it is planned by since.
    pub to: String,
    /// The first of each event, by their start.
    pub rows: Vec<MovedRow>,
    /// So many more within thirteen months are not listed.
    pub more: u32,
}

/// What is kept besides the rows.
#[derive(Debug, Serialize, Deserialize)]
struct Summary {
    from: String,
    to: String,
    more: u32,
}

/// The zones in which clocks do otherwise than the ledger was planned for.
#[derive(Debug)]
pub(crate) struct Changed {
    zones: BTreeMap<String, TimeZone>,
    from: String,
    now: Timestamp,
    until: Timestamp,
    more: Cell<u32>,
}

impl Changed {
    /// How many were moved and not listed so far.
    pub(crate) fn more(&self) -> u32 {
        self.more.get()
    }
}

impl Engine {
    /// What newer zone data moved, until [`Engine::moved_was_seen`].
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn moved(&self) -> Result<Option<MovedList>> {
        self.read(|act| {
            let Some(Summary { from, to, more }) = act.summary()? else { return Ok(None) };
            let rows = moved::all(act.tx)?;
            let is_one = !rows.is_empty() || more > 0;
            Ok(is_one.then_some(MovedList { from, to, rows, more }))
        })
    }

    /// Somebody has seen what was moved.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn moved_was_seen(&self) -> Result<()> {
        self.write(|act| {
            moved::clear(act.tx)?;
            setting::remove(act.tx, name::MOVED)
        })
    }
}

impl Act<'_> {
    fn summary(&self) -> Result<Option<Summary>> {
        let text = setting::get(self.tx, name::MOVED)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The ledger knows from now on what clocks do in the zones of this event, unless it does.
    pub(crate) fn know_clocks(&self, event: &Event) -> Result<()> {
        for tie in event.ties() {
            if let Some(name) = tie.zone()
                && !clocks::has(self.tx, name.as_str())?
            {
                self.learn_clocks(name.as_str())?;
            }
        }
        Ok(())
    }

    fn learn_clocks(&self, name: &str) -> Result<()> {
        let (zone, _) = self.context.zones.zone(&ZoneName::stored(name));
        let (from, until) = (later(self.wall(), -2 * DAY), later(self.wall(), KNOWN));
        clocks::put(self.tx, name, &Clocks::of(&zone, from, until))
    }

    /// Whether what the ledger knows of clocks is about to run out.
    pub(crate) fn clocks_run_out(&self) -> Result<bool> {
        let enough = later(self.wall(), AHEAD);
        Ok(clocks::all(self.tx)?.iter().any(|(_, known)| known.until() < enough))
    }

    /// The ledger knows from now on what clocks do by the data there is.
    pub(crate) fn learn_all_clocks(&self) -> Result<()> {
        clocks::all(self.tx)?.iter().try_for_each(|(zone, _)| self.learn_clocks(zone))
    }

    /// The zones in which clocks do otherwise by the data there is than by that it was planned
    /// with. So many were found moved before it was cut off, and not listed.
    pub(crate) fn changed_clocks(&self, from: &str, more: u32) -> Result<Changed> {
        let known = clocks::all(self.tx)?;
        let since = later(self.wall(), -DAY);
        // Beyond what is known of a zone, nothing is known to have moved.
        let ends = known.iter().map(|(_, known)| known.until());
        let until = ends.fold(later(self.wall(), AHEAD), Timestamp::min);
        let mut zones = BTreeMap::new();
        for (name, known) in known {
            let (is, _) = self.context.zones.zone(&ZoneName::stored(name.as_str()));
            if let Some(was) = known.unless_as(&is, since, until) {
                zones.insert(name, was);
            }
        }
        Ok(Changed { zones, from: from.into(), now: self.wall(), until, more: Cell::new(more) })
    }

    /// Lists what of an event is at another instant by the data there is now.
    pub(crate) fn list_moved(&self, event: &Event, changed: &Changed) -> Result<()> {
        let Changed { zones, now, until, more, .. } = changed;
        let all = event.moved_since(&self.context, zones, *now, *until);
        let all_day = event.timing.tie.is_all_day();
        let known = moved::of(self.tx, event.id)?;
        let mut room = AT_MOST.saturating_sub(moved::count(self.tx)?);
        let mut listed = 0;
        for (place, one) in all.iter().enumerate() {
            // One that is listed already, by earlier data nobody has seen, takes no room.
            if !known.contains(&one.occurrence.original.text(all_day)) {
                if place >= OF_ONE || room == 0 {
                    continue;
                }
                room -= 1;
            }
            listed += 1;
            moved::put(
                self.tx,
                &MovedRow {
                    event: event.id,
                    title: String::new(),
                    original: one.occurrence.original.text(all_day),
                    was: one.was,
                    is: one.occurrence.start,
                    label: one.occurrence.label(),
                },
            )?;
        }
        let rest = u32::try_from(all.len() - listed).unwrap_or(u32::MAX);
        more.set(more.get().saturating_add(rest));
        Ok(())
    }

    /// Says what the list is of; more that was not seen yet stays.
    pub(crate) fn sum_up_moved(&self, changed: &Changed) -> Result<()> {
        if changed.zones.is_empty() || (moved::count(self.tx)? == 0 && changed.more.get() == 0) {
            return Ok(());
        }
        let earlier = self.summary()?;
        let more = earlier.as_ref().map_or(0, |s| s.more).saturating_add(changed.more.get());
        let from = earlier.map_or_else(|| changed.from.clone(), |s| s.from);
        let summary = Summary { from, to: self.context.zones.version().into(), more };
        let text = serde_json::to_string(&summary).expect("BUG: a summary is plain data");
        setting::put(self.tx, name::MOVED, &text)
    }
}
