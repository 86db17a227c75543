//! The same where it repeats: how often, from when and until when, in words not understood.

use super::{
    leftover::{Doubt, Leftover},
    words,
};

impl Leftover<'_> {
    /// "x5", "8 sessions", "starting soon", "of the month".
    pub fn repetition(&self, at: usize) -> Doubt {
        self.bound(at).or_else(|| if self.repeat { self.often(at) } else { None })
    }

    /// "until the summer", "through May", "as of January".
    fn bound(&self, at: usize) -> Doubt {
        let (word, next) = (self.word(at), self.word(at + 1));
        let no_date = "names no date: write it, such as starting 5 January or until 31 May";
        let count = 1 + usize::from(!next.is_empty());
        match word {
            "thru" | "ending" | "starting" | "beginning"
                if self.repeat || self.is_datelike(at + 1) =>
            {
                Some((count, no_date.into()))
            }
            "through" | "since" | "from" | "until" | "till" | "til" if self.is_datelike(at + 1) => {
                Some((count, no_date.into()))
            }
            "up" if next == "to" && self.is_datelike(at + 2) => Some((3, no_date.into())),
            "as" if next == "of" => Some((2, no_date.into())),
            "in" | "during" if self.repeat && next.len() == 4 && words::digits(next).is_some() => {
                Some((2, no_date.into()))
            }
            "even" | "odd" if matches!(next, "days" | "weeks") => {
                Some((2, "is not understood: write every other day, or every other week".into()))
            }
            _ if is_multiple(word)
                && (word.contains('/') || matches!(next, "per" | "a" | "each" | "/")) =>
            {
                Some((1, "does not say when: write it like every Monday and Thursday".into()))
            }
            _ => None,
        }
    }

    fn is_datelike(&self, at: usize) -> bool {
        let at = at + usize::from(matches!(self.word(at), "the" | "in" | "on"));
        let word = self.word(at);
        words::month(word).is_some()
            || words::unit(word).is_some()
            || words::digits(word).is_some()
            || self.reader.is_named_day(at)
            || matches!(
                word,
                "spring"
                    | "summer"
                    | "autumn"
                    | "fall"
                    | "winter"
                    | "end"
                    | "mid"
                    | "early"
                    | "late"
                    | "next"
                    | "last"
                    | "now"
                    | "further"
                    | "then"
            )
    }

    /// How often it is, and on which of them.
    fn often(&self, at: usize) -> Doubt {
        let (word, next) = (self.word(at), self.word(at + 1));
        let write = "is not understood: write 10 times behind the repetition, or until and a date";
        let glued = word.strip_prefix(['x', '×']).or_else(|| word.strip_suffix(['x', '×']));
        if glued.is_some_and(|n| words::digits(n).is_some())
            || matches!(word, "x" | "×") && words::digits(next).is_some()
            || words::digits(word).is_some() && matches!(next, "x" | "×")
        {
            let count = if glued.is_some_and(|rest| !rest.is_empty()) { 1 } else { 2 };
            let why = if word.ends_with(['x', '×']) || matches!(next, "x" | "×") {
                "does not say when: write it like every day at 9:00 and 21:00"
            } else {
                write
            };
            return Some((count, why.into()));
        }
        let counted = matches!(
            next,
            "sessions"
                | "session"
                | "lessons"
                | "classes"
                | "occurrences"
                | "weeks"
                | "months"
                | "days"
                | "meetings"
                | "appointments"
                | "repeats"
                | "repetitions"
                | "years"
        );
        if words::number(word).is_some() && counted {
            return Some((2, write.into()));
        }
        match (word, next) {
            ("of", "the" | "each" | "every" | "month")
                if self.word(at + 2) == "month" || next == "month" =>
            {
                Some((
                    2 + usize::from(next != "month"),
                    "is not understood here: write every month on the 2nd Tuesday".into(),
                ))
            }
            ("last", "day") | ("and", "last") => Some((
                2,
                "is not understood here: write every month on the 15th and last day".into(),
            )),
            ("alternate" | "alternating" | "weekends" | "once" | "twice", _) => Some((
                1,
                "is not understood here: write every other Thursday, or every Saturday and Sunday"
                    .into(),
            )),
            _ => None,
        }
    }
}

/// "3x", "x3/week".
fn is_multiple(word: &str) -> bool {
    let first = word.split('/').next().unwrap_or("");
    let number = first.strip_prefix(['x', '×']).or_else(|| first.strip_suffix(['x', '×']));
    number.is_some_and(|number| words::digits(number).is_some())
}
