//! Words of the title that would change what a date or time beside them says: better said than
//! read past.

use super::{
    scan::{After, Reader, Refused},
    token::Sort,
    weekdate::is_of_a_year,
    words,
};

const QUOTE: &str = "or put it in quotes to keep it in the title";
const NO_DATE: &str = "names no date or time: write the one that is meant, or by Friday for a task";

impl Reader<'_> {
    /// Refuses what belongs to a date or time and was not understood with it.
    pub fn refuse_doubtful(&self, at: usize, after: After) -> Result<(), Refused> {
        let doubt = self.doubt(at, after).or_else(|| self.doubtful_number(at, after));
        match doubt.or_else(|| self.doubtful_name(at)) {
            Some((count, why)) => {
                let tokens = at..(at + count).min(self.tokens.len());
                let message = format!("'{}' {why}, {QUOTE}", self.said(tokens.clone()));
                Err(Refused::at(tokens, message))
            }
            None => Ok(()),
        }
    }

    /// How many words are doubtful, and why.
    fn doubt(&self, at: usize, after: After) -> Option<(usize, &'static str)> {
        let (word, next) = (self.word(at), self.word(at + 1));
        let beside = !matches!(after, After::Nothing | After::Other);
        match word {
            "before" | "after" | "around" if self.is_when(at + 1) || self.is_named_day(at + 1) => {
                Some((2, NO_DATE))
            }
            "before" | "after" if after == After::Date && matches!(next, "next" | "last") => {
                Some((2, NO_DATE))
            }
            "within" if self.span(at + 1).is_some() => Some((3, NO_DATE)),
            "except" | "excluding" | "besides" | "unless"
                if beside || self.is_when_or_series(at + 1) =>
            {
                Some((1, "cannot be said here: add the series and skip one of it afterwards"))
            }
            "but" | "not" | "skip" | "without" if self.is_when_or_series(at + 1) => {
                Some((1, "cannot be said here: add the series and skip one of it afterwards"))
            }
            "to" | "or" if beside && self.is_when(at + 1) => {
                Some((2, "is not understood: write it like 3 to 5 May, or daily until 5 May"))
            }
            "week" | "fortnight" if after == After::Date || beside && self.behind_a_day(at) => {
                Some((1, "behind a date is not understood: write the date that is meant"))
            }
            _ if words::unit(word).is_some()
                && (next == "from" || next == "on" && self.behind_a_number(at))
                && self.is_when(at + 1) =>
            {
                Some((
                    3,
                    "is not understood: write the date, or in 2 weeks where that is from today",
                ))
            }
            _ if words::ordinal(word).is_some()
                && words::weekday(next).is_some()
                && matches!(self.word(at + 2), "of" | "in") =>
            {
                Some((4, "is not understood: write its date, such as 7 Dec"))
            }
            _ if words::ordinal(word).is_some() && words::weekday(next).is_some() => {
                Some((2, "is not understood: write every month on the 2nd Tuesday, or its date"))
            }
            _ if is_several_days(word) => Some((1, "is more than one day: add them one by one")),
            _ => None,
        }
    }

    /// The same of numbers: "half 3", "and a half", "23-11-2026", "10:00+02:00", "15h".
    fn doubtful_number(&self, at: usize, after: After) -> Option<(usize, &'static str)> {
        let (word, next, third) = (self.word(at), self.word(at + 1), self.word(at + 2));
        let beside = !matches!(after, After::Nothing | After::Other);
        match word {
            "half"
                if words::number(next).is_some_and(|n| n <= 24) && !matches!(next, "a" | "an") =>
            {
                Some((2, "means two things: write a time such as 2:30pm"))
            }
            "and" if next == "a" && matches!(third, "half" | "quarter") => {
                Some((3, "is not understood: write it like 1h30, or 90 minutes"))
            }
            "half" if beside && (self.ends(at + 1) || words::unit(next).is_some()) => {
                Some((1, "is not understood: write a time such as 2:30pm, or a length like 1h30"))
            }
            _ if words::number(word).is_some()
                && (next, third, self.word(at + 3)) == ("and", "a", "half") =>
            {
                Some((5, "is not understood: write it like 1h30, or 90 minutes"))
            }
            "and" | "or" | "&" | "to" | "until" | "-" | "–"
                if after == After::Date && is_day(next) && self.ends(at + 2) =>
            {
                Some((2, "would be more than one day: write 3 to 5 May, or add them one by one"))
            }
            _ if is_day(word)
                && matches!(next, "and" | "or" | "&" | "to" | "until" | "-" | "–")
                && matches!(self.day(at + 2, false), Ok(Some(_))) =>
            {
                Some((3, "would be more than one day: write 3 to 5 May, or add them one by one"))
            }
            _ if is_dashed_date(word) || is_of_a_year(word) && !self.is_numbered(at) => {
                Some((1, "is not understood: write a date like 2026-12-24 or 24 Dec 2026"))
            }
            _ if is_dashed_pair(word)
                && !self.is_numbered(at)
                && (beside || self.is_when(at + 1)) =>
            {
                Some((1, "may be a date or a time: write it like 24 Dec, or like 9:00-17:00"))
            }
            _ if has_offset(word) => {
                Some((1, "has an offset and no zone: write a name such as 10:00 Europe/Berlin"))
            }
            _ if begins_as_clock(word) => {
                Some((1, "is not understood: write a time like 9:00 or 9am"))
            }
            _ if is_hours(word, next) && (beside || self.stands_out(at, word)) => {
                let count = 1 + usize::from(words::digits(word).is_some());
                Some((
                    count,
                    "may be a time or not: write a time like 15:00, or a length like for 2h",
                ))
            }
            _ if words::compact(word).is_some()
                && (beside || self.is_behind_comma(at))
                && self.ends(at + 1) =>
            {
                Some((1, "may be how long it lasts or not: write it like for 45m"))
            }
            _ => None,
        }
    }

    /// "13 and 17" behind "at 9,".
    pub fn refuse_more_times(&self, at: usize, after: After) -> Result<(), Refused> {
        let is_hour = |at: usize| words::digits(self.word(at)).is_some_and(|n| n <= 24);
        let goes_on = |at: usize| {
            self.tokens.get(at).is_none_or(|token| token.text == ",")
                || matches!(self.word(at), "and" | "&")
        };
        let is_comma = self.tokens.get(at).is_some_and(|token| token.text == ",");
        if after == After::Time && is_comma && is_hour(at + 1) && goes_on(at + 2) {
            let said = self.said(at + 1..at + 2);
            let message = format!(
                "'{said}' may be another time: write 'and' between times, as in at 9:00 and 17:00, {QUOTE}"
            );
            return Err(Refused::at(at + 1..at + 2, message));
        }
        Ok(())
    }

    /// Whether a date or a time stands here.
    pub fn is_when(&self, at: usize) -> bool {
        let peek = Reader { peeks: true, ..*self };
        let piece = peek.piece(at, After::Other).ok().flatten();
        piece.is_some_and(|(what, _)| what.is_when())
    }

    /// The same, or days it repeats on: "Sundays".
    fn is_when_or_series(&self, at: usize) -> bool {
        self.is_when(at)
            || words::weekdays_plural(self.word(at)).is_some()
            || matches!(self.word(at), "weekdays" | "weekends" | "the" | "in")
                && (words::unit(self.word(at + 1)).is_some() || self.is_when(at + 1))
    }

    /// Whether an hour is set off by a comma or "at", or has a date or time behind it.
    fn stands_out(&self, at: usize, word: &str) -> bool {
        let next = at + 1 + usize::from(words::digits(word).is_some());
        let before = at.checked_sub(1).map_or("", |before| self.word(before));
        self.is_behind_comma(at) || before == "at" || self.is_when(next)
    }

    fn is_behind_comma(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.is_some_and(|token| token.sort == Sort::Comma)
    }

    /// Whether a number here belongs to the word before it: "pages 10-20".
    pub fn is_numbered(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| words::takes_number(self.word(before)))
    }

    fn behind_a_day(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map_or("", |before| self.word(before));
        words::weekday(before).is_some() || before == "today" || words::is_tomorrow(before)
    }

    fn behind_a_number(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| words::number(self.word(before)).is_some())
    }
}

/// "Fri/Sat", "Mon-Wed".
fn is_several_days(word: &str) -> bool {
    let sign = ['/', '-', '–', '+', '&'];
    word.contains(sign)
        && word.split(sign).all(|one| {
            words::weekday_code(one).is_some() || one == "today" || words::is_tomorrow(one)
        })
}

/// "3" or "3rd" of a month.
fn is_day(word: &str) -> bool {
    let plain = word.starts_with(|c: char| c.is_ascii_digit());
    let ordinal = words::ordinal(word).filter(|_| plain).and_then(|n| u32::try_from(n).ok());
    words::digits(word).or(ordinal).is_some_and(|n| (1..=31).contains(&n))
}

/// "23-11-2026", "2027-1-5", "24-Dec".
fn is_dashed_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '–', '—']).collect();
    let number = |part: &&str| words::digits(part).is_some();
    let named = |part: &&str| words::month(part).is_some();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    match lengths.as_slice() {
        [_, _] => parts.iter().any(number) && parts.iter().any(named),
        [1 | 2, 1 | 2, 2 | 4] | [4, 1 | 2, 1 | 2] if parts.iter().all(number) => true,
        [_, _, _] => parts.iter().any(named) && parts.iter().filter(|p| number(p)).count() == 2,
        _ => false,
    }
}

/// "12-24".
fn is_dashed_pair(word: &str) -> bool {
    let Some((one, two)) = word.split_once(['-', '–', '—']) else { return false };
    words::digits(one).is_some() && words::digits(two).is_some()
}

/// "10:00+02:00", "10:00Z", "1000Z".
fn has_offset(word: &str) -> bool {
    let military = word.strip_suffix('z').is_some_and(|rest| {
        rest.len() == 4 && words::digits(rest).is_some_and(|n| n < 2400 && n % 100 < 60)
    });
    military
        || behind_clock(word).is_some_and(|rest| rest == "z" || rest.starts_with(['+', '-', '−']))
}

/// "9:00ish"; "16:9" and "4:33" by itself are read or refused elsewhere.
fn begins_as_clock(word: &str) -> bool {
    behind_clock(word).is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with(|c: char| c == ':' || c.is_ascii_digit())
    })
}

/// What stands behind hour and minute in the same word.
fn behind_clock(word: &str) -> Option<&str> {
    let (hour, rest) = word.split_once(':')?;
    let minute = rest.get(..2)?;
    let fits = hour.len() <= 2 && words::digits(hour).is_some() && words::digits(minute).is_some();
    if fits { rest.get(2..) } else { None }
}

/// "15h", "15h30", "15 Uhr".
fn is_hours(word: &str, next: &str) -> bool {
    let hour = |text: &str| text.len() <= 2 && words::digits(text).is_some_and(|n| n <= 24);
    let minutes = |text: &str| text.is_empty() || text.len() == 2 && words::digits(text).is_some();
    match word.split_once('h') {
        Some((one, two)) => hour(one) && minutes(two),
        None => hour(word) && matches!(next, "h" | "uhr"),
    }
}
