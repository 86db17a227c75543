//! Aim: where clocks jump, an event has each happening once, for every way of settling gaps and
//! folds. Method: every jump of every zone of the bundled database, 1970 to 2040, against an
//! oracle that only asks which offset is in force at an instant.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{
    draft::{Check, EventDraft, Origin},
    event::Event,
    id::{CalendarId, EventId},
    occurrence::Context,
    timing::{Fold, Gap, LocalStart},
    zones::{ZoneName, Zones},
};
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{DateTime, Time},
    tz::{Offset, TimeZone, TimeZoneDatabase},
};

const WAYS: [(Gap, Fold); 6] = [
    (Gap::Shift, Fold::First),
    (Gap::Shift, Fold::Second),
    (Gap::Shift, Fold::Both),
    (Gap::Skip, Fold::First),
    (Gap::Skip, Fold::Second),
    (Gap::Skip, Fold::Both),
];

fn zones() -> Zones {
    Zones::new(TimeZoneDatabase::bundled(), "bundle")
}

fn context(zones: &Zones, zone: &str) -> Context {
    Context { zones: zones.clone(), machine: ZoneName::stored(zone), all_day_hour: 9 }
}

/// An event of no kind in particular, to be given a start, a rule and a zone.
fn event(zones: &Zones, zone: &str, rule: &str) -> Event {
    let draft = EventDraft {
        kind: "appointment".into(),
        calendar: CalendarId::FIRST.to_string(),
        title: "Bell".into(),
        start: "20200101T000000".into(),
        zone: Some(zone.into()),
        rules: vec![rule.into()],
        ..EventDraft::default()
    };
    let id = EventId::from_bytes([1; 16]);
    let check = Check { zones, person: None, origin: Origin::Ledger };
    draft.check(id, id, &check).expect("a valid event")
}

/// A moving of the clocks: the local time just before which it happens, and the offsets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Jump {
    at: Timestamp,
    before: Offset,
    after: Offset,
}

impl Jump {
    fn seconds(&self) -> i64 {
        i64::from(self.after.seconds() - self.before.seconds())
    }

    /// The local times it leaves out, or gives twice.
    fn reach(&self) -> (DateTime, DateTime) {
        let (old, new) = (self.before.to_datetime(self.at), self.after.to_datetime(self.at));
        (old.min(new), old.max(new))
    }

    /// What of it matters to local time.
    fn shape(&self) -> (Time, Time, i64) {
        let (low, high) = self.reach();
        (low.time(), high.time(), self.seconds())
    }
}

fn jumps(zone: &TimeZone) -> Vec<Jump> {
    let from: Timestamp = "1970-01-01T00:00:00Z".parse().expect("an instant");
    let to: Timestamp = "2040-01-01T00:00:00Z".parse().expect("an instant");
    let mut jumps = Vec::new();
    let mut last = None;
    for change in zone.following(from).take_while(|change| change.timestamp() < to) {
        let at = change.timestamp();
        // A database without a rule for later years gives its last change again and again.
        if last.replace(at) == Some(at) {
            break;
        }
        let before = zone.to_offset(at - 1.second());
        if before != change.offset() {
            jumps.push(Jump { at, before, after: change.offset() });
        }
    }
    jumps
}

/// A jump with those so near to it that they may meet in one series, as the oracle needs them.
struct Spot<'a> {
    name: &'a str,
    zone: &'a TimeZone,
    near: &'a [Jump],
    middle: &'a Jump,
}

impl Spot<'_> {
    /// The instants at which clocks there show this time, in order.
    fn instants(&self, local: DateTime) -> Vec<Timestamp> {
        let offsets = self.near.iter().flat_map(|jump| [jump.before, jump.after]);
        let offsets: BTreeSet<Offset> = offsets.collect();
        let tried = offsets.into_iter().map(|offset| (offset, offset.to_timestamp(local)));
        let mut found: Vec<Timestamp> = tried
            .filter_map(|(offset, at)| at.ok().filter(|at| self.zone.to_offset(*at) == offset))
            .collect();
        found.sort_unstable();
        found
    }

    /// What a series of these wall times is to come to: original starts and instants.
    fn expected(
        &self,
        locals: &[DateTime],
        (gap, fold): (Gap, Fold),
    ) -> Vec<(LocalStart, Timestamp)> {
        let mut all = BTreeMap::new();
        let mut shifted = Vec::new();
        for at in locals.iter().copied() {
            let (first, second) = (LocalStart { at, fold: false }, LocalStart { at, fold: true });
            match (self.instants(at).as_slice(), fold) {
                ([], _) => shifted.push(first),
                ([only], _) => drop(all.insert(*only, first)),
                ([one, .., _], Fold::First) => drop(all.insert(*one, first)),
                ([.., two], Fold::Second) => drop(all.insert(*two, second)),
                ([one, .., two], Fold::Both) => {
                    all.insert(*one, first);
                    all.insert(*two, second);
                }
            }
        }
        for start in shifted.into_iter().filter(|_| gap == Gap::Shift) {
            let is_in = |jump: &&Jump| {
                let (low, high) = jump.reach();
                jump.seconds() > 0 && (low..high).contains(&start.at)
            };
            let jump = self.near.iter().find(is_in).expect("what does not exist is in a gap");
            let at = jump.before.to_timestamp(start.at).expect("in range");
            // Of two local times that are one instant the one that exists stays.
            all.entry(at).or_insert(start);
        }
        all.into_iter().map(|(at, start)| (start, at)).collect()
    }

    /// The series of these wall times until an instant, told by the product and by the oracle.
    fn check(&self, event: &Event, context: &Context, locals: &[DateTime], until: Timestamp) {
        let from = TimeZone::UTC.to_timestamp(locals[0] - 30.hours()).expect("in range");
        let way = (event.timing.gap, event.timing.fold);
        let found = event.occurrences(context, from, until, 1_000);
        let found: Vec<_> = found.items.iter().map(|o| (o.original, o.start)).collect();
        let mut expected = self.expected(locals, way);
        expected.retain(|(_, at)| *at < until);
        assert_eq!(found, expected, "{} {:?} {way:?}", self.name, self.middle);
    }

    /// A fixed time every day around the jump, and that it comes once on each date there is.
    fn check_daily(&self, event: &mut Event, context: &Context, time: Time) {
        let date = self.middle.reach().0.date();
        let days =
            (-3..6).map(|day| date.checked_add(day.days()).expect("a date").to_datetime(time));
        let locals: Vec<DateTime> = days.collect();
        event.timing.start = locals[0];
        self.check(event, context, &locals, self.middle.at + 100.hours());
        if (event.timing.gap, event.timing.fold) != (Gap::Shift, Fold::First) {
            return;
        }
        for at in &locals[1..6] {
            let start = LocalStart::first(*at);
            // No jump but that over a whole day leaves all of these out.
            let exists = [0, 12, 23]
                .iter()
                .any(|hour| !self.instants(at.date().at(*hour, 59, 59, 0)).is_empty());
            let is_one = event.occurrence(context, start).is_some();
            assert_eq!(is_one, exists, "{} {} {:?}", self.name, at, self.middle);
        }
    }

    /// Every so many minutes across the jump.
    fn check_steps(&self, event: &mut Event, context: &Context, minutes: i64) {
        let (low, high) = self.middle.reach();
        let on_the_hour = low.with().minute(0).second(0).build().expect("a time");
        event.timing.start = on_the_hour - minutes.max(120).minutes();
        let until = self.middle.at + minutes.max(180).minutes();
        let latest = self.near.iter().map(|jump| jump.before.max(jump.after)).max();
        let to = latest.map_or(high, |offset| offset.to_datetime(until));
        let steps =
            std::iter::successors(Some(event.timing.start), |at| Some(*at + minutes.minutes()));
        let locals: Vec<DateTime> = steps.take_while(|at| *at <= to).collect();
        self.check(event, context, &locals, until);
    }
}

/// The times of day at which something may go wrong: in the jump and at midnight; and where
/// `closely`, also just before it, at both its ends, and after.
fn times(jump: &Jump, closely: bool) -> BTreeSet<Time> {
    let (low, high) = jump.reach();
    let minute = SignedDuration::from_mins(1);
    let inside = low + SignedDuration::from_secs(jump.seconds().abs() / 2);
    let midnight = low.date().to_datetime(Time::midnight());
    let close = [low - minute, low, high - minute, high];
    let close = close.into_iter().filter(|_| closely);
    close.chain([inside, midnight]).map(|at| at.time()).collect()
}

/// What was looked at.
#[derive(Debug, Default)]
struct Seen {
    zones: BTreeSet<Vec<Jump>>,
    /// Jumps by their local times, with those near to them: the rest is a matter of the date.
    shapes: BTreeSet<Vec<(Time, Time, i64)>>,
    jumps: usize,
    series: usize,
}

impl Seen {
    /// All jumps of a zone, each shape of them closely and in every way of settling it.
    fn look_at(&mut self, zones: &Zones, name: &str) {
        let zone = zones.zone(&ZoneName::stored(name)).0;
        let jumps = jumps(&zone);
        // Many names are one zone.
        if !self.zones.insert(jumps.clone()) {
            return;
        }
        let context = context(zones, name);
        let mut daily = event(zones, name, "FREQ=DAILY");
        let steps = [
            ("FREQ=HOURLY", 60),
            ("FREQ=MINUTELY;INTERVAL=15", 15),
            ("FREQ=HOURLY;INTERVAL=4", 240),
        ];
        let mut steps = steps.map(|(rule, minutes)| (event(zones, name, rule), minutes));
        for (n, middle) in jumps.iter().enumerate() {
            let is_near = |jump: &&Jump| {
                jump.at.duration_since(middle.at).abs() < SignedDuration::from_hours(24 * 8)
            };
            let first = n - jumps[..n].iter().rev().take_while(is_near).count();
            let last = n + jumps[n..].iter().take_while(is_near).count();
            let spot = Spot { name, zone: &zone, near: &jumps[first..last], middle };
            let shape = spot.near.iter().map(Jump::shape).collect();
            let is_new = self.shapes.insert(shape);
            self.jumps += 1;
            for (gap, fold) in WAYS.into_iter().take(if is_new { WAYS.len() } else { 1 }) {
                (daily.timing.gap, daily.timing.fold) = (gap, fold);
                for time in times(middle, is_new) {
                    spot.check_daily(&mut daily, &context, time);
                    self.series += 1;
                }
                for (event, minutes) in &mut steps {
                    (event.timing.gap, event.timing.fold) = (gap, fold);
                    spot.check_steps(event, &context, *minutes);
                    self.series += 1;
                }
            }
        }
    }
}

#[test]
fn every_jump_of_every_zone_is_crossed_once_in_every_way() {
    let zones = zones();
    let mut seen = Seen::default();
    let mut names: Vec<String> = zones.names().collect();
    names.sort_unstable();
    names.iter().for_each(|name| seen.look_at(&zones, name));
    let Seen { zones, shapes, jumps, series } = &seen;
    let (names, zones, shapes) = (names.len(), zones.len(), shapes.len());
    let counts = format!(
        "{names} names of {zones} zones, {jumps} jumps of {shapes} shapes, {series} series"
    );
    println!("{counts}");
    assert!(names > 500 && *jumps > 15_000 && shapes > 50, "{counts}");
}

/// The first starts of a series as they are told: local times with their offsets.
#[track_caller]
fn check(zone: &str, start: &str, rule: &str, way: (Gap, Fold), expected: &str) {
    let zones = zones();
    let mut event = event(&zones, zone, rule);
    event.timing.start = start.parse().expect("a local time");
    (event.timing.gap, event.timing.fold) = way;
    let from = TimeZone::UTC.to_timestamp(event.timing.start).expect("an instant");
    let (from, until) = (from - 30.hours(), from + 200.hours());
    let found = event.occurrences(&context(&zones, zone), from, until, 1_000).items;
    let said = found.iter().take(expected.split(", ").count());
    let said = said.map(|o| o.start.to_zoned(o.zone.clone()).strftime("%d %H:%M%:z").to_string());
    assert_eq!(said.collect::<Vec<_>>().join(", "), expected, "{zone} {start} {rule} {way:?}");
}

const SHIFT: (Gap, Fold) = WAYS[0];

#[test]
fn where_midnight_is_left_out_a_day_begins_late_and_is_not_lost() {
    for (zone, start, told) in [
        ("Africa/Cairo", "2026-04-23T00:00", "23 00:00+02:00, 24 01:00+03:00, 25 00:00+03:00"),
        ("Asia/Beirut", "2026-03-28T00:00", "28 00:00+02:00, 29 01:00+03:00, 30 00:00+03:00"),
        ("America/Asuncion", "2023-09-30T00:00", "30 00:00-04:00, 01 01:00-03:00, 02 00:00-03:00"),
        ("America/Santiago", "2026-09-05T00:00", "05 00:00-04:00, 06 01:00-03:00, 07 00:00-03:00"),
        ("America/Havana", "2026-03-07T00:00", "07 00:00-05:00, 08 01:00-04:00, 09 00:00-04:00"),
        ("America/Sao_Paulo", "2018-11-03T00:00", "03 00:00-03:00, 04 01:00-02:00, 05 00:00-02:00"),
    ] {
        check(zone, start, "FREQ=DAILY", SHIFT, told);
    }
}

#[test]
fn where_the_hour_before_midnight_is_left_out_a_bell_in_it_rings_on_the_next_day() {
    let told = "27 23:30-02:00, 29 00:30-01:00, 29 23:30-01:00";
    check("America/Nuuk", "2026-03-27T23:30", "FREQ=DAILY", SHIFT, told);
    check("America/Scoresbysund", "2026-03-27T23:30", "FREQ=DAILY", SHIFT, told);
    let skipped = "27 23:30-02:00, 29 23:30-01:00, 30 23:30-01:00";
    check("America/Nuuk", "2026-03-27T23:30", "FREQ=DAILY", (Gap::Skip, Fold::First), skipped);
}

#[test]
fn a_date_that_a_place_never_had_has_no_bell() {
    let told = "28 09:00-10:00, 29 09:00-10:00, 31 09:00+14:00, 01 09:00+14:00";
    check("Pacific/Apia", "2011-12-28T09:00", "FREQ=DAILY", SHIFT, told);
    let told = "19 09:00-12:00, 20 09:00-12:00, 22 09:00+12:00, 23 09:00+12:00";
    check("Pacific/Kwajalein", "1993-08-19T09:00", "FREQ=DAILY", SHIFT, told);
}

#[test]
fn clocks_that_are_moved_by_half_an_hour_or_by_two() {
    let told = "03 02:15+10:30, 04 02:45+11:00, 05 02:15+11:00";
    check("Australia/Lord_Howe", "2026-10-03T02:15", "FREQ=DAILY", SHIFT, told);
    let both = "04 01:45+11:00, 05 01:45+11:00, 05 01:45+10:30, 06 01:45+10:30";
    let way = (Gap::Shift, Fold::Both);
    check("Australia/Lord_Howe", "2026-04-04T01:45", "FREQ=DAILY", way, both);
    let told = "28 01:30+00:00, 29 03:30+02:00, 30 01:30+02:00";
    check("Antarctica/Troll", "2026-03-28T01:30", "FREQ=DAILY", SHIFT, told);
    let hourly = "29 00:30+00:00, 29 03:30+02:00, 29 04:30+02:00";
    check("Antarctica/Troll", "2026-03-29T00:30", "FREQ=HOURLY", SHIFT, hourly);
}

#[test]
fn winter_time_of_ramadan_and_of_dublin_is_like_any_other() {
    let told = "14 02:30+01:00, 15 02:30+01:00, 16 02:30+00:00";
    check("Africa/Casablanca", "2026-02-14T02:30", "FREQ=DAILY", SHIFT, told);
    let second = "14 02:30+01:00, 15 02:30+00:00, 16 02:30+00:00";
    let way = (Gap::Shift, Fold::Second);
    check("Africa/Casablanca", "2026-02-14T02:30", "FREQ=DAILY", way, second);
    let told = "21 02:30+00:00, 22 03:30+01:00, 23 02:30+01:00";
    check("Africa/Casablanca", "2026-03-21T02:30", "FREQ=DAILY", SHIFT, told);
    let told = "28 01:30+00:00, 29 02:30+01:00, 30 01:30+01:00";
    check("Europe/Dublin", "2026-03-28T01:30", "FREQ=DAILY", SHIFT, told);
    let both = "24 01:30+01:00, 25 01:30+01:00, 25 01:30+00:00, 26 01:30+00:00";
    check("Europe/Dublin", "2026-10-24T01:30", "FREQ=DAILY", (Gap::Skip, Fold::Both), both);
}

#[test]
fn below_a_day_steps_are_counted_on_the_wall() {
    let hourly = "29 00:00+01:00, 29 01:00+01:00, 29 03:00+02:00, 29 04:00+02:00";
    check("Europe/Berlin", "2026-03-29T00:00", "FREQ=HOURLY", SHIFT, hourly);
    // The hour that comes twice is rung once, unless both are asked for.
    let hourly = "25 01:00+02:00, 25 02:00+02:00, 25 03:00+01:00";
    check("Europe/Berlin", "2026-10-25T01:00", "FREQ=HOURLY", SHIFT, hourly);
    let both = "25 01:00+02:00, 25 02:00+02:00, 25 02:00+01:00, 25 03:00+01:00";
    check("Europe/Berlin", "2026-10-25T01:00", "FREQ=HOURLY", (Gap::Shift, Fold::Both), both);
    // By elapsed time, anchored in UTC, four hours are four hours.
    let every_four = "25 00:00+00:00, 25 04:00+00:00, 25 08:00+00:00";
    check("UTC", "2026-10-25T00:00", "FREQ=HOURLY;INTERVAL=4", SHIFT, every_four);
}
