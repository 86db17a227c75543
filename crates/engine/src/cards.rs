//! People out of cards and into them. The same file again changes nothing. What was changed here
//! and what was changed in the file are both kept, field by field; where both changed the same
//! one, the newer card has it, and without that being known, what is here stays and is said.

use std::ops::ControlFlow;

use calendar::{
    ics::{self, Remark},
    person::Person,
    policy::LeapDay,
    vcard::{self, ImportedPerson},
    zones::ZoneName,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    act::Act,
    engine::{Engine, person_id},
    error::{Error, Result},
    export::Exported,
    import::{AT_ONCE, HOLD_MS, ImportFile, Imported, Mode},
    ledger::{
        inbox,
        person::{self, Card, PersonRow},
    },
    yearly::Day,
};

/// What a card said when it was imported last: what is here since then is a change, here or there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Said {
    /// REV, in seconds since 1970.
    rev: Option<i64>,
    name: String,
    birthday: Option<String>,
    anniversary: Option<String>,
    zone: Option<String>,
    leap_day: Option<String>,
}

impl Said {
    fn by(card: &ImportedPerson) -> Self {
        Self {
            rev: card.stamp.map(Timestamp::as_second),
            name: card.name.clone(),
            birthday: card.birthday.clone(),
            anniversary: card.anniversary.clone(),
            zone: card.zone.clone(),
            leap_day: card.leap_day.map(|l| l.code().into()),
        }
    }

    fn kept(row: &PersonRow) -> Option<Self> {
        serde_json::from_str(&row.card.stamp).ok()
    }

    /// What is here, in the same form.
    fn here(row: &PersonRow) -> Self {
        Self {
            rev: None,
            name: row.person.name.clone(),
            birthday: row.birthday.clone(),
            anniversary: row.anniversary.clone(),
            zone: row.person.zone.as_ref().map(ToString::to_string),
            leap_day: Some(row.person.leap_day.code().into()),
        }
    }

    /// What the card says, and of a day it has that cannot be read, what the card before said.
    fn by_legible(card: &ImportedPerson, base: &Self) -> Self {
        let is_unread = |word: &str| card.unread_days.contains(&word);
        let mut said = Self::by(card);
        if is_unread(Day::Birthday.word()) {
            said.birthday.clone_from(&base.birthday);
        }
        if is_unread(Day::Anniversary.word()) {
            said.anniversary.clone_from(&base.anniversary);
        }
        said
    }

    /// What there is of a person nothing was said of before.
    fn nothing_of(row: &PersonRow) -> Self {
        Self { name: row.person.name.clone(), ..Self::default() }
    }
}

/// What becomes of one card.
#[derive(Debug)]
enum Verdict {
    Create(PersonRow),
    Update(PersonRow, PersonRow),
    Leave,
}

impl Engine {
    /// Imports a file of cards; as [`Engine::import`] does with calendar files.
    pub(crate) fn import_cards(
        &self,
        import: &str,
        file: &ImportFile<'_>,
        watch: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Imported> {
        let (bytes, zones, mode) = (ics::utf8(file.bytes), self.zones(), file.mode);
        let mut reading = vcard::Reading::open(&bytes, &zones);
        let (mut done, mut waiting) = (Imported::default(), Vec::new());
        loop {
            // Ends: each turn reads one of the cards there are.
            while waiting.len() < AT_ONCE && reading.next(&mut waiting) {}
            if waiting.is_empty() {
                break;
            }
            let boot = &mut || self.now().boot;
            let is_begun = done.read > 0;
            let taken = match mode {
                Mode::Preview => self.read(|act| act.take_cards(&waiting, mode, &mut done, boot)),
                Mode::Apply => self.write_some(|act| {
                    let taken = act.take_cards(&waiting, mode, &mut done, boot)?;
                    act.keep_trail(import, "", &mut done.trail)?;
                    Ok(taken)
                }),
            };
            let taken = if is_begun { taken.map_err(Error::once_begun) } else { taken }?;
            waiting.drain(..taken);
            done.read += taken;
            done.people += taken;
            let (left, total) = reading.progress();
            let through = left.saturating_sub(waiting.len());
            if watch(through, total).is_break() && (through < total || !waiting.is_empty()) {
                let reason = format!("stopped after {through} of {total} cards");
                done.remarks.push(Remark { line: 1, reason });
                break;
            }
        }
        done.left_out = reading.left_out();
        done.remarks.extend(reading.finish());
        done.remarks.sort_by_key(|r| r.line);
        Ok(done)
    }

    /// Writes everybody as cards.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn export_people(&self) -> Result<Exported> {
        let rows = self.people()?;
        let uids: Vec<String> = rows.iter().map(PersonRow::uid).collect();
        let outgoing: Vec<vcard::Outgoing<'_>> = rows
            .iter()
            .zip(&uids)
            .map(|(row, uid)| vcard::Outgoing {
                uid,
                person: &row.person,
                birthday: row.birthday.as_deref(),
                anniversary: row.anniversary.as_deref(),
                edited: edited(row),
                extra: &row.card.extra,
            })
            .collect();
        Ok(Exported { text: vcard::write(&outgoing), people: rows.len(), ..Exported::default() })
    }
}

fn edited(row: &PersonRow) -> vcard::Edited {
    let Some(said) = Said::kept(row) else { return vcard::Edited::No };
    let here = Said::here(row);
    if said.name != here.name {
        return vcard::Edited::TheName;
    }
    let leap_day = said.leap_day.clone().or_else(|| Some(LeapDay::default().code().into()));
    match (Said { rev: None, leap_day, ..said }) == here {
        true => vcard::Edited::No,
        false => vcard::Edited::NotTheName,
    }
}

impl Act<'_> {
    /// Takes some cards in; says how many.
    fn take_cards(
        &self,
        people: &[ImportedPerson],
        mode: Mode,
        done: &mut Imported,
        boot: &mut dyn FnMut() -> std::time::Duration,
    ) -> Result<usize> {
        let mut taken = 0;
        for card in people.iter().take(AT_ONCE) {
            taken += 1;
            let say = |done: &mut Imported, reason: String| {
                let reason = format!("“{}” {reason}", card.name);
                done.remarks.push(Remark { line: card.line, reason });
            };
            let mut remarks = Vec::new();
            match self.card_verdict(card, &mut remarks)? {
                Verdict::Leave => done.unchanged += 1,
                Verdict::Create(row) => {
                    self.put_card(&row, None, mode, (done, &mut remarks))?;
                    done.created += 1;
                }
                Verdict::Update(old, row) => {
                    self.put_card(&row, Some(&old), mode, (done, &mut remarks))?;
                    done.updated += 1;
                }
            }
            remarks.into_iter().for_each(|reason| say(done, reason));
            if boot().saturating_sub(self.now.boot).as_millis() >= HOLD_MS {
                break;
            }
        }
        Ok(taken)
    }

    /// Writes a person. A date that cannot be is left out, and said.
    fn put_card(
        &self,
        row: &PersonRow,
        old: Option<&PersonRow>,
        mode: Mode,
        (done, remarks): (&mut Imported, &mut Vec<String>),
    ) -> Result<()> {
        let mut row = row.clone();
        for _ in 0..2 {
            match self.days_of(&row) {
                Ok(_) => break,
                Err(Error::Invalid { field, message }) => {
                    remarks.push(format!("comes without it: {message}"));
                    match field == Day::Birthday.word() {
                        true => row.birthday = None,
                        false => row.anniversary = None,
                    }
                }
                Err(other) => return Err(other),
            }
        }
        for (day, before, after) in [
            (Day::Birthday, old.and_then(|o| o.birthday.as_ref()), &row.birthday),
            (Day::Anniversary, old.and_then(|o| o.anniversary.as_ref()), &row.anniversary),
        ] {
            if before.is_none() && after.is_some() {
                match day {
                    Day::Birthday => done.birthdays += 1,
                    Day::Anniversary => done.anniversaries += 1,
                }
            }
            let is_moved = before.is_some() && after.is_some() && before != after.as_ref();
            if is_moved && let Some(year) = self.told_year(&row.person, day)? {
                let word = day.word();
                remarks.push(format!("has another {word} now, and was already told for {year}"));
            }
        }
        if mode == Mode::Apply {
            self.put_person(&row, old)?;
            done.trail.person(old, &row);
        }
        Ok(())
    }

    /// This year, where the person is, if the day was told in it.
    fn told_year(&self, person: &Person, day: Day) -> Result<Option<i16>> {
        let here = self.context.machine_zone();
        let zone = person.zone.as_ref().map_or(here, |zone| self.context.zones.zone(zone).0);
        let year = zone.to_datetime(self.wall()).year();
        let rows = inbox::of_occurrence(self.tx, &day.subject(person.id), &format!("y={year}"))?;
        Ok(rows.iter().any(|row| row.told_at.is_some()).then_some(year))
    }

    fn card_verdict(&self, card: &ImportedPerson, remarks: &mut Vec<String>) -> Result<Verdict> {
        let known = match person::by_uid(self.tx, &card.uid)? {
            Some(row) => Some(row),
            None => self.namesake(card)?,
        };
        let fitting =
            known.as_ref().map(|row| self.fitting_days(row, card, remarks)).transpose()?;
        let card = fitting.as_ref().unwrap_or(card);
        let base = known.as_ref().and_then(Said::kept).unwrap_or_default();
        let said = Said::by_legible(card, &base);
        let source = Card {
            uid: Some(card.uid.clone()),
            stamp: serde_json::to_string(&said).expect("BUG: what is said is JSON"),
            extra: card.extra.clone(),
        };
        let Some(row) = known else {
            let person = Person {
                id: person_id(&self.now),
                name: card.name.clone(),
                zone: card.zone.clone().map(ZoneName::stored),
                leap_day: card.leap_day.unwrap_or_default(),
            };
            let (birthday, anniversary) = (card.birthday.clone(), card.anniversary.clone());
            return Ok(Verdict::Create(PersonRow {
                person,
                birthday,
                anniversary,
                card: source,
                deleted_at: None,
            }));
        };
        if row.deleted_at.is_some() {
            remarks.push("was deleted here and stays deleted".into());
            return Ok(Verdict::Leave);
        }
        let merged = merged(&row, card, source, remarks);
        let is_same =
            Said::here(&merged) == Said::here(&row) && merged.card.extra == row.card.extra;
        // A card of somebody who was made here brings nothing but its name for them.
        let is_new_name = merged.card.uid != row.card.uid && card.uid != row.person.id.to_string();
        if is_same && !is_new_name {
            return Ok(Verdict::Leave);
        }
        Ok(Verdict::Update(row, merged))
    }

    /// The card of somebody known; a day of it that cannot be is as one that cannot be read, and
    /// takes none away.
    fn fitting_days(
        &self,
        row: &PersonRow,
        card: &ImportedPerson,
        remarks: &mut Vec<String>,
    ) -> Result<ImportedPerson> {
        let mut card = card.clone();
        for _ in 0..2 {
            let (birthday, anniversary) = (card.birthday.clone(), card.anniversary.clone());
            match self.days_of(&PersonRow { birthday, anniversary, ..row.clone() }) {
                Ok(_) => break,
                Err(Error::Invalid { field, message }) => {
                    remarks.push(format!("keeps what is here: {message}"));
                    let day = match field == Day::Birthday.word() {
                        true => {
                            card.birthday = None;
                            Day::Birthday
                        }
                        false => {
                            card.anniversary = None;
                            Day::Anniversary
                        }
                    };
                    card.unread_days.push(day.word());
                }
                Err(other) => return Err(other),
            }
        }
        Ok(card)
    }

    /// Somebody of that name who was made here and of whom no card is known yet.
    fn namesake(&self, card: &ImportedPerson) -> Result<Option<PersonRow>> {
        let fits = |mine: &Option<String>, theirs: &Option<String>| {
            mine.is_none() || theirs.is_none() || mine == theirs
        };
        let mut people = person::named(self.tx, &card.name)?.into_iter().filter(|row| {
            row.card.uid.is_none()
                && fits(&row.birthday, &card.birthday)
                && fits(&row.anniversary, &card.anniversary)
        });
        Ok(people.next().filter(|_| people.next().is_none()))
    }
}

/// The person with what changed in the card, and with what changed here.
fn merged(
    row: &PersonRow,
    card: &ImportedPerson,
    source: Card,
    remarks: &mut Vec<String>,
) -> PersonRow {
    let base = Said::kept(row).unwrap_or_else(|| Said::nothing_of(row));
    let (here, there) = (Said::here(row), Said::by_legible(card, &base));
    let is_newer = there.rev.is_some() && there.rev > base.rev;
    let mut field =
        |word: &str, base: &Option<String>, here: &Option<String>, there: &Option<String>| {
            if there == base || there == here {
                return here.clone();
            }
            if here == base || is_newer {
                if let (Some(was), None) = (here, there) {
                    remarks
                        .push(format!("has no {word} in the file any more: {was} is taken away"));
                }
                return there.clone();
            }
            let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
            remarks.push(format!(
                "has the {word} {} here and {} in the file: what is here stays",
                shown(here),
                shown(there)
            ));
            here.clone()
        };
    let name = field("name", &Some(base.name), &Some(here.name), &Some(there.name));
    let birthday = field("birthday", &base.birthday, &here.birthday, &there.birthday);
    let anniversary =
        field("anniversary", &base.anniversary, &here.anniversary, &there.anniversary);
    // Few cards have a zone, and none but ours a wish for leap days: to say nothing changes nothing.
    let zone = match &there.zone {
        None => here.zone,
        zone => field("zone", &base.zone, &here.zone, zone),
    };
    let leap_day = match &there.leap_day {
        None => here.leap_day,
        leap => {
            let usual = Some(LeapDay::default().code().to_string());
            field("leap day", &base.leap_day.or(usual), &here.leap_day, leap)
        }
    };
    PersonRow {
        person: Person {
            id: row.person.id,
            name: name.unwrap_or_else(|| row.person.name.clone()),
            zone: zone.map(ZoneName::stored),
            leap_day: leap_day.and_then(|l| l.parse().ok()).unwrap_or(row.person.leap_day),
        },
        birthday,
        anniversary,
        card: source,
        deleted_at: None,
    }
}
