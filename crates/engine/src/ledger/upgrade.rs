//! A step that no released program has, for the simulator to bring ledgers up by while they are in
//! use; and the turns every newer program takes to bring one up, for a world that goes on between
//! them. Only with the feature `mutants` is any of it there.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::Connection;

pub use super::migrate::InTheWay;
use super::{
    DATABASE, Ledger, SCHEMA,
    file::{self, SharedLock, prepare_directory},
    migrate::{self, Turns},
    written::leave_journal,
};
use crate::error::Result;

/// The step.
pub(crate) const STEP: &str = include_str!("upgrade.sql");
/// What it makes.
const PARTS: [&str; 3] = [
    "SELECT count(*) FROM pragma_table_info('delivery') WHERE name = 'further'",
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'further'",
    "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = 'delivery_further'",
];

/// A program that brings a ledger up.
#[derive(Debug)]
pub struct BringsUp {
    dir: PathBuf,
    connection: Connection,
    shared: SharedLock,
    turns: Turns,
}

impl BringsUp {
    /// So long it leaves the ledger alone between two turns.
    pub const PAUSE: Duration = migrate::PAUSE;

    /// It begins.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn begin(dir: &Path) -> Result<Self> {
        let (dir, connection, shared) = Ledger::reach(dir)?;
        Ok(Self { dir, connection, shared, turns: Turns::default() })
    }

    /// The same where locks do not hold: others are not seen by it.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn begin_unlocked(dir: &Path) -> Result<Self> {
        let begun = Self::begin(dir)?;
        let shared = SharedLock::take(&prepare_directory(&begun.dir.join("alongside"))?)?;
        Ok(Self { shared, ..begun })
    }

    /// Tries once, and says whether the ledger is as it should be.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn take_turn(&mut self, way: &dyn InTheWay) -> Result<bool> {
        self.turns.take(&self.dir, &mut self.connection, &self.shared, way)
    }
}

/// What a ledger's file is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// As this program writes it.
    Older,
    /// As the one with the further step does.
    Newer,
    /// Something else.
    Neither,
}

/// Looks at the file, and changes nothing.
///
/// # Errors
/// When it cannot be read.
pub fn look(dir: &Path) -> Result<Looks> {
    let connection = file::connect(dir, &dir.join(DATABASE))?;
    leave_journal(&connection);
    let mut made = 0;
    for part in PARTS {
        made += connection.query_row(part, [], |row| row.get::<_, i64>(0))?;
    }
    Ok(match (migrate::version(&connection)? - SCHEMA, made) {
        (0, 0) => Looks::Older,
        (1, 3) => Looks::Newer,
        _ => Looks::Neither,
    })
}
