//! RANGE=THISANDFUTURE (RFC 5545 3.2.13): an occurrence that a file changes together with all that
//! follow. The series is parted there, as it is when a person changes one and all that follow: the
//! first part keeps the UID, and each later part is an event of its own, moved by as much as its
//! first occurrence is. Later changes of single occurrences go with the part they are in.

use jiff::civil::DateTime;

use super::{
    ImportedEvent,
    event::{Frame, is_placed},
    overrides,
    read::{Entry, Group, Reader},
    series::{Base, Period, Set},
    shown,
};
use crate::{
    recurrence::{Part, Starts},
    timing::{LocalStart, instant, shift},
};

/// The most parts of a series besides its first: each may cost a walk through what COUNT counts.
const MOST: usize = 20;

/// Where a series is parted.
#[derive(Clone, Copy)]
struct Cut<'t, 'a> {
    entry: Entry<'t, 'a>,
    /// The original start of the first occurrence that is otherwise.
    at: LocalStart,
    /// How far all of them are moved; nothing where they do not take place.
    way: Option<Way>,
}

#[derive(Clone, Copy)]
struct Way {
    days: i32,
    seconds: i64,
    /// Seconds from the starts that the file names to those of the part.
    shift: i64,
    /// What the part's starts are.
    sort: Starts,
    is_zone_kept: Zone,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    Kept,
    Another,
}

/// A stretch of the series, in the series' own time; the first one is cut nowhere.
struct Piece<'t, 'a> {
    cut: Option<Cut<'t, 'a>>,
    part: Part,
}

/// Makes the events of a series: one, or its parts.
pub(super) fn of_series<'t, 'a>(
    reader: &mut Reader<'_>,
    group: &Group<'t, 'a>,
    (master, frame, set): (&Entry<'t, 'a>, Frame, Set),
    events: &mut Vec<ImportedEvent>,
) {
    let cuts = reader.cuts(group, &set.base);
    let pieces = pieces(&set, cuts);
    if let [Piece { cut: None, .. }] = pieces.as_slice() {
        let uid = group.uid.clone();
        events.extend(reader.event(group, master, (&frame, set), &group.overrides, uid));
        return;
    }
    let shares = reader.shares(group, &set.base, &pieces);
    let mut first = None;
    for (piece, overrides) in pieces.iter().zip(shares) {
        let ends = piece.cut.filter(|cut| cut.way.is_none());
        if ends.is_some() && first.is_some() {
            continue;
        }
        let from = piece.cut.filter(|_| first.is_some()).map(|cut| cut.at);
        let all_day = set.base.start.is_date();
        let uid = from
            .map_or(group.uid.clone(), |at| format!("{}#{}", group.uid, shown(&at.text(all_day))));
        let event = match piece.cut.and_then(|cut| Some((cut.entry, cut.way?))) {
            Some((entry, way)) => {
                reader.later_part(group, &entry, (way, &set, &piece.part), &overrides, uid)
            }
            None => {
                let master = Entry { cancelled: master.cancelled || ends.is_some(), ..*master };
                let own = set.of_part(piece.part.clone(), &set.base);
                reader.event(group, &master, (&frame, own), &overrides, uid)
            }
        };
        let Some(mut event) = event else {
            reader.remarks.left_out += 1;
            continue;
        };
        match &first {
            Some(first) => event.part_of = Some(String::clone(first)),
            None => first = Some(event.uid.clone()),
        }
        events.push(event);
    }
}

/// Parts the series at each cut at which that can be.
fn pieces<'t, 'a>(set: &Set, cuts: Vec<Cut<'t, 'a>>) -> Vec<Piece<'t, 'a>> {
    let (zone, sort) = (set.base.start.zone(), sort_of(&set.base));
    let whole = Part {
        start: set.base.series.dtstart(),
        rules: set.base.series.rules().to_vec(),
        rdates: set.base.series.rdates().collect(),
        exdates: set.exdates.iter().map(|at| at.at).collect(),
    };
    let mut pieces = vec![Piece { cut: None, part: whole }];
    for cut in cuts {
        let last = pieces.len() - 1;
        let series = pieces[last].part.of(sort);
        let first = series.from(series.dtstart(), zone).next();
        let goes = |part: &Part| cut.way.is_none_or(|way| way.of(part, &set.base).is_some());
        if first.is_none_or(|first| first >= cut.at.at) {
            if goes(&pieces[last].part) {
                pieces[last].cut = Some(cut);
            }
        } else if let Some((before, after)) = series.part(cut.at.at, zone)
            && goes(&after)
        {
            pieces[last].part = before;
            pieces.push(Piece { cut: Some(cut), part: after });
        }
    }
    pieces
}

fn sort_of(base: &Base) -> Starts {
    if base.start.is_date() { Starts::Dates } else { Starts::Timed }
}

impl Way {
    /// Where this part of a series goes.
    fn of(&self, part: &Part, base: &Base) -> Option<Part> {
        let mut part = part.clone();
        if let (Zone::Another, Some(zone)) = (self.is_zone_kept, base.start.zone()) {
            part.rules.iter_mut().for_each(|rule| *rule = rule.as_read_in(zone));
        }
        part.moved((sort_of(base), self.sort), self.days, self.seconds)
    }
}

impl Set {
    /// The recurrence of a part of this, which counts from `base`.
    fn of_part(&self, mut part: Part, base: &Base) -> Set {
        if part.rules.is_empty() && part.rdates.is_empty() {
            // It stays a series, also with one occurrence.
            part.rdates.push(part.start);
        }
        let firsts = |list: &[DateTime]| list.iter().copied().map(LocalStart::first).collect();
        let mut start = base.start.clone();
        start.local = LocalStart::first(part.start);
        let mut base = Base::new(start, part.rules.clone(), base.shift);
        base.series = base.series.with_rdates(part.rdates.iter().copied());
        let of_part = |period: &&Period| part.rdates.contains(&period.start.at);
        let rules: Vec<String> = part.rules.iter().map(ToString::to_string).collect();
        Set {
            written: rules.clone(),
            rules,
            rdates: firsts(&part.rdates),
            exdates: firsts(&part.exdates),
            periods: self.periods.iter().filter(of_part).cloned().collect(),
            unread: self.unread.clone(),
            base,
        }
    }
}

impl Reader<'_> {
    /// Where a file parts a series, in order; of several changes from one occurrence on the newest.
    fn cuts<'t, 'a>(&mut self, group: &Group<'t, 'a>, base: &Base) -> Vec<Cut<'t, 'a>> {
        let mut cuts: Vec<Cut<'t, 'a>> = Vec::new();
        for entry in group.overrides.iter().filter(|entry| is_range(entry)) {
            let Some(cut) = self.aside(|reader| reader.cut(group, base, entry)) else { continue };
            match cuts.iter().position(|other| other.at == cut.at) {
                Some(at) if age(&cut.entry) >= age(&cuts[at].entry) => cuts[at] = cut,
                None if cuts.len() < MOST => cuts.push(cut),
                Some(_) | None => {}
            }
        }
        cuts.sort_by_key(|cut| cut.at);
        cuts
    }

    fn cut<'t, 'a>(
        &mut self,
        group: &Group<'t, 'a>,
        base: &Base,
        entry: &Entry<'t, 'a>,
    ) -> Option<Cut<'t, 'a>> {
        let property = entry.component.get("RECURRENCE-ID")?;
        let moment = self.moment(property, property.value())?;
        let at = *base.starts(&moment).first()?;
        if base.is_once() || at.fold || !base.has(at) {
            return None;
        }
        if entry.cancelled {
            return Some(Cut { entry: *entry, at, way: None });
        }
        if !is_placed(entry.component) {
            return None;
        }
        let start = self.frame(group, entry.component)?.start;
        let (named, there) = (shift(at.at, 0, -base.shift), start.local.at);
        let (named, is_zone_kept) = match (base.start.zone(), start.zone()) {
            (Some(own), Some(zone)) if !base.start.is_tied_like(&start) => {
                let at = instant(LocalStart::first(named), own).0;
                (zone.to_datetime(at), Zone::Another)
            }
            _ => (named, Zone::Kept),
        };
        let days = at.at.date().until(there.date()).ok()?.get_days();
        let of_day = |at: DateTime| at.duration_since(at.date().at(0, 0, 0, 0)).as_secs();
        let way = Way {
            days,
            seconds: of_day(there) - of_day(at.at),
            shift: there.duration_since(named).as_secs(),
            sort: if start.is_date() { Starts::Dates } else { Starts::Timed },
            is_zone_kept,
        };
        Some(Cut { entry: *entry, at, way: Some(way) })
    }

    /// The changes of single occurrences that go with each piece.
    fn shares<'t, 'a>(
        &mut self,
        group: &Group<'t, 'a>,
        base: &Base,
        pieces: &[Piece<'t, 'a>],
    ) -> Vec<Vec<Entry<'t, 'a>>> {
        let mut shares = vec![Vec::new(); pieces.len()];
        for entry in &group.overrides {
            let original = self.aside(|reader| reader.named(entry, base));
            let cuts = || pieces.iter().filter_map(|piece| piece.cut);
            if cuts().any(|cut| std::ptr::eq(cut.entry.component, entry.component)) {
                continue;
            }
            if is_range(entry) && cuts().any(|cut| Some(cut.at) == original) {
                self.remarks.leave_out(entry.component.line, overrides::TWICE);
                continue;
            }
            let is_here = |piece: &Piece<'_, '_>| {
                let from = piece.cut.map(|cut| cut.at);
                // What is over has no place for them.
                piece.cut.is_none_or(|cut| cut.way.is_some())
                    && from.is_none_or(|from| original.is_some_and(|at| at >= from))
            };
            shares[pieces.iter().rposition(is_here).unwrap_or(0)].push(*entry);
        }
        shares
    }

    /// A part that is changed from its first occurrence on.
    fn later_part(
        &mut self,
        group: &Group<'_, '_>,
        entry: &Entry<'_, '_>,
        (way, set, part): (Way, &Set, &Part),
        overrides: &[Entry<'_, '_>],
        uid: String,
    ) -> Option<ImportedEvent> {
        let frame = self.frame(group, entry.component)?;
        let part = way.of(part, &set.base).unwrap_or_else(|| {
            self.remarks.add(entry.component.line, overrides::ONE_ONLY);
            let start = frame.start.local.at;
            Part { start, rules: Vec::new(), rdates: vec![start], exdates: Vec::new() }
        });
        let moved = |period: &Period| {
            let at = shift(period.start.at, way.days, way.seconds);
            Period { start: LocalStart::first(at), ..period.clone() }
        };
        let periods = set.periods.iter().map(moved).collect();
        let base = Base::new(frame.start.clone(), Vec::new(), way.shift);
        let (rules, written, unread) = (Vec::new(), Vec::new(), Vec::new());
        let (rdates, exdates) = (Vec::new(), Vec::new());
        let all = Set { base, rules, written, rdates, exdates, periods, unread };
        let own = all.of_part(part, &all.base);
        self.event(group, entry, (&frame, own), overrides, uid)
    }
}

/// Whether it is of all that follow as well. Of all that came before nothing can be said any more.
fn is_range(entry: &Entry<'_, '_>) -> bool {
    let range = entry.component.get("RECURRENCE-ID").and_then(|p| p.param("RANGE"));
    range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"))
}

fn age(entry: &Entry<'_, '_>) -> (i64, Option<jiff::Timestamp>) {
    (entry.sequence, entry.stamp)
}
