//! The recurrence of an event of a file: its rules, further dates and exceptions, all brought to
//! the series' own local time.

use jiff::civil::DateTime;

use super::{
    component::Component,
    lines::Property,
    ours,
    read::Reader,
    shown,
    times::{Moment, Tied},
    value,
};
use crate::{
    recurrence::{Rule, Series},
    timing::{LocalStart, instant, shift},
};

/// The most RRULEs, and the most RDATEs and EXDATEs, of an event.
const MOST_RULES: usize = 10;
const MOST_DATES: usize = 10_000;
/// The most starts of one day that a bare date may mean.
const MOST_A_DAY: usize = 1_440;

/// A series: what dates and overrides are measured against.
#[derive(Debug)]
pub(super) struct Base {
    pub start: Moment,
    /// Without its exceptions.
    pub series: Series,
    /// Seconds from the starts the file names to ours (from a task's DTSTART to its DUE).
    pub shift: i64,
}

impl Base {
    /// A series of this start and these rules.
    pub fn new(start: Moment, rules: Vec<Rule>, shift: i64) -> Self {
        let series = if start.is_date() {
            Series::all_day(start.local.at, rules)
        } else {
            Series::new(start.local.at, rules)
        };
        Self { start, series, shift }
    }

    /// Whether it happens once.
    pub fn is_once(&self) -> bool {
        self.series.is_single()
    }

    /// Whether this is a start of the series.
    pub fn has(&self, local: LocalStart) -> bool {
        self.series.is_instance(local.at, self.start.zone())
    }

    /// The starts of the series that a moment of the file names: one, or with a bare date all of
    /// that day. A moment that is no start of the series is brought to its local time all the
    /// same.
    pub fn starts(&self, moment: &Moment) -> Vec<LocalStart> {
        let at = shift(moment.local.at, 0, self.shift);
        match (&self.start.tie, &moment.tie) {
            (Tied::Date, _) => vec![LocalStart::first(at.date().at(0, 0, 0, 0))],
            (Tied::Floating | Tied::Zone(..), Tied::Date) => self.on_day(at),
            (Tied::Zone(own, zone), Tied::Zone(other, _)) if own != other => {
                let instant_of = moment.instant(&self.start);
                let local = shift(zone.to_datetime(instant_of), 0, self.shift);
                vec![self.nominal(local, instant_of)]
            }
            (Tied::Floating | Tied::Zone(..), _) => vec![LocalStart::first(at)],
        }
    }

    fn on_day(&self, day: DateTime) -> Vec<LocalStart> {
        let day = day.date().at(0, 0, 0, 0);
        let next = shift(day, 1, 0);
        let starts = self.series.from(day, self.start.zone()).take_while(|at| *at < next);
        let starts: Vec<_> = starts.take(MOST_A_DAY).map(LocalStart::first).collect();
        if starts.is_empty() {
            return vec![LocalStart::first(day.date().to_datetime(self.start.local.at.time()))];
        }
        starts
    }

    /// The start that is called by the wall time of an instant: in a gap that is another one than
    /// the instant's own, in a fold perhaps the second of its name.
    fn nominal(&self, local: DateTime, at: jiff::Timestamp) -> LocalStart {
        let Some(zone) = self.start.zone() else { return LocalStart::first(local) };
        let first = LocalStart::first(local);
        if self.shift != 0 || (self.has(first) && instant(first, zone).0 == at) {
            return first;
        }
        let near = self.series.from(shift(local, 0, -3 * 3600), Some(zone)).take(8);
        let mut near = near.take_while(|n| *n <= local).map(LocalStart::first);
        near.find(|n| instant(*n, zone).0 == at)
            .unwrap_or(LocalStart { at: local, fold: instant(first, zone).0 != at })
    }
}

/// What recurs, as a component says it.
#[derive(Debug)]
pub(super) struct Set {
    pub base: Base,
    /// The rules as texts.
    pub rules: Vec<String>,
    /// The same as the file has them.
    pub written: Vec<String>,
    pub rdates: Vec<LocalStart>,
    pub exdates: Vec<LocalStart>,
    pub periods: Vec<Period>,
    /// The lines of RRULEs that could not be used, which are kept as text.
    pub unread: Vec<usize>,
}

impl Set {
    /// What happens once.
    pub fn once(base: Base) -> Self {
        let (rules, written, unread) = (Vec::new(), Vec::new(), Vec::new());
        let (rdates, exdates, periods) = (Vec::new(), Vec::new(), Vec::new());
        Self { base, rules, written, rdates, exdates, periods, unread }
    }
}

/// A further date with a length of its own (RDATE;VALUE=PERIOD).
#[derive(Debug, Clone)]
pub(super) struct Period {
    pub start: LocalStart,
    pub length: (i32, i64),
}

/// An RRULE that can be used.
#[derive(Debug)]
struct ReadRule {
    pub line: usize,
    pub text: String,
    pub rule: Rule,
}

impl Reader<'_> {
    /// The recurrence of a component that starts at `start`, so many seconds after what its dates
    /// name.
    pub fn set(&mut self, component: &Component<'_>, start: &Moment, shift: i64) -> Set {
        let read = self.rules(component, start);
        let unread = component.all("RRULE").filter(|p| {
            !p.value().trim().is_empty() && !read.iter().any(|rule| rule.line == p.line)
        });
        let unread = unread.map(|p| p.line).collect();
        let written = component.all("RRULE").map(|p| p.value().trim().to_string()).collect();
        let (texts, rules): (Vec<_>, Vec<_>) =
            read.into_iter().map(|read| (read.text, read.rule)).unzip();
        let mut base = Base::new(start.clone(), rules, shift);
        let (rdates, periods) = self.rdates(component, &base);
        base.series = base.series.with_rdates(rdates.iter().map(|d| d.at));
        let exdates = self.exdates(component, &base);
        Set { base, rules: texts, written, rdates, exdates, periods, unread }
    }

    /// The rules of a component that can be used.
    fn rules(&mut self, component: &Component<'_>, start: &Moment) -> Vec<ReadRule> {
        let mut rules = Vec::new();
        // Some writers leave an empty RRULE where there is none.
        for property in component.all("RRULE").filter(|p| !p.value().trim().is_empty()) {
            if rules.len() == MOST_RULES {
                let text = format!("more than {MOST_RULES} RRULEs: this one is left out");
                self.remarks.add(property.line, text);
                continue;
            }
            let text = property.value().trim();
            match Rule::parse(text) {
                Ok(rule) => {
                    let (at, zone) = (start.local.at, start.zone());
                    let meant = Self::exact_rule(component, &rule, start)
                        .unwrap_or_else(|| ours::as_meant(&rule, at, zone, start.is_date()));
                    let text = if meant == rule { text.to_string() } else { meant.to_string() };
                    rules.push(ReadRule { line: property.line, text, rule: meant });
                }
                Err(e) => {
                    let text = format!("{e}: the event is imported without this rule");
                    self.remarks.add(property.line, text);
                }
            }
        }
        for property in component.all("EXRULE") {
            let text = "EXRULE is no longer part of iCalendar: its exceptions are not taken";
            self.remarks.add(property.line, text);
        }
        rules
    }

    /// The RDATEs, and those of them that have a length of their own.
    fn rdates(&mut self, component: &Component<'_>, base: &Base) -> (Vec<LocalStart>, Vec<Period>) {
        let (mut dates, mut periods) = (Vec::new(), Vec::new());
        self.each_date(component, "RDATE", |reader, property, text| {
            let (text, end) = text.split_once('/').map_or((text, None), |(s, e)| (s, Some(e)));
            let moment = reader.moment(property, text)?;
            if moment.is_date() != base.start.is_date() {
                let text = "RDATE is a date where DTSTART is a time, or the other way round: it is read as DTSTART is";
                reader.remarks.add(property.line, text);
            }
            let starts = base.starts(&moment);
            if let (Some(end), Some(start), false) = (end, starts.first(), base.start.is_date()) {
                let length = match value::duration(end) {
                    Some(length) => length,
                    None => {
                        let end = reader.moment(property, end)?;
                        (0, end.instant(&moment).as_second() - moment.instant(&end).as_second())
                    }
                };
                let days = i32::try_from(length.0).ok().filter(|d| (0..=3_660).contains(d))?;
                let seconds = Some(length.1).filter(|s| (0..=3_660 * 86_400).contains(s))?;
                periods.push(Period { start: *start, length: (days, seconds) });
            }
            if dates.len() <= MOST_DATES {
                dates.extend(starts);
            }
            Some(())
        });
        dates.sort();
        dates.dedup();
        self.bounded(component, "RDATE", &mut dates);
        (dates, periods)
    }

    /// The EXDATEs.
    fn exdates(&mut self, component: &Component<'_>, base: &Base) -> Vec<LocalStart> {
        let mut dates = Vec::new();
        self.each_date(component, "EXDATE", |reader, property, text| {
            let moment = reader.moment(property, text)?;
            // A bare date may mean many starts; what is beyond the bound is cut below.
            if dates.len() <= MOST_DATES {
                dates.extend(base.starts(&moment));
            }
            Some(())
        });
        dates.sort();
        dates.dedup();
        self.bounded(component, "EXDATE", &mut dates);
        dates
    }

    fn each_date(
        &mut self,
        component: &Component<'_>,
        name: &str,
        mut take: impl FnMut(&mut Self, &Property<'_>, &str) -> Option<()>,
    ) {
        let mut count = 0;
        for property in component.all(name) {
            for text in property.value().split(',').map(str::trim).filter(|t| !t.is_empty()) {
                count += 1;
                if count <= MOST_DATES && take(self, property, text).is_none() {
                    let text =
                        format!("{name} '{}' is not a date or time: it is left out", shown(text));
                    self.remarks.add(property.line, text);
                }
            }
        }
        if count > MOST_DATES {
            let text = format!("{count} {name}s: the first {MOST_DATES} are taken");
            self.remarks.add(component.line, text);
        }
    }

    fn bounded(&mut self, component: &Component<'_>, name: &str, dates: &mut Vec<LocalStart>) {
        if dates.len() > MOST_DATES {
            let text =
                format!("{name} means {} starts: the first {MOST_DATES} are taken", dates.len());
            self.remarks.add(component.line, text);
            dates.truncate(MOST_DATES);
        }
    }
}
