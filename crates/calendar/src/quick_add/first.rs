//! Series: which rule a pattern is, where it starts, and the checks every event passes.

use std::ops::Range;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::{
    Known,
    date::said,
    repeat::Pattern,
    scan::{Refused, What},
    settle::{Start, Work, on},
};
use crate::{
    draft::{Check, DraftError, EventDraft, Origin},
    event::Event,
    id::EventId,
    occurrence::Occurrence,
    recurrence::{ByDay, Freq, Rule, Series},
    timing::{LocalStart, later},
};

/// An id for an event that is not there yet.
const NOBODY: EventId = EventId::from_bytes([0; 16]);
const FARTHEST: i64 = 400 * 366 * 86_400;
/// How many occurrences are shown.
const NEXT: usize = 5;

impl Work<'_> {
    /// The start of a series; its rule goes into the draft.
    pub fn series(
        &mut self,
        pattern: &Pattern,
        tokens: Range<usize>,
        draft: &mut EventDraft,
    ) -> Result<Start, Refused> {
        if let Some(tokens) = self.has(|what| matches!(what, What::Elapsed(_))) {
            let message = format!(
                "'{}' and a repetition: say from when in a date or a time",
                self.scan.said(&tokens)
            );
            return Err(Refused::at(tokens, message));
        }
        let (start, rule) = if pattern.freq > Freq::Daily {
            self.elapsing(pattern, &tokens, draft)?
        } else {
            self.by_days(pattern, &tokens)?
        };
        let end = self.ending(&start, draft)?;
        draft.rules = vec![format!("{rule}{end}")];
        Ok(start)
    }

    /// Every so many hours or minutes: elapsed time, which is tied to UTC.
    fn elapsing(
        &mut self,
        pattern: &Pattern,
        tokens: &Range<usize>,
        draft: &mut EventDraft,
    ) -> Result<(Start, String), Refused> {
        let no = |tokens: &Range<usize>, message: &str| Err(Refused::at(tokens.clone(), message));
        if self.floating {
            return no(
                tokens,
                "every few hours is elapsed time and the same everywhere: leave floating away",
            );
        }
        let (unit, word) =
            if pattern.freq == Freq::Hourly { (3600, "HOURLY") } else { (60, "MINUTELY") };
        let step = unit * i64::from(pattern.interval);
        self.refuse_longer_than(step)?;
        let start = match (&self.times.clone(), self.day.clone()) {
            (Some((clocks, None, at)), day) => {
                let [clock] = clocks.as_slice() else {
                    return no(at, "every few hours from several times: say one to begin with");
                };
                let minutes = self.minutes(*clock, at)?;
                let today = self.today();
                let date = match day {
                    Some((day, _, named)) => self.date(day, today, true, &named)?,
                    None => today,
                };
                let first = self.instant(on(date, minutes));
                let behind = self.known.now.as_second() - first.as_second();
                let turns = if behind < 0 { 0 } else { behind.div_euclid(step) + 1 };
                later(first, turns.saturating_mul(step))
            }
            (Some((_, Some(_), at)), _) => {
                return no(
                    at,
                    "every few hours and a time to end: say only from when, and until which date",
                );
            }
            (None, Some((_, _, named))) => {
                return no(
                    &named,
                    "every few hours from a date: say also the time to begin with, such as 8:00",
                );
            }
            (None, None) => {
                let at = later(self.known.now, step).as_second();
                Timestamp::from_second((at + 59).div_euclid(60) * 60).unwrap_or(Timestamp::MAX)
            }
        };
        self.notes.push(
            "it goes by elapsed time: when clocks change, the times on the wall shift".into(),
        );
        draft.zone = Some("UTC".into());
        let at = LocalStart::first(TimeZone::UTC.to_datetime(start));
        let rule = format!("FREQ={word}{}", interval(pattern.interval));
        Ok((Start { at, all_day: false, length: None }, rule))
    }

    /// "every 5 minutes for an hour".
    fn refuse_longer_than(&self, step: i64) -> Result<(), Refused> {
        let long = self.scan.find(|what| match what {
            What::Length(amount) => Some(amount.seconds),
            _ => None,
        });
        match long.filter(|(seconds, _)| *seconds >= step) {
            Some((_, tokens)) => {
                let message = format!(
                    "'{}' could be how long each lasts or how long it goes on: write how often, such as 12 times, or until and a date",
                    self.scan.said(&tokens)
                );
                Err(Refused::at(tokens, message))
            }
            None => Ok(()),
        }
    }

    fn by_days(
        &mut self,
        pattern: &Pattern,
        tokens: &Range<usize>,
    ) -> Result<(Start, String), Refused> {
        let today = self.today();
        let range = self.scan.find(|what| match what {
            What::Days(first, _) => Some(*first),
            _ => None,
        });
        let day = match (range, self.day.clone()) {
            (Some((day, tokens)), _) => Some((day, true, tokens)),
            (None, day) => day,
        };
        if let (Some((_, false, named)), true) = (&day, pattern.has_days()) {
            let message = format!(
                "'{}' besides '{}': leave one of them away, or write starting before it",
                self.scan.said(named),
                self.scan.said(tokens)
            );
            return Err(Refused::at(named.clone(), message));
        }
        let base = match &day {
            Some((day, _, named)) => {
                let date = self.date(*day, today, true, named)?;
                if date < today {
                    return Err(self.past(named, "is past"));
                }
                Some(date)
            }
            None => None,
        };
        let (parts, days) = self.parts(pattern, base, tokens)?;
        let times = self.each_time()?;
        let all_day = times.is_empty();
        let rule = |n: u32, times: &str| {
            format!("FREQ={}{}{parts}{times}", name(pattern.freq), interval(n))
        };
        let by_time = by_times(&times);
        let first = first_start(&rule(1, &by_time), base.unwrap_or(today), &times, self);
        let at = first.ok_or_else(|| {
            let message = format!("'{}' never comes", self.scan.said(tokens));
            Refused::at(tokens.clone(), message)
        })?;
        self.say_left_out(pattern, &days, at.date());
        let length = self.each_length(at)?;
        let start = if all_day {
            Start::on(at.date(), 1)
        } else {
            Start { at: LocalStart::first(at), all_day, length }
        };
        Ok((start, rule(pattern.interval, &by_time)))
    }

    /// The BY parts of a rule, and its days of the month.
    fn parts(
        &self,
        pattern: &Pattern,
        base: Option<Date>,
        tokens: &Range<usize>,
    ) -> Result<(String, Vec<i8>), Refused> {
        let mut parts = String::new();
        let (mut days, mut month_days, mut month) =
            (pattern.days.clone(), pattern.month_days.clone(), pattern.month);
        if !pattern.has_days() && pattern.freq != Freq::Daily {
            let Some(date) = base else {
                let message = match pattern.freq {
                    Freq::Weekly => {
                        "every week on which day: write every Monday, or weekly on Monday"
                    }
                    Freq::Monthly => {
                        "every month on which day: write every month on the 15th, or on the last Friday"
                    }
                    _ => "every year on which day: write every year on 24 Dec",
                };
                return Err(Refused::at(tokens.clone(), message));
            };
            match pattern.freq {
                Freq::Weekly => days.push(ByDay::every(date.weekday())),
                Freq::Monthly => month_days.push(date.day()),
                _ => {
                    month_days.push(date.day());
                    month = Some(date.month());
                }
            }
        }
        if let Some(month) = month {
            parts.push_str(&format!(";BYMONTH={month}"));
        }
        if !month_days.is_empty() {
            let list: Vec<String> = month_days.iter().map(ToString::to_string).collect();
            parts.push_str(&format!(";BYMONTHDAY={}", list.join(",")));
        }
        if !days.is_empty() {
            let code = |day: &ByDay| {
                let name = super::words::weekday_name(day.weekday);
                let nth = day.nth.map_or_else(String::new, |n| n.to_string());
                format!("{nth}{}", name.get(..2).unwrap_or("").to_uppercase())
            };
            let list: Vec<String> = days.iter().map(code).collect();
            parts.push_str(&format!(";BYDAY={}", list.join(",")));
        }
        if let Some(position) = pattern.position {
            parts.push_str(&format!(";BYSETPOS={position}"));
        }
        Ok((parts, month_days))
    }

    /// The times of day of a series, in minutes; none is whole days.
    fn each_time(&self) -> Result<Vec<i16>, Refused> {
        let Some((clocks, _, tokens)) = &self.times else { return Ok(Vec::new()) };
        let mut times = Vec::new();
        for clock in clocks {
            let minutes = self.minutes(*clock, tokens)?;
            if minutes == 1440 {
                let every_day =
                    self.has(|what| matches!(what, What::Repeat(p) if p.freq == Freq::Daily));
                if every_day.is_none() || !clock.midnight {
                    let message = "midnight could be the beginning or the end of these days: write 00:00 with the day it begins";
                    return Err(Refused::at(tokens.clone(), message));
                }
            }
            times.push(minutes % 1440);
        }
        times.sort_unstable();
        times.dedup();
        if times.iter().any(|time| time % 60 != times[0] % 60) {
            let message = format!(
                "'{}' are not so many minutes past each hour: add them one by one",
                self.scan.said(tokens)
            );
            return Err(Refused::at(tokens.clone(), message));
        }
        Ok(times)
    }

    fn each_length(&self, at: DateTime) -> Result<Option<(i32, i64)>, Refused> {
        let Some((clocks, Some(last), tokens)) = &self.times else { return Ok(None) };
        let Some(first) = clocks.first() else { return Ok(None) };
        let minutes = self.minutes(*first, tokens)?;
        let (nominal, _) = self.until_end(at, (*first, minutes), *last, tokens)?;
        Ok(Some((0, nominal)))
    }

    /// Days that some months or years do not have.
    fn say_left_out(&mut self, pattern: &Pattern, month_days: &[i8], first: Date) {
        let rare = month_days.iter().find(|day| **day > 28);
        match (pattern.freq, rare) {
            (Freq::Monthly, Some(day)) => {
                let ending = if *day == 31 { "st" } else { "th" };
                self.notes.push(format!("months without a {day}{ending} are left out"));
            }
            (Freq::Yearly, Some(29)) if first.month() == 2 => {
                self.notes.push("years without a 29 February are left out".into());
            }
            _ => {}
        }
    }

    /// UNTIL or COUNT, as a rule's part.
    fn ending(&mut self, start: &Start, draft: &EventDraft) -> Result<String, Refused> {
        let end = self.scan.find(|what| match what {
            What::Until(day) | What::Days(_, day) => Some(Ok(*day)),
            What::Times(n) => Some(Err(*n)),
            _ => None,
        });
        let (day, tokens) = match end {
            None => return Ok(String::new()),
            Some((Err(n), _)) => return Ok(format!(";COUNT={n}")),
            Some((Ok(day), tokens)) => (day, tokens),
        };
        let utc = draft.zone.as_deref() == Some("UTC") && self.zone.as_str() != "UTC";
        let first = if utc {
            self.clock.to_datetime(instant_utc(start.at.at)).date()
        } else {
            start.at.at.date()
        };
        let date = self.date(day, first, true, &tokens)?;
        if date < first {
            let message = format!(
                "'{}' is before the first time, {}",
                self.scan.said(&tokens),
                said(first, self.today())
            );
            return Err(Refused::at(tokens, message));
        }
        if !utc {
            return Ok(format!(";UNTIL={}", date.strftime("%Y%m%d")));
        }
        let last = later(self.instant(on(date, 1440)), -1);
        Ok(format!(";UNTIL={}", last.strftime("%Y%m%dT%H%M%SZ")))
    }
}

fn instant_utc(at: DateTime) -> Timestamp {
    crate::timing::instant(LocalStart::first(at), &TimeZone::UTC).0
}

fn interval(n: u32) -> String {
    if n > 1 { format!(";INTERVAL={n}") } else { String::new() }
}

fn name(freq: Freq) -> &'static str {
    match freq {
        Freq::Yearly => "YEARLY",
        Freq::Monthly => "MONTHLY",
        Freq::Weekly => "WEEKLY",
        Freq::Daily => "DAILY",
        Freq::Hourly => "HOURLY",
        Freq::Minutely => "MINUTELY",
        Freq::Secondly => "SECONDLY",
    }
}

fn by_times(times: &[i16]) -> String {
    if times.len() < 2 {
        return String::new();
    }
    let hours: Vec<String> = times.iter().map(|time| (time / 60).to_string()).collect();
    format!(";BYHOUR={};BYMINUTE={}", hours.join(","), times[0] % 60)
}

/// The first start from a date on that is not over.
fn first_start(rule: &str, base: Date, times: &[i16], work: &Work<'_>) -> Option<DateTime> {
    let rule = Rule::parse(rule).ok()?;
    let before = base.saturating_sub(1.day());
    let (from, all_day) = (base.to_datetime(Time::midnight()), times.is_empty());
    let series = if all_day {
        Series::all_day(before.to_datetime(Time::midnight()), vec![rule])
    } else {
        Series::new(on(before, times[0]), vec![rule])
    };
    let ahead = |at: &DateTime| all_day || work.instant(*at) > work.known.now;
    series.from(from, None).take(400).find(ahead)
}

/// The event a draft stands for, checked as the ledger does.
pub(super) fn checked(draft: &EventDraft, known: &Known<'_>) -> Result<Event, DraftError> {
    let person = known.people.iter().find(|p| draft.person == Some(p.id.to_string())).cloned();
    let check = Check { zones: &known.context.zones, person, origin: Origin::Outside };
    let event = draft.check(NOBODY, NOBODY, &check)?;
    event.check_moments(known.context)?;
    event.check_rules(known.context)?;
    Ok(event)
}

/// The next few occurrences that are not over.
pub(super) fn coming(event: &Event, known: &Known<'_>) -> Vec<Occurrence> {
    let all_day = event.timing.tie.is_all_day();
    let from = if all_day { later(known.now, -2 * 86_400) } else { known.now };
    let found = event.occurrences(known.context, from, later(from, FARTHEST), NEXT + 3);
    let over = |o: &Occurrence| if all_day { o.end <= known.now } else { o.start < known.now };
    found.items.into_iter().filter(|o| !over(o)).take(NEXT).collect()
}
