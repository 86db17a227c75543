//! Words of the title that would change what a date or time beside them says: better said than
//! read past.

use super::{
    scan::{After, Reader, Refused},
    words,
};

const QUOTE: &str = "or put it in quotes to keep it in the title";

impl Reader<'_> {
    /// Refuses what belongs to a date or time and was not understood with it.
    pub fn refuse_doubtful(&self, at: usize, after: After) -> Result<(), Refused> {
        let (word, next) = (self.word(at), self.word(at + 1));
        let no = |count: usize, why: &str| {
            let tokens = at..(at + count).min(self.tokens.len());
            let message = format!("'{}' {why}, {QUOTE}", self.said(tokens.clone()));
            Err(Refused::at(tokens, message))
        };
        let beside = !matches!(after, After::Nothing | After::Other);
        match word {
            "before" | "after" if self.is_when(at + 1) => {
                no(2, "names no date or time: write the one that is meant, or by Friday for a task")
            }
            "except" | "excluding" if beside => {
                no(1, "cannot be said here: add the series and skip one of it afterwards")
            }
            "week" | "fortnight" if after == After::Date => {
                no(1, "behind a date is not understood: write the date that is meant")
            }
            _ if words::unit(word).is_some() && next == "from" && self.is_when(at + 1) => {
                no(3, "is not understood: write the date, or in 2 weeks where that is from today")
            }
            _ if words::ordinal(word).is_some()
                && words::weekday(next).is_some()
                && matches!(self.word(at + 2), "of" | "in") =>
            {
                no(4, "is not understood: write its date, such as 7 Dec")
            }
            "half"
                if words::number(next).is_some_and(|n| n <= 24) && !matches!(next, "a" | "an") =>
            {
                no(2, "means two things: write a time such as 2:30pm")
            }
            _ if is_several_days(word) => no(1, "is more than one day: add them one by one"),
            _ if beside && is_hours(word, next) => {
                let count = 1 + usize::from(words::digits(word).is_some());
                no(count, "may be a time or not: write a time like 15:00, or a length like for 2h")
            }
            _ => Ok(()),
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
    fn is_when(&self, at: usize) -> bool {
        let peek = Reader { peeks: true, ..*self };
        let piece = peek.piece(at, After::Other).ok().flatten();
        piece.is_some_and(|(what, _)| what.is_when())
    }
}

/// "Fri/Sat".
fn is_several_days(word: &str) -> bool {
    word.contains('/') && word.split('/').all(|one| words::weekday(one).is_some())
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
