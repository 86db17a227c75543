//! The words that are left for the title, looked at once more when the whole line is read: beside
//! a date or a time some of them can only have been meant for it.

use super::{
    Known,
    clock::Clock,
    misspelt::{elsewhere, meant, meant_beside, month_elsewhere},
    place::called,
    scan::{Reader, Refused, Scan, What},
    token::Sort,
    words,
};

const QUOTE: &str = "or put it in quotes to keep it in the title";

/// How many words are doubtful, and why.
pub(super) type Doubt = Option<(usize, String)>;

/// What is left, beside what was understood.
pub(super) struct Leftover<'a> {
    pub reader: Reader<'a>,
    taken: Vec<bool>,
    pub date: bool,
    pub time: bool,
    pub repeat: bool,
    pub length: bool,
    /// The time of day, where one is said and its half of the day is not.
    pub unsure: Option<Clock>,
}

/// Refuses a word of the title that belongs to the date or time beside it.
pub(super) fn refuse(scan: &Scan<'_>, known: &Known<'_>) -> Result<(), Refused> {
    let left = Leftover::of(scan, known);
    for at in 0..left.taken.len() {
        if let Some((count, why)) = left.doubt(at) {
            let tokens = at..(at + count).min(left.taken.len());
            let said = left.reader.said(tokens.clone());
            return Err(Refused::at(tokens, format!("'{said}' {why}, {QUOTE}")));
        }
    }
    Ok(())
}

impl<'a> Leftover<'a> {
    fn of(scan: &'a Scan<'a>, known: &'a Known<'a>) -> Self {
        let mut taken = vec![false; scan.tokens.len()];
        for piece in &scan.pieces {
            taken[piece.tokens.clone()].fill(true);
        }
        let has = |is: fn(&What) -> bool| scan.find(|what| is(what).then_some(())).is_some();
        Self {
            reader: Reader { tokens: scan.tokens, known, peeks: false },
            taken,
            date: has(|what| {
                matches!(what, What::Day(..) | What::Days(..) | What::Moment(..) | What::Elapsed(_))
            }),
            time: has(|what| {
                matches!(
                    what,
                    What::Clock(_)
                        | What::Clocks(..)
                        | What::Moment(..)
                        | What::Elapsed(_)
                        | What::AllDay
                        | What::EndOfDay
                )
            }),
            repeat: has(|what| matches!(what, What::Repeat(_))),
            unsure: scan
                .find(|what| match what {
                    What::Clock(clocks) => clocks.first().copied(),
                    What::Clocks(first, _) => Some(*first),
                    _ => None,
                })
                .map(|(clock, _)| clock)
                .filter(|clock| !clock.sure),
            length: has(|what| matches!(what, What::Length(_) | What::Clocks(..))),
        }
    }

    fn doubt(&self, at: usize) -> Doubt {
        if !self.is_title(at) {
            return None;
        }
        let found = self.misspelt(at).or_else(|| self.other_language(at));
        if found.is_some() || !(self.date || self.time || self.repeat) {
            return found;
        }
        self.lasting(at)
            .or_else(|| self.month(at))
            .or_else(|| self.number(at))
            .or_else(|| self.dotted(at))
            .or_else(|| self.clock(at))
            .or_else(|| self.about(at))
            .or_else(|| self.spoken(at))
            .or_else(|| self.vague(at))
            .or_else(|| self.zone(at))
            .or_else(|| self.repetition(at))
            .or_else(|| self.reminder(at))
    }

    /// Whether a word of the title stands here.
    pub fn is_title(&self, at: usize) -> bool {
        self.taken.get(at) == Some(&false) && self.reader.tokens[at].sort == Sort::Word
    }

    /// The word of the title here; empty where there is none.
    pub fn word(&self, at: usize) -> &str {
        if self.is_title(at) { self.reader.word(at) } else { "" }
    }

    /// The one before it.
    pub fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |before| self.word(before))
    }

    /// Whether what was understood stands here.
    pub fn is_taken(&self, at: usize) -> bool {
        self.taken.get(at) == Some(&true)
    }

    pub fn is_behind_taken(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| self.is_taken(before))
    }

    pub fn is_behind_comma(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.reader.tokens.get(before));
        before.is_some_and(|token| token.sort == Sort::Comma)
    }

    /// Whether the title goes no further here.
    pub fn ends(&self, at: usize) -> bool {
        self.word(at).is_empty()
            && self.reader.tokens.get(at).is_none_or(|t| t.sort != Sort::Quoted)
    }

    /// Whether a number here belongs to the word before it.
    pub fn is_numbered(&self, at: usize) -> bool {
        words::takes_number(self.before(at))
            || at > 1 && self.before(at) == "and" && words::takes_number(self.before(at - 1))
    }

    /// "nxt", which stands before the day it belongs to.
    fn is_short(&self, at: usize) -> bool {
        matches!(self.word(at), "nxt" | "nex" | "nx" | "evry" | "evr" | "ever")
    }

    fn misspelt(&self, at: usize) -> Doubt {
        // Tom is somebody, and "tom" is tomorrow in haste.
        let beside = self.is_taken(at + 1) || self.is_behind_taken(at);
        if self.reader.tokens[at].text == "tom" && beside && !self.date {
            let why = "is not understood: did you mean tomorrow? write it, or Tom";
            return Some((1, why.into()));
        }
        let numbered = self.before(at).starts_with(|c: char| c.is_ascii_digit());
        let word = self.word(at);
        let known = !called(self.reader.known.people, word).is_empty();
        // "we" and "do" are words, and German days where they begin with a capital.
        let capital = self.reader.tokens[at].text.starts_with(char::is_uppercase) && at > 0;
        if !known && self.is_taken(at + 1) && (!self.date && !self.repeat || self.is_short(at)) {
            if capital && matches!(word, "do" | "di" | "mi" | "so") {
                let why = "may be a day: write it in English, such as Thursday";
                return Some((1, why.into()));
            }
            if let Some(name) = meant_beside(word, numbered).filter(|_| word != "we" || capital) {
                return Some((1, format!("is not understood: did you mean {name}? write it")));
            }
        }
        let name = meant(word)?;
        Some((1, format!("is not understood: did you mean {name}? write it")))
    }

    fn other_language(&self, at: usize) -> Doubt {
        let word = self.word(at);
        let numbered = self.before(at).starts_with(|c: char| c.is_ascii_digit());
        let month = month_elsewhere(word).filter(|_| numbered);
        let english = elsewhere(word).or(month)?;
        Some((1, format!("is not English, which is all that is read here: write {english}")))
    }

    /// "early December", "in May".
    fn month(&self, at: usize) -> Doubt {
        let told = matches!(
            self.word(at),
            "early"
                | "mid"
                | "late"
                | "in"
                | "this"
                | "next"
                | "last"
                | "starting"
                | "beginning"
                | "from"
                | "since"
                | "thru"
                | "through"
                | "until"
                | "till"
                | "during"
                | "by"
                | "before"
                | "after"
                | "end"
                | "end-of"
        );
        let why = |month: &str| {
            let name = words::month(month).map(words::month_name).unwrap_or_default();
            format!("is no date: write a day of the month, such as 5 {name}")
        };
        let of = at + 1 + usize::from(self.word(at + 1) == "of");
        if !self.date && told && words::month(self.word(of)).is_some() {
            return Some((of + 1 - at, why(self.word(of))));
        }
        let word = self.word(at);
        if !self.date
            && let Some((_, month)) = word.split_once('-')
            && word.starts_with(['m', 'e', 'l'])
            && words::month(month).is_some()
        {
            return Some((1, why(month)));
        }
        if words::month(word).is_none() || self.repeat {
            return None;
        }
        if self.date {
            let name = matches!(word, "march" | "may" | "april" | "june" | "august" | "jan");
            let beside = self.is_taken(at + 1) || self.is_behind_taken(at);
            return (!name && beside).then(|| (1, why(word)));
        }
        // A name of a person too, unless it stands by the time.
        let name =
            matches!(word, "march" | "mar" | "may" | "april" | "june" | "jun" | "august" | "jan");
        let beside = [self.before(at), self.word(at + 1)]
            .iter()
            .any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            || self.is_taken(at + 1)
            || self.is_behind_taken(at);
        let known = !called(self.reader.known.people, word).is_empty();
        (!known && (!name || beside)).then(|| (1, why(word)))
    }

    /// "UTC" away from the time, "9am German time".
    fn zone(&self, at: usize) -> Doubt {
        let (word, next) = (self.word(at), self.word(at + 1));
        let known = matches!(word, "utc" | "gmt" | "zulu")
            || word.len() > 2
                && words::zones_of_word(word).is_some()
                && !matches!(word, "west" | "hst")
                && !matches!(word, "eastern" | "pacific" | "mountain");
        let write = "write it right behind the time by a name such as Europe/Berlin";
        if known && self.time {
            return Some((1, format!("may be a zone or not: {write}")));
        }
        let whose = matches!(word, "his" | "her" | "their" | "your" | "our" | "my" | "local");
        let apart = self.ends(at + 2) || self.is_behind_taken(at) || self.is_behind_comma(at);
        if whose && next == "time" && self.time && apart {
            return Some((2, format!("may be another clock: {write}")));
        }
        let city = |part: &str| !self.reader.zones_of(part).is_empty();
        let cities = word.contains('/') && word.split('/').any(city);
        if self.time && cities && self.is_behind_taken(at) {
            return Some((1, format!("is more than one zone: {write}")));
        }
        let of_day = matches!(
            next,
            "morning" | "afternoon" | "evening" | "night" | "end" | "side" | "clock" | "noon"
        );
        let numbered = self.before(at).starts_with(|c: char| c.is_ascii_digit());
        let other = whose && of_day && self.is_behind_taken(at)
            || numbered && matches!(word, "hers" | "his" | "theirs" | "mine" | "yours" | "ours")
            || word == "local" && self.is_behind_taken(at) && self.ends(at + 1);
        if self.time && other {
            return Some((1, format!("may be another clock: {write}")));
        }
        let there = word == "there" && self.ends(at + 1);
        let over = self.before(at) == "over" || self.is_behind_taken(at);
        let region = matches!(word, "eastern" | "pacific" | "mountain" | "central");
        let region = region && matches!(self.before(at), "us" | "american" | "australian");
        if self.time && (there && over || region) {
            return Some((1, format!("may be another clock: {write}")));
        }
        let behind =
            (1..=3).find(|count| self.word(at + count) == "time" && self.ends(at + count + 1));
        let own = matches!(
            word,
            "lunch"
                | "dinner"
                | "breakfast"
                | "tea"
                | "bed"
                | "play"
                | "story"
                | "first"
                | "break"
                | "party"
                | "prime"
                | "family"
                | "free"
                | "focus"
                | "quiet"
                | "study"
                | "reading"
                | "game"
                | "circle"
                | "me"
                | "screen"
        );
        match behind {
            Some(count) if self.time && self.is_behind_taken(at) && !own => {
                Some((count + 1, format!("is no zone known here: {write}")))
            }
            _ => None,
        }
    }

    /// "30 min before", "reminder", "the evening before".
    fn reminder(&self, at: usize) -> Doubt {
        let (word, next) = (self.word(at), self.word(at + 1));
        let why = "is not understood: write remind 30m, or remind at 18:00 the day before";
        let ahead = matches!(word, "before" | "beforehand" | "earlier");
        if ahead && self.ends(at + 1) || (word, next) == ("in", "advance") {
            return Some((1 + usize::from(next == "advance"), why.into()));
        }
        let told = matches!(
            word,
            "reminder" | "reminders" | "alert" | "alarm" | "notify" | "notification" | "remind"
        );
        let comma = self.is_behind_comma(at);
        if word.strip_prefix('!').is_some_and(|rest| words::compact(rest).is_some()) {
            return Some((1, why.into()));
        }
        let me = matches!(word, "remind" | "alert" | "notify" | "ping" | "wake") && next == "me";
        (at > 0 && (told && (comma || self.is_behind_taken(at)) || me))
            .then(|| (1 + usize::from(me), why.into()))
    }
}
