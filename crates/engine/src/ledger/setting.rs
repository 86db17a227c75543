//! Table `setting`: what the ledger knows by name, one small text each.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::error::Result;

/// Names of settings the engine itself reads.
pub mod name {
    /// Random id of this installation; part of every delivery's key.
    pub const INSTALLATION: &str = "installation";
    /// Random id of this ledger file.
    pub const LEDGER: &str = "ledger";
    /// IANA name of the zone the machine is in; written by the service alone.
    pub const MACHINE_ZONE: &str = "machine_zone";
    /// At which hour all-day things are told.
    pub const ALL_DAY_HOUR: &str = "all_day_hour";
    /// Calendars whose events come back in parts, with when they were deleted; JSON.
    pub const RETURNING: &str = "returning";
    /// Channels that are being taken from what is told through them, and how far that is; JSON.
    pub const REMOVING: &str = "removing";
    /// People who are elsewhere now, and how far what is of them is planned by that; JSON.
    pub const MOVED_PEOPLE: &str = "moved_people";
    /// How far the import that is not through has come; JSON.
    pub const IMPORTING: &str = "importing";
    /// Until when reminders are paused, with how long that was when it was said; JSON. `forever`
    /// until resumed.
    pub const PAUSED_UNTIL: &str = "paused_until";
    /// When the last pause began and ended, or is to end, in milliseconds since 1970.
    pub const LAST_PAUSE: &str = "last_pause";
    /// Between which times nothing pops up: `on` or `off`, and the hours.
    pub const QUIET_HOURS: &str = "quiet_hours";
    /// What a person did since the last change that cannot be taken back; words.
    pub const LASTING: &str = "lasting";
    /// The snooze length used last, in minutes.
    pub const SNOOZE_MINUTES: &str = "snooze_minutes";
    /// The machine zone the ledger was last planned for, all of it.
    pub const PLANNED_ZONE: &str = "planned_zone";
    /// And the hour of whole days; none is the usual one.
    pub const PLANNED_HOUR: &str = "planned_hour";
    /// Version of the zone data the ledger was last planned with, all of it.
    pub const TZDATA: &str = "tzdata";
    /// How far planning anew for another zone or other zone data has come; JSON.
    pub const REPLANNING: &str = "replanning";
    /// By which zone data occurrences were moved, until somebody has seen which; JSON.
    pub const MOVED: &str = "moved";
    /// It was at work, and how far is noted on that machine: when the file was made that was, in
    /// nanoseconds since 1970.
    pub const MARKED: &str = "marked";
    /// It is another copy than was last at work: what is past is still to be put before a person.
    pub const RESTORED: &str = "restored";
    /// What became of the ledger whose place this one has; JSON.
    pub const MENDED: &str = "mended";
    /// What the service found wrong with it when it last looked at all of it; words.
    pub const DOUBTFUL: &str = "doubtful";
    /// When that was last done, in milliseconds, of how many deliveries, and how far the audit was then.
    pub const RESTORED_AT: &str = "restored_at";
    /// What was due by then and ended may be forgotten, and never comes to be again; milliseconds.
    pub const FORGOTTEN_UNTIL: &str = "forgotten_until";
    /// What had its last word by then was over when it was last asked; milliseconds.
    pub const OVER_UNTIL: &str = "over_until";
    /// A jump of the clock nobody has confirmed; JSON.
    pub const CLOCK_JUMP: &str = "clock_jump";
    /// Up to where the notification of what failed through each endpoint has said it; JSON.
    pub const FAILURES_SAID: &str = "failures_said";
    /// How the window looks and counts; JSON only the window reads.
    pub const WINDOW: &str = "window";
}

/// The setting of this name.
///
/// # Errors
/// When the ledger cannot be read.
pub fn get(tx: &Transaction<'_>, name: &str) -> Result<Option<String>> {
    let mut statement = tx.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// Keeps a setting.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(tx: &Transaction<'_>, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
    tx.prepare_cached(sql)?.execute(params![name, value])?;
    Ok(())
}

/// Forgets a setting.
///
/// # Errors
/// When the ledger cannot be written.
pub fn remove(tx: &Transaction<'_>, name: &str) -> Result<()> {
    tx.prepare_cached("DELETE FROM setting WHERE name = ?1")?.execute([name])?;
    Ok(())
}
