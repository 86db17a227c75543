//! Dates: `tomorrow`, `next Friday`, `24 Dec`, `24.12.`, `2027-05-01`, `the 15th`.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::{
    clock::{Clock, Part},
    scan::{After, Reader, Refused, Tried, What},
    words,
};

/// A date as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub what: DayWhat,
    /// "tomorrow morning".
    pub part: Option<Part>,
    /// "tonight", which is no date without a time.
    pub needs_time: bool,
    /// It is said by its name, which may be meant for the title: "New Year's Eve".
    pub named: bool,
}

/// Which date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayWhat {
    Fixed(Date),
    /// The coming such weekday.
    Coming(Weekday),
    ThisWeek(Weekday),
    NextWeek(Weekday),
    /// Without a year.
    Open(i8, i8),
    /// The coming such day of a month.
    OfMonth(i8),
}

impl Day {
    pub fn of(what: DayWhat) -> Self {
        Self { what, part: None, needs_time: false, named: false }
    }

    /// Its month, and its year where that is named; January for what has none.
    pub fn month_and_year(&self) -> (i8, Option<i16>) {
        match self.what {
            DayWhat::Fixed(date) => (date.month(), Some(date.year())),
            DayWhat::Open(month, _) => (month, None),
            DayWhat::Coming(_)
            | DayWhat::ThisWeek(_)
            | DayWhat::NextWeek(_)
            | DayWhat::OfMonth(_) => (1, None),
        }
    }

    /// The date, given today and whether today would still do; with what is worth saying.
    pub fn settle(
        &self,
        today: Date,
        today_will_do: bool,
    ) -> Result<(Date, Option<String>), String> {
        let coming = |day: Weekday| {
            let ahead = i32::from(today.weekday().until(day));
            let ahead = if ahead == 0 && !today_will_do { 7 } else { ahead };
            today.saturating_add(ahead.days())
        };
        let in_week = |day: Weekday, weeks: i32| {
            let monday =
                today.saturating_sub(i32::from(today.weekday().to_monday_zero_offset()).days());
            let off = i32::from(day.to_monday_zero_offset());
            monday.saturating_add((weeks * 7 + off).days())
        };
        Ok(match self.what {
            DayWhat::Fixed(date) => (date, None),
            DayWhat::Coming(day) => {
                let date = coming(day);
                let away = date == today.saturating_add(7.days());
                let note = format!(
                    "today is {} and it is too late for that, so a week later",
                    words::weekday_name(day)
                );
                (date, away.then_some(note))
            }
            DayWhat::ThisWeek(day) => {
                let date = in_week(day, 0);
                if date < today {
                    return Err(format!(
                        "is past: {} was {}",
                        words::weekday_name(day),
                        said(date, today)
                    ));
                }
                (date, None)
            }
            DayWhat::NextWeek(day) => {
                let (date, other) = (in_week(day, 1), coming(day));
                let name = words::weekday_name(day);
                let note = format!(
                    "next {name} is that of next week, {}; {name} alone is {}",
                    said(date, today),
                    said(other, today)
                );
                (date, (other != date).then_some(note))
            }
            DayWhat::Open(month, day) => {
                // A leap day comes within eight years.
                let years = 0..=8;
                let dates = years.filter_map(|y| Date::new(today.year() + y, month, day).ok());
                let date = dates.into_iter().find(|date| *date >= today).unwrap_or(today);
                let leap = (month, day) == (2, 29) && date.year() != today.year();
                (date, leap.then(|| format!("the next 29 February is in {}", date.year())))
            }
            DayWhat::OfMonth(day) => {
                let month = if day < today.day() { 1 } else { 0 };
                let first = today.first_of_month().saturating_add(month.months());
                let date = Date::new(first.year(), first.month(), day).map_err(|_| {
                    format!("is not in {}: name the month as well", first.strftime("%B"))
                })?;
                (date, None)
            }
        })
    }
}

/// "27 November", with the year where it is another.
pub(super) fn said(date: Date, today: Date) -> String {
    let form = if date.year() == today.year() { "%-d %B" } else { "%-d %B %Y" };
    date.strftime(form).to_string()
}

impl Reader<'_> {
    /// Today, by the machine's clock.
    pub fn today(&self) -> Date {
        self.known.context.machine_zone().to_datetime(self.known.now).date()
    }

    /// A date, or from one to another.
    pub fn date(&self, at: usize, _: After) -> Tried<What> {
        let (from, starting) = match self.word(at) {
            "from" | "starting" | "beginning" | "since" => {
                (at + 1 + usize::from(matches!(self.word(at + 1), "on" | "from")), true)
            }
            "on" => (at + 1, false),
            _ => (at, false),
        };
        if let Some((moment @ What::Moment(..), next)) = self.iso(from)? {
            return Ok(Some((moment, next)));
        }
        if let Some(((first, last), next)) = self.days_of_month(from)? {
            return Ok(Some((What::Days(first, last), next)));
        }
        let Some((day, next)) = self.day(from, from > at)? else { return Ok(None) };
        if matches!(self.word(next), "to" | "until" | "till" | "through" | "thru" | "-" | "–")
            && let Some((last, next)) = self.day(next + 1, true)?
        {
            return Ok(Some((What::Days(day, last), next)));
        }
        Ok(Some((What::Day(day, starting), next)))
    }

    /// One date; `told` when a word before it says that one comes.
    pub fn day(&self, at: usize, told: bool) -> Tried<Day> {
        let today = self.today();
        let fixed = |days: i32| Day::of(DayWhat::Fixed(today.saturating_add(days.days())));
        let found = match (self.word(at), self.word(at + 1)) {
            ("today", _) => Some((fixed(0), at + 1)),
            (word, _) if words::is_tomorrow(word) => Some((fixed(1), at + 1)),
            ("tonight" | "tonite" | "2nite", _) => {
                let tonight = Day { part: Some(Part::Night), needs_time: true, ..fixed(0) };
                return Ok(Some((tonight, at + 1)));
            }
            ("day", "after") if self.word(at + 2) == "tomorrow" => Some((fixed(2), at + 3)),
            ("the", "day") if (self.word(at + 2), self.word(at + 3)) == ("after", "tomorrow") => {
                Some((fixed(2), at + 4))
            }
            ("this", word) if Part::of(word).is_some() => {
                return Ok(Some((
                    Day { part: Part::of(word), needs_time: true, ..fixed(0) },
                    at + 2,
                )));
            }
            _ => match self.named_day(at, told) {
                Some(((month, day), next)) => {
                    let day = Day::of(DayWhat::Open(month, day));
                    Some((Day { named: true, ..day }, next))
                }
                None => self.weekday_here(at, told)?,
            },
        };
        let found = match found {
            Some(found) => Some(found),
            None => self.numbered_day(at, told)?,
        };
        Ok(found.map(|(day, next)| match Part::of(self.word(next)) {
            Some(part) => (Day { part: Some(part), needs_time: true, ..day }, next + 1),
            None => (day, next),
        }))
    }

    /// A date with a number in it.
    fn numbered_day(&self, at: usize, told: bool) -> Tried<Day> {
        if let Some((What::Day(day, _), next)) = self.iso(at)? {
            return Ok(Some((day, next)));
        }
        match self.of_a_month(at, told)? {
            Some(found) => Ok(Some(found)),
            None => self.in_numbers(at, told),
        }
    }

    fn weekday_here(&self, at: usize, told: bool) -> Tried<Day> {
        let named = |at: usize| words::weekday(self.word(at));
        match (self.word(at), self.word(at + 1)) {
            ("next", "week") => {
                let from = at + 2 + usize::from(self.word(at + 2) == "on");
                return Ok(named(from).map(|day| (Day::of(DayWhat::NextWeek(day)), from + 1)));
            }
            ("next", _) => {
                return Ok(named(at + 1).map(|day| (Day::of(DayWhat::NextWeek(day)), at + 2)));
            }
            ("coming", _) => {
                return Ok(named(at + 1).map(|day| (Day::of(DayWhat::Coming(day)), at + 2)));
            }
            ("this", "coming") => {
                return Ok(named(at + 2).map(|day| (Day::of(DayWhat::Coming(day)), at + 3)));
            }
            ("this", _) => {
                return Ok(named(at + 1).map(|day| (Day::of(DayWhat::ThisWeek(day)), at + 2)));
            }
            _ => {}
        }
        let Some(day) = named(at) else { return Ok(None) };
        let next = at + 1;
        let from = next + usize::from(self.tokens.get(next).is_some_and(|t| t.text == ","));
        if let Some((dated, after)) = self.numbered_day(from, false)? {
            return self.same_weekday(day, dated, at..after).map(Some);
        }
        // "Friday 4th"
        if let Some((dated, after)) = self.of_a_month(from, true)? {
            return self.same_weekday(day, dated, at..after).map(Some);
        }
        if words::is_also_a_word(self.word(at)) && !told && !self.is_meant(at) {
            return Ok(None);
        }
        if (self.word(next), self.word(next + 1)) == ("next", "week") {
            return Ok(Some((Day::of(DayWhat::NextWeek(day)), next + 2)));
        }
        Ok(Some((Day::of(DayWhat::Coming(day)), next)))
    }

    /// Whether "Sun" is the day: in capitals behind other words, or before a time.
    fn is_meant(&self, at: usize) -> bool {
        let capital = self.tokens[at].text.starts_with(char::is_uppercase);
        let part = Part::of(self.word(at + 1)).is_some();
        capital && at > 0
            || part
            || self.ends(at + 1)
            || self.bare_clock(at + 1).is_ok_and(|f| f.is_some())
    }

    fn same_weekday(
        &self,
        weekday: Weekday,
        day: Day,
        tokens: std::ops::Range<usize>,
    ) -> Result<(Day, usize), Refused> {
        let (date, _) = day.settle(self.today(), true).map_err(|why| {
            Refused::at(tokens.clone(), format!("'{}' {why}", self.said(tokens.clone())))
        })?;
        if date.weekday() != weekday {
            let message = format!(
                "'{}' is no {}: {} is a {}",
                self.said(tokens.start + 1..tokens.end).trim_start_matches(", "),
                words::weekday_name(weekday),
                date.strftime("%-d %B %Y"),
                words::weekday_name(date.weekday())
            );
            return Err(Refused::at(tokens, message));
        }
        Ok((Day::of(DayWhat::Fixed(date)), tokens.end))
    }

    /// "24 Dec", "Dec 24th, 2027", "the 15th of March", "the 15th".
    fn of_a_month(&self, at: usize, told: bool) -> Tried<Day> {
        let from = at + usize::from(self.word(at) == "the");
        let number = |at: usize| -> Option<u32> {
            let word = self.word(at).trim_end_matches('.');
            words::digits(word).or_else(|| {
                let plain = word.starts_with(|c: char| c.is_ascii_digit());
                words::ordinal(word).filter(|_| plain).and_then(|n| u32::try_from(n).ok())
            })
        };
        let of = from + 1 + usize::from(self.word(from + 1) == "of");
        if let (Some(day), Some(month)) = (number(from), words::month(self.word(of))) {
            return self.with_year(day, month, at, of + 1);
        }
        let then = from + 1 + usize::from(self.word(from + 1) == "the");
        if let (Some(month), Some(day)) = (words::month(self.word(from)), number(then)) {
            let clock = words::unit(self.word(then + 1)).is_some();
            if !clock && day <= 99 {
                return self.with_year(day, month, at, then + 1);
            }
        }
        let word = self.word(from);
        let plain = word.starts_with(|c: char| c.is_ascii_digit());
        match words::ordinal(word).filter(|_| plain) {
            Some(day) if told || from > at && self.ends(from + 1) => {
                if !(1..=31).contains(&day) {
                    let message = format!("there is no {word} day of a month: they go to the 31st");
                    return Err(Refused::at(at..from + 1, message));
                }
                Ok(Some((Day::of(DayWhat::OfMonth(day)), from + 1)))
            }
            Some(_) | None => Ok(None),
        }
    }

    pub fn with_year(&self, day: u32, month: i8, at: usize, next: usize) -> Tried<Day> {
        let comma = usize::from(self.tokens.get(next).is_some_and(|t| t.text == ","));
        let year = [next, next + comma].into_iter().find_map(|place| {
            let n = words::digits(self.word(place)).filter(|n| (1000..=9000).contains(n))?;
            Some((i16::try_from(n).ok()?, place + 1))
        });
        let (year, next) = match year {
            Some((year, next)) => (Some(year), next),
            None => (None, next),
        };
        self.checked(day, month, year, at..next).map(|day| Some((day, next)))
    }

    pub fn checked(
        &self,
        day: u32,
        month: i8,
        year: Option<i16>,
        tokens: std::ops::Range<usize>,
    ) -> Result<Day, Refused> {
        // In a leap year every month is as long as it can be.
        let in_year = Date::new(year.unwrap_or(2028), month, 1);
        let days = in_year.map_or(31, Date::days_in_month);
        let fits = i8::try_from(day).ok().filter(|day| (1..=days).contains(day));
        let Some(day) = fits else {
            let year = year.map_or_else(String::new, |year| format!(" {year}"));
            let name = words::month_name(month);
            let message = format!(
                "'{}' does not exist: {name}{year} has {days} days",
                self.said(tokens.clone())
            );
            return Err(Refused::at(tokens, message));
        };
        Ok(Day::of(match year.and_then(|year| Date::new(year, month, day).ok()) {
            Some(date) => DayWhat::Fixed(date),
            None => DayWhat::Open(month, day),
        }))
    }

    /// "24.12.", "24.12.2027", "24/12"; "24.12" only where a date is expected.
    fn in_numbers(&self, at: usize, told: bool) -> Tried<Day> {
        let word = self.word(at);
        let sign = if word.contains('/') { '/' } else { '.' };
        let mut parts = word.split(sign);
        let (Some(one), Some(two), three, None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let short = |text: &str| (text.len() <= 2).then(|| words::digits(text)).flatten();
        let (Some(one), Some(two)) = (short(one).filter(|n| *n > 0), short(two).filter(|n| *n > 0))
        else {
            return Ok(None);
        };
        let year = match three {
            None if sign == '.' && !told => return Ok(None),
            None | Some("") => None,
            Some(text) => match words::digits(text).filter(|_| matches!(text.len(), 2 | 4)) {
                Some(year) if text.len() == 2 => i16::try_from(2000 + year).ok(),
                Some(year) => i16::try_from(year).ok(),
                None => return Ok(None),
            },
        };
        let slashed = sign == '/';
        if slashed && ((one, two, year) == (24, 7, None) || one > 12 && two > 12 && year.is_none())
        {
            return Ok(None);
        }
        let month = |n: u32| i8::try_from(n).ok().filter(|n| (1..=12).contains(n));
        let (day, month) = match (month(one), month(two)) {
            (Some(first), Some(second)) if slashed && first != second => {
                let message = format!(
                    "'{}' could be {one} {} or {two} {}: write the month as a word",
                    self.said(at..at + 1),
                    words::month_name(second),
                    words::month_name(first)
                );
                return Err(Refused::at(at..at + 1, message));
            }
            (_, Some(second)) => (one, second),
            (Some(first), None) if slashed => (two, first),
            (_, None) => {
                let message = format!(
                    "'{}' is no date: write it like 24.12. or 24 Dec, or put it in quotes to keep it in the title",
                    self.said(at..at + 1)
                );
                return Err(Refused::at(at..at + 1, message));
            }
        };
        self.checked(day, month, year, at..at + 1).map(|day| Some((day, at + 1)))
    }

    /// "2027-05-01", also with a time in the same word.
    fn iso(&self, at: usize) -> Tried<What> {
        let word = self.word(at);
        let looks = |text: &str| {
            let form = text.bytes().zip(b"dddd-dd-dd");
            text.len() == 10
                && form
                    .into_iter()
                    .all(|(b, f)| if *f == b'd' { b.is_ascii_digit() } else { b == *f })
        };
        let dashed = word.trim_end_matches('.').replace(['/', '.'], "-");
        let word = if looks(&dashed) { dashed.as_str() } else { word };
        let Some(head) = word.get(..10).filter(|head| looks(head)) else {
            return self.week_date(at);
        };
        let no = |message: String| Err(Refused::at(at..at + 1, message));
        let Ok(date) = head.parse::<Date>() else {
            return no(crate::timing::no_such_day(head).unwrap_or_else(|| {
                format!("'{head}' is no date: write year, month and day like 2027-05-01")
            }));
        };
        let day = Day::of(DayWhat::Fixed(date));
        let rest = &word[10..];
        if rest.is_empty() {
            return Ok(Some((What::Day(day, false), at + 1)));
        }
        let number = |text: Option<&str>| text.and_then(words::digits);
        let time = rest.strip_prefix('t').filter(|time| time.len() == 5 || time.ends_with(":00"));
        match time.filter(|time| time.len() == 5 || time.len() == 8) {
            Some(time) => match (number(time.get(..2)), number(time.get(3..5))) {
                (Some(hour @ 0..=23), Some(minute @ 0..=59)) => {
                    let minutes = i16::try_from(hour * 60 + minute).unwrap_or(0);
                    let clock = Clock { minutes, sure: true, half: false, midnight: false };
                    Ok(Some((What::Moment(day, clock), at + 1)))
                }
                _ => no(format!(
                    "'{}' has no time of day behind the date: write it like 2027-05-01T09:00",
                    self.said(at..at + 1)
                )),
            },
            None => no(format!(
                "'{}' is not understood: write a date and a time like 2027-05-01 09:00, and a zone by its name",
                self.said(at..at + 1)
            )),
        }
    }

    /// "from 9 to 10:30", "between 9 and 10", "from 8:00".
    pub fn range(&self, at: usize, _: After) -> Tried<What> {
        let from = match self.word(at) {
            "from" | "between" => at + 1,
            "starting" | "beginning" => at + 1 + usize::from(self.word(at + 1) == "at"),
            _ => return Ok(None),
        };
        let days = matches!(self.days_of_month(from), Ok(Some(_)));
        if days || matches!(self.day(from, true), Ok(Some(_))) {
            return Ok(None);
        }
        let first = match self.plain_clock(from)? {
            Some(found) => Some(found),
            None => self.bare_clock(from)?,
        };
        let Some((first, next)) = first else {
            return match self.glued_range(from, true)? {
                Some((first, Some(last), next)) => {
                    Ok(Some((What::Clocks(first.before(last), last), next)))
                }
                Some((_, None, _)) | None => Ok(None),
            };
        };
        let and = self.word(at) == "between" && self.word(next) == "and";
        let end = if and {
            match self.plain_clock(next + 1)? {
                Some(found) => Some(found),
                None => self.bare_clock(next + 1)?,
            }
        } else {
            self.range_end(next)?
        };
        match end {
            Some((last, next)) => Ok(Some((What::Clocks(first.before(last), last), next))),
            None if self.word(at) == "between" => Ok(None),
            None => Ok(Some((What::Clock(vec![first]), next))),
        }
    }
}
