//! Table `person`: somebody with a name, perhaps a zone and a birthday.

use calendar::{id::PersonId, person::Person, policy::LeapDay, zones::ZoneName};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{column, event, moment, ms};
use crate::error::{Error, Result};

/// A person with the dates as they were given: `1990-02-29`, or `--02-29` without a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// The date of birth.
    pub birthday: Option<String>,
    /// The date of the anniversary.
    pub anniversary: Option<String>,
    /// The card an import brought.
    pub card: Card,
    /// The person was deleted then; the row stays.
    pub deleted_at: Option<Timestamp>,
}

impl PersonRow {
    /// Says of two readings whether anything of what a form holds changed between them; nothing else
    /// is meant by it.
    pub fn version(&self) -> String {
        let Person { name, zone, leap_day, .. } = &self.person;
        let zone = zone.as_ref().map(ZoneName::as_str);
        let held = (name, zone, leap_day.code(), &self.birthday, &self.anniversary);
        serde_json::to_string(&held).expect("BUG: texts are JSON")
    }
}

/// What an import keeps of a card.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Card {
    /// Its UID.
    pub uid: Option<String>,
    /// Its REV, and the fingerprint of what was imported.
    pub stamp: String,
    /// Properties not understood, kept for export.
    pub extra: String,
}

impl PersonRow {
    /// The name that cards and calendar files know the person by.
    pub fn uid(&self) -> String {
        self.card.uid.clone().unwrap_or_else(|| self.person.id.to_string())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    let person = Person {
        id: PersonId::from_bytes(row.get("id")?),
        name: row.get("name")?,
        zone: row.get::<_, Option<String>>("zone")?.map(ZoneName::stored),
        leap_day: column::<LeapDay>(row, "leap_day")?,
    };
    Ok(PersonRow {
        person,
        birthday: row.get("birthday")?,
        anniversary: row.get("anniversary")?,
        card: Card { uid: row.get("uid")?, stamp: row.get("stamp")?, extra: row.get("extra")? },
        deleted_at: row.get::<_, Option<i64>>("deleted_at")?.map(moment),
    })
}

const COLUMNS: &str =
    "id, name, zone, birthday, anniversary, leap_day, uid, stamp, extra, deleted_at";

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

/// The person of this card, also one who was deleted: an import made them, or they were made here
/// and this is the name they are exported by.
///
/// # Errors
/// When the ledger cannot be read.
pub fn by_uid(tx: &Transaction<'_>, uid: &str) -> Result<Option<PersonRow>> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE uid = ?1");
    let found = tx.prepare_cached(&sql)?.query_row([uid], read).optional()?;
    if found.is_some() {
        return Ok(found);
    }
    let Ok(id) = uid.parse::<PersonId>() else { return Ok(None) };
    Ok(find(tx, id)?.filter(|row| row.card.uid.is_none()))
}

/// Everybody of this name who is not deleted.
///
/// # Errors
/// When the ledger cannot be read.
pub fn named(tx: &Transaction<'_>, name: &str) -> Result<Vec<PersonRow>> {
    let sql = format!("SELECT {COLUMNS} FROM person WHERE name = ?1 AND deleted_at IS NULL");
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([name], read)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Makes or changes a person.
///
/// # Errors
/// When the ledger cannot be written.
pub fn put(tx: &Transaction<'_>, row: &PersonRow) -> Result<()> {
    let sql = "INSERT INTO person (id, name, zone, birthday, leap_day, anniversary, uid, stamp, extra)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (id) DO UPDATE SET name = ?2, zone = ?3, birthday = ?4, leap_day = ?5, anniversary = ?6,
        uid = ?7, stamp = ?8, extra = ?9";
    let PersonRow { person, birthday, anniversary, card, .. } = row;
    let zone = person.zone.as_ref().map(ZoneName::as_str);
    tx.prepare_cached(sql)?.execute(params![
        person.id.bytes(),
        person.name,
        zone,
        birthday,
        person.leap_day.code(),
        anniversary,
        card.uid,
        card.stamp,
        card.extra
    ])?;
    Ok(())
}

/// Takes a person out of use: what is of them is of nobody from then on.
///
/// # Errors
/// When there is no such person.
pub fn delete(tx: &Transaction<'_>, id: PersonId, now: Timestamp) -> Result<()> {
    let sql = "UPDATE person SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL";
    match tx.execute(sql, params![id.bytes(), ms(now)])? {
        1 => event::plan_of_person(tx, id, now),
        _ => Err(Error::not_found("person", id)),
    }
}

/// Takes a person into use again, if that person was deleted, with what was of them.
///
/// # Errors
/// When the ledger cannot be written.
pub fn bring_back(tx: &Transaction<'_>, id: PersonId, now: Timestamp) -> Result<()> {
    let sql = "UPDATE person SET deleted_at = NULL WHERE id = ?1 AND deleted_at IS NOT NULL";
    if tx.execute(sql, [id.bytes()])? == 1 {
        event::plan_of_person(tx, id, now)?;
    }
    Ok(())
}
