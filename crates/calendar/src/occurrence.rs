//! Occurrences: the single happenings of an event, named by their *original* start and placed by
//! their present one. Nothing is stored here; they are derived each time from the definition and
//! the zone data.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{
    event::{Change, Event, Override},
    recurrence::{Rule, Series},
    timing::{Fold, Gap, Landing, Length, LocalStart, Tie, instant, later, shift, start_of_day},
    zones::{ZoneName, Zones},
};

/// What derivation needs to know besides the event: zone data and where the machine is.
#[derive(Debug, Clone)]
pub struct Context {
    /// Zone data.
    pub zones: Zones,
    /// The machine's zone as the ledger has it, never as the process thinks.
    pub machine: ZoneName,
    /// At which hour of the day things of a whole day are told.
    pub all_day_hour: i8,
}

/// One happening.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// The start the rule gave it.
    pub original: LocalStart,
    /// The start it has now.
    pub present: LocalStart,
    /// What its start is tied to.
    pub tie: Tie,
    /// The zone its wall times were read in.
    pub zone: TimeZone,
    /// When it starts.
    pub start: Timestamp,
    /// When it ends; for a date-only one the end of its last day.
    pub end: Timestamp,
    /// How long it lasts.
    pub length: Length,
    /// What became of its wall time.
    pub landing: Landing,
}

impl Occurrence {
    /// Its name in identities: original and present start, with the zone if it has one.
    pub fn text(&self) -> String {
        let all_day = self.tie.is_all_day();
        let zone = match &self.tie {
            Tie::Zone(name) => format!("@{name}"),
            Tie::Theirs(_) | Tie::Floating | Tie::AllDay => String::new(),
        };
        format!("o={};p={}{zone}", self.original.text(all_day), self.present.text(all_day))
    }

    /// The original start out of [`Occurrence::text`].
    pub fn original_in(text: &str) -> Option<LocalStart> {
        LocalStart::parse(text.strip_prefix("o=")?.split(';').next()?)
    }

    /// Its start as people read it, in RFC 9557 form; a bare date when all-day.
    pub fn label(&self) -> String {
        match self.tie {
            Tie::AllDay => self.present.at.date().to_string(),
            Tie::Zone(_) | Tie::Theirs(_) | Tie::Floating => {
                self.start.to_zoned(self.zone.clone()).to_string()
            }
        }
    }
}

/// A bounded list of occurrences.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Ordered by start.
    pub items: Vec<Occurrence>,
    /// Whether the bound was reached, so that there may be more after the last.
    pub more: bool,
}

impl Context {
    /// The zone in which an event's wall times are read.
    pub fn zone_of(&self, event: &Event, tie: &Tie) -> TimeZone {
        let name = match tie {
            Tie::Zone(name) | Tie::Theirs(name) => name,
            Tie::Floating => &self.machine,
            Tie::AllDay => {
                event.person.as_ref().and_then(|p| p.zone.as_ref()).unwrap_or(&self.machine)
            }
        };
        self.zones.zone(name).0
    }

    /// The machine's zone.
    pub fn machine_zone(&self) -> TimeZone {
        self.zones.zone(&self.machine).0
    }
}

impl Event {
    /// The recurrence set of this event in nominal local time.
    pub fn series(&self) -> Series {
        let rules = self.repeats.rules.clone();
        let series = match self.timing.tie {
            Tie::AllDay => Series::all_day(self.timing.start, rules),
            Tie::Zone(_) | Tie::Theirs(_) | Tie::Floating => Series::new(self.timing.start, rules),
        };
        series
            .with_rdates(self.repeats.rdates.iter().copied())
            .with_exdates(self.repeats.exdates.iter().copied())
    }

    /// The occurrences that *start* in `[from, until)`, at most `limit` of the series and all of
    /// the overrides.
    pub fn occurrences(
        &self,
        context: &Context,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Found {
        let zone = context.zone_of(self, &self.timing.tie);
        let first = shift(local_at(from, &zone), -1, 0);
        let last = shift(local_at(until, &zone), 1, 0);
        let mut found = Found::default();
        let series = self.series();
        for local in series.from(first, self.anchor(&zone)) {
            if local > last {
                break;
            }
            if found.items.len() >= limit {
                found.more = true;
                break;
            }
            for original in self.originals(local, &zone) {
                if self.override_of(original).is_none() {
                    let occurrence = self.regular(original, &zone);
                    if (from..until).contains(&occurrence.start) {
                        found.items.push(occurrence);
                    }
                }
            }
        }
        let moved = self.overrides.iter().filter_map(|o| self.differing(context, o));
        found.items.extend(moved.filter(|o| (from..until).contains(&o.start)));
        found.items.sort_by_key(|o| (o.start, o.original));
        found
    }

    /// The occurrence with this original start, if the series (still) has it.
    pub fn occurrence(&self, context: &Context, original: LocalStart) -> Option<Occurrence> {
        if let Some(changed) = self.override_of(original) {
            return self.differing(context, changed);
        }
        let zone = context.zone_of(self, &self.timing.tie);
        if !self.series().is_instance(original.at, self.anchor(&zone)) {
            return None;
        }
        let is_one = self.originals(original.at, &zone).any(|o| o == original);
        is_one.then(|| self.regular(original, &zone))
    }

    /// The rules with each end in UTC as what clocks in the zone show then: in another zone they end
    /// after the same occurrence, where the UTC would be at another place among them.
    pub fn rules_by_wall_clock(&self, zones: &Zones) -> Vec<Rule> {
        let zone = self.timing.tie.zone().map(|name| zones.zone(name).0);
        let read = |rule: &Rule| zone.as_ref().map_or_else(|| rule.clone(), |z| rule.as_read_in(z));
        self.repeats.rules.iter().map(read).collect()
    }

    /// The zone a series is bound to, if it is bound to one.
    pub fn anchor<'a>(&self, zone: &'a TimeZone) -> Option<&'a TimeZone> {
        self.timing.tie.zone().is_some().then_some(zone)
    }

    /// The starts a nominal wall time stands for: one, none (skipped), or both of a fold.
    pub(crate) fn originals(
        &self,
        local: DateTime,
        zone: &TimeZone,
    ) -> impl Iterator<Item = LocalStart> {
        let (first, second) =
            (LocalStart { at: local, fold: false }, LocalStart { at: local, fold: true });
        let plain = self.timing.tie.is_all_day()
            || (self.timing.gap == Gap::Shift && self.timing.fold == Fold::First);
        let landing = if plain { Landing::Plain } else { instant(first, zone).1 };
        let starts = match (landing, self.timing.gap, self.timing.fold) {
            (Landing::Shifted, Gap::Skip, _) => [None, None],
            (Landing::Folded, _, Fold::Second) => [Some(second), None],
            (Landing::Folded, _, Fold::Both) => [Some(first), Some(second)],
            (Landing::Plain | Landing::Shifted | Landing::Folded, _, _) => [Some(first), None],
        };
        starts.into_iter().flatten()
    }

    fn regular(&self, original: LocalStart, zone: &TimeZone) -> Occurrence {
        place(original, original, self.timing.tie.clone(), zone.clone(), self.timing.length)
    }

    fn differing(&self, context: &Context, changed: &Override) -> Option<Occurrence> {
        match &changed.change {
            Change::Cancelled => None,
            Change::Differs { start, tie, length, .. } => {
                let zone = context.zone_of(self, tie);
                Some(place(changed.original, *start, tie.clone(), zone, *length))
            }
        }
    }
}

fn place(
    original: LocalStart,
    present: LocalStart,
    tie: Tie,
    zone: TimeZone,
    length: Length,
) -> Occurrence {
    if tie.is_all_day() {
        let last = shift(present.at, length.days.max(1), 0);
        let (start, end) =
            (start_of_day(present.at.date(), &zone), start_of_day(last.date(), &zone));
        return Occurrence {
            original,
            present,
            tie,
            zone,
            start,
            end,
            length,
            landing: Landing::Plain,
        };
    }
    let (start, landing) = instant(present, &zone);
    let end = end_of(present, start, length, &zone);
    Occurrence { original, present, tie, zone, start, end, length, landing }
}

/// The end of a timed occurrence: nominal days on the wall, then exact seconds (RFC 5545 3.3.6).
fn end_of(present: LocalStart, start: Timestamp, length: Length, zone: &TimeZone) -> Timestamp {
    if length.days == 0 {
        return later(start, length.seconds);
    }
    let day = LocalStart { at: shift(present.at, length.days, 0), fold: present.fold };
    later(instant(day, zone).0, length.seconds)
}

/// The wall time of an instant.
pub fn local_at(at: Timestamp, zone: &TimeZone) -> DateTime {
    zone.to_datetime(at)
}
