//! The same for days and parts of them that are not named well enough to be one.

use super::{
    leftover::{Doubt, Leftover},
    words,
};

/// Ends of a day that name no hour.
const HOURLESS: [&str; 13] = [
    "lunchtime",
    "teatime",
    "dinnertime",
    "bedtime",
    "sunrise",
    "sunset",
    "dawn",
    "dusk",
    "midmorning",
    "mid-morning",
    "midafternoon",
    "mid-afternoon",
    "afterwards",
];

impl Leftover<'_> {
    /// "first thing", "this time", "the next 3 weeks".
    pub fn vague(&self, at: usize) -> Doubt {
        let (word, next) = (self.word(at), self.word(at + 1));
        let no_hour = "names no hour: write it, such as 9:00";
        let beside = self.is_taken(at + 1) || self.is_behind_taken(at);
        match (word, next) {
            ("first" | "last", "thing") if !self.time => Some((2, no_hour.into())),
            ("this" | "same", "time") if self.ends(at + 2) => Some((2, no_hour.into())),
            ("early" | "late" | "later", "") if self.is_taken(at + 1) && !self.time => {
                Some((1, no_hour.into()))
            }
            _ if HOURLESS.contains(&word) && beside && !self.time => Some((1, no_hour.into())),
            ("following" | "next" | "coming", "") if self.is_taken(at + 1) => {
                Some((1, "before a day is not understood: write its date".into()))
            }
            ("next" | "coming", "") if self.is_behind_taken(at) => {
                Some((1, "behind a day is not understood: write its date".into()))
            }
            ("mornings" | "afternoons" | "evenings" | "nights" | "nightly" | "bi" | "semi", _)
                if beside =>
            {
                let why =
                    "would say that it repeats: write every Monday, every evening or every 2 weeks";
                Some((1, why.into()))
            }
            ("wkly" | "weekday" | "monthlies" | "semiannually" | "biannually" | "mthly", _) => {
                Some((1, "is not understood: write every weekday, weekly or every 6 months".into()))
            }
            _ if !self.date && !self.repeat && is_day_owned(word) => {
                let why = "is not read as a date here: write it without the 's";
                Some((1, why.into()))
            }
            _ => self.beside_day(at),
        }
    }

    /// "the next 3 weeks", "week 49", "by" before what is no deadline.
    fn beside_day(&self, at: usize) -> Doubt {
        let (word, next) = (self.word(at), self.word(at + 1));
        let no_date = "names no date: write it, such as until 24 Dec";
        let beside = self.is_taken(at + 1) || self.is_behind_taken(at);
        match (word, next) {
            ("next" | "coming" | "following", _)
                if words::unit(next).is_some()
                    || words::number(next).is_some()
                        && words::unit(self.word(at + 2)).is_some() =>
            {
                Some((2, no_date.into()))
            }
            ("weekend" | "wknd", _) if beside => {
                Some((1, "is two days: write Saturday or Sunday".into()))
            }
            ("and" | "&" | "or" | "-" | "–" | "to", "")
                if self.is_taken(at + 1) && words::is_also_a_word(self.before(at)) =>
            {
                Some((1, "may be more than one day: add them one by one".into()))
            }
            _ if word
                .strip_prefix('@')
                .is_some_and(|day| words::weekday(day).is_some() || words::is_tomorrow(day)) =>
            {
                Some((1, "is not understood: write it without the @".into()))
            }
            ("by" | "due" | "until" | "till" | "til" | "between" | "since" | "within", "")
                if self.is_taken(at + 1) =>
            {
                let why = "is not understood with what follows: write it like by Friday 17:00, or until 4 March";
                Some((1, why.into()))
            }
            ("or", "so") if self.is_behind_taken(at) => {
                Some((2, "is no one time: write the one that is meant".into()))
            }
            ("later" | "hence", _) if words::unit(self.before(at)).is_some() => {
                Some((1, "does not say than what: write in 2 days, or the date".into()))
            }
            ("week" | "wk" | "kw" | "cw", _)
                if words::digits(next).is_some()
                    && (self.ends(at + 2) || beside && self.is_behind_taken(at)) =>
            {
                Some((2, "is no day: write its date, such as 7 Dec".into()))
            }
            ("in", _) if words::number(next).is_some() && self.is_taken(at + 2) && self.repeat => {
                Some((2, "before days is not understood: write the date".into()))
            }
            ("than" | "latest" | "earliest" | "max", "") if self.is_taken(at + 1) => {
                Some((1, "is not understood here: write by Friday, or by 17:00, for a task".into()))
            }
            _ if is_day_letters(word) => Some((
                1,
                "is more than one day: write every Mon, Wed and Fri, or add them one by one".into(),
            )),
            _ => None,
        }
    }
}

/// "Friday's", "tomorrow's".
fn is_day_owned(word: &str) -> bool {
    let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"));
    bare.is_some_and(|day| {
        words::weekday(day).is_some()
            || words::is_tomorrow(day)
            || matches!(day, "today" | "tonight")
    })
}

/// "MWF", "T/Th", "MoWeFr".
fn is_day_letters(word: &str) -> bool {
    if matches!(word, "mwf" | "tth" | "tuth" | "mw" | "m/w/f" | "t/th" | "tu/th" | "m/w") {
        return true;
    }
    let day = |at: usize| word.get(at..at + 2).and_then(words::weekday_code);
    let days: Option<Vec<_>> = (0..word.len()).step_by(2).map(day).collect();
    let rising = |days: &[jiff::civil::Weekday]| {
        days.windows(2).all(|two| two[0].to_monday_zero_offset() < two[1].to_monday_zero_offset())
    };
    word != "moth" && word.len() > 3 && days.is_some_and(|days| rising(&days))
}
