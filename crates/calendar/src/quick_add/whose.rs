//! Whose clock is meant where a line says `her time`: that of the one person it names, or nobody's.

use super::{
    place::called,
    scan::{After, Reader, Refused, Tried, What},
    token::Sort,
};
use crate::person::Person;

/// The longest names of people, in words.
const LONGEST: usize = 4;

impl Reader<'_> {
    /// "her time", "in their zone", "my time".
    pub fn by_pronoun(&self, at: usize, after: After) -> Tried<What> {
        let from = at + usize::from(self.word(at) == "in");
        let Some(next) = self.behind_pronoun(from) else { return Ok(None) };
        let is_zone = self.word(next - 1) != "time";
        if !(is_zone || from == at && self.is_of_the_time(at, next, after)) {
            return Ok(None);
        }
        let zone = match self.word(from) {
            "my" => What::Zone(self.known.context.machine.clone()),
            "his" | "her" | "hers" | "their" | "theirs" => self.the_one_named(at..next)?,
            _ => {
                let message = format!(
                    "'{}' does not say whose clock it is: name a person as in Ana's time, a city or a zone such as Europe/Berlin",
                    self.said(at..next)
                );
                return Err(Refused::at(at..next, message));
            }
        };
        Ok(Some((zone, next)))
    }

    fn behind_pronoun(&self, at: usize) -> Option<usize> {
        let pronoun = matches!(
            self.word(at),
            "his" | "her" | "hers" | "their" | "theirs" | "your" | "our" | "my" | "local"
        );
        match (self.word(at + 1), self.word(at + 2)) {
            _ if !pronoun => None,
            ("time", "zone") => Some(at + 3),
            ("time" | "zone" | "timezone", _) => Some(at + 2),
            _ => None,
        }
    }

    /// Whether it belongs to a time of day and not to the title: "take her time tomorrow".
    fn is_of_the_time(&self, at: usize, next: usize, after: After) -> bool {
        let comma = at.checked_sub(1).is_some_and(|before| {
            self.tokens.get(before).is_some_and(|token| token.sort == Sort::Comma)
        });
        after == After::Time || !self.peeks && (comma && self.ends(next) || self.is_when(next))
    }

    fn the_one_named(&self, tokens: std::ops::Range<usize>) -> Result<What, Refused> {
        let said = self.said(tokens.clone());
        let named = self.people_named();
        let message = match named.as_slice() {
            [one] if one.zone.is_some() => {
                return Ok(What::Their((*one).clone()));
            }
            [one] => format!(
                "{} has no zone of their own for '{said}': set one, or name a zone",
                one.name
            ),
            [] => format!(
                "'{said}' is that of nobody known here: write a city as in Lisbon time, or a zone such as Europe/Lisbon, or put it in quotes to keep it in the title"
            ),
            several => {
                let (names, same) = told_apart(several);
                let advice = match same {
                    false => "write whose",
                    true => {
                        "name a city (`carillon add --zone-of` takes the id of the one you mean)"
                    }
                };
                format!("'{said}' could be that of {names}: {advice}")
            }
        };
        Err(Refused::at(tokens, message))
    }

    /// Everybody whose name, or first name, is in the line.
    fn people_named(&self) -> Vec<&Person> {
        let mut found: Vec<&Person> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let named = (1..=LONGEST).rev().find_map(|count| {
                let words: Vec<&str> = (at..at + count).map(|at| self.word(at)).collect();
                let name = words.join(" ");
                let bare = name.strip_suffix("'s").or_else(|| name.strip_suffix("’s"));
                let people = called(self.known.people, bare.unwrap_or(&name));
                (!people.is_empty()).then_some((people, count))
            });
            let (people, count) = named.unwrap_or((Vec::new(), 1));
            for person in people {
                if !found.iter().any(|other| other.id == person.id) {
                    found.push(person);
                }
            }
            at += count;
        }
        found
    }
}

/// The names of some people, with the ids of those who are called the same; and whether some are.
pub(super) fn told_apart(several: &[&Person]) -> (String, bool) {
    let is_shared = |one: &Person| several.iter().filter(|p| p.name == one.name).count() > 1;
    let named = several.iter().take(4).map(|one| match is_shared(one) {
        true => format!("{} ({})", one.name, one.id),
        false => one.name.clone(),
    });
    let same = several.iter().any(|one| is_shared(one));
    (named.collect::<Vec<_>>().join(" or "), same)
}
