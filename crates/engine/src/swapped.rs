//! What became of a ledger that was damaged, missing, written over or replaced: noted in the one that
//! has its place, for that may hold less, until a person has seen it.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    damage::Mended,
    engine::Engine,
    error::Result,
    ledger::{
        copy::{self, Counts},
        setting::{self, name},
    },
};

/// What was wrong with the ledger there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// SQLite could make no sense of it.
    Damaged,
    /// It was gone, or empty.
    Missing,
    /// Another program wrote over it while it was led, and what it wrote is whole.
    WrittenOver,
    /// Another file took its place while it was led.
    Replaced,
}

/// What has the place of a ledger, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swapped {
    /// When, in milliseconds.
    at: i64,
    /// What was wrong with the one there was.
    pub why: Why,
    /// The name of the backup that has its place; none where that is what its own file holds now.
    pub by: Option<String>,
    /// The name under which the one there was is kept.
    pub kept: Option<String>,
    /// What was in it, as far as that can be known.
    pub had: Option<Counts>,
    /// What is in the one that has its place.
    pub has: Counts,
    /// A person has seen it.
    pub seen: bool,
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Swapped {
    /// When.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.at).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// What happened to the one there was: `was damaged`.
    pub const fn what(&self) -> &'static str {
        match self.why {
            Why::Damaged => "was damaged",
            Why::Missing => "was missing",
            Why::WrittenOver => "was written over by another program",
            Why::Replaced => "was replaced by another file",
        }
    }

    /// What has its place, and how much is in it.
    pub fn took(&self) -> String {
        let had = self.had.map_or_else(
            || " where nobody can count any more what there was".into(),
            |had| format!(" where there were {had}"),
        );
        let has = self.has;
        match (&self.by, self.why) {
            (Some(by), _) => format!("the backup {by} took its place, with {has}{had}"),
            (None, Why::Replaced) => {
                format!("the service goes on with that one, which has {has}{had}")
            }
            (None, Why::Damaged | Why::Missing | Why::WrittenOver) => {
                format!("the service goes on with what its file holds by itself, {has}")
            }
        }
    }

    /// What is not in it.
    pub fn lost(&self) -> String {
        let since = match (&self.by, self.why) {
            (Some(_), _) => "since that backup",
            (None, _) => "after that",
        };
        match &self.kept {
            // What was kept is what took its place, and not what was in it.
            Some(kept) if self.why == Why::WrittenOver => format!(
                "answers and events made {since} are gone; what was written over it is kept as {kept}"
            ),
            Some(kept) => format!(
                "answers and events made {since} are only in what there was, which is kept as {kept}"
            ),
            None => format!("answers and events made {since} are gone"),
        }
    }
}

impl Engine {
    /// Notes that a damaged or missing ledger was mended.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note_mended(&self, done: &Mended) -> Result<Swapped> {
        let why = match &done.kept {
            _ if done.was_over => Why::WrittenOver,
            None => Why::Missing,
            Some(_) => Why::Damaged,
        };
        let by = done.backup.as_deref().map(file_name);
        self.note_swapped(why, by, done.kept.as_deref(), done.had)
    }

    /// Notes that this ledger has the place of one that is kept as this file, if it could be.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note_replaced(&self, kept: Option<&Path>, why: Why) -> Result<Swapped> {
        self.note_swapped(why, None, kept, kept.and_then(copy::counted))
    }

    fn note_swapped(
        &self,
        why: Why,
        by: Option<String>,
        kept: Option<&Path>,
        had: Option<Counts>,
    ) -> Result<Swapped> {
        let kept = kept.map(file_name);
        self.write(|act| {
            let (at, has) = (act.wall().as_millisecond(), Counts::of(act.tx)?);
            let swapped = Swapped { at, why, by, kept, had, has, seen: false };
            let text = serde_json::to_string(&swapped).expect("BUG: it is plain data");
            setting::put(act.tx, name::MENDED, &text)?;
            Ok(swapped)
        })
    }

    /// What this ledger has the place of, if there is such a thing.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn swapped(&self) -> Result<Option<Swapped>> {
        let text = self.read(|act| setting::get(act.tx, name::MENDED))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// A person has seen it.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn swap_was_seen(&self) -> Result<()> {
        let Some(swapped) = self.swapped()?.filter(|swapped| !swapped.seen) else { return Ok(()) };
        let seen = Swapped { seen: true, ..swapped };
        let text = serde_json::to_string(&seen).expect("BUG: it is plain data");
        self.write(|act| setting::put(act.tx, name::MENDED, &text))
    }
}
