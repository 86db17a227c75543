//! Occurrences as pieces on days.

use std::collections::{BTreeMap, HashSet};

use calendar::{
    event::Event,
    id::CalendarId,
    occurrence::Occurrence,
    timing::{Tie, later, shift},
};
use engine::{ledger::delivery::DeliveryRow, queries::Happening};
use jiff::civil::Date;

use super::{
    EngineHost,
    days::{Days, second_day},
    local::{self, Local, city, passings},
    words,
};
use crate::{
    dto::{
        Attempts, BusyDay, BusyQuery, CutSeries, Day, Elsewhere, Mark, NowLine, Part, RangeQuery,
        RangeView, Segment,
    },
    fault::Fault,
};

const DAY: i64 = 86_400;
/// A little over a year: what no view exceeds.
const MOST_DAYS: i32 = 400;

/// What one chip says.
pub(super) struct Chip {
    pub(super) mark: Option<Mark>,
    attempts: Option<Attempts>,
    late_ms: Option<i64>,
}

impl EngineHost {
    pub(super) fn days_and_segments(&self, query: &RangeQuery) -> Result<RangeView, Fault> {
        let local = self.local()?;
        let days = days_of(&query.from, &query.to, &local)?;
        let second = query.second_zone.as_deref().map(|name| {
            local.context.zones.check(name).map_err(|e| Fault::invalid("secondZone", e.to_string()))
        });
        let second = second.transpose()?.map(|name| local.context.zones.zone(&name).0);
        let (segments, cut) = self.segments(&local, &days)?;
        let axis = days.axis_view();
        let mut failed: BTreeMap<&str, u32> = BTreeMap::new();
        let begins = |s: &&Segment| matches!(s.part, Part::Single | Part::Start);
        for segment in segments.iter().filter(begins) {
            if matches!(segment.mark, Some(Mark::Failed | Mark::Review)) {
                *failed.entry(&segment.date).or_default() += 1;
            }
        }
        let view = days.cuts.iter().map(|day| {
            let date = day.date.to_string();
            Day {
                length_min: day.length_min(),
                blanks: days.blanks(day),
                zone: day.zone(),
                second: second.as_ref().map(|there| second_day(day, &axis, &local.zone, there)),
                failed: failed.get(date.as_str()).copied().unwrap_or(0),
                date,
            }
        });
        Ok(RangeView { days: view.collect(), now: now_line(&local, &days), axis, segments, cut })
    }

    pub(super) fn busy_days(&self, query: &BusyQuery) -> Result<Vec<BusyDay>, Fault> {
        let local = self.local()?;
        let days = days_of(&query.from, &query.to, &local)?;
        let mut busy: BTreeMap<String, BusyDay> = BTreeMap::new();
        for segment in self.segments(&local, &days)?.0 {
            let day = busy.entry(segment.date.clone()).or_insert_with(|| BusyDay {
                date: segment.date.clone(),
                count: 0,
                failed: 0,
            });
            day.count += 1;
            day.failed += u32::from(segment.mark == Some(Mark::Failed));
        }
        Ok(busy.into_values().collect())
    }

    /// The pieces on these days, all-day first, then by start, the longer first; and the series that go on
    /// within them after the last piece.
    fn segments(
        &self,
        local: &Local,
        days: &Days,
    ) -> Result<(Vec<Segment>, Vec<CutSeries>), Fault> {
        let (Some(first), Some(last)) = (days.cuts.first(), days.cuts.last()) else {
            return Ok((Vec::new(), Vec::new()));
        };
        let shown: HashSet<CalendarId> =
            self.engine.calendars()?.into_iter().filter(|c| c.shown).map(|c| c.id).collect();
        // A day more on both sides: somebody's date lies elsewhere on our clock.
        let found = self.engine.happenings(later(first.start, -DAY), later(last.end, DAY))?;
        let mut segments = Vec::with_capacity(found.len());
        let mut cut = Vec::new();
        for happening in found.iter().filter(|h| shown.contains(&h.event.calendar)) {
            if happening.cut && happening.occurrence.start < last.end {
                let after = local.moment(happening.occurrence.start);
                cut.push(CutSeries { title: happening.title().to_string(), after });
            }
            if happening.occurrence.tie.is_all_day() {
                on_the_rail(local, days, happening, &mut segments);
            } else {
                in_the_grid(local, days, happening, &mut segments);
            }
        }
        segments.sort_by(|a, b| {
            let key = |s: &Segment| (!s.all_day, s.start, -s.end);
            a.date
                .cmp(&b.date)
                .then_with(|| key(a).cmp(&key(b)))
                .then_with(|| a.title.cmp(&b.title))
        });
        Ok((segments, cut))
    }
}

/// The dates asked for.
fn days_of(from: &str, to: &str, local: &Local) -> Result<Days, Fault> {
    let (first, end) = (local::date("from", from)?, local::date("to", to)?);
    let count = first.until(end).map_or(i32::MAX, |span| span.get_days());
    if !(0..=MOST_DAYS).contains(&count) {
        let message = format!("{count} days from {from} to {to}: allowed are 0 to {MOST_DAYS}");
        return Err(Fault::invalid("to", message));
    }
    Ok(Days::of(first, end, &local.zone))
}

fn now_line(local: &Local, days: &Days) -> Option<NowLine> {
    let day = days.cuts.get(days.place_of(local.now))?;
    (day.start..day.end).contains(&local.now).then(|| NowLine {
        date: day.date.to_string(),
        at: days.begin(day, local.now).at,
        moment: local.moment(local.now),
    })
}

/// Whether an occurrence is over; one without length is, once it began.
pub(super) fn is_over(occurrence: &Occurrence, local: &Local) -> bool {
    occurrence.end <= local.now
}

/// What the chip of an occurrence shows.
pub(super) fn chip(happening: &Happening, local: &Local) -> Chip {
    let over = is_over(&happening.occurrence, local);
    let rows = &happening.deliveries;
    let mut marks: Vec<Mark> = rows.iter().filter_map(|row| words::mark(row, local.now)).collect();
    if !over && happening.event.enabled {
        let ahead = (0..happening.event.reminders.len()).any(|place| {
            let want = happening.event.want(&local.context, happening.occurrence.clone(), place);
            want.due > local.now && !rows.iter().any(|row| row.identity == want.identity)
        });
        marks.extend(ahead.then_some(Mark::Scheduled));
    }
    let mark = words::worst(&marks, over);
    let shows = |row: &&DeliveryRow| mark.is_some() && words::mark(row, local.now) == mark;
    let row = rows.iter().filter(shows).max_by_key(|row| words::late_ms(row));
    Chip {
        mark,
        attempts: row
            .filter(|_| matches!(mark, Some(Mark::Retrying | Mark::Failed)))
            .map(words::attempts),
        late_ms: row.filter(|_| mark == Some(Mark::Late)).and_then(words::late_ms),
    }
}

/// The start in the event's own zone, where that is a person's or says something else than the wall
/// here.
pub(super) fn elsewhere(
    event: &Event,
    occurrence: &Occurrence,
    local: &Local,
) -> Option<Elsewhere> {
    let (name, whose) = match &occurrence.tie {
        Tie::Zone(name) => (name, None),
        Tie::Theirs(name) => (name, event.person.as_ref().map(|person| person.name.clone())),
        Tie::Floating | Tie::AllDay => return None,
    };
    let at = occurrence.start;
    if whose.is_none() && occurrence.zone.to_offset(at) == local.zone.to_offset(at) {
        return None;
    }
    let there = occurrence.zone.to_datetime(at);
    Some(Elsewhere {
        city: city(name.as_str()),
        whose,
        date: there.date().to_string(),
        wall_min: local::minutes(there.time()),
    })
}

/// A piece without its place, from which each day's is made.
fn template(local: &Local, happening: &Happening) -> Segment {
    let (event, occurrence) = (&happening.event, &happening.occurrence);
    let series_all_day = event.timing.tie.is_all_day();
    let Chip { mark, attempts, late_ms } = chip(happening, local);
    Segment {
        event: event.id.to_string(),
        original: occurrence.original.text(series_all_day),
        version: u32::try_from(happening.version).unwrap_or(u32::MAX),
        date: String::new(),
        part: Part::Single,
        all_day: occurrence.tie.is_all_day(),
        wall_start: 0,
        wall_end: 1440,
        start: 0,
        end: 1440,
        fold: false,
        offset: None,
        elsewhere: elsewhere(event, occurrence, local),
        title: happening.title().to_string(),
        place: Some(happening.place()).filter(|place| !place.is_empty()).map(Into::into),
        calendar: event.calendar.to_string(),
        kind: words::kind(event.kind),
        mark,
        attempts,
        late_ms,
        past: is_over(occurrence, local),
        cancelled: !event.enabled,
        done: happening.done,
        recurring: !event.repeats.is_once(),
        exception: event.override_of(occurrence.original).is_some(),
        fixed: event.kind.is_of_person(),
    }
}

const fn part(first: bool, last: bool) -> Part {
    match (first, last) {
        (true, true) => Part::Single,
        (true, false) => Part::Start,
        (false, false) => Part::Mid,
        (false, true) => Part::End,
    }
}

fn on_the_rail(local: &Local, days: &Days, happening: &Happening, into: &mut Vec<Segment>) {
    let first: Date = happening.occurrence.present.at.date();
    let count = happening.occurrence.length.days.max(1);
    let last = shift(happening.occurrence.present.at, count - 1, 0).date();
    let mut made: Option<Segment> = None;
    let from = days.cuts.partition_point(|day| day.date < first);
    for day in days.cuts[from..].iter().take_while(|day| day.date <= last) {
        let base = made.get_or_insert_with(|| template(local, happening));
        into.push(Segment {
            date: day.date.to_string(),
            part: part(day.date == first, day.date == last),
            end: days.axis_len(),
            ..base.clone()
        });
    }
}

fn in_the_grid(local: &Local, days: &Days, happening: &Happening, into: &mut Vec<Segment>) {
    let Occurrence { start, end, .. } = happening.occurrence;
    let from = days.place_of(start);
    let mut made: Option<Segment> = None;
    for day in days.cuts[from..].iter().take_while(|day| day.start < end.max(later(start, 1))) {
        // Only the day before the range, or the last of it, may lie wholly before the start.
        if day.end <= start {
            continue;
        }
        let base = made.get_or_insert_with(|| template(local, happening));
        let begins = start >= day.start;
        let begin = days.begin(day, start.max(day.start));
        let finish = if end > start { days.finish(day, end) } else { begin };
        let local_start = local.zone.to_datetime(start);
        let names = if begins { passings(local_start, &local.zone) } else { None };
        let fold = names.is_some() && local::start_in(&local.zone, start).fold;
        into.push(Segment {
            date: day.date.to_string(),
            part: part(begins, end <= day.end),
            wall_start: begin.wall,
            wall_end: finish.wall,
            start: begin.at,
            end: finish.at,
            fold,
            offset: names.map(|[first, second]| if fold { second } else { first }),
            ..base.clone()
        });
    }
}
