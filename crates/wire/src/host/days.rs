//! Days of the display zone and the axis of hours they share. Pure arithmetic: a day is cut into
//! stretches of one offset; a doubled hour makes the axis longer, a missing one leaves a blank.
//!
//! A clock change that reaches over midnight (Newfoundland until 2011) is drawn on one of the two
//! days only.

use calendar::timing::{LocalStart, instant, shift, start_of_day};
use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::local::abbreviation;
use crate::dto::{Axis, AxisRow, Blank, SecondDay};

/// A stretch of a day with one offset.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    from: Timestamp,
    until: Timestamp,
    /// Minute of the day by the wall when it begins.
    wall: i32,
    zone: String,
}

impl Piece {
    fn wall_at(&self, at: Timestamp) -> i32 {
        self.wall + minutes_between(self.from, at)
    }

    fn wall_end(&self) -> i32 {
        self.wall_at(self.until)
    }
}

/// Wall minutes `[from, until)` that pass twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Doubled {
    until: i32,
    from: i32,
    /// What the zone is called before and after.
    zones: [String; 2],
}

impl Doubled {
    fn len(&self) -> i32 {
        self.until - self.from
    }
}

/// One day, cut.
#[derive(Debug, Clone)]
pub(super) struct DayCut {
    pub(super) date: Date,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pieces: Vec<Piece>,
}

/// Where something is on a day: by the wall and on the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) wall: i32,
    pub(super) at: i32,
}

impl DayCut {
    fn of(date: Date, zone: &TimeZone) -> Self {
        let midnight = date.to_datetime(Time::midnight());
        let start = start_of_day(date, zone);
        let end = start_of_day(shift(midnight, 1, 0).date(), zone);
        let changes = zone.following(start).map(|t| t.timestamp()).take_while(|at| *at < end);
        let mut bounds: Vec<Timestamp> = vec![start];
        // No zone changes its clocks that often in a day.
        bounds.extend(changes.take(8));
        bounds.push(end);
        let pieces = bounds.windows(2).map(|pair| {
            let local = zone.to_datetime(pair[0]);
            let days = date.until(local.date()).map_or(0, |span| span.get_days());
            Piece {
                from: pair[0],
                until: pair[1],
                wall: days * 1440 + super::local::minutes(local.time()),
                zone: abbreviation(zone, pair[0]),
            }
        });
        Self { date, start, end, pieces: pieces.collect() }
    }

    pub(super) fn length_min(&self) -> i32 {
        minutes_between(self.start, self.end)
    }

    fn doubled(&self) -> Vec<Doubled> {
        let pairs = self.pieces.windows(2).filter_map(|pair| {
            let (from, until) = (pair[1].wall, pair[0].wall_end());
            let zones = [pair[0].zone.clone(), pair[1].zone.clone()];
            (from < until).then_some(Doubled { from, until, zones })
        });
        pairs.collect()
    }

    fn missing(&self) -> Vec<(i32, i32)> {
        let first = self.pieces.first().map_or(0, |piece| piece.wall);
        let mut gaps: Vec<(i32, i32)> = Vec::new();
        if first > 0 {
            gaps.push((0, first));
        }
        let between = self.pieces.windows(2).map(|pair| (pair[0].wall_end(), pair[1].wall));
        gaps.extend(between.filter(|(from, until)| from < until));
        gaps
    }

    /// The abbreviation at noon.
    pub(super) fn zone(&self) -> String {
        let noon = self.pieces.iter().rev().find(|piece| piece.wall <= 720);
        noon.or(self.pieces.first()).map_or_else(String::new, |piece| piece.zone.clone())
    }
}

/// Days with their axis.
#[derive(Debug)]
pub(super) struct Days {
    pub(super) cuts: Vec<DayCut>,
    doubled: Vec<Doubled>,
}

impl Days {
    /// The days of `[from, to)`.
    pub(super) fn of(from: Date, to: Date, zone: &TimeZone) -> Self {
        let mut cuts: Vec<DayCut> = Vec::new();
        let mut date = from;
        while date < to {
            cuts.push(DayCut::of(date, zone));
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        let mut doubled: Vec<Doubled> = cuts.iter().flat_map(DayCut::doubled).collect();
        doubled.sort();
        doubled.dedup_by(|a, b| (a.from, a.until) == (b.from, b.until));
        Self { cuts, doubled }
    }

    /// The day that holds a moment, or the last one before it.
    pub(super) fn place_of(&self, at: Timestamp) -> usize {
        self.cuts.partition_point(|day| day.start <= at).saturating_sub(1)
    }

    pub(super) fn axis_len(&self) -> i32 {
        1440 + self.doubled.iter().map(Doubled::len).sum::<i32>()
    }

    /// Where on a day something begins.
    pub(super) fn begin(&self, day: &DayCut, at: Timestamp) -> Spot {
        let place = day.pieces.partition_point(|piece| piece.from <= at).saturating_sub(1);
        let wall = day.pieces[place].wall_at(at.max(day.start));
        Spot { wall, at: self.axis(wall, &passed(day, place), |until, wall| until <= wall) }
    }

    /// Where on a day something ends: at a change of the clocks, before it.
    pub(super) fn finish(&self, day: &DayCut, at: Timestamp) -> Spot {
        let at = at.min(day.end);
        let place = day.pieces.partition_point(|piece| piece.from < at).saturating_sub(1);
        let wall = day.pieces[place].wall_at(at);
        Spot { wall, at: self.axis(wall, &passed(day, place), |until, wall| until < wall) }
    }

    /// The wall's minute on the axis; `over` says whether a doubled stretch lies before it.
    fn axis(&self, wall: i32, passed: &[(i32, i32)], over: impl Fn(i32, i32) -> bool) -> i32 {
        let before = self
            .doubled
            .iter()
            .filter(|d| passed.contains(&(d.from, d.until)) || over(d.until, wall));
        wall + before.map(Doubled::len).sum::<i32>()
    }

    /// The stretches of the axis that a day has not.
    pub(super) fn blanks(&self, day: &DayCut) -> Vec<Blank> {
        let own = day.doubled();
        let mut blanks = Vec::new();
        let mut before = 0;
        for d in &self.doubled {
            if !own.iter().any(|o| (o.from, o.until) == (d.from, d.until)) {
                blanks.push(Blank { at: d.until + before, len: d.len() });
            }
            before += d.len();
        }
        for (from, until) in day.missing() {
            let [at, end] = [from, until].map(|wall| self.axis(wall, &[], |u, w| u < w));
            blanks.push(Blank { at, len: end - at });
        }
        blanks.sort_by_key(|blank| blank.at);
        blanks
    }

    /// The lines of the hours, and those of the doubled ones.
    pub(super) fn axis_view(&self) -> Axis {
        let mut rows: Vec<AxisRow> = (0..24)
            .map(|hour| {
                let wall = hour * 60;
                let first = self.doubled.iter().find(|d| (d.from..d.until).contains(&wall));
                AxisRow {
                    at: self.axis(wall, &[], |until, wall| until <= wall),
                    wall_min: wall,
                    fold: false,
                    offset: first.map(|d| d.zones[0].clone()),
                }
            })
            .collect();
        let mut before = 0;
        for d in &self.doubled {
            let hours =
                (0..24).map(|hour| hour * 60).filter(|wall| (d.from + 1..d.until).contains(wall));
            for wall in std::iter::once(d.from).chain(hours) {
                let at = d.until + before + wall - d.from;
                rows.push(AxisRow {
                    at,
                    wall_min: wall,
                    fold: true,
                    offset: Some(d.zones[1].clone()),
                });
            }
            before += d.len();
        }
        rows.sort_by_key(|row| (row.at, row.fold));
        Axis { length_min: self.axis_len(), rows }
    }
}

/// The doubled stretches whose second passing this piece of the day is, or lies after.
fn passed(day: &DayCut, place: usize) -> Vec<(i32, i32)> {
    if place == 0 {
        return Vec::new();
    }
    let pairs = day.pieces[..=place].windows(2).map(|pair| (pair[1].wall, pair[0].wall_end()));
    pairs.filter(|(from, until)| from < until).collect()
}

/// What a second zone's wall says beside each row of the axis.
pub(super) fn second_day(
    day: &DayCut,
    axis: &Axis,
    here: &TimeZone,
    there: &TimeZone,
) -> SecondDay {
    let midnight = day.date.to_datetime(Time::midnight());
    let at = |wall: i32, fold: bool| {
        instant(LocalStart { at: shift(midnight, 0, i64::from(wall) * 60), fold }, here).0
    };
    let wall_there = |at: Timestamp| {
        let local = there.to_datetime(at);
        let days = day.date.until(local.date()).map_or(0, |span| span.get_days());
        days * 1440 + super::local::minutes(local.time())
    };
    SecondDay {
        zone: abbreviation(there, at(720, false)),
        wall_mins: axis.rows.iter().map(|row| wall_there(at(row.wall_min, row.fold))).collect(),
    }
}

fn minutes_between(from: Timestamp, to: Timestamp) -> i32 {
    let seconds = to.as_second() - from.as_second();
    i32::try_from(seconds.div_euclid(60)).unwrap_or(i32::MAX)
}
