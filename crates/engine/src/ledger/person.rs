//! Table `person`: somebody with a name, perhaps a zone and a birthday.

use calendar::{id::PersonId, person::Person, policy::LeapDay, zones::ZoneName};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{column, ms};
use crate::error::{Error, Result};

/// A person with the date of birth as it was given: `1990-02-29`, or `--02-29` without a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// The date of birth.
    pub birthday: Option<String>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    let person = Person {
        id: PersonId::from_bytes(row.get("id")?),
        name: row.get("name")?,
        zone: row.get::<_, Option<String>>("zone")?.map(ZoneName::stored),
        leap_day: column::<LeapDay>(row, "leap_day")?,
    };
    Ok(PersonRow { person, birthday: row.get("birthday")? })
}

const COLUMNS: &str = "id, name, zone, birthday, leap_day";

/// Everybody, by name.
///
/// # Errors
/// When the ledger cannot be read.
pub fn all(tx: &Transaction<'_>) -> Result<Vec<PersonRow>> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE deleted_at IS NULL ORDER BY name, id");
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// This person, also one who was deleted (events remember people).
///
/// # Errors
/// When the ledger cannot be read.
pub fn find(tx: &Transaction<'_>, id: PersonId) -> Result<Option<PersonRow>> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE id = ?1");
    Ok(tx.prepare_cached(&sql)?.query_row([id.bytes()], read).optional()?)
}

/// Makes or changes a person.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(tx: &Transaction<'_>, row: &PersonRow) -> Result<()> {
    let sql = "INSERT INTO person (id, name, zone, birthday, leap_day) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (id) DO UPDATE SET name = ?2, zone = ?3, birthday = ?4, leap_day = ?5";
    let PersonRow { person, birthday } = row;
    let zone = person.zone.as_ref().map(ZoneName::as_str);
    tx.prepare_cached(sql)?.execute(params![
        person.id.bytes(),
        person.name,
        zone,
        birthday,
        person.leap_day.code()
    ])?;
    Ok(())
}

/// Takes a person out of use.
///
/// # Errors
/// When there is no such person.
pub fn delete(tx: &Transaction<'_>, id: PersonId, now: Timestamp) -> Result<()> {
    let sql = "UPDATE person SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL";
    match tx.execute(sql, params![id.bytes(), ms(now)])? {
        1 => Ok(()),
        _ => Err(Error::not_found("person", id)),
    }
}

/// Takes a person into use again, if that person was deleted.
///
/// # Errors
/// When the ledger cannot be written.
pub fn bring_back(tx: &Transaction<'_>, id: PersonId) -> Result<()> {
    let sql = "UPDATE person SET deleted_at = NULL WHERE id = ?1 AND deleted_at IS NOT NULL";
    tx.execute(sql, [id.bytes()])?;
    Ok(())
}
