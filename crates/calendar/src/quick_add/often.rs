//! Repetitions said in other ways: working days of a month, weekends, every other one; and where
//! they end: `until 4 March`, `through May`, `10 times`.

use jiff::civil::{Date, Weekday};

use super::{
    date::{Day, DayWhat},
    repeat::{Pattern, WORKING},
    scan::{After, Reader, Refused, Tried, What},
    words,
};
use crate::recurrence::{ByDay, Freq};

impl Reader<'_> {
    /// "weekday", "working day", and the token after it.
    pub fn working_day(&self, at: usize) -> Option<usize> {
        match (self.word(at), self.word(at + 1)) {
            ("weekday" | "weekdays" | "workday" | "workdays", _) => Some(at + 1),
            ("working" | "business" | "work", "day" | "days") | ("week", "days") => Some(at + 2),
            _ => None,
        }
    }

    /// "working day of the month" behind "last".
    pub fn nth_working_day(&self, nth: i8, at: usize) -> Option<(Pattern, usize)> {
        let next = self.of_the_month(self.working_day(at)?)?;
        Some((self.on_working_day(nth, 1), next))
    }

    pub fn on_working_day(&self, nth: i8, interval: u32) -> Pattern {
        let mut pattern = Pattern::new(Freq::Monthly, interval);
        pattern.days = WORKING.map(ByDay::every).to_vec();
        pattern.position = Some(nth);
        pattern
    }

    /// "every second day of the month".
    pub fn refuse_day_of_month(&self, nth: i8, at: usize) -> Result<(), Refused> {
        let Some(next) = self.of_the_month(at + 3) else { return Ok(()) };
        if self.word(at + 2) != "day" || nth < 2 {
            return Ok(());
        }
        let message = format!(
            "'{}' means two things: write every month on the {nth}{}, or every {nth} days",
            self.said(at..next),
            match nth {
                2 => "nd",
                3 => "rd",
                _ => "th",
            }
        );
        Err(Refused::at(at..next, message))
    }

    /// "2nd and 4th Tuesday", of each month.
    pub fn nth_weekdays(&self, nth: i8, at: usize) -> Option<(Pattern, usize)> {
        let mut which = vec![nth];
        let next = self.more_month_days(&mut which, at);
        let day = words::weekday(self.word(next)).or(words::weekdays_plural(self.word(next)))?;
        if which.len() < 2 || which.iter().any(|nth| !(1..=5).contains(nth)) {
            return None;
        }
        let mut pattern = Pattern::new(Freq::Monthly, 1);
        pattern.days = which.into_iter().map(|nth| ByDay::nth(nth, day)).collect();
        Some((pattern, self.of_the_month(next + 1).unwrap_or(next + 1)))
    }

    /// "and 15th", ", 15th" behind a day of the month.
    pub fn more_month_days(&self, days: &mut Vec<i8>, at: usize) -> usize {
        let mut next = at;
        // Each turn takes two tokens or more.
        while days.len() <= 31 {
            let comma = next + usize::from(self.tokens.get(next).is_some_and(|t| t.text == ","));
            let and = comma + usize::from(matches!(self.word(comma), "and" | "&"));
            let then = and + usize::from(self.word(and) == "the");
            let plain = self.word(then).starts_with(|c: char| c.is_ascii_digit());
            let more = words::ordinal(self.word(then))
                .filter(|nth| and > next && plain && (1..=31).contains(nth));
            let Some(nth) = more.filter(|_| words::month(self.word(then + 1)).is_none()) else {
                break;
            };
            days.push(nth);
            next = then + 1;
        }
        days.sort_unstable();
        days.dedup();
        next
    }

    /// "weekends", "at the weekends".
    pub fn weekends(&self, at: usize) -> Option<(Pattern, usize)> {
        let from = at + usize::from(matches!(self.word(at), "on" | "at"));
        let from = from + usize::from(from > at && self.word(from) == "the");
        if self.word(from) != "weekends" {
            return None;
        }
        let mut pattern = Pattern::new(Freq::Weekly, 1);
        pattern.days = [Weekday::Saturday, Weekday::Sunday].map(ByDay::every).to_vec();
        Some((pattern, from + 1))
    }

    /// "Mon-Fri" and "M-F" beside a time, which are the weekdays; without one it is five days.
    pub fn working_week(&self, at: usize, after: After) -> Option<(Pattern, usize)> {
        let (first, last) = self.word(at).split_once(['-', '–'])?;
        let week = words::weekday_code(first) == Some(Weekday::Monday)
            && words::weekday_code(last) == Some(Weekday::Friday);
        let from = at + 1 + usize::from(self.word(at + 1) == "at");
        let timed = after == After::Time
            || matches!(self.plain_clock(from), Ok(Some(_)))
            || matches!(self.glued_range(from, true), Ok(Some(_)));
        let mut pattern = Pattern::new(Freq::Weekly, 1);
        pattern.days = WORKING.map(ByDay::every).to_vec();
        (week && timed).then_some((pattern, at + 1))
    }

    /// "through May", "until the end of May", "until the end of the year".
    fn end_of_month(&self, at: usize) -> Option<(Day, usize)> {
        let from = at + 1 + usize::from(self.word(at + 1) == "the");
        let end = (self.word(from), self.word(from + 1)) == ("end", "of");
        let of = if end { from + 2 } else { at + 1 };
        let today = self.today();
        let (date, next) = match (self.word(of), self.word(of + 1)) {
            ("the" | "this", "month") if end => (today, of + 2),
            ("the" | "this", "year") if end => (Date::new(today.year(), 12, 1).ok()?, of + 2),
            (name, year) if end || matches!(self.word(at), "through" | "thru") => {
                let month = words::month(name)?;
                let said = words::digits(year).filter(|year| (1000..=9000).contains(year));
                // "through May 5"
                if said.is_none() && year.starts_with(|c: char| c.is_ascii_digit()) {
                    return None;
                }
                let next = today.year() + i16::from(month < today.month());
                let year = said.and_then(|year| i16::try_from(year).ok()).unwrap_or(next);
                (Date::new(year, month, 1).ok()?, of + 1 + usize::from(said.is_some()))
            }
            _ => return None,
        };
        Some((Day::of(DayWhat::Fixed(date.last_of_month())), next))
    }

    /// "x5", "x 5".
    fn multiplied(&self, at: usize) -> Option<(u32, usize)> {
        let rest = self.word(at).strip_prefix(['x', '×'])?;
        let (digits, next) =
            if rest.is_empty() { (self.word(at + 1), at + 2) } else { (rest, at + 1) };
        words::digits(digits).filter(|n| *n > 0).map(|n| (n, next))
    }

    /// "until 4 March", "10 times".
    pub fn end(&self, at: usize, after: After) -> Tried<What> {
        // "daily 9:15 to 31 Jan"
        if self.word(at) == "to" && matches!(after, After::Time | After::Repeat) {
            return Ok(self.day(at + 1, true)?.map(|(day, next)| (What::Until(day), next)));
        }
        let goes_on = matches!(after, After::Time | After::Repeat | After::Other);
        let is_times = |at: usize| {
            let word = self.word(at);
            word == "times" || goes_on && matches!(word, "sessions" | "lessons" | "occurrences")
        };
        let at = at + usize::from(self.word(at) == "for" && is_times(at + 2));
        if matches!(self.word(at), "until" | "till" | "til" | "through" | "thru" | "ending") {
            let from = at + 1 + usize::from(self.word(at + 1) == "on");
            if let Some((day, next)) = self.end_of_month(at) {
                return Ok(Some((What::Until(day), next)));
            }
            return Ok(self.day(from, true)?.map(|(day, next)| (What::Until(day), next)));
        }
        let count = match self.word(at) {
            "once" => Some((1, at + 1)),
            "twice" => Some((2, at + 1)),
            word => words::number(word)
                .filter(|n| *n > 0 && is_times(at + 1))
                .map(|n| (n, at + 2))
                .or_else(|| self.multiplied(at).filter(|_| goes_on)),
        };
        let Some((n, next)) = count else { return Ok(None) };
        let per = matches!(self.word(next), "a" | "per" | "each" | "every")
            && words::unit(self.word(next + 1)).is_some()
            || matches!(self.word(next), "daily" | "weekly" | "monthly" | "hourly");
        if per {
            let message = format!(
                "'{}' does not say when: write it like every day at 9:00 and 21:00, or every Monday and Thursday",
                self.said(at..(next + 2).min(self.tokens.len()))
            );
            return Err(Refused::at(at..(next + 2).min(self.tokens.len()), message));
        }
        let once = matches!(self.word(at), "once" | "twice") && self.word(next) != "times";
        Ok((!once).then_some((What::Times(n), next)))
    }
}
