//! Days and hours that go by a name: `New Year's Eve`, `by EOD Friday`. Days that are another date
//! each year, and ends of work nobody has said the hour of, are refused.

use std::ops::Range;

use super::{
    scan::{After, Reader, Refused, Tried, What},
    words,
};

const QUOTE: &str = "or put it in quotes to keep it in the title";
const NO_HOUR: &str = "names no hour: write it, such as by Friday 17:00, or by Friday for a task";

/// Days of the same date each year: their words, month and day.
const FIXED: [(&str, i8, i8); 21] = [
    ("new year's eve", 12, 31),
    ("new years eve", 12, 31),
    ("new year's day", 1, 1),
    ("new years day", 1, 1),
    ("nye", 12, 31),
    ("christmas eve", 12, 24),
    ("xmas eve", 12, 24),
    ("christmas day", 12, 25),
    ("christmas", 12, 25),
    ("xmas", 12, 25),
    ("boxing day", 12, 26),
    ("valentine's day", 2, 14),
    ("valentines day", 2, 14),
    ("halloween", 10, 31),
    ("st patrick's day", 3, 17),
    ("saint patrick's day", 3, 17),
    ("april fools' day", 4, 1),
    ("april fool's day", 4, 1),
    ("bonfire night", 11, 5),
    ("juneteenth", 6, 19),
    ("cinco de mayo", 5, 5),
];

/// Days of another date each year, or of several.
const MOVING: [&str; 19] = [
    "easter",
    "thanksgiving",
    "new year's",
    "mother's day",
    "father's day",
    "labor day",
    "labour day",
    "memorial day",
    "mothers day",
    "fathers day",
    "valentine's",
    "hanukkah",
    "diwali",
    "passover",
    "ramadan",
    "eid",
    "independence day",
    "bank holiday",
    "new years",
];

/// What with a weekday behind it is one day a year.
const OF_WEEKDAY: [&str; 11] = [
    "good",
    "black",
    "easter",
    "whit",
    "cyber",
    "palm",
    "ash",
    "shrove",
    "pancake",
    "maundy",
    "pentecost",
];

/// A day by its name.
struct Named {
    /// Month and day, where they are the same each year.
    date: Option<(i8, i8)>,
    tokens: Range<usize>,
}

impl Reader<'_> {
    /// A day of the same date each year, and the token after it.
    pub fn named_day(&self, at: usize, told: bool) -> Option<((i8, i8), usize)> {
        let named = self.name_here(at)?;
        let date = named.date?;
        // "Christmas party" says what, "on Christmas" when.
        (told || self.ends(named.tokens.end)).then_some((date, named.tokens.end))
    }

    /// Whether the name of a day stands here.
    pub fn is_named_day(&self, at: usize) -> bool {
        self.name_here(at).is_some()
    }

    fn name_here(&self, at: usize) -> Option<Named> {
        let is_here = |name: &str| {
            let words = name.split(' ').enumerate();
            let fits = words.map(|(place, word)| self.word(at + place).replace('’', "'") == word);
            let count = fits.take_while(|fits| *fits).count();
            (count == name.split(' ').count()).then_some(at..at + count)
        };
        let fixed = FIXED
            .iter()
            .find_map(|(name, month, day)| Some((Some((*month, *day)), is_here(name)?)));
        let moving = || MOVING.iter().find_map(|name| Some((None, is_here(name)?)));
        let (date, tokens) = fixed.or_else(moving)?;
        Some(Named { date, tokens })
    }

    /// Refuses the name of a day where no date is said otherwise.
    pub fn refuse_named_day(&self, at: usize) -> Result<(), Refused> {
        let Some(Named { date, tokens }) = self.name_here(at) else { return Ok(()) };
        let said = self.said(tokens.clone());
        let message = match date {
            Some((month, day)) => {
                let name = words::month_name(month);
                format!("'{said}' is not read as a date here: write {day} {name} with it, {QUOTE}")
            }
            None => format!("'{said}' is not one date: write the date with it, {QUOTE}"),
        };
        Err(Refused::at(tokens, message))
    }

    /// "EOD", "the end of the day" behind "by" or beside a date.
    pub fn end_of_day(&self, at: usize, after: After) -> Tried<What> {
        let before = at.checked_sub(1).map_or("", |before| self.word(before));
        if self.word(at) == "eod" {
            return Ok((before != "at").then_some((What::EndOfDay, at + 1)));
        }
        let from = at + usize::from(self.word(at) == "the");
        if (self.word(from), self.word(from + 1)) != ("end", "of") {
            return Ok(None);
        }
        let day = from + 2 + usize::from(self.word(from + 2) == "the");
        if self.word(day) != "day" {
            return Ok(None);
        }
        let beside = matches!(before, "by" | "due") || after == After::Date;
        let is_told = beside || !self.peeks && before != "at" && self.is_day_here(day + 1);
        Ok(is_told.then_some((What::EndOfDay, day + 1)))
    }

    fn is_day_here(&self, at: usize) -> bool {
        let at = at + usize::from(self.word(at) == "on");
        matches!(self.day(at, true), Ok(Some(_)))
    }

    /// How many words here name an end or a day that is no date, and why.
    pub fn doubtful_name(&self, at: usize) -> Option<(usize, &'static str)> {
        let (word, next) = (self.word(at), self.word(at + 1));
        if OF_WEEKDAY.contains(&word) && words::weekday(next).is_some() {
            return Some((2, "is one day a year: write its date"));
        }
        if word == "at" && (next == "eod" || self.end_named(at + 1).is_some()) {
            return Some((2 + self.end_named(at + 1).map_or(0, |(count, _)| count - 1), NO_HOUR));
        }
        let told = matches!(word, "by" | "due" | "before" | "until" | "till" | "on");
        if told && let Some((count, why)) = self.end_named(at + 1) {
            return Some((1 + count, why));
        }
        let capital = self.tokens[at].text.bytes().all(|b| b.is_ascii_uppercase());
        self.end_named(at).filter(|(count, _)| capital && *count == 1)
    }

    /// "COB", "the end of the month".
    fn end_named(&self, at: usize) -> Option<(usize, &'static str)> {
        let no_date = "is no date: write the day that is meant, such as by Friday or by 30 Nov";
        match self.word(at) {
            "cob" | "eob" => return Some((1, NO_HOUR)),
            "eow" | "eom" | "eoq" | "eoy" => return Some((1, no_date)),
            _ => {}
        }
        let from = at + usize::from(self.word(at) == "the");
        let of = (self.word(from), self.word(from + 1));
        if !matches!(of, ("end" | "close" | "beginning" | "start" | "middle", "of")) {
            return None;
        }
        let article = matches!(self.word(from + 2), "the" | "this" | "next" | "each" | "every");
        let what = from + 2 + usize::from(article);
        let count = what + 1 - at;
        match self.word(what) {
            "business" | "work" | "play" | "day" => Some((count, NO_HOUR)),
            "week" | "month" | "quarter" | "year" => Some((count, no_date)),
            month if words::month(month).is_some() => Some((count, no_date)),
            _ => None,
        }
    }
}
