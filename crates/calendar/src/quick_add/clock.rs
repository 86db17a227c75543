//! Times of day: `9`, `9am`, `9:30`, `21:00`, `noon`, `half past ten`, and from one to another.

use super::{
    scan::{After, Reader, Refused, Tried, What},
    words,
};

/// A part of the day, which tells 3 in the afternoon from 3 at night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

impl Part {
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "morning" => Self::Morning,
            "afternoon" => Self::Afternoon,
            "evening" => Self::Evening,
            "night" | "nite" => Self::Night,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
            Self::Evening => "evening",
            Self::Night => "night",
        }
    }

    /// The hours it has, on the 24-hour clock.
    pub fn hours(self) -> std::ops::RangeInclusive<i16> {
        match self {
            Self::Morning => 0..=12,
            Self::Afternoon => 12..=18,
            Self::Evening => 16..=23,
            Self::Night => 18..=24,
        }
    }
}

/// A time of day as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// Minutes after midnight, up to 1440, as written.
    pub minutes: i16,
    /// It is said which half of the day is meant.
    pub sure: bool,
    /// am or pm stands behind it.
    pub half: bool,
    /// "midnight", of which a date has two.
    pub midnight: bool,
}

pub(super) fn shown(minutes: i16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl Clock {
    fn sure(minutes: i16) -> Self {
        Self { minutes, sure: true, half: false, midnight: false }
    }

    /// "noon", "midnight".
    fn named(word: &str) -> Option<Self> {
        match word {
            "noon" | "midday" | "mid-day" => Some(Self::sure(720)),
            "midnight" | "midnite" => Some(Self { midnight: true, ..Self::sure(1440) }),
            _ => None,
        }
    }

    /// Minutes after midnight, or why it could be two times.
    pub fn settle(self, part: Option<Part>) -> Result<i16, String> {
        let Self { minutes, sure, .. } = self;
        let later = minutes % 720 + 720;
        match part {
            None if sure || !(60..420).contains(&minutes) => Ok(minutes),
            None => Err(format!(
                "could be {} or {}: write one of these, or am or pm behind it",
                shown(minutes),
                shown(later)
            )),
            Some(part) => {
                let fits = |minutes: &i16| part.hours().contains(&(minutes / 60));
                let choices = if sure { [minutes, minutes] } else { [minutes, later] };
                let found = choices.into_iter().find(fits);
                found
                    .ok_or_else(|| format!("is not in the {}: leave one of them away", part.word()))
            }
        }
    }

    /// The same, but in the half of the day that puts it before another time.
    pub fn before(self, other: Self) -> Self {
        if self.sure || !other.half || self.minutes >= 780 {
            return self;
        }
        let half = other.minutes / 720 * 720;
        let near = Self::sure(self.minutes % 720 + half);
        if near.minutes < other.minutes { near } else { Self::sure(self.minutes % 720) }
    }
}

impl Reader<'_> {
    /// A time, or from one to another.
    pub fn time(&self, at: usize, after: After) -> Tried<What> {
        let (from, told) = match self.word(at) {
            "at" | "@" => (at + 1, true),
            word => (at, word.starts_with('@') || after == After::Due),
        };
        if self.word(at) == "at" && self.word(at + 1) == "night" {
            return Ok(Some((What::Part(Part::Night), at + 2)));
        }
        let found = match self.plain_clock(from)? {
            None if told => match self.clock_with_h(from)? {
                None => self.bare_clock(from)?,
                found => found,
            },
            None if matches!(after, After::Date | After::Repeat) => {
                self.bare_clock(from)?.filter(|(_, next)| self.ends_or_goes_on(*next))
            }
            found => found,
        };
        let found = match found {
            None => self.glued_range(from, told || matches!(after, After::Date | After::Repeat))?,
            Some((clock, next)) => Some((clock, None, next)),
        };
        let Some((first, last, next)) = found else { return Ok(None) };
        let next = next + usize::from(matches!(self.word(next), "sharp" | "hrs"));
        if let Some(last) = last {
            return Ok(Some((What::Clocks(first.before(last), last), next)));
        }
        if let Some((last, next)) = self.range_end(next)? {
            return Ok(Some((What::Clocks(first.before(last), last), next)));
        }
        let (clocks, next) = self.more_clocks(first, next)?;
        Ok(Some((What::Clock(clocks), next)))
    }

    /// "to 10:30", "until 17", "- 10" behind a time.
    pub fn range_end(&self, at: usize) -> Tried<Clock> {
        if !matches!(self.word(at), "to" | "until" | "till" | "-" | "–" | "—") {
            return Ok(None);
        }
        // "until 30 June" ends a series, not this one.
        if matches!(self.day(at + 1, true), Ok(Some(_))) {
            return Ok(None);
        }
        match self.plain_clock(at + 1)? {
            Some(found) => Ok(Some(found)),
            None => Ok(self.bare_clock(at + 1)?.filter(|(_, next)| self.ends(*next))),
        }
    }

    /// "and 17:00" behind a time.
    fn more_clocks(&self, first: Clock, at: usize) -> Result<(Vec<Clock>, usize), Refused> {
        let (mut clocks, mut next) = (vec![first], at);
        // Each turn takes two tokens or more.
        while matches!(self.word(next), "and" | "&") && clocks.len() < 24 {
            let from = next + 1 + usize::from(self.word(next + 1) == "at");
            let found = match self.plain_clock(from)? {
                Some(found) => Some(found),
                None => self.bare_clock(from)?.filter(|(_, next)| self.ends(*next)),
            };
            let Some((clock, after)) = found else { break };
            clocks.push(clock);
            next = after;
        }
        Ok((clocks, next))
    }

    fn ends_or_goes_on(&self, at: usize) -> bool {
        matches!(self.word(at), "to" | "-" | "–" | "and" | "until") || self.ends(at)
    }

    /// "15h", "15h30" where a time is announced.
    fn clock_with_h(&self, at: usize) -> Tried<Clock> {
        let word = self.word(at).trim_start_matches('@');
        let short = |text: &str| (text.len() <= 2).then(|| words::digits(text)).flatten();
        let Some((hour, minute)) = word.split_once('h') else { return Ok(None) };
        let minute = if minute.is_empty() { Some(0) } else { short(minute) };
        let (Some(hour), Some(minute)) = (short(hour), minute) else { return Ok(None) };
        self.clock_of(hour, minute, (None, true), at, at + 1).map(Some)
    }

    /// A time that looks like nothing else.
    pub fn plain_clock(&self, at: usize) -> Tried<Clock> {
        let word = self.word(at).trim_start_matches('@');
        if let Some(clock) = Clock::named(word) {
            return Ok(Some((clock, at + 1)));
        }
        if let Some(found) = self.spoken(at)? {
            return Ok(Some(found));
        }
        if matches!(self.word(at + 1), "o'clock" | "o’clock" | "oclock") {
            return self.hour(word, at, at + 2);
        }
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            let hour = words::number(word).filter(|_| !matches!(word, "a" | "an"));
            return match (hour, half_of(self.word(at + 1))) {
                (Some(hour), Some(half)) => {
                    self.clock_of(hour, 0, (Some(half), false), at, at + 2).map(Some)
                }
                _ => Ok(None),
            };
        }
        let word = word.trim_end_matches('.');
        let (number, half, next) = match split_half(word) {
            Some((number, half)) => (number, Some(half), at + 1),
            None => match half_of(self.word(at + 1)) {
                Some(half) => (word, Some(half), at + 2),
                None => (word, None, at + 1),
            },
        };
        if number.split_once(':').is_none() && half.is_none() {
            return Ok(None);
        }
        let glued = words::digits(number).filter(|_| half.is_some() && number.len() > 2);
        let glued = glued.map(|n| (n / 100, n % 100, false));
        let Some((hour, minute, padded)) = glued.or_else(|| hour_and_minute(number)) else {
            // "6:4am" or "9:3" looks like a time and is none; "16:9am" too.
            return if looks_like_clock(number) { Err(self.no_time(at, next)) } else { Ok(None) };
        };
        self.clock_of(hour, minute, (half, padded), at, next).map(Some)
    }

    fn clock_of(
        &self,
        hour: u32,
        minute: u32,
        (half, padded): (Option<bool>, bool),
        at: usize,
        next: usize,
    ) -> Result<(Clock, usize), Refused> {
        let hour = match half {
            Some(pm) if (1..=12).contains(&hour) => hour % 12 + if pm { 12 } else { 0 },
            Some(_) => return Err(self.no_time(at, next)),
            None => hour,
        };
        let minutes = hour * 60 + minute;
        let Some(minutes) = i16::try_from(minutes).ok().filter(|m| *m <= 1440 && minute < 60)
        else {
            return Err(self.no_time(at, next));
        };
        let sure = half.is_some() || padded || !(60..780).contains(&minutes);
        Ok((Clock { minutes, sure, half: half.is_some(), midnight: false }, next))
    }

    /// An hour alone, in digits or in words: "9", "nine", also "2130".
    pub fn bare_clock(&self, at: usize) -> Tried<Clock> {
        let word = self.word(at).trim_end_matches('.');
        let word = word.strip_prefix('@').unwrap_or(word);
        if words::unit(self.word(at + 1)).is_some() {
            return Ok(None);
        }
        if word.len() == 4
            && let Some(n) = words::digits(word)
        {
            return self.clock_of(n / 100, n % 100, (None, true), at, at + 1).map(Some);
        }
        if let Some((hour, minute)) = word.split_once('.')
            && let (Some(hour), Some(minute)) = (words::digits(hour), words::digits(minute))
            && word.len() > 3
            && word.len() - word.find('.').unwrap_or(0) == 3
        {
            return self
                .clock_of(hour, minute, (None, word.starts_with('0')), at, at + 1)
                .map(Some);
        }
        self.hour(word, at, at + 1)
    }

    fn hour(&self, word: &str, at: usize, next: usize) -> Tried<Clock> {
        if word.len() > 6 || matches!(word, "a" | "an") {
            return Ok(None);
        }
        let Some(hour) = words::number(word) else { return Ok(None) };
        self.clock_of(hour, 0, (None, word.len() == 2 && word.starts_with('0')), at, next).map(Some)
    }

    /// "half past nine", "quarter to 10".
    fn spoken(&self, at: usize) -> Tried<Clock> {
        let from = at + usize::from(self.word(at) == "a");
        let off: i16 = match (self.word(from), self.word(from + 1)) {
            ("half", "past") => 30,
            ("quarter", "past") => 15,
            ("quarter", "to") => -15,
            _ => return Ok(None),
        };
        let found = match self.plain_clock_after(from + 2)? {
            Some(found) => Some(found),
            None => self.bare_clock(from + 2)?,
        };
        Ok(found.map(|(clock, next)| (Clock { minutes: clock.minutes + off, ..clock }, next)))
    }

    /// A time behind "half past": never another "half past".
    fn plain_clock_after(&self, at: usize) -> Tried<Clock> {
        match self.word(at) {
            "half" | "quarter" | "a" => Ok(None),
            _ => self.plain_clock(at),
        }
    }

    /// "9-10" in one word.
    pub fn glued_range(
        &self,
        at: usize,
        told: bool,
    ) -> Result<Option<(Clock, Option<Clock>, usize)>, Refused> {
        let word = self.word(at);
        let Some((one, two)) = word.split_once(['-', '–', '—']) else { return Ok(None) };
        let parse = |text: &str| -> Option<Clock> {
            if let Some(clock) = Clock::named(text) {
                return Some(clock);
            }
            let (number, half) = split_half(text).map_or((text, None), |(n, h)| (n, Some(h)));
            let (hour, minute, padded) = hour_and_minute(number)?;
            self.clock_of(hour, minute, (half, padded), at, at + 1).ok().map(|(clock, _)| clock)
        };
        let (Some(first), Some(last)) = (parse(one), parse(two)) else {
            // "9:00-25:00"
            let looks = one.contains(':') && looks_like_clock(one) || looks_like_clock(two);
            return if looks { Err(self.no_time(at, at + 1)) } else { Ok(None) };
        };
        let named = Clock::named(one).or(Clock::named(two)).is_some();
        let plain = named || one.contains(':') || two.contains(':') || split_half(two).is_some();
        let bare = at > 0 && !one.starts_with('0') && !self.is_numbered(at);
        let is_time = plain || told || bare && self.ends(at + 1);
        Ok(is_time.then_some((first, Some(last), at + 1)))
    }

    fn no_time(&self, at: usize, next: usize) -> Refused {
        let message = format!(
            "'{}' is no time of day: hours go from 0 to 24, or from 1 to 12 before am and pm, and minutes to 59",
            self.said(at..next)
        );
        Refused::at(at..next, message)
    }

    /// Numbers that look like time and were not understood.
    pub fn refuse_number(&self, at: usize, after: After) -> Result<(), Refused> {
        let (word, next) = (self.word(at), self.word(at + 1));
        let quote = "or put it in quotes to keep it in the title";
        if word == "at" && words::digits(next).is_some() {
            return Err(self.no_time(at, at + 2));
        }
        if matches!(word, "am" | "pm") && after == After::Time {
            let message = format!("'{word}' stands behind no hour: write it like 9am, {quote}");
            return Err(Refused::at(at..at + 1, message));
        }
        if after == After::Time && is_offset(word) {
            let message = format!(
                "'{}' is an offset and no zone: write a name such as Europe/Berlin",
                self.said(at..at + 1)
            );
            return Err(Refused::at(at..at + 1, message));
        }
        if matches!(word, "the")
            && words::ordinal(next).is_some_and(|n| n > 31)
            && self.word(at + 2) == "of"
        {
            let message =
                format!("there is no {next} day of a month: they go to the 31st, {quote}");
            return Err(Refused::at(at..at + 2, message));
        }
        if words::unit(next).is_some() && self.word(at + 2) == "ago" {
            let message =
                format!("'{}' is past: an event is added for later", self.said(at..at + 3));
            return Err(Refused::at(at..at + 3, message));
        }
        Ok(())
    }
}

fn is_offset(word: &str) -> bool {
    let rest = word.strip_prefix("utc").or_else(|| word.strip_prefix("gmt")).unwrap_or(word);
    rest.strip_prefix(['+', '-', '−'])
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn half_of(word: &str) -> Option<bool> {
    match word {
        "am" | "a.m" => Some(false),
        "pm" | "p.m" => Some(true),
        _ => None,
    }
}

/// "9pm" as "9" and whether it is pm.
fn split_half(word: &str) -> Option<(&str, bool)> {
    let at = word.find(|c: char| c.is_alphabetic())?;
    let (number, half) = word.split_at(at);
    let looks = number.starts_with(|c: char| c.is_ascii_digit());
    if looks { Some((number, half_of(half)?)) } else { None }
}

/// "9", "9:30", "9.30": hour, minute, and whether a leading zero says which half of the day.
fn hour_and_minute(text: &str) -> Option<(u32, u32, bool)> {
    let padded = text.starts_with('0');
    let short = |text: &str| (text.len() <= 2).then(|| words::digits(text)).flatten();
    match text.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => {
            Some((short(hour)?, short(minute)?, padded && hour.len() == 2))
        }
        Some(_) => None,
        None => Some((short(text)?, 0, padded && text.len() == 2)),
    }
}

/// Digits and colons only; "1:1" is a meeting of two.
fn looks_like_clock(text: &str) -> bool {
    text != "1:1" && text.contains(':') && text.bytes().all(|b| b.is_ascii_digit() || b == b':')
}
