//! The events of a person.

use calendar::{
    id::{EventId, PersonId},
    zones::Zones,
};
use rusqlite::{Row, Transaction, params};

use super::{COLUMNS, EventRow, Legible, several, sorted_out};
use crate::error::Result;

/// The undeleted events of a person.
///
/// # Errors
/// When the ledger cannot be read.
pub fn of_person(tx: &Transaction<'_>, zones: &Zones, id: PersonId) -> Result<Vec<EventRow>> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE person = ?1 AND deleted_at IS NULL");
    several(tx, zones, &sql, [id.bytes()])
}

/// Some of the undeleted events of a person, with an id after this one, in the order of their ids.
///
/// # Errors
/// When the ledger cannot be read.
pub fn some_of_person(
    tx: &Transaction<'_>,
    zones: &Zones,
    id: PersonId,
    after: Option<EventId>,
    limit: u32,
) -> Result<Legible> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event WHERE person = ?1 AND deleted_at IS NULL AND id > ?2 ORDER BY id LIMIT ?3"
    );
    let after: &[u8] = after.as_ref().map_or(&[], |id| id.bytes());
    sorted_out(tx, zones, &sql, params![id.bytes(), after, limit])
}

/// The undeleted events of a person with an id after this one, by their ids.
///
/// # Errors
/// When the ledger cannot be read.
pub fn ids_of_person(
    tx: &Transaction<'_>,
    id: PersonId,
    after: Option<EventId>,
) -> Result<Vec<EventId>> {
    let sql = "SELECT id FROM event WHERE person = ?1 AND deleted_at IS NULL AND id > ?2";
    let after: &[u8] = after.as_ref().map_or(&[], |id| id.bytes());
    let mut statement = tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok(EventId::from_bytes(row.get(0)?));
    let rows = statement.query_map(params![id.bytes(), after], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The undeleted events of a person that may have a rule with an end.
///
/// # Errors
/// When the ledger cannot be read.
pub fn ending_of_person(
    tx: &Transaction<'_>,
    zones: &Zones,
    id: PersonId,
) -> Result<Vec<EventRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event
        WHERE person = ?1 AND deleted_at IS NULL AND rules LIKE '%UNTIL=%'"
    );
    several(tx, zones, &sql, [id.bytes()])
}

/// Those of them that are of the person's own dates.
///
/// # Errors
/// When the ledger cannot be read.
pub fn days_of_person(tx: &Transaction<'_>, zones: &Zones, id: PersonId) -> Result<Vec<EventRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event
        WHERE person = ?1 AND deleted_at IS NULL AND (kind = 'birthday' OR kind = 'anniversary')"
    );
    several(tx, zones, &sql, [id.bytes()])
}

/// How many others there are, and how many of those are in the person's time.
///
/// # Errors
/// When the ledger cannot be read.
pub fn count_of_person(tx: &Transaction<'_>, id: PersonId) -> Result<(u32, u32)> {
    let sql = "SELECT count(*), count(CASE WHEN zone GLOB '@*' OR overrides GLOB '*\"zone\":\"@*' THEN 1 END)
        FROM event WHERE person = ?1 AND deleted_at IS NULL AND kind <> 'birthday' AND kind <> 'anniversary'";
    Ok(tx.prepare_cached(sql)?.query_row([id.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}
