//! How far an import has come, noted with each of its transactions until it is through: one that was
//! killed is said to be in part here, for nobody else knows.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{
        change,
        setting::{self, name},
    },
};

/// An import that is not through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    import: String,
    process: u32,
    /// The calendar it goes to.
    pub calendar: String,
    /// So many events of the file were looked at.
    pub through: usize,
    /// Of so many.
    pub total: usize,
}

impl Act<'_> {
    /// Notes that an import to this calendar has come so far, with what that changed.
    pub(crate) fn note_import(
        &self,
        import: &str,
        calendar: &str,
        (through, total): (usize, usize),
    ) -> Result<()> {
        if through >= total {
            return setting::remove(self.tx, name::IMPORTING);
        }
        let (import, calendar) = (import.to_string(), calendar.to_string());
        let process = std::process::id();
        let note = Unfinished { import, process, calendar, through, total };
        let text = serde_json::to_string(&note).expect("BUG: it is plain data");
        setting::put(self.tx, name::IMPORTING, &text)
    }
}

impl Engine {
    /// The import that ended before it was through, unless it was taken back since.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn unfinished_import(&self) -> Result<Option<Unfinished>> {
        self.read(|act| {
            let text = setting::get(act.tx, name::IMPORTING)?;
            let Some(note) = text.and_then(|text| serde_json::from_str::<Unfinished>(&text).ok())
            else {
                return Ok(None);
            };
            let goes_on = Path::new("/proc").join(note.process.to_string()).exists();
            let is_here = change::import(act.tx, &note.import)?.is_some();
            Ok((is_here && !goes_on).then_some(note))
        })
    }

    /// Whoever imports has heard how far it came, or a person has seen it.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn unfinished_was_seen(&self) -> Result<()> {
        self.write(|act| setting::remove(act.tx, name::IMPORTING))
    }
}
