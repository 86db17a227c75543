//! The same for times of day and lengths: numbers, half times, and hours in words.

use super::{
    clock::{Clock, Part},
    leftover::{Doubt, Leftover},
    words,
};

/// Minutes as they are said behind an hour.
const MINUTES: [&str; 10] = [
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "twenty-five",
    "thirty-five",
    "forty-five",
    "fifty-five",
    "fourty-five",
];

impl Leftover<'_> {
    /// "dentist 9" beside a date, "dinner 24" beside a time.
    pub fn number(&self, at: usize) -> Doubt {
        let word = self.word(at);
        let edge = self.ends(at + 1);
        let on = self.word(at + 1) == "and" && self.is_taken(at + 2);
        if self.is_numbered(at) || !(edge || on || self.is_behind_taken(at)) {
            return None;
        }
        let is_time = match words::digits(word) {
            Some(n) if word.len() == 4 => n < 2400 && n % 100 < 60 && n % 5 == 0,
            Some(n) => word.len() < 3 && (1..=24).contains(&n),
            None => edge && self.is_behind_taken(at) && words::number(word).is_some_and(|n| n > 1),
        };
        if is_time && !self.time && (self.date || self.repeat) {
            let why = "may be a time or not: write at 9, 9:00 or 9am";
            return Some((1, why.into()));
        }
        let day = word.len() < 3 && words::digits(word).is_some_and(|n| (1..=31).contains(&n));
        let ordinal =
            words::ordinal(word).is_some() && word.starts_with(|c: char| c.is_ascii_digit());
        if (edge || on) && ordinal && self.repeat {
            let why = "is not understood beside the repetition: write every month on the 15th, or every Monday";
            return Some((1, why.into()));
        }
        if edge && (day || ordinal) && !self.date && !self.repeat {
            let why = "may be a day or not: write it with its month, such as 24 Dec";
            return Some((1, why.into()));
        }
        None
    }

    /// "24.12" and "9.30" without a word that says which.
    pub fn dotted(&self, at: usize) -> Doubt {
        if self.date
            && self.word(at).strip_prefix(['\'', '’']).is_some_and(|y| words::digits(y).is_some())
        {
            return Some((1, "may be a year or not: write it in four digits".into()));
        }
        if !self.date && (is_glued_date(self.word(at)) || is_whole_date(self.word(at))) {
            return Some((1, "is not understood: write a date like 24 Dec".into()));
        }
        let (one, two) = self.word(at).split_once('.')?;
        let two = two.trim_end_matches('.');
        let short = |text: &str| (text.len() <= 2).then(|| words::digits(text)).flatten();
        let (one, minutes, two) = (short(one)?, two.len() == 2, short(two)?);
        let edge = self.ends(at + 1) || self.is_behind_taken(at);
        if !edge || self.is_numbered(at) {
            return None;
        }
        if !self.date && !self.repeat && (1..=31).contains(&one) && (1..=12).contains(&two) {
            let why = "may be a date or not: write it like 24.12. or 24 Dec";
            return Some((1, why.into()));
        }
        let is_time = minutes && one <= 24 && two < 60 && !self.time;
        is_time.then(|| (1, "may be a time or not: write it like 9:30".into()))
    }

    /// "9p", "3ish", "2pm/4pm", "9amCET".
    pub fn clock(&self, at: usize) -> Doubt {
        let word = self.word(at);
        let ish = word.strip_suffix("-ish").or_else(|| word.strip_suffix("ish"));
        let is_one = |rest: &str| is_clock(rest) || words::number(rest).is_some_and(|n| n <= 24);
        if ish.or(word.strip_prefix('~')).is_some_and(is_one) {
            let why = "is no one time: write the one that is meant, such as 15:00";
            return Some((1, why.into()));
        }
        let clock = (word, self.word(at + 1)) == ("o", "clock");
        if clock || matches!(word, "o'clock" | "o’clock" | "oclock") {
            return Some((1, "stands behind no hour: write it like 9:00".into()));
        }
        let parts: Vec<&str> = word.split('/').collect();
        if parts.len() > 1 && parts.iter().any(|one| is_clock(one)) {
            let why = "is more than one time: write at 8:00 and 20:00 with a repetition, or add them one by one";
            return Some((1, why.into()));
        }
        let begins = word.split(['-', '–', '+']).next().filter(|first| first.len() < word.len());
        let short = |text: &str| text.strip_suffix(['a', 'p']).is_some_and(is_hour);
        let ends = word.split(['-', '–']).next_back().filter(|last| last.len() < word.len());
        let to =
            ends.is_some_and(short) && begins.is_some_and(|first| is_hour(first) || short(first));
        if to || begins.is_some_and(is_clock) || is_more_than_clock(word) {
            return Some((1, "is not understood: write it like 9:00, or 9:00-10:30".into()));
        }
        let range = word.strip_suffix("hrs").or_else(|| word.strip_suffix('h'));
        if range
            .and_then(|range| range.split_once(['-', '–']))
            .is_some_and(|(one, two)| is_hour(one.trim_end_matches('h')) && is_hour(two))
        {
            return Some((1, "is not understood: write it like 14:00-15:00".into()));
        }
        let hours = ["uhr", "hrs", "h", "u"].iter().find_map(|unit| word.strip_suffix(unit));
        let whole = |text: &str| {
            is_hour(text)
                || is_clock(&text.replace('.', ":"))
                || words::digits(text).is_some_and(|n| text.len() == 4 && n < 2400)
        };
        let with_h = word.split_once('h').is_some_and(|(one, two)| is_hour(one) && is_hour(two));
        if !self.time && self.ends(at + 1) && (with_h || hours.is_some_and(whole)) {
            return Some((1, "may be a time or not: write it like 15:00".into()));
        }
        let letter = word.strip_suffix(['a', 'p']).filter(|rest| whole(rest));
        let told = !self.time || self.before(at) == "at";
        if letter.is_some() && told {
            return Some((1, "is not understood: write it like 9am or 9pm".into()));
        }
        None
    }

    /// "around 3", "after 5".
    pub fn about(&self, at: usize) -> Doubt {
        let told = matches!(
            self.word(at),
            "around"
                | "about"
                | "approx"
                | "approximately"
                | "circa"
                | "roughly"
                | "after"
                | "before"
                | "past"
                | "at"
                | "by"
                | "till"
                | "until"
                | "til"
                | "@"
        );
        let next = self.word(at + 1);
        let number =
            is_hour(next) || is_clock(next) || words::number(next).is_some_and(|n| n <= 24);
        let named = matches!(next, "noon" | "midnight" | "midday") || next.ends_with("ish");
        if told && (number && self.ends(at + 2) || named) && !self.is_taken(at + 2) | !self.time {
            let why = "is no one time: write the one that is meant, such as at 15:00";
            return Some((2, why.into()));
        }
        None
    }

    /// "nine thirty", "nine-thirty", "9 sharp".
    pub fn spoken(&self, at: usize) -> Doubt {
        let (word, next) = (self.word(at), self.word(at + 1));
        let why = "is not understood: write it like 9:30";
        let is_hour_word = |word: &str| words::number(word).is_some_and(|n| (1..=12).contains(&n));
        let glued = word
            .split_once('-')
            .is_some_and(|(hour, minute)| is_hour_word(hour) && MINUTES.contains(&minute));
        if glued || MINUTES.contains(&word) && self.is_behind_taken(at) {
            return Some((1, why.into()));
        }
        if is_hour_word(word) && MINUTES.contains(&next) && !self.time {
            return Some((2, why.into()));
        }
        if let Some(part) = Part::of(word) {
            let against = |clock: Clock| !part.hours().contains(&(clock.minutes / 60));
            if self.unsure.is_some_and(against) {
                let why = "does not agree with the time: write it like 09:00 or 21:00";
                return Some((1, why.into()));
            }
            if next == "and" && !self.time && Part::of(self.word(at + 2)).is_some()
                || self.time && self.is_behind_taken(at) && self.ends(at + 1)
            {
                let why =
                    "is not read with the time: write it behind it, as in at 7 in the evening";
                return Some((1, why.into()));
            }
        }
        let glued = word.rsplit_once(':').is_some_and(|(one, two)| {
            two.len() == 2 && words::digits(two).is_some() && one.len() < 4 && !one.is_empty()
        });
        let letters = word.len() < 4
            && word.ends_with("oo")
            && word.starts_with(|c: char| c.is_ascii_digit());
        if (glued || letters) && !self.time && word != "1:1" {
            return Some((1, why.into()));
        }
        let tail = matches!(
            word,
            "sharp" | "hrs" | "hours" | "ish" | "p" | "onwards" | "onward" | "latest" | "earliest"
        );
        let tail = tail && self.is_behind_taken(at) && self.ends(at + 1);
        tail.then(|| {
            (1, "is not understood here: write it like 9:30, or by Friday for a task".into())
        })
    }

    /// ", 30 min", "2-hour meeting", "for 2-3 hours", where no length was understood.
    pub fn lasting(&self, at: usize) -> Doubt {
        if !(self.time || self.date) || self.length {
            return None;
        }
        let (word, next) = (self.word(at), self.word(at + 1));
        let why = "may be how long it lasts or not: write it like for 45m or for 3 days";
        if word == "for" && next.starts_with(|c: char| c.is_ascii_digit()) {
            let several = next.contains(['-', '–']) || self.word(at + 2) == "to";
            let count = if self.ends(at + 2) { 2 } else { 3 };
            let unit = words::unit(self.word(at + 2)).is_some();
            let round = words::digits(next).is_some_and(|n| n >= 10 && n % 5 == 0);
            if several && (unit || words::unit(self.word(at + 4)).is_some())
                || round && self.ends(at + 2)
            {
                return Some((count, why.into()));
            }
        }
        if word == "+" && self.reader.span(at + 1).is_some() {
            return Some((2, why.into()));
        }
        let begins = at == 0 || self.is_behind_taken(at) || self.is_behind_comma(at);
        let glued = word
            .split_once('-')
            .is_some_and(|(number, unit)| words::number(number).is_some() && is_short_unit(unit));
        if glued && (begins || self.ends(at + 1)) {
            return Some((1, why.into()));
        }
        let (amount, end) = self.reader.span(at)?;
        let short = amount.months == 0 && (amount.days == 0) == self.time;
        let said = is_short_unit(self.word(end - 1)) && end > at + 1;
        let long = matches!(self.word(end), "long" | "max" | "total");
        let whole = begins && self.ends(end + usize::from(long));
        let first = at == 0 && said && !self.ends(end);
        (short && self.is_title(end - 1) && (whole || first || long))
            .then(|| (end - at, why.into()))
    }
}

fn is_short_unit(word: &str) -> bool {
    word.len() > 1 && words::unit(word).is_some_and(|unit| unit.days == 0 && unit.months == 0)
}

/// "9", "09".
fn is_hour(text: &str) -> bool {
    text.len() < 3 && words::digits(text).is_some_and(|n| n <= 24)
}

/// "9am", "9:30", "noon".
fn is_clock(text: &str) -> bool {
    if matches!(text, "noon" | "midnight" | "midday") {
        return true;
    }
    let bare = text.strip_suffix("am").or_else(|| text.strip_suffix("pm"));
    let number = bare.unwrap_or(text);
    match number.split_once([':', '.']) {
        Some((hour, minute)) => {
            let sure = bare.is_some() || number.contains(':');
            sure && is_hour(hour)
                && minute.len() == 2
                && words::digits(minute).is_some_and(|n| n < 60)
        }
        None => bare.is_some() && is_hour(number),
    }
}

/// "27.nov", "24dec", "dec24".
fn is_glued_date(word: &str) -> bool {
    let plain = word.replace('.', "");
    let letters: String = plain.chars().filter(|c| c.is_alphabetic()).collect();
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    let apart = plain == format!("{letters}{digits}") || plain == format!("{digits}{letters}");
    apart
        && digits.len() < 3
        && words::digits(&digits).is_some()
        && words::month(&letters).is_some()
}

/// "1pm2pm", and not "5amp".
fn is_more_than_clock(word: &str) -> bool {
    let at = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    let (number, rest) = word.split_at(at);
    let rest = rest.strip_prefix("am").or_else(|| rest.strip_prefix("pm"));
    is_hour(number) && rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('p'))
}

/// "20261231".
fn is_whole_date(word: &str) -> bool {
    let number = word.parse::<u32>().ok().filter(|_| word.len() == 8);
    number.is_some_and(|n| {
        (19_000_000..22_000_000).contains(&n)
            && (1..=12).contains(&(n / 100 % 100))
            && (1..=31).contains(&(n % 100))
    })
}
