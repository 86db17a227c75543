//! Planning that nobody asked for: events whose time has come to be looked at, and those
//! whose zone or zone data has changed, or the hour at which whole days are told. An event that cannot be read stands in the
//! way of no other.

use std::{collections::BTreeSet, time::Duration};

use calendar::{id::EventId, reason::Reason};
use jiff::Timestamp;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::{ALL_DAY_HOUR, Engine},
    error::Result,
    ledger::{
        apart,
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
    /// Plans anew what was planned by other zone data than this program has, for another zone
    /// than the machine is in, or for another hour of whole days: unsent reminders move, and what was told stays told. Cut off, it
    /// goes on where it was when it is asked next. Says whether there was anything to follow.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn follow_zones(&self) -> Result<bool> {
        let mut following = None;
        if !self.read(|act| act.is_planned_otherwise())? {
            self.keep_clocks()?;
            return Ok(false);
        }
        // Ends: each turn goes on to greater ids.
        while self.follow_some(&mut following)? {
            make_room();
        }
        Ok(true)
    }

    /// Learns what clocks do if that is known for too short a time ahead.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn keep_clocks(&self) -> Result<()> {
        if self.read(|act| Ok(!act.is_planned_otherwise()? && act.clocks_run_out()?))? {
            self.write_unheard(|act| act.learn_all_clocks())?;
        }
        Ok(())
    }

    /// One turn of [`Engine::follow_zones`]; says whether there is more to do.
    pub(crate) fn follow_some(&self, following: &mut Option<Following>) -> Result<bool> {
        if !self.read(|act| act.is_planned_otherwise())? {
            *following = None;
            return Ok(false);
        }
        let by = self.read(|act| Ok(act.plans_by()))?;
        let mut going = match following.take().filter(|known| known.mark.by == by) {
            Some(going) => going,
            None => self.begin_to_follow(by)?,
        };
        let Following { last, planned, cause, changed, mark } = &going;
        if let Some(id) = self.replan_after(*last, *planned, cause, changed.as_ref(), mark)? {
            going.last = id;
            *following = Some(going);
            return Ok(true);
        }
        self.write(|act| {
            if let Some(changed) = changed {
                act.sum_up_moved(changed)?;
                act.learn_all_clocks()?;
            }
            setting::remove(act.tx, name::REPLANNING)?;
            setting::put(act.tx, name::PLANNED_HOUR, &mark.by.hour.to_string())?;
            setting::put(act.tx, name::PLANNED_ZONE, &mark.by.zone)?;
            setting::put(act.tx, name::TZDATA, &mark.by.data)
        })?;
        Ok(false)
    }

    fn begin_to_follow(&self, by: By) -> Result<Following> {
        let (planned_by, begun) = self.read(|act| Ok((act.planned_by()?, act.replanning()?)))?;
        let by_other = Some(planned_by.data).filter(|data| *data != by.data);
        let (planned, cause) = if by_other.is_some() {
            (Planned::ByZoneData, format!("by the time zone data {}", by.data))
        } else if planned_by.hour != by.hour {
            (Planned::ByHour, format!("whole days are told at {:02}:00 now", by.hour))
        } else {
            (Planned::ByMachine, format!("this computer is in {} now", by.zone))
        };
        tracing::info!(%cause, "planning anew");
        let begun = begun.filter(|begun| begun.by == by);
        let (last, more) = begun.map_or((None, 0), |begun| (begun.last(), begun.more));
        let changed = match by_other {
            Some(from) => Some(self.read(|act| act.changed_clocks(&from, more))?),
            None => None,
        };
        let mark = Replanning { by, ..Replanning::default() };
        Ok(Following { last, planned, cause, changed, mark })
    }

    /// Plans some events anew, notes how far that is, and gives the last that is through; nothing when
    /// there are no more.
    fn replan_after(
        &self,
        id: Option<EventId>,
        planned: Planned,
        cause: &str,
        changed: Option<&Changed>,
        mark: &Replanning,
    ) -> Result<Option<Option<EventId>>> {
        self.write_because(cause, |act| {
            let Legible { rows, damaged } =
                event::after(act.tx, &act.context.zones, id, planned, AT_ONCE)?;
            for (id, error) in &damaged {
                event::say_damaged(*id, error);
            }
            if rows.is_empty() && damaged.is_empty() {
                return Ok(None);
            }
            let last = damaged.last().map(|(id, _)| *id).max(rows.last().map(|row| row.event.id));
            let (mut through, mut is_all) = (id, true);
            for row in rows {
                is_all = act.replan(&row)?.as_millisecond() >= act.wall().as_millisecond();
                if !is_all {
                    // There is more of this one than a turn takes: the next goes on with it.
                    break;
                }
                changed.iter().try_for_each(|changed| act.list_moved(&row.event, changed))?;
                through = Some(row.event.id);
                if self.now().boot.saturating_sub(act.now.boot).as_millis() >= HOLD_MS {
                    is_all = false;
                    break;
                }
            }
            let through = if is_all { last } else { through };
            let (last, more) = (through.map(|id| id.to_string()), changed.map_or(0, Changed::more));
            act.note_replanning(&Replanning { last, more, ..mark.clone() })?;
            Ok(Some(through))
        })
    }
}

/// Planning anew that is under way.
#[derive(Debug)]
pub(crate) struct Following {
    /// The last event that is through.
    last: Option<EventId>,
    planned: Planned,
    cause: String,
    changed: Option<Changed>,
    mark: Replanning,
}

/// What moments are planned by, besides the events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct By {
    /// By which zone data.
    data: String,
    /// For which zone of the machine.
    zone: String,
    /// For which hour of whole days.
    #[serde(default = "usual_hour")]
    hour: i8,
}

const fn usual_hour() -> i8 {
    ALL_DAY_HOUR
}

/// How far planning anew has come. It is written with what was planned, so that what was cut off
/// neither plans nor lists anything twice.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Replanning {
    #[serde(flatten)]
    by: By,
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

/// What is still to be planned anew.
#[derive(Debug)]
pub(crate) struct Anew {
    /// Where the ledger is, the last event that is through.
    through: Option<Option<EventId>>,
    /// And these, of people who are elsewhere now.
    theirs: BTreeSet<EventId>,
}

impl Anew {
    /// Whether an event is.
    pub(crate) fn is_to_be(&self, id: EventId) -> bool {
        self.through.is_some_and(|through| Some(id) > through) || self.theirs.contains(&id)
    }
}

/// The zone data events are planned by: what is planned by other data while that is under way is
/// planned by the new, too.
pub(crate) fn zone_data(tx: &Transaction<'_>) -> Result<Option<String>> {
    let going = setting::get(tx, name::REPLANNING)?;
    let going = going.and_then(|text| serde_json::from_str::<Replanning>(&text).ok());
    match going {
        Some(going) => Ok(Some(going.by.data)),
        None => setting::get(tx, name::TZDATA),
    }
}

impl Act<'_> {
    /// By what this program plans.
    fn plans_by(&self) -> By {
        By {
            data: self.context.zones.version().to_owned(),
            zone: self.context.machine.to_string(),
            hour: self.context.all_day_hour,
        }
    }

    /// By what the ledger is planned.
    fn planned_by(&self) -> Result<By> {
        let hour = setting::get(self.tx, name::PLANNED_HOUR)?.and_then(|hour| hour.parse().ok());
        Ok(By {
            data: setting::get(self.tx, name::TZDATA)?.unwrap_or_default(),
            zone: setting::get(self.tx, name::PLANNED_ZONE)?.unwrap_or_default(),
            hour: hour.unwrap_or(ALL_DAY_HOUR),
        })
    }

    fn is_planned_otherwise(&self) -> Result<bool> {
        Ok(self.planned_by()? != self.plans_by())
    }

    /// If the ledger is being planned anew, the last event that is through with that.
    fn planned_anew_up_to(&self) -> Result<Option<Option<EventId>>> {
        if !self.is_planned_otherwise()? {
            return Ok(None);
        }
        let begun = self.replanning()?.filter(|begun| begun.by == self.plans_by());
        Ok(Some(begun.and_then(|begun| begun.last())))
    }

    fn replanning(&self) -> Result<Option<Replanning>> {
        let text = setting::get(self.tx, name::REPLANNING)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    fn note_replanning(&self, mark: &Replanning) -> Result<()> {
        let text = serde_json::to_string(mark).expect("BUG: a mark is plain data");
        setting::put(self.tx, name::REPLANNING, &text)
    }

    /// Plans an event anew because something changed that nobody asked for. Gives up to where it is
    /// decided on.
    pub(crate) fn replan(&self, row: &EventRow) -> Result<Timestamp> {
        self.reconcile(&row.event, row.decided_until, Asked::Nobody, Reason::CancelledEdited)?;
        event::decided_until(self.tx, row.event.id)
    }

    /// Whether the ledger is being planned anew, or what is of a person who is elsewhere now, and this
    /// event is not through with that.
    pub(crate) fn is_to_be_planned_anew(&self, id: EventId) -> Result<bool> {
        Ok(self.anew()?.is_some_and(|anew| anew.is_to_be(id)))
    }

    /// What is still to be planned anew, if anything is.
    pub(crate) fn anew(&self) -> Result<Option<Anew>> {
        let anew = Anew { through: self.planned_anew_up_to()?, theirs: self.still_to_follow()? };
        Ok(Some(anew).filter(|anew| anew.through.is_some() || !anew.theirs.is_empty()))
    }

    /// Settles what somebody was cut off from, and plans what is due for it, until that is much for one
    /// transaction. Says whether there may be more.
    pub(crate) fn settle_and_plan(&self, boot: &mut dyn FnMut() -> Duration) -> Result<bool> {
        Ok(!self.has_changed_much()
            && (self.settle_some()? || !self.has_changed_much() && self.plan_due(AT_ONCE, boot)?))
    }

    /// Goes on with what somebody was cut off from: nothing of a calendar that is deleted rings, what was
    /// told through a channel that is removed is not, and what is of a person goes where they are. Says
    /// whether there may be more.
    fn settle_some(&self) -> Result<bool> {
        let of_calendars = apart(self.tx, || self.settle_calendars())?.flatten().is_some();
        let of_people = apart(self.tx, || self.follow_people())?.flatten().is_some();
        Ok(apart(self.tx, || self.settle_channels())? == Some(true) || of_calendars || of_people)
    }

    /// Plans the events a pass finds due for it, as many as it has time for; says whether there
    /// may be more. One that cannot be read is not asked for again.
    pub(crate) fn plan_due(&self, limit: u32, boot: &mut dyn FnMut() -> Duration) -> Result<bool> {
        let Legible { rows, damaged } =
            event::to_plan(self.tx, &self.context.zones, self.wall(), (limit, 0))?;
        let full = rows.len() + damaged.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        for (id, error) in damaged {
            event::say_damaged(id, &error);
            event::unplan(self.tx, id)?;
        }
        let anew = self.anew()?;
        for row in rows {
            let is_anew = anew.as_ref().is_some_and(|anew| anew.is_to_be(row.event.id));
            let asked = if is_anew { Asked::Nobody } else { Asked::Pass };
            self.reconcile(&row.event, row.decided_until, asked, Reason::CancelledEdited)?;
            let took = boot().saturating_sub(self.now.boot).as_millis();
            if took >= PASS_HOLD_MS || self.has_changed_much() {
                break;
            }
        }
        let more = full || event::next_plan(self.tx)?.is_some_and(|at| at <= self.wall());
        Ok(more)
    }
}
