//! When to tell: `remind 10m`, `remind 1h before and 1d`, `remind at 9:00`, `no reminder`.

use super::{
    clock::Clock,
    scan::{After, Reader, Refused, Tried, What},
    words::Amount,
};

/// One reminder as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tell {
    /// So long before the start.
    Before(Amount),
    /// So long after it.
    Later(Amount),
    /// At a time, so many days before.
    At(Clock, i32),
    /// At the all-day hour so many days before, or with a time the same time.
    DaysBefore(i32),
    Start,
}

impl Reader<'_> {
    /// When to tell.
    pub fn tell(&self, at: usize, _: After) -> Tried<What> {
        let none = match (self.word(at), self.word(at + 1)) {
            ("no" | "without", "reminder" | "reminders") => Some(at + 2),
            ("remind" | "reminder" | "reminders", "none" | "never" | "off") => Some(at + 2),
            ("without", "a") if self.word(at + 2) == "reminder" => Some(at + 3),
            _ => None,
        };
        if let Some(next) = none {
            return Ok(Some((What::Tell(Vec::new()), next)));
        }
        let from = match (self.word(at), self.word(at + 1)) {
            ("remind", "me") => at + 2,
            ("remind" | "reminder" | "reminders", _) => at + 1,
            _ => return Ok(None),
        };
        // "remind me at 9 to call": the whole line is what one wants to be told.
        let wish = at == 0 && from == 2;
        let Some((first, next)) = self.one_tell(from)?.filter(|_| !wish || self.word(from) != "at")
        else {
            return self.no_tell(at, from, wish);
        };
        let (mut tells, mut next) = (vec![first], next);
        // Each turn takes two tokens or more.
        while tells.len() < 20 {
            let comma = usize::from(self.tokens.get(next).is_some_and(|t| t.text == ","));
            let then = next + comma + usize::from(matches!(self.word(next + comma), "and" | "&"));
            match self.one_tell(then)?.filter(|_| then > next) {
                Some((tell, after)) => {
                    tells.push(tell);
                    next = after;
                }
                None => break,
            }
        }
        Ok(Some((What::Tell(tells), next)))
    }

    fn no_tell(&self, at: usize, from: usize, wish: bool) -> Tried<What> {
        let word = self.word(from);
        if wish || !word.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(None);
        }
        let message = format!(
            "'{}' is not understood: write remind 10m, remind 1h before, remind at 9:00 or remind none",
            self.said(at..from + 1)
        );
        Err(Refused::at(at..from + 1, message))
    }

    fn one_tell(&self, at: usize) -> Tried<Tell> {
        let before = |next: usize| {
            next + usize::from(matches!(self.word(next), "before" | "early" | "ahead" | "earlier"))
        };
        if self.word(at) == "at" {
            let from = at + 1 + usize::from(self.word(at + 1) == "the");
            if matches!(self.word(from), "start" | "beginning") {
                return Ok(Some((Tell::Start, from + 1)));
            }
            let found = match self.plain_clock(at + 1)? {
                Some(found) => Some(found),
                None => self.bare_clock(at + 1)?,
            };
            let Some((clock, next)) = found else { return Ok(None) };
            let (days, next) = self.days_before(next);
            return Ok(Some((Tell::At(clock, days.unwrap_or(0)), next)));
        }
        if self.word(at) == "on" && self.word(at + 1) == "time" {
            return Ok(Some((Tell::Start, at + 2)));
        }
        if let (Some(days), next) = self.days_before(at) {
            if self.word(next) == "at"
                && let Some((Tell::At(clock, _), next)) = self.one_tell(next)?
            {
                return Ok(Some((Tell::At(clock, days), next)));
            }
            return Ok(Some((Tell::DaysBefore(days), next)));
        }
        match self.span(at) {
            Some((amount, next))
                if amount.months == 0 && matches!(self.word(next), "after" | "later") =>
            {
                let from = next + 1 + usize::from(self.word(next + 1) == "the");
                let next = if self.word(from) == "start" { from + 1 } else { next + 1 };
                Ok(Some((Tell::Later(amount), next)))
            }
            Some((amount, next)) if amount.months == 0 => {
                Ok(Some((Tell::Before(amount), before(next))))
            }
            Some((_, next)) => {
                let message = format!(
                    "'{}' is no time to remind at: write it in weeks, days, hours or minutes",
                    self.said(at..next)
                );
                Err(Refused::at(at..next, message))
            }
            None => Ok(None),
        }
    }

    /// "the day before", "2 days before".
    fn days_before(&self, at: usize) -> (Option<i32>, usize) {
        let from = at + usize::from(self.word(at) == "the");
        if (self.word(from), self.word(from + 1)) == ("day", "before") {
            return (Some(1), from + 2);
        }
        match self.span(at) {
            Some((Amount { months: 0, seconds: 0, days }, next)) if self.word(next) == "before" => {
                (Some(days), next + 1)
            }
            Some(_) | None => (None, at),
        }
    }
}
