//! What was told before a journey, of the machine or of a person, and whose moment comes round again
//! after it.

use calendar::{
    event::Event,
    occurrence::Occurrence,
    plan::Wanted,
    reminder::Reminder,
    timing::{Tie, later},
};
use jiff::Timestamp;

use crate::{
    act::Act,
    error::Result,
    ledger::delivery::{self, DeliveryRow},
};

const DAY: i64 = 86_400;
/// What was told is told again after a journey if its moment comes round this much later.
const FAR: i64 = 12 * 3600;

/// Whether a reminder by the machine's or a person's clock that was told comes round again so much
/// later, after a journey, that it is worth telling again: the pill at 08:00 in Tokyo, and at 08:00
/// in Los Angeles. What is past by the new clock, too, is not, but for what a machine may have slept
/// through on its way.
pub(super) fn is_far_from_told(
    event: &Event,
    row: &DeliveryRow,
    due: Timestamp,
    now: Timestamp,
) -> bool {
    let since = match event.timing.tie {
        Tie::Floating => later(now, -DAY),
        Tie::Theirs(_) => now,
        Tie::Zone(_) | Tie::AllDay => return false,
    };
    let told = row.told_at.filter(|_| due > since && !event.kind.is_of_person());
    told.is_some_and(|told| due >= later(told, FAR))
}

impl Act<'_> {
    /// From when on moments of an event are to be planned that a journey, or other zone data, brings
    /// before what is decided on, and no row stands for: of a dense series the rows end not far ahead,
    /// and even the last of them may be past by the new clock.
    pub(super) fn overtaken(
        &self,
        event: &Event,
        live: &[DeliveryRow],
        decided: Timestamp,
    ) -> Option<Timestamp> {
        let of_reminder = |reminder: &Reminder| {
            let only = Event { reminders: vec![reminder.clone()], ..event.clone() };
            let own = live.iter().filter(|row| row.event == Some(event.id));
            let regular = own.filter_map(|row| {
                only.reminder_named(&row.identity.reminder, row.identity.channel)?;
                let original = Occurrence::original_in(&row.identity.occurrence)?;
                event.override_of(original).is_none().then_some((original, row))
            });
            let (_, last) = regular.max_by_key(|(original, _)| *original)?;
            let moved = only.still_wanted(&self.context, &last.identity)?;
            (moved.due < decided && decided < last.facts.due).then_some(moved.due)
        };
        event.reminders.iter().filter_map(of_reminder).min()
    }

    /// Whether this generation of what is wanted was armed for a moment that came round again after a
    /// journey, and no longer does: who travelled is back, or somewhere else. What was told before is
    /// not told again then.
    pub(super) fn came_round_before(
        &self,
        event: &Event,
        wanted: &Wanted,
        generation: u32,
    ) -> Result<bool> {
        let is_by_clock = matches!(event.timing.tie, Tie::Floating | Tie::Theirs(_));
        let Some(before) = generation.checked_sub(1).filter(|_| is_by_clock) else {
            return Ok(false);
        };
        let told = delivery::told_as(self.tx, &wanted.identity, before)?;
        Ok(told.is_some_and(|told| wanted.due < later(told, FAR)))
    }
}
