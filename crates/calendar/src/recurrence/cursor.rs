//! Reading a series in order.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::days::{MAX_SECOND, Wall};
use super::evaluate::Walker;
use super::filter::Stop;
use super::offsets::{Clocks, Offsets};
use super::series::{End, Series};

/// Why a series had no further instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesEnd {
    /// COUNT or UNTIL is reached, or the RDATEs are used up.
    Finished,
    /// A rule without end has no further instance, now or ever (30 February), as far as the
    /// calendar can count (the year 9999).
    Never,
    /// The bound on work was reached first; whether something follows is not known.
    Bounded,
}

/// The instances of a series from some point on, in order, each found when it is asked for.
///
/// Each step has a bound on its work; when the iterator ends, [`Cursor::end`] says why.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    series: &'a Series,
    zone: Option<&'a TimeZone>,
    /// The zone once more, with what it said last; none for whole days.
    offsets: Option<Offsets<'a>>,
    /// The last instance as seconds since the epoch, where no gap or fold makes that a question.
    instant: Option<i64>,
    wall: Wall,
    sources: Vec<Source<'a>>,
    /// Index of the next RDATE.
    date: usize,
    /// The local second at or after which the next instance lies.
    at: i64,
    has_start: bool,
    end: Option<SeriesEnd>,
}

#[derive(Clone, Debug)]
struct Source<'a> {
    walker: Walker<'a>,
    limits: End,
    next: Result<i64, Stop>,
}

impl Source<'_> {
    /// Moves on to the first instance at or after `at`.
    fn seek(&mut self, mut at: i64, zone: Option<&TimeZone>) -> Result<i64, Stop> {
        if let Ok(next) = self.next
            && next < at
        {
            loop {
                self.next = self.walker.next_from(at, self.limits.limit);
                match self.next {
                    Ok(found) if !self.limits.admits(found, zone) => at = found + 1,
                    Ok(_) | Err(_) => break,
                }
            }
        }
        self.next
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn new(series: &'a Series, at: i64, zone: Option<&'a TimeZone>) -> Cursor<'a> {
        let sources = series.ends(zone).map(|(plan, limits)| Source {
            walker: Walker::new(plan),
            limits,
            next: Ok(i64::MIN),
        });
        Cursor {
            series,
            zone,
            offsets: zone.filter(|_| !series.date_only).map(Offsets::new),
            instant: None,
            wall: Wall::new(),
            sources: sources.collect(),
            date: series.dates.partition_point(|date| *date < at),
            at,
            has_start: at <= series.start && series.has_start(zone),
            end: None,
        }
    }

    /// Why the iterator ended; `None` as long as it has not.
    pub fn end(&self) -> Option<SeriesEnd> {
        self.end
    }

    /// The instant of the wall time returned last, if that comes once in the zone; `None` in a gap
    /// or a fold, and without a zone. Saves asking the zone again.
    pub fn instant(&self) -> Option<Timestamp> {
        self.instant.and_then(|second| Timestamp::from_second(second).ok())
    }

    /// Whether an instance is another one's double, named by a time that does not exist.
    fn is_twin(&mut self, second: i64) -> bool {
        let Some(offsets) = &mut self.offsets else { return false };
        match offsets.at(second) {
            Clocks::Plain(offset) => {
                self.instant = Some(second - i64::from(offset.seconds()));
                false
            }
            Clocks::Fold => {
                self.instant = None;
                false
            }
            Clocks::Gap => {
                self.instant = None;
                self.series.has_twin(second, self.zone)
            }
        }
    }

    /// The next local second of the set before EXDATEs and twins are taken out.
    fn candidate(&mut self) -> Result<i64, SeriesEnd> {
        let mut best = self.given();
        // The rules only yield what follows DTSTART.
        if best <= self.series.start {
            return Ok(best);
        }
        let mut end = SeriesEnd::Finished;
        for source in &mut self.sources {
            match source.seek(self.at.max(self.series.start + 1), self.zone) {
                Ok(next) => best = best.min(next),
                Err(Stop::Bounded) => return Err(SeriesEnd::Bounded),
                Err(Stop::Limit) if !source.limits.certain => return Err(SeriesEnd::Bounded),
                Err(Stop::Limit) if source.limits.finite => {}
                Err(Stop::Limit | Stop::Never) => end = SeriesEnd::Never,
            }
        }
        if best > MAX_SECOND { Err(end) } else { Ok(best) }
    }

    /// The next of DTSTART and the RDATEs.
    fn given(&mut self) -> i64 {
        let dates = &self.series.dates;
        while dates.get(self.date).is_some_and(|date| *date < self.at) {
            self.date += 1;
        }
        let date = dates.get(self.date).copied().unwrap_or(i64::MAX);
        if self.has_start && self.at <= self.series.start {
            date.min(self.series.start)
        } else {
            date
        }
    }
}

impl Iterator for Cursor<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        // Ends: EXDATEs are finite, and a twin lies within a day after its double.
        while self.end.is_none() {
            let second = match self.candidate() {
                Ok(second) => second,
                Err(end) => {
                    self.end = Some(end);
                    break;
                }
            };
            self.at = second + 1;
            let excluded = !self.series.excluded.is_empty()
                && self.series.excluded.binary_search(&second).is_ok();
            if !excluded && !self.is_twin(second) {
                return Some(self.wall.at(second));
            }
        }
        None
    }
}

impl std::iter::FusedIterator for Cursor<'_> {}
