//! People as cards: what an import did not understand stands in them again.

use super::read::LEAP_DAY;
use crate::{
    ics::{self, Remarks, component, value},
    person::Person,
    policy::LeapDay,
};

/// A person to write, with what an import kept of the card.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The UID.
    pub uid: &'a str,
    /// The person.
    pub person: &'a Person,
    /// `1990-02-29`, or `--02-29` without a year.
    pub birthday: Option<&'a str>,
    /// The same of the anniversary.
    pub anniversary: Option<&'a str>,
    /// Whether the name was changed here, or anything else, after the card was read.
    pub edited: Edited,
    /// What was kept unread.
    pub extra: &'a str,
}

/// What was changed here since a card was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// Nothing.
    No,
    /// Not the name.
    NotTheName,
    /// The name too.
    TheName,
}

/// Writes people as one file of cards.
pub fn write(people: &[Outgoing<'_>]) -> String {
    let mut text = String::new();
    people.iter().for_each(|person| card(&mut text, person));
    text
}

fn card(text: &mut String, out: &Outgoing<'_>) {
    let kept = format!("BEGIN:KEPT\n{}END:KEPT\n", out.extra);
    let kept = component::tree_of(kept.as_bytes(), &mut Remarks::default());
    let kept = kept.children.into_iter().next().unwrap_or_default();
    let is_old = kept.get("VERSION").is_some_and(|p| p.value().trim() != "4.0");
    let version = kept.get("VERSION").map_or("4.0", |p| p.value().trim());
    let mut line = |content: &str| ics::fold(text, content);
    line("BEGIN:VCARD");
    line(&format!("VERSION:{version}"));
    line("PRODID:-//Carillon//Carillon//EN");
    line(&format!("UID:{}", value::escaped(out.uid)));
    let name = value::escaped(&out.person.name);
    line(&format!("FN:{name}"));
    match kept.get("N").filter(|_| out.edited != Edited::TheName) {
        Some(parts) => line(parts.raw()),
        // Version 3 must have it, and which part of a name is the family's nobody knows.
        None if is_old => line(&format!("N:;{name};;;")),
        None => {}
    }
    if let Some(date) = out.birthday {
        line(&day("BDAY", date, is_old));
    }
    if let Some(date) = out.anniversary {
        line(&day(if is_old { "X-ANNIVERSARY" } else { "ANNIVERSARY" }, date, is_old));
    }
    if let Some(zone) = &out.person.zone {
        line(&format!("TZ{}:{zone}", if is_old { ";VALUE=TEXT" } else { "" }));
    }
    if out.person.leap_day != LeapDay::default() {
        line(&format!("{LEAP_DAY}:{}", out.person.leap_day.code()));
    }
    for property in &kept.properties {
        let is_untrue = ["VERSION", "N"].iter().any(|name| property.is(name))
            || (property.is("BDAY") && out.birthday.is_some())
            || (property.is("TZ") && out.person.zone.is_some())
            || (property.is("REV") && out.edited != Edited::No);
        if !is_untrue {
            line(property.raw());
        }
    }
    line("END:VCARD");
}

/// A date as the version writes it. Without a year version 3 has no words, and Apple's are
/// understood by most.
fn day(name: &str, date: &str, is_old: bool) -> String {
    let digits = |date: &str| date.replace('-', "");
    match (date.strip_prefix("--"), is_old) {
        (Some(rest), true) => format!("{name};X-APPLE-OMIT-YEAR=1604:1604-{rest}"),
        (Some(rest), false) => format!("{name}:--{}", digits(rest)),
        (None, true) => format!("{name}:{date}"),
        (None, false) => format!("{name}:{}", digits(date)),
    }
}
