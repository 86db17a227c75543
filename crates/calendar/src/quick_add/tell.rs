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
            (
                "no" | "without",
                "reminder" | "reminders" | "alert" | "alerts" | "alarm" | "alarms" | "notification"
                | "notifications",
            ) => Some(at + 2),
            ("don't" | "don’t" | "dont", "remind") => {
                Some(at + 2 + usize::from(self.word(at + 2) == "me"))
            }
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
            _ => return self.told_otherwise(at),
        };
        // "remind me at 9 to call": the whole line is what one wants to be told.
        let wish = at == 0 && from == 2;
        let from = from + usize::from(matches!(self.word(from), "is" | "of"));
        let Some(first) = self.one_tell(from)?.filter(|_| !wish || self.word(from) != "at") else {
            return self.no_tell(at, from, wish);
        };
        self.all_tells(first).map(Some)
    }

    /// The others behind the first: "and 1d", ", 10m", "1h" behind what is less.
    fn all_tells(&self, (first, next): (Tell, usize)) -> Result<(What, usize), Refused> {
        let (mut tells, mut next) = (vec![first], next);
        // Each turn takes two tokens or more.
        while tells.len() < 20 {
            let comma = usize::from(self.tokens.get(next).is_some_and(|t| t.text == ","));
            let then = next + comma + usize::from(matches!(self.word(next + comma), "and" | "&"));
            let then = then + usize::from(then > next && self.keyword(then).is_some());
            let apart = then > next || self.span(then).is_some();
            match self.one_tell(then)?.filter(|_| apart) {
                Some((tell, after)) => {
                    tells.push(tell);
                    next = after;
                }
                None => break,
            }
        }
        Ok((What::Tell(tells), next))
    }

    /// "notify 30 min before", "with an alert 1h before", "15 minute warning", "30 min before".
    fn told_otherwise(&self, at: usize) -> Tried<What> {
        let with =
            usize::from(matches!(self.word(at), "with" | "w/" | "set" | "add" | "plus" | "and"));
        let an = with + usize::from(with > 0 && matches!(self.word(at + with), "a" | "an"));
        if let Some(from) = self.keyword(at + an)
            && self.span(from).is_some()
            && let Some(first) = self.one_tell(from)?
        {
            return self.all_tells(first).map(Some);
        }
        let Some((amount, next)) = self.span(at + an).filter(|(amount, _)| amount.months == 0)
        else {
            return Ok(None);
        };
        let notice = matches!(
            self.word(next),
            "reminder" | "alert" | "alarm" | "warning" | "notice" | "notification"
        );
        if notice && (at > 0 || amount.seconds > 0) {
            let next = behind_ahead(self, next + 1);
            return Ok(Some((What::Tell(vec![Tell::Before(amount)]), next)));
        }
        // "30 min before lunch" is another thing than "30 min before".
        let ahead = behind_ahead(self, next);
        let first = (Tell::Before(amount), ahead);
        let is_told = at > 0 && ahead > next && !self.peeks && self.ends(ahead);
        if is_told && !self.is_when(ahead) {
            return self.all_tells(first).map(Some);
        }
        Ok(None)
    }

    /// The token behind "notify me", "alarm", "reminder".
    fn keyword(&self, at: usize) -> Option<usize> {
        let me = usize::from(self.word(at + 1) == "me");
        match self.word(at) {
            "remind" | "reminder" | "reminders" | "alert" | "alerts" | "alarm" | "notify"
            | "notification" | "warn" | "nudge" | "buzz" | "ring" => Some(at + 1 + me),
            "ping" | "wake" | "tell" | "poke" => Some(at + 2).filter(|_| me > 0),
            _ => None,
        }
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
        match self.one_amount(at)? {
            Some((amount, next))
                if amount.months == 0 && matches!(self.word(next), "after" | "later") =>
            {
                let from = next + 1 + usize::from(self.word(next + 1) == "the");
                let next = if self.word(from) == "start" { from + 1 } else { next + 1 };
                Ok(Some((Tell::Later(amount), next)))
            }
            Some((amount, next)) if amount.months == 0 => {
                Ok(Some((Tell::Before(amount), behind_ahead(self, next))))
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

    /// One amount: "1h 30m" is, "10m 1h" are two, and "1d 1h" may be either.
    fn one_amount(&self, at: usize) -> Tried<Amount> {
        let Some((whole, next)) = self.span(at) else { return Ok(None) };
        let Some((first, then)) = self.one_span(at).filter(|(_, then)| *then < next) else {
            return Ok(Some((whole, next)));
        };
        let Some((second, _)) = self.one_span(then) else { return Ok(Some((whole, next))) };
        if first.minutes() < second.minutes() {
            return Ok(Some((first, then)));
        }
        if first.is_hours() && second.days == 0 && second.seconds < 3600 {
            return Ok(Some((whole, next)));
        }
        let message = format!(
            "'{}' could be one reminder or two: write 'and' between them, or all of it in hours",
            self.said(at..next)
        );
        Err(Refused::at(at..next, message))
    }
}

/// The token behind "before", "in advance".
fn behind_ahead(reader: &Reader<'_>, at: usize) -> usize {
    match (reader.word(at), reader.word(at + 1)) {
        ("in", "advance") => at + 2,
        ("before", "hand") => at + 2,
        ("before" | "beforehand" | "early" | "ahead" | "earlier" | "prior", _) => at + 1,
        _ => at,
    }
}
