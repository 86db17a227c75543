//! Dates of cards: whole, without a year, with a time nobody needs; in the forms of versions 3
//! and 4 and of address books that have their own.

use jiff::civil::Date;

use crate::ics::{lines::Property, shown};

/// A leap year, in which every date that can be a birthday is one.
const LEAP: i16 = 1972;
/// The year that Apple writes where nobody knows it.
const APPLE_YEAR: i16 = 1604;

/// A date of a card.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// `1990-02-29`, or `--02-29` without a year.
    pub date: String,
    /// What was left out of it.
    pub remark: Option<String>,
}

/// Reads the date of a property; the error says what is wrong with it.
pub(super) fn read(property: &Property<'_>) -> Result<Read, String> {
    let name = property.name().rsplit('.').next().unwrap_or("").to_ascii_uppercase();
    let text = property.value().trim();
    let fail = |why: &str| Err(format!("{name} '{}' {why}: it is kept unread", shown(text)));
    if property.param("VALUE").is_some_and(|v| v.eq_ignore_ascii_case("text")) {
        return fail("is words instead of a date");
    }
    if property.param("CALSCALE").is_some_and(|c| !c.eq_ignore_ascii_case("gregorian")) {
        return fail("is of another calendar than the Gregorian");
    }
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if date.is_empty() {
        return fail("is a time without a date");
    }
    let (year, month, day) = match parts(date) {
        Ok(parts) => parts,
        Err(why) => return fail(why),
    };
    let omitted = property.param("X-APPLE-OMIT-YEAR").and_then(|y| y.parse::<i16>().ok());
    let unknown = |year: i16| year == 0 || year == APPLE_YEAR || Some(year) == omitted;
    let year = year.filter(|year| !unknown(*year));
    if Date::new(year.unwrap_or(LEAP), month, day).is_err() {
        return fail("is a day that no calendar has");
    }
    if year.is_some_and(|year| !(1600..=3000).contains(&year)) {
        return fail("is not of the years 1600 to 3000");
    }
    let remark = time.filter(|time| !is_midnight(time)).map(|_| {
        format!("{name} '{}' has a time of day: the date as it is written is taken", shown(text))
    });
    let date = match year {
        Some(year) => format!("{year:04}-{month:02}-{day:02}"),
        None => format!("--{month:02}-{day:02}"),
    };
    Ok(Read { date, remark })
}

/// Year if given, month and day.
fn parts(text: &str) -> Result<(Option<i16>, i8, i8), &'static str> {
    const NOT_ONE: &str = "is not a date";
    if let Some(rest) = text.strip_prefix("--") {
        if rest.starts_with('-') {
            return Err("has no month");
        }
        let digits = digits(rest).ok_or(NOT_ONE)?;
        return match digits.len() {
            4 => Ok((None, number(&digits[..2])?, number(&digits[2..])?)),
            2 => Err("has no day"),
            _ => Err(NOT_ONE),
        };
    }
    // Some write the parts without leading zeros: 1990-4-5.
    if let [year, month, day] = text.split('-').collect::<Vec<_>>()[..]
        && year.len() == 4
        && !month.is_empty()
        && !day.is_empty()
    {
        return Ok((Some(number(year)?), number(month)?, number(day)?));
    }
    let digits = digits(text).ok_or(NOT_ONE)?;
    match digits.len() {
        8 => Ok((Some(number(&digits[..4])?), number(&digits[4..6])?, number(&digits[6..])?)),
        4 | 6 => Err("has no day"),
        _ => Err(NOT_ONE),
    }
}

fn digits(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| *c != '-').collect();
    text.bytes().all(|b| b.is_ascii_digit()).then_some(text)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, &'static str> {
    match text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()) {
        true => text.parse().map_err(|_| "is not a date"),
        false => Err("is not a date"),
    }
}

/// Whether a time is the one that address books write which know no dates.
fn is_midnight(time: &str) -> bool {
    let clock = time.split(['Z', 'z', '+', '-']).next().unwrap_or("");
    clock.bytes().all(|b| matches!(b, b'0' | b':' | b'.'))
}
