//! What the pieces come to together: a draft. Whatever could be meant in two ways ends here.

use std::ops::Range;

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::{
    Known,
    clock::{Clock, Part, shown},
    date::Day,
    scan::{Reader, Refused, Scan, What},
    token::Sort,
    words,
};
use crate::{
    draft::EventDraft,
    id::CalendarId,
    timing::{LocalStart, THEIRS, instant, later},
    zones::ZoneName,
};

/// A draft without its title, and what is worth saying.
#[derive(Debug)]
pub(super) struct Settled {
    pub draft: EventDraft,
    pub notes: Vec<String>,
}

/// What the pieces say, each found once.
pub(super) struct Work<'a> {
    pub scan: &'a Scan<'a>,
    pub known: &'a Known<'a>,
    /// The zone wall times are read in.
    pub zone: ZoneName,
    pub clock: TimeZone,
    pub floating: bool,
    pub day: Option<(Day, bool, Range<usize>)>,
    pub times: Option<(Vec<Clock>, Option<Clock>, Range<usize>)>,
    pub part: Option<Part>,
    pub notes: Vec<String>,
}

/// A start, and how long if the times say so.
pub(super) struct Start {
    pub at: LocalStart,
    pub all_day: bool,
    pub length: Option<(i32, i64)>,
}

pub(super) fn settle(scan: &Scan<'_>, known: &Known<'_>) -> Result<Settled, Refused> {
    let mut work = Work::of(scan, known)?;
    let pattern = scan.find(|what| match what {
        What::Repeat(pattern) => Some(pattern.clone()),
        _ => None,
    });
    let mut draft = EventDraft::default();
    let start = match pattern {
        Some((pattern, tokens)) => work.series(&pattern, tokens, &mut draft)?,
        None => work.once()?,
    };
    work.place(&start, &mut draft)?;
    let length = work.length(&start)?;
    let kind = work.kind(&start, length.is_some(), &draft)?;
    draft.length = length;
    draft.kind = kind.code().into();
    draft.calendar = scan
        .find(|what| match what {
            What::Calendar(id) => Some(*id),
            _ => None,
        })
        .map(|(id, _)| id)
        .or(known.calendars.first().map(|(id, _)| *id))
        .unwrap_or(CalendarId::FIRST)
        .to_string();
    draft.reminders = work.reminders(kind, &start, &draft)?;
    Ok(Settled { draft, notes: work.notes })
}

impl<'a> Work<'a> {
    fn of(scan: &'a Scan<'a>, known: &'a Known<'a>) -> Result<Self, Refused> {
        let zone = scan.find(|what| match what {
            What::Zone(name) => Some(name.clone()),
            What::Their(person) => person.zone.clone(),
            _ => None,
        });
        let zone = zone.map_or_else(|| known.context.machine.clone(), |(zone, _)| zone);
        let clock = known.context.zones.zone(&zone).0;
        let day = scan.find(|what| match what {
            What::Day(day, starting) => Some((*day, *starting)),
            What::Moment(day, _) => Some((*day, false)),
            _ => None,
        });
        let times = scan.find(|what| match what {
            What::Clock(clocks) => Some((clocks.clone(), None)),
            What::Clocks(first, last) => Some((vec![*first], Some(*last))),
            What::Moment(_, clock) => Some((vec![*clock], None)),
            _ => None,
        });
        let parts: Vec<(Part, Range<usize>)> = scan
            .pieces
            .iter()
            .filter_map(|piece| {
                let part = match &piece.what {
                    What::Part(part) => Some(*part),
                    What::Day(day, _) => day.part,
                    What::Repeat(pattern) => pattern.part,
                    _ => None,
                };
                Some((part?, piece.tokens.clone()))
            })
            .collect();
        if let [_, (_, second), ..] = parts.as_slice() {
            let message = "the part of the day is said twice: leave one of them away";
            return Err(Refused::at(second.clone(), message));
        }
        if let ([(_, tokens)], None) = (parts.as_slice(), &times) {
            let message = format!(
                "'{}' is no time: write one, such as {}",
                scan.said(tokens),
                match parts[0].0 {
                    Part::Morning => "9:00",
                    Part::Afternoon => "15:00",
                    Part::Evening | Part::Night => "20:00",
                }
            );
            return Err(Refused::at(tokens.clone(), message));
        }
        Ok(Self {
            scan,
            known,
            zone,
            clock,
            floating: scan.find(|what| matches!(what, What::Floating).then_some(())).is_some(),
            day: day.map(|((day, starting), tokens)| (day, starting, tokens)),
            times: times.map(|((clocks, last), tokens)| (clocks, last, tokens)),
            part: parts.first().map(|(part, _)| *part),
            notes: Vec::new(),
        })
    }

    pub fn has(&self, is: impl Fn(&What) -> bool) -> Option<Range<usize>> {
        self.scan.find(|what| is(what).then_some(())).map(|(_, tokens)| tokens)
    }

    /// Today by the machine's clock, which is what "today" and "tomorrow" are about.
    pub fn today(&self) -> Date {
        self.known.context.machine_zone().to_datetime(self.known.now).date()
    }

    pub fn instant(&self, at: DateTime) -> Timestamp {
        instant(LocalStart::first(at), &self.clock).0
    }

    /// A time of day in minutes, or why it is none.
    pub fn minutes(&self, clock: Clock, tokens: &Range<usize>) -> Result<i16, Refused> {
        self.minutes_of(clock, self.part, tokens)
    }

    pub fn minutes_of(
        &self,
        clock: Clock,
        part: Option<Part>,
        tokens: &Range<usize>,
    ) -> Result<i16, Refused> {
        clock.settle(part).map_err(|why| {
            let said = if clock.sure { shown(clock.minutes) } else { self.scan.said(tokens) };
            Refused::at(tokens.clone(), format!("'{}' {why}", said.trim_start_matches("at ")))
        })
    }

    /// The date a day stands for; an answer that is worth saying becomes a note.
    pub fn date(
        &mut self,
        day: Day,
        from: Date,
        will_do: bool,
        tokens: &Range<usize>,
    ) -> Result<Date, Refused> {
        let settled = day.settle(from, will_do);
        let (date, note) = settled.map_err(|why| {
            Refused::at(tokens.clone(), format!("'{}' {why}", self.scan.said(tokens)))
        })?;
        self.notes.extend(note);
        Ok(date)
    }

    fn once(&mut self) -> Result<Start, Refused> {
        if let Some(tokens) = self.has(|what| matches!(what, What::Times(_))) {
            let message = format!(
                "'{}' says how often and not how it repeats: write every day 10 times, or put it in quotes to keep it in the title",
                self.scan.said(&tokens)
            );
            return Err(Refused::at(tokens, message));
        }
        if let Some((seconds, _)) = self.scan.find(|what| match what {
            What::Elapsed(seconds) => Some(*seconds),
            _ => None,
        }) {
            return Ok(self.elapsed(seconds));
        }
        if let Some(days) = self.whole_days()? {
            return Ok(days);
        }
        match (self.day.clone(), self.times.clone()) {
            (None, None) if self.has(|what| matches!(what, What::EndOfDay)).is_some() => {
                Ok(Start::on(self.today(), 1))
            }
            (None, None) => {
                self.refuse_named_days()?;
                Err(self.nothing_said())
            }
            (Some((day, _, tokens)), None) => {
                let today = self.today();
                let date = self.date(day, today, true, &tokens)?;
                if date < today {
                    return Err(self.past(&tokens, "is past"));
                }
                Ok(Start::on(date, 1))
            }
            (day, Some((clocks, last, tokens))) => self.at_time(day, &clocks, last, &tokens),
        }
    }

    /// Refuses days by their name where no date is said.
    fn refuse_named_days(&self) -> Result<(), Refused> {
        let reader = Reader { tokens: self.scan.tokens, known: self.known, peeks: false };
        (0..self.scan.tokens.len()).try_for_each(|at| reader.refuse_named_day(at))
    }

    fn nothing_said(&self) -> Refused {
        let hint = |at: usize, message: &str| {
            let said = self.scan.said(&(at..at + 1));
            Refused::at(at..at + 1, format!("'{said}' {message}"))
        };
        for (at, token) in self.scan.tokens.iter().enumerate().filter(|(_, t)| t.sort == Sort::Word)
        {
            if words::month(&token.word).is_some() && token.word.len() > 3 {
                return hint(at, "alone is no date: write a day with it, such as 24 December");
            }
            if token.word.starts_with(|c: char| c.is_ascii_digit()) {
                return hint(
                    at,
                    "may be a time or not: write at 9, 9:00 or 9am, and a date like 24 Dec",
                );
            }
        }
        let all_day = self.has(|what| matches!(what, What::AllDay));
        let message = match all_day {
            Some(_) => "the date is missing: say on which day, such as tomorrow or 24 Dec",
            None => "there is no date and no time in it: say when, such as tomorrow 9:00",
        };
        Refused::missing(message)
    }

    pub fn past(&self, tokens: &Range<usize>, why: &str) -> Refused {
        let here = self.clock.to_datetime(self.known.now).strftime("%-d %B %Y, %H:%M").to_string();
        let message = format!("'{}' {why}: it is {here}", self.scan.said(tokens));
        Refused::at(tokens.clone(), message)
    }

    /// So many seconds from now, up to the next full minute.
    fn elapsed(&self, seconds: i64) -> Start {
        let at = later(self.known.now, seconds).as_second();
        let at = Timestamp::from_second((at + 59).div_euclid(60) * 60).unwrap_or(Timestamp::MAX);
        let local = self.clock.to_datetime(at);
        let fold = instant(LocalStart::first(local), &self.clock).0 != at;
        Start { at: LocalStart { at: local, fold }, all_day: false, length: None }
    }

    /// "from 3 Dec to 10 Dec".
    fn whole_days(&mut self) -> Result<Option<Start>, Refused> {
        let days = self.scan.find(|what| match what {
            What::Days(first, last) => Some((*first, *last)),
            _ => None,
        });
        let until = self.scan.find(|what| match what {
            What::Until(day) => Some(*day),
            _ => None,
        });
        let (first, last, tokens) = match (days, until, self.day.clone()) {
            (Some(((first, last), tokens)), None, _) => (first, last, tokens),
            (None, Some((last, tokens)), Some((first, _, _))) => (first, last, tokens),
            (_, Some((_, tokens)), _) => {
                let message = format!(
                    "'{}' ends what does not repeat: write every day or every Monday with it, or from when",
                    self.scan.said(&tokens)
                );
                return Err(Refused::at(tokens, message));
            }
            (None, None, _) => return Ok(None),
        };
        if self.times.is_some() {
            let message = "several days and a time of day: write every day at that time until the last, or leave the time away";
            return Err(Refused::at(tokens, message));
        }
        let today = self.today();
        let first = self.date(first, today, true, &tokens)?;
        let last = self.date(last, first, true, &tokens)?;
        let days = first.until(last).map_or(0, |span| span.get_days()) + 1;
        if days < 1 {
            return Err(Refused::at(
                tokens.clone(),
                format!("'{}' ends before it starts", self.scan.said(&tokens)),
            ));
        }
        if first < today {
            return Err(self.past(&tokens, "is past"));
        }
        Ok(Some(Start::on(first, days)))
    }

    fn at_time(
        &mut self,
        day: Option<(Day, bool, Range<usize>)>,
        clocks: &[Clock],
        last: Option<Clock>,
        tokens: &Range<usize>,
    ) -> Result<Start, Refused> {
        let [clock] = clocks else {
            let message = format!(
                "'{}' is more than one time: write every day with it, or add them one by one",
                self.scan.said(tokens)
            );
            return Err(Refused::at(tokens.clone(), message));
        };
        let minutes = self.minutes(*clock, tokens)?;
        let tonight = day.as_ref().is_some_and(|(day, ..)| day.needs_time);
        if let (true, Some((_, _, named)), false) = (clock.midnight, &day, tonight) {
            let message = format!(
                "midnight of '{}' could be its beginning or its end: write 00:00 or 24:00",
                self.scan.said(named)
            );
            return Err(Refused::at(tokens.clone(), message));
        }
        let date = match day {
            Some((day, _, named)) => {
                let today = self.today();
                let ahead = self.instant(on(today, minutes)) > self.known.now;
                let date = self.date(day, today, ahead, &named)?;
                if self.instant(on(date, minutes)) <= self.known.now {
                    let (from, to) = (named.start.min(tokens.start), named.end.max(tokens.end));
                    return Err(self.past(&(from..to), "has passed"));
                }
                date
            }
            None => {
                self.refuse_named_days()?;
                let today = self.clock.to_datetime(self.known.now).date();
                if self.instant(on(today, minutes)) > self.known.now {
                    today
                } else {
                    self.notes
                        .push(format!("{} has passed today, so it is tomorrow", shown(minutes)));
                    today.saturating_add(1.day())
                }
            }
        };
        let at = on(date, minutes);
        let length = match last {
            None => None,
            Some(last) => Some((0, self.until_end(at, (*clock, minutes), last, tokens)?.1)),
        };
        Ok(Start { at: LocalStart::first(at), all_day: false, length })
    }

    /// The seconds to an end, by the clock and by the wall: exact ones, and nominal ones.
    pub fn until_end(
        &self,
        at: DateTime,
        (first, minutes): (Clock, i16),
        last: Clock,
        tokens: &Range<usize>,
    ) -> Result<(i64, i64), Refused> {
        let end = self.minutes(last, tokens)?;
        let nominal = i64::from(end - minutes) * 60;
        let overnight = nominal <= 0;
        if overnight && !(first.sure && last.sure && nominal < 0) {
            let message = format!(
                "'{}' ends at {} and starts at {}: the end is later, as in 9:00-17:00 or 22:00-02:00",
                self.scan.said(tokens),
                shown(end),
                shown(minutes)
            );
            return Err(Refused::at(tokens.clone(), message));
        }
        let nominal = if overnight { nominal + 86_400 } else { nominal };
        let there = at.saturating_add(SignedDuration::from_secs(nominal));
        let exact = self.instant(at).duration_until(self.instant(there)).as_secs();
        Ok((nominal, exact.max(0)))
    }

    /// Start and zone.
    fn place(&mut self, start: &Start, draft: &mut EventDraft) -> Result<(), Refused> {
        let zone = self.has(|what| matches!(what, What::Zone(_) | What::Their(_) | What::Floating));
        if let (true, Some(tokens)) = (start.all_day, zone) {
            let message = format!(
                "a whole day has no zone: give a time with '{}', or leave it away",
                self.scan.said(&tokens)
            );
            return Err(Refused::at(tokens, message));
        }
        if let (false, Some(tokens)) =
            (start.all_day, self.has(|what| matches!(what, What::AllDay)))
        {
            let message =
                format!("'{}' and a time of day: leave one of them away", self.scan.said(&tokens));
            return Err(Refused::at(tokens, message));
        }
        draft.start = start.at.text(start.all_day);
        if draft.zone.is_none() && !start.all_day && !self.floating {
            draft.zone = Some(self.zone.to_string());
        }
        if start.at.fold {
            draft.fold = "second".into();
        }
        if let Some((id, _)) = self.scan.find(|what| match what {
            What::Their(person) => Some(person.id),
            _ => None,
        }) {
            draft.person = Some(id.to_string());
            // It follows them when their zone is corrected; elapsed time is the same everywhere.
            let theirs = draft.zone.take_if(|zone| *zone != "UTC");
            draft.zone = theirs.map(|zone| format!("{THEIRS}{zone}")).or(draft.zone.take());
        }
        Ok(())
    }
}

impl Start {
    pub fn on(date: Date, days: i32) -> Self {
        let at = LocalStart::first(date.to_datetime(Time::midnight()));
        Self { at, all_day: true, length: Some((days, 0)) }
    }
}

/// A time on a date; 24:00 is the next midnight.
pub(super) fn on(date: Date, minutes: i16) -> DateTime {
    date.to_datetime(Time::midnight()).saturating_add(SignedDuration::from_mins(minutes.into()))
}
