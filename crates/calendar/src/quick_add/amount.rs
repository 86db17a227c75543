//! Amounts of time: `for 45m`, `in 2 hours`, `3 days from now`.

use jiff::{ToSpan, civil::Date};

use super::{
    date::{Day, DayWhat},
    scan::{After, Reader, Refused, Tried, What},
    words::{self, Amount},
};

impl Reader<'_> {
    /// A length, or a moment counted from now.
    pub fn amount(&self, at: usize, after: After) -> Tried<What> {
        match self.word(at) {
            "for" | "lasting" | "duration" => match self.long_span(at + 1) {
                Some((amount, next)) if amount.months == 0 => {
                    Ok(Some((What::Length(amount), next)))
                }
                Some((_, next)) => {
                    let message = format!(
                        "'{}' is no length here: write it in weeks, days, hours or minutes",
                        self.said(at..next)
                    );
                    Err(Refused::at(at..next, message))
                }
                None => Ok(None),
            },
            "in" => match self.long_span(at + 1) {
                Some((amount, next)) => {
                    let next = next + usize::from(self.word(next) == "time");
                    self.counted(amount, at, next)
                }
                None if words::digits(self.word(at + 1)) == Some(0)
                    && words::unit(self.word(at + 2)).is_some() =>
                {
                    self.counted(Amount::default(), at, at + 3)
                }
                None if words::number(self.word(at + 1)).is_some()
                    && matches!(self.word(at + 2), "second" | "seconds" | "sec" | "secs") =>
                {
                    let said = self.said(at..at + 3);
                    let message =
                        format!("'{said}' is finer than a minute: write in 2 minutes, or a time");
                    Err(Refused::at(at..at + 3, message))
                }
                None => Ok(None),
            },
            _ => match self.span(at) {
                Some((amount, next))
                    if (self.word(next), self.word(next + 1)) == ("from", "now") =>
                {
                    self.counted(amount, at, next + 2)
                }
                Some((amount, next))
                    if after == After::Time
                        && amount.months == 0
                        && !matches!(
                            self.word(next),
                            "before" | "beforehand" | "earlier" | "prior"
                        ) =>
                {
                    let next = next + usize::from(self.word(next) == "long");
                    Ok(Some((What::Length(amount), next)))
                }
                Some(_) | None => Ok(None),
            },
        }
    }

    fn counted(&self, amount: Amount, at: usize, next: usize) -> Tried<What> {
        match amount {
            // It would be over before it is saved.
            Amount { months: 0, days: 0, seconds: 0 } => {
                let said = self.said(at..next);
                let message = format!("'{said}' is now: write in 1 minute, or a time");
                Err(Refused::at(at..next, message))
            }
            Amount { months: 0, days: 0, seconds } => Ok(Some((What::Elapsed(seconds), next))),
            Amount { seconds: 0, .. } => {
                let today: Date = self.today();
                let span = amount.months.months().days(amount.days);
                let date = today.checked_add(span).ok().filter(|date| date.year() <= 9000);
                let date = date.ok_or_else(|| {
                    let said = self.said(at..next);
                    Refused::at(at..next, format!("'{said}' is too far away: years go to 9000"))
                })?;
                Ok(Some((What::Day(Day::of(DayWhat::Fixed(date)), false), next)))
            }
            _ => {
                let message = format!(
                    "'{}' has days and hours: write in 3 days at 9:00, or in 26 hours",
                    self.said(at..next)
                );
                Err(Refused::at(at..next, message))
            }
        }
    }

    /// How much time is written here: "45m", "1 hour 30 minutes", "half an hour", "a week".
    pub fn span(&self, at: usize) -> Option<(Amount, usize)> {
        if (self.word(at), self.word(at + 1)) == ("half", "an") && self.word(at + 2) == "hour" {
            return Some((Amount { seconds: 1800, ..Amount::default() }, at + 3));
        }
        let (mut total, mut next) = self.one_span(at)?;
        if let Some((seconds, after)) = self.and_a_half(next).filter(|_| total.is_hours()) {
            return Some((words::sum(total, Amount { seconds, ..Amount::default() }), after));
        }
        // "1 hour 30 minutes"; each turn takes a token or two.
        for _ in 0..3 {
            match self.one_span(next) {
                Some((more, after)) if !matches!(self.word(next), "a" | "an") => {
                    (total, next) = (words::sum(total, more), after);
                }
                Some(_) | None => break,
            }
        }
        Some((total, next))
    }

    /// The same with "and" in it, which between reminders would begin another.
    fn long_span(&self, at: usize) -> Option<(Amount, usize)> {
        let (first, next) = self.span(at)?;
        if self.word(next) == "and"
            && let Some((more, after)) = self.one_span(next + 1)
            && !matches!(self.word(next + 1), "a" | "an")
        {
            return Some((words::sum(first, more), after));
        }
        Some((first, next))
    }

    /// "and a half" behind hours, in seconds.
    fn and_a_half(&self, at: usize) -> Option<(i64, usize)> {
        match (self.word(at), self.word(at + 1), self.word(at + 2)) {
            ("and", "a", "half") => Some((1800, at + 3)),
            ("and", "a", "quarter") => Some((900, at + 3)),
            _ => None,
        }
    }

    /// The first of several: "10m" of "10m 1h".
    pub fn one_span(&self, at: usize) -> Option<(Amount, usize)> {
        let word = self.word(at);
        // "two and a half hours"
        if let (Some(n), Some((seconds, next))) = (words::number(word), self.and_a_half(at + 1))
            && let Some(unit) = words::unit(self.word(next)).filter(|unit| unit.is_hours())
        {
            let half = Amount { seconds, ..Amount::default() };
            return Some((words::sum(words::times(n, unit), half), next + 1));
        }
        if let Some(unit) = words::unit(self.word(at + 1)) {
            let amount = match words::number(word) {
                Some(n) => words::times(n, unit),
                None => words::tenths(word, unit).filter(|_| word.contains('.'))?,
            };
            return (amount != Amount::default()).then_some((amount, at + 2));
        }
        words::compact(word).map(|amount| (amount, at + 1))
    }
}
