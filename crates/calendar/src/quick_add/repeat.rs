//! Repetitions: `every other Tuesday`, `daily`, `every month on the 15th`, `until 4 March`.

use jiff::civil::Weekday;

use super::{
    clock::Part,
    date::{Day, DayWhat},
    scan::{After, Reader, Refused, Tried, What},
    words,
};
use crate::recurrence::{ByDay, Freq};

/// How it repeats, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pub freq: Freq,
    pub interval: u32,
    pub days: Vec<ByDay>,
    pub month_days: Vec<i8>,
    pub month: Option<i8>,
    /// "every morning".
    pub part: Option<Part>,
    /// Which of the days of a month: the last of its working days.
    pub position: Option<i8>,
}

impl Pattern {
    pub fn new(freq: Freq, interval: u32) -> Self {
        let (days, month_days) = (Vec::new(), Vec::new());
        Self { freq, interval, days, month_days, month: None, part: None, position: None }
    }

    /// Whether it says itself on which days.
    pub fn has_days(&self) -> bool {
        !self.days.is_empty() || !self.month_days.is_empty()
    }
}

pub(super) const WORKING: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

impl Reader<'_> {
    /// How it repeats.
    pub fn repeat(&self, at: usize, after: After) -> Tried<What> {
        let one_word = match self.word(at) {
            "daily" => Some((Freq::Daily, 1)),
            "everyday" | "every-day" if self.ends(at + 1) => Some((Freq::Daily, 1)),
            "weekly" => Some((Freq::Weekly, 1)),
            "fortnightly" => Some((Freq::Weekly, 2)),
            "monthly" => Some((Freq::Monthly, 1)),
            "quarterly" => Some((Freq::Monthly, 3)),
            "yearly" | "annually" => Some((Freq::Yearly, 1)),
            "hourly" => Some((Freq::Hourly, 1)),
            _ => None,
        };
        let found = match one_word {
            Some((freq, interval)) => self.with_days(Pattern::new(freq, interval), at + 1)?,
            None => match self.word(at) {
                "every" | "each" => self.every(at)?,
                "alternate" | "alternating" => self.every_so_many(2, at + 1, at)?,
                _ => self
                    .of_every_month(at)?
                    .or_else(|| self.plural(at))
                    .or_else(|| self.working_week(at, after)),
            },
        };
        Ok(found.map(|(pattern, next)| (What::Repeat(pattern), next)))
    }

    /// "Mondays and Fridays", "on weekdays".
    fn plural(&self, at: usize) -> Option<(Pattern, usize)> {
        let from = at + usize::from(self.word(at) == "on");
        let mut pattern = Pattern::new(Freq::Weekly, 1);
        let working = self.working_day(from);
        if let Some(next) = working.filter(|next| {
            let counted =
                at.checked_sub(1).is_some_and(|at| words::number(self.word(at)).is_some());
            self.word(next - 1).ends_with("days") && !counted
        }) {
            pattern.days = WORKING.map(ByDay::every).to_vec();
            return Some((pattern, next));
        }
        if self.word(from) == "alternate" {
            return self.every_so_many(2, from + 1, at).ok().flatten();
        }
        if let Some(found) = self.weekends(at) {
            return Some(found);
        }
        words::weekdays_plural(self.word(from))?;
        let (days, next) = self.weekdays(from)?;
        pattern.days = days;
        Some((pattern, next))
    }

    fn every(&self, at: usize) -> Result<Option<(Pattern, usize)>, Refused> {
        let from = at + 1;
        if matches!(self.word(from), "other" | "alternate") {
            return self.every_so_many(2, from + 1, at);
        }
        if let Some(n) = words::number(self.word(from)).filter(|_| !self.is_date(from)) {
            if n == 0 {
                let message = "'every 0' is never: write every day or every 2 days";
                return Err(Refused::at(at..from + 1, message));
            }
            return self.every_so_many(n, from + 1, at);
        }
        if let Some(found) = self.every_nth(at)? {
            return Ok(Some(found));
        }
        self.every_so_many(1, from, at)
    }

    fn is_date(&self, at: usize) -> bool {
        words::month(self.word(at + 1)).is_some()
    }

    /// What comes behind "every", "every other" and "every 2".
    fn every_so_many(
        &self,
        interval: u32,
        at: usize,
        every: usize,
    ) -> Result<Option<(Pattern, usize)>, Refused> {
        let word = self.word(at);
        let freq = match word {
            "day" | "days" => Some((Freq::Daily, 1)),
            "week" | "weeks" => Some((Freq::Weekly, 1)),
            "fortnight" => Some((Freq::Weekly, 2)),
            "month" | "months" => Some((Freq::Monthly, 1)),
            "quarter" => Some((Freq::Monthly, 3)),
            "year" | "years" => Some((Freq::Yearly, 1)),
            "hour" | "hours" | "h" => Some((Freq::Hourly, 1)),
            "minute" | "minutes" | "min" | "mins" => Some((Freq::Minutely, 1)),
            _ => None,
        };
        if let Some((freq, times)) = freq {
            return self.with_days(Pattern::new(freq, interval.saturating_mul(times)), at + 1);
        }
        if let Some((amount, next)) = self.span(at - 1).filter(|_| interval > 1 || at > every + 1)
            && amount.seconds > 0
        {
            return Ok(self.elapsed(amount.seconds, next));
        }
        if let Some((amount, next)) =
            self.span(at).filter(|(a, _)| interval == 1 && a.seconds > 0 && a.days == 0)
        {
            return Ok(self.elapsed(amount.seconds, next));
        }
        self.on_named_days(interval, at, every)
    }

    fn elapsed(&self, seconds: i64, next: usize) -> Option<(Pattern, usize)> {
        let (freq, n) = if seconds % 3600 == 0 {
            (Freq::Hourly, seconds / 3600)
        } else {
            (Freq::Minutely, seconds / 60)
        };
        Some((Pattern::new(freq, u32::try_from(n).ok()?), next))
    }

    /// "every Monday", "every weekday", "every morning", "every 24 Dec".
    fn on_named_days(
        &self,
        interval: u32,
        at: usize,
        every: usize,
    ) -> Result<Option<(Pattern, usize)>, Refused> {
        let mut pattern = Pattern::new(Freq::Weekly, interval);
        if let Some(next) = self.working_day(at) {
            if interval > 1 {
                return Ok(None);
            }
            pattern.days = WORKING.map(ByDay::every).to_vec();
            return Ok(Some((pattern, next)));
        }
        if matches!(self.word(at), "weekend" | "weekends") {
            let message = format!(
                "'{}' has two days: write every Saturday, every Sunday, or every Saturday and Sunday",
                self.said(every..at + 1)
            );
            return Err(Refused::at(every..at + 1, message));
        }
        if let Some((days, next)) = self.weekdays(at) {
            if interval > 2 || interval == 2 && !is_other(self.word(at - 1)) {
                return Ok(None);
            }
            pattern.days = days;
            let part = Part::of(self.word(next));
            pattern.part = part;
            return Ok(Some((pattern, next + usize::from(part.is_some()))));
        }
        if let Some(part) = Part::of(self.word(at)).filter(|_| interval == 1) {
            let pattern = Pattern { part: Some(part), ..Pattern::new(Freq::Daily, 1) };
            return Ok(Some((pattern, at + 1)));
        }
        self.each_year(interval, at)
    }

    /// "24 Dec" of a yearly series.
    fn each_year(&self, interval: u32, at: usize) -> Result<Option<(Pattern, usize)>, Refused> {
        match self.day(at, false)? {
            Some((Day { what: DayWhat::Open(month, day), .. }, next)) => {
                let mut pattern = Pattern::new(Freq::Yearly, interval);
                (pattern.month, pattern.month_days) = (Some(month), vec![day]);
                Ok(Some((pattern, next)))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// "every third day", "every last Friday of the month", "every 15th".
    fn every_nth(&self, at: usize) -> Result<Option<(Pattern, usize)>, Refused> {
        let Some(nth) = words::ordinal(self.word(at + 1)) else { return Ok(None) };
        if self.is_date(at + 1) {
            return Ok(None);
        }
        let next = at + 2;
        let working = self.nth_working_day(nth, next);
        if let Some(found) = working.or_else(|| self.nth_weekdays(nth, next)) {
            return Ok(Some(found));
        }
        self.refuse_day_of_month(nth, at)?;
        if let Some(day) = words::weekday(self.word(next)) {
            let (mut pattern, end) = self.nth_weekday(nth, day, next + 1);
            let one_reading = nth == 1 || nth == -1 || end > next + 1;
            if !one_reading {
                let name = words::weekday_name(day);
                let message = format!(
                    "'{}' means two things: write every {} {name} of the month, or every {} {name}",
                    self.said(at..next + 1),
                    self.word(at + 1),
                    if nth == 2 { "other".to_string() } else { format!("{nth} weeks on") },
                );
                return Err(Refused::at(at..next + 1, message));
            }
            if pattern.days.iter().any(|d| d.nth.is_some_and(|n| !(-1..=5).contains(&n) || n == 0))
            {
                return Ok(None);
            }
            pattern.interval = 1;
            return Ok(Some((pattern, end)));
        }
        let is_last_day = nth == -1 && matches!(self.word(next), "day");
        if is_last_day || words::unit(self.word(next)).is_none() && self.word(next) != "weekday" {
            let numbered = self.word(at + 1).starts_with(|c: char| c.is_ascii_digit());
            if !is_last_day && !numbered {
                return Ok(None);
            }
            return self.month_day(nth, at, next + usize::from(is_last_day));
        }
        match u32::try_from(nth) {
            Ok(n) if n > 1 => self.every_so_many(n, next, at),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    fn month_day(
        &self,
        nth: i8,
        at: usize,
        next: usize,
    ) -> Result<Option<(Pattern, usize)>, Refused> {
        if !(1..=31).contains(&nth) && nth != -1 {
            let message =
                format!("'{}' is no day of a month: they go to the 31st", self.said(at..next));
            return Err(Refused::at(at..next, message));
        }
        let mut pattern = Pattern::new(Freq::Monthly, 1);
        pattern.month_days = vec![nth];
        let next = self.more_month_days(&mut pattern.month_days, next);
        let next = self.of_the_month(next).unwrap_or(next);
        Ok(Some((pattern, next)))
    }

    fn nth_weekday(&self, nth: i8, day: Weekday, at: usize) -> (Pattern, usize) {
        let mut pattern = Pattern::new(Freq::Monthly, 1);
        pattern.days = vec![ByDay::nth(nth, day)];
        if let Some(next) = self.of_the_month(at) {
            return (pattern, next);
        }
        if matches!(self.word(at), "of" | "in")
            && let Some(month) = words::month(self.word(at + 1))
        {
            (pattern.freq, pattern.month) = (Freq::Yearly, Some(month));
            return (pattern, at + 2);
        }
        (pattern, at)
    }

    /// "of the month", "of every month", "in each month", "every month", "monthly".
    pub fn of_the_month(&self, at: usize) -> Option<usize> {
        if self.word(at) == "monthly" {
            return Some(at + 1);
        }
        if matches!(self.word(at), "every" | "each") && self.word(at + 1) == "month" {
            return Some(at + 2);
        }
        let of = matches!(self.word(at), "of" | "in");
        let which = matches!(self.word(at + 1), "the" | "every" | "each" | "a");
        (of && which && self.word(at + 2) == "month").then_some(at + 3)
    }

    /// "on the 15th of every month", "last Friday of each month", without "every" in front.
    fn of_every_month(&self, at: usize) -> Result<Option<(Pattern, usize)>, Refused> {
        let from = at + usize::from(self.word(at) == "on");
        let from = from + usize::from(self.word(from) == "the");
        let Some(nth) = words::ordinal(self.word(from)) else { return Ok(None) };
        let day = words::weekday(self.word(from + 1));
        let last_day = nth == -1 && self.word(from + 1) == "day";
        let working = self.working_day(from + 1);
        let next = working.unwrap_or(from + 1 + usize::from(day.is_some() || last_day));
        let next = if next > from + 1 { next } else { self.more_month_days(&mut vec![nth], next) };
        let Some(end) = self.of_the_month(next) else { return Ok(None) };
        let of = matches!(self.word(next), "of" | "in");
        if of && !matches!(self.word(next + 1), "every" | "each") {
            let said = self.said(at..end);
            let message = format!(
                "'{said}' could be once or each month: write 'every month' with it, or the date"
            );
            return Err(Refused::at(at..end, message));
        }
        match day {
            _ if working.is_some() => Ok(self.nth_working_day(nth, from + 1)),
            Some(day) => Ok(Some(self.nth_weekday(nth, day, from + 2))),
            None => self.month_day(nth, at, from + 1 + usize::from(last_day)),
        }
    }

    /// The days that stand behind "every week", "monthly" and "every year": "on the 15th".
    fn with_days(
        &self,
        mut pattern: Pattern,
        at: usize,
    ) -> Result<Option<(Pattern, usize)>, Refused> {
        if self.word(at) != "on" {
            return Ok(Some((pattern, at)));
        }
        let from = at + 1 + usize::from(self.word(at + 1) == "the");
        match pattern.freq {
            Freq::Weekly => {
                if let Some((days, next)) = self.weekdays(from) {
                    pattern.days = days;
                    return Ok(Some((pattern, next)));
                }
            }
            Freq::Monthly => return self.with_month_days(pattern, from, at),
            Freq::Yearly => {
                if let Some((of_year, next)) = self.each_year(pattern.interval, at + 1)? {
                    return Ok(Some((of_year, next)));
                }
                if let (Some(nth), Some(day)) =
                    (words::ordinal(self.word(from)), words::weekday(self.word(from + 1)))
                {
                    let (of_year, next) = self.nth_weekday(nth, day, from + 2);
                    if of_year.freq == Freq::Yearly {
                        return Ok(Some((Pattern { interval: pattern.interval, ..of_year }, next)));
                    }
                }
            }
            Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => {}
        }
        Ok(Some((pattern, at)))
    }

    fn with_month_days(
        &self,
        mut pattern: Pattern,
        from: usize,
        at: usize,
    ) -> Result<Option<(Pattern, usize)>, Refused> {
        let mut next = from;
        if let Some(nth) = words::ordinal(self.word(from))
            && let Some(end) = self.working_day(from + 1)
        {
            return Ok(Some((self.on_working_day(nth, pattern.interval), end)));
        }
        // Each turn takes two tokens or more.
        while let Some(nth) = words::ordinal(self.word(next)) {
            let weekday = words::weekday(self.word(next + 1));
            let is_last_day = nth == -1 && self.word(next + 1) == "day";
            match weekday {
                Some(day) => pattern.days.push(ByDay::nth(nth, day)),
                None if !(1..=31).contains(&nth) && !is_last_day => {
                    let message = format!(
                        "there is no {} of a month: they go to the 31st",
                        self.said(next..next + 1)
                    );
                    return Err(Refused::at(at..next + 1, message));
                }
                None => pattern.month_days.push(nth),
            }
            next += 1 + usize::from(weekday.is_some() || is_last_day);
            let more =
                self.word(next) == "and" || self.tokens.get(next).is_some_and(|t| t.text == ",");
            let then = next + 1 + usize::from(self.word(next + 1) == "the");
            if !more || words::ordinal(self.word(then)).is_none() || pattern.month_days.len() > 31 {
                break;
            }
            next = then;
        }
        if !pattern.has_days() || !pattern.days.is_empty() && !pattern.month_days.is_empty() {
            return Ok(Some((Pattern::new(pattern.freq, pattern.interval), at)));
        }
        Ok(Some((pattern, next)))
    }

    /// "Mon, Wed and Fri", "Mon-Fri", "Monday to Friday".
    fn weekdays(&self, at: usize) -> Option<(Vec<ByDay>, usize)> {
        let name = |at: usize| {
            let word = self.word(at);
            words::weekday(word).or_else(|| words::weekdays_plural(word))
        };
        if let Some((first, last)) = self.word(at).split_once(['-', '–']) {
            let (first, last) = (words::weekday_code(first)?, words::weekday_code(last)?);
            return Some((run(first, last), at + 1));
        }
        let first = name(at)?;
        if matches!(self.word(at + 1), "to" | "through" | "thru" | "-" | "–")
            && let Some(last) = name(at + 2)
        {
            return Some((run(first, last), at + 3));
        }
        let (mut days, mut next) = (vec![first], at + 1);
        // Each turn takes two tokens or more, and there are seven days.
        for _ in 0..7 {
            let comma = self.tokens.get(next).is_some_and(|t| t.text == ",");
            let and = next + usize::from(comma);
            let from = and + usize::from(matches!(self.word(and), "and" | "&"));
            match name(from).filter(|_| from > next) {
                Some(day) => {
                    days.push(day);
                    next = from + 1;
                }
                None => break,
            }
        }
        days.sort_by_key(|day| day.to_monday_zero_offset());
        days.dedup();
        Some((days.into_iter().map(ByDay::every).collect(), next))
    }
}

fn run(first: Weekday, last: Weekday) -> Vec<ByDay> {
    first
        .cycle_forward()
        .take(usize::from(u8::try_from(first.until(last)).unwrap_or(0)) + 1)
        .map(ByDay::every)
        .collect()
}

fn is_other(word: &str) -> bool {
    matches!(word, "other" | "alternate" | "alternating")
}
