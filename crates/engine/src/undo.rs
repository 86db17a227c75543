//! Undo and redo of what a person changed. Both go the same way as any edit, so the reminders
//! end where they would have been.

use calendar::{draft::EventDraft, id::EventId, reason::Reason};
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    events::Saved,
    ledger::{change, event, person},
    reconcile::Effect,
};

/// What undo or redo did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The change, in words.
    pub label: String,
    /// The title of the event it was about.
    #[serde(default)]
    pub title: String,
    /// What came of it; none if there was nothing to undo.
    pub saved: Option<Saved>,
}

impl Engine {
    /// Takes the last change back. With nothing to take back, says so and changes nothing.
    ///
    /// # Errors
    /// When the earlier definition can no longer be (its calendar is gone, say).
    pub fn undo(&self, request: Option<&str>) -> Result<Undone> {
        self.once(request, |act| {
            let Some(last) = change::to_undo(act.tx)? else { return Ok(nothing()) };
            let saved = act.put_back(last.event, last.before.as_ref())?;
            change::mark(act.tx, last.seq, true)?;
            Ok(Undone { title: last.title().into(), label: last.label, saved: Some(saved) })
        })
    }

    /// What undo would take back and what redo would make again, in words.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn undo_labels(&self) -> Result<(Option<String>, Option<String>)> {
        self.read(|act| {
            let label = |row: change::ChangeRow| row.label;
            Ok((change::to_undo(act.tx)?.map(label), change::to_redo(act.tx)?.map(label)))
        })
    }

    /// Makes the last change again that was taken back.
    ///
    /// # Errors
    /// As [`Engine::undo`].
    pub fn redo(&self, request: Option<&str>) -> Result<Undone> {
        self.once(request, |act| {
            let Some(next) = change::to_redo(act.tx)? else { return Ok(nothing()) };
            let saved = act.put_back(next.event, next.after.as_ref())?;
            change::mark(act.tx, next.seq, false)?;
            Ok(Undone { title: next.title().into(), label: next.label, saved: Some(saved) })
        })
    }
}

fn nothing() -> Undone {
    Undone { label: String::new(), title: String::new(), saved: None }
}

impl Act<'_> {
    fn put_back(&self, id: EventId, draft: Option<&EventDraft>) -> Result<Saved> {
        let row = event::find(self.tx, &self.context.zones, id)?
            .ok_or_else(|| Error::not_found("event", id))?;
        match draft {
            Some(draft) => {
                let event = self.checked(draft, id, row.event.series_root)?;
                if let Some(person) = &event.person {
                    person::bring_back(self.tx, person.id)?;
                }
                self.replace(&row, &event, &row.source, Reason::CancelledEdited)
            }
            None if row.deleted_at.is_some() => {
                Ok(Saved { event: id.to_string(), version: row.version, effect: Effect::default() })
            }
            None => {
                let effect = self.delete(&row)?;
                Ok(Saved { event: id.to_string(), version: row.version + 1, effect })
            }
        }
    }
}
