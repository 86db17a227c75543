//! Calendars.

use calendar::id::CalendarId;
use engine::ledger::calendar::CalendarRow;

use super::{
    EngineHost,
    changes::{nothing, with_effect},
    faults::id,
};
use crate::{
    dto::{CalendarView, Change, Color, Did, Remove, SaveCalendar},
    fault::Fault,
};

impl EngineHost {
    pub(super) fn calendar_views(&self) -> Result<Vec<CalendarView>, Fault> {
        let sizes = self.engine.calendar_sizes()?;
        let size = |id: CalendarId| {
            sizes.iter().find(|(known, _)| *known == id).map_or(0, |(_, count)| *count)
        };
        let all = self.engine.calendars()?;
        Ok(all.into_iter().map(|row| calendar_view(&row, size(row.id))).collect())
    }

    pub(super) fn put_calendar(&self, asked: &SaveCalendar) -> Result<CalendarView, Fault> {
        let known: Option<CalendarId> = asked.id.as_deref().map(|t| id("id", t)).transpose()?;
        let color = color_code(asked.color);
        let row = self.engine.save_calendar(
            known,
            &asked.name,
            color,
            asked.shown,
            Some(&asked.request_id),
        )?;
        let sizes = self.engine.calendar_sizes()?;
        let size = sizes.iter().find(|(id, _)| *id == row.id).map_or(0, |(_, count)| *count);
        Ok(calendar_view(&row, size))
    }

    pub(super) fn drop_calendar(&self, asked: &Remove) -> Result<Change, Fault> {
        let local = self.local()?;
        let calendar: CalendarId = id("id", &asked.id)?;
        let gone = self.engine.delete_calendar(calendar, Some(&asked.request_id))?;
        let change =
            Change { title: Some(gone.name), count: 1, undo: true, ..nothing(Did::Removed) };
        Ok(with_effect(change, &gone.effect, &local))
    }
}

fn calendar_view(row: &CalendarRow, events: u32) -> CalendarView {
    let color = color_of(&row.color);
    CalendarView { id: row.id.to_string(), name: row.name.clone(), color, shown: row.shown, events }
}

/// A colour this program does not know is grey.
fn color_of(code: &str) -> Color {
    match code {
        "indigo" => Color::Indigo,
        "teal" => Color::Teal,
        "rose" => Color::Rose,
        "amber" => Color::Amber,
        "violet" => Color::Violet,
        _ => Color::Slate,
    }
}

const fn color_code(color: Color) -> &'static str {
    match color {
        Color::Indigo => "indigo",
        Color::Teal => "teal",
        Color::Rose => "rose",
        Color::Amber => "amber",
        Color::Violet => "violet",
        Color::Slate => "slate",
    }
}
